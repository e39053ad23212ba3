"""Un fichier d'échange est pris en entier, ou refusé avec toutes ses fautes."""

import json
import unicodedata
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from recherche.echanges.importation import (
    CodageImporte,
    MentionRevue,
    lire_codages,
    lire_revue,
    lire_transcription,
)
from recherche.echanges.textes import exporter
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee

DEMO = Path(__file__).parents[2] / "interviews" / "demo"
PROVENANCE = Provenance("essai", "1", datetime(2010, 1, 20, tzinfo=UTC), {"lot": 8})
MINIMALE = {
    "format": "recherche-transcription/1",
    "source_id": "LOR-J-02",
    "tours": [{"locuteur": "ENT", "theme": "avenir", "texte": "Un studio, à Merville."}],
}
REVUE = {
    "format": "recherche-revue/1",
    "source_id": "LOR-J-02",
    "empreinte": "a" * 64,
    "relecteur": "R1",
    "second_relecteur": "R2",
    "date": "2010-02-01",
    "mentions": [{"debut": 13, "fin": 21, "type": "LIEU"}],
}
CODAGES = {
    "format": "recherche-codages/1",
    "codeur": "A",
    "sources": [
        {
            "source_id": "LOR-J-02",
            "codages": [{"tour": 1, "citation": "Un studio", "codes": ["LOGEMENT", "NAT-ATTENTE"]}],
        }
    ],
}


@pytest.fixture
def ecrire(tmp_path):
    def _ecrire(donnees):
        fichier = tmp_path / "essai.json"
        fichier.write_text(json.dumps(donnees, ensure_ascii=False), encoding="utf-8")
        return fichier

    return _ecrire


def fautes(lire, fichier):
    with pytest.raises(ErreurEchange) as erreur:
        lire(fichier)
    assert str(fichier) in erreur.value.message
    return [ligne[4:] for ligne in erreur.value.message.splitlines()[1:]]


def test_aller_retour_avec_mots_dates(tmp_path):
    mots = (Mot("J'ai", 1.25, 1.5, 0.98), Mot("euh…"), Mot("couru.", 1.8, 2.004, None))
    tours = (Tour.depuis_texte("ENQ", "Et après ?", theme="quartier"), Tour("ENT", mots))
    origine = Transcription("LOR-J-02", tours, PROVENANCE)
    fichier = tmp_path / "LOR-J-02.json"
    fichier.write_bytes(exporter(origine, "json"))
    assert lire_transcription(fichier) == origine


def test_sans_provenance_c_est_celle_de_l_import(ecrire):
    lue = lire_transcription(ecrire(MINIMALE))
    assert (lue.source_id, lue.texte) == ("LOR-J-02", "Un studio, à Merville.")
    assert lue.tours[0].theme == "avenir"
    assert lue.provenance.outil == "import"
    assert lue.provenance.reglages["fichier"] == "essai.json"


def test_le_texte_est_normalise_nfc_et_espace(ecrire):
    decompose = unicodedata.normalize("NFD", "L'été,\u00a0là  \n bas")
    lue = lire_transcription(ecrire(MINIMALE | {"tours": [{"locuteur": "ENT", "texte": decompose}]}))
    assert lue.texte == "L'été, là bas"


def test_une_transcription_pseudonymisee_ne_rentre_pas(tmp_path):
    fichier = tmp_path / "LOR-J-02.json"
    tours = (Tour.depuis_texte("ENT", "Chez Karim."),)
    fichier.write_bytes(exporter(TranscriptionPseudonymisee("LOR-J-02", tours, PROVENANCE), "json"))
    with pytest.raises(ErreurEchange, match="est une transcription pseudonymisée"):
        lire_transcription(fichier)


def test_toutes_les_fautes_d_une_transcription_avec_tour_et_cle(ecrire):
    tours = [
        {"locuteur": "ENT", "texte": "Bien."},
        {"texte": "Sans locuteur."},
        {"locuteur": "ENT", "texte": ["liste"]},
        {"locuteur": "ENT", "texte": "  "},
        {
            "locuteur": "ENT",
            "texte": "Un deux.",
            "mots": [["Un", 0.0, 0.2, 0.9], ["trois.", 0.3, 0.5, 0.9]],
        },
        {"locuteur": "ENT", "texte": "Un", "mots": [["Un", 0.4, 0.2, 0.9]]},
        {"locuteur": "ENT", "texte": "Un", "mots": [["Un", 0.1, 0.2, 1.5]]},
        {"locuteur": "ENT", "texte": "Sonnerie \u0007 ici."},
        {"locuteur": "ENT", "texte": "Oui.", "couleur": "rouge"},
    ]
    assert fautes(lire_transcription, ecrire(MINIMALE | {"tours": tours})) == [
        "tour 1, clé locuteur : clé obligatoire absente",
        "tour 2, clé texte : un texte est attendu",
        "tour 3 : le tour n'a pas de texte",
        "tour 4 : les mots ne font pas le texte du tour",
        "tour 5 : le mot 1 (« Un ») finit avant de commencer",
        "tour 6, clé mots[1][4] : le nombre est trop grand",
        "tour 7, clé texte : le texte contient un caractère de contrôle",
        "tour 8, clé couleur : clé inconnue",
    ]


