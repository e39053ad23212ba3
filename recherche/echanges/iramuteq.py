"""Texte de corpus IRaMuTeQ : une ligne étoilée par source, une thématique par locuteur.

`**** *source_lorj02 *ville_brest *profil_jeune`, puis, avant chaque tour, `-*ENT` : IRaMuTeQ peut
ainsi ne garder que la parole des personnes interrogées (sous-corpus par thématique). Les textes de
plusieurs sources se mettent bout à bout. L'étoile et le tiret bas, réservés, deviennent des espaces.

Source : IRaMuTeQ, documentation, « Format des données en entrée » (P. Ratinaud).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class PassageCode:
    """Un passage codé : sa source, les attributs de celle-ci, son codeur, ses codes, son texte."""

    source_id: str
    variables: Mapping[str, str]
    codeur: str
    codes: tuple[str, ...]
    texte: str


def passages_en_iramuteq(passages: Iterable[PassageCode], codes: Sequence[str]) -> bytes:
    """Un corpus dont chaque texte est un passage codé, et chaque code une variable (oui ou non).

    `codes` : toutes les variables, dans l'ordre. Deux codes dont il ne reste que les mêmes lettres et
    chiffres se distinguent par leur rang. Lève `ErreurEchange` si une variable n'en a aucun.
    """
    noms = _noms_variables(codes)
    lignes = []
    for passage in passages:
        texte = " ".join(passage.texte.translate(_RESERVES).split())
        if not texte:
            continue
        etoiles = {"source": passage.source_id, **passage.variables, "codeur": passage.codeur}
        tete = [f"*{_forme(n, n)}_{_forme(v, n)}" for n, v in etoiles.items()]
        tete += [f"*{noms[code]}_{'oui' if code in passage.codes else 'non'}" for code in codes]
        lignes += [" ".join(["****", *tete]), texte]
    return "\n".join(lignes).encode("utf-8") + b"\n"


def _noms_variables(codes: Sequence[str]) -> dict[str, str]:
    noms: dict[str, str] = {}
    for rang, code in enumerate(codes, start=1):
        nom = f"code{_forme(code, code)}"
        noms[code] = f"{nom}n{rang}" if nom in noms.values() else nom
    return noms
