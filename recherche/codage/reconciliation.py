"""Réconcilier : réunir ce que des codeurs ont fait d'un passage, et dire en quoi ils diffèrent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from recherche.codage.passage import Passage, ranger, verifier_passage
from recherche.codage.unites import RECOUVREMENT
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Extrait, Grille

AUCUN = "aucun"


class Ecart(StrEnum):
    """En quoi des codeurs diffèrent sur un point ; aucun écart : ils sont d'accord."""

    OUBLI = "oubli"
    CODE = "code"
    NATURE = "nature"
    PASSAGE = "passage"


@dataclass(frozen=True, slots=True)
class Point:
    """Des passages de codeurs différents qui se recouvrent : une chose à décider.

    `avis` : les passages, par codeur puis position ; `lecteurs` : ceux qui ont lu l'entretien.
    """

    source_id: str
    avis: tuple[Passage, ...]
    lecteurs: tuple[str, ...]
    ecarts: tuple[Ecart, ...]

    @property
    def debut(self) -> int:
        """Début du premier passage."""
        return min(passage.extrait.debut for passage in self.avis)

    @property
    def fin(self) -> int:
        """Fin du dernier passage."""
        return max(passage.extrait.fin for passage in self.avis)

    @property
    def cle(self) -> str:
        """Désigne ce qu'on compare : qui, quels mots, quels codes ; pas les positions."""
        return cle_des_avis([decrire(passage) for passage in self.avis])

    def de(self, codeur: str) -> tuple[Passage, ...]:
        """Les passages d'un codeur."""
        return tuple(passage for passage in self.avis if passage.codeur == codeur)


def decrire(passage: Passage) -> dict[str, Any]:
    """Un avis en JSON : codeur, bornes, empreinte du passage, codes."""
    extrait = passage.extrait
    return {
        "codeur": passage.codeur,
        "debut": extrait.debut,
        "fin": extrait.fin,
        "empreinte": extrait.empreinte,
        "codes": list(passage.codes),
    }


def cle_des_avis(avis: Iterable[Mapping[str, Any]]) -> str:
    """SHA-256 de ce que chacun a posé, et sur quels mots."""
    dits = sorted([a["codeur"], a["empreinte"], *sorted(a["codes"])] for a in avis)
    return hashlib.sha256(json.dumps(dits, ensure_ascii=False).encode()).hexdigest()


def reunir(passages: Sequence[Passage], grille: Grille, *, lecteurs: Sequence[str]) -> list[Point]:
    """Les points d'un entretien, par position.

    Deux passages de codeurs différents vont ensemble si l'un recouvre au moins la moitié de l'autre (du
    plus court) ; les groupes sont fermés de proche en proche. Un passage sans vis-à-vis est un point.
    """
    ranges = sorted(passages, key=lambda p: (p.extrait.debut, p.extrait.fin, p.codeur))
    chefs = list(range(len(ranges)))

    def chef(rang: int) -> int:
        while chefs[rang] != rang:
            rang = chefs[rang]
        return rang

    for rang, un in enumerate(ranges):
        for autre in range(rang + 1, len(ranges)):
            if ranges[autre].extrait.debut >= un.extrait.fin:
                break
            if un.codeur != ranges[autre].codeur and _ensemble(un.extrait, ranges[autre].extrait):
                chefs[chef(autre)] = chef(rang)
    groupes: dict[int, list[Passage]] = {}
    for rang, passage in enumerate(ranges):
        groupes.setdefault(chef(rang), []).append(passage)
    points = [_point(groupe, grille, tuple(lecteurs)) for groupe in groupes.values()]
    return sorted(points, key=lambda point: (point.debut, point.fin))


def _ensemble(un: Extrait, autre: Extrait) -> bool:
    commun = min(un.fin, autre.fin) - max(un.debut, autre.debut)
    return commun >= RECOUVREMENT * min(un.fin - un.debut, autre.fin - autre.debut)


def _point(groupe: Sequence[Passage], grille: Grille, lecteurs: tuple[str, ...]) -> Point:
    avis = tuple(sorted(groupe, key=lambda p: (p.codeur, p.extrait.debut, p.extrait.fin)))
    natures = {code.id for code in grille.natures}
    par_codeur = {c: [p for p in avis if p.codeur == c] for c in lecteurs}
    presents = [siens for siens in par_codeur.values() if siens]
    poses = [{code for p in siens for code in p.codes} for siens in presents]
    bornes = [[(p.extrait.debut, p.extrait.fin) for p in siens] for siens in presents]
    ecarts = {
        Ecart.OUBLI: len(presents) < len(par_codeur),
        Ecart.CODE: len({frozenset(codes - natures) for codes in poses}) > 1,
        Ecart.NATURE: len({frozenset(codes & natures) for codes in poses}) > 1,
        Ecart.PASSAGE: any(b != bornes[0] for b in bornes),
    }
    trouves = tuple(ecart for ecart, vrai in ecarts.items() if vrai)
    return Point(avis[0].source_id, avis, lecteurs, trouves)


@dataclass(frozen=True, slots=True)
class Choix:
    """Ce qu'on retient d'un point : les passages d'un codeur, ou aucun ; `codes` : d'autres codes."""

    retenu: str
    codes: tuple[str, ...] = ()
    motif: str = ""


def retenir(point: Point, choix: Choix, grille: Grille) -> dict[Extrait, tuple[str, ...]]:
    """Les passages accordés d'un point. Lève `ErreurCodage` si le choix n'y a pas de sens."""
    if choix.retenu == AUCUN:
        return {}
    siens = point.de(choix.retenu)
    if not siens:
        permis = sorted({passage.codeur for passage in point.avis})
        raise ErreurCodage(
            f"{point.source_id}, point {point.cle[:8]} : « {choix.retenu} » n'y a pas de passage.",
            f"Retenez {' ou '.join(permis)}, ou « {AUCUN} ».",
        )
    retenus = {}
    for passage in siens:
        codes = ranger(grille, choix.codes or passage.codes)
        inconnus = [code for code in codes if code not in {c.id for c in grille.codes()}]
        if inconnus:
            raise ErreurCodage(
                f"{point.source_id}, point {point.cle[:8]} : {', '.join(inconnus)} n'est pas dans la "
                "grille.",
                "« recherche grille » montre les codes.",
            )
        verifier_passage(grille, codes)
        retenus[passage.extrait] = codes
    return retenus
