"""Choisir les verbatims publiés, toujours les mêmes pour les mêmes passages."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pandas as pd

LONGUEURS = (80, 600)
SEPARATEUR = ", "


@dataclass(frozen=True)
class Regles:
    """Combien de verbatims : par thème et profil, par personne ; longueurs en caractères."""

    par_theme_et_profil: int = 3
    par_personne: int = 2
    longueur_min: int = LONGUEURS[0]
    longueur_max: int = LONGUEURS[1]


@dataclass
class _Compteurs:
    """Ce qui est déjà choisi, au fil du choix."""

    case: Counter[tuple[str, str]] = field(default_factory=Counter)
    territoire: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    nature: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    personne: Counter[str] = field(default_factory=Counter)


def choisir(
    passages: pd.DataFrame, themes: Sequence[str], *, regles: Regles | None = None
) -> pd.DataFrame:
    """Les passages retenus, mêmes colonnes.

    `passages` : source_id, territoire (nom), profil (nom), codes (thèmes séparés par « , »), nature,
    texte (pseudonymisé et relu), citation_permise (booléen ; vide vaut non). Seules les personnes qui
    consentent à être citées y passent ; chaque thème reçoit pour chaque profil jusqu'à
    `par_theme_et_profil` passages, de territoires et de natures aussi divers que possible. Un passage
    compte pour tous ses thèmes ; les thèmes les plus rares sont servis d'abord. À égalité, c'est
    l'empreinte du texte qui départage : aucun hasard.
    """
    regles = regles or Regles()
    permis = _admissibles(passages, regles)
    compteurs = _Compteurs()
    retenus: list[int] = []
    candidats = _par_case(permis, themes)
    for tour in range(1, regles.par_theme_et_profil + 1):
        for case, lignes in candidats:
            if compteurs.case[case] >= tour:
                continue
            libres = [i for i in lignes if _libre(permis, i, retenus, compteurs, regles, themes)]
            if libres:
                choisi = min(libres, key=lambda i: _rang(permis, i, case, compteurs))
                retenus.append(choisi)
                _compter(permis, choisi, compteurs, themes)
    return permis.loc[sorted(retenus)].drop(columns=["_hachage"]).reset_index(drop=True)


def referencer(verbatims: pd.DataFrame, version: int) -> pd.DataFrame:
    """Ajoute `reference` (V001…) et range les verbatims dans l'ordre d'un hachage.

    L'ordre dépend de la version et du texte : la référence d'un passage change à chaque publication,
    et deux passages d'une même personne ne se suivent pas plus que d'autres.
    """
    ordre = verbatims["texte"].map(lambda texte: _hacher(f"{version}|{texte}"))
    range_ = verbatims.assign(_ordre=ordre).sort_values("_ordre").drop(columns=["_ordre"])
    references = [f"V{i:03d}" for i in range(1, len(range_) + 1)]
    range_.insert(0, "reference", pd.Series(references, index=range_.index, dtype="str"))
    return range_.reset_index(drop=True)


def _admissibles(passages: pd.DataFrame, regles: Regles) -> pd.DataFrame:
    permis = passages["citation_permise"].fillna(False).astype(bool)
    longueurs = passages["texte"].str.len()
    convient = longueurs.between(regles.longueur_min, regles.longueur_max)
    complets = passages[["territoire", "profil"]].notna().all(axis=1)
    retenus = passages[permis & convient & complets].drop_duplicates("texte").copy()
    retenus["_hachage"] = retenus["texte"].map(_hacher).astype("str")
    return retenus.sort_values("_hachage").reset_index(drop=True)


def _par_case(
    permis: pd.DataFrame, themes: Sequence[str]
) -> list[tuple[tuple[str, str], list[int]]]:
    """Les lignes candidates de chaque (thème, profil), les cases les moins fournies d'abord."""
    cases: dict[tuple[str, str], list[int]] = {}
    for i, (codes, profil) in enumerate(zip(permis["codes"], permis["profil"], strict=True)):
        for theme in codes.split(SEPARATEUR):
            if theme in themes:
                cases.setdefault((theme, profil), []).append(i)
    return sorted(cases.items(), key=lambda element: (len(element[1]), element[0]))


def _cases(permis: pd.DataFrame, i: int, themes: Sequence[str]) -> Iterator[tuple[str, str]]:
    for theme in permis.at[i, "codes"].split(SEPARATEUR):
        if theme in themes:
            yield theme, permis.at[i, "profil"]


def _libre(
    permis: pd.DataFrame,
    i: int,
    retenus: Sequence[int],
    compteurs: _Compteurs,
    regles: Regles,
    themes: Sequence[str],
) -> bool:
    """Pas encore choisi, sa personne a encore droit, et aucun de ses thèmes ne déborde."""
    if i in retenus or compteurs.personne[permis.at[i, "source_id"]] >= regles.par_personne:
        return False
    return all(compteurs.case[c] < regles.par_theme_et_profil for c in _cases(permis, i, themes))


def _rang(
    permis: pd.DataFrame, i: int, case: tuple[str, str], compteurs: _Compteurs
) -> tuple[int, int, int, str]:
    return (
        compteurs.territoire[(*case, permis.at[i, "territoire"])],
        compteurs.nature[(*case, permis.at[i, "nature"])],
        compteurs.personne[permis.at[i, "source_id"]],
        permis.at[i, "_hachage"],
    )


def _compter(
    permis: pd.DataFrame, i: int, compteurs: _Compteurs, themes: Sequence[str]
) -> None:
    compteurs.personne[permis.at[i, "source_id"]] += 1
    for case in _cases(permis, i, themes):
        compteurs.case[case] += 1
        compteurs.territoire[(*case, permis.at[i, "territoire"])] += 1
        compteurs.nature[(*case, permis.at[i, "nature"])] += 1


def _hacher(texte: str) -> str:
    return hashlib.sha256(texte.encode("utf-8")).hexdigest()
