"""Une transcription vers un fichier : le texte simple, et le choix entre tous les formats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from recherche.echanges.commun import Transcrit, minutage, nature
from recherche.echanges.documents import en_docx
from recherche.echanges.elan import en_eaf
from recherche.echanges.iramuteq import en_iramuteq
from recherche.echanges.marques import editer, marquer
from recherche.echanges.opendocument import en_odt
from recherche.echanges.qda import en_atlasti, en_maxqda, en_nvivo
from recherche.echanges.rttm import en_rttm
from recherche.echanges.sous_titres import en_srt, en_vtt
from recherche.echanges.tei import en_tei
from recherche.echanges.transcriptions import en_json
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Tour

Variables = Mapping[str, str]
SANS_VARIABLES: Variables = MappingProxyType({})


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
    ecrire: Callable[[Transcrit, Variables], bytes]


def _simple(ecrire: Callable[[Transcrit], bytes]) -> Callable[[Transcrit, Variables], bytes]:
    return lambda transcription, _: ecrire(transcription)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "txt": Format("txt", "Texte simple", _simple(en_txt)),
        "docx": Format("docx", "Document Word, lignes numérotées", _simple(en_docx)),
        "odt": Format("odt", "Document OpenDocument, lignes numérotées", _simple(en_odt)),
        "vtt": Format("vtt", "Sous-titres WebVTT", _simple(en_vtt)),
        "srt": Format("srt", "Sous-titres SubRip", _simple(en_srt)),
        "json": Format("json", "Échange, tours et mots datés", _simple(en_json)),
        "eaf": Format("eaf", "ELAN, une ligne par locuteur", _simple(en_eaf)),
        "tei": Format("tei.xml", "TEI P5, transcription de l'oral", en_tei),
        "rttm": Format("rttm", "Tours de parole (RTTM)", _simple(en_rttm)),
        "maxqda": Format("maxqda.txt", "Texte horodaté pour MAXQDA", _simple(en_maxqda)),
        "nvivo": Format("nvivo.txt", "Tableau horodaté pour NVivo", _simple(en_nvivo)),
        "atlasti": Format("atlasti.txt", "Texte horodaté pour ATLAS.ti", _simple(en_atlasti)),
        "iramuteq": Format("iramuteq.txt", "Texte étoilé pour IRaMuTeQ", en_iramuteq),
    }
)


def exporter(
    transcription: Transcrit,
    fmt: str,
    *,
    variables: Variables = SANS_VARIABLES,
    marques: bool = False,
    edite: bool = False,
) -> bytes:
    """La transcription dans le format `fmt` (une clé de `FORMATS`).

    `variables` : attributs de la source (IRaMuTeQ, TEI) ; `edite` : sans hésitations ; `marques` :
    pauses, chevauchements, passages inaudibles. La transcription reçue n'est pas changée. Lève
    `ErreurEchange` si le format est inconnu, ou s'il demande des temps qui manquent.
    """
    if fmt not in FORMATS:
        raise ErreurEchange(
            f"« {fmt} » n'est pas un format d'export.",
            f"Choisissez parmi : {', '.join(FORMATS)}.",
        )
    if marques:  # d'abord : une hésitation ôtée n'est pas un silence
        transcription = marquer(transcription)
    if edite:
        transcription = editer(transcription)
    return FORMATS[fmt].ecrire(transcription, variables)
