"""Qui peut ouvrir une page d'équipe : cette machine, et elle seule."""

import pytest

from recherche.ecrans.equipe.acces import permise

ICI = ("127.0.0.1", 5000)


def entetes(**valeurs):
    return [(nom.encode(), valeur.encode()) for nom, valeur in valeurs.items()]


@pytest.mark.parametrize("hote", ["localhost:8502", "127.0.0.1:8502", "[::1]:8502"])
def test_cette_machine_entre(hote):
    assert permise(ICI, entetes(host=hote))
    assert permise(("::1", 1), entetes(host=hote, origin=f"http://{hote}"))


@pytest.mark.parametrize(
    ("client", "dits"),
    [
        (("192.168.1.20", 5000), {"host": "localhost:8502"}),
        (None, {"host": "localhost:8502"}),
        (("testclient", 1), {"host": "localhost:8502"}),
        (ICI, {"host": "exemple.test:8502"}),
        (ICI, {"host": "localhost.exemple.test"}),
        (ICI, {}),
        (ICI, {"host": "localhost:8502", "origin": "http://exemple.test"}),
        (ICI, {"host": "localhost:8502", "origin": "http://localhost:3000"}),
        (ICI, {"host": "localhost:8502", "origin": "null"}),
    ],
)
def test_le_reste_est_refuse(client, dits):
    assert not permise(client, entetes(**dits))
