"""Analyse des correspondances, spécificités, graphe de similitudes.

Ces mesures décrivent des occurrences, qui se répètent chez une même personne : elles rangent des mots,
elles ne testent pas d'hypothèse sur des populations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recherche.analyse.corpus import Corpus
from recherche.analyse.disposition import disposer

Reels = NDArray[np.float64]


@dataclass(frozen=True)
class Correspondances:
    """Une analyse factorielle des correspondances.

    `lignes`, `colonnes` : nom, masse, axe1… (coordonnées principales), contribution1…, cos2_1… ;
    `inerties` : inertie de chaque axe, et sa part.
    """

    lignes: pd.DataFrame
    colonnes: pd.DataFrame
    inerties: pd.DataFrame


def correspondances(table: pd.DataFrame, *, axes: int = 2) -> Correspondances:
    """AFC d'un tableau d'effectifs (lignes × colonnes), `axes` premiers axes.

    Lignes et colonnes de somme nulle sont ôtées. Signe d'un axe : la ligne de plus grande coordonnée en
    valeur absolue y est positive. Lève `ValueError` s'il reste moins de deux lignes ou colonnes.
    Source : J.-P. Benzécri, *L'analyse des données*, 1973 ; M. Greenacre, 2007.
    """
    n = table.to_numpy(dtype=np.float64)
    garde_l, garde_c = n.sum(axis=1) > 0, n.sum(axis=0) > 0
    p = n[garde_l][:, garde_c] / max(n.sum(), 1.0)
    if min(p.shape) < 2:
        raise ValueError("il faut au moins deux lignes et deux colonnes non vides")
    r, c = p.sum(axis=1), p.sum(axis=0)
    residus = (p - np.outer(r, c)) / np.sqrt(np.outer(r, c))
    u, s, vt = np.linalg.svd(residus, full_matrices=False)
    axes = min(axes, min(p.shape) - 1)
    f = u[:, :axes] * s[:axes] / np.sqrt(r)[:, None]
    signes = np.array(
        [np.sign(f[np.argmax(np.round(np.abs(f[:, a]), 12)), a]) or 1.0 for a in range(axes)]
    )
    f, g = f * signes, vt[:axes].T * s[:axes] / np.sqrt(c)[:, None] * signes
    inertie = s**2
    parts = pd.DataFrame(
        {"axe": np.arange(1, len(s) + 1), "inertie": inertie, "part": inertie / inertie.sum()}
    )
    noms_l, noms_c = table.index[garde_l].astype(str), table.columns[garde_c].astype(str)
    lignes = _points(list(noms_l), r, f, s[:axes], (residus**2).sum(axis=1) / r)
    colonnes = _points(list(noms_c), c, g, s[:axes], (residus**2).sum(axis=0) / c)
    return Correspondances(lignes, colonnes, parts)


def _points(
    noms: Sequence[str], masses: Reels, places: Reels, s: Reels, distances: Reels
) -> pd.DataFrame:
    resultat = pd.DataFrame({"nom": list(noms), "masse": masses})
    for a in range(places.shape[1]):
        resultat[f"axe{a + 1}"] = places[:, a]
        resultat[f"contribution{a + 1}"] = masses * places[:, a] ** 2 / max(s[a] ** 2, 1e-300)
        resultat[f"cos2_{a + 1}"] = places[:, a] ** 2 / np.maximum(distances, 1e-300)
    return resultat


def formes_par(corpus: Corpus, groupe: str | Sequence[int]) -> pd.DataFrame:
    """Occurrences de chaque forme (colonnes) par modalité d'une variable, ou par classe (lignes)."""
    cles = corpus.segments[groupe] if isinstance(groupe, str) else pd.Series(list(groupe))
    rangs, modalites = pd.factorize(cles, sort=True)
    lignes = [
        np.asarray(corpus.occurrences[rangs == i].sum(axis=0)).ravel() for i in range(len(modalites))
    ]
    return pd.DataFrame(lignes, index=list(modalites), columns=list(corpus.formes)).astype("int64")


