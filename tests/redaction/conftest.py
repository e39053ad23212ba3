"""Un jeu publié fabriqué : grille, effectifs avec intervalles, masques, verbatims, ateliers."""

from math import sqrt

import pandas as pd
import pytest

NATURES = [
    ("NAT-EXISTANT", "Offre décrite", "La personne décrit ce qui existe."),
    ("NAT-MANQUE", "Manque ou critique", "La personne pointe un manque."),
    ("NAT-ATTENTE", "Attente ou proposition", "La personne exprime une attente."),
]
THEMES = [
    ("QUARTIER", "Quartier, ville et logement", "QUART-MOB", "Mobilité et transports"),
    ("QUARTIER", "Quartier, ville et logement", "LOGEMENT", "Accès au logement autonome"),
    ("EMPLOI", "Formation, emploi", "EMP-RECH", "Recherche d'emploi et précarité"),
    ("LOISIRS", "Temps libre", "LIEU-JEUNES", "Lieux pour se retrouver"),
]


def mesure(entretiens, base, *, seuil=5):
    """Une ligne d'effectif : n None la masque ; intervalle de Wilson à 95 %."""
    if entretiens is None or base < seuil:
        return {
            "entretiens": pd.NA,
            "base": base,
            "part": None,
            "part_basse": None,
            "part_haute": None,
            "masque": True,
        }
    p, n, z2 = entretiens / base, base, 1.959964**2
    centre, ecart = p + z2 / (2 * n), sqrt(z2) * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    bas, haut = max(0, (centre - ecart) / (1 + z2 / n)), min(1, (centre + ecart) / (1 + z2 / n))
    return {
        "entretiens": entretiens,
        "base": base,
        "part": p,
        "part_basse": bas,
        "part_haute": haut,
        "masque": False,
    }


def tableau_effectifs(lignes, axes):
    colonnes = [*axes, "entretiens", "base", "part", "part_basse", "part_haute", "masque"]
    table = pd.DataFrame(lignes, columns=colonnes)
    numeriques = {"entretiens": "Int64", "base": "int64", "masque": "bool"}
    return table.astype(numeriques | dict.fromkeys(("part", "part_basse", "part_haute"), "float64"))


def grille():
    colonnes = [
        "axe",
        "famille",
        "famille_nom",
        "code",
        "nom",
        "definition",
        "inclure",
        "exclure",
        "exemple",
        "couleur",
    ]
    lignes = [
        (
            "thème",
            famille,
            nom_famille,
            code,
            nom,
            f"Tout ce qui touche à : {nom}.",
            "bus, vélo",
            "",
            "Y a pas de bus.",
            "",
        )
        for famille, nom_famille, code, nom in THEMES
    ]
    lignes += [
        ("nature", "", "", code, nom, definition, "", "", "", "#112233")
        for code, nom, definition in NATURES
    ]
    return pd.DataFrame(lignes, columns=colonnes)


def manifeste(
    profils, *, niveau="ville", niveaux="villes", territoires=("Lorient", "Brest"), fictive=True
):
    return {
        "version": 3,
        "date": "2010-09-01",
        "etude": {
            "titre": "Jeunesses et territoires",
            "organisme": "L'organisme d'étude",
            "debut": "2009-03-01",
            "fin": "2010-06-30",
            "niveau_territoire": niveau,
            "niveau_territoire_pluriel": niveaux,
            "fictive": fictive,
            "livrables": ["État des lieux", "Guide"],
            "territoires": [{"code": nom[:3].upper(), "nom": nom} for nom in territoires],
            "profils": [
                {
                    "code": nom[0].upper(),
                    "nom": nom,
                    "pluriel": pluriel,
                    "quota": 30,
                    "guide": [
                        {"id": "g", "libelle": f"Parcours des {pluriel}", "questions": ["Et après ?"]}
                    ],
                }
                for nom, pluriel in profils
            ],
            "seuil": 5,
            "description": "Une étude d'essai : ce qui existe, ce qui manque.",
        },
    }


