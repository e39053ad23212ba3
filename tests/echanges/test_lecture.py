"""Ce que des personnes et des logiciels écrivent se lit : locuteurs, codes temporels, encodages."""

import io
import json
import zipfile

import docx
import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from recherche.echanges.lecture import identifier, lire
from recherche.erreurs import ErreurEchange

ENTRETIEN = """Entretien n° 2, Lorient
Date : 12 décembre 2009
Enquêtrice : Marie

ENQ : Tu sors du travail, là ?
ENT : Oui. Il m'a dit : « va-t'en ».

Alors je suis parti à 12:30.
Enquêtrice : Et après ?
"""


@pytest.fixture
def lire_texte(tmp_path):
    def _lire(texte, nom="LOR-J-02.txt", codage="utf-8"):
        fichier = tmp_path / nom
        fichier.write_bytes(texte if isinstance(texte, bytes) else texte.encode(codage))
        return lire(fichier)

    return _lire


def dits(transcription):
    return [(tour.locuteur, tour.texte) for tour in transcription.tours]


def debuts(transcription):
    return [(tour.locuteur, tour.debut_s, tour.fin_s) for tour in transcription.tours]


def test_un_entretien_tape_a_la_main(lire_texte):
    lue = lire_texte(ENTRETIEN.replace("Enquêtrice : Marie\n", ""))
    assert dits(lue) == [
        ("ENQ", "Tu sors du travail, là ?"),
        ("ENT", "Oui. Il m'a dit : « va-t'en ». Alors je suis parti à 12:30."),
        ("ENQ", "Et après ?"),
    ]
    assert lue.source_id == "LOR-J-02"
    assert (lue.provenance.outil, lue.provenance.version) == ("import", "txt")
    assert lue.provenance.reglages["temps"] == "aucun"
    assert lue.provenance.reglages["lignes_ecartees"] == 2


@pytest.mark.parametrize("codage", ["utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
def test_les_encodages_de_windows(lire_texte, codage):
    lue = lire_texte("ENQ : Où ça ?\r\nENT : À l’œuvre… côté été.\r\n", codage=codage)
    assert dits(lue) == [("ENQ", "Où ça ?"), ("ENT", "À l’œuvre… côté été.")]


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("[00:12:31] ENQ : Bien ?\n[00:12:33] ENT : Oui.", [("ENQ", 751.0), ("ENT", 753.0)]),
        ("ENQ [00:12:31] : Bien ?\nENT (12:33) : Oui.", [("ENQ", 751.0), ("ENT", 753.0)]),
        ("ENQ : [12:31] Bien ?\nENT : [12:33.5] Oui.", [("ENQ", 751.0), ("ENT", 753.5)]),
        ("#00:12:31-4# ENQ: Bien ?\n#00:12:33-0# ENT: Oui.", [("ENQ", 751.4), ("ENT", 753.0)]),
        ("– [12:31] Q : Bien ?\n– [12:33] R : Oui.", [("ENQ", 751.0), ("ENT", 753.0)]),
        ("[00:12:31 - 00:12:33] SPEAKER_00\nBien ?\n[00:12:33 - 00:12:34] SPEAKER_01\nOui.",
         [("SPEAKER_00", 751.0), ("SPEAKER_01", 753.0)]),
        ("SPEAKER_00\n[00:12:31] - Bien ?\n\nSPEAKER_01\n[00:12:33] - Oui.",
         [("SPEAKER_00", 751.0), ("SPEAKER_01", 753.0)]),
        ("00:12:31 [Marie]\nBien ?\n00:12:33 [Karim B.]\nOui.\n00:12:40 [Marie]\nBon."
         "\n00:12:50 [Karim B.]\nOui.",
         [("Marie", 751.0), ("Karim B.", 753.0), ("Marie", 760.0), ("Karim B.", 770.0)]),
        ("Marie D.  0:31\nBien ?\nKarim  0:33\nOui.\nMarie D.  0:40\nBon.\nKarim  0:50\nOui.",
         [("Marie D.", 31.0), ("Karim", 33.0), ("Marie D.", 40.0), ("Karim", 50.0)]),
        ("[12:31] Bien ?\n[12:33] Oui.", [("L1", 751.0)]),
    ],
)  # fmt: skip
def test_les_facons_de_dater_et_de_nommer(lire_texte, texte, attendu):
    lue = lire_texte(texte)
    assert [(tour.locuteur, tour.debut_s) for tour in lue.tours] == attendu
    assert " ".join(tour.texte for tour in lue.tours).startswith("Bien ? Oui.")
    assert lue.provenance.reglages["temps"] in {"tours", "segments"}


