"""Les points à réconcilier, en classeur à remplir, et les décisions qu'on y a prises."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

import pandas as pd

from recherche.erreurs import ErreurEchange
from recherche.modele.fichiers import figer_archive

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

FEUILLE = "points"
POINT, DECISION, CODES, MOTIF = "point", "décision", "autres codes", "motif"
_LARGEURS = {"ce que chacun a posé": 60, "texte": 70, DECISION: 12, CODES: 26, MOTIF: 40}
_ILLISIBLE = (EOFError, KeyError, OSError, ParseError, TypeError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class DecisionLue:
    """Une décision écrite dans le classeur, pour le point dont la clé commence par `point`."""

    point: str
    retenu: str
    codes: tuple[str, ...]
    motif: str


def ecrire_points(table: pd.DataFrame, choix: Sequence[str]) -> bytes:
    """Le classeur des points : `table` telle quelle, « décision » en liste déroulante de `choix`."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    classeur = Workbook()
    classeur.properties.creator = "recherche"
    classeur.properties.title = "Réconciliation"
    feuille: Any = classeur.active
    feuille.title = FEUILLE
    feuille.append(list(table.columns))
    for ligne in table.itertuples(index=False):
        feuille.append(list(ligne))
    _mettre_en_forme(feuille, list(table.columns))
    if len(table):
        lettre = get_column_letter(list(table.columns).index(DECISION) + 1)
        validation = DataValidation(type="list", formula1=f'"{",".join(choix)}"', allow_blank=True)
        validation.add(f"{lettre}2:{lettre}{len(table) + 1}")
        feuille.add_data_validation(validation)
    tampon = io.BytesIO()
    classeur.save(tampon)
    return figer_archive(tampon.getvalue())


def _mettre_en_forme(feuille: Worksheet, colonnes: Sequence[str]) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    for rang, titre in enumerate(colonnes, start=1):
        cellule = feuille.cell(1, rang)
        cellule.font = Font(bold=True, color="FFFFFF")
        cellule.fill = PatternFill("solid", fgColor="1F4E79")
        feuille.column_dimensions[get_column_letter(rang)].width = _LARGEURS.get(titre, 14)
    for rangee in feuille.iter_rows(min_row=2):
        for cellule in rangee:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cellule.value, str):
                cellule.data_type = "s"
    feuille.freeze_panes = "B2"


def lire_decisions(fichier: Path) -> list[DecisionLue]:
    """Les lignes où une décision est écrite. Lève `ErreurEchange` (fichier, colonnes)."""
    from openpyxl import load_workbook

    try:
        classeur = load_workbook(io.BytesIO(fichier.read_bytes()), data_only=True)
        feuille = classeur[FEUILLE]
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin du classeur.") from None
    except _ILLISIBLE as erreur:
        raise ErreurEchange(
            f"{fichier} n'est pas un classeur de réconciliation lisible.",
            "Rendez celui qu'a écrit « recherche reconcilier », rempli.",
        ) from erreur
    titres = [str(cellule.value or "").strip() for cellule in feuille[1]]
    absents = [nom for nom in (POINT, DECISION, CODES, MOTIF) if nom not in titres]
    if absents:
        raise ErreurEchange(
            f"{fichier} : colonnes absentes : {', '.join(absents)}.",
            "Rendez le classeur sans changer ses titres.",
        )
    lues = []
    for valeurs in feuille.iter_rows(min_row=2, values_only=True):
        ligne = {nom: str(v).strip() for nom, v in zip(titres, valeurs, strict=True) if v is not None}
        if ligne.get(POINT) and ligne.get(DECISION):
            codes = ligne.get(CODES, "").replace(";", ",").split(",")
            propres = tuple(code.strip().upper() for code in codes if code.strip())
            lues.append(DecisionLue(ligne[POINT], ligne[DECISION], propres, ligne.get(MOTIF, "")))
    return lues
