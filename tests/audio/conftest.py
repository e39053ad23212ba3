"""Le son des épreuves : des extraits de la démonstration, et des fichiers fabriqués par PyAV."""

import json
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest

from recherche.audio import decodage, modeles
from recherche.audio.decodage import TAUX_HZ, Signal
from recherche.audio.diarisation import DiariseurOnnx
from recherche.audio.transcription import Transcripteur
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import TourDeParole

RACINE = Path(__file__).parents[2]
ENREGISTREMENTS = RACINE / "interviews" / "demo" / "enregistrements"
VERITE = RACINE / "benchmarks" / "verite"

Ecrire = Callable[..., Path]


@pytest.fixture(scope="session")
def entretien() -> Path:
    """Un entretien de quatre minutes et demie : mp3, 22 050 Hz, mono."""
    return ENREGISTREMENTS / "LOR-J-02.mp3"


@pytest.fixture(scope="session")
def extrait(entretien: Path) -> Signal:
    """Les 34 premières secondes : une question, la réponse, le début d'une question."""
    return decodage.lire(entretien, 0, 34)


@pytest.fixture(scope="session")
def transcripteur() -> Transcripteur:
    """Whisper base, chargé une fois pour toutes les épreuves."""
    return Transcripteur(modeles.trouver("base"), ReglagesTranscription(faisceau=1), fils=1)


@pytest.fixture(scope="session")
def diariseur() -> DiariseurOnnx:
    return DiariseurOnnx(fils=1)


@pytest.fixture
def ecrire(tmp_path: Path) -> Ecrire:
    """Encode un signal : `ecrire("a.flac", signal, "flac")`."""

    def _ecrire(
        nom: str,
        signal: Signal,
        codec: str,
        *,
        taux_hz: int = TAUX_HZ,
        canaux: int = 1,
        video: bool = False,
    ) -> Path:
        chemin = tmp_path / nom
        with av.open(str(chemin), "w") as sortie:
            images = sortie.add_stream("mpeg4", rate=5, width=16, height=16) if video else None
            disposition = "stereo" if canaux == 2 else "mono"
            piste = sortie.add_stream(codec, rate=taux_hz, layout=disposition)
            piste.bit_rate = 12_200 if codec.endswith("amrnb") else 96_000
            trame = av.AudioFrame.from_ndarray(
                (np.tile(signal[:, None], canaux).reshape(1, -1) * 32767).astype(np.int16),
                format="s16",
                layout=disposition,
            )
            trame.sample_rate = TAUX_HZ
            convertisseur = av.AudioResampler(
                piste.codec_context.format,
                disposition,
                taux_hz,
                frame_size=piste.codec_context.frame_size,
            )
            if images is not None:
                image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
                sortie.mux(images.encode(image))
                sortie.mux(images.encode())
            for convertie in [*convertisseur.resample(trame), *convertisseur.resample(None)]:
                sortie.mux(piste.encode(convertie))
            sortie.mux(piste.encode())
        return chemin

    return _ecrire


def parole_vraie(identifiant: str, fin_s: float = float("inf")) -> list[TourDeParole]:
    """La vérité d'un enregistrement de la démonstration, coupée à `fin_s`."""
    tours = json.loads((VERITE / f"{identifiant}.verite.json").read_text(encoding="utf-8"))["tours"]
    return [
        TourDeParole(debut, min(fin, fin_s), tour["locuteur"])
        for tour in tours
        for debut, fin in tour["parole"]
        if debut < fin_s
    ]
