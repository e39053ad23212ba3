"""Suggérer, de bout en bout : apprendre, montrer, accepter, écarter, annuler, oublier, rendre compte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from outils import copier, json_de, petite_etude

from recherche.entrepot import Entrepot
from recherche.entrepot import codages as rangement_codages
from recherche.entrepot import suggestions as rangement
from recherche.entrepot.suggestions import Part
from recherche.erreurs import ErreurCodage
from recherche.etapes import importer, rapport_suggestions
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.suggerer import suggerer
from recherche.etapes.suggestions import ANNULE, accepter, ecarter, suggestions, verdicts
from recherche.modele.codage import Origine
from recherche.reglages import Etude

SOURCES = tuple(f"LOR-J-{i:02d}" for i in range(1, 9))
NEUVE = "LOR-J-08"


@pytest.fixture(scope="module")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Etude:
    """Huit entretiens, sept codés ; tout est appris une fois, chaque épreuve en prend une copie."""
    etude = petite_etude(tmp_path_factory.mktemp("suggestions") / "etude", SOURCES)
    for fichier in json_de(etude, "codages"):
        donnees = json.loads(fichier.read_text(encoding="utf-8"))
        donnees["sources"] = [s for s in donnees["sources"] if s["source_id"] != NEUVE]
        fichier.write_text(json.dumps(donnees), encoding="utf-8")
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    importer.importer_revues(etude, json_de(etude, "revues"))
    pseudonymiser_etude(etude)
    importer.importer_codages(etude, json_de(etude, "codages"))
    bilan = suggerer(etude)
    assert bilan.faits == (NEUVE,)
    return etude


@pytest.fixture
def etude(modele: Etude, tmp_path: Path) -> Etude:
    return copier(modele, tmp_path / "etude")


def test_rien_n_est_certifie_sur_sept_entretiens_et_la_machine_se_tait(etude: Etude) -> None:
    table = verdicts(etude)
    assert len(table) == 26
    assert "certifié" not in set(table["verdict"])
    assert suggestions(etude).empty
    assert not suggestions(etude, a_relire=True).empty


def test_le_partage_est_range_et_ne_change_pas(etude: Etude) -> None:
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        parts = rangement.partage(cx)
        appris = rangement.dernier_modele(cx)
    assert set(parts) == set(SOURCES) - {NEUVE}
    assert set(parts.values()) == set(Part)
    assert appris is not None
    assert not set(appris.sources["apprentissage"]) & set(appris.sources["certification"])
    assert suggerer(etude).passes == ("modèle 1",)
    suggerer(etude, methode="mots")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        assert rangement.partage(cx) == parts
        assert rangement.nombre_modeles(cx) == 2


def test_une_suggestion_montre_son_passage_et_ses_exemples(etude: Etude) -> None:
    premiere = suggestions(etude, sources=[NEUVE], a_relire=True).iloc[0]
    assert premiere.source_id == NEUVE
    assert 0 < premiere.probabilite < 1
    assert premiere.nature.startswith("NAT-")
    assert len(premiere.exemples) >= 1
    assert all(exemple.startswith("LOR-J-") for exemple in premiere.exemples)
    assert suggestions(etude, sources=["LOR-J-01"], a_relire=True).empty


def test_accepter_fait_un_codage_dont_l_origine_reste(etude: Etude) -> None:
    premiere = suggestions(etude, a_relire=True).iloc[0]
    accepter(etude, int(premiere.numero), codeur="AB", nature="NAT-ATTENTE")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        nes = [c for c in rangement_codages.lire(cx) if c.origine is Origine.SUGGESTION]
    assert {c.code for c in nes} == {premiere.code, "NAT-ATTENTE"}
    assert {(c.source_id, c.codeur) for c in nes} == {(NEUVE, "AB")}
    assert premiere.numero not in set(suggestions(etude, a_relire=True)["numero"])
    with pytest.raises(ErreurCodage, match=r"déjà acceptée, par AB"):
        accepter(etude, int(premiere.numero), codeur="AB")


def test_un_entretien_code_avec_aide_ne_sert_ni_a_apprendre_ni_a_certifier(etude: Etude) -> None:
    premiere = suggestions(etude, a_relire=True).iloc[0]
    accepter(etude, int(premiere.numero), codeur="A")
    suggerer(etude, methode="mots")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        dernier = rangement.dernier_modele(cx)
    assert dernier is not None
    assert NEUVE not in {s for part in dernier.sources.values() for s in part}
    reste = suggestions(etude, a_relire=True)
    assert not ((reste["code"] == premiere.code) & (reste["texte"] == premiere.texte)).any()


def test_une_suggestion_ecartee_ne_revient_pas(etude: Etude) -> None:
    premiere = suggestions(etude, a_relire=True).iloc[0]
    ecarter(etude, int(premiere.numero), codeur="AB")
    suggerer(etude, methode="mots")
    reste = suggestions(etude, a_relire=True)
    assert not ((reste["code"] == premiere.code) & (reste["texte"] == premiere.texte)).any()


def test_une_definition_changee_annule_et_fait_taire(etude: Etude) -> None:
    premiere = suggestions(etude, a_relire=True).iloc[0]
    texte = etude.fichier_grille.read_text(encoding="utf-8")
    place = texte.index("definition:", texte.index(f"id: {premiere.code}"))
    change = texte[:place] + texte[place:].replace("definition: ", "definition: Autrement dit, ", 1)
    if change[place:].startswith("definition: Autrement dit, '"):
        change = change.replace("definition: Autrement dit, '", "definition: 'Autrement dit, ", 1)
    etude.fichier_grille.write_text(change, encoding="utf-8")
    table = verdicts(etude).set_index("code")
    assert table.loc[premiere.code, "verdict"] == ANNULE
    assert (table["verdict"] == ANNULE).sum() == 1
    assert premiere.code not in set(suggestions(etude, a_relire=True)["code"])
    with pytest.raises(ErreurCodage, match="périmée"):
        accepter(etude, int(premiere.numero), codeur="AB")
    # Appris de nouveau, aucun codage d'avant ne prouve la nouvelle définition.
    suggerer(etude, methode="mots")
    ligne = verdicts(etude).set_index("code").loc[premiere.code]
    assert (ligne["suggestions"], ligne["verdict"]) == (0, "preuves insuffisantes")


def test_oublier_une_personne_efface_les_modeles_appris_d_elle(etude: Etude) -> None:
    with Entrepot.ouvrir(etude) as entrepot:
        with entrepot.ecrire("oublier") as ecriture:
            assert rangement.oublier(ecriture, "LOR-J-01") == 1
        with entrepot.lire() as cx:
            assert rangement.dernier_modele(cx) is None
            assert rangement.lire(cx) == []
            assert "LOR-J-01" not in rangement.partage(cx)
            assert "LOR-J-02" in rangement.partage(cx)
    with pytest.raises(ErreurCodage, match="Aucun modèle"):
        suggestions(etude)


def test_le_rapport_dit_chaque_theme(etude: Etude) -> None:
    import docx

    bilan = rapport_suggestions.rapport(etude)
    document = docx.Document(str(etude.chemin / bilan.faits[0]))
    dits = "\n".join(alinea.text for alinea in document.paragraphs)
    assert "il faut au moins 14 suggestions justes" in dits
    assert len(document.tables[1].rows) == 27


def test_les_fautes_sont_dites(etude: Etude, tmp_path: Path) -> None:
    with pytest.raises(ErreurCodage, match="n'existe pas"):
        accepter(etude, 999_999, codeur="AB")
    with pytest.raises(ErreurCodage, match="pas une méthode"):
        suggerer(etude, methode="magie")
    with pytest.raises(ErreurCodage, match="pas une précision utile"):
        suggerer(etude, niveau=1.0)
    vide = petite_etude(tmp_path / "vide", ("LOR-J-01",))
    with pytest.raises(ErreurCodage, match="il en faut au moins 5"):
        suggerer(vide)
