"""Les listes de `motifs/` : la langue est une donnée, chargée du paquet et pliée."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from recherche.modele.textes import sans_accents


def plier(texte: str) -> str:
    """Minuscules sans accents, espaces simples : « Enquêtrice » -> « enquetrice »."""
    return " ".join(sans_accents(texte).split())


@lru_cache(maxsize=8)
def expressions(nom: str) -> frozenset[str]:
    """Les expressions pliées d'une liste dont les entrées sont séparées par des points-virgules."""
    return frozenset(forme for ligne in _lignes(nom) for forme in _formes(ligne))


@lru_cache(maxsize=8)
def familles(nom: str) -> Mapping[str, frozenset[str]]:
    """Les familles d'une liste, une par ligne : `nom: forme; forme`, formes pliées."""
    couples = (ligne.partition(":") for ligne in _lignes(nom))
    return MappingProxyType({cle.strip(): frozenset(_formes(suite)) for cle, _, suite in couples})


def _formes(ligne: str) -> list[str]:
    return [plier(forme) for forme in ligne.split(";") if forme.strip()]


def _lignes(nom: str) -> list[str]:
    fichier = files("recherche.echanges").joinpath("motifs", f"{nom}.txt")
    lignes = fichier.read_text(encoding="utf-8").splitlines()
    return [ligne for ligne in lignes if ligne.strip() and not ligne.startswith("#")]
