"""Entretiens, ateliers, participants, consentements et enregistrements."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

MAJORITE = 18
Jour: TypeAlias = date
"""Une date, là où un champ s'appelle `date`."""


@dataclass(frozen=True, slots=True)
class Consentement:
    """Ce à quoi une personne consent ; None : rien n'est noté au registre.

    `echeance` : jour après lequel ses données ne sont plus gardées, s'il lui a été dit un autre jour que
    celui de l'étude.
    """

    enregistrement: bool | None = None
    citation: bool | None = None
    archivage: bool | None = None
    date: date | None = None
    representant_legal: str | None = None
    echeance: Jour | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Une personne entendue ; `locuteur` est son nom dans les tours (ENT, P1…)."""

    locuteur: str
    prenom: str | None = None
    nom: str | None = None
    sexe: str | None = None
    age: int | None = None
    quartier: str | None = None
    situation: str | None = None
    fonction: str | None = None
    structure: str | None = None
    consentement: Consentement = field(default_factory=Consentement)

    @property
    def mineur(self) -> bool:
        """Moins de 18 ans à l'entretien."""
        return self.age is not None and self.age < MAJORITE


@dataclass(frozen=True, slots=True)
class Source:
    """Ce qui se transcrit et se code : un entretien ou un atelier. `territoire` est un code."""

    id: str
    territoire: str
    date: date | None
    lieu: str | None
    enregistrements: tuple[str, ...]
    participants: tuple[Participant, ...]

    @property
    def enregistrement_consenti(self) -> bool:
        """Chacun a consenti à l'enregistrement ; faux si rien n'est noté."""
        return bool(self.participants) and all(
            p.consentement.enregistrement is True for p in self.participants
        )


@dataclass(frozen=True, slots=True)
class Entretien(Source):
    """Un entretien semi-directif avec une personne d'un profil (code de `etude.toml`)."""

    profil: str
    enqueteur: str | None = None

    @property
    def participant(self) -> Participant:
        """La personne interrogée."""
        return self.participants[0]


@dataclass(frozen=True, slots=True)
class Atelier(Source):
    """Un atelier thématique, à plusieurs voix."""

    titre: str = ""
    decisions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Registre:
    """Tout ce que dit `registre.xlsx`."""

    entretiens: tuple[Entretien, ...]
    ateliers: tuple[Atelier, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Entretiens puis ateliers."""
        return (*self.entretiens, *self.ateliers)


@dataclass(frozen=True, slots=True)
class Enregistrement:
    """Un fichier son, mesuré : durée en s, fréquence en Hz, niveau en dBFS, silence de 0 à 1.

    `chemin` est relatif au dossier `enregistrements/` de l'étude ; `empreinte` est son SHA-256.
    """

    chemin: str
    empreinte: str
    duree_s: float
    taux_hz: int
    canaux: int
    niveau_dbfs: float
    part_silence: float
