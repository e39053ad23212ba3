"""Figer une version citable : corpus, grille et codages tels qu'ils sont, en lecture seule.

`figees/NOM/` contient le projet QDPX pseudonymisé, la grille, les tableaux, un manifeste (SHA-256 de
chaque fichier) et la citation. L'empreinte de la version est celle du manifeste : la retrouver, c'est
avoir les mêmes octets. Une version figée ne se refait ni ne se remplace.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recherche.entrepot import Entrepot, codages, projets, sorties, suites, transcriptions
from recherche.entrepot.projets import VersionFigee
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.exporter_qda import FABRIQUES, PROJET, ecrire_projet, matiere_de
from recherche.etapes.projet_qda import projet_de
from recherche.etapes.seance import registre_reporte, seance
from recherche.modele.suivi import Anomalie, Bilan
from recherche.reglages import Etude

ETAPE = "figer"
DOSSIER = "figees"
MANIFESTE = "manifeste.sha256"
CITATION = "CITATION.txt"
FORME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
FIGES = ("qdc", "code-cas", "passages")


@dataclass(frozen=True, slots=True)
class Verification:
    """Une version figée et ce qui, dans ses fichiers, n'est plus ce qui fut figé."""

    version: VersionFigee
    fautes: tuple[str, ...]


def figer(etude: Etude, nom: str) -> Bilan:
    """Fige la version `nom`. Lève `ErreurEntrepot` : nom pris ou qui ne va pas, ou rien à figer.

    Interrompue, elle ne laisse rien : le dossier n'a son nom, et la base sa ligne, qu'une fois complet.
    """
    if not FORME.fullmatch(nom):
        raise ErreurEntrepot(
            f"« {nom} » ne convient pas au nom d'une version.",
            "Employez lettres sans accent, chiffres et tirets : « recherche figer 2010-rapport ».",
        )
    dossier = etude.chemin / DOSSIER / nom
    with seance(etude, ETAPE) as entrepot:
        _refuser_prise(entrepot, dossier, nom)
        provisoire = dossier.with_name(f".{nom}.partiel")
        shutil.rmtree(provisoire, ignore_errors=True)
        try:
            provisoire.mkdir(parents=True, mode=0o700)
            version = _figer(etude, entrepot, nom, provisoire)
            _ecrire_citation(etude, version, provisoire)
            for fichier in provisoire.iterdir():
                fichier.chmod(0o400)
            provisoire.replace(dossier)
            with entrepot.ecrire(ETAPE) as ecriture:
                projets.figer(ecriture, version)
                chemin = dossier.relative_to(etude.chemin).as_posix()
                sorties.noter(ecriture, "version figée", [(s, chemin) for s in version.sources])
        finally:
            shutil.rmtree(provisoire, ignore_errors=True)
    messages = (
        f"{len(version.sources)} sources, {version.codages} codages",
        f"empreinte sha256:{version.empreinte}",
        f"à citer : {DOSSIER}/{nom}/{CITATION}",
    )
    return Bilan(ETAPE, (f"{DOSSIER}/{nom}",), messages=messages)


