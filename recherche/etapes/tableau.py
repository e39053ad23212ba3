"""Lancer le tableau de bord des partenaires sur un dossier publié."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import recherche
from recherche.erreurs import ErreurEtude

VARIABLE_PUBLIE = "RECHERCHE_PUBLIE"


def script() -> Path:
    """`dashboard.py`, à côté du paquet. Lève `ErreurEtude` s'il n'y est pas."""
    fichier = Path(recherche.__file__).resolve().parent.parent / "dashboard.py"
    if not fichier.is_file():
        raise ErreurEtude(
            f"Le tableau de bord n'est pas à sa place : {fichier}.",
            'Installez depuis le dépôt : « pip install -e ".[tableau]" ».',
        )
    return fichier


def lancer(publie: Path, arguments: Sequence[str] = ()) -> int:
    """Lance Streamlit sur la machine seule, statistiques d'usage coupées ; rend son code de sortie."""
    if not (publie / "manifeste.json").is_file():
        raise ErreurEtude(
            f"Il n'y a pas de jeu publié dans {publie}.", "Lancez d'abord « recherche publier »."
        )
    commande = [sys.executable, "-m", "streamlit", "run", str(script())]
    options = ["--browser.gatherUsageStats=false", "--server.address=localhost"]
    environnement = {**os.environ, VARIABLE_PUBLIE: str(publie.absolute())}
    return subprocess.run([*commande, *options, *arguments], env=environnement, check=False).returncode
