"""Mesure la page de relecture dans Chromium, sur un entretien de 90 minutes fabriqué.

    python benchmarks/relecture.py

Ouverture : de la demande du brouillon à la première image peinte avec tous ses tours,
puis de l'adresse tapée à la même image. Frappe : de l'appui d'une touche à l'image qui
la montre (deux rafraîchissements après l'événement), au milieu du texte, le son en lecture. Pas d'outil
libre équivalent qui tourne sans compte ni serveur : la cible est celle du projet (2 s, 100 ms).
Résultats dans `benchmarks/resultats/relecture.json`.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
import wave
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import OPTIONS_CHROMIUM
from outils import petite_etude

from recherche.entrepot import transcriptions
from recherche.etapes.equipe import commande_equipe, environnement_equipe
from recherche.etapes.inventorier import inventorier
from recherche.etapes.seance import seance
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription
from recherche.reglages import Etude

SOURCE = "LOR-J-02"
DUREE_S = 90 * 60
MOTS_PAR_S = 2.6
MOTS_PAR_TOUR = 22
FRAPPES = 200
RESULTATS = Path(__file__).parent / "resultats" / "relecture.json"

MESURE_FRAPPE = """
() => new Promise((suite) => {
  const zone = document.activeElement;
  zone.addEventListener("keydown", () => {
    const depart = performance.now();
    requestAnimationFrame(() => requestAnimationFrame(() => suite(performance.now() - depart)));
  }, { once: true, capture: true });
})
"""


def etude_longue(dossier: Path) -> Etude:
    """Un entretien de 90 minutes : bruit modulé, mots tirés au sort, un sur douze peu sûr."""
    etude = petite_etude(dossier, [SOURCE])
    hasard = np.random.default_rng(1)
    with wave.open(str(etude.enregistrements / f"{SOURCE}.wav"), "wb") as son:
        son.setnchannels(1)
        son.setsampwidth(2)
        son.setframerate(16_000)
        for _ in range(DUREE_S // 30):
            son.writeframes(
                (hasard.normal(0, 2000, 480_000)).clip(-32000, 32000).astype("<i2").tobytes()
            )
    inventorier(etude)
    tirage, mots = random.Random(1), []
    vocabulaire = [
        "alors",
        "on",
        "rentre",
        "toujours",
        "à",
        "pied",
        "parce",
        "que",
        "le",
        "bus",
        "passe",
    ]
    for rang in range(int(DUREE_S * MOTS_PAR_S)):
        debut = rang / MOTS_PAR_S
        sur = 0.3 if tirage.random() < 1 / 12 else 0.95
        mots.append(Mot(tirage.choice(vocabulaire), debut, debut + 0.3, sur))
    tours = tuple(
        Tour(("ENQ", "ENT")[i // MOTS_PAR_TOUR % 2], tuple(mots[i : i + MOTS_PAR_TOUR]))
        for i in range(0, len(mots), MOTS_PAR_TOUR)
    )
    texte = Transcription(SOURCE, tours, Provenance("mesure", "1", datetime.now(UTC), {}))
    with seance(etude, "mesure") as entrepot, entrepot.ecrire("mesure") as ecriture:
        transcriptions.ajouter_version(ecriture, texte, nature=transcriptions.AUTOMATIQUE, cle="mesure")
    return etude


def attendre(page: Page) -> None:
    page.locator(".liste[data-pret=oui]").wait_for(timeout=60_000)
    page.evaluate("() => new Promise((s) => requestAnimationFrame(() => requestAnimationFrame(s)))")


def ouvertures(page: Page, adresse: str) -> dict[str, list[float]]:
    """Secondes, de l'adresse tapée, et de la demande du brouillon, à tous les tours peints."""
    totales, propres = [], []
    for _ in range(5):
        depart = time.perf_counter()
        page.goto(f"{adresse}/relecture?source={SOURCE}")
        attendre(page)
        totales.append(time.perf_counter() - depart)
        propres.append(
            page.evaluate(
                "(performance.now() - performance.getEntriesByType('resource')"
                ".find((e) => e.name.endsWith('/ouvrir')).startTime) / 1000"
            )
        )
    return {"adresse_s": totales, "brouillon_s": propres}


def frapper(page: Page) -> list[float]:
    """Millisecondes, touche par touche, au milieu du texte, son en lecture."""
    milieu = page.locator(".tour .texte").nth(page.locator(".tour").count() // 2)
    milieu.scroll_into_view_if_needed()
    milieu.click()
    page.keyboard.press("Escape")
    delais = []
    for rang in range(FRAPPES):
        attente = page.evaluate_handle(f"() => {{ window.mesure = ({MESURE_FRAPPE})(); }}")
        page.keyboard.press("Space" if rang % 6 == 5 else "e")
        delais.append(float(page.evaluate("() => window.mesure")))
        attente.dispose()
        page.wait_for_timeout(30)
    return delais


def mesurer(etude: Etude) -> dict[str, object]:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = prise.getsockname()[1]
    adresse = f"http://localhost:{port}"
    commande = commande_equipe(port=port, ouvrir=False)
    with subprocess.Popen(commande, env=environnement_equipe(etude)) as serveur:
        try:
            _demarrer(f"{adresse}/_stcore/health")
            with sync_playwright() as outil:
                chemin = shutil.which("chromium") or shutil.which("google-chrome")
                chromium = outil.chromium.launch(executable_path=chemin, args=OPTIONS_CHROMIUM)
                page = chromium.new_page(viewport={"width": 1280, "height": 900})
                page.goto(f"{adresse}/relecture?source={SOURCE}")
                attendre(page)
                page.wait_for_function(
                    "document.querySelector('.relecture audio').readyState >= 1", timeout=300_000
                )
                temps = ouvertures(page, adresse)
                page.wait_for_function("document.querySelector('.relecture audio').readyState >= 1")
                delais = frapper(page)
                tours = page.locator(".tour").count()
                chromium.close()
        finally:
            serveur.terminate()
            serveur.wait()
    return {
        "duree_min": DUREE_S / 60,
        "tours": tours,
        "mots": int(DUREE_S * MOTS_PAR_S),
        "ouverture_adresse_s": round(statistics.median(temps["adresse_s"]), 3),
        "ouverture_brouillon_s": round(statistics.median(temps["brouillon_s"]), 3),
        "frappe_mediane_ms": round(statistics.median(delais), 1),
        "frappe_95_ms": round(statistics.quantiles(delais, n=20)[18], 1),
        "frappe_maximum_ms": round(max(delais), 1),
    }


def _demarrer(adresse: str) -> None:
    while True:
        try:
            with urllib.request.urlopen(adresse, timeout=2):
                return
        except OSError:
            time.sleep(0.2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as dossier:
        resultat = mesurer(etude_longue(Path(dossier) / "etude"))
    RESULTATS.write_text(json.dumps(resultat, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(resultat, indent=2))
