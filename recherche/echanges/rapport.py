"""Un rapport de sections (alinéas et tables) -> classeur xlsx et document Word, en français."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from recherche.echanges.documents import POLICE, numeroter_pages
from recherche.modele.fichiers import figer_archive

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell, _Row
    from openpyxl.worksheet.worksheet import Worksheet

FOND, ENCRE, FILET = "1F4E79", "FFFFFF", "BFBFBF"
VIDE = "–"
LARGEUR_CM = 25.3


@dataclass(frozen=True)
class Section:
    """Une section : titre, alinéas, table (ses colonnes sont les titres montrés).

    `feuille` : le nom de sa feuille xlsx, ou vide si elle n'y va pas ; `complete` : la table de la
    feuille, si elle en montre plus que le document ; `largeurs` : parts relatives des colonnes du
    document.
    """

    titre: str
    alineas: tuple[str, ...] = ()
    table: pd.DataFrame | None = None
    feuille: str = ""
    complete: pd.DataFrame | None = None
    largeurs: Mapping[str, float] = field(default_factory=dict)
    niveau: int = 1


@dataclass(frozen=True)
class Rapport:
    """Un rapport daté, en sections."""

    titre: str
    sous_titre: str
    jour: date
    sections: tuple[Section, ...]


def nombre(valeur: float, decimales: int = 2) -> str:
    """« 0,73 », « −0,02 », « – » si la valeur n'existe pas."""
    if math.isnan(valeur):
        return VIDE
    return f"{valeur:.{decimales}f}".replace(".", ",").replace("-", "\u2212")


def en_xlsx(rapport: Rapport) -> bytes:
    """Un classeur : une feuille de lecture, puis une feuille par section qui a une table."""
    from openpyxl import Workbook

    classeur = Workbook()
    classeur.properties.creator = "recherche"
    classeur.properties.title = rapport.titre
    lecture: Any = classeur.active
    lecture.title = "Lisez-moi"
    lecture.column_dimensions["A"].width = 110
    for texte in (rapport.titre, rapport.sous_titre, *_lecture(rapport)):
        lecture.append([texte])
    _coucher(lecture)
    for section in rapport.sections:
        table = section.complete if section.complete is not None else section.table
        if section.feuille and table is not None:
            _feuille(classeur.create_sheet(section.feuille), table)
    tampon = io.BytesIO()
    classeur.save(tampon)
    return figer_archive(tampon.getvalue())


def _lecture(rapport: Rapport) -> list[str]:
    lignes = []
    for section in rapport.sections:
        lignes += ["", section.titre, *section.alineas]
    return lignes


def _coucher(feuille: Worksheet) -> None:
    from openpyxl.styles import Alignment, Font

    for ligne in feuille.iter_rows():
        for cellule in ligne:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
    feuille["A1"].font = Font(bold=True, size=14)


def _feuille(feuille: Worksheet, table: pd.DataFrame) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.utils import get_column_letter

    feuille.append([str(titre) for titre in table.columns])
    for ligne in table.itertuples(index=False):
        feuille.append([_cellule(valeur) for valeur in ligne])
    for rang, titre in enumerate(table.columns, start=1):
        cellule = feuille.cell(1, rang)
        cellule.font = Font(bold=True, color=ENCRE)
        cellule.fill = PatternFill("solid", fgColor=FOND)
        plus_long = max([len(str(titre)), *(len(str(v)) for v in table.iloc[:200, rang - 1])])
        feuille.column_dimensions[get_column_letter(rang)].width = min(70, plus_long + 3)
    for rangee in feuille.iter_rows(min_row=2):
        for cellule in rangee:
            cellule.alignment = Alignment(wrap_text=True, vertical="top")
            if isinstance(cellule.value, float):
                cellule.number_format = "0.00"
            elif isinstance(cellule.value, str):
                cellule.data_type = "s"  # un texte qui commence par « = » n'est pas une formule
    feuille.freeze_panes = "A2"
    feuille.auto_filter.ref = feuille.dimensions


def _cellule(valeur: Any) -> Any:  # noqa: ANN401
    """La valeur d'une cellule ; vide si elle n'existe pas."""
    if valeur is None or (isinstance(valeur, float) and math.isnan(valeur)):
        return None
    return valeur.item() if hasattr(valeur, "item") else valeur


