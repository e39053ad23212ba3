import re

import pytest

from recherche.langue.mentions import disjointes
from recherche.langue.regles import mentions_de_forme

_BALISE = re.compile(r"\[([A-Z_]+):(.*?)\]")


def lire(balise):
    """« le [CONTACT:06 …] » -> texte et mentions attendues."""
    texte, attendues, fin = "", [], 0
    for trouve in _BALISE.finditer(balise):
        texte += balise[fin : trouve.start()]
        attendues.append((trouve.group(1), trouve.group(2)))
        texte += trouve.group(2)
        fin = trouve.end()
    return texte + balise[fin:], attendues


@pytest.mark.parametrize(
    "phrase",
    [
        "Appelle-moi au [CONTACT:06 39 98 41 27], ou au [CONTACT:0261914408].",
        "c'est le [CONTACT:zéro six trente-neuf quatre-vingt-dix-huit zéro sept douze] voilà",
        "Mon adresse : [CONTACT:yas.benh35@courriel.example].",
        "c'est [CONTACT:soazig point le floch arobase courriel point example] en minuscules",
        "Sur [CONTACT:gwen-et-noe35.skyrock.com], et [CONTACT:@yann_du_56].",
        "Je suis né le [DATE_NAISSANCE:4 avril 1990] à Sada.",
        "J'ai eu vingt-cinq ans le [DATE_NAISSANCE:14 octobre].",
        "La réunion du 14 octobre a duré deux heures.",
        "J'habite [LIEU:12 rue de la Paix], [LIEU:bâtiment D], [LIEU:entrée 6].",
        "Place [LIEU:place Marcel-Vigne]… et dans la rue avec les autres.",
        "Le dossier [AUTRE:049-2008-11732], numéro [AUTRE:4418207K].",
        "La porte d'entrée, la cage d'escalier, la tour n'a rien.",
        "En 2003 j'avais 11 ans, 1500 euros, 35000 habitants.",
        "On l'appelle [AUTRE:K. S.] pour les initiales.",
    ],
)
def test_formes(phrase):
    texte, attendues = lire(phrase)
    trouvees = [(m.type.value, texte[m.debut : m.fin]) for m in disjointes(mentions_de_forme(texte))]
    assert trouvees == attendues


def test_adresses_sans_majuscules():
    texte = "un squat rue de brest, ou place de l'europe, dans la rue avec elle, place de parking"
    trouvees = [texte[m.debut : m.fin] for m in mentions_de_forme(texte, sans_casse=True)]
    assert trouvees[:2] == ["rue de brest", "place de l'europe"]
    assert "rue avec elle" not in trouvees
