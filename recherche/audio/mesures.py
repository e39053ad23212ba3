"""Mesurer une diarisation et une attribution contre une vérité. Calcul pur."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recherche.modele.transcription import TourDeParole

PAS_S = 0.01


@dataclass(frozen=True, slots=True)
class ErreurDiarisation:
    """Secondes de parole de référence, manquées, ajoutées et données au mauvais locuteur."""

    reference_s: float
    manquee_s: float
    ajoutee_s: float
    confondue_s: float

    @property
    def taux(self) -> float:
        """DER = (manquée + ajoutée + confondue) / référence."""
        return (self.manquee_s + self.ajoutee_s + self.confondue_s) / self.reference_s

    def __add__(self, autre: ErreurDiarisation) -> ErreurDiarisation:
        """Le cumul de deux enregistrements."""
        return ErreurDiarisation(
            self.reference_s + autre.reference_s,
            self.manquee_s + autre.manquee_s,
            self.ajoutee_s + autre.ajoutee_s,
            self.confondue_s + autre.confondue_s,
        )


def erreur_diarisation(
    reference: Sequence[TourDeParole], hypothese: Sequence[TourDeParole]
) -> ErreurDiarisation:
    """Erreur de diarisation sans tolérance aux bords, voix simultanées comptées.

    Les locuteurs sont appariés au mieux (affectation hongroise). Calcul par pas de 10 ms : exact à
    5 ms près par bord. Source : NIST RT-09.
    """
    fin_s = max((t.fin_s for t in (*reference, *hypothese)), default=0.0)
    vrais, dits = _grille(reference, fin_s), _grille(hypothese, fin_s)
    nombre_vrai, nombre_dit = vrais.sum(axis=0), dits.sum(axis=0)
    communs = vrais.astype(np.int64) @ dits.T.astype(np.int64)
    justes = communs[apparier(communs)].sum()
    possibles = np.minimum(nombre_vrai, nombre_dit).sum()
    return ErreurDiarisation(
        reference_s=float(nombre_vrai.sum()) * PAS_S,
        manquee_s=float(np.maximum(nombre_vrai - nombre_dit, 0).sum()) * PAS_S,
        ajoutee_s=float(np.maximum(nombre_dit - nombre_vrai, 0).sum()) * PAS_S,
        confondue_s=float(possibles - justes) * PAS_S,
    )


def apparier(communs: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Lignes et colonnes appariées, une à une, qui maximisent le total."""
    from scipy.optimize import linear_sum_assignment

    lignes, colonnes = linear_sum_assignment(-communs)
    return lignes, colonnes


def _grille(tours: Iterable[TourDeParole], fin_s: float) -> NDArray[np.int8]:
    """(locuteurs, pas de 10 ms) : 1 où le locuteur parle."""
    tours = list(tours)
    rangs = {nom: i for i, nom in enumerate(dict.fromkeys(t.locuteur for t in tours))}
    grille = np.zeros((len(rangs), round(fin_s / PAS_S) + 1), dtype=np.int8)
    for tour in tours:
        grille[rangs[tour.locuteur], round(tour.debut_s / PAS_S) : round(tour.fin_s / PAS_S)] = 1
    return grille


def mots_mal_attribues(
    vrais: Sequence[tuple[str, str]], dits: Sequence[tuple[str, str]], paires: Iterable[tuple[int, int]]
) -> tuple[int, int]:
    """Combien de mots sont donnés au mauvais locuteur, et sur combien.

    `vrais` et `dits` : (locuteur, mot) ; `paires` : rangs des mots mis en regard par l'alignement des
    textes (justes ou substitués). Les locuteurs sont appariés au mieux. Un mot omis ou ajouté par la
    transcription ne compte pas.
    """
    rang_vrai = {qui: i for i, qui in enumerate(dict.fromkeys(qui for qui, _ in vrais))}
    rang_dit = {qui: i for i, qui in enumerate(dict.fromkeys(qui for qui, _ in dits))}
    communs = np.zeros((len(rang_vrai), len(rang_dit)), dtype=np.int64)
    for i, j in paires:
        communs[rang_vrai[vrais[i][0]], rang_dit[dits[j][0]]] += 1
    total = int(communs.sum())
    return total - int(communs[apparier(communs)].sum()), total
