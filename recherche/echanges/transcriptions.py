"""Transcription -> JSON d'échange `recherche-transcription/1`, que `importation` relit."""

from __future__ import annotations

import json
from typing import Any

from recherche.echanges.commun import Transcrit
from recherche.modele.serialisation import provenance_en_json, tours_en_json
from recherche.modele.transcription import TranscriptionPseudonymisee

FORMAT_TRANSCRIPTION = "recherche-transcription/1"


def en_json(transcription: Transcrit) -> bytes:
    """UTF-8, un tour par ligne. Temps à la milliseconde ; `pseudonymisee` dit ce qu'est le texte."""
    entete: dict[str, Any] = {
        "format": FORMAT_TRANSCRIPTION,
        "source_id": transcription.source_id,
        "pseudonymisee": isinstance(transcription, TranscriptionPseudonymisee),
        "provenance": provenance_en_json(transcription.provenance),
    }
    tours = zip(tours_en_json(transcription.tours), transcription.tours, strict=True)
    lignes = ",\n  ".join(_json(_avec_texte(valeur, tour.texte)) for valeur, tour in tours)
    corps = ",\n ".join(f"{_json(cle)}: {_json(valeur)}" for cle, valeur in entete.items())
    return f'{{{corps},\n "tours": [\n  {lignes}\n ]}}\n'.encode()


def _avec_texte(valeur: dict[str, Any], texte: str) -> dict[str, Any]:
    """Le texte avant les mots : c'est lui qu'une personne lit."""
    mots = {"mots": valeur["mots"]} if "mots" in valeur else {}
    return {cle: v for cle, v in valeur.items() if cle != "mots"} | {"texte": texte} | mots


def _json(valeur: object) -> str:
    return json.dumps(valeur, ensure_ascii=False)
