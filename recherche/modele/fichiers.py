"""Écriture atomique (l'ancien fichier ou le nouveau, jamais un morceau) et archives reproductibles."""

from __future__ import annotations

import io
import os
import re
import tempfile
import zipfile
from pathlib import Path

DATE_ARCHIVE = (1980, 1, 1, 0, 0, 0)
_DATES_CLASSEUR = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")


def ecrire_atomique(fichier: Path, octets: bytes, *, mode: int | None = None) -> None:
    """Écrit `octets` dans `fichier`, en créant son dossier ; `mode` fixe les droits (0o600…).

    Le contenu passe par un fichier temporaire du même dossier, forcé sur le disque puis renommé.
    Lève `OSError` (disque plein, droits) sans toucher à l'ancien fichier ni laisser de reste.
    """
    fichier.parent.mkdir(parents=True, exist_ok=True)
    descripteur, nom = tempfile.mkstemp(prefix=f".{fichier.name}.", dir=fichier.parent)
    temporaire = Path(nom)
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(octets)
            sortie.flush()
            os.fsync(sortie.fileno())
        temporaire.chmod(_droits(fichier) if mode is None else mode)
        temporaire.replace(fichier)
    except BaseException:
        temporaire.unlink(missing_ok=True)
        raise
    _forcer_dossier(fichier.parent)


def _droits(fichier: Path) -> int:
    """Droits de l'ancien fichier, ou ceux d'un fichier ordinaire (0o666 moins le masque)."""
    try:
        return fichier.stat().st_mode & 0o777
    except FileNotFoundError:
        masque = os.umask(0o077)
        os.umask(masque)
        return 0o666 & ~masque


def _forcer_dossier(dossier: Path) -> None:
    """Force le renommage sur le disque, là où un dossier s'ouvre (pas sous Windows)."""
    if os.name != "posix":
        return
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


def figer_archive(octets: bytes) -> bytes:
    """La même archive zip (docx, xlsx), membres dans le même ordre, sans la date du jour.

    Un classeur perd aussi ses dates de création et de modification, que son écriture pose d'elle-même ;
    un docx garde celles qu'on lui a données.
    """
    tampon = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(octets)) as source,
        zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as figee,
    ):
        for membre in source.infolist():
            entree = zipfile.ZipInfo(membre.filename, DATE_ARCHIVE)
            entree.compress_type = zipfile.ZIP_DEFLATED
            contenu = source.read(membre.filename)
            if membre.filename == "docProps/core.xml" and "xl/workbook.xml" in source.NameToInfo:
                contenu = _DATES_CLASSEUR.sub(rb"\g<1>2000-01-01T00:00:00Z\g<2>", contenu)
            figee.writestr(entree, contenu)
    return tampon.getvalue()
