"""La commande `recherche`."""

from recherche.cli.commandes import principal

__all__ = ["principal"]
