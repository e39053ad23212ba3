"""La chaîne entière sur la démonstration : rien ne se perd, rien ne fuit, rien ne se refait."""

import json
import re
import subprocess
from collections import Counter

import jiwer
import pandas as pd
import pypandoc
import pytest
from outils import json_de

import recherche
from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot, transcriptions
from recherche.etapes import importer
from recherche.etapes.etat import etat
from recherche.etapes.inventorier import inventorier
from recherche.etapes.pseudonymiser import fichier_cle, pseudonymiser_etude
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.transcrire import transcrire

NATURES = {"NAT-MANQUE": 808, "NAT-EXISTANT": 376, "NAT-ATTENTE": 211}


def test_chaque_etape_a_fait_son_travail(etude_menee):
    _, bilans = etude_menee
    comptes = {nom: len(bilan.faits) for nom, bilan in bilans.items()}
    assert comptes["inventorier"] == 1
    assert comptes["transcrire"] == 1
    assert comptes["transcriptions"] == comptes["revues"] == comptes["pseudonymiser"] == 122
    assert comptes["codages"] == 3
    assert comptes["publier"] == 1
    absents = [a.message for a in bilans["inventorier"].anomalies]
    assert len(absents) == 14
    assert all("absent d'enregistrements/" in message for message in absents)
    for nom in set(bilans) - {"inventorier", "transcrire"}:
        assert bilans[nom].anomalies == (), nom


def test_la_transcription_automatique_entend_les_deux_voix(etude_menee):
    etude, _ = etude_menee
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = [v for v in transcriptions.versions(cx) if v.source_id == "LOR-J-02"]
        assert [v.nature for v in versions] == ["automatique", "relue"]
        automatique = transcriptions.lire(cx, versions[0].id)
        relue = transcriptions.lire(cx, versions[1].id)
        assert transcriptions.courantes(cx)["LOR-J-02"].nature == "relue"
    assert automatique.tours[0].locuteur == "ENQ"
    assert set(automatique.locuteurs()) == {"ENQ", "ENT"}
    assert automatique.duree_s == pytest.approx(50, abs=3)
    nombre = automatique.nombre_mots
    vrais = [mot.texte for tour in relue.tours for mot in tour.mots][:nombre]
    dits = [mot.texte for tour in automatique.tours for mot in tour.mots]
    assert jiwer.wer(_plat(vrais), _plat(dits)) < 0.45


def _plat(mots):
    return " ".join(re.findall(r"\w+", " ".join(mots).lower()))


def test_les_codages_de_reference_sont_tous_la(etude_menee):
    etude, _ = etude_menee
    codages = recherche.codages(etude)
    entretiens = set(recherche.entretiens(etude)["source_id"])
    natures = codages[codages["source_id"].isin(entretiens) & codages["code"].str.startswith("NAT-")]
    assert natures["code"].value_counts().to_dict() == NATURES
    assert set(codages["codeur"]) == {"A"}
    assert set(recherche.codages(etude, tous=True)["codeur"]) == {"A", "B", "C"}


def test_un_extrait_code_est_celui_de_la_citation_hors_pseudonymes(etude_menee):
    etude, _ = etude_menee
    codages = recherche.codages(etude)
    dits = set(codages.loc[codages["source_id"] == "LOR-J-02", "texte"])
    assert (
        "Au début c'était tous les soirs, où tu vas, à qui le vélo. J'expliquais. J'ai fini par "
        "mettre un contrat dans la poche. Une fois j'ai crevé, euh, vers la gare, ils m'ont mis le vélo "
        "dans le coffre et ils m'ont posé devant la criée."
    ) in dits
    assert not any("Kero Intérim" in dit for dit in dits)


def test_rien_de_nominatif_dans_ce_qui_sort(etude_menee):
    etude, _ = etude_menee
    formes = _formes_masquees(etude)
    assert len(formes) > 400
    for chemin, texte in _textes_sortis(etude):
        mots = set(re.findall(r"[\w'’-]+", texte))
        fuites = {f for f in formes if f in mots or (" " in f and f in texte)}
        assert fuites == set(), chemin
        assert not re.search(r"\b[A-Z]{3}-[JP]-\d\d\b", texte), chemin


