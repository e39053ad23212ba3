"""L'autre recherche-action du programme, sans une ligne de code : régions, séances, aucun profil."""

import datetime
import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from outils import DEMO, extrait, lancer

from recherche.entrepot import Entrepot, transcriptions
from recherche.etapes import carnets, importer
from recherche.etapes.etat import etat
from recherche.etapes.exporter import exporter
from recherche.etapes.inventorier import inventorier
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.transcrire import transcrire
from recherche.modele.entretien import Atelier, Consentement, Participant, Registre
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, Transcription
from recherche.registre import ecrire_registre
from recherche.reglages import Etude

MODELE = Path(__file__).parents[1] / "etudes" / "reussite_educative" / "etude.toml"
ACCORD = Consentement(enregistrement=True, citation=True, archivage=True, date=datetime.date(2010, 1, 5))
PRENOMS = ("Solenn", "Yannick", "Maëlle", "Tanguy", "Nolwenn")
GRILLE = """
titre: Grille de la réussite éducative
version: "1"
familles:
  - id: PARCOURS
    nom: Le parcours
    couleur: "#332288"
    codes:
      - {id: REFERENT, nom: Le référent, definition: Ce que fait le référent de parcours.}
  - id: FAMILLES
    nom: Les parents
    couleur: "#117733"
    codes:
      - {id: ACCORD, nom: L'accord des parents, definition: Comment l'accord est demandé.}
natures:
  - {id: NAT-EXISTANT, nom: Ce qui existe, definition: La personne décrit ce qui se fait.}
  - {id: NAT-MANQUE, nom: Ce qui manque, definition: La personne dit un manque.}
"""
TOURS = {
    "BZH-A-01": (
        ("ANI", "Qui veut dire comment un enfant entre dans un parcours chez vous ?"),
        ("P1", "Chez nous le référent appelle d'abord les parents, jamais l'école avant eux."),
        ("P2", "Solenn a raison, mais il manque quelqu'un le mercredi pour accompagner l'enfant."),
    ),
    "PDL-A-01": (
        ("ANI", "Est-ce que le référent est devenu un métier ?"),
        ("P1", "Un métier sans formation, personne ne nous a appris à faire équipe."),
        ("P3", "L'accord des parents se demande à la maison, autour de la table, pas au bureau."),
    ),
}
CODAGES = {
    "BZH-A-01": ((1, TOURS["BZH-A-01"][1][1], ["REFERENT", "NAT-EXISTANT"]),),
    "PDL-A-01": (
        (1, TOURS["PDL-A-01"][1][1], ["REFERENT", "NAT-MANQUE"]),
        (2, "L'accord des parents se demande à la maison", ["ACCORD", "NAT-EXISTANT"]),
    ),
}


def _atelier(identifiant, titre, jour):
    participants = tuple(
        Participant(
            locuteur,
            prenom=prenom,
            nom="Kerbrat",
            sexe="F",
            age=40,
            fonction="référent de parcours",
            structure="PRE",
            consentement=ACCORD,
        )
        for locuteur, prenom in zip(("ANI", "P1", "P2", "P3", "P4"), PRENOMS, strict=True)
    )
    return Atelier(
        identifiant,
        identifiant[:3],
        jour,
        "salle des mariages",
        (),
        participants,
        titre,
        ("Nommer un référent par enfant.",),
    )


def _transcription(identifiant):
    tours = tuple(Tour.depuis_texte(locuteur, texte) for locuteur, texte in TOURS[identifiant])
    return Transcription(
        identifiant, tours, Provenance("essai", "1", datetime.datetime.now(datetime.UTC))
    )


def _ecrire(fichier, **valeurs):
    fichier.parent.mkdir(exist_ok=True)
    fichier.write_text(json.dumps(valeurs, ensure_ascii=False), encoding="utf-8")


def _ce_que_des_personnes_ont_fait(etude):
    """Les transcriptions relues, leurs revues signées et leurs codages."""
    for identifiant, tours in TOURS.items():
        transcription = _transcription(identifiant)
        dits = [{"locuteur": locuteur, "texte": texte} for locuteur, texte in tours]
        fichier = etude.chemin / "transcriptions" / f"{identifiant}.json"
        _ecrire(fichier, format="recherche-transcription/1", source_id=identifiant, tours=dits)
        place = transcription.texte.find("Solenn")
        mentions = [{"debut": place, "fin": place + 6, "type": "PRENOM"}] if place >= 0 else []
        _ecrire(
            etude.chemin / "revues" / f"{identifiant}.json",
            format="recherche-revue/1",
            source_id=identifiant,
            empreinte=transcription.empreinte,
            relecteur="R1",
            date="2010-03-01",
            mentions=mentions,
        )
    sources = [
        {"source_id": s, "codages": [{"tour": t, "citation": c, "codes": k} for t, c, k in liste]}
        for s, liste in CODAGES.items()
    ]
    _ecrire(
        etude.chemin / "codages" / "R1.json", format="recherche-codages/1", codeur="R1", sources=sources
    )


