import itertools
import json
import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.testing import assert_allclose

from recherche.audio.conteneurs import nature_etrangere
from recherche.audio.decodage import (
    FORMATS,
    TAUX_HZ,
    Signal,
    decouper_en_blocs,
    est_silencieux,
    flux,
    lire,
    mesurer,
)
from recherche.erreurs import ErreurAudio

from .conftest import ENREGISTREMENTS, Ecrire


def note(duree_s: float, amplitude: float = 0.5) -> Signal:
    temps = np.arange(round(duree_s * TAUX_HZ)) / TAUX_HZ
    return (amplitude * np.sin(2 * np.pi * 440 * temps)).astype(np.float32)


@pytest.mark.parametrize(
    ("nom", "codec", "taux_hz", "canaux"),
    [
        ("a.wav", "pcm_s16le", 44_100, 2),
        ("a.wav", "pcm_s16le", 8_000, 1),
        ("a.flac", "flac", 48_000, 1),
        ("a.mp3", "libmp3lame", 22_050, 1),
        ("a.m4a", "aac", 44_100, 2),
        ("a.ogg", "libopus", 48_000, 2),
        ("a.opus", "libopus", 48_000, 1),
        ("a.wma", "wmav2", 44_100, 2),
        ("a.amr", "libopencore_amrnb", 8_000, 1),
        ("a.aiff", "pcm_s16be", 44_100, 2),
    ],
)
def test_tous_les_formats(
    ecrire: Ecrire, tmp_path: Path, nom: str, codec: str, taux_hz: int, canaux: int
) -> None:
    # Une note de 440 Hz pendant 3 s puis 1 s de silence.
    signal = np.concatenate([note(3), np.zeros(TAUX_HZ, np.float32)])
    fichier = ecrire(nom, signal, codec, taux_hz=taux_hz, canaux=canaux)
    assert fichier.suffix in FORMATS
    mesure = mesurer(fichier, racine=tmp_path)
    assert (mesure.chemin, mesure.taux_hz, mesure.canaux) == (nom, taux_hz, canaux)
    assert mesure.duree_s == pytest.approx(4, abs=0.15)
    assert mesure.part_silence == pytest.approx(0.25, abs=0.05)
    lu = lire(fichier)
    assert lu.dtype == np.float32
    assert lu.ndim == 1
    spectre = np.abs(np.fft.rfft(lu[8_000:40_000]))
    assert np.argmax(spectre) * TAUX_HZ / 32_000 == pytest.approx(440, abs=1)


@pytest.mark.parametrize("nom", ["a.mp4", "a.mov"])
def test_le_son_d_une_video(ecrire: Ecrire, tmp_path: Path, nom: str) -> None:
    fichier = ecrire(nom, note(2), "aac", taux_hz=44_100, video=True)
    assert mesurer(fichier, racine=tmp_path).duree_s == pytest.approx(2, abs=0.1)


def test_mesure_d_un_entretien(entretien: Path) -> None:
    mesure = mesurer(entretien, racine=ENREGISTREMENTS)
    assert mesure.chemin == "LOR-J-02.mp3"
    assert mesure.empreinte == "d4fd2bb2492ca4a95a4a6ce7b75b8ed880cec3648875a5c26615162c16a13567"
    assert mesure.duree_s == pytest.approx(279.4, abs=0.05)
    assert mesure.niveau_dbfs == pytest.approx(-19.9, abs=0.2)
    assert mesure.part_silence == pytest.approx(0.23, abs=0.02)
    assert not est_silencieux(mesure)


def test_lire_un_passage_est_exact(entretien: Path) -> None:
    assert_allclose(lire(entretien, 31.25, 33.5), lire(entretien, 0, 40)[500_000:536_000])


def test_niveau_d_une_note_pleine(ecrire: Ecrire, tmp_path: Path) -> None:
    fichier = ecrire("a.wav", note(1, amplitude=1.0), "pcm_s16le")
    assert mesurer(fichier, racine=tmp_path).niveau_dbfs == pytest.approx(-3.0, abs=0.1)


def test_une_heure_de_silence(tmp_path: Path) -> None:
    fichier = tmp_path / "silence.wav"
    with wave.open(str(fichier), "wb") as sortie:
        sortie.setparams((1, 2, TAUX_HZ, 0, "NONE", ""))
        for _ in range(60):
            sortie.writeframes(bytes(2 * 60 * TAUX_HZ))
    mesure = mesurer(fichier, racine=tmp_path)
    assert mesure.duree_s == 3600
    assert mesure.part_silence == 1
    assert est_silencieux(mesure)


