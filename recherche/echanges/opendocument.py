"""Transcription -> document OpenDocument à relire : le même que le document Word.

Source : OpenDocument 1.3 (OASIS), parties 2 (paquets) et 3 (schéma).
"""

from __future__ import annotations

import io
import zipfile

from recherche.echanges.commun import Noeud, Transcrit, minutage, nature
from recherche.echanges.documents import MARGE_NOTES_CM, POLICE, presenter
from recherche.modele.fichiers import DATE_ARCHIVE
from recherche.modele.transcription import Tour

MIMETYPE = "application/vnd.oasis.opendocument.text"
_NS = {
    nom: f"urn:oasis:names:tc:opendocument:xmlns:{suite}:1.0"
    for nom, suite in (
        ("office", "office"),
        ("style", "style"),
        ("text", "text"),
        ("fo", "xsl-fo-compatible"),
        ("svg", "svg-compatible"),
        ("meta", "meta"),
        ("manifest", "manifest"),
    )
} | {"dc": "http://purl.org/dc/elements/1.1/"}
_VERSION = "1.3"


def en_odt(transcription: Transcrit) -> bytes:
    """Document A4, un alinéa par tour. Les mêmes octets pour la même transcription."""
    membres = {
        "content.xml": _contenu(transcription),
        "styles.xml": _styles(transcription),
        "meta.xml": _proprietes(transcription),
        "META-INF/manifest.xml": _manifeste(("content.xml", "styles.xml", "meta.xml")),
    }
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        # Le type vient le premier et sans compression : c'est à cela qu'on reconnaît le format.
        archive.writestr(zipfile.ZipInfo("mimetype", DATE_ARCHIVE), MIMETYPE, zipfile.ZIP_STORED)
        for nom, racine in membres.items():
            archive.writestr(zipfile.ZipInfo(nom, DATE_ARCHIVE), _octets(racine), zipfile.ZIP_DEFLATED)
    return tampon.getvalue()


def _octets(racine: Noeud) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(racine, xml_declaration=True, encoding="UTF-8"))


def _nom(nom: str) -> str:
    prefixe, _, local = nom.partition(":")
    return f"{{{_NS[prefixe]}}}{local}"


def _racine(nom: str, **attributs: str) -> Noeud:
    from lxml import etree

    racine = etree.Element(_nom(nom), nsmap=_NS)
    for cle, valeur in attributs.items():
        racine.set(_nom(cle.replace("_", ":", 1)), valeur)
    return racine


def _sous(
    parent: Noeud, nom: str, attributs: dict[str, str] | None = None, texte: str | None = None
) -> Noeud:
    from lxml import etree

    element = etree.SubElement(parent, _nom(nom))
    for cle, valeur in (attributs or {}).items():
        element.set(_nom(cle), valeur)
    element.text = texte
    return element


def _contenu(transcription: Transcrit) -> Noeud:
    racine = _racine("office:document-content", office_version=_VERSION)
    automatiques = _sous(racine, "office:automatic-styles")
    _style(automatiques, "Locuteur", "text", {"fo:font-weight": "bold"})
    _style(automatiques, "Temps", "text", {"fo:color": "#808080", "fo:font-size": "9pt"})
    corps = _sous(_sous(racine, "office:body"), "office:text")
    titre = {"text:style-name": "Heading", "text:outline-level": "1"}
    _sous(corps, "text:h", titre, transcription.source_id)
    _sous(corps, "text:p", {"text:style-name": "Subtitle"}, presenter(transcription))
    for tour in transcription.tours:
        _ajouter_tour(corps, tour)
    return racine


def _ajouter_tour(corps: Noeud, tour: Tour) -> None:
    alinea = _sous(corps, "text:p", {"text:style-name": "Standard"})
    if tour.debut_s is not None:
        _sous(alinea, "text:span", {"text:style-name": "Temps"}, f"[{minutage(tour.debut_s)}]\u00a0")
    locuteur = _sous(alinea, "text:span", {"text:style-name": "Locuteur"}, f"{tour.locuteur}\u00a0: ")
    locuteur.tail = tour.texte


