"""Les exports se relisent : texte, Word, sous-titres."""

import io
import json
import re
from datetime import UTC, datetime

import docx
import pytest
from docx.oxml.ns import qn

from recherche.echanges.textes import FORMATS, exporter
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee

PROVENANCE = Provenance("essai", "1", datetime(2010, 1, 20, 14, 30, tzinfo=UTC))


def dater(texte, debut=0.0, pas=0.4):
    return tuple(
        Mot(mot, round(debut + i * pas, 3), round(debut + i * pas + pas - 0.05, 3), 0.9)
        for i, mot in enumerate(texte.split())
    )


QUESTION = Tour("ENQ", dater("Tu sors du travail, là ?", 1.0), "ecole_emploi")
REPONSE = Tour(
    "ENT",
    dater(
        "Oui. J'ai mis le blouson propre, mais ça sent quand même, désolé. Trois heures du matin,"
        " neuf heures, & <rien> d'autre ! Après ça je rentre à pied jusqu'au Bois.",
        3661.5,
    ),
    "ecole_emploi",
)
DATEE = Transcription("LOR-J-02", (QUESTION, REPONSE), PROVENANCE)
SANS_TEMPS = TranscriptionPseudonymisee(
    "LOR-J-02", (Tour.depuis_texte("ENT", "J'habite chez Karim, à [quartier 1]."),), PROVENANCE
)


def test_txt_dit_la_source_la_nature_et_le_temps():
    lignes = exporter(DATEE, "txt").decode().splitlines()
    assert lignes[0] == "LOR-J-02 — transcription brute, confidentielle"
    assert lignes[2] == "[00:01] ENQ\u00a0: Tu sors du travail, là ?"
    assert lignes[4].startswith("[1:01:01] ENT\u00a0: Oui. J'ai mis")


def test_txt_sans_temps():
    assert exporter(SANS_TEMPS, "txt").decode() == (
        "LOR-J-02 — transcription pseudonymisée\n\nENT\u00a0: J'habite chez Karim, à [quartier 1].\n"
    )


def test_docx_relu_par_python_docx():
    document = docx.Document(io.BytesIO(exporter(DATEE, "docx")))
    section = document.sections[0]
    assert "LOR-J-02" in section.header.paragraphs[0].text
    assert "confidentielle" in section.header.paragraphs[0].text
    champs = section.footer._element.findall(f".//{qn('w:fldSimple')}")
    assert [c.get(qn("w:instr")) for c in champs] == ["PAGE", "NUMPAGES"]
    assert section.right_margin.cm == pytest.approx(6.0, abs=0.01)  # la marge de notes
    assert section._sectPr.find(qn("w:lnNumType")).get(qn("w:countBy")) == "1"
    titre, presentation, question, reponse = document.paragraphs
    assert titre.text == "LOR-J-02"
    assert presentation.text.startswith("Transcription brute, confidentielle · 36 mots · durée 1:01:")
    temps, locuteur, texte = question.runs
    assert (temps.text, str(temps.font.color.rgb)) == ("[00:01]\u00a0", "808080")
    assert (locuteur.text, locuteur.bold) == ("ENQ\u00a0: ", True)
    assert (texte.text, texte.bold) == ("Tu sors du travail, là ?", None)
    assert reponse.text.endswith("& <rien> d'autre ! Après ça je rentre à pied jusqu'au Bois.")
    assert document.core_properties.created.replace(tzinfo=None) == datetime(2010, 1, 20, 14, 30)  # noqa: DTZ001
    langues = document.styles.element.findall(f".//{qn('w:lang')}")
    assert {langue.get(qn("w:val")) for langue in langues} == {"fr-FR"}


def test_docx_les_memes_octets_et_sans_temps():
    assert exporter(SANS_TEMPS, "docx") == exporter(SANS_TEMPS, "docx")
    document = docx.Document(io.BytesIO(exporter(SANS_TEMPS, "docx")))
    assert document.paragraphs[-1].text == "ENT\u00a0: J'habite chez Karim, à [quartier 1]."
    assert "pseudonymisée" in document.sections[0].header.paragraphs[0].text


def secondes(instant):
    heures, minutes, reste = instant.replace(",", ".").split(":")
    return int(heures) * 3600 + int(minutes) * 60 + float(reste)


def analyser(texte):
    """[(debut, fin, lignes)] d'un VTT ou d'un SRT."""
    blocs = []
    for bloc in texte.strip().split("\n\n"):
        lignes = bloc.split("\n")
        rang = next((i for i, ligne in enumerate(lignes) if "-->" in ligne), None)
        if rang is not None:
            debut, fin = lignes[rang].split(" --> ")
            blocs.append((secondes(debut), secondes(fin), lignes[rang + 1 :]))
    return blocs


