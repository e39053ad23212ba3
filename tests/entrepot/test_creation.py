"""Créer la base, la mettre à niveau, refuser ce qui n'est pas à nous."""

import os
import sqlite3
import stat
import sys
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from recherche.entrepot import Entrepot, base, migrations
from recherche.entrepot.schema import METADONNEES, VERSION_SCHEMA, source
from recherche.erreurs import ErreurEntrepot


def tables(entrepot):
    with entrepot.lire() as cx:
        return set(inspect(cx).get_table_names())


def test_la_base_creee_a_exactement_les_tables_du_schema(etude_neuve):
    with Entrepot.ouvrir(etude_neuve) as entrepot, entrepot.lire() as cx:
        contexte = MigrationContext.configure(cx, opts={"compare_server_default": True})
        assert compare_metadata(contexte, METADONNEES) == []
        assert contexte.get_current_revision() == VERSION_SCHEMA
        assert set(inspect(cx).get_table_names()) == {*METADONNEES.tables, "alembic_version"}


def test_la_version_du_schema_est_la_derniere_migration():
    dossier = os.path.dirname(migrations.__file__)  # noqa: PTH120
    assert ScriptDirectory(dossier).get_heads() == [VERSION_SCHEMA]


def test_rouvrir_ne_change_rien(etude_neuve):
    with Entrepot.ouvrir(etude_neuve) as premier, premier.ecrire("essai") as ecriture:
        ecriture.inserer(source, {"id": "AAA-J-01", "genre": "entretien", "territoire": "AAA"})
    with Entrepot.ouvrir(etude_neuve) as second, second.lire() as cx:
        assert cx.execute(text("SELECT id FROM source")).scalars().all() == ["AAA-J-01"]


def test_une_migration_qui_echoue_au_milieu_ne_laisse_rien(etude_neuve, monkeypatch):
    def migrer_puis_echouer(cx):
        migrations.migrer(cx)
        assert inspect(cx).has_table("codage")
        raise RuntimeError("panne au milieu")

    monkeypatch.setattr(base, "migrer", migrer_puis_echouer)
    with pytest.raises(RuntimeError, match="panne au milieu"):
        Entrepot.ouvrir(etude_neuve)
    monkeypatch.setattr(base, "migrer", lambda cx: None)
    with Entrepot.ouvrir(etude_neuve) as vide:
        assert tables(vide) == set()
    monkeypatch.setattr(base, "migrer", migrations.migrer)
    with Entrepot.ouvrir(etude_neuve) as complet:
        assert "codage" in tables(complet)


def test_une_base_plus_recente_est_refusee_et_reste_intacte(etude):
    with Entrepot.ouvrir(etude) as ouvert, ouvert.ecrire("essai") as ecriture:
        ecriture.cx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ErreurEntrepot, match=r"version plus récente de recherche \(9999\)") as dite:
        Entrepot.ouvrir(etude)
    assert dite.value.remede == "Mettez recherche à jour sur cette machine."


def test_la_base_d_un_autre_programme_est_refusee(etude_neuve, monkeypatch):
    monkeypatch.setattr(base, "migrer", lambda cx: cx.execute(text("CREATE TABLE source (x INTEGER)")))
    Entrepot.ouvrir(etude_neuve).fermer()
    monkeypatch.setattr(base, "migrer", migrations.migrer)
    with pytest.raises(ErreurEntrepot, match=r"n'est pas une base de recherche \(source s'y trouve"):
        Entrepot.ouvrir(etude_neuve)


def test_une_etude_neuve_n_a_ni_source_ni_journal(etude_neuve):
    with Entrepot.ouvrir(etude_neuve) as neuf, neuf.lire() as cx:
        for table in METADONNEES.tables:
            assert cx.execute(text(f"SELECT count(*) FROM {table}")).scalar() == 0, table


def test_les_reglages_de_sqlite_valent_pour_chaque_connexion(entrepot_sqlite):
    attendus = {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "synchronous": 1,
        "busy_timeout": 30_000,
    }
    with entrepot_sqlite.lire() as une, entrepot_sqlite.lire() as autre:
        for cx in (une, autre):
            lus = {nom: cx.exec_driver_sql(f"PRAGMA {nom}").scalar() for nom in attendus}
            assert lus == attendus


def test_secure_delete_ote_les_valeurs_du_fichier(dossier_etude):
    secret = "Prénom-très-secret-à-effacer"
    with Entrepot.ouvrir(dossier_etude) as ouvert:
        ligne = {"id": secret, "genre": "entretien", "territoire": "AAA"}
        with ouvert.ecrire("essai") as ecriture:
            ecriture.cx.execute(source.insert().values(**ligne))
        with ouvert.ecrire("essai") as ecriture:
            ecriture.cx.execute(source.delete())
    assert not dossier_etude.fichier_base.with_name("base.sqlite-wal").exists()
    assert secret.encode() not in dossier_etude.fichier_base.read_bytes()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas ces droits")
def test_les_fichiers_de_la_base_ne_sont_lisibles_que_par_leur_proprietaire(dossier_etude):
    avant = os.umask(0o022)
    try:
        with Entrepot.ouvrir(dossier_etude) as ouvert, ouvert.ecrire("essai") as ecriture:
            ecriture.inserer(source, {"id": "A", "genre": "entretien", "territoire": "AAA"})
            fichiers = sorted(dossier_etude.chemin.glob("base.sqlite*"))
            droits = {f.name: stat.S_IMODE(f.stat().st_mode) for f in fichiers}
    finally:
        os.umask(avant)
    assert droits == dict.fromkeys(["base.sqlite", "base.sqlite-shm", "base.sqlite-wal"], 0o600)


def test_les_cles_etrangeres_sont_tenues(entrepot):
    from sqlalchemy.exc import IntegrityError

    from recherche.entrepot.schema import enregistrement

    champs = {"taille": 1, "modifie_ns": "1", "empreinte": "e", "source_id": "INCONNUE"}
    with pytest.raises(IntegrityError), entrepot.ecrire("essai") as ecriture:
        ecriture.inserer(enregistrement, {"chemin": "a.wav", **champs})


def test_lire_voit_un_etat_fige(entrepot):
    nombre = text("SELECT count(*) FROM source")
    with entrepot.lire() as cx:
        assert cx.execute(nombre).scalar() == 3
        with entrepot.ecrire("pendant") as ecriture:
            ecriture.inserer(source, {"id": "A", "genre": "entretien", "territoire": "AAA"})
        assert cx.execute(nombre).scalar() == 3
    with entrepot.lire() as cx:
        assert cx.execute(nombre).scalar() == 4


def test_une_ecriture_qui_echoue_ne_laisse_rien(entrepot):
    def ecrire_puis_echouer():
        with entrepot.ecrire("essai") as ecriture:
            ecriture.inserer(source, {"id": "A", "genre": "entretien", "territoire": "AAA"})
            raise RuntimeError("au milieu")

    with pytest.raises(RuntimeError, match="au milieu"):
        ecrire_puis_echouer()
    with entrepot.lire() as cx:
        assert cx.execute(text("SELECT count(*) FROM source WHERE id = 'A'")).scalar() == 0
        assert cx.execute(text("SELECT count(*) FROM journal WHERE action = 'essai'")).scalar() == 0


def test_un_fichier_etranger_lisible_par_sqlite_est_refuse(dossier_etude):
    with closing(sqlite3.connect(dossier_etude.fichier_base)) as autre:
        autre.execute("CREATE TABLE code (prix REAL)")
    with pytest.raises(ErreurEntrepot, match="n'est pas une base de recherche"):
        Entrepot.ouvrir(dossier_etude)
