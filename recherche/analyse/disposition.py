"""Placer un graphe dans le plan : ressorts de Fruchterman et Reingold, sans hasard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

TOURS = 300


def disposer(
    noeuds: int, aretes: Sequence[tuple[int, int]], poids: ArrayLike, *, tours: int = TOURS
) -> NDArray[np.float64]:
    """La place (x, y) de chaque nœud, dans le carré de 0 à 1. Départ en cercle : toujours pareil.

    `aretes` : paires de rangs ; `poids` : un par arête, positif. Source : T. Fruchterman et E. Reingold,
    « Graph drawing by force-directed placement », Software: Practice and Experience 21, 1991.
    """
    angles = 2 * np.pi * np.arange(noeuds) / max(1, noeuds)
    places = np.column_stack([np.cos(angles), np.sin(angles)]) * (
        1 + 0.05 * np.arange(noeuds)[:, None] / max(1, noeuds)
    )
    if noeuds < 2:
        return np.full((noeuds, 2), 0.5)
    forces = np.zeros((noeuds, noeuds))
    valeurs = np.asarray(poids, dtype=np.float64)
    for (a, b), valeur in zip(aretes, valeurs / max(valeurs.max(initial=0.0), 1e-12), strict=True):
        forces[a, b] = forces[b, a] = 0.3 + 0.7 * valeur
    ideal = 1.5 / np.sqrt(noeuds)
    for tour in range(tours):
        ecarts = places[:, None, :] - places[None, :, :]
        distances = np.maximum(np.linalg.norm(ecarts, axis=2), 1e-3)
        repousse = ideal**2 / distances
        attire = forces * distances**2 / ideal
        pousse = ((repousse - attire) / distances)[:, :, None] * ecarts
        pas = pousse.sum(axis=1) - 0.05 * places
        longueurs = np.maximum(np.linalg.norm(pas, axis=1, keepdims=True), 1e-9)
        places = places + pas / longueurs * np.minimum(longueurs, 0.1 * (1 - tour / tours))
    mini, maxi = places.min(axis=0), places.max(axis=0)
    resultat: NDArray[np.float64] = (places - mini) / np.maximum(maxi - mini, 1e-9)
    return resultat
