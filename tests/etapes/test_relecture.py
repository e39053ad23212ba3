"""Relire à plusieurs : changer, défaire, ne rien écraser, faire la version relue."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from outils import petite_etude

from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot.relecture import TourRelu
from recherche.erreurs import ErreurConfidentialite, ErreurEchange
from recherche.etapes import importer, relecture, relecture_suivi, sauvegarder
from recherche.etapes.dater import reporter_temps
from recherche.etapes.relecture import Demande, ErreurConflit
from recherche.etapes.seance import seance
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription
from recherche.registre import ecrire_registre, lire_registre

ICI = "LOR-J-02"


def tour(locuteur, texte, debut=0.0):
    mots = [Mot(m, debut + i, debut + i + 0.8, 0.9) for i, m in enumerate(texte.split())]
    return Tour(locuteur, tuple(mots))


TOURS = (
    tour("ENQ", "Tu sors du travail là ?"),
    tour("ENT", "Oui et ça se sent désolé", 10),
    tour("ENQ", "Un café ?", 20),
)


def transcrite(etude, tours=TOURS, *, nature=transcriptions.AUTOMATIQUE, cle="essai"):
    provenance = Provenance("essai", "1", datetime(2010, 1, 1, tzinfo=UTC), {})
    with seance(etude, "essai") as entrepot:
        from recherche.etapes.seance import registre_reporte

        registre_reporte(etude, entrepot)
        with entrepot.ecrire("essai") as ecriture:
            texte = Transcription(ICI, tours, provenance)
            return transcriptions.ajouter_version(ecriture, texte, nature=nature, cle=cle)


@pytest.fixture
def seule(tmp_path):
    """Une étude d'un entretien, transcrit automatiquement."""
    etude = petite_etude(tmp_path / "etude", [ICI])
    transcrite(etude)
    return etude


def ecrire(etude, ouverte, rang, texte, auteur="Anne"):
    """Récrit un tour, tel que `ouverte` le montre."""
    vu = ouverte.brouillon.tours[rang]
    neuf = replace(vu, tour=Tour.depuis_texte(vu.tour.locuteur, texte))
    return changer(etude, ouverte, [vu], [neuf], auteur=auteur)


def changer(etude, ouverte, vus, neufs, *, nature="texte", auteur="Anne"):
    retires = tuple((t.id, t.rev) for t in vus)
    demande = Demande(ouverte.brouillon.id, auteur, nature, retires, tuple(neufs))
    return relecture.appliquer(etude, ICI, demande)


def textes(etude, auteur="Anne"):
    brouillon = relecture.ouvrir(etude, ICI, auteur=auteur).brouillon
    return [f"{t.tour.locuteur} {t.tour.texte}" for t in brouillon.tours]


def courante(etude):
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        version = transcriptions.courantes(cx)[ICI]
        return version, transcriptions.lire(cx, version.id)


def test_ouvrir_montre_la_version_courante_et_ne_cree_rien_deux_fois(seule):
    une, deux = (relecture.ouvrir(seule, ICI, auteur=qui) for qui in ("Anne", "Marc"))
    assert une.brouillon == deux.brouillon
    assert une.nature == "automatique"
    assert tuple(t.tour for t in une.brouillon.tours) == TOURS
    assert une.locuteurs == ("ENQ", "ENT")
    assert [e.etat for e in relecture_suivi.etats(seule)] == [relecture_suivi.A_RELIRE]


def test_un_changement_est_garde_et_compte_au_nom_de_qui_l_a_fait(seule):
    ecrire(seule, relecture.ouvrir(seule, ICI, auteur="Anne"), 1, "Oui, et ça se sent, désolé.")
    assert textes(seule)[1] == "ENT Oui, et ça se sent, désolé."
    (changement,) = relecture_suivi.historique(seule, ICI)
    assert (changement.auteur, changement.nature, changement.numero) == ("Anne", "texte", 1)
    assert changement.avant[0].tour.texte == "Oui et ça se sent désolé"
    (etat,) = relecture_suivi.etats(seule)
    assert (etat.etat, etat.part_relue) == (relecture_suivi.EN_COURS, 0.0)


