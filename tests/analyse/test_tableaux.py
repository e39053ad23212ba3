from __future__ import annotations

import pandas as pd
import pytest

from recherche.analyse import tableaux
from recherche.modele.codage import Code, Famille, Grille

GRILLE = Grille(
    "g",
    "1",
    (
        Famille("F1", "Un", (Code("A", "a", ""), Code("B", "b", ""))),
        Famille("F2", "Deux", (Code("C", "c", ""),)),
    ),
    (Code("N1", "n1", ""), Code("N2", "n2", "")),
)
CROISEMENTS = {"territoires": ["X", "Y"], "profils": ["j", "p"]}
VIDES = (
    pd.DataFrame({"source_id": [], "territoire": [], "profil": []}),
    pd.DataFrame({"source_id": [], "debut": [], "fin": [], "code": []}),
)


@pytest.fixture
def entretiens() -> pd.DataFrame:
    lignes = [("1", "X", "j"), ("2", "X", "p"), ("3", "Y", "j")]
    return pd.DataFrame(lignes, columns=["source_id", "territoire", "profil"])


@pytest.fixture
def codages() -> pd.DataFrame:
    """1 : A et N1 deux fois ; 2 : B, C et N2 ensemble, A sans nature ; 9 : un atelier."""
    lignes = [
        *(("1", 0, 5, "A"), ("1", 0, 5, "N1"), ("1", 6, 9, "A"), ("1", 6, 9, "N1")),
        *(("2", 0, 3, "B"), ("2", 0, 3, "C"), ("2", 0, 3, "N2"), ("2", 4, 8, "A")),
        *(("9", 0, 3, "A"), ("9", 0, 3, "N1")),
    ]
    return pd.DataFrame(lignes, columns=["source_id", "debut", "fin", "code"])


def test_les_effectifs_par_code_comptent_des_entretiens(entretiens, codages):
    table = tableaux.effectifs_codes(entretiens, codages, GRILLE, profils=["j", "p"])
    obtenu = {tuple(ligne[:3]): tuple(ligne[3:5]) for ligne in table.itertuples(index=False)}
    assert len(table) == 3 * 3 * 3
    assert {k: v for k, v in obtenu.items() if v[0]} == {
        ("A", "ensemble", "toutes"): (2, 3),
        ("A", "ensemble", "N1"): (1, 3),
        ("A", "j", "toutes"): (1, 2),
        ("A", "j", "N1"): (1, 2),
        ("A", "p", "toutes"): (1, 1),
        ("B", "ensemble", "toutes"): (1, 3),
        ("B", "ensemble", "N2"): (1, 3),
        ("B", "p", "toutes"): (1, 1),
        ("B", "p", "N2"): (1, 1),
        ("C", "ensemble", "toutes"): (1, 3),
        ("C", "ensemble", "N2"): (1, 3),
        ("C", "p", "toutes"): (1, 1),
        ("C", "p", "N2"): (1, 1),
    }


def test_les_familles_par_territoire_et_profil(entretiens, codages):
    table = tableaux.effectifs_familles(entretiens, codages, GRILLE, **CROISEMENTS)
    assert table[["famille", "territoire", "profil", "entretiens", "base"]].values.tolist() == [
        ["F1", "X", "j", 1, 1],
        ["F1", "X", "p", 1, 1],
        ["F1", "Y", "j", 0, 1],
        ["F1", "Y", "p", 0, 0],
        ["F2", "X", "j", 0, 1],
        ["F2", "X", "p", 1, 1],
        ["F2", "Y", "j", 0, 1],
        ["F2", "Y", "p", 0, 0],
    ]
    assert table["part"].isna().tolist() == [False, False, False, True, False, False, False, True]


def test_les_natures_et_les_marges(entretiens, codages):
    natures = tableaux.effectifs_natures(entretiens, codages, GRILLE, **CROISEMENTS)
    assert natures["entretiens"].tolist() == [1, 0, 0, 0, 0, 1, 0, 0]
    marges = tableaux.effectifs_ensembles(entretiens, codages, GRILLE, **CROISEMENTS)
    choisies = marges[(marges["axe"] == "famille") & (marges["code"] == "F1")]
    assert choisies[["territoire", "profil", "entretiens", "base"]].values.tolist() == [
        ["ensemble", "ensemble", 2, 3],
        ["ensemble", "j", 1, 2],
        ["ensemble", "p", 1, 1],
        ["X", "ensemble", 2, 2],
        ["Y", "ensemble", 0, 1],
    ]


def test_les_cooccurrences_sont_sur_le_meme_extrait(entretiens, codages):
    table = tableaux.cooccurrences(entretiens, codages, GRILLE)
    assert table.values.tolist() == [["B", "C", 1, 1]]


def test_l_avancement_suit_les_quotas(entretiens):
    etats = entretiens.assign(
        realise=True,
        transcrit=[True, True, False],
        relu=[True, False, False],
        code=False,
        publie=False,
    )
    table = tableaux.avancement(etats, territoires=["X", "Y"], objectifs={"j": 10, "p": 5})
    assert table.values.tolist() == [
        ["X", "j", 10, 1, 1, 1, 0, 0],
        ["X", "p", 5, 1, 1, 0, 0, 0],
        ["Y", "j", 10, 1, 0, 0, 0, 0],
        ["Y", "p", 5, 0, 0, 0, 0, 0],
    ]


@pytest.mark.parametrize(
    ("effectif", "base", "basse", "haute"),
    [
        (0, 10, 0.0, 0.2775),
        (1, 10, 0.0179, 0.4042),
        (5, 10, 0.2366, 0.7634),
        (10, 10, 0.7225, 1.0),
        (15, 60, 0.1578, 0.3723),
    ],
)
def test_l_intervalle_de_wilson_est_celui_des_tables(effectif, base, basse, haute):
    obtenu = tableaux.wilson([effectif], [base])
    assert (round(obtenu[0][0], 4), round(obtenu[1][0], 4)) == (basse, haute)


def test_une_base_nulle_ne_donne_pas_zero():
    basse, haute = tableaux.wilson([0], [0])
    assert pd.isna(basse[0])
    assert pd.isna(haute[0])


@pytest.mark.parametrize("profils", [[], ["j"]])
def test_une_etude_sans_entretien_rend_des_tables_bien_typees(profils):
    for table in tableaux.effectifs(*VIDES, GRILLE, territoires=["X"], profils=profils).values():
        assert table["entretiens"].dtype == "Int64"
        assert table["base"].dtype == "int64"
        assert table["part"].dtype == "float64"
        assert not table["entretiens"].sum()
        assert bool(len(table)) == bool(profils)
    assert tableaux.cooccurrences(*VIDES, GRILLE).empty


def test_compter_ne_touche_pas_aux_tables_recues(entretiens, codages):
    avant = entretiens.copy(), codages.copy()
    tableaux.effectifs(entretiens, codages, GRILLE, **CROISEMENTS)
    tableaux.cooccurrences(entretiens, codages, GRILLE)
    pd.testing.assert_frame_equal(entretiens, avant[0])
    pd.testing.assert_frame_equal(codages, avant[1])
