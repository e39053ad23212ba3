"""Confronter l'offre que décrivent les uns et ce que les autres disent manquer ou attendre.

Pour chaque thème, quatre propos par population, comptés en entretiens :

- `offre` : la population de l'offre (les professionnels) décrit ce qui existe ;
- `usage` : le même propos dans la bouche de l'autre population (les jeunes) : une expérience racontée
  sans critique n'est pas une offre décrite, elle est comptée à part ;
- `manque`, `attente`, et `besoin` (manque ou attente, un entretien ne comptant qu'une fois).

L'écart d'un thème est, en points d'entretiens, la part de la population de la demande qui dit un besoin
(un manque, une attente) moins la part de la population de l'offre qui décrit une offre.

Limites : on compare ce qui est dit, pas ce qui existe. Ne pas parler d'une offre n'est pas prouver
qu'elle manque ; les deux populations n'ont pas le même guide d'entretien ; des quotas ne sont pas un
tirage au sort. Les intervalles disent l'imprécision due au petit nombre, rien de plus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recherche.analyse.tableaux import ENSEMBLE, themes_et_natures, wilson
from recherche.modele.codage import Grille

OFFRE, USAGE, MANQUE, ATTENTE, BESOIN = "offre", "usage", "manque", "attente", "besoin"
DEMANDES = (BESOIN, MANQUE, ATTENTE)
RENCONTREE = "offre rencontrée"
INCONNUE = "offre inconnue"
SANS_REPONSE = "attente sans réponse"
SEULS = "souci de la seule offre"
PEU = "peu évoqué"
LECTURES = (RENCONTREE, INCONNUE, SANS_REPONSE, SEULS, PEU)
GRAINE = 2010
CONFIANCE = 0.95
Reels = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Roles:
    """Qui demande, qui décrit l'offre (noms de profils), et les codes des trois natures du propos."""

    demande: str
    offre: str
    nature_offre: str
    nature_manque: str
    nature_attente: str

    def propos(self, profil: str) -> tuple[str, ...]:
        """Les propos comptés pour ce profil ; le premier est l'offre, ou l'usage."""
        return (OFFRE if profil == self.offre else USAGE, MANQUE, ATTENTE, BESOIN)


@dataclass(frozen=True, slots=True)
class Seuils:
    """Quand un propos compte dans une lecture : part des entretiens (0 à 1) et nombre de personnes."""

    part: float = 0.15
    personnes: int = 5

    def minimum(self, base: Reels) -> Reels:
        """Le nombre d'entretiens à atteindre, selon la base."""
        return np.maximum(self.part * base, self.personnes)


def presences(
    entretiens: pd.DataFrame, codages: pd.DataFrame, grille: Grille, roles: Roles
) -> pd.DataFrame:
    """Un propos par ligne, une fois par entretien : source_id, territoire, profil, code, propos.

    `entretiens` et `codages` sont ceux de `analyse.tableaux`. Un thème et une nature sont liés quand
    ils portent sur le même extrait.
    """
    noms = {roles.nature_offre: OFFRE, roles.nature_manque: MANQUE, roles.nature_attente: ATTENTE}
    themes = [code.id for code in grille.themes()]
    lies = themes_et_natures(codages, themes, list(noms)).dropna(subset=["nature"])
    lies = lies.assign(propos=lies["nature"].map(noms))
    besoins = lies[lies["propos"] != OFFRE].assign(propos=BESOIN)
    propos = pd.concat([lies, besoins], ignore_index=True)[["source_id", "code", "propos"]]
    retenus = entretiens[entretiens["profil"].isin([roles.demande, roles.offre])]
    table = propos.drop_duplicates().merge(
        retenus[["source_id", "territoire", "profil"]], on="source_id", validate="m:1"
    )
    demande = table["profil"] == roles.demande
    table.loc[demande & (table["propos"] == OFFRE), "propos"] = USAGE
    return table[["source_id", "territoire", "profil", "code", "propos"]]


