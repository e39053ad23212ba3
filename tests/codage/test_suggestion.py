"""Phrases, classifieurs, bornes et verdicts des suggestions, sur de petits corpus fabriqués."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from recherche.codage import suggestion_mesures as mesures
from recherche.codage.suggestion_fenetres import Phrase, etiquettes, passages, phrases, voisinages
from recherche.codage.suggestion_modele import Calibrage, Matiere, calibrer, hors_echantillon, logits
from recherche.codage.suggestion_verdicts import (
    Compte,
    Verdict,
    borne_basse,
    chances,
    choisir_seuil,
    compter,
    couverture,
    juger,
    nombre_minimal,
    seuil_f1,
)
from recherche.modele.codage import Codage, Extrait, Origine
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, TranscriptionPseudonymisee

JOUR = datetime(2010, 1, 1, tzinfo=UTC)
BUS = ("Le bus du soir ne passe plus.", "On attend le bus sous la pluie.", "Le bus est trop cher.")
AUTRE = ("La salle ferme tôt.", "On joue au foot entre nous.", "Ma mère travaille la nuit.")


def texte(*tours: tuple[str, str], source: str = "AAA-J-01") -> TranscriptionPseudonymisee:
    dits = tuple(Tour.depuis_texte(locuteur, dit) for locuteur, dit in tours)
    return TranscriptionPseudonymisee(source, dits, Provenance("test", "1", JOUR))


def corpus(entretiens: int) -> tuple[list[Phrase], np.ndarray]:
    """Six phrases par entretien, trois parlent du bus : un code qu'un mot suffit à reconnaître."""
    liste, vraies = [], []
    for i in range(entretiens):
        for tour, dite in enumerate([*BUS, *AUTRE]):
            liste.append(Phrase(f"AAA-J-{i:02d}", tour, 100 * tour, 100 * tour + len(dite), dite))
            vraies.append([dite in BUS])
    return liste, np.array(vraies)


def test_les_phrases_sont_celles_de_la_personne_entendue() -> None:
    lue = texte(("ENQ", "Et le bus ? Dites."), ("ENT", "Il ne passe plus. On rentre à pied !"))
    assert [p.texte for p in phrases(lue)] == ["Il ne passe plus.", "On rentre à pied !"]
    assert all(lue.texte[p.debut : p.fin] == p.texte for p in phrases(lue))


def test_une_phrase_porte_le_code_qui_en_couvre_la_moitie() -> None:
    lue = texte(("ENT", "Il ne passe plus. On rentre à pied ! Voilà."))
    debut = lue.texte.index("On rentre")
    pose = Codage(
        "AAA-J-01",
        Extrait.dans(lue.texte, debut - 4, len(lue.texte) - 7),
        "BUS",
        "A",
        Origine.PERSONNE,
        JOUR,
    )
    assert etiquettes(phrases(lue), [pose], ("BUS", "LIEU")).tolist() == [
        [False, False],
        [True, False],
        [False, False],
    ]


