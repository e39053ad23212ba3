"""Tout export qui a un lecteur se relit : texte, locuteurs, temps à la précision du format."""

import math
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recherche.echanges.importation import lire_transcription
from recherche.echanges.lecture import lire
from recherche.echanges.textes import exporter
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import (
    Mot,
    Tour,
    Transcription,
    TranscriptionPseudonymisee,
    fusionner_tours,
)

PROVENANCE = Provenance("essai", "1", datetime(2010, 1, 20, tzinfo=UTC))
DEMO = Path(__file__).parents[2] / "interviews" / "demo"
TEXTES = ["txt", "docx", "odt", "maxqda", "atlasti"]

LETTRES = st.characters(categories=["L"], max_codepoint=0x24F)
PONCTUATION = st.sampled_from(
    ["", "", "", ",", ".", "?", "!", "…", " ?", " !", "-là", "’a", "&", "<rire>"]
)
FORMES = st.builds(
    lambda debut, fin: unicodedata.normalize("NFC", debut + fin),
    st.text(LETTRES, min_size=1, max_size=8),
    PONCTUATION,
)
LOCUTEURS = st.sampled_from(["ENQ", "ENT", "P1", "P2", "ANI"])
DITS = st.lists(st.tuples(LOCUTEURS, st.lists(FORMES, min_size=1, max_size=12)), min_size=1, max_size=8)


def sans_temps(dits):
    tours = (Tour.depuis_texte(locuteur, " ".join(formes)) for locuteur, formes in dits)
    return Transcription("LOR-J-02", fusionner_tours(tours), PROVENANCE)


def datee(dits, silences):
    """Chaque mot daté à la milliseconde, ses voisins à la suite, un silence entre deux tours."""
    horloge, tours = 0, []
    for rang, (locuteur, formes) in enumerate(dits):
        horloge += silences[rang % len(silences)]
        mots = []
        for forme in " ".join(formes).split():
            mots.append(Mot(forme, horloge / 1000, (horloge + 180) / 1000, 0.5))
            horloge += 200
        tours.append(Tour(locuteur, tuple(mots)))
    return Transcription("LOR-J-02", fusionner_tours(tours), PROVENANCE)


def relire(transcription, fmt, dossier):
    from recherche.echanges.textes import FORMATS

    fichier = dossier / f"LOR-J-02.{FORMATS[fmt].extension}"
    fichier.write_bytes(exporter(transcription, fmt))
    return lire(fichier)


def dits(transcription):
    return [(tour.locuteur, tour.texte) for tour in transcription.tours]


@pytest.fixture(scope="module")
def dossier(tmp_path_factory):
    return tmp_path_factory.mktemp("relire")


@pytest.mark.parametrize("fmt", TEXTES)
@given(dits_=DITS)
@settings(max_examples=25, deadline=None)
def test_texte_sans_temps(dossier, fmt, dits_):
    origine = sans_temps(dits_)
    assert dits(relire(origine, fmt, dossier)) == dits(origine)


@pytest.mark.parametrize("fmt", ["txt", "docx", "odt", "atlasti"])
@given(dits_=DITS, silences=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
@settings(max_examples=20, deadline=None)
def test_texte_date_a_la_seconde(dossier, fmt, dits_, silences):
    origine = datee(dits_, silences)
    lue = relire(origine, fmt, dossier)
    assert dits(lue) == dits(origine)
    assert [t.debut_s for t in lue.tours] == [math.floor(t.debut_s) for t in origine.tours]


@given(dits_=DITS, silences=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_maxqda_date_la_fin_au_dixieme(dossier, dits_, silences):
    origine = datee(dits_, silences)
    lue = relire(origine, "maxqda", dossier)
    assert dits(lue) == dits(origine)
    fins = [math.floor(t.fin_s * 10 + 1e-6) / 10 for t in origine.tours]
    assert [t.fin_s for t in lue.tours][1:] == pytest.approx(fins[1:])


@pytest.mark.parametrize("fmt", ["vtt", "srt"])
@given(dits_=DITS, silences=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
@settings(max_examples=30, deadline=None)
def test_sous_titres(dossier, fmt, dits_, silences):
    origine = datee(dits_, silences)
    lue = relire(origine, fmt, dossier)
    assert dits(lue) == dits(origine)
    for tour, relu in zip(origine.tours, lue.tours, strict=True):
        assert relu.debut_s == tour.debut_s
        assert relu.fin_s == pytest.approx(tour.fin_s, abs=0.021)  # un sous-titre dure 0,2 s au moins


@given(dits_=DITS, silences=st.lists(st.integers(0, 90_000), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_elan_garde_les_temps_des_mots(dossier, dits_, silences):
    origine = datee(dits_, silences)
    lue = relire(origine, "eaf", dossier)
    assert [(t.locuteur, [(m.texte, m.debut_s, m.fin_s) for m in t.mots]) for t in lue.tours] == [
        (t.locuteur, [(m.texte, m.debut_s, m.fin_s) for m in t.mots]) for t in origine.tours
    ]
    assert lue.provenance.reglages["temps"] == "mots"


def test_elan_tours_qui_se_recouvrent_et_mots_sans_temps(dossier):
    tours = (
        Tour("ENT", (Mot("Je", 1.0, 1.2), Mot("crois"), Mot("que", 3.0, 3.4))),
        Tour("ENQ", (Mot("Hm", 1.1, 1.3),)),
        Tour("ENT", (Mot("oui.", 3.2, 3.2),)),
    )
    lue = relire(Transcription("LOR-J-02", tours, PROVENANCE), "eaf", dossier)
    assert dits(lue) == [("ENT", "Je crois que"), ("ENQ", "Hm"), ("ENT", "oui.")]
    assert [(m.debut_s, m.fin_s) for m in lue.tours[0].mots] == [(1.0, 1.2), (None, None), (3.0, 3.4)]
    assert lue.tours[2].debut_s == 3.4  # deux annotations d'une ligne ELAN ne se recouvrent pas


@pytest.mark.parametrize("fmt", ["txt", "docx", "odt", "vtt", "eaf"])
def test_un_export_pseudonymise_ne_rentre_pas(dossier, fmt):
    tours = (Tour("ENT", (Mot("Oui.", 1.0, 1.5),)),)
    with pytest.raises(ErreurEchange, match="transcription pseudonymisée"):
        relire(TranscriptionPseudonymisee("LOR-J-02", tours, PROVENANCE), fmt, dossier)


@pytest.mark.parametrize("source", ["LOR-A-01", "LOR-J-02", "STN-P-01"])
@pytest.mark.parametrize("fmt", ["txt", "docx", "odt", "maxqda"])
def test_les_transcriptions_de_la_demonstration(dossier, fmt, source):
    origine = lire_transcription(DEMO / "transcriptions" / f"{source}.json")
    lue = relire(origine, fmt, dossier)
    assert dits(lue) == [(t.locuteur, t.texte) for t in fusionner_tours(_sans_theme(origine))]


def _sans_theme(transcription):
    return (Tour(tour.locuteur, tour.mots) for tour in transcription.tours)
