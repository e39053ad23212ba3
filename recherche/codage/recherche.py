"""Chercher dans des textes préparés : mots, lemmes, motifs, codes et attributs.

Deux mots sont ensemble s'ils sont dans un même **tour** ; dès qu'un code ou un attribut est en jeu, il
faut **se chevaucher** (le mot est dans le passage codé, deux codes ont un passage commun).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase

from recherche.codage.requete import (
    TEXTUELS,
    Champ,
    Critere,
    Expression,
    Lien,
    Operateur,
    plier,
)
from recherche.modele.codage import Codage


@dataclass(frozen=True, slots=True)
class Jeton:
    """Un mot [debut, fin[ du texte, plié ; `lemme` plié aussi, vide s'il n'est pas demandé."""

    debut: int
    fin: int
    pli: str
    lemme: str = ""


@dataclass(frozen=True, slots=True)
class TourCherche:
    """Un tour [debut, fin[ et ses attributs pliés (plusieurs écritures possibles par attribut)."""

    debut: int
    fin: int
    attributs: Mapping[Champ, frozenset[str]]


@dataclass(frozen=True)
class TexteCherche:
    """Un texte préparé pour la recherche. `familles` : les codes de chaque famille, par identifiant."""

    source_id: str
    texte: str
    tours: Sequence[TourCherche]
    jetons: Sequence[Jeton]
    codages: Sequence[Codage] = ()
    familles: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def tour_de(self, position: int) -> int:
        """Le rang du tour qui contient une position."""
        return bisect_right(self.tours, position, key=lambda tour: tour.debut) - 1


_MOT = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu|presqu)'(?=[\w*])|[\w*]+(?:'[\w*]+)*")


class Sorte(StrEnum):
    """Ce qu'on a trouvé : des mots, un passage codé, ou des tours entiers."""

    MOTS = "mots"
    PASSAGE = "passage"
    TOUR = "tour"


@dataclass(frozen=True, slots=True, order=True)
class Trouvaille:
    """Un passage [debut, fin[ qui répond à la requête."""

    debut: int
    fin: int
    sorte: Sorte


def chercher(texte: TexteCherche, expression: Expression) -> list[Trouvaille]:
    """Ce qui répond à la requête dans un texte, par position, sans double."""
    return sorted(set(_evaluer(texte, expression)))


def _evaluer(texte: TexteCherche, expression: Expression) -> list[Trouvaille]:
    if isinstance(expression, Critere):
        return list(_satisfaire(texte, expression))
    return _lier(texte, expression)


def _lier(texte: TexteCherche, lien: Lien) -> list[Trouvaille]:
    gauche, droite = _evaluer(texte, lien.gauche), _evaluer(texte, lien.droite)
    if lien.operateur is Operateur.OU:
        return [*gauche, *droite]
    if lien.operateur is Operateur.PRES:
        return list(_proches(texte, gauche, droite, lien.ecart))
    paires = _ensemble(texte, gauche, droite)
    if lien.operateur is Operateur.SAUF:
        pris = {x for x, _ in paires}
        return [x for x in gauche if x not in pris]
    return [commun for x, y in paires for commun in _commun(x, y)]


def _ensemble(
    texte: TexteCherche, gauche: Iterable[Trouvaille], droite: Iterable[Trouvaille]
) -> list[tuple[Trouvaille, Trouvaille]]:
    """Les paires qui sont ensemble (voir en tête du module)."""
    par_tour: dict[int, list[Trouvaille]] = defaultdict(list)
    for y in droite:
        for rang in _tours(texte, y):
            par_tour[rang].append(y)
    paires = {
        (x, y): None
        for x in gauche
        for rang in _tours(texte, x)
        for y in par_tour.get(rang, ())
        if (x.sorte is y.sorte is Sorte.MOTS) or (x.debut < y.fin and y.debut < x.fin)
    }
    return list(paires)


def _tours(texte: TexteCherche, trouvaille: Trouvaille) -> range:
    return range(texte.tour_de(trouvaille.debut), texte.tour_de(trouvaille.fin - 1) + 1)


def _commun(x: Trouvaille, y: Trouvaille) -> Iterator[Trouvaille]:
    """Deux mots se gardent tous deux ; sinon le mot, ou ce que les passages ont en commun."""
    if x.sorte is Sorte.MOTS or y.sorte is Sorte.MOTS:
        yield from (t for t in (x, y) if t.sorte is Sorte.MOTS)
        return
    sorte = Sorte.TOUR if x.sorte is y.sorte is Sorte.TOUR else Sorte.PASSAGE
    yield Trouvaille(max(x.debut, y.debut), min(x.fin, y.fin), sorte)


def _proches(
    texte: TexteCherche, gauche: Iterable[Trouvaille], droite: Sequence[Trouvaille], ecart: int
) -> Iterator[Trouvaille]:
    """Les paires que séparent au plus `ecart` mots, d'un bout à l'autre, même d'un tour au suivant."""
    rangs = [(y, *_rangs(texte, y)) for y in droite]
    for x in gauche:
        premier, dernier = _rangs(texte, x)
        for y, debut, fin in rangs:
            if x != y and max(debut - dernier, premier - fin) - 1 <= ecart:
                yield Trouvaille(min(x.debut, y.debut), max(x.fin, y.fin), Sorte.MOTS)


def _rangs(texte: TexteCherche, trouvaille: Trouvaille) -> tuple[int, int]:
    """Rangs du premier et du dernier mot d'une trouvaille."""
    premier = bisect_right(texte.jetons, trouvaille.debut, key=lambda jeton: jeton.debut) - 1
    dernier = bisect_right(texte.jetons, trouvaille.fin - 1, key=lambda jeton: jeton.debut) - 1
    return premier, dernier


def _satisfaire(texte: TexteCherche, critere: Critere) -> Iterator[Trouvaille]:
    if critere.champ is Champ.MOTIF:
        for lu in re.finditer(critere.valeur, texte.texte, re.IGNORECASE):
            if lu.group().strip():
                yield Trouvaille(lu.start(), lu.end(), Sorte.MOTS)
    elif critere.champ in TEXTUELS:
        yield from _suites(texte, critere)
    elif critere.champ in (Champ.CODE, Champ.FAMILLE):
        yield from _codes(texte, critere)
    else:
        for tour in texte.tours:
            valeurs = tour.attributs.get(critere.champ, frozenset())
            if tour.fin > tour.debut and any(fnmatchcase(v, critere.valeur) for v in valeurs):
                yield Trouvaille(tour.debut, tour.fin, Sorte.TOUR)


def _suites(texte: TexteCherche, critere: Critere) -> Iterator[Trouvaille]:
    """Les suites de mots (ou de lemmes) d'un même tour ; « * » tient lieu de lettres."""
    cherches = [_reconnaitre(mot) for mot in _mots(critere.valeur)]
    lemmes = critere.champ is Champ.LEMME
    formes = [jeton.lemme if lemmes else jeton.pli for jeton in texte.jetons]
    for rang in range(len(formes) - len(cherches) + 1):
        if all(cherche.fullmatch(formes[rang + i]) for i, cherche in enumerate(cherches)):
            debut, fin = texte.jetons[rang].debut, texte.jetons[rang + len(cherches) - 1].fin
            if texte.tour_de(debut) == texte.tour_de(fin - 1):
                yield Trouvaille(debut, fin, Sorte.MOTS)


def _mots(valeur: str) -> list[str]:
    """Les mots d'un critère, élisions détachées comme dans les jetons (« l'école » : deux mots)."""
    return _MOT.findall(valeur)


def _reconnaitre(mot: str) -> re.Pattern[str]:
    return re.compile(re.escape(mot).replace(r"\*", r".*"))


def _codes(texte: TexteCherche, critere: Critere) -> Iterator[Trouvaille]:
    voulu = critere.valeur.upper()
    codeur = None if critere.codeur is None else plier(critere.codeur)
    for codage in texte.codages:
        if codeur is not None and plier(codage.codeur) != codeur:
            continue
        noms = {codage.code.upper()}
        if critere.champ is Champ.FAMILLE:
            noms = {f.upper() for f, codes in texte.familles.items() if codage.code in codes}
        if any(fnmatchcase(nom, voulu) for nom in noms):
            yield Trouvaille(codage.extrait.debut, codage.extrait.fin, Sorte.PASSAGE)
