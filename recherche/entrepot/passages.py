"""Les passages codés d'un codeur : changer leurs codes, retrouver ce qu'il vient de faire."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, func, select

from recherche.entrepot.base import Ecriture, condition
from recherche.entrepot.schema import codage, code, journal, version_pseudonymisee
from recherche.modele.codage import Extrait, Origine


def version_courante(cx: Connection, source_id: str) -> int | None:
    """Le numéro de la dernière version pseudonymisée d'une source."""
    table = version_pseudonymisee
    return cx.execute(select(func.max(table.c.id)).where(table.c.source_id == source_id)).scalar()


def codes_connus(cx: Connection) -> set[str]:
    """Les codes que l'entrepôt connaît."""
    return set(cx.execute(select(code.c.id)).scalars())


def codes_du_passage(cx: Connection, version_id: int, extrait: Extrait, codeur: str) -> list[str]:
    """Les codes qu'un codeur a posés sur un extrait d'une version, dans l'ordre de leur pose."""
    cle = _cle(version_id, extrait, codeur)
    requete = select(codage.c.code).where(*condition(codage, cle)).order_by(codage.c.id)
    return list(cx.execute(requete).scalars())


def poser_codes(
    ecriture: Ecriture,
    source_id: str,
    version_id: int,
    extrait: Extrait,
    *,
    codeur: str,
    codes: Collection[str],
    origine: Origine = Origine.PERSONNE,
) -> bool:
    """Met exactement ces codes sur l'extrait ; rend faux si rien ne change.

    Un code déjà posé garde son origine et sa date ; un code ôté est au journal.
    """
    cle = _cle(version_id, extrait, codeur)
    requete = select(codage.c.id, codage.c.code).where(*condition(codage, cle)).order_by(codage.c.id)
    poses = {nom: numero for numero, nom in ecriture.cx.execute(requete)}
    otes = [numero for nom, numero in poses.items() if nom not in codes]
    neufs = [nom for nom in dict.fromkeys(codes) if nom not in poses]
    for numero in otes:
        ecriture.supprimer(codage, {"id": numero})
    suite = {"source_id": source_id, "empreinte": extrait.empreinte}
    suite |= {"origine": origine.value, "date": ecriture.date}
    ecriture.inserer_tout(codage, [{**cle, **suite, "code": nom} for nom in neufs])
    return bool(otes or neufs)


def compter(cx: Connection, codeur: str, version_ids: Iterable[int]) -> dict[int, int]:
    """Le nombre de passages d'un codeur dans chacune de ces versions (absente : aucun)."""
    version = codage.c.version_pseudonymisee_id
    siens = (
        select(version, codage.c.debut, codage.c.fin)
        .where(codage.c.codeur == codeur, version.in_(list(version_ids)))
        .distinct()
        .subquery()
    )
    requete = select(siens.c.version_pseudonymisee_id, func.count()).group_by(
        siens.c.version_pseudonymisee_id
    )
    return {numero: nombre for numero, nombre in cx.execute(requete)}


def lots_du_codeur(cx: Connection, codeur: str, actions: Collection[str]) -> list[tuple[str, str]]:
    """Les lots (numéro, action) d'un codeur parmi ces actions, le plus récent d'abord.

    Ni les annulations, ni ce qu'elles ont annulé : répéter « défaire » remonte dans son travail.
    """
    siens = (journal.c.auteur == codeur) & journal.c.action.in_(list(actions))
    annules = select(journal.c.annule).where(journal.c.annule.is_not(None))
    dernier = func.max(journal.c.id)
    requete = (
        select(journal.c.lot, journal.c.action)
        .where(siens, journal.c.annule.is_(None), journal.c.lot.not_in(annules))
        .group_by(journal.c.lot, journal.c.action)
        .order_by(dernier.desc())
    )
    return [(lot, action) for lot, action in cx.execute(requete)]


def _cle(version_id: int, extrait: Extrait, codeur: str) -> dict[str, object]:
    return {
        "version_pseudonymisee_id": version_id,
        "debut": extrait.debut,
        "fin": extrait.fin,
        "codeur": codeur,
    }
