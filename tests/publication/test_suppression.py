"""La preuve par force brute : aucune cellule masquée ne se retrouve depuis ce qui est publié."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from recherche.publication.suppression import effacer, masquer, masquer_table, sensibles


def _avec_totaux(interieurs: np.ndarray) -> np.ndarray:
    """(..., a, b) -> (..., a + 1, b + 1) avec les marges en dernier."""
    lignes = np.concatenate([interieurs, interieurs.sum(axis=-1, keepdims=True)], axis=-1)
    return np.concatenate([lignes, lignes.sum(axis=-2, keepdims=True)], axis=-2)


def _toutes(bases: np.ndarray) -> np.ndarray:
    """Toutes les tables possibles, marges comprises : (nombre, a + 1, b + 1)."""
    plages = [range(int(b) + 1) for b in bases.ravel()]
    return _avec_totaux(np.array(list(itertools.product(*plages))).reshape(-1, *bases.shape))


def _etendues(possibles: np.ndarray, table: np.ndarray, masque: np.ndarray) -> np.ndarray:
    """Pour chaque cellule, max - min sur les tables que permettent les cellules publiées."""
    compatibles = possibles[(possibles == table)[:, ~masque].all(axis=1)]
    return compatibles.max(axis=0) - compatibles.min(axis=0)


def _prouver(bases: np.ndarray, seuil: int, tables: np.ndarray) -> int:
    """Vérifie chaque table ; rend combien ont eu besoin d'une suppression complémentaire."""
    possibles, bases_totales = _toutes(bases), _avec_totaux(bases)
    complementaires = 0
    for table in tables:
        masque = masquer(table, bases_totales, seuil)
        primaires = sensibles(table, bases_totales, seuil)
        assert masque[primaires].all()
        etendues = _etendues(possibles, table, masque)
        minimum = max(1, seuil - 2)
        assert (etendues[primaires] >= minimum).all(), (table.tolist(), masque.tolist())
        complementaires += bool((masque & ~primaires).any())
    return complementaires


@pytest.mark.parametrize(
    ("bases", "seuil"), [((4, 5), 2), ((6, 6), 3), ((10, 10), 5), ((10, 3), 3), ((12, 7), 4)]
)
def test_une_dimension_toutes_les_tables(bases, seuil):
    """Ensemble = jeunes + professionnels : toutes les valeurs possibles."""
    colonne = np.array([bases])
    interieurs = np.array(list(itertools.product(*(range(b + 1) for b in bases))))
    totales = np.append(np.array(bases), sum(bases))
    possibles = np.concatenate([interieurs, interieurs.sum(axis=1, keepdims=True)], axis=1)
    assert colonne.shape == (1, len(bases))
    complementaires = 0
    for table in possibles:
        masque = masquer(table, totales, seuil)
        primaires = sensibles(table, totales, seuil)
        etendues = _etendues(possibles, table, masque)
        assert (etendues[primaires] >= max(1, seuil - 2)).all(), table.tolist()
        complementaires += bool((masque & ~primaires).any())
    assert complementaires > 0


@pytest.mark.parametrize(
    ("bases", "seuil"), [([[4, 4], [4, 4]], 2), ([[5, 5], [5, 5]], 3), ([[5, 3], [6, 4]], 3)]
)
def test_deux_dimensions_toutes_les_tables(bases, seuil):
    """Territoire × profil avec ses marges : toutes les valeurs possibles d'un 2 × 2."""
    base = np.array(bases)
    assert _prouver(base, seuil, _toutes(base)) > 0


def test_deux_dimensions_six_cases_au_hasard():
    """Trois territoires × deux profils : 150 tables tirées avec une graine fixe."""
    base = np.full((3, 2), 5)
    tirages = np.random.default_rng(1).choice(len(_toutes(base)), size=150, replace=False)
    assert _prouver(base, 3, _toutes(base)[tirages]) > 0


def test_sans_suppression_complementaire_la_preuve_echouerait():
    """Le contrôle sait échouer : masquer la seule cellule petite la laisse retrouver."""
    table, bases = np.array([2, 6, 8]), np.array([10, 10, 20])
    interieurs = np.array(list(itertools.product(range(11), range(11))))
    possibles = np.concatenate([interieurs, interieurs.sum(axis=1, keepdims=True)], axis=1)
    assert _etendues(possibles, table, np.array([True, False, False]))[0] == 0
    assert masquer(table, bases, 3).sum() >= 2


@pytest.mark.parametrize(
    ("valeur", "base", "attendu"),
    [
        (0, 10, False),
        (1, 10, True),
        (4, 10, True),
        (5, 10, False),
        (6, 10, True),
        (9, 10, True),
        (10, 10, False),
        (0, 4, True),
        (4, 4, True),
        (30, 60, False),
        (56, 60, True),
    ],
)
def test_ce_qui_est_sensible_au_seuil_de_cinq(valeur, base, attendu):
    assert bool(sensibles(np.array([valeur]), np.array([base]), 5)[0]) is attendu


def _table(entretiens: list[int], bases: list[int]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "code": "A",
            "profil": ["ensemble", "jeune", "professionnel"],
            "entretiens": pd.Series(entretiens, dtype="Int64"),
            "base": bases,
            "part": [n / b for n, b in zip(entretiens, bases, strict=True)],
            "part_basse": 0.1,
            "part_haute": 0.9,
        }
    )


def test_une_table_longue_est_masquee_et_videe():
    table = _table([11, 2, 9], [40, 20, 20])
    masque = masquer_table(table, blocs=["code"], axes=["profil"], totaux=["ensemble"], seuil=5)
    publiee = effacer(table, masque)
    assert publiee["masque"].tolist() == [False, True, True]
    assert publiee["entretiens"].isna().tolist() == [False, True, True]
    assert publiee[["part", "part_basse", "part_haute"]].isna().all(axis=1).tolist() == [
        False,
        True,
        True,
    ]
    assert table["entretiens"].tolist() == [11, 2, 9]


def test_un_croisement_incomplet_est_un_defaut():
    with pytest.raises(ValueError, match="croisement incomplet"):
        masquer_table(
            _table([11, 2, 9], [40, 20, 20]).iloc[1:],
            blocs=["code"],
            axes=["profil"],
            totaux=["ensemble"],
            seuil=5,
        )
