"""Mettre en page le docx que rend pandoc : styles, titre, sommaire, tableaux, en-têtes et pieds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from recherche.modele.fichiers import figer_archive
from recherche.redaction.page_de_titre import HORS_SOMMAIRE, PageDeTitre
from recherche.redaction.typographie import date_longue

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.table import Table
    from docx.text.paragraph import Paragraph


POLICE = "Calibri"
ENCRE = RGBColor(0x1B, 0x3A, 0x57)
GRIS = RGBColor(0x5F, 0x5F, 0x5F)
ALERTE = RGBColor(0xB3, 0x26, 0x1E)
FOND = "E4E8EC"
FILET = "BEBEBE"
NIVEAUX_DU_SOMMAIRE = 2
# Style : taille (pt), couleur, gras, espace avant et après (pt).
STYLES: tuple[tuple[str, float, RGBColor | None, bool, float, float], ...] = (
    ("Normal", 11, None, False, 0, 6),
    ("Body Text", 11, None, False, 4, 6),
    ("First Paragraph", 11, None, False, 4, 6),
    ("Compact", 11, None, False, 0, 2),
    ("Heading 1", 20, ENCRE, True, 0, 14),
    ("Heading 2", 15, ENCRE, True, 18, 6),
    ("Heading 3", 12.5, ENCRE, True, 14, 4),
    ("Heading 4", 11, GRIS, True, 10, 3),
    ("Title", 30, ENCRE, True, 150, 8),
    ("Subtitle", 16, None, False, 0, 24),
    ("Author", 12, GRIS, False, 0, 4),
    ("Date", 12, GRIS, False, 0, 4),
    ("TOC Heading", 20, ENCRE, True, 0, 14),
    ("Block Text", 10.5, None, False, 4, 4),
    ("Table Caption", 9.5, GRIS, False, 10, 4),
)
# Un tableau plus court tient sur une page ; un plus long garde ensemble ses premiers rangs.
RANGS_SOLIDAIRES = 14
AVERTISSEMENT = "CORPUS FICTIF"


def habiller(octets: bytes, presentation: PageDeTitre, avis: str) -> bytes:
    """Le docx de pandoc, mis en page ; les mêmes octets pour les mêmes entrées."""
    document = docx.Document(io.BytesIO(octets))
    _styler(document)
    _mettre_en_page(document, presentation)
    for tableau in document.tables:
        _habiller_tableau(tableau)
    _ouvrir(document, presentation, avis)
    _proprietes(document, presentation)
    tampon = io.BytesIO()
    document.save(tampon)
    return figer_archive(tampon.getvalue())


def _styler(document: Document) -> None:
    presents = {style.name for style in document.styles}
    for nom, taille, couleur, gras, avant, apres in STYLES:
        if nom not in presents:
            continue
        style: Any = document.styles[nom]
        style.font.name, style.font.size = POLICE, Pt(taille)
        style.font.bold, style.font.italic = gras, False
        if couleur is not None:
            style.font.color.rgb = couleur
        _sans_theme(style.element)
        style.paragraph_format.space_before = Pt(avant)
        style.paragraph_format.space_after = Pt(apres)
        style.paragraph_format.widow_control = True
        if nom.startswith(("Heading", "TOC")):
            style.paragraph_format.keep_with_next = True
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    document.styles["Table Caption"].paragraph_format.keep_with_next = True
    for nom in ("Title", "Subtitle", "Author", "Date"):
        document.styles[nom].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.LEFT
    _styler_citation(document.styles["Block Text"])


def _sans_theme(style: BaseOxmlElement) -> None:
    """La police nommée l'emporte sur celle du thème."""
    for police in style.iter(qn("w:rFonts")):
        for attribut in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            police.attrib.pop(qn(f"w:{attribut}"), None)


def _styler_citation(style: Any) -> None:  # noqa: ANN401 - style de python-docx
    """Un verbatim : en retrait, filet à gauche, jamais coupé."""
    style.paragraph_format.left_indent = style.paragraph_format.right_indent = Cm(0.8)
    style.paragraph_format.keep_together = True
    bords = _element("w:pBdr")
    bords.append(_element("w:left", val="single", sz="12", space="8", color="8FA3B5"))
    style.element.get_or_add_pPr().insert_element_before(
        bords, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:outlineLvl"
    )


