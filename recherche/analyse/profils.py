"""Ce qui caractérise une classe de segments : mots, variables, segments typiques.

Le khi-deux d'une forme dans une classe est celui du tableau 2 × 2 (présente ou non, dans la classe ou
non), signe + si l'observé dépasse l'attendu. Il range les mots, il ne teste rien : les segments d'un
entretien ne sont pas indépendants, aucune p-valeur n'en est tirée.
Source : M. Reinert, « Alceste », BMS 26, 1990.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from recherche.analyse.corpus import Corpus

KHI2_MINIMAL = 2.0
Reels = NDArray[np.float64]


def khi_deux_signe(dedans: ArrayLike, total: ArrayLike, classe: float, tous: float) -> Reels:
    """Khi-deux signé d'une présence : `dedans` segments de la classe sur `total` qui la portent.

    `classe` segments dans la classe, `tous` en tout. Zéro si une marge du tableau est nulle.
    """
    a = np.asarray(dedans, dtype=np.float64)
    t = np.asarray(total, dtype=np.float64)
    ecart = a * tous - t * classe
    marges = t * (tous - t) * classe * (tous - classe)
    with np.errstate(divide="ignore", invalid="ignore"):
        valeur = np.where(marges > 0, tous * ecart**2 / marges, 0.0)
    return np.asarray(np.sign(ecart) * valeur, dtype=np.float64)


def mots(
    corpus: Corpus, classes: Sequence[int] | NDArray[np.int64], *, minimum: float = KHI2_MINIMAL
) -> pd.DataFrame:
    """Les formes en excès dans chaque classe, les plus propres d'abord.

    `classes` : la classe de chaque segment, 0 s'il n'est pas classé. Colonnes : classe, mot, categorie,
    segments_classe, segments, khi2 (signé, au moins `minimum`).
    """
    rangs = np.asarray(classes)
    classes_ = rangs[rangs > 0]
    presences = corpus.presences[rangs > 0]
    totaux = np.asarray(presences.sum(axis=0)).ravel()
    morceaux = []
    for classe in np.unique(classes_):
        dedans = np.asarray(presences[classes_ == classe].sum(axis=0)).ravel()
        khi = khi_deux_signe(dedans, totaux, float((classes_ == classe).sum()), float(len(classes_)))
        garde = np.flatnonzero(khi >= minimum)
        garde = garde[np.lexsort((garde, -khi[garde]))]
        morceaux.append(
            pd.DataFrame(
                {
                    "classe": int(classe),
                    "mot": [corpus.formes[i] for i in garde],
                    "categorie": [corpus.categories[i] for i in garde],
                    "segments_classe": dedans[garde].astype("int64"),
                    "segments": totaux[garde].astype("int64"),
                    "khi2": khi[garde],
                }
            )
        )
    colonnes = ["classe", "mot", "categorie", "segments_classe", "segments", "khi2"]
    return pd.concat(morceaux, ignore_index=True) if morceaux else pd.DataFrame(columns=colonnes)


def variables(
    corpus: Corpus, classes: Sequence[int] | NDArray[np.int64], noms: Sequence[str]
) -> pd.DataFrame:
    """Le lien de chaque modalité de chaque variable (colonnes de `corpus.segments`) à chaque classe.

    Colonnes : classe, variable, modalite, segments_classe, segments, part (de la modalité), khi2 signé.
    """
    table = corpus.segments.assign(classe=np.asarray(classes))
    table = table[table["classe"] > 0]
    lignes = []
    for nom in noms:
        croisee = pd.crosstab(table[nom], table["classe"])
        totaux = croisee.sum(axis=1)
        for classe in croisee.columns:
            khi = khi_deux_signe(
                croisee[classe], totaux, float(croisee[classe].sum()), float(len(table))
            )
            for modalite, dedans, total, valeur in zip(
                croisee.index, croisee[classe], totaux, khi, strict=True
            ):
                ligne = (int(classe), nom, str(modalite), int(dedans), int(total))
                lignes.append((*ligne, dedans / total, float(valeur)))
    colonnes = ["classe", "variable", "modalite", "segments_classe", "segments", "part", "khi2"]
    resultat = pd.DataFrame(lignes, columns=colonnes)
    return resultat.sort_values(["classe", "variable", "modalite"]).reset_index(drop=True)


def segments_typiques(
    corpus: Corpus,
    classes: Sequence[int] | NDArray[np.int64],
    profils: pd.DataFrame,
    *,
    nombre: int = 10,
) -> pd.DataFrame:
    """Les segments de chaque classe dont les mots ont la plus grande somme de khi-deux.

    `profils` : sortie de `mots`. Colonnes : classe, source_id, debut, fin, texte, score.
    """
    rangs = np.asarray(classes)
    presences = corpus.presences
    place = {forme: i for i, forme in enumerate(corpus.formes)}
    morceaux = []
    for classe, lignes in profils.groupby("classe"):
        poids = np.zeros(len(corpus.formes))
        poids[[place[mot] for mot in lignes["mot"]]] = lignes["khi2"]
        membres = np.flatnonzero(rangs == classe)
        scores = presences[membres] @ poids
        ordre = membres[np.lexsort((membres, -scores))][:nombre]
        choisis = corpus.segments.iloc[ordre][["source_id", "debut", "fin", "texte"]]
        tries = np.sort(scores)[::-1][:nombre]
        morceaux.append(choisis.assign(classe=classe, score=tries))
    colonnes = ["classe", "source_id", "debut", "fin", "texte", "score"]
    if not morceaux:
        return pd.DataFrame(columns=colonnes)
    return pd.concat(morceaux, ignore_index=True)[colonnes]
