"""Lire, mesurer et découper un enregistrement, en flux : la mémoire ne dépend pas de sa durée.

Tout signal rendu est mono, à 16 kHz, en float32 de -1 à 1 (PyAV, bibliothèques FFmpeg incluses).
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from recherche.audio.conteneurs import duree_fiable, nature_etrangere, page_ogg_coupee, riff_coupe
from recherche.erreurs import ErreurAudio
from recherche.modele.entretien import Enregistrement

if TYPE_CHECKING:
    import av
    from av.audio.stream import AudioStream
    from av.container import InputContainer

Signal = NDArray[np.float32]

TAUX_HZ = 16_000
MORCEAU_S = 30.0
TRAME = TAUX_HZ // 50  # 20 ms
SEUIL_SILENCE_DBFS = -50.0
PART_SILENCE_MAXIMALE = 0.98
NIVEAU_MINIMAL_DBFS = -120.0

_SONS = {
    ".wav",
    ".mp3",
    ".m4a",
    ".m4b",
    ".aac",
    ".ogg",
    ".oga",
    ".opus",
    ".flac",
    ".wma",
    ".asf",
    ".amr",
    ".3gp",
    ".3ga",
    ".aif",
    ".aiff",
    ".aifc",
    ".caf",
    ".dss",
    ".au",
    ".w64",
    ".wv",
    ".ape",
    ".mp2",
    ".ac3",
}
_VIDEOS = {".mp4", ".m4v", ".mov", ".avi", ".mkv", ".mka", ".webm", ".wmv", ".mpg", ".mpeg", ".mts"}
FORMATS: frozenset[str] = frozenset(_SONS | _VIDEOS)
"""Extensions acceptées, en minuscules et avec leur point."""


@dataclass(frozen=True, slots=True)
class Bloc:
    """Un morceau d'enregistrement à transcrire : rang, début en s et signal mono à 16 kHz."""

    indice: int
    debut_s: float
    signal: Signal

    @property
    def fin_s(self) -> float:
        """Fin du bloc dans l'enregistrement, en secondes."""
        return self.debut_s + len(self.signal) / TAUX_HZ


def flux(fichier: Path, *, morceau_s: float = MORCEAU_S) -> Iterator[Signal]:
    """Le signal par morceaux de `morceau_s` secondes (le dernier est plus court).

    Les paquets illisibles sont sautés : `mesurer` les signale. Lève `ErreurAudio` si le fichier
    n'est pas un son.
    """
    with _ouvrir(fichier) as lecture:
        yield from _regrouper(lecture.signal(), round(morceau_s * TAUX_HZ))


def flux_stereo(fichier: Path, *, morceau_s: float = MORCEAU_S) -> Iterator[Signal]:
    """Les deux canaux (échantillons, 2) par morceaux. Lève `ErreurAudio` si le son n'en a pas deux."""
    with _ouvrir(fichier) as lecture:
        if lecture.piste.channels != 2:
            raise ErreurAudio(
                f"{lecture.nom} a {lecture.piste.channels} canal ou canaux, il en faut deux.",
                "Ôtez « canaux_separes = true » d'etude.toml, section [transcription].",
            )
        lecture.disposition = "stereo"
        for morceau in _regrouper(lecture.signal(), 2 * round(morceau_s * TAUX_HZ)):
            yield morceau.reshape(-1, 2)


def lire(fichier: Path, debut_s: float = 0.0, fin_s: float | None = None) -> Signal:
    """Le signal entre deux instants, en secondes (jusqu'au bout si `fin_s` manque).

    Décode depuis le début : exact dans tous les formats. Lève `ErreurAudio`.
    """
    debut = max(0, round(debut_s * TAUX_HZ))
    fin = None if fin_s is None else max(debut, round(fin_s * TAUX_HZ))
    gardes: list[Signal] = []
    position = 0
    for morceau in flux(fichier):
        suivante = position + len(morceau)
        if suivante > debut:
            gardes.append(morceau[max(0, debut - position) : None if fin is None else fin - position])
        position = suivante
        if fin is not None and position >= fin:
            break
    return np.concatenate(gardes) if gardes else np.zeros(0, np.float32)


