"""Ce que les essais de pages laisseraient derrière eux."""

import sys

import pytest


@pytest.fixture(autouse=True)
def programme_principal():
    """Rend à `__main__` son module : Streamlit le remplace, et un processus lancé ensuite le rejoue."""
    principal = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = principal
