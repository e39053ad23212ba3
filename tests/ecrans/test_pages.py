"""Chaque page des partenaires, sans navigateur : titre, contenu, filtres de l'adresse, erreurs."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recherche.ecrans.partenaires import acces, carte
from recherche.ecrans.partenaires.commun import date_longue, dossier_publie, echapper
from recherche.etapes.tableau import commande_tableau
from recherche.publication.comptes import Compte
from recherche.publication.dictionnaire import TABLES
from recherche.publication.dossier import MANIFESTE

RACINE = Path(__file__).resolve().parents[2]
PAGES = {
    "vue_ensemble": "Vue d'ensemble",
    "territoires": "Villes",
    "themes": "Thèmes",
    "offre_attentes": "Offre et attentes",
    "verbatims": "Verbatims",
    "lexique": "Lexique",
    "ateliers": "Ateliers",
    "methode": "Méthode",
    "telechargements": "Téléchargements",
    "accessibilite": "Accessibilité et mentions",
}


@pytest.fixture
def publie(dossier_essai, monkeypatch) -> Path:
    monkeypatch.setenv("RECHERCHE_PUBLIE", str(dossier_essai))
    return dossier_essai


def _page(nom: str, **adresse: str) -> AppTest:
    script = f"from recherche.ecrans.partenaires import {nom}\n{nom}.afficher()\n"
    essai = AppTest.from_string(script, default_timeout=30)
    for cle, valeur in adresse.items():
        essai.query_params[cle] = valeur
    essai.run()
    assert not essai.exception
    return essai


def _adresse(essai: AppTest, cle: str) -> str:
    """Une valeur de l'adresse : selon la version, Streamlit la rend seule ou dans une liste."""
    valeur = essai.query_params[cle]
    return valeur[0] if isinstance(valeur, list) else valeur


def _dit(essai: AppTest) -> str:
    morceaux = (*essai.markdown, *essai.caption, *essai.text, *essai.info, *essai.error, *essai.warning)
    return "\n".join(element.value for element in morceaux)


def test_le_tableau_de_bord_s_ouvre_sur_la_vue_d_ensemble(publie):
    essai = AppTest.from_file(str(RACINE / "dashboard.py"), default_timeout=30).run()
    assert not essai.exception
    assert [titre.value for titre in essai.title] == ["Vue d'ensemble"]
    assert [(m.label, m.value) for m in essai.metric][:2] == [
        ("Réalisés (sur 40)", "40"),
        ("Publiés", "40"),
    ]


@pytest.mark.parametrize(("nom", "titre"), PAGES.items())
def test_chaque_page_a_son_titre_son_bandeau_et_sa_source(publie, nom, titre):
    essai = _page(nom)
    assert [t.value for t in essai.title] == [titre]
    assert "Corpus fictif" in essai.warning[0].value
    assert "version 1 du 1er juillet 2010" in essai.caption[-1].value
    assert not essai.error


@pytest.mark.parametrize(("nom", "titre"), PAGES.items())
def test_sans_jeu_publie_la_page_dit_la_commande(tmp_path, monkeypatch, nom, titre):
    monkeypatch.setenv("RECHERCHE_PUBLIE", str(tmp_path / "rien"))
    essai = _page(nom)
    assert [t.value for t in essai.title] == [titre if nom != "territoires" else "Tableau de bord"]
    assert "Pas de jeu publié" in essai.error[0].value
    assert "recherche publier" in essai.info[0].value


def test_les_themes_suivent_l_adresse(publie):
    essai = _page("themes", famille="TRAVAIL", nature="ATTENTE", profil="jeune")
    assert [s.value for s in essai.subheader] == [
        "Travail",
        "Ce que disent les jeunes",
        "Ce que disent les professionnels",
    ]
    assert {s.label: s.value for s in essai.selectbox} == {
        "Famille de thèmes": "TRAVAIL",
        "Nature du propos": "ATTENTE",
        "Thème": "BUS",
        "Profil": "jeune",
    }
    themes, natures, familles = (t.value for t in essai.table)
    assert themes["Profil"].tolist() == ["Ensemble", "Jeunes", "Professionnels"]
    assert natures["Nature du propos"].tolist()[:3] == ["Toutes natures"] * 3
    assert "masqué" in set(familles["Entretiens"])


def test_un_theme_donne_les_paroles_de_chaque_profil(publie, jeu_essai):
    essai = _page("themes", theme="EMPLOI")
    verbatims = jeu_essai.tables["verbatims"]
    dits = verbatims[verbatims["codes"].str.contains("EMPLOI")]
    assert len(dits) >= 2
    assert {t.value for t in essai.text} <= {f"« {texte} »" for texte in dits["texte"]}
    assert len(essai.text) == sum(min(3, n) for n in dits["profil"].value_counts())


