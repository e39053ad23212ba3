"""Reporter un extrait d'une version d'un texte sur la suivante, seulement quand c'est sûr."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from recherche.modele.codage import Extrait


@dataclass(frozen=True, slots=True)
class Report:
    """Ce que devient un extrait : sa nouvelle place, ou None s'il est « à replacer »."""

    ancien: Extrait
    nouveau: Extrait | None


def reporter(ancien: str, nouveau: str, extraits: Iterable[Extrait]) -> list[Report]:
    """Reporte les extraits du texte `ancien` sur le texte `nouveau`.

    Les deux textes sont alignés mot à mot ; un extrait est reporté quand ses caractères sont tous dans
    un même passage inchangé. Sinon il est « à replacer » : jamais déplacé par approximation.
    """
    if ancien == nouveau:
        return [Report(extrait, extrait) for extrait in extraits]
    passages = _passages_inchanges(ancien, nouveau)
    debuts = [debut for debut, _, _ in passages]
    return [Report(extrait, _reporter(extrait, nouveau, passages, debuts)) for extrait in extraits]


def _reporter(
    extrait: Extrait, nouveau: str, passages: list[tuple[int, int, int]], debuts: list[int]
) -> Extrait | None:
    rang = bisect_right(debuts, extrait.debut) - 1
    if rang < 0:
        return None
    depart, fin, decalage = passages[rang]
    if not depart <= extrait.debut < extrait.fin <= fin:
        return None
    reporte = Extrait.dans(nouveau, extrait.debut + decalage, extrait.fin + decalage)
    return reporte if reporte.empreinte == extrait.empreinte else None


def _passages_inchanges(ancien: str, nouveau: str) -> list[tuple[int, int, int]]:
    """(début, fin, décalage) des passages communs, en caractères de `ancien`, par alignement de mots."""
    a, b = _jetons(ancien), _jetons(nouveau)
    places_a, places_b = _places(a), _places(b)
    alignement = SequenceMatcher(None, a, b, autojunk=False)
    return [
        (places_a[i], places_a[i + n], places_b[j] - places_a[i])
        for i, j, n in alignement.get_matching_blocks()
        if n
    ]


def _jetons(texte: str) -> list[str]:
    """Mots et séparateurs (espace ou retour à la ligne), dans l'ordre ; leur somme est le texte."""
    jetons: list[str] = []
    for rang, ligne in enumerate(texte.split("\n")):
        if rang:
            jetons.append("\n")
        for numero, mot in enumerate(ligne.split(" ")):
            if numero:
                jetons.append(" ")
            jetons.append(mot)
    return jetons


def _places(jetons: list[str]) -> list[int]:
    places = [0]
    for jeton in jetons:
        places.append(places[-1] + len(jeton))
    return places
