"""Mots, tours de parole et transcriptions.

Le texte d'un tour est celui de ses mots séparés par une espace ; celui d'une transcription est celui
de ses tours séparés par un retour à la ligne. Les positions (extraits, mentions) se comptent en
points de code Unicode de ce texte, normalisé NFC.
"""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Self

from recherche.modele.provenance import Provenance

ENQUETEUR = "ENQ"
ENQUETE = "ENT"
ANIMATEUR = "ANI"


def empreinte_texte(texte: str) -> str:
    """SHA-256 hexadécimal du texte en UTF-8."""
    return hashlib.sha256(texte.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Mot:
    """Un mot tel qu'écrit, sans espace ; temps en secondes et confiance de 0 à 1, si connus."""

    texte: str
    debut_s: float | None = None
    fin_s: float | None = None
    confiance: float | None = None


@dataclass(frozen=True, slots=True)
class Tour:
    """Ce qu'un locuteur dit d'affilée ; `theme` est celui du guide d'entretien, si connu."""

    locuteur: str
    mots: tuple[Mot, ...]
    theme: str | None = None

    @classmethod
    def depuis_texte(cls, locuteur: str, texte: str, *, theme: str | None = None) -> Self:
        """Tour sans temps : texte normalisé NFC, découpé aux espaces."""
        mots = unicodedata.normalize("NFC", texte).split()
        return cls(locuteur, tuple(Mot(mot) for mot in mots), theme)

    @property
    def texte(self) -> str:
        """Les mots séparés par une espace."""
        return " ".join(mot.texte for mot in self.mots)

    @property
    def debut_s(self) -> float | None:
        """Début du premier mot daté, en secondes."""
        return next((mot.debut_s for mot in self.mots if mot.debut_s is not None), None)

    @property
    def fin_s(self) -> float | None:
        """Fin du dernier mot daté, en secondes."""
        return next((mot.fin_s for mot in reversed(self.mots) if mot.fin_s is not None), None)


@dataclass(frozen=True, slots=True)
class _TexteEnTours:
    """Tours d'une source et leur provenance ; commun aux transcriptions brutes et pseudonymisées."""

    source_id: str
    tours: tuple[Tour, ...]
    provenance: Provenance

    @property
    def texte(self) -> str:
        """Les tours séparés par un retour à la ligne : le texte des positions."""
        return "\n".join(tour.texte for tour in self.tours)

    @property
    def empreinte(self) -> str:
        """SHA-256 du texte, locuteurs compris."""
        return empreinte_texte("\n".join(f"{t.locuteur}\t{t.texte}" for t in self.tours))

    @property
    def nombre_mots(self) -> int:
        """Nombre de mots, tous locuteurs confondus."""
        return sum(len(tour.mots) for tour in self.tours)

    @property
    def duree_s(self) -> float | None:
        """Fin du dernier mot daté, en secondes."""
        return next((t.fin_s for t in reversed(self.tours) if t.fin_s is not None), None)

    def debuts(self) -> list[int]:
        """Position du premier caractère de chaque tour dans `texte`."""
        longueurs = (len(tour.texte) + 1 for tour in self.tours)
        return list(itertools.accumulate(longueurs, initial=0))[: len(self.tours)]

    def tour_a(self, position: int) -> int:
        """Indice du tour qui contient une position de `texte`.

        Lève `IndexError` hors du texte.
        """
        if not 0 <= position <= len(self.texte):
            raise IndexError(f"position {position} hors du texte de {self.source_id}")
        debuts = self.debuts()
        return max(i for i, debut in enumerate(debuts) if debut <= position)

    def mots_entre(self, debut: int, fin: int) -> Iterator[tuple[Tour, Mot]]:
        """Les mots que touche l'intervalle de positions [debut, fin[, avec leur tour."""
        for tour, depart in zip(self.tours, self.debuts(), strict=True):
            position = depart
            for mot in tour.mots:
                if position < fin and position + len(mot.texte) > debut:
                    yield tour, mot
                position += len(mot.texte) + 1

    def renommer(self, noms: dict[str, str]) -> Self:
        """La même, locuteurs renommés selon `noms` (les absents gardent le leur)."""
        tours = (replace(t, locuteur=noms.get(t.locuteur, t.locuteur)) for t in self.tours)
        return replace(self, tours=tuple(tours))

    def locuteurs(self) -> list[str]:
        """Les locuteurs, dans l'ordre de leur première parole."""
        return list(dict.fromkeys(tour.locuteur for tour in self.tours))


@dataclass(frozen=True, slots=True)
class Transcription(_TexteEnTours):
    """Transcription brute, automatique ou relue : nominative, elle ne quitte pas l'entrepôt."""


@dataclass(frozen=True, slots=True)
class TranscriptionPseudonymisee(_TexteEnTours):
    """Transcription dont les mentions sont remplacées : la seule qu'on code, analyse et publie."""


@dataclass(frozen=True, slots=True)
class TourDeParole:
    """Un intervalle où l'on entend un locuteur, en secondes depuis le début de l'enregistrement."""

    debut_s: float
    fin_s: float
    locuteur: str


def fusionner_tours(tours: Iterable[Tour]) -> tuple[Tour, ...]:
    """Réunit les tours voisins d'un même locuteur et d'un même thème."""
    fusion: list[Tour] = []
    for tour in tours:
        if fusion and (fusion[-1].locuteur, fusion[-1].theme) == (tour.locuteur, tour.theme):
            fusion[-1] = replace(fusion[-1], mots=fusion[-1].mots + tour.mots)
        else:
            fusion.append(tour)
    return tuple(fusion)
