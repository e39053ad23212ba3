"""La page de revue : décider, signer ; puis dans un vrai navigateur."""

from __future__ import annotations

import pytest
from outils import json_de, petite_etude
from streamlit.testing.v1 import AppTest

from recherche.ecrans.equipe import commun
from recherche.entrepot import Entrepot, transcriptions
from recherche.etapes import importer
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.revue import etats

PAGE = "from recherche.ecrans.equipe import revue\nrevue.afficher()\n"
SOURCE = "LOR-J-02"


@pytest.fixture(scope="module")
def proposee(tmp_path_factory):
    """Un entretien pseudonymisé par les seuls détecteurs."""
    etude = petite_etude(tmp_path_factory.mktemp("page-revue") / "etude", [SOURCE])
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    pseudonymiser_etude(etude)
    return etude


@pytest.fixture
def page(proposee, monkeypatch):
    monkeypatch.setenv("RECHERCHE_ETUDE", str(proposee.chemin))
    monkeypatch.setenv("RECHERCHE_AUTEUR", "Camille")
    monkeypatch.setattr(commun, "sur_cette_machine", lambda: True)
    ouverte = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not ouverte.exception
    return ouverte


def bouton(page, cle):
    return next(b for b in page.button if b.key == cle)


def test_on_decide_puis_on_signe(page, proposee):
    onglets = [onglet.label for onglet in page.tabs]
    assert onglets[0].startswith("À décider (")
    assert onglets[0] != "À décider (0)"
    assert bouton(page, "signer").disabled
    decision = next(r for r in page.radio if str(r.key).startswith("choix|"))
    assert decision.value is None
    decision.set_value("laisser").run()
    bouton(page, "tout_masquer").click().run()
    assert page.tabs[0].label == "À décider (0)"
    page.checkbox(key=f"vue_{SOURCE}").check().run()
    assert not bouton(page, "signer").disabled
    bouton(page, "signer").click().run()
    assert not page.exception
    assert any("recherche pseudonymiser" in s.value for s in page.success)
    (etat,) = etats(proposee)
    assert etat.etat == "signée"
    with Entrepot.ouvrir(proposee) as entrepot, entrepot.lire() as cx:
        (signee,) = transcriptions.revues(cx).values()
    assert signee.relecteur == "Camille"
    assert signee.mentions
