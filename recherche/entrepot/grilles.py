"""Versions datées de la grille, et codages qui suivent un code renommé, réuni ou retiré."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import codage, code_propose, decision, grille_version, memo


@dataclass(frozen=True, slots=True)
class GrilleDatee:
    """Une version de la grille telle que le fichier l'écrivait ; `changement` : ce qui l'a faite."""

    id: int
    version: str
    date: str
    empreinte: str
    changement: str
    contenu: str
    auteur: str


def derniere(cx: Connection) -> GrilleDatee | None:
    """La dernière version connue."""
    requete = select(grille_version).order_by(grille_version.c.id.desc()).limit(1)
    ligne = cx.execute(requete).mappings().first()
    return None if ligne is None else GrilleDatee(**ligne)


def versions(cx: Connection) -> list[GrilleDatee]:
    """Toutes les versions connues, la plus ancienne d'abord."""
    requete = select(grille_version).order_by(grille_version.c.id)
    return [GrilleDatee(**ligne) for ligne in cx.execute(requete).mappings()]


def noter(ecriture: Ecriture, contenu: str, *, version: str, changement: str) -> bool:
    """Note le texte du fichier s'il diffère de la dernière version connue."""
    empreinte = hashlib.sha256(contenu.encode()).hexdigest()
    connue = derniere(ecriture.cx)
    if connue is not None and connue.empreinte == empreinte:
        return False
    champs = {"version": version, "date": ecriture.date, "empreinte": empreinte}
    suite = {"changement": changement, "contenu": contenu, "auteur": ecriture.auteur}
    ecriture.inserer(grille_version, champs | suite)
    return True


def migrer_codages(
    ecriture: Ecriture,
    version_ids: Collection[int],
    vers: Mapping[str, str | None],
    *,
    themes: Collection[str],
) -> tuple[int, int]:
    """Donne aux codages de ces versions leur nouveau code ; rend (migrés, ôtés).

    Un code déjà posé par le même codeur sur le même extrait n'y est pas mis deux fois. Un passage qui
    n'a plus de thème (`themes` : ceux de la grille nouvelle) perd aussi sa nature. Les codages des
    versions antérieures des textes gardent leur ancien code.
    """
    table = codage
    requete = select(table).where(table.c.version_pseudonymisee_id.in_(list(version_ids)))
    lignes = [dict(ligne) for ligne in ecriture.cx.execute(requete).mappings()]
    passages: dict[tuple[Any, ...], dict[str, int]] = {}
    for ligne in lignes:
        passages.setdefault(_passage(ligne), {})[ligne["code"]] = ligne["id"]
    migres = otes = 0
    for codes in passages.values():
        for ancien in [code for code in codes if code in vers]:
            nouveau = vers[ancien]
            numero = codes.pop(ancien)
            if nouveau is None or nouveau in codes:
                ecriture.supprimer(table, {"id": numero})
                otes += 1
            else:
                ecriture.modifier(table, {"id": numero}, {"code": nouveau})
                codes[nouveau] = numero
                migres += 1
            if nouveau is None and not codes.keys() & set(themes):
                for reste in codes.values():
                    ecriture.supprimer(table, {"id": reste})
                otes += len(codes)
                codes.clear()
    return migres, otes


def _passage(ligne: Mapping[str, Any]) -> tuple[Any, ...]:
    noms = ("version_pseudonymisee_id", "debut", "fin", "codeur")
    return tuple(ligne[nom] for nom in noms)


def migrer_notes(ecriture: Ecriture, vers: Mapping[str, str | None]) -> None:
    """Les mémos d'un code et les codes proposés qu'il a repris suivent le nouveau code.

    Ceux d'un code retiré sans remplaçant y restent attachés : il n'est plus dans la grille, mais connu.
    """
    for table in (memo, code_propose):
        requete = select(table.c.id, table.c.code).where(table.c.code.in_(list(vers)))
        for numero, ancien in ecriture.cx.execute(requete).all():
            if (nouveau := vers[ancien]) is not None:
                ecriture.modifier(table, {"id": numero}, {"code": nouveau})


def migrer_decisions(
    ecriture: Ecriture,
    vers: Mapping[str, str | None],
    cle_des_avis: Callable[[Iterable[Mapping[str, Any]]], str],
) -> None:
    """Réécrit les décisions de réconciliation avec les nouveaux codes : elles restent prises."""
    presentes = {
        (ligne["version_pseudonymisee_id"], ligne["cle"])
        for ligne in ecriture.cx.execute(select(decision)).mappings()
    }
    for ligne in ecriture.cx.execute(select(decision)).mappings().all():
        avis, retenu = json.loads(ligne["avis"]), json.loads(ligne["retenu"])
        neufs = [a | {"codes": suivre(a["codes"], vers)} for a in avis]
        if neufs == avis:
            continue
        place = (ligne["version_pseudonymisee_id"], cle_des_avis(neufs))
        if place in presentes:
            continue
        presentes.add(place)
        retenu["codes"] = suivre(retenu["codes"], vers)
        retenu["passages"] = [[d, f, suivre(codes, vers)] for d, f, codes in retenu["passages"]]
        champs = {"cle": place[1], "avis": json.dumps(neufs, ensure_ascii=False)}
        champs["retenu"] = json.dumps(retenu, ensure_ascii=False)
        ecriture.modifier(decision, {"id": ligne["id"]}, champs)


def suivre(codes: Iterable[str], vers: Mapping[str, str | None]) -> list[str]:
    """Les codes, chacun remplacé par ce qu'il devient, sans double."""
    devenus = (vers.get(code, code) for code in codes)
    return list(dict.fromkeys(code for code in devenus if code is not None))
