"""Transcription -> document Word à relire : lignes numérotées, marge de notes, locuteur en gras."""

from __future__ import annotations

import io
from datetime import datetime
from typing import TYPE_CHECKING, Any

from recherche.echanges.commun import Transcrit, minutage, nature
from recherche.modele.fichiers import figer_archive
from recherche.modele.transcription import Tour

if TYPE_CHECKING:
    from docx.document import Document
    from docx.section import Section
    from docx.text.paragraph import Paragraph

POLICE = "Calibri"
MARGE_NOTES_CM = 6.0


def en_docx(transcription: Transcrit) -> bytes:
    """Document A4 : identifiant en en-tête, pages et lignes numérotées, marge de notes à droite.

    Les mêmes octets pour la même transcription : les dates du document sont celles de sa provenance.
    """
    import docx

    document = docx.Document()
    _mettre_en_page(document, transcription)
    document.add_heading(transcription.source_id, level=1)
    sous_titre = document.add_paragraph(style="Subtitle")
    sous_titre.add_run(presenter(transcription))
    for tour in transcription.tours:
        _ajouter_tour(document, tour)
    _proprietes(document, transcription)
    tampon = io.BytesIO()
    document.save(tampon)
    return figer_archive(tampon.getvalue())


def presenter(transcription: Transcrit) -> str:
    """« Transcription brute, confidentielle · 36 mots · durée 12:31 »."""
    duree = transcription.duree_s
    elements = [nature(transcription).capitalize(), f"{transcription.nombre_mots} mots"]
    if duree is not None:
        elements.append(f"durée {minutage(duree)}")
    return " · ".join(elements)


def _ajouter_tour(document: Document, tour: Tour) -> None:
    from docx.shared import Pt, RGBColor

    alinea = document.add_paragraph()
    if tour.debut_s is not None:
        temps = alinea.add_run(f"[{minutage(tour.debut_s)}]\u00a0")
        temps.font.color.rgb = RGBColor(0x80, 0x80, 0x80)
        temps.font.size = Pt(9)
    alinea.add_run(f"{tour.locuteur}\u00a0: ").bold = True
    alinea.add_run(tour.texte)


def _mettre_en_page(document: Document, transcription: Transcrit) -> None:
    from docx.shared import Cm, Pt

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin, section.right_margin = Cm(2.5), Cm(MARGE_NOTES_CM)
    section.top_margin = section.bottom_margin = Cm(2.2)
    _numeroter_lignes(section)
    _styles(document)
    entete = section.header.paragraphs[0]
    entete.add_run(transcription.source_id).bold = True
    entete.add_run(f" — {nature(transcription)}")
    numeroter_pages(section.footer.paragraphs[0])
    normal = document.styles["Normal"].paragraph_format
    normal.space_after, normal.line_spacing = Pt(6), 1.25


def _styles(document: Document) -> None:
    """Une seule police, noire, et le français comme langue de correction."""
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for nom, taille in (("Normal", 11), ("Heading 1", 16), ("Subtitle", 10)):
        style: Any = document.styles[nom]
        style.font.name, style.font.size = POLICE, Pt(taille)
        style.font.italic = False
        if nom != "Normal":
            style.font.color.rgb = RGBColor(0x33, 0x33, 0x33)
        proprietes = style.element.get_or_add_rPr()
        for attribut in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            proprietes.rFonts.attrib.pop(qn(f"w:{attribut}"), None)
    langue = document.styles.element.find(f".//{qn('w:lang')}")
    if langue is not None:
        langue.set(qn("w:val"), "fr-FR")


def _numeroter_lignes(section: Section) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    lignes = OxmlElement("w:lnNumType")
    lignes.set(qn("w:countBy"), "1")
    lignes.set(qn("w:restart"), "continuous")
    section._sectPr.find(qn("w:pgMar")).addnext(lignes)


def numeroter_pages(alinea: Paragraph) -> None:
    """« 3 / 12 », centré."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    alinea.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _champ(alinea, "PAGE")
    alinea.add_run(" / ")
    _champ(alinea, "NUMPAGES")


def _champ(alinea: Paragraph, instruction: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    champ = OxmlElement("w:fldSimple")
    champ.set(qn("w:instr"), instruction)
    alinea._p.append(champ)


def _proprietes(document: Document, transcription: Transcrit) -> None:
    proprietes = document.core_properties
    date: datetime = transcription.provenance.date
    proprietes.title = f"{transcription.source_id}, {nature(transcription)}"
    proprietes.author = proprietes.last_modified_by = proprietes.comments = ""
    proprietes.language = "fr-FR"
    proprietes.created = proprietes.modified = date.replace(tzinfo=None)
