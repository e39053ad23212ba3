"""Annuler un lot du journal : défaire ses changements, du dernier au premier."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.exc import IntegrityError

from recherche.entrepot.base import Ecriture, condition
from recherche.entrepot.journal import Entree, empreinte_valeurs, noter
from recherche.entrepot.schema import METADONNEES, journal, journal_valeur, publication
from recherche.erreurs import ErreurEntrepot


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
    if any(ligne["objet"] == publication.name for ligne in lignes):
        raise ErreurEntrepot(
            "Une publication ne s'annule pas : des partenaires ont pu la lire.",
            "Corrigez ce qui doit l'être, puis « recherche publier » en fait une nouvelle version.",
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
    if empreinte_valeurs(actuelle) != ligne["empreinte_apres"]:
        raise ErreurEntrepot(
            f"{ligne['objet']} {ligne['cle']} a changé depuis l'action {lot[:8]}.",
            "Annulez d'abord les actions plus récentes (« recherche journal »).",
        )
