"""Des transcriptions faites ailleurs entrent dans l'étude, et en sortent dans les formats des autres."""

import json

import docx
import pytest
from outils import lancer, petite_etude

from recherche.echanges.lecture import EXTENSIONS
from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurEchange
from recherche.etapes.exporter import exporter
from recherche.etapes.importer import importer_transcriptions, rassembler
from recherche.registre import lire_registre


@pytest.fixture
def etude(tmp_path):
    return petite_etude(tmp_path / "etude", ("LOR-J-01", "LOR-J-02", "LOR-A-01"))


def ecrire_docx(fichier, *alineas):
    document = docx.Document()
    for alinea in alineas:
        document.add_paragraph(alinea)
    document.save(fichier)
    return fichier


def ecrire_whisper(fichier, *dits):
    """(locuteur, début, « mot mot ») : un JSON de WhisperX, un mot toutes les demi-secondes."""
    segments = []
    for locuteur, debut, texte in dits:
        mots = [
            {"word": mot, "start": debut + i / 2, "end": debut + i / 2 + 0.4, "score": 0.9}
            for i, mot in enumerate(texte.split())
        ]
        segments.append({"text": texte, "start": debut, "speaker": locuteur, "words": mots})
    fichier.write_text(json.dumps({"segments": segments}), encoding="utf-8")
    return fichier


def courante(etude, source):
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        version = transcriptions.courantes(cx)[source]
        return version.nature, transcriptions.lire(cx, version.id)


def test_un_document_word_les_noms_deviennent_des_sigles(etude, tmp_path):
    personne = next(e for e in lire_registre(etude).entretiens if e.id == "LOR-J-02").participant
    dits = ("Enquêtrice : Tu dors bien ?", f"{personne.prenom} : Oui.", "Momo : Moi non.")
    fichier = ecrire_docx(tmp_path / "LOR-J-02.docx", *dits, f"{personne.prenom} : Si.", "Momo : Non.")
    bilan = importer_transcriptions(etude, [fichier])
    nature, texte = courante(etude, "LOR-J-02")
    assert (bilan.faits, nature) == (("LOR-J-02",), transcriptions.RELUE)
    assert [t.locuteur for t in texte.tours] == ["ENQ", "ENT", "L1", "ENT", "L1"]
    assert bilan.messages == (
        f"LOR-J-02 : « {personne.prenom} » est ENT, « Momo » est L1."
        " Vérifiez, et corrigez l'étiquette dans le fichier au besoin.",
    )
    assert importer_transcriptions(etude, [fichier]).passes == ("LOR-J-02",)


def test_whisperx_est_une_version_automatique_dont_les_voix_sont_nommees(etude, tmp_path):
    dits = (("SPEAKER_01", 0, "Tu dors bien ?"), ("SPEAKER_00", 3, "Oui je dors bien la nuit."))
    importer_transcriptions(etude, [ecrire_whisper(tmp_path / "LOR-J-02.json", *dits)])
    nature, texte = courante(etude, "LOR-J-02")
    assert nature == transcriptions.AUTOMATIQUE
    assert [(t.locuteur, t.debut_s) for t in texte.tours] == [("ENQ", 0.0), ("ENT", 3.0)]


def test_un_seul_inconnu_face_a_l_enqueteur_est_ent(etude, tmp_path):
    fichier = tmp_path / "LOR-J-02.txt"
    fichier.write_text("ENQ : Bien ?\nMomo : Oui.\nENQ : Ah.\nMomo : Voilà.\n", encoding="utf-8")
    importer_transcriptions(etude, [fichier])
    assert courante(etude, "LOR-J-02")[1].locuteurs() == ["ENQ", "ENT"]


def test_rassembler_ne_prend_que_les_transcriptions(tmp_path):
    for nom in ("b.docx", "a.Sonal", "~$b.docx", ".c.txt", "photo.jpg", "d.json"):
        (tmp_path / nom).touch()
    assert [f.name for f in rassembler([tmp_path], extensions=EXTENSIONS)] == [
        "a.Sonal",
        "b.docx",
        "d.json",
    ]
    assert [f.name for f in rassembler([tmp_path])] == ["d.json"]
    (tmp_path / "d.json").unlink()
    with pytest.raises(ErreurEchange, match=r"Aucun fichier \.json à importer"):
        rassembler([tmp_path])


def test_exporter_marque_edite_et_etoile(etude, tmp_path):
    dits = (("SPEAKER_01", 0, "Tu dors bien ?"), ("SPEAKER_00", 5, "Euh, oui je dors bien la nuit."))
    importer_transcriptions(etude, [ecrire_whisper(tmp_path / "LOR-J-02.json", *dits)])
    verbatim = exporter(etude, formats=("txt", "iramuteq"), sources=["LOR-J-02"], prive=True)
    assert verbatim.faits == ("exports/prive/LOR-J-02.txt", "exports/prive/LOR-J-02.iramuteq.txt")
    autre = exporter(etude, formats=("txt",), sources=["LOR-J-02"], prive=True, marques=True, edite=True)
    assert autre.faits == ("exports/prive/LOR-J-02.edite.marques.txt",)
    dossier = etude.exports / "prive"
    assert (
        (dossier / "LOR-J-02.txt")
        .read_text("utf-8")
        .endswith("ENT\u00a0: Euh, oui je dors bien la nuit.\n")
    )
    edite = (dossier / "LOR-J-02.edite.marques.txt").read_text("utf-8")
    assert edite.endswith("ENT\u00a0: (...) Oui je dors bien la nuit.\n")
    etoile = (dossier / "LOR-J-02.iramuteq.txt").read_text("utf-8").splitlines()[0]
    assert etoile == "**** *source_lorj02 *ville_lorient *profil_jeune"


def test_la_commande_importe_et_exporte(etude, tmp_path):
    ecrire_docx(tmp_path / "LOR-J-02.docx", "ENQ : Bien ?", "ENT : Oui.")
    assert lancer("importer", tmp_path / "LOR-J-02.docx", etude=etude.chemin).code == 0
    issue = lancer("exporter", "LOR-J-02", "--prive", "-f", "odt", "-f", "tei", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert sorted(f.name for f in (etude.exports / "prive").iterdir()) == [
        "LOR-J-02.odt",
        "LOR-J-02.tei.xml",
    ]
    refus = lancer("exporter", "LOR-J-02", "--prive", "--marques", etude=etude.chemin)
    assert refus.code == 2
    assert "n'a pas le temps de ses mots" in refus.erreurs
