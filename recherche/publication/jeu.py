"""Le jeu publié : ce que les partenaires voient, et rien d'autre."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

import pandas as pd

from recherche.modele.codage import Code, Grille
from recherche.modele.etude import Profil, Reglages
from recherche.publication import suppression, verbatims
from recherche.publication.dictionnaire import TABLES, typer

ENSEMBLE = "ensemble"
TOUTES = "toutes"
DECIMALES = 4
FICTIF = "Corpus fictif : personnes, associations et propos sont inventés."
_RESERVE = (
    "Effectifs en personnes, sur un échantillon par quotas et non tiré au sort : ils décrivent les "
    "entretiens réalisés et ne s'extrapolent pas. Ne cherchez pas à reconnaître les personnes."
)


class Territoire(TypedDict):
    """Un territoire du manifeste."""

    code: str
    nom: str


class ThemeGuide(TypedDict):
    """Un thème du guide d'entretien."""

    id: str
    libelle: str
    questions: list[str]


class ProfilPublie(TypedDict):
    """Un profil du manifeste ; `quota` est en entretiens par territoire."""

    code: str
    nom: str
    pluriel: str
    quota: int
    guide: list[ThemeGuide]


class EtudePubliee(TypedDict):
    """Ce que le manifeste dit de l'étude ; les seuils sont en personnes et en entretiens."""

    titre: str
    organisme: str
    debut: str
    fin: str
    niveau_territoire: str
    niveau_territoire_pluriel: str
    fictive: bool
    livrables: list[str]
    territoires: list[Territoire]
    profils: list[ProfilPublie]
    seuil: int
    seuil_pourcentage: int
    description: str


class Fichier(TypedDict):
    """Empreinte d'un fichier du jeu ; `lignes` pour une table."""

    sha256: str
    lignes: NotRequired[int]


class Manifeste(TypedDict):
    """`manifeste.json` ; `masquage` compte les cellules d'effectifs publiées et masquées par table."""

    version: int
    date: str
    etude: EtudePubliee
    licence: str
    avertissement: str
    masquage: dict[str, dict[str, int]]
    fichiers: dict[str, Fichier]


@dataclass(frozen=True)
class JeuPublie:
    """Le manifeste et les tables, par nom (celles de `dictionnaire.TABLES`)."""

    manifeste: Manifeste
    tables: Mapping[str, pd.DataFrame]


def construire_jeu(
    reglages: Reglages,
    *,
    effectifs: Mapping[str, pd.DataFrame],
    passages: pd.DataFrame,
    ateliers: pd.DataFrame,
    avancement: pd.DataFrame,
    grille: Grille,
    version: int,
    date: datetime.date,
    licence: str | None = None,
    regles: verbatims.Regles | None = None,
) -> JeuPublie:
    """Le jeu publié d'une étude, petites cellules masquées et verbatims choisis.

    - `effectifs` : les quatre tables exactes de `analyse.tableaux.effectifs` (effectifs_codes,
      effectifs_familles, effectifs_natures, effectifs_ensembles) ;
    - `passages`, une ligne par extrait codé d'un entretien : source_id, territoire (nom), profil
      (nom), codes (thèmes séparés par « , »), nature (code ou vide), texte (pseudonymisé et relu),
      citation_permise (booléen) ;
    - `ateliers` : titre, territoire (nom), date (ISO), participants (entier), decisions (une par
      ligne) ;
    - `avancement` : territoire, profil (noms), objectif, realises, transcrits, relus, codes, publies ;
    - `licence` : par défaut CC0 pour une étude fictive, usage réservé aux partenaires sinon.

    Lève `KeyError` si une colonne manque, `ValueError` si les effectifs ne se croisent pas.
    """
    masquees = _masquer(effectifs, reglages, grille)
    choisis = verbatims.choisir(passages, [c.id for c in grille.themes()], regles=regles)
    brutes = {
        "avancement": avancement,
        "grille": _table_grille(grille),
        **masquees,
        "verbatims": verbatims.referencer(choisis, version),
        "ateliers": ateliers,
    }
    tables = {nom: typer(brutes[nom], nom) for nom in TABLES}
    manifeste: Manifeste = {
        "version": version,
        "date": date.isoformat(),
        "etude": _etude(reglages),
        "licence": licence or _licence(reglages),
        "avertissement": f"{FICTIF} {_RESERVE}" if reglages.etude.fictive else _RESERVE,
        "masquage": {nom: _comptes(tables[nom]) for nom in masquees},
        "fichiers": {},
    }
    return JeuPublie(manifeste, tables)


def _masquer(
    effectifs: Mapping[str, pd.DataFrame], reglages: Reglages, grille: Grille
) -> dict[str, pd.DataFrame]:
    """Les tables d'effectifs, masquées ; les marges le sont avec les cellules qu'elles totalisent."""
    seuil = reglages.seuils.effectif_minimal
    codes = effectifs["effectifs_codes"].reset_index(drop=True)
    blocs = {axe: _bloc(effectifs, axe) for axe in ("famille", "nature")}
    masques = _masques_lies(codes, blocs["famille"], grille, seuil)
    masques["nature"] = _masque_bloc(blocs["nature"], seuil)
    publiees = {"effectifs_codes": suppression.effacer(codes, masques["codes"])}
    marges = []
    for axe, bloc in blocs.items():
        complet = suppression.effacer(bloc, masques[axe])
        est_marge = (bloc["territoire"] == ENSEMBLE) | (bloc["profil"] == ENSEMBLE)
        publiees[f"effectifs_{axe}s"] = complet[~est_marge].rename(columns={"code": axe})
        marges.append(complet[est_marge].assign(axe=axe))
    publiees["effectifs_ensembles"] = pd.concat(marges, ignore_index=True)
    return {nom: _arrondir(table, reglages) for nom, table in publiees.items()}


