"""Des octets venus d'ailleurs au texte, au XML ou à l'archive, sans se laisser piéger.

Bornes : un fichier ou un membre d'archive de plus de 64 Mio, une archive de plus de 512 Mio une fois
déployée sont refusés ; un XML qui déclare une DTD ou des entités l'est aussi. `zipfile` ne lit jamais
plus que la taille annoncée : une taille mensongère est une archive abîmée.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from recherche.echanges.commun import Noeud
from recherche.erreurs import ErreurEchange

MIO = 1024 * 1024
TAILLE_MAXIMALE = 64 * MIO
ARCHIVE_MAXIMALE = 512 * MIO
MEMBRES_MAXIMUM = 10_000
ABIMEE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, KeyError)

_MARQUES = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_REFUSES = (
    (b"\xd0\xcf\x11\xe0", "un ancien document Word (.doc) ou un document protégé par un mot de passe"),
    (b"{\\rtf", "un document RTF"),
    (b"%PDF", "un PDF"),
    (b"ID3", "un enregistrement"),
    (b"RIFF", "un enregistrement"),
    (b"OggS", "un enregistrement"),
    (b"fLaC", "un enregistrement"),
)
_SONDE = 4096
Lu = TypeVar("Lu")


def lire_octets(fichier: Path) -> bytes:
    """Le contenu du fichier. Lève `ErreurEchange` : absent, vide, trop gros, ou d'un genre refusé."""
    try:
        taille = fichier.stat().st_size
        if fichier.is_dir():
            raise ErreurEchange(f"{fichier} est un dossier.", "Désignez un fichier de transcription.")
        if taille > TAILLE_MAXIMALE:
            raise _trop_gros(fichier, taille)
        octets = fichier.read_bytes()
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin du fichier.") from None
    except OSError as erreur:
        raise ErreurEchange(
            f"{fichier} ne se lit pas : {erreur.strerror}.", "Vérifiez vos droits sur ce fichier."
        ) from erreur
    if not octets.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise ErreurEchange(f"{fichier} est vide.", "Réexportez la transcription, puis réimportez-la.")
    _refuser(octets, fichier)
    return octets


def _refuser(octets: bytes, fichier: Path) -> None:
    for signature, genre in _REFUSES:
        if octets.startswith(signature):
            raise ErreurEchange(
                f"{fichier} est {genre}, pas une transcription que l'on sait lire.",
                "Réenregistrez la transcription au format .docx, .odt ou .txt, sans mot de passe.",
            )


def decoder(octets: bytes, fichier: Path) -> str:
    """Le texte : UTF-8, UTF-16 ou Windows-1252, reconnu. Lève `ErreurEchange` si ce n'en est pas."""
    codage = _codage(octets)
    try:
        texte = octets.decode(codage)
    except UnicodeDecodeError as erreur:
        raise _pas_du_texte(fichier) from erreur
    if any(ord(c) < 32 and c not in "\t\n\r\v\f" for c in texte):
        raise _pas_du_texte(fichier)
    return texte.lstrip("\ufeff")


def _codage(octets: bytes) -> str:
    for marque, codage in _MARQUES:
        if octets.startswith(marque):
            return codage
    debut = octets[:_SONDE]
    if debut[1::2].count(0) > len(debut) / 5:
        return "utf-16-le"
    if debut[0::2].count(0) > len(debut) / 5:
        return "utf-16-be"
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _pas_du_texte(fichier: Path) -> ErreurEchange:
    return ErreurEchange(
        f"{fichier} n'est pas du texte lisible (ni UTF-8, ni UTF-16, ni Windows-1252), ou il est abîmé.",
        "Ouvrez-le dans le logiciel qui l'a fait et réenregistrez-le, encodé en UTF-8.",
    )


def analyser_xml(octets: bytes, fichier: Path) -> Noeud:
    """La racine d'un XML sûr. Lève `ErreurEchange` s'il est mal formé ou déclare une DTD."""
    from lxml import etree

    analyseur = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True
    )
    try:
        racine = etree.fromstring(octets, analyseur)
    except (etree.XMLSyntaxError, ValueError) as erreur:
        raise ErreurEchange(
            f"{fichier} n'est pas du XML bien formé : {erreur}.",
            "Rouvrez-le dans le logiciel qui l'a fait et réenregistrez-le.",
        ) from erreur
    if racine.getroottree().docinfo.internalDTD is not None:
        raise ErreurEchange(
            f"{fichier} déclare une DTD ou des entités XML : il n'est pas lu, par sûreté.",
            "Réexportez-le depuis le logiciel d'origine : aucun format accepté n'en a besoin.",
        )
    return racine


def ouvrir_archive(octets: bytes, fichier: Path) -> zipfile.ZipFile:
    """L'archive d'un docx ou d'un odt. Lève `ErreurEchange` : abîmée, chiffrée ou démesurée."""
    archive = essayer(lambda: zipfile.ZipFile(io.BytesIO(octets)), fichier)
    membres = archive.infolist()
    total = sum(membre.file_size for membre in membres)
    if total > ARCHIVE_MAXIMALE or len(membres) > MEMBRES_MAXIMUM:
        raise _trop_gros(fichier, total)
    for membre in membres:
        if membre.filename.endswith((".xml", ".rels")) and membre.file_size > TAILLE_MAXIMALE:
            raise _trop_gros(fichier, membre.file_size)
    return archive


def membre(archive: zipfile.ZipFile, nom: str, fichier: Path) -> bytes:
    """Le contenu d'un membre de l'archive. Lève `ErreurEchange` s'il manque ou s'il est abîmé."""
    return essayer(lambda: archive.read(nom), fichier)


def essayer(action: Callable[[], Lu], fichier: Path) -> Lu:
    """Le résultat de l'action ; toute archive abîmée est une `ErreurEchange`."""
    try:
        return action()
    except ABIMEE as erreur:
        raise ErreurEchange(
            f"{fichier} est abîmé, incomplet ou chiffré : il ne s'ouvre pas.",
            "Rouvrez-le dans votre traitement de texte et réenregistrez-le, sans mot de passe.",
        ) from erreur


def _trop_gros(fichier: Path, taille: int) -> ErreurEchange:
    return ErreurEchange(
        f"{fichier} est démesuré pour une transcription ({taille // MIO} Mio une fois déployé).",
        "Vérifiez que c'est le bon fichier ; ôtez-en images et pièces jointes, puis réenregistrez-le.",
    )