def test_voisinages_et_passages_ne_passent_pas_d_un_tour_a_l_autre() -> None:
    lieux = (("S", 0), ("S", 0), ("S", 2), ("T", 2))
    liste = [Phrase(source, tour, 0, 1, "x") for source, tour in lieux]
    assert [(v.start, v.stop) for v in voisinages(liste, 1)] == [(0, 2), (0, 2), (2, 3), (3, 4)]
    suites = passages(liste, np.array([True, True, True, True]))
    assert [(s.premiere, s.derniere) for s in suites] == [(0, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize(
    ("justes", "nombre", "basse"),
    # Bornes publiées : 0,05 ** (1 / n) si tout est juste ; 8 sur 10 donne 0,4931 (Clopper-Pearson).
    [(14, 14, 0.05 ** (1 / 14)), (13, 13, 0.05 ** (1 / 13)), (8, 10, 0.4931), (0, 10, 0.0), (0, 0, 0.0)],
)
def test_la_borne_basse_est_celle_de_clopper_pearson(justes: int, nombre: int, basse: float) -> None:
    assert borne_basse(justes, nombre) == pytest.approx(basse, abs=5e-5)


def test_il_faut_quatorze_justes_sur_quatorze() -> None:
    assert nombre_minimal(0.8) == 14
    assert Compte(14, 14).basse >= 0.8 > Compte(13, 13).basse
    assert Compte(10, 10).haute == 1.0


@pytest.mark.parametrize(
    ("compte", "personnes", "attendu"),
    [
        (Compte(14, 14), None, Verdict.CERTIFIE),
        (Compte(13, 13), None, Verdict.INSUFFISANT),
        (Compte(0, 0), None, Verdict.INSUFFISANT),
        (Compte(15, 20), None, Verdict.A_RELIRE),
        (Compte(5, 20), None, Verdict.NON_AUTOMATISABLE),
        (Compte(1, 8), None, Verdict.INSUFFISANT),
        # Une seconde personne ne fait pas mieux : la machine n'est pas en défaut.
        (Compte(9, 20), Compte(10, 20), Verdict.A_RELIRE),
        (Compte(9, 20), Compte(20, 20), Verdict.NON_AUTOMATISABLE),
    ],
)
def test_le_verdict(compte: Compte, personnes: Compte | None, attendu: Verdict) -> None:
    assert juger(compte, niveau=0.8, personnes=personnes) == attendu


def test_compter_et_couvrir() -> None:
    liste = [Phrase("S", tour, 0, 1, "x") for tour in (0, 0, 1, 1, 2)]
    retenues = np.array([True, True, False, True, True])
    vraies = np.array([False, True, True, False, False])
    assert compter(liste, retenues, vraies) == Compte(1, 3)
    assert couverture(liste, retenues, vraies) == Compte(1, 2)


def test_un_seuil_trop_peu_fourni_n_a_aucune_chance() -> None:
    assert chances(Compte(13, 13), 0.8, 1.0) == 0.0
    assert chances(Compte(60, 60), 0.8, 0.5) > 0.9
    assert chances(Compte(30, 60), 0.8, 0.5) < 0.01


def test_le_seuil_est_le_plus_bas_qui_a_ses_chances() -> None:
    liste = [Phrase(f"S{i}", 0, 0, 1, "x") for i in range(200)]
    scores = np.linspace(1, 0, 200)
    vraies = np.array([rang < 60 for rang in range(200)])
    seuil = choisir_seuil(liste, scores, vraies, niveau=0.8, rapport=1.0)
    assert 60 <= (scores >= seuil).sum() <= 70
    assert seuil_f1(scores, vraies) == pytest.approx(scores[59])
    assert seuil_f1(scores, np.zeros(200, dtype=bool)) == 1.0


def test_un_code_qu_un_mot_designe_est_certifie_et_le_hasard_ne_l_est_pas() -> None:
    liste, vraies = corpus(20)
    apprises = np.array([int(p.source_id[-2:]) < 12 for p in liste])
    hasard = np.random.default_rng(1).random(vraies.shape) < 0.5
    for cible, attendu in ((vraies, {Verdict.CERTIFIE}), (hasard, set(Verdict) - {Verdict.CERTIFIE})):
        lues = [p for p, a in zip(liste, apprises, strict=True) if a]
        dehors = hors_echantillon(Matiere(tuple(lues)), cible[apprises])[:, 0]
        droite = calibrer(dehors, cible[apprises, 0])
        seuil = choisir_seuil(
            lues, droite.appliquer(dehors), cible[apprises, 0], niveau=0.8, rapport=8 / 12
        )
        scores = droite.appliquer(logits(Matiere(tuple(liste)), cible, apprises)[:, 0])
        autres = [p for p, a in zip(liste, apprises, strict=True) if not a]
        compte = compter(autres, scores[~apprises] >= seuil, cible[~apprises, 0])
        assert juger(compte, niveau=0.8, personnes=None) in attendu


def test_les_logits_ne_dependent_pas_des_codes_qu_on_n_apprend_pas() -> None:
    liste, vraies = corpus(6)
    apprises = np.array([int(p.source_id[-2:]) < 4 for p in liste])
    menties = vraies.copy()
    menties[~apprises] = ~menties[~apprises]
    matiere = Matiere(tuple(liste), np.random.default_rng(0).normal(size=(len(liste), 5)))
    assert (logits(matiere, vraies, apprises) == logits(matiere, menties, apprises)).all()


def test_un_code_jamais_pose_reste_improbable() -> None:
    liste, vraies = corpus(4)
    scores = logits(Matiere(tuple(liste)), np.zeros_like(vraies), np.ones(len(liste), dtype=bool))
    assert (Calibrage().appliquer(scores) < 0.05).all()


def test_le_calibrage_rend_des_frequences() -> None:
    tirage = np.random.default_rng(0)
    scores = tirage.normal(size=4000)
    vraies = tirage.random(4000) < 1 / (1 + np.exp(-(2 * scores - 1)))
    droite = calibrer(scores, vraies)
    assert droite.pente == pytest.approx(2, abs=0.2)
    assert droite.ordonnee == pytest.approx(-1, abs=0.15)


def test_les_mesures_d_ensemble_sont_exactes() -> None:
    liste = [Phrase("S", tour, 0, 1, "x") for tour in range(4)]
    vraies = np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]], dtype=bool)
    probabilites = np.array(
        [[0.9, 0.1, 0.1, 0.0], [0.6, 0.8, 0.1, 0.0], [0.1, 0.1, 0.1, 0.0], [0.3, 0.2, 0.2, 0.1]]
    )
    lues = mesures.mesurer(liste, probabilites, vraies, np.full(4, 0.5))
    assert lues.rappel_3 == pytest.approx(2 / 3)
    assert lues.macro_f1 == pytest.approx((2 / 3 + 1 + 0) / 3)
    assert lues.precision_moyenne == pytest.approx(1.0)
    rien = mesures.mesurer(liste, probabilites, np.zeros_like(vraies), np.full(4, 0.5))
    assert rien.rappel_3 is None


def test_la_courbe_ne_va_pas_au_dela_des_entretiens_appris() -> None:
    liste, vraies = corpus(14)
    jugees = [f"AAA-J-{i:02d}" for i in range(10, 14)]
    courbe = mesures.courbe(Matiere(tuple(liste)), vraies, jugees, tailles=(5, 10, 20))
    assert list(courbe) == [5, 10]
    assert courbe[10]["precision_moyenne"] == pytest.approx(1.0)
