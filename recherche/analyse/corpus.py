"""Le corpus d'une analyse lexicale : paroles -> segments -> matrices de formes.

Les paroles viennent d'`etapes`, tours de l'enquêteur ôtés ; leurs mots sont déjà lemmatisés. Un segment
ne traverse jamais un tour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

TAILLE = 40
AVANCE = 56
_POIDS = {".": 6.0, "?": 6.0, "!": 6.0, "…": 6.0, ":": 5.0, ";": 4.0, ",": 1.0}
_ORDINAIRE = 0.01
FREQUENCE_MINIMALE = 3


@dataclass(frozen=True, slots=True)
class Jeton:
    """Un mot [debut, fin[ du texte de la source ; `actif` : il peut caractériser un propos."""

    debut: int
    fin: int
    lemme: str
    categorie: str
    actif: bool


@dataclass(frozen=True, slots=True)
class Parole:
    """Un tour de parole d'une personne entendue, qui commence à `debut` dans le texte de sa source."""

    source_id: str
    debut: int
    texte: str
    jetons: tuple[Jeton, ...]


@dataclass(frozen=True)
class Corpus:
    """Les segments et leurs formes.

    `segments` : source_id, debut, fin, texte, mots, et les variables de la source (territoire, profil) ;
    `occurrences` : matrice creuse segments × formes ; `formes` et `categories` : les lemmes actifs
    présents dans assez de segments, par ordre alphabétique, et leur catégorie la plus fréquente.
    """

    segments: pd.DataFrame
    formes: tuple[str, ...]
    categories: tuple[str, ...]
    occurrences: Any

    @property
    def presences(self) -> Any:  # noqa: ANN401
        """La même matrice, en présences (0 ou 1)."""
        table = self.occurrences.copy()
        table.data = np.ones_like(table.data)
        return table


def couper(texte: str) -> Iterator[tuple[int, int]]:
    """Les segments [debut, fin[ d'un texte, d'environ `TAILLE` mots.

    On coupe après le mot de plus grand poids / (|place - 40| + 1), place comptée de 1 à 56 : 6 pour
    . ? ! …, 5 pour les deux-points, 4 pour le point-virgule, 1 pour la virgule, 0,01 sinon.
    """
    mots: list[tuple[int, int]] = []
    position = 0
    for mot in texte.split():
        debut = texte.index(mot, position)
        position = debut + len(mot)
        mots.append((debut, position))
    depart = 0
    while depart < len(mots):
        reste = len(mots) - depart
        prises = reste if reste <= TAILLE else _meilleure(texte, mots[depart : depart + AVANCE])
        yield mots[depart][0], mots[depart + prises - 1][1]
        depart += prises


def _meilleure(texte: str, mots: Sequence[tuple[int, int]]) -> int:
    poids = [
        _POIDS.get(texte[fin - 1], _ORDINAIRE) / (abs(place - TAILLE) + 1)
        for place, (_, fin) in enumerate(mots, start=1)
    ]
    return int(np.argmax(poids)) + 1


def construire(
    paroles: Iterable[Parole],
    variables: pd.DataFrame,
    *,
    frequence_minimale: int = FREQUENCE_MINIMALE,
) -> Corpus:
    """Le corpus des paroles dont la source est dans `variables` (source_id, territoire, profil…).

    Les formes sont les lemmes actifs présents dans au moins `frequence_minimale` segments.
    """
    connues = set(variables["source_id"])
    lignes: list[tuple[str, int, int, str, int]] = []
    mots_segments: list[list[Jeton]] = []
    for parole in paroles:
        if parole.source_id in connues:
            for debut, fin, jetons in _segments(parole):
                texte = parole.texte[debut - parole.debut : fin - parole.debut]
                lignes.append((parole.source_id, debut, fin, texte, len(texte.split())))
                mots_segments.append(jetons)
    segments = pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "texte", "mots"])
    segments = segments.merge(variables, on="source_id", how="left", validate="m:1")
    return _matrices(segments, mots_segments, frequence_minimale)


def _segments(parole: Parole) -> Iterator[tuple[int, int, list[Jeton]]]:
    """Les segments d'une parole et leurs mots actifs, en positions de la source."""
    jetons = list(parole.jetons)
    rang = 0
    for debut, fin in couper(parole.texte):
        limite = parole.debut + fin
        actifs = []
        while rang < len(jetons) and jetons[rang].debut < limite:
            if jetons[rang].actif:
                actifs.append(jetons[rang])
            rang += 1
        yield parole.debut + debut, limite, actifs


def _matrices(segments: pd.DataFrame, mots_segments: Sequence[Sequence[Jeton]], minimum: int) -> Corpus:
    from scipy import sparse

    presents: dict[str, int] = {}
    categories: dict[str, dict[str, int]] = {}
    for mots in mots_segments:
        for lemme in {mot.lemme for mot in mots}:
            presents[lemme] = presents.get(lemme, 0) + 1
        for mot in mots:
            comptes = categories.setdefault(mot.lemme, {})
            comptes[mot.categorie] = comptes.get(mot.categorie, 0) + 1
    formes = tuple(sorted(lemme for lemme, n in presents.items() if n >= minimum))
    rang = {forme: i for i, forme in enumerate(formes)}
    lignes = [i for i, mots in enumerate(mots_segments) for mot in mots if mot.lemme in rang]
    colonnes = [rang[mot.lemme] for mots in mots_segments for mot in mots if mot.lemme in rang]
    table = sparse.csr_matrix(
        (np.ones(len(lignes)), (lignes, colonnes)), shape=(len(mots_segments), len(formes))
    )
    table.sum_duplicates()
    frequentes = tuple(max(sorted(categories[f]), key=categories[f].__getitem__) for f in formes)
    return Corpus(segments, formes, frequentes, table)
