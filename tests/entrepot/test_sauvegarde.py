"""Sauvegarder la base : une copie cohérente, connue de l'étude, et qui se restaure."""

import os
import shutil
import sqlite3
import stat
import sys
import threading
from contextlib import closing

import pytest
from entrepot.outils_entrepot import transcription

from recherche.entrepot import Entrepot, suites, transcriptions
from recherche.entrepot.schema import document
from recherche.erreurs import ErreurEntrepot
from recherche.etapes import sauvegarder as etape


def test_la_copie_est_notee_avec_son_empreinte_et_se_restaure(entrepot_sqlite, dossier_etude):
    with entrepot_sqlite.ecrire("transcrire") as ecriture:
        version = transcriptions.ajouter_version(
            ecriture, transcription("Bonjour"), nature="relue", cle="c"
        )
    fichier = dossier_etude.sauvegardes / "copie.sqlite"
    faite = suites.sauvegarder(entrepot_sqlite, fichier)
    assert faite.empreinte == suites.empreinte_fichier(fichier)
    with entrepot_sqlite.lire() as cx:
        assert suites.sauvegardes(cx) == [faite]
    entrepot_sqlite.fermer()
    for reste in dossier_etude.chemin.glob("base.sqlite*"):
        reste.unlink()
    shutil.copy(fichier, dossier_etude.fichier_base)
    with Entrepot.ouvrir(dossier_etude) as restaure, restaure.lire() as cx:
        assert transcriptions.lire(cx, version.id) == transcription("Bonjour")
    assert [f.name for f in fichier.parent.iterdir()] == ["copie.sqlite"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas ces droits")
def test_la_copie_n_est_lisible_que_par_son_proprietaire(entrepot_sqlite, tmp_path):
    suites.sauvegarder(entrepot_sqlite, tmp_path / "copie.sqlite")
    assert stat.S_IMODE((tmp_path / "copie.sqlite").stat().st_mode) == 0o600


def test_une_sauvegarde_n_en_ecrase_pas_une_autre(entrepot_sqlite, tmp_path):
    fichier = tmp_path / "copie.sqlite"
    suites.sauvegarder(entrepot_sqlite, fichier)
    avant = fichier.read_bytes()
    with pytest.raises(ErreurEntrepot, match=r"copie\.sqlite existe déjà") as dite:
        suites.sauvegarder(entrepot_sqlite, fichier)
    assert "--vers" in dite.value.remede
    assert fichier.read_bytes() == avant


def test_la_base_elle_meme_n_est_pas_ecrasee(entrepot_sqlite, dossier_etude):
    with pytest.raises(ErreurEntrepot, match="existe déjà"):
        suites.sauvegarder(entrepot_sqlite, dossier_etude.fichier_base)


def test_une_copie_faite_pendant_des_ecritures_est_coherente(entrepot_sqlite, tmp_path):
    """Chaque transaction écrit cent documents : la copie en contient un multiple de cent."""
    arret, premiere = threading.Event(), threading.Event()

    def ecrire_sans_cesse():
        tour = 0
        while not arret.is_set():
            with entrepot_sqlite.ecrire("cent") as ecriture:
                ecriture.cx.execute(
                    document.insert(),
                    [
                        {"chemin": f"{tour}-{i}", "cle": "c", "empreinte": "e" * 500, "date": "d"}
                        for i in range(100)
                    ],
                )
            tour += 1
            premiere.set()

    fil = threading.Thread(target=ecrire_sans_cesse)
    fil.start()
    try:
        assert premiere.wait(10)
        for rang in range(3):
            suites.sauvegarder(entrepot_sqlite, tmp_path / f"copie-{rang}.sqlite")
    finally:
        arret.set()
        fil.join()
    comptes = []
    for rang in range(3):
        with closing(sqlite3.connect(tmp_path / f"copie-{rang}.sqlite")) as copie:
            assert copie.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            comptes.append(copie.execute("SELECT count(*) FROM document").fetchone()[0])
    assert all(compte > 0 and compte % 100 == 0 for compte in comptes), comptes
    assert comptes == sorted(comptes)


def test_un_dossier_impossible_est_dit(entrepot_sqlite, tmp_path):
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ErreurEntrepot, match="ne peut pas être écrit"):
        suites.sauvegarder(entrepot_sqlite, tmp_path / "fichier" / "copie.sqlite")


def test_un_disque_plein_ne_laisse_pas_de_demi_copie(entrepot_sqlite, tmp_path, monkeypatch):
    vrai = sqlite3.connect

    def connecter(fichier):
        connexion = vrai(fichier)
        if str(fichier).endswith(".partiel"):
            connexion.execute("PRAGMA max_page_count=2")
        return connexion

    monkeypatch.setattr(sqlite3, "connect", connecter)
    with pytest.raises(ErreurEntrepot, match="Le disque est plein"):
        suites.sauvegarder(entrepot_sqlite, tmp_path / "copies" / "copie.sqlite")
    assert list((tmp_path / "copies").iterdir()) == []
    with entrepot_sqlite.lire() as cx:
        assert suites.sauvegardes(cx) == []


def test_un_serveur_se_sauvegarde_avec_ses_outils(etude, entrepot, tmp_path):
    if entrepot.sqlite:
        assert suites.sauvegarder(entrepot, tmp_path / "copie.sqlite")
        return
    with pytest.raises(ErreurEntrepot, match="serveur PostgreSQL") as dite:
        suites.sauvegarder(entrepot, tmp_path / "copie.sqlite")
    assert "pg_dump" in dite.value.remede


def test_l_etape_sauvegarde_dans_l_etude_et_liste(dossier_etude):
    with Entrepot.ouvrir(dossier_etude):
        pass
    bilan = etape.sauvegarder(dossier_etude)
    (connue,) = etape.sauvegardes(dossier_etude)
    assert bilan.faits == (connue.chemin,)
    assert os.path.dirname(connue.chemin) == str(dossier_etude.sauvegardes)  # noqa: PTH120