def mesurer(fichier: Path, *, racine: Path) -> Enregistrement:
    """Décode tout le fichier en flux et le mesure ; `racine` est le dossier des enregistrements.

    Le niveau est l'énergie moyenne, en dBFS ; le silence est la part des trames de 20 ms sous
    -50 dBFS. Lève `ErreurAudio` : fichier absent, vide, tronqué, abîmé, sans piste audio, ou qui
    n'est pas un son.
    """
    nom = _nom(fichier, racine)
    somme, silences, trames, echantillons = 0.0, 0, 0, 0
    with _ouvrir(fichier, nom) as lecture:
        for morceau in _regrouper(lecture.signal(), round(MORCEAU_S * TAUX_HZ)):
            energies = _energies(morceau)
            somme += float(np.square(morceau, dtype=np.float64).sum())
            silences += int((energies < 10 ** (SEUIL_SILENCE_DBFS / 10)).sum())
            trames += len(energies)
            echantillons += len(morceau)
        duree_s = echantillons / TAUX_HZ
        _verifier_entier(lecture, duree_s)
        taux, canaux = lecture.piste.rate, lecture.piste.channels
    niveau = 10 * math.log10(max(somme / echantillons, 10 ** (NIVEAU_MINIMAL_DBFS / 10)))
    return Enregistrement(
        chemin=nom,
        empreinte=empreinte_fichier(fichier),
        duree_s=round(duree_s, 3),
        taux_hz=taux,
        canaux=canaux,
        niveau_dbfs=round(niveau, 1),
        part_silence=round(silences / trames, 4),
    )


def est_silencieux(enregistrement: Enregistrement) -> bool:
    """Vrai si l'on n'entend presque rien : micro coupé, fichier vide de son."""
    return enregistrement.part_silence >= PART_SILENCE_MAXIMALE


def empreinte_fichier(fichier: Path) -> str:
    """SHA-256 hexadécimal d'un fichier."""
    with fichier.open("rb") as lu:
        return hashlib.file_digest(lu, "sha256").hexdigest()