@pytest.mark.parametrize(
    ("etiquette", "locuteur"),
    [
        ("Enquêtrice", "ENQ"),
        ("INTERVIEWER", "ENQ"),
        ("Interviewé(e)", "ENT"),
        ("Animateur", "ANI"),
        ("Participant 3", "Participant 3"),
        ("P1", "P1"),
        ("MARIE", "MARIE"),
        ("[SPEAKER_01]", "SPEAKER_01"),
    ],
)
def test_les_etiquettes_sures_n_ont_pas_a_revenir(lire_texte, etiquette, locuteur):
    assert dits(lire_texte(f"{etiquette} : Une fois.")) == [(locuteur, "Une fois.")]


def test_un_nom_propre_doit_revenir(lire_texte):
    lue = lire_texte(
        "Marie Le Goff : Un.\nLorient : ville.\nKarim : Deux.\nMarie Le Goff : Trois.\nKarim : Quatre."
    )
    assert dits(lue) == [
        ("Marie Le Goff", "Un. Lorient : ville."),
        ("Karim", "Deux."),
        ("Marie Le Goff", "Trois."),
        ("Karim", "Quatre."),
    ]


def test_des_tirets_seuls_font_alterner_deux_locuteurs(lire_texte):
    lue = lire_texte("Entretien\n– Tu viens d'où ?\n— De Brest.\nDepuis toujours.\n- Ah.")
    assert dits(lue) == [
        ("L1", "Tu viens d'où ?"),
        ("L2", "De Brest. Depuis toujours."),
        ("L1", "Ah."),
    ]


def test_un_code_dans_le_texte_date_la_suite(lire_texte):
    (tour,) = lire_texte("ENT : [00:10] Avant ça [00:00:14] oui (rires) après.").tours
    assert tour.texte == "Avant ça oui (rires) après."
    assert [(m.texte, m.debut_s) for m in tour.mots if m.debut_s] == [("Avant", 10.0), ("oui", 14.0)]


def test_f4_date_la_fin_des_tours(lire_texte):
    lue = lire_texte("ENQ: Bien ? #00:00:03-4#\n\nENT: Oui, ça va. #00:00:07-0#\n")
    assert debuts(lue) == [("ENQ", None, None), ("ENT", 3.4, 7.0)]
    assert [m.debut_s for m in lue.tours[1].mots] == [3.4, 4.9, 5.8]


def test_word_tableau_ajout_suivi_liste_et_saut_de_ligne(tmp_path):
    document = docx.Document()
    document.add_heading("LOR-J-02", level=1)
    document.add_paragraph("ENQ : Bien ?\nENT : Oui.")
    alinea = document.add_paragraph("ENQ : Et ")
    for balise, texte in (("w:ins", "maintenant ?"), ("w:del", "après ?")):
        suivi, morceau = OxmlElement(balise), OxmlElement("w:r")
        contenu = OxmlElement("w:t" if balise == "w:ins" else "w:delText")
        contenu.text = texte
        morceau.append(contenu)
        suivi.append(morceau)
        alinea._p.append(suivi)
    tableau = document.add_table(rows=1, cols=2)
    tableau.rows[0].cells[0].text, tableau.rows[0].cells[1].text = "ENT", "Au travail."
    document.save(tmp_path / "LOR-J-02 relu.docx")
    assert dits(lire(tmp_path / "LOR-J-02 relu.docx")) == [
        ("ENQ", "Bien ?"),
        ("ENT", "Oui."),
        ("ENQ", "Et maintenant ?"),
        ("ENT", "Au travail."),
    ]


def test_word_une_liste_vaut_des_tirets(tmp_path):
    document = docx.Document()
    for texte in ("Tu viens d'où ?", "De Brest."):
        alinea = document.add_paragraph(texte)
        numero = OxmlElement("w:numPr")
        alinea._p.get_or_add_pPr().append(numero)
        assert alinea._p.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    document.save(tmp_path / "LOR-J-02.docx")
    assert dits(lire(tmp_path / "LOR-J-02.docx")) == [("L1", "Tu viens d'où ?"), ("L2", "De Brest.")]


