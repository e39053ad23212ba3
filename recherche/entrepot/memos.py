"""Mémos et codes proposés : ce que les codeurs notent à côté de leurs codages.

Leurs ancres suivent le texte : une nouvelle version pseudonymisée les déplace, en place, là où le
passage n'a pas changé.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, select

from recherche.entrepot.base import Ecriture, condition
from recherche.entrepot.schema import code_propose, memo
from recherche.modele.codage import CodePropose, Extrait, Memo, ObjetMemo

_ANCREES = (memo, code_propose)


def poser(ecriture: Ecriture, valeur: Memo, version_id: int | None) -> bool:
    """Écrit le mémo d'un codeur sur un objet, ou remplace le sien ; vide, l'efface.

    `version_id` : la version pseudonymisée de son passage. Rend faux si rien ne change.
    """
    cle = _cle(valeur, version_id)
    requete = select(memo.c.id).where(*_conditions(memo, cle))
    numero = ecriture.cx.execute(requete).scalar()
    if not valeur.texte:
        if numero is not None:
            ecriture.supprimer(memo, {"id": numero})
        return numero is not None
    suite = {"texte": valeur.texte, "date": valeur.date.isoformat()}
    if numero is None:
        ecriture.inserer(memo, cle | suite)
        return True
    if ecriture.ligne(memo, {"id": numero, "texte": valeur.texte}) is not None:
        return False
    return ecriture.modifier(memo, {"id": numero}, suite)


def lire(
    cx: Connection, *, source_id: str | None = None, version_ids: Iterable[int] | None = None
) -> list[Memo]:
    """Les mémos, du plus ancien au plus récent.

    `source_id` : ceux de cette source seulement ; `version_ids` : pour les passages, ceux de ces
    versions pseudonymisées.
    """
    requete = select(memo).order_by(memo.c.date, memo.c.id)
    if source_id is not None:
        requete = requete.where(memo.c.source_id == source_id)
    if version_ids is not None:
        versions = memo.c.version_pseudonymisee_id
        requete = requete.where(versions.is_(None) | versions.in_(list(version_ids)))
    return [_memo(ligne) for ligne in cx.execute(requete).mappings()]


def proposer(ecriture: Ecriture, valeur: CodePropose, version_id: int) -> bool:
    """Ajoute un code proposé ; rend faux s'il l'est déjà sur ce passage par ce codeur."""
    champs = _place(valeur.source_id, valeur.extrait, version_id)
    champs |= {"nom": valeur.nom, "codeur": valeur.codeur}
    if ecriture.cx.execute(select(code_propose.c.id).where(*condition(code_propose, champs))).first():
        return False
    ecriture.inserer(code_propose, champs | {"date": valeur.date.isoformat(), "code": valeur.code})
    return True


def oublier(ecriture: Ecriture, valeur: CodePropose, version_id: int) -> bool:
    """Efface un code proposé d'un passage ; rend faux s'il n'y est pas."""
    champs = _place(valeur.source_id, valeur.extrait, version_id)
    champs |= {"nom": valeur.nom, "codeur": valeur.codeur}
    requete = select(code_propose.c.id).where(*condition(code_propose, champs))
    numero = ecriture.cx.execute(requete).scalar()
    if numero is not None:
        ecriture.supprimer(code_propose, {"id": numero})
    return numero is not None


def retenir(ecriture: Ecriture, nom: str, code: str) -> int:
    """Note que la grille a repris le code proposé `nom` sous `code` ; rend le nombre de passages."""
    requete = select(code_propose.c.id).where(code_propose.c.nom == nom, code_propose.c.code.is_(None))
    numeros = ecriture.cx.execute(requete.order_by(code_propose.c.id)).scalars().all()
    for numero in numeros:
        ecriture.modifier(code_propose, {"id": numero}, {"code": code})
    return len(numeros)


