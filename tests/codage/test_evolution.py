"""La grille change : renommer, fusionner, scinder, retirer ; le fichier garde ses commentaires."""

from pathlib import Path

import pytest

from recherche.codage import evolution
from recherche.codage.grille import analyser, grille_modele
from recherche.codage.grille_yaml import fondre
from recherche.erreurs import ErreurCodage

FICHIER = Path("grille.yaml")


def ids(grille):
    return [code.id for code in grille.codes()]


def test_renommer(grille_essai):
    change = evolution.renommer(grille_essai, "BUS", "TRANSPORT", nom="Se déplacer")
    assert ids(change.grille) == ["TRANSPORT", "LIEU", "EMPLOI", "MANQUE", "ATTENTE"]
    assert next(change.grille.themes()).nom == "Se déplacer"
    assert dict(change.vers) == {"BUS": "TRANSPORT"}
    assert ids(grille_essai)[0] == "BUS"


def test_fusionner_vide_une_famille_et_la_fait_disparaitre(grille_essai):
    change = evolution.fusionner(grille_essai, ["EMPLOI", "LIEU"], "LIEU")
    assert ids(change.grille) == ["BUS", "LIEU", "MANQUE", "ATTENTE"]
    assert [famille.id for famille in change.grille.familles] == ["VIE"]
    assert dict(change.vers) == {"EMPLOI": "LIEU"}


def test_scinder_garde_la_place_et_dit_que_c_est_a_preciser(grille_essai):
    change = evolution.scinder(grille_essai, "BUS", ["BUS", "VELO"])
    assert ids(change.grille) == ["BUS", "VELO", "LIEU", "EMPLOI", "MANQUE", "ATTENTE"]
    assert dict(change.vers) == {}
    assert "À préciser" in list(change.grille.themes())[1].definition
    assert dict(evolution.scinder(grille_essai, "BUS", ["CAR", "VELO"]).vers) == {"BUS": "CAR"}


def test_retirer(grille_essai):
    assert dict(evolution.retirer(grille_essai, "BUS").vers) == {"BUS": None}
    assert dict(evolution.retirer(grille_essai, "MANQUE", vers="ATTENTE").vers) == {"MANQUE": "ATTENTE"}


@pytest.mark.parametrize(
    ("faire", "dit"),
    [
        (lambda g: evolution.renommer(g, "BUSS", "CAR"), "Vouliez-vous dire BUS"),
        (lambda g: evolution.renommer(g, "BUS", "LIEU"), "déjà dans la grille"),
        (lambda g: evolution.renommer(g, "BUS", "vélo"), "pas un identifiant"),
        (lambda g: evolution.fusionner(g, ["BUS"], "BUS"), "au moins deux codes"),
        (lambda g: evolution.fusionner(g, ["BUS"], "MANQUE"), "pas du même axe"),
        (lambda g: evolution.scinder(g, "BUS", ["CAR"]), "deux codes au moins"),
        (lambda g: evolution.retirer(g, "MANQUE"), "nature du propos"),
    ],
)
def test_un_changement_sans_sens_est_refuse(grille_essai, faire, dit):
    with pytest.raises(ErreurCodage, match=dit):
        faire(grille_essai)


@pytest.mark.parametrize(
    ("version", "suivante"), [("1.0", "1.1"), ("0.9", "0.10"), ("3", "4"), ("pilote", "pilote.1")]
)
def test_version_suivante(version, suivante):
    assert evolution.version_suivante(version) == suivante


def test_le_fichier_garde_ses_commentaires_et_sa_forme():
    texte = grille_modele()
    grille = analyser(texte, FICHIER)
    assert fondre(texte, grille) == texte
    change = evolution.renommer(grille, "QUART-MOB", "QUART-TRANSPORT")
    neuf = fondre(texte, change.grille, renommes=change.renommes)
    assert neuf == texte.replace("QUART-MOB", "QUART-TRANSPORT")


@pytest.mark.parametrize(
    "faire",
    [
        lambda g: evolution.fusionner(g, ["QUART-MOB"], "QUART-ATTACH"),
        lambda g: evolution.scinder(g, "QUART-MOB", ["MOB-BUS", "MOB-PERMIS"]),
        lambda g: evolution.retirer(g, "FORM-ORIENT"),
        lambda g: evolution.retirer(g, "NAT-MANQUE", vers="NAT-ATTENTE"),
    ],
)
def test_le_fichier_ecrit_se_relit_comme_la_grille(faire):
    texte = grille_modele()
    change = faire(analyser(texte, FICHIER))
    neuf = fondre(texte, change.grille)
    assert analyser(neuf, FICHIER) == change.grille
    assert "# Quatre règles suffisent" in neuf or "Quatre règles suffisent" in neuf


def test_les_regles_de_l_etude_se_lisent():
    grille = analyser(grille_modele(), FICHIER)
    assert len(grille.regles) == 2
    with pytest.raises(ErreurCodage, match=r"regles\[2\]"):
        analyser(grille_modele().replace("  - Dans le doute", "  - ''\n  - Dans le doute"), FICHIER)
