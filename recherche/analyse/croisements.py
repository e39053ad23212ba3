"""Codes croisés avec les attributs des personnes, en entretiens ; comparaisons entre groupes.

Mêmes tables d'entrée que `tableaux`. L'unité est l'entretien, jamais le passage : dix passages d'une
même personne ne sont pas dix observations.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from recherche.analyse.tableaux import wilson

MESURE, MANQUANT, MASQUE = "mesuré", "manquant", "masqué"
INCONNU = "non renseigné"
TRANCHES = (0, 18, 22, 26, 200)
ATTENDU_MINIMAL = 5.0


@dataclass(frozen=True)
class Questions:
    """Quelles questions ont été posées à qui, d'après le guide d'entretien.

    `posees` : les (source_id, code) dont la question a été posée ; `codes` : ceux que le guide de
    chaque profil pose (un code hors du guide est compté sur tous les entretiens du profil) ; `connues` :
    les sources dont on sait ce qui a été demandé.
    """

    posees: frozenset[tuple[str, str]]
    codes: Mapping[str, frozenset[str]]
    connues: frozenset[str]


def croiser(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    codes: Sequence[str],
    *,
    par: Sequence[str],
    questions: Questions | None = None,
) -> pd.DataFrame:
    """Entretiens où chaque code est posé, selon les colonnes `par` d'`entretiens`.

    Une ligne par code et combinaison rencontrée. Colonnes : code, `par`…, entretiens, base, part,
    part_basse, part_haute (Wilson), spontanes, manquants.

    Avec `questions`, la base est le nombre d'entretiens à qui la question a été posée et `entretiens`
    ne compte que ceux-là ; `spontanes` en ont parlé sans qu'on le leur demande ; de `manquants` on ne
    sait pas si on le leur a demandé. Sans `questions`, tous sont dans la base. Une valeur absente d'une
    colonne `par` vaut « non renseigné ».
    """
    groupes = list(par)
    attributs = ["source_id", *dict.fromkeys([*groupes, *(["profil"] if questions else [])])]
    sources = entretiens[attributs].drop_duplicates("source_id").reset_index(drop=True)
    for colonne in groupes:
        sources[colonne] = sources[colonne].astype("object").where(sources[colonne].notna(), INCONNU)
    presences, demandes, connus = _indicateurs(sources, codages, codes, questions)
    cles = sources[groupes].apply(tuple, axis=1) if groupes else pd.Series([()] * len(sources))
    rangs, modalites = pd.factorize(cles, sort=False)
    lignes = []
    for g, modalite in enumerate(modalites):
        dans = rangs == g
        p, d, c = presences[dans], demandes[dans], connus[dans]
        sommes = (p & d).sum(axis=0), d.sum(axis=0), (p & ~d & c).sum(axis=0), (~c).sum(axis=0)
        for j, code in enumerate(codes):
            lignes.append((code, *modalite, *(int(s[j]) for s in sommes)))
    colonnes = ["code", *groupes, "entretiens", "base", "spontanes", "manquants"]
    table = pd.DataFrame(lignes, columns=colonnes)
    table["part"] = table["entretiens"] / table["base"].where(table["base"] > 0)
    table["part_basse"], table["part_haute"] = wilson(table["entretiens"], table["base"])
    rang = {code: i for i, code in enumerate(codes)}
    table = table.sort_values(["code", *groupes], key=lambda s: s.map(rang) if s.name == "code" else s)
    mesures = ["entretiens", "base", "part", "part_basse", "part_haute", "spontanes", "manquants"]
    return table[["code", *groupes, *mesures]].reset_index(drop=True)


_Trois = tuple[np.ndarray, np.ndarray, np.ndarray]


def _indicateurs(
    sources: pd.DataFrame, codages: pd.DataFrame, codes: Sequence[str], questions: Questions | None
) -> _Trois:
    """Booléens sources × codes : le code est posé, la question aussi, on sait si elle l'est."""
    forme = (len(sources), len(codes))
    lignes = {source: i for i, source in enumerate(sources["source_id"])}
    colonnes = {code: j for j, code in enumerate(codes)}
    presences = np.zeros(forme, dtype=bool)
    i = codages["source_id"].map(lignes)
    j = codages["code"].map(colonnes)
    garde = i.notna() & j.notna()
    presences[i[garde].astype(int), j[garde].astype(int)] = True
    if questions is None:
        return presences, np.ones(forme, dtype=bool), np.ones(forme, dtype=bool)
    connues = sources["source_id"].isin(list(questions.connues)).to_numpy()
    demandees = np.zeros(forme, dtype=bool)
    for source, code in questions.posees:
        if source in lignes and code in colonnes:
            demandees[lignes[source], colonnes[code]] = True
    du_guide = np.array(
        [[c in questions.codes.get(p, frozenset()) for c in codes] for p in sources["profil"]],
        dtype=bool,
    ).reshape(forme)
    connus = ~du_guide | connues[:, None]
    return presences, np.where(du_guide, demandees & connues[:, None], True), connus


def tranches_age(ages: pd.Series, bornes: Sequence[int] = TRANCHES) -> pd.Series:
    """L'âge en tranches (« 18-21 ») ; une tranche commence à sa borne ; vide si l'âge manque."""
    noms = [_nom_tranche(bas, haut) for bas, haut in pairwise(bornes)]
    return pd.cut(ages.astype("float64"), list(bornes), right=False, labels=noms).astype("object")


