"""L'archive d'un projet QDPX : l'écrire toujours pareille, ouvrir sans risque celle d'un autre.

Refusés, avec un message chacun : ce qui n'est pas une archive, les noms qui sortent du dossier, les
liens, les doublons, les membres chiffrés, les bombes (taille ou taux de compression), un `project.qde`
absent, multiple ou démesuré, une DTD ou des entités XML. Rien n'est écrit sur le disque en lisant, et un
fichier hors de l'archive n'est jamais ouvert.
"""

from __future__ import annotations

import shutil
import stat
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from recherche.echanges.octets import ABIMEE, MIO, decoder
from recherche.erreurs import ErreurEchange
from recherche.modele.fichiers import DATE_ARCHIVE

QDE = "project.qde"
DOSSIER = "sources"
XML_MAXIMAL = 128 * MIO
TEXTE_MAXIMAL = 64 * MIO
TEXTES_MAXIMUM = 512 * MIO
MEMBRES_MAXIMUM = 50_000
TAUX_MAXIMAL = 200
TAUX_COMPTE_DES = 8 * MIO
SONS = frozenset((".mp3", ".m4a", ".wav", ".flac", ".ogg", ".opus", ".mp4", ".aac", ".wma"))
_MEDIAS = SONS | {".mov", ".avi", ".mkv", ".webm", ".png", ".jpg", ".jpeg", ".pdf", ".docx", ".rtf"}


@dataclass(frozen=True, slots=True)
class Membre:
    """Un fichier à mettre dans l'archive : ses octets, ou le fichier à y copier (un son)."""

    nom: str
    contenu: bytes | Path


def ecrire_archive(membres: Iterable[Membre], sortie: IO[bytes]) -> None:
    """Écrit l'archive : mêmes membres, mêmes octets ; les sons, déjà comprimés, tels quels."""
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        for membre in membres:
            entree = zipfile.ZipInfo(membre.nom, DATE_ARCHIVE)
            entree.external_attr = (stat.S_IFREG | 0o644) << 16
            if isinstance(membre.contenu, bytes):
                entree.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entree, membre.contenu)
                continue
            entree.file_size = membre.contenu.stat().st_size
            with membre.contenu.open("rb") as origine, archive.open(entree, "w") as cible:
                shutil.copyfileobj(origine, cible, MIO)


class ArchiveQdpx:
    """Une archive étrangère ouverte et vérifiée : son XML, ses textes, ses sons."""

    def __init__(self, archive: zipfile.ZipFile, fichier: Path) -> None:
        self._archive = archive
        self.fichier = fichier
        self._membres = {m.filename.casefold(): m for m in archive.infolist() if not m.is_dir()}
        self._lus = 0

    def xml(self) -> bytes:
        """Le contenu de l'unique fichier `.qde` de la racine. Lève `ErreurEchange`."""
        trouves = [m for nom, m in self._membres.items() if nom.endswith(".qde") and "/" not in nom]
        if len(trouves) != 1:
            dit = "plusieurs fichiers .qde" if trouves else "aucun fichier .qde"
            raise ErreurEchange(
                f"{self.fichier} contient {dit} à sa racine : ce n'est pas un projet QDPX.",
                "Réexportez le projet au format REFI-QDA (.qdpx) depuis le logiciel d'origine.",
            )
        if trouves[0].file_size > XML_MAXIMAL:
            raise _demesure(self.fichier, trouves[0].filename, trouves[0].file_size)
        return self._lire(trouves[0])

    def texte(self, adresse: str) -> str | None:
        """Le texte d'une adresse `internal://` ; None si elle ne mène pas dans l'archive."""
        membre = self._trouver(adresse)
        if membre is None:
            return None
        if membre.file_size > TEXTE_MAXIMAL:
            raise _demesure(self.fichier, membre.filename, membre.file_size)
        octets = self._lire(membre)
        return decoder(octets, Path(membre.filename)) if octets else ""

    def annexe(self, nom: str) -> bytes | None:
        """Les octets d'un membre de `sources/`, s'il y est."""
        membre = self._membres.get(f"{DOSSIER}/{nom}".casefold())
        if membre is None:
            return None
        if membre.file_size > XML_MAXIMAL:
            raise _demesure(self.fichier, membre.filename, membre.file_size)
        return self._lire(membre)

    def contient(self, adresse: str) -> bool:
        """Vrai si l'adresse mène à un membre de l'archive."""
        return self._trouver(adresse) is not None

    def extraire(self, nom: str, cible: Path) -> None:
        """Copie le son `nom` du dossier `sources/` dans `cible`, entier ou pas du tout."""
        membre = self._membres[f"{DOSSIER}/{nom}".casefold()]
        provisoire = cible.with_name(f".{cible.name}.partiel")
        cible.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._archive.open(membre) as entree, provisoire.open("wb") as sortie:
                shutil.copyfileobj(entree, sortie, MIO)
            provisoire.replace(cible)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as erreur:
            raise _abimee(self.fichier) from erreur
        finally:
            provisoire.unlink(missing_ok=True)

    def _trouver(self, adresse: str) -> zipfile.ZipInfo | None:
        """Le membre désigné ; None pour un fichier d'ailleurs (`relative://`, `absolute://`, lien)."""
        if not adresse.startswith("internal://"):
            return None
        nom = adresse.removeprefix("internal://").lstrip("/")
        return self._membres.get(f"{DOSSIER}/{nom}".casefold()) or self._membres.get(nom.casefold())

    def _lire(self, membre: zipfile.ZipInfo) -> bytes:
        self._lus += membre.file_size
        if self._lus > TEXTES_MAXIMUM:
            raise _demesure(self.fichier, "l'ensemble de ses textes", self._lus)
        try:
            return self._archive.read(membre)
        except ABIMEE as erreur:
            raise _abimee(self.fichier) from erreur


