"""Reporter un extrait d'une version d'un texte sur la suivante, seulement quand c'est sûr."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from recherche.modele.codage import Extrait

Passage = tuple[int, int, int]
"""Début, fin (en caractères de l'ancien texte) et décalage vers le nouveau."""


@dataclass(frozen=True, slots=True)
class Report:
    """Ce que devient un extrait : sa nouvelle place, ou None s'il est « à replacer »."""

    ancien: Extrait
    nouveau: Extrait | None


def reporter(ancien: str, nouveau: str, extraits: Iterable[Extrait]) -> list[Report]:
    """Reporte les extraits du texte `ancien` sur le texte `nouveau`.

    Les deux textes sont alignés tour à tour, puis mot à mot dans les tours changés. Un extrait est
    reporté quand ses caractères sont tous dans un même passage inchangé ; sinon il est « à replacer »,
    jamais déplacé par approximation.
    """
    if ancien == nouveau:
        return [Report(extrait, extrait) for extrait in extraits]
    passages = _passages_inchanges(ancien, nouveau)
    debuts = [debut for debut, _, _ in passages]
    return [Report(extrait, _reporter(extrait, nouveau, passages, debuts)) for extrait in extraits]


def _reporter(
    extrait: Extrait, nouveau: str, passages: list[Passage], debuts: list[int]
) -> Extrait | None:
    rang = bisect_right(debuts, extrait.debut) - 1
    if rang < 0:
        return None
    depart, fin, decalage = passages[rang]
    if not depart <= extrait.debut < extrait.fin <= fin:
        return None
    reporte = Extrait.dans(nouveau, extrait.debut + decalage, extrait.fin + decalage)
    return reporte if reporte.empreinte == extrait.empreinte else None


def _passages_inchanges(ancien: str, nouveau: str) -> list[Passage]:
    """Passages communs, en caractères de `ancien` : tours alignés, puis mots des tours changés."""
    a, b = ancien.split("\n"), nouveau.split("\n")
    debuts_a, debuts_b = _debuts(a), _debuts(b)
    passages = []
    for etiquette, i, j, k, m in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        depart, decalage = debuts_a[i], debuts_b[k] - debuts_a[i]
        if etiquette == "equal":
            passages.append((depart, debuts_a[j] - 1, decalage))
        elif etiquette == "replace":
            mots = _mots_inchanges(a[i:j], b[k:m])
            passages += [(depart + d, depart + f, decalage + e) for d, f, e in mots]
    return passages


def _mots_inchanges(a: list[str], b: list[str]) -> list[Passage]:
    """Suites de mots communes à deux groupes de tours ; un retour à la ligne est un mot."""
    mots_a, mots_b = _mots(a), _mots(b)
    debuts_a, debuts_b = _debuts(mots_a), _debuts(mots_b)
    blocs = SequenceMatcher(None, mots_a, mots_b, autojunk=False).get_matching_blocks()
    return [(debuts_a[i], debuts_a[i + n] - 1, debuts_b[j] - debuts_a[i]) for i, j, n in blocs if n]


def _mots(tours: list[str]) -> list[str]:
    """Les mots des tours ; le premier d'un tour, sauf du premier, porte son retour à la ligne."""
    return "\n".join(tours).replace("\n", " \n").split(" ")


def _debuts(morceaux: list[str]) -> list[int]:
    """Position de chaque morceau quand un caractère les sépare, et celle d'après le dernier."""
    debuts = [0]
    for morceau in morceaux:
        debuts.append(debuts[-1] + len(morceau.lstrip("\n")) + 1)
    return debuts
