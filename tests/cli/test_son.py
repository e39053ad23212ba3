"""Ce que les commandes du son comprennent de leurs options."""

import pytest
import typer

from recherche.cli.son import _nombre, _paire, _rangs


def test_les_tours_se_donnent_par_numeros_et_intervalles() -> None:
    assert _rangs("3, 7-9") == {3, 7, 8, 9}
    assert _rangs("12") == {12}


@pytest.mark.parametrize(("ecrit", "lu"), [("2", 2), ("2-5", (2, 5)), ("Inconnu", None)])
def test_un_nombre_de_voix_est_connu_borne_ou_inconnu(ecrit: str, lu: object) -> None:
    assert _nombre(ecrit) == lu


@pytest.mark.parametrize(
    ("lire", "ecrit", "dit"),
    [
        (_rangs, "3,x", "comme 3,7-9"),
        (_rangs, "", "comme 3,7-9"),
        (_nombre, "5-2", "2, 2-5 ou inconnu"),
        (_nombre, "0", "2, 2-5 ou inconnu"),
        (_paire, "L1", "comme L1=ENT"),
        (_paire, "=ENT", "comme L1=ENT"),
    ],
)
def test_une_option_mal_ecrite_dit_comment_l_ecrire(lire, ecrit: str, dit: str) -> None:
    with pytest.raises(typer.BadParameter, match=dit):
        lire(ecrit)


def test_un_renommage_se_lit_de_part_et_d_autre_du_signe() -> None:
    assert _paire(" L1 = ENT ") == ("L1", "ENT")