def test_deux_personnes_sur_deux_tours_gardent_tout(seule):
    une, deux = (relecture.ouvrir(seule, ICI, auteur=qui) for qui in ("Anne", "Marc"))
    ecrire(seule, une, 0, "Tu sors du travail ?", "Anne")
    ecrire(seule, deux, 2, "Un café, alors ?", "Marc")
    assert textes(seule) == [
        "ENQ Tu sors du travail ?",
        "ENT Oui et ça se sent désolé",
        "ENQ Un café, alors ?",
    ]


def test_deux_personnes_sur_un_tour_le_second_est_prevenu_et_rien_n_est_ecrase(seule):
    une, deux = (relecture.ouvrir(seule, ICI, auteur=qui) for qui in ("Anne", "Marc"))
    ecrire(seule, une, 1, "Oui, désolé.", "Anne")
    with pytest.raises(ErreurConflit, match="Anne a changé ce passage") as prevenu:
        ecrire(seule, deux, 1, "Oui et ça sent.", "Marc")
    assert prevenu.value.auteur == "Anne"
    assert [t.tour.texte for t in prevenu.value.tours] == ["Oui, désolé."]
    assert textes(seule)[1] == "ENT Oui, désolé."


def test_scinder_puis_reunir_et_defaire_sans_limite(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    avant = textes(seule)
    un = ouverte.brouillon.tours[1]
    moities = [
        replace(un, tour=Tour("ENT", un.tour.mots[:1])),
        TourRelu("neuf", 0, Tour("ENT", un.tour.mots[1:])),
    ]
    scinde = changer(seule, ouverte, [un], moities, nature="scinder")
    assert textes(seule)[1:3] == ["ENT Oui", "ENT et ça se sent désolé"]
    vus = scinde.apres
    change = changer(
        seule, ouverte, vus[1:], [replace(vus[1], tour=replace(vus[1].tour, locuteur="ENQ"))],
        nature="locuteur",
    )  # fmt: skip
    apres = textes(seule)
    numeros = list(relecture.ouvrir(seule, ICI, auteur="Anne").defaisables)
    assert numeros == [scinde.numero, change.numero]
    options = {"relecture": ouverte.brouillon.id, "auteur": "Anne"}
    for numero in reversed(numeros):
        relecture.annuler(seule, ICI, numero=numero, **options)
    assert textes(seule) == avant
    assert relecture.ouvrir(seule, ICI, auteur="Anne").defaisables == ()
    for numero in numeros:
        relecture.annuler(seule, ICI, numero=numero, refaire=True, **options)
    assert textes(seule) == apres
    assert len(relecture.ouvrir(seule, ICI, auteur="Anne").defaisables) == 2


def test_on_ne_defait_pas_par_dessus_le_travail_d_un_autre(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    mien = ecrire(seule, ouverte, 1, "Oui.", "Anne")
    ecrire(seule, relecture.ouvrir(seule, ICI, auteur="Marc"), 1, "Oui, dit-il.", "Marc")
    with pytest.raises(ErreurConflit, match="Marc"):
        relecture.annuler(seule, ICI, relecture=ouverte.brouillon.id, numero=mien.numero, auteur="Anne")
    assert textes(seule)[1] == "ENT Oui, dit-il."


def test_une_page_ne_peut_envoyer_ni_nom_ni_mot_mal_forme(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    un = ouverte.brouillon.tours[1]
    mauvais = (
        Tour("Karim", un.tour.mots),
        Tour("ENT", (Mot("deux mots"),)),
        Tour("ENT", (Mot(""),)),
        Tour("ENT", (Mot("e\u0301te\u0301"),)),
        Tour("ENT", (Mot("oui", 3.0, 2.0),)),
        Tour("ENT", (Mot("oui", float("nan"), 2.0),)),
        Tour("ENT", (Mot("oui", 1.0, 2.0, 1.5),)),
    )
    for faux in mauvais:
        with pytest.raises(ErreurEchange, match="Changement refusé"):
            changer(seule, ouverte, [un], [replace(un, tour=faux)])
    for valeur in (
        {},
        {"id": "a", "rev": 0, "locuteur": "ENT", "theme": None, "relu": None, "mots": [[]]},
    ):
        with pytest.raises(ErreurEchange, match="tour mal formé"):
            relecture.tour_de_page(valeur)
    with pytest.raises(ErreurEchange, match="même identifiant"):
        changer(seule, ouverte, [un], [un, replace(un, id="t0")], nature="scinder")
    assert relecture_suivi.historique(seule, ICI) == []


def test_terminer_fait_la_version_relue_et_garde_l_automatique(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    ecrire(seule, ouverte, 2, "", "Anne")
    conclure = {"relecture": ouverte.brouillon.id, "auteur": "Anne"}
    with pytest.raises(ErreurConflit):
        relecture.terminer(seule, ICI, numero=0, **conclure)
    assert relecture.terminer(seule, ICI, numero=1, **conclure).faits == (ICI,)
    version, texte = courante(seule)
    assert (version.nature, version.auteur, version.numero) == ("relue", "Anne", 2)
    assert texte.tours == TOURS[:2]
    assert texte.provenance.outil == "relecture"
    assert [e.etat for e in relecture_suivi.etats(seule)] == [relecture_suivi.RELU]
    with pytest.raises(ErreurEchange, match="terminée"):
        ecrire(seule, ouverte, 0, "Trop tard.", "Marc")
    rouverte = relecture.ouvrir(seule, ICI, auteur="Marc").brouillon
    assert [t.relu for t in rouverte.tours] == ["Anne", "Anne"]


def test_une_relecture_annulee_au_journal_reprend_ou_elle_en_etait(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    ecrire(seule, ouverte, 0, "Tu sors ?", "Anne")
    relecture.terminer(seule, ICI, relecture=ouverte.brouillon.id, numero=1, auteur="Anne")
    sauvegarder.annuler(seule)
    reprise = relecture.ouvrir(seule, ICI, auteur="Anne")
    assert (reprise.brouillon.id, reprise.brouillon.numero) == (ouverte.brouillon.id, 1)
    assert textes(seule)[0] == "ENQ Tu sors ?"
    relecture.terminer(seule, ICI, relecture=reprise.brouillon.id, numero=1, auteur="Anne")
    assert courante(seule)[0].nature == "relue"


def test_une_version_arrivee_pendant_la_relecture_ne_disparait_pas_sans_le_dire(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    ecrire(seule, ouverte, 0, "Tu sors ?", "Anne")
    transcrite(seule, TOURS[:1], nature=transcriptions.RELUE, cle="ailleurs")
    assert relecture.ouvrir(seule, ICI, auteur="Anne").perimee
    conclure = {"relecture": ouverte.brouillon.id, "numero": 1, "auteur": "Anne"}
    with pytest.raises(ErreurEchange, match="autre version"):
        relecture.terminer(seule, ICI, **conclure)
    relecture.terminer(seule, ICI, malgre=True, **conclure)
    assert courante(seule)[1].tours[0].texte == "Tu sors ?"


def test_un_brouillon_sans_changement_suit_la_version_courante(seule):
    relecture.ouvrir(seule, ICI, auteur="Anne")
    transcrite(seule, TOURS[:1], nature=transcriptions.RELUE, cle="ailleurs")
    assert textes(seule) == ["ENQ Tu sors du travail là ?"]


def test_recommencer_abandonne_le_brouillon(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    ecrire(seule, ouverte, 0, "Tu sors ?", "Anne")
    conclure = {"relecture": ouverte.brouillon.id, "auteur": "Anne"}
    with pytest.raises(ErreurConflit):
        relecture.recommencer(seule, ICI, numero=0, **conclure)
    relecture.recommencer(seule, ICI, numero=1, **conclure)
    assert textes(seule)[0] == "ENQ Tu sors du travail là ?"


def test_suivre_donne_les_changements_des_autres_et_qui_est_la(seule):
    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    ecrire(seule, ouverte, 0, "Tu sors ?", "Anne")
    suivre = {"relecture": ouverte.brouillon.id}
    relecture_suivi.suivre(seule, ICI, depuis=0, seance="a", auteur="Anne", **suivre)
    vu = relecture_suivi.suivre(seule, ICI, depuis=0, seance="b", auteur="Marc", **suivre)
    assert (vu.numero, vu.autres, vu.close) == (1, ("Anne",), False)
    assert [c.apres[0].tour.texte for c in vu.changements] == ["Tu sors ?"]
    relecture_suivi.quitter(seule, seance="a")
    relecture.terminer(seule, ICI, numero=1, auteur="Anne", **suivre)
    vu = relecture_suivi.suivre(seule, ICI, depuis=1, seance="b", auteur="Marc", **suivre)
    assert (vu.changements, vu.autres, vu.close) == ((), (), True)


def test_une_version_relue_sans_temps_prend_ceux_de_l_automatique(seule):
    relus = (
        Tour.depuis_texte("ENQ", "Tu sors du travail ?"),
        Tour.depuis_texte("ENT", "Oui, ça se sent."),
    )
    transcrite(seule, relus, nature=transcriptions.RELUE, cle="sans temps")
    brouillon = relecture.ouvrir(seule, ICI, auteur="Anne").brouillon
    assert [(m.texte, m.debut_s) for m in brouillon.tours[1].tour.mots] == [
        ("Oui,", 10.0),
        ("ça", 12.0),
        ("se", 13.0),
        ("sent.", 14.0),
    ]


def test_reporter_les_temps_laisse_sans_temps_ce_qui_ne_repond_a_rien():
    inconnus = (Tour.depuis_texte("ENT", "Rien de commun."),)
    assert reporter_temps(inconnus, TOURS) == inconnus
    (partage,) = reporter_temps((Tour.depuis_texte("ENQ", "Tu ne sors"),), TOURS)
    assert [m.debut_s for m in partage.mots] == [0.0, 0.8, 1.0]


def test_ni_inconnue_ni_sans_texte_ni_sans_consentement(seule):
    with pytest.raises(ErreurEchange, match="pas au registre"):
        relecture.ouvrir(seule, "LOR-J-09", auteur="Anne")
    registre = lire_registre(seule)
    (entretien,) = registre.entretiens
    accord = replace(entretien.participant.consentement, enregistrement=None)
    muet = replace(entretien, participants=(replace(entretien.participant, consentement=accord),))
    ecrire_registre(
        seule.reglages, replace(registre, entretiens=(muet,)), seule.fichier_registre, remplacer=True
    )
    with pytest.raises(ErreurConfidentialite, match="LOR-J-02 n'est pas relu"):
        relecture.ouvrir(seule, ICI, auteur="Anne")


def test_on_relit_pendant_qu_une_autre_etape_travaille(seule, monkeypatch):
    monkeypatch.setenv("RECHERCHE_ATTENTE", "0")
    with seance(seule, "transcrire"):
        ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
        ecrire(seule, ouverte, 0, "Tu sors ?")
    assert textes(seule)[0] == "ENQ Tu sors ?"


def test_importer_la_meme_transcription_que_la_version_relue_ne_fait_rien(seule, tmp_path):
    from recherche.echanges.textes import exporter as mettre_en_forme
    from recherche.modele.serialisation import tours_en_json

    ouverte = relecture.ouvrir(seule, ICI, auteur="Anne")
    relecture.terminer(seule, ICI, relecture=ouverte.brouillon.id, numero=0, auteur="Anne")
    fichier = tmp_path / f"{ICI}.json"
    fichier.write_bytes(mettre_en_forme(courante(seule)[1], "json"))
    bilan = importer.importer_transcriptions(seule, [fichier])
    assert tours_en_json(courante(seule)[1].tours) == tours_en_json(TOURS)
    assert bilan.passes == (ICI,)
