"""Sous-titres WebVTT et SubRip -> répliques datées.

Locuteurs : les balises `<v Nom>` de WebVTT, sinon une étiquette en tête (« [ENQ] », « NOM : »).

Sources : WebVTT, W3C (2019) ; SubRip, d'usage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path

from recherche.echanges.dialogue import etiqueter
from recherche.echanges.octets import decoder
from recherche.echanges.repliques import Lecture, Replique
from recherche.erreurs import ErreurEchange

_TEMPS = r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
INTERVALLE = re.compile(rf"\s*{_TEMPS}\s*-->\s*{_TEMPS}(?:\s.*)?$")
_VOIX = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]*)>")
_BALISE_VTT = re.compile(r"<[^<>]*>")
_BALISE_SRT = re.compile(r"</?(?:b|i|u|s|font)(?:\s[^<>]*)?>|\{\\[^}]*\}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Bloc:
    debut_s: float
    fin_s: float
    texte: str


def lire_vtt(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un WebVTT. Lève `ErreurEchange` (ligne) sur un temps illisible."""
    texte = decoder(octets, fichier)
    entete = "\n".join(b for b in _paquets(texte) if "-->" not in b and b.startswith(("NOTE", "WEBVTT")))
    blocs = list(_blocs(texte, fichier))
    if any(_VOIX.search(bloc.texte) for bloc in blocs):
        return Lecture(tuple(r for bloc in blocs for r in _voix(bloc)), entete)
    return Lecture(_etiquetes([replace(b, texte=_nu(b.texte)) for b in blocs]), entete)


def lire_srt(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un SubRip. Lève `ErreurEchange` (ligne) sur un temps illisible."""
    blocs = _blocs(decoder(octets, fichier), fichier)
    return Lecture(_etiquetes([replace(bloc, texte=_BALISE_SRT.sub("", bloc.texte)) for bloc in blocs]))


def _paquets(texte: str) -> list[str]:
    return [p.strip() for p in re.split(r"\n[ \t]*\n", "\n".join(texte.splitlines())) if p.strip()]


def _blocs(texte: str, fichier: Path) -> Iterator[_Bloc]:
    """Chaque ligne de temps ouvre un bloc, qu'une ligne vide ferme."""
    lignes = texte.splitlines()
    rang = 0
    while rang < len(lignes):
        ligne = lignes[rang]
        rang += 1
        if "-->" not in ligne or ligne.lstrip().startswith("NOTE"):
            continue
        debut, fin = _intervalle(ligne, rang, fichier)
        depart = rang
        while rang < len(lignes) and lignes[rang].strip() and "-->" not in lignes[rang]:
            rang += 1
        yield _Bloc(debut, fin, " ".join(lignes[depart:rang]))


def _intervalle(ligne: str, numero: int, fichier: Path) -> tuple[float, float]:
    trouve = INTERVALLE.match(ligne)
    if trouve is not None:
        debut, fin = (_secondes(trouve.groups()[i : i + 4]) for i in (0, 4))
        if fin >= debut:
            return debut, fin
    raise ErreurEchange(
        f"{fichier}, ligne {numero} : « {ligne.strip()[:60]} » n'est pas un intervalle de temps valide.",
        "Il faut « 00:12:31.500 --> 00:12:34.000 », la fin après le début.",
    )


def _secondes(parties: tuple[str | None, ...]) -> float:
    heures, minutes, secondes, milliemes = parties
    entieres = int(heures or 0) * 3600 + int(minutes or 0) * 60 + int(secondes or 0)
    return entieres + int((milliemes or "0").ljust(3, "0")) / 1000


def _nu(texte: str) -> str:
    """Le texte d'un sous-titre WebVTT, sans balises ni entités."""
    return unescape(_BALISE_VTT.sub("", texte)).strip()


def _voix(bloc: _Bloc) -> Iterator[Replique]:
    """Les voix d'un bloc ; plusieurs se partagent sa durée d'après leur longueur."""
    avant, *suites = _VOIX.split(bloc.texte)
    parties = [(None, avant), *zip(suites[::2], suites[1::2], strict=True)]
    dites = [(nom, dit) for nom, brut in parties if (dit := _nu(brut))]
    total = sum(len(dit) for _, dit in dites)
    place = 0
    for nom, dit in dites:
        debut, fin = (
            bloc.debut_s + (bloc.fin_s - bloc.debut_s) * p / total for p in (place, place + len(dit))
        )
        yield Replique(dit, unescape(nom) if nom else None, debut, fin)
        place += len(dit)


def _etiquetes(blocs: list[_Bloc]) -> tuple[Replique, ...]:
    lus = etiqueter([bloc.texte for bloc in blocs])
    return tuple(
        Replique(texte, etiquette, bloc.debut_s, bloc.fin_s)
        for bloc, (etiquette, texte) in zip(blocs, lus, strict=True)
    )
