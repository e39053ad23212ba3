"""La démonstration deux fois, une étude neuve, et ce qu'on défait, garde ou restaure."""

import re
import shutil

import pytest
from outils import DEMO, contenu, extrait, json_de, lancer, petite_etude

from recherche.etapes import demo, importer, lanceurs
from recherche.etapes.etat import etat
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.sauvegarder import lire_journal
from recherche.reglages import NOM_REGLAGES as REGLAGES
from recherche.reglages import Etude

# --- une étude neuve --------------------------------------------------------------------------------


def test_une_etude_neuve_s_ouvre_aussitot(tmp_path):
    chemin = tmp_path / "ma-recherche"
    issue = lancer("nouvelle", chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert {f.name for f in chemin.iterdir()} == {
        REGLAGES,
        "corrections.toml",
        "grille.yaml",
        "registre.xlsx",
        "enregistrements",
        ".gitignore",
        lanceurs.WINDOWS,
        lanceurs.MACOS,
        lanceurs.LINUX,
        lanceurs.BUREAU,
    }
    issue = lancer("etat", etude=chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert "Traceback" not in issue.sortie
    assert etat(Etude.ouvrir(chemin)).blocages == ()


# --- la démonstration deux fois ---------------------------------------------------------------------

SOURCES = ("LOR-J-02", "LOR-A-01")


@pytest.fixture(scope="module")
def deux_fois(tmp_path_factory):
    """Une démonstration réduite à deux sources et douze secondes de son, menée deux fois."""
    dossier = tmp_path_factory.mktemp("demo")
    original = petite_etude(dossier / "original", SOURCES)
    for source in SOURCES:
        son = DEMO / "enregistrements" / f"{source}.mp3"
        extrait(son, original.enregistrements / f"{source}.wav", 12)
    with pytest.MonkeyPatch.context() as poses:
        poses.setattr(demo, "original", lambda: original.chemin)
        poses.setattr(demo, "SOURCES", SOURCES)
        premiers = list(demo.derouler(demo.preparer(dossier / "copie")))
        etude = Etude.ouvrir(dossier / "copie")
        produits = _fichiers(etude)
        seconds = list(demo.derouler(demo.preparer(dossier / "copie")))
    return etude, premiers, seconds, produits


def _fichiers(etude):
    """Octets et date de chaque fichier, hors base et verrou."""
    return {
        f.relative_to(etude.chemin).as_posix(): (f.read_bytes(), f.stat().st_mtime_ns)
        for f in etude.chemin.rglob("*")
        if f.is_file() and not f.name.startswith(("base.sqlite", ".verrou"))
    }


@pytest.mark.lent
def test_la_demonstration_mene_tout(deux_fois):
    etude, premiers, _, produits = deux_fois
    assert [len(bilan.faits) for bilan in premiers] == [2, 2, 2, 2, 2, 3, 1, 15, 10]
    assert [bilan.anomalies for bilan in premiers] == [()] * 9
    attendus = {
        "publie/manifeste.json",
        "guide/00-resume.md",
        "exports/guide.pdf",
        "exports/guide.docx",
        "exports/transcriptions/LOR-J-02.docx",
        "exports/prive/LOR-J-02.vtt",
        "exports/prive/LOR-A-01.srt",
    }
    assert attendus <= produits.keys()
    assert etat(etude).blocages == ()


def test_la_seconde_ne_refait_rien(deux_fois):
    etude, premiers, seconds, produits = deux_fois
    assert [(bilan.faits, bilan.anomalies) for bilan in seconds] == [((), ())] * 9
    assert [len(b.passes) for b in seconds] == [len(b.faits) for b in premiers]
    assert _fichiers(etude) == produits


def test_la_demonstration_garde_ce_qu_on_y_a_change(deux_fois, monkeypatch):
    etude, *_ = deux_fois
    monkeypatch.setattr(demo, "original", lambda: etude.chemin.with_name("original"))
    note = etude.fichier_grille.read_text(encoding="utf-8") + "\n# une note de l'équipe\n"
    etude.fichier_grille.write_text(note, encoding="utf-8")
    demo.preparer(etude.chemin)
    assert etude.fichier_grille.read_text(encoding="utf-8") == note


# --- le guide repris à la main ----------------------------------------------------------------------


def test_un_chapitre_repris_a_la_main_n_est_jamais_ecrase(etude):
    chapitre = etude.guide / "00-resume.md"
    repris = chapitre.read_text(encoding="utf-8") + "\nLa phrase de l'équipe.\n"
    chapitre.write_text(repris, encoding="utf-8")
    assert rediger(etude).anomalies == ()
    (etude.guide / "50-notre-chapitre.md").write_text("# Notre chapitre\n\nÀ nous.\n", encoding="utf-8")

    texte = etude.fichier_reglages.read_text(encoding="utf-8")
    texte = texte.replace("verbatims_par_theme = 3", "verbatims_par_theme = 1")
    etude.fichier_reglages.write_text(texte, encoding="utf-8")
    etude = Etude.ouvrir(etude.chemin)
    assert publier(etude).faits == ("version 2",)
    bilan = rediger(etude)
    assert bilan.anomalies == ()
    rafraichi = chapitre.read_text(encoding="utf-8")
    assert "version 2" in rafraichi
    assert rafraichi.endswith("\nLa phrase de l'équipe.\n")
    assert not list(etude.guide.glob("*.nouveau.md"))
    assert rediger(etude).faits == ()

    import pypandoc

    rendu = pypandoc.convert_file(str(etude.exports / "guide.docx"), "plain")
    assert "La phrase de l’équipe." in rendu
    assert "Notre chapitre" in rendu
    assert rendu.count("Ce document est un brouillon") == 1  # le texte proposé n'est pas rendu


# --- défaire, sauvegarder, restaurer ----------------------------------------------------------------


def test_des_codages_annules_se_reimportent(etude):
    avant = contenu(etude)
    assert avant["codage"]
    (lot,) = [lot for lot in lire_journal(etude) if lot.action == "importer des codages"]
    issue = lancer("annuler", lot.lot[:8], etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert "« importer des codages »" in issue.sortie
    assert contenu(etude)["codage"] == []
    issue = lancer("annuler", lot.lot[:8], etude=etude.chemin)
    assert issue.code == 2
    assert "déjà annulée" in issue.erreurs
    assert importer.importer_codages(etude, json_de(etude, "codages")).anomalies == ()
    assert contenu(etude) == avant
    assert publier(etude).faits == ()


def test_une_sauvegarde_se_restaure_en_la_recopiant(etude, tmp_path):
    avant = contenu(etude)
    copie = tmp_path / "clé usb" / "etude.sqlite"
    issue = lancer("sauvegarder", "--vers", copie, etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert copie.stat().st_mode & 0o077 == 0
    assert str(copie) in lancer("sauvegardes", etude=etude.chemin).sortie
    for fichier in etude.chemin.glob("base.sqlite*"):
        fichier.unlink()
    shutil.copyfile(copie, etude.fichier_base)
    assert contenu(etude) == avant
    assert publier(etude).faits == rediger(etude).faits == ()
    refus = lancer("sauvegarder", "--vers", copie, etude=etude.chemin)
    assert refus.code == 2
    assert "existe déjà" in refus.erreurs


# --- exporter ---------------------------------------------------------------------------------------


def test_exporter_donne_le_texte_pseudonymise_sauf_si_l_on_demande_l_autre(etude):
    formats = ("-f", "txt", "-f", "docx", "-f", "json")
    issue = lancer("exporter", "LOR-J-02", *formats, etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    dossier = etude.exports / "transcriptions"
    assert {f.name for f in dossier.iterdir()} == {f"LOR-J-02.{f}" for f in ("txt", "docx", "json")}
    texte = (dossier / "LOR-J-02.txt").read_text(encoding="utf-8")
    assert not re.search(r"Ibrahim|Keroman|Kero Intérim", texte)
    assert lancer("exporter", "LOR-J-02", "-f", "txt", "--prive", etude=etude.chemin).code == 0
    prive = etude.exports / "prive" / "LOR-J-02.txt"
    assert "Ibrahim" in prive.read_text(encoding="utf-8")
    assert prive.stat().st_mode & 0o077 == 0


def test_des_sous_titres_sans_temps_sont_refuses_et_le_reste_est_ecrit(etude):
    issue = lancer("exporter", "LOR-J-02", "-f", "vtt", "-f", "txt", etude=etude.chemin)
    assert issue.code == 2
    assert "LOR-J-02" in issue.erreurs
    assert "→" in issue.erreurs
    assert {f.name for f in (etude.exports / "transcriptions").iterdir()} == {"LOR-J-02.txt"}
    issue = lancer("exporter", "--automatique", etude=etude.chemin)
    assert issue.code == 2
    assert "--prive" in issue.erreurs
