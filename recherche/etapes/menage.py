"""Ôter ce qu'une commande tuée en pleine écriture a laissé, avant de travailler sur l'étude.

À n'appeler que le verrou de l'étude en main : aucune autre étape n'écrit alors.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from recherche.reglages import Etude

# « .guide.pdf.k3j2h1g0 » : ce que `ecrire_atomique` renomme à la fin. Les verrous des tableurs et des
# éditeurs (« .~lock.guide.docx# ») n'ont pas cette forme.
_ATOMIQUE = re.compile(r"\.[^.~].*\.[^.]+\.[a-z0-9_]{8}")
_PARTIEL = re.compile(r"\..+\.(partiel|provisoire)")
_CLE = re.compile(r"\.cle-[a-z0-9_]{8}")


def menager(etude: Etude) -> None:
    """Efface les fichiers provisoires orphelins et remet le jeu publié en place s'il était écarté."""
    _retablir(etude.publie)
    for reste in list(_restes(etude)):
        with suppress(OSError):
            if reste.is_dir():
                shutil.rmtree(reste)
            else:
                reste.unlink()


def _retablir(publie: Path) -> None:
    """Tué entre les deux renommages de `publier`, l'ancien jeu est à côté : il reprend sa place."""
    ecartes = sorted(publie.parent.glob(f".{publie.name}-ancien-*"))
    if ecartes and not publie.exists():
        with suppress(OSError):
            ecartes[-1].replace(publie)


def _restes(etude: Etude) -> Iterator[Path]:
    yield from etude.chemin.glob(f".{etude.publie.name}-neuf-*")
    yield from etude.chemin.glob(f".{etude.publie.name}-ancien-*")
    yield from (etude.chemin / "figees").glob(".*.partiel")
    formes = {
        etude.chemin: _PARTIEL,
        etude.sauvegardes: _PARTIEL,
        etude.enregistrements: _PARTIEL,
        etude.confidentiel: _CLE,
        etude.guide: _ATOMIQUE,
        etude.exports: _ATOMIQUE,
    }
    for dossier, forme in formes.items():
        parcours = dossier.rglob if dossier == etude.exports else dossier.glob
        yield from (f for f in parcours(".*") if f.is_file() and forme.fullmatch(f.name))
