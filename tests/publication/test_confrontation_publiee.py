"""Ce qui se publie de la confrontation : masques accordés, lectures sûres, rien à retrouver."""

from __future__ import annotations

import itertools
import random

import pandas as pd
import pytest

from recherche.analyse import confrontation as analyse
from recherche.analyse import tableaux
from recherche.analyse.appariement import COLONNES
from recherche.analyse.confrontation import Roles, Seuils
from recherche.modele.codage import Code, Famille, Grille
from recherche.publication import confrontation as publie
from recherche.publication.confrontation import Confrontation
from recherche.publication.jeu import construire_jeu

NATURES = {"offre": "EXI", "manque": "MAN", "attente": "ATT"}
ROLES = Roles("jeune", "professionnel", "EXI", "MAN", "ATT")
SEUIL = 3


@pytest.fixture(scope="module")
def grille():
    codes = tuple(Code(nom, nom.lower(), "") for nom in ("BUS", "TOIT", "FETE"))
    natures = tuple(Code(c, c.lower(), "") for c in NATURES.values())
    return Grille("g", "1", (Famille("F", "f", codes[:2]), Famille("G", "g", codes[2:])), natures)


@pytest.fixture(scope="module")
def matiere(grille):
    """Deux villes, deux profils, dix personnes chacun ; propos tirés d'une graine."""
    alea = random.Random(7)
    entretiens, codages = [], []
    for ville, profil, i in itertools.product(
        ("Alpha", "Bêta"), (ROLES.demande, ROLES.offre), range(10)
    ):
        source = f"{ville}-{profil}-{i}"
        entretiens.append((source, ville, profil))
        for rang, (code, nature) in enumerate(
            itertools.product(("BUS", "TOIT", "FETE"), NATURES.values())
        ):
            if alea.random() < (0.15 if code == "FETE" else 0.5):
                codages += [(source, rang * 10, rang * 10 + 5, c) for c in (code, nature)]
    return (
        pd.DataFrame(entretiens, columns=["source_id", "territoire", "profil"]),
        pd.DataFrame(codages, columns=["source_id", "debut", "fin", "code"]),
    )


@pytest.fixture(scope="module")
def donnees(grille, matiere):
    villes = ["Alpha", "Bêta"]
    propos = analyse.mesurer(*matiere, grille, ROLES, territoires=villes)
    ecarts = analyse.confronter(
        *matiere, grille, ROLES, territoires=villes, seuils=Seuils(0.15, SEUIL), tirages=200
    )
    paires = pd.DataFrame(
        [("BUS", "Alpha", "MAN", "Pas de bus.", "EXI", "Une navette.", 0.5, "x", "y")], columns=COLONNES
    )
    souci = {analyse.SEULS: "souci des seuls professionnels"}
    return Confrontation(propos, ecarts, paires, ROLES.demande, ROLES.offre, NATURES, 0.15, souci)


@pytest.fixture(scope="module")
def jeu(reglages_essai, grille, matiere, donnees, tables_essai):
    import datetime

    villes, profils = ["Alpha", "Bêta"], [ROLES.demande, ROLES.offre]
    etats = matiere[0].assign(realise=True, transcrit=True, relu=True, code=True, publie=True)
    return construire_jeu(
        reglages_essai,
        effectifs=tableaux.effectifs(*matiere, grille, territoires=villes, profils=profils),
        passages=tables_essai["passages"],
        ateliers=tables_essai["ateliers"],
        avancement=tableaux.avancement(etats, territoires=villes, objectifs=dict.fromkeys(profils, 10)),
        grille=grille,
        version=1,
        date=datetime.date(2010, 7, 1),
        confrontation=donnees,
    )


def test_un_meme_effectif_est_masque_partout_ou_nulle_part(jeu):
    codes = jeu.tables["effectifs_codes"].set_index(["code", "profil", "nature"])
    propos = jeu.tables["confrontation_propos"].query("territoire == 'ensemble' and propos != 'besoin'")
    vus = 0
    for code, profil, dit, n, masque in propos[
        ["code", "profil", "propos", "entretiens", "masque"]
    ].itertuples(index=False):
        autre = codes.loc[(code, profil, NATURES["offre" if dit == "usage" else dit])]
        assert autre["masque"] == masque
        assert masque or autre["entretiens"] == n
        vus += not masque
    assert vus


