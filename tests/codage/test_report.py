"""Un extrait se reporte sur le texte corrigé seulement quand c'est sûr."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recherche.codage.report import reporter
from recherche.modele.codage import Extrait

ANCIEN = "Tu viens d'où ?\nDe Brest. Le bus passe plus le soir.\nEt alors ?\nAlors je rentre à pied."


def place(texte, passage):
    debut = texte.index(passage)
    return Extrait.dans(texte, debut, debut + len(passage))


@pytest.mark.parametrize(
    ("nouveau", "passage", "attendu"),
    [
        (ANCIEN, "Le bus passe plus", "Le bus passe plus"),
        (ANCIEN.replace("Tu viens", "Euh, tu viens"), "Le bus passe plus", "Le bus passe plus"),
        (ANCIEN.replace("De Brest", "De Quimper"), "Le bus passe plus", "Le bus passe plus"),
        (ANCIEN.replace("bus passe", "car passe"), "Le bus passe plus", None),
        (ANCIEN.replace("le soir", "la nuit"), "Le bus passe plus", "Le bus passe plus"),
        (ANCIEN.replace("\nEt alors ?\n", " "), "je rentre à pied", "je rentre à pied"),
        (ANCIEN.replace(" Le bus", "\nLe bus"), "De Brest. Le bus", None),
    ],
)
def test_reporter(nouveau, passage, attendu):
    (report,) = reporter(ANCIEN, nouveau, [place(ANCIEN, passage)])
    assert report.nouveau == (None if attendu is None else place(nouveau, attendu))


MOTS = st.lists(st.sampled_from(["le", "bus", "passe", "soir", "à", "pied"]), min_size=1, max_size=8)
TEXTES = st.lists(MOTS.map(" ".join), min_size=1, max_size=6).map("\n".join)


@given(TEXTES, TEXTES, st.data())
def test_un_report_ne_change_jamais_le_passage(ancien, nouveau, data):
    debut = data.draw(st.integers(0, len(ancien) - 1))
    fin = data.draw(st.integers(debut + 1, len(ancien)))
    (report,) = reporter(ancien, nouveau, [Extrait.dans(ancien, debut, fin)])
    if report.nouveau is not None:
        assert nouveau[report.nouveau.debut : report.nouveau.fin] == ancien[debut:fin]


def test_un_entretien_d_une_heure_se_reporte():
    tours = [f"tour {i} : " + " ".join(f"mot{(i * 7 + j) % 400}" for j in range(80)) for i in range(125)]
    ancien = "\n".join(tours)
    nouveau = ancien.replace("mot42 ", "mot421 ", 3)
    reports = reporter(ancien, nouveau, [place(ancien, tours[i]) for i in (3, 60, 120)])
    assert any(report.nouveau is not None for report in reports)
