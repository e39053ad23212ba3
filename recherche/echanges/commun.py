"""Ce que partagent les formats : le type exporté, sa nature, l'écriture du temps."""

from __future__ import annotations

from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee

Transcrit = Transcription | TranscriptionPseudonymisee


def nature(transcription: Transcrit) -> str:
    """Ce qu'est le texte, à dire en tête de tout export."""
    if isinstance(transcription, TranscriptionPseudonymisee):
        return "transcription pseudonymisée"
    return "transcription brute, confidentielle"


def minutage(secondes: float) -> str:
    """`mm:ss`, ou `h:mm:ss` à partir d'une heure ; secondes arrondies à l'entier inférieur."""
    minutes, reste = divmod(int(secondes), 60)
    heures, minutes = divmod(minutes, 60)
    return f"{heures}:{minutes:02d}:{reste:02d}" if heures else f"{minutes:02d}:{reste:02d}"


def horodatage(secondes: float, decimale: str) -> str:
    """`hh:mm:ss.mmm` ; `decimale` est « . » (WebVTT) ou « , » (SubRip)."""
    total, milliemes = divmod(round(secondes * 1000), 1000)
    minutes, reste = divmod(total, 60)
    heures, minutes = divmod(minutes, 60)
    return f"{heures:02d}:{minutes:02d}:{reste:02d}{decimale}{milliemes:03d}"
