"""Le registre : écrire le vide, relire le plein, dire toutes les fautes avec leur cellule."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from recherche.erreurs import ErreurRegistre
from recherche.modele.entretien import Atelier, Consentement, Entretien, Participant, Registre
from recherche.registre import ecrire_registre, ecrire_registre_vide, lire_registre
from recherche.reglages import Etude

PROJET = Path(__file__).parents[1]
REUSSITE = PROJET / "tests" / "etudes" / "reussite_educative"

IBRAHIM = Entretien(
    "LOR-J-02",
    "LOR",
    date(2010, 1, 20),
    "café du port",
    ("LOR-J-02 a.mp3", "LOR-J-02 b.mp3"),
    (
        Participant(
            "ENT",
            prenom="Ibrahim",
            nom="Mze Hamadi",
            sexe="H",
            age=17,
            quartier="Bois-du-Château",
            situation="intérimaire",
            consentement=Consentement(True, False, None, date(2010, 1, 20), "Mme Mze Hamadi (mère)"),
        ),
    ),
    "J",
    "E2",
)
ATELIER = Atelier(
    "REN-A-01",
    "REN",
    date(2010, 2, 4),
    "maison de quartier",
    ("REN-A-01.m4a",),
    (
        Participant("ANI", prenom="Anne-Laure", nom="Tréhin", sexe="F", fonction="animatrice"),
        Participant("P1", prenom="Aïssata", sexe="F", age=16, structure="PIJ de Villejean"),
    ),
    "L'information des jeunes",
    ("Réunir chaque mois les relais.", "Désaccord consigné sur MSN."),
)


@pytest.fixture
def etude(tmp_path: Path) -> Etude:
    shutil.copy(PROJET / "interviews" / "etude.toml", tmp_path)
    return Etude.ouvrir(tmp_path)


def modifier(etude: Etude, faire: Callable[[Workbook], object]) -> None:
    classeur = openpyxl.load_workbook(etude.fichier_registre)
    faire(classeur)
    classeur.save(etude.fichier_registre)


def fautes(etude: Etude) -> list[str]:
    with pytest.raises(ErreurRegistre) as leve:
        lire_registre(etude)
    return [ligne.removeprefix("  - ") for ligne in leve.value.message.splitlines()[1:]]


def test_vide_prevoit_tout_et_rien_n_a_eu_lieu(etude: Etude) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)
    feuille = openpyxl.load_workbook(etude.fichier_registre)["Entretiens"]
    lignes = list(feuille.iter_rows(min_row=2, max_col=3, values_only=True))
    assert len(lignes) == 120
    assert lignes[0] == ("LOR-J-01", "Lorient", "jeune")
    assert lignes[-1] == ("QUI-P-10", "Quimper", "professionnel")
    assert lire_registre(etude) == Registre((), ())


def test_classeur_guide_la_saisie(etude: Etude) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)
    classeur = openpyxl.load_workbook(etude.fichier_registre)
    assert classeur.sheetnames == ["Entretiens", "Ateliers", "Décisions", "Mode d'emploi", "Listes"]
    feuille = classeur["Entretiens"]
    assert feuille["B1"].value == "ville"
    assert feuille.freeze_panes == "B2"
    assert feuille.protection.sheet
    assert feuille["A2"].protection.locked
    assert not feuille["D2"].protection.locked
    assert feuille["D2"].number_format == "DD/MM/YYYY"
    regles = {str(r.sqref): r for r in feuille.data_validations.dataValidation}
    assert regles["B2:B1000"].formula1 == "Listes!$A$2:$A$7"
    assert [c.value for c in classeur["Listes"]["A"]][1:7] == [
        "Lorient",
        "Saint-Nazaire",
        "Brest",
        "Angers",
        "Rennes",
        "Quimper",
    ]
    assert (regles["D2:D1000"].formula1, regles["D2:D1000"].formula2) == (
        "DATE(2009,3,1)",
        "DATE(2010,6,30)",
    )
    assert regles["D2:D1000"].showErrorMessage
    assert not regles["M2:M1000"].showErrorMessage  # une fonction hors de la liste reste permise


def test_ecrire_puis_lire_rend_le_meme(etude: Etude) -> None:
    supplementaire = replace(IBRAHIM, id="LOR-J-11", enregistrements=())
    registre = Registre((IBRAHIM, supplementaire), (ATELIER,))
    ecrire_registre(etude.reglages, registre, etude.fichier_registre)
    assert lire_registre(etude) == registre


def test_un_registre_ne_s_ecrase_pas(etude: Etude) -> None:
    etude.fichier_registre.write_bytes(b"le travail de six mois")
    with pytest.raises(ErreurRegistre, match="existe déjà"):
        ecrire_registre_vide(etude, etude.fichier_registre)
    assert etude.fichier_registre.read_bytes() == b"le travail de six mois"
    ecrire_registre(etude.reglages, Registre((IBRAHIM,), ()), etude.fichier_registre, remplacer=True)
    assert lire_registre(etude).entretiens == (IBRAHIM,)


def test_ecriture_impossible_ne_laisse_rien(etude: Etude) -> None:
    with pytest.raises(ErreurRegistre, match="ne peut être écrit"):
        ecrire_registre_vide(etude, etude.chemin / "absent" / "registre.xlsx")
    assert [f.name for f in etude.chemin.iterdir()] == ["etude.toml"]


@pytest.mark.parametrize("texte", ["=1+1", "+33 6 39 98 41 27", "-", "@SOMME(A1)"])
def test_une_formule_dans_un_texte_reste_un_texte(etude: Etude, texte: str) -> None:
    personne = replace(IBRAHIM.participant, situation=texte)
    registre = Registre((replace(IBRAHIM, participants=(personne,)),), ())
    ecrire_registre(etude.reglages, registre, etude.fichier_registre)
    cellule = openpyxl.load_workbook(etude.fichier_registre)["Entretiens"]["L3"]
    assert (cellule.value, cellule.data_type, cellule.quotePrefix) == (texte, "s", True)
    assert lire_registre(etude).entretiens[0].participant.situation == texte


def test_toutes_les_fautes_a_la_fois_avec_leur_cellule(etude: Etude) -> None:
    ecrire_registre(etude.reglages, Registre((IBRAHIM,), (ATELIER,)), etude.fichier_registre)

    def abimer(classeur: Workbook) -> None:
        saisies = {
            "A2": "LOR-J-02",
            "B4": "Nantes",
            "C5": "professionnel",
            "A6": "Lorient 5",
            "A7": "NTE-J-01",
            "A8": "LOR-X-01",
            "B9": "Brest",
            "D10": date(2010, 7, 14),
            "D11": "mars 2010",
            "I10": "M",
            "J10": 7,
            "J11": "dix-sept",
            "P11": "peut-être",
            "O12": "../prive/son.mp3",
            "O13": "LOR-J-02 A.mp3",
            "L13": "=A1",
            "G14": "Paul",
        }
        for adresse, valeur in saisies.items():
            classeur["Entretiens"][adresse] = valeur
        classeur["Entretiens"]["A14"] = None

    modifier(etude, abimer)
    lues = fautes(etude)
    assert lues == [
        "Entretiens!A3 : « LOR-J-02 » est déjà en Entretiens!A2",
        "Entretiens!B4 : « Nantes » n'est pas dans la liste (Lorient, Saint-Nazaire, Brest, Angers, "
        "Rennes, Quimper)",
        "Entretiens!C5 : « professionnel » contredit l'identifiant, qui dit « jeune »",
        "Entretiens!A6 : « Lorient 5 » n'a pas la forme attendue (comme LOR-J-02 : territoire, "
        "profil, numéro)",
        "Entretiens!A7 : « NTE » n'est pas un territoire de l'étude (LOR, STN, BRE, ANG, REN, QUI)",
        "Entretiens!A8 : « X » n'est pas un profil de l'étude (J, P)",
        "Entretiens!B9 : « Brest » contredit l'identifiant, qui dit « Lorient »",
        "Entretiens!I10 : « M » n'est pas dans la liste (F, H, autre)",
        "Entretiens!J10 : 7 ans est invraisemblable (10 à 99)",
        "Entretiens!D10 : le 14/07/2010 est hors de la période de l'étude (01/03/2009 au 30/06/2010)",
        "Entretiens!J11 : « dix-sept » n'est pas un âge en années",
        "Entretiens!P11 : « peut-être » n'est pas dans la liste (oui, non)",
        "Entretiens!D11 : « mars 2010 » n'est pas une date ; écrivez-la comme 20/01/2010",
        "Entretiens!O12 : « ../prive/son.mp3 » est un chemin ; écrivez le nom du fichier déposé dans "
        "« enregistrements »",
        "Entretiens!L13 : une formule ; écrivez la valeur elle-même",
        "Entretiens!A14 : l'identifiant manque",
        "Entretiens!O13 : « LOR-J-02 A.mp3 » est déjà donné à LOR-J-02 (Entretiens!O3)",
    ]


def test_fautes_des_ateliers(etude: Etude) -> None:
    ecrire_registre(etude.reglages, Registre((), (ATELIER,)), etude.fichier_registre)

    def abimer(classeur: Workbook) -> None:
        feuille = classeur["Ateliers"]
        rangs = [r for r in range(2, feuille.max_row + 1) if feuille.cell(r, 1).value == "REN-A-01"]
        feuille.cell(rangs[1], 4).value = date(2010, 2, 5)
        feuille.cell(rangs[1], 6).value = "ANI"
        classeur["Décisions"]["A2"] = "REN-A-09"

    modifier(etude, abimer)
    assert [faute.partition(" : ")[2] for faute in fautes(etude)] == [
        "« REN-A-09 » n'est pas un atelier de la feuille « Ateliers »",
        "contredit les lignes précédentes du même atelier",
        "« ANI » est déjà en Ateliers!F38",
    ]


def test_un_atelier_se_remplit_sur_sa_premiere_ligne(etude: Etude) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)

    def remplir(classeur: Workbook) -> None:
        feuille = classeur["Ateliers"]
        feuille["D2"], feuille["M2"], feuille["G2"] = "04/02/2010", "a.mp3\nb.mp3", "Anne-Laure"
        feuille["H4"] = "Moisan"

    modifier(etude, remplir)
    (atelier,) = lire_registre(etude).ateliers
    assert (atelier.id, atelier.titre, atelier.date) == (
        "LOR-A-01",
        "Des lieux pour les jeunes",
        date(2010, 2, 4),
    )
    assert atelier.enregistrements == ("a.mp3", "b.mp3")
    assert [(p.locuteur, p.prenom, p.nom) for p in atelier.participants] == [
        ("ANI", "Anne-Laure", None),
        ("P2", None, "Moisan"),
    ]


def test_un_consentement_absent_n_est_pas_une_faute(etude: Etude) -> None:
    personne = replace(IBRAHIM.participant, consentement=Consentement())
    registre = Registre((replace(IBRAHIM, participants=(personne,)),), ())
    ecrire_registre(etude.reglages, registre, etude.fichier_registre)
    assert lire_registre(etude).entretiens[0].participant.consentement == Consentement()


def test_saisies_que_font_les_gens(etude: Etude) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)

    def saisir(classeur: Workbook) -> None:
        feuille = classeur["Entretiens"]
        feuille["D2"], feuille["G2"], feuille["I2"], feuille["J2"] = (
            "2010-01-20",
            "  Ana\u00a0 ",
            "f",
            17.0,
        )
        feuille["P2"], feuille["Q2"], feuille["N2"] = "OUI", True, "Cafe\u0301 jeunes"
        feuille["U1"], feuille["U2"] = "remarques", "rappeler en mars"

    modifier(etude, saisir)
    (entretien,) = lire_registre(etude).entretiens
    personne = entretien.participant
    assert (entretien.date, personne.prenom, personne.sexe, personne.age) == (
        date(2010, 1, 20),
        "Ana",
        "F",
        17,
    )
    assert personne.mineur
    assert (personne.consentement.enregistrement, personne.consentement.citation) == (True, True)
    assert personne.structure == "Caf\u00e9 jeunes"


@pytest.mark.parametrize("verrou", ["~$registre.xlsx", ".~lock.registre.xlsx#"])
def test_classeur_ouvert_dans_un_tableur(etude: Etude, verrou: str) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)
    (etude.chemin / verrou).write_bytes(b"")
    with pytest.raises(ErreurRegistre, match="est ouvert dans un tableur") as leve:
        lire_registre(etude)
    assert verrou in leve.value.remede
    (etude.chemin / verrou).unlink()
    assert lire_registre(etude) == Registre((), ())


@pytest.mark.parametrize("coupe", [0, 20, 5000, -30])
def test_fichier_qui_n_est_pas_un_classeur(etude: Etude, coupe: int) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)
    contenu = etude.fichier_registre.read_bytes()
    etude.fichier_registre.write_bytes(contenu[:coupe])
    with pytest.raises(ErreurRegistre, match="n'est pas un classeur"):
        lire_registre(etude)
    etude.fichier_registre.write_bytes(b"%PDF-1.4 un PDF renomm\xc3\xa9")
    with pytest.raises(ErreurRegistre, match="n'est pas un classeur"):
        lire_registre(etude)


def test_registre_absent_dit_la_commande(etude: Etude) -> None:
    with pytest.raises(ErreurRegistre, match="n'a pas de registre") as leve:
        lire_registre(etude)
    assert "recherche registre" in leve.value.remede


def test_feuille_et_colonnes_manquantes(etude: Etude) -> None:
    ecrire_registre_vide(etude, etude.fichier_registre)

    def oter(classeur: Workbook) -> None:
        classeur.remove(classeur["Ateliers"])
        classeur["Entretiens"]["J1"] = "age"
        classeur["Entretiens"]["K1"] = "Situation"

    modifier(etude, oter)
    assert fautes(etude) == [
        "Entretiens!L1 : une autre colonne « situation » existe",
        "Entretiens!A1 : la colonne « âge » manque à la première ligne",
        "Entretiens!A1 : la colonne « quartier » manque à la première ligne",
        "Ateliers : cette feuille manque au classeur",
    ]


def test_colonne_deplacee_ou_ajoutee_se_lit(etude: Etude) -> None:
    ecrire_registre(etude.reglages, Registre((IBRAHIM,), ()), etude.fichier_registre)
    modifier(etude, lambda classeur: classeur["Entretiens"].insert_cols(4))
    assert lire_registre(etude).entretiens == (IBRAHIM,)


def test_une_autre_etude_sans_entretien_et_par_region(tmp_path: Path) -> None:
    shutil.copy(REUSSITE / "etude.toml", tmp_path)
    etude = Etude.ouvrir(tmp_path)
    ecrire_registre_vide(etude, etude.fichier_registre)
    feuille = openpyxl.load_workbook(etude.fichier_registre)["Ateliers"]
    assert feuille["C1"].value == "région"
    assert [feuille.cell(r, 3).value for r in (2, 11, 20)] == [
        "Bretagne",
        "Pays de la Loire",
        "Languedoc-Roussillon",
    ]

    def remplir(classeur: Workbook) -> None:
        classeur["Ateliers"]["D20"], classeur["Ateliers"]["G20"] = date(2010, 3, 9), "Mireille"

    modifier(etude, remplir)
    lu = lire_registre(etude)
    assert lu.entretiens == ()
    assert [(a.id, a.territoire, a.participants[0].prenom) for a in lu.ateliers] == [
        ("LRO-A-01", "LRO", "Mireille")
    ]


def test_territoire_du_nom_d_une_autre_colonne(etude: Etude) -> None:
    presentation = replace(etude.reglages.etude, niveau_territoire="quartier")
    etude = Etude(etude.chemin, replace(etude.reglages, etude=presentation))
    ecrire_registre(etude.reglages, Registre((IBRAHIM,), ()), etude.fichier_registre)
    assert lire_registre(etude).entretiens == (IBRAHIM,)
