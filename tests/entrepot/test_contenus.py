"""Ce que l'entrepôt range : sources, sons, versions, blocs, revues, codages, publications."""

import dataclasses
import datetime

import pytest
from entrepot.outils_entrepot import SOURCES, pseudonymisee, transcription
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, NoResultFound

from recherche.entrepot import codages, sources, suites, transcriptions
from recherche.entrepot.schema import code, source
from recherche.entrepot.sources import FichierSon
from recherche.entrepot.transcriptions import AUTOMATIQUE, RELUE
from recherche.modele.codage import Codage, Extrait, Origine
from recherche.modele.entretien import Enregistrement
from recherche.modele.transcription import Mot

DATE = datetime.datetime(2010, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)


def test_les_sources_du_registre_sont_reportees_sans_donnee_nominative(entrepot):
    with entrepot.lire() as cx:
        lignes = [tuple(ligne) for ligne in cx.execute(select(source).order_by(source.c.id))]
        assert sources.connues(cx) == {"AAA-J-01", "AAA-P-01", "BBB-A-01"}
    assert lignes == [
        ("AAA-J-01", "entretien", "AAA", "J", "2009-03-02"),
        ("AAA-P-01", "entretien", "AAA", "P", None),
        ("BBB-A-01", "atelier", "BBB", None, "2010-02-04"),
    ]


def test_synchroniser_ne_change_que_ce_qui_a_change(entrepot):
    corrigee = dataclasses.replace(SOURCES[1], date=datetime.date(2009, 5, 6))
    with entrepot.ecrire("registre") as ecriture:
        assert sources.synchroniser(ecriture, [SOURCES[0], corrigee, SOURCES[2]]) == 1


def fichier(chemin, source_id, rang=0, **reste):
    mesure = Enregistrement(chemin, "e", 12.5, 44_100, 2, -23.4, 0.125)
    return FichierSon(chemin, source_id, rang, 10, "123456789012345678", "e", mesure, **reste)


def test_les_fichiers_son_reviennent_tels_quels_et_en_ordre(entrepot):
    second, premier = fichier("b.wav", "AAA-J-01", 1), fichier("z.wav", "AAA-J-01", 0)
    illisible = FichierSon("c.pdf", None, 0, 0, "1", "e", None, "illisible", "à remplacer")
    with entrepot.ecrire("inventorier") as ecriture:
        assert all(sources.poser_fichier(ecriture, f) for f in (second, premier, illisible))
        assert not sources.poser_fichier(ecriture, premier)
    with entrepot.lire() as cx:
        lus = sources.fichiers(cx)
    assert [f for f in lus if f.source_id] == [premier, second]
    assert [f for f in lus if not f.source_id] == [illisible]
    assert [f.utilisable for f in (premier, illisible)] == [True, False]
    with entrepot.ecrire("inventorier") as ecriture:
        sources.oublier_fichier(ecriture, "c.pdf")
    with entrepot.lire() as cx:
        assert sources.fichiers(cx) == [premier, second]


def ajouter(entrepot, texte, nature=AUTOMATIQUE, source_id="AAA-J-01"):
    with entrepot.ecrire("transcrire") as ecriture:
        valeur = transcription(texte, source_id)
        return transcriptions.ajouter_version(ecriture, valeur, nature=nature, cle=f"clé {texte}")


def test_une_version_revient_mot_pour_mot_temps_et_provenance_compris(entrepot):
    ajoutee = ajouter(entrepot, "Œuvre « là » n'est-ce pas")
    with entrepot.lire() as cx:
        assert transcriptions.lire(cx, ajoutee.id) == transcription("Œuvre « là » n'est-ce pas")
        assert transcriptions.versions(cx) == [ajoutee]
    assert (ajoutee.numero, ajoutee.auteur, ajoutee.nature) == (1, "Camille", "automatique")
    assert ajoutee.empreinte == transcription("Œuvre « là » n'est-ce pas").empreinte


def test_les_versions_se_numerotent_par_source(entrepot):
    numeros = [
        ajouter(entrepot, t, source_id=s).numero
        for t, s in (("a", "AAA-J-01"), ("b", "AAA-J-01"), ("c", "AAA-P-01"))
    ]
    assert numeros == [1, 2, 1]


