"""Lancer les pages d'équipe : Streamlit, sur cette machine seulement."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import recherche
from recherche.reglages import Etude

PORT = 8502
SERVEUR = Path(recherche.__file__).resolve().parent / "ecrans" / "equipe" / "serveur.py"
OPTIONS = {
    "browser.gatherUsageStats": "false",
    "browser.serverAddress": "localhost",
    "server.address": "127.0.0.1",
    "server.showEmailPrompt": "false",
    "server.fileWatcherType": "none",
    "server.maxUploadSize": "4000",
    "server.enableXsrfProtection": "true",
    "server.enableStaticServing": "false",
    "logger.hideWelcomeMessage": "true",
    "client.toolbarMode": "minimal",
    "client.showErrorDetails": "none",
    "theme.base": "light",
    "theme.primaryColor": "#1d4f7c",
    "theme.textColor": "#111827",
    "theme.font": "sans-serif",
    "theme.headingFont": "serif",
    "theme.showWidgetBorder": "true",
}


def commande_equipe(*, port: int = PORT, ouvrir: bool = True) -> list[str]:
    """La commande des pages d'équipe ; l'étude passe par `environnement_equipe`."""
    reglages = OPTIONS | {"server.port": str(port), "server.headless": str(not ouvrir).lower()}
    options = [f"--{cle}={valeur}" for cle, valeur in reglages.items()]
    return [sys.executable, "-m", "streamlit", "run", str(SERVEUR), *options]


def environnement_equipe(etude: Etude) -> dict[str, str]:
    """L'environnement du serveur : celui-ci, et l'étude à montrer."""
    return os.environ | {"RECHERCHE_ETUDE": str(etude.chemin)}


def lancer(etude: Etude, *, port: int = PORT, ouvrir: bool = True) -> int:
    """Lance les pages d'équipe et attend leur fin ; rend le code de sortie."""
    commande = commande_equipe(port=port, ouvrir=ouvrir)
    return subprocess.run(commande, env=environnement_equipe(etude), check=False).returncode
