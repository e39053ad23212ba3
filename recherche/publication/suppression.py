"""Masquer les cellules où l'on reconnaîtrait quelqu'un, et celles qui les feraient retrouver.

**Suppression primaire.** Une cellule compte `x` entretiens (des personnes) sur une base de `n`. Elle
est masquée si `x` ou son complément `n - x` vaut de 1 à seuil - 1 : quelques personnes s'y
distinguent, pour avoir tenu un propos ou pour être les seules à ne pas l'avoir tenu. Elle l'est
aussi, quelle que soit sa valeur, si la base elle-même est sous le seuil.

**Ce que dit un zéro.** Zéro est publié (base suffisante) : aucun des `n` entretiens ne porte le code.
Ce n'est pas dire que personne ne le pense. De même `n` sur `n` est publié : nul ne s'y distingue ;
mais qui sait qu'une personne a été entendue apprend alors qu'elle en a parlé, comme toutes.

**Suppression complémentaire.** Un total publié moins les autres cellules rendrait une cellule
masquée. Méthode des hypercubes : à chaque cellule masquée on associe d'autres cellules, les sommets
d'un segment (une dimension) ou d'un rectangle (deux), marges comprises, masquées avec elle. Ajouter d
à l'une et l'ôter ou l'ajouter aux sommets voisins laisse tous les totaux justes : la cellule peut
donc varier sans que rien de publié ne change, et l'on choisit l'hypercube le moins coûteux où elle
peut prendre au moins `seuil - 1` valeurs, autant que la règle primaire en laisse. S'il n'y en a pas,
tout le bloc est masqué.

Limites : l'attaquant considéré connaît les cellules publiées, les bases et les additions (ensemble
= somme des profils ou des territoires). Les inégalités entre tables (un thème n'est pas plus fréquent
que sa famille) resserrent parfois l'intervalle d'une cellule masquée ; la comparaison avec une
publication précédente est traitée par `publication.vagues`.
Source : S. Giessing et D. Repsilber, « Tools and strategies to protect multiple tables with the
GHQUAR cell suppression engine », 2002 ; A. Hundepool et al., *Statistical Disclosure Control*, 2012.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Entiers = NDArray[np.int64]
Masque = NDArray[np.bool_]
_Indice = tuple[int, ...]
MESURES = ("entretiens", "part", "part_basse", "part_haute")


def sensibles(valeurs: Entiers, bases: Entiers, seuil: int) -> Masque:
    """Les cellules à masquer pour elles-mêmes (suppression primaire)."""
    complements = bases - valeurs
    petite = (valeurs > 0) & (valeurs < seuil)
    presque_toute = (complements > 0) & (complements < seuil)
    masque: Masque = petite | presque_toute | (bases < seuil)
    return masque


def masquer(valeurs: Entiers, bases: Entiers, seuil: int, *, deja: Masque | None = None) -> Masque:
    """Le masque d'un bloc à une ou deux dimensions, total au **dernier** indice de chaque axe.

    `valeurs` et `bases` ont la même forme ; toute ligne y vérifie total = somme des autres.
    `deja` impose des cellules masquées de plus, à protéger comme les autres.
    """
    primaires = sensibles(valeurs, bases, seuil)
    if deja is not None:
        primaires = primaires | deja
    masque = primaires.copy()
    for indice in sorted(map(tuple, np.argwhere(primaires).tolist()), key=lambda i: (valeurs[i], i)):
        choix = _moins_couteux(indice, valeurs, bases, masque, seuil)
        if choix is None:
            return np.ones_like(masque)
        for sommet in choix:
            masque[sommet] = True
    return masque


def _moins_couteux(
    indice: _Indice, valeurs: Entiers, bases: Entiers, masque: Masque, seuil: int
) -> list[_Indice] | None:
    """Les sommets de l'hypercube assez large qui masque le moins d'information en plus."""
    meilleur: tuple[tuple[int, int, int], list[_Indice]] | None = None
    for sommets in _hypercubes(indice, valeurs.shape):
        if _amplitude(sommets, valeurs, bases) < max(1, seuil - 2):
            continue
        nouveaux = [s for s, _ in sommets if not masque[s]]
        cout = (
            sum(int(bases[s]) for s in nouveaux),
            len(nouveaux),
            sum(int(valeurs[s]) for s in nouveaux),
        )
        if meilleur is None or cout < meilleur[0]:
            meilleur = cout, [s for s, _ in sommets]
    return meilleur and meilleur[1]


def _hypercubes(indice: _Indice, forme: Sequence[int]) -> Iterator[list[tuple[_Indice, int]]]:
    """Les hypercubes de sommet `indice` : chaque sommet et le sens (+1, -1) où il bouge avec lui.

    Le long d'un axe deux cellules bougent en sens contraires, sauf si l'une est le total de l'autre.
    """
    axes = [[j for j in range(taille) if j != i] for i, taille in zip(indice, forme, strict=True)]
    for oppose in itertools.product(*axes):
        sommets = []
        for choix in itertools.product((False, True), repeat=len(forme)):
            sens = 1
            for k, change in enumerate(choix):
                if change and forme[k] - 1 not in (indice[k], oppose[k]):
                    sens = -sens
            sommet = tuple(o if c else i for i, o, c in zip(indice, oppose, choix, strict=True))
            sommets.append((sommet, sens))
        yield sommets


def _amplitude(sommets: Sequence[tuple[_Indice, int]], valeurs: Entiers, bases: Entiers) -> int:
    """De combien le premier sommet peut varier, chaque cellule restant entre 0 et sa base."""
    reste = [(int(valeurs[s]), int(bases[s] - valeurs[s]), sens) for s, sens in sommets]
    hausse = min(haut if sens > 0 else bas for bas, haut, sens in reste)
    baisse = min(bas if sens > 0 else haut for bas, haut, sens in reste)
    return hausse + baisse


def masquer_table(
    table: pd.DataFrame,
    *,
    blocs: Sequence[str],
    axes: Sequence[str],
    totaux: Sequence[str],
    seuil: int,
    deja: pd.Series | None = None,
) -> pd.Series:
    """Le masque (booléens, même index) d'une table longue.

    Un bloc par combinaison des colonnes `blocs`, croisé selon les colonnes `axes`, dont l'étiquette
    de total est dans `totaux`. Lève `ValueError` si une case manque au croisement.
    """
    entretiens = table["entretiens"].to_numpy(dtype=np.int64)
    bases = table["base"].to_numpy(dtype=np.int64)
    imposes = np.zeros(len(table), dtype=bool) if deja is None else deja.to_numpy(dtype=bool)
    resultat = np.zeros(len(table), dtype=bool)
    for rangs in table.groupby(list(blocs), sort=False).indices.values():
        cube = rangs[_cube(table.iloc[rangs], axes, totaux)]
        resultat[cube] = masquer(entretiens[cube], bases[cube], seuil, deja=imposes[cube])
    return pd.Series(resultat, index=table.index, dtype="bool")


def _cube(bloc: pd.DataFrame, axes: Sequence[str], totaux: Sequence[str]) -> NDArray[np.intp]:
    """Les rangs des lignes du bloc, rangés selon les axes, le total en dernier."""
    ordres = []
    for axe, total in zip(axes, totaux, strict=True):
        etiquettes = [e for e in bloc[axe].unique() if e != total]
        ordres.append([*etiquettes, total])
    lignes = bloc[list(axes)].itertuples(index=False, name=None)
    par_case = {case: rang for rang, case in enumerate(lignes)}
    forme = tuple(len(ordre) for ordre in ordres)
    if len(par_case) != np.prod(forme):
        raise ValueError(f"croisement incomplet : {len(par_case)} cases pour {forme}")
    cases = np.empty(forme, dtype=np.intp)
    for indice in np.ndindex(*forme):
        cases[indice] = par_case[tuple(ordre[i] for ordre, i in zip(ordres, indice, strict=True))]
    return cases


def effacer(table: pd.DataFrame, masque: pd.Series) -> pd.DataFrame:
    """La table avec sa colonne `masque`, ses mesures vidées là où il est vrai."""
    publiee = table.assign(masque=masque)
    for mesure in MESURES:
        publiee[mesure] = publiee[mesure].mask(masque)
    return publiee
