"""Donner aux mots d'une transcription sans temps ceux d'une autre, du même enregistrement."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from recherche.modele.transcription import Mot, Tour

_HORS_MOT = re.compile(r"[^\w]+")


def datee(tours: Iterable[Tour]) -> bool:
    """Vrai si au moins un mot a un temps."""
    return any(mot.debut_s is not None for tour in tours for mot in tour.mots)


def reporter_temps(tours: Sequence[Tour], dates: Sequence[Tour]) -> tuple[Tour, ...]:
    """Les mêmes tours ; chaque mot prend le temps de celui qui lui répond dans `dates`.

    Les deux suites de mots sont alignées (sans casse, accents ni ponctuation) ; un mot sans répondant
    prend sa part du temps laissé entre ses voisins datés. La confiance n'est pas reportée : ces mots ont
    été relus. Rend les tours tels quels si rien ne se répond.
    """
    mots = [mot for tour in tours for mot in tour.mots]
    sources = [mot for tour in dates for mot in tour.mots if mot.debut_s is not None]
    a, b = [_plier(m.texte) for m in mots], [_plier(m.texte) for m in sources]
    temps: list[tuple[float, float] | None] = [None] * len(mots)
    for i, k, nombre in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks():
        for decalage in range(nombre):
            debut, fin = sources[k + decalage].debut_s, sources[k + decalage].fin_s
            if debut is not None and fin is not None:
                temps[i + decalage] = (debut, fin)
    if not any(temps):
        return tuple(tours)
    poses = iter(_combler(mots, temps))
    return tuple(replace(tour, mots=tuple(next(poses) for _ in tour.mots)) for tour in tours)


def _combler(mots: Sequence[Mot], temps: Sequence[tuple[float, float] | None]) -> list[Mot]:
    """Les mots datés ; une suite sans temps partage, au prorata des lettres, l'espace laissé vide."""
    fin_totale = next(t[1] for t in reversed(temps) if t is not None)
    poses: list[Mot] = []
    rang = 0
    while rang < len(mots):
        connu = temps[rang]
        if connu is not None:
            poses.append(replace(mots[rang], debut_s=connu[0], fin_s=connu[1]))
            rang += 1
            continue
        jusqua = rang
        while jusqua < len(mots) and temps[jusqua] is None:
            jusqua += 1
        suivant = temps[jusqua] if jusqua < len(mots) else None
        debut = poses[-1].fin_s if poses and poses[-1].fin_s is not None else 0.0
        fin = max(debut, suivant[0] if suivant is not None else fin_totale)
        poses += _partager(mots[rang:jusqua], debut, fin)
        rang = jusqua
    return poses


def _partager(mots: Sequence[Mot], debut: float, fin: float) -> list[Mot]:
    total = sum(len(mot.texte) for mot in mots) or 1
    position, partages = debut, []
    for mot in mots:
        suivante = position + (fin - debut) * len(mot.texte) / total
        partages.append(replace(mot, debut_s=position, fin_s=suivante))
        position = suivante
    return partages


def _plier(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return _HORS_MOT.sub("", "".join(c for c in decompose if not unicodedata.combining(c)))
