"""Comment un mot français se prononce, à peu près : une clé de sons, et la ressemblance de deux clés.

Les règles sont dans `motifs/sons.tsv`. Elles confondent volontiers (é et è, an et en) : deux mots qu'on
peut prendre l'un pour l'autre à l'oreille doivent avoir des clés voisines.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from importlib.resources import files

_VOYELLES = frozenset("aeiouyE")


@lru_cache(maxsize=1)
def _regles() -> tuple[tuple[re.Pattern[str], str], ...]:
    texte = files("recherche.langue").joinpath("motifs", "sons.tsv").read_text(encoding="utf-8")
    lignes = [ligne for ligne in texte.splitlines() if ligne.strip() and not ligne.startswith("#")]
    paires = (ligne.split("\t") for ligne in lignes)
    return tuple((re.compile(motif), "" if son == "-" else son) for motif, son in paires)


@lru_cache(maxsize=20_000)
def cle_sonore(texte: str) -> str:
    """La suite des sons d'un mot ou d'une expression, un caractère par son."""
    lettres = re.sub(r"[^a-zà-ÿœæ]+", " ", texte.casefold().replace("’", "'")).strip()
    sons = f" {lettres} "
    for motif, son in _regles():
        sons = motif.sub(son, sons)
    nu = unicodedata.normalize("NFD", sons)
    return re.sub(r"(.)\1+", r"\1", "".join(c for c in nu if not unicodedata.combining(c) and c != " "))


@lru_cache(maxsize=2_000)
def cle_epelee(sigle: str) -> str:
    """Les sons d'un sigle dit lettre à lettre : « CMU » comme « cé aime u »."""
    noms = [_NOMS_LETTRES.get(lettre, lettre) for lettre in _sans_accent(sigle.casefold())]
    return re.sub(r"(.)\1+", r"\1", "".join(noms))


def se_dit_en_lettres(mot: str) -> bool:
    """Vrai pour un mot en capitales, ou sans voyelle : « CMU », « clspd »."""
    lettres = [c for c in mot if c.isalpha()]
    capitales = len(lettres) > 1 and all(c.isupper() for c in lettres)
    return capitales or not any(c in _VOYELLES for c in _sans_accent(mot.casefold()))


def ressemblance(a: str, b: str) -> float:
    """De 0 à 1 : 1 moins la distance d'édition (Levenshtein, 1966) sur la plus longue clé."""
    from rapidfuzz.distance import Levenshtein

    return float(Levenshtein.normalized_similarity(a, b))


def _sans_accent(texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", texte) if not unicodedata.combining(c))


_NOMS_LETTRES = {
    "b": "bE",
    "c": "sE",
    "d": "dE",
    "f": "Ef",
    "g": "jE",
    "h": "aS",
    "j": "ji",
    "k": "ka",
    "l": "El",
    "m": "Em",
    "n": "En",
    "p": "pE",
    "q": "ku",
    "r": "Er",
    "s": "Es",
    "t": "tE",
    "v": "vE",
    "w": "dublvE",
    "x": "iks",
    "y": "igrEk",
    "z": "zEd",
    "e": "e",
}
