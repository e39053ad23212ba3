"""La revue des mentions : décider par forme, reprendre, signer à un ou à deux."""

from dataclasses import replace

import pytest
from outils import copier, json_de, petite_etude

from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes import importer, revue
from recherche.etapes.indirects import occurrences, tranche, voisinages
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.revue import (
    A_REVOIR,
    ATTEND_SECOND,
    COMMENCEE,
    SIGNEE,
    Decisions,
    File,
    a_revoir,
    enregistrer,
    etats,
    manques,
    masque,
    mentions_retenues,
    signer,
)
from recherche.registre import lire_registre

MAJEURE, MINEURE = "LOR-J-02", "LOR-J-01"


@pytest.fixture(scope="module")
def proposee(tmp_path_factory):
    """Deux entretiens pseudonymisés par les seuls détecteurs ; se copie avant d'y toucher."""
    etude = petite_etude(tmp_path_factory.mktemp("revue") / "etude", [MAJEURE, MINEURE])
    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    pseudonymiser_etude(etude)
    return etude


@pytest.fixture
def etude(proposee, tmp_path):
    return copier(proposee, tmp_path / "etude")


def tout_decider(lue, *, masquer=True):
    choix = {g.cle: masquer for g in lue.de(File.AMBIGUE)}
    return replace(lue.decisions, masquer=choix, vue=True)


def etat_de(etude, source):
    return next(e.etat for e in etats(etude) if e.source_id == source)


def test_les_formes_sont_groupees_avec_contexte_et_detecteur(proposee):
    lue = a_revoir(proposee, MINEURE)
    karim = next(g for g in lue.groupes if g.forme == "Karim")
    assert (karim.file, karim.type) == (File.TROUVEE, "PRENOM")
    with Entrepot.ouvrir(proposee) as entrepot, entrepot.lire() as cx:
        texte = transcriptions.lire(cx, lue.version_id).texte
    for groupe in lue.groupes:
        assert groupe.detecteurs
        for o in groupe.occurrences:
            assert texte[o.debut : o.fin] == o.texte
            assert f"{o.avant}{o.texte}{o.apres}" in texte
    files = {g.file for s in (MAJEURE, MINEURE) for g in a_revoir(proposee, s).groupes}
    assert files >= {File.TROUVEE, File.AMBIGUE, File.RESIDU}


def test_une_decision_vaut_pour_toutes_sauf_exceptions(proposee):
    lue = a_revoir(proposee, MINEURE)
    groupe = next(g for g in lue.de(File.TROUVEE) if len(g.occurrences) > 1)
    places = {o.debut for o in groupe.occurrences}

    def retenues(decisions):
        return {m.debut for m in mentions_retenues(lue, decisions)} & places

    assert retenues(Decisions()) == places
    assert retenues(Decisions(masquer={groupe.cle: False})) == set()
    une = min(places)
    assert retenues(Decisions(exceptions={groupe.cle: [une]})) == places - {une}
    inverse = Decisions(masquer={groupe.cle: False}, exceptions={groupe.cle: [une]})
    assert retenues(inverse) == {une}
    typees = mentions_retenues(lue, Decisions(types={groupe.cle: "LIEU"}))
    assert {m.type.value for m in typees if m.debut in places} == {"LIEU"}


def test_une_forme_ambigue_demande_une_decision(proposee):
    lue = a_revoir(proposee, MINEURE)
    ambigues = lue.de(File.AMBIGUE)
    assert ambigues
    assert all(masque(g, Decisions()) is None for g in ambigues)
    assert manques(lue, Decisions()) == (
        f"{len(ambigues)} formes ambiguës restent à décider",
        "la file résiduelle n'est pas marquée comme lue",
    )
    assert manques(lue, tout_decider(lue)) == ()
    with pytest.raises(ErreurConfidentialite, match="n'est pas finie"):
        signer(proposee, lue, Decisions(), "R1")


def test_la_revue_se_reprend_ou_l_on_s_etait_arrete(etude):
    lue = a_revoir(etude, MAJEURE)
    assert etat_de(etude, MAJEURE) == A_REVOIR
    decisions = replace(tout_decider(lue, masquer=False), exceptions={"a": [1]})
    enregistrer(etude, lue, decisions)
    assert etat_de(etude, MAJEURE) == COMMENCEE
    assert a_revoir(etude, MAJEURE).decisions == decisions


