"""Mots du français parlé transcrit : pliage, découpage et frontières."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_LETTRES = {"œ": "oe", "æ": "ae", "ı": "i", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"}
_MOT = re.compile(
    r"[MN]['’][A-ZÀ-Ý]\w+"
    r"|(?i:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)['’](?=\w)"
    r"|\w+(?:['’]\w+)*"
)
_COUPE_PHRASE = re.compile(r"[.?!…:«»\"“”(\[\n—–/]")
_CLITIQUES = frozenset(
    (
        "là",
        "ci",
        "tu",
        "je",
        "il",
        "elle",
        "on",
        "ils",
        "elles",
        "moi",
        "toi",
        "lui",
        "nous",
        "vous",
        "le",
        "la",
        "les",
        "leur",
        "y",
        "en",
        "ce",
        "t",
        "même",
        "mêmes",
    )
)


@lru_cache(maxsize=200_000)
def plier(texte: str) -> str:
    """Minuscules sans accents, traits d'union et apostrophes ramenés à une espace.

    « Bois-du-Château » -> « bois du chateau » ; « Le Floc’h » -> « le floc h ».
    """
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    lettres = "".join(_LETTRES.get(c, c) for c in decompose if not unicodedata.combining(c))
    return " ".join(re.sub(r"[\W_]+", " ", lettres).split())


@dataclass(frozen=True, slots=True)
class Unite:
    """Un mot [debut, fin[ d'un texte : élisions à part, mots composés en plusieurs unités.

    `tete` : premier mot d'une phrase ; `joint` : collé au précédent par un trait d'union.
    """

    debut: int
    fin: int
    texte: str
    tete: bool
    joint: bool

    @property
    def pli(self) -> str:
        """La forme pliée."""
        return plier(self.texte)

    @property
    def majuscule(self) -> bool:
        """Vrai si le mot commence par une majuscule."""
        return self.texte[0].isupper()

    @property
    def elision(self) -> bool:
        """Vrai pour « d' », « l' », « qu' »…"""
        return self.texte[-1] in "'’"


def decouper(texte: str) -> tuple[Unite, ...]:
    """Les mots du texte, dans l'ordre."""
    unites: list[Unite] = []
    fin = 0
    for trouve in _MOT.finditer(texte):
        entre = texte[fin : trouve.start()]
        tete = not unites or bool(_COUPE_PHRASE.search(entre)) or entre.lstrip(" ").startswith("- ")
        joint = entre in ("-", "‑", "‐") and bool(unites)
        unites.append(Unite(trouve.start(), trouve.end(), trouve.group(), tete, joint))
        fin = trouve.end()
    return tuple(unites)


@dataclass(frozen=True, slots=True)
class Bloc:
    """Un mot entier, traits d'union compris (« Marie-Pierre », « Bois-du-Château »)."""

    unites: tuple[Unite, ...]
    rang: int

    @property
    def debut(self) -> int:
        """Position du premier caractère."""
        return self.unites[0].debut

    @property
    def fin(self) -> int:
        """Position après le dernier caractère."""
        return self.unites[-1].fin

    @property
    def pli(self) -> str:
        """La forme pliée, parties séparées par une espace."""
        return " ".join(unite.pli for unite in self.unites)

    @property
    def minuscules(self) -> str:
        """Le mot en minuscules, accents gardés."""
        return "-".join(unite.texte.lower() for unite in self.unites)

    @property
    def majuscule(self) -> bool:
        """Vrai si le premier mot a une majuscule."""
        return self.unites[0].majuscule

    @property
    def tete(self) -> bool:
        """Vrai en tête de phrase."""
        return self.unites[0].tete


def blocs(unites: tuple[Unite, ...]) -> tuple[Bloc, ...]:
    """Réunit les unités jointes ; les clitiques (« Karim-là », « dis-moi ») restent à part."""
    groupes: list[list[Unite]] = []
    for rang, unite in enumerate(unites):
        suivi = rang + 1 < len(unites) and (unites[rang + 1].joint or unite.elision)
        compose = unite.joint and (suivi or unite.texte not in _CLITIQUES)
        elide = bool(groupes) and groupes[-1][-1].elision and len(groupes[-1]) > 1
        if groupes and (compose or elide):
            groupes[-1].append(unite)
        else:
            groupes.append([unite])
    return tuple(Bloc(tuple(groupe), rang) for rang, groupe in enumerate(groupes))


def elargir(unites: Iterable[Unite], debut: int, fin: int) -> tuple[int, int]:
    """[debut, fin[ étendu aux frontières de mots, pour ne jamais couper un mot."""
    for unite in unites:
        if unite.debut < debut < unite.fin:
            debut = unite.debut
        if unite.debut < fin < unite.fin:
            fin = unite.fin
    return debut, fin


def suites(unites: tuple[Unite, ...], longueur_max: int) -> Iterator[tuple[int, int, str]]:
    """Les suites de 1 à `longueur_max` unités : (rang, rang après la fin, forme pliée)."""
    plis = [unite.pli for unite in unites]
    for rang in range(len(unites)):
        for fin in range(rang + 1, min(rang + longueur_max, len(unites)) + 1):
            yield rang, fin, " ".join(plis[rang:fin])
