"""Ce qui, dans un bloc transcrit, ne peut pas être cru sans l'écouter. Calcul pur.

Les seuils sont larges : un passage signalé coûte une écoute, une phrase inventée coûte une citation.
Sources : Radford et al., « Robust Speech Recognition via Large-Scale Weak Supervision » (2022), pour le
taux de compression ; Koenecke et al., « Careless Whisper » (2024), pour les textes inventés.
"""

from __future__ import annotations

import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from recherche.audio.fenetres import Intervalle, parlee_s
from recherche.modele.textes import sans_accents
from recherche.modele.transcription import Mot
from recherche.modele.verification import Raison

PASSAGE_MOTS = 25
PASSAGE_MINIMAL_MOTS = 6
PAUSE_S = 1.0
COMPRESSION_MAXIMALE = 2.4
COMPRESSION_MOTS = 80
REPETITIONS = {1: 7, 2: 5, 3: 4}
"""Fois qu'un motif de 1, 2, 3 mots se répète d'affilée avant d'être une boucle ; 3 au-delà."""
MOTIF_MAXIMAL = 15
BORD_S = 0.3
SILENCE_MOTS = 3
OUBLI_S = 2.5
MOT_MAXIMAL_S = 3.0
_DANS_UN_MOT = re.compile(r"(\w{1,6}?)\1{8,}")
"""« béhéhéhéhé… » : un motif répété neuf fois dans un seul mot."""
DEBIT_MAXIMAL = 7.5
DEBIT_DUREE_S = 2.0
ETRANGERS_PART = 0.4
LETTRES_ETRANGERES_PART = 0.2


@dataclass(frozen=True, slots=True)
class Alerte:
    """Les mots [premier, dernier[ d'un bloc, leur intervalle en secondes, et ce qui fait douter.

    `premier` égale `dernier` quand il manque du texte : c'est la place où il manque.
    """

    premier: int
    dernier: int
    debut_s: float
    fin_s: float
    raison: Raison
    mesure: float


def examiner(
    mots: Sequence[Mot], parole: Sequence[Intervalle], *, confiance_minimale: float
) -> tuple[Alerte, ...]:
    """Les alertes d'un bloc, par début croissant.

    `mots` datés, par temps croissants ; `parole` : les intervalles où l'on parle, dans le même temps ;
    `confiance_minimale` : moyenne de 0 à 1 sous laquelle un passage est douteux.
    """
    alertes = [*_boucles(mots), *_sur_du_silence(mots, parole), *_oublis(mots, parole)]
    for premier, dernier in passages(mots):
        alertes += _du_passage(mots, premier, dernier, confiance_minimale)
    return tuple(sorted(alertes, key=lambda a: (a.debut_s, a.fin_s, a.raison)))


def passages(mots: Sequence[Mot]) -> list[tuple[int, int]]:
    """Les rangs [premier, dernier[ de passages d'environ une phrase, coupés aux pauses."""
    coupes = [0]
    for i in range(1, len(mots)):
        longueur = i - coupes[-1]
        finie = mots[i - 1].texte.rstrip("»\"')").endswith((".", "?", "!", "…"))
        pause = _debut(mots[i]) - _fin(mots[i - 1]) >= PAUSE_S
        if pause or longueur >= PASSAGE_MOTS or (finie and longueur >= PASSAGE_MINIMAL_MOTS):
            coupes.append(i)
    return list(zip(coupes, [*coupes[1:], len(mots)], strict=True)) if mots else []


def confiance_moyenne(mots: Sequence[Mot]) -> float | None:
    """Moyenne des confiances connues ; None s'il n'y en a pas."""
    connues = [mot.confiance for mot in mots if mot.confiance is not None]
    return sum(connues) / len(connues) if connues else None


def _alerte(mots: Sequence[Mot], premier: int, dernier: int, raison: Raison, mesure: float) -> Alerte:
    debut_s, fin_s = _debut(mots[premier]), _fin(mots[dernier - 1])
    return Alerte(premier, dernier, debut_s, max(debut_s, fin_s), raison, round(mesure, 3))


# --- une phrase, ou quelques mots, répétés ---------------------------------------------------------


def _boucles(mots: Sequence[Mot]) -> Iterator[Alerte]:
    """Un motif répété d'affilée, ou quatre-vingts mots qui se compressent trop bien."""
    plis = [_plier(mot.texte) for mot in mots]
    i = 0
    while i < len(plis):
        motif, fois = _repetition(plis, i)
        if fois:
            yield _alerte(mots, i, i + motif * fois, Raison.BOUCLE, fois)
            i += motif * fois
        else:
            i += 1
    yield from _trop_compressibles(mots, plis)
    for i, pli in enumerate(plis):
        if (trouve := _DANS_UN_MOT.search(pli)) is not None:
            fois = len(trouve[0]) // len(trouve[1])
            yield _alerte(mots, i, i + 1, Raison.BOUCLE, fois)