def test_un_filtre_choisi_passe_dans_l_adresse(publie):
    essai = _page("themes")
    essai.selectbox(key="choix-famille").select("VIE").run()
    assert _adresse(essai, "famille") == "VIE"
    essai.selectbox(key="choix-famille").select("toutes").run()
    assert "famille" not in essai.query_params


def test_une_valeur_inconnue_dans_l_adresse_est_ignoree(publie):
    essai = _page("verbatims", profil="<b>x</b>", territoire="Nulle-Part", theme="ZZZ", page="99")
    assert {s.value for s in essai.selectbox if s.label != "Page"} == {"tous"}
    assert not essai.query_params


def test_les_verbatims_se_cherchent_et_se_filtrent(publie, jeu_essai):
    total = len(jeu_essai.tables["verbatims"])
    jeunes = int((jeu_essai.tables["verbatims"]["profil"] == "jeune").sum())
    essai = _page("verbatims", profil="jeune")
    assert f"{jeunes} verbatims sur {total}" in _dit(essai)
    essai.text_input[0].set_value("BÊTA a pied").run()
    assert _adresse(essai, "recherche") == "BÊTA a pied"
    assert all("Bêta" in texte.value for texte in essai.text)
    assert essai.text
    essai.text_input[0].set_value("introuvable").run()
    assert "Aucun verbatim" in essai.info[0].value


def test_les_verbatims_sont_pagines(publie, jeu_essai):
    essai = _page("verbatims")
    total = len(jeu_essai.tables["verbatims"])
    assert total > 10
    assert len(essai.text) == 10
    essai.selectbox(key="choix-page").select("2").run()
    assert len(essai.text) == min(10, total - 10)
    assert _adresse(essai, "page") == "2"
    essai.selectbox(key="choix-profil").select("jeune").run()
    assert not essai.exception
    assert essai.text


def test_la_citation_porte_sa_reference(publie, jeu_essai):
    premier = jeu_essai.tables["verbatims"].iloc[0]
    citation = _page("verbatims").code[0].value
    assert premier["texte"] in citation
    assert f"{premier['reference']} — {premier['profil']}, {premier['territoire']}" in citation
    assert "version 1, 1er juillet 2010" in citation


def test_la_methode_dit_les_seuils_et_la_part_masquee(publie, jeu_essai):
    essai = _page("methode")
    dit = _dit(essai)
    assert "de 1 à 2 personnes" in dit
    comptes = jeu_essai.manifeste["masquage"]["effectifs_codes"]
    masquage = essai.table[0].value
    ligne = masquage[masquage["Table"].str.startswith("Entretiens où chaque thème")].iloc[0]
    assert ligne.tolist()[1:] == [str(comptes["cellules"]), str(comptes["masquees"])]
    assert "vagues d'au moins 3 personnes" in dit


def test_le_guide_depose_se_telecharge(publie):
    libelles = [b.label for b in _page("telechargements").get("download_button")]
    assert libelles[:3] == [
        "Classeur Excel, toutes les tables",
        "Dictionnaire des colonnes",
        "Manifeste et empreintes",
    ]
    assert {f"{nom}.{format_}" for nom in TABLES for format_ in ("csv", "parquet")} <= set(libelles)
    assert {"Description DCAT (JSON-LD)", "Description DDI (XML)"} <= set(libelles)
    guide = publie / "guide" / "guide.pdf"
    guide.parent.mkdir()
    guide.write_bytes(b"%PDF-1.7")
    try:
        assert "guide.pdf" in [b.label for b in _page("telechargements").get("download_button")]
    finally:
        guide.unlink()
        guide.parent.rmdir()


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("**gras**", r"\*\*gras\*\*"),
        ("[a](http://b.c)", r"\[a\]\(http\:\/\/b\.c\)"),
        ("<b> :red[x] $y$", r"\<b\> \:red\[x\] \$y\$"),
    ],
)
def test_echapper(texte, attendu):
    assert echapper(texte) == attendu


def test_le_dossier_publie_se_trouve(tmp_path):
    assert dossier_publie(["--publie", "a"], {"RECHERCHE_PUBLIE": "b"}, tmp_path) == Path("a")
    assert dossier_publie(["--autre", "x"], {"RECHERCHE_PUBLIE": "b"}, tmp_path) == Path("b")
    assert dossier_publie([], {}, tmp_path) == tmp_path / "demo" / "publie"
    (tmp_path / "publie").mkdir()
    (tmp_path / "publie" / MANIFESTE).touch()
    assert dossier_publie([], {}, tmp_path) == tmp_path / "publie"


