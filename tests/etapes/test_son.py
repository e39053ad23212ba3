"""Vérifier, corriger, nommer les voix, aligner, rapprocher du guide : sur une petite étude, sans son."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook
from outils import DEMO, copier, extrait, json_de, petite_etude

import recherche
from recherche.echanges.rttm import en_rttm
from recherche.entrepot import Entrepot, transcriptions, verifications
from recherche.entrepot.transcriptions import AUTOMATIQUE, RELUE
from recherche.erreurs import ErreurEchange, ErreurEntrepot, ErreurEtude
from recherche.etapes import corriger as etape_corriger
from recherche.etapes import importer, questions, verifier, voix
from recherche.etapes.aligner import aligner
from recherche.etapes.corriger import corriger
from recherche.etapes.inventorier import inventorier
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.sauvegarder import annuler
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription
from recherche.modele.verification import Doute, EtatDoute, Issue, Raison

SOURCE, ATELIER = "LOR-J-02", "LOR-A-01"
CLE = "automatique d'essai"


def courante(etude, source=SOURCE):
    """La version courante d'une source et son contenu."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        version = transcriptions.courantes(cx)[source]
        return version, transcriptions.lire(cx, version.id)


def dater(texte: str, debut_s: float, confiance: float = 0.9) -> tuple[Mot, ...]:
    mots = texte.split()
    return tuple(
        Mot(m, round(debut_s + i * 0.4, 3), round(debut_s + i * 0.4 + 0.3, 3), confiance)
        for i, m in enumerate(mots)
    )


TOURS = (
    Tour("ENQ", dater("Tu viens comment depuis le Bois-Dichato ?", 0)),
    Tour("ENT", dater("À vélo. La CMU c'est à Carvenanek.", 3)),
    Tour("L3", dater("hm hm", 7, 0.2)),
    Tour("ENT", dater("Voilà, et je suis suivi par la mission locale.", 8)),
)
DOUTES = (
    Doute(3.0, 5.0, Raison.CONFIANCE, 0.4, "À vélo", Issue.GARDE, EtatDoute.A_VERIFIER),
    Doute(8.0, 9.0, Raison.BOUCLE, 5.0, "voilà " * 5, Issue.REMPLACE, EtatDoute.REGLE),
)


@pytest.fixture(scope="module")
def modele_etude(tmp_path_factory):
    """Une étude dont LOR-J-02 a une version automatique datée et deux doutes ; LOR-A-01 est relu."""
    etude = petite_etude(tmp_path_factory.mktemp("son") / "etude", [SOURCE, ATELIER])
    importer.importer_transcriptions(etude, [etude.chemin / "transcriptions" / f"{ATELIER}.json"])
    provenance = Provenance("faster-whisper", "1", datetime.now(UTC), {"chevauchements": [[7.0, 7.5]]})
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("essai") as ecriture:
        transcriptions.ajouter_version(
            ecriture, Transcription(SOURCE, TOURS, provenance), nature=AUTOMATIQUE, cle=CLE
        )
        verifications.poser_doutes(ecriture.cx, source_id=SOURCE, cle=CLE, indice=0, doutes=DOUTES)
    return etude


@pytest.fixture
def etude(modele_etude, tmp_path):
    return copier(modele_etude, tmp_path / "etude")


# --- vérifier -----------------------------------------------------------------------------------------


def test_le_rapport_dit_ce_qui_vaut_et_ou_ecouter(etude):
    bilan, (rapport,) = verifier.verifier(etude)
    assert bilan.faits == ("exports/prive/verification.xlsx",)
    assert (rapport.source_id, rapport.mots, rapport.regles) == (SOURCE, 25, 1)
    assert rapport.part_sure == pytest.approx(23 / 25)
    assert [(e.raison, e.texte) for e in rapport.endroits] == [
        ("confiance basse", "À vélo"),
        ("mots peu sûrs", "hm hm"),
    ]
    assert rapport.chevauchements_s == 0.5
    assert list(rapport.paroles) == ["ENQ", "ENT", "L3"]
    assert sum(rapport.paroles.values()) == pytest.approx(1)
    classeur = load_workbook(etude.chemin / bilan.faits[0])
    lignes = list(classeur["à écouter"].iter_rows(min_row=2, values_only=True))
    assert [ligne[2:5] for ligne in lignes] == [
        ("00:00:03", "00:00:05", "confiance basse"),
        ("00:00:07", "00:00:07", "mots peu sûrs"),
    ]
    assert verifier.verifier(etude)[0].passes == bilan.faits


