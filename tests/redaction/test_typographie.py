"""Les règles du français imprimé, l'attendu écrit dans l'exemple."""

from datetime import date

import pytest

from recherche.redaction.markdown import echapper, tableau
from recherche.redaction.typographie import (
    citer,
    compter,
    date_longue,
    enumerer,
    minuscule,
    nombre,
    periode,
    pourcentage,
    typographier,
)

N, F = "\u00a0", "\u202f"


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        ("L'été, c'est ça : la fin ; et alors ?", f"L’été, c’est ça{N}: la fin{F}; et alors{F}?"),
        ('Il a dit "on verra".', f"Il a dit «{N}on verra{N}»."),
        ("Il a dit «on verra» !", f"Il a dit «{N}on verra{N}»{F}!"),
        ("Euh... 50 %", f"Euh… 50{F}%"),
        ("rendez-vous à 12:31 sur http://a.b?c=d", "rendez-vous à 12:31 sur http://a.b?c=d"),
        ("12 000 habitants, 3 rues", f"12{F}000 habitants, 3 rues"),
    ],
)
def test_typographier(brut, attendu):
    assert typographier(brut) == attendu
    assert typographier(attendu) == attendu


def test_citer_change_les_guillemets_interieurs():
    assert citer("Elle dit « mes jeunes », et voilà.") == f"«{N}Elle dit “mes jeunes”, et voilà.{N}»"


def test_nombres_et_accords():
    assert nombre(115000) == f"115{F}000"
    assert compter(1, "entretien") == f"1{N}entretien"
    assert compter(2, "entretien") == f"2{N}entretiens"
    assert compter(3, "région", "régions") == f"3{N}régions"
    assert pourcentage(0.125) == f"13{F}%"
    assert pourcentage(0.0) == f"0{F}%"
    assert enumerer(["a", "b", "c"]) == "a, b et c"
    assert enumerer(["a"]) == "a"
    assert enumerer([]) == ""
    assert [minuscule(m) for m in ("Offre décrite", "PIJ et BIJ", "À l'aise")] == [
        "offre décrite",
        "PIJ et BIJ",
        "à l'aise",
    ]


@pytest.mark.parametrize(
    ("debut", "fin", "attendu"),
    [
        (date(2009, 3, 1), date(2010, 6, 30), "de mars 2009 à juin 2010"),
        (date(2010, 4, 1), date(2010, 6, 30), "d’avril à juin 2010"),
        (date(2010, 5, 1), date(2010, 5, 30), "en mai 2010"),
    ],
)
def test_periode(debut, fin, attendu):
    assert periode(debut, fin) == attendu


def test_date_longue():
    assert date_longue(date(2009, 3, 1)) == f"1er{N}mars 2009"
    assert date_longue(date(2010, 8, 12)) == f"12{N}août 2010"


@pytest.mark.parametrize(
    ("brut", "attendu"),
    [
        ("un *mot* [lieu] a_b", r"un \*mot\* \[lieu\] a\_b"),
        ("1. premier", r"1\. premier"),
        ("- tiret", r"\- tiret"),
        ("a | b", r"a \| b"),
        ("# dièse <b> @x $y$ `z`", r"\# dièse \<b\> \@x \$y\$ \`z\`"),
    ],
)
def test_echapper(brut, attendu):
    assert echapper(brut) == attendu


def test_tableau():
    assert tableau(["A", "B"], [["x", "1"]], largeurs=[2, 1], legende="Titre") == (
        "| A | B |\n| -------- | :----: |\n| x | 1 |\n\n: Titre"
    )
