"""La commande `recherche` ; chaque module de commandes les enregistre en s'important."""

from recherche.cli import (
    accord,
    analyse,
    chercher,
    commandes,
    comptes,
    documents,
    echanges,
    equipe,
    grille,
    protection,
    son,
    suggerer,
)
from recherche.cli.commun import app, application, principal

__all__ = ["app", "application", "principal"]
