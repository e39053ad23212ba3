"""Le jeu publié : ce que les partenaires voient, et rien d'autre."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recherche.modele.codage import Code, Grille
from recherche.modele.etude import Reglages
from recherche.publication import confrontation as paroles
from recherche.publication import suppression, verbatims
from recherche.publication.changements import continuer
from recherche.publication.confrontation import Confrontation
from recherche.publication.dictionnaire import TABLES, typer
from recherche.publication.manifeste import Manifeste, licence_par_defaut, presenter

ENSEMBLE = "ensemble"
TOUTES = "toutes"
DECIMALES = 4
VERBATIMS_PAR_CLASSE = 3
FICTIF = "Corpus fictif : personnes, associations et propos sont inventés."
_RESERVE = (
    "Effectifs en personnes, sur un échantillon par quotas et non tiré au sort : ils décrivent les "
    "entretiens réalisés et ne s'extrapolent pas. Ne cherchez pas à reconnaître les personnes."
)


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
    confrontation: Confrontation | None = None,
    lexique: Mapping[str, pd.DataFrame] | None = None,
    calendrier: pd.DataFrame | None = None,
    accord: pd.DataFrame | None = None,
    precedent: JeuPublie | None = None,
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
    - `confrontation` : ce qu'en a calculé l'analyse ; sans elle ses trois tables sont vides ;
    - `lexique` : les tables `lexique_…` (hors `lexique_verbatims`), et `passages_classes` (texte,
      classe, score) : les passages typiques, dont seuls les verbatims choisis sont publiés ;
    - `calendrier` : mois (année-mois), realises ; vide sans lui ;
    - `accord` : code (ou question), unites, alpha, alpha_bas, alpha_haut ; vide sans lui ;
    - `precedent` : la version publiée avant celle-ci, dont le journal est continué ;
    - `licence` : par défaut CC0 pour une étude fictive, usage réservé aux partenaires sinon.

    Lève `KeyError` si une colonne manque, `ValueError` si les effectifs ne se croisent pas.
    """
    masquees = _masquer(effectifs, reglages, grille, confrontation)
    choisis = verbatims.choisir(passages, [c.id for c in grille.themes()], regles=regles)
    cites = verbatims.referencer(choisis, version)
    brutes = {
        "avancement": avancement,
        "calendrier": paroles.vide("calendrier") if calendrier is None else calendrier,
        "grille": _table_grille(grille),
        **masquees,
        **_tables_confrontation(confrontation, masquees, reglages, version),
        **_tables_lexique(lexique, cites),
        "accord": paroles.vide("accord") if accord is None else accord.round(DECIMALES),
        "verbatims": cites,
        "ateliers": ateliers,
    }
    tables = {nom: typer(brutes[nom], nom) for nom in TABLES}
    manifeste: Manifeste = {
        "version": version,
        "date": date.isoformat(),
        "etude": presenter(reglages, confrontation),
        "licence": licence or licence_par_defaut(reglages),
        "avertissement": f"{FICTIF} {_RESERVE}" if reglages.etude.fictive else _RESERVE,
        "masquage": {nom: _comptes(tables[nom]) for nom in masquees if "masque" in tables[nom]},
        "journal": [],
        "fichiers": {},
    }
    avant = (precedent.manifeste, precedent.tables) if precedent is not None else None
    manifeste["journal"] = continuer(manifeste, tables, avant)
    return JeuPublie(manifeste, tables)


def _tables_confrontation(
    donnees: Confrontation | None,
    masquees: Mapping[str, pd.DataFrame],
    reglages: Reglages,
    version: int,
) -> dict[str, pd.DataFrame]:
    """Les écarts et les verbatims appariés ; vides sans confrontation."""
    if donnees is None:
        noms = ("confrontation", "confrontation_propos", "verbatims_apparies")
        return {nom: paroles.vide(nom) for nom in noms}
    seuils = reglages.seuils
    ecarts = paroles.publier_ecarts(
        donnees, masquees["confrontation_propos"], seuils.effectif_minimal, seuils.effectif_pourcentage
    )
    paires = paroles.referencer_paires(donnees.paires, version)
    return {"confrontation": ecarts, "verbatims_apparies": paires}


