"""Ce que consentements, revues et clé arrêtent, un par un."""

import datetime
from dataclasses import replace

import pytest
from outils import copie_sans_son, json_de

from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurConfidentialite, ErreurEntrepot
from recherche.etapes import importer
from recherche.etapes import publier as publications
from recherche.etapes.consentements import citable, echues, peut_etre_mineur
from recherche.etapes.pseudonymiser import fichier_cle, pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.etapes.sauvegarder import annuler, lire_journal
from recherche.etapes.tables import passages, situation
from recherche.modele.entretien import Consentement, Entretien, Participant, Registre
from recherche.publication.controle import Interdits
from recherche.registre import ecrire_registre, lire_registre

SOURCE = "LOR-J-02"
OUI = Consentement(True, True, True, None, None)


def consentir(etude, **champs):
    """Récrit le registre, les consentements de LOR-J-02 changés."""
    registre = lire_registre(etude)
    entretiens = tuple(
        replace(
            e,
            participants=tuple(
                replace(p, consentement=replace(p.consentement, **champs)) for p in e.participants
            ),
        )
        if e.id == SOURCE
        else e
        for e in registre.entretiens
    )
    ecrire_registre(
        etude.reglages, replace(registre, entretiens=entretiens), etude.fichier_registre, remplacer=True
    )


def signer_sans_la_derniere(etude, source=SOURCE):
    """Une seconde revue de la même version, qui masque une mention de moins."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("revue d'essai") as ecriture:
        version = transcriptions.courantes(ecriture.cx)[source]
        revue = transcriptions.revues(ecriture.cx)[version.id]
        transcriptions.ajouter_revue(
            ecriture,
            version_id=version.id,
            relecteur="R9",
            second_relecteur=None,
            date="2010-03-01",
            mentions=revue.mentions[:-1],
        )


def personne(**champs):
    return Participant("ENT", consentement=champs.pop("consentement", OUI), **champs)


def entretien(profil="J", **champs):
    return Entretien("LOR-J-01", "LOR", None, None, (), (personne(**champs),), profil)


@pytest.mark.parametrize("accord", [False, None])
def test_sans_consentement_a_l_enregistrement_rien_n_est_importe(tmp_path, accord):
    etude = copie_sans_son(tmp_path / "etude")
    consentir(etude, enregistrement=accord)
    fichiers = [f for f in json_de(etude, "transcriptions") if f.stem in (SOURCE, "LOR-J-03")]
    bilan = importer.importer_transcriptions(etude, fichiers)
    assert bilan.faits == ("LOR-J-03",)
    (refus,) = bilan.anomalies
    assert refus.objet == SOURCE
    assert "enregistr" in refus.message


def test_un_consentement_repris_sort_de_la_publication_suivante(etude):
    consentir(etude, enregistrement=False)
    assert SOURCE not in situation(etude).publiables()
    assert any(SOURCE in message for message in publier(etude).messages)
    assert SOURCE not in situation(etude).publiees


def test_sans_consentement_a_la_citation_aucun_passage_n_est_citable(etude):
    from recherche.codage.grille import lire_grille
    from recherche.etapes.tables import lire_textes

    consentir(etude, citation=False)
    etat = situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        table = passages(etat, lire_textes(entrepot, etat), lire_grille(etude.fichier_grille))
    permis = table.groupby("source_id")["citation_permise"].any()
    assert not permis[SOURCE]
    assert permis["LOR-J-03"]


def test_une_revue_ulterieure_non_appliquee_arrete_la_publication(etude):
    assert SOURCE in situation(etude).publiables()
    signer_sans_la_derniere(etude)
    assert SOURCE not in situation(etude).publiables()
    pseudonymiser_etude(etude)
    assert SOURCE in situation(etude).publiables()


@pytest.mark.parametrize(
    ("source", "cite", "mineur"),
    [
        (entretien(age=25), True, False),
        (entretien(age=17), False, True),
        (entretien(age=None), False, True),
        (entretien(profil="P", age=None), True, False),
        (entretien(age=None, consentement=replace(OUI, representant_legal="sa mère")), True, True),
        (entretien(age=25, consentement=replace(OUI, citation=None)), False, False),
    ],
    ids=["majeur", "mineur", "âge inconnu", "profil majeur", "avec représentant", "sans citation"],
)
def test_un_age_inconnu_vaut_peut_etre_mineur(petite_menee, source, cite, mineur):
    reglages = petite_menee.reglages
    assert citable(source, reglages) is cite
    assert peut_etre_mineur(source, reglages) is mineur


def test_l_echeance_la_plus_proche_d_un_atelier_compte(petite_menee):
    tot, tard = datetime.date(2012, 1, 1), datetime.date(2014, 1, 1)
    source = replace(
        entretien(age=25),
        participants=(
            personne(consentement=replace(OUI, echeance=tard)),
            personne(consentement=replace(OUI, echeance=tot)),
        ),
    )
    finies = echues(Registre((source,), ()), petite_menee.reglages, datetime.date(2013, 1, 1))
    assert finies == [(source, tot)]


def test_un_mot_ordinaire_n_arrete_la_publication_qu_avec_sa_majuscule(petite_menee):
    formes = {"Rose", "Kervénanec", "Marine", "Le Floc'h"}
    ambigus = publications._formes_ordinaires(formes, petite_menee)
    assert {"Rose", "Marine"} <= ambigus
    assert "Kervénanec" not in ambigus
    interdits = Interdits.depuis(formes, ambigus=ambigus)
    assert not interdits.dans("une rose de la marine")
    assert interdits.dans("c'est Rose qui l'a dit")
    assert interdits.dans("à kervenanec, oui")


def test_des_codages_repris_ne_s_annulent_pas_sous_ceux_qui_en_viennent(etude):
    lot = next(x for x in lire_journal(etude, limite=1000) if x.action == "importer des codages")
    signer_sans_la_derniere(etude)
    pseudonymiser_etude(etude)
    with pytest.raises(ErreurEntrepot, match="d'autres données en dépendent"):
        annuler(etude, lot.lot)


def test_une_cle_perdue_arrete_la_pseudonymisation_sans_en_faire_une_autre(etude):
    fichier_cle(etude).unlink()
    signer_sans_la_derniere(etude)
    with pytest.raises(ErreurConfidentialite, match="La clé des pseudonymes manque") as dite:
        pseudonymiser_etude(etude)
    assert "Remettez ce fichier" in dite.value.remede
    assert not fichier_cle(etude).exists()
