"""Lire ce que des personnes ont fait ailleurs : transcriptions relues, codages, revues signées.

Formats `recherche-transcription/1`, `recherche-codages/1` et `recherche-revue/1`, en JSON. Un fichier
est pris en entier ou refusé avec toutes ses fautes ; les tours s'y numérotent à partir de 0, et les
positions se comptent en points de code du texte de la transcription.
"""

from __future__ import annotations

import hashlib
import itertools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator

from recherche.echanges.transcriptions import FORMAT_TRANSCRIPTION
from recherche.echanges.validation import Strict, chemin, erreur_de, lire_json, valider
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription

FORMAT_CODAGES = "recherche-codages/1"
FORMAT_REVUE = "recherche-revue/1"

Texte = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Type = Literal["PRENOM", "NOM", "LIEU", "STRUCTURE", "CONTACT", "DATE_NAISSANCE", "AUTRE"]
Confiance = Annotated[float, Field(ge=0, le=1)]
Seconde = Annotated[float, Field(ge=0)]


@dataclass(frozen=True, slots=True)
class CodageImporte:
    """Des codes posés par un codeur sur une citation du tour `tour` (à partir de 0) d'une source."""

    source_id: str
    tour: int
    citation: str
    codes: tuple[str, ...]
    codeur: str


@dataclass(frozen=True, slots=True)
class CodagesImportes:
    """Tous les codages d'un fichier, d'un seul codeur."""

    codeur: str
    codages: tuple[CodageImporte, ...]


@dataclass(frozen=True, slots=True)
class MentionRevue:
    """Un passage [debut, fin[ qu'un relecteur déclare identifiant."""

    debut: int
    fin: int
    type: str


@dataclass(frozen=True, slots=True)
class RevueImportee:
    """Une revue signée : toutes les mentions du texte dont `empreinte` est le SHA-256."""

    source_id: str
    empreinte: str
    relecteur: str
    second_relecteur: str | None
    date: date
    mentions: tuple[MentionRevue, ...]


def lire_transcription(fichier: Path) -> Transcription:
    """La transcription relue d'un fichier `recherche-transcription/1`.

    La provenance est celle du fichier s'il en donne une, sinon l'import lui-même. Lève
    `ErreurEchange` (fichier, tour, clé), aussi quand le texte est déjà pseudonymisé.
    """
    donnees = lire_json(fichier, FORMAT_TRANSCRIPTION)
    lue = valider(_Transcription, donnees, fichier, _nommer_tour)
    if lue.pseudonymisee:
        raise ErreurEchange(
            f"{fichier} est une transcription pseudonymisée : elle ne remplace pas le texte relu.",
            "Importez la transcription brute relue ; « recherche pseudonymiser » fera l'autre.",
        )
    provenance = lue.provenance.valeur() if lue.provenance else _provenance(fichier)
    return Transcription(lue.source_id, tuple(tour.valeur() for tour in lue.tours), provenance)


def lire_codages(fichier: Path) -> CodagesImportes:
    """Les codages d'un fichier `recherche-codages/1`. Lève `ErreurEchange` (fichier, source, clé)."""
    donnees = lire_json(fichier, FORMAT_CODAGES)
    lus = valider(_Codages, donnees, fichier, chemin)
    if fautes := list(_sources_doubles([source.source_id for source in lus.sources])):
        raise erreur_de(fichier, fautes)
    codages = (
        CodageImporte(source.source_id, codage.tour, codage.citation, codage.codes, lus.codeur)
        for source in lus.sources
        for codage in source.codages
    )
    return CodagesImportes(lus.codeur, tuple(codages))


def lire_revue(fichier: Path) -> RevueImportee:
    """La revue d'un fichier `recherche-revue/1`. Lève `ErreurEchange` (fichier, mention, clé)."""
    lue = valider(_Revue, lire_json(fichier, FORMAT_REVUE), fichier, chemin)
    mentions = tuple(MentionRevue(m.debut, m.fin, m.type) for m in lue.mentions)
    if fautes := list(_chevauchements(mentions)):
        raise erreur_de(fichier, fautes)
    return RevueImportee(
        lue.source_id, lue.empreinte, lue.relecteur, lue.second_relecteur, lue.date, mentions
    )


class _Provenance(Strict):
    outil: Texte
    version: str
    date: datetime
    reglages: dict[str, Any] = Field(default_factory=dict)

    def valeur(self) -> Provenance:
        """Le type du modèle ; une date sans fuseau est à l'heure universelle."""
        instant = self.date if self.date.tzinfo else self.date.replace(tzinfo=UTC)
        return Provenance(self.outil, self.version, instant, self.reglages)


