"""Relire autrement ce qui est douteux, garder le meilleur, et dire ce qui reste à vérifier.

Une relecture change une chose à la fois : le passage seul et sans détection de parole, puis sans droit
de répéter, puis à température non nulle. Elle n'est retenue que si elle est moins douteuse que la
première lecture ; rien n'est remplacé ni ôté sans qu'un `Doute` le dise.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from recherche.audio.decodage import TAUX_HZ, Bloc, Signal
from recherche.audio.fenetres import Intervalle
from recherche.audio.gardes import Alerte, confiance_moyenne, examiner
from recherche.audio.parole import passages_de_parole
from recherche.modele.transcription import Mot
from recherche.modele.verification import Doute, EtatDoute, Issue, Raison

MARGE_S = 0.4
BUDGET = 0.2
"""Part de la durée d'un bloc qu'on accepte de relire, toutes relectures comptées."""
PART_MINIMALE_S = 30.0
GAIN_CONFIANCE = 0.05
LANGUE_SURE = 0.7
GRAVITE = (
    Raison.BOUCLE,
    Raison.INVENTION,
    Raison.SILENCE,
    Raison.LANGUE,
    Raison.OUBLI,
    Raison.DEBIT,
    Raison.CONFIANCE,
)
ABSENCES = frozenset({Raison.SILENCE, Raison.INVENTION, Raison.BOUCLE})
"""Raisons pour lesquelles une relecture muette veut dire qu'il n'y avait rien."""


@dataclass(frozen=True, slots=True)
class Essai:
    """Les réglages d'une relecture."""

    temperature: float = 0.0
    sans_repetition: bool = False


ESSAIS = (Essai(), Essai(sans_repetition=True), Essai(temperature=0.4))


class Relecteur(Protocol):
    """Ce qui sait relire un passage."""

    def relire(self, signal: Signal, essai: Essai, *, decalage_s: float) -> tuple[Mot, ...]:
        """Les mots d'un passage, temps augmentés de `decalage_s`."""
        ...

    def langue(self, signal: Signal) -> tuple[str, float]:
        """La langue entendue (fr, en…) et sa probabilité."""
        ...


@dataclass(frozen=True, slots=True)
class _Passage:
    """Des mots [premier, dernier[ douteux pour une ou plusieurs raisons."""

    premier: int
    dernier: int
    debut_s: float
    fin_s: float
    alertes: tuple[Alerte, ...]

    @property
    def raisons(self) -> frozenset[Raison]:
        return frozenset(a.raison for a in self.alertes)

    @property
    def gravite(self) -> int:
        return min(GRAVITE.index(raison) for raison in self.raisons)


@dataclass(frozen=True, slots=True)
class _Lecture:
    """Une lecture d'un passage et ce qui y reste douteux."""

    mots: tuple[Mot, ...]
    raisons: frozenset[Raison]

    @property
    def note(self) -> tuple[int, float]:
        """Plus elle est grande, meilleure est la lecture."""
        return -len(self.raisons), confiance_moyenne(self.mots) or 0.0


