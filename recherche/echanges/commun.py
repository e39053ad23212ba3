"""Ce que partagent les formats : le type exporté, sa nature, l'écriture du temps."""

from __future__ import annotations

from typing import Any

from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee

Transcrit = Transcription | TranscriptionPseudonymisee
Noeud = Any  # un élément de lxml, qui ne publie pas ses types


def nature(transcription: Transcrit) -> str:
    """Ce qu'est le texte, à dire en tête de tout export ; une version marquée ou éditée le dit."""
    brute = not isinstance(transcription, TranscriptionPseudonymisee)
    base = f"transcription {'brute, confidentielle' if brute else 'pseudonymisée'}"
    marques = transcription.provenance.reglages.get("marques")
    return f"{base} ({', '.join(map(str, marques))})" if isinstance(marques, list) and marques else base


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
