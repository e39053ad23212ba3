"""Partage des entretiens, modèles de suggestion, verdicts, suggestions et vecteurs gardés."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, delete, func, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import (
    suggestion,
    suggestion_definition,
    suggestion_lecture,
    suggestion_modele,
    suggestion_partage,
    suggestion_vecteurs,
    suggestion_verdict,
)


class Part(StrEnum):
    """À quoi sert un entretien codé : jamais aux deux."""

    APPRENTISSAGE = "apprentissage"
    CERTIFICATION = "certification"


class Etat(StrEnum):
    """Ce qu'une personne a fait d'une suggestion."""

    ATTENTE = "en attente"
    ACCEPTEE = "acceptée"
    ECARTEE = "écartée"


@dataclass(frozen=True, slots=True)
class Periode:
    """Une définition d'un code (son empreinte) et le moment où l'étude l'a vue pour la première fois."""

    code: str
    empreinte: str
    depuis: str


@dataclass(frozen=True, slots=True)
class Modele:
    """Un modèle appris : `cle` résume tout ce dont il dépend ; `mesures` : valeurs JSON."""

    id: int
    cle: str
    methode: str
    niveau: float
    sources: Mapping[str, Sequence[str]]
    mesures: Mapping[str, Any]
    date: str
    auteur: str


@dataclass(frozen=True, slots=True)
class VerdictRange:
    """Le verdict d'un code, son seuil (probabilité), son calibrage et l'empreinte de sa définition."""

    code: str
    verdict: str
    seuil: float
    pente: float
    ordonnee: float
    definition: str
    mesures: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SuggestionRangee:
    """Un passage [debut, fin[ proposé pour un code.

    `exemples` : les passages codés par une personne qui lui ressemblent le plus, en dictionnaires
    `{"version", "source_id", "debut", "fin", "ressemblance"}`.
    """

    source_id: str
    version_pseudonymisee_id: int
    debut: int
    fin: int
    empreinte: str
    code: str
    nature: str
    probabilite: float
    exemples: tuple[Mapping[str, Any], ...]
    etat: str = Etat.ATTENTE
    codeur: str | None = None
    decidee_le: str | None = None
    id: int = 0
    modele_id: int = 0


# --- partage ------------------------------------------------------------------------------------------


def partage(cx: Connection) -> dict[str, Part]:
    """La part de chaque entretien, fixée une fois pour toutes."""
    requete = select(suggestion_partage.c.source_id, suggestion_partage.c.part)
    return {source: Part(part) for source, part in cx.execute(requete)}


def partager(ecriture: Ecriture, parts: Mapping[str, Part]) -> None:
    """Range la part d'entretiens qui n'en ont pas encore ; ne change jamais une part."""
    connues = partage(ecriture.cx)
    lignes = [
        {"source_id": source, "part": part.value, "date": ecriture.date}
        for source, part in sorted(parts.items())
        if source not in connues
    ]
    ecriture.inserer_tout(suggestion_partage, lignes)


# --- définitions --------------------------------------------------------------------------------------


def periodes(cx: Connection) -> list[Periode]:
    """Les définitions vues, dans l'ordre."""
    colonnes = [suggestion_definition.c[nom] for nom in Periode.__slots__]
    requete = select(*colonnes).order_by(suggestion_definition.c.id)
    return [Periode(**ligne) for ligne in cx.execute(requete).mappings()]


def noter_definitions(ecriture: Ecriture, empreintes: Mapping[str, str]) -> None:
    """Note les définitions qui ont changé depuis la dernière fois."""
    dernieres = {periode.code: periode.empreinte for periode in periodes(ecriture.cx)}
    lignes = [
        {"code": code, "empreinte": empreinte, "depuis": ecriture.date}
        for code, empreinte in empreintes.items()
        if dernieres.get(code) != empreinte
    ]
    ecriture.inserer_tout(suggestion_definition, lignes)


# --- modèles et verdicts ------------------------------------------------------------------------------


def dernier_modele(cx: Connection) -> Modele | None:
    """Le modèle en vigueur."""
    requete = select(suggestion_modele).order_by(suggestion_modele.c.id.desc()).limit(1)
    ligne = cx.execute(requete).mappings().first()
    if ligne is None:
        return None
    lus = {nom: json.loads(ligne[nom]) for nom in ("sources", "mesures")}
    return Modele(**{**ligne, **lus})


def nombre_modeles(cx: Connection) -> int:
    """Combien de modèles ont été jugés sur les entretiens de certification."""
    return int(cx.execute(select(func.count()).select_from(suggestion_modele)).scalar_one())


def ajouter_modele(
    ecriture: Ecriture,
    *,
    cle: str,
    methode: str,
    niveau: float,
    sources: Mapping[str, Sequence[str]],
    mesures: Mapping[str, Any],
    verdicts: Iterable[VerdictRange],
) -> int:
    """Range un modèle et ses verdicts ; rend son numéro."""
    champs = {"cle": cle, "methode": methode, "niveau": niveau, "auteur": ecriture.auteur}
    contenus = {"sources": _json(sources), "mesures": _json(mesures), "date": ecriture.date}
    numero: int = ecriture.inserer(suggestion_modele, champs | contenus)
    lignes = [
        {nom: getattr(v, nom) for nom in VerdictRange.__slots__}
        | {"modele_id": numero, "verdict": str(v.verdict), "mesures": _json(v.mesures)}
        for v in verdicts
    ]
    ecriture.inserer_tout(suggestion_verdict, lignes)
    return numero


