"""La classification de Reinert, contre une référence calculée par rainette."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from recherche.analyse import reinert, reinert_double

REFERENCE = Path(__file__).parents[1] / "donnees" / "reinert" / "manifeste.tsv"
HAUTEURS = {
    0: [237.718069753496, 591.141385073532, 1323.86906324048, 2451.70216440508],
    10: [238.584364375807, 562.342345152074, 1267.90498916455, 2290.56960911123],
}


@pytest.fixture(scope="module")
def reference():
    lignes = [
        ligne.split("\t")
        for ligne in REFERENCE.read_text(encoding="utf-8").splitlines()
        if not ligne.startswith("#")
    ]
    documents = [document for document, _, _ in lignes]
    classes = np.array([[int(c) for c in chiffres] for _, chiffres, _ in lignes])
    formes = [[int(j) for j in rangs.split()] for *_, rangs in lignes]
    i = [i for i, rangs in enumerate(formes) for _ in rangs]
    j = [j for rangs in formes for j in rangs]
    return sparse.csr_matrix((np.ones(len(i)), (i, j))), documents, classes


def rand_ajuste(a, b) -> float:
    _, table = np.unique(np.column_stack([a, b]), axis=0, return_counts=True)
    paires = [(n * (n - 1) / 2).sum() for n in (table, np.bincount(a), np.bincount(b))]
    attendu = paires[1] * paires[2] / (len(a) * (len(a) - 1) / 2)
    return float((paires[0] - attendu) / ((paires[1] + paires[2]) / 2 - attendu))


@pytest.mark.parametrize("minimum", [0, 10])
def test_la_reference_est_reproduite(reference, minimum):
    presences, documents, classes = reference
    resultat = reinert.classer(presences, 5, documents=documents, formes_minimum=minimum)
    colonnes = classes[:, :4] if minimum == 0 else classes[:, 4:]
    for k in range(2, 6):
        assert rand_ajuste(resultat.classes[k], colonnes[:, k - 2]) == 1.0
    assert resultat.hauteurs == pytest.approx(HAUTEURS[minimum], rel=1e-9)


def test_les_tailles_de_la_reference(reference):
    presences, documents, _ = reference
    resultat = reinert.classer(presences, 5, documents=documents)
    tailles = {k: sorted(n) for k, n in resultat.effectifs.items()}
    assert tailles == {2: [73, 206], 3: [73, 83, 123], 4: [32, 73, 83, 91], 5: [32, 41, 50, 73, 83]}


def test_memes_entrees_memes_classes_meme_dans_un_autre_ordre_de_formes(reference):
    presences, documents, _ = reference
    a = reinert.classer(presences, 4, documents=documents)
    b = reinert.classer(presences, 4, documents=documents)
    melangees = presences[:, np.random.default_rng(3).permutation(presences.shape[1])]
    c = reinert.classer(melangees, 4, documents=documents)
    assert (a.classes[4] == b.classes[4]).all()
    assert (a.classes[4] == c.classes[4]).all()


def test_le_dendrogramme_contient_les_classes(reference):
    presences, documents, _ = reference
    resultat = reinert.classer(presences, 5, documents=documents)
    feuilles, pile = [], [resultat.racine]
    while pile:
        noeud = pile.pop()
        if noeud.filles is None:
            feuilles.append(noeud.unites)
        else:
            assert sorted(noeud.unites) == sorted(np.concatenate([f.unites for f in noeud.filles]))
            pile.extend(reversed(noeud.filles))
    assert [len(f) for f in feuilles] == list(resultat.effectifs[5])
    assert resultat.racine.hauteur_cumulee == resultat.hauteurs[-1]
    for classe, unites in enumerate(feuilles, start=1):
        assert set(resultat.classes[5][unites]) == {classe}


def test_reunir_ne_traverse_pas_un_document():
    formes = sparse.csr_matrix(np.tril(np.ones((6, 6)))[[2, 0, 0, 3, 0, 0]])
    assert reinert.reunir(formes, ["a", "a", "a", "b", "b", "b"], 3).tolist() == [0, 0, 0, 1, 1, 1]
    assert reinert.reunir(formes, ["a", "a", "b", "b", "c", "c"], 3).tolist() == [0, 0, 1, 1, 2, 2]
    assert reinert.reunir(formes, ["a"] * 6, 1).tolist() == [0, 1, 2, 3, 4, 5]


def test_deux_vocabulaires_disjoints_sont_separes():
    bloc = np.ones((6, 4))
    table = sparse.csr_matrix(np.block([[bloc, 0 * bloc], [0 * bloc, bloc]]))
    resultat = reinert.classer(table, 2)
    assert len(set(resultat.classes[2][:6])) == len(set(resultat.classes[2][6:])) == 1
    assert resultat.hauteurs[0] == pytest.approx(48.0)


def test_une_matrice_impossible_est_dite():
    with pytest.raises(ValueError, match="deux classes"):
        reinert.classer(sparse.csr_matrix((0, 3)), 2)
    assert reinert.classer(sparse.csr_matrix(np.ones((1, 3))), 2).classes == {}


def test_la_double_classification_garde_ce_que_les_deux_trouvent(reference):
    presences, documents, _ = reference
    a = reinert.classer(presences, 5, documents=documents, formes_minimum=10)
    b = reinert.classer(presences, 5, documents=documents, formes_minimum=15)
    double = reinert_double.croiser(a, b, 5)
    totaux = []
    for k, gardes in double.croisements.items():
        assert len(gardes) == k
        reunis = np.concatenate([c.membres for c in gardes])
        assert len(reunis) == len(set(reunis))
        assert all(c.khi2 > 3.84 and len(c.membres) > 10 for c in gardes)
        assert double.part_classee(k) == len(reunis) / presences.shape[0]
        totaux.append(sum(c.khi2 for c in gardes))
    assert len(totaux) >= 2
    memes = reinert_double.croiser(a, a, 2)
    assert rand_ajuste(memes.classes[2], a.classes[2]) == 1.0
    with pytest.raises(ValueError, match="mêmes segments"):
        reinert_double.croiser(a, reinert.classer(presences[:50], 2), 2)
