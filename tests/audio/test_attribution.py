from recherche.audio.attribution import attribuer, chevauchements, nommer
from recherche.modele.transcription import Mot, Tour, TourDeParole


def mots(*triplets: tuple[str, float, float]) -> list[Mot]:
    return [Mot(*triplet) for triplet in triplets]


def lus(tours: tuple[Tour, ...]) -> list[tuple[str, str]]:
    return [(tour.locuteur, tour.texte) for tour in tours]


def test_chaque_mot_va_a_qui_on_entend() -> None:
    dits = mots(
        ("Ça", 0.0, 0.3), ("va", 0.3, 0.6), ("?", 0.6, 0.6), ("Oui,", 1.1, 1.4), ("bien.", 1.4, 1.9)
    )
    tours = attribuer(dits, [TourDeParole(0.0, 0.8, "L1"), TourDeParole(1.0, 2.0, "L2")])
    assert lus(tours) == [("L1", "Ça va ?"), ("L2", "Oui, bien.")]


def test_le_plus_grand_recouvrement_l_emporte() -> None:
    dits = mots(("Bonjour", 0.0, 1.0))
    assert lus(attribuer(dits, [TourDeParole(0, 0.4, "L1"), TourDeParole(0.4, 1.0, "L2")])) == [
        ("L2", "Bonjour")
    ]


def test_un_mot_hors_de_tout_tour_va_au_plus_proche() -> None:
    dits = mots(("Euh", 5.0, 5.2), ("voilà", 8.7, 8.9))
    tours = [TourDeParole(0, 4.5, "L1"), TourDeParole(9, 12, "L2")]
    assert lus(attribuer(dits, tours)) == [("L1", "Euh"), ("L2", "voilà")]


def test_la_ponctuation_detachee_suit_son_mot() -> None:
    dits = mots(("Là", 0.0, 0.9), ("?", 1.0, 1.2), ("Oui.", 1.3, 1.6))
    tours = attribuer(dits, [TourDeParole(0, 0.95, "L1"), TourDeParole(0.95, 2, "L2")])
    assert lus(tours) == [("L1", "Là ?"), ("L2", "Oui.")]


def test_un_changement_en_pleine_phrase_glisse_a_la_fin_de_phrase() -> None:
    dits = mots(
        ("Tu", 0, 0.3), ("viens", 0.3, 0.6), ("là ?", 0.6, 0.8), ("Oui", 1.0, 1.3), ("oui.", 1.3, 1.6)
    )
    # La diarisation change de voix un mot trop tôt.
    tours = attribuer(dits, [TourDeParole(0, 0.62, "L1"), TourDeParole(0.62, 2, "L2")])
    assert lus(tours) == [("L1", "Tu viens là ?"), ("L2", "Oui oui.")]


def test_une_interruption_en_pleine_phrase_reste() -> None:
    dits = mots(
        ("Je", 0, 0.3), ("crois", 0.3, 1.0), ("mais", 1.0, 2.0), ("non", 2.0, 3.0), ("enfin", 3.0, 4.0)
    )
    tours = attribuer(dits, [TourDeParole(0, 1, "L1"), TourDeParole(1, 4, "L2")])
    assert lus(tours) == [("L1", "Je crois"), ("L2", "mais non enfin")]


def test_sans_tour_de_parole_un_seul_locuteur() -> None:
    assert lus(attribuer(mots(("Oui.", 0, 1)), [])) == [("L1", "Oui.")]
    assert attribuer([], []) == ()


def test_aucun_mot_n_est_perdu_ni_deplace() -> None:
    dits = mots(*[(f"m{i}.", i, i + 0.8) for i in range(50)])
    parole = [TourDeParole(i, i + 2.5, f"L{i % 3}") for i in range(0, 50, 2)]
    assert [m for tour in attribuer(dits, parole) for m in tour.mots] == dits


