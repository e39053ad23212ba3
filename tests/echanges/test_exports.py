"""Exports vers d'autres logiciels : OpenDocument, TEI, RTTM, MAXQDA, NVivo, ATLAS.ti, IRaMuTeQ."""

import io
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pypandoc
import pytest
from lxml import etree

from recherche.echanges.lecture import EXTENSIONS, lire
from recherche.echanges.rttm import lire_rttm, tours_de_parole
from recherche.echanges.textes import FORMATS, exporter
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import (
    Mot,
    Tour,
    TourDeParole,
    Transcription,
    TranscriptionPseudonymisee,
)

PROVENANCE = Provenance("essai", "1", datetime(2010, 1, 20, 14, 30, tzinfo=UTC))
QUESTION = Tour("ENQ", (Mot("Tu", 1.0, 1.25), Mot("dors", 1.25, 1.78), Mot("?", 1.78, 1.8)), "logement")
REPONSE = Tour(
    "ENT", (Mot("Non.", 3661.54, 3662.0), Mot("J’ai", 3663.0, 3663.2), Mot("<couru>", 3663.2, 3664.05))
)
DATEE = Transcription("LOR-J-02", (QUESTION, REPONSE), PROVENANCE)
SANS_TEMPS = TranscriptionPseudonymisee(
    "STN-P-01", (Tour.depuis_texte("ENT", "J'habite *ici*, à [quartier_1]…"),), PROVENANCE
)
T = "{http://www.tei-c.org/ns/1.0}"
ID = "{http://www.w3.org/XML/1998/namespace}id"


def test_odt_est_celui_que_pandoc_lit_et_toujours_le_meme(tmp_path):
    octets = exporter(DATEE, "odt")
    assert octets == exporter(DATEE, "odt")
    (tmp_path / "a.odt").write_bytes(octets)
    texte = pypandoc.convert_file(str(tmp_path / "a.odt"), "plain", extra_args=["--wrap=none"])
    alineas = [alinea.replace("\u00a0", " ") for alinea in texte.strip().split("\n\n")]
    assert alineas[0].strip() == "LOR-J-02"
    assert "6 mots · durée 1:01:04" in alineas[1]
    assert alineas[2:] == ["[00:01] ENQ : Tu dors ?", "[1:01:01] ENT : Non. J’ai <couru>"]


