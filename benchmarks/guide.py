"""Temps du guide entier d'une étude menée : chapitres, figures, docx, pdf, html.

Usage : `python benchmarks/guide.py ETUDE` (une étude publiée ; elle est copiée). Résultat :
`benchmarks/resultats/guide.json`. Visé : docx et pdf en moins de 30 s.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import sys
import tempfile
import time
from pathlib import Path

from recherche.etapes.rediger import rediger, verifier
from recherche.reglages import Etude

RESULTATS = Path(__file__).parent / "resultats" / "guide.json"
VISE_S = 30.0


def mesurer(origine: Path) -> dict[str, object]:
    """Rédige une copie de l'étude depuis rien, puis vérifie le guide ; durées en secondes."""
    with tempfile.TemporaryDirectory() as lieu:
        copie = Path(lieu) / "etude"
        shutil.copytree(
            origine, copie, ignore=shutil.ignore_patterns("guide", "exports", "enregistrements")
        )
        etude = Etude.ouvrir(copie)
        debut, occupe = time.perf_counter(), _processeur_s()
        rediger(etude)
        redaction_s, processeur_s = time.perf_counter() - debut, _processeur_s() - occupe
        debut = time.perf_counter()
        verifier(etude)
        verification_s = time.perf_counter() - debut
        pdf = (etude.exports / "guide.pdf").read_bytes()
        return {
            "redaction_s": round(redaction_s, 2),
            "processeur_s": round(processeur_s, 2),
            "verification_s": round(verification_s, 2),
            "vise_s": VISE_S,
            "pages": len(re.findall(rb"/Type\s*/Page\b", pdf)),
            "figures": len(list((etude.guide / "figures").glob("*.png"))),
            "python": platform.python_version(),
        }


def _processeur_s() -> float:
    """Temps de calcul, pandoc compris : ce qui ne dépend pas des voisins sur la machine."""
    temps = os.times()
    return temps.user + temps.system + temps.children_user + temps.children_system


if __name__ == "__main__":
    mesures = mesurer(Path(sys.argv[1]))
    RESULTATS.write_text(json.dumps(mesures, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(json.dumps(mesures, ensure_ascii=False) + "\n")
