"""Travailler sur une étude : le verrou, l'entrepôt ouvert, le registre reporté.

Une seule étape écrit à la fois dans une étude ; les autres attendent un peu, puis disent qui travaille.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from recherche.entrepot import Entrepot, retrait, sources
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.menage import menager
from recherche.modele.entretien import Registre
from recherche.registre import lire_registre
from recherche.reglages import Etude

VARIABLE_ATTENTE = "RECHERCHE_ATTENTE"
ATTENTE_S = 10.0


@contextmanager
def seance(etude: Etude, etape: str, *, retrait_en_cours: bool = False) -> Iterator[Entrepot]:
    """L'entrepôt de l'étude, pour cette étape seule.

    Lève `ErreurEntrepot` si une autre étape travaille encore après l'attente (`RECHERCHE_ATTENTE`, en
    secondes), ou si le disque est plein ; `ErreurConfidentialite` si un retrait est resté à moitié fait
    (sauf `retrait_en_cours` : l'étape l'achève, ou ne fait que lire).
    """
    with _verrou(etude, etape, _attente_s()), disque_plein(etude.chemin):
        menager(etude)
        with Entrepot.ouvrir(etude) as entrepot:
            if not retrait_en_cours:
                retrait.refuser_si_en_cours(entrepot)
            yield entrepot


def _attente_s() -> float:
    voulue = os.environ.get(VARIABLE_ATTENTE, "").strip() or ATTENTE_S
    try:
        return max(0.0, float(voulue))
    except ValueError:
        raise ErreurEntrepot(
            f"{VARIABLE_ATTENTE} vaut « {voulue} » : ce n'est pas un nombre de secondes.",
            f"Donnez un nombre ({VARIABLE_ATTENTE}=60), ou ôtez cette variable.",
        ) from None


@contextmanager
def _verrou(etude: Etude, etape: str, attente_s: float) -> Iterator[None]:
    fichier = etude.chemin / ".verrou"
    qui = etude.chemin / ".verrou.txt"
    verrou = FileLock(fichier, timeout=attente_s)
    try:
        verrou.acquire()
    except Timeout:
        raise ErreurEntrepot(
            f"Une autre commande travaille sur cette étude : {_lire(qui)}.",
            "Attendez qu'elle finisse (ou interrompez-la : rien ne sera perdu), puis relancez.",
        ) from None
    except OSError as erreur:
        raise ErreurEntrepot(
            f"Impossible d'écrire dans {etude.chemin} : {erreur.strerror}.",
            "Vérifiez que ce dossier vous appartient et que le disque n'est pas plein.",
        ) from erreur
    try:
        with suppress(OSError):
            heure = datetime.now().astimezone()
            qui.write_text(f"« {etape} », depuis {heure:%H:%M}, processus {os.getpid()}", "utf-8")
        yield
    finally:
        with suppress(OSError):
            qui.unlink(missing_ok=True)
        verrou.release()


def _lire(qui: Path) -> str:
    try:
        return qui.read_text(encoding="utf-8")
    except OSError:
        return "une étape inconnue"


@contextmanager
def disque_plein(lieu: Path) -> Iterator[None]:
    """Une écriture de fichier qui échoue faute de place devient une `ErreurEntrepot`."""
    try:
        yield
    except Exception as erreur:
        if not _faute_de_place(erreur):
            raise
        raise ErreurEntrepot(
            f"Le disque est plein : {getattr(erreur, 'filename', None) or lieu} n'a pas pu être écrit.",
            "Libérez de la place puis relancez la même commande : elle reprend où elle en était.",
        ) from erreur


def _faute_de_place(erreur: Exception) -> bool:
    """Vrai d'un `OSError` du disque, ou de ce que lxml en fait (« IO_ENOSPC ») pour un classeur."""
    noms = ("ENOSPC", "EDQUOT", "EFBIG")
    if isinstance(erreur, OSError):
        return erreur.errno in [getattr(errno, nom) for nom in noms if hasattr(errno, nom)]
    return str(erreur) in [f"IO_{nom}" for nom in noms]


def registre_reporte(etude: Etude, entrepot: Entrepot) -> Registre:
    """Lit le registre et en reporte les sources dans l'entrepôt.

    Lève `ErreurRegistre`, ou `ErreurConfidentialite` si une source retirée y est revenue.
    """
    registre = lire_registre(etude)
    with entrepot.lire() as cx:
        retrait.refuser_retirees(cx, {source.id for source in registre.sources})
    with entrepot.ecrire("reporter le registre") as ecriture:
        sources.synchroniser(ecriture, registre.sources)
    return registre


def cle(*valeurs: object) -> str:
    """SHA-256 de valeurs JSON : deux étapes de même clé ont les mêmes entrées et réglages."""
    texte = json.dumps(valeurs, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(texte.encode()).hexdigest()
