"""Droit d'accès, purge, diagnostic, dépublication, clé et vérifications, sur une petite étude menée."""

import datetime
import json
import zipfile

import openpyxl
import pytest
from entrepot.canaris import CANARI
from etapes.test_retrait import planter_partout
from outils import copier, lancer

from recherche.entrepot import Entrepot, retrait, suites
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes import cle as cles
from recherche.etapes import depublier as depublications
from recherche.etapes import protection as verifications
from recherche.etapes.chiffrement import Chiffrement, depuis_bitlocker, depuis_filevault
from recherche.etapes.diagnostic import diagnostic
from recherche.etapes.droit_acces import droit_acces
from recherche.etapes.phrase import phrase_secrete
from recherche.etapes.protection import Verdict, protection
from recherche.etapes.pseudonymiser import fichier_cle
from recherche.etapes.publier import publier
from recherche.etapes.purger import a_purger, purger
from recherche.etapes.tables import situation
from recherche.langue import coffre
from recherche.registre import lire_registre
from recherche.reglages import Etude

SOURCE = "LOR-J-02"
NEUVE = "une autre phrase, bien plus longue"


def regler(etude, ligne):
    texte = etude.fichier_reglages.read_text("utf-8")
    assert "[confidentialite]\n" in texte
    etude.fichier_reglages.write_text(
        texte.replace("[confidentialite]\n", f"[confidentialite]\n{ligne}\n"), "utf-8"
    )
    return Etude.ouvrir(etude.chemin)


def noter(etude, source, titre, valeur):
    """Écrit une cellule du registre, en ajoutant la colonne si elle manque."""
    classeur = openpyxl.load_workbook(etude.fichier_registre)
    feuille = classeur["Entretiens"]
    titres = [c.value for c in feuille[1]]
    if titre not in titres:
        titres.append(titre)
        feuille.cell(1, len(titres), titre)
    ligne = next(r[0].row for r in feuille.iter_rows(min_row=2) if r[0].value == source)
    feuille.cell(ligne, titres.index(titre) + 1).value = valeur
    classeur.save(etude.fichier_registre)


# --- droit d'accès ------------------------------------------------------------------------------------


def test_l_archive_reunit_tout_ce_qui_est_tenu_sur_la_personne(etude):
    bilan = droit_acces(etude, SOURCE, cle=True)
    with zipfile.ZipFile(bilan.faits[0]) as archive:
        contenus = {nom: archive.read(nom).decode() for nom in archive.namelist()}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        tables = set(retrait.lignes(cx, SOURCE))
    assert {f"base/{table}.json" for table in tables - {"sortie"}} <= contenus.keys()
    assert "le blouson propre" in contenus["transcriptions/version-1-relue.txt"]
    personne = json.loads(contenus["registre.json"])["participants"][0]
    assert personne["prenom"] == lire_registre(etude).entretiens[1].participant.prenom
    formes = [f for entree in json.loads(contenus["pseudonymes.json"]) for f in entree["forme"]]
    assert len(formes) > 5
    assert "version 1, du" in contenus["lisez-moi.txt"]
    assert f"fichiers/transcriptions/{SOURCE}.json" in contenus
    assert "LOR-J-03" not in "".join(contenus.values())


def test_une_source_inconnue_n_a_pas_d_archive(etude):
    with pytest.raises(ErreurConfidentialite, match="ni au registre ni dans la base"):
        droit_acces(etude, "LOR-J-99")


# --- purge --------------------------------------------------------------------------------------------


def test_l_echeance_de_l_etude_epargne_qui_consent_a_l_archivage(etude):
    etude = regler(etude, "conservation = 2015-06-30")
    noter(etude, SOURCE, "consentement archivage", "non")
    echeance = datetime.date(2015, 6, 30)
    assert a_purger(etude, jour=echeance) == []
    assert a_purger(etude, jour=datetime.date(2015, 7, 1)) == [(SOURCE, echeance)]
    fichier_cle(etude).unlink()
    assert purger(etude, jour=datetime.date(2015, 7, 1)).faits == (SOURCE,)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        assert retrait.retraits(cx)[SOURCE].motif == retrait.CONSERVATION
        assert retrait.compter(cx, SOURCE) == {}


