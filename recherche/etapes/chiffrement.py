"""Le disque qui porte l'étude est-il chiffré ? Vérifié là où le système le dit à tous."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ATTENTE_S = 20
SYSTEMES_CHIFFRES = {"ecryptfs", "fuse.gocryptfs", "fuse.cryfs", "fuse.encfs", "fuse.veracrypt"}
BITLOCKER_ACTIF = {"1", "3", "5"}


@dataclass(frozen=True, slots=True)
class Chiffrement:
    """`actif` : vrai, faux, ou None si le système ne le dit pas ; `moyen` : ce qui l'a montré."""

    actif: bool | None
    moyen: str


def chiffrement(chemin: Path) -> Chiffrement:
    """L'état du disque qui porte `chemin`."""
    if sys.platform == "darwin":
        return depuis_filevault(_dire(["fdesetup", "status"]))
    if sys.platform == "win32":
        return depuis_bitlocker(_dire(_commande_bitlocker(chemin)))
    return _linux(chemin, Path("/sys"), Path("/proc/self/mountinfo"))


def depuis_filevault(dit: str | None) -> Chiffrement:
    """Ce que dit `fdesetup status` (macOS)."""
    if dit is None or "FileVault is" not in dit:
        return Chiffrement(None, "FileVault")
    return Chiffrement("FileVault is On" in dit, "FileVault")


def depuis_bitlocker(dit: str | None) -> Chiffrement:
    """Ce que dit la propriété BitLocker du volume (Windows) : 1, 3 et 5 valent « protégé »."""
    valeur = (dit or "").strip()
    return Chiffrement(valeur in BITLOCKER_ACTIF if valeur.isdigit() else None, "BitLocker")


def _commande_bitlocker(chemin: Path) -> list[str]:
    volume = f"{chemin.absolute().drive}\\"
    script = (
        f"(New-Object -ComObject Shell.Application).NameSpace('{volume}').Self"
        ".ExtendedProperty('System.Volume.BitLockerProtection')"
    )
    return ["powershell", "-NoProfile", "-NonInteractive", "-Command", script]


def _dire(commande: list[str]) -> str | None:
    try:
        fini = subprocess.run(commande, capture_output=True, text=True, timeout=ATTENTE_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return fini.stdout


def _linux(chemin: Path, sys_: Path, montages: Path) -> Chiffrement:
    """LUKS d'après le périphérique du montage (et ceux qu'il réunit), ou un système chiffré."""
    try:
        numero = os.stat(chemin).st_dev  # noqa: PTH116
        lignes = montages.read_text(encoding="utf-8").splitlines()
    except OSError:
        return Chiffrement(None, "LUKS")
    voulu = f"{os.major(numero)}:{os.minor(numero)}"
    for ligne in lignes:
        champs, _, suite = ligne.partition(" - ")
        if champs.split()[2] == voulu and suite.split()[0] in SYSTEMES_CHIFFRES:
            return Chiffrement(True, suite.split()[0])
    bloc = sys_ / "dev" / "block" / voulu
    if not bloc.exists():
        return Chiffrement(None, "LUKS")
    return Chiffrement(_luks(bloc.resolve()), "LUKS")


def _luks(bloc: Path) -> bool:
    """Vrai si le périphérique, ou chacun de ceux qui le portent, est un volume chiffré."""
    identite = bloc / "dm" / "uuid"
    if identite.is_file() and identite.read_text(encoding="ascii", errors="replace").startswith(
        "CRYPT-"
    ):
        return True
    esclaves = bloc / "slaves"
    porteurs = list(esclaves.iterdir()) if esclaves.is_dir() else []
    return bool(porteurs) and all(_luks(porteur.resolve()) for porteur in porteurs)
