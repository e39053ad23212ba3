"""Effacer une source : rien d'elle ne reste dans aucune table, sur SQLite et sur PostgreSQL."""

import pytest
from entrepot.canaris import CANARI, planter, restants
from entrepot.outils_entrepot import pseudonymisee, transcription
from sqlalchemy import func, select

from recherche.entrepot import retrait, sources, transcriptions
from recherche.entrepot.schema import METADONNEES, journal, source, version
from recherche.erreurs import ErreurConfidentialite
from recherche.modele.entretien import Entretien

SOURCE, AUTRE = "AAA-J-01", "AAA-P-01"


def test_toute_table_qui_porte_une_source_est_effacee(entrepot):
    """Les tables viennent des métadonnées : une table ajoutée demain est couverte sans rien changer."""
    attendues = {t.name for t in METADONNEES.tables.values() if "source_id" in t.c}
    assert attendues <= {t.name for t in retrait.conditions(SOURCE)}
    with entrepot.ecrire("planter") as ecriture:
        plantees = planter(ecriture, SOURCE)
    with entrepot.lire() as cx:
        assert {*plantees} <= retrait.compter(cx, SOURCE).keys()
        assert len(list(restants(cx))) > len(plantees)
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.effacer(ecriture, SOURCE)
    retrait.vider(entrepot)
    with entrepot.lire() as cx:
        assert list(restants(cx)) == []
        assert retrait.compter(cx, SOURCE) == {}
        assert sources.connues(cx) == {AUTRE, "BBB-A-01"}


def test_les_valeurs_anciennes_du_journal_partent_et_le_journal_reste(entrepot):
    with entrepot.ecrire("planter") as ecriture:
        version_ = transcriptions.ajouter_version(
            ecriture, transcription("Un propos"), nature="relue", cle="c"
        )
    with entrepot.ecrire("modifier") as ecriture:
        ecriture.modifier(version, {"id": version_.id}, {"cle": f"{CANARI} modifiée"})
        ecriture.modifier(version, {"id": version_.id}, {"cle": "encore"})
        ecriture.supprimer(version, {"id": version_.id})
    with entrepot.lire() as cx:
        avant = cx.execute(select(func.count()).select_from(journal)).scalar_one()
        assert list(restants(cx))
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.effacer(ecriture, SOURCE)
    with entrepot.lire() as cx:
        assert list(restants(cx)) == []
        assert cx.execute(select(func.count()).select_from(journal)).scalar_one() == avant


def test_les_autres_sources_ne_perdent_rien(entrepot):
    with entrepot.ecrire("deux personnes") as ecriture:
        for identifiant in (SOURCE, AUTRE):
            brute = transcription(f"Le propos de {identifiant}", identifiant)
            numero = transcriptions.ajouter_version(ecriture, brute, nature="relue", cle="c").id
            transcriptions.ajouter_pseudonymisee(
                ecriture,
                pseudonymisee("Le propos masqué", identifiant),
                version_id=numero,
                revue_id=None,
                cle="c",
                mentions=[],
                correspondance=[[0, 1, 0, 1, 0 if identifiant == SOURCE else 1, 0]],
            )
    with entrepot.lire() as cx:
        avant = retrait.lignes(cx, AUTRE)
        assert retrait.ecritures_employees(cx, SOURCE) == {(1, 0)}
        assert retrait.ecritures_propres(cx, SOURCE) == 1
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.effacer(ecriture, SOURCE)
    with entrepot.lire() as cx:
        assert retrait.lignes(cx, AUTRE) == avant
        assert retrait.lignes(cx, SOURCE) == {}


def test_un_retrait_commence_se_voit_jusqu_a_la_fin(entrepot):
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.commencer(ecriture, SOURCE, retrait.CONSENTEMENT)
    with pytest.raises(ErreurConfidentialite, match=r"retrait de AAA-J-01") as dite:
        retrait.refuser_si_en_cours(entrepot)
    assert "recherche retirer AAA-J-01 --confirmer" in dite.value.remede
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.achever(ecriture, SOURCE)
    retrait.refuser_si_en_cours(entrepot)
    with entrepot.lire() as cx, pytest.raises(ErreurConfidentialite, match="a été retirée"):
        retrait.refuser_retirees(cx, {SOURCE, AUTRE})


def test_une_source_dont_le_nom_commence_pareil_n_est_pas_touchee(entrepot):
    longue = Entretien("AAA-J-011", "AAA", None, None, (), (), profil="J")
    with entrepot.ecrire("reporter le registre") as ecriture:
        sources.synchroniser(ecriture, [longue])
        retrait.effacer(ecriture, SOURCE)
    with entrepot.lire() as cx:
        assert cx.execute(select(source.c.id).where(source.c.id == longue.id)).scalar() == longue.id
