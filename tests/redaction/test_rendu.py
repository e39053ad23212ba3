"""Le guide en docx et en pdf, relus."""

import io
import json
import re
import zipfile
from datetime import date, datetime

import docx
import pytest
import typst
from docx.oxml.ns import qn

from recherche.erreurs import ErreurRecherche
from recherche.redaction.guide import rediger_guide
from recherche.redaction.page_de_titre import PageDeTitre
from recherche.redaction.rendu import FORMATS, nombre_de_pages, rendre, source_typst

JOUR = date(2010, 9, 1)
N, F = "\u00a0", "\u202f"


@pytest.fixture
def chapitres(jeu):
    return rediger_guide(*jeu, date=JOUR)


@pytest.fixture
def guide(chapitres, jeu):
    return docx.Document(io.BytesIO(rendre(chapitres, jeu[0], "docx")))


def titres(document, niveau):
    return [p.text for p in document.paragraphs if p.style.name == f"Heading {niveau}"]


def test_docx_page_de_titre_et_sommaire(guide):
    styles = {p.style.name: p.text for p in guide.paragraphs[:4]}
    assert styles == {
        "Title": "Jeunesses et territoires",
        "Subtitle": "Guide, brouillon établi sur la version 3 du jeu publié",
        "Author": "L’organisme d’étude",
        "Date": f"1er{N}septembre 2010",
    }
    assert guide.paragraphs[4].text == "CORPUS FICTIF"
    assert "CORPUS FICTIF" in guide.sections[0].header.paragraphs[0].text
    corps = guide.element.body
    assert [i.text.strip()[:12] for i in corps.iter(qn("w:instrText"))] == ['TOC \\o "1-2"']
    bornes = [b.get(qn("w:fldCharType")) for b in corps.iter(qn("w:fldChar"))]
    assert bornes == ["begin", "separate", "end"]
    ancres = [lien.get(qn("w:anchor")) for lien in corps.iter(qn("w:hyperlink"))]
    signets = {s.get(qn("w:name")) for s in corps.iter(qn("w:bookmarkStart"))}
    assert len(ancres) == len(titres(guide, 1)) + len(titres(guide, 2))
    assert set(ancres) <= signets


def test_le_sommaire_du_docx_tait_les_titres_hors_sommaire_et_eux_seuls(guide):
    corps = guide.element.body
    liens = ["".join(t.text for t in n.iter(qn("w:t"))) for n in corps.iter(qn("w:hyperlink"))]
    assert "Où lire quoi" not in liens
    assert liens.count("Quartier, ville et logement") == 2, "thèmes et pistes, pas la grille"


def test_docx_chapitres_tableaux_et_citations(guide):
    assert titres(guide, 1)[:3] == ["Résumé", "Méthode et corpus", "État des lieux par ville"]
    assert "Accès au logement autonome" in titres(guide, 3)
    citations = [p.text for p in guide.paragraphs if p.style.name == "Block Text"]
    assert f"réf.{N}V003, jeune, Brest" in citations
    corpus = guide.tables[0]
    assert [c.text for c in corpus.rows[1].cells] == ["Lorient", "30/30", "30/30", "60/60"]
    assert corpus.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    confrontation = next(t for t in guide.tables if len(t.columns) == 7)
    titre = confrontation.rows[1]._tr.tc_lst
    assert len(titre) == 1, "un rang de titre occupe toute la largeur"
    assert titre[0].grid_span == 7
    section = guide.sections[0]
    assert (round(section.page_width.cm, 1), round(section.page_height.cm, 1)) == (21.0, 29.7)
    assert guide.core_properties.created.replace(tzinfo=None) == datetime(2010, 9, 1)  # noqa: DTZ001


