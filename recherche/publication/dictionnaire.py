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
    "float64": "nombre (vide si masqué ou base trop petite)",
    "bool": "vrai ou faux",
}
_TERRITOIRE = Colonne("territoire", "str", "Nom du territoire.")
_TERRITOIRE_OU_ENSEMBLE = Colonne("territoire", "str", "Nom du territoire, ou « ensemble ».")
_CODE = Colonne("code", "str", "Code du thème.")
_CLASSE = Colonne("classe", "int64", "Numéro de la classe lexicale, de gauche à droite.")
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
        "calendrier": (
            Colonne("mois", "str", "Mois, année-mois."),
            Colonne("realises", "int64", "Entretiens réalisés ce mois-là, tous territoires et profils."),
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
        "confrontation": (
            _CODE,
            _TERRITOIRE_OU_ENSEMBLE,
            Colonne(
                "demande",
                "str",
                "Ce que dit la population de la demande : « manque », « attente » ou « besoin » (l'un "
                "ou l'autre).",
            ),
            Colonne("part_demande", "float64", "Part de ses entretiens qui le disent, de 0 à 1."),
            Colonne(
                "part_offre",
                "float64",
                "Part des entretiens de l'autre population qui décrivent une offre, de 0 à 1.",
            ),
            Colonne(
                "ecart",
                "float64",
                "100 × (part_demande - part_offre), en points d'entretiens, de -100 à 100.",
            ),
            Colonne("ecart_bas", "float64", "Borne basse de l'intervalle bootstrap à 95 %, en points."),
            Colonne("ecart_haut", "float64", "Borne haute de l'intervalle bootstrap à 95 %, en points."),
            Colonne(
                "lecture",
                "str",
                "Offre rencontrée, offre inconnue, attente sans réponse, souci des seuls … ou peu "
                "évoqué. Vide si elle n'est pas publiée.",
            ),
            Colonne(
                "stabilite",
                "float64",
                "Part des tirages bootstrap qui donnent la même lecture, de 0 à 1 ; ensemble seulement.",
            ),
            Colonne("masque", "bool", "Vrai : un des deux effectifs est masqué, donc l'écart aussi."),
        ),
        "confrontation_propos": (
            _CODE,
            _TERRITOIRE_OU_ENSEMBLE,
            _PROFIL,
            Colonne(
                "propos",
                "str",
                "« offre » (offre décrite), « usage » (le même propos, dit par la population de la "
                "demande), « manque », « attente », « besoin » (manque ou attente).",
            ),
            *_MESURES,
        ),
        "verbatims_apparies": (
            Colonne(
                "reference",
                "str",
                "Référence à citer avec la version du jeu ; elle change à chaque fois.",
            ),
            _CODE,
            _TERRITOIRE,
            Colonne("nature_demande", "str", "Code de la nature du propos de la demande."),
            Colonne("texte_demande", "str", "Extrait cité, population de la demande."),
            Colonne("nature_offre", "str", "Code de la nature du propos de l'offre."),
            Colonne("texte_offre", "str", "Extrait cité le plus proche, population de l'offre."),
            Colonne("proximite", "float64", "Cosinus des deux vecteurs de sens centrés, de -1 à 1."),
        ),
        "lexique_classes": (
            _CLASSE,
            Colonne("segments", "int64", "Segments de texte de la classe."),
            Colonne("part", "float64", "Part des segments classés, de 0 à 1."),
            Colonne("entretiens", "int64", "Entretiens dont un segment au moins est dans la classe."),
            Colonne("mots", "str", "Les mots les plus propres à la classe, séparés par « , »."),
        ),
        "lexique_mots": (
            _CLASSE,
            Colonne("mot", "str", "Lemme (forme du dictionnaire)."),
            Colonne("categorie", "str", "Nom, verbe, adjectif ou adverbe."),
            Colonne("segments_classe", "int64", "Segments de la classe où il est présent."),
            Colonne("segments", "int64", "Segments où il est présent, toutes classes."),
            Colonne("khi2", "float64", "Khi-deux signé de sa présence dans la classe ; descriptif."),
        ),
        "lexique_profils": (
            _CLASSE,
            Colonne("variable", "str", "« territoire » ou « profil »."),
            Colonne("modalite", "str", "Nom du territoire ou du profil."),
            Colonne(
                "part", "float64", "Part de ses segments classés qui sont dans la classe, de 0 à 1."
            ),
            Colonne("khi2", "float64", "Khi-deux signé : au-dessus (+) ou au-dessous (-) de l'attendu."),
        ),
        "lexique_arbre": (
            Colonne(
                "noeud", "str", "Le nœud du dendrogramme : « N1 »… (coupures) ou « C1 »… (classes)."
            ),
            Colonne("parent", "str", "Le nœud au-dessus ; vide pour la racine."),
            Colonne("classe", "Int64", "Numéro de la classe ; vide pour une coupure."),
            Colonne("segments", "int64", "Segments sous ce nœud."),
            Colonne("hauteur", "float64", "Khi-deux cumulé de la coupure ; 0 pour une classe."),
        ),
        "lexique_verbatims": (
            _CLASSE,
            Colonne("reference", "str", "Référence d'un verbatim publié, typique de la classe."),
            Colonne("score", "float64", "Somme des khi-deux des mots de la classe qui y sont présents."),
        ),
        "accord": (
            Colonne("code", "str", "Code de la grille, ou question d'ensemble (« tous les codes »…)."),
            Colonne("unites", "int64", "Phrases que deux codeurs au moins ont jugées sans se voir."),
            Colonne("alpha", "float64", "Alpha de Krippendorff : 1 accord parfait, 0 comme au hasard."),
            Colonne("alpha_bas", "float64", "Borne basse de l'intervalle bootstrap à 95 %."),
            Colonne("alpha_haut", "float64", "Borne haute de l'intervalle bootstrap à 95 %."),
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
        "calendrier": "Entretiens réalisés mois par mois.",
        "grille": "Grille de codage : thèmes rangés en familles, et natures du propos.",
        "effectifs_codes": "Entretiens où chaque thème apparaît, par profil et nature du propos.",
        "effectifs_familles": "Entretiens où chaque famille apparaît, par territoire et profil.",
        "effectifs_natures": "Entretiens où chaque nature de propos apparaît, par territoire et profil.",
        "effectifs_ensembles": "Marges : familles et natures, tous profils ou tous territoires.",
        "confrontation": "Écart entre ce que les uns attendent et l'offre que les autres décrivent.",
        "confrontation_propos": "Entretiens où chaque propos est tenu, par thème, territoire et profil.",
        "verbatims_apparies": "Paires d'extraits proches des deux populations, par thème et territoire.",
        "lexique_classes": "Classes lexicales (Reinert) des paroles recueillies.",
        "lexique_mots": "Mots propres à chaque classe lexicale.",
        "lexique_profils": "Territoires et profils propres à chaque classe lexicale.",
        "lexique_arbre": "Dendrogramme des classes lexicales.",
        "lexique_verbatims": "Verbatims publiés typiques de chaque classe lexicale.",
        "accord": "Accord entre codeurs, d'ensemble et code par code.",
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
