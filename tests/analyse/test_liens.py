from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from recherche.analyse import figures_lexique, liens
from recherche.analyse.disposition import disposer

ENTRETIENS = pd.DataFrame({"source_id": ["1", "2", "3", "4"]})
CODES = ["A", "B", "C"]


@pytest.fixture
def codages():
    """1 : A et B ensemble puis C ; 2 : A puis B ; 3 : A ; 4 : rien ; 9 : un atelier."""
    lignes = [("1", 0, 5, "A"), ("1", 0, 5, "B"), ("1", 6, 9, "C"), ("2", 0, 5, "A"), ("2", 6, 9, "B")]
    lignes += [("3", 0, 5, "A"), ("3", 0, 5, "A"), ("9", 0, 5, "A"), ("9", 0, 5, "C")]
    return pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "code"])


def test_jaccard_et_lift_en_entretiens(codages):
    table = liens.cooccurrences(ENTRETIENS, codages, CODES).set_index(["code_a", "code_b"])
    assert table.loc[("A", "B"), ["ensemble", "a", "b", "unites"]].tolist() == [2, 3, 2, 4]
    assert table.loc[("A", "B"), "jaccard"] == pytest.approx(2 / 3)
    assert table.loc[("A", "B"), "lift"] == pytest.approx(2 * 4 / 6)
    assert table.loc[("B", "C"), "jaccard"] == pytest.approx(1 / 2)


def test_en_extraits_seuls_les_memes_passages_comptent(codages):
    table = liens.cooccurrences(ENTRETIENS, codages, CODES, unite="extrait")
    assert table[["code_a", "code_b", "ensemble", "unites"]].values.tolist() == [["A", "B", 1, 5]]
    with pytest.raises(ValueError, match="entretien"):
        liens.cooccurrences(ENTRETIENS, codages, CODES, unite="tour")


def test_le_reseau_est_toujours_pareil(codages):
    paires = liens.cooccurrences(ENTRETIENS, codages, CODES)
    noeuds, traits = liens.reseau(paires, minimum=0.4)
    pd.testing.assert_frame_equal(noeuds, liens.reseau(paires, minimum=0.4)[0])
    assert noeuds["code"].tolist() == CODES
    assert traits[["code_a", "code_b"]].values.tolist() == [["A", "B"], ["B", "C"]]
    assert noeuds[["x", "y"]].stack().between(0, 1).all()
    specification = figures_lexique.figure_reseau(noeuds, traits).to_dict()
    assert len(specification["layer"]) == 3


def test_deux_noeuds_lies_sont_plus_proches_que_deux_qui_ne_le_sont_pas():
    places = disposer(4, [(0, 1), (2, 3)], [1.0, 1.0])
    d = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert d[0, 1] < min(d[0, 2], d[0, 3])
    assert disposer(1, [], []).tolist() == [[0.5, 0.5]]
    assert disposer(0, [], []).shape == (0, 2)


def test_la_saturation_suit_l_ordre_et_les_ordres_tires(codages):
    table = liens.saturation(ENTRETIENS, codages, CODES, tirages=300)
    assert table["nouveaux"].tolist() == [3, 0, 0, 0]
    assert table["cumul"].tolist() == [3, 3, 3, 3]
    attendue = (3 + 2 + 1 + 0) / 4
    assert table["moyenne"].iloc[0] == pytest.approx(attendue, abs=0.15)
    assert table["moyenne"].iloc[-1] == 3
    assert (table["bas"] <= table["moyenne"]).all()
    assert (table["haut"] >= table["moyenne"]).all()
    inverse = liens.saturation(ENTRETIENS[::-1], codages, CODES, tirages=50)
    assert inverse["cumul"].tolist() == [0, 1, 2, 3]
    assert figures_lexique.figure_saturation(table).to_dict()["layer"]


def test_une_etude_sans_codage_ne_sature_pas():
    vide = pd.DataFrame({"source_id": [], "debut": [], "fin": [], "code": []})
    assert liens.saturation(ENTRETIENS, vide, CODES, tirages=10)["cumul"].tolist() == [0, 0, 0, 0]
    assert liens.cooccurrences(ENTRETIENS, vide, CODES).empty


def test_les_suites_de_codes(codages):
    table = liens.suites(ENTRETIENS, codages, CODES)
    obtenu = {(a, b): (n, e) for a, b, n, e in table.iloc[:, :4].itertuples(index=False)}
    assert obtenu == {("A", "B"): (1, 1), ("A", "C"): (1, 1), ("B", "C"): (1, 1)}
    assert table["rapport"].tolist() == pytest.approx([1.5, 0.75, 1.5])


def test_la_part_de_parole_manque_si_un_temps_manque():
    tours = [("1", "ENQ", 10, 5.0), ("1", "ENT", 90, 45.0), ("2", "ENQ", 5, None), ("2", "ENT", 15, 9.0)]
    table = liens.parts_de_parole(tours).set_index(["source_id", "locuteur"])
    assert table["part_mots"].tolist() == [0.1, 0.9, 0.25, 0.75]
    assert table.loc[("1", "ENT"), "part_secondes"] == pytest.approx(0.9)
    assert math.isnan(table.loc[("2", "ENT"), "part_secondes"])
