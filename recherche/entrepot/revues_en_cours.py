"""Les décisions d'une revue qui n'est pas encore signée : elles se reprennent où l'on s'était arrêté."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, delete, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import revue_en_cours


def poser(ecriture: Ecriture, version_id: int, source_id: str, decisions: Mapping[str, Any]) -> None:
    """Range les décisions. Hors journal : provisoires, elles changent à chaque clic."""
    cx = ecriture.cx
    cx.execute(delete(revue_en_cours).where(revue_en_cours.c.version_id == version_id))
    valeurs = {"version_id": version_id, "source_id": source_id}
    valeurs |= {"decisions": json.dumps(dict(decisions), ensure_ascii=False, sort_keys=True)}
    valeurs |= {"auteur": ecriture.auteur, "date": ecriture.date}
    cx.execute(revue_en_cours.insert().values(**valeurs))


def lire(cx: Connection) -> dict[int, dict[str, Any]]:
    """Les décisions en cours, par version."""
    requete = select(revue_en_cours.c.version_id, revue_en_cours.c.decisions)
    return {int(version): json.loads(decisions) for version, decisions in cx.execute(requete)}


def effacer(ecriture: Ecriture, version_id: int) -> None:
    """Oublie les décisions d'une version : elle vient d'être signée."""
    ecriture.cx.execute(delete(revue_en_cours).where(revue_en_cours.c.version_id == version_id))
