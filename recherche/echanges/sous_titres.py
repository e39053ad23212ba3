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
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Mot

LIGNES = 2
SIGNES_LIGNE = 42
DUREE_MAXIMALE_S = 7.0
SILENCE_S = 1.5
DUREE_SUPPOSEE_S = 0.3
DUREE_MINIMALE_S = 0.2


@dataclass(frozen=True, slots=True)
class SousTitre:
    """Ce que dit un locuteur de `debut_s` à `fin_s`, en une ou deux lignes."""

    debut_s: float
    fin_s: float
    locuteur: str
    lignes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _MotDate:
    texte: str
    debut_s: float
    fin_s: float


def sous_titrer(transcription: Transcrit, *, marge: int = 0) -> list[SousTitre]:
    """Les sous-titres, par ordre de début ; `marge` signes sont gardés sur la première ligne.

    Lève `ErreurEchange` si aucun mot n'est daté.
    """
    mots = [mot for tour in transcription.tours for mot in tour.mots]
    if all(mot.debut_s is None for mot in mots):
        raise ErreurEchange(
            f"{transcription.source_id} n'a pas de temps : on ne peut pas en faire des sous-titres.",
            "Exportez-la en txt, docx ou json, ou la version automatique de son enregistrement"
            " (« recherche transcrire »), qui porte les temps.",
        )
    dates = iter(_dater(mots))
    titres: list[SousTitre] = []
    for tour in transcription.tours:
        reserve = marge + len(tour.locuteur) if marge else 0
        soudes = _souder([next(dates) for _ in tour.mots])
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


def _sous_titre(mots: Sequence[_MotDate], locuteur: str, marge: int) -> SousTitre:
    debut, fin = mots[0].debut_s, max(mot.fin_s for mot in mots)
    lignes = _lignes(mots, marge)
    return SousTitre(debut, max(fin, debut + DUREE_MINIMALE_S), locuteur, tuple(lignes))


def _lignes(mots: Sequence[_MotDate], marge: int) -> list[str]:
    """Les mots mis en lignes ; la marge est celle du nom du locuteur, retirée ensuite."""
    texte = "\u0000" * marge + " ".join(mot.texte for mot in mots)
    lignes = textwrap.wrap(texte, SIGNES_LIGNE, break_long_words=False, break_on_hyphens=False)
    return [ligne.lstrip("\u0000") for ligne in lignes]


def _souder(mots: Sequence[_MotDate]) -> list[_MotDate]:
    """Rattache à son mot la ponctuation isolée, pour qu'aucune ligne ne commence par elle."""
    soudes: list[_MotDate] = []
    for mot in mots:
        if soudes and (mot.texte[0] in "?!:;»%" or soudes[-1].texte == "«"):
            avant = soudes.pop()
            soudes.append(_MotDate(f"{avant.texte}\u00a0{mot.texte}", avant.debut_s, mot.fin_s))
        else:
            soudes.append(mot)
    return soudes


def _grouper(mots: Sequence[_MotDate], marge: int) -> Iterator[list[_MotDate]]:
    """Coupe un tour en sous-titres : place, durée, silence, puis fin de phrase."""
    groupe: list[_MotDate] = []
    for mot in mots:
        if groupe and _couper(groupe, mot, marge):
            yield groupe
            groupe = []
        groupe.append(mot)
    if groupe:
        yield groupe


def _couper(groupe: Sequence[_MotDate], mot: _MotDate, marge: int) -> bool:
    if mot.fin_s - groupe[0].debut_s > DUREE_MAXIMALE_S:
        return True
    if mot.debut_s - groupe[-1].fin_s > SILENCE_S:
        return True
    if len(_lignes([*groupe, mot], marge)) > LIGNES:
        return True
    return groupe[-1].texte[-1] in ".?!…" and len(_lignes(groupe, marge)) == LIGNES


def _dater(mots: Sequence[Mot]) -> list[_MotDate]:
    """Donne un temps à chaque mot : le sien, ou une part égale de l'intervalle entre ses voisins."""
    dates: list[_MotDate] = []
    attente: list[Mot] = []
    for mot in mots:
        if mot.debut_s is None:
            attente.append(mot)
            continue
        depart = dates[-1].fin_s if dates else max(0.0, mot.debut_s - _duree(attente))
        dates += _repartir(attente, depart, mot.debut_s)
        dates.append(_MotDate(mot.texte, mot.debut_s, _fin(mot, mot.debut_s)))
        attente = []
    depart = dates[-1].fin_s
    return dates + _repartir(attente, depart, depart + _duree(attente))


def _duree(mots: Sequence[Mot]) -> float:
    return DUREE_SUPPOSEE_S * len(mots)


def _fin(mot: Mot, debut_s: float) -> float:
    return debut_s if mot.fin_s is None else max(debut_s, mot.fin_s)


def _repartir(mots: Sequence[Mot], debut_s: float, fin_s: float) -> list[_MotDate]:
    pas = max(0.0, fin_s - debut_s) / len(mots) if mots else 0.0
    return [
        _MotDate(mot.texte, debut_s + rang * pas, debut_s + (rang + 1) * pas)
        for rang, mot in enumerate(mots)
    ]
