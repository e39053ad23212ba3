import wave
from pathlib import Path

import numpy as np
import pytest

from recherche.audio import chaine, modeles
from recherche.audio.attribution import nommer
from recherche.audio.decodage import TAUX_HZ, Signal
from recherche.erreurs import ErreurAudio
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import Mot, Tour

REGLAGES = ReglagesTranscription(faisceau=1, bloc_s=30)
Blocs = dict[int, tuple[Mot, ...]]


def en_wav(fichier: Path, signal: Signal) -> Path:
    with wave.open(str(fichier), "wb") as sortie:
        sortie.setparams((1, 2, TAUX_HZ, 0, "NONE", ""))
        sortie.writeframes((signal * 32767).astype("<i2").tobytes())
    return fichier


def traiter(fichier: Path, faits: Blocs, nouveaux: Blocs) -> tuple[Tour, ...]:
    return chaine.traiter(
        (fichier,),
        modele=modeles.trouver("base"),
        reglages=REGLAGES,
        nombre=2,
        fils=1,
        amorce=None,
        blocs_faits=faits,
        sur_bloc=lambda indice, debut_s, fin_s, mots, doutes: nouveaux.update({indice: mots}),
    )


def test_la_chaine_et_la_reprise(tmp_path: Path, entretien: Path) -> None:
    from recherche.audio.decodage import lire

    fichier = en_wav(tmp_path / "a.wav", lire(entretien, 0, 45))
    blocs: Blocs = {}
    tours = traiter(fichier, {}, blocs)
    assert sorted(blocs) == [0, 1]
    noms = nommer(tours, genre="entretien")
    assert [noms[tour.locuteur] for tour in tours] == ["ENQ", "ENT", "ENQ", "ENT"]
    # Un arrêt après le premier bloc : seul le second est refait, et le résultat est le même.
    refaits: Blocs = {}
    assert traiter(fichier, {0: blocs[0]}, refaits) == tours
    assert sorted(refaits) == [1]


def test_sans_parole_c_est_une_erreur(tmp_path: Path) -> None:
    bruit = np.random.default_rng(3).normal(0, 0.002, 40 * TAUX_HZ).astype(np.float32)
    with pytest.raises(ErreurAudio, match=r"bruit\.wav : aucun mot reconnu"):
        traiter(en_wav(tmp_path / "bruit.wav", bruit), {}, {})
