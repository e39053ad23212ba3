"""La page d'équipe « Codage » dans un vrai Chromium : le même codeur que dans un carnet."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from a_coder import SOURCE, etude_a_coder

from recherche.etapes.equipe import commande_equipe, environnement_equipe
from recherche.etapes.poste import poste
from recherche.reglages import Etude

pytestmark = pytest.mark.navigateur


@pytest.fixture
def etude(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Etude:
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    monkeypatch.setenv("RECHERCHE_AUTEUR", "ZK")
    return etude_a_coder(tmp_path / "etude", (SOURCE,))


@pytest.fixture
def adresse(etude: Etude) -> Iterator[str]:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = int(prise.getsockname()[1])
    commande = commande_equipe(port=port, ouvrir=False)
    muet = subprocess.DEVNULL
    with subprocess.Popen(
        commande, env=environnement_equipe(etude), stdout=muet, stderr=muet
    ) as processus:
        try:
            yield _attendre(f"http://localhost:{port}", processus)
        finally:
            processus.terminate()


def _attendre(adresse: str, processus: subprocess.Popen[bytes]) -> str:
    fin = time.monotonic() + 60
    while time.monotonic() < fin and processus.poll() is None:
        try:
            with urllib.request.urlopen(f"{adresse}/_stcore/health", timeout=2):
                return adresse
        except OSError:
            time.sleep(0.2)
    pytest.fail("Streamlit n'a pas démarré")


def test_coder_dans_la_page_d_equipe(navigateur, adresse, etude):
    page = navigateur.new_page(viewport={"width": 1400, "height": 900})
    fautes: list[str] = []
    page.on("pageerror", lambda faute: fautes.append(str(faute)))
    page.goto(f"{adresse}/codage?source={SOURCE}")
    page.wait_for_selector(".rc-tour", timeout=60_000)
    page.evaluate(
        """() => {
          document.querySelector(".rc-texte").focus();
          const n = document.querySelector(".rc-tour:not(.rc-enqueteur) [data-debut]").firstChild;
          document.getSelection().setBaseAndExtent(n, 0, n, 4);
        }"""
    )
    page.wait_for_function("() => document.querySelector('.rc-citation').textContent === 'Oui.'")
    page.keyboard.press("Enter")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    for nature in "123":  # trois gestes d'affilée : aucun ne se perd, le dernier l'emporte
        page.keyboard.press(f"Alt+{nature}")
    page.wait_for_function(
        "() => document.querySelector('.rc-puce em')?.textContent === 'Attente ou proposition'"
    )
    assert page.locator(".rc-compte").inner_text() == "1 passage"
    with poste(etude, SOURCE, "ZK") as ouvert:
        assert [(p.texte, p.codes) for p in ouvert.passages()] == [("Oui.", ("EMP-RECH", "NAT-ATTENTE"))]
        assert [ouvert.defaire() for _ in range(3)] == [f"coder {SOURCE}"] * 3
    assert fautes == []
    page.close()
