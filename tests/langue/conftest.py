import datetime

import pytest

from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, Transcription

PROVENANCE = Provenance("essai", "1", datetime.datetime(2009, 3, 1, tzinfo=datetime.UTC))


def transcrire(*tours, source_id="AAA-J-01"):
    """Une transcription d'essai : les tours sont de l'enquêté."""
    return Transcription(source_id, tuple(Tour.depuis_texte("ENT", t) for t in tours), PROVENANCE)


@pytest.fixture(scope="session")
def transcription():
    """De quoi faire une transcription d'essai."""
    return transcrire
