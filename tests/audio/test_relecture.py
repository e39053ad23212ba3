from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from recherche.audio import relecture
from recherche.audio.decodage import TAUX_HZ, Bloc, Signal
from recherche.audio.relecture import Essai, RelecteurWhisper, garder
from recherche.audio.transcription import Transcripteur
from recherche.modele.transcription import Mot
from recherche.modele.verification import EtatDoute, Issue, Raison

from .test_gardes import dire


@dataclass
class Rejoue:
    """Un relecteur qui rend des lectures préparées, et retient ce qu'on lui demande."""

    lectures: Sequence[str]
    confiance: float = 0.9
    entendue: tuple[str, float] = ("fr", 0.99)
    essais: list[Essai] = field(default_factory=list)

    def relire(self, signal: Signal, essai: Essai, *, decalage_s: float) -> tuple[Mot, ...]:
        texte = self.lectures[len(self.essais)]
        self.essais.append(essai)
        return tuple(dire(texte, debut_s=decalage_s + 0.5, confiance=self.confiance))

    def langue(self, signal: Signal) -> tuple[str, float]:
        return self.entendue


def bloc(duree_s: float = 60.0) -> Bloc:
    return Bloc(0, 0.0, np.zeros(round(duree_s * TAUX_HZ), np.float32))


def relus(texte: str, relecteur: Rejoue, *, confiance: float = 0.9):
    """Les mots d'un texte, dits sans silence, et les doutes qui en restent."""
    mots = dire(texte, confiance=confiance)
    with pytest.MonkeyPatch.context() as essai:
        parole = [(0.0, mots[-1].fin_s)]
        essai.setattr(relecture, "passages_de_parole", lambda signal, decalage_s: parole)
        return garder(bloc(), mots, relecteur, confiance_minimale=0.5, langue="fr")


def test_sans_doute_rien_n_est_relu() -> None:
    relecteur = Rejoue([])
    mots, doutes = relus("Je prends le bus tous les matins avec ma sœur.", relecteur)
    assert (mots, doutes, relecteur.essais) == (
        tuple(dire("Je prends le bus tous les matins avec ma sœur.")),
        (),
        [],
    )


def test_une_boucle_relue_est_remplacee_et_notee() -> None:
    juste = "On y va tous les deux ensemble le samedi quand il ne pleut pas trop."
    mots, doutes = relus("on y va " * 6, Rejoue([juste]))
    assert " ".join(m.texte for m in mots) == juste
    (doute,) = doutes
    assert (doute.raison, doute.issue, doute.etat) == (Raison.BOUCLE, Issue.REMPLACE, EtatDoute.REGLE)
    assert doute.texte == ("on y va " * 6).strip()


def test_ce_qui_reste_douteux_est_garde_et_marque() -> None:
    relecteur = Rejoue(["on y va " * 5, "on y va " * 5, "on y va " * 5])
    mots, (doute,) = relus("on y va " * 6, relecteur)
    assert len(mots) == 18
    assert (doute.issue, doute.etat) == (Issue.GARDE, EtatDoute.A_VERIFIER)
    assert [essai.temperature for essai in relecteur.essais] == [0.0, 0.0, 0.4]


def test_un_texte_invente_que_la_relecture_n_entend_pas_est_ote_et_marque() -> None:
    mots, doutes = relus("Sous-titrage Société Radio-Canada", Rejoue([""]))
    assert mots == ()
    assert [(d.raison, d.issue, d.etat) for d in doutes] == [
        (Raison.INVENTION, Issue.OTE, EtatDoute.A_VERIFIER)
    ]
    assert doutes[0].texte == "Sous-titrage Société Radio-Canada"


def test_une_confiance_basse_muette_a_la_relecture_n_est_jamais_otee() -> None:
    texte = "Je suis arrivé ici il y a longtemps."
    mots, (doute,) = relus(texte, Rejoue(["", "", ""]), confiance=0.3)
    assert " ".join(m.texte for m in mots) == texte
    assert (doute.raison, doute.issue) == (Raison.CONFIANCE, Issue.GARDE)


def test_une_langue_etrangere_entendue_est_dite() -> None:
    relecteur = Rejoue(["oui", "oui", "oui"], confiance=0.2, entendue=("tr", 0.95))
    _, doutes = relus("Je suis arrivé ici il y a longtemps.", relecteur, confiance=0.3)
    assert {d.raison for d in doutes} == {Raison.CONFIANCE, Raison.LANGUE}


def test_le_budget_epuise_marque_sans_relire(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relecture, "PART_MINIMALE_S", 0.0)
    monkeypatch.setattr(relecture, "BUDGET", 0.0)
    relecteur = Rejoue([])
    mots, (doute,) = relus("on y va " * 6, relecteur)
    assert (len(mots), doute.etat, relecteur.essais) == (18, EtatDoute.A_VERIFIER, [])


def test_le_vrai_moteur_relit_un_passage_et_reconnait_le_francais(
    transcripteur: Transcripteur, extrait: Signal
) -> None:
    relecteur = RelecteurWhisper(transcripteur.moteur, langue="fr", faisceau=1)
    passage = extrait[: 8 * TAUX_HZ]
    mots = relecteur.relire(passage, Essai(sans_repetition=True), decalage_s=100.0)
    assert mots == relecteur.relire(passage, Essai(sans_repetition=True), decalage_s=100.0)
    assert relecteur.relire(passage, Essai(temperature=0.4), decalage_s=100.0)
    assert all(100.0 <= (m.debut_s or 0) <= (m.fin_s or 0) <= 108.0 for m in mots)
    assert "blouson" in " ".join(m.texte for m in mots)
    assert relecteur.langue(passage)[0] == "fr"
