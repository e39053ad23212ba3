"""Déposer un enregistrement dans l'étude : sous le nom de sa source, sans jamais en écraser un autre."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from recherche.audio.decodage import FORMATS
from recherche.erreurs import ErreurAudio
from recherche.etapes.inventorier import IDENTIFIANT
from recherche.etapes.seance import disque_plein
from recherche.reglages import Etude


def source_du_nom(nom: str) -> str | None:
    """L'identifiant que porte un nom de fichier (« LOR-J-02 entretien.mp3 » : LOR-J-02)."""
    trouve = IDENTIFIANT.match(nom)
    return trouve[1].upper() if trouve else None


def deposer(etude: Etude, nom: str, contenu: IO[bytes], *, source_id: str) -> Path:
    """Copie un son dans `enregistrements/`, sous `source_id` ; « -2 » s'il y en a déjà un.

    Le fichier n'a son nom qu'une fois complet. Lève `ErreurAudio` si ce n'est pas un son d'après son
    nom, `ErreurEntrepot` si le disque est plein.
    """
    suffixe = Path(nom).suffix.lower()
    if suffixe not in FORMATS:
        raise ErreurAudio(
            f"« {nom} » n'est pas un enregistrement ({suffixe or 'sans extension'}).",
            "Déposez un fichier son : wav, mp3, m4a, ogg, opus, flac, wma, amr, ou une vidéo.",
        )
    etude.enregistrements.mkdir(exist_ok=True)
    with disque_plein(etude.chemin):
        descripteur, provisoire = tempfile.mkstemp(prefix=".depot-", dir=etude.enregistrements)
        try:
            with os.fdopen(descripteur, "wb") as sortie:
                shutil.copyfileobj(contenu, sortie, 1 << 20)
                sortie.flush()
                os.fsync(sortie.fileno())
            return _nommer(Path(provisoire), etude.enregistrements, source_id, suffixe)
        finally:
            Path(provisoire).unlink(missing_ok=True)


def _nommer(provisoire: Path, dossier: Path, source_id: str, suffixe: str) -> Path:
    """Donne au fichier le premier nom libre ; une création exclusive réserve ce nom."""
    rang = 1
    while True:
        cible = dossier / f"{source_id}{'' if rang == 1 else f'-{rang}'}{suffixe}"
        pris = any(dossier.glob(f"{cible.stem}.*"))
        try:
            if not pris:
                cible.touch(mode=0o600, exist_ok=False)
                provisoire.replace(cible)
                return cible
        except FileExistsError:
            pass
        rang += 1
