"""Lire la transcription qu'une personne ou un logiciel a faite : format reconnu, locuteurs, temps.

La seule porte d'entrée des fichiers ; le reste du paquet calcule sur des octets. Le format se
reconnaît au contenu d'abord, à l'extension ensuite.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from recherche.echanges.dialogue import lire_lignes
from recherche.echanges.elan import lire_eaf
from recherche.echanges.importation import lire_transcription
from recherche.echanges.lecture_documents import CONTENU_WORD, MIMETYPE_ODT, lire_docx, lire_odt
from recherche.echanges.lecture_html import lire_noscribe, lire_rtr, lire_sonal
from recherche.echanges.lecture_json import charger, lire_whisper
from recherche.echanges.lecture_sous_titres import INTERVALLE, lire_srt, lire_vtt
from recherche.echanges.octets import decoder, lire_octets, membre, ouvrir_archive
from recherche.echanges.repliques import Lecture, en_tours
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Transcription

IDENTIFIANT = re.compile(r"(?<![A-Z0-9])([A-Z0-9]{2,5}-[A-Z]{1,3}-\d{2,3})(?![A-Z0-9])")
_ECHANGE = "json"


def _lire_txt(octets: bytes, fichier: Path) -> Lecture:
    return lire_lignes(decoder(octets, fichier).splitlines())


LECTEURS: Mapping[str, Callable[[bytes, Path], Lecture]] = MappingProxyType(
    {
        "txt": _lire_txt,
        "docx": lire_docx,
        "odt": lire_odt,
        "vtt": lire_vtt,
        "srt": lire_srt,
        "noscribe": lire_noscribe,
        "sonal": lire_sonal,
        "rtr": lire_rtr,
        "whisper": lire_whisper,
        "eaf": lire_eaf,
    }
)
EXTENSIONS = frozenset(
    (".txt", ".docx", ".odt", ".vtt", ".srt", ".html", ".htm", ".sonal", ".rtr", ".json", ".eaf")
)


def lire(fichier: Path, *, source_id: str | None = None) -> Transcription:
    """La transcription brute d'un fichier, dans l'un des formats de `LECTEURS` ou en JSON d'échange.

    `source_id` l'emporte ; sinon c'est celui du JSON d'échange, ou l'identifiant (LOR-J-02…) que porte
    le nom du fichier. La provenance garde le nom et le SHA-256 du fichier, son format, ce que valent
    ses temps (« mots », « segments », « tours », « aucun ») et le nombre de lignes d'en-tête écartées.
    Lève `ErreurEchange` : absent, abîmé, piégé, de format inconnu, sans parole, déjà pseudonymisé.
    """
    octets = lire_octets(fichier)
    genre = reconnaitre(octets, fichier)
    if genre == _ECHANGE:
        echange = lire_transcription(fichier)
        return echange if source_id is None else replace(echange, source_id=source_id)
    identifiant = source_id or identifier(fichier)
    lecture = LECTEURS[genre](octets, fichier)
    if "transcription pseudonymisée" in lecture.entete.casefold():
        raise ErreurEchange(
            f"{fichier} est une transcription pseudonymisée : elle ne remplace pas le texte relu.",
            "Importez la transcription brute relue ; « recherche pseudonymiser » fera l'autre.",
        )
    tours = en_tours(lecture.repliques)
    if not tours:
        raise _sans_parole(fichier, genre)
    reglages = {
        "fichier": fichier.name,
        "empreinte": hashlib.sha256(octets).hexdigest(),
        "temps": lecture.temps,
        "lignes_ecartees": lecture.ecartees,
    }
    return Transcription(identifiant, tours, Provenance("import", genre, datetime.now(UTC), reglages))


def identifier(fichier: Path) -> str:
    """L'identifiant que porte le nom du fichier. Lève `ErreurEchange` si on ne sait pas lequel."""
    trouves = sorted(set(IDENTIFIANT.findall(fichier.name.upper())))
    if len(trouves) == 1:
        return str(trouves[0])
    dit = f"en porte plusieurs ({', '.join(trouves)})" if trouves else "ne porte pas d'identifiant"
    raise ErreurEchange(
        f"{fichier} : le nom du fichier {dit}, on ne sait pas de quel entretien il s'agit.",
        "Nommez-le d'après son entretien, par exemple « LOR-J-02.docx ».",
    )


def reconnaitre(octets: bytes, fichier: Path) -> str:
    """Le format : une clé de `LECTEURS`, ou « json » (échange). Lève `ErreurEchange` si inconnu."""
    extension = fichier.suffix.casefold()
    if octets.startswith(b"PK"):
        return _genre_archive(octets, fichier)
    if extension == ".eaf" or b"<ANNOTATION_DOCUMENT" in octets[:4096]:
        return "eaf"
    if extension not in EXTENSIONS:
        raise _format_inconnu(fichier)
    if extension in {".docx", ".odt"}:
        raise ErreurEchange(
            f"{fichier} n'est pas un document {extension}, malgré son nom, ou il est abîmé.",
            "Rouvrez-le dans votre traitement de texte et réenregistrez-le.",
        )
    if extension == ".json":
        return _ECHANGE if "format" in charger(octets, fichier) else "whisper"
    return _genre_texte(decoder(octets, fichier), extension, fichier)


def _genre_texte(texte: str, extension: str, fichier: Path) -> str:
    if extension in {".html", ".htm", ".sonal"}:
        return _genre_page(texte, fichier)
    if texte.startswith("WEBVTT"):
        return "vtt"
    if extension == ".rtr":
        return "rtr"
    if extension in {".srt", ".vtt"} or any(INTERVALLE.match(li) for li in texte.splitlines()[:4]):
        return "srt"
    return "txt"


def _genre_archive(octets: bytes, fichier: Path) -> str:
    archive = ouvrir_archive(octets, fichier)
    noms = set(archive.namelist())
    if CONTENU_WORD in noms:
        return "docx"
    if {"content.xml", "mimetype"} <= noms and membre(archive, "mimetype", fichier) == MIMETYPE_ODT:
        return "odt"
    raise ErreurEchange(
        f"{fichier} est une archive, mais ni un document Word (.docx) ni un document de texte (.odt).",
        "Désignez la transcription elle-même, au format .docx ou .odt.",
    )


def _genre_page(texte: str, fichier: Path) -> str:
    if "lblseg" in texte:
        return "sonal"
    if re.search(r"name=[\"']ts_\d", texte):
        return "noscribe"
    raise ErreurEchange(
        f"{fichier} est une page HTML, mais ni de noScribe ni de Sonal : aucun segment daté.",
        "Copiez son texte dans un fichier .txt ou .docx, chaque tour commençant par « ENQ : ».",
    )


def _format_inconnu(fichier: Path) -> ErreurEchange:
    connues = ", ".join(sorted(EXTENSIONS))
    return ErreurEchange(
        f"{fichier} n'est pas d'un format de transcription connu.", f"Extensions lues : {connues}."
    )


def _sans_parole(fichier: Path, genre: str) -> ErreurEchange:
    if genre in {"txt", "docx", "odt"}:
        return ErreurEchange(
            f"{fichier} : aucun tour de parole reconnu (ni « ENQ : », ni tiret, ni code temporel).",
            "Faites commencer chaque tour par son locuteur et deux-points : « ENQ : », « ENT : ».",
        )
    return ErreurEchange(
        f"{fichier} ne contient aucune parole.", "Réexportez la transcription depuis son logiciel."
    )
