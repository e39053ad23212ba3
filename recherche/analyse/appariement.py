"""Verbatims appariés : ce que disent de plus proche les deux populations, même territoire et même thème.

La proximité est le cosinus de deux vecteurs de sens, après retrait de leur moyenne (sans quoi tous les
passages d'un même corpus se ressemblent). Elle vient d'un modèle de langue : elle rapproche des mots,
pas des positions ; on lit les deux passages avant d'en conclure quoi que ce soit.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recherche.analyse.confrontation import Roles

COLONNES = ["code", "territoire", "nature_demande", "texte_demande", "nature_offre", "texte_offre"]
COLONNES += ["proximite", "source_demande", "source_offre"]
PROXIMITE_MINIMALE = 0.2


@dataclass(frozen=True, slots=True)
class _Paire:
    """Un couple possible ; `rang` 0 si la demande y dit un besoin et l'offre ce qui existe."""

    rang: int
    proximite: float
    code: str
    territoire: str
    demande: int
    offre: int


def apparier(
    passages: pd.DataFrame,
    vecteurs: NDArray[np.floating],
    roles: Roles,
    themes: Sequence[str],
    *,
    par_personne: int = 2,
    deja: Iterable[tuple[str, str]] = (),
    proximite_minimale: float = PROXIMITE_MINIMALE,
) -> pd.DataFrame:
    """Au plus un couple de passages par thème et territoire, les plus proches d'abord.

    `passages` : source_id, territoire, profil (noms), codes (« A, B »), nature, texte ; l'appelant n'y
    laisse que ce qu'il a le droit de montrer. `vecteurs` : une ligne par passage, de dimension
    quelconque ; un vecteur nul n'est proche de rien. On rapproche d'abord un besoin (manque, attente)
    d'une offre décrite, à défaut deux passages quelconques. Un passage ne sert qu'une fois et une
    personne `par_personne` fois au plus, ses passages `deja` cités (source_id, texte) compris.

    Colonnes : code, territoire, nature_demande, texte_demande, nature_offre, texte_offre, proximite
    (cosinus), source_demande, source_offre. Lève `ValueError` si les longueurs diffèrent.
    """
    if len(passages) != len(vecteurs):
        raise ValueError(f"{len(passages)} passages pour {len(vecteurs)} vecteurs")
    table = passages.reset_index(drop=True)
    normes = _centrer(np.asarray(vecteurs, dtype=np.float64))
    paires = [p for p in _paires(table, normes, roles, themes) if p.proximite >= proximite_minimale]
    empreintes = [hashlib.sha256(texte.encode()).hexdigest() for texte in table["texte"]]
    paires.sort(
        key=lambda p: (p.rang, -round(p.proximite, 9), empreintes[p.demande], empreintes[p.offre])
    )
    return _choisir(table, paires, par_personne, set(deja), themes)


def _centrer(vecteurs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Vecteurs centrés et de norme 1 ; les nuls restent nuls."""
    pleins = np.abs(vecteurs).sum(axis=1) > 0
    if not pleins.any():
        return vecteurs
    centres = np.where(pleins[:, None], vecteurs - vecteurs[pleins].mean(axis=0), 0.0)
    longueurs = np.linalg.norm(centres, axis=1, keepdims=True)
    resultat: NDArray[np.float64] = centres / np.where(longueurs > 0, longueurs, 1.0)
    return resultat


def _paires(
    table: pd.DataFrame, normes: NDArray[np.float64], roles: Roles, themes: Sequence[str]
) -> Iterator[_Paire]:
    """Tous les couples d'un même thème et d'un même territoire."""
    besoins = {roles.nature_manque, roles.nature_attente}
    natures = table["nature"].to_numpy()
    connus = set(themes)
    cases: dict[tuple[str, str], tuple[list[int], list[int]]] = {}
    lignes = table[["territoire", "profil", "codes"]].itertuples(index=False, name=None)
    for i, (territoire, profil, codes) in enumerate(lignes):
        if profil in (roles.demande, roles.offre):
            for code in connus.intersection(codes.split(", ")):
                cases.setdefault((code, territoire), ([], []))[profil == roles.offre].append(i)
    for (code, territoire), (demandes, offres) in cases.items():
        if not demandes or not offres:
            continue
        proches = normes[demandes] @ normes[offres].T
        for a, i in enumerate(demandes):
            for b, j in enumerate(offres):
                rang = 0 if natures[i] in besoins and natures[j] == roles.nature_offre else 1
                yield _Paire(rang, float(proches[a, b]), code, territoire, i, j)


def _choisir(
    table: pd.DataFrame,
    paires: Iterable[_Paire],
    par_personne: int,
    deja: set[tuple[str, str]],
    themes: Sequence[str],
) -> pd.DataFrame:
    personnes = Counter(source for source, _ in deja)
    textes, sources = table["texte"].tolist(), table["source_id"].tolist()
    natures = table["nature"].tolist()
    pris: set[int] = set()
    cases: set[tuple[str, str]] = set()
    lignes = []
    for p in paires:
        membres = (p.demande, p.offre)
        if (p.code, p.territoire) in cases or pris.intersection(membres):
            continue
        nouveaux = [i for i in membres if (sources[i], textes[i]) not in deja]
        if any(personnes[sources[i]] >= par_personne for i in nouveaux):
            continue
        personnes.update(sources[i] for i in nouveaux)
        pris.update(membres)
        cases.add((p.code, p.territoire))
        i, j = membres
        qui = sources[i], sources[j]
        lignes.append(
            (p.code, p.territoire, natures[i], textes[i], natures[j], textes[j], p.proximite, *qui)
        )
    rang = {code: i for i, code in enumerate(themes)}
    lignes.sort(key=lambda ligne: (rang[ligne[0]], ligne[1]))
    resultat = pd.DataFrame(lignes, columns=COLONNES)
    return resultat.astype(
        {nom: "str" for nom in COLONNES if nom != "proximite"} | {"proximite": "float64"}
    )