def test_vtt_voix_balises_et_entites(lire_texte):
    vtt = (
        "WEBVTT\nKind: captions\n\nNOTE une note --> non\n\nSTYLE\n::cue {}\n\n1\n"
        "00:01.000 --> 00:03.000 align:start\n"
        "<v.fort Marie Le Goff>Bien <i>ça</i> ?</v>\n\n2\n01:00:03.000 --> 01:00:05.000\n"
        "<v Karim>Oui &amp; non.</v>\n<v Marie Le Goff>Ah bon ?</v>\n"
    )
    lue = lire_texte(vtt, "LOR-J-02.vtt")
    assert dits(lue) == [
        ("Marie Le Goff", "Bien ça ?"),
        ("Karim", "Oui & non."),
        ("Marie Le Goff", "Ah bon ?"),
    ]
    assert debuts(lue)[0] == ("Marie Le Goff", 1.0, 3.0)
    assert (lue.tours[1].debut_s, lue.tours[2].fin_s) == (3603.0, 3605.0)
    assert lue.tours[1].fin_s == lue.tours[2].debut_s
    assert lue.provenance.reglages["temps"] == "segments"


def test_srt_prefixes(lire_texte):
    srt = (
        "1\n00:00:01,000 --> 00:00:02,000\nENQ : Bien ?\n\n"
        "2\n00:00:02,500 --> 00:00:04,000\nKarim : Oui,\nça va.\n\n"
    )
    lue = lire_texte(srt + "3\n00:00:05,000 --> 00:00:06,000\nKarim : Voilà.\n", "LOR-J-02.srt")
    assert dits(lue) == [("ENQ", "Bien ?"), ("Karim", "Oui, ça va. Voilà.")]
    assert debuts(lue) == [("ENQ", 1.0, 2.0), ("Karim", 2.5, 6.0)]


NOSCRIBE = (
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.0//EN"><html><head><meta charset="UTF-8" />'
    "<style>p { font-size: 1em }</style></head><body><div><p>LOR-J-02</p>"
    "<p><span>Transcrit avec noScribe vers. 0.6<br>Fichier audio : C:\\a.mp3</span></p><p>"
    '<a name="ts_0_2000_S00" >S00: <span style="color: #78909C" >[00:00:00]</span>'
    " Tu sors du travail ?</a></p><p>"
    '<a name="ts_2000_4500_S01" >S01: Oui. J\'ai &amp; couru</a><a name="ts_4500_7500_S01" > (...)</a>'
    '<a name="ts_7500_8000_//S00" > //S00: hm hm</a><a name="ts_8000_9000_S01" >// et voilà.</a></p>'
)


def test_noscribe(lire_texte):
    lue = lire_texte(f"{NOSCRIBE}</div></body></html>", "LOR-J-02.html")
    assert dits(lue) == [
        ("S00", "Tu sors du travail ?"),
        ("S01", "Oui. J'ai & couru"),
        ("S00", "hm hm"),
        ("S01", "et voilà."),
    ]
    assert debuts(lue)[2:] == [("S00", 7.5, 8.0), ("S01", 8.0, 9.0)]
    assert lue.provenance.reglages["lignes_ecartees"] == 2


def test_noscribe_relu_dans_son_editeur(lire_texte):
    """L'éditeur vide les ancres, et la personne a renommé S00 et ajouté un alinéa."""
    relu = NOSCRIBE.replace(" >", "></a>").replace("S00: ", "Enquêtrice: ").replace("S01: ", "Karim : ")
    lue = lire_texte(f"{relu}<p>Ajouté à la main.</p></div></body></html>", "LOR-J-02.html")
    assert dits(lue) == [
        ("ENQ", "Tu sors du travail ?"),
        ("Karim", "Oui. J'ai & couru"),
        ("ENQ", "hm hm"),
        ("Karim", "et voilà. Ajouté à la main."),
    ]


