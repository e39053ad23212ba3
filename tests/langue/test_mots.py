import pytest

from recherche.langue.mots import blocs, decouper, plier


@pytest.mark.parametrize(
    ("ecrit", "plie"),
    [
        ("Bois-du-Château", "bois du chateau"),
        ("Le Floc’h", "le floc h"),
        ("FAÑCH", "fanch"),
        ("Sœur", "soeur"),
        ("Yıldırım", "yildirim"),
    ],
)
def test_plier(ecrit, plie):
    assert plier(ecrit) == plie


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("J'habite chez d'Ibrahim.", ["J'", "habite", "chez", "d'", "Ibrahim"]),
        ("aujourd’hui à Penmarc'h", ["aujourd’hui", "à", "Penmarc'h"]),
        ("monsieur N'Diaye", ["monsieur", "N'Diaye"]),
        ("lorsqu'Inès l'a dit", ["lorsqu'", "Inès", "l'", "a", "dit"]),
    ],
)
def test_les_elisions_sont_a_part(texte, attendu):
    assert [u.texte for u in decouper(texte)] == attendu


def test_les_mots_composes_restent_entiers_sans_leurs_clitiques():
    texte = "Dis-moi, Anne-Marie, le Bois-du-Château, Karim-là, jusqu'à Pont-l'Abbé"
    mots = [texte[b.debut : b.fin] for b in blocs(decouper(texte))]
    assert mots == [
        *("Dis", "moi", "Anne-Marie", "le", "Bois-du-Château", "Karim", "là"),
        *("jusqu'", "à", "Pont-l'Abbé"),
    ]


def test_la_tete_de_phrase():
    tetes = [u.texte for u in decouper("Bonjour Inès. Elle part… Et « toi » ?") if u.tete]
    assert tetes == ["Bonjour", "Elle", "Et", "toi"]
