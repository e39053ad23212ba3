"""Ce que les épreuves de l'entrepôt partagent, et ce qu'elles font faire à d'autres processus."""

import datetime
import os
import signal
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from recherche.entrepot import Entrepot, sources, transcriptions
from recherche.entrepot.schema import document
from recherche.modele.entretien import Atelier, Entretien
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

SOURCES = (
    Entretien("AAA-J-01", "AAA", datetime.date(2009, 3, 2), None, (), (), profil="J"),
    Entretien("AAA-P-01", "AAA", None, None, (), (), profil="P"),
    Atelier("BBB-A-01", "BBB", datetime.date(2010, 2, 4), None, (), ()),
)
PROVENANCE = Provenance(
    "essai", "1", datetime.datetime(2009, 3, 3, 8, 30, tzinfo=datetime.UTC), {"faisceau": 5}
)


def transcription(texte: str, source_id: str = "AAA-J-01") -> Transcription:
    """Une question puis `texte`, dont le premier mot est daté."""
    premier, *suite = texte.split()
    mots = (Mot(premier, 1.25, 1.75, 0.9), *(Mot(mot) for mot in suite))
    tours = (Tour.depuis_texte("ENQ", "Et alors ?", theme="quartier"), Tour("ENT", mots))
    return Transcription(source_id, tours, PROVENANCE)


def pseudonymisee(texte: str, source_id: str = "AAA-J-01") -> TranscriptionPseudonymisee:
    """La même, pseudonymisée."""
    brute = transcription(texte, source_id)
    return TranscriptionPseudonymisee(source_id, brute.tours, PROVENANCE)


def noter_documents(etude: Etude, depart: Barrier, debut: int, fin: int) -> None:
    """Attend les autres, ouvre la base avec eux, écrit les documents [debut, fin[ un par un."""
    depart.wait(60)
    with Entrepot.ouvrir(etude) as entrepot:
        with entrepot.ecrire("reporter le registre") as ecriture:
            sources.synchroniser(ecriture, SOURCES)
        for rang in range(debut, fin):
            with entrepot.ecrire("écrire ensemble") as ecriture:
                champs = {"cle": "c", "empreinte": "e", "date": ecriture.date}
                ecriture.poser(document, {"chemin": f"d{rang:03d}"}, champs)
                transcriptions.ajouter_version(
                    ecriture, transcription(f"Mot {rang}"), nature="automatique", cle="c"
                )


def tenir_seance(etude: Etude, pret: Event, fini: Event) -> None:
    """Tient une séance jusqu'à ce qu'on lui dise de finir."""
    from recherche.etapes.seance import seance

    with seance(etude, "transcrire"):
        pret.set()
        fini.wait(30)


def mourir_en_ecrivant(etude: Etude) -> None:
    """Écrit une ligne pour de bon, puis se fait tuer au milieu d'une deuxième transaction."""
    from recherche.etapes.seance import seance

    with seance(etude, "publier") as entrepot:
        champs = {"cle": "c", "empreinte": "e", "date": "2010"}
        with entrepot.ecrire("complète") as ecriture:
            ecriture.inserer(document, {"chemin": "entier", **champs})
        with entrepot.ecrire("interrompue") as ecriture:
            for rang in range(500):
                ecriture.inserer(document, {"chemin": f"moitié {rang}", **champs})
            os.kill(os.getpid(), signal.SIGKILL)


def octets(fichier: Path, debut: int, nouveaux: bytes) -> None:
    """Remplace des octets d'un fichier."""
    with fichier.open("r+b") as ouvert:
        ouvert.seek(debut)
        ouvert.write(nouveaux)
