"""Disque plein, base abîmée ou occupée, serveur absent : un message, et rien de perdu."""

import random
import sqlite3
from contextlib import closing

import pytest
from entrepot.outils_entrepot import octets
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import DBAPIError

from recherche.entrepot import Entrepot, base
from recherche.entrepot.base import traduire_pannes
from recherche.entrepot.schema import document, source
from recherche.erreurs import ErreurEntrepot

CHAMPS = {"cle": "c", "empreinte": "e", "date": "2010"}


def chemins(entrepot):
    with entrepot.lire() as cx:
        return cx.execute(select(document.c.chemin).order_by(document.c.chemin)).scalars().all()


def inserer(entrepot, chemin, **champs):
    with entrepot.ecrire("écrire") as ecriture:
        ecriture.inserer(document, {"chemin": chemin, **CHAMPS, **champs})


def test_un_disque_plein_se_dit_et_laisse_la_base_intacte(entrepot_sqlite, dossier_etude):
    inserer(entrepot_sqlite, "avant")

    def remplir():
        with entrepot_sqlite.ecrire("trop") as ecriture:
            ecriture.inserer(document, {"chemin": "petit", **CHAMPS})
            pages = ecriture.cx.exec_driver_sql("PRAGMA page_count").scalar()
            ecriture.cx.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
            ecriture.inserer(document, {"chemin": "gros", **CHAMPS, "empreinte": "x" * 100_000})

    with pytest.raises(ErreurEntrepot, match=r"Le disque est plein.*base\.sqlite") as dite:
        remplir()
    assert "Libérez de la place" in dite.value.remede
    assert chemins(entrepot_sqlite) == ["avant"]
    entrepot_sqlite.fermer()
    with closing(sqlite3.connect(dossier_etude.fichier_base)) as cx:
        assert cx.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    with Entrepot.ouvrir(dossier_etude) as rouvert:
        inserer(rouvert, "gros", empreinte="x" * 100_000)
        assert chemins(rouvert) == ["avant", "gros"]


PLEIN = (
    "CREATE FUNCTION plein() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'plus de place' USING ERRCODE = 'disk_full'; END $$;"
    "CREATE TRIGGER plein BEFORE INSERT ON document EXECUTE FUNCTION plein()"
)


def test_un_disque_plein_chez_le_serveur_se_dit(entrepot):
    """Le serveur rend son code de disque plein, dans la langue qu'il veut."""
    if entrepot.sqlite:
        with entrepot.ecrire("trop") as ecriture:
            ecriture.cx.exec_driver_sql("PRAGMA max_page_count=1")
        with pytest.raises(ErreurEntrepot, match="Le disque est plein"):
            inserer(entrepot, "gros", empreinte="x" * 100_000)
    else:
        with entrepot.ecrire("piéger") as ecriture:
            ecriture.cx.exec_driver_sql(PLEIN)
        with pytest.raises(ErreurEntrepot, match="Le disque est plein"):
            inserer(entrepot, "gros")
    assert chemins(entrepot) == []


def test_un_fichier_qui_n_est_pas_une_base_est_refuse_et_laisse_tel_quel(dossier_etude):
    hasard = random.Random(2).randbytes(20_000)
    dossier_etude.fichier_base.write_bytes(hasard)
    with pytest.raises(ErreurEntrepot, match=r"base\.sqlite est abîmée") as dite:
        Entrepot.ouvrir(dossier_etude)
    assert "sauvegardes/" in dite.value.remede
    assert dossier_etude.fichier_base.read_bytes() == hasard


def test_une_base_abimee_au_milieu_est_dite(entrepot_sqlite, dossier_etude):
    for rang in range(50):
        inserer(entrepot_sqlite, f"d{rang}", empreinte="x" * 2_000)
    entrepot_sqlite.fermer()
    fichier = dossier_etude.fichier_base
    octets(fichier, 4096, random.Random(3).randbytes(fichier.stat().st_size - 4096))
    with pytest.raises(ErreurEntrepot, match="est abîmée"), Entrepot.ouvrir(dossier_etude) as abime:
        chemins(abime)


def test_une_base_tronquee_est_dite(entrepot_sqlite, dossier_etude):
    for rang in range(50):
        inserer(entrepot_sqlite, f"d{rang}", empreinte="x" * 2_000)
    entrepot_sqlite.fermer()
    with dossier_etude.fichier_base.open("r+b") as ouvert:
        ouvert.truncate(6_000)
    with pytest.raises(ErreurEntrepot, match="est abîmée"), Entrepot.ouvrir(dossier_etude) as abime:
        chemins(abime)


def test_un_dossier_absent_ou_a_la_place_de_la_base_est_dit(dossier_etude):
    dossier_etude.fichier_base.mkdir()
    with pytest.raises(ErreurEntrepot, match="ne peut pas être écrite"):
        Entrepot.ouvrir(dossier_etude)


def test_une_base_occupee_est_dite(etude, entrepot, monkeypatch):
    """L'autre écriture dure plus que l'attente, ramenée ici de 30 s à un dixième."""
    monkeypatch.setattr(base, "ATTENTE_MS", 100)
    with Entrepot.ouvrir(etude) as presse, entrepot.ecrire("longue") as ecriture:
        ecriture.inserer(document, {"chemin": "long", **CHAMPS})
        with pytest.raises(ErreurEntrepot, match="est occupée par un autre programme"):
            inserer(presse, "pressé")
        assert chemins(presse) == []
    assert chemins(entrepot) == ["long"]


