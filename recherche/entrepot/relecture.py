"""Relectures en cours : brouillon, changements, présences ; hors journal, elles changent sans cesse.

Un brouillon est la suite de ses tours ; chaque changement en remplace quelques-uns qui se suivent et
porte le numéro suivant. `rev` d'un tour est le numéro du dernier changement qui l'a touché : qui change
un tour dit laquelle il a vue, et rien n'est écrasé.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from recherche.entrepot.schema import relecture, relecture_changement, relecture_presence
from recherche.entrepot.transcriptions import dumps
from recherche.modele.serialisation import mots_depuis_json, mots_en_json
from recherche.modele.transcription import Tour


@dataclass(frozen=True, slots=True)
class TourRelu:
    """Un tour du brouillon ; `relu` nomme qui l'a dit relu, s'il l'est."""

    id: str
    rev: int
    tour: Tour
    relu: str | None = None


@dataclass(frozen=True, slots=True)
class Brouillon:
    """Une relecture : partie de la version `version_id`, après `numero` changements.

    `cle_finale` est la clé de la version relue qui l'a close ; None si elle est en cours.
    """

    id: int
    source_id: str
    version_id: int
    numero: int
    tours: tuple[TourRelu, ...]
    auteur: str
    date: str
    modifiee: str
    cle_finale: str | None


@dataclass(frozen=True, slots=True)
class Changement:
    """Des tours qui se suivent (`avant`) remplacés par d'autres (`apres`) ; `annule` : numéro défait."""

    numero: int
    auteur: str
    nature: str
    date: str
    avant: tuple[TourRelu, ...]
    apres: tuple[TourRelu, ...]
    annule: int | None = None


@dataclass(frozen=True, slots=True)
class Resume:
    """Où en est une relecture, sans son texte."""

    id: int
    source_id: str
    version_id: int
    numero: int
    auteur: str
    modifiee: str
    cle_finale: str | None


def tours_en_json(tours: Iterable[TourRelu]) -> list[dict[str, Any]]:
    """`{"id", "rev", "locuteur", "theme", "relu", "mots": [[texte, debut_s, fin_s, confiance], …]}`."""
    return [
        {
            "id": t.id,
            "rev": t.rev,
            "locuteur": t.tour.locuteur,
            "theme": t.tour.theme,
            "relu": t.relu,
            "mots": mots_en_json(t.tour.mots),
        }
        for t in tours
    ]


def tours_depuis_json(valeurs: Iterable[Mapping[str, Any]]) -> tuple[TourRelu, ...]:
    """L'inverse de `tours_en_json`. Lève `KeyError` ou `TypeError` sur une valeur mal formée."""
    return tuple(
        TourRelu(
            v["id"],
            v["rev"],
            Tour(v["locuteur"], mots_depuis_json(v["mots"]), v["theme"]),
            v["relu"],
        )
        for v in valeurs
    )


# --- brouillons -------------------------------------------------------------------------------


def resumes(cx: Connection) -> dict[str, Resume]:
    """La dernière relecture de chaque source, close ou non."""
    colonnes = [relecture.c[nom] for nom in Resume.__slots__]
    requete = select(*colonnes).order_by(relecture.c.id)
    return {ligne["source_id"]: Resume(**ligne) for ligne in cx.execute(requete).mappings()}


def derniere(cx: Connection, source_id: str) -> Brouillon | None:
    """La dernière relecture d'une source, close ou non."""
    requete = select(relecture).where(relecture.c.source_id == source_id)
    ligne = cx.execute(requete.order_by(relecture.c.id.desc()).limit(1)).mappings().first()
    return None if ligne is None else _brouillon(dict(ligne))


def commencer(
    cx: Connection,
    *,
    source_id: str,
    version_id: int,
    tours: Sequence[TourRelu],
    auteur: str,
    date: str,
) -> Brouillon:
    """Un brouillon neuf, depuis les tours d'une version."""
    champs: dict[str, Any] = {"source_id": source_id, "version_id": version_id, "numero": 0}
    champs |= {"auteur": auteur, "date": date, "modifiee": date, "cle_finale": None}
    requete = relecture.insert().returning(relecture.c.id)
    ligne = champs | {"tours": dumps(tours_en_json(tours))}
    identifiant = cx.execute(requete, ligne).scalar_one()
    return Brouillon(id=identifiant, tours=tuple(tours), **champs)


