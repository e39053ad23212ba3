"""Comptes du tableau de bord : condensés, essais ralentis, trace sans contenu."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recherche.erreurs import ErreurConfidentialite
from recherche.publication.comptes import ESSAIS_LIBRES, Comptes

PHRASE = "une phrase assez longue"
MIDI = datetime(2010, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def comptes(tmp_path):
    comptes = Comptes(tmp_path / "etat")
    comptes.ajouter("Ville de Brest", PHRASE, "Brest")
    return comptes


def test_le_mot_de_passe_n_est_garde_nulle_part(comptes, tmp_path):
    assert comptes.entrer("ville de brest ", PHRASE).territoire == "Brest"
    octets = b"".join(f.read_bytes() for f in (tmp_path / "etat").rglob("*") if f.is_file())
    assert PHRASE.encode() not in octets
    assert (tmp_path / "etat" / "comptes.json").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("nom", ["Ville de Brest", "personne"])
def test_les_essais_manques_sont_ralentis_que_le_nom_existe_ou_non(comptes, nom):
    for rang in range(ESSAIS_LIBRES):
        with pytest.raises(ErreurConfidentialite, match="Nom ou mot de passe inconnu"):
            comptes.entrer(nom, "mauvais", maintenant=MIDI + timedelta(seconds=rang))
    with pytest.raises(ErreurConfidentialite, match="Trop d'essais"):
        comptes.entrer(nom, PHRASE, maintenant=MIDI + timedelta(seconds=10))


def test_apres_l_attente_le_bon_mot_de_passe_entre_et_remet_a_zero(comptes):
    for _ in range(ESSAIS_LIBRES):
        with pytest.raises(ErreurConfidentialite):
            comptes.entrer("Ville de Brest", "mauvais", maintenant=MIDI)
    plus_tard = MIDI + timedelta(minutes=2)
    assert comptes.entrer("Ville de Brest", PHRASE, maintenant=plus_tard).nom == "ville de brest"
    with pytest.raises(ErreurConfidentialite, match="inconnu"):
        comptes.entrer("Ville de Brest", "mauvais", maintenant=plus_tard)


def test_un_compte_oidc_n_entre_pas_par_mot_de_passe(comptes):
    comptes.ajouter("elu@ville.example", None)
    with pytest.raises(ErreurConfidentialite, match="inconnu"):
        comptes.entrer("elu@ville.example", "")
    assert comptes.trouver("ELU@ville.example") is not None


def test_la_trace_dit_qui_et_quoi_puis_s_efface(comptes, tmp_path):
    comptes.tracer("Ville de Brest", "Verbatims", maintenant=MIDI)
    comptes.tracer("Ville de Brest", "Thèmes", maintenant=MIDI)
    trace = tmp_path / "etat" / "acces-2010-03.csv"
    assert trace.read_text("utf-8").splitlines() == [
        "date,compte,page",
        "2010-03-01T12:00:00+00:00,ville de brest,Verbatims",
        "2010-03-01T12:00:00+00:00,ville de brest,Thèmes",
    ]
    comptes.tracer("Ville de Brest", "Thèmes", maintenant=MIDI + timedelta(days=400))
    assert not trace.exists()


def test_un_compte_retire_n_entre_plus(comptes):
    comptes.retirer("Ville de Brest")
    with pytest.raises(ErreurConfidentialite, match="inconnu"):
        comptes.entrer("Ville de Brest", PHRASE)
    with pytest.raises(ErreurConfidentialite, match="pas de compte"):
        comptes.retirer("Ville de Brest")


def test_un_mot_de_passe_court_est_refuse(comptes):
    with pytest.raises(ErreurConfidentialite, match="12 caractères"):
        comptes.ajouter("court", "secret")