def proposes(cx: Connection, *, version_ids: Iterable[int] | None = None) -> list[CodePropose]:
    """Les codes proposés, par source et position."""
    table = code_propose
    requete = select(table).order_by(table.c.source_id, table.c.debut, table.c.fin, table.c.id)
    if version_ids is not None:
        requete = requete.where(table.c.version_pseudonymisee_id.in_(list(version_ids)))
    return [_propose(ligne) for ligne in cx.execute(requete).mappings()]


def extraits(cx: Connection, version_id: int) -> set[Extrait]:
    """Les extraits d'une version qui portent un mémo ou un code proposé."""
    trouves: set[Extrait] = set()
    for table in _ANCREES:
        colonnes = (table.c.debut, table.c.fin, table.c.empreinte)
        requete = select(*colonnes).where(table.c.version_pseudonymisee_id == version_id)
        trouves |= {Extrait(*ligne) for ligne in cx.execute(requete)}
    return trouves


def reprendre(
    ecriture: Ecriture, ancienne: int, nouvelle: int, places: Mapping[Extrait, Extrait]
) -> int:
    """Déplace sur une version les mémos et codes proposés d'une autre ; rend leur nombre."""
    nombre = 0
    for table in _ANCREES:
        requete = select(table).where(table.c.version_pseudonymisee_id == ancienne).order_by(table.c.id)
        for ligne in ecriture.cx.execute(requete).mappings().all():
            place = places.get(Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"]))
            if place is not None:
                valeurs = {"version_pseudonymisee_id": nouvelle, "debut": place.debut, "fin": place.fin}
                nombre += ecriture.modifier(table, {"id": ligne["id"]}, valeurs)
    return nombre


def deplacer(
    ecriture: Ecriture, version_id: int, codeur: str, ancien: Extrait, nouveau: Extrait
) -> None:
    """Les mémos et codes proposés d'un codeur sur un extrait passent sur un autre."""
    for table in _ANCREES:
        cle = {"version_pseudonymisee_id": version_id, "codeur": codeur}
        cle |= {"debut": ancien.debut, "fin": ancien.fin}
        place = {"debut": nouveau.debut, "fin": nouveau.fin, "empreinte": nouveau.empreinte}
        numeros = ecriture.cx.execute(select(table.c.id).where(*condition(table, cle))).scalars().all()
        for numero in numeros:
            ecriture.modifier(table, {"id": numero}, place)


def _place(source_id: str | None, extrait: Extrait | None, version_id: int | None) -> dict[str, Any]:
    return {
        "source_id": source_id,
        "version_pseudonymisee_id": None if extrait is None else version_id,
        "debut": None if extrait is None else extrait.debut,
        "fin": None if extrait is None else extrait.fin,
        "empreinte": None if extrait is None else extrait.empreinte,
    }


def _cle(valeur: Memo, version_id: int | None) -> dict[str, Any]:
    place = _place(valeur.source_id, valeur.extrait, version_id)
    return {"objet": valeur.objet.value, **place, "code": valeur.code, "codeur": valeur.codeur}


def _conditions(table: Table, cle: Mapping[str, Any]) -> list[Any]:
    return [
        table.c[nom].is_(None) if valeur is None else table.c[nom] == valeur
        for nom, valeur in cle.items()
    ]


def _extrait(ligne: Mapping[Any, Any]) -> Extrait | None:
    if ligne["debut"] is None:
        return None
    return Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"])


def _memo(ligne: Mapping[Any, Any]) -> Memo:
    return Memo(
        objet=ObjetMemo(ligne["objet"]),
        texte=ligne["texte"],
        codeur=ligne["codeur"],
        date=datetime.fromisoformat(ligne["date"]),
        source_id=ligne["source_id"],
        extrait=_extrait(ligne),
        code=ligne["code"],
    )


def _propose(ligne: Mapping[Any, Any]) -> CodePropose:
    return CodePropose(
        source_id=ligne["source_id"],
        extrait=Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"]),
        nom=ligne["nom"],
        codeur=ligne["codeur"],
        date=datetime.fromisoformat(ligne["date"]),
        code=ligne["code"],
    )