def verifier(etude: Etude) -> Bilan:
    """Relit toutes les versions figées : une anomalie par version dont un octet a changé."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        figees = projets.figees(cx)
    verifications = [Verification(v, tuple(_fautes(etude.chemin / DOSSIER / v.nom, v))) for v in figees]
    anomalies = tuple(
        Anomalie(
            v.version.nom,
            f"La version figée {v.version.nom} a été changée : {', '.join(v.fautes)}.",
            "Remettez son dossier depuis une copie ; elle ne peut plus être citée telle quelle.",
        )
        for v in verifications
        if v.fautes
    )
    intactes = [v.version for v in verifications if not v.fautes]
    messages = tuple(
        f"{v.nom} : {v.date[:10]}, {v.auteur}, {len(v.sources)} sources, {v.codages} codages,"
        f" sha256:{v.empreinte}"
        for v in intactes
    )
    return Bilan(ETAPE, passes=tuple(v.nom for v in intactes), anomalies=anomalies, messages=messages)


def _refuser_prise(entrepot: Entrepot, dossier: Path, nom: str) -> None:
    with entrepot.lire() as cx:
        prise = nom.casefold() in {version.nom.casefold() for version in projets.figees(cx)}
    if prise or dossier.exists():
        raise ErreurEntrepot(
            f"La version « {nom} » existe déjà : une version figée ne se refait pas.",
            "Donnez un autre nom ; « recherche figer » montre celles qui existent.",
        )


def _figer(etude: Etude, entrepot: Entrepot, nom: str, dossier: Path) -> VersionFigee:
    """Écrit les fichiers et leur manifeste, lus d'un seul état de la base ; rend la version."""
    registre = registre_reporte(etude, entrepot)
    with entrepot.lire() as cx:
        presentes = transcriptions.pseudonymisees(cx)
        if not presentes:
            raise ErreurEntrepot(
                "Aucune source n'est pseudonymisée : il n'y a rien à figer.",
                "Lancez « recherche pseudonymiser ».",
            )
        ecrire_projet(projet_de(etude, cx, registre), dossier / PROJET)
        matiere = matiere_de(etude, cx, registre, sorted(presentes))
        nombre = len(codages.lire(cx, version_ids=[version.id for version in presentes.values()]))
    for fmt in FIGES:
        for fichier, octets in FABRIQUES[fmt](matiere).items():
            (dossier / fichier).write_bytes(octets)
    shutil.copyfile(etude.fichier_grille, dossier / etude.fichier_grille.name)
    fichiers = sorted(dossier.iterdir())
    lignes = [f"{suites.empreinte_fichier(fichier)}  {fichier.name}\n" for fichier in fichiers]
    manifeste = dossier / MANIFESTE
    manifeste.write_text("".join(lignes), encoding="utf-8", newline="\n")
    return projets.version_neuve(nom, suites.empreinte_fichier(manifeste), sorted(presentes), nombre)


def _ecrire_citation(etude: Etude, version: VersionFigee, dossier: Path) -> None:
    presentation = etude.reglages.etude
    fictive = " Données fictives." if presentation.fictive else ""
    texte = (
        f"{presentation.organisme}. « {presentation.titre} » : corpus pseudonymisé, grille et codages,"
        f" version {version.nom}, {version.date[:10]}. {len(version.sources)} sources,"
        f" {version.codages} codages.{fictive} sha256:{version.empreinte}\n\n"
        f"L'empreinte est le SHA-256 de {MANIFESTE}, qui donne celui de chaque fichier. Vérifier :\n"
        f"« sha256sum {MANIFESTE} », puis « sha256sum -c {MANIFESTE} ».\n"
    )
    (dossier / CITATION).write_text(texte, encoding="utf-8", newline="\n")


def _fautes(dossier: Path, version: VersionFigee) -> Sequence[str]:
    """Les fichiers manquants, changés ou ajoutés d'une version figée."""
    manifeste = dossier / MANIFESTE
    if not manifeste.is_file():
        return [f"{MANIFESTE} manque"]
    if suites.empreinte_fichier(manifeste) != version.empreinte:
        return [f"{MANIFESTE} a changé"]
    lignes = manifeste.read_text("utf-8").splitlines()
    attendus = {nom: empreinte for empreinte, nom in (ligne.split("  ", 1) for ligne in lignes)}
    fautes = []
    for nom, empreinte in attendus.items():
        fichier = dossier / nom
        if not fichier.is_file():
            fautes.append(f"{nom} manque")
        elif suites.empreinte_fichier(fichier) != empreinte:
            fautes.append(f"{nom} a changé")
    permis = {*attendus, MANIFESTE, CITATION}
    return fautes + [f"{f.name} est en trop" for f in dossier.iterdir() if f.name not in permis]
