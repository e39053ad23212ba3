"""Versions figées, tableaux pour R, passages et corpus IRaMuTeQ."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from echanges.outils_refi_qda import SOURCES, coder, etude_vide, place, remplir
from openpyxl import load_workbook

from recherche.entrepot import Entrepot, projets, sorties
from recherche.erreurs import ErreurEchange, ErreurEntrepot
from recherche.etapes.exporter import exporter
from recherche.etapes.figer import figer, verifier
from recherche.modele.codage import Origine
from recherche.reglages import Etude

A, B = SOURCES


@pytest.fixture(scope="module")
def etude(tmp_path_factory: pytest.TempPathFactory) -> Etude:
    """Deux entretiens, trois passages : deux du codeur de référence, un d'un autre."""
    etude = etude_vide(tmp_path_factory.mktemp("figer") / "etude")
    remplir(etude)
    bus, marche = place("Le bus s'arrête à vingt heures"), place("on marche")
    personne = Origine.PERSONNE
    coder(
        etude,
        [
            (A, *bus, "QUART-MOB", "A", personne),
            (A, *bus, "NAT-MANQUE", "A", personne),
            (A, *marche, "QUART-MOB", "A", personne),
            (B, *bus, "LOGEMENT", "Z", personne),
        ],
    )
    return etude


def lire(etude: Etude, nom: str) -> bytes:
    return (etude.exports / "codages" / nom).read_bytes()


def test_les_tableaux_code_x_cas_sont_exacts(etude):
    exporter(etude, formats=["code-cas"])
    colonnes = ["source_id", "ville", "profil", "QUART_MOB", "NAT_MANQUE", "LOGEMENT"]
    effectifs = pd.read_csv(io.BytesIO(lire(etude, "code-cas-effectifs.csv")), sep=";")
    assert effectifs[colonnes].to_numpy().tolist() == [
        [A, "Lorient", "jeune", 2, 1, 0],
        [B, "Lorient", "jeune", 0, 0, 0],
    ]
    presence = pd.read_csv(io.BytesIO(lire(etude, "code-cas-presence.csv")), sep=";")
    assert presence["QUART_MOB"].tolist() == [1, 0]
    codes = pd.read_csv(io.BytesIO(lire(etude, "codes.csv")), sep=";").set_index("colonne")
    assert codes.loc["NAT_MANQUE", "famille"] == "nature du propos"
    assert set(codes.index) == set(effectifs.columns[3:])


def test_les_passages_en_classeur(etude):
    exporter(etude, formats=["passages"])
    feuille = load_workbook(io.BytesIO(lire(etude, "passages.xlsx")))["Passages"]
    titres, *lignes = ([c.value for c in ligne] for ligne in feuille.iter_rows())
    lues = [dict(zip(titres, ligne, strict=True)) for ligne in lignes]
    assert [(li["locuteur"], li["passage"], li["nature"]) for li in lues] == [
        ("ENT", "Le bus s'arrête à vingt heures", "Manque ou critique"),
        ("ENT", "on marche", None),
    ]


def test_iramuteq_porte_les_codes_en_variables(etude):
    exporter(etude, formats=["iramuteq-codes"])
    tete, texte, *_ = lire(etude, "passages.iramuteq.txt").decode().splitlines()
    assert tete.startswith("**** *source_lorj01 *ville_lorient *profil_jeune *codeur_a ")
    assert "*codequartmob_oui" in tete
    assert "*codelogement_non" in tete
    assert texte == "Le bus s'arrête à vingt heures"


def test_prive_ne_vaut_que_pour_qdpx(etude):
    with pytest.raises(ErreurEchange, match="qdpx"):
        exporter(etude, formats=["passages"], prive=True)


def test_une_version_figee_est_complete_et_en_lecture_seule(etude):
    bilan = figer(etude, "v1")
    dossier = etude.chemin / "figees" / "v1"
    assert {f.name for f in dossier.iterdir()} == {
        "projet.qdpx",
        "grille.qdc",
        "grille.yaml",
        "code-cas-effectifs.csv",
        "code-cas-presence.csv",
        "codes.csv",
        "passages.xlsx",
        "manifeste.sha256",
        "CITATION.txt",
    }
    assert {f.stat().st_mode & 0o777 for f in dossier.iterdir()} == {0o400}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        (version,) = projets.figees(cx)
        assert [s.chemin for s in sorties.de(cx, A)][-1] == "figees/v1"
    assert (version.sources, version.codages) == (SOURCES, 4)
    assert f"sha256:{version.empreinte}" in (dossier / "CITATION.txt").read_text("utf-8")
    assert any(version.empreinte in message for message in bilan.messages)
    assert verifier(etude).passes == ("v1",)
    with pytest.raises(ErreurEntrepot, match="existe déjà"):
        figer(etude, "V1")


def test_refiger_le_meme_etat_a_la_meme_empreinte(etude):
    figer(etude, "jumelle-1")
    figer(etude, "jumelle-2")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        empreintes = {v.empreinte for v in projets.figees(cx) if v.nom.startswith("jumelle")}
    assert len(empreintes) == 1


@pytest.mark.parametrize(
    ("changer", "dit"),
    [
        (lambda d: (d / "codes.csv").write_text("x"), "codes.csv a changé"),
        (lambda d: (d / "grille.qdc").unlink(), "grille.qdc manque"),
        (lambda d: (d / "manifeste.sha256").write_text(""), "manifeste.sha256 a changé"),
        (lambda d: (d / "ajout.txt").write_text(""), "ajout.txt est en trop"),
    ],
)
def test_une_version_changee_est_denoncee(etude, changer, dit):
    nom = dit.split(".", maxsplit=1)[0]
    figer(etude, nom)
    dossier = etude.chemin / "figees" / nom
    for fichier in dossier.iterdir():
        fichier.chmod(0o600)
    changer(dossier)
    (anomalie,) = [a for a in verifier(etude).anomalies if a.objet == nom]
    assert dit in anomalie.message


@pytest.mark.parametrize("nom", ["../x", "a/b", "", ".cache", "é"])
def test_un_nom_de_version_impropre_est_refuse(etude, nom):
    avant = sorted((etude.chemin / "figees").glob("*"))
    with pytest.raises(ErreurEntrepot, match="ne convient pas"):
        figer(etude, nom)
    assert sorted((etude.chemin / "figees").glob("*")) == avant


def test_rien_a_figer(tmp_path: Path):
    with pytest.raises(ErreurEntrepot, match="rien à figer"):
        figer(etude_vide(tmp_path / "vide"), "v1")
    assert not (tmp_path / "vide" / "figees" / "v1").exists()