def test_le_seuil_de_confiance_est_celui_de_l_etude(etude):
    fichier = etude.fichier_reglages
    texte = fichier.read_text(encoding="utf-8")
    fichier.write_text(texte.replace("confiance_mot = 0.5", "confiance_mot = 0.1"), encoding="utf-8")
    (rapport,) = verifier.rapports(recherche.Etude.ouvrir(etude.chemin))
    assert (rapport.part_sure, len(rapport.endroits)) == (1.0, 1)


def test_un_passage_ecoute_n_est_plus_a_verifier_et_cela_s_annule(etude):
    assert verifier.a_verifier(etude) == {SOURCE: 1}
    (rapport,) = verifier.rapports(etude)
    numero = rapport.endroits[0].numero
    verifier.marquer_verifies(etude, [numero], auteur="Claire")
    assert verifier.a_verifier(etude) == {SOURCE: 0}
    assert verifier.rapports(etude)[0].verifies == 1
    annuler(etude)
    assert verifier.a_verifier(etude) == {SOURCE: 1}
    with pytest.raises(ErreurEntrepot, match="numéro 999"):
        verifier.marquer_verifies(etude, [999])


def test_une_source_sans_temps_demandee_par_son_nom_le_dit(etude):
    with pytest.raises(ErreurEntrepot, match=f"{ATELIER} n'a pas de transcription datée"):
        verifier.verifier(etude, sources=[ATELIER])


# --- corriger -----------------------------------------------------------------------------------------


def test_corriger_applique_le_glossaire_et_annuler_le_defait(etude):
    avant, texte = courante(etude)
    essai = corriger(etude, sources=[SOURCE], essai=True)
    assert courante(etude)[0] == avant
    assert any("sans --essai" in message for message in essai.messages)
    bilan = corriger(etude, sources=[SOURCE])
    assert bilan.faits == (f"{SOURCE} : 2 corrections",)
    apres, corrige = courante(etude)
    assert "depuis le Bois-du-Château ?" in corrige.texte
    assert "à Kervénanec." in corrige.texte
    assert (apres.nature, apres.cle) == (AUTOMATIQUE, CLE)
    faites = [a for _, a in etape_corriger.applications(etude, SOURCE)]
    assert [(a.avant, a.apres) for a in faites] == [
        ("Bois-Dichato", "Bois-du-Château"),
        ("Carvenanek.", "Kervénanec."),
    ]
    assert verifier.a_verifier(etude) == {SOURCE: 1}
    assert corriger(etude, sources=[SOURCE]).passes == (SOURCE,)
    annuler(etude)
    assert courante(etude) == (avant, texte)
    assert etape_corriger.applications(etude, SOURCE) == []


def test_le_fichier_de_l_etude_s_ajoute_au_glossaire(etude):
    (etude.chemin / "corrections.toml").write_text(
        f'[[mots]]\nentendu = ["la cmu"]\necrire = "la PUMa"\nsauf = ["{ATELIER}"]\n', encoding="utf-8"
    )
    corriger(etude, sources=[SOURCE])
    assert "La PUMa" not in courante(etude)[1].texte
    assert "la PUMa c'est" in courante(etude)[1].texte


def test_une_relecture_commencee_n_est_pas_bousculee(etude):
    from recherche.etapes import relecture

    ouverte = relecture.ouvrir(etude, SOURCE, auteur="Claire")
    premier = ouverte.brouillon.tours[0]
    demande = relecture.Demande(
        relecture=ouverte.brouillon.id,
        auteur="Claire",
        nature="texte",
        retires=((premier.id, premier.rev),),
        ajoutes=(replace(premier, tour=Tour("ENQ", (Mot("Bonjour."),))),),
    )
    relecture.appliquer(etude, SOURCE, demande)
    (anomalie,) = corriger(etude, sources=[SOURCE]).anomalies
    assert "en cours de relecture par Claire" in anomalie.message


# --- qui parle ----------------------------------------------------------------------------------------


