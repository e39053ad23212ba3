"""Codes et codages rangés dans l'entrepôt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import codage, code
from recherche.modele.codage import Codage, Extrait, Grille, Origine


def synchroniser_grille(ecriture: Ecriture, grille: Grille) -> None:
    """Fait connaître à l'entrepôt les codes de la grille."""
    for valeur in grille.codes():
        ecriture.poser(code, {"id": valeur.id}, {"nom": valeur.nom})


def ajouter(ecriture: Ecriture, codages: Iterable[Codage], versions: Mapping[str, int]) -> int:
    """Ajoute les codages absents ; `versions` : version pseudonymisée par source. Rend leur nombre."""
    presents = _presents(ecriture.cx, set(versions.values()))
    nouveaux = []
    for valeur in codages:
        champs = {
            "version_pseudonymisee_id": versions[valeur.source_id],
            "debut": valeur.extrait.debut,
            "fin": valeur.extrait.fin,
            "code": valeur.code,
            "codeur": valeur.codeur,
        }
        if tuple(champs.values()) in presents:
            continue
        presents.add(tuple(champs.values()))
        suite = {"source_id": valeur.source_id, "empreinte": valeur.extrait.empreinte}
        suite |= {"origine": valeur.origine.value, "date": valeur.date.isoformat()}
        nouveaux.append(champs | suite)
    return len(ecriture.inserer_tout(codage, nouveaux))


def lire(cx: Connection, *, version_ids: Iterable[int] | None = None) -> list[Codage]:
    """Les codages, par source et position ; ceux des versions données, ou tous."""
    requete = select(codage).order_by(
        codage.c.source_id, codage.c.debut, codage.c.fin, codage.c.code, codage.c.codeur
    )
    if version_ids is not None:
        requete = requete.where(codage.c.version_pseudonymisee_id.in_(list(version_ids)))
    return [_codage(dict(ligne)) for ligne in cx.execute(requete).mappings()]


def reprendre(
    ecriture: Ecriture, ancienne: int, nouvelle: int, places: Mapping[Extrait, Extrait]
) -> int:
    """Reprend sur une version les codages d'une autre, à leurs nouvelles places ; rend leur nombre.

    Un codage repris renvoie à celui dont il vient : annuler le premier est refusé tant qu'il sert.
    """
    lignes = ecriture.cx.execute(select(codage).where(codage.c.version_pseudonymisee_id == ancienne))
    reprises = []
    for ligne in lignes.mappings():
        place = places.get(Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"]))
        if place is not None:
            valeurs = {nom: valeur for nom, valeur in ligne.items() if nom != "id"}
            valeurs |= {"version_pseudonymisee_id": nouvelle, "reprise_de": ligne["id"]}
            reprises.append(valeurs | {"debut": place.debut, "fin": place.fin})
    return len(ecriture.inserer_tout(codage, reprises))


def _presents(cx: Connection, versions: set[int]) -> set[tuple[Any, ...]]:
    colonnes = (
        codage.c.version_pseudonymisee_id,
        codage.c.debut,
        codage.c.fin,
        codage.c.code,
        codage.c.codeur,
    )
    requete = select(*colonnes).where(codage.c.version_pseudonymisee_id.in_(versions))
    return {tuple(ligne) for ligne in cx.execute(requete)}


def _codage(ligne: Mapping[str, Any]) -> Codage:
    return Codage(
        source_id=ligne["source_id"],
        extrait=Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"]),
        code=ligne["code"],
        codeur=ligne["codeur"],
        origine=Origine(ligne["origine"]),
        date=datetime.fromisoformat(ligne["date"]),
    )


def noms(cx: Connection) -> dict[str, str]:
    """Le nom de chaque code que l'entrepôt connaît, y compris ceux que la grille n'a plus."""
    return {ligne.id: ligne.nom for ligne in cx.execute(select(code))}


def connaitre(ecriture: Ecriture, identifiant: str, nom: str) -> None:
    """Fait connaître un code que la grille n'a pas ; sans effet s'il est déjà connu."""
    if ecriture.ligne(code, {"id": identifiant}) is None:
        ecriture.inserer(code, {"id": identifiant, "nom": nom})


def codeurs(cx: Connection) -> set[str]:
    """Ceux qui ont posé au moins un codage."""
    return set(cx.execute(select(codage.c.codeur).distinct()).scalars())
