"""`recherche` : l'outillage qualitatif de la recherche-action « Jeunesses et territoires »."""

from recherche.reglages import Etude

__all__ = ["Etude"]
__version__ = "0.1.0"
