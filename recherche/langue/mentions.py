"""Une mention identifiante : où, de quel type, trouvée par quoi."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class TypeMention(StrEnum):
    """Ce qu'une mention désigne."""

    PRENOM = "PRENOM"
    NOM = "NOM"
    LIEU = "LIEU"
    STRUCTURE = "STRUCTURE"
    CONTACT = "CONTACT"
    DATE_NAISSANCE = "DATE_NAISSANCE"
    AUTRE = "AUTRE"


@dataclass(frozen=True, slots=True)
class Mention:
    """Un passage [debut, fin[ à masquer, en points de code du texte de la transcription."""

    debut: int
    fin: int
    type: TypeMention
    detecteur: str


def disjointes(mentions: Iterable[Mention]) -> tuple[Mention, ...]:
    """Les mentions triées et sans chevauchement : les plus longues gagnent, puis les premières."""
    gardees: list[Mention] = []
    prises: set[int] = set()
    for mention in sorted(mentions, key=lambda m: (m.debut - m.fin, m.debut)):
        etendue = range(mention.debut, mention.fin)
        if etendue and prises.isdisjoint(etendue):
            prises.update(etendue)
            gardees.append(mention)
    return tuple(sorted(gardees, key=lambda m: m.debut))
