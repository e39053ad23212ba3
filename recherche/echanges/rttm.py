"""Tours de parole au format RTTM (NIST) : écrire ceux d'une transcription, lire ceux d'un fichier.

`SPEAKER <source> 1 <début> <durée> <NA> <NA> <locuteur> <NA> <NA>`, secondes depuis le début de
l'enregistrement. Un tour se coupe où son locuteur se tait plus de `SILENCE_S`.

Source : NIST, Rich Transcription 2009 Evaluation Plan, annexe A.
"""

from __future__ import annotations

from pathlib import Path

from recherche.echanges.commun import Transcrit
from recherche.echanges.octets import decoder
from recherche.echanges.temps import tours_dates
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import TourDeParole

SILENCE_S = 0.5
_CHAMPS = 9


def tours_de_parole(transcription: Transcrit) -> tuple[TourDeParole, ...]:
    """Les intervalles de parole, par ordre de début. Lève `ErreurEchange` sans temps."""
    paroles: list[TourDeParole] = []
    for tour, mots in tours_dates(transcription, "un fichier RTTM"):
        bornes: list[tuple[float, float]] = []
        for mot in mots:
            if bornes and mot.debut_s - bornes[-1][1] <= SILENCE_S:
                bornes[-1] = (bornes[-1][0], max(bornes[-1][1], mot.fin_s))
            else:
                bornes.append((mot.debut_s, mot.fin_s))
        paroles += (TourDeParole(d, f, tour.locuteur) for d, f in bornes if f > d)
    return tuple(sorted(paroles, key=lambda parole: (parole.debut_s, parole.fin_s)))


def en_rttm(transcription: Transcrit) -> bytes:
    """Une ligne par tour de parole, à la milliseconde. Lève `ErreurEchange` sans temps."""
    lignes = (
        f"SPEAKER {transcription.source_id} 1 {p.debut_s:.3f} {p.fin_s - p.debut_s:.3f}"
        f" <NA> <NA> {'_'.join(p.locuteur.split())} <NA> <NA>\n"
        for p in tours_de_parole(transcription)
    )
    return "".join(lignes).encode("utf-8")


def lire_rttm(octets: bytes, fichier: Path) -> tuple[TourDeParole, ...]:
    """Les tours de parole d'un fichier RTTM. Lève `ErreurEchange` (ligne) s'il est mal formé."""
    paroles = []
    for numero, ligne in enumerate(decoder(octets, fichier).splitlines(), start=1):
        champs = ligne.split()
        if not champs or champs[0] != "SPEAKER":
            continue
        try:
            debut, duree = float(champs[3]), float(champs[4])
            valide = len(champs) >= _CHAMPS and 0 <= debut < float("inf") and 0 < duree < float("inf")
        except (ValueError, IndexError):
            valide = False
        if not valide:
            raise ErreurEchange(
                f"{fichier}, ligne {numero} : ce n'est pas un tour de parole RTTM.",
                "Il faut « SPEAKER source 1 début durée <NA> <NA> locuteur <NA> <NA> », en secondes.",
            )
        paroles.append(TourDeParole(debut, round(debut + duree, 3), champs[7]))
    return tuple(sorted(paroles, key=lambda parole: (parole.debut_s, parole.fin_s)))
