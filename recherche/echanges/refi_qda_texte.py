"""Le texte d'une transcription tel qu'un projet QDPX le porte : « ENT: … », un tour par ligne.

Nos positions comptent le texte sans les étiquettes ; celles du projet, avec. Fins de ligne LF, pas de
marque d'ordre : c'est ce que tous les logiciels comptent pareil.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from recherche.echanges.commun import Transcrit
from recherche.echanges.refi_qda import Repere, Selection, guid
from recherche.echanges.temps import dater
from recherche.modele.transcription import Mot, Tour


@dataclass(frozen=True, slots=True)
class Etiquete:
    """Un texte étiqueté ; par tour : début dans le texte nu, puis début et étiquette dans celui-ci."""

    texte: str
    nus: tuple[int, ...]
    debuts: tuple[int, ...]
    etiquettes: tuple[int, ...]
    longueurs: tuple[int, ...]

    @classmethod
    def de(cls, transcription: Transcrit) -> Etiquete:
        """Étiquette chaque tour de son locuteur."""
        marques = [f"{tour.locuteur}: " for tour in transcription.tours]
        textes = [tour.texte for tour in transcription.tours]
        lignes = [marque + texte for marque, texte in zip(marques, textes, strict=True)]
        return cls(
            "\n".join(lignes),
            _debuts([len(texte) for texte in textes]),
            _debuts([len(ligne) for ligne in lignes]),
            tuple(map(len, marques)),
            tuple(map(len, textes)),
        )

    def etiqueter(self, debut: int, fin: int) -> tuple[int, int]:
        """[debut, fin[ du texte nu, dans le texte étiqueté. Le passage ne doit pas être vide."""
        return self._vers(debut), self._vers(fin - 1) + 1

    def denuder(self, debut: int, fin: int) -> tuple[int, int] | None:
        """[debut, fin[ du texte étiqueté, dans le texte nu ; None si ce ne sont que des étiquettes."""
        if not 0 <= debut < fin <= len(self.texte):
            return None
        i, j = bisect_right(self.debuts, debut) - 1, bisect_right(self.debuts, fin - 1) - 1
        depart = self.nus[i] + max(0, debut - self.debuts[i] - self.etiquettes[i])
        reste = fin - self.debuts[j] - self.etiquettes[j]
        arrivee = self.nus[j] + min(reste, self.longueurs[j] + 1) if reste > 0 else self.nus[j] - 1
        arrivee = min(arrivee, self.nus[-1] + self.longueurs[-1])
        return (depart, arrivee) if depart < arrivee else None

    def _vers(self, position: int) -> int:
        rang = bisect_right(self.nus, position) - 1
        return self.debuts[rang] + self.etiquettes[rang] + position - self.nus[rang]


def _debuts(longueurs: Sequence[int]) -> tuple[int, ...]:
    return tuple(itertools.accumulate((n + 1 for n in longueurs), initial=0))[: len(longueurs)]


def reperes(
    transcription: Transcrit, etiquete: Etiquete, selections: Sequence[Selection], etude: str
) -> tuple[Repere, ...]:
    """Les points de synchronisation : début de chaque tour et bornes des sélections, datés.

    La transcription doit porter des temps. Un point entre deux mots prend le temps du mot d'avant.
    """
    noeuds: list[tuple[int, float]] = []
    dates = iter(dater([mot for tour in transcription.tours for mot in tour.mots]))
    for rang, tour in enumerate(transcription.tours):
        place = etiquete.debuts[rang] + etiquete.etiquettes[rang]
        for mot in tour.mots:
            date = next(dates)
            if not noeuds or mot is tour.mots[0]:
                noeuds.append((etiquete.debuts[rang], date.debut_s))
            noeuds += [(place, date.debut_s), (place + len(mot.texte), date.fin_s)]
            place += len(mot.texte) + 1
    positions = set(etiquete.debuts) | {p for s in selections for p in (s.debut, s.fin)}
    places = [place for place, _ in noeuds]
    points = []
    for position in sorted(positions):
        rang = max(0, bisect_right(places, position) - 1)
        cle = guid(etude, "repère", transcription.source_id, position)
        points.append(Repere(cle, position, round(noeuds[rang][1] * 1000)))
    return tuple(points)


def dater_tours(tours: Sequence[Tour], texte: str, points: Sequence[Repere]) -> tuple[Tour, ...]:
    """Les tours tirés d'un texte, leurs mots datés d'après les points de synchronisation (ms)."""
    connus = sorted({(p.position, p.temps_ms) for p in points if p.temps_ms is not None})
    if len(connus) < 2:
        return tuple(tours)
    curseur = 0
    dates = []
    for tour in tours:
        mots = []
        for mot in tour.mots:
            trouve = texte.find(mot.texte, curseur)
            if trouve < 0:
                mots.append(mot)
                continue
            curseur = trouve + len(mot.texte)
            bornes = (_temps(connus, trouve), _temps(connus, curseur))
            mots.append(Mot(mot.texte, bornes[0], max(bornes)))
        dates.append(Tour(tour.locuteur, tuple(mots), tour.theme))
    return tuple(dates)


def _temps(connus: Sequence[tuple[int, int]], position: int) -> float:
    """Le temps d'une position, en secondes, à proportion entre les deux points qui l'entourent."""
    rang = min(max(1, bisect_right(connus, (position, float("inf")))), len(connus) - 1)
    (p, t), (q, u) = connus[rang - 1], connus[rang]
    part = 0.0 if q == p else min(1.0, max(0.0, (position - p) / (q - p)))
    return round((t + (u - t) * part) / 1000, 3)


def plus_recente(dates: Sequence[datetime | None]) -> datetime | None:
    """La dernière des dates connues."""
    return max((date for date in dates if date is not None), default=None)