def mauvais(tmp_path: Path, nom: str, octets: bytes) -> str:
    fichier = tmp_path / nom
    fichier.write_bytes(octets)
    with pytest.raises(ErreurAudio) as leve:
        mesurer(fichier, racine=tmp_path)
    assert nom in leve.value.message
    assert leve.value.remede
    return leve.value.message


def test_zero_octet(tmp_path: Path) -> None:
    assert "zéro octet" in mauvais(tmp_path, "vide.mp3", b"")


@pytest.mark.parametrize("nom", ["LOR-J-02.mp3", "LOR-J-02.wav", "LOR-J-02.opus"])
def test_pdf_renomme(tmp_path: Path, nom: str) -> None:
    pdf = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n" + bytes(range(256)) * 400
    assert "n'est pas un enregistrement : c'est un PDF" in mauvais(tmp_path, nom, pdf)


def test_texte_renomme(tmp_path: Path) -> None:
    assert "aucun son" in mauvais(tmp_path, "notes.wav", b"Bonjour, notes de terrain.\n" * 500)


@pytest.mark.parametrize("nom", ["LOR-J-02.mp3", "BRE-J-03.m4a", "LOR-P-03.opus"])
def test_tronque(tmp_path: Path, nom: str) -> None:
    octets = (ENREGISTREMENTS / nom).read_bytes()
    assert "tronqué" in mauvais(tmp_path, nom, octets[: len(octets) * 6 // 10])


def test_tronque_dit_ou_il_s_arrete(tmp_path: Path, entretien: Path) -> None:
    octets = entretien.read_bytes()
    message = mauvais(tmp_path, "a.mp3", octets[: len(octets) // 2])
    assert "il annonce 4 min 39 s et s'arrête à 2 min 20 s" in message


def test_wav_et_flac_tronques(ecrire: Ecrire, tmp_path: Path) -> None:
    for nom, codec in (("a.wav", "pcm_s16le"), ("a.flac", "flac")):
        octets = ecrire(nom, note(20), codec).read_bytes()
        assert "tronqué" in mauvais(tmp_path, f"coupe-{nom}", octets[: len(octets) // 2])


def test_video_sans_piste_audio(tmp_path: Path) -> None:
    import av

    fichier = tmp_path / "muette.mp4"
    with av.open(str(fichier), "w") as sortie:
        piste = sortie.add_stream("mpeg4", rate=5, width=16, height=16)
        image = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        sortie.mux(piste.encode(image))
        sortie.mux(piste.encode())
    with pytest.raises(ErreurAudio, match=r"muette\.mp4 n'a pas de piste audio"):
        mesurer(fichier, racine=tmp_path)


def test_fichier_absent(tmp_path: Path) -> None:
    with pytest.raises(ErreurAudio, match=r"absent\.mp3 ne s'ouvre pas"):
        mesurer(tmp_path / "absent.mp3", racine=tmp_path)


def test_nature_etrangere_d_un_document(tmp_path: Path) -> None:
    fichier = tmp_path / "grille.mp3"
    fichier.write_bytes(b"PK\x03\x04" + bytes(100))
    assert nature_etrangere(fichier) == "un document Office, OpenDocument ou une archive zip"
    fichier.write_text(json.dumps({"a": 1}), encoding="utf-8")
    assert nature_etrangere(fichier) is None


def test_les_blocs_couvrent_tout_et_coupent_au_silence() -> None:
    # Notes de 8 s séparées de silences d'une seconde : les coupes tombent dans les silences.
    signal = np.concatenate([np.concatenate([note(8), np.zeros(TAUX_HZ, np.float32)])] * 12)
    blocs = list(decouper_en_blocs([signal[:700_000], signal[700_000:]], bloc_s=30))
    assert [bloc.indice for bloc in blocs] == list(range(len(blocs)))
    assert_allclose(np.concatenate([bloc.signal for bloc in blocs]), signal)
    for bloc, suivant in itertools.pairwise(blocs):
        assert bloc.fin_s == pytest.approx(suivant.debut_s)
        assert 20 <= bloc.fin_s - bloc.debut_s <= 30
        assert bloc.fin_s % 9 > 8


def test_les_bornes_des_blocs_ne_dependent_pas_des_morceaux(entretien: Path) -> None:
    bornes = [
        [(bloc.debut_s, bloc.fin_s) for bloc in decouper_en_blocs(flux(entretien, morceau_s=pas), 60)]
        for pas in (30, 7)
    ]
    assert bornes[0] == bornes[1]
    assert len(bornes[0]) >= 4
    assert bornes[0][-1][1] == pytest.approx(279.4, abs=0.05)


def test_un_signal_vide_n_a_pas_de_bloc() -> None:
    assert list(decouper_en_blocs([])) == []
