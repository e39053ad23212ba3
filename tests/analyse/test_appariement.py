from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recherche.analyse.appariement import apparier
from recherche.analyse.confrontation import Roles

ROLES = Roles("jeune", "pro", "EXI", "MAN", "ATT")
COLONNES = ["source_id", "territoire", "profil", "codes", "nature", "texte"]


def _apparier(lignes, vecteurs, **options):
    table = pd.DataFrame(lignes, columns=COLONNES)
    return apparier(table, np.array(vecteurs, dtype=float), ROLES, ["BUS", "TOIT"], **options)


def test_les_plus_proches_de_la_meme_ville_et_du_meme_theme():
    lignes = [
        ("j1", "X", "jeune", "BUS", "MAN", "pas de bus"),
        ("p1", "X", "pro", "BUS", "EXI", "une navette"),
        ("p2", "X", "pro", "BUS", "EXI", "un minibus"),
        ("p3", "Y", "pro", "BUS", "EXI", "un bus à Y"),
        ("p4", "X", "pro", "TOIT", "EXI", "un foyer"),
    ]
    paires = _apparier(lignes, [[1, 0, 0], [0, 1, 0], [1, 0.1, 0], [1, 0, 0], [1, 0, 0]])
    assert paires[["code", "territoire", "texte_demande", "texte_offre"]].values.tolist() == [
        ["BUS", "X", "pas de bus", "un minibus"]
    ]


def test_un_besoin_et_une_offre_passent_avant_deux_manques_plus_proches():
    lignes = [
        ("j1", "X", "jeune", "BUS", "MAN", "a"),
        ("p1", "X", "pro", "BUS", "MAN", "b"),
        ("p2", "X", "pro", "BUS", "EXI", "c"),
        ("j2", "X", "jeune", "TOIT", "MAN", "d"),
    ]
    paires = _apparier(lignes, [[1, 0], [1, 0], [0.9, 0.2], [-1, 1]])
    assert paires["texte_offre"].tolist() == ["c"]


def test_une_personne_n_est_pas_citee_plus_que_permis():
    lignes = [
        ("j1", "X", "jeune", "BUS", "MAN", "a"),
        ("j1", "X", "jeune", "TOIT", "MAN", "b"),
        ("p1", "X", "pro", "BUS", "EXI", "c"),
        ("p2", "X", "pro", "TOIT", "EXI", "d"),
    ]
    vecteurs = [[1, 0, 0], [0, 1, 0], [1, 0.1, 0], [0, 1, 0.2]]
    assert len(_apparier(lignes, vecteurs)) == 2
    assert len(_apparier(lignes, vecteurs, par_personne=1)) == 1
    assert _apparier(lignes, vecteurs, deja=[("j1", "x"), ("j1", "y")]).empty
    reste = _apparier(lignes, vecteurs, deja=[("j1", "x"), ("j1", "a")])
    assert reste["texte_demande"].tolist() == ["a"]


def test_un_vecteur_nul_n_est_proche_de_rien():
    lignes = [("j1", "X", "jeune", "BUS", "MAN", "a"), ("p1", "X", "pro", "BUS", "EXI", "b")]
    assert _apparier(lignes, [[0, 0], [1, 0]]).empty
    with pytest.raises(ValueError, match="2 passages pour 1 vecteurs"):
        _apparier(lignes, [[0, 0]])