def _style(
    parent: Noeud,
    nom: str,
    famille: str,
    texte: dict[str, str],
    alinea: dict[str, str] | None = None,
) -> None:
    style = _sous(parent, "style:style", {"style:name": nom, "style:family": famille})
    if alinea:
        _sous(style, "style:paragraph-properties", alinea)
    _sous(style, "style:text-properties", texte)


def _styles(transcription: Transcrit) -> Noeud:
    racine = _racine("office:document-styles", office_version=_VERSION)
    polices = _sous(racine, "office:font-face-decls")
    _sous(polices, "style:font-face", {"style:name": POLICE, "svg:font-family": POLICE})
    styles = _sous(racine, "office:styles")
    langue = {"fo:language": "fr", "fo:country": "FR", "style:font-name": POLICE}
    espace = {"fo:margin-bottom": "0.21cm", "fo:line-height": "125%"}
    _style(styles, "Standard", "paragraph", {"fo:font-size": "11pt"} | langue, espace)
    _style(styles, "Heading", "paragraph", {"fo:font-size": "16pt"} | langue, espace)
    _style(styles, "Subtitle", "paragraph", {"fo:font-size": "10pt"} | langue, espace)
    numeros = {"text:number-lines": "true", "text:increment": "1", "text:number-position": "left"}
    _sous(styles, "text:linenumbering-configuration", numeros | {"style:num-format": "1"})
    _page(_sous(racine, "office:automatic-styles"))
    pages = _sous(racine, "office:master-styles")
    page = {"style:name": "Standard", "style:page-layout-name": "Page"}
    maitresse = _sous(pages, "style:master-page", page)
    entete = _sous(_sous(maitresse, "style:header"), "text:p", {"text:style-name": "Standard"})
    entete.text = f"{transcription.source_id} — {nature(transcription)}"
    pied = _sous(_sous(maitresse, "style:footer"), "text:p", {"text:style-name": "Standard"})
    _sous(pied, "text:page-number", {"text:select-page": "current"}, "1").tail = " / "
    _sous(pied, "text:page-count", {}, "1")
    return racine


def _page(parent: Noeud) -> None:
    mise = _sous(parent, "style:page-layout", {"style:name": "Page"})
    mesures = {"fo:page-width": "21cm", "fo:page-height": "29.7cm", "fo:margin-left": "2.5cm"}
    marges = {"fo:margin-right": f"{MARGE_NOTES_CM}cm", "fo:margin-top": "1.5cm"}
    _sous(mise, "style:page-layout-properties", mesures | marges | {"fo:margin-bottom": "1.5cm"})
    for nom, cote in (
        ("style:header-style", "fo:margin-bottom"),
        ("style:footer-style", "fo:margin-top"),
    ):
        propre = {"fo:min-height": "0.7cm", cote: "0.3cm"}
        _sous(_sous(mise, nom), "style:header-footer-properties", propre)


def _proprietes(transcription: Transcrit) -> Noeud:
    racine = _racine("office:document-meta", office_version=_VERSION)
    meta = _sous(racine, "office:meta")
    instant = transcription.provenance.date.replace(tzinfo=None, microsecond=0).isoformat()
    _sous(meta, "dc:title", {}, f"{transcription.source_id}, {nature(transcription)}")
    _sous(meta, "meta:creation-date", {}, instant)
    _sous(meta, "dc:language", {}, "fr-FR")
    return racine


def _manifeste(noms: tuple[str, ...]) -> Noeud:
    racine = _racine("manifest:manifest", manifest_version=_VERSION)
    for chemin, genre in (("/", MIMETYPE), *((nom, "text/xml") for nom in noms)):
        entree = {"manifest:full-path": chemin, "manifest:media-type": genre}
        _sous(racine, "manifest:file-entry", entree)
    return racine
