"""Texte simple tel que le prennent MAXQDA, NVivo et ATLAS.ti : un alinéa par tour, UTF-8.

- MAXQDA : `NOM: texte #hh:mm:ss-d#`, l'horodatage de f4 en fin de tour (Importer > Transcription avec
  horodatage, ou groupe de discussion : un nom de 63 signes au plus, suivi de deux-points).
- NVivo : colonnes séparées par des tabulations, avec leur en-tête : intervalle au dixième de seconde,
  locuteur, contenu (ouvrir le média, Importer des lignes, « texte délimité par des tabulations »).
- ATLAS.ti : `[hh:mm:ss]NOM: texte` (Importer une transcription multimédia, ou codage de groupe).

Sources : aide de MAXQDA 2022, « Importing Focus Group Transcripts » ; aide de NVivo 12, « Import
transcripts » ; aide d'ATLAS.ti, « Working with Multimedia Transcripts ». Sans temps, les horodatages
manquent et le texte reste.
"""

from __future__ import annotations

from collections.abc import Iterator

from recherche.echanges.commun import Transcrit, horodatage
from recherche.echanges.temps import MotDate, tours_dates
from recherche.modele.transcription import Tour

SIGNES_NOM = 63


def en_maxqda(transcription: Transcrit) -> bytes:
    """`NOM: texte #hh:mm:ss-d#`, une ligne vide entre deux tours."""
    alineas = []
    for tour, dates in _tours(transcription):
        code = f" #{_au_dixieme(dates[-1].fin_s, '-')}#" if dates else ""
        alineas.append(f"{_nom(tour)}: {tour.texte.replace('#', ' ')}{code}")
    return "\n\n".join(alineas).encode("utf-8") + b"\n"


def en_nvivo(transcription: Transcrit) -> bytes:
    """Tableau à tabulations : « Timespan », « Speaker », « Content ». Lève `ErreurEchange`."""
    lignes = ["Timespan\tSpeaker\tContent"]
    for tour, dates in tours_dates(transcription, "une transcription NVivo"):
        if dates:
            bornes = (_au_dixieme(dates[i].fin_s if i else dates[i].debut_s, ".") for i in (0, -1))
            lignes.append(f"{' - '.join(bornes)}\t{_nom(tour)}\t{tour.texte}")
    return "\n".join(lignes).encode("utf-8") + b"\n"


def en_atlasti(transcription: Transcrit) -> bytes:
    """`[hh:mm:ss]NOM: texte`, une ligne vide entre deux tours."""
    alineas = []
    for tour, dates in _tours(transcription):
        code = f"[{horodatage(dates[0].debut_s, '.')[:8]}]" if dates else ""
        alineas.append(f"{code}{_nom(tour)}: {tour.texte}")
    return "\n\n".join(alineas).encode("utf-8") + b"\n"


def _tours(transcription: Transcrit) -> Iterator[tuple[Tour, list[MotDate]]]:
    """Les tours et leurs mots datés ; sans liste de dates si la transcription n'a pas de temps."""
    if all(tour.debut_s is None for tour in transcription.tours):
        yield from ((tour, []) for tour in transcription.tours if tour.mots)
    else:
        yield from ((t, d) for t, d in tours_dates(transcription, "du texte horodaté") if d)


def _nom(tour: Tour) -> str:
    return " ".join(tour.locuteur.replace(":", " ").split())[:SIGNES_NOM]


def _au_dixieme(secondes: float, decimale: str) -> str:
    """`hh:mm:ss` puis le dixième, tronqué."""
    return horodatage(secondes, decimale)[:10]