def test_docx_en_francais(chapitres, jeu):
    with zipfile.ZipFile(io.BytesIO(rendre(chapitres, jeu[0], "docx"))) as archive:
        styles = archive.read("word/styles.xml").decode()
        assert re.findall(r'<w:lang [^>]*w:val="([^"]+)"', styles) == ["fr-FR"]
        assert {i.date_time for i in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("fmt", list(FORMATS))
def test_les_memes_octets_pour_les_memes_entrees(chapitres, jeu, fmt):
    premier = rendre(chapitres, jeu[0], fmt)
    assert premier == rendre(chapitres, jeu[0], fmt)
    assert premier != rendre(chapitres, jeu[0], fmt, date=date(2010, 9, 2))


def texte_complet(chapitres):
    return "\n\n".join(chapitres[nom].rstrip() for nom in sorted(chapitres))


def interroger(chapitres, manifeste, selecteur):
    presentation = PageDeTitre.du_manifeste(manifeste)
    entrees = {
        "titre": "t",
        "sous_titre": "s",
        "organisme": "o",
        "date": "d",
        "fictif": "oui",
        "avis": "a",
    }
    source = source_typst(texte_complet(chapitres), presentation)
    return json.loads(typst.query(source, selecteur, ignore_system_fonts=True, sys_inputs=entrees))


def test_pdf_structure(chapitres, jeu):
    pdf = rendre(chapitres, jeu[0], "pdf")
    assert pdf.startswith(b"%PDF-")
    pages = nombre_de_pages(texte_complet(chapitres), PageDeTitre.du_manifeste(jeu[0]))
    assert 11 <= pages <= 25
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == pages
    titres_typst = interroger(chapitres, jeu[0], "heading.where(level: 3, outlined: true)")
    assert len(titres_typst) == 4
    assert len(interroger(chapitres, jeu[0], "quote")) >= 6


def test_pdf_sans_avertissement_ni_police_absente(chapitres, jeu):
    source = source_typst(texte_complet(chapitres), PageDeTitre.du_manifeste(jeu[0]))
    entrees = {
        "titre": "t",
        "sous_titre": "s",
        "organisme": "o",
        "date": "d",
        "fictif": "oui",
        "avis": "a",
    }
    pdf, avertissements = typst.compile_with_warnings(
        source, ignore_system_fonts=True, sys_inputs=entrees
    )
    assert avertissements == []
    polices = set(re.findall(rb"/FontName\s*/[A-Z]{6}\+([A-Za-z]+)", pdf))
    assert polices
    assert all(p.startswith((b"Libertinus", b"DejaVu", b"NewC")) for p in polices)


def test_les_etudes_d_ateliers_et_de_regions_se_rendent(jeu_ateliers, jeu_regions):
    for manifeste, tables in (jeu_ateliers, jeu_regions):
        ecrits = rediger_guide(manifeste, tables, date=JOUR)
        assert rendre(ecrits, manifeste, "pdf").startswith(b"%PDF-")
        document = docx.Document(io.BytesIO(rendre(ecrits, manifeste, "docx")))
        assert "CORPUS FICTIF" not in "".join(p.text for p in document.paragraphs)


def test_le_texte_d_une_personne_se_rend_tel_quel(jeu):
    ecrit = (
        '# Nos mots\n\nUn prix : 3 $ et #read("secret.txt"), `code`, a_b, [lien](https://exemple.fr).\n\n'
        "```{=typst}\n#panic()\n```\n\n---\n\nUne note[^1].\n\n[^1]: Le bas de page.\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n"
    )
    assert rendre({"10-nos-mots.md": ecrit}, jeu[0], "pdf").startswith(b"%PDF-")
    document = docx.Document(io.BytesIO(rendre({"10-nos-mots.md": "\ufeff" + ecrit}, jeu[0], "docx")))
    assert titres(document, 1) == ["Nos mots"]
    assert any("3 $ et #read(" in p.text for p in document.paragraphs)
    assert [c.text for c in document.tables[0].rows[1].cells] == ["1", "2"]


def test_un_guide_vide_se_rend(jeu):
    for fmt in FORMATS:
        assert rendre({}, jeu[0], fmt)


def test_format_inconnu(jeu):
    with pytest.raises(ErreurRecherche, match="« odt » n'est pas un format") as erreur:
        rendre({}, jeu[0], "odt")
    assert "docx" in erreur.value.remede
