"""Remplir toutes les tables d'une source de chaînes reconnaissables, puis les chercher partout."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Float, Integer, LargeBinary, String, Table, Text, select

from recherche.entrepot import Ecriture, retrait
from recherche.entrepot.schema import METADONNEES, source

CANARI = "CanariZyx"
MOTS = f"je disais {CANARI} tous les soirs devant la gare de chez nous"


Plantees = dict[str, dict[str, Any]]


def planter(ecriture: Ecriture, identifiant: str) -> Plantees:
    """Une ligne par table qui dépend de la source, dont chaque texte porte le canari ; les rend.

    Une table dont elle dépend sans venir de la source (un code, un ensemble) reçoit une ligne neutre.
    """
    plantees: Plantees = {"source": {"id": identifiant}}
    siennes = retrait.conditions(identifiant)
    for table in siennes:
        if table is not source:
            _planter_parents(ecriture, table, plantees)
            _ajouter(ecriture, table, _remplir(table, identifiant, plantees), plantees)
    return {table.name: plantees[table.name] for table in siennes}


def _planter_parents(ecriture: Ecriture, table: Table, plantees: Plantees) -> None:
    parents = {renvoi.column.table for colonne in table.columns for renvoi in colonne.foreign_keys}
    for parent in parents - {table}:
        if parent.name not in plantees:
            _planter_parents(ecriture, parent, plantees)
            valeurs = {c.name: _neutre(c, plantees) for c in parent.columns}
            _ajouter(ecriture, parent, valeurs, plantees)


def _ajouter(ecriture: Ecriture, table: Table, valeurs: dict[str, Any], plantees: Plantees) -> None:
    noms = table.primary_key.columns.keys()
    if noms == ["id"] and isinstance(table.c.id.type, Integer):
        valeurs.pop("id")
    if any(isinstance(colonne.type, LargeBinary) for colonne in table.columns):
        ecriture.cx.execute(table.insert().values(**valeurs))  # le journal n'écrit pas d'octets
        plantees[table.name] = valeurs
        return
    cle = ecriture.inserer(table, valeurs)
    cles = cle if isinstance(cle, tuple) else (cle,)
    plantees[table.name] = valeurs | dict(zip(noms, cles, strict=True))


def _remplir(table: Table, identifiant: str, plantees: Plantees) -> dict[str, Any]:
    valeurs = {c.name: _valeur(table, c, identifiant, plantees) for c in table.columns}
    listes = {n: v for n, v in valeurs.items() if n in retrait.LISTES and isinstance(v, str)}
    return valeurs | {nom: f"{identifiant} {valeur}" for nom, valeur in listes.items()}


def _renvoi(colonne: Any, plantees: Plantees) -> Any:
    """La valeur de la ligne déjà plantée que désigne la colonne ; None si c'est la table elle-même."""
    cible = next(iter(colonne.foreign_keys)).column
    return plantees.get(cible.table.name, {}).get(cible.name)


def _neutre(colonne: Any, plantees: Plantees) -> Any:
    if colonne.foreign_keys:
        return _renvoi(colonne, plantees)
    return 1 if isinstance(colonne.type, Integer | Float) else "neutre"


def _valeur(table: Table, colonne: Any, identifiant: str, plantees: Plantees) -> Any:
    if colonne.foreign_keys:
        return _renvoi(colonne, plantees)
    fixes = {
        "source_id": identifiant,
        "tours": json.dumps([{"locuteur": "ENT", "texte": MOTS}]),
        "mots": json.dumps([[CANARI, 0.0, 1.0, 1.0]]),
        "mentions": json.dumps([CANARI]),
        "provenance": json.dumps([CANARI]),
        "correspondance": json.dumps([[0, 1, 0, 1, 0, 0, CANARI]]),
    }
    if colonne.name in fixes and not isinstance(colonne.type, Integer):
        return fixes[colonne.name]
    if isinstance(colonne.type, LargeBinary):
        return CANARI.encode()
    if isinstance(colonne.type, Integer | Float):
        return 4242
    cle = f"cle-{table.name}"  # une clé primaire est technique : le journal la garde
    return cle if colonne.primary_key else f"{CANARI} {table.name} {colonne.name}"


def restants(cx: Any, aiguilles: tuple[str, ...] = (CANARI,)) -> Iterator[str]:
    """Chaque table et colonne de texte où l'une des chaînes se trouve encore."""
    for table in METADONNEES.sorted_tables:
        for colonne in table.columns:
            if isinstance(colonne.type, LargeBinary):
                for octets in cx.execute(select(colonne)).scalars():
                    if octets is not None and any(a.encode() in octets for a in aiguilles):
                        yield f"{table.name}.{colonne.name}"
            if isinstance(colonne.type, String | Text):
                for valeur in cx.execute(select(colonne)).scalars():
                    if valeur is not None and any(a in valeur for a in aiguilles):
                        yield f"{table.name}.{colonne.name} : {valeur[:80]}"
