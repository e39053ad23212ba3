"""Écriture atomique : l'ancien fichier ou le nouveau, jamais un morceau."""

import errno
import os
import stat

import pytest

from recherche.modele.fichiers import ecrire_atomique


def test_ecrit_et_remplace_en_creant_le_dossier(tmp_path):
    fichier = tmp_path / "exports" / "a.txt"
    ecrire_atomique(fichier, b"un")
    ecrire_atomique(fichier, b"deux")
    assert fichier.read_bytes() == b"deux"
    assert [f.name for f in fichier.parent.iterdir()] == ["a.txt"]


@pytest.mark.parametrize("appel", ["fsync", "replace"])
def test_disque_plein_l_ancien_reste(tmp_path, monkeypatch, appel):
    fichier = tmp_path / "a.txt"
    fichier.write_bytes(b"ancien")

    def plein(*_, **__):
        raise OSError(errno.ENOSPC, "plus de place")

    cible = "os.fsync" if appel == "fsync" else "pathlib.Path.replace"
    monkeypatch.setattr(cible, plein)
    with pytest.raises(OSError, match="plus de place"):
        ecrire_atomique(fichier, b"nouveau")
    assert fichier.read_bytes() == b"ancien"
    assert [f.name for f in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(os.name != "posix", reason="droits POSIX")
def test_droits(tmp_path):
    secret, ordinaire = tmp_path / "cle", tmp_path / "a.txt"
    ecrire_atomique(secret, b"x", mode=0o600)
    ecrire_atomique(secret, b"y")
    assert stat.S_IMODE(secret.stat().st_mode) == 0o600
    masque = os.umask(0o022)
    try:
        ecrire_atomique(ordinaire, b"x")
    finally:
        os.umask(masque)
    assert stat.S_IMODE(ordinaire.stat().st_mode) == 0o644