@pytest.mark.parametrize("fmt", ["vtt", "srt"])
def test_sous_titres_deux_lignes_coupees_aux_mots(fmt):
    blocs = analyser(exporter(DATEE, fmt).decode())
    assert len(blocs) >= 4
    dits = []
    for debut, fin, lignes in blocs:
        assert 0 < fin - debut <= 7.001
        assert len(lignes) <= 2
        nues = [re.sub(r"^(<v \w+>|\[\w+\] )", "", ligne) for ligne in lignes]
        nues = [n.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") for n in nues]
        assert all(len(n) <= 42 and n[0] not in "?!:;»" for n in nues)
        dits += " ".join(nues).replace("\u00a0", " ").split()
    assert dits == [mot.texte for tour in DATEE.tours for mot in tour.mots]
    assert [b[0] for b in blocs] == sorted(b[0] for b in blocs)


def test_vtt_entete_balise_et_echappement():
    texte = exporter(DATEE, "vtt").decode()
    assert texte.startswith("WEBVTT\n\nNOTE LOR-J-02, transcription brute, confidentielle\n\n")
    assert "00:00:01.000 --> 00:00:03.350\n<v ENQ>Tu sors du travail, là\u00a0?\n" in texte
    assert "&amp;" in texte
    assert "&lt;rien&gt;" in texte


def test_srt_numerote_et_nomme():
    texte = exporter(DATEE, "srt").decode()
    assert texte.startswith(
        "1\n00:00:01,000 --> 00:00:03,350\n[ENQ] Tu sors du travail, là\u00a0?\n\n2\n"
    )
    assert "01:01:01,500 --> " in texte
    assert all(len(ligne) <= 42 for _, _, lignes in analyser(texte) for ligne in lignes)


def test_un_mot_sans_temps_prend_sa_place_entre_ses_voisins():
    mots = (Mot("Avant"), Mot("un", 10.0, 10.5), Mot("deux"), Mot("trois", 11.5, 12.0), Mot("fin."))
    texte = Transcription("LOR-J-02", (Tour("ENT", mots),), PROVENANCE)
    ((debut, fin, lignes),) = analyser(exporter(texte, "vtt").decode())
    assert (debut, fin) == (9.7, 12.3)
    assert lignes == ["<v ENT>Avant un deux trois fin."]


def test_deux_locuteurs_ou_un_silence_font_deux_sous_titres():
    mots = (*dater("Oui.", 5.0), *dater("Enfin non.", 9.0))
    texte = Transcription("LOR-J-02", (Tour("ENT", mots), Tour("ENQ", dater("Ah.", 5.1))), PROVENANCE)
    blocs = analyser(exporter(texte, "vtt").decode())
    assert [(b[0], b[2]) for b in blocs] == [
        (5.0, ["<v ENT>Oui."]),
        (5.1, ["<v ENQ>Ah."]),
        (9.0, ["<v ENT>Enfin non."]),
    ]


@pytest.mark.parametrize("fmt", ["vtt", "srt"])
def test_sans_temps_pas_de_sous_titres(fmt):
    with pytest.raises(ErreurEchange, match="LOR-J-02 n'a pas de temps") as erreur:
        exporter(SANS_TEMPS, fmt)
    assert "recherche transcrire" in erreur.value.remede


def test_format_inconnu():
    with pytest.raises(ErreurEchange, match="« pdf » n'est pas un format") as erreur:
        exporter(DATEE, "pdf")
    assert erreur.value.remede == (
        "Choisissez parmi : txt, docx, odt, vtt, srt, json, eaf, tei, rttm, maxqda, nvivo, atlasti,"
        " iramuteq."
    )


def test_formats_annonces():
    assert {cle: fmt.extension for cle, fmt in FORMATS.items()} == {
        "txt": "txt",
        "docx": "docx",
        "odt": "odt",
        "vtt": "vtt",
        "srt": "srt",
        "json": "json",
        "eaf": "eaf",
        "tei": "tei.xml",
        "rttm": "rttm",
        "maxqda": "maxqda.txt",
        "nvivo": "nvivo.txt",
        "atlasti": "atlasti.txt",
        "iramuteq": "iramuteq.txt",
    }
    with pytest.raises(TypeError):
        FORMATS["txt"] = FORMATS["json"]


def test_json_dit_le_texte_et_ce_qu_il_est():
    donnees = json.loads(exporter(SANS_TEMPS, "json"))
    assert donnees["format"] == "recherche-transcription/1"
    assert donnees["pseudonymisee"] is True
    assert donnees["tours"] == [{"locuteur": "ENT", "texte": "J'habite chez Karim, à [quartier 1]."}]