def decouper_en_blocs(morceaux: Iterable[Signal], bloc_s: float = 180.0) -> Iterator[Bloc]:
    """Découpe un flux en blocs d'au plus `bloc_s` secondes, au plus calme de leur dernier tiers.

    Les bornes ne dépendent que du signal et de `bloc_s`. Garde en mémoire un bloc et un morceau ; un
    reste de moins d'un quart de bloc est laissé au dernier, qui peut donc atteindre 1,25 `bloc_s`.
    """
    taille = round(bloc_s * TAUX_HZ)
    reste = np.zeros(0, np.float32)
    indice = debut = 0
    for morceau in morceaux:
        reste = np.concatenate([reste, morceau])
        while len(reste) > taille + taille // 4:
            coupe = _instant_calme(reste, 2 * taille // 3, taille)
            yield Bloc(indice, debut / TAUX_HZ, reste[:coupe].copy())
            reste = reste[coupe:]
            indice, debut = indice + 1, debut + coupe
    if len(reste):
        yield Bloc(indice, debut / TAUX_HZ, reste)


def _instant_calme(signal: Signal, depuis: int, jusqua: int) -> int:
    """Milieu, en échantillons, des 300 ms les plus calmes de [depuis, jusqua[."""
    energies = _energies(signal[depuis:jusqua])
    largeur = min(15, len(energies))
    moyennes = np.convolve(energies, np.ones(largeur) / largeur, mode="valid")
    # À calme égal (silence numérique), la coupe la plus tardive : blocs plus longs, moins nombreux.
    rang = len(moyennes) - 1 - int(np.argmin(moyennes[::-1]))
    return depuis + round((rang + largeur / 2) * TRAME)


def _energies(signal: Signal) -> NDArray[np.float64]:
    """Énergie moyenne de chaque trame de 20 ms (la dernière peut être incomplète)."""
    debuts = np.arange(0, len(signal), TRAME)
    sommes = np.add.reduceat(np.square(signal, dtype=np.float64), debuts)
    tailles = np.minimum(TRAME, len(signal) - debuts)
    return np.asarray(sommes / tailles, dtype=np.float64)


def _regrouper(signaux: Iterable[NDArray[np.int16]], taille: int) -> Iterator[Signal]:
    """Les mêmes échantillons par morceaux de `taille`, en float32 de -1 à 1."""
    attente: list[NDArray[np.int16]] = []
    nombre = 0
    for signal in signaux:
        attente.append(signal)
        nombre += len(signal)
        while nombre >= taille:
            tout = np.concatenate(attente)
            yield tout[:taille].astype(np.float32) / 32768.0
            attente, nombre = [tout[taille:]], nombre - taille
    if nombre:
        yield np.concatenate(attente).astype(np.float32) / 32768.0


@dataclass(slots=True)
class _Lecture:
    """Un fichier ouvert ; `paquets` et `defauts` comptent ce qui a été lu et ce qui est illisible."""

    nom: str
    fichier: Path
    conteneur: InputContainer
    piste: AudioStream
    paquets: int = 0
    defauts: int = 0
    disposition: str = "mono"
    _convertisseurs: dict[tuple[str, str, int], av.AudioResampler] = field(default_factory=dict)

    def __enter__(self) -> _Lecture:
        return self

    def __exit__(self, *_: object) -> None:
        self.conteneur.close()

    def signal(self) -> Iterator[NDArray[np.int16]]:
        """Le signal décodé, converti à 16 kHz, trame par trame, sur 16 bits (stéréo : entrelacé)."""
        for trame in self._trames():
            for convertie in self._convertir(trame):
                yield convertie.to_ndarray()[0]
        for convertisseur in self._convertisseurs.values():
            for convertie in convertisseur.resample(None):
                yield convertie.to_ndarray()[0]

    def _convertir(self, trame: av.AudioFrame) -> list[av.AudioFrame]:
        """Une trame convertie ; un changement de format en cours de route est admis."""
        import av

        cle = (trame.format.name, trame.layout.name, trame.sample_rate)
        if cle not in self._convertisseurs:
            self._convertisseurs[cle] = av.AudioResampler("s16", self.disposition, TAUX_HZ)
        trame.pts = None
        return self._convertisseurs[cle].resample(trame)

    def _trames(self) -> Iterator[av.AudioFrame]:
        import av

        paquets = self.conteneur.demux(self.piste)
        while True:
            try:
                paquet = next(paquets)
            except StopIteration:
                return
            except av.FFmpegError:
                self.defauts += 1
                return
            self.paquets += 1
            try:
                yield from paquet.decode()
            except av.FFmpegError:
                self.defauts += 1

    @property
    def annoncee_s(self) -> float | None:
        """Durée annoncée par le fichier, en secondes, si elle n'est pas une estimation."""
        if not duree_fiable(self.fichier, self.conteneur.format.name):
            return None
        if self.piste.duration is not None and self.piste.time_base is not None:
            return float(self.piste.duration * self.piste.time_base)
        return None if self.conteneur.duration is None else self.conteneur.duration / 1e6


def _ouvrir(fichier: Path, nom: str | None = None) -> _Lecture:
    import av

    nom = nom or fichier.name
    _verifier_existence(fichier, nom)
    if nature := nature_etrangere(fichier):
        raise ErreurAudio(
            f"{nom} n'est pas un enregistrement : c'est {nature}.",
            "Remplacez-le par le fichier son, ou retirez-le du dossier « enregistrements/ ».",
        )
    try:
        conteneur = av.open(str(fichier), mode="r", metadata_errors="ignore")
    except (av.FFmpegError, OSError, ValueError) as erreur:
        raise ErreurAudio(
            f"{nom} est tronqué, abîmé, ou n'est pas un enregistrement : aucun son ne peut en être lu.",
            f"Recopiez-le depuis l'enregistreur ({REMEDE_CONVERSION}).",
        ) from erreur
    piste = conteneur.streams.best("audio")
    if not isinstance(piste, av.AudioStream):
        conteneur.close()
        raise ErreurAudio(
            f"{nom} n'a pas de piste audio.",
            "Prenez le fichier qui contient le son : celui-ci n'a que de l'image ou des données.",
        )
    return _Lecture(nom, fichier, conteneur, piste)


def _verifier_existence(fichier: Path, nom: str) -> None:
    try:
        taille = fichier.stat().st_size
        with fichier.open("rb"):
            pass
    except OSError as erreur:
        raise ErreurAudio(
            f"{nom} ne s'ouvre pas : {erreur.strerror or erreur}.",
            "Vérifiez le nom du fichier, sa place dans « enregistrements/ » et vos droits de lecture.",
        ) from erreur
    if not taille:
        raise ErreurAudio(
            f"{nom} est vide (zéro octet).",
            "Recopiez-le depuis l'enregistreur ; s'il y est vide aussi, l'enregistrement est perdu.",
        )


REMEDE_CONVERSION = "si un lecteur audio le lit, réexportez-le en wav ou en mp3 et recommencez"


def _verifier_entier(lecture: _Lecture, duree_s: float) -> None:
    """Lève `ErreurAudio` si rien n'est décodé, si la fin manque ou si trop de paquets manquent."""
    remede = f"Recopiez-le depuis l'enregistreur ({REMEDE_CONVERSION})."
    if not duree_s:
        raise ErreurAudio(f"{lecture.nom} ne contient aucun son lisible.", remede)
    annoncee, arret = lecture.annoncee_s, _duree(duree_s)
    if annoncee is not None and annoncee - duree_s > max(1.0, 0.01 * annoncee):
        raise ErreurAudio(
            f"{lecture.nom} est tronqué : il annonce {_duree(annoncee)} et s'arrête à {arret}.", remede
        )
    if page_ogg_coupee(lecture.fichier) or riff_coupe(lecture.fichier):
        raise ErreurAudio(f"{lecture.nom} est tronqué : il s'arrête à {arret}, sans sa fin.", remede)
    if lecture.defauts > max(2, 0.01 * lecture.paquets):
        raise ErreurAudio(
            f"{lecture.nom} est abîmé : {lecture.defauts} paquets illisibles sur {lecture.paquets}.",
            remede,
        )


def _duree(secondes: float) -> str:
    minutes, reste = divmod(round(secondes), 60)
    return f"{minutes} min {reste:02d} s"


def _nom(fichier: Path, racine: Path) -> str:
    try:
        return fichier.resolve().relative_to(racine.resolve()).as_posix()
    except ValueError:
        return fichier.name


Source = Path | tuple[Path, ...] | Signal
"""Un fichier, plusieurs qui se suivent, ou un signal mono à 16 kHz déjà en mémoire."""


def relire(source: Source) -> Callable[[], Iterator[Signal]]:
    """De quoi parcourir plusieurs fois une source, par morceaux d'environ 30 s."""
    if isinstance(source, Path):
        source = (source,)
    if isinstance(source, tuple):
        return lambda: itertools.chain.from_iterable(map(flux, source))
    signal = np.ascontiguousarray(source, dtype=np.float32)
    pas = round(MORCEAU_S * TAUX_HZ)
    return lambda: (signal[i : i + pas] for i in range(0, len(signal), pas))
