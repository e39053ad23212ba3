"""Fiche ville, Rendez-vous, Actes : ce qu'ils disent, et ce qu'ils n'ajoutent pas."""

import pytest
from outils import copier, lancer

from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurConfidentialite, ErreurRecherche
from recherche.etapes.documents import documents
from recherche.redaction.documents import Replique, ecarts_de


@pytest.fixture(scope="module")
def etude(petite_menee, tmp_path_factory):
    return copier(petite_menee, tmp_path_factory.mktemp("documents") / "etude")


def lire(etude, nom):
    return (etude.exports / "documents" / nom).read_text(encoding="utf-8")


def test_actes_rien_d_ajoute_chaque_ecart_dit(etude):
    bilan = documents(etude, "actes", ["LOR-A-01"])
    assert {f.rsplit("/")[-1] for f in bilan.faits} == {
        f"LOR-A-01-{quoi}.{fmt}" for quoi in ("actes", "verbatim") for fmt in ("md", "docx", "pdf")
    }
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        numero = transcriptions.pseudonymisees(cx, "LOR-A-01")["LOR-A-01"].id
        tours = transcriptions.lire_pseudonymisee(cx, numero).tours
    actes, verbatim = lire(etude, "LOR-A-01-actes.md"), lire(etude, "LOR-A-01-verbatim.md")
    assert actes.count("\n**Participant ") + actes.count("\n**Animation**") == len(tours)
    assert "euh" not in actes.lower()
    assert "Écarts entre le verbatim et les Actes" in verbatim
    assert documents(etude, "actes", ["LOR-A-01"]).faits == ()


def test_un_ecart_se_rejoue():
    replique = Replique("P1", "Ben, euh, on a la clé, hein.", "On a la clé.")
    assert ecarts_de(replique) == [("Ben, euh, on", "On"), ("clé, hein.", "clé.")]
    assert ecarts_de(Replique("P1", "Onze.", "Onze.")) == []


def test_rendez_vous_et_fiche_ville(etude):
    documents(etude, "rendez-vous", ["LOR-A-01"])
    texte = lire(etude, "LOR-A-01-rendez-vous.md")
    for titre in ("## Le contexte", "## Les échanges", "## Les points retenus", "## La suite"):
        assert titre in texte
    assert "### Lieux pour se retrouver" in texte
    documents(etude, "ville", ["Lorient"])
    assert "entretiens publiés avec des jeunes" in lire(etude, "fiche-LOR.md").replace("\u00a0", " ")


def test_un_document_repris_a_la_main_est_garde(etude):
    documents(etude, "rendez-vous", ["LOR-A-01"])
    fichier = etude.exports / "documents" / "LOR-A-01-rendez-vous.md"
    repris = fichier.read_text(encoding="utf-8") + "\nNotre conclusion.\n"
    fichier.write_text(repris, encoding="utf-8")
    bilan = documents(etude, "rendez-vous", ["LOR-A-01"])
    assert set(bilan.faits) == {f"exports/documents/LOR-A-01-rendez-vous.{f}" for f in ("docx", "pdf")}
    assert fichier.read_text(encoding="utf-8") == repris


def test_refus(etude):
    with pytest.raises(ErreurRecherche, match="n'est pas un document"):
        documents(etude, "affiche")
    with pytest.raises(ErreurRecherche, match="pas d'atelier de ce nom"):
        documents(etude, "actes", ["LOR-A-09"])
    with pytest.raises(ErreurRecherche, match="Territoire inconnu : Vannes"):
        documents(etude, "ville", ["Vannes"])
    issue = lancer("documents", "experience", etude=etude.chemin)
    assert issue.code == 2
    assert "part d'un entretien" in issue.erreurs
    assert issubclass(ErreurConfidentialite, ErreurRecherche)
