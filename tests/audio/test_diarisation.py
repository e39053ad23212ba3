import numpy as np
import pytest
from numpy.testing import assert_array_equal

from recherche.audio import decodage, regroupement, trames
from recherche.audio.decodage import TAUX_HZ
from recherche.audio.diarisation import DiariseurOnnx
from recherche.audio.mesures import erreur_diarisation

from .conftest import ENREGISTREMENTS, parole_vraie


@pytest.fixture(scope="module")
def debut_d_entretien() -> decodage.Signal:
    return decodage.lire(ENREGISTREMENTS / "LOR-J-02.mp3", 0, 90)


def test_un_entretien_a_deux_voix(diariseur: DiariseurOnnx, debut_d_entretien: decodage.Signal) -> None:
    tours = diariseur.diariser(debut_d_entretien, 2)
    erreur = erreur_diarisation(parole_vraie("LOR-J-02", 90), tours)
    assert erreur.taux < 0.03
    assert tours[0].locuteur == "L1"
    assert list(tours) == sorted(tours, key=lambda t: t.debut_s)
    assert max(t.fin_s for t in tours) <= 90


def test_un_atelier_a_plusieurs_voix(diariseur: DiariseurOnnx) -> None:
    signal = decodage.lire(ENREGISTREMENTS / "LOR-A-01.mp3", 0, 90)
    vraie = parole_vraie("LOR-A-01", 90)
    tours = diariseur.diariser(signal, len({t.locuteur for t in vraie}))
    assert erreur_diarisation(vraie, tours).taux < 0.10


def test_fichiers_qui_se_suivent(diariseur: DiariseurOnnx) -> None:
    fichier = ENREGISTREMENTS / "LOR-J-02.mp3"
    parcourir = decodage.relire((fichier, fichier))
    assert sum(map(len, parcourir())) == pytest.approx(2 * 279.4 * TAUX_HZ, rel=1e-3)


def test_un_son_sans_parole_n_a_pas_de_tour(diariseur: DiariseurOnnx) -> None:
    bruit = np.random.default_rng(0).normal(0, 0.002, 15 * TAUX_HZ).astype(np.float32)
    assert diariseur.diariser(bruit) == ()
    assert diariseur.diariser(np.zeros(0, np.float32)) == ()
    assert diariseur.diariser(np.zeros(100, np.float32), 2) == ()


def test_regions_et_fenetres() -> None:
    actif = np.zeros(600, bool)
    actif[0:100] = actif[110:200] = actif[300:305] = True  # pause de 0,17 s ; éclat de 0,08 s
    regions = trames.intervalles(actif, pause_s=0.3, minimum_s=0.25)
    assert [(round(d, 2), round(f, 2)) for d, f in regions] == [(0.03, 3.41)]
    fenetres = trames.fenetres_dans([(0.0, 3.0), (5.0, 6.0)], largeur_s=1.5, pas_s=0.75)
    assert fenetres == [(0.0, 1.5), (0.75, 2.25), (1.5, 3.0), (5.0, 6.0)]


def voix(nombre: int, effectif: int, ecart: float = 0.15) -> tuple[regroupement.Empreintes, np.ndarray]:
    """Des empreintes de `nombre` voix bien séparées, mêlées ; et leur voix."""
    hasard = np.random.default_rng(7)
    qui = hasard.permutation(np.repeat(np.arange(nombre), effectif))
    empreintes = np.eye(nombre, 192)[qui] + hasard.normal(0, ecart / 14, (len(qui), 192))
    return (empreintes / np.linalg.norm(empreintes, axis=1, keepdims=True)).astype(np.float32), qui


@pytest.mark.parametrize("nombre", [3, None])
def test_regrouper_retrouve_les_voix(nombre: int | None) -> None:
    empreintes, qui = voix(3, 40)
    groupes = regroupement.regrouper(empreintes, np.full(120, 1.5), nombre=nombre, seuil=0.7)
    ordre = list(dict.fromkeys(qui))  # les groupes sont numérotés par ordre d'apparition
    assert_array_equal(groupes, [ordre.index(v) for v in qui])


@pytest.mark.parametrize(("bornes", "attendues"), [((2, 4), 3), ((1, 2), 2), ((4, 5), 4)])
def test_un_intervalle_borne_le_nombre_de_voix(bornes: tuple[int, int], attendues: int) -> None:
    empreintes, _ = voix(3, 40)
    groupes = regroupement.regrouper(empreintes, np.full(len(empreintes), 1.5), nombre=bornes, seuil=0.7)
    assert len(np.unique(groupes)) == attendues


def test_regrouper_ne_depend_pas_du_nombre_de_fenetres(monkeypatch: pytest.MonkeyPatch) -> None:
    empreintes, qui = voix(2, 300)
    monkeypatch.setattr(regroupement, "MAXIMUM", 50)
    groupes = regroupement.regrouper(empreintes, np.full(600, 1.5), nombre=2, seuil=0.7)
    assert_array_equal(groupes, (qui != qui[0]).astype(int))


def test_une_fenetre_isolee_ne_prend_pas_la_place_d_un_locuteur() -> None:
    empreintes, qui = voix(2, 30)
    bruit = np.eye(1, 192, 100, dtype=np.float32)
    groupes = regroupement.regrouper(
        np.concatenate([bruit, empreintes]), np.full(61, 1.5), nombre=2, seuil=0.7
    )
    assert len(set(groupes[1:][qui == 0])) == len(set(groupes[1:][qui == 1])) == 1
    assert len(set(groupes)) == 2


def test_un_changement_de_voix_doit_gagner_plus_qu_il_ne_coute() -> None:
    # La première voix partout, sauf un éclat de 3 trames puis 40 trames de la seconde.
    ressemblance = np.tile(np.array([0.6, 0.3], np.float32), (100, 1))
    ressemblance[20:23] = ressemblance[60:] = [0.3, 0.6]
    actif = trames.decider(
        ressemblance,
        np.ones(100, bool),
        [(0.0, 100 * trames.TRAME_S + 1)],
        np.ones(100, np.float32),
        cout_changement=5,
        seuil_deux_voix=1.5,
    )
    assert_array_equal(actif[:60], [[True, False]] * 60)
    assert_array_equal(actif[60:], [[False, True]] * 40)
