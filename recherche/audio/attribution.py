"""Dire qui a dit chaque mot, puis qui est l'enquêteur. Calcul pur."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from recherche.modele.textes import sans_accents
from recherche.modele.transcription import (
    ANIMATEUR,
    ENQUETE,
    ENQUETEUR,
    Mot,
    Tour,
    TourDeParole,
    fusionner_tours,
)

INCONNU = "L1"
FINS_DE_PHRASE = ".?!…"
GLISSEMENT_MOTS = 3
GLISSEMENT_S = 0.8

Genre = Literal["entretien", "atelier"]


def attribuer(mots: Sequence[Mot], tours_de_parole: Sequence[TourDeParole]) -> tuple[Tour, ...]:
    """Les mots réunis en tours, chacun donné au locuteur qu'on entend le plus pendant qu'il est dit.

    Un mot hors de tout tour de parole va au plus proche ; la ponctuation seule suit son mot ; un
    changement de locuteur en pleine phrase glisse à la fin de phrase voisine, si elle est à moins de
    `GLISSEMENT_MOTS` mots et `GLISSEMENT_S` secondes, sans jamais effacer un tour, fût-il d'un mot. Sans
    tour de parole : un seul locuteur.
    """
    if not tours_de_parole:
        return (Tour(INCONNU, tuple(mots)),) if mots else ()
    locuteurs = _locuteurs(mots, sorted(tours_de_parole, key=lambda t: t.debut_s))
    locuteurs = _aux_fins_de_phrase(mots, locuteurs)
    return fusionner_tours(Tour(qui, (mot,)) for qui, mot in zip(locuteurs, mots, strict=True))


def _locuteurs(mots: Sequence[Mot], tours: Sequence[TourDeParole]) -> list[str]:
    """Le locuteur de chaque mot, d'après les temps seuls. Balayage : les deux suites sont ordonnées."""
    locuteurs: list[str] = []
    fins_max = _maximums(tour.fin_s for tour in tours)
    for mot in mots:
        if locuteurs and (mot.debut_s is None or not any(c.isalnum() for c in mot.texte)):
            locuteurs.append(locuteurs[-1])
            continue
        debut_s = mot.debut_s or 0.0
        fin_s = debut_s if mot.fin_s is None else mot.fin_s
        locuteurs.append(_entendu(tours, fins_max, debut_s, fin_s))
    return locuteurs


def _maximums(valeurs: Iterable[float]) -> list[float]:
    """Maximum courant : croissant, il se prête à la recherche dichotomique."""
    resultat: list[float] = []
    for valeur in valeurs:
        resultat.append(max(valeur, resultat[-1]) if resultat else valeur)
    return resultat


def _entendu(
    tours: Sequence[TourDeParole], fins_max: Sequence[float], debut_s: float, fin_s: float
) -> str:
    """Le locuteur le plus entendu dans [debut_s, fin_s], sinon le plus proche."""
    recouvrements: dict[str, float] = defaultdict(float)
    premier = bisect_left(fins_max, debut_s)
    for tour in tours[premier:]:
        if tour.debut_s > fin_s:
            break
        recouvrements[tour.locuteur] += min(fin_s, tour.fin_s) - max(debut_s, tour.debut_s)
    if recouvrements and max(recouvrements.values()) > 0:
        return max(recouvrements, key=lambda qui: recouvrements[qui])
    milieu_s = (debut_s + fin_s) / 2
    voisins = tours[max(0, premier - 3) : premier + 4]
    proche = min(voisins, key=lambda t: max(t.debut_s - milieu_s, milieu_s - t.fin_s, 0.0))
    return proche.locuteur


def _aux_fins_de_phrase(mots: Sequence[Mot], locuteurs: Sequence[str]) -> list[str]:
    """Fait glisser chaque changement de locuteur à la fin de phrase voisine."""
    resultat = list(locuteurs)
    for i in range(1, len(mots)):
        if locuteurs[i] == locuteurs[i - 1] or _finit_phrase(mots, i - 1):
            continue
        cible = _fin_voisine(mots, locuteurs, i)
        if cible is None:
            continue
        if cible < i:
            resultat[cible:i] = [locuteurs[i]] * (i - cible)
        else:
            resultat[i:cible] = [locuteurs[i - 1]] * (cible - i)
    return resultat


def _fin_voisine(mots: Sequence[Mot], locuteurs: Sequence[str], i: int) -> int | None:
    """Le premier mot de phrase le plus proche du changement `i`, sans franchir un autre changement."""
    for ecart in range(1, GLISSEMENT_MOTS + 1):
        for cible in (i - ecart, i + ecart):
            bas, haut = min(i, cible), max(i, cible)
            if not 0 < cible < len(mots) or not _finit_phrase(mots, cible - 1):
                continue
            attendu = locuteurs[i - 1] if cible < i else locuteurs[i]
            if any(qui != attendu for qui in locuteurs[bas:haut]):
                continue
            if _efface_un_tour(locuteurs, i, cible):
                continue
            if _duree(mots[bas:haut]) <= GLISSEMENT_S:
                return cible
    return None


