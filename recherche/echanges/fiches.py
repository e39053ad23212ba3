"""Fiches de codage : le classeur qu'un codeur aveugle remplit, et ce qu'il y a mis."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from recherche.erreurs import ErreurEchange
from recherche.modele.codage import Grille
from recherche.modele.fichiers import figer_archive

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

FEUILLE, GRILLE, LISTES, CONSIGNES = "fiche", "grille", "listes", "Lisez-moi"
THEMES = ("thème 1", "thème 2", "thème 3")
NATURE, RIEN, MEMO = "nature", "rien à coder", "remarque"
FIXES = ("n°", "entretien", "ce qui précède", "à coder")
_ILLISIBLE = (EOFError, KeyError, OSError, ParseError, TypeError, ValueError, zipfile.BadZipFile)


@dataclass(frozen=True, slots=True)
class LigneFiche:
    """Une unité à coder, comme la voit le codeur."""

    rang: int
    source_id: str
    avant: str
    texte: str


@dataclass(frozen=True, slots=True)
class FicheRendue:
    """Ce qu'un codeur a rendu : les codes de chaque unité (aucun : rien à coder), par rang."""

    echantillon: str
    codeur: str
    codes: Mapping[int, tuple[str, ...]]


def ecrire_fiche(
    lignes: Sequence[LigneFiche], grille: Grille, *, echantillon: str, codeur: str
) -> bytes:
    """Le classeur à remplir : une ligne par unité, les codes en listes déroulantes, la grille à côté."""
    from openpyxl import Workbook

    classeur = Workbook()
    classeur.properties.creator = "recherche"
    classeur.properties.title = f"Fiche {echantillon}, codeur {codeur}"
    consignes: Any = classeur.active
    _consignes(consignes, grille, echantillon, codeur)
    _remplir(classeur.create_sheet(FEUILLE), lignes, bool(grille.natures))
    _poser_grille(classeur.create_sheet(GRILLE), grille)
    _poser_listes(classeur, grille, len(lignes))
    classeur.active = 1
    tampon = io.BytesIO()
    classeur.save(tampon)
    return figer_archive(tampon.getvalue())


def _consignes(feuille: Worksheet, grille: Grille, echantillon: str, codeur: str) -> None:
    from openpyxl.styles import Alignment, Font

    feuille.title = CONSIGNES
    feuille.column_dimensions["A"].width = 16
    feuille.column_dimensions["B"].width = 100
    feuille.append(["échantillon", echantillon])
    feuille.append(["codeur", codeur])
    for texte in (
        "Codez chaque ligne de la feuille « fiche » seul, sans regarder le travail des autres.",
        "Codez la colonne « à coder » ; « ce qui précède » n'est là que pour comprendre.",
        "Un à trois thèmes" + (" et une nature du propos." if grille.natures else "."),
        "Rien à coder ? Mettez x dans « rien à coder » : une ligne laissée vide est refusée au retour.",
        "Les définitions sont dans la feuille « grille ». Ne changez ni les lignes ni leur ordre.",
    ):
        feuille.append(["", texte])
    for rangee in feuille.iter_rows():
        rangee[0].font = Font(bold=True)
        rangee[1].alignment = Alignment(wrap_text=True, vertical="top")


def _colonnes(natures: bool) -> tuple[str, ...]:
    return (*FIXES, *THEMES, *((NATURE,) if natures else ()), RIEN, MEMO)


def _remplir(feuille: Worksheet, lignes: Sequence[LigneFiche], natures: bool) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    colonnes = _colonnes(natures)
    feuille.append(list(colonnes))
    largeurs = {"n°": 6, "entretien": 12, "ce qui précède": 45, "à coder": 60, MEMO: 30}
    for rang, titre in enumerate(colonnes, start=1):
        cellule = feuille.cell(1, rang)
        cellule.font = Font(bold=True, color="FFFFFF")
        cellule.fill = PatternFill("solid", fgColor="1F4E79")
        feuille.column_dimensions[get_column_letter(rang)].width = largeurs.get(titre, 18)
    for ligne in lignes:
        feuille.append([ligne.rang, ligne.source_id, ligne.avant, ligne.texte])
    for rangee in feuille.iter_rows(min_row=2):
        for cellule in rangee:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cellule.value, str):
                cellule.data_type = "s"
    feuille.freeze_panes = f"{get_column_letter(len(FIXES) + 1)}2"


def _poser_grille(feuille: Worksheet, grille: Grille) -> None:
    from openpyxl.styles import Alignment, Font

    feuille.append(["code", "nom", "définition", "inclure", "exclure", "exemple"])
    for code in grille.codes():
        feuille.append([code.id, code.nom, code.definition, code.inclure, code.exclure, code.exemple])
    for lettre, largeur in zip("ABCDEF", (16, 28, 60, 40, 40, 40), strict=True):
        feuille.column_dimensions[lettre].width = largeur
    for rangee in feuille.iter_rows():
        for cellule in rangee:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
    for rang in range(1, 7):
        feuille.cell(1, rang).font = Font(bold=True)
    feuille.freeze_panes = "A2"


