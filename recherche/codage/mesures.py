"""Mesures d'accord entre codeurs, depuis des comptes par entretien ; vectorisées pour le bootstrap.

Une note est une catégorie de 0 à q - 1, ou -1 si le codeur n'a pas jugé l'unité. Une unité compte dans
l'accord si deux codeurs au moins l'ont jugée. Toutes les mesures ne dépendent que de sommes sur les
unités : on les fait une fois par entretien, et un tirage d'entretiens n'est plus qu'un produit.

Sources : J. Cohen, « A coefficient of agreement for nominal scales », 1960 ; J. Fleiss, « Measuring
nominal scale agreement among many raters », 1971 ; K. Krippendorff, « Computing Krippendorff's
Alpha-Reliability », 2011 ; K. Gwet, « Computing inter-rater reliability and its variance in the presence
of high agreement », 2008 ; Brennan et Prediger, « Coefficient kappa », 1981.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Reels = NDArray[np.float64]
Niveau = Literal["nominal", "ordinal", "intervalle", "rapport"]

BRUT, KAPPA, ALPHA, AC1, BRENNAN = "accord", "kappa", "alpha", "ac1", "brennan_prediger"
MESURES = (BRUT, KAPPA, ALPHA, AC1, BRENNAN)


@dataclass(frozen=True)
class Comptes:
    """Ce qu'il faut sommer ; premiers axes libres (entretiens, tirages, codes), q catégories.

    `coincidences` (…, q, q) : paires de Krippendorff ; `doubles`, `accords` (…) : unités jugées par deux
    codeurs au moins, et somme de leurs parts de paires d'accord ; `jugees` (…), `parts` (…, q) : unités
    jugées par un codeur au moins, et somme des parts de chaque catégorie ; `paires` (…, p, q, q) :
    tableaux croisés des paires de codeurs, dans l'ordre de `itertools.combinations`.
    """

    coincidences: Reels
    doubles: Reels
    accords: Reels
    jugees: Reels
    parts: Reels
    paires: Reels

    def sommer(self, poids: Reels) -> Comptes:
        """Somme sur le premier axe (les entretiens), pondérée : `poids` (tirages, entretiens)."""
        return Comptes(*(np.tensordot(poids, getattr(self, nom), axes=1) for nom in self._noms()))

    def total(self) -> Comptes:
        """Somme sur le premier axe."""
        return Comptes(*(getattr(self, nom).sum(axis=0) for nom in self._noms()))

    def ensemble(self) -> Comptes:
        """Somme sur le deuxième axe : toutes les décisions « ce code, ici » mises ensemble."""
        return Comptes(*(getattr(self, nom).sum(axis=1, keepdims=True) for nom in self._noms()))

    @staticmethod
    def _noms() -> tuple[str, ...]:
        return tuple(Comptes.__dataclass_fields__)


def compter(notes: NDArray[np.integer], groupes: NDArray[np.intp], *, categories: int) -> Comptes:
    """Les comptes par groupe (entretien) : notes (codeurs, unités, codes), groupes (unités,)."""
    vues = notes[..., None] == np.arange(categories)
    par_unite = vues.sum(axis=0, dtype=np.float64)
    juges = par_unite.sum(axis=-1)
    doubles = juges >= 2
    diagonale = np.eye(categories)
    croises = par_unite[..., :, None] * par_unite[..., None, :] - par_unite[..., None] * diagonale
    divise = np.where(doubles, juges - 1, 1.0)[..., None, None]
    coincidences = np.where(doubles[..., None, None], croises / divise, 0.0)
    egales = np.trace(croises, axis1=-2, axis2=-1)
    accords = np.where(doubles, egales / np.where(doubles, juges * (juges - 1), 1.0), 0.0)
    jugees = juges >= 1
    parts = par_unite / np.where(jugees, juges, 1.0)[..., None]
    paires = np.stack(
        [
            vues[i][..., :, None] & vues[j][..., None, :]
            for i, j in itertools.combinations(range(len(notes)), 2)
        ],
        axis=2,
    )
    comptes = (coincidences, doubles, accords, jugees, parts, paires)
    return Comptes(*(_par_groupe(valeurs, groupes) for valeurs in comptes))


def _par_groupe(valeurs: NDArray[np.generic], groupes: NDArray[np.intp]) -> Reels:
    sommes = np.zeros((int(groupes.max()) + 1, *valeurs.shape[1:]))
    np.add.at(sommes, groupes, valeurs.astype(np.float64))
    return sommes


def mesurer(comptes: Comptes) -> dict[str, Reels]:
    """Accord brut, kappa (Cohen à deux codeurs, Fleiss au-delà), alpha nominal, AC1, Brennan-Prediger.

    NaN là où la mesure n'existe pas (une seule catégorie employée, aucune unité commune), jamais 0.
    """
    brut = _diviser(comptes.accords, comptes.doubles)
    q = comptes.parts.shape[-1]
    pi = _diviser(comptes.parts, comptes.jugees[..., None])
    au_hasard_gwet = (pi * (1 - pi)).sum(axis=-1) / (q - 1)
    deux = comptes.paires.shape[-3] == 1
    kappa = cohen(comptes.paires[..., 0, :, :]) if deux else _corriger(brut, (pi**2).sum(axis=-1))
    return {
        BRUT: brut,
        KAPPA: kappa,
        ALPHA: alpha(comptes.coincidences),
        AC1: _corriger(brut, au_hasard_gwet),
        BRENNAN: _corriger(brut, np.full_like(brut, 1 / q)),
    }


def cohen(table: Reels) -> Reels:
    """Kappa de Cohen d'un tableau croisé (…, q, q) : (po - pe) / (1 - pe), pe des marges."""
    n = table.sum(axis=(-2, -1))
    observe = _diviser(np.trace(table, axis1=-2, axis2=-1), n)
    attendu = _diviser((table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1), n**2)
    return _corriger(observe, attendu)


