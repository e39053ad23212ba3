"""Le journal : tout changement y est, rien ne s'y efface, et une action s'annule."""

import hashlib
import json

import pytest
from entrepot.outils_entrepot import SOURCES, transcription
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from recherche.entrepot import annulation, journal, sources, transcriptions
from recherche.entrepot.schema import document, journal_valeur, source
from recherche.entrepot.schema import journal as table_journal
from recherche.erreurs import ErreurEntrepot

LIGNE = {"id": "AAA-J-02", "genre": "entretien", "territoire": "AAA", "profil": "J", "date": None}
CLE = {"id": "AAA-J-02"}


def entrees(entrepot, action):
    requete = select(table_journal).where(table_journal.c.action == action).order_by(table_journal.c.id)
    with entrepot.lire() as cx:
        return [dict(ligne) for ligne in cx.execute(requete).mappings()]


def valeurs(entrepot, action):
    requete = (
        select(journal_valeur.c.avant, journal_valeur.c.apres)
        .join(table_journal)
        .where(table_journal.c.action == action)
        .order_by(table_journal.c.id)
    )
    with entrepot.lire() as cx:
        return [tuple(v and json.loads(v) for v in ligne) for ligne in cx.execute(requete)]


def contenu(entrepot, table=source):
    with entrepot.lire() as cx:
        return [dict(ligne) for ligne in cx.execute(select(table)).mappings()]


def faire(entrepot, action, *gestes):
    """Une action : chaque geste reçoit l'écriture. Rend le numéro du lot."""
    with entrepot.ecrire(action) as ecriture:
        for geste in gestes:
            geste(ecriture)
        return ecriture.lot


def annuler(entrepot, lot):
    with entrepot.ecrire("annuler") as ecriture:
        return annulation.annuler(ecriture, lot), ecriture.lot


def ajouter(ecriture):
    ecriture.inserer(source, LIGNE)


def test_un_ajout_est_note_avec_son_auteur_et_l_empreinte_de_sa_ligne(entrepot):
    lot = faire(entrepot, "ajouter", ajouter)
    (entree,) = entrees(entrepot, "ajouter")
    ligne = json.dumps(LIGNE, ensure_ascii=False, sort_keys=True)
    attendu = {
        "lot": lot,
        "auteur": "Camille",
        "genre": "ajout",
        "objet": "source",
        "cle": '{"id": "AAA-J-02"}',
        "empreinte_avant": None,
        "empreinte_apres": hashlib.sha256(ligne.encode()).hexdigest(),
        "annule": None,
    }
    assert entree | attendu == entree
    assert valeurs(entrepot, "ajouter") == []


def test_une_modification_garde_les_valeurs_d_avant_et_d_apres(entrepot):
    faire(entrepot, "ajouter", ajouter)
    faire(entrepot, "dater", lambda e: e.modifier(source, CLE, {"date": "2009-03-02"}))
    assert valeurs(entrepot, "dater") == [(LIGNE, LIGNE | {"date": "2009-03-02"})]
    assert [e["genre"] for e in entrees(entrepot, "dater")] == ["modification"]
    assert LIGNE | {"date": "2009-03-02"} in contenu(entrepot)


def test_une_modification_sans_effet_n_est_pas_notee(entrepot):
    with entrepot.ecrire("rien") as ecriture:
        assert ecriture.modifier(source, {"id": "AAA-P-01"}, {"territoire": "AAA"}) is False
        assert ecriture.poser(source, {"id": "AAA-P-01"}, {"profil": "P"}) is False
        assert sources.synchroniser(ecriture, SOURCES) == 0
    assert entrees(entrepot, "rien") == []


def test_poser_ajoute_puis_change_puis_ne_fait_rien(entrepot):
    reste = {nom: valeur for nom, valeur in LIGNE.items() if nom != "id"}
    with entrepot.ecrire("poser") as ecriture:
        assert ecriture.poser(source, CLE, reste) is True
        assert ecriture.poser(source, CLE, reste | {"profil": "P"}) is True
        assert ecriture.poser(source, CLE, reste | {"profil": "P"}) is False
    assert [e["genre"] for e in entrees(entrepot, "poser")] == ["ajout", "modification"]