@pytest.fixture(scope="module")
def menee(tmp_path_factory):
    """Deux séances sur six ont eu lieu ; l'une a son enregistrement."""
    chemin = tmp_path_factory.mktemp("reussite") / "etude"
    chemin.mkdir()
    shutil.copyfile(MODELE, chemin / "etude.toml")
    (chemin / "grille.yaml").write_text(GRILLE, encoding="utf-8")
    etude = Etude.ouvrir(chemin)
    ateliers = (
        _atelier("BZH-A-01", "Entrer dans un parcours, en sortir", datetime.date(2010, 1, 14)),
        _atelier("PDL-A-01", "Le référent de parcours : un métier ?", datetime.date(2010, 2, 4)),
    )
    ecrire_registre(etude.reglages, Registre((), ateliers), etude.fichier_registre)
    son = DEMO / "enregistrements" / "REN-A-01.m4a"
    extrait(son, etude.enregistrements / "BZH-A-01 séance 1.wav", 60)
    _ce_que_des_personnes_ont_fait(etude)

    def de(nom):
        return sorted((chemin / nom).glob("*.json"))

    with pytest.MonkeyPatch.context() as poses:
        poses.setenv("RECHERCHE_PHRASE", "une phrase secrète pour essayer")
        bilans = {
            "inventorier": inventorier(etude),
            "transcrire": transcrire(etude),
            "transcriptions": importer.importer_transcriptions(etude, de("transcriptions")),
            "revues": importer.importer_revues(etude, de("revues")),
            "pseudonymiser": pseudonymiser_etude(etude),
            "codages": importer.importer_codages(etude, de("codages")),
            "publier": publier(etude),
            "rediger": rediger(etude),
            "exporter": exporter(etude, formats=("txt", "docx")),
        }
    return etude, bilans


@pytest.mark.lent
def test_chaque_etape_a_fait_son_travail(menee):
    _, bilans = menee
    comptes = {nom: len(bilan.faits) for nom, bilan in bilans.items()}
    for nom in ("inventorier", "transcrire", "codages", "publier"):
        assert comptes[nom] == 1, nom
    for nom in ("transcriptions", "revues", "pseudonymiser"):
        assert comptes[nom] == 2, nom
    assert comptes["exporter"] == 4
    assert [b.anomalies for b in bilans.values()] == [()] * len(bilans)


def test_la_seance_a_ete_transcrite_a_plusieurs_voix(menee):
    etude, _ = menee
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = [v for v in transcriptions.versions(cx) if v.source_id == "BZH-A-01"]
        assert [v.nature for v in versions] == ["automatique", "relue"]
        automatique = transcriptions.lire(cx, versions[0].id)
    assert 2 <= len(automatique.locuteurs()) <= 5
    assert automatique.nombre_mots > 80
    assert automatique.provenance.reglages["nombre"] == 5


def test_l_etat_parle_de_regions_et_ne_demande_aucun_profil(menee):
    etude, _ = menee
    lu = etat(etude)
    assert lu.quotas.empty
    assert lu.blocages == ()
    assert lu.ateliers["territoire"].tolist() == ["Bretagne", "Pays de la Loire"]
    assert lu.ateliers[["realise", "relu", "signe", "code", "publie"]].all(axis=None)
    assert lu.ateliers["enregistre"].tolist() == [True, False]
    issue = lancer("etat", etude=etude.chemin)
    assert (issue.code, issue.erreurs) == (0, "")
    assert "BZH-A-01" in issue.sortie


def _sans_ses_titres(texte):
    """Le texte sans les noms propres de l'étude où « ville » est écrit."""
    return texte.replace("École, ville, santé", "").replace("RésO Villes", "")


def test_le_jeu_publie_a_les_seances_et_pas_un_nom(menee):
    etude, _ = menee
    tables = {f.stem: pd.read_parquet(f) for f in etude.publie.rglob("*.parquet")}
    assert tables["ateliers"]["territoire"].tolist() == ["Bretagne", "Pays de la Loire"]
    assert tables["ateliers"]["participants"].tolist() == [4, 4]
    assert tables["verbatims"].empty
    manifeste = json.loads((etude.publie / "manifeste.json").read_text(encoding="utf-8"))
    assert manifeste["etude"]["niveau_territoire"] == "région"
    for fichier in etude.publie.rglob("*"):
        if fichier.suffix in (".csv", ".json"):
            texte = _sans_ses_titres(fichier.read_text(encoding="utf-8-sig"))
            assert not re.search(r"\b[Vv]illes?\b|jeune|[A-Z]{3}-A-\d\d", texte), fichier.name
            assert not any(prenom in texte for prenom in (*PRENOMS, "Kerbrat")), fichier.name


def test_le_guide_parle_de_regions(menee):
    etude, _ = menee
    guide = "\n".join(f.read_text(encoding="utf-8") for f in sorted(etude.guide.glob("*.md")))
    for attendu in ("région", "Bretagne", "Pays de la Loire", "Le référent", "L'accord des parents"):
        assert attendu in guide.replace("’", "'"), attendu
    assert re.findall(r".*\b[Vv]illes?\b.*|.*\bjeunes?\b.*", _sans_ses_titres(guide)) == []
    assert (etude.exports / "guide.pdf").read_bytes().startswith(b"%PDF")
    assert (etude.exports / "guide.docx").stat().st_size > 5000


def test_les_tables_du_carnet_se_lisent(menee):
    etude, _ = menee
    assert carnets.entretiens(etude).empty
    assert carnets.ateliers(etude)["source_id"].tolist() == ["BZH-A-01", "PDL-A-01"]
    assert len(carnets.codages(etude)) == 6
    assert carnets.verbatims(etude).empty
    assert "Solenn" not in carnets.transcription(etude, "BZH-A-01").texte
    for table in (carnets.themes(etude), carnets.familles_par_territoire(etude)):
        assert isinstance(table, pd.DataFrame)
