"""La démonstration : une copie de travail de l'étude fictive, menée d'un bout à l'autre."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import recherche
from recherche.entrepot.base import VARIABLE_BASE
from recherche.erreurs import ErreurEtude
from recherche.etapes.exporter import exporter
from recherche.etapes.importer import importer_codages, importer_revues, importer_transcriptions
from recherche.etapes.inventorier import inventorier
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.seance import disque_plein
from recherche.etapes.transcrire import transcrire
from recherche.modele.suivi import Bilan, Suivi, silencieux
from recherche.reglages import NOM_REGLAGES, Etude

SOURCES = ("LOR-J-02", "BRE-P-01", "REN-A-01")
LISIBLES = ("txt", "docx", "json")
MINUTES = ("vtt", "srt")
PARTIEL = ".partiel"


def original() -> Path:
    """Le dossier de la démonstration, dans le dépôt. Lève `ErreurEtude` s'il n'y est pas."""
    dossier = Path(recherche.__file__).resolve().parent.parent / "interviews" / "demo"
    if not (dossier / NOM_REGLAGES).is_file():
        raise ErreurEtude(
            "La démonstration n'est pas ici : le paquet installé ne contient ni son ni entretien.",
            'Installez depuis le dépôt : « git clone », puis « pip install -e ".[demo]" ».',
        )
    return dossier


def preparer(chemin: Path) -> Etude:
    """Copie ce qui manque de la démonstration dans `chemin`, sans rien y remplacer.

    Lève `ErreurEtude` si le dossier contient autre chose que la démonstration, ou ne s'écrit pas.
    """
    if VARIABLE_BASE in os.environ:
        raise ErreurEtude(
            f"{VARIABLE_BASE} désigne la base d'une étude : la démonstration n'y écrira pas.",
            f"Retirez {VARIABLE_BASE} de l'environnement, le temps de la démonstration.",
        )
    source = original()
    reglages = chemin / NOM_REGLAGES
    if reglages.exists():
        etude = Etude.ouvrir(chemin)
        if not etude.reglages.etude.fictive:
            raise _occupe(chemin, "une étude réelle")
    elif chemin.exists() and (not chemin.is_dir() or any(map(_etrangere, chemin.iterdir()))):
        raise _occupe(chemin, "autre chose")
    # Les réglages d'abord : une copie interrompue se reconnaît, et se reprend.
    fichiers = [f for f in source.rglob("*") if f.is_file()]
    with disque_plein(chemin):
        for fichier in sorted(fichiers, key=lambda f: (f != source / NOM_REGLAGES, f)):
            _copier(fichier, chemin / fichier.relative_to(source))
    return Etude.ouvrir(chemin)


def _copier(fichier: Path, copie: Path) -> None:
    """Copie un fichier s'il manque ; d'un seul coup."""
    if copie.exists():
        return
    partielle = copie.with_name(f".{copie.name}{PARTIEL}")
    try:
        copie.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(fichier, partielle)
        partielle.replace(copie)
    except PermissionError as erreur:
        raise ErreurEtude(
            f"{copie} ne peut pas être écrit : {erreur.strerror}.",
            "Donnez un dossier où vous pouvez écrire : « recherche demo AUTRE_DOSSIER ».",
        ) from erreur
    finally:
        with suppress(OSError):
            partielle.unlink()


def _etrangere(entree: Path) -> bool:
    """Faux pour le reste d'une copie interrompue."""
    return not (entree.name.startswith(".") and entree.name.endswith(PARTIEL))


def _occupe(chemin: Path, contenu: str) -> ErreurEtude:
    return ErreurEtude(
        f"{chemin} contient {contenu} : la démonstration n'y est pas copiée.",
        "Donnez un autre dossier : « recherche demo AUTRE_DOSSIER ».",
    )


def derouler(etude: Etude, *, complet: bool = False, suivi: Suivi = silencieux) -> Iterator[Bilan]:
    """Mène la démonstration étape par étape et rend le bilan de chacune ; reprend où elle en était."""
    dossier = etude.chemin
    transcrites = None if complet else SOURCES

    def de(nom: str) -> list[Path]:
        return sorted((dossier / nom).glob("*.json"))

    etapes: list[Callable[[], Bilan]] = [
        lambda: inventorier(etude, suivi=suivi),
        lambda: transcrire(etude, sources=transcrites, suivi=suivi),
        lambda: importer_transcriptions(etude, de("transcriptions"), suivi=suivi),
        lambda: importer_revues(etude, de("revues"), suivi=suivi),
        lambda: pseudonymiser_etude(etude, suivi=suivi),
        lambda: importer_codages(etude, de("codages"), suivi=suivi),
        lambda: publier(etude),
        lambda: rediger(etude, suivi=suivi),
        lambda: _exporter(etude, suivi),
    ]
    for etape in etapes:
        yield etape()


def _exporter(etude: Etude, suivi: Suivi) -> Bilan:
    lisibles = exporter(etude, formats=LISIBLES, sources=SOURCES, suivi=suivi)
    minutees = exporter(
        etude, formats=MINUTES, sources=SOURCES, prive=True, automatique=True, suivi=suivi
    )
    return Bilan(
        lisibles.etape,
        lisibles.faits + minutees.faits,
        lisibles.passes + minutees.passes,
        lisibles.anomalies + minutees.anomalies,
    )