def test_une_echeance_dite_a_la_personne_l_emporte(etude):
    noter(etude, SOURCE, "échéance de conservation", datetime.date(2012, 1, 1))
    assert a_purger(etude, jour=datetime.date(2012, 1, 2)) == [(SOURCE, datetime.date(2012, 1, 1))]


def test_sans_echeance_rien_n_est_purge(etude):
    issue = lancer("purger", "--confirmer", etude=etude.chemin)
    assert (issue.code, issue.sortie) == (0, "Rien à purger : aucune conservation n'est finie.\n")


# --- diagnostic ---------------------------------------------------------------------------------------


def test_le_diagnostic_ne_contient_rien_d_une_personne(petite_menee, tmp_path):
    etude = copier(petite_menee, tmp_path / f"étude de {CANARI}")
    planter_partout(etude)
    texte = etude.fichier_reglages.read_text("utf-8")
    titre = next(ligne for ligne in texte.splitlines() if ligne.startswith("titre = "))
    texte = texte.replace(titre, f'titre = "{CANARI}"', 1)
    etude.fichier_reglages.write_text(texte.replace('modele = "base"', f'modele = "{CANARI}"'), "utf-8")
    (etude.exports / f"{CANARI}.{CANARI}").write_text(CANARI)
    etude = Etude.ouvrir(etude.chemin)
    diagnostic(etude, vers=tmp_path / "diagnostic.json")
    dit = (tmp_path / "diagnostic.json").read_text("utf-8")
    registre = lire_registre(etude)
    noms = {
        valeur
        for s in registre.sources
        for p in s.participants
        for valeur in (p.prenom, p.nom, p.quartier, p.structure, p.fonction)
        if valeur
    }
    interdits = {CANARI, *noms, *(s.id for s in registre.sources), str(tmp_path), "Lorient"}
    assert [i for i in interdits if i in dit] == []
    assert json.loads(dit)["base"]["lignes"]["version"] > 6
    assert json.loads(dit)["registre"]["entretiens"] == 6


def test_le_diagnostic_se_fait_meme_d_un_registre_abime(etude, tmp_path):
    etude.fichier_registre.write_bytes(b"rien d'un classeur")
    diagnostic(etude, vers=tmp_path / "d.json")
    assert json.loads((tmp_path / "d.json").read_text())["registre"] == {"erreur": "ErreurRegistre"}


# --- dépublier ----------------------------------------------------------------------------------------


