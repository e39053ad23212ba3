"""De la segmentation aux régions de parole et aux fenêtres d'empreinte. Calcul pur.

Une trame dure 270 échantillons (16,9 ms) ; celle d'indice i est centrée sur i·270 + 495 échantillons
(champ de 991). Les fenêtres de segmentation durent 10 s (589 trames).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TAUX_HZ = 16_000
FENETRE = 10 * TAUX_HZ
PAS_FENETRE = 5 * TAUX_HZ
PAS_TRAME = 270
TRAMES_FENETRE = 589
DECALAGE_S = 991 / 2 / TAUX_HZ
TRAME_S = PAS_TRAME / TAUX_HZ

Intervalle = tuple[float, float]
"""Début et fin, en secondes."""

VOIX_PAR_CLASSE = np.array([0, 1, 1, 1, 2, 2, 2], dtype=np.int8)
"""Combien de voix dans chacune des sept classes : rien, trois voix seules, trois couples."""


@dataclass(frozen=True)
class Activite:
    """Par trame : part des fenêtres qui entendent une voix, et nombre moyen de voix."""

    parole: NDArray[np.float32]
    voix: NDArray[np.float32]


def activite(debuts: Sequence[int], voix: Sequence[NDArray[np.int8]], longueur: int) -> Activite:
    """Moyenne, pondérée par une fenêtre de Hamming, des fenêtres qui couvrent chaque trame.

    `debuts` : premier échantillon de chaque fenêtre ; `voix` : voix simultanées par trame (589,) ;
    `longueur` : échantillons de l'enregistrement.
    """
    nombre = longueur // PAS_TRAME + 1
    parole, total, poids = np.zeros((3, nombre + TRAMES_FENETRE), dtype=np.float32)
    poids += 1e-9
    hamming = np.hamming(TRAMES_FENETRE).astype(np.float32)
    for debut, comptes in zip(debuts, voix, strict=True):
        ou = slice(premiere := round(debut / PAS_TRAME), premiere + TRAMES_FENETRE)
        parole[ou] += hamming * (comptes > 0)
        total[ou] += hamming * comptes
        poids[ou] += hamming
    return Activite((parole / poids)[:nombre], (total / poids)[:nombre])


def intervalles(actif: NDArray[np.bool_], *, pause_s: float, minimum_s: float) -> list[Intervalle]:
    """Les passages actifs, pauses de moins de `pause_s` comblées, puis d'au moins `minimum_s`."""
    bords = np.diff(np.concatenate([[0], actif.astype(np.int8), [0]]))
    passages: list[Intervalle] = []
    for i, j in zip(np.flatnonzero(bords == 1), np.flatnonzero(bords == -1), strict=True):
        debut, fin = float(i) * TRAME_S + DECALAGE_S, float(j) * TRAME_S + DECALAGE_S
        if passages and debut - passages[-1][1] < pause_s:
            passages[-1] = (passages[-1][0], fin)
        else:
            passages.append((debut, fin))
    return [(debut, fin) for debut, fin in passages if fin - debut >= minimum_s]


def fenetres_dans(regions: Sequence[Intervalle], *, largeur_s: float, pas_s: float) -> list[Intervalle]:
    """Fenêtres d'empreinte réparties également dans chaque région (elle-même si elle est courte)."""
    fenetres: list[Intervalle] = []
    for debut, fin in regions:
        if fin - debut <= largeur_s:
            fenetres.append((debut, fin))
            continue
        nombre = int(np.ceil((fin - debut - largeur_s) / pas_s))
        for i in range(nombre + 1):
            depart = debut + (fin - debut - largeur_s) * i / nombre
            fenetres.append((depart, depart + largeur_s))
    return fenetres


def trames_de(intervalle: Intervalle, nombre: int) -> slice:
    """Les trames dont le centre est dans l'intervalle, parmi `nombre`."""
    debut, fin = ((instant - DECALAGE_S) / TRAME_S for instant in intervalle)
    return slice(min(nombre, max(0, round(debut))), min(nombre, max(0, round(fin))))


