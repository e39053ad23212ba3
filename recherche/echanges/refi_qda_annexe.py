"""L'annexe de nos projets QDPX : ce que le standard n'a pas de place pour dire.

Un fichier JSON de `sources/`, nommé par un GUID et que les autres logiciels ignorent : tours, thèmes et
temps des mots ; origine de chaque codage ; identifiants des codes. Elle vient d'une archive : tout y est
vérifié, et elle ne sert que pour les sources dont le texte n'a pas été changé.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from recherche.echanges.importation import Texte, _Provenance, _Tour
from recherche.echanges.refi_qda import guid
from recherche.echanges.validation import Strict
from recherche.erreurs import ErreurEchange
from recherche.modele.codage import Origine
from recherche.modele.serialisation import provenance_en_json, tours_en_json
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee

FORMAT = "recherche-qdpx/1"


def nom_annexe(projet: str) -> str:
    """Le nom du fichier de l'annexe, d'après le nom du projet."""
    return f"{guid(projet, 'annexe')}.json"


@dataclass(frozen=True, slots=True)
class Annexe:
    """Transcriptions, codeurs (codeur, origine), codes et codes proposés (nom, code), par GUID."""

    prive: bool
    transcriptions: Mapping[str, Transcription | TranscriptionPseudonymisee] = field(
        default_factory=dict
    )
    codeurs: Mapping[str, tuple[str, Origine]] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    proposes: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)


def ecrire_annexe(annexe: Annexe) -> bytes:
    """L'annexe en JSON, toujours la même pour les mêmes valeurs."""
    valeur = {
        "format": FORMAT,
        "prive": annexe.prive,
        "codeurs": {cle: [nom, origine.value] for cle, (nom, origine) in annexe.codeurs.items()},
        "codes": dict(annexe.codes),
        "proposes": {cle: list(valeurs) for cle, valeurs in annexe.proposes.items()},
        "sources": {
            cle: {
                "source_id": t.source_id,
                "provenance": provenance_en_json(t.provenance),
                "tours": tours_en_json(t.tours),
            }
            for cle, t in annexe.transcriptions.items()
        },
    }
    return json.dumps(valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def lire_annexe(octets: bytes | None, fichier: Path) -> Annexe | None:
    """L'annexe d'un de nos projets ; None s'il n'en a pas. Lève `ErreurEchange` si elle est abîmée."""
    if octets is None:
        return None
    try:
        lue = _Annexe.model_validate_json(octets)
    except ValidationError as erreur:
        raise ErreurEchange(
            f"{fichier} : l'annexe du projet est abîmée ({erreur.error_count()} fautes).",
            "Réexportez le projet avec « recherche exporter --format qdpx ».",
        ) from erreur
    genre = Transcription if lue.prive else TranscriptionPseudonymisee
    return Annexe(
        lue.prive,
        {
            cle: genre(s.source_id, tuple(t.valeur() for t in s.tours), s.provenance.valeur())
            for cle, s in lue.sources.items()
        },
        {cle: (nom, origine) for cle, (nom, origine) in lue.codeurs.items()},
        lue.codes,
        lue.proposes,
    )


class _Source(Strict):
    source_id: Texte
    provenance: _Provenance
    tours: list[_Tour]


class _Annexe(Strict):
    format: Literal["recherche-qdpx/1"]
    prive: bool
    codeurs: dict[str, tuple[str, Origine]]
    codes: dict[str, str]
    proposes: dict[str, tuple[str, str | None]]
    sources: dict[str, _Source]
