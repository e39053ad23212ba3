"""Bornes d'un passage, codes désignés, règle de la nature."""

import datetime

import pytest

from recherche.codage.passage import ajuster, designer, grouper, ranger, verifier_passage
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Extrait, Origine

TEXTE = "Oui. Aujourd'hui c'est fermé, à [lieu 96]. Voilà.\nEt le soir ?"


@pytest.mark.parametrize(
    ("choisi", "attendu"),
    [
        ("ourd'hui c'es", "Aujourd'hui c'est"),
        (" fermé, ", "fermé,"),
        ("fermé, à [li", "fermé, à [lieu 96]"),
        ("96]. Voi", "[lieu 96]. Voilà"),
        ("Voilà.\nEt", "Voilà.\nEt"),
        ("Oui.", "Oui."),
    ],
)
def test_la_selection_est_etendue_aux_mots_et_aux_pseudonymes(choisi, attendu):
    debut = TEXTE.index(choisi)
    debut, fin = ajuster(TEXTE, debut, debut + len(choisi))
    assert TEXTE[debut:fin] == attendu


@pytest.mark.parametrize(("debut", "fin"), [(4, 5), (3, 3), (5, 2), (0, 999), (-1, 3)])
def test_une_selection_vide_ou_hors_du_texte_est_refusee(debut, fin):
    with pytest.raises(ErreurCodage):
        ajuster(TEXTE, debut, fin)


@pytest.mark.parametrize(
    ("designation", "code"),
    [("BUS", "BUS"), ("bus", "BUS"), ("transports", "BUS"), ("2", "LIEU"), ("  Manque ", "MANQUE")],
)
def test_un_code_se_designe_par_identifiant_nom_ou_numero(grille_essai, designation, code):
    assert designer(grille_essai, designation) == code


@pytest.mark.parametrize("designation", ["Transport", "0", "99", ""])
def test_un_code_inconnu_est_refuse(grille_essai, designation):
    with pytest.raises(ErreurCodage, match="n'est pas dans la grille"):
        designer(grille_essai, designation)


def test_un_code_presque_juste_en_propose_un(grille_essai):
    with pytest.raises(ErreurCodage, match=r"Vouliez-vous dire BUS \?"):
        designer(grille_essai, "Transport")


@pytest.mark.parametrize(
    ("codes", "dit"),
    [
        (["BUS"], "Il manque la nature du propos"),
        (["MANQUE"], "Il manque un code thématique"),
        (["BUS", "MANQUE", "ATTENTE"], r"deux natures du propos \(Manque \(MANQUE\), Attente"),
        ([], "Il manque un code thématique"),
    ],
)
def test_la_regle_dit_ce_qui_manque_ou_est_de_trop(grille_essai, codes, dit):
    with pytest.raises(ErreurCodage, match=dit):
        verifier_passage(grille_essai, codes)


def test_plusieurs_themes_et_une_nature_suivent_la_regle(grille_essai):
    verifier_passage(grille_essai, ["EMPLOI", "BUS", "MANQUE"])


def test_les_codes_se_rangent_dans_l_ordre_de_la_grille(grille_essai):
    assert ranger(grille_essai, ["ANCIEN", "MANQUE", "LIEU", "BUS", "BUS"]) == (
        "BUS",
        "LIEU",
        "MANQUE",
        "ANCIEN",
    )


def test_les_codages_se_groupent_par_extrait_et_par_codeur(grille_essai):
    date = datetime.datetime(2009, 3, 2, tzinfo=datetime.UTC)

    def codage(debut, fin, code, codeur):
        extrait = Extrait.dans(TEXTE, debut, fin)
        return Codage("AAA-J-01", extrait, code, codeur, Origine.PERSONNE, date)

    poses = [codage(0, 4, "MANQUE", "B"), codage(0, 4, "BUS", "A"), codage(0, 4, "LIEU", "B")]
    assert [(p.codeur, p.codes, p.texte) for p in grouper(grille_essai, poses, TEXTE)] == [
        ("A", ("BUS",), "Oui."),
        ("B", ("LIEU", "MANQUE"), "Oui."),
    ]