def specificites(table: pd.DataFrame, *, minimum: int = 5) -> pd.DataFrame:
    """Formes en excès ou en défaut dans chaque partie, par la loi hypergéométrique.

    `table` : parties × formes, en occurrences (voir `formes_par`). Pour une forme de fréquence F (au
    moins `minimum`) dans un corpus de T occurrences, une partie de t occurrences qui en compte f :
    specificite = -log10 P(X ≥ f) si f dépasse l'attendu F t / T, sinon log10 P(X ≤ f), où X est
    hypergéométrique (300 au plus). Colonnes : partie, forme, frequence, total, attendu, specificite.
    Source : P. Lafon, « Sur la variabilité de la fréquence des formes », Mots 1, 1980.
    """
    from scipy.stats import hypergeom

    n = table.to_numpy(dtype=np.int64)
    totaux, tailles, tous = n.sum(axis=0), n.sum(axis=1), int(n.sum())
    garde = np.flatnonzero(totaux >= minimum)
    f, grand, petit = n[:, garde], totaux[garde][None, :], tailles[:, None]
    attendu = grand * petit / max(tous, 1)
    exces = f > attendu
    hautes = hypergeom.sf(f - 1, tous, grand, petit)
    basses = hypergeom.cdf(f, tous, grand, petit)
    logs = np.where(exces, -1.0, 1.0) * np.log10(np.maximum(np.where(exces, hautes, basses), 1e-300))
    parties, formes = np.indices(f.shape)
    resultat = pd.DataFrame(
        {
            "partie": [str(table.index[i]) for i in parties.ravel().tolist()],
            "forme": [str(table.columns[int(garde[j])]) for j in formes.ravel().tolist()],
            "frequence": f.ravel(),
            "total": np.broadcast_to(grand, f.shape).ravel(),
            "attendu": attendu.ravel(),
            "specificite": logs.ravel(),
        }
    )
    return resultat.sort_values(
        ["partie", "specificite", "forme"], ascending=[True, False, True]
    ).reset_index(drop=True)


def similitudes(corpus: Corpus, *, formes: int = 60) -> tuple[pd.DataFrame, pd.DataFrame]:
    """L'arbre couvrant maximal des cooccurrences des formes les plus fréquentes, placé dans le plan.

    Le poids d'un lien est le nombre de segments où les deux formes sont présentes. Nœuds : mot,
    segments, x, y ; liens : mot_a, mot_b, segments, xa, ya, xb, yb. Une forme sans lien n'y est pas.
    Source : C. Flament, « L'analyse de similitude », Cahiers du CERO 4, 1962.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import minimum_spanning_tree

    presences = corpus.presences
    frequences = np.asarray(presences.sum(axis=0)).ravel().astype(np.int64)
    choisies = np.lexsort((np.arange(len(frequences)), -frequences))[:formes]
    sous = presences[:, choisies]
    communs = (sous.T @ sous).toarray()
    np.fill_diagonal(communs, 0.0)
    couts = np.where(communs > 0, communs.max(initial=0.0) + 1 - communs, 0.0)
    arbre = minimum_spanning_tree(csr_matrix(np.triu(couts))).tocoo()
    mots = [corpus.formes[i] for i in choisies]
    aretes = sorted(zip(map(int, arbre.row), map(int, arbre.col), strict=True))
    utiles = sorted({i for arete in aretes for i in arete})
    rang = {i: k for k, i in enumerate(utiles)}
    poids = [communs[a, b] for a, b in aretes]
    places = disposer(len(utiles), [(rang[a], rang[b]) for a, b in aretes], poids)
    noeuds = pd.DataFrame(
        {
            "mot": [mots[i] for i in utiles],
            "segments": [int(frequences[choisies[i]]) for i in utiles],
            "x": places[:, 0],
            "y": places[:, 1],
        }
    )
    liens = [
        (mots[a], mots[b], int(p), *places[rang[a]], *places[rang[b]])
        for (a, b), p in zip(aretes, poids, strict=True)
    ]
    return noeuds, pd.DataFrame(liens, columns=["mot_a", "mot_b", "segments", "xa", "ya", "xb", "yb"])
