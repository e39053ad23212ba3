"""Le cadre de l'accord : ce qu'un codeur pouvait coder, codé ou non, et ce que chacun en a dit.

L'unité est le tour de parole ou la phrase d'une personne enquêtée. Un kappa calculé sur les seuls
passages codés ne veut rien dire : le cadre contient aussi ce que personne n'a codé.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Extrait
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR, TranscriptionPseudonymisee

ABSENT = -1
RECOUVREMENT = 0.5
FIN_DE_PHRASE = re.compile(r"[.!?…]+(?:\s?[»\")\]])*\s+(?=[«\"(\[]?\s?[A-ZÀ-ÖØ-Þ0-9])")


class Maille(StrEnum):
    """Ce qu'est une unité du cadre."""

    PHRASE = "phrase"
    TOUR = "tour"


@dataclass(frozen=True, slots=True)
class Unite:
    """Un passage [debut, fin[ du texte pseudonymisé d'une source, dans le tour d'indice `tour`."""

    source_id: str
    debut: int
    fin: int
    tour: int

    def extrait(self, texte: str) -> Extrait:
        """L'extrait de cette unité dans le texte de sa source."""
        return Extrait.dans(texte, self.debut, self.fin)


def cadre(
    textes: Iterable[TranscriptionPseudonymisee],
    *,
    maille: Maille = Maille.PHRASE,
    muets: Collection[str] = (ENQUETEUR, ANIMATEUR),
) -> list[Unite]:
    """Toutes les unités des personnes enquêtées (les locuteurs hors `muets`), dans l'ordre du texte.

    Une phrase finit à un point, un point d'exclamation ou d'interrogation ou des points de suspension
    suivis d'une majuscule ou d'un chiffre.
    """
    return [unite for texte in textes for unite in _unites(texte, maille, muets)]


def _unites(
    texte: TranscriptionPseudonymisee, maille: Maille, muets: Collection[str]
) -> Iterator[Unite]:
    for rang, (tour, debut) in enumerate(zip(texte.tours, texte.debuts(), strict=True)):
        if tour.locuteur in muets or not tour.texte:
            continue
        bornes = phrases(tour.texte) if maille is Maille.PHRASE else [(0, len(tour.texte))]
        for depart, fin in bornes:
            yield Unite(texte.source_id, debut + depart, debut + fin, rang)


def phrases(texte: str) -> list[tuple[int, int]]:
    """Positions [debut, fin[ des phrases d'un tour, sans l'espace qui les sépare."""
    coupes = [lu.end() for lu in FIN_DE_PHRASE.finditer(texte)]
    bornes = zip([0, *coupes], [*coupes, len(texte)], strict=True)
    return [(debut, debut + len(texte[debut:fin].rstrip())) for debut, fin in bornes]


@dataclass(frozen=True)
class Jugements:
    """Ce que chaque codeur a dit de chaque unité.

    `notes[codeur, unité, code]` vaut 1 si le code y est posé, 0 sinon, -1 si le codeur ne l'a pas lue.
    """

    codeurs: tuple[str, ...]
    codes: tuple[str, ...]
    unites: tuple[Unite, ...]
    notes: NDArray[np.int8]

    @property
    def sources(self) -> tuple[str, ...]:
        """Les sources du cadre, dans l'ordre."""
        return tuple(dict.fromkeys(unite.source_id for unite in self.unites))

    @property
    def rang_source(self) -> NDArray[np.intp]:
        """Le rang de la source de chaque unité dans `sources`."""
        rangs = {source: rang for rang, source in enumerate(self.sources)}
        return np.array([rangs[unite.source_id] for unite in self.unites], dtype=np.intp)

    def colonnes(self, codes: Sequence[str]) -> NDArray[np.int8]:
        """Les notes de ces codes : (codeurs, unités, codes)."""
        return self.notes[:, :, [self.codes.index(code) for code in codes]]

    def axe(self, codes: Sequence[str]) -> NDArray[np.int8]:
        """Un axe à un seul choix : 0 si aucun de ces codes n'est posé, sinon le rang (dès 1) du premier.

        Forme (codeurs, unités, 1) ; -1 si le codeur n'a pas lu l'unité.
        """
        notes = self.colonnes(codes)
        choix = np.where((notes == 1).any(axis=2), (notes == 1).argmax(axis=2) + 1, 0)
        return np.where(notes[:, :, 0] == ABSENT, ABSENT, choix).astype(np.int8)[:, :, None]


def juger(
    codages: Iterable[Codage],
    unites: Sequence[Unite],
    *,
    codeurs: Sequence[str],
    codes: Sequence[str],
    lues: Mapping[str, Collection[str]],
    recouvrement: float = RECOUVREMENT,
) -> Jugements:
    """Reporte les codages sur les unités ; `lues` : les sources que chaque codeur a lues.

    Un codage vaut pour une unité s'il en couvre au moins la part `recouvrement`, ou si l'unité contient
    au moins cette part de l'extrait codé : une phrase entière dans un long passage, ou trois mots codés
    au milieu d'une longue phrase. Les codes hors de `codes` sont ignorés.
    Lève `ErreurCodage` s'il y a moins de deux codeurs ou aucune unité.
    """
    if len(codeurs) < 2 or not unites:
        raise ErreurCodage(
            f"L'accord se mesure entre deux codeurs au moins, sur des entretiens communs : "
            f"{len(codeurs)} codeur(s), {len(unites)} unité(s).",
            "Importez le travail d'un second codeur, ou tirez un échantillon : « recherche echantillon "
            "».",
        )
    notes = np.full((len(codeurs), len(unites), len(codes)), ABSENT, dtype=np.int8)
    places: dict[str, list[int]] = {}
    for place, unite in enumerate(unites):
        places.setdefault(unite.source_id, []).append(place)
    for rang, codeur in enumerate(codeurs):
        for source in lues.get(codeur, ()):
            notes[rang, places.get(source, [])] = 0
    rangs_codeurs = {codeur: rang for rang, codeur in enumerate(codeurs)}
    rangs_codes = {code: rang for rang, code in enumerate(codes)}
    for codage in codages:
        qui, code = rangs_codeurs.get(codage.codeur), rangs_codes.get(codage.code)
        if qui is None or code is None or codage.source_id not in lues.get(codage.codeur, ()):
            continue
        for place in places.get(codage.source_id, ()):
            if _couvre(codage.extrait, unites[place], recouvrement):
                notes[qui, place, code] = 1
    return Jugements(tuple(codeurs), tuple(codes), tuple(unites), notes)


def _couvre(extrait: Extrait, unite: Unite, part: float) -> bool:
    commun = min(extrait.fin, unite.fin) - max(extrait.debut, unite.debut)
    return commun > 0 and commun >= part * min(extrait.fin - extrait.debut, unite.fin - unite.debut)
