import hashlib
import shutil
from pathlib import Path

import pytest

from recherche.audio import empreintes, modeles
from recherche.audio.modeles import Etat
from recherche.erreurs import ErreurAudio


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Un cache neuf, et un cache de Hugging Face vide."""
    monkeypatch.setenv("RECHERCHE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hf"))
    return tmp_path / "cache"


def test_base_est_joint_et_verifie_une_seule_fois(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier = modeles.trouver("base")
    assert dossier == cache / "whisper-base"
    assert {f.name for f in dossier.iterdir()} == set(modeles.FICHIERS_WHISPER)
    for nom, attendue in modeles.FICHIERS_WHISPER.items():
        assert hashlib.sha256((dossier / nom).read_bytes()).hexdigest() == attendue
    monkeypatch.setattr(empreintes, "empreinte_fichier", lambda f: pytest.fail(f"{f} relu"))
    assert modeles.trouver("base") == dossier


def test_un_modele_joint_qui_change_est_refait(cache: Path) -> None:
    dossier = modeles.trouver("base")
    (dossier / "config.json").write_text("{}", encoding="utf-8")
    assert modeles.trouver("base") == dossier
    assert (
        empreintes.empreinte_memorisee(dossier / "config.json")
        == modeles.FICHIERS_WHISPER["config.json"]
    )


def test_un_paquet_altere_est_refuse(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = modeles._sources_paquets()
    assert sources is not None
    abime = tmp_path / "part2"
    abime.mkdir()
    octets = bytearray((sources[1] / "model.bin.part2").read_bytes())
    octets[1_000_000] ^= 1
    (abime / "model.bin.part2").write_bytes(octets)
    monkeypatch.setattr(modeles, "_sources_paquets", lambda: (sources[0], abime))
    with pytest.raises(ErreurAudio, match=r"model\.bin .* empreinte SHA-256 diffère") as leve:
        modeles.trouver("base")
    assert "pip install --force-reinstall" in leve.value.remede
    assert not (cache / "whisper-base").exists()
    assert {m.nom: m.etat for m in modeles.catalogue()}["base"] is Etat.ALTERE


def test_un_dossier_est_pris_tel_quel_s_il_est_entier(tmp_path: Path) -> None:
    dossier = tmp_path / "mien"
    shutil.copytree(modeles.trouver("base"), dossier)
    assert modeles.trouver(str(dossier)) == dossier
    (dossier / "tokenizer.json").unlink()
    with pytest.raises(ErreurAudio, match=r"il manque tokenizer\.json"):
        modeles.trouver(str(dossier))


def test_un_modele_v3_sans_ses_128_bandes_est_refuse(tmp_path: Path) -> None:
    for nom in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / nom).write_bytes(b"{}")
    (tmp_path / "vocabulary.json").write_text('["<|fr|>", "<|yue|>"]', encoding="utf-8")
    with pytest.raises(ErreurAudio, match=r"il manque preprocessor_config\.json"):
        modeles.trouver(str(tmp_path))
    (tmp_path / "preprocessor_config.json").write_text('{"feature_size": 128}', encoding="utf-8")
    assert modeles.trouver(str(tmp_path)) == tmp_path


def test_le_cache_de_hugging_face_est_verifie(tmp_path: Path) -> None:
    depot = tmp_path / "hf" / "models--Systran--faster-whisper-tiny"
    (depot / "blobs").mkdir(parents=True)
    (depot / "refs").mkdir()
    (depot / "refs" / "main").write_text("abc", encoding="utf-8")
    instantane = depot / "snapshots" / "abc"
    instantane.mkdir(parents=True)
    for nom in ("model.bin", "config.json", "tokenizer.json", "vocabulary.txt"):
        range_sous = hashlib.sha256(nom.encode()).hexdigest()
        (depot / "blobs" / range_sous).write_bytes(nom.encode())
        (instantane / nom).symlink_to(depot / "blobs" / range_sous)
    assert modeles.trouver("tiny") == instantane
    assert {m.nom: m.etat for m in modeles.catalogue()}["tiny"] is Etat.VERIFIE
    (instantane / "model.bin").resolve().write_bytes(b"autre chose")
    with pytest.raises(ErreurAudio, match="empreinte SHA-256 diffère"):
        modeles.trouver("tiny")


def test_modele_inconnu_ou_absent() -> None:
    with pytest.raises(ErreurAudio, match="ni un dossier ni un modèle connu"):
        modeles.trouver("enorme")
    with pytest.raises(ErreurAudio, match="n'est pas sur cette machine") as leve:
        modeles.trouver("large-v3")
    assert "recherche modeles --telecharger large-v3" in leve.value.remede


def test_un_cache_qui_ne_s_ecrit_pas_se_dit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "fichier").write_text("pas un dossier", encoding="utf-8")
    monkeypatch.setenv("RECHERCHE_CACHE", str(tmp_path / "fichier" / "cache"))
    with pytest.raises(ErreurAudio, match="ne peut pas être préparé") as leve:
        modeles.trouver("base")
    assert "RECHERCHE_CACHE" in leve.value.remede


def test_catalogue() -> None:
    etats = {m.nom: m.etat for m in modeles.catalogue()}
    assert etats["base"] is Etat.VERIFIE
    assert etats["large-v3-turbo"] is Etat.ABSENT
    assert etats["segmentation.onnx"] is etats["locuteur.onnx"] is Etat.VERIFIE


def test_poids_de_diarisation_alteres(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copie = tmp_path / "poids"
    shutil.copytree(modeles._poids(), copie)
    (copie / "locuteur.onnx").write_bytes(b"")
    monkeypatch.setattr(modeles, "_poids", lambda: copie)
    with pytest.raises(ErreurAudio, match=r"locuteur\.onnx"):
        modeles.poids_diarisation()
