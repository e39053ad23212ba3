from recherche.langue import listes
from recherche.langue.mots import plier


def test_les_prenoms_de_l_insee():
    prenoms = listes.prenoms()
    assert len(prenoms) > 15_000
    assert [prenoms[p].sexe for p in ("soazig", "sofiane", "camille", "anne", "yann")] == [
        *("F", "H", "X", "F", "H")
    ]
    assert prenoms["kevin"].nombre > 10_000


def test_les_remplacements_sont_uniques_et_assez_nombreux():
    tous = [p for sexe in ("F", "H", "X") for p in listes.remplacements()[sexe]]
    assert len({plier(p) for p in tous}) == len(tous)
    assert min(len(listes.remplacements()[s]) for s in ("F", "H")) > 200
