"""Plusieurs processus à la fois, et des processus tués : rien ne se perd, rien ne reste à moitié."""

import itertools
import multiprocessing
import signal
import sys

import pytest
from entrepot.outils_entrepot import mourir_en_ecrivant, noter_documents, tenir_seance
from sqlalchemy import select

from recherche.entrepot import Entrepot, journal, transcriptions
from recherche.entrepot.schema import document
from recherche.entrepot.schema import journal as table_journal
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.seance import seance

AILLEURS = multiprocessing.get_context("spawn")
PROCESSUS, CHACUN = 8, 6


def test_huit_processus_creent_la_base_et_ecrivent_ensemble_sans_rien_perdre(etude_neuve):
    depart = AILLEURS.Barrier(PROCESSUS)
    groupe = [
        AILLEURS.Process(
            target=noter_documents, args=(etude_neuve, depart, rang * CHACUN, (rang + 1) * CHACUN)
        )
        for rang in range(PROCESSUS)
    ]
    for processus in groupe:
        processus.start()
    for processus in groupe:
        processus.join(60)
    assert [processus.exitcode for processus in groupe] == [0] * PROCESSUS
    with Entrepot.ouvrir(etude_neuve) as entrepot, entrepot.lire() as cx:
        chemins = cx.execute(select(document.c.chemin).order_by(document.c.chemin)).scalars().all()
        versions = transcriptions.versions(cx)
        textes = {transcriptions.lire(cx, v.id).tours[1].texte for v in versions}
        changements = [
            lot.changements for lot in journal.lots(cx, limite=1000) if lot.action == "écrire ensemble"
        ]
        ordre = select(table_journal.c.lot).order_by(table_journal.c.id)
        lots = [lot for lot, _ in itertools.groupby(cx.execute(ordre).scalars())]
    tous = range(PROCESSUS * CHACUN)
    assert chemins == [f"d{rang:03d}" for rang in tous]
    assert [v.numero for v in versions] == [rang + 1 for rang in tous]
    assert textes == {f"Mot {rang}" for rang in tous}
    assert changements == [2 for _ in tous]
    assert len(lots) == len(set(lots)) == len(tous) + 1, "des lots sont entremêlés"


def test_une_seconde_seance_attend_puis_dit_qui_travaille(etude, monkeypatch):
    monkeypatch.setenv("RECHERCHE_ATTENTE", "0.2")
    pret, fini = AILLEURS.Event(), AILLEURS.Event()
    autre = AILLEURS.Process(target=tenir_seance, args=(etude, pret, fini))
    autre.start()
    try:
        assert pret.wait(30)
        with pytest.raises(ErreurEntrepot) as dite, seance(etude, "publier"):
            pass
        message = dite.value.message
        assert message.startswith(
            "Une autre commande travaille sur cette étude : « transcrire », depuis"
        )
        assert f"processus {autre.pid}" in message
        assert "Attendez qu'elle finisse" in dite.value.remede
    finally:
        fini.set()
        autre.join(30)
    assert autre.exitcode == 0
    with seance(etude, "publier"):
        pass
    assert not (etude.chemin / ".verrou.txt").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows n'a pas SIGKILL")
def test_un_processus_tue_en_ecrivant_ne_laisse_rien_a_moitie(etude, entrepot):
    entrepot.fermer()
    mourant = AILLEURS.Process(target=mourir_en_ecrivant, args=(etude,))
    mourant.start()
    mourant.join(60)
    assert mourant.exitcode == -signal.SIGKILL
    with seance(etude, "publier") as rouvert, rouvert.lire() as cx:
        assert cx.execute(select(document.c.chemin)).scalars().all() == ["entier"]
        assert [lot.action for lot in journal.lots(cx)] == ["complète", "reporter le registre"]
        if rouvert.sqlite:
            assert cx.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
    with Entrepot.ouvrir(etude) as suivant, suivant.ecrire("reprendre") as ecriture:
        champs = {"cle": "c", "empreinte": "e", "date": "2010"}
        ecriture.inserer(document, {"chemin": "moitié 0", **champs})
