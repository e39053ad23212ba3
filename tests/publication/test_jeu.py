from __future__ import annotations

import datetime
import hashlib
import io
import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import load_workbook

from recherche.analyse import tableaux
from recherche.erreurs import ErreurConfidentialite, ErreurRecherche
from recherche.modele.codage import Grille
from recherche.publication.dictionnaire import DESCRIPTIONS, TABLES, table_dictionnaire
from recherche.publication.dossier import ecrire, lire, version_suivante
from recherche.publication.formats import en_csv, en_xlsx, sans_formule
from recherche.publication.jeu import construire_jeu


def _contenu(dossier: Path) -> dict[str, bytes]:
    return {p.relative_to(dossier).as_posix(): p.read_bytes() for p in dossier.rglob("*") if p.is_file()}


def test_le_dossier_relu_est_le_jeu_ecrit(jeu_essai, dossier_essai):
    relu = lire(dossier_essai)
    assert relu.tables.keys() == TABLES.keys()
    for nom, table in jeu_essai.tables.items():
        pd.testing.assert_frame_equal(relu.tables[nom], table)
    assert relu.manifeste["version"] == 1
    assert relu.manifeste["date"] == "2010-07-01"
    assert relu.manifeste["etude"]["territoires"] == [
        {"code": "AAA", "nom": "Alpha"},
        {"code": "BBB", "nom": "Bêta"},
    ]
    assert "Corpus fictif" in relu.manifeste["avertissement"]


def test_le_manifeste_donne_l_empreinte_de_chaque_fichier(dossier_essai):
    contenu = _contenu(dossier_essai)
    manifeste = json.loads(contenu.pop("manifeste.json"))
    assert manifeste["fichiers"].keys() == contenu.keys()
    for chemin, octets in contenu.items():
        assert manifeste["fichiers"][chemin]["sha256"] == hashlib.sha256(octets).hexdigest()
    assert manifeste["fichiers"]["tables/avancement.csv"]["lignes"] == 4


def test_memes_entrees_memes_octets(jeu_essai, dossier_essai, tmp_path):
    ecrire(jeu_essai, tmp_path / "publie", interdits=[])
    assert _contenu(tmp_path / "publie") == _contenu(dossier_essai)


def test_chaque_colonne_de_chaque_table_est_au_dictionnaire(jeu_essai):
    decrites = table_dictionnaire()
    assert TABLES.keys() == DESCRIPTIONS.keys()
    for nom, table in jeu_essai.tables.items():
        assert decrites[decrites["table"] == nom]["colonne"].tolist() == list(table.columns)
    assert decrites["description"].str.len().min() > 10


def test_les_effectifs_publies_sont_masques(jeu_essai):
    familles = jeu_essai.tables["effectifs_familles"].set_index(["famille", "territoire", "profil"])
    assert familles.loc[("TRAVAIL", "Alpha", "jeune"), "masque"]
    assert pd.isna(familles.loc[("TRAVAIL", "Alpha", "jeune"), "entretiens"])
    codes = jeu_essai.tables["effectifs_codes"].set_index(["code", "profil", "nature"])
    assert codes.loc[("EMPLOI", "jeune", "toutes"), ["entretiens", "base", "part"]].tolist() == [
        4,
        20,
        0.2,
    ]


def test_une_famille_d_un_seul_theme_est_masquee_comme_lui(jeu_essai):
    codes = jeu_essai.tables["effectifs_codes"].query("code == 'EMPLOI' and nature == 'toutes'")
    ensembles = jeu_essai.tables["effectifs_ensembles"].query(
        "code == 'TRAVAIL' and territoire == 'ensemble'"
    )
    assert (
        codes.set_index("profil")["masque"].to_dict()
        == ensembles.set_index("profil")["masque"].to_dict()
    )


def test_aucun_identifiant_dans_le_jeu(dossier_essai, tables_essai):
    identifiants = set(tables_essai["entretiens"]["source_id"])
    for table in lire(dossier_essai).tables.values():
        ecrit = table.to_csv()
        assert not [identifiant for identifiant in identifiants if identifiant in ecrit]


def test_un_fichier_modifie_est_refuse(jeu_essai, tmp_path):
    dossier = tmp_path / "publie"
    ecrire(jeu_essai, dossier, interdits=[])
    (dossier / "tables" / "verbatims.csv").write_text("autre chose", encoding="utf-8")
    with pytest.raises(ErreurRecherche, match=r"tables/verbatims\.csv n'est plus celui du manifeste"):
        lire(dossier)
    (dossier / "tables" / "verbatims.csv").unlink()
    with pytest.raises(ErreurRecherche, match=r"incomplet : tables/verbatims\.csv manque"):
        lire(dossier)


