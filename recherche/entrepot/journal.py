"""Le journal : qui a changé quoi, quand ; et l'annulation d'un lot.

Le journal ne garde que des identifiants, des dates, des genres de changement et des empreintes ; les
valeurs, qui peuvent être personnelles, sont dans `journal_valeur`, effaçable sans toucher au journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import IntegrityError

from recherche.entrepot.schema import METADONNEES, journal, journal_valeur
from recherche.erreurs import ErreurEntrepot

if TYPE_CHECKING:
    from recherche.entrepot.base import Ecriture


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


def _empreinte(texte: str | None) -> str | None:
    return None if texte is None else hashlib.sha256(texte.encode()).hexdigest()


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
        "empreinte_avant": _empreinte(_json(avant)),
        "empreinte_apres": _empreinte(_json(apres)),
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


def annuler(ecriture: Ecriture, lot: str) -> int:
    """Défait tous les changements d'un lot, du dernier au premier ; rend leur nombre.

    Lève `ErreurEntrepot` si le lot est inconnu, déjà annulé, effacé par un retrait, ou si une ligne a
    changé depuis (il faut alors annuler d'abord ce qui a suivi).
    """
    if ecriture.cx.execute(select(journal.c.id).where(journal.c.annule == lot)).first():
        raise ErreurEntrepot(
            f"L'action {lot[:8]} est déjà annulée.", "« recherche journal » montre les actions."
        )
    lignes = list(_changements(ecriture.cx, lot))
    if not lignes:
        raise ErreurEntrepot(
            f"Aucune action {lot[:8]} au journal.", "« recherche journal » montre les actions."
        )
    try:
        for ligne in lignes:
            _defaire(ecriture, ligne, lot)
    except IntegrityError as erreur:
        raise ErreurEntrepot(
            f"L'action {lot[:8]} ne peut pas être annulée : d'autres données en dépendent.",
            "Annulez d'abord les actions qui l'ont suivie (« recherche journal »).",
        ) from erreur
    return len(lignes)


def _changements(cx: Connection, lot: str) -> Iterator[Mapping[str, Any]]:
    requete = (
        select(journal, journal_valeur.c.avant)
        .select_from(journal.outerjoin(journal_valeur))
        .where(journal.c.lot == lot)
        .order_by(journal.c.id.desc())
    )
    yield from (dict(ligne) for ligne in cx.execute(requete).mappings().all())


def _defaire(ecriture: Ecriture, ligne: Mapping[str, Any], lot: str) -> None:
    from recherche.entrepot.base import condition

    table = METADONNEES.tables[ligne["objet"]]
    cle = json.loads(ligne["cle"])
    actuelle = ecriture.ligne(table, cle)
    if ligne["genre"] != "ajout" and ligne["avant"] is None:
        raise ErreurEntrepot(
            f"L'action {lot[:8]} touche des données effacées par un retrait de consentement.",
            "Elle ne peut plus être annulée.",
        )
    _verifier_inchangee(ligne, actuelle, lot)
    avant = None if ligne["avant"] is None else json.loads(ligne["avant"])
    if avant is None:
        ecriture.cx.execute(table.delete().where(*condition(table, cle)))
    elif actuelle is None:
        ecriture.cx.execute(table.insert().values(**avant))
    else:
        ecriture.cx.execute(table.update().where(*condition(table, cle)).values(**avant))
    genre = {"ajout": "suppression", "suppression": "ajout"}.get(ligne["genre"], "modification")
    entree = Entree(
        lot=ecriture.lot,
        date=ecriture.date,
        auteur=ecriture.auteur,
        action=ecriture.action,
        genre=genre,
        objet=table.name,
        cle=cle,
        annule=lot,
    )
    noter(ecriture.cx, entree, actuelle, avant)


def _verifier_inchangee(ligne: Mapping[str, Any], actuelle: Mapping[str, Any] | None, lot: str) -> None:
    if _empreinte(_json(actuelle)) != ligne["empreinte_apres"]:
        raise ErreurEntrepot(
            f"{ligne['objet']} {ligne['cle']} a changé depuis l'action {lot[:8]}.",
            "Annulez d'abord les actions plus récentes (« recherche journal »).",
        )