def changer(
    cx: Connection, brouillon: Brouillon, tours: Sequence[TourRelu], changement: Changement
) -> None:
    """Range les tours d'un brouillon et le changement qui les a faits."""
    valeurs = {
        "tours": dumps(tours_en_json(tours)),
        "numero": changement.numero,
        "modifiee": changement.date,
    }
    cx.execute(update(relecture).where(relecture.c.id == brouillon.id).values(**valeurs))
    ligne = {
        "relecture_id": brouillon.id,
        "source_id": brouillon.source_id,
        "numero": changement.numero,
        "auteur": changement.auteur,
        "nature": changement.nature,
        "date": changement.date,
        "avant": dumps(tours_en_json(changement.avant)),
        "apres": dumps(tours_en_json(changement.apres)),
        "annule": changement.annule,
    }
    cx.execute(relecture_changement.insert(), ligne)


def clore(cx: Connection, relecture_id: int, cle_finale: str | None) -> None:
    """Note la version relue qui clôt une relecture ; None la rouvre."""
    requete = update(relecture).where(relecture.c.id == relecture_id)
    cx.execute(requete.values(cle_finale=cle_finale))


def abandonner(cx: Connection, relecture_id: int) -> None:
    """Efface un brouillon et ses changements."""
    table = relecture_changement
    cx.execute(delete(table).where(table.c.relecture_id == relecture_id))
    cx.execute(delete(relecture).where(relecture.c.id == relecture_id))


# --- changements ------------------------------------------------------------------------------


def numeros(cx: Connection, relecture_id: int, auteur: str) -> list[tuple[int, str, int | None]]:
    """Les changements d'un auteur, dans l'ordre : numéro, nature, numéro qu'il annule."""
    table = relecture_changement
    requete = select(table.c.numero, table.c.nature, table.c.annule).order_by(table.c.numero)
    requete = requete.where(table.c.relecture_id == relecture_id, table.c.auteur == auteur)
    return [(n, nature, annule) for n, nature, annule in cx.execute(requete)]


def changement(cx: Connection, relecture_id: int, numero: int) -> Changement | None:
    """Un changement, par son numéro."""
    table = relecture_changement
    requete = select(table).where(table.c.relecture_id == relecture_id, table.c.numero == numero)
    ligne = cx.execute(requete).mappings().first()
    return None if ligne is None else _changement(dict(ligne))


def changements(
    cx: Connection, relecture_id: int, *, depuis: int = 0, derniers: int | None = None
) -> list[Changement]:
    """Les changements de numéro plus grand que `depuis`, dans l'ordre ; les `derniers` seulement."""
    table = relecture_changement
    requete = select(table).where(table.c.relecture_id == relecture_id, table.c.numero > depuis)
    requete = requete.order_by(table.c.numero.desc()).limit(derniers)
    return [_changement(dict(ligne)) for ligne in cx.execute(requete).mappings()][::-1]


def auteurs(cx: Connection, relecture_id: int) -> dict[str, int]:
    """Combien de changements par auteur."""
    table = relecture_changement
    requete = select(table.c.auteur, func.count()).where(table.c.relecture_id == relecture_id)
    return {auteur: nombre for auteur, nombre in cx.execute(requete.group_by(table.c.auteur))}


# --- présences --------------------------------------------------------------------------------


def signaler(cx: Connection, *, seance: str, source_id: str, auteur: str, date: str) -> None:
    """Note qu'une page relit cette source en ce moment."""
    cx.execute(delete(relecture_presence).where(relecture_presence.c.seance == seance))
    ligne = {"seance": seance, "source_id": source_id, "auteur": auteur, "date": date}
    cx.execute(relecture_presence.insert(), ligne)


def partir(cx: Connection, seance: str) -> None:
    """La page est fermée."""
    cx.execute(delete(relecture_presence).where(relecture_presence.c.seance == seance))


def presents(cx: Connection, source_id: str, *, depuis: str) -> dict[str, str]:
    """Qui relit cette source depuis cette date : séance -> auteur."""
    table = relecture_presence
    requete = select(table.c.seance, table.c.auteur).where(
        table.c.source_id == source_id, table.c.date >= depuis
    )
    return {seance: auteur for seance, auteur in cx.execute(requete.order_by(table.c.seance))}


def _brouillon(ligne: Mapping[str, Any]) -> Brouillon:
    return Brouillon(**{**ligne, "tours": tours_depuis_json(json.loads(ligne["tours"]))})


def _changement(ligne: Mapping[str, Any]) -> Changement:
    return Changement(
        numero=ligne["numero"],
        auteur=ligne["auteur"],
        nature=ligne["nature"],
        date=ligne["date"],
        avant=tours_depuis_json(json.loads(ligne["avant"])),
        apres=tours_depuis_json(json.loads(ligne["apres"])),
        annule=ligne["annule"],
    )
