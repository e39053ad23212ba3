"""Ce qui se publie de la confrontation : propos et écarts masqués, lectures, verbatims appariés.

Un effectif de propos pour l'ensemble des territoires est aussi dans `effectifs_codes` : ce que l'une des
tables masque, l'autre le masque. Un « besoin » (manque ou attente) publié avec le manque et l'attente
dirait, par soustraction, combien de personnes n'ont dit que l'un ou les deux : il est masqué si l'un de
ces nombres est sous le seuil.

Une lecture dit seulement, pour chaque population, si assez de personnes tiennent un propos. Elle est
publiée même là où les effectifs sont masqués, tant qu'avec tout ce qui est publié chaque effectif masqué
peut encore prendre au moins seuil - 1 valeurs ; sinon aucune lecture du thème ne l'est. La stabilité
d'une lecture, qui dépend des effectifs exacts, n'est publiée que pour l'ensemble non masqué.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from recherche.publication import suppression
from recherche.publication.dictionnaire import TABLES

ENSEMBLE = "ensemble"
OFFRE, USAGE, MANQUE, ATTENTE, BESOIN = "offre", "usage", "manque", "attente", "besoin"
_CLE = ["code", "territoire", "profil", "propos"]


@dataclass(frozen=True)
class Confrontation:
    """Ce que `analyse.confrontation` a calculé, exact, et qui demande ou décrit l'offre.

    `propos` : sortie de `mesurer` ; `ecarts` : sortie de `confronter` ; `paires` : sortie de
    `apparier`, choisie parmi des passages permis. `demande`, `offre` : noms des profils ; `natures` :
    propos -> code de la grille (offre, manque, attente) ; `part_minimale` et `lectures` (nom calculé ->
    nom publié).
    """

    propos: pd.DataFrame
    ecarts: pd.DataFrame
    paires: pd.DataFrame
    demande: str
    offre: str
    natures: Mapping[str, str]
    part_minimale: float
    lectures: Mapping[str, str]


def vide(nom: str) -> pd.DataFrame:
    """La table `nom` du jeu, sans ligne."""
    return pd.DataFrame(columns=[colonne.nom for colonne in TABLES[nom]])


def masquer_propos(table: pd.DataFrame, seuil: int, deja: pd.Series) -> pd.Series:
    """Le masque des propos ; `deja` : ce qu'une autre table impose de masquer.

    `table` a un index de 0 à n - 1, et toutes les combinaisons de thème, territoire, profil et propos.
    """
    masque = _masquer(table, seuil, deja)
    return _masquer(table, seuil, masque | _besoins_a_masquer(table, masque, seuil))


def _masquer(table: pd.DataFrame, seuil: int, deja: pd.Series) -> pd.Series:
    """Suppression primaire et complémentaire de chaque bloc (thème, profil, propos), par territoire."""
    blocs: dict[tuple[str, str, str], list[int]] = {}
    ordre = [
        *table.index[table["territoire"] != ENSEMBLE],
        *table.index[table["territoire"] == ENSEMBLE],
    ]
    cles = dict(
        zip(table.index, table[["code", "profil", "propos"]].itertuples(index=False), strict=True)
    )
    for i in ordre:
        blocs.setdefault(tuple(cles[i]), []).append(i)
    effectifs = table["entretiens"].to_numpy(dtype="int64")
    bases = table["base"].to_numpy(dtype="int64")
    imposes = deja.to_numpy(dtype=bool)
    masque = imposes.copy()
    for rangs in blocs.values():
        masque[rangs] = suppression.masquer(effectifs[rangs], bases[rangs], seuil, deja=imposes[rangs])
    return pd.Series(masque, index=table.index)


def _besoins_a_masquer(table: pd.DataFrame, masque: pd.Series, seuil: int) -> pd.Series:
    """Les besoins d'où se retrouverait un petit nombre (voir le module)."""
    effectifs = table["entretiens"].to_numpy(dtype="int64")
    par_cle = {cle: i for i, cle in enumerate(table[_CLE].itertuples(index=False, name=None))}
    caches = masque.to_numpy()
    impose = pd.Series(False, index=table.index)
    for (code, territoire, profil, propos), i in par_cle.items():
        if propos != BESOIN:
            continue
        besoin = effectifs[i]
        m, a = (par_cle[code, territoire, profil, p] for p in (MANQUE, ATTENTE))
        retrouves = [besoin - effectifs[x] for x in (m, a) if not caches[x]]
        if not caches[m] and not caches[a]:
            retrouves.append(effectifs[m] + effectifs[a] - besoin)
        impose.iloc[i] = any(0 < nombre < seuil for nombre in retrouves)
    return impose


def lier(codes: pd.DataFrame, propos: pd.DataFrame, donnees: Confrontation) -> list[tuple[int, int]]:
    """Les lignes de `effectifs_codes` et de `propos` qui portent le même effectif (leurs index)."""
    ensemble = propos[propos["territoire"] == ENSEMBLE]
    cles = zip(ensemble["code"], ensemble["profil"], ensemble["propos"], ensemble.index, strict=True)
    par_cle = {
        (code, profil, donnees.natures[OFFRE if dit == USAGE else dit]): i
        for code, profil, dit, i in cles
        if dit != BESOIN
    }
    lignes = codes[["code", "profil", "nature"]].itertuples(name=None)
    return [(i, par_cle[cle]) for i, *reste in lignes if (cle := tuple(reste)) in par_cle]


