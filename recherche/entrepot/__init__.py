"""L'entrepôt : le seul endroit où l'on parle SQL (SQLite par défaut, PostgreSQL par adresse)."""

from recherche.entrepot.base import Ecriture, Entrepot

__all__ = ["Ecriture", "Entrepot"]
