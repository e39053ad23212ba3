"""Deux versions publiées ne diffèrent jamais d'une ou deux personnes, quoi qu'il arrive entre elles."""

from __future__ import annotations

import itertools
import random

import pytest

from recherche.publication.vagues import retenir

SEUIL = 3
SIX = [f"AAA-J-{i:02d}" for i in range(1, 7)]
NEUF = [f"AAA-J-{i:02d}" for i in range(1, 10)]


def _groupes(*sources):
    return {s: s.rsplit("-", 1)[0] for s in itertools.chain(*sources) if "-A-" not in s}


def test_sans_version_precedente_tout_est_publie():
    assert retenir(SIX[:1], _groupes(SIX), [], SEUIL) == {SIX[0]}


def test_rien_n_a_change():
    assert retenir(SIX, _groupes(SIX), [SIX], SEUIL) == set(SIX)


def test_des_nouveaux_attendent_d_etre_assez():
    assert retenir(NEUF[:7], _groupes(NEUF), [SIX], SEUIL) == set(SIX)
    a_huit = retenir(NEUF[:8], _groupes(NEUF), [SIX], SEUIL)
    assert len(a_huit) == 7  # les deux nouveaux entrent, un ancien sort : trois d'écart
    assert set(NEUF[6:8]) <= a_huit
    assert retenir(NEUF, _groupes(NEUF), [SIX], SEUIL) == set(NEUF)


def test_qui_se_retire_sort_aussitot_et_pas_seul():
    restent = SIX[1:]
    publiees = retenir(restent, _groupes(SIX), [SIX], SEUIL)
    assert SIX[0] not in publiees
    assert len(publiees) == 3
    assert publiees == retenir(list(reversed(restent)), _groupes(SIX), [SIX], SEUIL)


def test_un_groupe_n_attend_pas_l_autre():
    autres = [f"BBB-J-{i:02d}" for i in range(1, 5)]
    publiees = retenir([*SIX[1:], *autres], _groupes(SIX, autres), [[*SIX, *autres]], SEUIL)
    assert set(autres) <= publiees


def test_les_ateliers_passent_toujours():
    assert "AAA-A-01" in retenir([*SIX, "AAA-A-01"], _groupes(SIX), [SIX], SEUIL)


@pytest.mark.parametrize("graine", range(40))
def test_jamais_une_difference_de_moins_du_seuil(graine):
    """Des entrées et des retraits au hasard : dix versions, toutes comparées deux à deux."""
    hasard = random.Random(graine)
    sources = [f"{t}-J-{i:02d}" for t in ("AAA", "BBB") for i in range(1, 13)]
    vivantes, versions = set(hasard.sample(sources, 10)), []
    for _ in range(10):
        publiees = retenir(vivantes, _groupes(sources), versions, SEUIL)
        assert publiees <= vivantes
        versions.append(publiees)
        vivantes ^= set(hasard.sample(sources, hasard.randint(0, 3)))
    for avant, apres in itertools.combinations(versions, 2):
        for groupe in ("AAA", "BBB"):
            ecart = [s for s in avant ^ apres if s.startswith(groupe)]
            encore = [s for s in apres if s.startswith(groupe)]
            assert not 0 < len(ecart) < SEUIL or not encore