def publier_ecarts(
    donnees: Confrontation, propos: pd.DataFrame, seuil: int, minimum: int
) -> pd.DataFrame:
    """La table `confrontation` : écarts des cellules publiées, lectures sûres.

    `propos` : la table publiée, avec son masque et ses parts ; `minimum` : base sous laquelle une part
    (donc un écart) n'est pas publiée.
    """
    index = propos.set_index(_CLE)
    table = donnees.ecarts.copy()
    cle_offre = [
        (c, t, donnees.offre, OFFRE) for c, t in zip(table["code"], table["territoire"], strict=True)
    ]
    cles = zip(table["code"], table["territoire"], table["demande"], strict=True)
    cle_demande = [(c, t, donnees.demande, d) for c, t, d in cles]
    de, du = index.loc[cle_offre], index.loc[cle_demande]
    masque = de["masque"].to_numpy() | du["masque"].to_numpy()
    petite = (de["base"].to_numpy() < minimum) | (du["base"].to_numpy() < minimum)
    for nom in ("part_demande", "part_offre", "ecart", "ecart_bas", "ecart_haut"):
        decimales = 4 if nom.startswith("part") else 1
        table[nom] = table[nom].mask(masque | petite).round(decimales)
    sures = _lectures_sures(propos, seuil, donnees.part_minimale)
    dites = [
        donnees.lectures.get(lecture, lecture) if (code, territoire) in sures else ""
        for code, territoire, lecture in table[["code", "territoire", "lecture"]].itertuples(index=False)
    ]
    table["lecture"] = pd.Series(dites, index=table.index, dtype="str")
    montree = (table["territoire"] == ENSEMBLE) & ~masque & (table["lecture"] != "")
    table["stabilite"] = table["stabilite"].where(montree).round(2)
    return table.assign(masque=masque)


def _lectures_sures(propos: pd.DataFrame, seuil: int, part: float) -> set[tuple[str, str]]:
    """Les (thème, territoire) dont la lecture laisse assez d'incertitude aux effectifs masqués."""
    blocs: dict[str, dict[tuple[str, str], list[_Cellule]]] = {}
    bases: dict[tuple[str, str], int] = {}
    colonnes = [*_CLE, "exact", "base", "masque"]
    for code, territoire, profil, dit, exact, base, masque in propos[colonnes].itertuples(index=False):
        cellule = _Cellule(territoire, int(exact), int(base), bool(masque))
        blocs.setdefault(code, {}).setdefault((profil, dit), []).append(cellule)
        bases[code, territoire] = min(int(base), bases.get((code, territoire), int(base)))
    sures: set[tuple[str, str]] = set()
    for code, cellules in blocs.items():
        lus = {t for (c, t), base in bases.items() if c == code and _partage(base, seuil, part)}
        lus_dans = [bloc for (_, dit), bloc in cellules.items() if dit in (OFFRE, USAGE, BESOIN)]
        if all(_incertain(bloc, seuil, part, lus) for bloc in lus_dans):
            sures |= {(code, territoire) for territoire in lus}
    return sures


@dataclass(frozen=True, slots=True)
class _Cellule:
    """Un effectif d'un bloc (thème, profil, propos), avant masquage."""

    territoire: str
    exact: int
    base: int
    masque: bool


def _minimum(base: int, seuil: int, part: float) -> int:
    return math.ceil(max(part * base, seuil) - 1e-9)


def _partage(base: int, seuil: int, part: float) -> bool:
    """Être présent ou absent laisse chaque fois au moins seuil - 1 valeurs possibles."""
    limite = _minimum(base, seuil, part)
    return limite >= seuil - 1 and base - limite + 1 >= seuil - 1


def _incertain(bloc: Sequence[_Cellule], seuil: int, part: float, lus: set[str]) -> bool:
    """Chaque effectif masqué garde seuil - 1 valeurs, connaissant présences, publiés et total."""
    bornes = {c.territoire: _bornes(c, seuil, part, c.territoire in lus) for c in bloc}
    bas, haut = bornes.pop(ENSEMBLE)
    somme_bas, somme_haut = sum(b for b, _ in bornes.values()), sum(h for _, h in bornes.values())
    for cellule in bloc:
        if not cellule.masque or cellule.territoire == ENSEMBLE:
            continue
        mini, maxi = bornes[cellule.territoire]
        plancher = max(mini, bas - (somme_haut - maxi))
        plafond = min(maxi, haut - (somme_bas - mini))
        if plafond - plancher + 1 < seuil - 1:
            return False
    return True


def _bornes(cellule: _Cellule, seuil: int, part: float, lue: bool) -> tuple[int, int]:
    """Ce qu'un lecteur sait d'un effectif : sa valeur, de quel côté du seuil il est, ou sa base."""
    if not cellule.masque:
        return cellule.exact, cellule.exact
    if not lue:
        return 0, cellule.base
    limite = _minimum(cellule.base, seuil, part)
    return (limite, cellule.base) if cellule.exact >= limite else (0, limite - 1)


def referencer_paires(paires: pd.DataFrame, version: int) -> pd.DataFrame:
    """Les paires publiées, dans l'ordre d'un hachage qui change à chaque version (A001…)."""
    cles = paires["texte_demande"] + "|" + paires["texte_offre"]
    ordre = cles.map(lambda cle: hashlib.sha256(f"{version}|{cle}".encode()).hexdigest())
    table = paires.assign(_ordre=ordre).sort_values("_ordre").drop(columns="_ordre")
    references = [f"A{i:03d}" for i in range(1, len(table) + 1)]
    table["reference"] = pd.Series(references, index=table.index, dtype="str")
    table["proximite"] = table["proximite"].round(2)
    return table.reset_index(drop=True)