def ressemblances(
    fenetres: Sequence[Intervalle], proximites: NDArray[np.float32], nombre: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Proximité de chaque trame à chaque locuteur : moyenne des fenêtres qui la couvrent.

    `proximites` (fenêtres, locuteurs) sont des cosinus ; le poids d'une fenêtre suit une cloche de
    Hann. Rend (trames, locuteurs) et les trames couvertes.
    """
    sommes = np.zeros((nombre, proximites.shape[1]), dtype=np.float32)
    poids = np.zeros(nombre, dtype=np.float32)
    for fenetre, proximite in zip(fenetres, proximites, strict=True):
        debut, fin = int(fenetre[0] / TRAME_S), min(nombre, int(fenetre[1] / TRAME_S) + 1)
        cloche = (np.hanning(fin - debut + 2)[1:-1] + 1e-3).astype(np.float32)
        sommes[debut:fin] += cloche[:, None] * proximite
        poids[debut:fin] += cloche
    return sommes / (poids[:, None] + 1e-9), poids > 0


def decider(
    ressemblance: NDArray[np.float32],
    couvertes: NDArray[np.bool_],
    regions: Sequence[Intervalle],
    voix: NDArray[np.float32],
    *,
    cout_changement: float,
    seuil_deux_voix: float,
) -> NDArray[np.bool_]:
    """Qui parle à chaque trame, (trames, locuteurs) : le plus proche, sans aller-retour inutile.

    Dans une région, le chemin choisi maximise la somme des ressemblances moins `cout_changement` par
    changement de locuteur. S'y ajoute le second où la segmentation entend plus de `seuil_deux_voix`
    voix en moyenne.
    """
    nombre, locuteurs = ressemblance.shape
    actif = np.zeros((nombre, locuteurs), dtype=np.bool_)
    for region in regions:
        trames = np.arange(nombre)[trames_de(region, nombre)]
        connues = trames[couvertes[trames]]
        if not len(connues):
            continue
        proches = ressemblance[connues[_plus_proche(trames, connues)]]
        premiers = _meilleur_chemin(proches, cout_changement)
        actif[trames, premiers] = True
        if locuteurs > 1:
            doubles = voix[trames] > seuil_deux_voix
            proches[np.arange(len(trames)), premiers] = -np.inf
            actif[trames[doubles], proches[doubles].argmax(axis=1)] = True
    return actif


def _meilleur_chemin(scores: NDArray[np.float32], cout: float) -> NDArray[np.intp]:
    """La suite d'états de score total maximal, chaque changement coûtant `cout` (Viterbi, 1967)."""
    nombre, etats = scores.shape
    rester = np.arange(etats)
    venus = np.zeros((nombre, etats), dtype=np.intp)
    total = scores[0].copy()
    for t in range(1, nombre):
        meilleur = int(total.argmax())
        garde = total >= total[meilleur] - cout
        venus[t] = np.where(garde, rester, meilleur)
        total = np.where(garde, total, total[meilleur] - cout) + scores[t]
    chemin = np.empty(nombre, dtype=np.intp)
    chemin[-1] = total.argmax()
    for t in range(nombre - 1, 0, -1):
        chemin[t - 1] = venus[t, chemin[t]]
    return chemin


def _plus_proche(valeurs: NDArray[np.intp], connues: NDArray[np.intp]) -> NDArray[np.intp]:
    """Rang, dans `connues` (croissantes), de la plus proche de chaque valeur."""
    apres = np.clip(np.searchsorted(connues, valeurs), 1, max(1, len(connues) - 1))
    if len(connues) == 1:
        return np.zeros(len(valeurs), dtype=np.intp)
    avant_plus_proche = valeurs - connues[apres - 1] <= connues[apres] - valeurs
    return np.where(avant_plus_proche, apres - 1, apres)
