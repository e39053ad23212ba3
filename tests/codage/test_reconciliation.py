"""Les points à réconcilier : ce qui va ensemble, en quoi les codeurs diffèrent, ce qu'on retient."""

import pytest

from recherche.codage.passage import Passage
from recherche.codage.reconciliation import Choix, Ecart, retenir, reunir
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Extrait

TEXTE = "Le bus ne passe plus le soir. On rentre à pied. On aimerait un local ouvert. Voilà tout."


def passage(codeur, mots, *codes, texte=TEXTE):
    debut = texte.index(mots)
    return Passage("AAA-J-01", Extrait.dans(texte, debut, debut + len(mots)), codeur, codes, mots)


def points(grille, *passages):
    return reunir(passages, grille, lecteurs=("B", "C"))


BUS = "Le bus ne passe plus le soir."


@pytest.mark.parametrize(
    ("autre", "ecarts"),
    [
        (passage("C", BUS, "BUS", "MANQUE"), ()),
        (passage("C", f"{BUS} On rentre à pied.", "BUS", "MANQUE"), (Ecart.PASSAGE,)),
        (passage("C", BUS, "LIEU", "MANQUE"), (Ecart.CODE,)),
        (passage("C", BUS, "BUS", "ATTENTE"), (Ecart.NATURE,)),
        (
            passage("C", "ne passe plus", "BUS", "LIEU", "ATTENTE"),
            (Ecart.CODE, Ecart.NATURE, Ecart.PASSAGE),
        ),
    ],
)
def test_un_point_dit_ses_ecarts(grille_essai, autre, ecarts):
    trouves = points(grille_essai, passage("B", BUS, "BUS", "MANQUE"), autre)
    assert [point.ecarts for point in trouves] == [ecarts]
    assert {p.codeur for p in trouves[0].avis} == {"B", "C"}


def test_un_passage_seul_est_un_oubli_et_deux_qui_se_frolent_deux_points(grille_essai):
    trouves = points(
        grille_essai,
        passage("B", BUS, "BUS", "MANQUE"),
        passage("C", "soir. On rentre à pied. On aimerait", "LIEU", "MANQUE"),
    )
    assert [point.ecarts for point in trouves] == [(Ecart.OUBLI,), (Ecart.OUBLI,)]


def test_la_cle_ne_depend_pas_de_la_place_mais_des_mots_et_des_codes(grille_essai):
    premier = points(grille_essai, passage("B", BUS, "BUS", "MANQUE"))[0]
    deplace = f"Bonjour. {TEXTE}"
    memes = points(grille_essai, passage("B", BUS, "BUS", "MANQUE", texte=deplace))[0]
    autres = points(grille_essai, passage("B", BUS, "BUS", "ATTENTE"))[0]
    assert memes.debut != premier.debut
    assert memes.cle == premier.cle != autres.cle


def test_retenir(grille_essai):
    b, c = passage("B", BUS, "BUS", "MANQUE"), passage("C", "ne passe plus", "LIEU", "MANQUE")
    point = points(grille_essai, b, c)[0]
    assert retenir(point, Choix("C"), grille_essai) == {c.extrait: ("LIEU", "MANQUE")}
    assert retenir(point, Choix("aucun"), grille_essai) == {}
    deux = retenir(point, Choix("B", ("ATTENTE", "LIEU", "BUS")), grille_essai)
    assert deux == {b.extrait: ("BUS", "LIEU", "ATTENTE")}
    for choix, dit in (
        (Choix("Z"), "n'y a pas de passage"),
        (Choix("B", ("ZUT", "MANQUE")), "n'est pas dans la grille"),
        (Choix("B", ("BUS", "MANQUE", "ATTENTE")), "natures du propos"),
    ):
        with pytest.raises(ErreurCodage, match=dit):
            retenir(point, choix, grille_essai)
