"""Une personne par canal : qui parle se lit dans l'énergie des deux canaux d'un son stéréo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recherche.audio.decodage import MORCEAU_S, TAUX_HZ, TRAME, Signal, Source, flux_stereo
from recherche.audio.parole import passages_de_parole
from recherche.audio.regroupement import Nombre
from recherche.erreurs import ErreurAudio
from recherche.modele.transcription import TourDeParole

FUITE_DB = 6.0
"""Un canal plus faible que l'autre de tant n'entend que l'autre personne, à travers la pièce."""
MARGE_S = 0.05
PAUSE_S = 0.4
LISSAGE = 25
"""Trames de 20 ms sur lesquelles on compare les deux canaux."""
TOUR_S = 0.15
IDENTIQUES = 1e-3
TRAME_S = TRAME / TAUX_HZ


class DiariseurCanaux:
    """Chaque canal d'un enregistrement stéréo est une personne : L1 à gauche, L2 à droite."""

    def diariser(self, source: Source, nombre: Nombre = None) -> tuple[TourDeParole, ...]:
        """Les tours de parole, par début croissant ; `nombre` est ignoré : il y a deux canaux.

        Lève `ErreurAudio` si un fichier n'a pas deux canaux, ou si les deux sont le même.
        """
        fichiers = (source,) if isinstance(source, Path) else source
        if not isinstance(fichiers, tuple):
            raise ErreurAudio(
                "Un signal mono n'a pas deux canaux.", "Donnez le fichier stéréo, ou un autre diariseur."
            )
        actifs: list[NDArray[np.bool_]] = []
        difference = energie = 0.0
        for morceau in _morceaux(fichiers):
            actifs.append(_actifs(morceau))
            difference += float(np.square(morceau[:, 0] - morceau[:, 1]).sum())
            energie += float(np.square(morceau).sum())
        if energie and difference / energie < IDENTIQUES:
            raise ErreurAudio(
                f"{fichiers[0].name} : les deux canaux portent le même son.",
                "Ôtez « canaux_separes = true » d'etude.toml, section [transcription].",
            )
        if not actifs:
            return ()
        tours = [
            TourDeParole(round(debut, 3), round(fin, 3), f"L{canal + 1}")
            for canal, trames in enumerate(np.concatenate(actifs).T)
            for debut, fin in _intervalles(trames)
        ]
        return tuple(sorted(tours, key=lambda tour: (tour.debut_s, tour.locuteur)))


def _morceaux(fichiers: tuple[Path, ...]) -> Iterator[Signal]:
    for fichier in fichiers:
        yield from flux_stereo(fichier, morceau_s=MORCEAU_S)


def _actifs(morceau: Signal) -> NDArray[np.bool_]:
    """(trames de 20 ms, 2) : ce canal parle, et n'est pas que l'écho de l'autre."""
    nombre = -(-len(morceau) // TRAME)
    complet = np.pad(morceau, ((0, nombre * TRAME - len(morceau)), (0, 0)))
    energies = np.square(complet.reshape(nombre, TRAME, 2), dtype=np.float64).mean(axis=1) + 1e-12
    # Entre deux mots les deux canaux se taisent : c'est l'énergie des alentours qui dit qui parle.
    cloche = np.ones(min(LISSAGE, nombre)) / min(LISSAGE, nombre)
    lissees = np.stack([np.convolve(canal, cloche, mode="same") for canal in energies.T], axis=1)
    niveaux = 10 * np.log10(lissees)
    seuls = niveaux > niveaux[:, ::-1] - FUITE_DB
    parle = np.zeros((nombre, 2), dtype=np.bool_)
    for canal in range(2):
        for debut, fin in passages_de_parole(np.ascontiguousarray(morceau[:, canal]), marge_s=MARGE_S):
            parle[int(debut / TRAME_S) : int(np.ceil(fin / TRAME_S)), canal] = True
    return np.asarray(parle & seuls, np.bool_)


def _intervalles(actives: NDArray[np.bool_]) -> list[tuple[float, float]]:
    bords = np.diff(np.concatenate([[0], actives.astype(np.int8), [0]]))
    passages: list[tuple[float, float]] = []
    for i, j in zip(np.flatnonzero(bords == 1), np.flatnonzero(bords == -1), strict=True):
        debut, fin = float(i) * TRAME_S, float(j) * TRAME_S
        if passages and debut - passages[-1][1] < PAUSE_S:
            passages[-1] = (passages[-1][0], fin)
        else:
            passages.append((debut, fin))
    return [(debut, fin) for debut, fin in passages if fin - debut >= TOUR_S]