@pytest.mark.parametrize(
    ("changement", "faute"),
    [
        ({"source_id": ""}, "clé source_id : le texte est vide"),
        ({"tours": []}, "clé tours : la liste est vide ou trop courte"),
        ({"tours": {}}, "clé tours : une liste est attendue"),
    ],
)
def test_fautes_de_l_entete(ecrire, changement, faute):
    assert fautes(lire_transcription, ecrire(MINIMALE | changement)) == [faute]


@pytest.mark.parametrize("lire", [lire_transcription, lire_codages, lire_revue])
def test_fichier_absent_ou_illisible(tmp_path, lire):
    fichier = tmp_path / "essai.json"
    with pytest.raises(ErreurEchange, match=r"essai\.json n'existe pas"):
        lire(fichier)
    fichier.write_bytes(b'{"format":\n "recherche')
    with pytest.raises(ErreurEchange, match="ligne 2, colonne 2 : ce n'est pas du JSON valide"):
        lire(fichier)
    fichier.write_bytes('{"texte": "été"}'.encode("latin-1"))
    with pytest.raises(ErreurEchange, match="ne se lit pas") as erreur:
        lire(fichier)
    assert "UTF-8" in erreur.value.remede
    fichier.write_text('["format"]', encoding="utf-8")
    with pytest.raises(ErreurEchange, match="clé format : « recherche-"):
        lire(fichier)


def test_un_autre_format_est_nomme(ecrire):
    with pytest.raises(
        ErreurEchange, match="« recherche-codages/1 » est attendu, et non 'recherche-revue/1'"
    ):
        lire_codages(ecrire(REVUE))


def test_codages_lus(ecrire):
    lus = lire_codages(ecrire(CODAGES))
    assert lus.codeur == "A"
    assert lus.codages == (CodageImporte("LOR-J-02", 1, "Un studio", ("LOGEMENT", "NAT-ATTENTE"), "A"),)


def test_toutes_les_fautes_des_codages(ecrire):
    codages = [
        {"tour": -1, "citation": "Un", "codes": ["LOGEMENT"]},
        {"tour": "1", "citation": "", "codes": []},
        {"tour": 1, "citation": "Un", "codes": ["LOGEMENT", "LOGEMENT"]},
    ]
    sources = [{"source_id": "LOR-J-02", "codages": codages}]
    assert fautes(lire_codages, ecrire(CODAGES | {"sources": sources})) == [
        "sources[1].codages[1].tour : le nombre est trop petit",
        "sources[1].codages[2].tour : un nombre entier est attendu",
        "sources[1].codages[2].citation : le texte est vide",
        "sources[1].codages[2].codes : la liste est vide ou trop courte",
        "sources[1].codages[3].codes : un code y est deux fois",
    ]


def test_une_source_codee_deux_fois(ecrire):
    double = CODAGES | {"sources": CODAGES["sources"] * 2}
    assert fautes(lire_codages, ecrire(double)) == ["sources[2].source_id : « LOR-J-02 » y est déjà"]


def test_revue_lue(ecrire):
    lue = lire_revue(ecrire(REVUE))
    assert (lue.source_id, lue.empreinte, lue.date) == ("LOR-J-02", "a" * 64, date(2010, 2, 1))
    assert (lue.relecteur, lue.second_relecteur) == ("R1", "R2")
    assert lue.mentions == (MentionRevue(13, 21, "LIEU"),)
    seul = {cle: valeur for cle, valeur in REVUE.items() if cle != "second_relecteur"}
    assert lire_revue(ecrire(seul)).second_relecteur is None


def test_toutes_les_fautes_d_une_revue(ecrire):
    mentions = [
        {"debut": 4, "fin": 4, "type": "LIEU"},
        {"debut": 1, "fin": 2, "type": "VILLE"},
        {"debut": 1.5, "fin": 2, "type": "NOM"},
    ]
    changement = {
        "empreinte": "abc",
        "second_relecteur": "R1",
        "date": "1er février",
        "mentions": mentions,
    }
    trouvees = fautes(lire_revue, ecrire(REVUE | changement))
    assert [faute.partition(" : ")[0] for faute in trouvees] == [
        "empreinte",
        "second_relecteur",
        "date",
        "mentions[1]",
        "mentions[2].type",
        "mentions[3].debut",
    ]
    assert "second_relecteur : le second relecteur doit être une autre personne" in trouvees
    assert "mentions[1] : la mention [4, 4[ est vide" in trouvees


def test_deux_mentions_ne_se_chevauchent_pas(ecrire):
    mentions = [{"debut": 10, "fin": 20, "type": "NOM"}, {"debut": 5, "fin": 11, "type": "LIEU"}]
    assert fautes(lire_revue, ecrire(REVUE | {"mentions": mentions})) == [
        "mentions[1] : [10, 20[ chevauche [5, 11["
    ]


def test_la_demonstration_se_lit_et_s_accorde():
    textes = [lire_transcription(f) for f in sorted((DEMO / "transcriptions").glob("*.json"))]
    revues = [lire_revue(f) for f in sorted((DEMO / "revues").glob("*.json"))]
    codages = lire_codages(DEMO / "codages" / "A.json").codages
    par_source = {texte.source_id: texte for texte in textes}
    assert len(par_source) == len(textes) == len(revues) == 122
    assert all(par_source[r.source_id].empreinte == r.empreinte for r in revues)
    assert len(codages) == 1435
    assert all(c.citation in par_source[c.source_id].tours[c.tour].texte for c in codages)
