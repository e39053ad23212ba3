from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recherche.analyse import confrontation
from recherche.analyse.confrontation import Roles, Seuils
from recherche.modele.codage import Code, Famille, Grille

GRILLE = Grille(
    "g",
    "1",
    (Famille("F", "f", (Code("BUS", "bus", ""), Code("TOIT", "toit", ""))),),
    (Code("EXI", "existant", ""), Code("MAN", "manque", ""), Code("ATT", "attente", "")),
)
ROLES = Roles("jeune", "pro", "EXI", "MAN", "ATT")
VILLES = ["X", "Y"]


def _etude(propos):
    """`propos` : source -> [(code, nature)…] ; la source dit territoire et profil (« X-j-1 »)."""
    entretiens, codages = [], []
    for source, dits in propos.items():
        ville, profil, _ = source.split("-")
        entretiens.append((source, ville, {"j": "jeune", "p": "pro"}[profil]))
        for rang, (code, nature) in enumerate(dits):
            codages += [(source, rang * 10, rang * 10 + 5, c) for c in (code, nature)]
    return (
        pd.DataFrame(entretiens, columns=["source_id", "territoire", "profil"]),
        pd.DataFrame(codages, columns=["source_id", "debut", "fin", "code"]),
    )


def _mesures(table, **voulu):
    for nom, valeur in voulu.items():
        table = table[table[nom] == valeur]
    return table


@pytest.fixture
def petite():
    return _etude(
        {
            "X-j-1": [("BUS", "MAN"), ("BUS", "ATT"), ("BUS", "EXI")],
            "X-j-2": [("BUS", "ATT")],
            "X-p-1": [("BUS", "EXI"), ("BUS", "EXI")],
            "Y-j-1": [("TOIT", "EXI")],
            "Y-p-1": [("TOIT", "MAN")],
        }
    )


def test_l_offre_n_est_decrite_que_par_les_professionnels(petite):
    table = confrontation.mesurer(*petite, GRILLE, ROLES, territoires=VILLES)
    obtenu = {
        (c, t, p, q): n
        for c, t, p, q, n in table[["code", "territoire", "profil", "propos", "entretiens"]].values
        if n and t == "ensemble"
    }
    assert obtenu == {
        ("BUS", "ensemble", "pro", "offre"): 1,
        ("BUS", "ensemble", "jeune", "usage"): 1,
        ("BUS", "ensemble", "jeune", "manque"): 1,
        ("BUS", "ensemble", "jeune", "attente"): 2,
        ("BUS", "ensemble", "jeune", "besoin"): 2,
        ("TOIT", "ensemble", "pro", "manque"): 1,
        ("TOIT", "ensemble", "pro", "besoin"): 1,
        ("TOIT", "ensemble", "jeune", "usage"): 1,
    }
    assert "offre" not in set(table[table["profil"] == "jeune"]["propos"])
    assert _mesures(table, profil="jeune", territoire="ensemble")["base"].unique().tolist() == [3]


def test_l_ecart_est_en_points_d_entretiens(petite):
    table = confrontation.confronter(*petite, GRILLE, ROLES, territoires=VILLES, tirages=200)
    bus = _mesures(table, code="BUS", demande="besoin").set_index("territoire")["ecart"]
    assert bus.round(1).to_dict() == {"X": 0.0, "Y": 0.0, "ensemble": 16.7}
    toit = _mesures(table, code="TOIT", demande="attente", territoire="ensemble")
    assert toit["ecart"].tolist() == [0.0]


def test_un_territoire_sans_personne_n_a_ni_ecart_ni_lecture(petite):
    table = confrontation.confronter(*petite, GRILLE, ROLES, territoires=["X", "Z"], tirages=100)
    vide = _mesures(table, territoire="Z")
    assert vide["ecart"].isna().all()
    assert set(vide["lecture"]) == {""}


def test_le_bootstrap_retire_des_entretiens_dans_chaque_strate():
    """Dans chaque strate tous disent pareil : retirer des entretiens ne change rien.

    Sans strates, le nombre de jeunes de X tirés varierait, et l'écart avec lui.
    """
    tous = {f"X-j-{i}": [("BUS", "MAN")] for i in range(8)}
    tous |= {f"Y-j-{i}": [] for i in range(8)}
    tous |= {f"{v}-p-{i}": [] for v in VILLES for i in range(8)}
    table = confrontation.confronter(*_etude(tous), GRILLE, ROLES, territoires=VILLES, tirages=300)
    ligne = _mesures(table, code="BUS", territoire="ensemble", demande="besoin").iloc[0]
    assert (ligne["ecart"], ligne["ecart_bas"], ligne["ecart_haut"]) == (50.0, 50.0, 50.0)


def test_les_passages_repetes_ne_resserrent_pas_l_intervalle():
    def etude(repetitions):
        propos = {f"X-j-{i}": [("BUS", "MAN")] * (repetitions * (i < 5)) for i in range(10)}
        return _etude(propos | {f"X-p-{i}": [] for i in range(10)})

    une, dix = (
        confrontation.confronter(*etude(n), GRILLE, ROLES, territoires=["X"], tirages=400)
        for n in (1, 10)
    )
    pd.testing.assert_frame_equal(une, dix)
    ligne = _mesures(une, code="BUS", territoire="X", demande="besoin").iloc[0]
    assert ligne["ecart_bas"] == pytest.approx(20, abs=1)
    assert ligne["ecart_haut"] == pytest.approx(80, abs=1)


def test_l_intervalle_est_celui_d_une_binomiale():
    """Une strate de 40 : l'écart-type du bootstrap est √(p(1-p)/n), ses centiles s'en déduisent."""
    propos = {f"X-j-{i}": [("BUS", "MAN")] if i < 12 else [] for i in range(40)}
    etude = _etude(propos | {f"X-p-{i}": [] for i in range(40)})
    table = confrontation.confronter(*etude, GRILLE, ROLES, territoires=["X"], tirages=4000)
    ligne = _mesures(table, code="BUS", territoire="X", demande="manque").iloc[0]
    demi = 100 * 1.96 * np.sqrt(0.3 * 0.7 / 40)
    assert ligne["ecart_bas"] == pytest.approx(30 - demi, abs=2.6)
    assert ligne["ecart_haut"] == pytest.approx(30 + demi, abs=2.6)


@pytest.mark.parametrize(
    ("offre", "besoin_offre", "usage", "besoin", "attendu"),
    [
        (6, 0, 7, 6, confrontation.RENCONTREE),
        (6, 0, 5, 6, confrontation.INCONNUE),
        (6, 2, 0, 1, confrontation.INCONNUE),
        (2, 9, 0, 8, confrontation.SANS_REPONSE),
        (5, 7, 1, 2, confrontation.SEULS),
        (4, 4, 4, 4, confrontation.PEU),
    ],
)
def test_les_quatre_lectures(offre, besoin_offre, usage, besoin, attendu):
    effectifs = [
        np.array([[[premier, 0, 0, dernier]]], dtype=float)
        for premier, dernier in ((offre, besoin_offre), (usage, besoin))
    ]
    bases = np.array([10.0])
    lue = confrontation.lire(*effectifs, bases, bases, seuils=Seuils(part=0.15, personnes=5))
    assert lue.tolist() == [[attendu]]


def test_memes_entrees_memes_resultats(petite):
    a, b = (
        confrontation.confronter(*petite, GRILLE, ROLES, territoires=VILLES, tirages=150)
        for _ in range(2)
    )
    pd.testing.assert_frame_equal(a, b)
    assert a["stabilite"].between(0, 1).all()
