"""Tours et provenances en valeurs JSON, et retour : la seule écriture des transcriptions.

Un tour : `{"locuteur", "theme"?, "texte"}` plus `"mots": [[texte, debut_s, fin_s, confiance], …]`
quand au moins un mot est daté.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour


def mots_en_json(mots: Iterable[Mot]) -> list[list[Any]]:
    """`[[texte, debut_s, fin_s, confiance], …]`, temps à la milliseconde."""
    return [[m.texte, _arrondi(m.debut_s), _arrondi(m.fin_s), _arrondi(m.confiance)] for m in mots]


def mots_depuis_json(valeurs: Iterable[Sequence[Any]]) -> tuple[Mot, ...]:
    """L'inverse de `mots_en_json`."""
    return tuple(Mot(*valeur) for valeur in valeurs)


def tours_en_json(tours: Iterable[Tour]) -> list[dict[str, Any]]:
    """Les tours en dictionnaires JSON."""
    return [_tour_en_json(tour) for tour in tours]


def _tour_en_json(tour: Tour) -> dict[str, Any]:
    valeur: dict[str, Any] = {"locuteur": tour.locuteur}
    if tour.theme is not None:
        valeur["theme"] = tour.theme
    if any(mot.debut_s is not None for mot in tour.mots):
        return valeur | {"mots": mots_en_json(tour.mots)}
    return valeur | {"texte": tour.texte}


def tours_depuis_json(valeurs: Iterable[Mapping[str, Any]]) -> tuple[Tour, ...]:
    """L'inverse de `tours_en_json`. Lève `KeyError` ou `TypeError` sur une valeur mal formée."""
    return tuple(_tour_depuis_json(valeur) for valeur in valeurs)


def _tour_depuis_json(valeur: Mapping[str, Any]) -> Tour:
    if "mots" in valeur:
        return Tour(valeur["locuteur"], mots_depuis_json(valeur["mots"]), valeur.get("theme"))
    return Tour.depuis_texte(valeur["locuteur"], valeur["texte"], theme=valeur.get("theme"))


def provenance_en_json(provenance: Provenance) -> dict[str, Any]:
    """Une provenance en dictionnaire JSON."""
    return {
        "outil": provenance.outil,
        "version": provenance.version,
        "date": provenance.date.isoformat(),
        "reglages": dict(provenance.reglages),
    }


def provenance_depuis_json(valeur: Mapping[str, Any]) -> Provenance:
    """L'inverse de `provenance_en_json`."""
    date = datetime.fromisoformat(valeur["date"])
    return Provenance(valeur["outil"], valeur["version"], date, valeur["reglages"])


def _arrondi(valeur: float | None) -> float | None:
    return None if valeur is None else round(float(valeur), 3)