def test_une_suppression_est_notee_avec_ce_qu_elle_efface(entrepot):
    faire(entrepot, "ajouter", ajouter)
    faire(entrepot, "ôter", lambda e: e.supprimer(source, CLE))
    assert valeurs(entrepot, "ôter") == [(LIGNE, None)]
    assert LIGNE not in contenu(entrepot)


@pytest.mark.parametrize(
    "geste",
    [
        lambda e: e.modifier(source, {"id": "ABSENTE"}, {"profil": "J"}),
        lambda e: e.supprimer(source, {"id": "ABSENTE"}),
    ],
)
def test_changer_une_ligne_absente_est_un_defaut_du_programme(entrepot, geste):
    with pytest.raises(KeyError, match="ABSENTE"):
        faire(entrepot, "essai", geste)


@pytest.mark.parametrize(
    "attaque",
    [
        "UPDATE journal SET auteur = 'personne'",
        "DELETE FROM journal",
        "DELETE FROM journal WHERE id = (SELECT max(id) FROM journal)",
    ],
)
def test_le_journal_ne_se_modifie_ni_ne_s_efface(entrepot, attaque):
    avant = contenu(entrepot, table_journal)
    with pytest.raises(DBAPIError, match="le journal ne se modifie pas"), entrepot.ecrire("x") as e:
        e.cx.execute(text(attaque))
    assert contenu(entrepot, table_journal) == avant


def test_le_journal_ne_se_remplace_ni_ne_se_vide_d_un_coup(entrepot):
    copie = "SELECT id, lot, date, 'personne', action, genre, objet, cle FROM journal WHERE id = 1"
    colonnes = "id, lot, date, auteur, action, genre, objet, cle"
    attaques = (
        [f"INSERT OR REPLACE INTO journal ({colonnes}) {copie}"]
        if entrepot.sqlite
        else [
            "TRUNCATE journal CASCADE",
            f"INSERT INTO journal ({colonnes}) {copie} "
            "ON CONFLICT (id) DO UPDATE SET auteur = 'personne'",
        ]
    )
    for attaque in attaques:
        with pytest.raises(DBAPIError, match="le journal ne se modifie pas"), entrepot.ecrire("x") as e:
            e.cx.execute(text(attaque))
    assert {ligne["auteur"] for ligne in contenu(entrepot, table_journal)} == {"Camille"}


def test_les_lots_du_plus_recent_au_plus_ancien(entrepot):
    faire(entrepot, "deuxième", ajouter, lambda e: e.supprimer(source, CLE))
    with entrepot.lire() as cx:
        lots = journal.lots(cx)
        assert [(lot.action, lot.changements) for lot in lots] == [
            ("deuxième", 2),
            ("reporter le registre", 3),
        ]
        assert [lot.action for lot in journal.lots(cx, limite=1)] == ["deuxième"]
    assert lots[0].auteur == "Camille"
    assert lots[0].annule is None


def test_annuler_defait_tout_un_lot_du_dernier_au_premier(entrepot):
    avant = contenu(entrepot)
    lot = faire(
        entrepot,
        "plusieurs",
        ajouter,
        lambda e: e.modifier(source, CLE, {"profil": "P"}),
        lambda e: e.modifier(source, {"id": "AAA-P-01"}, {"date": "2010-01-01"}),
        lambda e: e.supprimer(source, {"id": "BBB-A-01"}),
    )
    nombre, annulation = annuler(entrepot, lot)
    assert nombre == 4
    assert sorted(contenu(entrepot), key=lambda ligne: ligne["id"]) == sorted(
        avant, key=lambda ligne: ligne["id"]
    )
    notees = entrees(entrepot, "annuler")
    assert [e["genre"] for e in notees] == ["ajout", "modification", "modification", "suppression"]
    assert {(e["annule"], e["lot"]) for e in notees} == {(lot, annulation)}


def test_annuler_une_annulation_refait_le_lot(entrepot):
    lot = faire(entrepot, "ajouter", ajouter)
    _, annulation = annuler(entrepot, lot)
    assert LIGNE not in contenu(entrepot)
    _, retour = annuler(entrepot, annulation)
    assert LIGNE in contenu(entrepot)
    annuler(entrepot, retour)
    assert LIGNE not in contenu(entrepot)


