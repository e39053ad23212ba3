"""Ce qu'on peut garantir d'un code : bornes exactes, seuil, verdict.

Une suggestion est une suite de phrases retenues. Elle est juste si une personne a posé le même code sur
l'une d'elles. Le seuil se choisit sur des entretiens que le modèle n'a pas lus ; le verdict se prononce,
une seule fois par seuil, sur d'autres entretiens, qui n'ont servi à rien auparavant.
Source : Clopper et Pearson, 1934, pour les bornes exactes d'une proportion binomiale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from recherche.codage.suggestion_fenetres import Booleens, Phrase, Reels, passages

RISQUE = 0.05
NIVEAU = 0.8
CHANCES = 0.8
CANDIDATS = 60


class Verdict(StrEnum):
    """Ce qu'on fait des suggestions d'un code."""

    CERTIFIE = "certifié"
    A_RELIRE = "à relire"
    NON_AUTOMATISABLE = "non automatisable"
    INSUFFISANT = "preuves insuffisantes"


@dataclass(frozen=True, slots=True)
class Compte:
    """`justes` suggestions sur `nombre` ; bornes unilatérales exactes à 95 %."""

    justes: int
    nombre: int

    @property
    def precision(self) -> float | None:
        """La part de justes ; None sans suggestion."""
        return self.justes / self.nombre if self.nombre else None

    @property
    def basse(self) -> float:
        """Borne inférieure : la précision la dépasse, 19 fois sur 20."""
        return borne_basse(self.justes, self.nombre)

    @property
    def haute(self) -> float:
        """Borne supérieure : la précision reste au-dessous, 19 fois sur 20."""
        return 1.0 - borne_basse(self.nombre - self.justes, self.nombre)


def borne_basse(justes: int, nombre: int, risque: float = RISQUE) -> float:
    """Borne inférieure unilatérale de Clopper-Pearson ; 0 sans observation ni succès."""
    from scipy.special import betaincinv

    if justes <= 0 or nombre <= 0:
        return 0.0
    return float(betaincinv(justes, nombre - justes + 1, risque))


def nombre_minimal(niveau: float, risque: float = RISQUE) -> int:
    """Le plus petit n tel que n justes sur n suffisent (14 pour 0,8).

    Formule : le plus petit n où `niveau` ** n <= `risque`. `niveau` est dans ]0, 1[.
    """
    return int(np.ceil(np.log(risque) / np.log(niveau) - 1e-9))


def compter(liste: Sequence[Phrase], retenues: Booleens, vraies: Booleens) -> Compte:
    """Les suggestions d'un code et les justes. `retenues`, `vraies` : une valeur par phrase."""
    suites = passages(liste, retenues)
    return Compte(sum(bool(vraies[suite.rangs].any()) for suite in suites), len(suites))


def couverture(liste: Sequence[Phrase], retenues: Booleens, vraies: Booleens) -> Compte:
    """Parmi les passages codés par une personne, ceux qu'une suggestion touche."""
    return compter(liste, vraies, retenues)


def chances(compte: Compte, niveau: float, rapport: float) -> float:
    """Probabilité qu'un seuil soit certifié sur d'autres entretiens.

    Loi binomiale de même précision (a priori de Jeffreys), sur `rapport` fois autant de suggestions.
    """
    from scipy.stats import binom

    nombre = round(compte.nombre * rapport)
    if nombre < nombre_minimal(niveau):
        return 0.0
    precision = (compte.justes + 0.5) / (compte.nombre + 1)
    return float(binom.sf(_requis(nombre, niveau) - 1, nombre, precision))


@lru_cache(maxsize=4096)
def _requis(nombre: int, niveau: float) -> int:
    """Le plus petit nombre de justes qui certifie `nombre` suggestions ; au moins 14 pour 0,8."""
    return next(k for k in range(nombre + 1) if borne_basse(k, nombre) >= niveau)


def choisir_seuil(
    liste: Sequence[Phrase], scores: Reels, vraies: Booleens, *, niveau: float, rapport: float
) -> float:
    """Le seuil le plus bas qui a quatre chances sur cinq d'être certifié, sinon celui qui en a le plus.

    `scores` : probabilités hors échantillon (l'entretien n'a pas servi à son modèle). `rapport` : nombre
    d'entretiens de certification sur nombre d'entretiens d'apprentissage. Si aucun n'a de chances, le
    seuil de meilleur F1.
    """
    candidats = _candidats(scores, int(vraies.sum()))
    juges = [
        (chances(compter(liste, scores >= seuil, vraies), niveau, rapport), seuil) for seuil in candidats
    ]
    sures = [seuil for chance, seuil in juges if chance >= CHANCES]
    if sures:
        return min(sures)
    meilleure, seuil = max(juges, default=(0.0, 1.0))
    return seuil if meilleure > 0.0 else seuil_f1(scores, vraies)


def _candidats(scores: Reels, positives: int) -> list[float]:
    """Des seuils possibles : les plus hauts scores, jusqu'à trois fois le nombre de phrases codées."""
    hauts = np.sort(scores)[::-1][: max(3 * positives, 1)]
    if not len(hauts):
        return []
    rangs = np.unique(np.linspace(0, len(hauts) - 1, CANDIDATS).astype(int))
    return sorted({float(hauts[rang]) for rang in rangs}, reverse=True)


def seuil_f1(scores: Reels, vraies: Booleens) -> float:
    """Le seuil de meilleur F1 sur les phrases ; 1 si aucune n'est codée."""
    if not vraies.any():
        return 1.0
    ordre = np.argsort(-scores, kind="stable")
    trouvees = np.cumsum(vraies[ordre])
    f1 = 2 * trouvees / (np.arange(1, len(ordre) + 1) + vraies.sum())
    return float(scores[ordre[int(np.argmax(f1))]])


def juger(compte: Compte, *, niveau: float, personnes: Compte | None) -> Verdict:
    """Le verdict d'un code, d'après ses suggestions sur les entretiens de certification.

    `personnes` : le même compte pour une seconde personne, jugée comme la machine. Un code n'est pas
    automatisable si la machine fait sûrement moins bien que le niveau demandé et que cette personne.
    """
    if compte.nombre < nombre_minimal(niveau):
        return Verdict.INSUFFISANT
    if compte.basse >= niveau:
        return Verdict.CERTIFIE
    repere = niveau
    if personnes is not None and personnes.precision is not None:
        repere = min(niveau, personnes.precision)
    return Verdict.NON_AUTOMATISABLE if compte.haute < repere else Verdict.A_RELIRE