def test_fusionner_renommer_scinder_s_annulent(etude):
    depart = courante(etude)
    voix.fusionner(etude, SOURCE, ["ENT", "L3"])
    assert [t.locuteur for t in courante(etude)[1].tours] == ["ENQ", "ENT"]
    assert courante(etude)[1].texte.replace("\n", " ") == depart[1].texte.replace("\n", " ")
    annuler(etude)
    assert courante(etude) == depart
    voix.renommer(etude, SOURCE, {"L3": "P2"})
    assert [v.locuteur for v in voix.voix(etude, SOURCE)] == ["ENQ", "ENT", "P2"]
    voix.scinder(etude, SOURCE, {4}, "L4")
    assert [t.locuteur for t in courante(etude)[1].tours] == ["ENQ", "ENT", "P2", "L4"]


def test_un_prenom_du_registre_donne_son_etiquette(etude):
    (ibrahim,) = [v.personne for v in voix.voix(etude, SOURCE) if v.locuteur == "ENT"]
    prenom = ibrahim.split()[0]
    voix.renommer(etude, SOURCE, {"ENT": "L9"})
    voix.renommer(etude, SOURCE, {"L9": prenom})
    assert "ENT" in courante(etude)[1].locuteurs()


@pytest.mark.parametrize(
    ("action", "dit"),
    [
        (lambda e: voix.renommer(e, SOURCE, {"L3": "Karim"}), "ni une étiquette ni une personne"),
        (lambda e: voix.renommer(e, SOURCE, {"L3": "ENT"}), "même étiquette"),
        (lambda e: voix.renommer(e, SOURCE, {"L8": "P2"}), "pas de locuteur L8"),
        (lambda e: voix.fusionner(e, SOURCE, ["ENT"]), "au moins deux"),
        (lambda e: voix.scinder(e, SOURCE, {9}, "P2"), "pas de tour 9"),
        (lambda e: voix.rediariser(e, SOURCE, 2), "pas d'enregistrement utilisable"),
        (lambda e: voix.voix(e, "LOR-J-99"), "pas au registre"),
    ],
)
def test_une_demande_impossible_ne_change_rien(etude, action, dit):
    depart = courante(etude)
    with pytest.raises(ErreurEchange, match=dit):
        action(etude)
    assert courante(etude) == depart


def test_la_revue_signee_suit_un_changement_de_locuteur(etude):
    importer.importer_revues(etude, [etude.chemin / "revues" / f"{ATELIER}.json"])
    qui = voix.voix(etude, ATELIER)[0].locuteur
    voix.renommer(etude, ATELIER, {qui: "L1"})
    version, _ = courante(etude, ATELIER)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        revues = transcriptions.revues(cx)
    assert version.nature == RELUE
    assert version.id in revues


def test_un_rttm_attribue_les_mots(etude, tmp_path):
    fichier = tmp_path / "voix.rttm"
    fichier.write_bytes(en_rttm(courante(etude)[1]))
    voix.fusionner(etude, SOURCE, ["ENQ", "ENT", "L3"])
    voix.depuis_rttm(etude, SOURCE, fichier)
    assert [len(t.mots) for t in courante(etude)[1].tours] == [len(t.mots) for t in TOURS]
    fichier.write_text("SPEAKER x 1 oups\n", encoding="utf-8")
    with pytest.raises(ErreurEchange, match="ligne 1"):
        voix.depuis_rttm(etude, SOURCE, fichier)


def test_rediariser_retrouve_les_voix_d_apres_le_son(etude):
    extrait(DEMO / "enregistrements" / f"{SOURCE}.mp3", etude.enregistrements / f"{SOURCE}.wav", 12)
    inventorier(etude)
    voix.fusionner(etude, SOURCE, ["ENT", "ENQ", "L3"])
    voix.rediariser(etude, SOURCE, (2, 3))
    _, texte = courante(etude)
    assert len(texte.locuteurs()) == 2
    assert [m for t in texte.tours for m in t.mots] == [m for t in TOURS for m in t.mots]


# --- aligner ------------------------------------------------------------------------------------------


