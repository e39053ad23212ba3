"""Tue la transcription à vingt moments au hasard : rien ne doit être perdu ni fait deux fois.

    python benchmarks/interruptions.py                 # vingt arrêts brutaux (SIGKILL), graine fixe
    python benchmarks/interruptions.py --fois 50 --graine 7

Un enregistrement de la démonstration est transcrit d'une traite, puis, dans d'autres études, par des
commandes tuées à un moment tiré au hasard et relancées jusqu'à la fin, autant de fois qu'il faut pour
arriver au nombre d'arrêts. À chaque arrêt : aucun bloc rangé n'a disparu, aucun n'est double. À la
fin : les mêmes tours, les mêmes passages à vérifier, chaque bloc rangé une seule fois. Demande Linux
ou macOS.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from rich.console import Console

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from outils import DEMO, arguments, environnement, extrait, petite_etude

from recherche.entrepot import Entrepot, transcriptions, verifications
from recherche.reglages import Etude

CONSOLE = Console()
SOURCE = "LOR-J-02"
# La base note chaque bloc rangé : un bloc transcrit deux fois y serait deux fois.
TEMOIN = """
CREATE TABLE temoin (indice INTEGER);
CREATE TRIGGER temoigner AFTER INSERT ON bloc BEGIN INSERT INTO temoin VALUES (new.indice); END;
"""


def preparer(dossier: Path, duree_s: float) -> Etude:
    """Une étude neuve, à blocs de trente secondes, dont la base note chaque bloc rangé."""
    etude = petite_etude(dossier, [SOURCE])
    reglages = etude.fichier_reglages.read_text(encoding="utf-8")
    etude.fichier_reglages.write_text(
        reglages.replace('langue = "fr"\n', 'langue = "fr"\nbloc_s = 30\n'), encoding="utf-8"
    )
    extrait(DEMO / "enregistrements" / f"{SOURCE}.mp3", etude.enregistrements / f"{SOURCE}.wav", duree_s)
    etude = Etude.ouvrir(dossier)
    Entrepot.ouvrir(etude).fermer()
    with closing(sqlite3.connect(etude.fichier_base)) as base:
        base.executescript(TEMOIN)
    return etude


def indices(etude: Etude, table: str) -> list[int]:
    with closing(sqlite3.connect(etude.fichier_base, timeout=30)) as base:
        return sorted(i for (i,) in base.execute(f"SELECT indice FROM {table}"))


def contenu(etude: Etude) -> tuple[Any, ...] | None:
    """Tours, doutes et blocs rangés de la transcription finie ; None si elle ne l'est pas."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = transcriptions.versions(cx)
        if not versions:
            return None
        tours = transcriptions.lire(cx, versions[0].id).tours
        doutes = tuple(d.doute for d in verifications.lire(cx))
    return tours, doutes, tuple(indices(etude, "temoin")), len(versions)


def lancer(etude: Etude, mort_s: float | None) -> tuple[bool, float]:
    """Lance `recherche transcrire`, le tue après `mort_s` avec ses processus ; (tué, durée en s)."""
    depart = time.monotonic()
    with subprocess.Popen(
        arguments("transcrire"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environnement(RECHERCHE_ETUDE=str(etude.chemin), RECHERCHE_ATTENTE="60"),
        start_new_session=True,
    ) as commande:
        try:
            commande.wait(mort_s)
        except subprocess.TimeoutExpired:
            os.killpg(commande.pid, signal.SIGKILL)
            commande.wait()
            return True, time.monotonic() - depart
    if commande.returncode:
        raise SystemExit(f"« recherche transcrire » a échoué (code {commande.returncode}).")
    return False, time.monotonic() - depart


def eprouver(fois: int, graine: int, duree_s: float) -> dict[str, Any]:
    hasard = random.Random(graine)
    with tempfile.TemporaryDirectory() as racine:
        temoin = preparer(Path(racine) / "traite", duree_s)
        _, traite_s = lancer(temoin, None)
        attendu = contenu(temoin)
        arrets, finies, perdus, doubles, differentes = 0, 0, 0, 0, 0
        while arrets < fois:
            etude = preparer(Path(racine) / f"essai{finies}", duree_s)
            gardes: list[int] = []
            tue = True
            while tue:
                mort_s = hasard.uniform(0, 1.2 * traite_s) if arrets < fois else None
                tue, _ = lancer(etude, mort_s)
                arrets += tue
                blocs = indices(etude, "bloc")
                if contenu(etude) is None:
                    perdus += len(set(gardes) - set(blocs))
                doubles += len(blocs) - len(set(blocs))
                gardes = blocs
                if tue:
                    CONSOLE.print(f"arrêt {arrets}/{fois} : blocs rangés {blocs}")
            finies += 1
            differentes += contenu(etude) != attendu
    return {
        "mesure": "arrêts brutaux",
        "duree_s": duree_s,
        "graine": graine,
        "arrets": arrets,
        "transcriptions_finies": finies,
        "blocs_perdus": perdus,
        "blocs_doubles": doubles,
        "transcriptions_differentes": differentes,
    }


def principal() -> None:
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    analyse.add_argument("--fois", type=int, default=20)
    analyse.add_argument("--graine", type=int, default=2009)
    analyse.add_argument("--duree-s", type=float, default=120.0)
    analyse.add_argument("--sortie", type=Path, default=Path(__file__).parent / "resultats")
    args = analyse.parse_args()
    mesure = eprouver(args.fois, args.graine, args.duree_s)
    CONSOLE.print(mesure)
    args.sortie.mkdir(parents=True, exist_ok=True)
    fichier = args.sortie / "interruptions.json"
    fichier.write_text(json.dumps(mesure, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if mesure["blocs_perdus"] or mesure["blocs_doubles"] or mesure["transcriptions_differentes"]:
        raise SystemExit("Quelque chose a été perdu, doublé ou changé.")


if __name__ == "__main__":
    principal()
