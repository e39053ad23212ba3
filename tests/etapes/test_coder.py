"""Coder, changer, décoder, noter, défaire : chaque codeur chez lui, la règle vérifiée tout de suite."""

import json

import numpy as np
import pytest
from a_coder import PASSAGE, SOURCE, bornes, etude_a_coder, ranger
from outils import DEMO

from recherche.echanges.importation import lire_transcription
from recherche.entrepot import Entrepot
from recherche.erreurs import ErreurCodage, ErreurEntrepot
from recherche.etapes import coder as etapes
from recherche.etapes import codeur_web, notes_de_codage
from recherche.etapes.carnets import codages, transcription
from recherche.etapes.poste import poste as ouvrir
from recherche.etapes.sauvegarder import lire_journal
from recherche.modele.transcription import Tour

MANQUE = ("EMP-RECH", "NAT-MANQUE")


@pytest.fixture
def etude(tmp_path, monkeypatch):
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    return etude_a_coder(tmp_path / "etude")


@pytest.fixture
def poste(etude):
    with ouvrir(etude, SOURCE, "AB") as ouvert:
        yield ouvert


def poses(etude, codeur="AB"):
    table = codages(etude, tous=True)
    return sorted(table.loc[table["codeur"] == codeur, "code"])


def test_coder_par_nom_ou_numero_puis_changer_puis_decoder(etude):
    debut, fin = bornes(etude)
    passage = etapes.coder(etude, SOURCE, debut, fin, ["6", "manque ou critique"], "AB")
    assert (passage.codes, passage.texte) == (MANQUE, PASSAGE)
    etapes.coder(etude, SOURCE, debut, fin, ["LOGEMENT"], "AB")
    assert poses(etude) == ["EMP-RECH", "LOGEMENT", "NAT-MANQUE"]
    etapes.changer(etude, SOURCE, debut, fin, ["LOGEMENT", "NAT-ATTENTE"], "AB")
    assert poses(etude) == ["LOGEMENT", "NAT-ATTENTE"]
    assert etapes.decoder(etude, SOURCE, debut, fin, "AB") is None
    assert poses(etude) == []
    actions = [lot.action for lot in lire_journal(etude)][:4]
    assert actions == [f"décoder {SOURCE}", *[f"coder {SOURCE}"] * 3]
    assert {lot.auteur for lot in lire_journal(etude)[:4]} == {"AB"}


def test_la_regle_de_la_nature_est_verifiee_avant_d_ecrire(etude, poste):
    debut, fin = bornes(etude)
    with pytest.raises(ErreurCodage, match="Il manque la nature du propos"):
        poste.coder(debut, fin, ["EMP-RECH"])
    assert poste.passages() == []
    poste.coder(debut, fin, MANQUE)
    with pytest.raises(ErreurCodage, match="deux natures du propos"):
        poste.coder(debut, fin, ["NAT-ATTENTE"])
    with pytest.raises(ErreurCodage, match="Il manque la nature du propos"):
        poste.decoder(debut, fin, ["NAT-MANQUE"])
    assert [p.codes for p in poste.passages()] == [MANQUE]
    poste.coder(debut, fin, ["LOGEMENT"])
    assert poste.decoder(debut, fin, ["LOGEMENT"]).codes == MANQUE


def test_chaque_codeur_est_chez_lui(etude):
    debut, fin = bornes(etude)
    etapes.coder(etude, SOURCE, debut, fin, MANQUE, "AB")
    etapes.coder(etude, SOURCE, debut, fin, ["LOGEMENT", "NAT-ATTENTE"], "CD")
    with ouvrir(etude, SOURCE, "CD") as autre:
        assert [p.codes for p in autre.passages()] == [("LOGEMENT", "NAT-ATTENTE")]
        assert [p.codeur for p in autre.passages(tous=True)] == ["AB", "CD"]
        autre.decoder(debut, fin)
        with pytest.raises(ErreurCodage, match="CD n'a rien codé"):
            autre.decoder(debut, fin)
    assert poses(etude) == list(MANQUE)


def test_defaire_remonte_dans_son_propre_travail(etude, poste):
    debut, fin = bornes(etude)
    poste.coder(debut, fin, MANQUE)
    poste.noter("À reprendre", passage=(debut, fin))
    etapes.coder(etude, SOURCE, debut, fin, ["LOGEMENT", "NAT-ATTENTE"], "CD")
    poste.coder(debut, fin, ["LOGEMENT", "NAT-ATTENTE"], exactement=True)
    assert poste.defaire() == f"coder {SOURCE}"
    assert [p.codes for p in poste.passages()] == [MANQUE]
    assert poste.defaire() == f"noter {SOURCE}"
    assert poste.memos() == []
    poste.coder(debut, fin, ["LOGEMENT"])
    assert poste.defaire() == f"coder {SOURCE}"
    assert poste.defaire() == f"coder {SOURCE}"
    assert poste.passages() == []
    with pytest.raises(ErreurCodage, match="AB n'a plus rien à défaire"):
        poste.defaire()
    assert poses(etude, "CD") == ["LOGEMENT", "NAT-ATTENTE"]


