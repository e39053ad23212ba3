"""Effectifs croisés, en entretiens : DataFrame -> DataFrame, sans entrée-sortie ni seuil.

Deux tables entrent partout :

- `entretiens` : une ligne par entretien du dénominateur (l'appelant a déjà écarté ceux qui ne
  comptent pas) ; colonnes `source_id`, `territoire` (nom), `profil` (nom) ;
- `codages` : une ligne par code posé ; colonnes `source_id`, `debut`, `fin`, `code`. L'appelant ne
  passe que les codages retenus (un codeur de référence, ou les codages accordés). Ceux d'une source
  absente de `entretiens` (un atelier) ne comptent pas.

On compte des personnes, jamais des mentions : un entretien où un code est posé dix fois compte un.
Un thème et une nature sont liés quand ils portent sur le même extrait (mêmes source, debut et fin).
Ces effectifs sont exacts, donc internes : `publication` masque les petits avant de publier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from recherche.modele.codage import Grille

ENSEMBLE = "ensemble"
TOUTES = "toutes"
_EXTRAIT = ["source_id", "debut", "fin"]
_MESURES = {"entretiens": "Int64", "base": "int64", "part": "float64"}


def wilson(
    effectifs: ArrayLike, bases: ArrayLike, *, confiance: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bornes basse et haute de l'intervalle de Wilson d'une proportion, de 0 à 1.

    Formule, avec p = effectif / base, n = base et z le quantile normal de (1 + confiance) / 2 :
    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Une base nulle donne NaN, jamais 0.
    Limites : la formule suppose un tirage au sort. Des entretiens choisis par quotas n'en sont pas
    un : l'intervalle dit combien une part sur si peu de personnes est imprécise, il n'autorise
    aucune extrapolation à une population.
    Source : E. B. Wilson, « Probable inference », JASA 22, 1927 ; Brown, Cai et DasGupta,
    « Interval estimation for a binomial proportion », Statistical Science 16, 2001.
    """
    n = np.asarray(bases, dtype=np.float64)
    n = np.where(n > 0, n, np.nan)
    p = np.asarray(effectifs, dtype=np.float64) / n
    z2 = NormalDist().inv_cdf((1 + confiance) / 2) ** 2
    centre = p + z2 / (2 * n)
    ecart = np.sqrt(z2) * np.sqrt(p * (1 - p) / n + z2 / (4 * n**2))
    diviseur = 1 + z2 / n
    basse = np.clip((centre - ecart) / diviseur, 0.0, 1.0)
    haute = np.clip((centre + ecart) / diviseur, 0.0, 1.0)
    return basse, haute


def effectifs_codes(
    entretiens: pd.DataFrame, codages: pd.DataFrame, grille: Grille, *, profils: Sequence[str]
) -> pd.DataFrame:
    """Entretiens où chaque thème apparaît, par profil (et ensemble) et par nature (et toutes).

    Colonnes : code, profil, nature, entretiens, base, part, part_basse, part_haute. Lignes dans
    l'ordre de la grille ; toutes les combinaisons y sont, zéros compris.
    """
    themes = [code.id for code in grille.themes()]
    natures = [code.id for code in grille.natures]
    extraits = themes_et_natures(codages, themes, natures)
    tous = extraits[[*_EXTRAIT, "code"]].assign(nature=TOUTES)
    lies = extraits.dropna(subset=["nature"])
    presences = pd.concat([tous, lies], ignore_index=True)
    axes = {"code": themes, "profil": [ENSEMBLE, *profils] if profils else []}
    return _compter(entretiens, presences, {**axes, "nature": [TOUTES, *natures]})


def effectifs_familles(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    *,
    territoires: Sequence[str],
    profils: Sequence[str],
) -> pd.DataFrame:
    """Entretiens où apparaît au moins un thème de la famille, par territoire et profil.

    Colonnes : famille, territoire, profil, entretiens, base, part, part_basse, part_haute. Pas de
    marges : `effectifs_ensembles` les donne.
    """
    axes = {"territoire": list(territoires), "profil": list(profils)}
    familles = {"famille": [famille.id for famille in grille.familles]}
    return _compter(entretiens, _familles(codages, grille), {**familles, **axes})


