"""JSON de la famille Whisper -> répliques aux mots datés.

WhisperX : mots nus (`word`, `start`, `end`, `score`, `speaker`), certains sans temps. whisper,
faster-whisper et whisper-ctranslate2 : mots précédés d'une espace quand ils commencent (`probability`) ;
une forme sans espace prolonge la précédente.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from recherche.echanges.octets import decoder
from recherche.echanges.repliques import Lecture, Replique
from recherche.echanges.validation import chemin, valider
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Mot

Instant = Annotated[float, Field(ge=0)]


class _Ouvert(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class _Mot(_Ouvert):
    word: str
    start: Instant | None = None
    end: Instant | None = None
    score: float | None = None
    probability: float | None = None
    speaker: str | None = None


class _Segment(_Ouvert):
    text: str = ""
    start: Instant | None = None
    end: Instant | None = None
    speaker: str | None = None
    words: list[_Mot] | None = None


class _Whisper(_Ouvert):
    segments: list[_Segment]


def charger(octets: bytes, fichier: Path) -> dict[str, Any]:
    """L'objet JSON du fichier, quel que soit son encodage. Lève `ErreurEchange` (ligne, colonne)."""
    try:
        donnees = json.loads(decoder(octets, fichier))
    except json.JSONDecodeError as erreur:
        raise ErreurEchange(
            f"{fichier}, ligne {erreur.lineno}, colonne {erreur.colno} : ce n'est pas du JSON valide.",
            "Réexportez le fichier, ou corrigez cette ligne (guillemet, virgule, accolade).",
        ) from erreur
    except RecursionError as erreur:
        raise ErreurEchange(
            f"{fichier} emboîte trop d'objets : ce n'est pas une transcription.",
            "Vérifiez que c'est le bon fichier.",
        ) from erreur
    if not isinstance(donnees, dict) or not ({"format", "segments"} & donnees.keys()):
        raise ErreurEchange(
            f"{fichier} n'est ni un JSON d'échange, ni un JSON de WhisperX ou de whisper-ctranslate2.",
            "Il faut une clé « format » (recherche-transcription/1) ou une clé « segments ».",
        )
    return donnees


def lire_whisper(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un JSON de la famille Whisper. Lève `ErreurEchange` avec toutes les fautes."""
    lu = valider(_Whisper, charger(octets, fichier), fichier, lambda cle: f"clé {chemin(cle)}")
    nus = not any(m.word[:1].isspace() for s in lu.segments for m in s.words or ())
    return Lecture(tuple(r for segment in lu.segments for r in _repliques(segment, nus=nus)))


def _repliques(segment: _Segment, *, nus: bool) -> Iterator[Replique]:
    """Un segment, coupé là où ses mots changent de locuteur."""
    if not segment.words:
        yield Replique(segment.text, segment.speaker, segment.start, segment.end)
        return
    groupes: list[tuple[str | None, list[Mot]]] = []
    for lu in segment.words:
        if not lu.word.strip():
            continue
        locuteur = lu.speaker or (groupes[-1][0] if groupes else segment.speaker)
        mots = _mots(lu)
        if groupes and not nus and not lu.word[0].isspace():
            groupes[-1][1][-1] = _souder(groupes[-1][1][-1], mots[0])
            mots = mots[1:]
        elif not groupes or groupes[-1][0] != locuteur:
            groupes.append((locuteur, []))
        groupes[-1][1].extend(mots)
    for locuteur, dits in groupes:
        yield Replique(" ".join(mot.texte for mot in dits), locuteur, mots=tuple(dits))


def _mots(lu: _Mot) -> list[Mot]:
    """Le mot daté ; s'il contient une espace, ses morceaux partagent son intervalle de temps."""
    confiance = lu.probability if lu.probability is not None else lu.score
    if confiance is not None:
        confiance = min(1.0, max(0.0, confiance))
    fin = None if lu.start is None or lu.end is None else max(lu.start, lu.end)
    return [Mot(forme, lu.start, fin, confiance) for forme in _nfc(lu.word).split()]


def _nfc(texte: str) -> str:
    return unicodedata.normalize("NFC", texte)


def _souder(avant: Mot, apres: Mot) -> Mot:
    connues = [c for c in (avant.confiance, apres.confiance) if c is not None]
    return Mot(
        _nfc(avant.texte + apres.texte),
        avant.debut_s,
        apres.fin_s if avant.debut_s is not None and apres.fin_s is not None else avant.fin_s,
        min(connues, default=None),
    )
