"""`recherche` : l'outillage qualitatif de la recherche-action « Jeunesses et territoires ».

Dans un carnet :

    import recherche
    etude = recherche.ouvrir("demo")
    recherche.entretiens(etude)

Chaque nom n'est importé qu'à son premier emploi.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_NOMS = {
    "Etude": "recherche.reglages",
    "ErreurRecherche": "recherche.erreurs",
    "ouvrir": "recherche.etapes.carnets",
    "entretiens": "recherche.etapes.carnets",
    "ateliers": "recherche.etapes.carnets",
    "codages": "recherche.etapes.carnets",
    "grille": "recherche.etapes.carnets",
    "transcription": "recherche.etapes.carnets",
    "themes": "recherche.etapes.carnets",
    "familles_par_territoire": "recherche.etapes.carnets",
    "natures_par_territoire": "recherche.etapes.carnets",
    "verbatims": "recherche.etapes.carnets",
    "etat": "recherche.etapes.etat",
}

__all__ = ["ErreurRecherche", "Etude", "ateliers", "codages", "entretiens", "etat"]
__all__ += ["familles_par_territoire", "grille", "natures_par_territoire", "ouvrir", "themes"]
__all__ += ["transcription", "verbatims"]

if TYPE_CHECKING:
    from recherche.erreurs import ErreurRecherche
    from recherche.etapes.carnets import (
        ateliers,
        codages,
        entretiens,
        familles_par_territoire,
        grille,
        natures_par_territoire,
        ouvrir,
        themes,
        transcription,
        verbatims,
    )
    from recherche.etapes.etat import etat
    from recherche.reglages import Etude


def __getattr__(nom: str) -> Any:  # noqa: ANN401
    if nom in _NOMS:
        return getattr(importlib.import_module(_NOMS[nom]), nom)
    raise AttributeError(f"le module « recherche » n'a pas de « {nom} »")


def __dir__() -> list[str]:
    return sorted(__all__)
