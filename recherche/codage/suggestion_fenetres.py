"""Les phrases des personnes entendues : ce qu'un classifieur lit, étiquette et propose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recherche.codage.unites import cadre
from recherche.modele.codage import Codage, Extrait
from recherche.modele.transcription import TranscriptionPseudonymisee

Booleens = npt.NDArray[np.bool_]
Reels = npt.NDArray[np.float64]

PART_COUVERTE = 0.5


@dataclass(frozen=True, slots=True)
class Phrase:
    """Une phrase [debut, fin[ d'une source, en positions de son texte pseudonymisé."""

    source_id: str
    tour: int
    debut: int
    fin: int
    texte: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Des phrases voisines d'un même tour, [premiere, derniere] compris, dans une liste de phrases."""

    premiere: int
    derniere: int

    @property
    def rangs(self) -> slice:
        """La tranche de la liste."""
        return slice(self.premiere, self.derniere + 1)


def phrases(transcription: TranscriptionPseudonymisee) -> list[Phrase]:
    """Les phrases des personnes entendues (voir `unites.cadre`), avec leur texte."""
    texte = transcription.texte
    return [
        Phrase(u.source_id, u.tour, u.debut, u.fin, texte[u.debut : u.fin])
        for u in cadre([transcription])
        if u.fin > u.debut
    ]


def etiquettes(liste: Sequence[Phrase], codages: Iterable[Codage], codes: Sequence[str]) -> Booleens:
    """Phrases x codes : vrai si un codage couvre au moins la moitié de la phrase.

    Les codages d'un code absent de `codes` sont ignorés.
    """
    colonnes = {code: rang for rang, code in enumerate(codes)}
    poses: dict[str, list[tuple[Extrait, int]]] = {}
    for codage in codages:
        if codage.code in colonnes:
            poses.setdefault(codage.source_id, []).append((codage.extrait, colonnes[codage.code]))
    table = np.zeros((len(liste), len(codes)), dtype=bool)
    for rang, phrase in enumerate(liste):
        for extrait, colonne in poses.get(phrase.source_id, ()):
            commun = min(phrase.fin, extrait.fin) - max(phrase.debut, extrait.debut)
            if commun >= PART_COUVERTE * (phrase.fin - phrase.debut):
                table[rang, colonne] = True
    return table


def voisinages(liste: Sequence[Phrase], largeur: int) -> list[slice]:
    """Pour chaque phrase, la tranche de ses voisines du même tour, `largeur` de chaque côté."""
    bornes = _bornes_des_tours(liste)
    return [
        slice(max(rang - largeur, bas), min(rang + largeur + 1, haut))
        for rang, (bas, haut) in enumerate(bornes)
    ]


def _bornes_des_tours(liste: Sequence[Phrase]) -> list[tuple[int, int]]:
    """Premier rang et rang d'après le dernier du tour de chaque phrase."""
    bornes: list[tuple[int, int]] = []
    debut = 0
    for rang in range(1, len(liste) + 1):
        if rang == len(liste) or _lieu(liste[rang]) != _lieu(liste[debut]):
            bornes += [(debut, rang)] * (rang - debut)
            debut = rang
    return bornes


def _lieu(phrase: Phrase) -> tuple[str, int]:
    return phrase.source_id, phrase.tour


def passages(liste: Sequence[Phrase], retenues: Booleens) -> list[Passage]:
    """Les suites de phrases retenues, coupées aux changements de tour."""
    suites: list[Passage] = []
    for rang in map(int, np.flatnonzero(retenues)):
        voisine = suites and suites[-1].derniere == rang - 1
        if voisine and _lieu(liste[rang]) == _lieu(liste[rang - 1]):
            suites[-1] = Passage(suites[-1].premiere, rang)
        else:
            suites.append(Passage(rang, rang))
    return suites


def groupes(liste: Sequence[Phrase]) -> npt.NDArray[np.str_]:
    """La source de chaque phrase : on ne coupe jamais un entretien en deux."""
    return np.array([phrase.source_id for phrase in liste], dtype=np.str_)