def effectifs_natures(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    *,
    territoires: Sequence[str],
    profils: Sequence[str],
) -> pd.DataFrame:
    """Entretiens où apparaît chaque nature du propos, par territoire et profil.

    Colonnes : nature, territoire, profil, entretiens, base, part, part_basse, part_haute.
    """
    axes = {"territoire": list(territoires), "profil": list(profils)}
    natures = {"nature": [code.id for code in grille.natures]}
    return _compter(entretiens, codages.rename(columns={"code": "nature"}), {**natures, **axes})


def effectifs_ensembles(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    *,
    territoires: Sequence[str],
    profils: Sequence[str],
) -> pd.DataFrame:
    """Marges des familles et des natures : tous profils d'un territoire, tous territoires d'un profil.

    Colonnes : axe (« famille » ou « nature »), code, territoire, profil, entretiens, base, part,
    part_basse, part_haute ; `territoire` ou `profil` (ou les deux) valent « ensemble ».
    """
    axes = {
        "territoire": [ENSEMBLE, *territoires] if profils else [],
        "profil": [ENSEMBLE, *profils] if profils else [],
    }
    par_axe = {
        "famille": (_familles(codages, grille), [famille.id for famille in grille.familles]),
        "nature": (codages.rename(columns={"code": "nature"}), [n.id for n in grille.natures]),
    }
    morceaux = []
    for axe, (presences, codes) in par_axe.items():
        table = _compter(entretiens, presences, {axe: codes, **axes})
        marges = table[(table["territoire"] == ENSEMBLE) | (table["profil"] == ENSEMBLE)]
        marges = marges.rename(columns={axe: "code"})
        marges.insert(0, "axe", pd.Series(axe, index=marges.index, dtype="str"))
        morceaux.append(marges)
    return pd.concat(morceaux, ignore_index=True)


def effectifs(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    *,
    territoires: Sequence[str],
    profils: Sequence[str],
) -> dict[str, pd.DataFrame]:
    """Les quatre tables d'effectifs que prend `publication.jeu.construire_jeu`, par leur nom."""
    croisements = {"territoires": territoires, "profils": profils}
    return {
        "effectifs_codes": effectifs_codes(entretiens, codages, grille, profils=profils),
        "effectifs_familles": effectifs_familles(entretiens, codages, grille, **croisements),
        "effectifs_natures": effectifs_natures(entretiens, codages, grille, **croisements),
        "effectifs_ensembles": effectifs_ensembles(entretiens, codages, grille, **croisements),
    }


def cooccurrences(entretiens: pd.DataFrame, codages: pd.DataFrame, grille: Grille) -> pd.DataFrame:
    """Paires de thèmes posés sur un même extrait.

    Colonnes : code_a, code_b (code_a avant code_b dans la grille), extraits (nombre d'extraits),
    entretiens (nombre d'entretiens). Seules les paires rencontrées y sont, les plus fréquentes
    d'abord.
    """
    rang = {code.id: i for i, code in enumerate(grille.themes())}
    retenus = codages[
        codages["code"].isin(list(rang)) & codages["source_id"].isin(entretiens["source_id"])
    ]
    uniques = retenus[[*_EXTRAIT, "code"]].drop_duplicates()
    paires = uniques.merge(uniques, on=_EXTRAIT, suffixes=("_a", "_b"))
    paires = paires[paires["code_a"].map(rang) < paires["code_b"].map(rang)]
    groupes = paires.groupby(["code_a", "code_b"])
    table = groupes.agg(extraits=("debut", "size"), entretiens=("source_id", "nunique")).reset_index()
    table["rang"] = table["code_a"].map(rang) * len(rang) + table["code_b"].map(rang)
    table = table.sort_values(["entretiens", "extraits", "rang"], ascending=[False, False, True])
    types = {"code_a": "str", "code_b": "str", "extraits": "int64", "entretiens": "int64"}
    return table[list(types)].astype(types).reset_index(drop=True)


