"""Tirer un échantillon d'unités, écrire les fiches des codeurs aveugles, reprendre ce qu'ils rendent."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from recherche.codage.grille import lire_grille
from recherche.codage.unites import Maille, Unite, cadre
from recherche.echanges.fiches import FicheRendue, LigneFiche, ecrire_fiche, lire_fiche
from recherche.entrepot import Entrepot, accords, codages, transcriptions
from recherche.entrepot.accords import UniteTiree
from recherche.entrepot.base import Ecriture
from recherche.erreurs import ErreurCodage
from recherche.etapes.seance import registre_reporte, seance
from recherche.etapes.tables import Situation
from recherche.modele.codage import Codage, Grille, Origine
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE_TIRAGE, ETAPE_FICHES = "echantillon", "fiches"
TAILLE, GRAINE = 200, 2009
FORME_NOM = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
AVANT_MAX = 400


def tirer_echantillon(
    etude: Etude,
    nom: str,
    *,
    codeurs: Sequence[str],
    taille: int = TAILLE,
    graine: int = GRAINE,
    maille: str = Maille.TOUR,
    sources: Sequence[str] | None = None,
) -> Bilan:
    """Tire au sort des unités des personnes enquêtées, codées ou non, et écrit une fiche par codeur.

    Le tirage est simple, sans remise, dans toutes les unités des entretiens pseudonymisés (ou de
    `sources`) ; nom, graine, taille du cadre et unités sont notés. Un échantillon déjà tiré n'est pas
    retiré : ses fiches sont seulement réécrites pour les codeurs qui n'ont rien rendu.
    Lève `ErreurCodage` si le nom, les codeurs, la taille ou les sources ne conviennent pas.
    """
    _verifier(nom, codeurs)
    grille = lire_grille(etude.fichier_grille)
    with seance(etude, ETAPE_TIRAGE) as entrepot:
        etat = Situation.lire(etude, entrepot, registre_reporte(etude, entrepot))
        with entrepot.lire() as cx:
            connu = accords.echantillons(cx).get(nom)
        if connu is None:
            textes = _textes(entrepot, etat, sources)
            ensemble = cadre(textes.values(), maille=Maille(maille))
            tirees = _tirer(ensemble, textes, etat, taille, graine)
            with entrepot.ecrire(ETAPE_TIRAGE) as ecriture:
                accords.ajouter_echantillon(
                    ecriture,
                    nom=nom,
                    maille=maille,
                    graine=graine,
                    cadre=len(ensemble),
                    unites=tirees,
                )
        with entrepot.lire() as cx:
            echantillon = accords.echantillons(cx)[nom]
            tirees = accords.unites_tirees(cx, nom)
            rendues = accords.codeurs_rendus(cx, nom)
            lignes = [_ligne(unite, _lire(cx, unite.version_id)) for unite in tirees]
        faits = _ecrire_fiches(etude, lignes, grille, nom, [c for c in codeurs if c not in rendues])
    message = (
        f"« {nom} » : {echantillon.taille} {echantillon.maille}s tirés parmi {echantillon.cadre}, "
        f"graine {echantillon.graine}" + ("" if connu is None else " (déjà tiré)")
    )
    return Bilan(ETAPE_TIRAGE, tuple(faits), tuple(c for c in codeurs if c in rendues), (), (message,))


def _verifier(nom: str, codeurs: Sequence[str]) -> None:
    if not FORME_NOM.fullmatch(nom):
        raise ErreurCodage(
            f"« {nom} » n'est pas un nom d'échantillon.",
            "Donnez des minuscules sans accent, des chiffres et des tirets : « pilote-1 ».",
        )
    fautifs = [codeur for codeur in codeurs if not re.fullmatch(r"[\w-]{1,20}", codeur)]
    if not codeurs or fautifs or len(set(codeurs)) < len(codeurs):
        raise ErreurCodage(
            f"Codeurs donnés : {', '.join(codeurs) or 'aucun'}.",
            "Donnez-en un par option, en lettres et chiffres : --codeur B --codeur C.",
        )


def _textes(
    entrepot: Entrepot, etat: Situation, sources: Sequence[str] | None
) -> dict[str, TranscriptionPseudonymisee]:
    """Les textes du cadre. Lève `ErreurCodage` si une source voulue n'en a pas."""
    absentes = [source for source in sources or () if source not in etat.pseudonymisees]
    if absentes or not etat.pseudonymisees:
        raise ErreurCodage(
            f"Sans transcription pseudonymisée : {', '.join(absentes) or 'toutes les sources'}.",
            "Vérifiez les identifiants, ou lancez « recherche pseudonymiser ».",
        )
    voulues = sorted(sources or etat.pseudonymisees)
    with entrepot.lire() as cx:
        return {source: _lire(cx, etat.pseudonymisees[source].id) for source in voulues}


_lire = transcriptions.lire_pseudonymisee


