"""Lancer le tableau de bord dans un processus Streamlit réglé comme `.streamlit/config.toml`."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from recherche.erreurs import ErreurRecherche

RACINE = Path(__file__).resolve().parents[2]


def commande_tableau(publie: Path, *, port: int = 8501, ouvrir: bool = True) -> list[str]:
    """La commande qui montre le jeu publié, sur localhost, sans statistiques d'usage.

    Lève `ErreurRecherche` si `dashboard.py` n'est pas à côté du paquet.
    """
    tableau = RACINE / "dashboard.py"
    if not tableau.exists():
        raise ErreurRecherche(
            f"{tableau} manque : le tableau de bord se lance depuis le dossier du projet.",
            "Installez le projet par « pip install -e . » dans une copie du dépôt.",
        )
    reglages = tomllib.loads((RACINE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    reglages["server"] |= {"port": port, "headless": not ouvrir}
    options = [
        f"--{section}.{cle}={str(valeur).lower() if isinstance(valeur, bool) else valeur}"
        for section, valeurs in reglages.items()
        for cle, valeur in valeurs.items()
    ]
    return [
        *(sys.executable, "-m", "streamlit", "run", str(tableau)),
        *options,
        *("--", "--publie", str(publie)),
    ]