def test_signer_masque_exactement_ce_qui_est_decide(etude):
    lue = a_revoir(etude, MAJEURE)
    assert not lue.mineur
    decisions = tout_decider(lue)
    assert signer(etude, lue, decisions, " R1 ").faits == (MAJEURE,)
    assert etat_de(etude, MAJEURE) == SIGNEE
    pseudonymiser_etude(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        signee = transcriptions.revues(cx)[lue.version_id]
        pseudo = transcriptions.pseudonymisees(cx)[MAJEURE]
        masquees = transcriptions.mentions_de(cx, pseudo.id)
    assert (signee.relecteur, signee.second_relecteur) == ("R1", None)
    attendues = [(m.debut, m.fin) for m in mentions_retenues(lue, decisions)]
    assert [(m["debut"], m["fin"]) for m in masquees] == attendues
    assert pseudo.signee
    assert a_revoir(etude, MAJEURE).signataires == ("R1",)


def test_un_mineur_demande_deux_signatures_differentes(etude):
    lue = a_revoir(etude, MINEURE)
    assert lue.mineur
    assert signer(etude, lue, tout_decider(lue), "R1").faits == ()
    assert etat_de(etude, MINEURE) == ATTEND_SECOND
    reprise = a_revoir(etude, MINEURE)
    with pytest.raises(ErreurConfidentialite, match="autre personne"):
        signer(etude, reprise, reprise.decisions, "r1")
    assert signer(etude, reprise, reprise.decisions, "R2").faits == (MINEURE,)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        signee = transcriptions.revues(cx)[lue.version_id]
    assert (signee.relecteur, signee.second_relecteur) == ("R1", "R2")
    assert etat_de(etude, MINEURE) == SIGNEE


def test_un_texte_change_depuis_ne_se_signe_pas(etude):
    lue = a_revoir(etude, MAJEURE)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("corriger") as ecriture:
        brute = transcriptions.lire(ecriture.cx, lue.version_id)
        transcriptions.ajouter_version(
            ecriture, replace(brute, tours=brute.tours[:-1]), nature="relue", cle="corrigée"
        )
    with pytest.raises(ErreurConfidentialite, match="nouvelle version"):
        signer(etude, lue, tout_decider(lue), "R1")
    with pytest.raises(ErreurConfidentialite, match="mentions proposées"):
        a_revoir(etude, MAJEURE)


def test_une_signature_sans_nom_est_refusee(proposee):
    lue = a_revoir(proposee, MAJEURE)
    with pytest.raises(ErreurConfidentialite, match="pas de signataire"):
        signer(proposee, lue, tout_decider(lue), "  ")


def test_le_voisinage_compte_les_semblables_du_registre(petite_menee):
    registre = lire_registre(petite_menee)
    voisin, *_ = voisinages(registre, petite_menee.reglages, "LOR-A-01")
    assert voisin.k == 1
    assert voisin.fonction_seule
    ages = [e.participant.age for e in registre.entretiens]
    assert len(ages) > len({tranche(age) for age in ages})
    total = [v.k for e in registre.entretiens for v in voisinages(registre, petite_menee.reglages, e.id)]
    assert max(total) >= 1


@pytest.mark.parametrize(
    ("age", "dit"),
    [
        (12, "15 ans ou moins"),
        (17, "16 à 17 ans"),
        (18, "18 à 20 ans"),
        (70, "plus de 60 ans"),
        (None, "âge inconnu"),
    ],
)
def test_les_tranches_d_age(age, dit):
    assert tranche(age) == dit


def test_une_fonction_se_retrouve_dans_le_texte():
    texte = "Je suis la coordonnatrice de CLSPD, coordonnateur du CLSPD avant."
    ((debut, fin),) = occurrences(texte, "coordonnateur du CLSPD (ville)")
    assert texte[debut:fin] == "coordonnateur du CLSPD"
    assert list(occurrences(texte, "(ville)")) == []


def test_rien_n_est_publiable_avant_signature(proposee):
    assert {e.etat for e in etats(proposee)} == {revue.A_REVOIR}
