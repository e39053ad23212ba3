"""La file de transcription : des processus qui rendent leurs blocs au parent.

Un processus dont le parent disparaît s'arrête de lui-même ; un processus qui meurt (mémoire épuisée,
tué) devient un échec de sa source et n'arrête pas les autres.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from recherche.erreurs import ErreurRecherche
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import Mot, Tour, TourDeParole
from recherche.modele.verification import Doute

if TYPE_CHECKING:
    from multiprocessing.queues import Queue

ATTENTE_S = 0.5
FIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Travail:
    """Une source à transcrire : ses fichiers dans l'ordre, comme un seul enregistrement."""

    cle: str
    source_id: str
    fichiers: tuple[Path, ...]
    modele: Path
    reglages: ReglagesTranscription
    genre: Literal["entretien", "atelier"]
    nombre: int | tuple[int, int] | None
    amorce: str | None
    questions: tuple[str, ...]
    confiance_minimale: float = 0.5
    mots_cles: str | None = None


@dataclass(frozen=True, slots=True)
class Bloc:
    """Un bloc transcrit (ou retrouvé : `deja_fait`), temps en secondes dans l'enregistrement."""

    cle: str
    indice: int
    debut_s: float
    fin_s: float
    mots: tuple[Mot, ...]
    doutes: tuple[Doute, ...]
    deja_fait: bool


@dataclass(frozen=True, slots=True)
class Fin:
    """Une source transcrite ; `chevauchements` : où l'on entend deux voix, en secondes."""

    cle: str
    tours: tuple[Tour, ...]
    chevauchements: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Echec:
    """Une source qui n'a pas pu l'être, et pourquoi."""

    cle: str
    message: str
    remede: str


Message = Bloc | Fin | Echec
BlocsFaits = Mapping[int, tuple[Mot, ...]]
File: TypeAlias = "Queue[Any]"


def travailler(
    travaux: Sequence[Travail], deja: Mapping[str, BlocsFaits], *, processus: int, fils: int
) -> Iterator[Message]:
    """Transcrit dans `processus` processus de `fils` fils ; rend les messages dans l'ordre d'arrivée."""
    contexte = multiprocessing.get_context("spawn")
    taches: File = contexte.Queue()
    messages: File = contexte.Queue()
    for travail in travaux:
        taches.put((travail, dict(deja.get(travail.cle, {}))))
    for _ in range(processus):
        taches.put(None)
    ouvriers = [
        contexte.Process(target=_ouvrier, args=(taches, messages, fils), daemon=True)
        for _ in range(processus)
    ]
    with _sourds_a_ctrl_c():
        for ouvrier in ouvriers:
            ouvrier.start()
    try:
        yield from _recueillir(messages, ouvriers, {t.cle for t in travaux})
        for ouvrier in ouvriers:
            ouvrier.join(FIN_S)
    finally:
        for ouvrier in ouvriers:
            ouvrier.terminate()
        for ouvrier in ouvriers:
            ouvrier.join()


@contextmanager
def _sourds_a_ctrl_c() -> Iterator[None]:
    """Les processus lancés ici ignorent Ctrl-C : le parent l'entend, dit ce qu'il faut et les arrête."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ancien = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, ancien)


def _recueillir(
    messages: File, ouvriers: Sequence[SpawnProcess], restants: set[str]
) -> Iterator[Message]:
    en_cours: dict[int, str] = {}
    while restants:
        try:
            numero, message = messages.get(timeout=ATTENTE_S)
        except queue.Empty:
            yield from _morts(ouvriers, en_cours, restants)
            continue
        if isinstance(message, str):
            en_cours[numero] = message
            continue
        if not isinstance(message, Bloc):
            restants.discard(message.cle)
            en_cours.pop(numero, None)
        yield message


def _morts(
    ouvriers: Sequence[SpawnProcess], en_cours: dict[int, str], restants: set[str]
) -> Iterator[Echec]:
    """Un échec pour chaque source dont le processus est mort ; toutes, s'ils le sont tous."""
    perdues = [en_cours.pop(o.pid) for o in ouvriers if o.exitcode and o.pid in en_cours]
    if all(ouvrier.exitcode is not None for ouvrier in ouvriers):
        perdues = sorted(restants)
    for perdue in perdues:
        restants.discard(perdue)
        yield Echec(
            perdue,
            "le processus de transcription s'est arrêté (mémoire épuisée ou programme tué).",
            "Relancez « recherche transcrire » : les blocs déjà faits sont gardés. Si cela recommence, "
            "mettez processus = 1 et un lot plus petit dans la section [transcription] d'etude.toml.",
        )


def _ouvrier(taches: File, messages: File, fils: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _mourir_avec_le_parent()
    _sans_verrou_partage()
    while (tache := taches.get()) is not None:
        travail, faits = tache
        messages.put((os.getpid(), travail.cle))
        messages.put((os.getpid(), _traiter(travail, faits, messages, fils)))


def _sans_verrou_partage() -> None:
    """La barre d'avancement, muette, du moteur poserait un verrou entre processus qui lui survivrait."""
    from tqdm import tqdm  # type: ignore[import-untyped]

    tqdm.set_lock(threading.RLock())


def _mourir_avec_le_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None

    def guetter() -> None:
        connection.wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=guetter, daemon=True).start()


def _traiter(travail: Travail, faits: BlocsFaits, messages: File, fils: int) -> Fin | Echec:
    from recherche.audio import attribution, chaine

    def sur_bloc(
        indice: int,
        debut_s: float,
        fin_s: float,
        mots: tuple[Mot, ...],
        doutes: tuple[Doute, ...],
    ) -> None:
        bloc = Bloc(travail.cle, indice, debut_s, fin_s, mots, doutes, indice in faits)
        messages.put((os.getpid(), bloc))

    paroles: list[TourDeParole] = []
    try:
        tours = chaine.traiter(
            travail.fichiers,
            modele=travail.modele,
            reglages=travail.reglages,
            nombre=travail.nombre,
            fils=fils,
            amorce=travail.amorce,
            mots_cles=travail.mots_cles,
            blocs_faits=faits,
            sur_bloc=sur_bloc,
            sur_parole=paroles.extend,
            confiance_minimale=travail.confiance_minimale,
        )
        noms = attribution.nommer(tours, genre=travail.genre, questions=travail.questions)
    except ErreurRecherche as erreur:
        return Echec(travail.cle, erreur.message, erreur.remede)
    except Exception as erreur:
        trace = traceback.format_exception_only(erreur)[-1].strip()
        return Echec(
            travail.cle,
            f"la transcription a échoué : {trace}",
            "Relancez ; si cela recommence, joignez ce message à un rapport de défaut.",
        )
    nommes = tuple(Tour(noms.get(t.locuteur, t.locuteur), t.mots, t.theme) for t in tours)
    return Fin(travail.cle, nommes, attribution.chevauchements(paroles))
