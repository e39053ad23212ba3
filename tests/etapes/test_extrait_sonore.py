"""Quelques secondes d'un enregistrement, où qu'il soit coupé en fichiers."""

import wave

import numpy as np
import pytest
from outils import petite_etude

from recherche.carnet import ecouter
from recherche.entrepot import Entrepot, sources
from recherche.erreurs import ErreurAudio
from recherche.etapes.extrait_sonore import extrait_sonore
from recherche.modele.entretien import Enregistrement
from recherche.registre import lire_registre

SOURCE = "LOR-J-02"
TAUX = 16_000


@pytest.fixture
def etude(tmp_path, monkeypatch):
    """Deux fichiers d'une seconde : un la grave (200 Hz), puis un aigu (800 Hz)."""
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    etude = petite_etude(tmp_path / "etude", (SOURCE,))
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("préparer") as ecriture:
        sources.synchroniser(ecriture, lire_registre(etude).sources)
        for rang, frequence in enumerate((200, 800)):
            nom = f"{SOURCE}-{rang}.wav"
            signal = 0.5 * np.sin(2 * np.pi * frequence * np.arange(TAUX) / TAUX)
            with wave.open(str(etude.enregistrements / nom), "wb") as fichier:
                fichier.setnchannels(1)
                fichier.setsampwidth(2)
                fichier.setframerate(TAUX)
                fichier.writeframes((signal * 32_767).astype("<i2").tobytes())
            mesure = Enregistrement(nom, f"e{rang}", 1.0, TAUX, 1, -9.0, 0.0)
            sources.poser_fichier(
                ecriture, sources.FichierSon(nom, SOURCE, rang, 1, "0", f"e{rang}", mesure)
            )
    return etude


def dominante(signal):
    return int(np.argmax(np.abs(np.fft.rfft(signal))) * TAUX / len(signal))


def test_le_temps_court_d_un_fichier_au_suivant(etude):
    grave, taux_hz = extrait_sonore(etude, SOURCE, 0.25, duree_s=0.5)
    aigu, _ = extrait_sonore(etude, SOURCE, 1.25, duree_s=8)
    assert (taux_hz, len(grave), len(aigu)) == (TAUX, TAUX // 2, TAUX * 3 // 4)
    assert (dominante(grave), dominante(aigu)) == (200, 800)
    assert "<audio" in ecouter(etude, SOURCE, 1.25)._repr_html_()


@pytest.mark.parametrize(("source", "debut_s"), [(SOURCE, 2.5), ("LOR-J-01", 0.0)])
def test_sans_son_on_le_dit(etude, source, debut_s):
    with pytest.raises(ErreurAudio, match="Il n'y a pas de son"):
        extrait_sonore(etude, source, debut_s)