def test_une_faute_de_programme_reste_une_faute_de_programme(entrepot):
    """Une requête fausse n'est pas maquillée en panne, quels que soient les mots qu'elle contient."""
    with pytest.raises(DBAPIError), entrepot.lire() as cx:
        cx.execute(text("SELECT 'disk is full, is locked' FROM does_not_exist_readonly"))
    with pytest.raises(ValueError, match="database is locked"), traduire_pannes("x"):
        raise ValueError("database is locked")


def test_un_serveur_absent_est_dit_sans_le_mot_de_passe(dossier_etude, monkeypatch):
    monkeypatch.setenv(
        "RECHERCHE_BASE",
        "postgresql+psycopg://alix:tres-secret@127.0.0.1:1/etude?sslpassword=autre-secret",
    )
    with pytest.raises(ErreurEntrepot, match="ne répond pas") as dite:
        Entrepot.ouvrir(dossier_etude)
    assert "postgresql+psycopg://alix:***@127.0.0.1:1/etude" in dite.value.message
    assert "secret" not in str(dite.value)
    assert "RECHERCHE_BASE" in dite.value.remede


def test_le_lieu_affiche_ne_contient_jamais_de_mot_de_passe(etude, monkeypatch):
    import os

    if "RECHERCHE_BASE" not in os.environ:
        with Entrepot.ouvrir(etude) as ouvert:
            assert ouvert.lieu == str(etude.fichier_base)
        return
    adresse = make_url(os.environ["RECHERCHE_BASE"]).set(password="tres-secret")
    adresse = adresse.update_query_dict({"password": "autre-secret"})
    monkeypatch.setenv("RECHERCHE_BASE", adresse.render_as_string(hide_password=False))
    with Entrepot.ouvrir(etude) as ouvert:
        assert "secret" not in ouvert.lieu
        assert ":***@" in ouvert.lieu
        assert adresse.database in ouvert.lieu


@pytest.mark.parametrize(
    "adresse",
    [
        "postgresql+psycopg://alix:secret@machine:port/base",
        "postgresql//alix:secret@machine",
        "sqlite:////tmp/secret.sqlite",
        "mysql://alix:secret@machine/base",
        "postgresql+inconnu://alix:secret@machine/base",
        "secret",
    ],
)
def test_une_adresse_inutilisable_est_dite_sans_la_repeter(dossier_etude, monkeypatch, adresse):
    monkeypatch.setenv("RECHERCHE_BASE", adresse)
    with pytest.raises(ErreurEntrepot, match="L'adresse de RECHERCHE_BASE n'est pas util") as dite:
        Entrepot.ouvrir(dossier_etude)
    assert "secret" not in str(dite.value)
    assert "postgresql+psycopg://" in dite.value.remede
    assert not dossier_etude.fichier_base.exists()


def test_une_base_ou_un_compte_inconnus_du_serveur_sont_dits(serveur, dossier_etude, monkeypatch):
    for changes in ({"database": "inconnue"}, {"username": "inconnu"}):
        adresse = make_url(serveur).set(**changes).render_as_string(hide_password=False)
        monkeypatch.setenv("RECHERCHE_BASE", adresse)
        with pytest.raises(ErreurEntrepot, match="refuse la connexion"):
            Entrepot.ouvrir(dossier_etude)


def test_un_serveur_qui_coupe_pendant_une_ecriture_est_dit(
    base_neuve, base_migree, serveur, dossier_etude, monkeypatch
):
    def ecrire_et_couper(entrepot):
        with entrepot.ecrire("coupée") as ecriture:
            ecriture.inserer(document, {"chemin": "perdu", **CHAMPS})
            numero = ecriture.cx.execute(text("SELECT pg_backend_pid()")).scalar()
            with coupeur.connect() as cx:
                cx.execute(text("SELECT pg_terminate_backend(:n, 5000)"), {"n": numero})
            ecriture.inserer(document, {"chemin": "perdu aussi", **CHAMPS})

    coupeur = create_engine(serveur, isolation_level="AUTOCOMMIT")
    with base_neuve(base_migree) as adresse:
        monkeypatch.setenv("RECHERCHE_BASE", adresse)
        with Entrepot.ouvrir(dossier_etude) as entrepot:
            with pytest.raises(ErreurEntrepot, match="ne répond pas"):
                ecrire_et_couper(entrepot)
            assert chemins(entrepot) == []
    coupeur.dispose()


def test_un_compte_qui_ne_peut_que_lire_est_dit(entrepot):
    interdire = "PRAGMA query_only=ON" if entrepot.sqlite else "SET TRANSACTION READ ONLY"

    def ecrire():
        with entrepot.ecrire("essai") as ecriture:
            ecriture.cx.exec_driver_sql(interdire)
            ecriture.inserer(source, {"id": "A", "genre": "entretien", "territoire": "AAA"})

    with pytest.raises(ErreurEntrepot, match="ne peut pas être écrite"):
        ecrire()