def alpha(
    coincidences: Reels, *, niveau: Niveau = "nominal", valeurs: Sequence[float] | None = None
) -> Reels:
    """Alpha de Krippendorff de coïncidences (…, q, q) : 1 - désaccord observé / attendu.

    `valeurs` : celles des catégories, pour les niveaux intervalle et rapport (0, 1, 2… par défaut).
    """
    effectifs = coincidences.sum(axis=-1)
    n = effectifs.sum(axis=-1)
    echelle = np.arange(coincidences.shape[-1]) if valeurs is None else np.asarray(valeurs)
    ecarts = _ecarts(niveau, effectifs, echelle.astype(np.float64))
    observe = (coincidences * ecarts).sum(axis=(-2, -1))
    croises = effectifs[..., :, None] * effectifs[..., None, :]
    attendu = _diviser((croises * ecarts).sum(axis=(-2, -1)), n - 1)
    return 1 - _diviser(observe, attendu)


def _ecarts(niveau: Niveau, effectifs: Reels, valeurs: Reels) -> Reels:
    """Carrés des écarts entre catégories (Krippendorff, 2011)."""
    if niveau == "nominal":
        return 1 - np.eye(len(valeurs))
    difference = valeurs[:, None] - valeurs[None, :]
    if niveau == "intervalle":
        return np.asarray(difference**2)
    if niveau == "rapport":
        somme = valeurs[:, None] + valeurs[None, :]
        return np.asarray(np.divide(difference, somme, out=np.zeros_like(somme), where=somme != 0) ** 2)
    milieux = np.cumsum(effectifs, axis=-1) - effectifs / 2
    return np.asarray((milieux[..., :, None] - milieux[..., None, :]) ** 2)


def tirages(groupes: int, nombre: int, graine: int) -> Reels:
    """Poids du bootstrap (tirages, groupes) : combien de fois chaque entretien est tiré, avec remise."""
    hasard = np.random.default_rng(graine)
    parts = np.full(groupes, 1 / groupes)
    return hasard.multinomial(groupes, parts, size=nombre).astype(np.float64)


def intervalles(
    comptes: Comptes, *, nombre: int, graine: int, confiance: float = 0.95
) -> dict[str, tuple[Reels, Reels]]:
    """Bornes du bootstrap (percentiles) de chaque mesure, en rééchantillonnant les entretiens.

    Les phrases d'un même entretien se ressemblent : les tirer une à une donnerait des intervalles trop
    étroits. Limite : sous une vingtaine d'entretiens, l'intervalle est lui-même approximatif.
    """
    poids = tirages(len(comptes.doubles), nombre, graine)
    quantiles = ((1 - confiance) / 2, (1 + confiance) / 2)
    resultat = {}
    for nom, valeurs in mesurer(comptes.sommer(poids)).items():
        basse, haute = np.stack([_quantile(valeurs, quantile) for quantile in quantiles])
        resultat[nom] = (basse, haute)
    return resultat


def _quantile(valeurs: Reels, quantile: float) -> Reels:
    """Le quantile des tirages où la mesure existe ; NaN s'il n'y en a aucun."""
    existe = ~np.isnan(valeurs).all(axis=0)
    resultat = np.full(valeurs.shape[1:], np.nan)
    resultat[existe] = np.nanquantile(valeurs[:, existe], quantile, axis=0)
    return resultat


def _corriger(observe: Reels, attendu: Reels) -> Reels:
    """(observé - attendu) / (1 - attendu)."""
    return _diviser(observe - attendu, 1 - attendu)


def _diviser(haut: Reels, bas: Reels) -> Reels:
    """Quotient ; NaN, sans avertissement, où le diviseur est nul."""
    haut, bas = np.broadcast_arrays(np.asarray(haut, np.float64), np.asarray(bas, np.float64))
    nul = np.abs(bas) < 1e-12
    quotient: Reels = np.divide(haut, bas, out=np.full(haut.shape, np.nan), where=~nul)
    return quotient
