"""Recherches gardées."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import recherche_gardee


@dataclass(frozen=True, slots=True)
class RechercheGardee:
    """Une requête qu'on veut refaire, sous un nom."""

    nom: str
    requete: str
    auteur: str
    date: str


def gardees(cx: Connection) -> dict[str, RechercheGardee]:
    """Les recherches gardées, par nom."""
    requete = select(recherche_gardee).order_by(recherche_gardee.c.nom)
    return {ligne["nom"]: RechercheGardee(**ligne) for ligne in cx.execute(requete).mappings()}


def garder(ecriture: Ecriture, nom: str, requete: str) -> None:
    """Garde une recherche, à la place de celle du même nom."""
    suite = {"requete": requete, "auteur": ecriture.auteur, "date": ecriture.date}
    ecriture.poser(recherche_gardee, {"nom": nom}, suite)


def oublier(ecriture: Ecriture, nom: str) -> None:
    """Retire une recherche gardée. Lève `KeyError` si elle n'existe pas."""
    ecriture.supprimer(recherche_gardee, {"nom": nom})