def test_sans_jeu_le_message_dit_quoi_faire(tmp_path):
    with pytest.raises(ErreurRecherche, match="recherche publier"):
        lire(tmp_path / "rien")
    (tmp_path / "manifeste.json").write_text("{", encoding="utf-8")
    with pytest.raises(ErreurRecherche, match="ne se lit pas"):
        lire(tmp_path)


def test_une_fuite_laisse_l_ancien_jeu_intact(jeu_essai, tmp_path):
    dossier = tmp_path / "publie"
    ecrire(jeu_essai, dossier, interdits=[])
    avant = _contenu(dossier)
    with pytest.raises(ErreurConfidentialite, match="Publication refusée"):
        ecrire(jeu_essai, dossier, interdits=["bus du soir"])
    assert _contenu(dossier) == avant
    assert [p.name for p in tmp_path.iterdir()] == ["publie"]


def test_un_echec_de_la_permutation_remet_l_ancien(jeu_essai, tmp_path, monkeypatch):
    dossier = tmp_path / "publie"
    ecrire(jeu_essai, dossier, interdits=[])
    avant = _contenu(dossier)
    vrai = Path.replace

    def capricieux(source: Path, cible: Path) -> Path:
        if "-neuf-" in source.name:
            raise PermissionError(13, "fichier ouvert ailleurs")
        return vrai(source, cible)

    monkeypatch.setattr(Path, "replace", capricieux)
    with pytest.raises(ErreurRecherche, match="fichier ouvert ailleurs"):
        ecrire(jeu_essai, dossier, interdits=[])
    assert _contenu(dossier) == avant
    assert [p.name for p in tmp_path.iterdir()] == ["publie"]


def test_la_version_suivante(jeu_essai, tmp_path):
    assert version_suivante(tmp_path / "publie") == 1
    ecrire(jeu_essai, tmp_path / "publie", interdits=[])
    assert version_suivante(tmp_path / "publie") == 2


def test_un_texte_n_est_jamais_une_formule(dossier_essai):
    brut = (dossier_essai / "tables" / "verbatims.csv").read_bytes()
    assert brut.startswith(b"\xef\xbb\xbf")
    relu = pd.read_csv(dossier_essai / "tables" / "verbatims.csv", sep=";")
    assert not relu["texte"].str.startswith("=").any()
    classeur = load_workbook(dossier_essai / "jeu.xlsx")
    cellules = [c for c in classeur["verbatims"]["F"] if str(c.value).startswith("=HYPERLINK")]
    assert [c.data_type for c in cellules] == ["s"]
    assert "f" not in {c.data_type for feuille in classeur for ligne in feuille for c in ligne}


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-5", "'-5"),
        ("@a", "'@a"),
        ("\t=1", "'\t=1"),
        ("du = vrai", "du = vrai"),
    ],
)
def test_sans_formule(texte, attendu):
    assert sans_formule(texte) == attendu


def test_un_caractere_de_controle_n_empeche_pas_le_classeur():
    octets = en_xlsx({"t": pd.DataFrame({"texte": ["avant\x0bapres"]}).astype("str")})
    assert load_workbook(io.BytesIO(octets))["t"]["A2"].value == "avantapres"


def test_le_csv_est_celui_d_un_excel_francais():
    table = pd.DataFrame(
        {"nom": ["é"], "part": [0.25], "masque": [True], "n": pd.Series([None], dtype="Int64")}
    )
    assert en_csv(table).decode("utf-8-sig") == "nom;part;masque;n\r\né;0,25;vrai;\r\n"


@pytest.mark.parametrize("profils", [[], ["jeune"]])
def test_une_etude_sans_entretien_se_publie(
    reglages_essai, grille_essai, tables_essai, tmp_path, profils
):
    vides = {nom: table.iloc[:0] for nom, table in tables_essai.items()}
    reglages = replace(reglages_essai, profils=reglages_essai.profils[: len(profils)])
    croisements = {"territoires": ["Alpha", "Bêta"], "profils": profils}
    etats = vides["entretiens"].assign(
        realise=False, transcrit=False, relu=False, code=False, publie=False
    )
    for grille in (grille_essai, Grille("vide", "1", (), ())):
        jeu = construire_jeu(
            reglages,
            effectifs=tableaux.effectifs(vides["entretiens"], vides["codages"], grille, **croisements),
            passages=vides["passages"],
            ateliers=tables_essai["ateliers"],
            avancement=tableaux.avancement(
                etats, territoires=croisements["territoires"], objectifs=dict.fromkeys(profils, 10)
            ),
            grille=grille,
            version=1,
            date=datetime.date(2010, 7, 1),
        )
        ecrire(jeu, tmp_path / "publie", interdits=[])
        relu = lire(tmp_path / "publie")
        for nom, table in relu.tables.items():
            assert table.dtypes.astype("str").tolist() == [c.type for c in TABLES[nom]]
        assert not relu.tables["effectifs_codes"]["entretiens"].sum()
        assert relu.tables["effectifs_familles"]["masque"].all()
