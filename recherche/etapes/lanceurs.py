"""Des lanceurs à double-cliquer, dans le dossier de l'étude : la page d'équipe sans terminal."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude

ETAPE = "lanceurs"
WINDOWS, MACOS, LINUX, BUREAU = (
    "Page d'équipe.bat",
    "Page d'équipe.command",
    "page-equipe.sh",
    "Page d'équipe.desktop",
)


def ecrire_lanceurs(etude: Etude) -> Bilan:
    """Écrit le lanceur de chaque système ; celui du bureau Linux, seulement sous Linux.

    Ils emploient l'installation qui les écrit, sinon la commande `recherche` de la machine.
    """
    fichiers = {WINDOWS: _bat(), MACOS: _sh(), LINUX: _sh()}
    if sys.platform.startswith("linux"):
        fichiers[BUREAU] = _desktop(etude)
    for nom, texte in fichiers.items():
        ecrire_atomique(etude.chemin / nom, texte.encode(), mode=0o755)
    return Bilan(ETAPE, tuple(fichiers))


def _bat() -> str:
    python = sys.executable.replace("%", "%%")
    lignes = (
        "@echo off",
        "chcp 65001 >nul",
        'cd /d "%~dp0"',
        'set "RECHERCHE_ETUDE=%CD%"',
        f'if exist "{python}" ("{python}" -m recherche equipe) else (recherche equipe)',
        "if errorlevel 1 pause",
    )
    return "\r\n".join(lignes) + "\r\n"


def _sh() -> str:
    python = shlex.quote(sys.executable)
    return f"""#!/bin/sh
cd "$(dirname "$0")" || exit 1
export RECHERCHE_ETUDE="$PWD"
if [ -x {python} ]; then {python} -m recherche equipe; else recherche equipe; fi
code=$?
if [ $code -ne 0 ]; then printf 'Appuyez sur Entrée pour fermer. '; read -r _; fi
exit $code
"""


def _desktop(etude: Etude) -> str:
    script = str(Path(etude.chemin / LINUX)).replace("\\", "\\\\").replace('"', '\\"')
    return f"""[Desktop Entry]
Type=Application
Name=Page d'équipe – {etude.titre}
Exec="{script}"
Terminal=true
"""
