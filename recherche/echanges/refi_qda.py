"""Un projet REFI-QDA (QDPX 1.0) en valeurs figées, quel que soit le logiciel qui l'a écrit.

Les positions sont des points de code du texte de la source, début compris et fin exclue. Les
identifiants sont des GUID en minuscules, sans accolades ; les nôtres sont déterministes (UUID version 5
tiré de nos propres identifiants), si bien que deux exports de la même étude sont le même fichier.

Source : REFI-QDA Standard 1.5, « Project exchange » (www.qdasoftware.org).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

ESPACE_PROJET = "urn:QDA-XML:project:1.0"
ESPACE_GRILLE = "urn:QDA-XML:codebook:1.0"
_RACINE = uuid.UUID("6d0c7a3e-5f0b-5c39-9a55-2f6b1f5c7e11")


def guid(etude: str, genre: str, *cle: object) -> str:
    """Le GUID, toujours le même, d'un objet de l'étude : UUID v5 de son genre et de sa clé."""
    return str(uuid.uuid5(_RACINE, "\x1f".join([etude, genre, *map(str, cle)])))


@dataclass(frozen=True, slots=True)
class Utilisateur:
    """Un codeur."""

    guid: str
    nom: str


@dataclass(frozen=True, slots=True)
class CodeQda:
    """Un code ou une famille (`codable` faux) ; `couleur` est « #RRGGBB » ou vide."""

    guid: str
    nom: str
    codable: bool = True
    couleur: str = ""
    description: str = ""
    enfants: tuple[CodeQda, ...] = ()
    notes: tuple[str, ...] = ()

    def tous(self) -> Iterator[CodeQda]:
        """Lui-même, puis ses descendants."""
        yield self
        for enfant in self.enfants:
            yield from enfant.tous()


@dataclass(frozen=True, slots=True)
class Variable:
    """Un attribut des cas ; `genre` : Text, Boolean, Integer, Float, Date ou DateTime."""

    guid: str
    nom: str
    genre: str = "Text"


@dataclass(frozen=True, slots=True)
class Cas:
    """Une personne ou un groupe : ses attributs (GUID de variable, valeur) et ses sources."""

    guid: str
    nom: str
    valeurs: tuple[tuple[str, str], ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CodageQda:
    """Un code posé sur une sélection : GUID du code, de son auteur, date, mémos."""

    guid: str
    code: str
    auteur: str | None = None
    date: datetime | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selection:
    """Le passage [debut, fin[ d'une source et ce qu'on y a posé ; `nom` en est souvent le début."""

    guid: str
    debut: int
    fin: int
    nom: str = ""
    description: str = ""
    auteur: str | None = None
    date: datetime | None = None
    codages: tuple[CodageQda, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repere:
    """Un point de synchronisation : position dans le texte, temps en millisecondes s'il est connu."""

    guid: str
    position: int
    temps_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SourceQda:
    """Une source : son texte et, si elle est sonore, enregistrement et points de synchronisation.

    `son` est le nom du fichier son dans le dossier `sources/` de l'archive ; `transcription`, le GUID de
    la transcription d'une source sonore.
    """

    guid: str
    nom: str
    texte: str
    selections: tuple[Selection, ...] = ()
    auteur: str | None = None
    date: datetime | None = None
    description: str = ""
    notes: tuple[str, ...] = ()
    son: str | None = None
    transcription: str | None = None
    reperes: tuple[Repere, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """Un mémo : titre, texte, auteur et date."""

    guid: str
    nom: str
    texte: str
    auteur: str | None = None
    date: datetime | None = None


@dataclass(frozen=True, slots=True)
class EnsembleQda:
    """Un ensemble de codes, de sources et de mémos, par leurs GUID."""

    guid: str
    nom: str
    description: str = ""
    codes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Projet:
    """Un projet entier. `avertissements` : ce que la lecture n'a pas pu garder, en une phrase chacun."""

    nom: str
    origine: str = ""
    date: datetime | None = None
    utilisateurs: tuple[Utilisateur, ...] = ()
    codes: tuple[CodeQda, ...] = ()
    variables: tuple[Variable, ...] = ()
    cas: tuple[Cas, ...] = ()
    sources: tuple[SourceQda, ...] = ()
    notes: tuple[Note, ...] = ()
    ensembles: tuple[EnsembleQda, ...] = ()
    description: str = ""
    notes_projet: tuple[str, ...] = ()
    avertissements: tuple[str, ...] = field(default=(), compare=False)

    def tous_les_codes(self) -> Iterator[CodeQda]:
        """Familles et codes, dans l'ordre de la grille."""
        for code in self.codes:
            yield from code.tous()
