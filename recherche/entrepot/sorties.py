"""Ce qui est sorti de l'étude : exports, et versions publiées qu'on a retirées."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import depublication, sortie


@dataclass(frozen=True, slots=True)
class Sortie:
    """Un fichier exporté d'une source ; `chemin` est relatif à l'étude, `genre` dit s'il est privé."""

    source_id: str
    chemin: str
    genre: str
    date: str
    auteur: str


def noter(ecriture: Ecriture, genre: str, fichiers: Iterable[tuple[str, str]]) -> None:
    """Note des exports, donnés par (source, chemin)."""
    communs = {"genre": genre, "date": ecriture.date, "auteur": ecriture.auteur}
    ecriture.inserer_tout(
        sortie, [{"source_id": source, "chemin": chemin, **communs} for source, chemin in fichiers]
    )


def de(cx: Connection, source_id: str) -> list[Sortie]:
    """Les exports d'une source, les plus anciens d'abord."""
    colonnes = [sortie.c[nom] for nom in Sortie.__slots__]
    requete = select(*colonnes).where(sortie.c.source_id == source_id).order_by(sortie.c.id)
    return [Sortie(**ligne) for ligne in cx.execute(requete).mappings()]


def depublier(ecriture: Ecriture, version: int) -> bool:
    """Note qu'une version a été retirée ; faux si elle l'était déjà."""
    if ecriture.ligne(depublication, {"version": version}) is not None:
        return False
    champs = {"date": ecriture.date, "auteur": ecriture.auteur}
    ecriture.inserer(depublication, {"version": version, **champs})
    return True


def depubliees(cx: Connection) -> dict[int, str]:
    """Date de retrait de chaque version retirée."""
    lignes = cx.execute(select(depublication.c.version, depublication.c.date))
    return {int(version): str(date) for version, date in lignes}
