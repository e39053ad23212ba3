"""Concordances (un mot dans ses contextes) et collocations (les mots qui l'entourent)."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

import numpy as np
import pandas as pd

from recherche.analyse.corpus import Parole

CONTEXTE = 60
FENETRE = 5


def concordance(
    paroles: Iterable[Parole], mot: str, *, contexte: int = CONTEXTE, lemme: bool = False
) -> pd.DataFrame:
    """Chaque emploi d'un mot ou d'une expression, entre ses contextes de `contexte` caractères.

    Sans égard à la casse ni aux accents. `lemme` : toutes les formes de ce lemme. Colonnes : source_id,
    debut, fin (positions dans le texte de la source), gauche, mot, droite.
    """
    motif = re.compile(rf"(?<!\w){re.escape(_plier(mot))}(?!\w)")
    lignes = []
    for parole in paroles:
        if lemme:
            places = [
                (j.debut - parole.debut, j.fin - parole.debut)
                for j in parole.jetons
                if _plier(j.lemme) == _plier(mot)
            ]
        else:
            places = [m.span() for m in motif.finditer(_plier(parole.texte))]
        for debut, fin in places:
            gauche = parole.texte[max(0, debut - contexte) : debut]
            droite = parole.texte[fin : fin + contexte]
            ou = parole.debut + debut, parole.debut + fin
            lignes.append((parole.source_id, *ou, gauche, parole.texte[debut:fin], droite))
    return pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "gauche", "mot", "droite"])


def _plier(texte: str) -> str:
    """Minuscules sans accents, caractère pour caractère (les positions restent justes)."""
    return "".join(unicodedata.normalize("NFD", c)[0].lower()[:1] or c for c in texte)


def collocations(
    paroles: Iterable[Parole], mot: str, *, fenetre: int = FENETRE, minimum: int = 3
) -> pd.DataFrame:
    """Les lemmes actifs à moins de `fenetre` mots actifs du lemme `mot`, les plus liés d'abord.

    Colonnes : lemme, ensemble (voisinages), total (occurrences), sources (nombre de sources où ils se
    voisinent), log_dice = 14 + log2(2 × ensemble / (occurrences du mot + total)), au plus 14, et
    vraisemblance (rapport de vraisemblance G² du tableau 2 × 2, signé). Sous `minimum` voisinages,
    rien n'est rendu : ces mesures y sont instables.
    Sources : T. Dunning, Computational Linguistics 19, 1993 ; P. Rychlý, RASLAN 2008 (logDice).
    """
    cible = _plier(mot)
    frequences: Counter[str] = Counter()
    voisins: Counter[str] = Counter()
    sources: dict[str, set[str]] = {}
    for parole in paroles:
        suite = [j.lemme for j in parole.jetons if j.actif]
        frequences.update(suite)
        proches: set[int] = set()
        for place, lemme in enumerate(suite):
            if _plier(lemme) == cible:
                proches.update(range(max(0, place - fenetre), min(len(suite), place + fenetre + 1)))
        for place in proches:
            if _plier(suite[place]) != cible:
                voisins[suite[place]] += 1
                sources.setdefault(suite[place], set()).add(parole.source_id)
    du_mot = sum(n for lemme, n in frequences.items() if _plier(lemme) == cible)
    lignes = [
        (lemme, n, frequences[lemme], len(sources[lemme]))
        for lemme, n in voisins.items()
        if n >= minimum
    ]
    table = pd.DataFrame(lignes, columns=["lemme", "ensemble", "total", "sources"])
    table["log_dice"] = 14 + np.log2(2 * table["ensemble"] / (du_mot + table["total"]))
    table["vraisemblance"] = _vraisemblance(
        table, float(sum(voisins.values())), float(sum(frequences.values()) - du_mot)
    )
    return table.sort_values(["log_dice", "lemme"], ascending=[False, True]).reset_index(drop=True)


def _vraisemblance(table: pd.DataFrame, voisinage: float, tous: float) -> pd.Series:
    """G² signé du tableau (dans le voisinage ou non) × (ce lemme ou un autre)."""
    a = table["ensemble"].to_numpy(dtype=np.float64)
    total = table["total"].to_numpy(dtype=np.float64)
    cases = [a, total - a, voisinage - a, tous - total - (voisinage - a)]
    attendus = [
        total * voisinage / tous,
        total * (tous - voisinage) / tous,
        (tous - total) * voisinage / tous,
        (tous - total) * (tous - voisinage) / tous,
    ]
    g2 = np.zeros(len(a))
    with np.errstate(divide="ignore", invalid="ignore"):
        for observe, attendu in zip(cases, attendus, strict=True):
            g2 += np.where(observe > 0, 2 * observe * np.log(observe / attendu), 0.0)
    return pd.Series(np.sign(a - attendus[0]) * g2, index=table.index)