def _bloc(effectifs: Mapping[str, pd.DataFrame], axe: str) -> pd.DataFrame:
    """Les cellules d'un axe et leurs marges, à la suite."""
    cellules = effectifs[f"effectifs_{axe}s"].rename(columns={axe: "code"})
    ensembles = effectifs["effectifs_ensembles"]
    return pd.concat(
        [cellules, ensembles[ensembles["axe"] == axe].drop(columns="axe")], ignore_index=True
    )


def _masque_bloc(bloc: pd.DataFrame, seuil: int, deja: pd.Series | None = None) -> pd.Series:
    return suppression.masquer_table(
        bloc,
        blocs=["code"],
        axes=["territoire", "profil"],
        totaux=[ENSEMBLE, ENSEMBLE],
        seuil=seuil,
        deja=deja,
    )


def _masques_lies(
    codes: pd.DataFrame, familles: pd.DataFrame, grille: Grille, seuil: int
) -> dict[str, pd.Series]:
    """Masques des thèmes et des familles, accordés : une famille d'un seul thème a ses effectifs.

    Ce que l'une des deux tables masque, l'autre le masque aussi, jusqu'à ce que plus rien ne bouge.
    """
    seuls = {f.codes[0].id: f.id for f in grille.familles if len(f.codes) == 1}
    de_codes = codes[codes["code"].isin(list(seuls)) & (codes["nature"] == TOUTES)]
    de_familles = familles[familles["territoire"] == ENSEMBLE]
    cles = dict(
        zip(zip(de_familles["code"], de_familles["profil"], strict=True), de_familles.index, strict=True)
    )
    paires = [
        (i, cles[seuls[code], profil])
        for i, code, profil in de_codes[["code", "profil"]].itertuples(name=None)
    ]
    masque_codes = pd.Series(False, index=codes.index)
    masque_familles = pd.Series(False, index=familles.index)
    while True:
        masque_codes = suppression.masquer_table(
            codes,
            blocs=["code", "nature"],
            axes=["profil"],
            totaux=[ENSEMBLE],
            seuil=seuil,
            deja=masque_codes,
        )
        masque_familles = _masque_bloc(familles, seuil, masque_familles)
        inegales = [(i, j) for i, j in paires if masque_codes[i] != masque_familles[j]]
        if not inegales:
            return {"codes": masque_codes, "famille": masque_familles}
        for i, j in inegales:
            masque_codes[i] = masque_familles[j] = True


def _arrondir(table: pd.DataFrame, reglages: Reglages) -> pd.DataFrame:
    """Parts à quatre décimales, vides sur moins d'entretiens que `effectif_pourcentage`."""
    publiee = table.copy()
    trop_peu = publiee["base"] < reglages.seuils.effectif_pourcentage
    for mesure in ("part", "part_basse", "part_haute"):
        publiee[mesure] = publiee[mesure].mask(trop_peu).round(DECIMALES)
    return publiee


def _comptes(table: pd.DataFrame) -> dict[str, int]:
    return {"cellules": len(table), "masquees": int(table["masque"].sum())}


def _table_grille(grille: Grille) -> pd.DataFrame:
    lignes = [
        _ligne_grille("thème", code, famille.id, famille.nom, code.couleur or famille.couleur)
        for famille in grille.familles
        for code in famille.codes
    ]
    lignes += [_ligne_grille("nature", code, "", "", code.couleur) for code in grille.natures]
    return pd.DataFrame(lignes, columns=[c.nom for c in TABLES["grille"]])


def _ligne_grille(axe: str, code: Code, famille: str, famille_nom: str, couleur: str) -> dict[str, Any]:
    return {
        "axe": axe,
        "famille": famille,
        "famille_nom": famille_nom,
        "code": code.id,
        "nom": code.nom,
        "definition": code.definition,
        "inclure": code.inclure,
        "exclure": code.exclure,
        "exemple": code.exemple,
        "couleur": couleur,
    }


def _etude(reglages: Reglages) -> EtudePubliee:
    etude = reglages.etude
    return {
        "titre": etude.titre,
        "organisme": etude.organisme,
        "debut": etude.debut.isoformat(),
        "fin": etude.fin.isoformat(),
        "niveau_territoire": etude.niveau_territoire,
        "niveau_territoire_pluriel": etude.niveau_territoire_pluriel or f"{etude.niveau_territoire}s",
        "fictive": etude.fictive,
        "livrables": list(etude.livrables),
        "territoires": [{"code": t.code, "nom": t.nom} for t in reglages.territoires],
        "profils": [_profil(profil) for profil in reglages.profils],
        "seuil": reglages.seuils.effectif_minimal,
        "seuil_pourcentage": reglages.seuils.effectif_pourcentage,
        "description": etude.description,
    }


def _profil(profil: Profil) -> ProfilPublie:
    guide: list[ThemeGuide] = [
        {"id": theme.id, "libelle": theme.libelle, "questions": list(theme.questions)}
        for theme in profil.guide
    ]
    return {
        "code": profil.code,
        "nom": profil.nom,
        "pluriel": profil.pluriel,
        "quota": profil.quota,
        "guide": guide,
    }


def _licence(reglages: Reglages) -> str:
    if reglages.etude.fictive:
        return "CC0 1.0 (corpus fictif)"
    accord = f"toute rediffusion demande l'accord de {reglages.etude.organisme}."
    return f"Usage réservé aux partenaires de l'étude ; {accord}"