def mesurer(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    roles: Roles,
    *,
    territoires: Sequence[str],
) -> pd.DataFrame:
    """Entretiens où chaque propos est tenu sur chaque thème, par territoire (et ensemble) et profil.

    Colonnes : code, territoire, profil, propos, entretiens, base, part, part_basse, part_haute
    (intervalle de Wilson, voir `tableaux.wilson`). Toutes les combinaisons y sont, zéros compris.
    """
    cube = _Cube.construire(entretiens, codages, grille, roles, territoires)
    lignes = []
    for profil in (roles.offre, roles.demande):
        effectifs, bases = cube.effectifs(profil), cube.bases(profil)
        for t, territoire in enumerate(cube.territoires):
            for c, code in enumerate(cube.codes):
                for p, propos in enumerate(roles.propos(profil)):
                    lignes.append((code, territoire, profil, propos, effectifs[t, c, p], bases[t]))
    table = pd.DataFrame(
        lignes, columns=["code", "territoire", "profil", "propos", "entretiens", "base"]
    )
    table = table.astype({"entretiens": "Int64", "base": "int64"} | dict.fromkeys(_CLES, "str"))
    base = table["base"].astype("float64")
    table["part"] = table["entretiens"].astype("float64") / base.where(base > 0)
    table["part_basse"], table["part_haute"] = wilson(
        table["entretiens"].to_numpy(dtype=np.float64), table["base"].to_numpy()
    )
    rang = {code: i for i, code in enumerate(cube.codes)}
    return table.sort_values("code", key=lambda s: s.map(rang), kind="stable").reset_index(drop=True)


_CLES = ("code", "territoire", "profil", "propos")


def confronter(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    grille: Grille,
    roles: Roles,
    *,
    territoires: Sequence[str],
    seuils: Seuils | None = None,
    tirages: int = 2000,
    graine: int = GRAINE,
) -> pd.DataFrame:
    """L'écart et la lecture de chaque thème, par territoire et pour l'ensemble.

    Colonnes : code, territoire, demande (« besoin », « manque », « attente »), part_demande,
    part_offre, ecart, ecart_bas, ecart_haut (points d'entretiens, de -100 à 100), lecture, stabilite.

    - `ecart` = 100 × (part de la demande - part de l'offre) ; NaN si une des deux bases est vide.
    - `ecart_bas`, `ecart_haut` : intervalle bootstrap des centiles à 95 %. On retire au sort, avec
      remise, autant d'entretiens dans chaque strate (territoire × profil), `tirages` fois ; jamais des
      passages, qui ne sont pas indépendants. Limites : sur dix entretiens l'intervalle est trop
      étroit, et un effectif nul y reste nul à chaque tirage ; lisez alors les intervalles de Wilson
      de `mesurer`.
    - `lecture` (d'après le besoin, la même sur les trois lignes d'un thème) : voir `lire`.
    - `stabilite` : part des tirages qui donnent la même lecture, de 0 à 1.

    Même graine, mêmes entrées : mêmes résultats. Source : B. Efron et R. Tibshirani, *An Introduction
    to the Bootstrap*, 1993, ch. 13.
    """
    seuils = seuils or Seuils()
    cube = _Cube.construire(entretiens, codages, grille, roles, territoires)
    offre, demande = cube.effectifs(roles.offre), cube.effectifs(roles.demande)
    bases = cube.bases(roles.offre), cube.bases(roles.demande)
    tires = _Tirages.faire(cube, roles, tirages, graine)
    rangs = _classer(offre, demande, *bases, seuils=seuils)
    stabilite = (_classer(tires.offre, tires.demande, *bases, seuils=seuils) == rangs).mean(axis=0)
    lectures = np.array(LECTURES)[rangs]
    parts = _parts(offre, bases[0]), _parts(demande, bases[1])
    lignes = []
    for t, territoire in enumerate(cube.territoires):
        for c, code in enumerate(cube.codes):
            vide = not (bases[0][t] and bases[1][t])
            for propos in DEMANDES:
                p = _RANG[propos]
                bas, haut = tires.bornes(t, c, p)
                du, de = parts[1][t, c, p], parts[0][t, c, 0]
                lignes.append(
                    (code, territoire, propos, du, de, 100 * (du - de), bas, haut)
                    + (("", np.nan) if vide else (str(lectures[t, c]), stabilite[t, c]))
                )
    return pd.DataFrame(lignes, columns=COLONNES).astype(
        {"code": "str", "territoire": "str", "demande": "str", "lecture": "str"}
    )


