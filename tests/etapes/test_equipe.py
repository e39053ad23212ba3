"""Ce dont se servent les pages d'équipe : dépôt, registre, écoute, travail de fond, lanceurs."""

import io
import os
import signal
import subprocess
import sys
import time
import wave
from datetime import date

import numpy as np
import pytest
from outils import DEMO, copier, extrait, petite_etude

from recherche.erreurs import ErreurAudio, ErreurEntrepot, ErreurRegistre
from recherche.etapes import ecoute, travail
from recherche.etapes.accueil import a_renouveler, accueil
from recherche.etapes.deposer import deposer, source_du_nom
from recherche.etapes.equipe import commande_equipe
from recherche.etapes.inventorier import inventorier
from recherche.etapes.lanceurs import ecrire_lanceurs
from recherche.modele.suivi import Avancement, Bilan
from recherche.registre import lire_registre
from recherche.registre.completement import completer, fiches

ICI = "LOR-J-02"


@pytest.fixture(scope="module")
def modele(tmp_path_factory):
    """Deux entretiens et un atelier, et dix secondes de son."""
    etude = petite_etude(tmp_path_factory.mktemp("modele") / "etude", [ICI, "LOR-J-03", "LOR-A-01"])
    extrait(DEMO / "enregistrements" / f"{ICI}.mp3", etude.enregistrements / f"{ICI}.wav", 10)
    inventorier(etude)
    return etude


@pytest.fixture
def etude(modele, tmp_path):
    return copier(modele, tmp_path / "etude")


# --- déposer ----------------------------------------------------------------------------------


def test_le_nom_d_un_fichier_dit_sa_source():
    assert source_du_nom("lor-j-02 entretien.MP3") == ICI
    assert source_du_nom("dictaphone.mp3") is None
    assert source_du_nom("LOR-J-021.mp3") is None


def test_un_depot_n_ecrase_rien_et_ne_laisse_rien_a_moitie(etude):
    premier = deposer(etude, "a.mp3", io.BytesIO(b"un"), source_id="LOR-J-03")
    second = deposer(etude, "a.WAV", io.BytesIO(b"deux"), source_id="LOR-J-03")
    assert [f.name for f in (premier, second)] == ["LOR-J-03.mp3", "LOR-J-03-2.wav"]
    assert [f.read_bytes() for f in (premier, second)] == [b"un", b"deux"]
    with pytest.raises(ErreurAudio, match="n'est pas un enregistrement"):
        deposer(etude, "notes.pdf", io.BytesIO(b""), source_id="LOR-J-03")

    class Coupe(io.BytesIO):
        def read(self, taille=-1):
            raise OSError("lecture coupée")

    with pytest.raises(OSError, match="coupée"):
        deposer(etude, "b.mp3", Coupe(), source_id="LOR-J-02")
    assert sorted(f.name for f in etude.enregistrements.iterdir()) == [
        "LOR-J-02.wav",
        "LOR-J-03-2.wav",
        "LOR-J-03.mp3",
    ]


# --- le registre ------------------------------------------------------------------------------


def test_completer_ecrit_les_cases_et_laisse_le_reste(etude):
    avant = lire_registre(etude)
    prevue = next(f for f in fiches(etude) if f.source_id == "LOR-J-07")
    valeurs = {"date": date(2010, 1, 12), "prenom": "=Yanis", "age": 19, "sexe": "H"}
    assert completer(etude, prevue, valeurs) == list(valeurs)
    (neuf,) = (e for e in lire_registre(etude).entretiens if e.id == "LOR-J-07")
    assert (neuf.date, neuf.participant.prenom, neuf.participant.age) == (
        date(2010, 1, 12),
        "=Yanis",
        19,
    )
    apres = lire_registre(etude)
    assert [e for e in apres.entretiens if e.id != "LOR-J-07"] == list(avant.entretiens)
    assert apres.ateliers == avant.ateliers
    assert completer(etude, prevue, valeurs) == []


def test_completer_refuse_ce_que_le_registre_refuserait(etude):
    octets = etude.fichier_registre.read_bytes()
    prevue = next(f for f in fiches(etude) if f.source_id == "LOR-J-07")
    with pytest.raises(ErreurRegistre, match="rien n'a été écrit"):
        completer(etude, prevue, {"date": date(1999, 1, 1)})
    assert etude.fichier_registre.read_bytes() == octets


# --- l'écoute ---------------------------------------------------------------------------------


def test_un_wav_s_ecoute_tel_quel_et_sa_forme_d_onde_suit_le_son(etude):
    assert ecoute.preparer(etude, ICI)
    assert ecoute.son(etude, ICI) == etude.enregistrements / f"{ICI}.wav"
    pics = ecoute.pics(etude, ICI)
    assert (len(pics), max(pics)) == (100, 255)
    assert not ecoute.preparer(etude, "LOR-J-03")
    assert ecoute.prete(etude, ICI)


