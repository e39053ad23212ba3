"""Double codage de bout en bout, sur deux entretiens de la démonstration codés par A, B et C."""

import datetime

import openpyxl
import pytest
from outils import copier, json_de, lancer, petite_etude

import recherche
from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot, codages, journal
from recherche.erreurs import ErreurCodage, ErreurEchange
from recherche.etapes import accord, fiches, importer, reconcilier
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.sauvegarder import annuler
from recherche.etapes.tables import situation
from recherche.modele.codage import Origine

SOURCES = ("LOR-J-01", "LOR-J-06")
JOUR = datetime.date(2010, 3, 1)


@pytest.fixture(scope="module")
def codee(tmp_path_factory):
    etude = petite_etude(tmp_path_factory.mktemp("accord") / "etude", SOURCES)
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    importer.importer_revues(etude, json_de(etude, "revues"))
    pseudonymiser_etude(etude)
    importer.importer_codages(etude, json_de(etude, "codages"))
    return etude


@pytest.fixture
def etude(codee, tmp_path):
    return copier(codee, tmp_path / "etude")


def poses(etude, code=None):
    return [c for c in situation(etude).codages if code in (None, c.code)]


def test_le_rapport_dit_tout_et_s_ecrit_pareil_deux_fois(etude):
    bilan = accord.rapport(etude, codeurs=["B", "C"], tirages=50, jour=JOUR)
    assert bilan.faits == ("exports/accord/accord.xlsx", "exports/accord/accord.docx")
    fichiers = [etude.chemin / fait for fait in bilan.faits]
    octets = [fichier.read_bytes() for fichier in fichiers]
    accord.rapport(etude, codeurs=["B", "C"], tirages=50, jour=JOUR)
    assert [fichier.read_bytes() for fichier in fichiers] == octets
    classeur = openpyxl.load_workbook(fichiers[0])
    assert classeur.sheetnames == [
        "Lisez-moi", "ensemble", "par code", "que faire", "confusions", "désaccords",
    ]  # fmt: skip
    mesure = accord.mesurer(etude, codeurs=["B", "C"], tirages=50)
    assert classeur["désaccords"].max_row == 1 + len(mesure.accord.desaccords)
    assert mesure.accord.sources == SOURCES


def test_la_publication_n_emploie_que_la_reference(etude):
    assert {c.codeur for c in poses(etude)} == {"A", "B", "C"}
    assert {c.codeur for c in situation(etude).retenus()} == {"A"}


def test_il_faut_deux_codeurs_connus(etude):
    with pytest.raises(ErreurCodage, match="deux codeurs au moins"):
        accord.accord(etude, codeurs=["B"])
    with pytest.raises(ErreurCodage, match="Z : ce codeur n'a rien codé"):
        accord.accord(etude, codeurs=["B", "Z"])
    with pytest.raises(ErreurCodage, match="pas d'échantillon « zut »"):
        accord.accord(etude, echantillon="zut")


# --- fiches ------------------------------------------------------------------------------------------


def remplir(fichier, choix):
    """Remplit une fiche : les codes de chaque ligne d'après son rang, sinon « rien à coder »."""
    classeur = openpyxl.load_workbook(fichier)
    feuille = classeur["fiche"]
    titres = {cellule.value: cellule.column for cellule in feuille[1]}
    for ligne in range(2, feuille.max_row + 1):
        codes = choix(ligne)
        if not codes:
            feuille.cell(ligne, titres["rien à coder"], "x")
            continue
        feuille.cell(ligne, titres["thème 1"], codes[0])
        feuille.cell(ligne, titres["nature"], codes[1])
    classeur.save(fichier)


