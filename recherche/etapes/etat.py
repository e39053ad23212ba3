"""Où en est l'étude : quotas, états par territoire et profil, et ce qui bloque."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from recherche.entrepot.transcriptions import Version
from recherche.etapes.tables import Situation, situation, table_sources
from recherche.etapes.verifier import a_verifier
from recherche.modele.entretien import Atelier, Source
from recherche.modele.suivi import Anomalie
from recherche.reglages import Etude

ETAPES = ("realise", "enregistre", "transcrit", "relu", "signe", "code", "publie")


@dataclass(frozen=True)
class Etat:
    """`quotas` : territoire x profil, objectif et nombre à chaque étape ; `blocages` : par source.

    `a_verifier` : passages douteux que personne n'a écoutés, par source.
    """

    quotas: pd.DataFrame
    ateliers: pd.DataFrame
    blocages: tuple[Anomalie, ...]
    a_verifier: Mapping[str, int] = field(default_factory=dict)


def etat(etude: Etude) -> Etat:
    """L'état de l'étude. Lève `ErreurRegistre` si le registre ne se lit pas."""
    lue = situation(etude)
    table = table_sources(lue)
    entretiens = table[table["genre"] == "entretien"]
    ateliers = table[table["genre"] == "atelier"]
    return Etat(
        _quotas(etude, entretiens),
        ateliers[["source_id", "territoire", *ETAPES]].reset_index(drop=True),
        tuple(_blocages(lue)),
        {source: nombre for source, nombre in a_verifier(etude).items() if nombre},
    )


def _quotas(etude: Etude, entretiens: pd.DataFrame) -> pd.DataFrame:
    territoires = [t.nom for t in etude.reglages.territoires]
    profils = {p.nom: p.quota for p in etude.reglages.profils}
    cases = pd.MultiIndex.from_product([territoires, list(profils)], names=["territoire", "profil"])
    comptes = entretiens.groupby(["territoire", "profil"])[list(ETAPES)].sum()
    quotas = comptes.reindex(cases, fill_value=0).astype("int64").reset_index()
    quotas.insert(2, "objectif", quotas["profil"].map(profils).astype("int64"))
    return quotas


def _blocages(lue: Situation) -> Iterator[Anomalie]:
    """La première chose qui arrête chaque source réalisée, et la commande qui la débloque."""
    codees, publiables = lue.codees(), lue.publiables()
    for source in lue.registre.sources:
        if source.date is None or source.id in lue.publiees & publiables:
            continue
        dit = _manque(lue, source, code=source.id in codees, publiable=source.id in publiables)
        if dit is not None:
            yield Anomalie(source.id, *dit)


def _manque(lue: Situation, source: Source, *, code: bool, publiable: bool) -> tuple[str, str] | None:
    courante = lue.courantes.get(source.id)
    if not source.enregistrement_consenti:
        return _manque_consentement(source)
    if courante is None:
        return _manque_transcription(lue, source)
    if not lue.a_jour(source.id):
        return _manque_revue(lue, courante)
    if lue.second_manque(source):
        return "revue d'un mineur sans second relecteur", "recherche importer --revues"
    if not code:
        return "pas encore codé", "recherche importer --codages"
    return ("prêt, pas encore publié", "recherche publier") if publiable else None


def _manque_revue(lue: Situation, courante: Version) -> tuple[str, str]:
    pseudo = lue.pseudonymisees.get(courante.source_id)
    if pseudo is None or pseudo.version_id != courante.id:
        return "version courante pas pseudonymisée", "recherche pseudonymiser"
    if courante.id not in lue.revues:
        return "revue des mentions pas signée", "recherche importer --revues"
    return "dernière revue signée pas appliquée", "recherche pseudonymiser"


def _manque_consentement(source: Source) -> tuple[str, str]:
    feuille = "Ateliers" if isinstance(source, Atelier) else "Entretiens"
    return (
        "consentement à l'enregistrement pas noté",
        f"registre.xlsx, feuille « {feuille} », colonne du consentement",
    )


def _manque_transcription(lue: Situation, source: Source) -> tuple[str, str]:
    if source.id not in lue.enregistrees:
        return "pas d'enregistrement utilisable", "recherche inventorier"
    return "pas encore transcrit", f"recherche transcrire {source.id}"