def test_sonal(lire_texte):
    page = (
        '<html><body><script id="loc-json" type="application/json">'
        '\n{\n ["","Enquêteur","Karim ?"] \n}\n</script>'
        '<div id="txtnotes">Une note.</div><div id="contenuText">'
        '<span class="lblseg sautlig" data-deb="1.5" data-fin="9" data-loc="1" data-rksg="1">'
        '<span class="ligloc" data-rk="1">Tu sors du </span><span data-rk="9">travail ?</span></span>'
        '<span class="lblseg" data-deb="4" data-fin="6.25" data-loc="2">'
        '<span class="cat_1 anon">Oui.</span></span>'
        '<span class="lblseg" data-deb="7" data-fin="8" data-loc="9" data-nomloc="Momo">Salut.</span>'
        "</div></body></html>"
    )
    lue = lire_texte(page, "LOR-J-02.Sonal")
    assert dits(lue) == [("ENQ", "Tu sors du travail ?"), ("Karim", "Oui."), ("Momo", "Salut.")]
    assert debuts(lue) == [("ENQ", 1.5, 4.0), ("Karim", 4.0, 6.25), ("Momo", 7.0, 8.0)]


def test_ancien_sonal(lire_texte):
    rtr = (
        "<|OBS|\nnotes sur l'entretien\n>|OBS|\n<|ATTR|\n1,2\n>|ATTR|\n"
        "::12,5::001,004Tags=travail\n[>Enquêteur]: Tu sors du {+2} travail {-2} ?\n"
        "[>Karim] Oui. [15,25] J'ai couru.\n"
        "::30,0::\nhors extrait\n::40::002\n[>Karim]\nEncore là.\n::50::\n"
    )
    lue = lire_texte(rtr, "LOR-J-02.rtr", "cp1252")
    assert dits(lue) == [("ENQ", "Tu sors du travail ?"), ("Karim", "Oui. J'ai couru. Encore là.")]
    assert [(m.texte, m.debut_s) for t in lue.tours for m in t.mots if m.debut_s is not None] == [
        ("Tu", 12.5),
        ("J'ai", 15.25),
        ("Encore", 40.0),
    ]
    assert lue.provenance.reglages["lignes_ecartees"] == 7


def test_whisperx_mots_nus_certains_sans_temps(lire_texte):
    mots = [
        {"word": "Il", "start": 1.0, "end": 1.2, "score": 0.9, "speaker": "SPEAKER_00"},
        {"word": "58."},
        {"word": "Ah", "start": 2.0, "end": 2.1, "score": 1.2, "speaker": "SPEAKER_01"},
    ]
    segment = {"start": 1.0, "end": 2.2, "text": " Il 58. Ah", "words": mots, "speaker": "SPEAKER_00"}
    lue = lire_texte(json.dumps({"segments": [segment], "word_segments": mots}), "LOR-J-02.json")
    assert dits(lue) == [("SPEAKER_00", "Il 58."), ("SPEAKER_01", "Ah")]
    assert [(m.debut_s, m.fin_s, m.confiance) for t in lue.tours for m in t.mots] == [
        (1.0, 1.2, 0.9),
        (None, None, None),
        (2.0, 2.1, 1.0),
    ]
    assert lue.provenance.reglages["temps"] == "mots"


def test_whisper_ctranslate2_soude_les_morceaux_sans_espace(lire_texte):
    mots = [
        {"word": " l", "start": 0.1, "end": 0.2, "probability": 0.9},
        {"word": "'homme", "start": 0.2, "end": 0.5, "probability": 0.8},
        {"word": " ?", "start": 0.5, "end": 0.6, "probability": 0.7},
    ]
    segments = [
        {"id": 0, "seek": 0, "start": 0.1, "end": 0.6, "text": " l'homme ?", "words": mots},
        {"id": 1, "start": 1.0, "end": 2.0, "text": " Sans mots.", "speaker": "SPEAKER_01"},
    ]
    lue = lire_texte(json.dumps({"text": "", "segments": segments, "language": "fr"}), "LOR-J-02.json")
    assert [(m.texte, m.debut_s, m.fin_s, m.confiance) for m in lue.tours[0].mots] == [
        ("l'homme", 0.1, 0.5, 0.8),
        ("?", 0.5, 0.6, 0.7),
    ]
    assert debuts(lue) == [("L1", 0.1, 0.6), ("SPEAKER_01", 1.0, 2.0)]


def test_json_toutes_les_fautes(lire_texte):
    with pytest.raises(ErreurEchange) as erreur:
        lire_texte('{"segments": [{"start": -1}, {"text": 3}]}', "LOR-J-02.json")
    assert "2 erreur(s)" in erreur.value.message
    assert "clé segments[1].start : le nombre est trop petit" in erreur.value.message


