"""Le journal : qui a changé quoi, quand.

Le journal ne garde que des identifiants, des dates, des genres de changement et des empreintes ; les
valeurs, qui peuvent être personnelles, sont dans `journal_valeur`, effaçable sans toucher au journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, func, select

from recherche.entrepot.schema import journal, journal_valeur


@dataclass(frozen=True, slots=True)
class Entree:
    """Une ligne du journal, sans ses valeurs."""

    lot: str
    date: str
    auteur: str
    action: str
    genre: str
    objet: str
    cle: dict[str, Any]
    annule: str | None = None


@dataclass(frozen=True, slots=True)
class Lot:
    """Une action : tous les changements d'une transaction."""

    lot: str
    date: str
    auteur: str
    action: str
    changements: int
    annule: str | None


def _json(valeurs: Mapping[str, Any] | None) -> str | None:
    return None if valeurs is None else json.dumps(dict(valeurs), ensure_ascii=False, sort_keys=True)


def empreinte_valeurs(valeurs: Mapping[str, Any] | None) -> str | None:
    """SHA-256 des valeurs d'une ligne ; None s'il n'y en a pas.

    SQLite rend 2 pour 2.0 à l'insertion, puis 2.0 : les deux ont la même empreinte.
    """
    texte = _json(None if valeurs is None else {nom: _entier(v) for nom, v in valeurs.items()})
    return None if texte is None else hashlib.sha256(texte.encode()).hexdigest()


def _entier(valeur: object) -> object:
    return int(valeur) if isinstance(valeur, float) and valeur.is_integer() else valeur


def noter(
    cx: Connection,
    entree: Entree,
    avant: Mapping[str, Any] | None,
    apres: Mapping[str, Any] | None,
) -> None:
    """Écrit une entrée, les empreintes de ses valeurs, et ses valeurs à part."""
    requete = journal.insert().returning(journal.c.id)
    numero = cx.execute(requete, _ligne(entree, avant, apres)).scalar_one()
    if avant is not None:
        valeurs = {"journal_id": numero, "avant": _json(avant), "apres": _json(apres)}
        cx.execute(journal_valeur.insert(), valeurs)


def noter_ajouts(cx: Connection, ajouts: Iterable[tuple[Entree, Mapping[str, Any]]]) -> None:
    """Écrit des ajouts d'un coup ; leurs valeurs ne sont pas recopiées : la ligne les contient."""
    cx.execute(journal.insert(), [_ligne(entree, None, apres) for entree, apres in ajouts])


def _ligne(
    entree: Entree, avant: Mapping[str, Any] | None, apres: Mapping[str, Any] | None
) -> dict[str, Any]:
    return asdict(entree) | {
        "cle": _json(entree.cle),
        "empreinte_avant": empreinte_valeurs(avant),
        "empreinte_apres": empreinte_valeurs(apres),
    }


def lots(cx: Connection, *, limite: int = 50) -> list[Lot]:
    """Les dernières actions, la plus récente d'abord."""
    dernier = func.max(journal.c.id).label("dernier")
    colonnes = [journal.c.lot, journal.c.date, journal.c.auteur, journal.c.action]
    requete = (
        select(*colonnes, func.count().label("changements"), func.max(journal.c.annule), dernier)
        .group_by(*colonnes)
        .order_by(dernier.desc())
        .limit(limite)
    )
    return [Lot(*tuple(ligne)[:6]) for ligne in cx.execute(requete)]