COLONNES = ["code", "territoire", "demande", "part_demande", "part_offre"]
COLONNES += ["ecart", "ecart_bas", "ecart_haut", "lecture", "stabilite"]
_RANG = {OFFRE: 0, USAGE: 0, MANQUE: 1, ATTENTE: 2, BESOIN: 3}


def lire(
    offre: Reels, demande: Reels, base_offre: Reels, base_demande: Reels, *, seuils: Seuils
) -> NDArray[np.str_]:
    """La lecture de chaque (territoire, thème), d'après les effectifs (territoire × thème × propos).

    Un propos est présent s'il est tenu dans assez d'entretiens (`Seuils`). Alors :

    - offre rencontrée : la demande en parle, et raconte l'usage au moins aussi souvent que le besoin ;
    - offre inconnue : l'offre est décrite, mais la demande en dit surtout le besoin, ou n'en parle pas ;
    - attente sans réponse : la demande dit un besoin que l'offre ne décrit pas ;
    - souci de la seule offre : la demande n'en parle pas, l'autre population y voit d'abord un besoin ;
    - peu évoqué : aucun propos n'est présent.
    """
    rangs = _classer(offre, demande, base_offre, base_demande, seuils=seuils)
    lectures: NDArray[np.str_] = np.array(LECTURES)[rangs]
    return lectures


def _classer(
    offre: Reels, demande: Reels, base_offre: Reels, base_demande: Reels, *, seuils: Seuils
) -> NDArray[np.intp]:
    """Le rang de la lecture dans `LECTURES`, de mêmes formes que les effectifs moins la dernière."""
    o, besoin_offre = offre[..., 0], offre[..., _RANG[BESOIN]]
    u, b = demande[..., 0], demande[..., _RANG[BESOIN]]
    mini_offre = seuils.minimum(base_offre)[:, None]
    mini_demande = seuils.minimum(base_demande)[:, None]
    decrite, souci = o >= mini_offre, besoin_offre >= mini_offre
    parlee = np.maximum(u, b) >= mini_demande
    choix = [
        parlee & (u >= b),
        parlee & decrite,
        parlee,
        decrite & (o > besoin_offre),
        souci | decrite,
    ]
    dites = (RENCONTREE, INCONNUE, SANS_REPONSE, INCONNUE, SEULS)
    rangs = [LECTURES.index(lecture) for lecture in dites]
    return np.select(choix, rangs, default=LECTURES.index(PEU)).astype(np.intp)


def _parts(effectifs: Reels, bases: Reels) -> Reels:
    return effectifs / np.where(bases > 0, bases, np.nan)[:, None, None]


