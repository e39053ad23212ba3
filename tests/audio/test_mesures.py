import pytest

from recherche.audio.mesures import erreur_diarisation, mots_mal_attribues
from recherche.modele.transcription import TourDeParole


def tours(*triplets: tuple[float, float, str]) -> list[TourDeParole]:
    return [TourDeParole(*triplet) for triplet in triplets]


def test_erreur_de_diarisation() -> None:
    # 10 s de parole : 1 s manquée, 2 s ajoutées, 1 s donnée à l'autre.
    vrais = tours((0, 6, "A"), (6, 10, "B"))
    dits = tours((1, 7, "x"), (7, 12, "y"))
    erreur = erreur_diarisation(vrais, dits)
    assert (erreur.manquee_s, erreur.ajoutee_s, erreur.confondue_s) == pytest.approx((1, 2, 1))
    assert erreur.taux == pytest.approx(0.4)


def test_les_voix_simultanees_comptent() -> None:
    vrais = tours((0, 4, "A"), (2, 4, "B"))
    assert erreur_diarisation(vrais, tours((0, 4, "x"))).taux == pytest.approx(2 / 6)
    assert erreur_diarisation(vrais, vrais).taux == 0


def test_les_erreurs_se_cumulent() -> None:
    juste = erreur_diarisation(tours((0, 9, "A")), tours((0, 9, "x")))
    fausse = erreur_diarisation(tours((0, 1, "A")), [])
    assert (juste + fausse).taux == pytest.approx(0.1)


def test_mots_mal_attribues() -> None:
    vrais = [("ENQ", "ça"), ("ENQ", "va"), ("ENT", "oui"), ("ENT", "bien")]
    dits = [("L1", "ça"), ("L2", "va"), ("L2", "oui"), ("L2", "bien")]
    assert mots_mal_attribues(vrais, dits, [(i, i) for i in range(4)]) == (1, 4)
