"""Reconnaître un disque chiffré sous Linux, d'après un faux /sys et un faux mountinfo."""

import os
import sys

import pytest

from recherche.etapes import chiffrement

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="/sys et mountinfo de Linux")


@pytest.fixture
def machine(tmp_path):
    """De quoi construire /sys/dev/block et mountinfo pour le périphérique de tmp_path."""
    numero = tmp_path.stat().st_dev
    nom = f"{os.major(numero)}:{os.minor(numero)}"
    (tmp_path / "sys" / "dev" / "block").mkdir(parents=True)

    def construire(systeme="ext4", uuids=()):
        montages = tmp_path / "mountinfo"
        montages.write_text(f"36 35 {nom} / / rw,noatime shared:1 - {systeme} /dev/x rw\n")
        parent = None
        for rang, uuid in enumerate(uuids):
            bloc = tmp_path / "devices" / f"dm-{rang}"
            (bloc / "dm").mkdir(parents=True)
            (bloc / "slaves").mkdir()
            (bloc / "dm" / "uuid").write_text(f"{uuid}\n")
            lien = (
                tmp_path / "sys" / "dev" / "block" / nom
                if parent is None
                else parent / "slaves" / bloc.name
            )
            lien.symlink_to(bloc)
            parent = bloc
        return chiffrement._linux(tmp_path, tmp_path / "sys", montages)

    return construire


def test_luks_se_reconnait_meme_sous_un_volume_logique(machine):
    assert machine(uuids=("LVM-abc", "CRYPT-LUKS2-def")).actif is True


def test_un_volume_logique_nu_n_est_pas_chiffre(machine):
    assert machine(uuids=("LVM-abc",)).actif is False


def test_un_systeme_de_fichiers_chiffre_se_reconnait(machine):
    assert machine(systeme="fuse.gocryptfs").actif is True


def test_sans_peripherique_on_ne_sait_pas(machine):
    assert machine().actif is None
