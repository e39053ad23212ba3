"""Le tableau de bord dans un vrai Chromium : contenu, injections, réseau, téléchargement."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from recherche.etapes.tableau import commande_tableau

pytestmark = pytest.mark.navigateur
PAGES = {
    "": ("Vue d'ensemble", "Avancement vers les quotas"),
    "themes": ("Thèmes", "Par profil"),
    "verbatims": ("Verbatims", "verbatims sur"),
    "methode": ("Méthode", "Ce que dit une cellule masquée"),
    "telechargements": ("Téléchargements", "Table par table"),
}


def _port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def _attendre(adresse: str, processus: subprocess.Popen[bytes]) -> None:
    fin = time.monotonic() + 60
    while time.monotonic() < fin:
        if processus.poll() is not None:
            pytest.fail(f"Streamlit s'est arrêté (code {processus.returncode})")
        try:
            with urllib.request.urlopen(f"{adresse}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("Streamlit n'a pas démarré en 60 s")


@pytest.fixture(scope="module")
def adresse(dossier_essai: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Le tableau de bord lancé comme le lance « recherche tableau », depuis un autre dossier."""
    port = _port_libre()
    commande = commande_tableau(dossier_essai, port=port, ouvrir=False)
    environnement = {k: v for k, v in os.environ.items() if k != "RECHERCHE_PUBLIE"}
    with subprocess.Popen(
        commande,
        cwd=tmp_path_factory.mktemp("ailleurs"),
        env=environnement,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as processus:
        try:
            _attendre(f"http://localhost:{port}", processus)
            yield f"http://localhost:{port}"
        finally:
            processus.terminate()
            processus.wait(timeout=20)


class Visite:
    """Une page ouverte, et tout ce que le navigateur a demandé ou reçu."""

    def __init__(self, navigateur, largeur: int) -> None:
        self.contexte = navigateur.new_context(viewport={"width": largeur, "height": 900})
        self.page = self.contexte.new_page()
        self.hotes: set[str] = set()
        self.recus: list[bytes] = []
        self.erreurs: list[str] = []
        self.page.on("request", lambda requete: self.hotes.add(urlsplit(requete.url).hostname or ""))
        self.page.on("pageerror", lambda erreur: self.erreurs.append(str(erreur)))
        self.page.on("websocket", self._ecouter)

    def _ecouter(self, prise) -> None:
        self.hotes.add(urlsplit(prise.url).hostname or "")
        prise.on("framereceived", lambda t: self.recus.append(t if isinstance(t, bytes) else t.encode()))

    def ouvrir(self, adresse: str, titre: str, texte: str) -> None:
        self.page.goto(adresse)
        self.page.get_by_role("heading", level=1, name=titre, exact=True).wait_for(timeout=30_000)
        self.page.get_by_text(texte).first.wait_for(timeout=30_000)
        self.page.get_by_text("Source : Organisme d'essai, jeu publié").wait_for(timeout=30_000)


@pytest.fixture(params=[1280, 390])
def visite(navigateur, request) -> Iterator[Visite]:
    visite = Visite(navigateur, request.param)
    yield visite
    visite.contexte.close()


def test_chaque_page_s_affiche_sans_erreur_ni_requete_ailleurs(visite, adresse, tables_essai):
    for chemin, (titre, texte) in PAGES.items():
        visite.ouvrir(f"{adresse}/{chemin}", titre, texte)
        assert visite.page.title() == f"{titre} – Étude d'essai"
        assert visite.page.get_by_text("Corpus fictif.").first.is_visible()
        assert visite.page.locator("[data-testid=stException]").count() == 0
        principal = visite.page.locator("[data-testid=stMain]")
        assert principal.evaluate("e => e.scrollWidth <= e.clientWidth")
    assert visite.hotes == {"localhost"}
    assert visite.erreurs == []
    recu = b"".join(visite.recus)
    assert b"Passage" in recu
    identifiants = [i for i in tables_essai["entretiens"]["source_id"] if i.encode() in recu]
    assert identifiants == []


def test_les_figures_sont_dessinees(visite, adresse):
    visite.ouvrir(f"{adresse}/themes", "Thèmes", "Par ville")
    visite.page.wait_for_function(
        "document.querySelectorAll('[data-testid=stVegaLiteChart] :is(svg, canvas)').length === 3"
    )


def test_un_verbatim_n_injecte_rien(visite, adresse):
    visite.ouvrir(f"{adresse}/verbatims?recherche=script", "Verbatims", "1 verbatim sur")
    texte = visite.page.locator("[data-testid=stText]").first.inner_text()
    assert "<script>window.piege = 1</script>" in texte
    assert "[cliquez](http://exemple.test) www.exemple.test **gras** :red[rouge] $x$" in texte
    assert visite.page.evaluate("window.piege") is None
    assert visite.page.locator("a[href*='exemple.test'], img[src='x']").count() == 0


def test_un_filtre_et_un_telechargement(visite, adresse):
    visite.ouvrir(f"{adresse}/verbatims?profil=jeune&territoire=Alpha", "Verbatims", "jeune, Alpha")
    cartes = visite.page.locator("[data-testid=stMain]").inner_text()
    assert "jeune, Alpha" in cartes
    assert "professionnel, " not in cartes
    assert "jeune, Bêta" not in cartes
    visite.ouvrir(f"{adresse}/telechargements", "Téléchargements", "Tout le jeu")
    with visite.page.expect_download() as attente:
        visite.page.get_by_role("button", name="Classeur Excel, toutes les tables").click()
    assert attente.value.suggested_filename == "jeu.xlsx"
    assert Path(attente.value.path()).read_bytes()[:2] == b"PK"
