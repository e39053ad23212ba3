"""Versions des transcriptions, blocs en cours, revues et versions pseudonymisées."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import bloc, revue, version, version_pseudonymisee
from recherche.modele.serialisation import (
    mots_depuis_json,
    mots_en_json,
    provenance_depuis_json,
    provenance_en_json,
    tours_depuis_json,
    tours_en_json,
)
from recherche.modele.transcription import Mot, Transcription, TranscriptionPseudonymisee

AUTOMATIQUE = "automatique"
RELUE = "relue"
RESTAUREE = "restaurée/"  # début de la clé d'une version dont il ne reste que le texte pseudonymisé


@dataclass(frozen=True, slots=True)
class Version:
    """Une version d'une transcription brute. `cle` résume ce dont elle est faite."""

    id: int
    source_id: str
    numero: int
    nature: str
    cle: str
    empreinte: str
    auteur: str
    date: str


@dataclass(frozen=True, slots=True)
class Revue:
    """Une revue signée : les mentions à masquer d'une version, validées par une personne.

    `mentions` : dictionnaires `{"debut", "fin", "type"}`, en positions de la version brute.
    """

    id: int
    version_id: int
    relecteur: str
    second_relecteur: str | None
    date: str
    mentions: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class VersionPseudonymisee:
    """Une version pseudonymisée ; publiable si une revue signée la fonde."""

    id: int
    source_id: str
    version_id: int
    revue_id: int | None
    cle: str
    empreinte: str
    correspondance: tuple[tuple[int, ...], ...]

    @property
    def signee(self) -> bool:
        """Vrai si une personne a signé ses mentions."""
        return self.revue_id is not None


_COLONNES_VERSION = tuple(version.c[nom] for nom in Version.__slots__)
_COLONNES_PSEUDO = tuple(version_pseudonymisee.c[nom] for nom in VersionPseudonymisee.__slots__)


def dumps(valeur: object) -> str:
    """JSON compact, accents en clair."""
    return json.dumps(valeur, ensure_ascii=False, separators=(",", ":"))


# --- blocs d'une transcription en cours ------------------------------------------------------


def poser_bloc(
    cx: Connection,
    *,
    source_id: str,
    cle: str,
    indice: int,
    debut_s: float,
    fin_s: float,
    mots: Iterable[Mot],
) -> None:
    """Range un bloc transcrit (remplace celui de même clé et indice). Hors journal : provisoire."""
    cx.execute(delete(bloc).where(bloc.c.cle == cle, bloc.c.indice == indice))
    valeurs = {"source_id": source_id, "cle": cle, "indice": indice}
    valeurs |= {"debut_s": debut_s, "fin_s": fin_s, "mots": dumps(mots_en_json(mots))}
    cx.execute(bloc.insert().values(**valeurs))


def blocs(cx: Connection, cle: str) -> dict[int, tuple[Mot, ...]]:
    """Les blocs déjà transcrits sous cette clé."""
    lignes = cx.execute(select(bloc.c.indice, bloc.c.mots).where(bloc.c.cle == cle))
    return {indice: mots_depuis_json(json.loads(mots)) for indice, mots in lignes}


def effacer_blocs(cx: Connection, source_id: str) -> None:
    """Efface les blocs provisoires d'une source."""
    cx.execute(delete(bloc).where(bloc.c.source_id == source_id))


# --- versions brutes --------------------------------------------------------------------------


def ajouter_version(
    ecriture: Ecriture, transcription: Transcription, *, nature: str, cle: str
) -> Version:
    """Ajoute une version (jamais une modification) et la rend."""
    requete = select(func.max(version.c.numero)).where(version.c.source_id == transcription.source_id)
    numero = (ecriture.cx.execute(requete).scalar() or 0) + 1
    champs = {
        "source_id": transcription.source_id,
        "numero": numero,
        "nature": nature,
        "cle": cle,
        "empreinte": transcription.empreinte,
        "auteur": ecriture.auteur,
        "date": ecriture.date,
    }
    contenu = {
        "tours": dumps(tours_en_json(transcription.tours)),
        "provenance": dumps(provenance_en_json(transcription.provenance)),
    }
    identifiant = ecriture.inserer(version, champs | contenu)
    return Version(id=identifiant, **champs)  # type: ignore[arg-type]


def versions(cx: Connection) -> list[Version]:
    """Toutes les versions, par source et numéro."""
    requete = select(*_COLONNES_VERSION).order_by(version.c.source_id, version.c.numero)
    return [Version(**ligne) for ligne in cx.execute(requete).mappings()]