def _tables_lexique(
    lexique: Mapping[str, pd.DataFrame] | None, cites: pd.DataFrame
) -> dict[str, pd.DataFrame]:
    """Les classes lexicales ; de leurs passages typiques, seuls les verbatims publiés."""
    noms = [nom for nom in TABLES if nom.startswith("lexique_")]
    if lexique is None:
        return {nom: paroles.vide(nom) for nom in noms}
    typiques = lexique["passages_classes"].merge(cites[["texte", "reference"]], on="texte")
    typiques = typiques.sort_values(["classe", "score", "reference"], ascending=[True, False, True])
    tables = {nom: lexique[nom] for nom in noms if nom != "lexique_verbatims"}
    return tables | {"lexique_verbatims": typiques.groupby("classe").head(VERBATIMS_PAR_CLASSE)}


def _masquer(
    effectifs: Mapping[str, pd.DataFrame],
    reglages: Reglages,
    grille: Grille,
    confrontation: Confrontation | None,
) -> dict[str, pd.DataFrame]:
    """Les tables d'effectifs, masquées ; les marges le sont avec les cellules qu'elles totalisent."""
    seuil = reglages.seuils.effectif_minimal
    codes = effectifs["effectifs_codes"].reset_index(drop=True)
    blocs = {axe: _bloc(effectifs, axe) for axe in ("famille", "nature")}
    masques = _masques_lies(codes, blocs["famille"], grille, seuil)
    propos = None
    if confrontation is not None:
        propos = confrontation.propos.reset_index(drop=True)
        masques = _masques_propos(codes, blocs["famille"], propos, masques, grille, confrontation, seuil)
    masques["nature"] = _masque_bloc(blocs["nature"], seuil)
    publiees = {"effectifs_codes": suppression.effacer(codes, masques["codes"])}
    marges = []
    for axe, bloc in blocs.items():
        complet = suppression.effacer(bloc, masques[axe])
        est_marge = (bloc["territoire"] == ENSEMBLE) | (bloc["profil"] == ENSEMBLE)
        publiees[f"effectifs_{axe}s"] = complet[~est_marge].rename(columns={"code": axe})
        marges.append(complet[est_marge].assign(axe=axe))
    publiees["effectifs_ensembles"] = pd.concat(marges, ignore_index=True)
    if propos is not None:
        exacts = propos.assign(exact=propos["entretiens"].astype("int64"))
        publiees["confrontation_propos"] = suppression.effacer(exacts, masques["propos"])
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


def _masques_propos(
    codes: pd.DataFrame,
    familles: pd.DataFrame,
    propos: pd.DataFrame,
    masques: dict[str, pd.Series],
    grille: Grille,
    confrontation: Confrontation,
    seuil: int,
) -> dict[str, pd.Series]:
    """Les masques, accordés avec ceux des propos : un même effectif est masqué partout ou nulle part."""
    paires = paroles.lier(codes, propos, confrontation)
    masque = pd.Series(False, index=propos.index)
    while True:
        for i, j in paires:
            masque[j] |= masques["codes"][i]
        masque = paroles.masquer_propos(propos, seuil, masque)
        neufs = [i for i, j in paires if masque[j] and not masques["codes"][i]]
        if not neufs:
            return masques | {"propos": masque}
        impose = masques["codes"].copy()
        impose[neufs] = True
        masques = _masques_lies(codes, familles, grille, seuil, impose, masques["famille"])


def _masques_lies(
    codes: pd.DataFrame,
    familles: pd.DataFrame,
    grille: Grille,
    seuil: int,
    deja_codes: pd.Series | None = None,
    deja_familles: pd.Series | None = None,
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
    masque_codes = pd.Series(False, index=codes.index) if deja_codes is None else deja_codes
    masque_familles = pd.Series(False, index=familles.index) if deja_familles is None else deja_familles
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
