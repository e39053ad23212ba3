"""La commande `recherche` ; chaque module de commandes les enregistre en s'important."""

from recherche.cli import commandes  # noqa: F401
from recherche.cli.commun import app, application, principal

__all__ = ["app", "application", "principal"]