def test_date_longue():
    assert date_longue("2010-07-01") == "1er juillet 2010"
    assert date_longue("2009-03-22") == "22 mars 2009"


def test_la_commande_coupe_les_statistiques_d_usage(tmp_path):
    commande = commande_tableau(tmp_path, port=8123, ouvrir=False)
    assert "--browser.gatherUsageStats=false" in commande
    assert "--server.address=localhost" in commande
    assert "--server.port=8123" in commande
    assert commande[-3:] == ["--", "--publie", str(tmp_path)]


def test_la_fiche_d_un_territoire_suit_l_adresse(publie, jeu_essai):
    essai = _page("territoires", territoire="Bêta")
    assert [h.value for h in essai.header] == ["Bêta"]
    assert [(m.label, m.value) for m in essai.metric] == [
        ("Jeunes (sur 10)", "10"),
        ("Professionnels (sur 10)", "10"),
        ("Entretiens publiés", "20"),
    ]
    assert "Ensemble des villes" in set(essai.table[0].value["Groupe"])
    assert not [t.value for t in essai.text if "Alpha" in t.value]


def test_un_compte_limite_ne_voit_que_sa_fiche(publie):
    script = (
        "from recherche.ecrans.partenaires import territoires\n"
        "from recherche.publication.comptes import Compte\n"
        "territoires.fiche_de(Compte('a', territoire='BBB'))()\n"
    )
    essai = AppTest.from_string(script, default_timeout=30)
    essai.query_params["territoire"] = "Alpha"
    essai.run()
    assert not essai.exception
    assert [h.value for h in essai.header] == ["Bêta"]
    assert not essai.selectbox
    dit = _dit(essai) + "".join(table.value.to_csv() for table in essai.table)
    assert "Alpha" not in dit
    assert "Ensemble des villes" not in dit


def test_le_tableau_de_bord_d_un_compte_limite_n_a_que_la_fiche(publie, monkeypatch):
    monkeypatch.setattr(acces, "exiger", lambda: Compte("a", territoire="AAA"))
    monkeypatch.setattr(acces, "tracer", lambda compte, page: None)
    essai = AppTest.from_file(str(RACINE / "dashboard.py"), default_timeout=30).run()
    assert not essai.exception
    assert [h.value for h in essai.header] == ["Alpha"]
    assert "Bêta" not in _dit(essai)


def test_la_vue_d_ensemble_a_son_calendrier(publie):
    calendrier = next(t.value for t in _page("vue_ensemble").table if "Étape" in t.value)
    assert calendrier["Étape"].tolist() == [
        "Début de l'étude",
        r"Atelier à Alpha \: Des lieux ?",
        "Fin de l'étude",
        "Jeu publié, version 1",
    ]


def test_la_carte_prend_les_regions_des_points():
    carte.departements.cache_clear()
    assert len(carte.departements()) == 96
    assert carte.regions([(-4.49, 48.39), (-0.55, 47.47)]) == {"bretagne", "pays-de-la-loire"}
    assert carte.regions([(-5.2, 48.45)]) == {"bretagne"}  # au large : la côte la plus proche
    figure = carte.figure_carte({"Brest": (-4.49, 48.39)}, {"Brest": "20 sur 20"}).to_dict()
    fond = figure["datasets"][figure["layer"][0]["data"]["name"]]
    assert len(fond) == 4
    assert "http" not in str(figure["layer"])


def test_les_longs_tableaux_vont_page_par_page(publie):
    script = (
        "import pandas as pd\n"
        "from recherche.ecrans.partenaires import commun\n"
        "commun.tableau(pd.DataFrame({'n': range(60)}), 'essai', dit='Essai')\n"
    )
    essai = AppTest.from_string(script, default_timeout=30)
    essai.query_params["page-essai"] = "3"
    essai.run()
    assert essai.table[0].value["n"].tolist() == [str(n) for n in range(50, 60)]


def test_un_jeu_ancien_sans_coordonnees_n_a_pas_de_carte(publie):
    assert "Les villes de l'étude" not in [h.value for h in _page("vue_ensemble").header]


def test_la_confrontation_et_le_lexique_absents_le_disent(publie):
    assert "Aucune confrontation" in _page("offre_attentes").info[0].value
    assert "Aucune classe lexicale" in _page("lexique").info[0].value
