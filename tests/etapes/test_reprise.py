"""Tué ou interrompu n'importe quand, le programme reprend où il en était et finit pareil."""

import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from outils import (
    DEMO,
    arguments,
    contenu,
    copier,
    environnement,
    extrait,
    json_de,
    lancer,
    petite_etude,
    restes,
)

from recherche.entrepot import Entrepot, transcriptions
from recherche.etapes import importer
from recherche.etapes.etat import etat
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.registre import ecrire_registre, lire_registre
from recherche.reglages import Etude

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL et les groupes de processus d'Unix")

SOURCE = "LOR-J-02"
SON = DEMO / "enregistrements" / "LOR-J-02.mp3"
COUPE_S, FIN_S = 37.0, 75.0
TEMOIN = """
CREATE TABLE temoin (indice INTEGER);
CREATE TRIGGER temoigner AFTER INSERT ON bloc BEGIN INSERT INTO temoin VALUES (new.indice); END;
"""


# --- la transcription -------------------------------------------------------------------------------


def _etude_a_transcrire(cible):
    """Une étude neuve, à blocs de trente secondes ; sa base note chaque bloc rangé."""
    etude = petite_etude(cible, [SOURCE])
    reglages = etude.fichier_reglages
    texte = reglages.read_text(encoding="utf-8")
    assert 'langue = "fr"\n' in texte
    reglages.write_text(
        texte.replace('langue = "fr"\n', 'langue = "fr"\nbloc_s = 30\n'), encoding="utf-8"
    )
    etude = Etude.ouvrir(cible)
    Entrepot.ouvrir(etude).fermer()
    with closing(sqlite3.connect(etude.fichier_base)) as base:
        base.executescript(TEMOIN)
    return etude


def _indices(etude, table):
    with closing(sqlite3.connect(etude.fichier_base, timeout=30)) as base:
        return sorted(i for (i,) in base.execute(f"SELECT indice FROM {table}"))


def _automatique(etude):
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        transcrite, *corrigee = transcriptions.versions(cx)
        assert len(corrigee) <= 1  # le glossaire de l'étude, appliqué une fois
        return transcriptions.lire(cx, (corrigee or [transcrite])[0].id)


