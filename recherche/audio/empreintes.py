"""SHA-256 des gros fichiers, retenus tant que leur taille et leur date ne changent pas."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from recherche.audio.decodage import empreinte_fichier

Temoin = list[int | str]
"""Taille en octets, date de modification en ns, SHA-256."""


def dossier_cache() -> Path:
    """Le cache de la personne : RECHERCHE_CACHE, sinon ~/.cache/recherche."""
    choisi = os.environ.get("RECHERCHE_CACHE")
    return Path(choisi).expanduser() if choisi else Path.home() / ".cache" / "recherche"


def empreinte_memorisee(fichier: Path) -> str | None:
    """Le SHA-256 d'un fichier, calculé la première fois ; None s'il ne se lit pas."""
    try:
        etat = fichier.stat()
        temoin = _lire().get(str(fichier.resolve()))
        if temoin and temoin[:2] == [etat.st_size, etat.st_mtime_ns]:
            return str(temoin[2])
        empreinte = empreinte_fichier(fichier)
    except OSError:
        return None
    memoriser({fichier: empreinte})
    return empreinte


def memoriser(empreintes: Mapping[Path, str]) -> None:
    """Retient des empreintes ; sans effet si le cache ne s'écrit pas (elles seront recalculées)."""
    with suppress(OSError):
        temoins = _lire()
        for fichier, empreinte in empreintes.items():
            etat = fichier.stat()
            temoins[str(fichier.resolve())] = [etat.st_size, etat.st_mtime_ns, empreinte]
        _ecrire(temoins)


def oublier(dossier: Path) -> None:
    """Ôte du cache les fichiers disparus d'un dossier ; sans effet s'il ne s'écrit pas."""
    with suppress(OSError):
        temoins = _lire()
        racine = dossier.resolve()
        gardes = {
            f: t for f, t in temoins.items() if Path(f).exists() or not Path(f).is_relative_to(racine)
        }
        if len(gardes) < len(temoins):
            _ecrire(gardes)


def _temoin() -> Path:
    return dossier_cache() / "empreintes.json"


def _lire() -> dict[str, Temoin]:
    try:
        lus = json.loads(_temoin().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return lus if isinstance(lus, dict) else {}


def _ecrire(temoins: Mapping[str, Temoin]) -> None:
    """Remplace le fichier témoin d'un seul coup."""
    dossier = dossier_cache()
    dossier.mkdir(parents=True, exist_ok=True)
    descripteur, temporaire = tempfile.mkstemp(dir=dossier, prefix="empreintes.")
    try:
        with os.fdopen(descripteur, "w", encoding="utf-8") as ecrit:
            json.dump(temoins, ecrit, indent=1, sort_keys=True)
        Path(temporaire).replace(_temoin())
    except OSError:
        Path(temporaire).unlink(missing_ok=True)
        raise