def _mettre_en_page(document: Document, presentation: PageDeTitre) -> None:
    """A4 ; en-tête et pied partout sauf sur la page de titre."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.3)
    section.top_margin = section.bottom_margin = Cm(2.4)
    section.different_first_page_header_footer = True
    entete = section.header.paragraphs[0]
    entete.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _ecrire(entete, presentation.titre, GRIS, 9)
    if presentation.fictif:
        _ecrire(entete, f"   {AVERTISSEMENT}", ALERTE, 9, gras=True)
    pied = section.footer.paragraphs[0]
    pied.alignment = WD_ALIGN_PARAGRAPH.CENTER
    pied._p.append(_champ("PAGE"))
    _ecrire(pied, " / ", GRIS, 9)
    pied._p.append(_champ("NUMPAGES"))


def _ecrire(
    alinea: Paragraph, texte: str, couleur: RGBColor, taille: float, *, gras: bool = False
) -> None:
    passage = alinea.add_run(texte)
    passage.font.color.rgb, passage.font.size, passage.bold = couleur, Pt(taille), gras


def _habiller_tableau(tableau: Table) -> None:
    """Filets fins, en-tête teinté et répété, rangs insécables, rangs de titre sur toute la largeur."""
    bords = _element("w:tblBorders")
    for cote in ("top", "bottom", "insideH"):
        bords.append(_element(f"w:{cote}", val="single", sz="4", space="0", color=FILET))
    tableau._tbl.tblPr.append(bords)
    taille = 8.0 if len(tableau.columns) > 5 else 9.0
    nombre = len(tableau.rows)
    solidaires = nombre if nombre <= RANGS_SOLIDAIRES else 4
    for rang, ligne in enumerate(tableau.rows):
        proprietes = ligne._tr.get_or_add_trPr()
        proprietes.insert(0, _element("w:cantSplit"))
        cellules = list(ligne.cells)
        for cellule in cellules:
            for alinea in cellule.paragraphs:
                _petit(alinea, taille, gras=rang == 0, suite=rang + 1 < solidaires)
            if rang == 0:
                fond = _element("w:shd", val="clear", color="auto", fill=FOND)
                cellule._tc.get_or_add_tcPr().append(fond)
        if rang and cellules[0].text and not any(c.text for c in cellules[1:]):
            _etendre(cellules)


def _petit(alinea: Paragraph, taille: float, *, gras: bool, suite: bool) -> None:
    alinea.paragraph_format.space_after = alinea.paragraph_format.space_before = Pt(1.5)
    alinea.paragraph_format.keep_with_next = suite
    for passage in alinea.runs:
        passage.font.size = Pt(taille)
        if gras:
            passage.font.bold, passage.font.color.rgb = True, ENCRE


def _etendre(cellules: list[Any]) -> None:
    """Fusionne un rang dont seule la première cellule dit quelque chose."""
    fusion = cellules[0].merge(cellules[-1])
    for alinea in fusion.paragraphs[1:]:
        alinea._p.getparent().remove(alinea._p)
    fusion.paragraphs[0].paragraph_format.keep_with_next = True


def _ouvrir(document: Document, presentation: PageDeTitre, avis: str) -> None:
    """La page de titre, puis le sommaire, avant le premier chapitre ; ou un simple bandeau."""
    if presentation.court:
        _bandeau(document, presentation, avis)
        return
    _taire(document)
    entrees = list(_entrees(document))
    repere = _alinea_en_tete(document)
    textes = [
        (presentation.titre, "Title"),
        (presentation.sous_titre, "Subtitle"),
        (presentation.organisme, "Author"),
        (date_longue(presentation.jour), "Date"),
    ]
    for texte, style in textes:
        repere.insert_paragraph_before(texte, style)
    if presentation.fictif:
        alinea = repere.insert_paragraph_before("", "Normal")
        alinea.paragraph_format.space_before = Pt(30)
        _ecrire(alinea, AVERTISSEMENT, ALERTE, 16, gras=True)
        _ecrire(repere.insert_paragraph_before("", "Normal"), avis, ALERTE, 11)
    sommaire = repere.insert_paragraph_before("Sommaire", "TOC Heading")
    sommaire.paragraph_format.page_break_before = True
    for rang, (niveau, texte, signet) in enumerate(entrees):
        alinea = repere.insert_paragraph_before("", "Normal")
        _entree(alinea, niveau, texte, signet)
        if rang == 0:
            _debut_de_champ(alinea)
        if rang == len(entrees) - 1:
            alinea._p.append(_borne("end"))
    document.element.body.remove(repere._p)


def _bandeau(document: Document, presentation: PageDeTitre, avis: str) -> None:
    """En tête de la première page : le genre du document, l'organisme, la date."""
    repere = _alinea_en_tete(document)
    dit = f"{presentation.sous_titre} · {presentation.organisme} · {date_longue(presentation.jour)}"
    _ecrire(repere, dit, GRIS, 10)
    if presentation.fictif:
        _ecrire(repere, f"   {AVERTISSEMENT}. {avis}", ALERTE, 10, gras=True)
    document.styles["Heading 1"].paragraph_format.page_break_before = False


