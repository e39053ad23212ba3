"""Le langage de recherche, et ce qu'il trouve."""

import datetime
import re

import pytest

from recherche.codage.recherche import Jeton, TexteCherche, TourCherche, chercher
from recherche.codage.requete import Champ, Critere, Lien, Operateur, lire_requete, plier
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Extrait, Origine

TOURS = [
    ("ENQ", "Et le bus, le soir ?"),
    ("ENT", "Le dernier bus passe à vingt heures. Après, la mission locale est fermée."),
    ("ENT", "Je cherchais un foyer, le soir je rentre à l'école."),
]
CODES = {"bus passe à vingt heures": "BUS", "la mission locale": "LIEU", "un foyer, le soir": "BUS"}
LEMMES = {"cherchais": "chercher", "passe": "passer"}
MOT = re.compile(r"l'|\w+")


@pytest.fixture(scope="module")
def texte():
    plein = "\n".join(dit for _, dit in TOURS)
    debut, tours = 0, []
    for locuteur, dit in TOURS:
        attributs = {Champ.LOCUTEUR: frozenset({plier(locuteur)})}
        attributs[Champ.TERRITOIRE] = frozenset({"bre", "brest"})
        tours.append(TourCherche(debut, debut + len(dit), attributs))
        debut += len(dit) + 1
    jetons = [
        Jeton(m.start(), m.end(), plier(m[0]), LEMMES.get(m[0], plier(m[0])))
        for m in MOT.finditer(plein)
    ]
    date = datetime.datetime(2009, 3, 2, tzinfo=datetime.UTC)
    codages = [
        Codage(
            "BRE-J-01",
            Extrait.dans(plein, plein.index(cite), plein.index(cite) + len(cite)),
            code,
            "B" if "foyer" in cite else "A",
            Origine.PERSONNE,
            date,
        )
        for cite, code in CODES.items()
    ]
    familles = {"VIE": frozenset({"BUS", "LIEU"}), "TRAVAIL": frozenset({"EMPLOI"})}
    return TexteCherche("BRE-J-01", plein, tours, jetons, codages, familles)


@pytest.mark.parametrize(
    ("requete", "attendu"),
    [
        ("BUS", ["bus", "bus"]),
        ("bus ET soir", ["bus", "soir"]),
        ("bus soir", ["bus", "soir"]),
        ("bus SAUF soir", ["bus"]),
        ("fermee OU foyer", ["fermée", "foyer"]),
        ('"mission locale"', ["mission locale"]),
        ("«mission locale»", ["mission locale"]),
        ('"heures après"', ["heures. Après"]),
        ('"soir le"', []),  # deux tours
        ("ferm*", ["fermée"]),
        ("l'ecole", ["l'école"]),
        ("lemme:chercher", ["cherchais"]),
        ("lemme:cherchais", []),
        ("/vingt|dernier/", ["dernier", "vingt"]),
        ("/D[eE]rnier/", ["dernier"]),
        ("bus PRÈS/1 soir", ["bus, le soir"]),
        ("bus PRES/0 soir", []),
        ("dernier PRÈS/0 bus", ["dernier bus"]),
        ("bus PRÈS/3 dernier", ["bus, le soir ?\nLe dernier", "dernier bus"]),
        ("code:BUS", ["bus passe à vingt heures", "un foyer, le soir"]),
        ("code:BUS@B", ["un foyer, le soir"]),
        ("code:b*@a", ["bus passe à vingt heures"]),
        ("famille:VIE SAUF code:BUS", ["la mission locale"]),
        ("bus code:BUS", ["bus"]),
        ("soir SAUF code:BUS", ["soir"]),
        ("foyer OU locale ET code:LIEU", ["locale", "foyer"]),
        ("(foyer OU locale) ET code:LIEU", ["locale"]),
        ("bus locuteur:ENT", ["bus"]),
        ("soir ville:Brest locuteur:ent", ["soir"]),
        ("soir SAUF territoire:BRE", []),
        ("locuteur:ENQ", [TOURS[0][1]]),
        ("locuteur:ENQ ET ville:brest", [TOURS[0][1]]),
        ("code:LIEU ET locuteur:ENT", ["la mission locale"]),
    ],
)
def test_ce_que_trouve_une_requete(texte, requete, attendu):
    arbre = lire_requete(requete, niveau_territoire="ville")
    assert [texte.texte[t.debut : t.fin] for t in chercher(texte, arbre)] == attendu


def test_deux_codes_ensemble_sont_ce_qu_ils_ont_en_commun(texte):
    autre = Extrait.dans(texte.texte, texte.texte.index("vingt"), texte.texte.index(" Après"))
    codages = [
        *texte.codages,
        Codage("BRE-J-01", autre, "MANQUE", "A", Origine.PERSONNE, texte.codages[0].date),
    ]
    croise = TexteCherche(texte.source_id, texte.texte, texte.tours, texte.jetons, codages)
    (commun,) = chercher(croise, lire_requete("code:BUS ET code:MANQUE"))
    assert texte.texte[commun.debut : commun.fin] == "vingt heures"


def test_pres_lie_plus_que_et_qui_lie_plus_que_ou():
    a, b, c, d = (Critere(Champ.MOT, lettre) for lettre in "abcd")
    assert lire_requete("a OU b ET c PRÈS/3 d") == Lien(
        Operateur.OU, a, Lien(Operateur.ET, b, Lien(Operateur.PRES, c, d, 3))
    )


@pytest.mark.parametrize(
    ("requete", "dit"),
    [
        ("", "elle est vide"),
        ("bus ET", "il manque un mot à la fin"),
        ("ET bus", "un mot est attendu avant « ET »"),
        ("(bus", "il manque une parenthèse fermante"),
        ("bus )", r"« \) » est de trop"),
        ('"mission locale', "guillemet ouvert"),
        ("zone:3", "« zone: » n'est pas un critère"),
        ("/(/", "n'est pas un motif valide"),
        ("code:BUS PRÈS soir", "PRÈS relie des mots"),
        ("?!", "ne contient pas de mot"),
    ],
)
def test_une_requete_qui_ne_se_comprend_pas_est_expliquee(requete, dit):
    with pytest.raises(ErreurCodage, match=dit):
        lire_requete(requete)