EAF = """<?xml version="1.0" encoding="UTF-8"?>
<ANNOTATION_DOCUMENT VERSION="3.0" FORMAT="3.0"><HEADER TIME_UNITS="milliseconds"/><TIME_ORDER>
<TIME_SLOT TIME_SLOT_ID="ts1" TIME_VALUE="2000"/><TIME_SLOT TIME_SLOT_ID="ts2" TIME_VALUE="4000"/>
<TIME_SLOT TIME_SLOT_ID="ts3" TIME_VALUE="500"/><TIME_SLOT TIME_SLOT_ID="ts4" TIME_VALUE="1500"/>
<TIME_SLOT TIME_SLOT_ID="ts5" TIME_VALUE="3000"/></TIME_ORDER>
<TIER TIER_ID="parole K" PARTICIPANT="Karim" LINGUISTIC_TYPE_REF="t"><ANNOTATION>
<ALIGNABLE_ANNOTATION ANNOTATION_ID="a1" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts2">
<ANNOTATION_VALUE>Oui,
 voilà.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="Enquêteur" LINGUISTIC_TYPE_REF="t"><ANNOTATION>
<ALIGNABLE_ANNOTATION ANNOTATION_ID="a2" TIME_SLOT_REF1="ts3" TIME_SLOT_REF2="ts4">
<ANNOTATION_VALUE>Bien ?</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="gestes" PARENT_REF="parole K" LINGUISTIC_TYPE_REF="g"><ANNOTATION>
<ALIGNABLE_ANNOTATION ANNOTATION_ID="a3" TIME_SLOT_REF1="ts1" TIME_SLOT_REF2="ts5">
<ANNOTATION_VALUE>sourit</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER>
<TIER TIER_ID="vide" PARTICIPANT="Karim" LINGUISTIC_TYPE_REF="t"/></ANNOTATION_DOCUMENT>"""


def test_elan_fait_ailleurs(lire_texte):
    lue = lire_texte(EAF, "LOR-J-02.eaf")
    assert dits(lue) == [("ENQ", "Bien ?"), ("Karim", "Oui, voilà.")]
    assert debuts(lue) == [("ENQ", 0.5, 1.5), ("Karim", 2.0, 4.0)]
    assert lue.provenance.reglages["temps"] == "segments"


@pytest.mark.parametrize(
    ("change", "dit"),
    [
        (('TIER_ID="Enquêteur"', 'TIER_ID="Enquêteur" PARTICIPANT="Karim"'), "portent le même locuteur"),
        (('TIME_VALUE="500"', 'TIME_VALUE="demain"'), "temps illisible"),
        (('TIME_SLOT_REF1="ts3"', 'TIME_SLOT_REF1="ts9"'), "repère de temps absent"),
        (("ANNOTATION_DOCUMENT", "AUTRE"), "n'est pas un document ELAN"),
    ],
)
def test_elan_abime(lire_texte, change, dit):
    with pytest.raises(ErreurEchange, match=dit):
        lire_texte(EAF.replace(*change), "LOR-J-02.eaf")


def archive(**membres):
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as zip_:
        for nom, contenu in membres.items():
            zip_.writestr(nom.replace("__", "/").replace("_", "."), contenu)
    return tampon.getvalue()