@contextmanager
def ouvrir_qdpx(fichier: Path) -> Iterator[ArchiveQdpx]:
    """L'archive, vérifiée avant d'en lire un octet. Lève `ErreurEchange` : voir la tête du module."""
    try:
        archive = zipfile.ZipFile(fichier)
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin du fichier.") from None
    except ABIMEE as erreur:
        raise _abimee(fichier) from erreur
    with archive:
        _verifier(archive.infolist(), fichier)
        yield ArchiveQdpx(archive, fichier)


def _verifier(membres: list[zipfile.ZipInfo], fichier: Path) -> None:
    if len(membres) > MEMBRES_MAXIMUM:
        raise ErreurEchange(
            f"{fichier} contient {len(membres)} fichiers : il n'est pas lu, par sûreté.",
            "Vérifiez que c'est bien un projet REFI-QDA, et réexportez-le.",
        )
    vus: set[str] = set()
    for membre in membres:
        if faute := _faute(membre, vus):
            raise ErreurEchange(
                f"{fichier} : le membre « {membre.filename[:120]} » {faute} : l'archive n'est pas lue.",
                "N'ouvrez pas ce fichier ailleurs ; demandez un nouvel export à qui vous l'a donné.",
            )
        vus.add(membre.filename.casefold())


def _faute(membre: zipfile.ZipInfo, vus: set[str]) -> str | None:
    nom = membre.orig_filename
    absolu = "\0" in nom or nom.startswith(("/", "\\")) or ":" in nom.split("/")[0]
    compte = membre.file_size > TAUX_COMPTE_DES and not nom.casefold().endswith(tuple(_MEDIAS))
    bombe = compte and membre.file_size > TAUX_MAXIMAL * max(1, membre.compress_size)
    fautes = (
        (absolu, "a un chemin absolu"),
        (".." in nom.replace("\\", "/").split("/"), "sort du dossier de l'archive (« ../ »)"),
        (membre.filename.casefold() in vus, "y est deux fois"),
        (membre.flag_bits & 1, "est protégé par un mot de passe"),
        (stat.S_ISLNK(membre.external_attr >> 16), "est un lien vers un autre fichier"),
        (bombe, f"se déploie en {membre.file_size // MIO} Mio (une bombe)"),
    )
    return next((dit for vrai, dit in fautes if vrai), None)


def _demesure(fichier: Path, nom: str, taille: int) -> ErreurEchange:
    return ErreurEchange(
        f"{fichier} : {nom} est démesuré ({taille // MIO} Mio) ; il n'est pas lu, par sûreté.",
        "Exportez le projet en plusieurs parties (par territoire, par exemple), et réimportez-les.",
    )


def _abimee(fichier: Path) -> ErreurEchange:
    return ErreurEchange(
        f"{fichier} n'est pas une archive QDPX, ou elle est abîmée ou incomplète.",
        "Recopiez-la, ou réexportez le projet depuis le logiciel d'origine.",
    )