def test_la_version_courante_est_la_derniere_relue_sinon_la_derniere_automatique(entrepot):
    def courante():
        with entrepot.lire() as cx:
            return {s: v.id for s, v in transcriptions.courantes(cx).items()}

    assert courante() == {}
    ajouter(entrepot, "un")
    deux = ajouter(entrepot, "deux")
    assert courante() == {"AAA-J-01": deux.id}
    ajouter(entrepot, "trois", RELUE)
    quatre = ajouter(entrepot, "quatre", RELUE)
    ajouter(entrepot, "cinq")
    autre = ajouter(entrepot, "six", source_id="AAA-P-01")
    assert courante() == {"AAA-J-01": quatre.id, "AAA-P-01": autre.id}


def test_lire_une_version_absente_est_un_defaut_du_programme(entrepot):
    with entrepot.lire() as cx, pytest.raises(NoResultFound):
        transcriptions.lire(cx, 12)


def test_un_bloc_se_remplace_se_relit_et_s_efface(entrepot):
    mots = (Mot("bonjour", 0.5, 0.9, 0.875), Mot("à"), Mot("tous", 1.0, 1.2))

    def poser(indice, cle="k", valeurs=mots, source_id="AAA-J-01"):
        with entrepot.ecrire("bloc") as ecriture:
            transcriptions.poser_bloc(
                ecriture.cx, source_id=source_id, cle=cle, indice=indice,
                debut_s=0.0, fin_s=2.0, mots=valeurs,
            )  # fmt: skip

    poser(1)
    poser(0, valeurs=(Mot("avant"),))
    poser(0)
    poser(0, cle="autre réglage")
    poser(0, cle="p", source_id="AAA-P-01")
    with entrepot.lire() as cx:
        assert transcriptions.blocs(cx, "k") == {0: mots, 1: mots}
        assert transcriptions.blocs(cx, "inconnue") == {}
    with entrepot.ecrire("fini") as ecriture:
        transcriptions.effacer_blocs(ecriture.cx, "AAA-J-01")
    with entrepot.lire() as cx:
        assert [transcriptions.blocs(cx, cle) for cle in ("k", "autre réglage")] == [{}, {}]
        assert transcriptions.blocs(cx, "p") == {0: mots}


def signer(ecriture, version_id, relecteur):
    return transcriptions.ajouter_revue(
        ecriture,
        version_id=version_id,
        relecteur=relecteur,
        second_relecteur=None,
        date="2010-01-02",
        mentions=[{"debut": 0, "fin": 3, "type": "prénom"}],
    )


def test_la_derniere_revue_de_chaque_version_fait_foi(entrepot):
    une, autre = ajouter(entrepot, "un"), ajouter(entrepot, "deux")
    with entrepot.ecrire("réviser") as ecriture:
        signer(ecriture, une.id, "Alix")
        seconde = signer(ecriture, une.id, "Sacha")
        signer(ecriture, autre.id, "Alix")
    with entrepot.lire() as cx:
        revues = transcriptions.revues(cx)
    assert {v: r.relecteur for v, r in revues.items()} == {une.id: "Sacha", autre.id: "Alix"}
    assert revues[une.id].id == seconde
    assert revues[une.id].mentions == ({"debut": 0, "fin": 3, "type": "prénom"},)


def pseudonymiser(entrepot, version_id, texte, revue_id=None):
    with entrepot.ecrire("pseudonymiser") as ecriture:
        return transcriptions.ajouter_pseudonymisee(
            ecriture,
            pseudonymisee(texte),
            version_id=version_id,
            revue_id=revue_id,
            cle=texte,
            mentions=[{"debut": 0, "fin": len(texte)}],
            correspondance=[(0, 4, 0, 6)],
        )


