"""Où l'on parle : la détection de parole Silero que fournit faster-whisper."""

from __future__ import annotations

from recherche.audio.decodage import TAUX_HZ, Signal
from recherche.audio.fenetres import FENETRE_S, Intervalle


def passages_de_parole(
    signal: Signal, *, decalage_s: float = 0.0, marge_s: float = 0.2
) -> list[Intervalle]:
    """Les intervalles parlés d'un signal mono à 16 kHz, en secondes plus `decalage_s`.

    Un passage dure au plus `FENETRE_S` ; un silence de moins de 0,3 s ne le coupe pas ; `marge_s` est
    laissée de chaque côté.
    """
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if not len(signal):
        return []
    options = VadOptions(
        max_speech_duration_s=FENETRE_S,
        min_silence_duration_ms=300,
        speech_pad_ms=round(1_000 * marge_s),
    )
    passages = get_speech_timestamps(signal, options)
    return [
        (decalage_s + passage["start"] / TAUX_HZ, decalage_s + passage["end"] / TAUX_HZ)
        for passage in passages
    ]