def courantes(cx: Connection) -> dict[str, Version]:
    """La version à employer de chaque source : la dernière relue, sinon la dernière automatique."""
    choix: dict[str, Version] = {}
    for candidate in versions(cx):
        if candidate.nature == RELUE or choix.get(candidate.source_id, candidate).nature != RELUE:
            choix[candidate.source_id] = candidate
    return choix


def lire(cx: Connection, version_id: int) -> Transcription:
    """Le contenu d'une version brute."""
    colonnes = (version.c.source_id, version.c.tours, version.c.provenance)
    ligne = cx.execute(select(*colonnes).where(version.c.id == version_id)).one()
    return Transcription(*_contenu(ligne))


# --- revues -----------------------------------------------------------------------------------


def ajouter_revue(
    ecriture: Ecriture,
    *,
    version_id: int,
    relecteur: str,
    second_relecteur: str | None,
    date: str,
    mentions: Sequence[Mapping[str, Any]],
) -> int:
    """Ajoute une revue signée ; rend son numéro."""
    valeurs = {"version_id": version_id, "relecteur": relecteur, "second_relecteur": second_relecteur}
    numero: int = ecriture.inserer(revue, valeurs | {"date": date, "mentions": dumps(list(mentions))})
    return numero


def revues(cx: Connection) -> dict[int, Revue]:
    """La dernière revue de chaque version brute, par numéro de version."""
    resultat = {}
    for ligne in cx.execute(select(revue).order_by(revue.c.id)).mappings():
        champs = dict(ligne) | {"mentions": tuple(json.loads(ligne["mentions"]))}
        resultat[champs["version_id"]] = Revue(**champs)
    return resultat


# --- versions pseudonymisées ------------------------------------------------------------------


def ajouter_pseudonymisee(
    ecriture: Ecriture,
    transcription: TranscriptionPseudonymisee,
    *,
    version_id: int,
    revue_id: int | None,
    cle: str,
    mentions: Sequence[Mapping[str, Any]],
    correspondance: Sequence[Sequence[int]],
) -> int:
    """Ajoute une version pseudonymisée ; rend son numéro."""
    champs = {
        "source_id": transcription.source_id,
        "version_id": version_id,
        "revue_id": revue_id,
        "cle": cle,
        "empreinte": transcription.empreinte,
        "tours": dumps(tours_en_json(transcription.tours)),
        "mentions": dumps(list(mentions)),
        "correspondance": dumps([list(ligne) for ligne in correspondance]),
        "provenance": dumps(provenance_en_json(transcription.provenance)),
        "date": ecriture.date,
    }
    numero: int = ecriture.inserer(version_pseudonymisee, champs)
    return numero


def pseudonymisees(cx: Connection, source_id: str | None = None) -> dict[str, VersionPseudonymisee]:
    """La dernière version pseudonymisée de chaque source, ou de `source_id` seule."""
    requete = select(*_COLONNES_PSEUDO).order_by(version_pseudonymisee.c.id)
    if source_id is not None:
        requete = requete.where(version_pseudonymisee.c.source_id == source_id)
    return {ligne["source_id"]: _pseudo(dict(ligne)) for ligne in cx.execute(requete).mappings()}


def lire_pseudonymisee(cx: Connection, numero: int) -> TranscriptionPseudonymisee:
    """Le contenu d'une version pseudonymisée."""
    table = version_pseudonymisee
    colonnes = (table.c.source_id, table.c.tours, table.c.provenance)
    ligne = cx.execute(select(*colonnes).where(table.c.id == numero)).one()
    return TranscriptionPseudonymisee(*_contenu(ligne))


def mentions_de(cx: Connection, numero: int) -> list[dict[str, Any]]:
    """Les mentions d'une version pseudonymisée : debut, fin, type, et détecteur si on l'a noté."""
    table = version_pseudonymisee
    mentions: list[dict[str, Any]] = json.loads(
        cx.execute(select(table.c.mentions).where(table.c.id == numero)).scalar_one()
    )
    return mentions


def mentions_masquees(cx: Connection) -> dict[str, list[dict[str, Any]]]:
    """Les mentions masquées dans la dernière version pseudonymisée de chaque source."""
    table = version_pseudonymisee
    requete = select(table.c.source_id, table.c.mentions).order_by(table.c.id)
    return {source_id: json.loads(mentions) for source_id, mentions in cx.execute(requete)}


def _pseudo(ligne: Mapping[str, Any]) -> VersionPseudonymisee:
    correspondance = tuple(tuple(valeurs) for valeurs in json.loads(ligne["correspondance"]))
    return VersionPseudonymisee(**{**ligne, "correspondance": correspondance})


def _contenu(ligne: Any) -> tuple[Any, Any, Any]:  # noqa: ANN401
    tours = tours_depuis_json(json.loads(ligne.tours))
    return ligne.source_id, tours, provenance_depuis_json(json.loads(ligne.provenance))
