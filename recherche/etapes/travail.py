"""Transcrire dans un processus à part, qu'une page suit et peut interrompre.

`python -m recherche.etapes.travail DOSSIER IDENTIFIANT…` transcrit et note où il en est dans le dossier
`.travail/` de l'étude ; un verrou dit s'il vit encore, un fichier lui demande de s'arrêter.
"""

from __future__ import annotations

import _thread
import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from recherche.entrepot.base import maintenant
from recherche.erreurs import ErreurEntrepot, ErreurRecherche
from recherche.etapes.transcrire import transcrire
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Avancement, Bilan
from recherche.reglages import Etude

DEMARRAGE_S = 60.0
NOTER_S = 0.5
EN_COURS, FINI, INTERROMPU, ECHOUE = "en cours", "fini", "interrompu", "échoué"


@dataclass(frozen=True, slots=True)
class Travail:
    """Un travail de fond : `fait` sur `total` secondes de son ; temps en secondes depuis l'époque.

    `anomalies` : (objet, message, remède). `reprises_s` : ce qui était déjà fait au départ.
    """

    etat: str
    sources: tuple[str, ...]
    depart: float
    objet: str = ""
    fait: float = 0.0
    total: float = 0.0
    faits: tuple[str, ...] = ()
    anomalies: tuple[tuple[str, str, str], ...] = ()
    fin: str | None = None

    @property
    def part(self) -> float:
        """Part faite, de 0 à 1."""
        return min(1.0, self.fait / self.total) if self.total else 0.0

    def reste_s(self, instant: float) -> float | None:
        """Secondes qui restent, à l'allure tenue jusqu'ici ; None si on ne sait pas encore."""
        if not self.total or self.fait <= 0:
            return None
        return (instant - self.depart) * (self.total - self.fait) / self.fait


def lancer_transcription(etude: Etude, sources: Sequence[str]) -> None:
    """Lance la transcription de ces sources. Lève `ErreurEntrepot` si une autre est en cours."""
    if (en_cours := lire(etude)) is not None and en_cours.etat == EN_COURS:
        raise ErreurEntrepot(
            "Une transcription est déjà en cours.", "Attendez sa fin, ou interrompez-la."
        )
    _fichier(etude, "arret").unlink(missing_ok=True)
    _noter(etude, Travail(EN_COURS, tuple(sources), time.time()))
    commande = [sys.executable, "-m", "recherche.etapes.travail", str(etude.chemin), *sources]
    subprocess.Popen(
        commande,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def interrompre(etude: Etude) -> None:
    """Demande l'arrêt : les blocs déjà transcrits sont gardés."""
    _fichier(etude, "arret").touch()


def lire(etude: Etude) -> Travail | None:
    """Le dernier travail ; « interrompu » si son processus n'est plus là sans l'avoir conclu."""
    try:
        lu = json.loads(_fichier(etude, "avancement.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    listes = {cle: tuple(lu[cle]) for cle in ("sources", "faits")}
    anomalies = tuple((objet, message, remede) for objet, message, remede in lu["anomalies"])
    travail = Travail(**{**lu, **listes, "anomalies": anomalies})
    if travail.etat == EN_COURS and time.time() - travail.depart > DEMARRAGE_S and not _vit(etude):
        return replace(travail, etat=INTERROMPU)
    return travail


def _fichier(etude: Etude, nom: str) -> Path:
    return etude.chemin / ".travail" / nom


def _noter(etude: Etude, travail: Travail) -> None:
    octets = json.dumps(asdict(travail), ensure_ascii=False).encode()
    ecrire_atomique(_fichier(etude, "avancement.json"), octets, mode=0o600)


def _vit(etude: Etude) -> bool:
    verrou = FileLock(_fichier(etude, "verrou"), timeout=0)
    try:
        verrou.acquire()
    except Timeout:
        return True
    verrou.release()
    return False


def executer(etude: Etude, sources: Sequence[str]) -> Travail:
    """Transcrit en notant l'avancement ; rend le travail conclu. Lève `Timeout` s'il y en a déjà un."""
    with FileLock(_fichier(etude, "verrou"), timeout=0):
        note = _Note(etude, Travail(EN_COURS, tuple(sources), time.time()))
        fini = _guetter_arret(_fichier(etude, "arret"))
        try:
            conclu = _conclure(note.travail, transcrire(etude, sources=sources or None, suivi=note))
        except KeyboardInterrupt:
            conclu = replace(note.travail, etat=INTERROMPU)
        except ErreurRecherche as erreur:
            faute = ("", erreur.message, erreur.remede)
            conclu = replace(note.travail, etat=ECHOUE, anomalies=(faute,))
        finally:
            fini()
        conclu = replace(conclu, fin=maintenant())
        _noter(etude, conclu)
        return conclu


class _Note:
    """Le suivi de la transcription : le note au plus toutes les demi-secondes."""

    def __init__(self, etude: Etude, travail: Travail) -> None:
        self._etude = etude
        self._derniere = 0.0
        self.travail = travail
        _noter(etude, travail)

    def __call__(self, avancement: Avancement) -> None:
        self.travail = replace(
            self.travail, objet=avancement.objet, fait=avancement.fait, total=avancement.total
        )
        if time.monotonic() - self._derniere > NOTER_S:
            self._derniere = time.monotonic()
            _noter(self._etude, self.travail)


def _conclure(travail: Travail, bilan: Bilan) -> Travail:
    anomalies = tuple((a.objet, a.message, a.remede) for a in bilan.anomalies)
    faits = (*bilan.faits, *bilan.passes)
    etat = FINI if faits or not anomalies else ECHOUE
    return replace(travail, etat=etat, faits=faits, anomalies=anomalies, fait=travail.total)


def _guetter_arret(arret: Path) -> Callable[[], None]:
    """Interrompt le fil principal quand le fichier d'arrêt paraît ; rend de quoi cesser de guetter."""
    termine = threading.Event()

    def guetter() -> None:
        while not termine.wait(NOTER_S):
            if arret.exists() and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
                _thread.interrupt_main()
                return

    threading.Thread(target=guetter, daemon=True).start()
    return termine.set


def principal(arguments: Sequence[str]) -> int:
    """Le processus : le dossier de l'étude, puis les sources. Rend 0 si tout est fait, sinon 2."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return 0 if executer(Etude.ouvrir(arguments[0]), arguments[1:]).etat == FINI else 2
    except (ErreurRecherche, Timeout):
        return 2


if __name__ == "__main__":
    sys.exit(principal(sys.argv[1:]))