def test_depublier_retire_le_jeu_et_la_suivante_prend_un_numero_neuf(etude):
    assert situation(etude).publiees
    assert depublications.depublier(etude).faits == ("version 1",)
    assert not etude.publie.exists()
    assert situation(etude).publiees == frozenset()
    assert depublications.depublier(etude).passes == ("version 1",)
    publier(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        derniere = suites.derniere_publication(cx)
    assert derniere is not None
    assert derniere.version == 2
    assert situation(etude).publiees


# --- clé ----------------------------------------------------------------------------------------------


def test_changer_la_phrase_garde_les_pseudonymes_et_ferme_a_l_ancienne(etude, monkeypatch):
    ancienne = phrase_secrete(etude, nouvelle=False)
    avant = coffre.lire(fichier_cle(etude), ancienne)
    cles.changer(etude, NEUVE)
    assert coffre.lire(fichier_cle(etude), NEUVE) == avant
    with pytest.raises(ErreurConfidentialite, match="ne s'ouvre pas"):
        coffre.lire(fichier_cle(etude), ancienne)


@pytest.mark.parametrize(("neuve", "dit"), [("trop court", "trop courte"), (None, "la même")])
def test_une_phrase_refusee_laisse_la_cle_intacte(etude, neuve, dit):
    octets = fichier_cle(etude).read_bytes()
    with pytest.raises(ErreurConfidentialite, match=dit):
        cles.changer(etude, neuve or phrase_secrete(etude, nouvelle=False))
    assert fichier_cle(etude).read_bytes() == octets


def test_detruire_la_cle_demande_une_confirmation(etude):
    assert "Rien n'est fait" in lancer("cle", "detruire", etude=etude.chemin).sortie
    assert fichier_cle(etude).exists()
    faite = lancer("cle", "detruire", "--confirmer", etude=etude.chemin)
    assert (faite.code, faite.erreurs) == (0, "")
    assert not fichier_cle(etude).exists()
    assert lancer("cle", "detruire", "--confirmer", etude=etude.chemin).code == 2


# --- vérifications ------------------------------------------------------------------------------------


def constat(etude, sujet):
    return next(c for c in protection(etude) if c.sujet == sujet)


def test_un_second_relecteur_manque_a_un_mineur(etude):
    sujet = "Second relecteur des mineurs"
    assert constat(etude, sujet).verdict is Verdict.BON
    noter(etude, SOURCE, "âge", 16)
    assert constat(etude, sujet).objets == (SOURCE,)
    assert SOURCE not in situation(etude).publiables()


def test_un_age_inconnu_demande_un_second_relecteur(etude):
    noter(etude, SOURCE, "âge", None)
    assert SOURCE not in situation(etude).publiables()


def test_chaque_consentement_est_dit_par_son_nom(etude):
    for colonne, sujet in (
        ("consentement enregistrement", "Consentement à l'enregistrement"),
        ("consentement citation", "Consentement à la citation"),
        ("consentement archivage", "Consentement à l'archivage"),
    ):
        assert SOURCE not in constat(etude, sujet).objets
        noter(etude, SOURCE, colonne, "non")
        assert SOURCE in constat(etude, sujet).objets


def test_une_phrase_a_cote_de_la_cle_est_signalee(etude):
    texte = etude.fichier_reglages.read_text("utf-8")
    etude.fichier_reglages.write_text(texte.replace("fictive = true", "fictive = false"), "utf-8")
    reelle = Etude.ouvrir(etude.chemin)
    assert constat(reelle, "Phrase secrète").verdict is Verdict.A_FAIRE


@pytest.mark.parametrize(
    ("actif", "declare", "verdict"),
    [
        (True, "", Verdict.BON),
        (False, "", Verdict.A_FAIRE),
        (False, "LUKS", Verdict.A_FAIRE),
        (None, "", Verdict.INCONNU),
        (None, "LUKS sur l'hôte", Verdict.BON),
    ],
)
def test_le_disque_chiffre_est_verifie_et_dit(etude, monkeypatch, actif, declare, verdict):
    monkeypatch.setattr(verifications, "chiffrement", lambda _: Chiffrement(actif, "essai"))
    etude = regler(etude, f'chiffrement = "{declare}"')
    assert constat(etude, "Chiffrement du disque").verdict is verdict


@pytest.mark.parametrize(
    ("dit", "actif"),
    [("FileVault is On.", True), ("FileVault is Off.", False), ("autre", None), (None, None)],
)
def test_filevault_se_lit(dit, actif):
    assert depuis_filevault(dit).actif is actif


@pytest.mark.parametrize(("dit", "actif"), [("1\n", True), ("2", False), ("", None), (None, None)])
def test_bitlocker_se_lit(dit, actif):
    assert depuis_bitlocker(dit).actif is actif


def test_la_commande_dit_chaque_point(etude):
    issue = lancer("protection", etude=etude.chemin)
    assert issue.code == 0
    assert all(c.sujet in issue.sortie for c in protection(etude))
