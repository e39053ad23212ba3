"""Mesure le tableau de bord des partenaires : première page, filtres, mémoire, trente partenaires.

    python benchmarks/tableau.py --publie demo/publie [--chromium CHEMIN]

Sur le jeu publié donné, puis sur le même cent fois plus grand (effectifs, segments et bases multipliés
par cent, verbatims et paires répétés cent fois : plus que n'en publierait une étude de 12 000
entretiens).

- Première page : de l'adresse tapée, dans un navigateur neuf, à la page entière (le script a fini).
- Filtre : du choix d'une option à la page refaite ; chaque liste de chaque page, le plus lent compte.
- Mémoire par session : ce que prend le serveur en plus pour dix sessions ouvertes, divisé par dix.
- Trente à la fois : trente clients (WebSocket) ouvrent ensemble la première page, puis chacun parcourt
  les pages et change un filtre, avec 2 à 6 s de lecture entre deux ; temps de réponse au 95e centile.

Pas de concurrent : aucun outil du domaine n'a de vue du seul jeu publié. Les cibles sont celles du
projet. Résultats dans `benchmarks/resultats/tableau.json`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import websockets
from playwright.sync_api import Browser, Page, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.util import calc_hash

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from conftest import OPTIONS_CHROMIUM

from recherche.etapes.tableau import commande_tableau
from recherche.publication import dossier
from recherche.publication.jeu import JeuPublie

RESULTATS = Path(__file__).parent / "resultats" / "tableau.json"
FOIS = 100
PARTENAIRES = 30
SESSIONS = 10
REPRISES = 5
COMPTES = ("entretiens", "base", "objectif", "realises", "transcrits", "relus", "codes", "publies")
COMPTES += ("segments", "segments_classe")
REPETEES = ("verbatims", "verbatims_apparies")
VUES = {
    "": [""],
    "territoires": ["territoire=Brest", "territoire=Angers"],
    "themes": ["famille=LOISIRS", "nature=NAT-MANQUE", "profil=jeune"],
    "offre-attentes": ["territoire=Lorient", "demande=manque"],
    "verbatims": ["profil=jeune", "recherche=bus", "page=3"],
    "lexique": ["classe=2", "classe=3"],
    "ateliers": ["territoire=Rennes"],
    "methode": [""],
}
PRET = '[data-testid="stApp"][data-test-script-state="notRunning"]'


def agrandir(jeu: JeuPublie, fois: int) -> JeuPublie:
    """Le même jeu, `fois` fois plus grand."""
    tables = {}
    for nom, table in jeu.tables.items():
        grande = table.copy()
        for colonne in set(COMPTES) & set(table.select_dtypes("number").columns):
            grande[colonne] = table[colonne] * fois
        if nom in REPETEES:
            grande = pd.concat([table] * fois, ignore_index=True)
            lettre = str(table["reference"].iloc[0])[0]
            grande["reference"] = [f"{lettre}{i:05d}" for i in range(len(grande))]
        tables[nom] = grande
    return JeuPublie(jeu.manifeste, tables)


@contextmanager
def servir(publie: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Le tableau de bord de ce dossier, prêt."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = int(prise.getsockname()[1])
    muet = subprocess.DEVNULL
    commande = commande_tableau(publie, port=port, ouvrir=False)
    with subprocess.Popen(commande, stdout=muet, stderr=muet) as processus:
        try:
            while True:
                assert processus.poll() is None
                try:
                    with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health", timeout=2):
                        break
                except OSError:
                    time.sleep(0.1)
            yield port, processus
        finally:
            processus.terminate()


def memoire_mo(processus: subprocess.Popen[bytes]) -> float:
    """La mémoire résidente du serveur."""
    statut = Path(f"/proc/{processus.pid}/status").read_text()
    return int(next(ligne for ligne in statut.splitlines() if "VmRSS" in ligne).split()[1]) / 1024


def attendre(page: Page) -> None:
    """La page entière : son pied est là, et le script a fini."""
    page.get_by_text("Licence :").last.wait_for(timeout=120_000)
    page.wait_for_selector(PRET, timeout=120_000)


def premiere_page(navigateur: Browser, port: int) -> float:
    contexte = navigateur.new_context(viewport={"width": 1280, "height": 900})
    page = contexte.new_page()
    depart = time.perf_counter()
    page.goto(f"http://localhost:{port}/")
    attendre(page)
    duree = time.perf_counter() - depart
    contexte.close()
    return duree


def filtres(navigateur: Browser, port: int) -> dict[str, float]:
    """Le temps médian de chaque liste de chaque page, en secondes."""
    contexte = navigateur.new_context(viewport={"width": 1280, "height": 900})
    page = contexte.new_page()
    page.set_default_timeout(30_000)
    durees = {}
    for chemin in VUES:
        page.goto(f"http://localhost:{port}/{chemin}")
        attendre(page)
        listes = page.locator('[data-testid="stSelectbox"]')
        for rang in range(listes.count()):
            if not listes.nth(rang).is_visible():  # dans un volet fermé
                continue
            nom = f"{chemin or 'accueil'} : {listes.nth(rang).locator('label').inner_text()}"
            essais = [_choisir(page, rang, option) for option in (1, 0)]
            if mesures := [duree for duree in essais if duree is not None]:
                durees[nom] = statistics.median(mesures)
            page.goto(f"http://localhost:{port}/{chemin}")
            attendre(page)
    contexte.close()
    return durees


def _choisir(page: Page, rang: int, option: int) -> float | None:
    """La durée, en secondes, du choix d'une option ; None si la liste n'en a pas tant."""
    page.locator('[data-testid="stSelectbox"]').nth(rang).locator("input").click()
    choix = page.get_by_role("option")
    page.wait_for_timeout(300)
    if choix.count() == 0:  # la liste avait déjà le clavier : le clic ne l'ouvre pas
        page.keyboard.press("ArrowDown")
    choix.first.wait_for()
    if choix.count() <= option:
        page.keyboard.press("Escape")
        return None
    adresse = page.url
    depart = time.perf_counter()
    choix.nth(option).click()
    page.wait_for_function("avant => location.href !== avant", arg=adresse)
    page.wait_for_selector(PRET)
    return time.perf_counter() - depart


async def demander(prise: websockets.ClientConnection, chemin: str, requete: str) -> float:
    """Demande une page et attend qu'elle soit finie ; rend la durée, en secondes."""
    etat = ClientState(query_string=requete, page_script_hash=calc_hash(chemin or "accueil"))
    depart = time.perf_counter()
    await prise.send(BackMsg(rerun_script=etat).SerializeToString())
    while True:
        message = ForwardMsg()
        message.ParseFromString(await prise.recv())
        genre = message.WhichOneof("type")
        if genre == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(message.delta.new_element.exception.message)
        if genre == "script_finished":
            return time.perf_counter() - depart