def garder(
    bloc: Bloc, mots: Sequence[Mot], relecteur: Relecteur, *, confiance_minimale: float, langue: str
) -> tuple[tuple[Mot, ...], tuple[Doute, ...]]:
    """Les mots d'un bloc après relecture des passages douteux, et ce qui a été douteux.

    Temps en secondes depuis le début de l'enregistrement. Les passages les plus graves sont relus
    d'abord, dans la limite de `BUDGET` ; les autres sont marqués à vérifier tels quels.
    """
    parole = passages_de_parole(bloc.signal, decalage_s=bloc.debut_s)
    passages = _reunir(examiner(mots, parole, confiance_minimale=confiance_minimale))
    atelier = _Atelier(bloc, parole, relecteur, confiance_minimale, langue)
    reste_s = max(PART_MINIMALE_S, BUDGET * (bloc.fin_s - bloc.debut_s))
    lectures: dict[int, tuple[_Lecture, Issue]] = {}
    doutes: list[Doute] = []
    for rang in sorted(range(len(passages)), key=lambda r: (passages[r].gravite, r)):
        passage = passages[rang]
        permis = int(reste_s // (passage.fin_s - passage.debut_s + 2 * MARGE_S))
        lecture, issue, faits, autres = atelier.traiter(mots, passage, permis)
        reste_s -= faits * (passage.fin_s - passage.debut_s + 2 * MARGE_S)
        lectures[rang] = (lecture, issue)
        doutes += _doutes(mots, passage, lecture, issue, autres)
    resultat: list[Mot] = []
    suite = 0
    for rang, passage in enumerate(passages):
        resultat += mots[suite : passage.premier]
        resultat += lectures[rang][0].mots
        suite = passage.dernier
    return _ordonner((*resultat, *mots[suite:])), tuple(sorted(doutes, key=lambda d: d.debut_s))


def _reunir(alertes: Iterable[Alerte]) -> list[_Passage]:
    """Les alertes qui se chevauchent, réunies ; des passages disjoints, par rang croissant."""
    resultat: list[_Passage] = []
    for alerte in sorted(alertes, key=lambda a: (a.premier, a.dernier)):
        dernier = resultat[-1] if resultat else None
        if dernier is not None and alerte.premier < dernier.dernier:
            resultat[-1] = _Passage(
                dernier.premier,
                max(dernier.dernier, alerte.dernier),
                min(dernier.debut_s, alerte.debut_s),
                max(dernier.fin_s, alerte.fin_s),
                (*dernier.alertes, alerte),
            )
        else:
            ou = (alerte.premier, alerte.dernier, alerte.debut_s, alerte.fin_s)
            resultat.append(_Passage(*ou, (alerte,)))
    return resultat


@dataclass(frozen=True)
class _Atelier:
    """De quoi relire les passages d'un bloc."""

    bloc: Bloc
    parole: Sequence[Intervalle]
    relecteur: Relecteur
    confiance_minimale: float
    langue: str

    def traiter(
        self, mots: Sequence[Mot], passage: _Passage, permis: int
    ) -> tuple[_Lecture, Issue, int, frozenset[Raison]]:
        """La lecture retenue, ce qui en est fait, le nombre de relectures, les raisons en plus."""
        premiere = _Lecture(tuple(mots[passage.premier : passage.dernier]), passage.raisons)
        meilleure, faits = premiere, 0
        signal = self._signal(passage)
        if permis < 1:
            return premiere, Issue.GARDE, 0, frozenset()
        for essai in ESSAIS[: min(permis, len(ESSAIS))]:
            faits += 1
            lue = self._lire(passage, signal, essai)
            if not lue.mots:
                if passage.raisons & ABSENCES and passage.raisons <= ABSENCES | {Raison.CONFIANCE}:
                    return lue, Issue.OTE, faits, frozenset()
                continue
            complete = 2 * len(lue.mots) >= len(premiere.mots) or bool(passage.raisons & ABSENCES)
            if complete and _vaut_mieux(lue, meilleure):
                meilleure = lue
            if not meilleure.raisons:
                break
        autres = self._langues(signal) if meilleure.raisons & {Raison.CONFIANCE} else frozenset()
        issue = Issue.GARDE if meilleure is premiere else Issue.REMPLACE
        return meilleure, issue, faits, autres

    def _lire(self, passage: _Passage, signal: Signal, essai: Essai) -> _Lecture:
        debut_s = max(self.bloc.debut_s, passage.debut_s - MARGE_S)
        lus = self.relecteur.relire(signal, essai, decalage_s=debut_s)
        dedans = tuple(mot for mot in lus if passage.debut_s <= _milieu(mot) <= passage.fin_s)
        proches = [(d, f) for d, f in self.parole if f > passage.debut_s and d < passage.fin_s]
        bornes = [(max(d, passage.debut_s), min(f, passage.fin_s)) for d, f in proches]
        alertes = examiner(dedans, bornes, confiance_minimale=self.confiance_minimale)
        return _Lecture(dedans, frozenset(a.raison for a in alertes))

    def _langues(self, signal: Signal) -> frozenset[Raison]:
        langue, sur = self.relecteur.langue(signal)
        etrangere = langue != self.langue and sur >= LANGUE_SURE
        return frozenset({Raison.LANGUE}) if etrangere else frozenset()

    def _signal(self, passage: _Passage) -> Signal:
        debut = max(0, round((passage.debut_s - MARGE_S - self.bloc.debut_s) * TAUX_HZ))
        return self.bloc.signal[debut : round((passage.fin_s + MARGE_S - self.bloc.debut_s) * TAUX_HZ)]


def _vaut_mieux(lue: _Lecture, tenue: _Lecture) -> bool:
    """Moins de raisons de douter, ou autant mais nettement plus de confiance."""
    if len(lue.raisons) != len(tenue.raisons):
        return len(lue.raisons) < len(tenue.raisons)
    return lue.note[1] > tenue.note[1] + GAIN_CONFIANCE


def _doutes(
    mots: Sequence[Mot],
    passage: _Passage,
    lecture: _Lecture,
    issue: Issue,
    autres: frozenset[Raison],
) -> list[Doute]:
    """Un doute par raison ; réglé si la lecture retenue n'a plus rien de douteux."""
    regle = issue is Issue.REMPLACE and not lecture.raisons
    etat = EtatDoute.REGLE if regle else EtatDoute.A_VERIFIER
    mesures: dict[Raison, float | None] = {a.raison: a.mesure for a in passage.alertes}
    mesures |= dict.fromkeys(autres - passage.raisons)
    texte = " ".join(mot.texte for mot in mots[passage.premier : passage.dernier])
    bornes = (round(float(passage.debut_s), 3), round(float(passage.fin_s), 3))
    return [Doute(*bornes, raison, mesure, texte, issue, etat) for raison, mesure in mesures.items()]


def _ordonner(mots: Iterable[Mot]) -> tuple[Mot, ...]:
    """Les mots d'une relecture bornés à leur passage peuvent empiéter de peu : par début croissant."""
    return tuple(sorted(mots, key=lambda mot: (mot.debut_s or 0.0, mot.fin_s or 0.0)))


def _milieu(mot: Mot) -> float:
    debut_s = mot.debut_s or 0.0
    return (debut_s + (debut_s if mot.fin_s is None else mot.fin_s)) / 2


class RelecteurWhisper:
    """Relit par le modèle déjà chargé, sans lots ni détection de parole."""

    def __init__(self, moteur: Any, *, langue: str, faisceau: int) -> None:  # noqa: ANN401
        self._moteur = moteur
        self._langue = langue
        self._faisceau = faisceau

    def relire(self, signal: Signal, essai: Essai, *, decalage_s: float) -> tuple[Mot, ...]:
        """Les mots d'un passage ; tirés au sort si la température n'est pas nulle."""
        from recherche.audio.transcription import mots_de

        segments, _ = self._moteur.transcribe(
            signal,
            language=self._langue,
            beam_size=self._faisceau,
            best_of=self._faisceau,
            temperature=essai.temperature,
            no_repeat_ngram_size=4 if essai.sans_repetition else 0,
            repetition_penalty=1.1 if essai.sans_repetition else 1.0,
            condition_on_previous_text=False,
            vad_filter=False,
            word_timestamps=True,
            no_speech_threshold=0.6,
        )
        bruts = [mot for segment in segments for mot in segment.words or ()]
        return mots_de(bruts, decalage_s=decalage_s, fin_s=decalage_s + len(signal) / TAUX_HZ)

    def langue(self, signal: Signal) -> tuple[str, float]:
        """La langue entendue et sa probabilité, d'après l'encodeur."""
        langue, sur, _ = self._moteur.detect_language(signal)
        return str(langue), float(sur)
