"""Les analyses sur la démonstration menée : en une ligne, et ce que `publier` en montre."""

from __future__ import annotations

import pandas as pd
import pytest
from openpyxl import load_workbook
from outils import copier, petite_etude

import recherche
from recherche.erreurs import ErreurEtude, ErreurRecherche
from recherche.etapes import analyses, confronter, lexique
from recherche.etapes.analyser import analyser
from recherche.publication import dossier


@pytest.fixture(scope="module")
def matiere(etude_menee):
    return analyses.charger(etude_menee[0])


def test_la_base_est_ceux_a_qui_on_a_demande(matiere):
    table = recherche.codes_par(matiere, "profil").set_index(["code", "profil"])
    assert table.loc[("PART-INSTANCE", "jeune"), "base"] == 39
    assert table.loc[("POL-COORD", "professionnel"), "base"] == 59
    assert table.loc[("POL-COORD", "jeune"), "base"] == 60
    partout = recherche.codes_par(matiere, "profil", posees=False).set_index(["code", "profil"])
    assert partout["base"].eq(60).all()
    assert (table["entretiens"] + table["spontanes"]).eq(partout["entretiens"]).all()
    assert set(recherche.codes_par(matiere, "profil", "tranche")["tranche"]) >= {"18-21", "22-25"}


def test_l_enqueteur_parle_moins_que_la_personne(matiere):
    parts = recherche.parts_de_parole(matiere)
    assert parts.groupby("source_id")["part_mots"].sum().round(9).eq(1).all()
    assert parts[parts["locuteur"] == "ENQ"]["part_mots"].median() < 0.3


def test_la_confrontation_a_ses_lectures(matiere):
    table = recherche.confrontation(matiere).query("territoire == 'ensemble' and demande == 'besoin'")
    lectures = table.set_index("code")["lecture"]
    assert lectures["LOGEMENT"] == "attente sans réponse"
    assert lectures["POL-METIER"] == "souci des seuls professionnels"
    assert lectures["LOIS-OFFRE"] == "offre rencontrée"
    logement = table.set_index("code").loc["LOGEMENT"]
    assert logement["ecart"] == pytest.approx(30.0)
    assert logement["ecart_bas"] < 30 < logement["ecart_haut"]


def test_une_etude_sans_roles_le_dit(matiere):
    grille = type(matiere.grille)("g", "1", matiere.grille.familles, ())
    reglages = matiere.etat.etude.reglages
    assert confronter.roles(reglages, grille) is None
    with pytest.raises(ErreurEtude, match="qui attend"):
        confronter.exiger_roles(reglages, grille)


def test_les_lemmes_sont_gardes(etude_menee, matiere, monkeypatch):
    premier = recherche.corpus_lexical(matiere)
    monkeypatch.setattr(lexique, "_lemmatiser", None)
    second = recherche.corpus_lexical(matiere)
    pd.testing.assert_frame_equal(premier.segments, second.segments)
    assert (premier.presences != second.presences).nnz == 0
    assert "ENQ" not in set(premier.segments["source_id"])
    tours = matiere.textes["LOR-J-02"]
    enqueteur = next(t.texte for t in tours.tours if t.locuteur == "ENQ")
    assert enqueteur not in "\n".join(premier.segments["texte"])


def test_ce_qui_est_publie_du_lexique(etude_menee):
    etude, _ = etude_menee
    tables = dossier.lire(etude.publie).tables
    classes = tables["lexique_classes"]
    assert classes["classe"].tolist() == [1, 2, 3, 4, 5, 6]
    assert classes["part"].sum() == pytest.approx(1, abs=0.001)
    assert set(tables["lexique_verbatims"]["reference"]) <= set(tables["verbatims"]["reference"])
    assert set(tables["lexique_mots"].columns) == {
        *("classe", "mot", "categorie", "segments_classe", "segments", "khi2")
    }
    assert tables["lexique_arbre"]["parent"].eq("").sum() == 1


def test_deux_mots_a_la_suite_ne_forment_pas_un_nom_interdit():
    assert lexique._dire(["rose", "marie", "bus"], lambda t: "rose, marie" in t) == "rose, bus"


def test_les_verbatims_apparies_sont_permis(etude_menee, matiere):
    etude, _ = etude_menee
    tables = dossier.lire(etude.publie).tables
    paires = tables["verbatims_apparies"]
    assert len(paires) > 20
    passages = recherche.verbatims(etude).drop_duplicates("texte").set_index("texte")
    textes = [*paires["texte_demande"], *paires["texte_offre"]]
    assert passages.loc[textes, "citation_permise"].all()
    cites = {*textes, *tables["verbatims"]["texte"]}
    assert passages.loc[sorted(cites)].groupby("source_id").size().max() <= 2
    for ligne in paires.itertuples(index=False):
        a, b = passages.loc[ligne.texte_demande], passages.loc[ligne.texte_offre]
        assert (a["profil"], b["profil"]) == ("jeune", "professionnel")
        assert a["territoire"] == b["territoire"] == ligne.territoire
        assert ligne.code in a["codes"]
        assert ligne.code in b["codes"]


def test_le_classeur_de_l_equipe(etude_menee, tmp_path):
    etude = copier(etude_menee[0], tmp_path / "etude")
    bilan = analyser(etude, classes=3)
    assert bilan.faits == ("exports/analyse.xlsx",)
    fichier = etude.exports / "analyse.xlsx"
    assert fichier.stat().st_mode & 0o777 == 0o600
    classeur = load_workbook(fichier, read_only=True)
    assert {"codes", "confrontation", "verbatims appariés", "classes mots"} <= set(classeur.sheetnames)
    entetes = next(classeur["confrontation"].iter_rows(values_only=True))
    assert entetes[:3] == ("code", "territoire", "demande")


def test_sans_rien_de_signe_le_message_dit_quoi_faire(tmp_path):
    with pytest.raises(ErreurRecherche, match="Rien à analyser"):
        analyser(petite_etude(tmp_path / "etude"))