def _nom_tranche(bas: int, haut: int) -> str:
    if bas == 0:
        return f"moins de {haut}"
    return f"{bas} et plus" if haut >= TRANCHES[-1] else f"{bas}-{haut - 1}"


def code_par_entretien(
    entretiens: pd.DataFrame, codages: pd.DataFrame, codes: Sequence[str]
) -> pd.DataFrame:
    """Nombre d'extraits de chaque entretien (index source_id) qui portent chaque code (colonnes)."""
    retenus = codages[codages["code"].isin(list(codes))]
    uniques = retenus[["source_id", "debut", "fin", "code"]].drop_duplicates()
    table = pd.crosstab(uniques["source_id"], uniques["code"])
    sources = list(dict.fromkeys(entretiens["source_id"]))
    return table.reindex(index=sources, columns=list(codes), fill_value=0).astype("int64")


def etat_cellules(table: pd.DataFrame) -> pd.Series:
    """« masqué » (retenu pour protéger quelqu'un), « manquant » (base vide) ou « mesuré »."""
    masque = table["masque"] if "masque" in table else pd.Series(False, index=table.index)
    etats = pd.Series(MESURE, index=table.index, dtype="str")
    etats = etats.mask(table["base"] == 0, MANQUANT)
    return etats.mask(masque.astype(bool), MASQUE)


@dataclass(frozen=True, slots=True)
class Comparaison:
    """Deux parts comparées. `p_valeur` est None si le test ne s'applique pas, `raison` dit pourquoi."""

    entretiens: tuple[int, int]
    bases: tuple[int, int]
    ecart_points: float
    p_valeur: float | None
    raison: str


def comparer(
    entretiens: pd.DataFrame, porteurs: Collection[str], groupe: str, a: object, b: object
) -> Comparaison:
    """Compare la part des entretiens de `porteurs` entre deux modalités de la colonne `groupe`.

    Khi-deux de Pearson à un degré de liberté, sans correction, sur le tableau 2 × 2. La p-valeur
    suppose des unités indépendantes et au moins 5 entretiens attendus dans chaque case : sinon elle
    n'est pas donnée. Même donnée, elle suppose un tirage au sort que des quotas ne sont pas.
    Lève `ValueError` si un entretien est deux fois dans la table : les lignes n'y seraient pas
    indépendantes.
    Source : W. Cochran, « Some methods for strengthening the common χ² tests », Biometrics 10, 1954.
    """
    if entretiens["source_id"].duplicated().any():
        raise ValueError("un entretien par ligne est attendu : des passages ne sont pas indépendants")
    porte = entretiens["source_id"].isin(list(porteurs))
    dans = [entretiens[groupe] == modalite for modalite in (a, b)]
    n = tuple(int(d.sum()) for d in dans)
    x = tuple(int((d & porte).sum()) for d in dans)
    if not all(n):
        return Comparaison((x[0], x[1]), (n[0], n[1]), math.nan, None, "un des deux groupes est vide")
    ecart = 100 * (x[0] / n[0] - x[1] / n[1])
    total, part = sum(n), sum(x) / sum(n)
    attendu = min(min(n) * part, min(n) * (1 - part))
    if attendu < ATTENDU_MINIMAL:
        raison = f"une case attend {attendu:.1f} entretiens, il en faut {ATTENDU_MINIMAL:.0f}"
        return Comparaison((x[0], x[1]), (n[0], n[1]), ecart, None, raison)
    produit = x[0] * (n[1] - x[1]) - x[1] * (n[0] - x[0])
    khi2 = total * produit**2 / (n[0] * n[1] * sum(x) * (total - sum(x)))
    return Comparaison((x[0], x[1]), (n[0], n[1]), ecart, math.erfc(math.sqrt(khi2 / 2)), "")


def comparer_codes(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    codes: Sequence[str],
    *,
    groupe: str,
    a: object,
    b: object,
) -> pd.DataFrame:
    """`comparer` pour chaque code, p-valeurs ajustées par la méthode de Holm.

    Colonnes : code, entretiens_a, base_a, entretiens_b, base_b, ecart (points), p_valeur (NaN si le test
    ne s'applique pas), p_ajustee, raison. Source : S. Holm, Scand. J. Statist. 6, 1979.
    """
    lignes = []
    for code in codes:
        porteurs = set(codages.loc[codages["code"] == code, "source_id"])
        c = comparer(entretiens, porteurs, groupe, a, b)
        p = math.nan if c.p_valeur is None else c.p_valeur
        x, n = c.entretiens, c.bases
        lignes.append((code, x[0], n[0], x[1], n[1], c.ecart_points, p, c.raison))
    colonnes = [
        "code",
        "entretiens_a",
        "base_a",
        "entretiens_b",
        "base_b",
        "ecart",
        "p_valeur",
        "raison",
    ]
    table = pd.DataFrame(lignes, columns=colonnes)
    valides = table["p_valeur"].dropna().sort_values()
    m = len(valides)
    ajustees = np.minimum(np.maximum.accumulate(valides.to_numpy() * (m - np.arange(m))), 1.0)
    table.insert(7, "p_ajustee", pd.Series(ajustees, index=valides.index))
    return table
