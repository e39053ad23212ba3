"""Ce que contient chaque table du jeu publié : types et descriptions. La seule définition du schéma."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne : son nom, son type pandas (str, int64, Int64, float64, bool) et ce qu'elle dit."""

    nom: str
    type: str
    description: str


_TYPES_LISIBLES = {
    "str": "texte",
    "int64": "entier",
    "Int64": "entier (vide si masqué)",
    "float64": "nombre de 0 à 1 (vide si masqué ou base trop petite)",
    "bool": "vrai ou faux",
}
_TERRITOIRE = Colonne("territoire", "str", "Nom du territoire.")
_PROFIL = Colonne("profil", "str", "Nom du profil des personnes entendues.")
_MESURES = (
    Colonne(
        "entretiens",
        "Int64",
        "Nombre d'entretiens (de personnes) où le code est posé au moins une fois. Zéro : aucun des "
        "entretiens de la base. Vide : cellule masquée.",
    ),
    Colonne("base", "int64", "Nombre d'entretiens codés auxquels l'effectif se rapporte."),
    Colonne(
        "part",
        "float64",
        "entretiens / base, de 0 à 1 ; vide aussi si la base compte trop peu d'entretiens.",
    ),
    Colonne("part_basse", "float64", "Borne basse de l'intervalle de Wilson à 95 %, de 0 à 1."),
    Colonne("part_haute", "float64", "Borne haute de l'intervalle de Wilson à 95 %, de 0 à 1."),
    Colonne(
        "masque",
        "bool",
        "Vrai : la cellule est masquée, parce qu'elle ou son complément compte moins de personnes "
        "que le seuil, ou pour qu'une telle cellule ne se retrouve pas par différence.",
    ),
)

TABLES: Mapping[str, tuple[Colonne, ...]] = MappingProxyType(
    {
        "avancement": (
            _TERRITOIRE,
            _PROFIL,
            Colonne("objectif", "int64", "Nombre d'entretiens prévus."),
            Colonne("realises", "int64", "Entretiens réalisés."),
            Colonne("transcrits", "int64", "Entretiens transcrits."),
            Colonne("relus", "int64", "Entretiens dont une personne a relu la transcription."),
            Colonne("codes", "int64", "Entretiens codés."),
            Colonne("publies", "int64", "Entretiens entrés dans ce jeu publié."),
        ),
        "grille": (
            Colonne("axe", "str", "« thème » (de quoi on parle) ou « nature » (comment on en parle)."),
            Colonne("famille", "str", "Code de la famille du thème ; vide pour une nature."),
            Colonne("famille_nom", "str", "Nom de la famille."),
            Colonne("code", "str", "Code tel qu'il est employé dans les autres tables."),
            Colonne("nom", "str", "Nom du code."),
            Colonne("definition", "str", "Ce que le code recouvre."),
            Colonne("inclure", "str", "Ce qui s'y range."),
            Colonne("exclure", "str", "Ce qui ne s'y range pas, et où le ranger."),
            Colonne(
                "exemple", "str", "Exemple écrit par l'équipe pour la grille ; ce n'est pas un verbatim."
            ),
            Colonne("couleur", "str", "Couleur du code (#rrggbb) ou vide."),
        ),
        "effectifs_codes": (
            Colonne("code", "str", "Code du thème."),
            Colonne("profil", "str", "Nom du profil, ou « ensemble »."),
            Colonne("nature", "str", "Code de la nature du propos sur le même extrait, ou « toutes »."),
            *_MESURES,
        ),
        "effectifs_familles": (
            Colonne("famille", "str", "Code de la famille : au moins un de ses thèmes est posé."),
            _TERRITOIRE,
            _PROFIL,
            *_MESURES,
        ),
        "effectifs_natures": (
            Colonne("nature", "str", "Code de la nature du propos."),
            _TERRITOIRE,
            _PROFIL,
            *_MESURES,
        ),
        "effectifs_ensembles": (
            Colonne("axe", "str", "« famille » ou « nature » : ce que désigne le code."),
            Colonne("code", "str", "Code de la famille ou de la nature."),
            Colonne("territoire", "str", "Nom du territoire, ou « ensemble »."),
            Colonne("profil", "str", "Nom du profil, ou « ensemble »."),
            *_MESURES,
        ),
        "verbatims": (
            Colonne(
                "reference",
                "str",
                "Référence à citer avec la version du jeu ; elle change à chaque publication et ne "
                "désigne pas une personne.",
            ),
            _TERRITOIRE,
            _PROFIL,
            Colonne("codes", "str", "Codes des thèmes de l'extrait, séparés par « , »."),
            Colonne("nature", "str", "Code de la nature du propos ; vide si l'extrait n'en a pas."),
            Colonne("texte", "str", "Extrait pseudonymisé et relu, cité avec l'accord de la personne."),
        ),
        "ateliers": (
            Colonne("titre", "str", "Titre de l'atelier."),
            Colonne("territoire", "str", "Nom du territoire où il s'est tenu."),
            Colonne("date", "str", "Date, année-mois-jour."),
            Colonne("participants", "int64", "Nombre de participants."),
            Colonne("decisions", "str", "Décisions et pistes retenues, une par ligne."),
        ),
    }
)
DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "avancement": "Avancement de l'enquête vers ses quotas, par territoire et profil.",
        "grille": "Grille de codage : thèmes rangés en familles, et natures du propos.",
        "effectifs_codes": "Entretiens où chaque thème apparaît, par profil et nature du propos.",
        "effectifs_familles": "Entretiens où chaque famille apparaît, par territoire et profil.",
        "effectifs_natures": "Entretiens où chaque nature de propos apparaît, par territoire et profil.",
        "effectifs_ensembles": "Marges : familles et natures, tous profils ou tous territoires.",
        "verbatims": "Extraits choisis, par thème et profil.",
        "ateliers": "Ateliers thématiques et leurs décisions.",
    }
)


def typer(table: pd.DataFrame, nom: str) -> pd.DataFrame:
    """Les colonnes de la table `nom` du jeu, dans l'ordre et les types du schéma.

    Un texte absent devient vide. Lève `KeyError` si une colonne manque.
    """
    colonnes = TABLES[nom]
    choisie = table[[c.nom for c in colonnes]].copy()
    for colonne in colonnes:
        if colonne.type == "str":
            choisie[colonne.nom] = choisie[colonne.nom].astype("object").fillna("").astype("str")
    return choisie.astype({c.nom: c.type for c in colonnes}).reset_index(drop=True)


def table_dictionnaire() -> pd.DataFrame:
    """Le dictionnaire du jeu : table, colonne, type, description."""
    lignes = [
        (nom, colonne.nom, _TYPES_LISIBLES[colonne.type], colonne.description)
        for nom, colonnes in TABLES.items()
        for colonne in colonnes
    ]
    return pd.DataFrame(lignes, columns=["table", "colonne", "type", "description"]).astype("str")