def test_aligner_date_un_texte_importe_et_garde_sa_revue(etude):
    extrait(DEMO / "enregistrements" / f"{SOURCE}.mp3", etude.enregistrements / f"{SOURCE}.wav", 12)
    inventorier(etude)
    importer.importer_transcriptions(etude, [etude.chemin / "transcriptions" / f"{SOURCE}.json"])
    importer.importer_revues(etude, [etude.chemin / "revues" / f"{SOURCE}.json"])
    relue, texte = courante(etude)
    (anomalie,) = aligner(etude, sources=[SOURCE]).anomalies
    assert "ne ressemble pas" in anomalie.message
    dits = [m.texte for t in texte.tours for m in t.mots]
    provenance = Provenance("faster-whisper", "1", datetime.now(UTC), {})
    tours = (Tour("ENT", dater(" ".join(dits[:-5]), 0)),)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("essai") as ecriture:
        transcriptions.ajouter_version(
            ecriture, Transcription(SOURCE, tours, provenance), nature=AUTOMATIQUE, cle="autre"
        )
    bilan = aligner(etude, sources=[SOURCE])
    assert len(bilan.faits) == 1
    version, datee = courante(etude)
    assert (datee.texte, version.nature, version.cle) == (texte.texte, RELUE, relue.cle)
    assert all(m.debut_s is not None for t in datee.tours for m in t.mots)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        assert version.id in transcriptions.revues(cx)
    assert aligner(etude, sources=[SOURCE]).passes == (SOURCE,)


# --- questions du guide -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def etude_guidee(tmp_path_factory):
    etude = petite_etude(tmp_path_factory.mktemp("guide") / "etude", ["LOR-J-01", SOURCE])
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    importer.importer_revues(etude, json_de(etude, "revues"))
    pseudonymiser_etude(etude)
    questions.proposer(etude)
    return etude


def test_chaque_tour_est_rapproche_d_une_question_de_son_theme(etude_guidee):
    textes = courante(etude_guidee)[1].tours
    trouves = questions.rapprochements(etude_guidee, [SOURCE])
    assert len(trouves) >= 5
    for r in trouves:
        assert r.posee.question.split(".")[1] == textes[r.posee.tour].theme
        assert r.dit == textes[r.posee.tour].texte
    assert questions.proposer(etude_guidee).faits == ()


def test_les_reponses_confirmees_sont_pseudonymisees_et_suivent_les_versions(etude_guidee, tmp_path):
    etude = copier(etude_guidee, tmp_path / "etude")
    premiere, seconde, *_ = questions.rapprochements(etude, [SOURCE])
    identifiant = premiere.posee.question
    assert recherche.reponses(etude, identifiant).empty
    questions.confirmer(etude, [premiere.posee.id], auteur="Claire")
    questions.ecarter(etude, [seconde.posee.id])
    table = recherche.reponses(etude, identifiant)
    assert list(table["source_id"]) == [SOURCE]
    assert table["etat"].tolist() == ["confirmée"]
    assert "Ibrahim" in courante(etude)[1].texte
    assert "Ibrahim" not in " ".join(table["texte"])
    voix.renommer(etude, SOURCE, {"ENT": "P1"})
    pseudonymiser_etude(etude)
    assert recherche.reponses(etude, identifiant).empty
    questions.proposer(etude, sources=[SOURCE])
    assert len(recherche.reponses(etude, identifiant)) == 1


def test_une_question_se_designe_par_son_rang_et_une_inconnue_se_dit(etude_guidee, tmp_path):
    etude = copier(etude_guidee, tmp_path / "etude")
    troisieme = questions.guide(etude.reglages, "J")[2]
    questions.designer(etude, SOURCE, 3, troisieme.id)
    table = recherche.reponses(etude, 3, profil="J")
    assert table["tour"].tolist() == [3]
    assert table["question"].tolist() == [troisieme.texte]
    with pytest.raises(ErreurEtude, match="n° 99"):
        recherche.reponses(etude, 99)
    with pytest.raises(ErreurEtude, match=r"J\.rien\.1"):
        recherche.reponses(etude, "J.rien.1")


def test_une_etude_neuve_a_un_modele_de_corrections_valide(tmp_path: Path):
    from recherche.etapes.creer import nouvelle
    from recherche.langue.corrections import lire_corrections
    from recherche.modele.corrections import Corrections

    nouvelle(tmp_path / "neuve")
    assert lire_corrections(recherche.Etude.ouvrir(tmp_path / "neuve")) == Corrections()
