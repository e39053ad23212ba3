"""Réunir les empreintes de voix par locuteur. Calcul pur."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Empreintes = NDArray[np.float32]
"""(fenêtres, 192), normées."""

Nombre = int | tuple[int, int] | None
"""Locuteurs attendus : leur nombre, le moins et le plus, ou None s'il est inconnu."""

MAXIMUM = 4_000
EFFECTIF_MINIMAL = 5
ESSAIS = 60


def regrouper(
    empreintes: Empreintes,
    durees_s: NDArray[np.float64],
    *,
    nombre: Nombre,
    seuil: float,
    duree_minimale_s: float = 1.0,
) -> NDArray[np.intp]:
    """Le groupe de chaque empreinte, de 0 à K-1.

    Classification ascendante à lien moyen sur la distance du cosinus des fenêtres d'au moins
    `duree_minimale_s`, `MAXIMUM` au plus, prises à intervalle régulier ; les autres vont au centre le
    plus proche. Coupe au nombre de locuteurs s'il est connu, sinon à la distance `seuil` ; dans un
    intervalle (minimum, maximum), au nombre permis le plus proche de ce que donne `seuil`.
    """
    if len(empreintes) < 2:
        return np.zeros(len(empreintes), dtype=np.intp)
    choisies = _choisir(durees_s, duree_minimale_s)
    if isinstance(nombre, tuple):
        trouves = len(_retenus(_classer(empreintes[choisies], None, seuil), None))
        nombre = min(max(trouves, nombre[0]), nombre[1])
    groupes = _classer(empreintes[choisies], nombre, seuil)
    retenus = _retenus(groupes, nombre)
    centres = centres_de(empreintes[choisies], groupes, retenus)
    resultat: NDArray[np.intp] = (empreintes @ centres.T).argmax(axis=1)
    rangs = {int(groupe): rang for rang, groupe in enumerate(retenus)}
    for position, groupe in zip(choisies, groupes, strict=True):
        if int(groupe) in rangs:
            resultat[position] = rangs[int(groupe)]
    return _compacter(resultat)


def centres_de(
    empreintes: Empreintes, groupes: NDArray[np.intp], lesquels: NDArray[np.intp]
) -> Empreintes:
    """Le centre normé de chaque groupe demandé."""
    sommes = np.stack([empreintes[groupes == groupe].sum(axis=0) for groupe in lesquels])
    return np.asarray(sommes / (np.linalg.norm(sommes, axis=1, keepdims=True) + 1e-9), np.float32)


def _choisir(durees_s: NDArray[np.float64], minimum_s: float) -> NDArray[np.intp]:
    longues = np.flatnonzero(durees_s >= minimum_s)
    if len(longues) < 2:
        longues = np.arange(len(durees_s))
    if len(longues) <= MAXIMUM:
        return longues
    return longues[np.linspace(0, len(longues) - 1, MAXIMUM).round().astype(np.intp)]


def _classer(empreintes: Empreintes, nombre: int | None, seuil: float) -> NDArray[np.intp]:
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    arbre = linkage(np.clip(pdist(empreintes, "cosine"), 0, 2), "average")
    if nombre is None:
        return np.asarray(fcluster(arbre, seuil, "distance") - 1, np.intp)
    attendu = min(EFFECTIF_MINIMAL, max(2.0, 0.1 * len(empreintes) / nombre))
    # Couper plus fin tant qu'une voix isolée prend la place d'un locuteur.
    for coupes in range(nombre, min(len(empreintes), nombre + ESSAIS) + 1):
        groupes = np.asarray(fcluster(arbre, coupes, "maxclust") - 1, np.intp)
        if (np.bincount(groupes) >= attendu).sum() >= nombre:
            return groupes
    return np.asarray(fcluster(arbre, nombre, "maxclust") - 1, np.intp)


def _retenus(groupes: NDArray[np.intp], nombre: int | None) -> NDArray[np.intp]:
    """Les groupes qui font un locuteur : les plus nombreux, ou tous ceux d'effectif suffisant."""
    effectifs = np.bincount(groupes)
    if nombre is not None:
        return np.sort(np.argsort(-effectifs, kind="stable")[:nombre])
    grands = np.flatnonzero(effectifs >= EFFECTIF_MINIMAL)
    return grands if len(grands) else np.array([effectifs.argmax()])


def _compacter(groupes: NDArray[np.intp]) -> NDArray[np.intp]:
    """Renumérote sans trou, par ordre de première apparition."""
    uniques, premieres, inverses = np.unique(groupes, return_index=True, return_inverse=True)
    rangs = np.empty(len(uniques), dtype=np.intp)
    rangs[np.argsort(premieres)] = np.arange(len(uniques))
    return np.asarray(rangs[inverses], np.intp)
