"""D'un fichier son à des tours de parole : transcrire bloc à bloc, diariser, attribuer."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from recherche.audio.attribution import attribuer
from recherche.audio.canaux import DiariseurCanaux
from recherche.audio.decodage import Bloc, decouper_en_blocs, relire
from recherche.audio.diarisation import Diariseur, DiariseurOnnx
from recherche.audio.regroupement import Nombre
from recherche.audio.relecture import RelecteurWhisper, garder
from recherche.audio.transcription import Transcripteur
from recherche.erreurs import ErreurAudio
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import Mot, Tour, TourDeParole
from recherche.modele.verification import Doute

CONFIANCE_MINIMALE = 0.5

SurBloc = Callable[[int, float, float, tuple[Mot, ...], tuple[Doute, ...]], None]
"""Reçoit le rang du bloc, son début et sa fin en secondes, ses mots et ce qui y est douteux."""

SurParole = Callable[[tuple[TourDeParole, ...]], None]
"""Reçoit qui parle quand, avant que les mots ne soient attribués."""


def traiter(
    fichiers: tuple[Path, ...],
    *,
    modele: Path,
    reglages: ReglagesTranscription,
    nombre: Nombre,
    fils: int,
    amorce: str | None,
    mots_cles: str | None = None,
    blocs_faits: Mapping[int, tuple[Mot, ...]],
    sur_bloc: SurBloc,
    sur_parole: SurParole = lambda _: None,
    confiance_minimale: float = CONFIANCE_MINIMALE,
) -> tuple[Tour, ...]:
    """Les tours d'un enregistrement (un ou plusieurs fichiers qui se suivent), locuteurs L1, L2…

    Les blocs de `blocs_faits` ne sont pas retranscrits : leurs bornes ne dépendent que du fichier et de
    `reglages.bloc_s`. `sur_bloc` est appelé après chaque bloc nouveau, pour l'enregistrer ;
    `sur_parole` l'est une fois. `nombre` :
    locuteurs attendus, None s'il est inconnu. Lève `ErreurAudio` si aucun mot n'est reconnu.
    """
    mots = _transcrire(
        fichiers,
        modele=modele,
        reglages=reglages,
        fils=fils,
        amorce=amorce,
        mots_cles=mots_cles,
        faits=blocs_faits,
        sur_bloc=sur_bloc,
        confiance_minimale=confiance_minimale,
    )
    if not mots:
        raise _sans_mots(fichiers[0], reglages.langue)
    parole = diariseur_de(reglages, fils).diariser(fichiers, nombre)
    sur_parole(parole)
    return attribuer(mots, parole)


def _transcrire(
    fichiers: tuple[Path, ...],
    *,
    modele: Path,
    reglages: ReglagesTranscription,
    fils: int,
    amorce: str | None,
    mots_cles: str | None,
    faits: Mapping[int, tuple[Mot, ...]],
    sur_bloc: SurBloc,
    confiance_minimale: float,
) -> tuple[Mot, ...]:
    mots: list[Mot] = []
    for bloc in decouper_en_blocs(relire(fichiers)(), reglages.bloc_s):
        if bloc.indice in faits:
            mots.extend(faits[bloc.indice])
            continue
        lu = lire_bloc(
            bloc,
            transcripteur(modele, reglages, fils),
            reglages,
            amorce=amorce,
            mots_cles=mots_cles,
            confiance_minimale=confiance_minimale,
        )
        sur_bloc(bloc.indice, bloc.debut_s, bloc.fin_s, *lu)
        mots.extend(lu[0])
    return tuple(mots)


def lire_bloc(
    bloc: Bloc,
    moteur: Transcripteur,
    reglages: ReglagesTranscription,
    *,
    amorce: str | None = None,
    mots_cles: str | None = None,
    confiance_minimale: float = CONFIANCE_MINIMALE,
) -> tuple[tuple[Mot, ...], tuple[Doute, ...]]:
    """Les mots d'un bloc et ce qui y est douteux, après relecture (rien n'est relu sans `gardes`)."""
    mots = moteur.transcrire_bloc(bloc, amorce=amorce, mots_cles=mots_cles)
    if not reglages.gardes:
        return mots, ()
    relecteur = RelecteurWhisper(moteur.moteur, langue=reglages.langue, faisceau=reglages.faisceau)
    return garder(bloc, mots, relecteur, confiance_minimale=confiance_minimale, langue=reglages.langue)


@lru_cache(maxsize=1)
def transcripteur(modele: Path, reglages: ReglagesTranscription, fils: int) -> Transcripteur:
    """Le transcripteur de ce processus, chargé à la première demande."""
    return Transcripteur(modele, reglages, fils=fils)


def diariseur_de(reglages: ReglagesTranscription, fils: int) -> Diariseur:
    """Le diariseur que demandent les réglages. Lève `ErreurAudio` s'il ne se charge pas."""
    return diariseur(fils, "canaux" if reglages.canaux_separes else reglages.diariseur)


@lru_cache(maxsize=1)
def diariseur(fils: int, choix: str = "") -> Diariseur:
    """Le diariseur de ce processus, chargé à la première demande : celui du programme, ou `choix`.

    « canaux » : une personne par canal ; « pyannote » ou « pyannote:modèle » ; « module:objet ». Lève
    `ErreurAudio`.
    """
    if not choix:
        return DiariseurOnnx(fils=fils)
    if choix == "canaux":
        return DiariseurCanaux()
    module, _, objet = choix.partition(":")
    if module == "pyannote":
        from recherche.audio.diariseur_pyannote import DiariseurPyannote

        return DiariseurPyannote(objet or None, fils=fils)
    try:
        fabrique = getattr(importlib.import_module(module), objet)
        trouve: Diariseur = fabrique()
    except (ImportError, AttributeError, TypeError, ValueError) as erreur:
        raise ErreurAudio(
            f"Le diariseur « {choix} » (etude.toml, [transcription]) ne se charge pas : {erreur}.",
            "Écrivez « module:objet », où objet() rend un objet qui a diariser(source, nombre=None), ou "
            "ôtez cette ligne pour employer celui du programme.",
        ) from erreur
    return trouve


def _sans_mots(fichier: Path, langue: str) -> ErreurAudio:
    return ErreurAudio(
        f"{fichier.name} : aucun mot reconnu. On n'y entend pas de parole, ou elle est trop lointaine, "
        f"ou elle n'est pas dans la langue « {langue} ».",
        "Écoutez le début du fichier ; si l'on y parle, augmentez son niveau ou choisissez un plus "
        "grand modèle (etude.toml, [transcription] modele), puis « recherche transcrire ».",
    )