def test_un_echantillon_tire_rempli_rendu_et_mesure(etude):
    tire = fiches.tirer_echantillon(etude, "pilote", codeurs=["D", "E"], taille=12, graine=4)
    fichiers = [etude.chemin / fait for fait in tire.faits]
    with pytest.raises(ErreurEchange, match="fiche, ligne 2 : rien n'est rempli"):
        fiches.rendre_fiches(etude, fichiers)
    remplir(fichiers[0], lambda ligne: ("REL-FAM", "NAT-MANQUE") if ligne % 2 else ())
    remplir(fichiers[1], lambda ligne: ("REL-FAM", "NAT-ATTENTE") if ligne % 2 else ())
    avant = situation(etude).retenus()
    rendu = fiches.rendre_fiches(etude, fichiers)
    assert rendu.faits == ("pilote, codeur D", "pilote, codeur E")
    assert fiches.rendre_fiches(etude, fichiers).faits == ()
    assert situation(etude).retenus() == avant
    mesure = accord.accord(etude, echantillon="pilote", codeurs=["D", "E"], tirages=10)
    assert mesure.unites == 12
    ensemble = mesure.ensemble.set_index("question")
    assert ensemble.loc["codé ou non", "accord"] == 1
    par_code = mesure.par_code.set_index("code")
    assert par_code.loc["REL-FAM", "kappa"] == 1
    assert par_code.loc["NAT-MANQUE", "poses_E"] == 0
    # une fiche n'est pas une lecture de l'entretien entier
    assert accord.accord(etude, tirages=2).codeurs == ("A", "B", "C")
    # le même tirage, avec la même graine
    encore = fiches.tirer_echantillon(etude, "pilote", codeurs=["F"], taille=12, graine=4)
    assert "(déjà tiré)" in encore.messages[0]
    autre = fiches.tirer_echantillon(etude, "second", codeurs=["F"], taille=12, graine=4)
    lus = [openpyxl.load_workbook(etude.chemin / f.faits[0])["fiche"] for f in (encore, autre)]
    assert list(lus[0].values) == list(lus[1].values)


# --- réconciliation -----------------------------------------------------------------------------------


def test_reconcilier_fait_la_version_accordee_et_garde_les_avis(etude):
    siens = {c for c in poses(etude) if c.codeur in "BC"}
    bilan = reconcilier.reconcilier(etude, codeurs=["B", "C"], sources=["LOR-J-06"], bornes="C")
    assert bilan.faits == ()
    fichier = etude.exports / "accord" / "reconciliation.xlsx"
    classeur = openpyxl.load_workbook(fichier)
    feuille = classeur["points"]
    titres = {cellule.value: cellule.column for cellule in feuille[1]}
    assert feuille.max_row > 2
    for ligne in range(2, feuille.max_row + 1):
        avis = feuille.cell(ligne, titres["ce que chacun a posé"]).value
        feuille.cell(ligne, titres["décision"], "B" if "C : rien" in avis else "C")
    feuille.cell(2, titres["motif"], "relu ensemble")
    classeur.save(fichier)
    decisions = etude.chemin / "rempli.xlsx"
    fichier.rename(decisions)
    bilan = reconcilier.reconcilier(etude, codeurs=["B", "C"], sources=["LOR-J-06"], decisions=decisions)
    assert bilan.faits == ("LOR-J-06",)
    assert siens <= set(poses(etude))
    retenus = situation(etude).retenus()
    origines = {c.source_id: {r.origine for r in retenus if r.source_id == c.source_id} for c in retenus}
    assert [origines[source] for source in SOURCES] == [{Origine.IMPORT}, {Origine.ACCORD}]
    encore = reconcilier.reconcilier(etude, codeurs=["B", "C"], sources=["LOR-J-06"])
    assert encore.faits == ()
    table = recherche.table_points(etude, sources=["LOR-J-06"], codeurs=["B", "C"])
    assert (table["décision"] != "").all()
    assert "relu ensemble" in set(table["motif"])
    # une décision changée refait la version accordée ; l'ancienne est au journal
    point = table.loc[table["écart"] == "accord", "point"].iloc[0]
    recherche.decider(etude, point, "aucun", codeurs=["B", "C"])
    nombre = len(situation(etude).retenus())
    assert reconcilier.reconcilier(etude, codeurs=["B", "C"]).faits == ("LOR-J-06",)
    assert len(situation(etude).retenus()) < nombre


def test_une_decision_fausse_n_en_prend_aucune(etude):
    table = recherche.table_points(etude, codeurs=["B", "C"])
    with pytest.raises(ErreurCodage, match="désigne 0 points"):
        recherche.decider(etude, "zzz", "B", codeurs=["B", "C"])
    seul = table[table["ce que chacun a posé"].str.contains("B : rien")].iloc[0]
    with pytest.raises(ErreurCodage, match="n'y a pas de passage"):
        recherche.decider(etude, seul["point"], "B", codeurs=["B", "C"])
    assert (recherche.table_points(etude, codeurs=["B", "C"])["décision"] == "").all()


# --- grille ------------------------------------------------------------------------------------------