class _Tour(Strict):
    locuteur: Texte
    texte: str = ""
    theme: str | None = None
    mots: list[tuple[Texte, Seconde | None, Seconde | None, Confiance | None]] = Field(
        default_factory=list
    )

    @field_validator("texte")
    @classmethod
    def _normaliser(cls, texte: str) -> str:
        if any(unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace() for c in texte):
            raise ValueError("le texte contient un caractère de contrôle")
        return _espacer(texte)

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if not self.texte and not self.mots:
            raise ValueError("le tour n'a pas de texte")
        for rang, (texte, debut, fin, _) in enumerate(self.mots, start=1):
            if len(texte.split()) != 1:
                raise ValueError(f"le mot {rang} (« {texte} ») contient une espace")
            if fin is not None and (debut is None or fin < debut):
                raise ValueError(f"le mot {rang} (« {texte} ») finit avant de commencer")
        ecrit = _espacer(" ".join(mot[0] for mot in self.mots))
        if self.texte and self.mots and ecrit != self.texte:
            raise ValueError("les mots ne font pas le texte du tour")
        return self

    def valeur(self) -> Tour:
        """Le type du modèle."""
        if not self.mots:
            return Tour.depuis_texte(self.locuteur, self.texte, theme=self.theme)
        mots = (Mot(_espacer(texte), *temps) for texte, *temps in self.mots)
        return Tour(self.locuteur, tuple(mots), self.theme)


class _Transcription(Strict):
    format: str
    source_id: Texte
    pseudonymisee: bool = False
    provenance: _Provenance | None = None
    tours: Annotated[list[_Tour], Field(min_length=1)]


class _Codage(Strict):
    tour: Annotated[int, Field(ge=0)]
    citation: Texte
    codes: Annotated[tuple[Texte, ...], Field(min_length=1)]

    @field_validator("citation")
    @classmethod
    def _normaliser(cls, citation: str) -> str:
        return _espacer(citation)

    @field_validator("codes")
    @classmethod
    def _uniques(cls, codes: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(codes)) != len(codes):
            raise ValueError("un code y est deux fois")
        return codes


class _SourceCodee(Strict):
    source_id: Texte
    codages: list[_Codage]


class _Codages(Strict):
    format: str
    codeur: Texte
    sources: list[_SourceCodee]


class _Mention(Strict):
    debut: Annotated[int, Field(ge=0)]
    fin: int
    type: Type

    @model_validator(mode="after")
    def _non_vide(self) -> Self:
        if self.fin <= self.debut:
            raise ValueError(f"la mention [{self.debut}, {self.fin}[ est vide")
        return self


class _Revue(Strict):
    format: str
    source_id: Texte
    empreinte: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    relecteur: Texte
    second_relecteur: Texte | None = None
    date: date
    mentions: list[_Mention]

    @field_validator("second_relecteur")
    @classmethod
    def _autre(cls, second: str | None, infos: ValidationInfo) -> str | None:
        if second is not None and second == infos.data.get("relecteur"):
            raise ValueError("le second relecteur doit être une autre personne")
        return second


def _espacer(texte: str) -> str:
    return " ".join(unicodedata.normalize("NFC", texte).split())


def _nommer_tour(cle: tuple[str | int, ...]) -> str:
    """« tour 3, clé texte » : les tours se disent comme dans les codages, à partir de 0."""
    if len(cle) < 2 or cle[0] != "tours":
        return f"clé {chemin(cle)}"
    reste = f", clé {chemin(cle[2:])}" if len(cle) > 2 else ""
    return f"tour {cle[1]}{reste}"


def _provenance(fichier: Path) -> Provenance:
    empreinte = hashlib.sha256(fichier.read_bytes()).hexdigest()
    reglages = {"fichier": fichier.name, "empreinte": empreinte}
    return Provenance("import", FORMAT_TRANSCRIPTION, datetime.now(UTC), reglages)


def _sources_doubles(identifiants: list[str]) -> Iterator[str]:
    for rang, identifiant in enumerate(identifiants):
        if identifiant in identifiants[:rang]:
            yield f"sources[{rang + 1}].source_id : « {identifiant} » y est déjà"


def _chevauchements(mentions: tuple[MentionRevue, ...]) -> Iterator[str]:
    rangees = sorted(enumerate(mentions, start=1), key=lambda paire: paire[1].debut)
    for (_, avant), (rang, mention) in itertools.pairwise(rangees):
        if mention.debut < avant.fin:
            dit = f"[{mention.debut}, {mention.fin}[ chevauche [{avant.debut}, {avant.fin}["
            yield f"mentions[{rang}] : {dit}"
