"""La grille en classeur, une ligne par code, et retour."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from recherche.erreurs import ErreurEchange
from recherche.modele.codage import Code, Famille, Grille
from recherche.modele.fichiers import figer_archive

CODES, REGLES, TETE = "codes", "règles", "grille"
NATURES = "(nature du propos)"
COLONNES = (
    "famille",
    "nom de la famille",
    "couleur de la famille",
    "code",
    "nom",
    "définition",
    "inclure",
    "exclure",
    "exemple",
    "couleur",
)
_LARGEURS = (14, 26, 12, 16, 30, 60, 40, 40, 44, 12)
_ILLISIBLE = (EOFError, KeyError, OSError, ParseError, TypeError, ValueError, zipfile.BadZipFile)


def grille_en_xlsx(grille: Grille) -> bytes:
    """Trois feuilles : codes (familles puis natures), règles, titre et version."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    classeur = Workbook()
    classeur.properties.creator = "recherche"
    classeur.properties.title = grille.titre
    feuille: Any = classeur.active
    feuille.title = CODES
    feuille.append(list(COLONNES))
    for famille in grille.familles:
        for code in famille.codes:
            feuille.append([famille.id, famille.nom, famille.couleur, *_valeurs(code)])
    for nature in grille.natures:
        feuille.append([NATURES, "", "", *_valeurs(nature)])
    for rang, largeur in enumerate(_LARGEURS, start=1):
        feuille.column_dimensions[get_column_letter(rang)].width = largeur
        feuille.cell(1, rang).font = Font(bold=True, color="FFFFFF")
        feuille.cell(1, rang).fill = PatternFill("solid", fgColor="1F4E79")
    for rangee in feuille.iter_rows(min_row=2):
        for cellule in rangee:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cellule.value, str):
                cellule.data_type = "s"
    feuille.freeze_panes = "E2"
    regles = classeur.create_sheet(REGLES)
    regles.column_dimensions["A"].width = 110
    for regle in grille.regles:
        regles.append([regle])
    tete = classeur.create_sheet(TETE)
    tete.append(["titre", grille.titre])
    tete.append(["version", grille.version])
    tampon = io.BytesIO()
    classeur.save(tampon)
    return figer_archive(tampon.getvalue())


def _valeurs(code: Code) -> list[str]:
    return [
        code.id,
        code.nom,
        code.definition,
        code.inclure,
        code.exclure,
        code.exemple,
        code.couleur,
    ]


def grille_de_xlsx(fichier: Path) -> Grille:
    """La grille d'un classeur (les règles de forme sont vérifiées ensuite, à l'écriture).

    Lève `ErreurEchange` : classeur illisible, feuille ou colonne absente, code sans famille.
    """
    from openpyxl import load_workbook

    try:
        classeur = load_workbook(io.BytesIO(fichier.read_bytes()), data_only=True)
        feuilles = {nom: list(classeur[nom].iter_rows(values_only=True)) for nom in classeur.sheetnames}
        lignes = feuilles[CODES]
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin du classeur.") from None
    except _ILLISIBLE as erreur:
        raise ErreurEchange(
            f"{fichier} n'est pas une grille en classeur .xlsx (feuille « {CODES} »).",
            "Partez de celle qu'écrit « recherche grille exporter ».",
        ) from erreur
    titres = [_texte(valeur) for valeur in lignes[0]]
    if absentes := [nom for nom in COLONNES if nom not in titres]:
        raise ErreurEchange(
            f"{fichier} : colonnes absentes : {', '.join(absentes)}.", "Remettez les titres d'origine."
        )
    tete = {_texte(ligne[0]): _texte(ligne[1]) for ligne in feuilles.get(TETE, ()) if len(ligne) > 1}
    familles, natures = _familles(
        [dict(zip(titres, map(_texte, ligne), strict=True)) for ligne in lignes[1:]], fichier
    )
    return Grille(
        tete.get("titre") or "Grille de codage",
        tete.get("version") or "1",
        familles,
        natures,
        tuple(_texte(ligne[0]) for ligne in feuilles.get(REGLES, ()) if ligne and _texte(ligne[0])),
    )


def _familles(
    lignes: list[dict[str, str]], fichier: Path
) -> tuple[tuple[Famille, ...], tuple[Code, ...]]:
    groupes: dict[str, list[Code]] = {}
    noms: dict[str, tuple[str, str]] = {}
    natures, fautes = [], []
    for numero, ligne in enumerate(lignes, start=2):
        if not any(ligne.values()):
            continue
        champs = ("code", "nom", "définition", "inclure", "exclure", "exemple", "couleur")
        code = Code(*(ligne[nom] for nom in champs))
        absents = [nom for nom in ("famille", "code", "nom", "définition") if not ligne[nom]]
        if absents:
            fautes.append(f"{CODES}, ligne {numero} : {', '.join(absents)} manque")
        elif ligne["famille"] == NATURES:
            natures.append(code)
        else:
            groupes.setdefault(ligne["famille"], []).append(code)
            nom, couleur = noms.get(ligne["famille"], ("", ""))
            noms[ligne["famille"]] = (
                nom or ligne["nom de la famille"],
                couleur or ligne["couleur de la famille"],
            )
    if fautes:
        detail = "".join(f"\n  - {faute}" for faute in fautes)
        raise ErreurEchange(f"{fichier} : {len(fautes)} erreur(s).{detail}", "Complétez ces cellules.")
    familles = tuple(
        Famille(identifiant, noms[identifiant][0] or identifiant, tuple(codes), noms[identifiant][1])
        for identifiant, codes in groupes.items()
    )
    return familles, tuple(natures)


def _texte(valeur: object) -> str:
    return "" if valeur is None else str(valeur).strip()
