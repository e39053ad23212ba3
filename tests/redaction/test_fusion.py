"""Un chapitre écrit par une personne n'est jamais écrasé."""

import dataclasses

import pytest

from recherche.modele.transcription import empreinte_texte
from recherche.redaction.guide import Statut, fusionner

ANCIEN, NOUVEAU = "# Titre\n\nUn.\n", "# Titre\n\nDeux.\n"
DE_PERSONNE = "# Titre\n\nUn, et ce que j'en pense.\n"


@pytest.mark.parametrize(
    ("existant", "precedente", "texte", "statut"),
    [
        (None, None, NOUVEAU, Statut.CREE),
        (None, ANCIEN, NOUVEAU, Statut.CREE),
        (NOUVEAU, ANCIEN, None, Statut.INCHANGE),
        (NOUVEAU, None, None, Statut.INCHANGE),
        (ANCIEN, ANCIEN, NOUVEAU, Statut.MIS_A_JOUR),
        (DE_PERSONNE, ANCIEN, NOUVEAU, Statut.A_COTE),
        (DE_PERSONNE, None, NOUVEAU, Statut.A_COTE),
        (DE_PERSONNE, NOUVEAU, None, Statut.CONSERVE),
    ],
)
def test_fusionner(existant, precedente, texte, statut):
    fusion = fusionner(existant, precedente and empreinte_texte(precedente), NOUVEAU)
    assert (fusion.texte, fusion.statut) == (texte, statut)
    assert fusion.a_cote == (statut is Statut.A_COTE)


@pytest.mark.parametrize(
    "enregistre", [ANCIEN.replace("\n", "\r\n"), "\ufeff" + ANCIEN, ANCIEN.rstrip(), ANCIEN + "\n\n"]
)
def test_un_editeur_qui_enregistre_ne_modifie_pas(enregistre):
    assert fusionner(enregistre, empreinte_texte(ANCIEN), NOUVEAU).statut is Statut.MIS_A_JOUR
    assert fusionner(enregistre, None, ANCIEN).statut is Statut.INCHANGE


def test_la_fusion_est_figee():
    with pytest.raises(dataclasses.FrozenInstanceError):
        fusionner(None, None, NOUVEAU).texte = ""