def test_changer_les_bornes_emporte_le_memo_et_le_code_propose(etude, poste):
    debut, fin = bornes(etude)
    poste.coder(debut, fin, MANQUE)
    poste.noter("Belle image", passage=(debut, fin))
    poste.proposer(debut, fin, "la boîte à chaussures")
    assert poste.deplacer(debut, fin, (debut, fin - 1)).texte == PASSAGE[:-1]
    assert [p.extrait.fin for p in poste.passages()] == [fin - 1]
    assert [m.extrait.fin for m in poste.memos()] == [fin - 1]
    assert [p.extrait.fin for p in poste.proposes()] == [fin - 1]
    poste.defaire()
    assert [m.extrait.fin for m in poste.memos()] == [fin]


def test_memos_sur_passage_code_et_entretien(etude, poste):
    debut, fin = bornes(etude)
    poste.noter("Premier", passage=(debut, fin))
    poste.noter("Second", passage=(debut, fin))
    poste.noter("Un code trop large", code="EMP-RECH")
    poste.noter("Il revient de la criée")
    etapes.noter(etude, SOURCE, "Autre avis", "CD")
    table = notes_de_codage.memos(etude)
    siens = table[table["codeur"] == "AB"]
    assert list(siens[["objet", "texte", "extrait"]].itertuples(index=False, name=None)) == [
        ("passage", "Second", PASSAGE),
        ("code", "Un code trop large", ""),
        ("entretien", "Il revient de la criée", ""),
    ]
    poste.noter("", passage=(debut, fin))
    assert [m.objet.value for m in poste.memos()] == ["code", "entretien"]
    assert len(poste.memos(tous=True)) == 3


def test_un_code_in_vivo_nait_de_la_selection_puis_la_grille_le_reprend(etude, poste):
    debut, fin = bornes(etude, "boîte à chaussures")
    assert poste.proposer(debut, fin).nom == "boîte à chaussures"
    poste.proposer(debut, fin)
    assert len(poste.proposes()) == 1
    assert etapes.retenir(etude, "boîte à chaussures", "EMP-RECH", "CD") == 1
    proposes = notes_de_codage.codes_proposes(etude)
    assert list(proposes[["nom", "code", "texte"]].iloc[0]) == [
        "boîte à chaussures",
        "EMP-RECH",
        "boîte à chaussures",
    ]
    with pytest.raises(ErreurCodage, match="Aucun code proposé"):
        etapes.retenir(etude, "rien", "EMP-RECH", "CD")
    with pytest.raises(ErreurCodage, match="trop long"):
        poste.proposer(0, 200)


def test_un_texte_revu_entre_temps_refuse_le_geste_et_garde_tout(etude, poste):
    debut, fin = bornes(etude)
    poste.coder(debut, fin, MANQUE)
    texte = lire_transcription(DEMO / "transcriptions" / f"{SOURCE}.json")
    neuf = type(texte)(SOURCE, (Tour.depuis_texte("ENQ", "Bonjour."), *texte.tours), texte.provenance)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("revoir") as ecriture:
        ranger(ecriture, neuf)
    with pytest.raises(ErreurCodage, match=f"Le texte de {SOURCE} a été revu"):
        poste.coder(debut, fin, ["LOGEMENT"])
    assert [p.codes for p in poste.passages()] == [MANQUE]


def test_les_memos_et_codes_proposes_suivent_une_nouvelle_version(etude, poste):
    from recherche.codage.report import reporter
    from recherche.entrepot import memos

    debut, fin = bornes(etude)
    poste.noter("Belle image", passage=(debut, fin))
    poste.proposer(debut, fin, "la boîte")
    ancien = poste.extrait(debut, fin)
    neuf = f"Bonjour.\n{poste.texte}"
    (report,) = reporter(poste.texte, neuf, [ancien])
    texte = lire_transcription(DEMO / "transcriptions" / f"{SOURCE}.json")
    suite = type(texte)(SOURCE, (Tour.depuis_texte("ENQ", "Bonjour."), *texte.tours), texte.provenance)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("revoir") as ecriture:
        assert memos.extraits(ecriture.cx, poste.version_id) == {ancien}
        numero = ranger(ecriture, suite)
        assert memos.reprendre(ecriture, poste.version_id, numero, {ancien: report.nouveau}) == 2
    with ouvrir(etude, SOURCE, "AB") as rouvert:
        assert [m.extrait for m in rouvert.memos()] == [report.nouveau]
        assert [p.extrait for p in rouvert.proposes()] == [report.nouveau]
        assert rouvert.texte[report.nouveau.debut : report.nouveau.fin] == PASSAGE


