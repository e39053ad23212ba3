"""Mises à niveau de la base, par Alembic, dans la transaction de l'appelant."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection


def migrer(cx: Connection, cible: str = "head") -> None:
    """Amène la base de `cx` au schéma `cible`. Transactionnel : tout ou rien."""
    from alembic import command
    from alembic.config import Config

    reglages = Config()
    reglages.set_main_option("script_location", str(Path(__file__).parent))
    reglages.set_main_option("path_separator", "os")
    reglages.attributes["connection"] = cx
    command.upgrade(reglages, cible)
