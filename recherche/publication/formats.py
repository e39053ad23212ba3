"""Écrire et lire une table : Parquet, csv et xlsx, les mêmes octets pour les mêmes valeurs."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from recherche.modele.fichiers import figer_archive
from recherche.publication.dictionnaire import TABLES, typer

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FORMULE = ("=", "+", "-", "@", "\t", "\r")
_LARGEUR_MAX = 60


def en_csv(table: pd.DataFrame) -> bytes:
    """Csv qu'un Excel français ouvre d'un double-clic : UTF-8 avec BOM, « ; », virgule décimale.

    Un texte qui commence comme une formule (= + - @) reçoit une apostrophe devant.
    """
    protegee = table.copy()
    for colonne, type_ in table.dtypes.items():
        if type_ == "str":
            protegee[colonne] = table[colonne].map(sans_formule).astype("str")
        elif type_ == "bool":
            protegee[colonne] = table[colonne].map({True: "vrai", False: "faux"}).astype("str")
    texte = protegee.to_csv(sep=";", decimal=",", index=False, lineterminator="\r\n")
    return texte.encode("utf-8-sig")


def sans_formule(texte: str) -> str:
    """Le texte, précédé d'une apostrophe si un tableur y verrait une formule."""
    return f"'{texte}" if texte.startswith(_FORMULE) else texte


def en_xlsx(feuilles: Mapping[str, pd.DataFrame]) -> bytes:
    """Un classeur, une feuille par table ; les textes y sont des textes, jamais des formules."""
    from openpyxl import Workbook

    classeur = Workbook()
    classeur.remove(classeur.worksheets[0])
    classeur.properties.creator = "recherche"
    for nom, table in feuilles.items():
        _remplir(classeur.create_sheet(nom[:31]), table)
    tampon = io.BytesIO()
    classeur.save(tampon)
    return figer_archive(tampon.getvalue())


def en_parquet(table: pd.DataFrame) -> bytes:
    """Parquet (zstd), sans métadonnée de l'outil qui l'écrit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    contenu = pa.Table.from_pandas(table, preserve_index=False).replace_schema_metadata(None)
    tampon = io.BytesIO()
    pq.write_table(contenu, tampon, compression="zstd", store_schema=False)
    return tampon.getvalue()


def depuis_parquet(octets: bytes, nom: str) -> pd.DataFrame:
    """La table `nom` du jeu, aux types du schéma."""
    import pyarrow.parquet as pq

    table = pq.ParquetFile(io.BytesIO(octets)).read().to_pandas()
    return typer(table, nom) if nom in TABLES else table


def _remplir(feuille: Worksheet, table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter

    feuille.append(list(table.columns))
    for cellule in feuille[1]:
        cellule.font = Font(bold=True)
    feuille.freeze_panes = "A2"
    for ligne, valeurs in enumerate(table.itertuples(index=False, name=None), start=2):
        for colonne, valeur in enumerate(valeurs, start=1):
            if pd.isna(valeur):
                continue
            cellule = feuille.cell(ligne, colonne, _valeur(valeur))
            if isinstance(valeur, str):
                cellule.data_type = "s"
                cellule.quotePrefix = valeur.startswith(_FORMULE)
                cellule.alignment = Alignment(wrap_text=len(valeur) > _LARGEUR_MAX, vertical="top")
    for colonne, titre in enumerate(table.columns, start=1):
        longueur = max(map(len, map(str, [titre, *table[titre]])))
        largeur = min(_LARGEUR_MAX, longueur + 2)
        feuille.column_dimensions[get_column_letter(colonne)].width = largeur


def _valeur(valeur: object) -> str | float:
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(valeur, str):
        return ILLEGAL_CHARACTERS_RE.sub("", valeur)
    if isinstance(valeur, bool):
        return "vrai" if valeur else "faux"
    if isinstance(valeur, int | np.integer):
        return int(valeur)
    return float(valeur) if isinstance(valeur, float) else str(valeur)
