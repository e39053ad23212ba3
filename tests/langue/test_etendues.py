"""L'étendue d'une mention : genre, article et nom entier d'une institution."""

import re

import pytest

from recherche.langue.etendues import etendre
from recherche.langue.mentions import Mention, TypeMention
from recherche.langue.mots import decouper

MARQUE = re.compile(r"\[([A-Z_]+):([^\]]+)\]")


def lire(phrase):
    """Le texte d'une phrase marquée et ses mentions."""
    texte, mentions, fin = "", [], 0
    for marque in MARQUE.finditer(phrase):
        texte += phrase[fin : marque.start()]
        debut = len(texte)
        texte += marque[2]
        mentions.append(Mention(debut, len(texte), TypeMention(marque[1]), "essai"))
        fin = marque.end()
    return texte + phrase[fin:], mentions


def marquer(texte, mentions):
    for m in sorted(mentions, key=lambda m: -m.debut):
        texte = f"{texte[: m.debut]}[{m.type.value}:{texte[m.debut : m.fin]}]{texte[m.fin :]}"
    return texte


@pytest.mark.parametrize(
    ("trouve", "attendu"),
    [
        ("au lycée du [STRUCTURE:Fresne] hier", "au [STRUCTURE:lycée du Fresne] hier"),
        (
            "le centre social [STRUCTURE:Les Abeilles]",
            "le [STRUCTURE:centre social Les Abeilles]",
        ),
        ("né à la clinique de l'[STRUCTURE:Esvière]", "né à la [STRUCTURE:clinique de l'Esvière]"),
        ("On est au lycée. [STRUCTURE:Colbert] aussi", "On est au lycée. [STRUCTURE:Colbert] aussi"),
        ("une association, [STRUCTURE:Prisme]", "une association, [STRUCTURE:Prisme]"),
        ("chez [STRUCTURE:Rozenn Coiffure]", "chez [STRUCTURE:Rozenn Coiffure]"),
        ("[AUTRE:Les Tables] de [LIEU:Kerv], voilà", "[STRUCTURE:Les Tables de Kerv], voilà"),
        ("au [AUTRE:Ruban] bleu et rouge", "au [AUTRE:Ruban bleu] et rouge"),
        ("l'[AUTRE:Étoile] sportive de [LIEU:Prézégat]", "[STRUCTURE:l'Étoile sportive de Prézégat]"),
        ("seconde à l'[STRUCTURE:Iroise]", "seconde à [STRUCTURE:l'Iroise]"),
        ("dans la [LIEU:Doutre]", "dans [LIEU:la Doutre]"),
        ("[PRENOM:Marie] de [LIEU:Kervénanec]", "[PRENOM:Marie] de [LIEU:Kervénanec]"),
        ("né le [DATE_NAISSANCE:12 février 1991]", "né [DATE_NAISSANCE:le 12 février 1991]"),
        ("avec la [PRENOM:Rose]", "avec la [PRENOM:Rose]"),
        ("au [LIEU:quartier]", "au [LIEU:quartier]"),
    ],
)
def test_une_mention_prend_son_genre_ou_son_article(trouve, attendu):
    texte, mentions = lire(trouve)
    assert marquer(texte, etendre(mentions, decouper(texte), texte)) == attendu