def _taire(document: Document) -> None:
    """Sans niveau de plan, un titre garde son style et sort du sommaire que Word refait."""
    for alinea in document.paragraphs:
        nom = alinea.style.name if alinea.style is not None else ""
        if nom and nom.startswith("Heading ") and _signet(alinea).startswith(HORS_SOMMAIRE):
            style = _style_sans_plan(document, nom)
            alinea.style = style


def _style_sans_plan(document: Document, nom: str) -> Any:  # noqa: ANN401 - style de python-docx
    """Le jumeau d'un style de titre, que le sommaire ne voit pas."""
    jumeau = f"{nom} hors sommaire"
    if jumeau in {style.name for style in document.styles}:
        return document.styles[jumeau]
    style = document.styles.add_style(jumeau, WD_STYLE_TYPE.PARAGRAPH)
    style.base_style = document.styles[nom]
    style.element.get_or_add_pPr().append(_element("w:outlineLvl", val="9"))
    return style


def _alinea_en_tete(document: Document) -> Paragraph:
    """Un alinéa vide avant tout le reste : les signets du premier titre compris."""
    from docx.text.paragraph import Paragraph

    element = OxmlElement("w:p")
    document.element.body.insert(0, element)
    return Paragraph(element, document._body)


def _entrees(document: Document) -> Iterator[tuple[int, str, str]]:
    """(niveau, texte, signet) des titres : ceux que pandoc a marqués d'un signet."""
    for alinea in document.paragraphs:
        nom = alinea.style.name if alinea.style is not None else ""
        if (
            not nom
            or not nom.startswith("Heading ")
            or nom.endswith("sommaire")
            or int(nom[8:]) > NIVEAUX_DU_SOMMAIRE
        ):
            continue
        yield int(nom[8:]), alinea.text, _signet(alinea)


def _signet(alinea: Paragraph) -> str:
    """Le signet que pandoc a posé avant un titre ; vide sans signet."""
    precedent = alinea._p.getprevious()
    return str(precedent.get(qn("w:name")) or "") if precedent is not None else ""


def _entree(alinea: Paragraph, niveau: int, texte: str, signet: str) -> None:
    mise = alinea.paragraph_format
    mise.left_indent, mise.space_after = Cm(0.7 * (niveau - 1)), Pt(2)
    mise.space_before = Pt(6 if niveau == 1 else 0)
    lien = _element("w:hyperlink", anchor=signet) if signet else alinea._p
    passage = alinea.add_run(texte)
    passage.bold, passage.font.size = niveau == 1, Pt(11 if niveau < 3 else 10)
    if signet:
        lien.append(passage._r)
        alinea._p.append(lien)


def _debut_de_champ(alinea: Paragraph) -> None:
    """Word refait le sommaire, avec les numéros de page, à l'ouverture ou par F9."""
    instruction = OxmlElement("w:r")
    texte = OxmlElement("w:instrText")
    texte.set(qn("xml:space"), "preserve")
    texte.text = f' TOC \\o "1-{NIVEAUX_DU_SOMMAIRE}" \\h \\z '
    instruction.append(texte)
    debut = _borne("begin", dirty="true")
    position = 1 if alinea._p.pPr is not None else 0
    for decalage, element in enumerate((debut, instruction, _borne("separate"))):
        alinea._p.insert(position + decalage, element)


def _borne(genre: str, **attributs: str) -> BaseOxmlElement:
    passage = OxmlElement("w:r")
    passage.append(_element("w:fldChar", fldCharType=genre, **attributs))
    return passage


def _champ(instruction: str) -> BaseOxmlElement:
    return _element("w:fldSimple", instr=instruction)


def _element(nom: str, **attributs: str) -> BaseOxmlElement:
    element = OxmlElement(nom)
    for cle, valeur in attributs.items():
        element.set(qn(f"w:{cle}"), valeur)
    return element


def _proprietes(document: Document, presentation: PageDeTitre) -> None:
    proprietes = document.core_properties
    instant = datetime(*presentation.jour.timetuple()[:3])  # noqa: DTZ001 - date du document, sans heure
    proprietes.title, proprietes.author = presentation.titre, presentation.organisme
    proprietes.keywords = presentation.mots_cles
    proprietes.language, proprietes.last_modified_by = "fr-FR", ""
    proprietes.created = proprietes.modified = instant
    langue = document.styles.element.find(f".//{qn('w:lang')}")
    if langue is not None:
        langue.set(qn("w:val"), "fr-FR")
