"""Texte de corpus IRaMuTeQ : une ligne étoilée par source, une thématique par locuteur.

`**** *source_lorj02 *ville_brest *profil_jeune`, puis, avant chaque tour, `-*ENT` : IRaMuTeQ peut
ainsi ne garder que la parole des personnes interrogées (sous-corpus par thématique). Les textes de
plusieurs sources se mettent bout à bout. L'étoile et le tiret bas, réservés, deviennent des espaces.

Source : IRaMuTeQ, documentation, « Format des données en entrée » (P. Ratinaud).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from recherche.echanges.commun import Transcrit
from recherche.echanges.listes import plier
from recherche.erreurs import ErreurEchange

_RESERVES = str.maketrans({"*": " ", "_": " ", "’": "'", "…": "..."})


def en_iramuteq(transcription: Transcrit, variables: Mapping[str, str]) -> bytes:
    """Le texte étoilé, UTF-8. Lève `ErreurEchange` si une variable n'a ni lettre ni chiffre."""
    etoiles = {"source": transcription.source_id, **variables}
    tete = " ".join(["****", *(f"*{_forme(n, n)}_{_forme(v, n)}" for n, v in etoiles.items())])
    lignes = [tete]
    precedent = None
    for tour in transcription.tours:
        texte = " ".join(tour.texte.translate(_RESERVES).split())
        if not texte:
            continue
        if tour.locuteur != precedent:
            lignes.append(f"-*{re.sub(r'[^0-9A-Za-z]', '', tour.locuteur) or 'X'}")
        precedent = tour.locuteur
        lignes.append(texte)
    return "\n".join(lignes).encode("utf-8") + b"\n"


def _forme(valeur: str, nom: str) -> str:
    """« Saint-Nazaire » -> « saintnazaire » : ni espace, ni accent, ni tiret."""
    forme = re.sub(r"[^0-9a-z]", "", plier(valeur).replace("œ", "oe").replace("æ", "ae"))
    if not forme:
        raise ErreurEchange(
            f"La variable « {nom} » d'IRaMuTeQ (« {valeur} ») n'a ni lettre ni chiffre.",
            "Donnez-lui un nom et une valeur faits de lettres ou de chiffres.",
        )
    return forme
