"""Mettre un bloc de son en mots, par faster-whisper."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from recherche.audio.decodage import TAUX_HZ, Bloc, Signal
from recherche.audio.fenetres import Intervalle, fenetres, oublis
from recherche.audio.parole import passages_de_parole
from recherche.erreurs import ErreurAudio
from recherche.modele.etude import Reglages, ReglagesTranscription
from recherche.modele.transcription import Mot

if TYPE_CHECKING:
    from faster_whisper import BatchedInferencePipeline, WhisperModel

RELECTURES = 2
JETONS_AMORCE = 112
"""Longueur d'amorce que Whisper lit (la moitié de sa mémoire de 224 jetons)."""
_CARACTERES_PAR_JETON = 1.9
_SANS_PAROLE = 0.6
_VRAISEMBLANCE_MINIMALE = -1.0


class MotBrut(Protocol):
    """Un mot tel que le rend faster-whisper ; temps en secondes depuis le début du bloc."""

    word: str
    start: float
    end: float
    probability: float


class SegmentBrut(Protocol):
    """Un segment tel que le rend faster-whisper."""

    start: float
    end: float
    seek: int
    words: list[MotBrut] | None
    no_speech_prob: float
    avg_logprob: float


class Transcripteur:
    """Un modèle Whisper chargé une fois : int8 sur processeur, float16 sur carte graphique.

    Lève `ErreurAudio` si le moteur ne peut pas le charger.
    """

    def __init__(self, modele: Path, reglages: ReglagesTranscription, *, fils: int) -> None:
        import faster_whisper

        materiel, calcul = materiel_et_calcul()
        self._reglages = reglages
        try:
            self._modele = faster_whisper.WhisperModel(
                str(modele),
                device=materiel,
                compute_type=calcul,
                cpu_threads=1,
                num_workers=fils,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as erreur:
            raise ErreurAudio(
                f"le modèle de {modele} ne se charge pas : {erreur}.",
                "Recopiez tous les fichiers du modèle (format CTranslate2), ou donnez-en un plus petit "
                "dans etude.toml, [transcription] modele, si la mémoire manque.",
            ) from erreur
        self._lecteurs = [faster_whisper.BatchedInferencePipeline(self._modele) for _ in range(fils)]

    @property
    def moteur(self) -> WhisperModel:
        """Le modèle chargé, pour relire un passage autrement (`relecture`)."""
        return self._modele

    def transcrire_bloc(
        self, bloc: Bloc, *, amorce: str | None = None, mots_cles: str | None = None
    ) -> tuple[Mot, ...]:
        """Les mots du bloc, en secondes depuis le début de l'enregistrement, temps croissants.

        Un bloc sans parole rend (). Ce que Whisper a sauté est relu, au plus `RELECTURES` fois.
        """
        parole = passages_de_parole(bloc.signal)
        a_lire = fenetres(parole)
        segments: list[SegmentBrut] = []
        for _ in range(1 + RELECTURES):
            if not a_lire:
                break
            lus = self._segments(bloc.signal, a_lire, amorce, mots_cles)
            segments += lus
            a_lire = [manque for f in a_lire for manque in oublis(f, _bornes(lus, f), parole)]
        segments.sort(key=lambda segment: segment.start)
        return mots_de(
            (mot for segment in segments if not _imaginaire(segment) for mot in segment.words or ()),
            decalage_s=bloc.debut_s,
            fin_s=bloc.fin_s,
        )

    def _segments(
        self,
        signal: Signal,
        a_lire: Sequence[Intervalle],
        amorce: str | None,
        mots_cles: str | None,
    ) -> list[SegmentBrut]:
        """Les fenêtres, partagées entre les fils : deux lecteurs d'un fil devancent un de deux."""
        parts = [a_lire[rang :: len(self._lecteurs)] for rang in range(len(self._lecteurs))]
        occupes = [(lecteur, part) for lecteur, part in zip(self._lecteurs, parts, strict=True) if part]
        with ThreadPoolExecutor(len(occupes)) as groupe:
            lus = groupe.map(
                lambda paire: self._lire(paire[0], paire[1], signal, amorce, mots_cles), occupes
            )
            return [segment for segments in lus for segment in segments]

    def _lire(
        self,
        lecteur: BatchedInferencePipeline,
        part: Sequence[Intervalle],
        signal: Signal,
        amorce: str | None,
        mots_cles: str | None,
    ) -> list[SegmentBrut]:
        """Le générateur du moteur est consommé ici : une erreur survient dans cet appel.

        Les jetons de temps sont demandés : ils disent où le texte s'arrête, donc ce qui est sauté.
        """
        segments, _ = lecteur.transcribe(
            signal,
            language=self._reglages.langue,
            beam_size=self._reglages.faisceau,
            batch_size=self._reglages.lot,
            word_timestamps=True,
            without_timestamps=False,
            condition_on_previous_text=False,
            initial_prompt=amorce,
            hotwords=mots_cles,
            clip_timestamps=[{"start": debut, "end": fin} for debut, fin in part],
        )
        return list(segments)


def _bornes(segments: Iterable[SegmentBrut], fenetre: Intervalle) -> list[Intervalle]:
    """Début et fin des segments d'une fenêtre (`seek` est son début, en centièmes)."""
    seek = int(int(fenetre[0] * TAUX_HZ) / TAUX_HZ * 100)
    return [(segment.start, segment.end) for segment in segments if segment.seek == seek]


def materiel_et_calcul() -> tuple[str, str]:
    """Où et comment calculer : carte graphique en float16 s'il y en a une, processeur en int8 sinon."""
    import ctranslate2

    return ("cuda", "float16") if ctranslate2.get_cuda_device_count() else ("cpu", "int8")


def mots_de(bruts: Iterable[MotBrut], *, decalage_s: float, fin_s: float) -> tuple[Mot, ...]:
    """Les `Mot` d'une suite de mots de Whisper (`word`, `start`, `end`, `probability`).

    Un morceau sans espace devant (« -ce », « ,5 ») est collé au mot qui précède. Texte NFC ; temps
    décalés de `decalage_s`, croissants, bornés à `fin_s`.
    """
    mots: list[Mot] = []
    for brut in bruts:
        texte = unicodedata.normalize("NFC", brut.word)
        if not texte.strip():
            continue
        dernier_s = mots[-1].fin_s if mots else None
        debut_s = min(fin_s, max(decalage_s + brut.start, dernier_s or 0.0))
        borne_s = min(fin_s, max(decalage_s + brut.end, debut_s))
        mot = Mot(
            "".join(texte.split()), round(debut_s, 3), round(borne_s, 3), round(brut.probability, 3)
        )
        if mots and not texte[0].isspace():
            mots[-1] = _coller(mots[-1], mot)
        else:
            mots.append(mot)
    return tuple(mots)


def _coller(mot: Mot, suite: Mot) -> Mot:
    confiances = [c for c in (mot.confiance, suite.confiance) if c is not None]
    return replace(mot, texte=mot.texte + suite.texte, fin_s=suite.fin_s, confiance=min(confiances))


def _imaginaire(segment: SegmentBrut) -> bool:
    """Vrai pour un texte que Whisper invente sur un son sans parole."""
    return bool(segment.no_speech_prob > _SANS_PAROLE and segment.avg_logprob < _VRAISEMBLANCE_MINIMALE)


def mots_cles_de(termes: Iterable[str]) -> str | None:
    """Les termes à souffler à Whisper (« hotwords »), séparés par des virgules, dans la place permise.

    Avec Whisper base, ils font reconnaître bien plus de sigles et de noms, mais mettent parfois le
    modèle en boucle : les gardes (`gardes`) relisent alors ce passage.
    """
    return _dans_la_place(termes)


def amorce_etude(reglages: Reglages, noms: Sequence[str] = ()) -> str | None:
    """Une phrase qui montre à Whisper les sigles et les lieux de l'étude ; None s'il n'y en a pas.

    `noms` : personnes et structures de l'entretien. Les termes qui dépassent `JETONS_AMORCE` sont
    laissés (sigles d'abord, puis territoires, noms, institutions, quartiers). Avec Whisper base, elle
    dégrade le texte (WER +3 points, temps doublé) : à réserver aux grands modèles.
    """
    locaux = reglages.noms_locaux
    territoires = [territoire.nom for territoire in reglages.territoires]
    termes = [*locaux.sigles, *territoires, *noms, *locaux.institutions, *locaux.quartiers]
    gardes = _dans_la_place(termes)
    return f"{gardes}." if gardes else None


def _dans_la_place(termes: Iterable[str]) -> str | None:
    """Les premiers termes qui tiennent dans `JETONS_AMORCE`, entre virgules ; None sans terme."""
    place = int(JETONS_AMORCE * _CARACTERES_PAR_JETON)
    gardes: list[str] = []
    for terme in dict.fromkeys(t.strip() for t in termes if t.strip()):
        if sum(map(len, gardes)) + 2 * len(gardes) + len(terme) > place:
            break
        gardes.append(terme)
    return ", ".join(gardes) or None
