"""La grille de codage à imprimer : règles, puis chaque famille et ses codes, natures à la fin."""

from __future__ import annotations

import io
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from recherche.echanges.documents import numeroter_pages
from recherche.echanges.rapport import FOND, insecables, police
from recherche.modele.codage import Code, Grille
from recherche.modele.fichiers import figer_archive

if TYPE_CHECKING:
    from docx.document import Document

LARGEURS_CM = (3.6, 12.6)


def grille_en_docx(grille: Grille, etude: str, jour: date) -> bytes:
    """Un document A4, une table par famille : code et nom à gauche, définition et repères à droite."""
    import docx

    document = docx.Document()
    _mettre_en_page(document, grille, etude, jour)
    document.add_heading(grille.titre, level=0)
    document.add_paragraph(f"{etude} · version {grille.version} · {jour:%d/%m/%Y}", style="Subtitle")
    if grille.natures:
        document.add_paragraph(
            "Chaque passage codé reçoit un thème au moins et une nature du propos exactement."
        )
    if grille.regles:
        document.add_heading("Règles de codage", level=1)
        for regle in grille.regles:
            document.add_paragraph(regle, style="List Number")
    for famille in grille.familles:
        document.add_heading(f"{famille.nom} ({famille.id})", level=1)
        _poser_codes(document, famille.codes, famille.couleur)
    if grille.natures:
        document.add_heading("Nature du propos", level=1)
        _poser_codes(document, grille.natures, "")
    tampon = io.BytesIO()
    document.save(tampon)
    return figer_archive(tampon.getvalue())


def _mettre_en_page(document: Document, grille: Grille, etude: str, jour: date) -> None:
    from docx.shared import Cm, Pt, RGBColor

    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.4)
    page.top_margin = page.bottom_margin = Cm(2)
    for nom in ("Normal", "Title", "Subtitle", "Heading 1", "List Number"):
        police(document, nom)
    styles: Any = document.styles
    styles["Normal"].font.size = Pt(10.5)
    styles["Title"].font.size = Pt(22)
    for nom in ("Title", "Heading 1"):
        styles[nom].font.color.rgb = RGBColor.from_string(FOND)
    page.header.paragraphs[0].text = f"{etude} : grille de codage, version {grille.version}"
    numeroter_pages(page.footer.paragraphs[0])
    proprietes = document.core_properties
    proprietes.author, proprietes.title, proprietes.comments = "recherche", grille.titre, ""
    proprietes.created = proprietes.modified = datetime(jour.year, jour.month, jour.day)  # noqa: DTZ001


def _poser_codes(document: Document, codes: tuple[Code, ...], couleur: str) -> None:
    from docx.shared import Cm

    table = document.add_table(rows=0, cols=2)
    table.style = "Table Grid"
    table.autofit = False
    for code in codes:
        rangee: Any = table.add_row()
        _ne_pas_couper(rangee)
        gauche, droite = rangee.cells
        _identite(gauche, code, code.couleur or couleur)
        _definir(droite, code)
    for colonne, largeur in zip(table.columns, LARGEURS_CM, strict=True):
        colonne.width = Cm(largeur)
        for cellule in colonne.cells:
            cellule.width = Cm(largeur)


def _ne_pas_couper(rangee: Any) -> None:  # noqa: ANN401
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    marque = OxmlElement("w:cantSplit")
    marque.set(qn("w:val"), "true")
    rangee._tr.get_or_add_trPr().append(marque)


def _identite(cellule: Any, code: Code, couleur: str) -> None:  # noqa: ANN401
    """Identifiant et nom, avec un filet de la couleur du code à gauche."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    alinea = cellule.paragraphs[0]
    alinea.paragraph_format.space_after = Pt(2)
    alinea.add_run(code.id).bold = True
    cellule.add_paragraph(code.nom).paragraph_format.space_after = Pt(0)
    if couleur:
        bords = OxmlElement("w:tcBorders")
        filet = OxmlElement("w:left")
        for nom, valeur in (("val", "single"), ("sz", "36"), ("color", couleur.lstrip("#"))):
            filet.set(qn(f"w:{nom}"), valeur)
        bords.append(filet)
        cellule._tc.get_or_add_tcPr().append(bords)


def _definir(cellule: Any, code: Code) -> None:  # noqa: ANN401
    from docx.shared import Pt

    alinea = cellule.paragraphs[0]
    alinea.add_run(insecables(code.definition))
    for titre, texte in (("Inclure", code.inclure), ("Exclure", code.exclure)):
        if texte:
            alinea = cellule.add_paragraph()
            alinea.add_run(f"{titre} : ").bold = True
            alinea.add_run(insecables(texte))
    if code.exemple:
        cellule.add_paragraph().add_run(insecables(f"« {code.exemple} »")).italic = True
    for alinea in cellule.paragraphs:
        alinea.paragraph_format.space_after = Pt(2)
