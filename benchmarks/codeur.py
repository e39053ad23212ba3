"""Mesure le codage : ouvrir un entretien, enregistrer un geste, chercher ; huit codeurs à la fois.

    python benchmarks/codeur.py ETUDE

ETUDE : une étude menée (« recherche demo ») ; la mesure se fait sur une copie. Cibles : ouvrir en moins
d'une seconde, enregistrer en moins de 50 ms. Résultats dans `benchmarks/resultats/codeur.json`.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from recherche.etapes.chercher import chercher
from recherche.etapes.poste import ouvrir_poste
from recherche.reglages import Etude

RESULTATS = Path(__file__).parent / "resultats" / "codeur.json"
SOURCE = "LOR-J-02"
CODES = ["EMP-RECH", "NAT-MANQUE"]
GESTES = 60
CODEURS = 8
REQUETES = ("bus", "bus PRÈS/5 soir", "lemme:chercher", "code:LOGEMENT ET code:EMP-*")
AILLEURS = multiprocessing.get_context("spawn")


def secondes(faire: Callable[[], object]) -> float:
    depart = time.perf_counter()
    faire()
    return time.perf_counter() - depart


def resumer(temps: list[float]) -> dict[str, float]:
    """Médiane, 95e centile et maximum, en millisecondes."""
    rangs = statistics.quantiles(temps, n=20)
    return {
        "mediane_ms": round(1000 * statistics.median(temps), 1),
        "p95_ms": round(1000 * rangs[-1], 1),
        "maximum_ms": round(1000 * max(temps), 1),
    }


def gestes(etude: Etude, codeur: str) -> list[float]:
    """Le temps de chaque enregistrement d'un codeur, puis d'autant de défaires."""
    poste = ouvrir_poste(etude, SOURCE, codeur)
    poste.coder(0, 20, CODES)
    temps = [
        secondes(lambda rang=rang: poste.coder(10 * rang, 10 * rang + 25, CODES))
        for rang in range(1, GESTES + 1)
    ]
    poste.fermer()
    return temps


def a_plusieurs(etude: Etude, depart, file, codeur: str) -> None:
    depart.wait(120)
    file.put(gestes(etude, codeur))


def huit(etude: Etude) -> list[float]:
    depart, file = AILLEURS.Barrier(CODEURS), AILLEURS.Queue()
    groupe = [
        AILLEURS.Process(target=a_plusieurs, args=(etude, depart, file, f"C{rang}"))
        for rang in range(CODEURS)
    ]
    for processus in groupe:
        processus.start()
    temps = [valeur for _ in groupe for valeur in file.get(timeout=300)]
    for processus in groupe:
        processus.join(60)
    return temps


def ouverture(etude: Etude) -> dict[str, float]:
    """L'objet du carnet, données pour le navigateur comprises ; la première fois et les suivantes."""
    from recherche.carnet import Codeur

    def ouvrir() -> None:
        Codeur(etude, SOURCE, codeur="BANC").close()

    premiere = secondes(ouvrir)
    return {"premiere_s": round(premiere, 3), **resumer([secondes(ouvrir) for _ in range(20)])}


def main() -> None:
    origine = Path(sys.argv[1])
    with tempfile.TemporaryDirectory() as dossier:
        etude = Etude.ouvrir(shutil.copytree(origine, Path(dossier) / "etude"))
        mesures = {
            "processeurs": os.cpu_count(),
            "python": platform.python_version(),
            "ouvrir": ouverture(etude),
            "enregistrer": resumer(gestes(etude, "BANC")),
            "enregistrer_a_huit": resumer(huit(etude)),
            "chercher_s": {
                requete: round(min(secondes(lambda r=requete: chercher(etude, r)) for _ in range(2)), 2)
                for requete in REQUETES
            },
        }
    RESULTATS.write_text(json.dumps(mesures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(mesures, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main()
