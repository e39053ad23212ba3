"""Ce que le guide reprend de l'étude hors du jeu publié : questions, métiers, validation."""

from __future__ import annotations

from collections.abc import Mapping

from recherche.entrepot import Entrepot, suggestions
from recherche.redaction.guide import Apports
from recherche.reglages import Etude


def apports(etude: Etude, entrepot: Entrepot, figures: Mapping[str, str]) -> Apports:
    """Les apports de l'étude ; un rapport que l'étude ne permet pas est vide."""
    reglages = etude.reglages
    return Apports(
        figures=figures,
        metiers=tuple(reglages.etude.fonctions),
        themes=tuple((theme.libelle, tuple(theme.questions)) for theme in reglages.themes),
        validation=_validation(entrepot),
    )


def _validation(entrepot: Entrepot) -> tuple[str, ...]:
    """Ce que valent les suggestions, thème par thème, d'après le dernier modèle appris."""
    with entrepot.lire() as cx:
        modele = suggestions.dernier_modele(cx)
        ranges = suggestions.verdicts(cx, modele.id) if modele is not None else {}
    par_verdict: dict[str, list[str]] = {}
    for code, range_ in ranges.items():
        par_verdict.setdefault(str(range_.verdict), []).append(code)
    return tuple(
        f"{verdict} : {len(codes)} thème(s) ({', '.join(codes)})"
        for verdict, codes in par_verdict.items()
    )
