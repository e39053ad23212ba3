"""Ce que rend tout lecteur, des répliques, et leur mise en tours.

Un segment dont on ne connaît que le début et la fin partage sa durée entre ses mots, d'après leur
longueur : ces temps sont approchés, sans confiance, et la provenance dit « segments ». Un tour dont on
ne connaît que le début ne date que son premier mot.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from recherche.echanges.listes import familles, plier
from recherche.modele.transcription import Mot, Tour, fusionner_tours

INCONNU = "L1"


@dataclass(frozen=True, slots=True)
class Replique:
    """Un morceau de parole : locuteur tel qu'écrit (None : le même qu'avant), temps en secondes.

    `mots`, s'il y en a, sont ceux du texte, déjà datés.
    """

    texte: str
    locuteur: str | None = None
    debut_s: float | None = None
    fin_s: float | None = None
    mots: tuple[Mot, ...] = ()


@dataclass(frozen=True, slots=True)
class Lecture:
    """Les répliques d'un fichier, son en-tête (qui n'est pas de la parole) et ses lignes écartées."""

    repliques: tuple[Replique, ...]
    entete: str = ""
    ecartees: int = 0

    @property
    def temps(self) -> str:
        """Ce que valent les temps : « mots », « segments » (approchés), « tours » ou « aucun »."""
        if any(mot.debut_s is not None for replique in self.repliques for mot in replique.mots):
            return "mots"
        if any(replique.fin_s is not None for replique in self.repliques):
            return "segments"
        return "tours" if any(r.debut_s is not None for r in self.repliques) else "aucun"


def en_tours(repliques: Iterable[Replique]) -> tuple[Tour, ...]:
    """Les répliques en tours de parole, locuteurs nommés ; les répliques vides sont omises."""
    tours: list[Tour] = []
    courant = INCONNU
    for replique in repliques:
        courant = nommer(replique.locuteur) if replique.locuteur else courant
        mots = replique.mots or dater(replique.texte, replique.debut_s, replique.fin_s)
        if mots:
            tours.append(Tour(courant, mots))
    return fusionner_tours(tours)


def nommer(etiquette: str) -> str:
    """Le nom d'usage d'un locuteur : « Enquêtrice » -> ENQ ; une étiquette inconnue reste telle."""
    propre = " ".join(unicodedata.normalize("NFC", etiquette).split()).strip(" :[]<>")
    plie = re.sub(r"[()·]", ".", plier(propre)).strip(". ")
    for usage in ("ENQ", "ENT", "ANI"):
        if plie in familles("locuteurs")[usage]:
            return usage
    return propre or INCONNU


def dater(texte: str, debut_s: float | None, fin_s: float | None) -> tuple[Mot, ...]:
    """Les mots d'un texte, datés autant que le permettent les bornes (secondes) du segment."""
    formes = unicodedata.normalize("NFC", texte).split()
    if not formes or debut_s is None:
        return tuple(Mot(forme) for forme in formes)
    if fin_s is None or fin_s <= debut_s:
        return (Mot(formes[0], round(debut_s, 3)), *(Mot(forme) for forme in formes[1:]))
    total = sum(len(forme) + 1 for forme in formes)
    mots, place = [], 0
    for forme in formes:
        suivante = place + len(forme) + 1
        bornes = (debut_s + (fin_s - debut_s) * p / total for p in (place, suivante))
        mots.append(Mot(forme, *(round(borne, 3) for borne in bornes)))
        place = suivante
    return tuple(mots)