def _tirer(
    ensemble: Sequence[Unite],
    textes: dict[str, TranscriptionPseudonymisee],
    etat: Situation,
    taille: int,
    graine: int,
) -> list[UniteTiree]:
    """Les unités tirées, dans l'ordre des textes : un codeur lit un entretien à la fois."""
    if not 1 <= taille <= len(ensemble):
        raise ErreurCodage(
            f"On ne peut pas tirer {taille} unités : il y en a {len(ensemble)}.",
            "Donnez une autre --taille.",
        )
    places = np.random.default_rng(graine).choice(len(ensemble), size=taille, replace=False)
    pleins = {source: texte.texte for source, texte in textes.items()}
    return [
        UniteTiree(
            rang,
            unite.source_id,
            etat.pseudonymisees[unite.source_id].id,
            unite.tour,
            unite.extrait(pleins[unite.source_id]),
        )
        for rang, unite in enumerate((ensemble[place] for place in sorted(places)), start=1)
    ]


def _ligne(unite: UniteTiree, texte: TranscriptionPseudonymisee) -> LigneFiche:
    """L'unité, et ce qui la précède : le début de son tour, sinon le tour d'avant."""
    debut_tour = texte.debuts()[unite.tour]
    avant = texte.texte[debut_tour : unite.extrait.debut].strip()
    if unite.tour and not avant:
        precedent = texte.tours[unite.tour - 1]
        avant = f"{precedent.locuteur} : {precedent.texte}"
    if len(avant) > AVANT_MAX:
        avant = f"… {avant[-AVANT_MAX:]}"
    contenu = texte.texte[unite.extrait.debut : unite.extrait.fin]
    return LigneFiche(unite.rang, unite.source_id, avant, contenu)


def _ecrire_fiches(
    etude: Etude, lignes: Sequence[LigneFiche], grille: Grille, nom: str, codeurs: Sequence[str]
) -> list[str]:
    """Une fiche par codeur ; celle qu'un codeur a commencé à remplir n'est pas écrasée."""
    faits = []
    for codeur in codeurs:
        fichier = etude.exports / "accord" / f"fiche-{nom}-{codeur}.xlsx"
        if not fichier.exists():
            octets = ecrire_fiche(lignes, grille, echantillon=nom, codeur=codeur)
            ecrire_atomique(fichier, octets, mode=0o600)
            faits.append(fichier.relative_to(etude.chemin).as_posix())
    return faits


def rendre_fiches(etude: Etude, fichiers: Sequence[Path]) -> Bilan:
    """Reprend les fiches remplies : chaque unité est jugée par ce codeur, même celles sans code.

    Une fiche rendue de nouveau remplace la précédente. Lève `ErreurEchange` ou `ErreurCodage`, sans rien
    prendre, si l'une d'elles est mal remplie ou d'un échantillon inconnu.
    """
    grille = lire_grille(etude.fichier_grille)
    with seance(etude, ETAPE_FICHES) as entrepot:
        with entrepot.lire() as cx:
            connus = accords.echantillons(cx)
            unites = {nom: accords.unites_tirees(cx, nom) for nom in connus}
        lues = []
        for fichier in fichiers:
            nom = lire_fiche(fichier, grille).echantillon
            if nom not in connus:
                raise ErreurCodage(
                    f"{fichier} : l'échantillon « {nom} » n'a pas été tiré dans cette étude.",
                    f"Tirés : {', '.join(connus) or 'aucun'}.",
                )
            lues.append((lire_fiche(fichier, grille, lignes=connus[nom].taille), _empreinte(fichier)))
        faits, passes = [], []
        with entrepot.ecrire(ETAPE_FICHES) as ecriture:
            codages.synchroniser_grille(ecriture, grille)
            for fiche, empreinte in lues:
                dit = f"{fiche.echantillon}, codeur {fiche.codeur}"
                if not accords.poser_fiche(
                    ecriture, nom=fiche.echantillon, codeur=fiche.codeur, empreinte=empreinte
                ):
                    passes.append(dit)
                    continue
                tirees = unites[fiche.echantillon]
                accords.oter_codages_de_fiche(ecriture, tirees, fiche.codeur)
                _ajouter(ecriture, fiche, tirees)
                faits.append(dit)
    return Bilan(ETAPE_FICHES, tuple(faits), tuple(passes))


def _empreinte(fichier: Path) -> str:
    return hashlib.sha256(fichier.read_bytes()).hexdigest()


def _ajouter(ecriture: Ecriture, fiche: FicheRendue, tirees: Sequence[UniteTiree]) -> None:
    date = datetime.fromisoformat(ecriture.date)
    poses = [
        Codage(unite.source_id, unite.extrait, code, fiche.codeur, Origine.FICHE, date)
        for unite in tirees
        for code in fiche.codes[unite.rang]
    ]
    codages.ajouter(ecriture, poses, {unite.source_id: unite.version_id for unite in tirees})