def verdicts(cx: Connection, modele_id: int) -> dict[str, VerdictRange]:
    """Les verdicts d'un modèle, par code."""
    colonnes = [suggestion_verdict.c[nom] for nom in VerdictRange.__slots__]
    requete = select(*colonnes).where(suggestion_verdict.c.modele_id == modele_id)
    return {
        ligne["code"]: VerdictRange(**{**ligne, "mesures": json.loads(ligne["mesures"])})
        for ligne in cx.execute(requete).mappings()
    }


# --- suggestions --------------------------------------------------------------------------------------


def lues(cx: Connection, modele_id: int) -> set[str]:
    """Les sources qu'un modèle a déjà lues pour y proposer des codes."""
    table = suggestion_lecture
    requete = select(table.c.source_id).where(table.c.modele_id == modele_id)
    return set(cx.execute(requete).scalars())


def ajouter(
    ecriture: Ecriture, modele_id: int, sources: Iterable[str], proposees: Iterable[SuggestionRangee]
) -> int:
    """Range les suggestions d'un modèle sur des sources ; rend leur nombre."""
    lectures = [{"modele_id": modele_id, "source_id": source} for source in sorted(sources)]
    ecriture.inserer_tout(suggestion_lecture, lectures)
    lignes = []
    for valeur in proposees:
        champs = {nom: getattr(valeur, nom) for nom in SuggestionRangee.__slots__ if nom != "id"}
        champs |= {"modele_id": modele_id, "etat": str(valeur.etat)}
        lignes.append(champs | {"exemples": _json(list(valeur.exemples))})
    return len(ecriture.inserer_tout(suggestion, lignes))


def lire(
    cx: Connection, *, modele_id: int | None = None, numero: int | None = None
) -> list[SuggestionRangee]:
    """Les suggestions d'un modèle, celle d'un numéro, ou toutes ; par source et position."""
    requete = select(suggestion).order_by(
        suggestion.c.source_id, suggestion.c.debut, suggestion.c.probabilite.desc()
    )
    if modele_id is not None:
        requete = requete.where(suggestion.c.modele_id == modele_id)
    if numero is not None:
        requete = requete.where(suggestion.c.id == numero)
    return [
        SuggestionRangee(**{**ligne, "exemples": tuple(json.loads(ligne["exemples"]))})
        for ligne in cx.execute(requete).mappings()
    ]


def decider(ecriture: Ecriture, numero: int, etat: Etat, codeur: str) -> None:
    """Note ce qu'une personne a fait d'une suggestion."""
    champs = {"etat": etat.value, "codeur": codeur, "decidee_le": ecriture.date}
    ecriture.modifier(suggestion, {"id": numero}, champs)


# --- vecteurs gardés ----------------------------------------------------------------------------------


def vecteurs(cx: Connection, methode: str) -> dict[int, bytes]:
    """Les vecteurs gardés, par version pseudonymisée."""
    table = suggestion_vecteurs
    requete = select(table.c.version_pseudonymisee_id, table.c.octets).where(table.c.methode == methode)
    return {version: bytes(octets) for version, octets in cx.execute(requete)}


def garder_vecteurs(
    cx: Connection, *, version_id: int, source_id: str, methode: str, octets: bytes
) -> None:
    """Garde les vecteurs d'une version. Hors journal : ils se recalculent."""
    table = suggestion_vecteurs
    cle = (table.c.version_pseudonymisee_id == version_id, table.c.methode == methode)
    cx.execute(delete(table).where(*cle))
    champs = {"version_pseudonymisee_id": version_id, "methode": methode}
    cx.execute(table.insert().values(**champs, source_id=source_id, octets=octets))


# --- retrait ------------------------------------------------------------------------------------------


def oublier(ecriture: Ecriture, source_id: str) -> int:
    """Efface ce qui vient d'une source : vecteurs, suggestions, part, et les modèles appris d'elle.

    Avec un modèle partent ses verdicts et toutes ses suggestions ; les codages nés de suggestions
    acceptées ailleurs restent à qui les a faits. Rend le nombre de modèles effacés. Hors journal : rien
    de la personne ne doit y être recopié.
    """
    cx = ecriture.cx
    requete = select(suggestion_modele.c.id, suggestion_modele.c.sources)
    appris = [
        numero
        for numero, sources in cx.execute(requete)
        if any(source_id in part for part in json.loads(sources).values())
    ]
    for table in (suggestion, suggestion_lecture):
        cx.execute(delete(table).where(table.c.modele_id.in_(appris) | (table.c.source_id == source_id)))
    cx.execute(delete(suggestion_verdict).where(suggestion_verdict.c.modele_id.in_(appris)))
    cx.execute(delete(suggestion_modele).where(suggestion_modele.c.id.in_(appris)))
    for table in (suggestion_vecteurs, suggestion_partage):
        cx.execute(delete(table).where(table.c.source_id == source_id))
    return len(appris)


def _json(valeur: object) -> str:
    return json.dumps(valeur, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
