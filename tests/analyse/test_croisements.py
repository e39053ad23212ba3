from __future__ import annotations

import math

import pandas as pd
import pytest

from recherche.analyse import croisements
from recherche.analyse.croisements import Questions

CODES = ["BUS", "TOIT"]


@pytest.fixture
def entretiens():
    lignes = [("1", "X", "jeune", 17), ("2", "X", "jeune", 20), ("3", "Y", "pro", None)]
    return pd.DataFrame(lignes, columns=["source_id", "territoire", "profil", "age"])


@pytest.fixture
def codages():
    """1 parle dix fois du bus ; 2 du bus et du toit, spontanément ; 9 est un atelier."""
    lignes = [("1", i, i + 1, "BUS") for i in range(10)]
    lignes += [("2", 0, 5, "BUS"), ("2", 0, 5, "TOIT"), ("9", 0, 5, "BUS")]
    return pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "code"])


def test_on_compte_des_entretiens_sur_ceux_a_qui_l_on_a_demande(entretiens, codages):
    questions = Questions(
        posees=frozenset({("1", "BUS"), ("1", "TOIT")}),
        codes={"jeune": frozenset(CODES), "pro": frozenset()},
        connues=frozenset({"1", "2"}),
    )
    table = croisements.croiser(entretiens, codages, CODES, par=["profil"], questions=questions)
    mesures = ["code", "profil", "entretiens", "base", "spontanes", "manquants"]
    assert table[mesures].values.tolist() == [
        ["BUS", "jeune", 1, 1, 1, 0],
        ["BUS", "pro", 0, 1, 0, 0],
        ["TOIT", "jeune", 0, 1, 1, 0],
        ["TOIT", "pro", 0, 1, 0, 0],
    ]


def test_un_entretien_dont_on_ne_sait_pas_ce_qui_a_ete_demande_est_manquant(entretiens, codages):
    questions = Questions(frozenset(), {"jeune": frozenset(["BUS"])}, frozenset())
    table = croisements.croiser(entretiens, codages, ["BUS"], par=["profil"], questions=questions)
    jeunes = table[table["profil"] == "jeune"].iloc[0]
    assert (jeunes["base"], jeunes["manquants"], jeunes["spontanes"]) == (0, 2, 0)
    assert math.isnan(jeunes["part"])
    assert croisements.etat_cellules(table).tolist() == ["manquant", "mesuré"]


def test_manquant_n_est_pas_masque():
    table = pd.DataFrame({"base": [0, 4, 20, 0], "masque": [False, True, False, True]})
    etats = croisements.etat_cellules(table).tolist()
    assert etats == ["manquant", "masqué", "mesuré", "masqué"]


def test_sans_question_tous_sont_dans_la_base(entretiens, codages):
    table = croisements.croiser(entretiens, codages, ["BUS"], par=["territoire", "profil"])
    assert table[["territoire", "entretiens", "base", "part"]].values.tolist() == [
        ["X", 2, 2, 1.0],
        ["Y", 0, 1, 0.0],
    ]
    assert table["part_basse"].round(4).tolist() == [0.3424, 0.0]


def test_un_attribut_absent_est_dit_non_renseigne(entretiens, codages):
    tranche = croisements.tranches_age(entretiens["age"])
    assert tranche.tolist()[:2] == ["moins de 18", "18-21"]
    table = croisements.croiser(entretiens.assign(tranche=tranche), codages, ["BUS"], par=["tranche"])
    assert set(table["tranche"]) == {"moins de 18", "18-21", "non renseigné"}


def test_code_par_entretien_compte_des_extraits(entretiens, codages):
    table = croisements.code_par_entretien(entretiens, codages, CODES)
    assert table.to_dict("index") == {
        "1": {"BUS": 10, "TOIT": 0},
        "2": {"BUS": 1, "TOIT": 1},
        "3": {"BUS": 0, "TOIT": 0},
    }


def _groupes(n, a, b):
    lignes = [(f"a{i}", "A") for i in range(n)] + [(f"b{i}", "B") for i in range(n)]
    table = pd.DataFrame(lignes, columns=["source_id", "groupe"])
    return table, {f"a{i}" for i in range(a)} | {f"b{i}" for i in range(b)}


def test_la_p_valeur_est_celle_du_khi_deux():
    """30 sur 60 contre 15 sur 60 : khi-deux de 8 à un degré de liberté, p = 0,0047."""
    c = croisements.comparer(*_groupes(60, 30, 15), "groupe", "A", "B")
    assert (c.ecart_points, c.raison) == (25.0, "")
    assert c.p_valeur == pytest.approx(0.004678, abs=1e-6)


@pytest.mark.parametrize(
    ("n", "a", "b", "raison"),
    [
        (10, 5, 3, "une case attend 4.0 entretiens, il en faut 5"),
        (60, 5, 3, "une case attend 4.0 entretiens, il en faut 5"),
        (60, 60, 60, "une case attend 0.0 entretiens, il en faut 5"),
    ],
)
def test_pas_de_p_valeur_quand_les_effectifs_sont_trop_petits(n, a, b, raison):
    c = croisements.comparer(*_groupes(n, a, b), "groupe", "A", "B")
    assert c.p_valeur is None
    assert c.raison == raison


def test_pas_de_p_valeur_sur_des_passages():
    table, porteurs = _groupes(60, 30, 15)
    with pytest.raises(ValueError, match="passages ne sont pas indépendants"):
        croisements.comparer(pd.concat([table, table]), porteurs, "groupe", "A", "B")


def test_un_groupe_vide_n_a_pas_d_ecart():
    c = croisements.comparer(*_groupes(10, 5, 5), "groupe", "A", "C")
    assert math.isnan(c.ecart_points)
    assert c.p_valeur is None


def test_les_p_valeurs_sont_ajustees_par_holm():
    table, _ = _groupes(60, 0, 0)
    poses = {"X": (30, 15), "Y": (30, 20), "Z": (2, 1)}
    lignes = [
        (f"{g}{i}", 0, 1, code)
        for code, effectifs in poses.items()
        for g, n in zip("ab", effectifs, strict=True)
        for i in range(n)
    ]
    codages = pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "code"])
    resultat = croisements.comparer_codes(table, codages, list(poses), groupe="groupe", a="A", b="B")
    p, ajustees = resultat["p_valeur"].tolist(), resultat["p_ajustee"].tolist()
    assert ajustees[0] == pytest.approx(2 * p[0])
    assert ajustees[1] == pytest.approx(p[1])
    assert math.isnan(p[2])
    assert math.isnan(ajustees[2])
    assert resultat["raison"].tolist()[2].startswith("une case attend")
