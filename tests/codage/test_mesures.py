"""Les mesures d'accord redonnent les exemples publiés, et ce qu'en disent d'autres bibliothèques."""

import json
from pathlib import Path

import krippendorff
import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from recherche.codage.mesures import alpha, compter, intervalles, mesurer, tirages

PUBLIES = json.loads((Path(__file__).parents[1] / "donnees" / "accord_publie.json").read_text("utf-8"))


def notes(exemple):
    """(codeurs, unités, 1), catégories dès 0, -1 pour un manquant ; et le nombre de catégories."""
    lignes = [ligne.split() for ligne in exemple["notes"].values()]
    valeurs = sorted({int(v) for ligne in lignes for v in ligne if v != "."})
    rangs = {str(v): rang for rang, v in enumerate(valeurs)} | {".": -1}
    return np.array([[rangs[v] for v in ligne] for ligne in lignes])[:, :, None], valeurs


def de_table(table):
    """Deux codeurs, depuis un tableau croisé."""
    paires = [(i, j) for i, ligne in enumerate(table) for j, n in enumerate(ligne) for _ in range(n)]
    return np.array(paires).T[:, :, None]


def ensemble(lues, categories):
    unites = np.zeros(lues.shape[1], dtype=np.intp)
    return compter(lues, unites, categories=categories).total()


@pytest.mark.parametrize("nom", ["krippendorff_2011", "krippendorff_2011_binaire"])
def test_krippendorff_2011(nom):
    lues, valeurs = notes(PUBLIES[nom])
    comptes = ensemble(lues, len(valeurs))
    for niveau, attendu in PUBLIES[nom]["alpha"].items():
        trouve = alpha(comptes.coincidences, niveau=niveau, valeurs=valeurs)
        assert round(float(trouve[0]), 3) == attendu, niveau


def test_ac1_et_brennan_prediger_avec_manquants():
    lues, valeurs = notes(PUBLIES["krippendorff_2011"])
    trouves = mesurer(ensemble(lues, len(valeurs)))
    assert round(float(trouves["ac1"][0]), 5) == PUBLIES["krippendorff_2011"]["ac1"]
    assert round(float(trouves["brennan_prediger"][0]), 5) == 0.77273


def test_kappa_de_cohen_et_son_paradoxe():
    trouves = mesurer(ensemble(de_table(PUBLIES["cohen"]["table"]), 2))
    assert trouves["kappa"][0] == pytest.approx(0.40)
    trouves = mesurer(ensemble(de_table(PUBLIES["paradoxe_du_kappa"]["table"]), 2))
    assert round(float(trouves["kappa"][0]), 4) == PUBLIES["paradoxe_du_kappa"]["kappa"]
    assert round(float(trouves["ac1"][0]), 4) == PUBLIES["paradoxe_du_kappa"]["ac1"]


def test_kappa_de_fleiss():
    effectifs = PUBLIES["fleiss"]["effectifs"]
    lues = np.array([[k for k, n in enumerate(ligne) for _ in range(n)] for ligne in effectifs]).T
    assert round(float(mesurer(ensemble(lues[:, :, None], 5))["kappa"][0]), 3) == 0.210


def test_les_memes_valeurs_que_les_bibliotheques_de_reference():
    hasard = np.random.default_rng(20091)
    for codeurs, categories in ((2, 2), (2, 4), (3, 2), (5, 4)):
        lues = hasard.integers(0, categories, size=(codeurs, 60))
        troue = np.where(hasard.random(lues.shape) < 0.2, -1, lues)
        reference = krippendorff.alpha(
            np.where(troue < 0, np.nan, troue), level_of_measurement="nominal"
        )
        trouves = mesurer(ensemble(troue[:, :, None], categories))
        assert trouves["alpha"][0] == pytest.approx(reference)
        if codeurs == 2:
            trouves = mesurer(ensemble(lues[:, :, None], categories))
            assert trouves["kappa"][0] == pytest.approx(cohen_kappa_score(*lues))


def test_une_mesure_qui_n_existe_pas_est_vide_jamais_nulle():
    rien = np.zeros((2, 8, 1), dtype=int)
    trouves = mesurer(ensemble(rien, 2))
    assert np.isnan(trouves["kappa"][0])
    assert np.isnan(trouves["alpha"][0])
    assert trouves["accord"][0] == 1
    seul = np.array([[[1], [0]], [[-1], [-1]]])
    assert all(np.isnan(valeur[0]) for valeur in mesurer(ensemble(seul, 2)).values())


def test_le_bootstrap_tire_des_entretiens_et_redonne_la_somme():
    hasard = np.random.default_rng(3)
    lues = hasard.integers(0, 2, size=(2, 300, 4))
    groupes = np.repeat(np.arange(10), 30).astype(np.intp)
    comptes = compter(lues, groupes, categories=2)
    poids = tirages(10, 50, graine=7)
    assert (poids.sum(axis=1) == 10).all()
    assert (poids == tirages(10, 50, graine=7)).all()
    # un tirage vaut les mesures des entretiens qu'il répète
    rangs = np.repeat(np.arange(10), poids[0].astype(int))
    choisies = np.concatenate([np.flatnonzero(groupes == rang) for rang in rangs])
    repetees = mesurer(compter(lues[:, choisies], np.zeros(300, np.intp), categories=2).total())
    tirees = mesurer(comptes.sommer(poids))
    for nom, valeurs in repetees.items():
        assert tirees[nom][0] == pytest.approx(valeurs), nom
    bornes = intervalles(comptes, nombre=200, graine=7)
    mesures = mesurer(comptes.total())
    for nom, (basse, haute) in bornes.items():
        assert (basse <= mesures[nom]).all(), nom
        assert (mesures[nom] <= haute).all(), nom


def test_des_entretiens_tous_semblables_donnent_un_intervalle_nul():
    motif = np.array([[0, 1, 1, 0, 1], [0, 1, 0, 0, 1]])
    lues = np.tile(motif, 6)[:, :, None]
    comptes = compter(lues, np.repeat(np.arange(6), 5).astype(np.intp), categories=2)
    basse, haute = intervalles(comptes, nombre=100, graine=1)["kappa"]
    assert basse == pytest.approx(haute)
