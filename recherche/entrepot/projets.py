"""Projets d'autres logiciels importés, leurs ensembles, et versions figées de l'étude."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture, auteur_courant, maintenant
from recherche.entrepot.schema import (
    codeur_etranger,
    ensemble,
    ensemble_membre,
    projet_importe,
    version_figee,
)


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Un ensemble venu d'un autre logiciel : des sources et des codes réunis sous un nom."""

    nom: str
    description: str = ""
    sources: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ProjetImporte:
    """Un projet importé : nom du fichier, son SHA-256 (`empreinte`), son logiciel (`origine`)."""

    nom: str
    origine: str
    fichier: str
    empreinte: str
    date: str
    auteur: str
    codages: int


@dataclass(frozen=True, slots=True)
class VersionFigee:
    """Une version citable : `empreinte` est celle de son manifeste, `sources` ce qu'elle contient."""

    nom: str
    date: str
    auteur: str
    empreinte: str
    sources: tuple[str, ...]
    codages: int


def noter_projet(
    ecriture: Ecriture, *, nom: str, origine: str, fichier: str, empreinte: str, codages: int
) -> None:
    """Note l'import d'un projet."""
    champs = {"nom": nom, "origine": origine, "fichier": fichier, "empreinte": empreinte}
    suite = {"date": ecriture.date, "auteur": ecriture.auteur}
    ecriture.inserer(projet_importe, {**champs, **suite, "codages": codages})


def projets_importes(cx: Connection) -> list[ProjetImporte]:
    """Les projets importés, les plus anciens d'abord."""
    colonnes = [projet_importe.c[nom] for nom in ProjetImporte.__slots__]
    requete = select(*colonnes).order_by(projet_importe.c.id)
    return [ProjetImporte(**ligne) for ligne in cx.execute(requete).mappings()]


def codeurs_etrangers(cx: Connection, projet: str) -> set[str]:
    """Les codeurs que les imports précédents de ce projet ont fait connaître."""
    requete = select(codeur_etranger.c.nom).where(codeur_etranger.c.projet == projet)
    return set(cx.execute(requete).scalars())


def noter_codeurs(ecriture: Ecriture, projet: str, noms: Iterable[str]) -> None:
    """Note les codeurs venus d'un projet."""
    for nom in sorted(set(noms) - codeurs_etrangers(ecriture.cx, projet)):
        ecriture.inserer(codeur_etranger, {"nom": nom, "projet": projet, "date": ecriture.date})


def ajouter_ensemble(ecriture: Ecriture, valeur: Ensemble) -> bool:
    """Ajoute un ensemble et ses membres ; faux, et rien d'écrit, s'il en existe un de ce nom."""
    requete = select(ensemble.c.id).where(ensemble.c.nom == valeur.nom)
    if ecriture.cx.execute(requete).first():
        return False
    champs = {"nom": valeur.nom, "description": valeur.description}
    numero = ecriture.inserer(ensemble, champs)
    membres = [{"ensemble_id": numero, "source_id": s, "code": None} for s in valeur.sources]
    membres += [{"ensemble_id": numero, "source_id": None, "code": c} for c in valeur.codes]
    ecriture.inserer_tout(ensemble_membre, membres)
    return True


def ensembles(cx: Connection) -> list[Ensemble]:
    """Les ensembles, par nom."""
    membres: dict[int, tuple[list[str], list[str]]] = {}
    for ligne in cx.execute(select(ensemble_membre).order_by(ensemble_membre.c.id)).mappings():
        sources, codes = membres.setdefault(ligne["ensemble_id"], ([], []))
        if ligne["source_id"] is not None:
            sources.append(ligne["source_id"])
        if ligne["code"] is not None:
            codes.append(ligne["code"])
    resultat = []
    for ligne in cx.execute(select(ensemble).order_by(ensemble.c.nom)).mappings():
        sources, codes = membres.get(ligne["id"], ([], []))
        resultat.append(Ensemble(ligne["nom"], ligne["description"], tuple(sources), tuple(codes)))
    return resultat


def version_neuve(nom: str, empreinte: str, sources: Iterable[str], codages: int) -> VersionFigee:
    """Une version figée à l'instant, par la personne qui travaille."""
    return VersionFigee(nom, maintenant(), auteur_courant(), empreinte, tuple(sources), codages)


def figer(ecriture: Ecriture, valeur: VersionFigee) -> None:
    """Note une version figée."""
    champs = asdict(valeur) | {"sources": json.dumps(valeur.sources)}
    ecriture.inserer(version_figee, champs)


def figees(cx: Connection) -> list[VersionFigee]:
    """Les versions figées, les plus anciennes d'abord."""
    requete = select(version_figee).order_by(version_figee.c.date, version_figee.c.nom)
    return [
        VersionFigee(**{**ligne, "sources": tuple(json.loads(ligne["sources"]))})
        for ligne in cx.execute(requete).mappings()
    ]