def test_odt_lignes_numerotees_entete_et_marge():
    with zipfile.ZipFile(io.BytesIO(exporter(SANS_TEMPS, "odt"))) as archive:
        premier = archive.infolist()[0]
        assert (premier.filename, premier.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        styles = archive.read("styles.xml").decode()
        manifeste = etree.fromstring(archive.read("META-INF/manifest.xml"))
        assert {e.values()[0] for e in manifeste} == {"/", "content.xml", "styles.xml", "meta.xml"}
    assert 'linenumbering-configuration text:number-lines="true"' in styles
    assert "STN-P-01 — transcription pseudonymisée" in styles
    assert 'fo:margin-right="6.0cm"' in styles


def test_tei_renvois_et_chronologie():
    racine = etree.fromstring(exporter(DATEE, "tei", variables={"ville": "Brest"}))
    identifiants = {element.get(ID) for element in racine.iter() if element.get(ID)}
    renvois = [
        e.get(a)
        for e in racine.iter()
        for a in ("who", "start", "end", "since", "origin", "ana")
        if e.get(a)
    ]
    assert len(renvois) == 12
    assert {renvoi.removeprefix("#") for renvoi in renvois} <= identifiants
    quand = [(w.get(ID), w.get("interval")) for w in racine.iter(f"{T}when")]
    assert quand == [
        ("T0", None),
        ("T1", "1.000"),
        ("T2", "1.800"),
        ("T3", "3661.540"),
        ("T4", "3664.050"),
    ]
    blocs = racine.findall(f"{T}text/{T}body/{T}annotationBlock")
    assert [(b.get("who"), b.get("start"), b.get("end")) for b in blocs] == [
        ("#ENQ", "#T1", "#T2"),
        ("#ENT", "#T3", "#T4"),
    ]
    assert [b.findtext(f"{T}u/{T}seg") for b in blocs] == ["Tu dors ?", "Non. J’ai <couru>"]
    assert racine.findtext(f".//{T}category[@{ID}='theme1']/{T}catDesc") == "logement"
    assert (racine.find(f".//{T}term").get("type"), racine.findtext(f".//{T}term")) == ("ville", "Brest")
    assert racine.findtext(f".//{T}title") == "LOR-J-02, transcription brute, confidentielle"


def test_tei_balise_les_marques():
    bas = (Mot("rue", 5.0, 5.2, 0.05), Mot("de", 5.2, 5.4, 0.05))
    mots = (Mot("Oui", 1.0, 1.5, 0.9), Mot("enfin", 3.75, 4.0, 0.9), *bas, Mot("voilà.", 5.4, 5.6, 0.9))
    texte = exporter(Transcription("LOR-J-02", (Tour("2 ans", mots),), PROVENANCE), "tei", marques=True)
    seg = etree.fromstring(texte).find(f".//{T}seg")
    assert etree.tostring(seg, encoding="unicode", with_tail=False).partition(">")[2] == (
        'Oui<pause type="medium" dur="PT2.25S"/> enfin<pause type="short" dur="PT1.00S"/>'
        '<gap reason="inaudible"><desc>00:00:05</desc></gap> voilà.</seg>'
    )
    assert etree.fromstring(texte).find(f".//{T}person").get(ID) == "loc1"


def test_tei_sans_temps():
    racine = etree.fromstring(exporter(SANS_TEMPS, "tei"))
    assert racine.find(f".//{T}timeline") is None
    assert racine.find(f".//{T}annotationBlock").attrib.keys() == ["who", ID]


def test_rttm_tours_de_parole_coupes_aux_silences(tmp_path):
    octets = exporter(DATEE, "rttm")
    assert octets.decode().splitlines() == [
        "SPEAKER LOR-J-02 1 1.000 0.800 <NA> <NA> ENQ <NA> <NA>",
        "SPEAKER LOR-J-02 1 3661.540 0.460 <NA> <NA> ENT <NA> <NA>",
        "SPEAKER LOR-J-02 1 3663.000 1.050 <NA> <NA> ENT <NA> <NA>",
    ]
    assert lire_rttm(octets, tmp_path / "a.rttm") == tours_de_parole(DATEE)
    assert tours_de_parole(DATEE)[0] == TourDeParole(1.0, 1.8, "ENQ")


@pytest.mark.parametrize(
    "ligne",
    ["SPEAKER a 1 0.5", "SPEAKER a 1 x 1 <NA> <NA> A <NA> <NA>", "SPEAKER a 1 1 -2 <NA> <NA> A <NA>"],
)
def test_rttm_mal_forme(tmp_path, ligne):
    with pytest.raises(ErreurEchange, match="ligne 2 : ce n'est pas un tour de parole RTTM"):
        lire_rttm(f";; commentaire\n{ligne}\n".encode(), tmp_path / "a.rttm")


def test_maxqda():
    assert exporter(DATEE, "maxqda").decode() == (
        "ENQ: Tu dors ? #00:00:01-8#\n\nENT: Non. J’ai <couru> #01:01:04-0#\n"
    )
    assert exporter(SANS_TEMPS, "maxqda").decode() == "ENT: J'habite *ici*, à [quartier_1]…\n"


def test_nvivo():
    assert exporter(DATEE, "nvivo").decode().splitlines() == [
        "Timespan\tSpeaker\tContent",
        "00:00:01.0 - 00:00:01.8\tENQ\tTu dors ?",
        "01:01:01.5 - 01:01:04.0\tENT\tNon. J’ai <couru>",
    ]


def test_atlasti():
    assert exporter(DATEE, "atlasti").decode() == (
        "[00:00:01]ENQ: Tu dors ?\n\n[01:01:01]ENT: Non. J’ai <couru>\n"
    )


def test_iramuteq():
    variables = {"ville": "Saint-Nazaire", "profil": "Professionnel·le"}
    assert exporter(SANS_TEMPS, "iramuteq", variables=variables).decode() == (
        "**** *source_stnp01 *ville_saintnazaire *profil_professionnelle\n"
        "-*ENT\nJ'habite ici , à [quartier 1]...\n"
    )
    assert exporter(DATEE, "iramuteq").decode().splitlines() == [
        "**** *source_lorj02",
        "-*ENQ",
        "Tu dors ?",
        "-*ENT",
        "Non. J'ai <couru>",
    ]


def test_iramuteq_refuse_une_variable_vide():
    with pytest.raises(ErreurEchange, match="« ville » d'IRaMuTeQ"):
        exporter(DATEE, "iramuteq", variables={"ville": "—"})


@pytest.mark.parametrize("fmt", ["eaf", "rttm", "nvivo"])
def test_sans_temps_un_format_date_est_refuse(fmt):
    with pytest.raises(ErreurEchange, match="STN-P-01 n'a pas de temps"):
        exporter(SANS_TEMPS, fmt)


# --- la page des formats ------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")


def dater(texte, debut):
    return tuple(
        Mot(mot, round(debut + i * 0.4, 3), round(debut + i * 0.4 + 0.35, 3), 0.9)
        for i, mot in enumerate(texte.split())
    )


EXEMPLE = Transcription(
    "LOR-J-02",
    (
        Tour("ENQ", dater("Tu sors du travail, là ?", 751.2)),
        Tour("ENT", dater("Euh, oui. J'ai mis le blouson propre.", 756)),
    ),
    PROVENANCE,
)


def test_la_page_des_formats_les_dit_tous():
    lus = {
        extension.casefold()
        for extension in re.findall(r"`(\.\w+)`", PAGE.split("## Formats écrits")[0])
    }
    assert lus - {".doc", ".rtf"} == EXTENSIONS
    ecrits = dict(re.findall(r"^\| `(\w+)` \| `LOR-J-02\.([\w.]+)` \|", PAGE, re.MULTILINE))
    assert ecrits == {cle: fmt.extension for cle, fmt in FORMATS.items()}


@pytest.mark.parametrize("fmt", ["maxqda", "nvivo", "atlasti", "rttm", "iramuteq"])
def test_les_exemples_de_la_page_sont_vrais(fmt):
    ecrit = exporter(EXEMPLE, fmt, variables={"ville": "Lorient", "profil": "jeune"}).decode()
    assert f"```text\n{ecrit}```" in PAGE


def test_l_exemple_marque_et_edite_est_vrai():
    ecrit = exporter(EXEMPLE, "txt", marques=True, edite=True).decode().replace("\u00a0", " ")
    assert f"```text\n{ecrit}```" in PAGE


def test_l_exemple_tape_se_lit_comme_la_page_le_dit(tmp_path):
    fichier = tmp_path / "LOR-J-02.txt"
    fichier.write_text(PAGE.split("```text\n")[1].split("```")[0], encoding="utf-8")
    assert [(tour.locuteur, tour.texte) for tour in lire(fichier).tours] == [
        ("ENQ", "Tu sors du travail, là ?"),
        ("ENT", "Oui. J'ai mis le blouson propre. Trois heures du matin, neuf heures."),
        ("Momo", "Il dort debout."),
        ("ENQ", "Et toi, Momo ?"),
        ("Momo", "Moi aussi."),
    ]
