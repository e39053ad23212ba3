"""Documents Word et OpenDocument -> lignes de texte : alinéas, tableaux, sauts de ligne.

Les ajouts suivis sont lus, les suppressions suivies, notes et commentaires ne le sont pas ; une
cellule de tableau est séparée de la suivante par une tabulation ; un élément de liste porte un tiret.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from recherche.echanges.commun import Noeud
from recherche.echanges.dialogue import lire_lignes
from recherche.echanges.octets import ABIMEE, analyser_xml, membre, ouvrir_archive
from recherche.echanges.repliques import Lecture
from recherche.erreurs import ErreurEchange

CONTENU_WORD = "word/document.xml"
MIMETYPE_ODT = b"application/vnd.oasis.opendocument.text"

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXTE = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_BUREAU = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TUS_WORD = {f"{_W}{nom}" for nom in ("del", "moveFrom", "pPr", "rPr", "footnoteReference")}
_TUS_ODT = {f"{_TEXTE}note", f"{_TEXTE}tracked-changes", f"{_BUREAU}annotation"}


def lire_docx(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un document Word. Lève `ErreurEchange` s'il est abîmé ou piégé."""
    archive = ouvrir_archive(octets, fichier)
    analyser_xml(membre(archive, CONTENU_WORD, fichier), fichier)
    corps = _corps_word(octets, fichier)
    return lire_lignes(ligne for alinea in _blocs_word(corps) for ligne in alinea.split("\n"))


def _corps_word(octets: bytes, fichier: Path) -> Noeud:
    import docx
    from docx.opc.exceptions import OpcError
    from lxml import etree

    try:
        return docx.Document(io.BytesIO(octets)).element.body
    except (*ABIMEE, OpcError, ValueError, TypeError, AttributeError, etree.LxmlError) as erreur:
        raise ErreurEchange(
            f"{fichier} ne s'ouvre pas comme un document Word.",
            "Rouvrez-le dans Word ou LibreOffice et réenregistrez-le au format .docx.",
        ) from erreur


def _blocs_word(parent: Noeud) -> Iterator[str]:
    for element in parent:
        if element.tag == f"{_W}p":
            liste = element.find(f"{_W}pPr/{_W}numPr") is not None
            yield f"{'– ' if liste else ''}{_texte_word(element)}"
        elif element.tag == f"{_W}tr":
            cellules = element.findall(f"{_W}tc")
            yield "\t".join(" ".join(_blocs_word(cellule)).strip() for cellule in cellules)
        elif element.tag not in _TUS_WORD:
            yield from _blocs_word(element)


def _texte_word(element: Noeud) -> str:
    morceaux = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag in morceaux:
        return morceaux[element.tag]
    return "".join(_texte_word(enfant) for enfant in element if enfant.tag not in _TUS_WORD)


def lire_odt(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un document OpenDocument. Lève `ErreurEchange` s'il est abîmé ou piégé."""
    archive = ouvrir_archive(octets, fichier)
    racine = analyser_xml(membre(archive, "content.xml", fichier), fichier)
    corps = racine.find(f"{_BUREAU}body/{_BUREAU}text")
    if corps is None:
        raise ErreurEchange(
            f"{fichier} n'est pas un document de texte OpenDocument, ou il est chiffré.",
            "Réenregistrez-le au format .odt, sans mot de passe.",
        )
    return lire_lignes(ligne for alinea in _blocs_odt(corps) for ligne in alinea.split("\n"))


def _blocs_odt(parent: Noeud, *, liste: bool = False) -> Iterator[str]:
    for element in parent:
        if element.tag in {f"{_TEXTE}p", f"{_TEXTE}h"}:
            yield f"{'– ' if liste else ''}{_texte_odt(element)}"
        elif element.tag == f"{_TABLE}table-row":
            yield "\t".join(" ".join(_blocs_odt(cellule)).strip() for cellule in element)
        elif element.tag not in _TUS_ODT:
            yield from _blocs_odt(element, liste=liste or element.tag == f"{_TEXTE}list")


def _texte_odt(element: Noeud) -> str:
    morceaux = [element.text or ""]
    for enfant in element:
        if enfant.tag == f"{_TEXTE}s":
            morceaux.append(" ")
        elif enfant.tag == f"{_TEXTE}tab":
            morceaux.append("\t")
        elif enfant.tag == f"{_TEXTE}line-break":
            morceaux.append("\n")
        elif enfant.tag not in _TUS_ODT:
            morceaux.append(_texte_odt(enfant))
        morceaux.append(enfant.tail or "")
    return "".join(morceaux)
