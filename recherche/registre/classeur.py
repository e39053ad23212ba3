"""Ouvrir `registre.xlsx` et en tirer des lignes : verrou, format, feuilles et colonnes."""

from __future__ import annotations

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from xml.etree.ElementTree import ParseError

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from recherche.erreurs import ErreurRegistre
from recherche.registre.cellules import Fautes, Ligne, normaliser
from recherche.registre.colonnes import Colonne

# Ce que lève openpyxl sur un fichier qui n'est pas, ou plus, un classeur.
_ILLISIBLE = (
    AttributeError,
    EOFError,
    IndexError,
    InvalidFileException,
    KeyError,
    OSError,
    ParseError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


def ouvrir_classeur(fichier: Path) -> Workbook:
    """Le classeur, lu en mémoire. Lève `ErreurRegistre` s'il est absent, ouvert ou illisible."""
    _refuser_verrou(fichier)
    try:
        contenu = fichier.read_bytes()
    except FileNotFoundError:
        raise ErreurRegistre(
            f"L'étude n'a pas de registre : {fichier} n'existe pas.",
            f"Écrivez-en un à remplir : « recherche registre --etude {fichier.parent} ».",
        ) from None
    except OSError as erreur:
        raise ErreurRegistre(
            f"{fichier} ne se lit pas : {erreur}.", "Fermez-le partout où il est ouvert et relancez."
        ) from erreur
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
            return load_workbook(io.BytesIO(contenu))
    except _ILLISIBLE as erreur:
        raise ErreurRegistre(
            f"{fichier} n'est pas un classeur .xlsx lisible.",
            "Ouvrez-le dans un tableur, ôtez son mot de passe s'il en a un, et enregistrez-le comme "
            "« Classeur Excel (.xlsx) ».",
        ) from erreur


def _refuser_verrou(fichier: Path) -> None:
    for nom in (f"~${fichier.name}", f".~lock.{fichier.name}#"):
        if (fichier.parent / nom).exists():
            raise ErreurRegistre(
                f"{fichier} est ouvert dans un tableur (Excel ou LibreOffice).",
                "Enregistrez, fermez le classeur et relancez. S'il n'est ouvert nulle part, supprimez "
                f"le fichier « {nom} » resté dans le même dossier.",
            )


def lire_lignes(
    classeur: Workbook, attendues: Mapping[str, Sequence[Colonne]], fautes: Fautes
) -> dict[str, list[Ligne]]:
    """Les lignes non vides de chaque feuille ; note les feuilles et les colonnes manquantes."""
    return {
        nom: list(_lignes_feuille(classeur, nom, colonnes, fautes))
        for nom, colonnes in attendues.items()
    }


def _lignes_feuille(
    classeur: Workbook, nom: str, colonnes: Sequence[Colonne], fautes: Fautes
) -> Iterator[Ligne]:
    feuille = classeur[nom] if nom in classeur.sheetnames else None
    if not isinstance(feuille, Worksheet):
        fautes.dire(nom, "cette feuille manque au classeur")
        return
    rangs = _rangs(feuille, colonnes, fautes)
    if rangs is None:
        return
    for cellules in feuille.iter_rows(min_row=2):
        par_cle = {cle: cellules[rang] for cle, rang in rangs.items()}
        ligne = Ligne(feuille.title, par_cle, fautes)
        if ligne.remplie():
            yield ligne


def _rangs(feuille: Worksheet, colonnes: Sequence[Colonne], fautes: Fautes) -> dict[str, int] | None:
    """Rang de chaque colonne d'après la première ligne ; None s'il en manque."""
    titres: dict[str, int] = {}
    for rang, cellule in enumerate(feuille[1]):
        titre = normaliser(str(cellule.value or "")).casefold()
        if titre and titre in titres:
            fautes.dire(f"{feuille.title}!{cellule.coordinate}", f"une autre colonne « {titre} » existe")
        titres.setdefault(titre, rang)
    rangs: dict[str, int] = {}
    for colonne in colonnes:
        rang_lu = titres.get(normaliser(colonne.titre).casefold())
        if rang_lu is None and colonne.facultative:
            continue
        if rang_lu is None:
            dit = f"la colonne « {colonne.titre} » manque à la première ligne"
            fautes.dire(f"{feuille.title}!A1", dit)
        else:
            rangs[colonne.cle] = rang_lu
    exigees = {colonne.cle for colonne in colonnes if not colonne.facultative}
    return rangs if exigees <= rangs.keys() else None
