"""Compléter une ligne du registre depuis une page, sans toucher au reste du classeur."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet

from recherche.erreurs import ErreurRegistre
from recherche.modele.fichiers import ecrire_atomique
from recherche.registre.cellules import normaliser
from recherche.registre.classeur import ouvrir_classeur
from recherche.registre.colonnes import ATELIERS, ENTRETIENS, Colonne, Genre, feuilles
from recherche.registre.lecture import lire_registre
from recherche.reglages import Etude

Valeur = str | int | date | None


@dataclass(frozen=True, slots=True)
class Fiche:
    """Une ligne du registre : sa feuille, son numéro, et la valeur de chaque colonne (par clé)."""

    source_id: str
    feuille: str
    ligne: int
    valeurs: Mapping[str, Valeur]


def colonnes_fiche(etude: Etude, feuille: str) -> tuple[Colonne, ...]:
    """Les colonnes qu'une personne remplit dans une feuille."""
    return tuple(c for c in feuilles(etude.reglages)[feuille] if not c.protegee)


def fiches(etude: Etude) -> list[Fiche]:
    """Les lignes prévues ou remplies des entretiens et des ateliers. Lève `ErreurRegistre`."""
    return list(_fiches(ouvrir_classeur(etude.fichier_registre), etude))


def completer(etude: Etude, fiche: Fiche, valeurs: Mapping[str, Valeur]) -> list[str]:
    """Écrit ces valeurs dans la ligne ; rend les clés qui ont changé.

    Lève `ErreurRegistre` si le classeur est ouvert, si la ligne a changé de place, ou si le registre
    ainsi rempli serait refusé : rien n'est alors écrit.
    """
    classeur = ouvrir_classeur(etude.fichier_registre)
    actuelle = next((f for f in _fiches(classeur, etude) if _meme(f, fiche)), None)
    feuille = classeur[fiche.feuille]
    if actuelle is None or not isinstance(feuille, Worksheet):
        raise ErreurRegistre(
            f"La ligne de {fiche.source_id} n'est plus à sa place au registre.", "Rechargez la page."
        )
    changees = [cle for cle, valeur in valeurs.items() if actuelle.valeurs.get(cle) != valeur]
    rangs = _rangs(feuille, feuilles(etude.reglages)[fiche.feuille])
    for cle in changees:
        cellule = feuille.cell(fiche.ligne, rangs[cle])
        valeur = valeurs[cle]
        cellule.value = valeur
        if isinstance(cellule, Cell) and isinstance(valeur, str):
            cellule.data_type = "s"
    if changees:
        octets = io.BytesIO()
        classeur.save(octets)
        _verifier(etude, octets.getvalue())
        ecrire_atomique(etude.fichier_registre, octets.getvalue())
    return changees


def _meme(une: Fiche, autre: Fiche) -> bool:
    return (une.source_id, une.feuille, une.ligne) == (autre.source_id, autre.feuille, autre.ligne)


def _verifier(etude: Etude, octets: bytes) -> None:
    """Lit le registre tel qu'il serait. Lève `ErreurRegistre` avec ce qui serait refusé."""
    with tempfile.TemporaryDirectory() as dossier:
        essai = replace(etude, chemin=Path(dossier))
        ecrire_atomique(essai.fichier_registre, octets, mode=0o600)
        try:
            lire_registre(essai)
        except ErreurRegistre as erreur:
            detail = erreur.message.partition("\n")[2] or erreur.message
            raise ErreurRegistre(
                f"Le registre refuserait ces valeurs, rien n'a été écrit :\n{detail}",
                "Corrigez les cases citées.",
            ) from erreur


def _fiches(classeur: Workbook, etude: Etude) -> Iterator[Fiche]:
    for nom in (ENTRETIENS, ATELIERS):
        feuille = classeur[nom] if nom in classeur.sheetnames else None
        if not isinstance(feuille, Worksheet):
            continue
        colonnes = feuilles(etude.reglages)[nom]
        rangs = _rangs(feuille, colonnes)
        par_cle = {colonne.cle: colonne for colonne in colonnes if colonne.cle in rangs}
        for numero in range(2, feuille.max_row + 1):
            lues = {c: _lire(feuille.cell(numero, rangs[c]).value, par_cle[c]) for c in par_cle}
            if identifiant := lues.get("identifiant"):
                yield Fiche(str(identifiant), nom, numero, lues)


def _rangs(feuille: Worksheet, colonnes: Sequence[Colonne]) -> dict[str, int]:
    titres = {normaliser(str(c.value or "")).casefold(): rang for rang, c in enumerate(feuille[1], 1)}
    cherches = {colonne.cle: normaliser(colonne.titre).casefold() for colonne in colonnes}
    return {cle: titres[titre] for cle, titre in cherches.items() if titre in titres}


def _lire(valeur: object, colonne: Colonne) -> Valeur:
    if valeur is None:
        return None
    if colonne.genre in (Genre.DATE, Genre.DATE_ETUDE):
        return valeur.date() if isinstance(valeur, datetime) else str(valeur)
    if colonne.genre is Genre.AGE and isinstance(valeur, int | float):
        return int(valeur)
    return normaliser(str(valeur)) or None