# Par code de thème, puis par profil : (toutes, existant, manque, attente) ; None est masqué.
JEUNES = {
    "QUART-MOB": (26, None, 24, None),
    "LOGEMENT": (30, 0, 21, 6),
    "EMP-RECH": (60, 12, 38, 9),
    "LIEU-JEUNES": (0, 0, 0, 0),
}
PROFESSIONNELS = {
    "QUART-MOB": (10, 5, 5, 0),
    "LOGEMENT": (14, None, 11, 5),
    "EMP-RECH": (None, None, 6, 0),
    "LIEU-JEUNES": (25, 8, 13, 16),
}
TEXTES = [
    (
        "QUART-MOB",
        "NAT-MANQUE",
        "Après vingt heures y a plus de bus, donc tu rentres à pied *jusqu'au* Bois.",
    ),
    ("QUART-MOB, LOGEMENT", "NAT-ATTENTE", "Une navette le samedi : voilà ce qu'il faudrait !"),
    ("LOGEMENT", "NAT-MANQUE", "Elle m'a dit « il faut un garant ». J'ai pas insisté."),
    ("EMP-RECH", "NAT-EXISTANT", "La conseillère, elle m'a appelé trois fois."),
    ("LIEU-JEUNES", "NAT-ATTENTE", "Une salle et la clé | c'est tout."),
]


def jeu_de(profils, effectifs, base, territoires, **options):
    noms = [nom for nom, _ in profils]
    codes, natures = [], ["toutes", *(code for code, _, _ in NATURES)]
    for code in (theme[2] for theme in THEMES):
        for rang, nature in enumerate(natures):
            valeurs = [effectifs[nom][code][rang] for nom in noms]
            somme = None if None in valeurs else sum(valeurs)
            for profil, n, b in [
                *zip(noms, valeurs, [base] * len(noms), strict=True),
                ("ensemble", somme, base * len(noms)),
            ]:
                codes.append({"code": code, "profil": profil, "nature": nature, **mesure(n, b)})
    part = base // len(territoires)
    croisees = [
        {
            "famille": famille,
            "territoire": t,
            "profil": p,
            **mesure(part if famille == "EMPLOI" else None, part),
        }
        for famille in dict.fromkeys(theme[0] for theme in THEMES)
        for t in territoires
        for p in noms
    ]
    par_nature = [
        {"nature": n, "territoire": t, "profil": p, **mesure(part // 2, part)}
        for n, _, _ in NATURES
        for t in territoires
        for p in noms
    ]
    avancement = [(t, p, 30, part, part, part, part, part) for t in territoires for p in noms]
    verbatims = [
        (f"V{rang:03d}", territoires[rang % len(territoires)], p, c, nature, texte)
        for rang, (p, (c, nature, texte)) in enumerate(((p, v) for p in noms for v in TEXTES), start=1)
    ]
    etapes = ["objectif", "realises", "transcrits", "relus", "codes", "publies"]
    tables = {
        "avancement": pd.DataFrame(avancement, columns=["territoire", "profil", *etapes]),
        "grille": grille(),
        "effectifs_codes": tableau_effectifs(codes, ["code", "profil", "nature"]),
        "effectifs_familles": tableau_effectifs(croisees, ["famille", "territoire", "profil"]),
        "effectifs_natures": tableau_effectifs(par_nature, ["nature", "territoire", "profil"]),
        "verbatims": pd.DataFrame(
            verbatims, columns=["reference", "territoire", "profil", "codes", "nature", "texte"]
        ),
        "ateliers": pd.DataFrame(
            [
                (
                    "Garder la clé ?",
                    territoires[0],
                    "2010-02-04",
                    6,
                    "Essayer six mois.\nUn carnet d'essai.",
                )
            ],
            columns=["titre", "territoire", "date", "participants", "decisions"],
        ),
    }
    return manifeste(profils, territoires=territoires, **options), tables


@pytest.fixture
def jeu():
    """Deux profils, deux villes, 60 entretiens par profil."""
    profils = [("jeune", "jeunes"), ("professionnel", "professionnels")]
    effectifs = {"jeune": JEUNES, "professionnel": PROFESSIONNELS}
    return jeu_de(profils, effectifs, 60, ["Lorient", "Brest"])


@pytest.fixture
def jeu_regions():
    """Trois profils, des régions, étude réelle."""
    profils = [("parent", "parents"), ("enseignant", "enseignants"), ("élu", "élus")]
    effectifs = {"parent": JEUNES, "enseignant": PROFESSIONNELS, "élu": JEUNES}
    lieux = ["Bretagne", "Pays de la Loire", "Languedoc-Roussillon"]
    return jeu_de(profils, effectifs, 60, lieux, niveau="région", niveaux="régions", fictive=False)


@pytest.fixture
def jeu_ateliers():
    """Une étude d'ateliers : aucun profil, tables d'effectifs vides."""
    return jeu_de([], {}, 60, ["Bretagne"], niveau="région", niveaux="régions", fictive=False)
