"""Les corrections appliquées à une version : quelle règle, où, ce qui était lu et ce qui l'est."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import correction
from recherche.modele.corrections import Application

_CHAMPS = ("regle", "tour", "debut_s", "avant", "apres")


def ajouter(
    ecriture: Ecriture, *, source_id: str, version_id: int, applications: Iterable[Application]
) -> int:
    """Journalise chaque correction d'une version ; rend leur nombre."""
    communs = {"source_id": source_id, "version_id": version_id}
    lignes = [communs | {nom: getattr(a, nom) for nom in _CHAMPS} for a in applications]
    return len(ecriture.inserer_tout(correction, lignes))


def lire(cx: Connection, source_id: str) -> list[tuple[int, Application]]:
    """Les corrections d'une source, avec le numéro de la version qu'elles ont faite."""
    requete = select(correction).where(correction.c.source_id == source_id).order_by(correction.c.id)
    return [
        (ligne["version_id"], Application(**{nom: ligne[nom] for nom in _CHAMPS}))
        for ligne in cx.execute(requete).mappings()
    ]
