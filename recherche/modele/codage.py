"""Grille de codage, extraits et codages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from recherche.modele.transcription import empreinte_texte


class Origine(StrEnum):
    """Comment un codage est né."""

    PERSONNE = "personne"
    SUGGESTION = "suggestion acceptée"
    IMPORT = "import"
    FICHE = "fiche d'accord"
    ACCORD = "version accordée"


@dataclass(frozen=True, slots=True)
class Code:
    """Un code de la grille et ce qu'il faut y mettre."""

    id: str
    nom: str
    definition: str
    inclure: str = ""
    exclure: str = ""
    exemple: str = ""
    couleur: str = ""


@dataclass(frozen=True, slots=True)
class Famille:
    """Des codes de même domaine."""

    id: str
    nom: str
    codes: tuple[Code, ...]
    couleur: str = ""


@dataclass(frozen=True, slots=True)
class Grille:
    """La grille de codage : familles thématiques et axe « nature du propos » (un seul par extrait).

    `regles` : les règles de codage de l'étude, en phrases.
    """

    titre: str
    version: str
    familles: tuple[Famille, ...]
    natures: tuple[Code, ...]
    regles: tuple[str, ...] = ()

    def themes(self) -> Iterator[Code]:
        """Les codes thématiques, dans l'ordre des familles."""
        for famille in self.familles:
            yield from famille.codes

    def codes(self) -> Iterator[Code]:
        """Tous les codes : thèmes puis natures."""
        yield from self.themes()
        yield from self.natures

    def famille_de(self, code_id: str) -> Famille | None:
        """La famille d'un code thématique ; None pour une nature ou un code inconnu."""
        return next((f for f in self.familles for c in f.codes if c.id == code_id), None)


@dataclass(frozen=True, slots=True)
class Extrait:
    """Un passage [debut, fin[ d'une transcription pseudonymisée, en points de code de son texte NFC.

    `empreinte` est le SHA-256 du passage : elle dit si le texte a changé sous le codage.
    """

    debut: int
    fin: int
    empreinte: str

    @classmethod
    def dans(cls, texte: str, debut: int, fin: int) -> Self:
        """L'extrait [debut, fin[ de `texte`. Lève `ValueError` s'il est vide ou hors du texte."""
        if not 0 <= debut < fin <= len(texte):
            raise ValueError(f"extrait [{debut}, {fin}[ hors d'un texte de {len(texte)} caractères")
        return cls(debut, fin, empreinte_texte(texte[debut:fin]))


@dataclass(frozen=True, slots=True)
class Codage:
    """Un code posé sur un extrait d'une source par un codeur."""

    source_id: str
    extrait: Extrait
    code: str
    codeur: str
    origine: Origine
    date: datetime


class ObjetMemo(StrEnum):
    """Ce dont parle un mémo."""

    PASSAGE = "passage"
    CODE = "code"
    ENTRETIEN = "entretien"


@dataclass(frozen=True, slots=True)
class Memo:
    """Une note d'un codeur sur un passage (`source_id`, `extrait`), un code ou un entretien entier."""

    objet: ObjetMemo
    texte: str
    codeur: str
    date: datetime
    source_id: str | None = None
    extrait: Extrait | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class CodePropose:
    """Un code in vivo : un nom que la grille n'a pas, né d'un extrait.

    `code` : le code de la grille qui l'a repris, s'il l'a été.
    """

    source_id: str
    extrait: Extrait
    nom: str
    codeur: str
    date: datetime
    code: str | None = None
