"""La file résiduelle : ce qui reste en clair et mérite un regard."""

import pytest

from recherche.langue.residus import CHIFFRES, DATE, INCONNU, MAJUSCULE, residus
from recherche.langue.spacy_fr import Lexique

MOTS = ("on", "a", "vu", "le", "bus", "avec", "des", "gens", "hier", "et", "il", "passe", "à", "né")
LEXIQUE = Lexique(frozenset(MOTS))
PUBLICS = frozenset({"lorient", "f4"})


@pytest.mark.parametrize(
    ("phrase", "attendus"),
    [
        ("On a vu Ploemeur.", [("Ploemeur", MAJUSCULE)]),
        ("Ploemeur passe hier.", [("Ploemeur", INCONNU)]),
        ("On passe à Lorient, F4 et Lorient.", []),
        ("il a vu kermoyzan hier", [("kermoyzan", INCONNU)]),
        ("né le 12 mars", [("12", CHIFFRES), ("mars", DATE)]),
        ("on a vu le bus", []),
    ],
)
def test_ce_qui_reste_se_voit(transcription, phrase, attendus):
    lue = transcription(phrase)
    trouves = residus(lue, [], LEXIQUE, publics=PUBLICS)
    assert [(lue.texte[r.debut : r.fin], r.raison) for r in trouves] == attendus


def test_ce_qui_est_masque_n_y_est_plus(transcription):
    lue = transcription("On a vu Ploemeur.", "et Ploemeur")
    debut = lue.texte.index("Ploemeur")
    (reste,) = residus(lue, [(debut, debut + 8)], LEXIQUE, publics=PUBLICS)
    assert reste.debut > debut
