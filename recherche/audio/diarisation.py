"""Qui parle quand : segmentation pyannote et empreintes CAM++, sur onnxruntime, en flux.

Deux parcours du son : le premier repère la parole et les voix simultanées, le second calcule les
empreintes de voix dans la parole. On ne garde que quelques octets par trame et par fenêtre.
Sources : Bredin, « pyannote.audio 2.1 » (2023) ; Wang et al., « CAM++ » (2023).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from recherche.audio import trames
from recherche.audio.decodage import TAUX_HZ, Signal, Source, relire
from recherche.audio.modeles import poids_diarisation
from recherche.audio.regroupement import Nombre, centres_de, regrouper
from recherche.audio.trames import Activite, Intervalle
from recherche.modele.transcription import TourDeParole

T = TypeVar("T")

TRAMES_PAR_S = 100
"""Traits acoustiques (fbank) par seconde."""


class Diariseur(Protocol):
    """Ce qui sait dire qui parle quand."""

    def diariser(self, source: Source, nombre: Nombre = None) -> tuple[TourDeParole, ...]:
        """Les tours de parole, par début croissant ; `nombre` de locuteurs, ou ses bornes, si connu."""
        ...


@dataclass(frozen=True)
class ReglagesDiarisation:
    """Seuils, choisis par mesure (benchmarks/) ; durées en s, distance de cosinus de 0 à 2.

    `changement` est ce qu'un changement de voix doit gagner, en cosinus cumulés par trame : 10 vaut
    un écart de 0,3 pendant 0,6 s.
    """

    parole: float = 0.5
    deux_voix: float = 1.5
    pause_s: float = 0.3
    region_s: float = 0.25
    fenetre_s: float = 1.5
    pas_s: float = 0.75
    distance: float = 0.70
    changement: float = 10.0
    tour_s: float = 0.2
    lot: int = 8


class DiariseurOnnx:
    """Diarisation par onnxruntime ; les modèles sont chargés une fois. Lève `ErreurAudio`."""

    def __init__(self, *, fils: int = 1, reglages: ReglagesDiarisation | None = None) -> None:
        segmentation, locuteur = poids_diarisation()
        self._segmentation = _session(segmentation, fils)
        self._locuteur = _session(locuteur, fils)
        self._reglages = reglages or ReglagesDiarisation()

    def diariser(self, source: Source, nombre: Nombre = None) -> tuple[TourDeParole, ...]:
        """Les tours de parole (L1, L2… par ordre d'apparition), par début croissant.

        `source` : un fichier ou un signal mono à 16 kHz. Sans `nombre`, le compte des locuteurs est
        une proposition : le seuil sûr dépend des voix. Un son sans parole rend ().
        """
        parcourir = relire(source)
        activite, duree_s = self.segmenter(parcourir())
        regles = self._reglages
        regions = trames.intervalles(
            activite.parole > regles.parole, pause_s=regles.pause_s, minimum_s=regles.region_s
        )
        prevues = trames.fenetres_dans(regions, largeur_s=regles.fenetre_s, pas_s=regles.pas_s)
        fenetres, empreintes = self.empreintes(parcourir(), prevues)
        if not fenetres:
            return tuple(TourDeParole(d, min(f, duree_s), "L1") for d, f in regions)
        return self._tours(activite, regions, fenetres, empreintes, nombre, duree_s)

    def segmenter(self, morceaux: Iterable[Signal]) -> tuple[Activite, float]:
        """Premier parcours : parole et nombre de voix par trame, et durée en secondes."""
        debuts: list[int] = []
        voix: list[NDArray[np.int8]] = []
        longueur = 0
        for lot in _par_lots(_fenetres_glissantes(morceaux), self._reglages.lot):
            entree = np.stack([fenetre for _, _, fenetre in lot])[:, None, :]
            classes = self._segmentation.run(None, {"x": entree})[0].argmax(axis=-1)
            debuts += [debut for debut, _, _ in lot]
            voix += list(trames.VOIX_PAR_CLASSE[classes])
            longueur = lot[-1][1]
        return trames.activite(debuts, voix, longueur), longueur / TAUX_HZ

    def empreintes(
        self, morceaux: Iterable[Signal], fenetres: Sequence[Intervalle]
    ) -> tuple[list[Intervalle], NDArray[np.float32]]:
        """Second parcours : l'empreinte normée de chaque fenêtre assez longue."""
        gardees: list[Intervalle] = []
        vecteurs: list[NDArray[np.float32]] = []
        for _, egales in groupby(_traits_par_fenetre(morceaux, fenetres), lambda f: len(f[1])):
            for lot in _par_lots(egales, self._reglages.lot):
                lus = self._locuteur.run(None, {"x": np.stack([traits for _, traits in lot])})[0]
                finis = np.asarray(np.isfinite(lus).all(axis=1))
                gardees += [fenetre for (fenetre, _), fini in zip(lot, finis, strict=True) if fini]
                vecteurs.append(lus[finis])
        if not gardees:
            return [], np.zeros((0, 192), np.float32)
        tout = np.concatenate(vecteurs).astype(np.float32)
        return gardees, tout / (np.linalg.norm(tout, axis=1, keepdims=True) + 1e-9)

    def _tours(
        self,
        activite: Activite,
        regions: Sequence[Intervalle],
        fenetres: Sequence[Intervalle],
        empreintes: NDArray[np.float32],
        nombre: Nombre,
        duree_s: float,
    ) -> tuple[TourDeParole, ...]:
        regles = self._reglages
        durees = np.array([fin - debut for debut, fin in fenetres])
        groupes = regrouper(empreintes, durees, nombre=nombre, seuil=regles.distance)
        centres = centres_de(empreintes, groupes, np.unique(groupes))
        ressemblance, couvertes = trames.ressemblances(
            fenetres, empreintes @ centres.T, len(activite.voix)
        )
        actif = trames.decider(
            ressemblance,
            couvertes,
            regions,
            activite.voix,
            cout_changement=regles.changement,
            seuil_deux_voix=regles.deux_voix,
        )
        passages = [
            (debut, min(fin, duree_s), rang)
            for rang in range(actif.shape[1])
            for debut, fin in trames.intervalles(
                actif[:, rang], pause_s=regles.pause_s, minimum_s=regles.tour_s
            )
        ]
        return _nommer(passages)


def _nommer(passages: Iterable[tuple[float, float, int]]) -> tuple[TourDeParole, ...]:
    """L1, L2… par ordre d'apparition ; temps arrondis à la milliseconde."""
    noms: dict[int, str] = {}
    tours: list[TourDeParole] = []
    for debut, fin, rang in sorted(passages):
        nom = noms.setdefault(rang, f"L{len(noms) + 1}")
        tours.append(TourDeParole(round(debut, 3), round(fin, 3), nom))
    return tuple(tours)


class _Session(Protocol):
    """Ce qu'on emploie d'une session onnxruntime."""

    def run(self, sorties: None, entrees: dict[str, Signal]) -> list[NDArray[np.float32]]:
        """Calcule toutes les sorties."""
        ...


class _Fbank(Protocol):
    """Ce qu'on emploie du calcul de traits de Kaldi."""

    num_frames_ready: int

    def get_frame(self, rang: int) -> NDArray[np.float32]:
        """Les traits d'un rang."""
        ...

    def pop(self, nombre: int) -> None:
        """Oublie les premiers traits gardés."""
        ...


def _session(fichier: Path, fils: int) -> _Session:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = fils
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    session: _Session = onnxruntime.InferenceSession(
        str(fichier), options, providers=["CPUExecutionProvider"]
    )
    return session


def _par_lots(elements: Iterable[T], taille: int) -> Iterator[list[T]]:
    """Des listes d'au plus `taille` éléments (`itertools.batched` demande Python 3.12)."""
    suite = iter(elements)
    while lot := list(islice(suite, taille)):
        yield lot


def _fenetres_glissantes(morceaux: Iterable[Signal]) -> Iterator[tuple[int, int, Signal]]:
    """Fenêtres de 10 s toutes les 5 s : début et fin, en échantillons, et signal complété de zéros."""
    reste = np.zeros(0, np.float32)
    debut = 0
    for morceau in morceaux:
        reste = np.concatenate([reste, morceau])
        while len(reste) > trames.FENETRE:
            yield debut, debut + trames.FENETRE, reste[: trames.FENETRE]
            reste = reste[trames.PAS_FENETRE :]
            debut += trames.PAS_FENETRE
    if len(reste):
        yield debut, debut + len(reste), np.pad(reste, (0, trames.FENETRE - len(reste)))


def _traits_par_fenetre(
    morceaux: Iterable[Signal], fenetres: Sequence[Intervalle]
) -> Iterator[tuple[Intervalle, NDArray[np.float32]]]:
    """Les traits (10 ms, 80), centrés, de chaque fenêtre d'au moins 0,2 s, dans l'ordre."""
    reste = np.zeros((0, 80), np.float32)
    premiere = 0
    attente = list(reversed(fenetres))
    for nouveaux, fini in _traits(morceaux):
        reste = np.concatenate([reste, nouveaux])
        while attente and (fini or round(attente[-1][1] * TRAMES_PAR_S) <= premiere + len(reste)):
            fenetre = attente.pop()
            i, j = (round(instant * TRAMES_PAR_S) - premiere for instant in fenetre)
            extrait = reste[i:j]
            if len(extrait) >= TRAMES_PAR_S // 5:
                yield fenetre, extrait - extrait.mean(axis=0)
        garder = round(attente[-1][0] * TRAMES_PAR_S) if attente else premiere + len(reste)
        jetees = max(0, min(len(reste), garder - premiere))
        reste, premiere = reste[jetees:], premiere + jetees


def _traits(morceaux: Iterable[Signal]) -> Iterator[tuple[NDArray[np.float32], bool]]:
    """Traits fbank de Kaldi calculés en flux ; le booléen dit si ce sont les derniers."""
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.dither = 0
    options.frame_opts.samp_freq = TAUX_HZ
    options.frame_opts.snip_edges = False
    options.mel_opts.num_bins = 80
    calcul = kaldi_native_fbank.OnlineFbank(options)
    lues = 0
    for morceau in morceaux:
        calcul.accept_waveform(TAUX_HZ, morceau)
        yield _prendre(calcul, lues), False
        lues = calcul.num_frames_ready
    calcul.input_finished()
    yield _prendre(calcul, lues), True


def _prendre(calcul: _Fbank, depuis: int) -> NDArray[np.float32]:
    """Retire de `calcul` les traits prêts depuis `depuis`."""
    pretes = calcul.num_frames_ready
    if pretes == depuis:
        return np.zeros((0, 80), np.float32)
    traits = np.stack([calcul.get_frame(i) for i in range(depuis, pretes)]).astype(np.float32)
    calcul.pop(pretes - depuis)
    return traits
