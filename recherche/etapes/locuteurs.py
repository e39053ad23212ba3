"""Nommer les locuteurs d'une transcription faite ailleurs : plus d'étiquette qui soit un nom.

Le texte se pseudonymise, pas les étiquettes : « Karim B. » devient ENT ici, ou rien ne le cacherait.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from recherche.modele.entretien import Entretien, Source
from recherche.modele.transcription import ENQUETE, ENQUETEUR, Transcription
from recherche.reglages import Etude

_SIGLE = re.compile(r"ENQ|ENT|ANI|[A-Z]{1,2}\d{1,2}")


def nommer_locuteurs(
    transcription: Transcription, source: Source, etude: Etude
) -> tuple[Transcription, dict[str, str]]:
    """La transcription aux noms d'usage, et ce qui a été renommé.

    Un nom du registre donne son locuteur. Dans un entretien, si personne n'est nommé, l'enquêteur se
    reconnaît à ses questions (`audio.attribution`), et s'il ne reste qu'un inconnu, c'est ENT. Toute
    autre étiquette devient L1, L2… : une personne peut renommer.
    """
    noms = {qui: selon_le_registre(qui, source) for qui in transcription.locuteurs()}
    usages = {"ENQ", "ENT", "ANI", *(p.locuteur for p in source.participants)}
    if isinstance(source, Entretien) and not usages & set(noms.values()):
        noms = _selon_les_questions(transcription, source, etude)
    restes = [qui for qui, nom in noms.items() if not _SIGLE.fullmatch(nom)]
    if isinstance(source, Entretien) and len(restes) == 1 and ENQUETE not in noms.values():
        noms[restes[0]] = ENQUETE
    libres = _numeros({nom for nom in noms.values() if _SIGLE.fullmatch(nom)})
    noms = {qui: nom if _SIGLE.fullmatch(nom) else next(libres) for qui, nom in noms.items()}
    return transcription.renommer(noms), {qui: nom for qui, nom in noms.items() if qui != nom}


def selon_le_registre(etiquette: str, source: Source) -> str:
    """L'étiquette (ENT, P3, ENQ…) de qui porte ce nom au registre ; sinon le nom tel quel."""
    cherche = _plier(etiquette)
    for personne in source.participants:
        formes = (personne.prenom, personne.nom, f"{personne.prenom} {personne.nom}")
        if cherche in {_plier(forme) for forme in formes if forme}:
            return personne.locuteur
    enqueteur = source.enqueteur if isinstance(source, Entretien) else None
    return (
        ENQUETEUR
        if enqueteur and cherche in {_plier(enqueteur), *_plier(enqueteur).split()}
        else etiquette
    )


def _selon_les_questions(
    transcription: Transcription, source: Entretien, etude: Etude
) -> dict[str, str]:
    from recherche.audio import attribution

    profil = next((p for p in etude.reglages.profils if p.code == source.profil), None)
    questions = [question for theme in profil.guide for question in theme.questions] if profil else []
    return attribution.nommer(transcription.tours, genre="entretien", questions=questions)


def _numeros(pris: set[str]) -> Iterator[str]:
    rang = 1
    while True:
        if f"L{rang}" not in pris:
            yield f"L{rang}"
        rang += 1


def _plier(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte.casefold())
    return " ".join("".join(c for c in decompose if not unicodedata.combining(c)).split())
