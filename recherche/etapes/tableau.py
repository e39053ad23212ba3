"""Lancer le tableau de bord dans un processus Streamlit réglé comme `.streamlit/config.toml`."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import recherche
from recherche.erreurs import ErreurEtude

RACINE = Path(recherche.__file__).resolve().parent.parent


def commande_tableau(publie: Path, *, port: int = 8501, ouvrir: bool = True) -> list[str]:
    """La commande qui montre le jeu publié, sur localhost, sans statistiques d'usage.

    Lève `ErreurEtude` si `dashboard.py` n'est pas à côté du paquet.
    """
    tableau = RACINE / "dashboard.py"
    if not tableau.is_file():
        raise ErreurEtude(
            f"{tableau} manque : le tableau de bord se lance depuis une copie du dépôt.",
            'Installez depuis le dépôt : « git clone », puis « pip install -e ".[demo]" ».',
        )
    reglages = tomllib.loads((RACINE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    reglages["server"] |= {"port": port, "headless": not ouvrir}
    options = [
        f"--{section}.{cle}={str(valeur).lower() if isinstance(valeur, bool) else valeur}"
        for section, valeurs in reglages.items()
        for cle, valeur in valeurs.items()
    ]
    lancer = [sys.executable, "-m", "streamlit", "run", str(tableau)]
    return [*lancer, *options, "--", "--publie", str(publie)]


def lancer(publie: Path, *, port: int = 8501) -> int:
    """Lance le tableau de bord et attend sa fin ; rend son code de sortie.

    Lève `ErreurEtude` s'il n'y a pas de jeu publié dans `publie`.
    """
    if not (publie / "manifeste.json").is_file():
        raise ErreurEtude(
            f"Il n'y a pas de jeu publié dans {publie}.", "Lancez d'abord « recherche publier »."
        )
    return subprocess.run(commande_tableau(publie.absolute(), port=port), check=False).returncode