async def partenaire(port: int, graine: int, depart: asyncio.Event) -> list[float]:
    """Un partenaire : la première page avec tous les autres, puis les autres pages à son rythme."""
    hasard = random.Random(graine)
    adresse = f"ws://localhost:{port}/_stcore/stream"
    options = {"subprotocols": ["streamlit"], "max_size": None, "origin": f"http://localhost:{port}"}
    async with websockets.connect(adresse, **options) as prise:
        await depart.wait()
        durees = [await demander(prise, "", "")]
        chemins = list(VUES)
        hasard.shuffle(chemins)
        for chemin in chemins:
            for requete in ("", hasard.choice(VUES[chemin])):
                await asyncio.sleep(hasard.uniform(2, 6))
                durees.append(await demander(prise, chemin, requete))
    return durees


async def trente(port: int) -> dict[str, float]:
    depart = asyncio.Event()
    taches = [asyncio.create_task(partenaire(port, i, depart)) for i in range(PARTENAIRES)]
    await asyncio.sleep(2)
    depart.set()
    issues = await asyncio.gather(*taches, return_exceptions=True)
    erreurs = [issue for issue in issues if isinstance(issue, BaseException)]
    durees = [issue for issue in issues if not isinstance(issue, BaseException)]
    ensemble = [d for siennes in durees for d in siennes[:1]]
    ensuite = [d for siennes in durees for d in siennes[1:]]
    toutes = [*ensemble, *ensuite]
    return {
        "reponses": len(toutes),
        "erreurs": len(erreurs),
        "centile_95_s": round(float(np.percentile(toutes, 95)), 2),
        "mediane_s": round(statistics.median(toutes), 2),
        "tous_ensemble_centile_95_s": round(float(np.percentile(ensemble, 95)), 2),
    }


def mesurer(publie: Path, chromium: str) -> dict[str, object]:
    with sync_playwright() as playwright:
        navigateur = playwright.chromium.launch(executable_path=chromium, args=OPTIONS_CHROMIUM)
        with servir(publie) as (port, processus):
            froide = premiere_page(navigateur, port)
            premieres = [premiere_page(navigateur, port) for _ in range(REPRISES)]
            listes = filtres(navigateur, port)
            avant = memoire_mo(processus)
            contextes = [navigateur.new_context() for _ in range(SESSIONS)]
            for contexte in contextes:
                page = contexte.new_page()
                for chemin in ("", "themes", "verbatims"):
                    page.goto(f"http://localhost:{port}/{chemin}")
                    attendre(page)
            apres = memoire_mo(processus)
            for contexte in contextes:
                contexte.close()
        navigateur.close()
    with servir(publie) as (port, processus):
        foule = asyncio.run(trente(port))
        pic = memoire_mo(processus)
    lent = max(listes, key=lambda nom: listes[nom])
    return {
        "premiere_page_s": round(statistics.median(premieres), 2),
        "premiere_page_a_froid_s": round(froide, 2),
        "filtre_le_plus_lent_s": round(listes[lent], 2),
        "filtre_le_plus_lent": lent,
        "filtres_s": {nom: round(duree, 2) for nom, duree in listes.items()},
        "memoire_par_session_mo": round((apres - avant) / SESSIONS, 1),
        "memoire_du_serveur_mo": round(apres, 1),
        "memoire_trente_partenaires_mo": round(pic, 1),
        "trente_partenaires": foule,
    }


def main() -> None:
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--publie", type=Path, default=Path("demo/publie"))
    analyseur.add_argument("--chromium", default=shutil.which("chromium") or "chromium")
    options = analyseur.parse_args()
    jeu = dossier.lire(options.publie)
    resultat: dict[str, object] = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "coeurs": os.cpu_count(),
        "charge_au_depart": round(os.getloadavg()[0], 2),
        "demonstration": mesurer(options.publie, options.chromium),
    }
    print(json.dumps(resultat, ensure_ascii=False, indent=2), flush=True)
    with tempfile.TemporaryDirectory() as provisoire:
        grand = Path(provisoire) / "publie"
        dossier.ecrire(agrandir(jeu, FOIS), grand, interdits=[])
        resultat["cent_fois"] = mesurer(grand, options.chromium)
    resultat["charge_a_la_fin"] = round(os.getloadavg()[0], 2)
    RESULTATS.write_text(json.dumps(resultat, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(resultat, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