def test_deux_fichiers_s_ecoutent_comme_un_seul(etude):
    son = etude.enregistrements / f"{ICI}.wav"
    son.rename(son.with_name(f"{ICI}-1.wav"))
    extrait(DEMO / "enregistrements" / f"{ICI}.mp3", son.with_name(f"{ICI}-2.wav"), 14, debut_s=10)
    inventorier(etude)
    assert ecoute.son(etude, ICI) is None
    assert ecoute.preparer(etude, ICI)
    copie = ecoute.son(etude, ICI)
    with wave.open(str(copie)) as lu:
        assert lu.getnframes() == 14 * 16_000
        signal = np.frombuffer(lu.readframes(lu.getnframes()), "<i2")
    with wave.open(str(etude.enregistrements / f"{ICI}-1.wav")) as un:
        assert np.abs(signal[: un.getnframes()] - np.frombuffer(un.readframes(10**9), "<i2")).max() <= 1
    assert copie.stat().st_mode & 0o077 == 0
    assert copie.parent == etude.exports / "prive" / "ecoute"


# --- l'accueil --------------------------------------------------------------------------------


def test_l_accueil_dit_ce_qui_attend(etude):
    vu = accueil(etude, jour=date(2010, 6, 1))
    assert vu.publication is None
    assert [r.source_id for r in vu.relectures] == [ICI]
    assert any("pas encore transcrit" in blocage.message for blocage in vu.etat.blocages)
    plus_tard = list(a_renouveler(lire_registre(etude), etude.reglages, date(2040, 1, 1)))
    mineurs = [p for s in lire_registre(etude).sources for p in s.participants if p.mineur]
    assert sum("sans doute majeur" in a.message for a in plus_tard) == len(mineurs)


# --- le travail de fond -----------------------------------------------------------------------


def test_un_travail_se_suit_et_s_interrompt(etude, monkeypatch):
    vus = []

    def longue(_, *, sources, suivi):
        suivi(Avancement("transcrire", ICI, 5, 20, "s"))
        vus.append(travail.lire(etude))
        travail.interrompre(etude)
        for _ in range(600):
            time.sleep(0.05)
        raise AssertionError("jamais interrompu")

    monkeypatch.setattr(travail, "transcrire", longue)
    ancien = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignoré en arrière-plan
    try:
        conclu = travail.executer(etude, [ICI])
    finally:
        signal.signal(signal.SIGINT, ancien)
    assert (conclu.etat, conclu.part) == (travail.INTERROMPU, 0.25)
    assert (vus[0].etat, vus[0].objet, vus[0].fait) == (travail.EN_COURS, ICI, 5)
    assert vus[0].reste_s(vus[0].depart + 10) == 30
    assert travail.lire(etude) == conclu


def test_un_travail_fini_dit_ce_qui_est_fait(etude, monkeypatch):
    monkeypatch.setattr(travail, "transcrire", lambda *_, **__: Bilan("transcrire", (ICI,)))
    assert travail.executer(etude, []).faits == (ICI,)
    assert travail.lire(etude).etat == travail.FINI


def test_un_processus_mort_sans_conclure_est_dit_interrompu(etude):
    mort = travail.Travail(travail.EN_COURS, (ICI,), time.time() - 600)
    travail._noter(etude, mort)
    assert travail.lire(etude).etat == travail.INTERROMPU
    travail._noter(etude, travail.Travail(travail.EN_COURS, (ICI,), time.time()))
    with pytest.raises(ErreurEntrepot, match="déjà en cours"):
        travail.lancer_transcription(etude, [ICI])


# --- lancer -----------------------------------------------------------------------------------


def test_la_page_n_ecoute_que_cette_machine():
    assert "--server.address=127.0.0.1" in commande_equipe()


@pytest.mark.skipif(os.name != "posix", reason="un lanceur de terminal POSIX")
def test_le_lanceur_ouvre_la_page_de_son_etude(etude, tmp_path, monkeypatch):
    faux = tmp_path / "python"
    faux.write_text('#!/bin/sh\necho "$RECHERCHE_ETUDE $*"\n', encoding="utf-8")
    faux.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(faux))
    noms = ecrire_lanceurs(etude).faits
    assert {"Page d'équipe.bat", "Page d'équipe.command", "page-equipe.sh"} <= set(noms)
    for nom in ("Page d'équipe.command", "page-equipe.sh"):
        fini = subprocess.run(
            [etude.chemin / nom], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        assert fini.stdout == f"{etude.chemin} -m recherche equipe\n"
    bat = (etude.chemin / "Page d'équipe.bat").read_bytes()
    assert bat.count(b"\r\n") == bat.count(b"\n") == 6
