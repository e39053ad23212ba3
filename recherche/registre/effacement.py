"""Effacer du registre tout ce qui concerne une source, sans toucher au reste du classeur."""

from __future__ import annotations

import io
from collections.abc import Iterator

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from recherche.modele.fichiers import ecrire_atomique
from recherche.registre.cellules import normaliser
from recherche.registre.classeur import ouvrir_classeur
from recherche.registre.colonnes import feuilles
from recherche.reglages import Etude


def effacer_source(etude: Etude, identifiant: str) -> int:
    """Vide les lignes de la source, dans toutes les feuilles ; rend leur nombre.

    Toutes les cellules de la ligne sont vidées, colonnes ajoutées à la main et commentaires compris.
    Lève `ErreurRegistre` si le classeur est absent, illisible ou ouvert dans un tableur.
    """
    classeur = ouvrir_classeur(etude.fichier_registre)
    lignes = list(_lignes(classeur, etude, identifiant))
    if not lignes:
        return 0
    for ligne in lignes:
        for cellule in ligne:
            if isinstance(cellule, Cell):
                cellule.value = None
                cellule.hyperlink = None
                cellule.comment = None
    octets = io.BytesIO()
    classeur.save(octets)
    ecrire_atomique(etude.fichier_registre, octets.getvalue())
    return len(lignes)


def _lignes(
    classeur: Workbook, etude: Etude, identifiant: str
) -> Iterator[tuple[Cell | MergedCell, ...]]:
    for nom in feuilles(etude.reglages):
        feuille = classeur[nom] if nom in classeur.sheetnames else None
        if not isinstance(feuille, Worksheet):
            continue
        titres = [normaliser(str(c.value or "")).casefold() for c in feuille[1]]
        if "identifiant" not in titres:
            continue
        rang = titres.index("identifiant")
        for ligne in feuille.iter_rows(min_row=2):
            if normaliser(str(ligne[rang].value or "")) == identifiant:
                yield ligne
