"""Le son qu'écoute la page de relecture : un fichier que tout navigateur lit et où il se place juste.

L'enregistrement même, quand il s'y prête ; sinon une copie wav à 16 kHz, rangée avec la forme d'onde
dans `exports/prive/ecoute/` sous l'identifiant de la source (un retrait l'efface ; rien ne s'y perd).
"""

from __future__ import annotations

import wave
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from recherche.audio import decodage
from recherche.entrepot import Entrepot, sources
from recherche.etapes.seance import cle, disque_plein
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Avancement, Suivi, silencieux
from recherche.reglages import Etude

ETAPE = "préparer l'écoute"
PIC_S = 0.1
EXACTS = {".wav", ".flac", ".m4a", ".mp4", ".ogg", ".oga", ".opus"}
"""Formats que les navigateurs lisent et où ils se placent à la milliseconde."""
PAQUETS_SONDES = 2000


def fichiers_son(etude: Etude, source_id: str) -> list[Path]:
    """Les enregistrements utilisables de la source, dans l'ordre où ils se suivent."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        connus = [f for f in sources.fichiers(cx) if f.utilisable and f.source_id == source_id]
    fichiers = [etude.enregistrements / f.chemin for f in connus]
    return [fichier for fichier in fichiers if fichier.is_file()]


def son(etude: Etude, source_id: str) -> Path | None:
    """Le fichier à écouter s'il est prêt ; None s'il n'y a pas de son, ou s'il faut `preparer`."""
    fichiers = fichiers_son(etude, source_id)
    if len(fichiers) == 1 and se_lit_tel_quel(fichiers[0]):
        return fichiers[0]
    copie = _chemin(etude, source_id, fichiers, "wav")
    return copie if fichiers and copie.is_file() else None


def pics(etude: Etude, source_id: str) -> bytes | None:
    """La forme d'onde si elle est prête : une crête de 0 à 255 par `PIC_S` secondes."""
    fichiers = fichiers_son(etude, source_id)
    fichier = _chemin(etude, source_id, fichiers, "pics")
    return fichier.read_bytes() if fichiers and fichier.is_file() else None


def prete(etude: Etude, source_id: str) -> bool:
    """Vrai si la forme d'onde et un fichier qui s'écoute sont là."""
    return pics(etude, source_id) is not None and son(etude, source_id) is not None


def preparer(etude: Etude, source_id: str, *, suivi: Suivi = silencieux) -> bool:
    """Calcule la forme d'onde, et la copie wav si l'enregistrement ne s'écoute pas tel quel.

    Rend faux si la source n'a pas de son. Lève `ErreurAudio`, `ErreurEntrepot` (disque plein).
    """
    fichiers = fichiers_son(etude, source_id)
    if not fichiers:
        return False
    fait = _chemin(etude, source_id, fichiers, "pics")
    copie = None if son(etude, source_id) else _chemin(etude, source_id, fichiers, "wav")
    if fait.is_file() and copie is None:
        return True
    seul = len(fichiers) == 1 and se_lit_tel_quel(fichiers[0])
    copie = None if seul else _chemin(etude, source_id, fichiers, "wav")
    etude.exports.mkdir(exist_ok=True)
    fait.parent.parent.mkdir(mode=0o700, exist_ok=True)
    fait.parent.mkdir(mode=0o700, exist_ok=True)
    with disque_plein(etude.chemin):
        for ancien in fait.parent.glob(f"{source_id}.*"):
            ancien.unlink()
        _ecrire(fichiers, fait, copie, source_id, suivi)
    return True


def se_lit_tel_quel(fichier: Path) -> bool:
    """Vrai si un navigateur lit ce fichier et s'y place juste : un mp3 à débit variable, non."""
    suffixe = fichier.suffix.lower()
    return suffixe in EXACTS or (suffixe == ".mp3" and _debit_constant(fichier))


def _debit_constant(fichier: Path) -> bool:
    """Vrai si les paquets ont la même taille, à l'octet de bourrage près."""
    import av

    try:
        with av.open(str(fichier), metadata_errors="ignore") as conteneur:
            paquets = conteneur.demux(audio=0)
            tailles = {p.size for _, p in zip(range(PAQUETS_SONDES), paquets, strict=False) if p.size}
    except (av.FFmpegError, OSError):
        return False
    return bool(tailles) and max(tailles) - min(tailles) <= 1


def _chemin(etude: Etude, source_id: str, fichiers: Sequence[Path], suffixe: str) -> Path:
    etats = [(f.name, f.stat().st_size, f.stat().st_mtime_ns) for f in fichiers]
    dossier = etude.exports / "prive" / "ecoute"
    return dossier / f"{source_id}.{cle('ecoute/1', etats)[:12]}.{suffixe}"


def _ecrire(fichiers: Sequence[Path], fait: Path, copie: Path | None, objet: str, suivi: Suivi) -> None:
    """Décode une fois : la forme d'onde, et la copie si elle est voulue, complètes ou absentes."""
    cretes: list[np.ndarray] = []
    lus = 0
    provisoire = None if copie is None else copie.with_name(f".{copie.name}.partiel")
    with ExitStack() as pile:
        sortie = None if provisoire is None else pile.enter_context(_ouvrir_wav(provisoire))
        for signal in _signal(fichiers):
            cretes.append(_cretes(signal))
            if sortie is not None:
                sortie.writeframes((np.clip(signal, -1, 1) * 32_767).astype("<i2").tobytes())
            lus += len(signal)
            suivi(Avancement(ETAPE, objet, lus / decodage.TAUX_HZ, 0, "s"))
    if provisoire is not None and copie is not None:
        provisoire.replace(copie)
    tout = np.concatenate(cretes) if cretes else np.zeros(0)
    echelle = 255 / max(float(tout.max(initial=0.0)), 1e-4)
    ecrire_atomique(fait, np.rint(tout * echelle).astype(np.uint8).tobytes(), mode=0o600)


def _signal(fichiers: Iterable[Path]) -> Iterable[decodage.Signal]:
    for fichier in fichiers:
        yield from decodage.flux(fichier)


def _cretes(signal: decodage.Signal) -> np.ndarray:
    pas = round(PIC_S * decodage.TAUX_HZ)
    return np.maximum.reduceat(np.abs(signal), np.arange(0, len(signal), pas))


def _ouvrir_wav(fichier: Path) -> wave.Wave_write:
    fichier.touch(mode=0o600)
    sortie = wave.open(str(fichier), "wb")  # noqa: SIM115
    sortie.setnchannels(1)
    sortie.setsampwidth(2)
    sortie.setframerate(decodage.TAUX_HZ)
    return sortie
