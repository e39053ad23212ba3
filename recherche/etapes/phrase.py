"""La phrase secrète de la clé des pseudonymes : d'où elle vient, jamais où elle va."""

from __future__ import annotations

import os
from collections.abc import Callable

from recherche.erreurs import ErreurConfidentialite
from recherche.reglages import Etude

VARIABLE_PHRASE = "RECHERCHE_PHRASE"
Demander = Callable[[bool], str]
"""Reçoit vrai si la phrase est nouvelle (à confirmer) ; rend la phrase, ou un texte vide."""


def phrase_secrete(etude: Etude, demander: Demander | None = None, *, nouvelle: bool) -> str:
    """La phrase : `RECHERCHE_PHRASE`, sinon le fichier d'`etude.toml`, sinon `demander`.

    Lève `ErreurConfidentialite` si aucune n'est donnée, ou si le fichier nommé ne se lit pas.
    """
    if phrase := os.environ.get(VARIABLE_PHRASE, "").strip():
        return phrase
    if nom := etude.reglages.confidentialite.phrase_fichier:
        return _lire(etude, nom)
    if demander is not None and (phrase := demander(nouvelle).strip()):
        return phrase
    raise ErreurConfidentialite(
        "La phrase secrète de la clé des pseudonymes n'est pas donnée.",
        f"Tapez-la quand la commande la demande, ou posez-la dans la variable {VARIABLE_PHRASE}.",
    )


def _lire(etude: Etude, nom: str) -> str:
    fichier = etude.chemin / nom
    try:
        phrase = fichier.read_text(encoding="utf-8").strip()
    except OSError as erreur:
        raise ErreurConfidentialite(
            f"Le fichier de la phrase secrète ne se lit pas : {fichier} ({erreur.strerror}).",
            "Corrigez [confidentialite] phrase_fichier dans etude.toml.",
        ) from erreur
    if not phrase:
        raise ErreurConfidentialite(
            f"Le fichier de la phrase secrète est vide : {fichier}.", "Écrivez-y la phrase."
        )
    return phrase