def dialogue(*tours: tuple[str, str]) -> list[Tour]:
    return [Tour.depuis_texte(*tour) for tour in tours]


REPONSE = (
    "Alors moi je suis arrivé ici en deux mille six avec ma mère et mes deux frères, on avait rien."
)


def test_l_enqueteur_pose_les_questions() -> None:
    # C'est l'enquêté qui parle le premier.
    tours = dialogue(
        ("L1", "Bonjour."),
        ("L2", "Tu viens d'où ?"),
        ("L1", REPONSE),
        ("L2", "Et après ?"),
        ("L1", REPONSE),
    )
    assert nommer(tours, genre="entretien") == {"L2": "ENQ", "L1": "ENT"}


def test_les_mots_du_guide_et_la_brievete_suffisent_sans_point_d_interrogation() -> None:
    tours = dialogue(("L1", REPONSE), ("L2", "Parle-moi de ton quartier."), ("L1", REPONSE))
    assert nommer(tours, genre="entretien", questions=["Comment est ton quartier ?"]) == {
        "L2": "ENQ",
        "L1": "ENT",
    }


def test_un_tiers_present_a_l_entretien() -> None:
    tours = dialogue(
        ("L1", "Ça va ?"), ("L2", REPONSE), ("L3", "Je passe."), ("L1", "Et là ?"), ("L2", REPONSE)
    )
    assert nommer(tours, genre="entretien") == {"L1": "ENQ", "L2": "ENT", "L3": "P2"}


def test_un_atelier_a_un_animateur() -> None:
    tours = dialogue(
        ("L1", "On démarre. Qui parle ?"),
        ("L2", REPONSE),
        ("L3", REPONSE),
        ("L1", "Et vous, au CCAS, qu'en dites-vous ?"),
        ("L4", "Rien."),
        ("L2", "Vraiment ?"),
        ("L1", "On passe à la suite ?"),
    )
    assert nommer(tours, genre="atelier") == {"L1": "ANI", "L2": "P1", "L3": "P2", "L4": "P3"}


def test_une_seule_voix() -> None:
    assert nommer(dialogue(("L1", REPONSE)), genre="entretien") == {"L1": "ENT"}
    assert nommer([], genre="atelier") == {}


def test_un_tour_d_un_mot_est_garde() -> None:
    """« Voilà. » finit une phrase : le changement de voix ne glisse pas par-dessus lui."""
    dits = mots(
        ("on", 0.0, 0.3), ("y", 0.3, 0.4), ("va", 0.4, 0.9), ("voilà.", 1.0, 1.4), ("et", 1.5, 1.7)
    )
    tours = [
        TourDeParole(0.0, 0.95, "L1"),
        TourDeParole(0.98, 1.45, "L2"),
        TourDeParole(1.48, 3.0, "L1"),
    ]
    assert lus(attribuer(dits, tours)) == [("L1", "on y va"), ("L2", "voilà."), ("L1", "et")]


def test_hm_hm_dit_seul_est_un_tour() -> None:
    dits = mots(("Oui.", 0.0, 0.4), ("Hm", 1.0, 1.2), ("hm.", 1.2, 1.4), ("Donc", 2.0, 2.3))
    tours = [TourDeParole(0, 0.5, "L1"), TourDeParole(0.9, 1.5, "L2"), TourDeParole(1.9, 3, "L1")]
    assert lus(attribuer(dits, tours)) == [("L1", "Oui."), ("L2", "Hm hm."), ("L1", "Donc")]


def test_les_chevauchements_sont_reunis() -> None:
    tours = [
        TourDeParole(0, 5, "L1"),
        TourDeParole(4, 8, "L2"),
        TourDeParole(4.5, 4.8, "L3"),
        TourDeParole(8, 9, "L1"),
        TourDeParole(8.5, 8.7, "L2"),
    ]
    assert chevauchements(tours) == ((4, 5), (8.5, 8.7))
    assert chevauchements([]) == ()
