"""Listes de `motifs/` : la langue est une donnée, chargée du paquet et pliée."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from recherche.langue.mots import plier


@dataclass(frozen=True, slots=True)
class Prenom:
    """Un prénom de la table de l'Insee : sexe majoritaire (F ou H) et nombre de porteurs."""

    forme: str
    sexe: str
    nombre: int


def _lignes(nom: str) -> list[str]:
    texte = files("recherche.langue").joinpath("motifs", nom).read_text(encoding="utf-8")
    return [ligne for ligne in texte.splitlines() if ligne.strip() and not ligne.startswith("#")]


@lru_cache(maxsize=16)
def mots(nom: str) -> frozenset[str]:
    """Les mots pliés d'une liste dont les entrées sont séparées par des espaces."""
    return frozenset(plier(mot) for ligne in _lignes(f"{nom}.txt") for mot in ligne.split())


def ecrits(nom: str) -> list[str]:
    """Les mots d'une liste, tels qu'écrits."""
    return [mot for ligne in _lignes(f"{nom}.txt") for mot in ligne.split()]


@lru_cache(maxsize=16)
def expressions(nom: str) -> frozenset[str]:
    """Les expressions pliées d'une liste dont les entrées sont séparées par des points-virgules."""
    entrees = (e for ligne in _lignes(f"{nom}.txt") for e in ligne.split(";"))
    return frozenset(pli for e in entrees if (pli := plier(e)))


@lru_cache(maxsize=1)
def genres_de_structure() -> frozenset[str]:
    """Les expressions pliées qui disent la sorte d'une institution : « chez » l'annonce seulement."""
    return expressions("structures") - {"chez"}


@lru_cache(maxsize=16)
def sigles(nom: str) -> frozenset[str]:
    """Les expressions pliées d'une liste qui sont des sigles, tout en capitales."""
    entrees = (e.strip() for ligne in _lignes(f"{nom}.txt") for e in ligne.split(";"))
    return frozenset(plier(e) for e in entrees if e.isupper())


@lru_cache(maxsize=4)
def genres(nom: str) -> dict[str, tuple[str, ...]]:
    """Les expressions d'une liste à genres (« voie: rue; avenue »), écrites comme dans la liste."""
    paires = (ligne.split(":", 1) for ligne in _lignes(f"{nom}.txt"))
    return {g.strip(): tuple(e.strip() for e in liste.split(";") if e.strip()) for g, liste in paires}


@lru_cache(maxsize=1)
def prenoms() -> dict[str, Prenom]:
    """Prénoms de l'Insee par forme pliée ; la forme la plus portée l'emporte."""
    table: dict[str, Prenom] = {}
    for ligne in _lignes("prenoms.tsv"):
        forme, sexe, nombre = ligne.split("\t")
        pli = plier(forme)
        if pli not in table or table[pli].nombre < int(nombre):
            table[pli] = Prenom(forme, sexe, int(nombre))
    return table


@lru_cache(maxsize=1)
def remplacements() -> dict[str, tuple[str, ...]]:
    """Prénoms de remplacement par sexe (F, H, X), dans l'ordre d'emploi."""
    paires = [ligne.split("\t") for ligne in _lignes("remplacements.tsv")]
    return {sexe: tuple(p for s, p in paires if s == sexe) for sexe in ("F", "H", "X")}
