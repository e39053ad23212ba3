"""D'un fichier son à des tours de parole : transcrire bloc à bloc, diariser, attribuer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from recherche.audio.attribution import attribuer
from recherche.audio.decodage import decouper_en_blocs, relire
from recherche.audio.diarisation import Diariseur, DiariseurOnnx
from recherche.audio.transcription import Transcripteur
from recherche.erreurs import ErreurAudio
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import Mot, Tour

SurBloc = Callable[[int, float, float, tuple[Mot, ...]], None]
"""Reçoit le rang du bloc, son début et sa fin en secondes, et ses mots."""


def traiter(
    fichiers: tuple[Path, ...],
    *,
    modele: Path,
    reglages: ReglagesTranscription,
    nombre: int | None,
    fils: int,
    amorce: str | None,
    blocs_faits: Mapping[int, tuple[Mot, ...]],
    sur_bloc: SurBloc,
) -> tuple[Tour, ...]:
    """Les tours d'un enregistrement (un ou plusieurs fichiers qui se suivent), locuteurs L1, L2…

    Les blocs de `blocs_faits` ne sont pas retranscrits : leurs bornes ne dépendent que du fichier et de
    `reglages.bloc_s`. `sur_bloc` est appelé après chaque bloc nouveau, pour l'enregistrer. `nombre` :
    locuteurs attendus, None s'il est inconnu. Lève `ErreurAudio` si aucun mot n'est reconnu.
    """
    mots = _transcrire(
        fichiers,
        modele=modele,
        reglages=reglages,
        fils=fils,
        amorce=amorce,
        faits=blocs_faits,
        sur_bloc=sur_bloc,
    )
    if not mots:
        raise _sans_mots(fichiers[0], reglages.langue)
    return attribuer(mots, diariseur(fils).diariser(fichiers, nombre))


def _transcrire(
    fichiers: tuple[Path, ...],
    *,
    modele: Path,
    reglages: ReglagesTranscription,
    fils: int,
    amorce: str | None,
    faits: Mapping[int, tuple[Mot, ...]],
    sur_bloc: SurBloc,
) -> tuple[Mot, ...]:
    mots: list[Mot] = []
    for bloc in decouper_en_blocs(relire(fichiers)(), reglages.bloc_s):
        if bloc.indice in faits:
            mots.extend(faits[bloc.indice])
            continue
        nouveaux = transcripteur(modele, reglages, fils).transcrire_bloc(bloc, amorce=amorce)
        sur_bloc(bloc.indice, bloc.debut_s, bloc.fin_s, nouveaux)
        mots.extend(nouveaux)
    return tuple(mots)


@lru_cache(maxsize=1)
def transcripteur(modele: Path, reglages: ReglagesTranscription, fils: int) -> Transcripteur:
    """Le transcripteur de ce processus, chargé à la première demande."""
    return Transcripteur(modele, reglages, fils=fils)


@lru_cache(maxsize=1)
def diariseur(fils: int) -> Diariseur:
    """Le diariseur de ce processus, chargé à la première demande."""
    return DiariseurOnnx(fils=fils)


def _sans_mots(fichier: Path, langue: str) -> ErreurAudio:
    return ErreurAudio(
        f"{fichier.name} : aucun mot reconnu. On n'y entend pas de parole, ou elle est trop lointaine, "
        f"ou elle n'est pas dans la langue « {langue} ».",
        "Écoutez le début du fichier ; si l'on y parle, augmentez son niveau ou choisissez un plus "
        "grand modèle (etude.toml, [transcription] modele), puis « recherche transcrire ».",
    )
