"""Une transcription vers un fichier : le texte simple, et le choix entre tous les formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recherche.echanges.commun import Transcrit, minutage, nature
from recherche.echanges.documents import en_docx
from recherche.echanges.sous_titres import en_srt, en_vtt
from recherche.echanges.transcriptions import en_json
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Tour


def en_txt(transcription: Transcrit) -> bytes:
    """Un tour par alinéa, `[mm:ss] LOCUTEUR : texte`, en UTF-8."""
    entete = f"{transcription.source_id} — {nature(transcription)}"
    return "\n\n".join([entete, *map(_alinea, transcription.tours)]).encode("utf-8") + b"\n"


def _alinea(tour: Tour) -> str:
    temps = "" if tour.debut_s is None else f"[{minutage(tour.debut_s)}] "
    return f"{temps}{tour.locuteur}\u00a0: {tour.texte}"


@dataclass(frozen=True, slots=True)
class Format:
    """Un format d'export : extension du fichier (sans point), libellé, écriture en octets."""

    extension: str
    libelle: str
    ecrire: Callable[[Transcrit], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "txt": Format("txt", "Texte simple", en_txt),
        "docx": Format("docx", "Document Word, lignes numérotées", en_docx),
        "vtt": Format("vtt", "Sous-titres WebVTT", en_vtt),
        "srt": Format("srt", "Sous-titres SubRip", en_srt),
        "json": Format("json", "Échange, tours et mots datés", en_json),
    }
)


def exporter(transcription: Transcrit, fmt: str) -> bytes:
    """La transcription dans le format `fmt` (une clé de `FORMATS`).

    Lève `ErreurEchange` si le format est inconnu, ou s'il demande des temps qui manquent.
    """
    if fmt not in FORMATS:
        raise ErreurEchange(
            f"« {fmt} » n'est pas un format d'export.",
            f"Choisissez parmi : {', '.join(FORMATS)}.",
        )
    return FORMATS[fmt].ecrire(transcription)
