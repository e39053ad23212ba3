"""Double classification de Reinert : ce que deux classifications trouvent toutes les deux.

On croise les classes de deux classifications faites avec des tailles d'unité différentes (par exemple 10
et 15 formes), à tous leurs niveaux. Un croisement est gardé s'il compte plus de `membres_minimum`
segments et si le khi-deux signé de ses deux classes dépasse 3,84. Parmi les ensembles de croisements
disjoints, on garde celui dont le khi-deux total est le plus grand. Le reste n'est pas classé.

Source : M. Reinert, 1990 ; documentation de rainette (J. Barnier).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recherche.analyse.profils import khi_deux_signe
from recherche.analyse.reinert import Classification

KHI2_MINIMAL = 3.84
MEMBRES_MINIMUM = 10
Entiers = NDArray[np.int64]


@dataclass(frozen=True)
class Croisement:
    """L'intersection d'une classe de chaque classification ; chacune est nommée « niveau.classe »."""

    premiere: str
    seconde: str
    membres: Entiers
    khi2: float


@dataclass(frozen=True)
class Double:
    """Pour chaque k atteint : les classes (0 : non classé) et les croisements gardés, en ordre."""

    classes: dict[int, Entiers]
    croisements: dict[int, tuple[Croisement, ...]]

    def part_classee(self, k: int) -> float:
        """Part des segments classés, de 0 à 1."""
        return float((self.classes[k] > 0).mean())


def croiser(
    premiere: Classification,
    seconde: Classification,
    k: int,
    *,
    membres_minimum: int = MEMBRES_MINIMUM,
    critere: str = "khi2",
) -> Double:
    """La double classification en 2 à `k` classes de deux classifications des mêmes segments.

    `critere` : « khi2 » (le plus grand khi-deux total) ou « taille » (le plus de segments classés).
    Lève `ValueError` si les segments ne sont pas les mêmes, ou sur un autre critère.
    """
    if critere not in ("khi2", "taille"):
        raise ValueError("le critère est « khi2 » ou « taille »")
    n = len(premiere.unites)
    if n != len(seconde.unites):
        raise ValueError("les deux classifications ne portent pas sur les mêmes segments")
    candidats = _candidats(premiere, seconde, k, membres_minimum)
    poids = [c.khi2 if critere == "khi2" else float(len(c.membres)) for c in candidats]
    ordre = sorted(range(len(candidats)), key=lambda i: (-poids[i], int(candidats[i].membres[0])))
    candidats = [candidats[i] for i in ordre]
    poids = [poids[i] for i in ordre]
    disjoints = _disjoints(candidats, n)
    classes: dict[int, Entiers] = {}
    gardes: dict[int, tuple[Croisement, ...]] = {}
    for taille in range(2, k + 1):
        choix = _meilleur(poids, disjoints, taille)
        if choix is None:
            break
        retenus = sorted((candidats[i] for i in choix), key=lambda c: int(c.membres[0]))
        numeros = np.zeros(n, dtype=np.int64)
        for numero, croisement in enumerate(retenus, start=1):
            numeros[croisement.membres] = numero
        classes[taille], gardes[taille] = numeros, tuple(retenus)
    return Double(classes, gardes)


def _candidats(
    premiere: Classification, seconde: Classification, k: int, membres_minimum: int
) -> list[Croisement]:
    """Les croisements assez grands et assez liés ; un même ensemble de segments n'y est qu'une fois."""
    vus: dict[bytes, Croisement] = {}
    n = len(premiere.unites)
    for nom_a, dans_a in _classes(premiere, k):
        for nom_b, dans_b in _classes(seconde, k):
            ensemble = dans_a & dans_b
            taille = int(ensemble.sum())
            if taille <= membres_minimum:
                continue
            khi = float(khi_deux_signe(taille, int(dans_b.sum()), float(dans_a.sum()), float(n)))
            cle = ensemble.tobytes()
            if khi > KHI2_MINIMAL and (cle not in vus or khi > vus[cle].khi2):
                vus[cle] = Croisement(nom_a, nom_b, np.flatnonzero(ensemble), khi)
    return list(vus.values())


def _classes(classification: Classification, k: int) -> list[tuple[str, NDArray[np.bool_]]]:
    """Les classes différentes de tous les niveaux jusqu'à `k`."""
    vues: dict[bytes, tuple[str, NDArray[np.bool_]]] = {}
    for niveau, numeros in classification.classes.items():
        if niveau <= k:
            for classe in range(1, niveau + 1):
                dedans = numeros == classe
                vues.setdefault(dedans.tobytes(), (f"{niveau}.{classe}", dedans))
    return list(vues.values())


def _disjoints(candidats: Sequence[Croisement], n: int) -> NDArray[np.bool_]:
    table = np.zeros((len(candidats), n), dtype=np.float32)
    for i, candidat in enumerate(candidats):
        table[i, candidat.membres] = 1.0
    resultat: NDArray[np.bool_] = (table @ table.T) == 0
    return resultat


def _meilleur(
    poids: Sequence[float], disjoints: NDArray[np.bool_], taille: int
) -> tuple[int, ...] | None:
    """Les `taille` candidats disjoints de plus grand poids (rangés par poids), ou None.

    Recherche arborescente : une branche s'arrête quand, même avec les meilleurs candidats restants,
    elle ne peut plus dépasser le meilleur choix connu.
    """
    valeurs = np.asarray(poids, dtype=np.float64)
    meilleur: tuple[float, tuple[int, ...] | None] = (-1.0, None)

    def chercher(choisis: tuple[int, ...], permis: Entiers, somme: float) -> None:
        nonlocal meilleur
        manque = taille - len(choisis)
        if not manque:
            if somme > meilleur[0]:
                meilleur = somme, choisis
            return
        for place, i in enumerate(permis):
            reste = permis[place:]
            if len(reste) < manque or somme + float(valeurs[reste[:manque]].sum()) <= meilleur[0]:
                return
            suite = reste[1:][disjoints[i, reste[1:]]]
            chercher((*choisis, int(i)), suite, somme + float(valeurs[i]))

    chercher((), np.arange(len(valeurs), dtype=np.int64), 0.0)
    return meilleur[1]
