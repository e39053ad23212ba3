"""Un temps pour chaque mot : le sien, ou une part égale de l'intervalle entre ses voisins datés."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recherche.echanges.commun import Transcrit
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Mot, Tour

DUREE_SUPPOSEE_S = 0.3


@dataclass(frozen=True, slots=True)
class MotDate:
    """Un mot et son intervalle, mesuré ou supposé, en secondes."""

    texte: str
    debut_s: float
    fin_s: float


def tours_dates(transcription: Transcrit, produit: str) -> list[tuple[Tour, list[MotDate]]]:
    """Chaque tour et ses mots datés. Lève `ErreurEchange` si aucun n'a de temps (`produit` : quoi)."""
    mots = [mot for tour in transcription.tours for mot in tour.mots]
    if all(mot.debut_s is None for mot in mots):
        raise ErreurEchange(
            f"{transcription.source_id} n'a pas de temps : on ne peut pas en faire {produit}.",
            "Exportez-la en txt, docx ou json, ou la version automatique de son enregistrement"
            " (« recherche transcrire »), qui porte les temps.",
        )
    dates = iter(dater(mots))
    return [(tour, [next(dates) for _ in tour.mots]) for tour in transcription.tours]


def dater(mots: Sequence[Mot]) -> list[MotDate]:
    """Donne un temps à chaque mot ; au moins un doit en avoir un."""
    dates: list[MotDate] = []
    attente: list[Mot] = []
    for mot in mots:
        if mot.debut_s is None:
            attente.append(mot)
            continue
        depart = dates[-1].fin_s if dates else max(0.0, mot.debut_s - _duree(attente))
        dates += _repartir(attente, depart, mot.debut_s)
        dates.append(MotDate(mot.texte, mot.debut_s, _fin(mot, mot.debut_s)))
        attente = []
    depart = dates[-1].fin_s
    return dates + _repartir(attente, depart, depart + _duree(attente))


def _duree(mots: Sequence[Mot]) -> float:
    return DUREE_SUPPOSEE_S * len(mots)


def _fin(mot: Mot, debut_s: float) -> float:
    return debut_s if mot.fin_s is None else max(debut_s, mot.fin_s)


def _repartir(mots: Sequence[Mot], debut_s: float, fin_s: float) -> list[MotDate]:
    pas = max(0.0, fin_s - debut_s) / len(mots) if mots else 0.0
    return [
        MotDate(mot.texte, debut_s + rang * pas, debut_s + (rang + 1) * pas)
        for rang, mot in enumerate(mots)
    ]