def _poser_listes(classeur: Workbook, grille: Grille, lignes: int) -> None:
    """Les codes permis, en listes déroulantes."""
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    listes, fiche = classeur.create_sheet(LISTES), classeur[FEUILLE]
    listes.sheet_state = "hidden"
    permis = [[code.id for code in grille.themes()], [code.id for code in grille.natures]]
    for colonne, codes in enumerate(permis, start=1):
        for rang, code in enumerate(codes, start=1):
            listes.cell(rang, colonne, code)
    colonnes = _colonnes(bool(grille.natures))
    for titre in (*THEMES, NATURE):
        if titre not in colonnes:
            continue
        liste = 2 if titre == NATURE else 1
        lettre = get_column_letter(liste)
        plage = f"{LISTES}!${lettre}$1:${lettre}${max(len(permis[liste - 1]), 1)}"
        validation = DataValidation(type="list", formula1=plage, allow_blank=True)
        validation.error = "Choisissez un code de la liste."
        validation.showErrorMessage = True
        place = get_column_letter(colonnes.index(titre) + 1)
        validation.add(f"{place}2:{place}{lignes + 1}")
        fiche.add_data_validation(validation)


def lire_fiche(fichier: Path, grille: Grille, *, lignes: int | None = None) -> FicheRendue:
    """Ce qu'un codeur a rendu. Lève `ErreurEchange` avec toutes les fautes, par cellule."""
    classeur = _ouvrir(fichier)
    tete = {str(a.value or "").strip(): str(b.value or "").strip() for a, b in _deux(classeur, fichier)}
    codeur, echantillon = tete.get("codeur", ""), tete.get("échantillon", "")
    fautes: list[str] = []
    for nom, valeur in (("codeur", codeur), ("échantillon", echantillon)):
        if not valeur:
            fautes.append(
                f"{CONSIGNES} : le nom de l'{nom}" if nom[0] == "é" else f"{CONSIGNES} : le codeur"
            )
    codes = dict(_lignes(classeur, grille, fautes))
    if lignes is not None and sorted(codes) != list(range(1, lignes + 1)) and not fautes:
        fautes.append(f"{len(codes)} lignes numérotées, {lignes} attendues : il en manque, ou en double")
    if fautes:
        detail = "".join(f"\n  - {faute}" for faute in fautes)
        raise ErreurEchange(
            f"{fichier} : {len(fautes)} erreur(s).{detail}",
            "Corrigez la fiche et rendez-la de nouveau : rien n'en a été pris.",
        )
    return FicheRendue(echantillon, codeur, codes)


def _ouvrir(fichier: Path) -> Workbook:
    from openpyxl import load_workbook

    try:
        classeur = load_workbook(io.BytesIO(fichier.read_bytes()), data_only=True)
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin de la fiche.") from None
    except _ILLISIBLE as erreur:
        raise ErreurEchange(
            f"{fichier} n'est pas un classeur .xlsx lisible.",
            "Ouvrez-le dans un tableur et enregistrez-le comme « Classeur Excel (.xlsx) ».",
        ) from erreur
    for nom in (CONSIGNES, FEUILLE):
        if nom not in classeur.sheetnames:
            raise ErreurEchange(
                f"{fichier} n'est pas une fiche de codage : il n'a pas de feuille « {nom} ».",
                "Rendez le classeur qu'a écrit « recherche echantillon », rempli.",
            )
    return classeur


def _deux(classeur: Workbook, fichier: Path) -> Iterator[tuple[Any, Any]]:
    for rangee in classeur[CONSIGNES].iter_rows(max_row=2, max_col=2):
        yield rangee[0], rangee[1]


def _lignes(
    classeur: Workbook, grille: Grille, fautes: list[str]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    feuille = classeur[FEUILLE]
    titres = [str(cellule.value or "").strip() for cellule in feuille[1]]
    manquent = [nom for nom in _colonnes(bool(grille.natures)) if nom not in titres]
    if manquent:
        fautes.append(f"{FEUILLE} : colonnes absentes : {', '.join(manquent)}")
        return
    permis = {"thème": {c.id for c in grille.themes()}, NATURE: {c.id for c in grille.natures}}
    for numero, valeurs in enumerate(feuille.iter_rows(min_row=2, values_only=True), start=2):
        ligne = dict(zip(titres, valeurs, strict=True))
        if ligne["n°"] is None:
            continue
        lus = {nom: _texte(ligne.get(nom)) for nom in (*THEMES, NATURE, RIEN)}
        poses = tuple(dict.fromkeys(lus[nom].upper() for nom in (*THEMES, NATURE) if lus[nom]))
        ou = f"{FEUILLE}, ligne {numero}"
        fautes += [f"{ou} : {dit}" for dit in _fautes(lus, permis, poses)]
        if not re.fullmatch(r"\d+", _texte(ligne["n°"])):
            fautes.append(f"{ou} : « {ligne['n°']} » n'est pas un numéro")
            continue
        yield int(_texte(ligne["n°"])), poses


def _fautes(
    lus: Mapping[str, str], permis: Mapping[str, set[str]], poses: Sequence[str]
) -> Iterator[str]:
    for nom in (*THEMES, NATURE):
        axe = NATURE if nom == NATURE else "thème"
        if lus[nom] and lus[nom].upper() not in permis[axe]:
            yield f"« {lus[nom]} » n'est pas un code de la colonne « {nom} »"
    if lus[RIEN] and poses:
        yield "« rien à coder » est coché et des codes sont posés"
    if not lus[RIEN] and not poses:
        yield "rien n'est rempli : posez des codes, ou x dans « rien à coder »"
    if poses and not any(lus[nom] for nom in THEMES):
        yield "il manque un thème"
    if poses and permis[NATURE] and not lus[NATURE]:
        yield "il manque la nature du propos"


def _texte(valeur: object) -> str:
    if isinstance(valeur, float) and valeur.is_integer():
        return str(int(valeur))
    return "" if valeur is None else str(valeur).strip()
