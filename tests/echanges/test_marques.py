"""Marques de l'oral et version éditée ; l'original ne change jamais."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recherche.echanges.marques import (
    editer,
    marquer,
    marquer_chevauchements,
    marquer_inaudibles,
    marquer_pauses,
)
from recherche.echanges.textes import exporter
from recherche.erreurs import ErreurEchange
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee

PROVENANCE = Provenance("essai", "1", datetime(2010, 1, 20, tzinfo=UTC), {"lot": 8})


def transcrire(*tours):
    """(locuteur, « mot@début-fin mot@… »)."""
    return Transcription(
        "LOR-J-02", tuple(Tour(qui, tuple(map(lire_mot, dit.split()))) for qui, dit in tours), PROVENANCE
    )


def lire_mot(ecrit):
    texte, _, temps = ecrit.partition("@")
    return Mot(texte, *map(float, temps.split("-"))) if temps else Mot(texte)


def textes(transcription):
    return [tour.texte for tour in transcription.tours]


def test_pauses_selon_les_secondes_de_silence():
    brute = transcrire(("ENT", "Un@0-1 deux@1.999-2.5 trois@3.5-4 quatre@6-7 cinq@10-11 six@20-21"))
    assert textes(marquer_pauses(brute)) == ["Un deux (.) trois (..) quatre (...) cinq (...) six"]
    assert textes(marquer_pauses(brute, seuils_s=(0.5, 2, 5))) == [
        "Un (.) deux (.) trois (..) quatre (..) cinq (...) six"
    ]
    pause = marquer_pauses(brute).tours[0].mots[2]
    assert (pause.debut_s, pause.fin_s) == (2.5, 3.5)


def test_pause_avant_de_repondre_mais_pas_pendant_que_l_autre_parle():
    brute = transcrire(("ENT", "Je@0-1 crois@5-6"), ("ENQ", "Hm@1.2-4.8"), ("ENT", "que@8.5-9"))
    assert textes(marquer_pauses(brute)) == ["Je crois", "Hm", "(..) que"]


def test_pas_de_pause_la_ou_un_mot_n_a_pas_de_temps():
    brute = transcrire(("ENT", "Un@0-1 deux trois@5-6"))
    assert textes(marquer_pauses(brute)) == ["Un deux trois"]


def test_chevauchements():
    brute = transcrire(
        ("ENT", "Je@0-1 crois@1-2 que@2-3 oui@3-4"),
        ("ENQ", "ah@1.5-2 bon@2-2.5 ?@2.5-2.55 et@4-5"),
        ("ENT", "là@5-6"),
    )
    assert textes(marquer_chevauchements(brute)) == ["Je // crois que // oui", "// ah bon // ? et", "là"]
    assert textes(marquer_chevauchements(brute, seuil_s=0.01))[1] == "// ah bon ? // et"


def test_inaudibles():
    mots = [
        ("rue", 0.1),
        ("de", 0.15),
        ("chose", 0.9),
        ("Merville", 0.05),
        ("là", 0.9),
        ("[inaudible].", 0.9),
    ]
    tour = Tour("ENT", tuple(Mot(m, 751.4 + i, 752 + i, c) for i, (m, c) in enumerate(mots)))
    brute = Transcription("LOR-J-02", (tour, Tour.depuis_texte("ENT", "Et (inaudible) ?")), PROVENANCE)
    marquee = marquer_inaudibles(brute)
    assert textes(marquee) == [
        "[inaudible 00:12:31] chose Merville là [inaudible 00:12:36]",
        "Et [inaudible] ?",
    ]
    assert (marquee.tours[0].debut_s, marquee.tours[0].mots[1].fin_s) == (751.4, 753)
    assert textes(marquer_inaudibles(brute, mots=1))[0].startswith(
        "[inaudible 00:12:31] chose [inaudible 00:12:34] là"
    )


@pytest.mark.parametrize(
    ("dit", "edite"),
    [
        ("Euh, je sais pas.", "Je sais pas."),
        ("Je euh sais euuuuh pas, hein.", "Je sais pas."),
        ("C'est ça, hein ?", "C'est ça ?"),
        ("C'est ça, hein… Ben oui.", "C'est ça… Oui."),
        ("Ben euh… oui.", "Oui."),
        ("Voilà, bon, enfin quoi.", "Voilà, bon, enfin quoi."),
        ("J'ai vu Ben hier.", "J'ai vu Ben hier."),
        ("Il dit : « Euh, ben non ».", "Il dit : « Non »."),
        ("Il a dit « euh ».", "Il a dit « euh »."),
        ("Hm hm.", "Hm hm."),
        ("Euh… ben…", "Euh… ben…"),
        ("Bah. Non, heu, non.", "Non, non."),
    ],
)
def test_version_editee(dit, edite):
    brute = Transcription("LOR-J-02", (Tour.depuis_texte("ENT", dit),), PROVENANCE)
    assert textes(editer(brute)) == [edite]
    assert textes(brute) == [dit]


@pytest.mark.parametrize(
    ("marque", "edite"),
    [
        ("(..) Euh, (.) oui.", "(..) (.) Oui."),
        ("Je // euh // sais.", "Je sais."),
        ("Je // euh sais // pas, (.) hein.", "Je // sais // pas. (.)"),
    ],
)
def test_editer_apres_avoir_marque(marque, edite):
    brute = Transcription("LOR-J-02", (Tour.depuis_texte("ENT", marque),), PROVENANCE)
    assert textes(editer(brute)) == [edite]


def test_les_mots_gardes_gardent_leur_temps():
    brute = transcrire(("ENT", "Euh@0-1 oui@1-2"))
    assert editer(brute).tours[0].mots == (Mot("Oui", 1.0, 2.0),)


def test_l_export_dit_ce_qu_est_la_version():
    brute = transcrire(("ENT", "Je@0-1 euh@1-2.9 oui@4-5"))
    assert exporter(brute, "txt", marques=True, edite=True).decode() == (
        "LOR-J-02 — transcription brute, confidentielle"
        " (inaudibles, chevauchements, pauses, sans hésitations)\n\n"
        "[00:00] ENT\u00a0: Je (.) oui\n"
    )
    assert exporter(brute, "txt", marques=True).decode().endswith("[00:00] ENT\u00a0: Je euh (.) oui\n")
    assert brute.provenance.reglages == {"lot": 8}


def test_une_pseudonymisee_le_reste():
    mots = (Mot("Oui", 0.0, 1.0), Mot("euh", 2.0, 2.1))
    marquee = marquer(editer(TranscriptionPseudonymisee("LOR-J-02", (Tour("ENT", mots),), PROVENANCE)))
    assert isinstance(marquee, TranscriptionPseudonymisee)
    assert textes(marquee) == ["Oui"]


def test_sans_temps_pas_de_marques():
    with pytest.raises(ErreurEchange, match="n'a pas le temps de ses mots") as erreur:
        exporter(transcrire(("ENT", "Oui.")), "txt", marques=True)
    assert "--automatique" in erreur.value.remede


@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 9000), st.integers(1, 3000)), min_size=1, max_size=6),
        min_size=1,
        max_size=6,
    )
)
def test_les_marques_n_otent_ni_ne_deplacent_aucun_mot(tours):
    horloges = [sorted(tour) for tour in tours]
    brute = Transcription(
        "LOR-J-02",
        tuple(
            Tour(
                f"P{rang % 3}",
                tuple(Mot(f"m{i}", d / 1000, (d + duree) / 1000) for i, (d, duree) in enumerate(tour)),
            )
            for rang, tour in enumerate(horloges)
        ),
        PROVENANCE,
    )
    marquee = marquer(brute)
    marques = {"//", "(.)", "(..)", "(...)"}
    assert [tuple(m for m in tour.mots if m.texte not in marques) for tour in marquee.tours] == [
        tour.mots for tour in brute.tours
    ]
    assert all(sum(m.texte == "//" for m in tour.mots) % 2 == 0 for tour in marquee.tours)
    assert [tour.debut_s for tour in marquee.tours] == [tour.debut_s for tour in brute.tours]
    pauses = [m for tour in marquee.tours for m in tour.mots[1:] if m.texte.startswith("(")]
    paroles = [m for tour in brute.tours for m in tour.mots]
    assert all(p.fin_s - p.debut_s >= 0.999 for p in pauses)
    assert all(m.fin_s <= p.debut_s or m.debut_s >= p.fin_s for p in pauses for m in paroles)
