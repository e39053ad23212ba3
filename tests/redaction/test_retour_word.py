"""Ce qu'une personne change dans Word revient dans les chapitres ; le reste ne bouge pas."""

import io
from datetime import date

import docx
import pytest

from recherche.redaction.guide import rediger_guide
from recherche.redaction.rendu import rendre
from recherche.redaction.retour_word import FERME, OUVRE, reprendre

JOUR = date(2010, 9, 2)
NOTRE = "La mobilité revient partout."


@pytest.fixture
def chapitres(jeu):
    ecrits = rediger_guide(*jeu, date=JOUR)
    garder = ("00-resume.md", "03-themes.md", "04-confrontation.md", "05-pistes.md")
    return {nom: ecrits[nom] for nom in garder} | {"50-nous.md": f"# Nous\n\n{NOTRE}\n\nAprès.\n"}


@pytest.fixture
def word(chapitres, jeu):
    return docx.Document(io.BytesIO(rendre(chapitres, jeu[0], "docx")))


def octets(document):
    tampon = io.BytesIO()
    document.save(tampon)
    return tampon.getvalue()


def alinea(document, debut):
    return next(p for p in document.paragraphs if p.text.startswith(debut))


def test_un_docx_intact_ne_change_rien(chapitres, word):
    repris = reprendre(chapitres, chapitres, octets(word), JOUR)
    assert (repris.changements, repris.conflits) == (0, 0)
    assert repris.chapitres == chapitres


def test_une_phrase_changee_dans_word_revient_seule(chapitres, word):
    alinea(word, "La mobilité").add_run(" Surtout le soir.")
    repris = reprendre(chapitres, chapitres, octets(word), JOUR)
    assert (repris.changements, repris.conflits) == (1, 0)
    assert repris.chapitres["50-nous.md"] == f"# Nous\n\n{NOTRE} Surtout le soir.\n\nAprès.\n"
    assert {n: t for n, t in repris.chapitres.items() if n != "50-nous.md"} == {
        n: t for n, t in chapitres.items() if n != "50-nous.md"
    }


def test_les_deux_cotes_sont_gardes(chapitres, word):
    alinea(word, "Après.").add_run(" Et bientôt.")
    actuels = chapitres | {"50-nous.md": f"# Nous\n\nUn préambule.\n\n{NOTRE}\n\nAprès.\n"}
    repris = reprendre(chapitres, actuels, octets(word), JOUR)
    assert repris.conflits == 0
    assert (
        repris.chapitres["50-nous.md"] == f"# Nous\n\nUn préambule.\n\n{NOTRE}\n\nAprès. Et bientôt.\n"
    )


def test_un_conflit_montre_les_deux_textes(chapitres, word):
    alinea(word, "La mobilité").add_run(" Surtout le soir.")
    actuels = chapitres | {"50-nous.md": "# Nous\n\nLa mobilité revient peu.\n\nAprès.\n"}
    repris = reprendre(chapitres, actuels, octets(word), JOUR)
    assert repris.conflits == 1
    texte = repris.chapitres["50-nous.md"]
    assert texte.index(OUVRE) < texte.index("revient peu") < texte.index("Surtout le soir")
    assert texte.index("Surtout le soir") < texte.index(FERME)
