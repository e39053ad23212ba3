"""Les positions d'un projet étranger : les unités que chaque logiciel compte, puis les nôtres.

Le standard compte des points de code. NVivo pour Windows compte des unités UTF-16 ; ATLAS.ti compte une
fin de ligne Windows (CR LF) pour un seul caractère alors que son texte en a deux. On retient celle où
toutes les sélections tiennent dans le texte, celle que leurs noms (souvent le début du passage)
confirment le mieux et, à égalité, celle que l'on connaît au logiciel d'origine.
"""

from __future__ import annotations

import itertools
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

SIGNES_PROBANTS = 8


@dataclass(frozen=True, slots=True)
class Bornes:
    """Une sélection telle que le fichier la donne : positions brutes, et son nom."""

    debut: int
    fin: int
    nom: str = ""


@dataclass(frozen=True, slots=True)
class _Convention:
    """Ce que compte un logiciel : unités UTF-16 ou points de code, CR LF pour un ou pour deux."""

    utf16: bool
    fin_de_ligne_simple: bool

    def largeur(self, texte: str, rang: int) -> int:
        signe = texte[rang]
        if self.fin_de_ligne_simple and signe == "\r" and texte[rang + 1 : rang + 2] == "\n":
            return 0
        return 2 if self.utf16 and ord(signe) > 0xFFFF else 1


def convertir(texte: str, bornes: Sequence[Bornes], origine: str = "") -> list[tuple[int, int]] | None:
    """Les bornes en points de code de `texte`, ou None si aucune convention ne les y fait tenir."""
    if not bornes:
        return []
    if "\r\n" not in texte and texte.isascii():
        return _directes(texte, bornes)
    astral = any(ord(signe) > 0xFFFF for signe in texte)
    if "\r\n" not in texte and not astral:
        return _directes(texte, bornes)
    essais = [_essayer(texte, bornes, convention) for convention in _conventions(origine)]
    valables = [essai for essai in essais if essai is not None]
    if not valables:
        return None
    return max(valables, key=lambda essai: essai[0])[1]  # à égalité, la première : celle du logiciel


def _directes(texte: str, bornes: Sequence[Bornes]) -> list[tuple[int, int]] | None:
    if any(not 0 <= b.debut <= b.fin <= len(texte) for b in bornes):
        return None
    return [(b.debut, b.fin) for b in bornes]


def _conventions(origine: str) -> list[_Convention]:
    logiciel = origine.casefold()
    premiere = _Convention(
        utf16="nvivo" in logiciel and "mac" not in logiciel, fin_de_ligne_simple="atlas" in logiciel
    )
    autres = [_Convention(u, f) for u, f in itertools.product((False, True), repeat=2)]
    return [premiere, *(autre for autre in autres if autre != premiere)]


def _essayer(
    texte: str, bornes: Sequence[Bornes], convention: _Convention
) -> tuple[int, list[tuple[int, int]]] | None:
    """Le nombre de noms confirmés et les bornes converties ; None si l'une sort du texte."""
    largeurs = (convention.largeur(texte, rang) for rang in range(len(texte)))
    places = list(itertools.accumulate(largeurs, initial=0))
    if any(not 0 <= b.debut <= b.fin <= places[-1] for b in bornes):
        return None
    paires = [(bisect_left(places, b.debut), bisect_left(places, b.fin)) for b in bornes]
    confirmes = sum(
        _confirme(texte[debut:fin], b.nom) for (debut, fin), b in zip(paires, bornes, strict=True)
    )
    return confirmes, paires


def _confirme(passage: str, nom: str) -> bool:
    attendu = " ".join(nom.split()).rstrip(".…")
    return len(attendu) >= SIGNES_PROBANTS and " ".join(passage.split()).startswith(attendu)


@dataclass(frozen=True, slots=True)
class Repli:
    """Un texte sans ses espaces, NFC, et la place de chacun de ses signes dans le texte d'origine."""

    signes: str
    places: tuple[tuple[int, int], ...]

    @classmethod
    def de(cls, texte: str) -> Repli:
        """Replie un texte ; un signe composé garde les bornes de tout son groupe."""
        signes: list[str] = []
        places: list[tuple[int, int]] = []
        debut = 0
        while debut < len(texte):
            fin = debut + 1
            while fin < len(texte) and unicodedata.combining(texte[fin]):
                fin += 1
            if not texte[debut:fin].isspace():
                for signe in unicodedata.normalize("NFC", texte[debut:fin]):
                    signes.append(signe)
                    places.append((debut, fin))
            debut = fin
        return cls("".join(signes), tuple(places))

    def replier(self, debut: int, fin: int) -> tuple[int, int]:
        """Les rangs des signes de [debut, fin[ ; vides si le passage n'est fait que d'espaces."""
        return (
            bisect_left(self.places, debut, key=lambda place: place[1] - 1),
            bisect_left(self.places, fin, key=lambda place: place[0]),
        )

    def deplier(self, premier: int, apres: int) -> tuple[int, int] | None:
        """Les positions dans le texte des signes [premier, apres[ ; None s'il n'y en a pas."""
        if not 0 <= premier < apres <= len(self.places):
            return None
        return self.places[premier][0], self.places[apres - 1][1]


def porter(origine: Repli, cible: Repli, debut: int, fin: int) -> tuple[int, int] | None:
    """[debut, fin[ d'un texte dans l'autre, de mêmes signes aux espaces près ; None s'il est vide."""
    return cible.deplier(*origine.replier(debut, fin))