def test_les_bornes_d_une_table_se_rangent_comme_les_autres(etude, poste):
    debut, fin = (np.int64(borne) for borne in bornes(etude))
    poste.coder(debut, fin, MANQUE)
    poste.noter("Belle image", passage=(debut, fin))
    assert [(p.texte, p.codes) for p in poste.passages()] == [(PASSAGE, MANQUE)]
    assert [type(m.extrait.debut) for m in poste.memos()] == [int]


@pytest.mark.parametrize(
    ("faute", "dit"),
    [
        (lambda e: etapes.coder(e, SOURCE, 0, 10**6, MANQUE, "AB"), "sort du texte"),
        (lambda e: etapes.coder(e, SOURCE, 0, 5, MANQUE, "  "), "ne peut pas désigner un codeur"),
        (lambda e: etapes.coder(e, SOURCE, 0, 5, ["EMP-REC"], "AB"), "Vouliez-vous dire EMP-RECH"),
        (lambda e: etapes.decoder(e, SOURCE, 0, 5, "AB"), "AB n'a rien codé"),
        (lambda e: etapes.coder(e, "LOR-J-09", 0, 5, MANQUE, "AB"), "n'a pas de transcription"),
    ],
)
def test_les_fautes_sont_dites_en_clair(etude, faute, dit):
    with pytest.raises((ErreurCodage, ErreurEntrepot), match=dit):
        faute(etude)
    assert poses(etude) == []


# --- ce que demande le navigateur ---------------------------------------------------------------------


def test_une_selection_du_navigateur_est_ajustee_aux_mots(etude, poste):
    debut, fin = bornes(etude)
    commande = {"action": "poser", "numero": 1, "debut": debut + 2, "fin": fin - 3, "codes": MANQUE}
    reponse = codeur_web.appliquer(poste, commande)
    assert (reponse["ok"], poste.texte[reponse["debut"] : reponse["fin"]]) == (True, PASSAGE[:-1])
    vers = [debut, fin]
    reponse = codeur_web.appliquer(
        poste, {"action": "deplacer", "debut": debut, "fin": fin - 1, "vers": vers}
    )
    assert (reponse["debut"], reponse["fin"]) == (debut, fin)
    refus = codeur_web.appliquer(
        poste, {"action": "poser", "debut": debut, "fin": fin, "codes": ["EMP-RECH"]}
    )
    assert (refus["ok"], refus["message"]) == (False, "Il manque la nature du propos à ce passage.")
    assert codeur_web.appliquer(poste, {"action": "autre"})["message"] == "Geste inconnu : « autre »."


def test_en_aveugle_rien_des_autres_n_est_envoye(etude, poste):
    debut, fin = bornes(etude)
    etapes.coder(etude, SOURCE, debut, fin, ["LOGEMENT", "NAT-ATTENTE"], "Zoé 9")
    etapes.noter(etude, SOURCE, "secret de Zoé 9", "Zoé 9")
    etapes.proposer(etude, SOURCE, debut, fin, "Zoé 9", "propre à Zoé 9")
    aveugle = [
        codeur_web.etat(poste, aveugle=True),
        codeur_web.donnees(poste, aveugle=True, hauteur=600),
    ]
    assert "Zoé 9" not in json.dumps(aveugle, ensure_ascii=False)
    visible = codeur_web.etat(poste, aveugle=False)
    assert [p["codeur"] for p in visible["passages"]] == ["Zoé 9"]
    assert [p["mien"] for p in visible["passages"]] == [False]
    assert codeur_web.donnees(poste, aveugle=False, hauteur=600)["codeurs"] == ["AB", "Zoé 9"]


def test_les_positions_du_navigateur_refont_le_texte(etude, poste):
    lues = codeur_web.donnees(poste, aveugle=True, hauteur=600)
    texte = transcription(etude, SOURCE).texte
    for tour in lues["tours"]:
        assert texte[tour["debut"] : tour["debut"] + len(tour["texte"])] == tour["texte"]
    numeros = [c["numero"] for f in lues["familles"] for c in f["codes"]]
    numeros += [c["numero"] for c in lues["natures"]]
    assert numeros == list(range(1, len(numeros) + 1))
