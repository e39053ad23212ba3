"""Chercher dans l'étude : la table, les recherches gardées, le codage en lot après revue."""

import openpyxl
import pandas as pd
import pytest
from a_coder import SOURCE, etude_a_coder
from outils import lancer

from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurCodage
from recherche.etapes import chercher as etapes
from recherche.etapes.carnets import codages, transcription
from recherche.etapes.coder_en_lot import coder_en_lot, ecrire_revue, lire_revue
from recherche.modele.transcription import Mot, Tour, Transcription

CODES = ["QUART-MOB", "NAT-MANQUE"]


@pytest.fixture(scope="module")
def modele(tmp_path_factory):
    with pytest.MonkeyPatch.context() as environnement:
        environnement.delenv("RECHERCHE_BASE", raising=False)
        yield etude_a_coder(tmp_path_factory.mktemp("chercher") / "etude")


@pytest.fixture
def etude(tmp_path, monkeypatch):
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    return etude_a_coder(tmp_path / "etude", (SOURCE,))


def test_la_concordance_situe_chaque_trouvaille(modele):
    table = etapes.chercher(modele, "bus ET profil:jeune", contexte=30)
    assert list(table.columns) == list(etapes.COLONNES)
    assert set(table["source_id"]) == {"LOR-J-01", "LOR-J-02"}
    for ligne in table.itertuples():
        texte = transcription(modele, ligne.source_id)
        assert texte.texte[ligne.debut : ligne.fin] == ligne.trouve
        assert texte.tours[ligne.tour].locuteur == ligne.locuteur
        autour = f"{ligne.avant.strip('…')}{ligne.trouve}{ligne.apres.strip('…')}"
        assert autour in texte.texte.replace("\n", " / ")
    premier = table[table["source_id"] == SOURCE].iloc[0]
    assert premier["territoire"] == "Lorient"
    assert premier["profil"] == "jeune"
    assert premier["trouve"].casefold() == "bus"
    assert table["debut_s"].isna().all()


def test_on_cherche_par_question_et_par_source(modele):
    toutes = etapes.chercher(modele, 'question:"École, formation et emploi"')
    assert not toutes.empty
    assert set(toutes["question"]) == {"École, formation et emploi"}
    assert set(etapes.chercher(modele, "bus", sources=[SOURCE])["source_id"]) == {SOURCE}
    assert set(etapes.chercher(modele, "bus source:LOR-J-02")["source_id"]) == {SOURCE}


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("ville:Paris", "L'étude n'a pas de territoire « paris »"),
        ("code:LOGEMET", "L'étude n'a pas de code « LOGEMET »"),
        ("code:LOGEMENT@ZZ", "Aucun codage n'est de « ZZ »"),
        ("@rien", "Aucune recherche gardée ne s'appelle « rien »"),
    ],
)
def test_ce_que_l_etude_n_a_pas_est_dit(modele, requete, dit):
    with pytest.raises(ErreurCodage, match=dit):
        etapes.chercher(modele, requete)


def test_une_source_sans_texte_est_refusee(modele):
    with pytest.raises(ErreurCodage, match="Sans transcription pseudonymisée : LOR-J-09"):
        etapes.chercher(modele, "bus", sources=["LOR-J-09"])


@pytest.mark.lent
def test_les_lemmes_trouvent_toutes_les_formes(modele):
    formes = set(etapes.chercher(modele, "lemme:avoir")["trouve"].str.casefold())
    assert {"ai", "a"} <= formes
    assert etapes.chercher(modele, "lemme:ai").empty


def test_le_temps_du_son_vient_de_la_version_automatique(etude):
    relue = transcription(etude, SOURCE)
    rang = [0.0]

    def dater(mot: Mot) -> Mot:
        rang[0] += 1
        return Mot(mot.texte, rang[0], rang[0] + 0.5, 0.9)

    tours = tuple(Tour(t.locuteur, tuple(map(dater, t.mots)), t.theme) for t in relue.tours)
    automatique = Transcription(SOURCE, tours, relue.provenance)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("transcrire") as ecriture:
        transcriptions.ajouter_version(ecriture, automatique, nature="automatique", cle="a")
    table = etapes.chercher(etude, "chaussures")
    mots = [mot.texte for tour in relue.tours for mot in tour.mots]
    attendu = next(i for i, mot in enumerate(mots, 1) if mot.startswith("chaussures"))
    assert list(table["debut_s"]) == [float(attendu)]


