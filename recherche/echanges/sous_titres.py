"""Transcription datée -> sous-titres WebVTT et SubRip.

Un sous-titre tient sur deux lignes de 42 signes et sept secondes, se coupe entre deux mots, et ne
réunit jamais deux locuteurs. Un mot sans temps prend sa place entre ses voisins datés.

Sources : WebVTT, W3C (2019) ; longueurs d'usage du sous-titrage télévisé.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from recherche.echanges.commun import Transcrit, horodatage, nature
from recherche.echanges.temps import MotDate, tours_dates

LIGNES = 2
SIGNES_LIGNE = 42
DUREE_MAXIMALE_S = 7.0
SILENCE_S = 1.5
DUREE_MINIMALE_S = 0.2


@dataclass(frozen=True, slots=True)
class SousTitre:
    """Ce que dit un locuteur de `debut_s` à `fin_s`, en une ou deux lignes."""

    debut_s: float
    fin_s: float
    locuteur: str
    lignes: tuple[str, ...]


def sous_titrer(transcription: Transcrit, *, marge: int = 0) -> list[SousTitre]:
    """Les sous-titres, par ordre de début ; `marge` signes sont gardés sur la première ligne.

    Lève `ErreurEchange` si aucun mot n'est daté.
    """
    titres: list[SousTitre] = []
    for tour, mots in tours_dates(transcription, "des sous-titres"):
        reserve = marge + len(tour.locuteur) if marge else 0
        soudes = _souder(mots)
        titres += [_sous_titre(g, tour.locuteur, reserve) for g in _grouper(soudes, reserve)]
    return sorted(titres, key=lambda titre: titre.debut_s)


def en_vtt(transcription: Transcrit) -> bytes:
    """WebVTT, UTF-8, une balise `<v LOCUTEUR>` par sous-titre. Lève `ErreurEchange` sans temps."""
    blocs = [
        f"{_intervalle(titre, '.')}\n<v {_sans_chevron(titre.locuteur)}>"
        + "\n".join(escape(ligne, quote=False) for ligne in titre.lignes)
        for titre in sous_titrer(transcription)
    ]
    note = f"NOTE {transcription.source_id}, {nature(transcription)}"
    return "\n\n".join(["WEBVTT", note, *blocs]).encode("utf-8") + b"\n"


def en_srt(transcription: Transcrit) -> bytes:
    """SubRip, UTF-8, `[LOCUTEUR]` en tête de chaque sous-titre. Lève `ErreurEchange` sans temps."""
    blocs = [
        f"{numero}\n{_intervalle(titre, ',')}\n[{titre.locuteur}] "
        + "\n".join(ligne.replace("-->", "→") for ligne in titre.lignes)
        for numero, titre in enumerate(sous_titrer(transcription, marge=3), start=1)
    ]
    return "\n\n".join(blocs).encode("utf-8") + b"\n"


def _intervalle(titre: SousTitre, decimale: str) -> str:
    return f"{horodatage(titre.debut_s, decimale)} --> {horodatage(titre.fin_s, decimale)}"


def _sans_chevron(locuteur: str) -> str:
    return escape(locuteur, quote=False).replace("&gt;", "").replace("&lt;", "")


def _sous_titre(mots: Sequence[MotDate], locuteur: str, marge: int) -> SousTitre:
    debut, fin = mots[0].debut_s, max(mot.fin_s for mot in mots)
    lignes = _lignes(mots, marge)
    return SousTitre(debut, max(fin, debut + DUREE_MINIMALE_S), locuteur, tuple(lignes))


def _lignes(mots: Sequence[MotDate], marge: int) -> list[str]:
    """Les mots mis en lignes ; la marge est celle du nom du locuteur, retirée ensuite."""
    texte = "\u0000" * marge + " ".join(mot.texte for mot in mots)
    lignes = textwrap.wrap(texte, SIGNES_LIGNE, break_long_words=False, break_on_hyphens=False)
    return [ligne.lstrip("\u0000") for ligne in lignes]


def _souder(mots: Sequence[MotDate]) -> list[MotDate]:
    """Rattache à son mot la ponctuation isolée, pour qu'aucune ligne ne commence par elle."""
    soudes: list[MotDate] = []
    for mot in mots:
        if soudes and (mot.texte[0] in "?!:;»%" or soudes[-1].texte == "«"):
            avant = soudes.pop()
            soudes.append(MotDate(f"{avant.texte}\u00a0{mot.texte}", avant.debut_s, mot.fin_s))
        else:
            soudes.append(mot)
    return soudes


def _grouper(mots: Sequence[MotDate], marge: int) -> Iterator[list[MotDate]]:
    """Coupe un tour en sous-titres : place, durée, silence, puis fin de phrase."""
    groupe: list[MotDate] = []
    for mot in mots:
        if groupe and _couper(groupe, mot, marge):
            yield groupe
            groupe = []
        groupe.append(mot)
    if groupe:
        yield groupe


def _couper(groupe: Sequence[MotDate], mot: MotDate, marge: int) -> bool:
    if mot.fin_s - groupe[0].debut_s > DUREE_MAXIMALE_S:
        return True
    if mot.debut_s - groupe[-1].fin_s > SILENCE_S:
        return True
    if len(_lignes([*groupe, mot], marge)) > LIGNES:
        return True
    return groupe[-1].texte[-1] in ".?!…" and len(_lignes(groupe, marge)) == LIGNES