RIRES = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY c SYSTEM "file:///etc/passwd">]><ANNOTATION_DOCUMENT>&b;&c;</ANNOTATION_DOCUMENT>'
)
BOMBE = archive(word__document_xml=b" " * (65 * 1024 * 1024))
ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("nom", "contenu", "dit"),
    [
        ("LOR-J-02.txt", b"", "est vide"),
        ("LOR-J-02.txt", b"\xef\xbb\xbf \r\n", "est vide"),
        ("LOR-J-02.txt", "Un texte sans personne qui parle.", "aucun tour de parole reconnu"),
        ("LOR-J-02.txt", b"ENQ : \x00\x01\x02 bien", "n'est pas du texte lisible"),
        ("LOR-J-02.txt", b"ENQ : \x81\x8d bien", "n'est pas du texte lisible"),
        ("LOR-J-02.txt", b"%PDF-1.7", "est un PDF"),
        ("LOR-J-02.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "protégé par un mot de passe"),
        ("LOR-J-02.docx", b"{\\rtf1 Bonjour}", "est un document RTF"),
        ("LOR-J-02.docx", b"Du texte", "n'est pas un document .docx"),
        ("LOR-J-02.docx", BOMBE, "démesuré"),
        ("LOR-J-02.docx", BOMBE[:200], "abîmé"),
        ("LOR-J-02.docx", archive(word__document_xml="<a/>"), "ne s'ouvre pas comme un document Word"),
        ("LOR-J-02.docx", archive(word__document_xml=RIRES), "entités XML"),
        ("LOR-J-02.docx", archive(photo_jpg="x"), "est une archive"),
        ("LOR-J-02.odt", archive(mimetype=ODT, content_xml="<a/>"), "OpenDocument, ou il est chiffré"),
        ("LOR-J-02.odt", archive(mimetype=ODT, content_xml="<a>"), "XML bien formé"),
        ("LOR-J-02.odt", archive(mimetype=ODT, content_xml=RIRES), "entités XML"),
        ("LOR-J-02.eaf", RIRES, "entités XML"),
        ("LOR-J-02.eaf", "<ANNOTATION_DOCUMENT/>", "aucune parole"),
        ("LOR-J-02.vtt", "WEBVTT\n\n00:00:05.000 --> 00:00:01.000\nnon\n", "ligne 3 : « 00:00:05.000"),
        ("LOR-J-02.vtt", "WEBVTT\n", "ne contient aucune parole"),
        ("LOR-J-02.srt", "1\nhier --> demain\nOui\n", "ligne 2 : « hier --> demain »"),
        ("LOR-J-02.html", "<p>ENQ : Bien ?</p>", "ni de noScribe ni de Sonal"),
        ("LOR-J-02.rtr", "sans extrait\n", "ne contient aucune parole"),
        ("LOR-J-02.json", '{"segments": [}', "ligne 1, colonne 15 : ce n'est pas du JSON valide"),
        ("LOR-J-02.json", "[1, 2]", "ni un JSON d'échange, ni un JSON de WhisperX"),
        ("LOR-J-02.json", "[" * 100_000, "emboîte trop d'objets"),
        ("LOR-J-02.json", '{"segments": []}', "ne contient aucune parole"),
        ("LOR-J-02.mp3", b"\xff\xfb\x90\x00", "n'est pas d'un format de transcription connu"),
        ("entretien.txt", "ENQ : Bien ?", "ne porte pas d'identifiant"),
        ("LOR-J-02 et LOR-J-03.txt", "ENQ : Bien ?", "en porte plusieurs"),
        ("LOR-J-02.txt", "LOR-J-02 — transcription pseudonymisée\n\nENT : Oui.", "pseudonymisée"),
    ],
)  # fmt: skip
def test_un_fichier_hostile_ou_abime_donne_un_message(lire_texte, nom, contenu, dit):
    with pytest.raises(ErreurEchange) as erreur:
        lire_texte(contenu, nom)
    assert dit in erreur.value.message
    assert nom in erreur.value.message
    assert "Traceback" not in str(erreur.value)
    assert erreur.value.remede


def test_absent_ou_dossier(tmp_path):
    with pytest.raises(ErreurEchange, match="n'existe pas"):
        lire(tmp_path / "LOR-J-02.txt")
    with pytest.raises(ErreurEchange, match="est un dossier"):
        lire(tmp_path)


def test_archive_au_contenu_corrompu(tmp_path):
    document, fichier = docx.Document(), tmp_path / "LOR-J-02.docx"
    document.add_paragraph("ENQ : Bien ?")
    document.save(fichier)
    octets = bytearray(fichier.read_bytes())
    place = octets.index(b"word/document.xml") + 40
    octets[place : place + 60] = bytes(60)
    fichier.write_bytes(octets)
    with pytest.raises(ErreurEchange, match="abîmé"):
        lire(fichier)


def test_l_identifiant_vient_du_nom_ou_de_l_appel(tmp_path):
    assert identifier(tmp_path / "2009-12-02_lor-j-02_relu.docx") == "LOR-J-02"
    fichier = tmp_path / "entretien.txt"
    fichier.write_text("ENQ : Bien ?", encoding="utf-8")
    assert lire(fichier, source_id="BRE-P-01").source_id == "BRE-P-01"