@pytest.fixture(scope="module")
def d_une_traite(tmp_path_factory):
    """L'enregistrement en deux fichiers, que le registre ordonne, transcrit sans arrêt."""
    etude = _etude_a_transcrire(tmp_path_factory.mktemp("traite") / "etude")
    extrait(SON, etude.enregistrements / "piste b.wav", COUPE_S)
    extrait(SON, etude.enregistrements / "piste a.wav", FIN_S, debut_s=COUPE_S)
    registre = lire_registre(etude)
    (entretien,) = registre.entretiens
    entretien = replace(entretien, enregistrements=("piste b.wav", "piste a.wav"))
    ecrire_registre(
        etude.reglages,
        replace(registre, entretiens=(entretien,)),
        etude.fichier_registre,
        remplacer=True,
    )
    issue = lancer("transcrire", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    return etude


@pytest.mark.lent
def test_deux_fichiers_d_un_entretien_n_en_font_qu_un(d_une_traite):
    faite = _automatique(d_une_traite)
    temps = [(mot.debut_s, mot.fin_s) for tour in faite.tours for mot in tour.mots]
    assert temps == sorted(temps)
    assert 0 <= temps[0][0] < 5
    assert temps[-1][1] == pytest.approx(FIN_S, abs=3)
    assert any(debut < COUPE_S < fin + 2 for debut, fin in temps)
    assert _indices(d_une_traite, "bloc") == []
    assert "1 déjà à jour" in lancer("transcrire", etude=d_une_traite.chemin).sortie


def _descendants(pid):
    """Les processus nés de celui-ci (Linux)."""
    taches = Path(f"/proc/{pid}/task/{pid}/children")
    enfants = [int(p) for p in taches.read_text().split()] if taches.exists() else []
    return enfants + [p for enfant in enfants for p in _descendants(enfant)]


def _vivant(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _attendre(condition, delai_s=90.0):
    fin = time.monotonic() + delai_s
    while not condition():
        assert time.monotonic() < fin, "attente trop longue"
        time.sleep(0.05)


def _entendre_l_interruption() -> None:
    """Comme au clavier, même si l'intégration continue tourne en arrière-plan, SIGINT ignoré."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _transcrire_jusqu_au_bloc(etude, nombre, envoyer):
    """Lance `recherche transcrire`, l'arrête après `nombre` blocs ; rend le processus et ses erreurs."""
    with subprocess.Popen(
        arguments("transcrire"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environnement(RECHERCHE_ETUDE=str(etude.chemin)),
        start_new_session=True,
        preexec_fn=_entendre_l_interruption,  # noqa: PLW1509 (un seul fil ici)
    ) as commande:
        _attendre(lambda: commande.poll() is not None or len(_indices(etude, "temoin")) >= nombre)
        enfants = _descendants(commande.pid)
        envoyer(commande.pid)
        erreurs = commande.communicate(timeout=30)[1]
    if Path("/proc/self").exists():
        assert len(enfants) >= 2
        _attendre(lambda: not any(map(_vivant, enfants)), 15)
    return commande.returncode, erreurs


@pytest.mark.lent
def test_interrompu_puis_tue_il_reprend_dans_le_fichier(d_une_traite, tmp_path):
    etude = _etude_a_transcrire(tmp_path / "etude")
    extrait(SON, etude.enregistrements / f"{SOURCE}.wav", FIN_S)

    code, erreurs = _transcrire_jusqu_au_bloc(etude, 1, lambda pid: os.killpg(pid, signal.SIGINT))
    assert code == 130
    assert erreurs == (
        "Erreur : Interrompu. Ce qui était fait est gardé.\n"
        "→ Relancez la même commande pour reprendre.\n"
    )
    gardes = _indices(etude, "bloc")
    assert gardes
    assert etat(etude).quotas["transcrit"].sum() == 0

    code, _ = _transcrire_jusqu_au_bloc(etude, len(gardes) + 1, lambda pid: os.kill(pid, signal.SIGKILL))
    assert code == -signal.SIGKILL
    avant = _indices(etude, "bloc")
    assert set(gardes) < set(avant)
    assert etat(etude).quotas["transcrit"].sum() == 0

    issue = lancer("transcrire", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    tous = _indices(d_une_traite, "temoin")
    assert len(tous) >= 3
    assert _indices(etude, "temoin") == tous  # chaque bloc a été transcrit une fois, pas deux
    assert len(avant) < len(tous)
    assert _automatique(etude).tours == _automatique(d_une_traite).tours
    assert restes(etude) == []


# --- les autres étapes ------------------------------------------------------------------------------

MORTEL = """
import atexit, os, signal, sys
from pathlib import Path
from sqlalchemy import event
from sqlalchemy.engine import Engine

mort, etude, compte = int(sys.argv.pop(1)), os.environ["RECHERCHE_ETUDE"], [0]

def compter(*_):
    compte[0] += 1
    if compte[0] == mort:
        os.kill(os.getpid(), signal.SIGKILL)

def guetter(nom, details):
    if nom in ("os.rename", "os.remove", "os.mkdir", "open") and str(details[0]).startswith(etude):
        compter()

for moment in ("before_cursor_execute", "commit"):
    event.listen(Engine, moment, compter)
sys.addaudithook(guetter)
if not mort:
    atexit.register(lambda: Path(os.environ["COMPTE"]).write_text(str(compte[0])))

from recherche.cli import principal
principal()
"""
"""La commande, tuée à l'instant de son n-ième geste sur la base ou sur les fichiers de l'étude."""


def _tuer(etude, mort, mots, compte=""):
    return subprocess.run(
        [sys.executable, "-c", MORTEL, str(mort), *map(str, mots)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environnement(RECHERCHE_ETUDE=str(etude.chemin), COMPTE=str(compte)),
        timeout=120,
        check=False,
    )


def _importer(etude):
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))


ETAPES = {
    "importer": (lambda e: ["importer", e.chemin / "transcriptions"], _importer, 3),
    "pseudonymiser": (lambda e: ["pseudonymiser"], pseudonymiser_etude, 1),
    "publier": (lambda e: ["publier"], publier, 3),
}
PREALABLES = {
    "importer": lambda _: None,
    "pseudonymiser": lambda e: importer.importer_revues(e, json_de(e, "revues")),
    "publier": lambda e: importer.importer_codages(e, json_de(e, "codages")),
}


def _publie(etude):
    return {f.relative_to(etude.publie): f.read_bytes() for f in etude.publie.rglob("*") if f.is_file()}


@pytest.mark.lent
def test_tue_a_un_instant_quelconque_d_une_etape(tmp_path):
    tirage = random.Random(2009)
    depart = petite_etude(tmp_path / "depart")
    for nom, (mots, en_processus, tirages) in ETAPES.items():
        if depart.fichier_base.exists():
            PREALABLES[nom](depart)
        entiere = copier(depart, tmp_path / f"{nom}-entiere")
        compte = tmp_path / f"{nom}.compte"
        assert _tuer(entiere, 0, mots(entiere), compte).returncode == 0
        gestes = int(compte.read_text())
        assert gestes > 30
        for mort in sorted(tirage.sample(range(1, gestes), tirages)):
            etude = copier(depart, tmp_path / f"{nom}-{mort}")
            assert _tuer(etude, mort, mots(etude)).returncode == -signal.SIGKILL, (nom, mort)
            assert etat(etude).quotas["realise"].sum() == 6, (nom, mort)
            en_processus(etude)
            assert contenu(etude) == contenu(entiere), (nom, mort, gestes)
            assert _publie(etude) == _publie(entiere), (nom, mort, gestes)
            assert restes(etude) == [], (nom, mort)
        depart = entiere


def test_une_copie_de_la_demonstration_interrompue_se_reprend(tmp_path):
    chemin = tmp_path / "demo"
    chemin.mkdir()
    (chemin / ".etude.toml.partiel").write_text("[etu")
    from recherche.etapes import demo

    etude = demo.preparer(chemin)
    copies = {f.relative_to(chemin) for f in chemin.rglob("*") if f.is_file()}
    assert copies == {f.relative_to(demo.original()) for f in demo.original().rglob("*") if f.is_file()}
    (etude.enregistrements / "LOR-J-02.mp3").unlink()
    demo.preparer(chemin)
    assert (etude.enregistrements / "LOR-J-02.mp3").is_file()


def test_ce_qu_une_commande_tuee_a_laisse_est_ote_et_rien_d_autre(etude):
    orphelins = [
        etude.exports / ".guide.pdf.k3j2h1g0",
        etude.confidentiel / ".cle-a1b2c3d4",
        etude.guide / ".05-pistes.md.abcd_123",
        etude.chemin / ".registre.xlsx.provisoire",
    ]
    a_garder = [etude.exports / ".~lock.guide.docx#", etude.guide / ".notes.md", etude.guide / "x.md"]
    for fichier in [*orphelins, *a_garder]:
        fichier.write_bytes(b"x")
    publie = _publie(etude)
    etude.publie.rename(etude.chemin / ".publie-ancien-abcd1234")
    (etude.chemin / ".publie-neuf-abcd1234").mkdir()
    bilan = publier(etude)
    assert re.fullmatch(r"version 1", bilan.passes[0])
    assert _publie(etude) == publie
    assert not any(f.exists() for f in orphelins)
    assert all(f.exists() for f in a_garder)
    assert list(etude.chemin.glob(".publie-*")) == []