def test_renommer_migre_et_s_annule_fichier_compris(etude):
    texte = etude.fichier_grille.read_bytes()
    avant = poses(etude)
    anciens = [c for c in avant if c.code == "FORM-ORIENT"]
    bilan = recherche.renommer_code(etude, "FORM-ORIENT", "FORM-PARCOURS")
    assert f"{len(anciens)} codages migrés, 0 ôtés" in bilan.messages[0]
    assert not poses(etude, "FORM-ORIENT")
    assert len(poses(etude, "FORM-PARCOURS")) == len(anciens)
    assert lire_grille(etude.fichier_grille).version == "1.1"
    assert list(recherche.versions_grille(etude)["version"]) == ["1.0", "1.1"]
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        assert journal.lots(cx)[0].action == "grille : renommer FORM-ORIENT en FORM-PARCOURS"
    assert "remis en version 1.0" in annuler(etude).messages[0]
    assert etude.fichier_grille.read_bytes() == texte
    assert poses(etude) == avant


def test_fusionner_ne_double_pas_et_les_decisions_tiennent(etude):
    reconcilier.reconcilier(etude, codeurs=["B", "C"], bornes="C")
    table = recherche.table_points(etude, codeurs=["B", "C"])
    decides = (table["décision"] != "").sum()
    recherche.fusionner_codes(etude, ["LOIS-FREIN", "REL-FAM"], "LOIS-OFFRE")
    places = [(c.source_id, c.extrait, c.codeur, c.code) for c in poses(etude)]
    assert len(places) == len(set(places))
    assert not poses(etude, "REL-FAM")
    apres = recherche.table_points(etude, codeurs=["B", "C"])
    assert (apres["décision"] != "").sum() == decides


def test_retirer_un_code_ote_aussi_la_nature_d_un_passage_sans_theme(etude):
    recherche.retirer_code(etude, "FORM-ORIENT")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        restent = codages.lire(cx)
    from recherche.codage.ancrage import fautes

    assert list(fautes(restent, lire_grille(etude.fichier_grille))) == []


def test_une_panne_ne_laisse_rien_a_moitie(etude, monkeypatch):
    from recherche.entrepot import grilles

    texte, avant = etude.fichier_grille.read_bytes(), poses(etude)

    def casser(*_, **__):
        raise OSError(5, "panne")

    monkeypatch.setattr(grilles, "migrer_decisions", casser)
    with pytest.raises(OSError, match="panne"):
        recherche.renommer_code(etude, "FORM-ORIENT", "FORM-PARCOURS")
    assert etude.fichier_grille.read_bytes() == texte
    assert poses(etude) == avant


def test_la_grille_va_en_classeur_et_en_revient(etude):
    from recherche.etapes.grille import exporter_grille, importer_grille

    faits = exporter_grille(etude, jour=JOUR).faits
    assert faits == ("exports/grille/grille.xlsx", "exports/grille/grille.docx")
    classeur = etude.chemin / faits[0]
    assert importer_grille(etude, classeur).passes == ("grille.xlsx",)
    ouvert = openpyxl.load_workbook(classeur)
    ouvert["codes"].cell(2, 6, "Une définition plus précise.")
    ouvert["règles"].append(["Une idée par passage."])
    ouvert.save(classeur)
    importer_grille(etude, classeur)
    grille = lire_grille(etude.fichier_grille)
    assert next(grille.themes()).definition == "Une définition plus précise."
    assert grille.regles == ("Une idée par passage.",)
    lignes = [ligne[3].value for ligne in ouvert["codes"].iter_rows()]
    ouvert["codes"].delete_rows(1 + lignes.index("FORM-ORIENT"))
    ouvert.save(classeur)
    with pytest.raises(ErreurCodage, match="n'a plus FORM-ORIENT, qui est posé dans"):
        importer_grille(etude, classeur)


def test_les_commandes(etude):
    issue = lancer("grille", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert "FORM-ORIENT" in issue.sortie
    issue = lancer("grille", "renommer", "ZUT", "ZOU", etude=etude.chemin)
    assert (issue.code, issue.sortie) == (2, "")
    assert "« ZUT » n'est pas dans la grille" in issue.erreurs
    issue = lancer("grille", "melanger", etude=etude.chemin)
    assert issue.code == 2
    assert "renommer A B" in issue.erreurs
    issue = lancer("accord", "--codeur", "B", "--codeur", "C", "--tirages", "20", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert "tous les codes : accord brut 0,9" in issue.sortie
    issue = lancer("accord", "--maille", "mot", etude=etude.chemin)
    assert issue.code == 2
    assert "n'est pas une maille" in issue.erreurs
