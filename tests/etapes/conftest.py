"""Une petite étude menée jusqu'au guide, et des copies qu'on peut abîmer."""

import pytest
from outils import copier, mener, petite_etude


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
