"""Une étude menée d'un bout à l'autre, sur un extrait réel, une fois pour toutes les épreuves."""

import pytest
from outils import DEMO, copie_sans_son, copier, extrait, json_de, mener, petite_etude

from recherche.etapes import demo, importer
from recherche.etapes.exporter import exporter
from recherche.etapes.inventorier import inventorier
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.transcrire import transcrire


@pytest.fixture(scope="session")
def etude_menee(tmp_path_factory):
    """La démonstration menée jusqu'au guide, avec cinquante secondes de son."""
    etude = copie_sans_son(tmp_path_factory.mktemp("etude") / "demo")
    extrait(DEMO / "enregistrements" / "LOR-J-02.mp3", etude.enregistrements / "LOR-J-02.wav")
    bilans = {
        "inventorier": inventorier(etude),
        "transcrire": transcrire(etude, sources=["LOR-J-02"]),
        "transcriptions": importer.importer_transcriptions(etude, json_de(etude, "transcriptions")),
        "revues": importer.importer_revues(etude, json_de(etude, "revues")),
        "pseudonymiser": pseudonymiser_etude(etude),
        "codages": importer.importer_codages(etude, json_de(etude, "codages")),
        "publier": publier(etude),
        "rediger": rediger(etude),
        "exporter": exporter(etude, formats=demo.LISIBLES, sources=["LOR-J-02"]),
        "minutees": exporter(
            etude, formats=demo.MINUTES, sources=["LOR-J-02"], prive=True, automatique=True
        ),
    }
    return etude, bilans


@pytest.fixture(scope="session")
def petite_menee(tmp_path_factory):
    """Sept sources de la démonstration menées jusqu'au guide, sans son ; se copie avant d'y toucher."""
    etude = petite_etude(tmp_path_factory.mktemp("petite") / "etude")
    mener(etude)
    return etude


@pytest.fixture
def etude(petite_menee, tmp_path):
    """Une copie de la petite étude menée, qu'on peut abîmer."""
    return copier(petite_menee, tmp_path / "etude")
