"""La grille de l'étude : ses versions datées, ses changements et les codages qui les suivent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd

from recherche.codage import evolution
from recherche.codage.evolution import Changement
from recherche.codage.grille import analyser, lire_grille
from recherche.codage.grille_yaml import fondre
from recherche.codage.reconciliation import cle_des_avis
from recherche.entrepot import Entrepot, codages, grilles, transcriptions
from recherche.entrepot.grilles import GrilleDatee
from recherche.erreurs import ErreurCodage
from recherche.etapes.seance import seance
from recherche.modele.codage import Grille
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude

ETAPE = "grille"
A_LA_MAIN = "fichier modifié"


def renommer_code(etude: Etude, ancien: str, nouveau: str, *, nom: str | None = None) -> Bilan:
    """Change l'identifiant d'un code, et son nom si on le donne ; ses codages le suivent."""
    return changer(etude, lambda g: evolution.renommer(g, ancien, nouveau, nom=nom))


def fusionner_codes(etude: Etude, codes: Sequence[str], vers: str) -> Bilan:
    """Réunit des codes dans l'un d'eux ; leurs codages le suivent."""
    return changer(etude, lambda g: evolution.fusionner(g, codes, vers))


def scinder_code(etude: Etude, ancien: str, nouveaux: Sequence[str]) -> Bilan:
    """Remplace un code par plusieurs ; ses codages vont au premier, et sont listés pour être revus."""
    return changer(etude, lambda g: evolution.scinder(g, ancien, nouveaux), a_revoir=ancien)


def retirer_code(etude: Etude, ancien: str, *, vers: str | None = None) -> Bilan:
    """Retire un code ; ses codages passent à `vers`, ou sont ôtés."""
    return changer(etude, lambda g: evolution.retirer(g, ancien, vers=vers))


def changer(
    etude: Etude, faire: Callable[[Grille], Changement], *, a_revoir: str | None = None
) -> Bilan:
    """Applique un changement à `grille.yaml` et aux codages : une seule action du journal, annulable.

    Le fichier garde ses commentaires ; la version de la grille avance d'un. Tout est fait, ou rien.
    """
    fichier = etude.fichier_grille
    with seance(etude, ETAPE) as entrepot:
        grille = lire_grille(fichier)
        texte = fichier.read_text(encoding="utf-8-sig")
        change = faire(grille)
        neuve = replace(change.grille, version=evolution.version_suivante(grille.version))
        nouveau = fondre(texte, neuve, renommes=change.renommes)
        if analyser(nouveau, fichier) != neuve:
            raise ErreurCodage(
                f"{fichier} est écrit d'une façon que ce changement ne sait pas garder.",
                "Faites ce changement à la main dans le fichier, ou réécrivez-le sans ancres ni alias.",
            )
        revoir = _passages(entrepot, a_revoir)
        with entrepot.ecrire(f"grille : version {grille.version}") as ecriture:
            grilles.noter(ecriture, texte, version=grille.version, changement=A_LA_MAIN)
        try:
            migres, otes = _appliquer(entrepot, change, neuve, nouveau, fichier)
        except BaseException:
            if fichier.read_text(encoding="utf-8-sig") != texte:
                ecrire_atomique(fichier, texte.encode())
            raise
    messages = [f"grille en version {neuve.version} : {migres} codages migrés, {otes} ôtés"]
    if revoir:
        messages.append(f"à revoir, passage par passage : {', '.join(revoir)}")
    return Bilan(ETAPE, (change.dit,), messages=tuple(messages))


def _appliquer(
    entrepot: Entrepot, change: Changement, neuve: Grille, nouveau: str, fichier: Path
) -> tuple[int, int]:
    with entrepot.ecrire(f"grille : {change.dit}") as ecriture:
        codages.synchroniser_grille(ecriture, neuve)
        courantes = [v.id for v in transcriptions.pseudonymisees(ecriture.cx).values()]
        themes = [code.id for code in neuve.themes()]
        comptes = grilles.migrer_codages(ecriture, courantes, change.vers, themes=themes)
        grilles.migrer_notes(ecriture, change.vers)
        grilles.migrer_decisions(ecriture, change.vers, cle_des_avis)
        grilles.noter(ecriture, nouveau, version=neuve.version, changement=change.dit)
        ecrire_atomique(fichier, nouveau.encode())
    return comptes


def _passages(entrepot: Entrepot, code: str | None) -> list[str]:
    """Où un code est posé : « LOR-J-02 (3) »."""
    if code is None:
        return []
    with entrepot.lire() as cx:
        numeros = [v.id for v in transcriptions.pseudonymisees(cx).values()]
        poses = [c.source_id for c in codages.lire(cx, version_ids=numeros) if c.code == code]
    return [f"{source} ({poses.count(source)})" for source in dict.fromkeys(poses)]


def noter_version(etude: Etude) -> bool:
    """Note la version courante du fichier si elle a changé depuis la dernière connue."""
    fichier = etude.fichier_grille
    grille = lire_grille(fichier)
    texte = fichier.read_text(encoding="utf-8-sig")
    with seance(etude, ETAPE) as entrepot:
        with entrepot.lire() as cx:
            connue = grilles.derniere(cx)
        if connue is not None and connue.contenu == texte:
            return False
        with entrepot.ecrire(f"grille : version {grille.version}") as ecriture:
            return grilles.noter(ecriture, texte, version=grille.version, changement=A_LA_MAIN)


def versions_grille(etude: Etude) -> pd.DataFrame:
    """Les versions datées de la grille : version, date, changement, auteur, empreinte."""
    noter_version(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        connues = grilles.versions(cx)
    colonnes = ["version", "date", "changement", "auteur", "empreinte"]
    return pd.DataFrame([[getattr(v, nom) for nom in colonnes] for v in connues], columns=colonnes)


def remettre_fichier(etude: Etude, avant: GrilleDatee | None, apres: GrilleDatee | None) -> str:
    """Après une annulation : remet `grille.yaml` dans l'état de la version qui redevient la dernière.

    Rend ce qui fut fait, ou vide si l'annulation ne touchait pas la grille. Un fichier modifié à la main
    depuis n'est pas écrasé.
    """
    if avant is None or apres is None or avant.id == apres.id:
        return ""
    fichier = etude.fichier_grille
    if fichier.read_text(encoding="utf-8-sig") != avant.contenu:
        return "grille.yaml a été modifié depuis : il n'est pas remis, corrigez-le à la main"
    ecrire_atomique(fichier, apres.contenu.encode())
    return f"grille.yaml est remis en version {apres.version}"


def exporter_grille(etude: Etude, *, jour: date | None = None) -> Bilan:
    """Écrit `exports/grille/grille.xlsx` (à modifier et réimporter) et `grille.docx` (à imprimer)."""
    from recherche.echanges.grille_docx import grille_en_docx
    from recherche.echanges.grille_xlsx import grille_en_xlsx

    grille = lire_grille(etude.fichier_grille)
    with seance(etude, ETAPE):
        for suffixe, octets in (
            ("xlsx", grille_en_xlsx(grille)),
            ("docx", grille_en_docx(grille, etude.titre, jour or date.today())),  # noqa: DTZ011
        ):
            ecrire_atomique(etude.exports / "grille" / f"grille.{suffixe}", octets)
    return Bilan(ETAPE, ("exports/grille/grille.xlsx", "exports/grille/grille.docx"))


def importer_grille(etude: Etude, classeur: Path) -> Bilan:
    """Remplace la grille par celle d'un classeur. Lève `ErreurCodage` ou `ErreurEchange`.

    Un code encore posé ne disparaît pas ainsi : il se retire, se renomme ou se fusionne d'abord.
    """
    from recherche.echanges.grille_xlsx import grille_de_xlsx

    nouvelle = grille_de_xlsx(classeur)
    actuelle = lire_grille(etude.fichier_grille)
    if replace(nouvelle, version=actuelle.version) == actuelle:
        return Bilan(ETAPE, passes=(classeur.name,))
    with Entrepot.ouvrir(etude) as entrepot:
        for code in evolution.remplacer(actuelle, nouvelle).vers:
            if poses := _passages(entrepot, code):
                raise ErreurCodage(
                    f"{classeur} n'a plus {code}, qui est posé dans {', '.join(poses[:8])}.",
                    f"D'abord « recherche grille retirer {code} » (ou renommer, fusionner), puis "
                    "réimportez.",
                )
    return changer(etude, lambda g: evolution.remplacer(g, nouvelle))
