"""Suivre les relectures : qui relit quoi, qui a changé quoi, où en est chaque transcription."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from recherche.entrepot import Entrepot, sources, transcriptions, verifications
from recherche.entrepot import relecture as rangement
from recherche.entrepot.base import maintenant
from recherche.entrepot.relecture import Brouillon, Changement
from recherche.entrepot.transcriptions import RELUE
from recherche.etapes.relecture import ETAPE
from recherche.modele.verification import EtatDoute
from recherche.reglages import Etude

PRESENCE_S = 20.0
A_TRANSCRIRE, A_RELIRE, EN_COURS, RELU = "à transcrire", "à relire", "relecture en cours", "relu"


@dataclass(frozen=True, slots=True)
class EtatRelecture:
    """Où en est une source ; `part_relue` : de 0 à 1, si la relecture est en cours."""

    source_id: str
    etat: str
    duree_s: float
    part_relue: float | None = None
    auteur: str | None = None
    modifiee: str | None = None


def etats(etude: Etude) -> list[EtatRelecture]:
    """L'état de chaque source qui a un enregistrement utilisable ou une transcription."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        durees: dict[str, float] = {}
        for son in sources.fichiers(cx):
            if son.utilisable and son.source_id is not None and son.mesure is not None:
                durees[son.source_id] = durees.get(son.source_id, 0.0) + son.mesure.duree_s
        courantes = transcriptions.courantes(cx)
        cles = {(v.source_id, v.cle) for v in transcriptions.versions(cx)}
        resumes = rangement.resumes(cx)
        lignes = []
        for source in sorted(durees.keys() | courantes.keys()):
            duree, courante, resume = durees.get(source, 0.0), courantes.get(source), resumes.get(source)
            if courante is None:
                lignes.append(EtatRelecture(source, A_TRANSCRIRE, duree))
            elif resume is None or resume.numero == 0 or (source, resume.cle_finale) in cles:
                relu = courante.nature == RELUE
                qui = (courante.auteur, courante.date) if relu else (None, None)
                lignes.append(EtatRelecture(source, RELU if relu else A_RELIRE, duree, None, *qui))
            else:
                brouillon = rangement.derniere(cx, source)
                part = None if brouillon is None else part_relue(brouillon)
                qui = (resume.auteur, resume.modifiee)
                lignes.append(EtatRelecture(source, EN_COURS, duree, part, *qui))
        return lignes


def part_relue(brouillon: Brouillon) -> float:
    """Part des tours non vides marqués relus, de 0 à 1."""
    pleins = [tour for tour in brouillon.tours if tour.tour.mots]
    return sum(tour.relu is not None for tour in pleins) / len(pleins) if pleins else 0.0


@dataclass(frozen=True, slots=True)
class Nouvelles:
    """Ce qui s'est passé depuis un numéro : changements, autres personnes présentes, relecture close."""

    numero: int
    changements: tuple[Changement, ...]
    autres: tuple[str, ...]
    close: bool


def suivre(
    etude: Etude, source_id: str, *, relecture: int, depuis: int, seance: str, auteur: str
) -> Nouvelles:
    """Signale sa présence et rend ce qui s'est passé depuis le changement `depuis`."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        cx = ecriture.cx
        rangement.signaler(cx, seance=seance, source_id=source_id, auteur=auteur, date=maintenant())
        limite = datetime.now(UTC) - timedelta(seconds=PRESENCE_S)
        presents = rangement.presents(cx, source_id, depuis=limite.isoformat(timespec="milliseconds"))
        resume = rangement.resumes(cx).get(source_id)
        close = resume is None or resume.id != relecture or resume.cle_finale is not None
        suite = rangement.changements(cx, relecture, depuis=depuis)
        numero = suite[-1].numero if suite else depuis
        autres = tuple(qui for cle_seance, qui in presents.items() if cle_seance != seance)
        return Nouvelles(numero, tuple(suite), autres, close)


def quitter(etude: Etude, *, seance: str) -> None:
    """La page est fermée : les autres n'en sont plus prévenus."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        rangement.partir(ecriture.cx, seance)


def historique(etude: Etude, source_id: str, *, derniers: int = 200) -> list[Changement]:
    """Qui a changé quoi : les derniers changements de la relecture, le plus récent d'abord."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        resume = rangement.resumes(cx).get(source_id)
        if resume is None:
            return []
        return rangement.changements(cx, resume.id, derniers=derniers)[::-1]


@dataclass(frozen=True, slots=True)
class Endroit:
    """Un passage douteux à écouter, de `debut_s` à `fin_s` secondes ; `numero` dans l'entrepôt."""

    numero: int
    debut_s: float
    fin_s: float
    raison: str
    texte: str


def doutes(etude: Etude, source_id: str) -> list[Endroit]:
    """Les passages que la transcription a notés douteux et que personne n'a encore vérifiés."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        cles = {
            v.cle
            for v in transcriptions.versions(cx)
            if v.source_id == source_id and v.nature == transcriptions.AUTOMATIQUE
        }
        ranges = [d for d in verifications.lire(cx, cles=sorted(cles)) if d.source_id == source_id]
    return [
        Endroit(d.id, d.doute.debut_s, d.doute.fin_s, d.doute.raison.value, d.doute.texte)
        for d in ranges
        if d.doute.etat is EtatDoute.A_VERIFIER
    ]


def noter_verifies(etude: Etude, numeros: Sequence[int], *, auteur: str) -> int:
    """Note que ces passages douteux ont été écoutés ; rend combien ne l'étaient pas."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        return sum(verifications.marquer(ecriture, n, EtatDoute.VERIFIE) for n in numeros)