def test_une_recherche_se_garde_se_refait_et_s_oublie(etude):
    etapes.garder(etude, "soir", "bus OU vélo")
    etapes.garder(etude, "soir", "bus OU velo")
    assert list(etapes.gardees(etude)["requete"]) == ["bus OU velo"]
    directe, gardee = etapes.chercher(etude, "bus OU velo"), etapes.chercher(etude, "@soir")
    pd.testing.assert_frame_equal(directe, gardee)
    etapes.oublier(etude, "soir")
    assert etapes.gardees(etude).empty
    with pytest.raises(ErreurCodage, match="ne peut pas nommer"):
        etapes.garder(etude, "deux mots", "bus")
    with pytest.raises(ErreurCodage, match="ne se comprend pas"):
        etapes.garder(etude, "faute", "bus ET")


def test_on_ne_code_en_lot_que_ce_qui_est_relu_et_garde(etude, tmp_path):
    table = etapes.chercher(etude, "bus OU velo")
    assert len(table) > 2
    with pytest.raises(ErreurCodage, match="n'est pas rempli"):
        coder_en_lot(etude, table, CODES, "AB")
    revue = table.assign(garder=["oui", *["non"] * (len(table) - 1)])
    with pytest.raises(ErreurCodage, match="Il manque la nature du propos"):
        coder_en_lot(etude, revue, ["QUART-MOB"], "AB")
    assert codages(etude, tous=True).empty
    bilan = coder_en_lot(etude, revue, CODES, "AB")
    assert bilan.faits == (f"{SOURCE} : 1 passage",)
    poses = codages(etude, tous=True)
    assert sorted(poses["code"]) == sorted(CODES)
    phrase = poses["texte"].iloc[0]
    assert table["trouve"].iloc[0] in phrase
    assert phrase[-1] in ".?!…"
    coder_en_lot(etude, revue, CODES, "AB")
    assert len(codages(etude, tous=True)) == len(CODES)


def test_un_lot_qu_un_passage_refuse_n_ecrit_rien(etude):
    table = etapes.chercher(etude, "bus OU velo")
    premiere = table.head(1).assign(garder="oui")
    coder_en_lot(etude, premiere, ["LOGEMENT", "NAT-ATTENTE"], "AB", etendue="trouvaille")
    with pytest.raises(ErreurCodage, match=f"{SOURCE}, « .* » : Ce passage aurait deux natures"):
        coder_en_lot(etude, table.assign(garder="oui"), CODES, "AB", etendue="trouvaille")
    assert len(codages(etude, tous=True)) == 2


def test_un_texte_change_depuis_la_recherche_est_refuse(etude):
    table = etapes.chercher(etude, "bus").assign(garder="oui")
    with pytest.raises(ErreurCodage, match="le texte a changé"):
        coder_en_lot(etude, table.assign(debut=table["debut"] + 1, fin=table["fin"] + 1), CODES, "AB")


def test_la_commande_cherche_ecrit_une_revue_et_l_applique(etude, tmp_path):
    vu = lancer("chercher", "bus OU velo", "--garder", "soir", etude=etude.chemin)
    assert (vu.code, vu.erreurs) == (0, "")
    assert "trouvailles dans 1 sources" in vu.sortie
    revue = tmp_path / "revue.xlsx"
    assert lancer("chercher", "@soir", "--vers", revue, etude=etude.chemin).code == 0
    feuille = (classeur := openpyxl.load_workbook(revue))["revue"]
    colonne = [cellule.value for cellule in feuille[1]].index("garder") + 1
    for rang in range(2, feuille.max_row + 1):
        feuille.cell(rang, colonne, "oui" if rang == 2 else "non")
    classeur.save(revue)
    sans = lancer("chercher", "--appliquer", revue, "--code", "QUART-MOB", etude=etude.chemin)
    assert sans.code == 2
    assert "--appliquer demande --code" in sans.erreurs
    options = ("--code", "QUART-MOB", "--code", "Manque ou critique", "--codeur", "AB")
    fait = lancer("chercher", "--appliquer", revue, *options, etude=etude.chemin)
    assert (fait.code, fait.erreurs) == (0, "")
    assert f"{SOURCE} : 1 passage" in fait.sortie
    assert sorted(codages(etude, tous=True)["code"]) == sorted(CODES)


def test_une_revue_qui_n_en_est_pas_une_est_refusee(tmp_path):
    (tmp_path / "revue.xlsx").write_bytes(b"autre chose")
    with pytest.raises(ErreurCodage, match="n'est pas une revue de recherche"):
        lire_revue(tmp_path / "revue.xlsx")
    with pytest.raises(ErreurCodage, match="Rien n'a été trouvé"):
        ecrire_revue(pd.DataFrame(columns=list(etapes.COLONNES)), tmp_path / "vide.xlsx")
