"""Choisir les verbatims publiés, toujours les mêmes pour les mêmes passages."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

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


@dataclass(frozen=True, slots=True)
class _Passage:
    """Un passage admissible ; `cases` : ses (thème, profil)."""

    rang: int
    source_id: str
    territoire: str
    nature: str
    hachage: str
    cases: tuple[tuple[str, str], ...]


@dataclass
class _Choix:
    """Ce qui est déjà choisi, au fil du choix."""

    retenus: set[int] = field(default_factory=set)
    case: Counter[tuple[str, str]] = field(default_factory=Counter)
    territoire: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    nature: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    personne: Counter[str] = field(default_factory=Counter)

    def libre(self, passage: _Passage, regles: Regles) -> bool:
        """Pas encore choisi, sa personne a encore droit, et aucun de ses thèmes ne déborde."""
        if passage.rang in self.retenus or self.personne[passage.source_id] >= regles.par_personne:
            return False
        return all(self.case[case] < regles.par_theme_et_profil for case in passage.cases)

    def ordre(self, case: tuple[str, str], passage: _Passage) -> tuple[int, int, int, str]:
        """Le plus petit est le meilleur : territoires, natures puis personnes les moins servis."""
        return (
            self.territoire[(*case, passage.territoire)],
            self.nature[(*case, passage.nature)],
            self.personne[passage.source_id],
            passage.hachage,
        )

    def retenir(self, passage: _Passage) -> None:
        """Compte le passage pour sa personne et pour tous ses thèmes."""
        self.retenus.add(passage.rang)
        self.personne[passage.source_id] += 1
        for case in passage.cases:
            self.case[case] += 1
            self.territoire[(*case, passage.territoire)] += 1
            self.nature[(*case, passage.nature)] += 1


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
    permis = admissibles(passages, regles)
    candidats = _par_case(_passages(permis, themes))
    choix = _Choix()
    for tour in range(1, regles.par_theme_et_profil + 1):
        for case, tous in candidats:
            libres = [p for p in tous if choix.case[case] < tour and choix.libre(p, regles)]
            if libres:
                choix.retenir(min(libres, key=partial(choix.ordre, case)))
    return permis.iloc[sorted(choix.retenus)].drop(columns=["_hachage"]).reset_index(drop=True)


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


def admissibles(passages: pd.DataFrame, regles: Regles) -> pd.DataFrame:
    """Les passages citables : accord donné, longueur voulue, territoire et profil connus, sans double.

    Rangés par l'empreinte de leur texte (colonne `_hachage`).
    """
    permis = passages["citation_permise"].fillna(False).astype(bool)
    longueurs = passages["texte"].str.len()
    convient = longueurs.between(regles.longueur_min, regles.longueur_max)
    complets = passages[["territoire", "profil"]].notna().all(axis=1)
    retenus = passages[permis & convient & complets].drop_duplicates("texte").copy()
    retenus["_hachage"] = retenus["texte"].map(_hacher).astype("str")
    return retenus.sort_values("_hachage").reset_index(drop=True)


def _passages(permis: pd.DataFrame, themes: Sequence[str]) -> list[_Passage]:
    connus = set(themes)
    colonnes = permis[["source_id", "territoire", "nature", "_hachage", "profil", "codes"]]
    return [
        _Passage(
            rang,
            source,
            territoire,
            nature,
            hachage,
            tuple((code, profil) for code in codes.split(SEPARATEUR) if code in connus),
        )
        for rang, (source, territoire, nature, hachage, profil, codes) in enumerate(
            colonnes.itertuples(index=False, name=None)
        )
    ]


def _par_case(passages: Sequence[_Passage]) -> list[tuple[tuple[str, str], list[_Passage]]]:
    """Les candidats de chaque (thème, profil), les cases les moins fournies d'abord."""
    cases: dict[tuple[str, str], list[_Passage]] = {}
    for passage in passages:
        for case in passage.cases:
            cases.setdefault(case, []).append(passage)
    return sorted(cases.items(), key=lambda element: (len(element[1]), element[0]))


def _hacher(texte: str) -> str:
    return hashlib.sha256(texte.encode("utf-8")).hexdigest()
