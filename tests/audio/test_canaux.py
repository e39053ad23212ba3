import sys
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

from recherche.audio import chaine
from recherche.audio.canaux import DiariseurCanaux
from recherche.audio.decodage import TAUX_HZ, Signal, flux_stereo
from recherche.erreurs import ErreurAudio
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import TourDeParole

from .conftest import Ecrire, parole_vraie


def stereo(tmp_path, ecrire: Ecrire, gauche: Signal, droite: Signal):
    """Un wav dont les deux canaux diffèrent."""
    import wave

    fichier = tmp_path / "deux.wav"
    with wave.open(str(fichier), "wb") as sortie:
        sortie.setparams((2, 2, TAUX_HZ, 0, "NONE", ""))
        canaux = np.clip(np.stack([gauche, droite], axis=1), -1, 1)
        sortie.writeframes((canaux * 32_767).astype("<i2").tobytes())
    return fichier


def test_chacun_a_son_canal_malgre_l_echo(tmp_path, ecrire: Ecrire, extrait: Signal) -> None:
    """Enquêteur à gauche, enquêté à droite, chacun entendu 20 dB plus bas dans le micro de l'autre."""
    voix = {"ENQ": np.zeros_like(extrait), "ENT": np.zeros_like(extrait)}
    for tour in parole_vraie("LOR-J-02", 34):
        ou = slice(round(tour.debut_s * TAUX_HZ), round(tour.fin_s * TAUX_HZ))
        voix[tour.locuteur][ou] = extrait[ou]
    gauche, droite = voix["ENQ"] + voix["ENT"] * 0.1, voix["ENT"] + voix["ENQ"] * 0.1
    tours = DiariseurCanaux().diariser(stereo(tmp_path, ecrire, gauche, droite))
    for qui, vrai in (("L1", "ENQ"), ("L2", "ENT")):
        entendu = sum(t.fin_s - t.debut_s for t in tours if t.locuteur == qui)
        dit = sum(t.fin_s - t.debut_s for t in parole_vraie("LOR-J-02", 34) if t.locuteur == vrai)
        assert entendu == pytest.approx(dit, rel=0.15), qui


def test_deux_canaux_identiques_ou_un_seul_sont_refuses(
    tmp_path, ecrire: Ecrire, extrait: Signal
) -> None:
    court = extrait[: 3 * TAUX_HZ]
    with pytest.raises(ErreurAudio, match="les deux canaux portent le même son"):
        DiariseurCanaux().diariser(stereo(tmp_path, ecrire, court, court))
    with pytest.raises(ErreurAudio, match="il en faut deux"):
        list(flux_stereo(ecrire("mono.wav", court, "pcm_s16le")))
    with pytest.raises(ErreurAudio, match="mono"):
        DiariseurCanaux().diariser(court)


def test_un_diariseur_etranger_se_branche_par_son_nom(monkeypatch: pytest.MonkeyPatch) -> None:
    attendu = (TourDeParole(0.0, 1.0, "L1"),)
    module = ModuleType("diariseur_d_essai")
    module.Mien = lambda: SimpleNamespace(  # type: ignore[attr-defined]
        diariser=lambda source, nombre=None: attendu
    )
    monkeypatch.setitem(sys.modules, "diariseur_d_essai", module)
    reglages = ReglagesTranscription(diariseur="diariseur_d_essai:Mien")
    assert chaine.diariseur_de(reglages, 1).diariser(np.zeros(10, np.float32)) == attendu


@pytest.mark.parametrize("choix", ["n_existe_pas:Rien", "recherche.audio.canaux:Rien", "pyannote"])
def test_un_diariseur_absent_se_dit(choix: str) -> None:
    with pytest.raises(ErreurAudio, match=r"ne se charge pas|n'est pas installé") as dite:
        chaine.diariseur(1, choix)
    assert "etude.toml" in dite.value.remede or "ôtez cette ligne" in dite.value.remede


def test_pyannote_recoit_le_nombre_et_rend_nos_tours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sans ses poids, seule l'interface se vérifie : ce qui est passé, ce qui est rendu."""
    from recherche.audio.diariseur_pyannote import DiariseurPyannote

    recus: list[dict[str, int]] = []

    def chaine_pyannote(son, **voulus):
        recus.append(voulus)
        passages = [(1.0, 2.0, "SPEAKER_01"), (0.0, 0.9, "SPEAKER_00")]
        pistes = [(SimpleNamespace(start=d, end=f), "_", qui) for d, f, qui in passages]
        return SimpleNamespace(itertracks=lambda yield_label: iter(pistes))

    audio = SimpleNamespace(Pipeline=SimpleNamespace(from_pretrained=lambda nom: chaine_pyannote))
    torch = SimpleNamespace(set_num_threads=lambda fils: None, from_numpy=lambda signal: signal)
    monkeypatch.setitem(sys.modules, "pyannote", ModuleType("pyannote"))
    monkeypatch.setitem(sys.modules, "pyannote.audio", audio)
    monkeypatch.setitem(sys.modules, "torch", torch)
    diariseur = DiariseurPyannote()
    tours = diariseur.diariser(np.zeros(100, np.float32), (2, 4))
    diariseur.diariser(np.zeros(100, np.float32), 3)
    assert tours == (TourDeParole(0.0, 0.9, "L1"), TourDeParole(1.0, 2.0, "L2"))
    assert recus == [{"min_speakers": 2, "max_speakers": 4}, {"num_speakers": 3}]
