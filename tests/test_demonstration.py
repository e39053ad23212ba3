"""Les données de démonstration tiennent ensemble : registre, transcriptions, revues, codages, grille."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from recherche.codage.ancrage import ancrer, verifier
from recherche.codage.grille import lire_grille
from recherche.modele.codage import Codage, Origine
from recherche.modele.entretien import Registre
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, Transcription
from recherche.registre import lire_registre
from recherche.reglages import Etude

DEMO = Path(__file__).parents[1] / "interviews" / "demo"
QUAND = datetime(2010, 6, 1, tzinfo=UTC)
TYPES = {"PRENOM", "NOM", "LIEU", "STRUCTURE", "CONTACT", "DATE_NAISSANCE", "AUTRE"}


def lire(chemin: Path, format_attendu: str) -> dict[str, Any]:
    donnees: dict[str, Any] = json.loads(chemin.read_text(encoding="utf-8"))
    assert donnees["format"] == format_attendu
    return donnees


@pytest.fixture(scope="module")
def registre() -> Registre:
    return lire_registre(Etude.ouvrir(DEMO))


@pytest.fixture(scope="module")
def transcriptions() -> dict[str, Transcription]:
    lues = {}
    for chemin in sorted((DEMO / "transcriptions").glob("*.json")):
        donnees = lire(chemin, "recherche-transcription/1")
        tours = [
            Tour.depuis_texte(t["locuteur"], t["texte"], theme=t.get("theme")) for t in donnees["tours"]
        ]
        assert [t.texte for t in tours] == [t["texte"] for t in donnees["tours"]], "NFC, espaces simples"
        assert donnees["source_id"] == chemin.stem
        lues[chemin.stem] = Transcription(chemin.stem, tuple(tours), Provenance("demo", "1", QUAND))
    return lues


@pytest.fixture(scope="module")
def codages(transcriptions: dict[str, Transcription]) -> dict[str, list[Codage]]:
    par_codeur: dict[str, list[Codage]] = {}
    for codeur in "ABC":
        donnees = lire(DEMO / "codages" / f"{codeur}.json", "recherche-codages/1")
        assert donnees["codeur"] == codeur
        par_codeur[codeur] = [
            Codage(source["source_id"], extrait, code, codeur, Origine.IMPORT, QUAND)
            for source in donnees["sources"]
            for passage in source["codages"]
            for extrait in [
                ancrer(transcriptions[source["source_id"]], passage["tour"], passage["citation"])
            ]
            for code in passage["codes"]
        ]
    return par_codeur


def test_l_etude_se_dit_fictive() -> None:
    etude = Etude.ouvrir(DEMO)
    assert etude.reglages.etude.fictive
    assert etude.reglages.nombre_prevu == 120
    phrase = (DEMO / etude.reglages.confidentialite.phrase_fichier).read_text(encoding="utf-8")
    assert "fictive" in phrase
    lisez_moi = (DEMO / "README.md").read_text(encoding="utf-8")
    assert "fictif" in lisez_moi
    assert "synthétiques" in lisez_moi


def test_le_guide_de_l_etude_est_celui_des_transcriptions(
    transcriptions: dict[str, Transcription],
) -> None:
    for dossier in (DEMO, DEMO.parent):
        for profil in Etude.ouvrir(dossier).reglages.profils:
            attendus = {theme.id for theme in profil.guide}
            dits = {
                tour.theme
                for identifiant, transcription in transcriptions.items()
                if f"-{profil.code}-" in identifiant
                for tour in transcription.tours
            }
            assert dits == attendus
            assert all(2 <= len(theme.questions) <= 4 for theme in profil.guide)


def test_le_registre_dit_toutes_les_sources(
    registre: Registre, transcriptions: dict[str, Transcription]
) -> None:
    assert {source.id for source in registre.sources} == set(transcriptions)
    assert len(registre.entretiens) == 120
    assert [(len(a.participants), len(a.decisions)) for a in registre.ateliers] == [(6, 5), (7, 5)]
    for source in registre.sources:
        voix = {p.locuteur for p in source.participants} | {"ENQ"}
        assert set(transcriptions[source.id].locuteurs()) <= voix, source.id


def test_les_enregistrements_du_registre_sont_dans_le_dossier(registre: Registre) -> None:
    dits = {nom for source in registre.sources for nom in source.enregistrements}
    assert dits == {chemin.name for chemin in (DEMO / "enregistrements").iterdir()}
    assert len(dits) == 14


def test_les_consentements(registre: Registre) -> None:
    personnes = [p for source in registre.sources for p in source.participants]
    assert all(p.consentement.enregistrement for p in personnes)
    sans_citation = [e.id for e in registre.entretiens if not e.participant.consentement.citation]
    assert sorted(sans_citation) == ["ANG-J-08", "QUI-P-07", "REN-J-09", "STN-P-04"]
    mineurs = [p for p in personnes if p.mineur]
    assert len(mineurs) == 12
    assert all(p.consentement.representant_legal for p in mineurs)


def test_les_revues_portent_sur_le_texte_meme(
    registre: Registre, transcriptions: dict[str, Transcription]
) -> None:
    mineurs = {s.id for s in registre.sources if any(p.mineur for p in s.participants)}
    total = 0
    for identifiant, transcription in transcriptions.items():
        revue = lire(DEMO / "revues" / f"{identifiant}.json", "recherche-revue/1")
        assert revue["empreinte"] == transcription.empreinte, identifiant
        assert ("second_relecteur" in revue) == (identifiant in mineurs)
        assert revue.get("second_relecteur") != revue["relecteur"]
        date.fromisoformat(revue["date"])
        fin_precedente = 0
        for mention in revue["mentions"]:
            assert fin_precedente <= mention["debut"] < mention["fin"] <= len(transcription.texte)
            assert mention["type"] in TYPES
            passage = transcription.texte[mention["debut"] : mention["fin"]]
            assert passage.strip() == passage
            assert "\n" not in passage
            fin_precedente = mention["fin"]
        total += len(revue["mentions"])
    assert total == 1673


def test_aucun_nom_de_participant_n_echappe_a_la_revue(
    registre: Registre, transcriptions: dict[str, Transcription]
) -> None:
    for source in registre.sources:
        texte = transcriptions[source.id].texte
        mentions = lire(DEMO / "revues" / f"{source.id}.json", "recherche-revue/1")["mentions"]
        reste = list(texte)
        for mention in mentions:
            reste[mention["debut"] : mention["fin"]] = "\0" * (mention["fin"] - mention["debut"])
        mots = set("".join(c if c.isalnum() or c in "-'" else " " for c in "".join(reste)).split())
        for personne in source.participants:
            assert not mots & {personne.prenom, personne.nom}, source.id


def test_comptes_des_codages(codages: dict[str, list[Codage]]) -> None:
    comptes = Counter(c.code for c in codages["A"] if "-A-" not in c.source_id)
    assert {n: comptes[n] for n in ("NAT-MANQUE", "NAT-EXISTANT", "NAT-ATTENTE")} == {
        "NAT-MANQUE": 808,
        "NAT-EXISTANT": 376,
        "NAT-ATTENTE": 211,
    }
    themes = [(n, k) for n, k in comptes.most_common() if not n.startswith("NAT-")]
    assert themes[:2] == [("FORM-ORIENT", 116), ("POL-COORD", 106)]
    assert themes[-1] == ("QUART-STIGM", 25)
    assert len(themes) == 26
    extraits = {c: len({(x.source_id, x.extrait) for x in codages[c]}) for c in "ABC"}
    assert extraits == {"A": 1435, "B": 328, "C": 430}


def test_les_codages_suivent_la_grille(codages: dict[str, list[Codage]]) -> None:
    grille = lire_grille(DEMO / "grille.yaml")
    assert (len(grille.familles), len(list(grille.themes())), len(grille.natures)) == (7, 26, 3)
    couleurs = [famille.couleur for famille in grille.familles]
    assert len(set(couleurs)) == 7
    for codeur in "ABC":
        verifier(codages[codeur], grille)
    doubles = {c.source_id for c in codages["B"]}
    assert doubles == {c.source_id for c in codages["C"]}
    assert len(doubles) == 24