def _formes_masquees(etude):
    """Prénoms et noms des participants, et noms propres masqués d'au moins cinq lettres."""
    formes = set()
    for fichier in json_de(etude, "revues"):
        revue = json.loads(fichier.read_text())
        brut = json.loads((etude.chemin / "transcriptions" / fichier.name).read_text())
        texte = "\n".join(" ".join(tour["texte"].split()) for tour in brut["tours"])
        formes |= {
            texte[m["debut"] : m["fin"]] for m in revue["mentions"] if m["type"] in ("PRENOM", "NOM")
        }
    return {forme for forme in formes if len(forme) >= 5 and forme[0].isupper()}


def _textes_sortis(etude):
    for fichier in etude.publie.rglob("*"):
        if fichier.suffix in (".csv", ".json"):
            yield fichier.name, fichier.read_text(encoding="utf-8-sig")
        elif fichier.suffix == ".parquet":
            yield fichier.name, pd.read_parquet(fichier).to_csv()
    yield "guide.docx", pypandoc.convert_file(str(etude.exports / "guide.docx"), "plain")


def test_le_jeu_publie_masque_les_petites_cellules(etude_menee):
    etude, _ = etude_menee
    tables = {f.stem: pd.read_parquet(f) for f in etude.publie.rglob("*.parquet")}
    effectifs = tables["effectifs_familles"]
    montres = effectifs.loc[~effectifs["masque"], "entretiens"].astype(int)
    bases = effectifs.loc[~effectifs["masque"], "base"].astype(int)
    assert not (montres.between(1, 4)).any()
    assert not ((bases - montres).between(1, 4)).any()
    assert effectifs["masque"].any()
    avancement = tables["avancement"]
    assert avancement["publies"].sum() == avancement["objectif"].sum() == 120
    grille = lire_grille(etude.fichier_grille)
    assert set(tables["grille"]["code"]) == {code.id for code in grille.codes()}


def test_les_verbatims_respectent_les_refus_de_citation(etude_menee):
    etude, _ = etude_menee
    publies = pd.read_parquet(next(etude.publie.rglob("verbatims.parquet")))
    passages = recherche.verbatims(etude)
    refuses = set(passages.loc[~passages["citation_permise"], "source_id"])
    assert refuses == {"ANG-J-08", "QUI-P-07", "REN-J-09", "STN-P-04"}
    interdits = set(passages.loc[~passages["citation_permise"], "texte"])
    assert len(publies) >= 100
    assert not interdits & set(publies["texte"])


def test_le_guide_a_une_section_par_theme(etude_menee):
    etude, _ = etude_menee
    sources = "\n".join(f.read_text() for f in sorted(etude.guide.glob("*.md")))
    for code in lire_grille(etude.fichier_grille).themes():
        nom = re.escape(code.nom.replace("'", "’"))
        assert re.search(rf"^#+ .*{nom}", sources, re.MULTILINE), code.nom
    pdf = etude.exports / "guide.pdf"
    assert pdf.read_bytes().startswith(b"%PDF")
    assert pdf.stat().st_size > 50_000


def test_l_etat_dit_le_meme(etude_menee):
    etude, _ = etude_menee
    lu = etat(etude)
    assert len(lu.quotas) == 12
    assert (
        lu.quotas[["objectif", "realise", "relu", "signe", "code", "publie"]].sum().tolist() == [120] * 6
    )
    assert lu.blocages == ()


def test_refaire_ne_refait_rien(etude_menee):
    etude, _ = etude_menee
    avant = Counter(f.read_bytes() for f in etude.publie.rglob("*") if f.is_file())
    bilans = [
        inventorier(etude),
        transcrire(etude, sources=["LOR-J-02"]),
        importer.importer_transcriptions(etude, json_de(etude, "transcriptions")),
        importer.importer_revues(etude, json_de(etude, "revues")),
        pseudonymiser_etude(etude),
        importer.importer_codages(etude, json_de(etude, "codages")),
        publier(etude),
        rediger(etude),
    ]
    assert [bilan.faits for bilan in bilans] == [()] * len(bilans)
    assert Counter(f.read_bytes() for f in etude.publie.rglob("*") if f.is_file()) == avant


def test_la_cle_est_chiffree_et_a_l_abri(etude_menee):
    etude, _ = etude_menee
    cle = fichier_cle(etude)
    assert cle.read_bytes().startswith(b"age-encryption.org")
    assert cle.stat().st_mode & 0o077 == 0
    assert etude.fichier_base.stat().st_mode & 0o077 == 0


def test_le_pdf_se_lit(etude_menee):
    etude, _ = etude_menee
    fin = subprocess.run(
        ["tail", "-c", "64", etude.exports / "guide.pdf"], capture_output=True, check=True
    )
    assert b"%%EOF" in fin.stdout
