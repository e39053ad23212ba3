"""L'accord sur un petit texte compté à la main : cadre, jugements, confusions, causes, conseils."""

import datetime
import itertools

import numpy as np
import pytest

from recherche.codage.accord import RIEN, causes_de_desaccord, confusions, mesurer_accord
from recherche.codage.unites import Jugements, Maille, Unite, cadre, juger, phrases
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Extrait, Origine
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, TranscriptionPseudonymisee

DATE = datetime.datetime(2009, 3, 2, tzinfo=datetime.UTC)
TEXTE = TranscriptionPseudonymisee(
    "AAA-J-01",
    (
        Tour.depuis_texte("ENQ", "Et le bus ? Il passe ?"),
        Tour.depuis_texte("ENT", "Non, jamais après huit heures… Alors je marche. Voilà !"),
        Tour.depuis_texte("ENQ", "Et le soir ?"),
        Tour.depuis_texte("ENT", "On va au local."),
    ),
    Provenance("essai", "1", DATE, {}),
)


def codage(codeur, debut, fin, code):
    extrait = Extrait.dans(TEXTE.texte, debut, fin)
    return Codage("AAA-J-01", extrait, code, codeur, Origine.PERSONNE, DATE)


def place(mots):
    debut = TEXTE.texte.index(mots)
    return debut, debut + len(mots)


def test_le_cadre_contient_ce_que_personne_n_a_code_et_pas_l_enqueteur():
    textes = [TEXTE.texte[u.debut : u.fin] for u in cadre([TEXTE])]
    assert textes == [
        "Non, jamais après huit heures…",
        "Alors je marche.",
        "Voilà !",
        "On va au local.",
    ]
    tours = cadre([TEXTE], maille=Maille.TOUR)
    assert [(u.tour, TEXTE.texte[u.debut : u.fin][:5]) for u in tours] == [(1, "Non, "), (3, "On va")]


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("Un. Deux.", ["Un.", "Deux."]),
        ("Il m'a dit « Non. » Alors voilà.", ["Il m'a dit « Non. »", "Alors voilà."]),
        ("Vers 8 h. 30, je sais pas", ["Vers 8 h.", "30, je sais pas"]),
        ("Les trois p. m. quoi, etc. puis rien", ["Les trois p. m. quoi, etc. puis rien"]),
        ("Sans fin", ["Sans fin"]),
    ],
)
def test_phrases(texte, attendu):
    assert [texte[debut:fin] for debut, fin in phrases(texte)] == attendu


def test_un_long_passage_vaut_pour_ses_phrases_et_trois_mots_pour_la_leur():
    tour = place("Non, jamais après huit heures… Alors je marche.")
    poses = [codage("B", *tour, "BUS"), codage("C", *place("huit heures"), "BUS")]
    lues = {"B": ["AAA-J-01"], "C": ["AAA-J-01"]}
    juges = juger(poses, cadre([TEXTE]), codeurs=["B", "C"], codes=["BUS", "LIEU"], lues=lues)
    assert juges.notes[:, :, 0].tolist() == [[1, 1, 0, 0], [1, 0, 0, 0]]
    assert juges.notes[:, :, 1].tolist() == [[0, 0, 0, 0], [0, 0, 0, 0]]


def test_une_source_non_lue_est_manquante_pas_vide():
    juges = juger([], cadre([TEXTE]), codeurs=["B", "C"], codes=["BUS"], lues={"B": ["AAA-J-01"]})
    assert juges.notes[:, :, 0].tolist() == [[0, 0, 0, 0], [-1, -1, -1, -1]]
    with pytest.raises(ErreurCodage, match="deux codeurs au moins"):
        juger([], cadre([TEXTE]), codeurs=["B"], codes=["BUS"], lues={})


# --- douze phrases de deux entretiens, deux codeurs, comptées à la main -----------------------------

CODES = ("BUS", "LIEU", "EMPLOI", "MANQUE", "ATTENTE")


