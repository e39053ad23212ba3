"""Ce que plusieurs épreuves emploient : la démonstration, et des extraits de son."""

import shutil
import wave
from pathlib import Path

import numpy as np

from recherche.audio import decodage
from recherche.reglages import Etude

DEMO = Path(__file__).parents[1] / "interviews" / "demo"
EXTRAIT_S = 50.0


def extrait(origine: Path, cible: Path, fin_s: float = EXTRAIT_S) -> Path:
    """Le début d'un enregistrement, en wav 16 kHz mono."""
    signal = decodage.lire(origine, 0, fin_s)
    cible.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(cible), "wb") as fichier:
        fichier.setnchannels(1)
        fichier.setsampwidth(2)
        fichier.setframerate(16_000)
        fichier.writeframes((np.clip(signal, -1, 1) * 32_767).astype("<i2").tobytes())
    return cible


def copie_sans_son(cible: Path) -> Etude:
    """Une copie de travail de la démonstration, sans ses enregistrements."""
    shutil.copytree(
        DEMO, cible, ignore=shutil.ignore_patterns("*.mp3", "*.m4a", "*.opus", "base.sqlite*")
    )
    return Etude.ouvrir(cible)


def json_de(etude: Etude, dossier: str) -> list[Path]:
    return sorted((etude.chemin / dossier).glob("*.json"))