@dataclass(frozen=True)
class _Cube:
    """Les présences de chaque strate : (entretiens × thèmes × propos), une par (profil, territoire).

    Le dernier indice de `territoires` est l'ensemble.
    """

    territoires: tuple[str, ...]
    codes: tuple[str, ...]
    strates: Mapping[tuple[str, str], Reels]

    @classmethod
    def construire(
        cls,
        entretiens: pd.DataFrame,
        codages: pd.DataFrame,
        grille: Grille,
        roles: Roles,
        territoires: Sequence[str],
    ) -> _Cube:
        codes = [code.id for code in grille.themes()]
        poses = presences(entretiens, codages, grille, roles)
        rang_code = {code: i for i, code in enumerate(codes)}
        strates: dict[tuple[str, str], Reels] = {}
        groupes = {cle: g for cle, g in poses.groupby(["profil", "territoire"], sort=False)}
        sources = {
            cle: list(dict.fromkeys(g["source_id"]))
            for cle, g in entretiens.groupby(["profil", "territoire"], sort=False)
        }
        for profil in (roles.offre, roles.demande):
            for territoire in territoires:
                ids = sorted(sources.get((profil, territoire), []))
                strate = np.zeros((len(ids), len(codes), 4))
                if (groupe := groupes.get((profil, territoire))) is not None:
                    rang = {source: i for i, source in enumerate(ids)}
                    i = groupe["source_id"].map(rang).to_numpy()
                    j = groupe["code"].map(rang_code).to_numpy()
                    k = groupe["propos"].map(_RANG).to_numpy()
                    strate[i, j, k] = 1.0
                strates[profil, territoire] = strate
        return cls((*territoires, ENSEMBLE), tuple(codes), strates)

    def effectifs(self, profil: str) -> Reels:
        """Effectifs (territoires × thèmes × propos), l'ensemble en dernier."""
        sommes = [self.strates[profil, t].sum(axis=0) for t in self.territoires[:-1]]
        return np.stack([*sommes, np.sum(sommes, axis=0) if sommes else self._vide()])

    def bases(self, profil: str) -> Reels:
        """Entretiens de chaque territoire, l'ensemble en dernier."""
        tailles = [float(len(self.strates[profil, t])) for t in self.territoires[:-1]]
        return np.array([*tailles, sum(tailles)])

    def _vide(self) -> Reels:
        return np.zeros((len(self.codes), 4))


@dataclass(frozen=True)
class _Tirages:
    """Les effectifs retirés au sort, (tirages × territoires × thèmes × propos), par population.

    `ecarts` : les deux bornes des écarts, (2 × territoires × thèmes × demandes).
    """

    offre: Reels
    demande: Reels
    ecarts: Reels

    @classmethod
    def faire(cls, cube: _Cube, roles: Roles, tirages: int, graine: int) -> _Tirages:
        alea = np.random.default_rng(graine)
        offre, demande = (_retirer(cube, p, tirages, alea) for p in (roles.offre, roles.demande))
        parts = [
            100 * tire / np.where(bases > 0, bases, np.nan)[None, :, None, None]
            for tire, bases in (
                (offre[..., :1], cube.bases(roles.offre)),
                (demande[..., 1:], cube.bases(roles.demande)),
            )
        ]
        ecarts = (parts[1] - parts[0]).astype(np.float32)
        marge = (1 - CONFIANCE) / 2
        return cls(offre, demande, np.quantile(ecarts, [marge, 1 - marge], axis=0))

    def bornes(self, territoire: int, code: int, propos: int) -> tuple[float, float]:
        """Les bornes de l'intervalle d'un écart, en points."""
        bas, haut = self.ecarts[:, territoire, code, propos - 1]
        return float(bas), float(haut)


def _retirer(cube: _Cube, profil: str, tirages: int, alea: np.random.Generator) -> Reels:
    """Effectifs d'autant d'entretiens retirés avec remise dans chaque strate du profil."""
    sommes = []
    for territoire in cube.territoires[:-1]:
        strate = cube.strates[profil, territoire]
        n = len(strate)
        if not n:
            sommes.append(np.zeros((tirages, *strate.shape[1:])))
            continue
        plate = strate.reshape(n, -1)
        poids = _poids(n, tirages, alea)
        sommes.append((poids @ plate).reshape(tirages, *strate.shape[1:]))
    total = np.sum(sommes, axis=0) if sommes else np.zeros((tirages, len(cube.codes), 4))
    return np.stack([*sommes, total], axis=1)


def _poids(n: int, tirages: int, alea: np.random.Generator) -> Reels:
    """Combien de fois chaque entretien est tiré : (tirages × n), chaque ligne de somme n."""
    tires = alea.integers(0, n, size=(tirages, n)) + n * np.arange(tirages)[:, None]
    comptes = np.bincount(tires.ravel(), minlength=n * tirages)
    return comptes.reshape(tirages, n).astype(np.float64)
