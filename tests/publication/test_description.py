"""DCAT, DDI et journal : le jeu décrit aux catalogues, et ce qui a changé d'une version à l'autre."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from recherche.erreurs import ErreurConfidentialite
from recherche.publication.changements import continuer
from recherche.publication.dictionnaire import TABLES
from recherche.publication.dossier import ecrire, lire

DDI = "{ddi:codebook:2_5}"


def test_dcat_decrit_chaque_fichier(dossier_essai):
    manifeste = lire(dossier_essai).manifeste
    jeu = json.loads((dossier_essai / "dcat.json").read_text("utf-8"))
    assert jeu["@type"] == "dcat:Dataset"
    assert jeu["dct:title"]["@value"] == manifeste["etude"]["titre"]
    decrits = {d["@id"]: d for d in jeu["dcat:distribution"]}
    assert decrits.keys() == manifeste["fichiers"].keys() - {"dcat.json", "ddi.xml"}
    for chemin, decrit in decrits.items():
        assert decrit["dcat:byteSize"] == (dossier_essai / chemin).stat().st_size
        assert decrit["spdx:checksum"]["spdx:checksumValue"] == manifeste["fichiers"][chemin]["sha256"]
    assert "dcat:contactPoint" not in jeu


def test_ddi_decrit_chaque_variable(dossier_essai):
    racine = ET.parse(dossier_essai / "ddi.xml").getroot()
    assert racine.tag == f"{DDI}codeBook"
    fichiers = {
        f.get("ID"): f.findtext(f"{DDI}fileTxt/{DDI}fileName") for f in racine.iter(f"{DDI}fileDscr")
    }
    assert set(fichiers.values()) == {f"tables/{nom}.csv" for nom in TABLES}
    variables = [(fichiers[v.get("files")], v.get("name")) for v in racine.iter(f"{DDI}var")]
    assert variables == [(f"tables/{nom}.csv", c.nom) for nom, cs in TABLES.items() for c in cs]


def test_le_contact_passe_le_controle_lui_seul(jeu_essai, tmp_path):
    contact = "equipe@exemple.test"
    etude = jeu_essai.manifeste["etude"] | {"contact": contact}
    jeu = replace(jeu_essai, manifeste=jeu_essai.manifeste | {"etude": etude})
    with pytest.raises(ErreurConfidentialite, match="courriel"):
        ecrire(jeu, tmp_path / "publie", interdits=[])
    ecrire(jeu, tmp_path / "publie", interdits=[], permis=[contact])
    decrit = json.loads((tmp_path / "publie" / "dcat.json").read_text("utf-8"))
    assert decrit["dcat:contactPoint"]["vcard:fn"] == contact
    autre = replace(jeu, manifeste=jeu.manifeste | {"licence": "Écrire à une.autre@exemple.test"})
    with pytest.raises(ErreurConfidentialite, match="courriel"):
        ecrire(autre, tmp_path / "publie", interdits=[], permis=[contact])


def test_le_journal_dit_ce_qui_a_change_sans_dire_pour_qui(jeu_essai):
    premier = jeu_essai.manifeste["journal"]
    assert premier == [{"version": 1, "date": "2010-07-01", "changements": ["Première publication."]}]
    avancement = jeu_essai.tables["avancement"].assign(publies=[5, 10, 10, 10])
    tables = dict(jeu_essai.tables) | {"avancement": avancement}
    suivant = jeu_essai.manifeste | {"version": 2, "date": "2010-09-01"}
    journal = continuer(suivant, tables, (jeu_essai.manifeste, jeu_essai.tables))
    assert [v["version"] for v in journal] == [2, 1]
    assert journal[0]["changements"] == [
        "Entretiens publiés : 40 avant, 35 maintenant.",
        "Les références des verbatims sont nouvelles.",
    ]