def en_docx(rapport: Rapport) -> bytes:
    """Un document A4 en paysage, pages numérotées."""
    import docx

    document = docx.Document()
    _mettre_en_page(document, rapport)
    document.add_heading(rapport.titre, level=0)
    document.add_paragraph(insecables(rapport.sous_titre), style="Subtitle")
    for section in rapport.sections:
        document.add_heading(section.titre, level=section.niveau)
        suivie = section.table is not None and not section.table.empty
        for alinea in section.alineas:
            document.add_paragraph(insecables(alinea)).paragraph_format.keep_with_next = suivie
        if section.table is not None and suivie:
            poser_table(document, section.table, section.largeurs)
    tampon = io.BytesIO()
    document.save(tampon)
    return figer_archive(tampon.getvalue())


def _mettre_en_page(document: Document, rapport: Rapport) -> None:
    from datetime import datetime

    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt, RGBColor

    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = Cm(29.7), Cm(21)
    page.left_margin = page.right_margin = Cm(2.2)
    page.top_margin = page.bottom_margin = Cm(2)
    for nom in ("Normal", "Title", "Subtitle", "Heading 1", "Heading 2", "Heading 3"):
        police(document, nom)
    document.styles["Normal"].font.size = Pt(10)
    document.styles["Title"].font.size = Pt(22)
    for nom in ("Title", "Heading 1", "Heading 2", "Heading 3"):
        document.styles[nom].font.color.rgb = RGBColor.from_string(FOND)
    numeroter_pages(page.footer.paragraphs[0])
    proprietes = document.core_properties
    proprietes.author, proprietes.title, proprietes.comments = "recherche", rapport.titre, ""
    instant = datetime(rapport.jour.year, rapport.jour.month, rapport.jour.day)  # noqa: DTZ001
    proprietes.created = proprietes.modified = instant


def police(document: Document, nom: str) -> None:
    """Donne à un style la police des documents de l'étude."""
    from docx.oxml.ns import qn

    style = document.styles[nom]
    style.font.name = POLICE
    polices = style.element.get_or_add_rPr().get_or_add_rFonts()
    for attribut in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        polices.attrib.pop(qn(attribut), None)


def poser_table(document: Document, table: pd.DataFrame, largeurs: Mapping[str, float]) -> None:
    """Une table bordée, dont la première ligne se répète en haut de page."""
    from docx.shared import Cm

    posee: Any = document.add_table(rows=1, cols=len(table.columns))
    posee.style = "Table Grid"
    posee.autofit = False
    parts = [largeurs.get(str(nom), 1.0) for nom in table.columns]
    for cellule, titre in zip(posee.rows[0].cells, table.columns, strict=True):
        _ecrire(cellule, str(titre), titre=True)
    _marquer(posee.rows[0], "w:tblHeader")
    for ligne in table.itertuples(index=False):
        rangee = posee.add_row()
        _marquer(rangee, "w:cantSplit")
        for cellule, valeur in zip(rangee.cells, ligne, strict=True):
            _ecrire(cellule, _texte(valeur), chiffre=not isinstance(valeur, str))
    for cellule in posee.rows[0].cells:
        cellule.paragraphs[0].paragraph_format.keep_with_next = True
    for colonne, part in zip(posee.columns, parts, strict=True):
        largeur = colonne.width = Cm(LARGEUR_CM * part / sum(parts))
        for cellule in colonne.cells:
            cellule.width = largeur
    document.add_paragraph()


def _texte(valeur: Any) -> str:  # noqa: ANN401
    if isinstance(valeur, float):
        return nombre(valeur)
    return VIDE if valeur is None else insecables(str(valeur))


def insecables(texte: str) -> str:
    """Les espaces de la ponctuation française ne se coupent pas en fin de ligne."""
    return re.sub(r" (?=[:;!?»%])|(?<=«) ", "\u00a0", texte)


def _marquer(rangee: _Row, marque: str) -> None:
    """Une rangée qui se répète en haut de page, ou ne se coupe pas."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(marque)
    element.set(qn("w:val"), "true")
    rangee._tr.get_or_add_trPr().append(element)


def _ecrire(cellule: _Cell, texte: str, *, titre: bool = False, chiffre: bool = False) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    alinea = cellule.paragraphs[0]
    alinea.paragraph_format.space_after = Pt(0)
    suite = alinea.add_run(texte)
    suite.font.size = Pt(8.5)
    if chiffre:
        alinea.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if titre:
        suite.bold = True
        suite.font.color.rgb = RGBColor.from_string(ENCRE)
        fond = OxmlElement("w:shd")
        for nom, valeur in (("w:val", "clear"), ("w:color", "auto"), ("w:fill", FOND)):
            fond.set(qn(nom), valeur)
        cellule._tc.get_or_add_tcPr().append(fond)
