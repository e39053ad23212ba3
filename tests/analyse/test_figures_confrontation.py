from __future__ import annotations

import pandas as pd
import pytest

from recherche.analyse.figures_confrontation import COULEURS, figure_confrontation, figure_ecarts

NOMS = {"BUS": "Transports", "TOIT": "Logement"}
PROFILS = {"pro": "Professionnels", "jeune": "Jeunes"}


@pytest.fixture
def propos():
    lignes = [
        ("BUS", "ensemble", "pro", "offre", 30, 60, 0.5, False),
        ("BUS", "ensemble", "jeune", "besoin", 15, 60, 0.25, False),
        ("BUS", "ensemble", "jeune", "usage", 6, 60, 0.1, False),
        ("TOIT", "ensemble", "pro", "offre", None, 60, None, True),
        ("TOIT", "ensemble", "jeune", "besoin", 40, 60, 0.67, False),
        ("BUS", "Alpha", "jeune", "besoin", 9, 10, 0.9, False),
        ("BUS", "ensemble", "jeune", "manque", 14, 60, 0.23, False),
    ]
    colonnes = ["code", "territoire", "profil", "propos", "entretiens", "base", "part", "masque"]
    return pd.DataFrame(lignes, columns=colonnes).astype({"entretiens": "Int64", "part": "float64"})


def _donnees(figure):
    lignes = [ligne for table in figure.to_dict()["datasets"].values() for ligne in table]
    return [ligne for ligne in lignes if "theme" in ligne]


def test_l_offre_est_a_gauche_et_la_demande_a_droite(propos):
    figure = figure_confrontation(propos, noms=NOMS, profils=PROFILS)
    obtenu = {(x["theme"], x["libelle"]): (x["longueur"], x["texte"]) for x in _donnees(figure)}
    assert obtenu == {
        ("Transports", "Offre décrite"): (-0.5, "30/60"),
        ("Transports", "Besoin"): (0.25, "15/60"),
        ("Transports", "Usage raconté"): (0.1, "6/60"),
        ("Logement", "Offre décrite"): (0.0, "masqué"),
        ("Logement", "Besoin"): (0.67, "40/60"),
    }
    manques = figure_confrontation(propos, noms=NOMS, profils=PROFILS, demande="manque")
    assert "14/60" in {x["texte"] for x in _donnees(manques)}


def test_les_tables_exactes_de_l_equipe_se_montrent_aussi(propos):
    exacte = propos[~propos["masque"]].drop(columns="masque")
    figure = figure_confrontation(exacte, noms=NOMS, profils=PROFILS)
    assert "masqué" not in {x["texte"] for x in _donnees(figure)}


def test_les_couleurs_voisines_se_distinguent():
    """Luminances relatives : offre, besoin et usage gardent un contraste de 1,25 en gris."""

    def luminance(couleur):
        canaux = [int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        lineaires = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux]
        return sum(p * c for p, c in zip((0.2126, 0.7152, 0.0722), lineaires, strict=True))

    valeurs = sorted(luminance(COULEURS[n]) for n in ("Offre décrite", "Besoin", "Usage raconté"))
    assert (valeurs[1] + 0.05) / (valeurs[0] + 0.05) > 1.25
    assert (valeurs[2] + 0.05) / (valeurs[1] + 0.05) > 1.25


def test_un_ecart_masque_garde_sa_lecture():
    colonnes = ["code", "territoire", "demande", "ecart", "ecart_bas", "ecart_haut", "lecture", "masque"]
    lignes = [
        ("BUS", "ensemble", "besoin", 12.0, 2.0, 22.0, "attente sans réponse", False),
        ("TOIT", "ensemble", "besoin", None, None, None, "offre inconnue", True),
        ("TOIT", "ensemble", "manque", 1.0, 0.0, 2.0, "offre inconnue", False),
    ]
    figure = figure_ecarts(pd.DataFrame(lignes, columns=colonnes), noms=NOMS)
    textes = {x["theme"]: x["texte"] for x in _donnees(figure)}
    assert textes == {
        "Transports": "attente sans réponse",
        "Logement": "offre inconnue · écart masqué",
    }


def test_une_etude_vide_donne_une_figure_vide(propos):
    figure_confrontation(propos.iloc[:0], noms={}, profils=PROFILS).to_dict()