def _efface_un_tour(locuteurs: Sequence[str], i: int, cible: int) -> bool:
    """Vrai si glisser le changement `i` en `cible` ôterait à quelqu'un tout un tour (« voilà »)."""
    if cible > i:
        return cible == len(locuteurs) or locuteurs[cible] != locuteurs[i]
    return cible == 0 or locuteurs[cible - 1] != locuteurs[i - 1]


def chevauchements(tours: Sequence[TourDeParole]) -> tuple[tuple[float, float], ...]:
    """Les intervalles où l'on entend plusieurs voix à la fois, réunis, en secondes."""
    bords = sorted([(t.debut_s, 1) for t in tours] + [(t.fin_s, -1) for t in tours])
    resultat: list[tuple[float, float]] = []
    voix, debut_s = 0, 0.0
    for instant, sens in bords:
        if (voix, sens) == (1, 1):
            debut_s = instant
        elif (voix, sens) == (2, -1) and instant > debut_s:
            if resultat and debut_s <= resultat[-1][1]:
                debut_s = resultat.pop()[0]
            resultat.append((debut_s, instant))
        voix += sens
    return tuple(resultat)


def _duree(mots: Sequence[Mot]) -> float:
    return sum((mot.fin_s or 0.0) - (mot.debut_s or 0.0) for mot in mots)


def _finit_phrase(mots: Sequence[Mot], i: int) -> bool:
    """Vrai si le mot `i` finit une phrase (« ? » détaché compris)."""
    return mots[i].texte.rstrip("»\"')").endswith(tuple(FINS_DE_PHRASE))


# --- qui est l'enquêteur --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Indices:
    """Ce qu'un locuteur laisse voir : part des questions, brièveté, mots du guide, ouverture."""

    questions: float
    brievete: float
    guide: float
    ouvre: float

    @property
    def score(self) -> float:
        """Plus il est grand, plus le locuteur mène la séance."""
        return self.questions + self.brievete + self.guide + self.ouvre


def nommer(tours: Sequence[Tour], *, genre: Genre, questions: Sequence[str] = ()) -> dict[str, str]:
    """Les noms d'usage de chaque locuteur : ENQ et ENT (puis P2, P3…), ou ANI, P1, P2…

    Mène la séance celui qui pose le plus de questions, parle le moins longtemps à la fois, reprend les
    mots des `questions` du guide et ouvre la séance. C'est une proposition : une personne peut renommer.
    """
    locuteurs = list(dict.fromkeys(tour.locuteur for tour in tours))
    if not locuteurs:
        return {}
    if len(locuteurs) == 1:
        return {locuteurs[0]: ENQUETE if genre == "entretien" else "P1"}
    indices = _indices(tours, locuteurs, questions, atelier=genre == "atelier")
    meneur = max(locuteurs, key=lambda qui: indices[qui].score)
    autres = [qui for qui in locuteurs if qui != meneur]
    if genre == "atelier":
        return {meneur: ANIMATEUR} | {qui: f"P{rang}" for rang, qui in enumerate(autres, 1)}
    principal = max(autres, key=lambda qui: sum(len(t.mots) for t in tours if t.locuteur == qui))
    tiers = [qui for qui in autres if qui != principal]
    noms = {meneur: ENQUETEUR, principal: ENQUETE}
    return noms | {qui: f"P{rang}" for rang, qui in enumerate(tiers, 2)}


def _indices(
    tours: Sequence[Tour], locuteurs: Sequence[str], questions: Sequence[str], *, atelier: bool
) -> dict[str, _Indices]:
    guide = {mot for question in questions for mot in _mots_pleins(question)}
    textes = {qui: " ".join(t.texte for t in tours if t.locuteur == qui) for qui in locuteurs}
    nombres = {qui: sum(t.locuteur == qui for t in tours) for qui in locuteurs}
    interrogations = {qui: texte.count("?") for qui, texte in textes.items()}
    toutes = sum(interrogations.values()) or 1
    plus_long = max(len(textes[qui]) / nombres[qui] for qui in locuteurs)
    resultat: dict[str, _Indices] = {}
    for qui in locuteurs:
        pleins = _mots_pleins(textes[qui])
        resultat[qui] = _Indices(
            questions=interrogations[qui] / toutes,
            # Dans un atelier, un participant qui parle peu n'est pas l'animateur.
            brievete=0.0 if atelier else 1 - len(textes[qui]) / nombres[qui] / plus_long,
            guide=sum(mot in guide for mot in pleins) / len(pleins) if pleins else 0.0,
            ouvre=0.25 * (qui == tours[0].locuteur) + (nombres[qui] / len(tours) if atelier else 0.0),
        )
    return resultat


def _mots_pleins(texte: str) -> list[str]:
    """Les mots d'au moins quatre lettres, sans accents ni majuscules."""
    return re.findall(r"[a-z]{4,}", sans_accents(texte, "NFD"))