def _repetition(plis: Sequence[str], i: int) -> tuple[int, int]:
    """Longueur du plus court motif qui boucle au rang `i`, et nombre de fois ; (0, 0) sinon."""
    for longueur in range(1, min(MOTIF_MAXIMAL, (len(plis) - i) // 2) + 1):
        motif = plis[i : i + longueur]
        fois = 1
        while plis[i + fois * longueur : i + (fois + 1) * longueur] == motif:
            fois += 1
        if fois >= REPETITIONS.get(longueur, 3):
            return longueur, fois
    return 0, 0


def _trop_compressibles(mots: Sequence[Mot], plis: Sequence[str]) -> Iterator[Alerte]:
    for i in range(0, max(0, len(mots) - COMPRESSION_MOTS // 2), COMPRESSION_MOTS // 2):
        fenetre = " ".join(plis[i : i + COMPRESSION_MOTS]).encode()
        taux = len(fenetre) / len(zlib.compress(fenetre))
        if taux > COMPRESSION_MAXIMALE:
            fin = min(len(mots), i + COMPRESSION_MOTS)
            yield _alerte(mots, i, fin, Raison.BOUCLE, taux)


# --- du texte où l'on ne parle pas, de la parole sans texte -----------------------------------------


def _sur_du_silence(mots: Sequence[Mot], parole: Sequence[Intervalle]) -> Iterator[Alerte]:
    """Les suites d'au moins `SILENCE_MOTS` mots loin de toute parole."""
    muets = [not parlee_s(parole, (_debut(m) - BORD_S, _fin(m) + BORD_S)) for m in mots]
    debut = 0
    for i in range(len(mots) + 1):
        if i < len(mots) and muets[i]:
            continue
        if i - debut >= SILENCE_MOTS:
            yield _alerte(mots, debut, i, Raison.SILENCE, i - debut)
        debut = i + 1


def _oublis(mots: Sequence[Mot], parole: Sequence[Intervalle]) -> Iterator[Alerte]:
    """Ce qui, entre deux mots ou sous un seul mot étiré, contient plus de `OUBLI_S` de parole."""
    if not parole:
        return
    for rang, mot in enumerate(mots):
        if _fin(mot) - _debut(mot) > MOT_MAXIMAL_S:
            yield _alerte(mots, rang, rang + 1, Raison.OUBLI, _fin(mot) - _debut(mot))
    fins = [parole[0][0], *(_fin(mot) for mot in mots)]
    debuts = [*(_debut(mot) for mot in mots), parole[-1][1]]
    for rang, (fin, debut) in enumerate(zip(fins, debuts, strict=True)):
        if debut - fin > OUBLI_S and (manque := parlee_s(parole, (fin, debut))) > OUBLI_S:
            yield Alerte(rang, rang, fin, debut, Raison.OUBLI, round(manque, 3))


# --- un passage ------------------------------------------------------------------------------------


def _du_passage(
    mots: Sequence[Mot], premier: int, dernier: int, confiance_minimale: float
) -> Iterator[Alerte]:
    suite = mots[premier:dernier]
    texte = _plier(" ".join(mot.texte for mot in suite))
    if any(f" {phrase} " in f" {texte} " for phrase in _inventions()):
        yield _alerte(mots, premier, dernier, Raison.INVENTION, 1)
    if (part := _part_etrangere(suite)) >= ETRANGERS_PART:
        yield _alerte(mots, premier, dernier, Raison.LANGUE, part)
    duree_s = _fin(suite[-1]) - _debut(suite[0])
    if duree_s >= DEBIT_DUREE_S and len(suite) / duree_s > DEBIT_MAXIMAL:
        yield _alerte(mots, premier, dernier, Raison.DEBIT, len(suite) / duree_s)
    confiance = confiance_moyenne(suite)
    if confiance is not None and confiance < confiance_minimale:
        yield _alerte(mots, premier, dernier, Raison.CONFIANCE, confiance)


def _part_etrangere(mots: Sequence[Mot]) -> float:
    """Part de mots d'une autre langue ; 1 si plus d'un cinquième des lettres ne sont pas latines."""
    lettres = [c for mot in mots for c in mot.texte if c.isalpha()]
    autres = sum("LATIN" not in unicodedata.name(c, "LATIN") for c in lettres)
    if lettres and autres / len(lettres) > LETTRES_ETRANGERES_PART:
        return 1.0
    plis = [pli for mot in mots for pli in _plier(mot.texte).split()]
    if len(plis) < PASSAGE_MINIMAL_MOTS:
        return 0.0
    return sum(pli in _etrangers() for pli in plis) / len(plis)


@lru_cache(maxsize=1)
def _inventions() -> tuple[str, ...]:
    return tuple(_plier(ligne) for ligne in _lignes("inventions.txt"))


@lru_cache(maxsize=1)
def _etrangers() -> frozenset[str]:
    return frozenset(_plier(mot) for ligne in _lignes("mots_etrangers.txt") for mot in ligne.split())


def _lignes(nom: str) -> list[str]:
    texte = files("recherche.audio").joinpath("motifs", nom).read_text(encoding="utf-8")
    return [ligne for ligne in texte.splitlines() if ligne.strip() and not ligne.startswith("#")]


def _plier(texte: str) -> str:
    """Minuscules sans accents ni ponctuation, mots séparés par une espace."""
    return " ".join(re.sub(r"[\W_]+", " ", sans_accents(texte, "NFD")).split())


def _debut(mot: Mot) -> float:
    return mot.debut_s or 0.0


def _fin(mot: Mot) -> float:
    return _debut(mot) if mot.fin_s is None else mot.fin_s
