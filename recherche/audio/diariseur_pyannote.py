"""Brancher pyannote.audio, si la personne l'a et en a les poids : il n'est pas une dépendance.

Source : Bredin, « pyannote.audio 2.1 speaker diarization pipeline » (2023).
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from recherche.audio.decodage import TAUX_HZ, Source, relire
from recherche.audio.regroupement import Nombre
from recherche.erreurs import ErreurAudio
from recherche.modele.transcription import TourDeParole

MODELE = "pyannote/speaker-diarization-3.1"


class DiariseurPyannote:
    """La chaîne de pyannote (`modele` : nom ou chemin de son `config.yaml`). Lève `ErreurAudio`."""

    def __init__(self, modele: str | None = None, *, fils: int = 1) -> None:
        try:
            audio = importlib.import_module("pyannote.audio")
            self._torch: Any = importlib.import_module("torch")
        except ImportError as erreur:
            raise ErreurAudio(
                f"pyannote.audio n'est pas installé : {erreur}.",
                "Installez-le (pip install pyannote.audio), ou ôtez « diariseur » d'etude.toml.",
            ) from erreur
        self._torch.set_num_threads(fils)
        nom = modele or MODELE
        try:
            self._chaine: Any = audio.Pipeline.from_pretrained(nom)
        except (OSError, RuntimeError, ValueError) as erreur:
            raise _sans_poids(nom) from erreur
        if self._chaine is None:
            raise _sans_poids(nom)

    def diariser(self, source: Source, nombre: Nombre = None) -> tuple[TourDeParole, ...]:
        """Les tours de parole (L1, L2… par ordre d'apparition) ; garde tout le signal en mémoire."""
        signal = np.concatenate([np.zeros(0, np.float32), *relire(source)()])
        voulus: dict[str, int] = {}
        if isinstance(nombre, tuple):
            voulus = {"min_speakers": nombre[0], "max_speakers": nombre[1]}
        elif nombre is not None:
            voulus = {"num_speakers": nombre}
        son = {"waveform": self._torch.from_numpy(signal)[None], "sample_rate": TAUX_HZ}
        rendu = self._chaine(son, **voulus)
        annotation = getattr(rendu, "speaker_diarization", rendu)
        passages = sorted(
            (float(segment.start), float(segment.end), str(qui))
            for segment, _, qui in annotation.itertracks(yield_label=True)
        )
        noms: dict[str, str] = {}
        return tuple(
            TourDeParole(round(d, 3), round(f, 3), noms.setdefault(qui, f"L{len(noms) + 1}"))
            for d, f, qui in passages
        )


def _sans_poids(nom: str) -> ErreurAudio:
    return ErreurAudio(
        f"Les poids « {nom} » de pyannote ne se chargent pas.",
        'Donnez le chemin de leur config.yaml dans etude.toml : diariseur = "pyannote:CHEMIN".',
    )
