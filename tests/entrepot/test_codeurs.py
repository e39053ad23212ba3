"""Huit codeurs, huit processus, un seul entretien : rien ne se perd, personne ne touche aux autres."""

import multiprocessing

from entrepot.outils_entrepot import SOURCES, pseudonymisee, transcription

from recherche.codage.grille import ecrire_grille
from recherche.entrepot import Entrepot, codages, memos, sources, transcriptions
from recherche.etapes.poste import ouvrir_poste

AILLEURS = multiprocessing.get_context("spawn")
CODEURS, CHACUN = 8, 6
SOURCE = "AAA-J-01"
MOTS = " ".join(f"mot{rang:02d}" for rang in range(40))


def coder_ensemble(etude, depart, codeur):
    """Attend les autres, puis code `CHACUN` passages, en change un, en défait un, note un mémo."""
    depart.wait(60)
    poste = ouvrir_poste(etude, SOURCE, codeur)
    debut = poste.texte.index("mot00")
    for rang in range(CHACUN):
        poste.coder(debut + 6 * rang, debut + 6 * rang + 5, ["BUS", "MANQUE"])
    poste.coder(debut, debut + 5, ["LIEU", "ATTENTE"], exactement=True)
    poste.noter(f"mémo de {codeur}", passage=(debut, debut + 5))
    poste.coder(debut, debut + 11, ["EMPLOI", "MANQUE"])
    poste.defaire()
    poste.fermer()


def test_huit_codeurs_ecrivent_a_la_fois_sans_rien_perdre(etude, grille_essai):
    ecrire_grille(grille_essai, etude.fichier_grille)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("préparer") as ecriture:
        sources.synchroniser(ecriture, SOURCES)
        version = transcriptions.ajouter_version(ecriture, transcription(MOTS), nature="relue", cle="c")
        transcriptions.ajouter_pseudonymisee(
            ecriture,
            pseudonymisee(MOTS),
            version_id=version.id,
            revue_id=None,
            cle="c",
            mentions=[],
            correspondance=[],
        )
    depart = AILLEURS.Barrier(CODEURS)
    groupe = [
        AILLEURS.Process(target=coder_ensemble, args=(etude, depart, f"C{rang}"))
        for rang in range(CODEURS)
    ]
    for processus in groupe:
        processus.start()
    for processus in groupe:
        processus.join(90)
    assert [processus.exitcode for processus in groupe] == [0] * CODEURS
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        lus = [(c.codeur, c.extrait.debut, c.code) for c in codages.lire(cx)]
        notes = {(m.codeur, m.texte) for m in memos.lire(cx)}
    debut = pseudonymisee(MOTS).texte.index("mot00")
    attendus = [
        (f"C{codeur}", debut + 6 * rang, code)
        for codeur in range(CODEURS)
        for rang in range(CHACUN)
        for code in (("LIEU", "ATTENTE") if rang == 0 else ("BUS", "MANQUE"))
    ]
    assert sorted(lus) == sorted(attendus)
    assert notes == {(f"C{codeur}", f"mémo de C{codeur}") for codeur in range(CODEURS)}
