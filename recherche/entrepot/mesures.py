"""Des nombres sur la base, sans rien de ce qu'elle contient."""

from __future__ import annotations

import os
from typing import Any

from sqlalchemy import func, select, text

from recherche.entrepot.base import VARIABLE_BASE, Entrepot
from recherche.entrepot.schema import METADONNEES, VERSION_SCHEMA, journal


def sur_serveur() -> bool:
    """Vrai si la base est un serveur."""
    return bool(os.environ.get(VARIABLE_BASE))


def mesurer(entrepot: Entrepot) -> dict[str, Any]:
    """Moteur, schéma, lignes par table, changements par table et par genre, intégrité (SQLite)."""
    with entrepot.lire() as cx:
        lignes = {
            table.name: cx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in METADONNEES.sorted_tables
        }
        groupes = select(journal.c.objet, journal.c.genre, func.count())
        changements = {
            f"{objet} {genre}": nombre
            for objet, genre, nombre in cx.execute(groupes.group_by(journal.c.objet, journal.c.genre))
            if objet in METADONNEES.tables and genre in ("ajout", "modification", "suppression")
        }
        saine = cx.execute(text("PRAGMA quick_check")).scalar() == "ok" if entrepot.sqlite else None
    return {
        "moteur": "sqlite" if entrepot.sqlite else "postgresql",
        "schema": VERSION_SCHEMA,
        "lignes": lignes,
        "changements": changements,
        "saine": saine,
    }