def refuse(entrepot, lot, message):
    avant = contenu(entrepot), contenu(entrepot, table_journal)
    with pytest.raises(ErreurEntrepot, match=message) as dite:
        annuler(entrepot, lot)
    assert dite.value.remede
    assert (contenu(entrepot), contenu(entrepot, table_journal)) == avant


def test_un_lot_ne_s_annule_pas_deux_fois(entrepot):
    lot = faire(entrepot, "ajouter", ajouter)
    annuler(entrepot, lot)
    refuse(entrepot, lot, f"L'action {lot[:8]} est déjà annulée")


def test_un_lot_inconnu_ne_s_annule_pas(entrepot):
    refuse(entrepot, "f" * 32, "Aucune action ffffffff au journal")


def test_une_ligne_changee_depuis_arrete_l_annulation(entrepot):
    lot = faire(entrepot, "deux", lambda e: e.supprimer(source, {"id": "AAA-P-01"}), ajouter)
    faire(entrepot, "ensuite", lambda e: e.modifier(source, CLE, {"profil": "P"}))
    refuse(entrepot, lot, f'source {{"id": "AAA-J-02"}} a changé depuis l\'action {lot[:8]}')


def test_une_ligne_recreee_depuis_arrete_l_annulation(entrepot):
    lot = faire(entrepot, "ôter", lambda e: e.supprimer(source, {"id": "AAA-P-01"}))
    nouvelle = {"id": "AAA-P-01", "genre": "entretien", "territoire": "BBB"}
    faire(entrepot, "remettre", lambda e: e.inserer(source, nouvelle))
    refuse(entrepot, lot, "a changé depuis")


def test_ce_dont_d_autres_donnees_dependent_ne_s_annule_pas(entrepot):
    lot = faire(entrepot, "ajouter", ajouter)
    faire(
        entrepot,
        "transcrire",
        lambda e: transcriptions.ajouter_version(
            e, transcription("Bonjour", "AAA-J-02"), nature="automatique", cle="c"
        ),
    )
    refuse(entrepot, lot, "d'autres données en dépendent")


def test_ce_qu_un_retrait_a_efface_ne_s_annule_plus(entrepot):
    lot = faire(entrepot, "dater", lambda e: e.modifier(source, {"id": "AAA-P-01"}, {"date": "2010"}))
    with entrepot.ecrire("retrait") as ecriture:
        assert ecriture.cx.execute(journal_valeur.delete()).rowcount == 1
    refuse(entrepot, lot, "données effacées par un retrait de consentement")


def test_une_cle_composee_est_rendue_et_retrouvee(entrepot):
    from recherche.entrepot.schema import bloc

    champs = {"source_id": "AAA-J-01", "debut_s": 0.1, "fin_s": 0.30000000000000004, "mots": "[]"}
    with entrepot.ecrire("bloc") as ecriture:
        assert ecriture.inserer(bloc, {"cle": "k", "indice": 2, **champs}) == ("k", 2)
        lot = ecriture.lot
    annuler(entrepot, lot)
    assert contenu(entrepot, bloc) == []


def test_l_auteur_est_celui_qu_on_donne_sinon_le_compte(entrepot, monkeypatch):
    monkeypatch.delenv("RECHERCHE_AUTEUR")
    monkeypatch.setenv("LOGNAME", "sacha")
    with entrepot.ecrire("sans") as ecriture:
        assert ecriture.auteur == "sacha"
    with entrepot.ecrire("avec", auteur="Alix") as ecriture:
        assert ecriture.auteur == "Alix"


def test_un_texte_accentue_ou_hostile_revient_tel_quel(entrepot):
    chemin = 'é\'; DROP TABLE journal; -- \U0001f600 œ\n\t"%s" :x'
    champs = {"cle": "c", "empreinte": "e", "date": "2010"}
    lot = faire(entrepot, "hostile", lambda e: e.inserer(document, {"chemin": chemin, **champs}))
    assert [d["chemin"] for d in contenu(entrepot, document)] == [chemin]
    annuler(entrepot, lot)
    assert contenu(entrepot, document) == []
