"""Reconnaître dans un texte les propos d'une personne : suites de mots communes, pliées."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from recherche.langue.mots import plier

SUITE = 6
LONGUE = 8
CITATION_RETIREE = "[citation retirée]"
_MOT = re.compile(r"[^\W_]+")
_CITATION = re.compile(r"«[^«»]*»|“[^“”]*”")


@dataclass(frozen=True)
class Propos:
    """Les suites de `SUITE` mots d'une personne, pliées (ni casse, ni accents, ni ponctuation)."""

    suites: frozenset[tuple[str, ...]]

    @classmethod
    def depuis(cls, textes: Iterable[str]) -> Propos:
        """Les suites de mots de ses textes."""
        return cls(frozenset(suite for texte in textes for suite, _, _ in _suites(texte)))

    def dans(self, texte: str, *, mots: int = SUITE) -> list[tuple[int, int]]:
        """Les passages [debut, fin[ de `texte` qui disent au moins `mots` mots d'affilée de la personne.

        Positions en points de code ; passages disjoints, dans l'ordre.
        """
        passages: list[list[int]] = []
        for rang, (suite, debut, fin) in enumerate(_suites(texte)):
            if suite not in self.suites:
                continue
            if passages and passages[-1][2] == rang - 1:
                passages[-1][1:] = [fin, rang, passages[-1][3] + 1]
            else:
                passages.append([debut, fin, rang, SUITE])
        return [(debut, fin) for debut, fin, _, longueur in passages if longueur >= mots]


def _suites(texte: str) -> Iterable[tuple[tuple[str, ...], int, int]]:
    mots = [(plier(m.group()), m.start(), m.end()) for m in _MOT.finditer(texte)]
    for rang in range(len(mots) - SUITE + 1):
        groupe = mots[rang : rang + SUITE]
        yield tuple(pli for pli, _, _ in groupe), groupe[0][1], groupe[-1][2]


def retirer_citations(markdown: str, propos: Propos) -> tuple[str, int]:
    """Le texte Markdown sans les citations de la personne, et le nombre de passages ôtés.

    Un bloc cité (« > ») qui contient six de ses mots d'affilée disparaît en entier, référence comprise ;
    ailleurs, la citation entre guillemets, ou la suite de huit mots, est remplacée.
    """
    sortie: list[str] = []
    otees = 0
    for bloc, cite in _blocs(markdown):
        if not cite:
            texte, nombre = _remplacer(bloc, propos)
            sortie.append(texte)
            otees += nombre
        elif propos.dans(_sans_marques(bloc)):
            sortie.append(f"> {CITATION_RETIREE}\n")
            otees += 1
        else:
            sortie.append(bloc)
    return "".join(sortie), otees


def _blocs(markdown: str) -> Iterable[tuple[str, bool]]:
    """Les suites de lignes, citées (« > ») ou non, telles quelles."""
    groupe: list[str] = []
    cite = False
    for ligne in markdown.splitlines(keepends=True):
        dit = ligne.lstrip().startswith(">")
        if groupe and dit is not cite:
            yield "".join(groupe), cite
            groupe = []
        cite = dit
        groupe.append(ligne)
    if groupe:
        yield "".join(groupe), cite


def _sans_marques(bloc: str) -> str:
    return re.sub(r"^\s*>+", " ", bloc, flags=re.MULTILINE)


def _remplacer(texte: str, propos: Propos) -> tuple[str, int]:
    passages = propos.dans(texte, mots=LONGUE)
    citations = [(c.start() + 1, c.end() - 1) for c in _CITATION.finditer(texte)]
    entieres = [
        next(((a, b) for a, b in citations if a <= debut and fin <= b), (debut, fin))
        for debut, fin in passages
    ]
    uniques = sorted(set(entieres), reverse=True)
    for debut, fin in uniques:
        texte = texte[:debut] + CITATION_RETIREE + texte[fin:]
    return texte, len(uniques)
