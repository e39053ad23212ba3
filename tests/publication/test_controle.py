from __future__ import annotations

import time
import zipfile
from dataclasses import replace

import pandas as pd
import pytest

from recherche.erreurs import ErreurConfidentialite
from recherche.publication import formats
from recherche.publication.controle import Interdits, controler, exiger_sans_fuite
from recherche.publication.dossier import ecrire


@pytest.mark.parametrize(
    ("phrase", "trouve"),
    [
        ("C'est Gwenaël qui me l'a dit.", True),
        ("c'est GWENAEL, qui me l'a dit", True),
        ("gwenae\u0308l est venu", True),
        ("Mme Le  Goff-Tanguy habite là", True),
        ("le goff tanguy", True),
        ("Le Goffic-Tanguy", False),
        ("les Gwenaëlles", False),
        ("Bois-du-Château", True),
        ("du bois, du château", True),
        ("le château du bois", False),
        ("Rien à signaler ici.", False),
    ],
)
def test_les_noms_sont_cherches_plies_et_mot_a_mot(phrase, trouve):
    interdits = Interdits.depuis(["Gwenaël", "Le Goff-Tanguy", "Bois-du-Château", "", "x"])
    assert interdits.dans(phrase) is trouve


def test_un_mot_ordinaire_n_est_un_nom_qu_ecrit_comme_un_nom():
    interdits = Interdits.depuis(["Rose", "Claire"], ambigus=["rose", "Claire"])
    assert interdits.dans("et Rose est arrivée")
    assert not interdits.dans("un vélo rose, une réponse claire")


@pytest.mark.parametrize(
    ("texte", "nature"),
    [
        ("son numéro LOR-J-02 figure là", "identifiant d'entretien"),
        ("voir lor_j_02", "identifiant d'entretien"),
        ("appelez le 06 12 34 56 78 le soir", "téléphone"),
        ("au +33 6.12.34.56.78", "téléphone"),
        ("0612345678", "téléphone"),
        ("zéro six, douze, trente-quatre, cinquante-six", "téléphone"),
        ("ecris a jean.dupont@exemple.test", "courriel"),
        ("jean point dupont arobase exemple", "courriel"),
    ],
)
def test_les_coordonnees_et_identifiants_sont_trouves(tmp_path, texte, nature):
    (tmp_path / "note.txt").write_text(f"Première ligne.\n{texte}\n", encoding="utf-8")
    fuites = controler(tmp_path, [])
    assert [(f.nature, f.lieu, f.ligne) for f in fuites] == [(nature, "note.txt", 2)]


@pytest.mark.parametrize(
    "texte",
    [
        "NAT-MANQUE et FORM-ORIENT",
        "0.0612345678",
        "de 2009-03-01 à 2010-06-30",
        "zéro six fois",
        "V012",
        "06 mai 2010",
    ],
)
def test_ce_qui_n_est_pas_une_fuite(tmp_path, texte):
    (tmp_path / "note.txt").write_text(texte, encoding="utf-8")
    assert controler(tmp_path, []) == []


def test_chaque_format_est_relu(tmp_path):
    table = pd.DataFrame({"texte": ["rien", "Gwenaël\nest là"]}).astype("str")
    (tmp_path / "t.csv").write_bytes(formats.en_csv(table))
    (tmp_path / "t.xlsx").write_bytes(formats.en_xlsx({"t": table}))
    (tmp_path / "t.parquet").write_bytes(formats.en_parquet(table))
    with zipfile.ZipFile(tmp_path / "t.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:p><w:t>Gwen</w:t><w:t>a&#235;l</w:t></w:p>")
    (tmp_path / "manifeste.json").write_text('{"titre": "gwenael"}', encoding="utf-8")
    fuites = controler(tmp_path, ["Gwenaël"])
    assert [f.lieu.split(" > ")[0] for f in fuites] == [
        "manifeste.json",
        "t.csv",
        "t.docx",
        "t.parquet",
        "t.xlsx",
    ]
    parquet = fuites[3]
    assert (parquet.ligne, parquet.colonne) == (2, "texte")


def test_un_nom_de_colonne_ou_de_fichier_est_relu(tmp_path):
    (tmp_path / "t.parquet").write_bytes(formats.en_parquet(pd.DataFrame({"Gwenaël": [1]})))
    (tmp_path / "gwenael.txt").write_text("rien", encoding="utf-8")
    assert [f.lieu for f in controler(tmp_path, ["Gwenaël"])] == [
        "nom du fichier gwenael.txt",
        "t.parquet (en-tête)",
    ]


def test_un_format_inconnu_ne_passe_pas(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG")
    assert [f.nature for f in controler(tmp_path, [])] == ["format que le contrôle ne sait pas lire"]


def test_le_refus_dit_ou_sans_repeter_le_nom(jeu_essai, tmp_path):
    verbatims = jeu_essai.tables["verbatims"].copy()
    verbatims.loc[1, "texte"] = verbatims.loc[1, "texte"] + " Demandez à Gwenaël."
    jeu = replace(jeu_essai, tables={**jeu_essai.tables, "verbatims": verbatims})
    with pytest.raises(ErreurConfidentialite) as refus:
        ecrire(jeu, tmp_path / "publie", interdits=["Gwenaël"])
    message = str(refus.value)
    assert "tables/verbatims.parquet, ligne 2, colonne texte" in message
    assert "gwena" not in message.casefold()
    assert not (tmp_path / "publie").exists()


def test_trop_de_fuites_se_resument(tmp_path):
    (tmp_path / "t.txt").write_text("Gwenaël\n" * 50, encoding="utf-8")
    with pytest.raises(ErreurConfidentialite, match=r"(?s)50 fuite.*et 30 autres"):
        exiger_sans_fuite(tmp_path, ["Gwenaël"])


def test_dix_mille_formes_se_cherchent_vite(dossier_essai):
    interdits = [f"Prénom{i} Nom{i}" for i in range(10_000)]
    debut = time.perf_counter()
    assert controler(dossier_essai, interdits) == []
    assert time.perf_counter() - debut < 5