def test_la_derniere_version_pseudonymisee_fait_foi_et_revient_telle_quelle(entrepot):
    brute = ajouter(entrepot, "Paul")
    with entrepot.ecrire("réviser") as ecriture:
        revue = signer(ecriture, brute.id, "Alix")
    premiere = pseudonymiser(entrepot, brute.id, "Marc")
    derniere = pseudonymiser(entrepot, brute.id, "Lucien", revue)
    with entrepot.lire() as cx:
        trouvees = transcriptions.pseudonymisees(cx)
        assert list(trouvees) == ["AAA-J-01"]
        assert transcriptions.pseudonymisees(cx, "AAA-P-01") == {}
        assert transcriptions.pseudonymisees(cx, "AAA-J-01") == trouvees
        assert transcriptions.lire_pseudonymisee(cx, premiere) == pseudonymisee("Marc")
        assert transcriptions.mentions_masquees(cx) == {"AAA-J-01": [{"debut": 0, "fin": 6}]}
    trouvee = trouvees["AAA-J-01"]
    assert (trouvee.id, trouvee.revue_id, trouvee.signee) == (derniere, revue, True)
    assert trouvee.correspondance == ((0, 4, 0, 6),)
    assert dataclasses.replace(trouvee, revue_id=None).signee is False


def coder(debut, fin, un_code="BUS", codeur="Alix", origine=Origine.PERSONNE):
    extrait = Extrait(debut, fin, "0" * 64)
    return Codage("AAA-J-01", extrait, un_code, codeur, origine, DATE)


@pytest.fixture
def versionnee(entrepot, grille_essai):
    """La version pseudonymisée à coder ; la grille est connue."""
    brute = ajouter(entrepot, "Paul")
    with entrepot.ecrire("grille") as ecriture:
        codages.synchroniser_grille(ecriture, grille_essai)
    return pseudonymiser(entrepot, brute.id, "Lucien")


def test_les_codages_n_ont_pas_de_double(entrepot, versionnee):
    donnes = [
        coder(0, 5),
        coder(0, 5),
        coder(0, 5, codeur="Sacha", origine=Origine.SUGGESTION),
        coder(0, 5, "LIEU"),
        coder(1, 5),
    ]
    versions = {"AAA-J-01": versionnee}
    with entrepot.ecrire("coder") as ecriture:
        assert codages.ajouter(ecriture, donnes, versions) == 4
    with entrepot.ecrire("recoder") as ecriture:
        assert codages.ajouter(ecriture, [*donnes, coder(2, 5)], versions) == 1
    with entrepot.lire() as cx:
        lus = codages.lire(cx)
        assert codages.lire(cx, version_ids=[versionnee]) == lus
        assert codages.lire(cx, version_ids=[versionnee + 1]) == []
    assert lus == [donnes[0], donnes[2], donnes[3], donnes[4], coder(2, 5)]


def test_un_code_hors_de_la_grille_est_refuse(entrepot, versionnee):
    with pytest.raises(IntegrityError), entrepot.ecrire("coder") as ecriture:
        codages.ajouter(ecriture, [coder(0, 5, "INCONNU")], {"AAA-J-01": versionnee})


def test_la_grille_se_reporte_et_se_renomme(entrepot, versionnee, grille_essai):
    famille, *autres = grille_essai.familles
    bus = dataclasses.replace(famille.codes[0], nom="Se déplacer")
    vie = dataclasses.replace(famille, codes=(bus, *famille.codes[1:]))
    with entrepot.ecrire("grille") as ecriture:
        codages.synchroniser_grille(ecriture, dataclasses.replace(grille_essai, familles=(vie, *autres)))
    with entrepot.lire() as cx:
        lus = {ligne.id: ligne.nom for ligne in cx.execute(select(code))}
    assert lus == {
        "BUS": "Se déplacer", "LIEU": "Lieux", "EMPLOI": "Emploi",
        "MANQUE": "Manque", "ATTENTE": "Attente",
    }  # fmt: skip


def test_la_derniere_publication_et_les_documents(entrepot):
    publications = [
        suites.Publication(version, f"2010-01-0{version}", "c", "e", ("AAA-J-01", "BBB-A-01"))
        for version in (1, 2)
    ]
    with entrepot.lire() as cx:
        assert suites.derniere_publication(cx) is None
    with entrepot.ecrire("publier") as ecriture:
        for valeur in publications:
            suites.ajouter_publication(ecriture, valeur)
        suites.poser_document(ecriture, chemin="guide/a.md", cle="c", empreinte="e1")
        suites.poser_document(ecriture, chemin="guide/a.md", cle="c", empreinte="e2")
        date = ecriture.date
    with entrepot.lire() as cx:
        assert suites.derniere_publication(cx) == publications[1]
        assert suites.documents(cx) == {"guide/a.md": suites.Document("guide/a.md", "c", "e2", date)}