def test_un_besoin_ne_permet_pas_de_retrouver_un_petit_nombre(jeu, donnees):
    propos = jeu.tables["confrontation_propos"]
    exacts = donnees.propos.set_index(["code", "territoire", "profil", "propos"])["entretiens"]
    publies = propos.set_index(["code", "territoire", "profil", "propos"])
    besoins = 0
    for cle in publies.index:
        if cle[3] != "besoin" or publies.loc[cle, "masque"]:
            continue
        besoins += 1
        n = int(exacts[cle])
        m, a = (int(exacts[(*cle[:3], p)]) for p in ("manque", "attente"))
        vus = [not publies.loc[(*cle[:3], p), "masque"] for p in ("manque", "attente")]
        retrouves = [n - x for x, vu in zip((m, a), vus, strict=True) if vu]
        retrouves += [m + a - n] if all(vus) else []
        assert all(x == 0 or x >= SEUIL for x in retrouves)
    assert besoins


def test_aucun_effectif_masque_ne_se_retrouve_par_soustraction(jeu):
    propos = jeu.tables["confrontation_propos"]
    for _, bloc in propos.groupby(["code", "profil", "propos"]):
        villes = bloc[bloc["territoire"] != "ensemble"]
        if not bloc[bloc["territoire"] == "ensemble"]["masque"].iloc[0]:
            assert villes["masque"].sum() != 1


def test_un_ecart_n_est_publie_que_si_ses_deux_parts_le_sont(jeu):
    ecarts = jeu.tables["confrontation"]
    propos = jeu.tables["confrontation_propos"].set_index(["code", "territoire", "profil", "propos"])
    for ligne in ecarts.itertuples(index=False):
        de = propos.loc[(ligne.code, ligne.territoire, ROLES.offre, "offre")]
        du = propos.loc[(ligne.code, ligne.territoire, ROLES.demande, ligne.demande)]
        assert ligne.masque == (de["masque"] or du["masque"])
        if ligne.masque:
            assert pd.isna(ligne.ecart)
            assert pd.isna(ligne.ecart_bas)
            assert pd.isna(ligne.part_offre)
            assert pd.isna(ligne.stabilite)
        else:
            assert ligne.ecart == pytest.approx(100 * (du["part"] - de["part"]), abs=0.06)
    assert ecarts["masque"].any()
    assert not ecarts["masque"].all()


def _blocs(exacts, bases, masques):
    lignes = [
        ("T", ville, "jeune", "besoin", n, b, m)
        for ville, n, b, m in zip([*"ABCDEF", "ensemble"], exacts, bases, masques, strict=True)
    ]
    return pd.DataFrame(
        lignes, columns=["code", "territoire", "profil", "propos", "exact", "base", "masque"]
    )


def test_une_lecture_qui_ferait_retrouver_un_effectif_n_est_pas_publiee():
    """Total publié 25, cinq villes lues « présent » (5 au moins) et une « absent » : chacune vaut 5."""
    bases = [10] * 6 + [60]
    masques = [True] * 6 + [False]
    serre = _blocs([5, 5, 5, 5, 5, 0, 25], bases, masques)
    assert publie._lectures_sures(serre, 5, 0.15) == set()
    large = _blocs([7, 7, 6, 3, 2, 1, 26], bases, masques)
    assert ("T", "A") in publie._lectures_sures(large, 5, 0.15)


def test_une_base_trop_petite_n_a_pas_de_lecture():
    table = _blocs([2, 2, 2, 2, 2, 2, 12], [5] * 6 + [30], [True] * 7)
    sures = publie._lectures_sures(table, 5, 0.15)
    assert ("T", "A") not in sures
    assert ("T", "ensemble") in sures


def test_la_stabilite_ne_sort_que_pour_l_ensemble(jeu):
    ecarts = jeu.tables["confrontation"]
    assert ecarts.loc[ecarts["territoire"] != "ensemble", "stabilite"].isna().all()
    assert set(ecarts["lecture"]) <= {*analyse.LECTURES, "souci des seuls professionnels", ""}
    assert analyse.SEULS not in set(ecarts["lecture"])


def test_les_paires_n_ont_pas_de_source(jeu):
    paires = jeu.tables["verbatims_apparies"]
    assert paires[["reference", "texte_demande", "texte_offre"]].values.tolist() == [
        ["A001", "Pas de bus.", "Une navette."]
    ]
    assert not [c for c in paires.columns if "source" in c]


def test_sans_confrontation_les_tables_sont_vides_et_typees(jeu_essai):
    for nom in ("confrontation", "confrontation_propos", "verbatims_apparies", "lexique_mots"):
        assert jeu_essai.tables[nom].empty
        assert len(jeu_essai.tables[nom].columns) > 3