def jugements(un, autre):
    """`un`, `autre` : les codes de chaque phrase, séparés par « / », un mot par code."""
    lus = [[phrase.split() for phrase in texte.split("/")] for texte in (un, autre)]
    notes = np.array([[[c in p for c in CODES] for p in phrases_] for phrases_ in lus], dtype=np.int8)
    unites = [Unite(f"AAA-J-0{1 + i // 6}", 10 * i, 10 * i + 9, i // 3) for i in range(len(lus[0]))]
    return Jugements(("B", "C"), CODES, tuple(unites), notes)


ESSAI = jugements(
    "BUS MANQUE / BUS MANQUE /  /  / LIEU MANQUE / / BUS MANQUE / LIEU MANQUE / / "
    "EMPLOI ATTENTE / / BUS MANQUE",
    "BUS MANQUE /  /  /  / BUS MANQUE / / BUS MANQUE / BUS ATTENTE / / EMPLOI ATTENTE / / ",
)


def test_confusions_et_causes(grille_essai):
    table = confusions(ESSAI, grille_essai)
    assert table.loc["BUS", "LIEU"] == table.loc["LIEU", "BUS"] == 2
    assert table.loc["MANQUE", "ATTENTE"] == 1
    assert table.loc["BUS", RIEN] == 2
    assert table.loc["EMPLOI"].sum() == 0
    # phrases 2 et 8 : l'autre pose BUS à côté (bornes) ; 12 : il n'y pose rien ; 5 : il y pose LIEU
    assert causes_de_desaccord(ESSAI, grille_essai, "BUS") == (2, 1, 1)


def test_les_tables_d_accord(grille_essai):
    accord = mesurer_accord(ESSAI, grille_essai, tirages=50, graine=1)
    assert (accord.unites, accord.sources) == (12, ("AAA-J-01", "AAA-J-02"))
    bus = accord.par_code.set_index("code").loc["BUS"]
    assert (bus["n"], bus["poses_B"], bus["poses_C"]) == (12, 4, 4)
    assert bus["accord"] == pytest.approx(8 / 12)
    assert bus["kappa"] == pytest.approx((8 / 12 - 5 / 9) / (1 - 5 / 9))
    ensemble = accord.ensemble.set_index("question")
    assert ensemble.loc["tous les codes", "n"] == 12 * len(CODES)
    assert ensemble.loc["codé ou non", "accord"] == pytest.approx(10 / 12)
    assert ensemble.loc["nature du propos", "accord"] == pytest.approx(9 / 12)
    assert len(accord.desaccords) == 10
    premier = accord.desaccords.iloc[0]
    assert (premier["code"], premier["pose_par"], premier["pas_par"]) == ("BUS", "B", "C")
    assert (premier["codes_B"], premier["codes_C"]) == ("BUS, MANQUE", "")


def test_fusionner_est_propose_quand_cela_accorde(grille_essai):
    """B met LIEU où C met BUS, dans la même famille, six fois sur douze : un seul code s'accorderait."""
    un = " / ".join(itertools.chain.from_iterable([["LIEU MANQUE", ""]] * 6))
    autre = " / ".join(itertools.chain.from_iterable([["BUS MANQUE", ""]] * 6))
    accord = mesurer_accord(jugements(un, autre), grille_essai, tirages=2)
    conseils = accord.conseils.set_index("code")
    assert conseils.loc["BUS", "verdict"] == "trop rare pour juger"
    doubles = mesurer_accord(
        jugements(
            f"{un} / LIEU MANQUE / LIEU MANQUE / LIEU MANQUE / LIEU MANQUE",
            f"{autre} / BUS MANQUE / BUS MANQUE / BUS MANQUE / BUS MANQUE",
        ),
        grille_essai,
        tirages=2,
    )
    bus = doubles.conseils.set_index("code").loc["BUS"]
    assert bus["verdict"] == "à préciser"
    assert "10 unités partagées avec LIEU" in bus["conseil"]
    assert "ou les fusionner (alpha 1,00 au lieu de" in bus["conseil"]


def test_trois_codeurs_et_leurs_paires(grille_essai):
    notes = np.concatenate([ESSAI.notes, ESSAI.notes[:1]])
    trois = Jugements(("B", "C", "D"), CODES, ESSAI.unites, notes)
    accord = mesurer_accord(trois, grille_essai, tirages=5)
    tous = accord.par_paire[accord.par_paire["question"] == "tous les codes"]
    assert list(zip(tous["codeur_1"], tous["codeur_2"], strict=True)) == [
        ("B", "C"),
        ("B", "D"),
        ("C", "D"),
    ]
    assert tous["kappa"].tolist()[1] == 1
    assert "poses_D" in accord.par_code
