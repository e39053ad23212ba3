import pytest

from recherche.audio.gardes import examiner, passages
from recherche.modele.transcription import Mot
from recherche.modele.verification import Raison

TOUT = [(0.0, 1_000.0)]


def dire(texte: str, *, debut_s: float = 0.0, mot_s: float = 0.3, confiance: float = 0.9) -> list[Mot]:
    """Les mots d'un texte, l'un après l'autre."""
    return [
        Mot(mot, round(debut_s + i * mot_s, 3), round(debut_s + i * mot_s + mot_s * 0.9, 3), confiance)
        for i, mot in enumerate(texte.split())
    ]


def raisons(mots: list[Mot], parole: list[tuple[float, float]] | None = None) -> list[Raison]:
    voulue = TOUT if parole is None else parole
    bornes = [(d, min(f, (mots[-1].fin_s or 0.0) + 1)) for d, f in voulue]
    return [a.raison for a in examiner(mots, bornes, confiance_minimale=0.5)]


@pytest.mark.parametrize(
    ("texte", "attendues"),
    [
        ("Je prends le bus le matin et je rentre à pied le soir parce qu'il n'y en a plus.", []),
        ("Non non non non, c'est pas ça que je veux dire, pas du tout.", []),
        ("Alors " + "on y va " * 6 + "et puis voilà.", [Raison.BOUCLE]),
        ("merci " * 9, [Raison.BOUCLE]),
        ("Voilà. Sous-titrage Société Radio-Canada", [Raison.INVENTION]),
        ("you know that they are really going to the school", [Raison.LANGUE]),
        ("мы живём здесь уже десять лет вместе", [Raison.LANGUE]),
    ],
)
def test_ce_que_dit_le_texte(texte: str, attendues: list[Raison]) -> None:
    assert raisons(dire(texte)) == attendues


def test_vingt_fois_la_meme_longue_phrase_se_compresse_trop() -> None:
    phrase = (
        "et donc je me suis dit que ce serait bien de venir ici pour voir comment ça se passe avec eux "
    )
    assert set(raisons(dire(phrase * 5))) == {Raison.BOUCLE}
    assert raisons(dire(phrase * 2)) == []


def test_une_boucle_dans_un_seul_mot_et_un_mot_etire() -> None:
    assert raisons(dire("alors b" + "éh" * 60 + " et voilà")) == [Raison.BOUCLE]
    assert raisons(dire("il a ri hahahaha et voilà")) == []
    avant, apres = dire("Il disait"), dire("et voilà", debut_s=6)
    assert raisons([*avant, Mot("ça", 0.7, 5.9, 0.9), *apres]) == [Raison.OUBLI]


def test_un_debit_impossible() -> None:
    texte = " ".join(f"mot{i}" for i in range(24))
    assert raisons(dire(texte, mot_s=0.1)) == [Raison.DEBIT]
    assert raisons(dire(texte, mot_s=0.2)) == []


def test_une_confiance_basse_en_moyenne_seulement() -> None:
    mots = dire("Je suis arrivé ici il y a longtemps déjà.")
    un_seul = [*mots[:3], Mot("ici", mots[3].debut_s, mots[3].fin_s, 0.1), *mots[4:]]
    assert raisons(un_seul) == []
    assert raisons(dire("Je suis arrivé ici il y a longtemps déjà.", confiance=0.4)) == [
        Raison.CONFIANCE
    ]


def test_du_texte_ou_personne_ne_parle_et_de_la_parole_sans_texte() -> None:
    mots = [*dire("Bonjour à tous et merci."), *dire("Il fait très beau aujourd'hui.", debut_s=10)]
    assert raisons(mots, [(0.0, 2.0)]) == [Raison.SILENCE]
    assert raisons(mots, [(0.0, 15.0)]) == [Raison.OUBLI]
    assert raisons(mots, [(0.0, 2.0), (9.8, 12.0)]) == []


def test_un_oui_que_la_detection_de_parole_manque_n_est_pas_douteux() -> None:
    mots = [*dire("Tu viens souvent ici ?"), *dire("Oui.", debut_s=5), *dire("D'accord.", debut_s=8)]
    assert raisons(mots, [(0.0, 1.5), (7.9, 8.5)]) == []


def test_une_alerte_dit_ou_et_combien() -> None:
    texte = "un deux " + "trois " * 8 + "fin"
    silence, boucle = examiner(dire(texte), [], confiance_minimale=0.5)
    assert (silence.raison, silence.premier, silence.dernier, silence.mesure) == (
        Raison.SILENCE,
        0,
        11,
        11,
    )
    assert (boucle.raison, boucle.premier, boucle.dernier, boucle.mesure) == (Raison.BOUCLE, 2, 10, 8)
    assert (boucle.debut_s, boucle.fin_s) == (0.6, 2.97)


def test_les_passages_couvrent_tous_les_mots_une_fois() -> None:
    mots = [*dire("Une phrase assez longue finit ici. Une autre suit. "), *dire("Après", debut_s=30)]
    bornes = passages(mots)
    assert [mots[i].texte for i, _ in bornes] == ["Une", "Une", "Après"]
    assert [j for _, j in bornes] == [i for i, _ in bornes[1:]] + [len(mots)]
    assert passages([]) == []
