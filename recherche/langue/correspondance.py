"""Positions du texte brut et du texte pseudonymisé, l'une vers l'autre."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

Ligne = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Correspondance:
    """Où est passée chaque mention d'une transcription ; rien de nominatif.

    Une ligne par mention, triées : (debut, fin) dans le texte brut, (debut, fin) dans le texte
    pseudonymisé, puis, pour reconstituer, rang de l'entrée de la clé et de son écriture d'origine.
    """

    lignes: tuple[Ligne, ...] = ()

    def vers_pseudonymise(self, debut: int, fin: int) -> tuple[int, int]:
        """[debut, fin[ du texte brut, dans le texte pseudonymisé ; étendu aux mentions qu'il coupe."""
        return _porter([ligne[:4] for ligne in self.lignes], debut, fin)

    def vers_brut(self, debut: int, fin: int) -> tuple[int, int]:
        """[debut, fin[ du texte pseudonymisé, dans le texte brut ; étendu aux mentions qu'il coupe."""
        return _porter([(c, d, a, b) for a, b, c, d, *_ in self.lignes], debut, fin)


def _porter(lignes: Sequence[Ligne], debut: int, fin: int) -> tuple[int, int]:
    if debut > fin:
        raise ValueError(f"extrait [{debut}, {fin}[ à l'envers")
    return _borne(lignes, debut, fin=False), _borne(lignes, fin, fin=True)


def _borne(lignes: Sequence[Ligne], position: int, *, fin: bool) -> int:
    """La position portée ; dans une mention, son début ou sa fin."""
    rang = bisect_right(lignes, position, key=lambda ligne: ligne[1])
    if rang < len(lignes):
        a, _, c, d = lignes[rang]
        if a < position:
            return d if fin else c
    if not rang:
        return position
    _, b, _, d = lignes[rang - 1]
    return position + d - b
