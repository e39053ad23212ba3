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
    "reponses": "recherche.etapes.questions",
    "charger": "recherche.etapes.analyses",
    "classer": "recherche.etapes.analyses",
    "code_par_entretien": "recherche.etapes.analyses",
    "codes_par": "recherche.etapes.analyses",
    "comparer_profils": "recherche.etapes.analyses",
    "confrontation": "recherche.etapes.analyses",
    "cooccurrences": "recherche.etapes.analyses",
    "corpus_lexical": "recherche.etapes.analyses",
    "mots_des_classes": "recherche.etapes.analyses",
    "paroles": "recherche.etapes.analyses",
    "parts_de_parole": "recherche.etapes.analyses",
    "propos_confrontes": "recherche.etapes.analyses",
    "saturation": "recherche.etapes.analyses",
    "suites_de_codes": "recherche.etapes.analyses",
    "verbatims_apparies": "recherche.etapes.analyses",
    "coder": "recherche.etapes.coder",
    "suggerer": "recherche.etapes.suggerer",
    "suggestions": "recherche.etapes.suggestions",
    "verdicts": "recherche.etapes.suggestions",
    "accepter": "recherche.etapes.suggestions",
    "ecarter": "recherche.etapes.suggestions",
    "decoder": "recherche.etapes.coder",
    "chercher": "recherche.etapes.chercher",
    "coder_en_lot": "recherche.etapes.coder_en_lot",
    "memos": "recherche.etapes.notes_de_codage",
    "codes_proposes": "recherche.etapes.notes_de_codage",
    "accord": "recherche.etapes.accord",
    "table_points": "recherche.etapes.reconcilier",
    "decider": "recherche.etapes.reconcilier",
    "reconcilier": "recherche.etapes.reconcilier",
    "tirer_echantillon": "recherche.etapes.fiches",
    "rendre_fiches": "recherche.etapes.fiches",
    "renommer_code": "recherche.etapes.grille",
    "fusionner_codes": "recherche.etapes.grille",
    "scinder_code": "recherche.etapes.grille",
    "retirer_code": "recherche.etapes.grille",
    "versions_grille": "recherche.etapes.grille",
}

__all__ = ["ErreurRecherche", "Etude", "ateliers", "codages", "entretiens", "etat"]
__all__ += ["familles_par_territoire", "grille", "natures_par_territoire", "ouvrir", "themes"]
__all__ += ["reponses", "transcription", "verbatims"]
__all__ += ["chercher", "coder", "coder_en_lot", "codes_proposes", "decoder", "memos"]
__all__ += ["charger", "classer", "code_par_entretien", "codes_par", "comparer_profils", "confrontation"]
__all__ += ["cooccurrences", "corpus_lexical", "mots_des_classes", "paroles", "parts_de_parole"]
__all__ += ["propos_confrontes", "saturation", "suites_de_codes", "verbatims_apparies"]
__all__ += ["accord", "decider", "reconcilier", "rendre_fiches", "table_points", "tirer_echantillon"]
__all__ += ["fusionner_codes", "renommer_code", "retirer_code", "scinder_code", "versions_grille"]
__all__ += ["accepter", "ecarter", "suggerer", "suggestions", "verdicts"]

if TYPE_CHECKING:
    from recherche.erreurs import ErreurRecherche
    from recherche.etapes.accord import accord
    from recherche.etapes.analyses import (
        charger,
        classer,
        code_par_entretien,
        codes_par,
        comparer_profils,
        confrontation,
        cooccurrences,
        corpus_lexical,
        mots_des_classes,
        paroles,
        parts_de_parole,
        propos_confrontes,
        saturation,
        suites_de_codes,
        verbatims_apparies,
    )
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
    from recherche.etapes.chercher import chercher
    from recherche.etapes.coder import coder, decoder
    from recherche.etapes.coder_en_lot import coder_en_lot
    from recherche.etapes.etat import etat
    from recherche.etapes.fiches import rendre_fiches, tirer_echantillon
    from recherche.etapes.grille import (
        fusionner_codes,
        renommer_code,
        retirer_code,
        scinder_code,
        versions_grille,
    )
    from recherche.etapes.notes_de_codage import codes_proposes, memos
    from recherche.etapes.questions import reponses
    from recherche.etapes.reconcilier import decider, reconcilier, table_points
    from recherche.etapes.suggerer import suggerer
    from recherche.etapes.suggestions import accepter, ecarter, suggestions, verdicts
    from recherche.reglages import Etude


def __getattr__(nom: str) -> Any:  # noqa: ANN401
    if nom in _NOMS:
        return getattr(importlib.import_module(_NOMS[nom]), nom)
    raise AttributeError(f"le module « recherche » n'a pas de « {nom} »")


def __dir__() -> list[str]:
    return sorted(__all__)