ETATS = {
    "realises": "realise",
    "transcrits": "transcrit",
    "relus": "relu",
    "codes": "code",
    "publies": "publie",
}


def avancement(
    entretiens: pd.DataFrame, *, territoires: Sequence[str], objectifs: Mapping[str, int]
) -> pd.DataFrame:
    """Où en est chaque quota : territoire × profil.

    `entretiens` porte les colonnes booléennes realise, transcrit, relu, code et publie ; `objectifs`
    donne le quota de chaque profil (nom) dans un territoire. Colonnes : territoire, profil,
    objectif, realises, transcrits, relus, codes, publies (entretiens).
    """
    cases = pd.MultiIndex.from_product([territoires, objectifs], names=["territoire", "profil"])
    etats = entretiens.groupby(["territoire", "profil"])[list(ETATS.values())].sum()
    table = etats.reindex(cases, fill_value=0).rename(columns={v: k for k, v in ETATS.items()})
    table = table.reset_index().astype({"territoire": "str", "profil": "str"})
    table.insert(2, "objectif", table["profil"].map(dict(objectifs)))
    return table.astype({"objectif": "int64", **dict.fromkeys(ETATS, "int64")})


def themes_et_natures(
    codages: pd.DataFrame, themes: Sequence[str], natures: Sequence[str]
) -> pd.DataFrame:
    """Un thème par ligne, avec la nature de son extrait (ou rien)."""
    colonnes = [*_EXTRAIT, "code"]
    poses = codages.loc[codages["code"].isin(list(themes)), colonnes].drop_duplicates()
    propos = codages.loc[codages["code"].isin(list(natures)), colonnes].drop_duplicates()
    return poses.merge(propos.rename(columns={"code": "nature"}), on=_EXTRAIT, how="left")


def _familles(codages: pd.DataFrame, grille: Grille) -> pd.DataFrame:
    famille_de = {code.id: famille.id for famille in grille.familles for code in famille.codes}
    return codages.assign(famille=codages["code"].map(famille_de)).dropna(subset=["famille"])


def _compter(
    entretiens: pd.DataFrame, presences: pd.DataFrame, axes: Mapping[str, Sequence[str]]
) -> pd.DataFrame:
    """Entretiens distincts de chaque case du produit des axes, avec leur base et leur part.

    Un axe territoire ou profil qui contient « ensemble » reçoit aussi cette marge.
    """
    groupes = [axe for axe in axes if axe in ("territoire", "profil")]
    sources = _avec_marges(entretiens[["source_id", "territoire", "profil"]], axes, groupes)
    cles = [axe for axe in axes if axe not in groupes]
    poses = presences[["source_id", *cles]].drop_duplicates().merge(sources, on="source_id")
    cases = pd.MultiIndex.from_product(list(axes.values()), names=list(axes))
    table = poses.groupby(list(axes)).size().reindex(cases, fill_value=0).rename("entretiens")
    bases = sources.groupby(groupes).size().rename("base")
    complet = table.reset_index().merge(bases.reset_index(), on=groupes, how="left")
    return _mesurer(complet.astype(dict.fromkeys(axes, "str")))


def _avec_marges(
    sources: pd.DataFrame, axes: Mapping[str, Sequence[str]], groupes: Sequence[str]
) -> pd.DataFrame:
    for axe in groupes:
        sources = sources[sources[axe].isin(list(axes[axe]))]
    for axe in groupes:
        if ENSEMBLE in axes[axe]:
            sources = pd.concat([sources, sources.assign(**{axe: ENSEMBLE})], ignore_index=True)
    return sources


def _mesurer(table: pd.DataFrame) -> pd.DataFrame:
    table["base"] = table["base"].fillna(0)
    table["part"] = table["entretiens"] / table["base"].where(table["base"] > 0)
    table["part_basse"], table["part_haute"] = wilson(table["entretiens"], table["base"])
    return table.astype({**_MESURES, "part_basse": "float64", "part_haute": "float64"})
