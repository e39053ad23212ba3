"""La clé des pseudonymes : ce qui remplace chaque forme, pour tout le corpus.

Une clé ne fait que grandir : une entrée garde son rang, son numéro et son pseudonyme. Elle contient les
formes d'origine : elle ne se garde que chiffrée (`coffre`).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Self

from recherche.langue import listes
from recherche.langue.contexte import ContexteDetection
from recherche.langue.mentions import TypeMention
from recherche.langue.mots import decouper, plier
from recherche.modele.transcription import Transcription

_VOYELLES = "aeiouyh"
_ANNEE = re.compile(r"(?:19|20)\d\d")


@dataclass(frozen=True, slots=True)
class Entree:
    """Une forme masquée : son pseudonyme, et toutes ses écritures d'origine (casse, accents).

    `numero` est propre au type et ne change jamais.
    """

    type: TypeMention
    forme: str
    pseudonyme: str
    numero: int
    originaux: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContextePseudonymes:
    """Ce qui guide le choix : sexe par forme pliée, prénoms interdits (pliés), genres connus des lieux.

    `numeros` : « [Prénom 12] » plutôt qu'un autre prénom.
    """

    sexes: Mapping[str, str] = field(default_factory=dict)
    interdits: frozenset[str] = frozenset()
    genres: Mapping[str, str] = field(default_factory=dict)
    numeros: bool = False

    @classmethod
    def pour(
        cls,
        contexte: ContexteDetection,
        transcriptions: Iterable[Transcription],
        *,
        numeros: bool = False,
    ) -> Self:
        """Sexes et quartiers du registre ; interdit tout mot du registre et du corpus."""
        sexes = {
            plier(n.forme): n.sexe for n in contexte.noms if n.sexe and n.type is TypeMention.PRENOM
        }
        mots = {u.pli for t in transcriptions for u in decouper(t.texte)}
        genres = {forme_de_cle(TypeMention.LIEU, nom): genre for nom, genre in contexte.genres}
        interdits = frozenset(mots | {plier(nom.forme) for nom in contexte.noms})
        return cls(sexes, interdits, genres, numeros)


@dataclass(frozen=True)
class Cle:
    """Table figée des pseudonymes, dans l'ordre où les formes ont été vues."""

    entrees: tuple[Entree, ...] = ()

    @cached_property
    def rangs(self) -> dict[tuple[TypeMention, str], int]:
        """Rang de chaque entrée par type et forme pliée."""
        return {(e.type, e.forme): rang for rang, e in enumerate(self.entrees)}

    def rang(self, type_: TypeMention, original: str) -> int:
        """Rang de l'entrée d'un texte masqué. Lève `KeyError` s'il n'est pas dans la clé."""
        return self.rangs[type_, forme_de_cle(type_, original)]

    def pseudonyme(self, type_: TypeMention, original: str) -> str:
        """Ce qui remplace un texte masqué. Lève `KeyError` s'il n'est pas dans la clé."""
        return self.entrees[self.rang(type_, original)].pseudonyme

    def prolonger(
        self,
        masques: Iterable[tuple[TypeMention, str]],
        contexte: ContextePseudonymes | None = None,
    ) -> Cle:
        """La clé augmentée des textes masqués qu'elle n'avait pas ; rien d'existant ne change."""
        attribution = _Attribution(self, contexte or ContextePseudonymes())
        nouveaux = [
            (type_, original) for type_, original in masques if not self._contient(type_, original)
        ]
        for type_, original in nouveaux:
            attribution.ajouter(type_, original)
        return Cle(tuple(attribution.entrees)) if nouveaux else self

    def _contient(self, type_: TypeMention, original: str) -> bool:
        rang = self.rangs.get((type_, forme_de_cle(type_, original)))
        return rang is not None and original in self.entrees[rang].originaux

    def oublier(self, employees: Set[tuple[int, int]]) -> Cle:
        """La clé sans les écritures d'origine que rien n'emploie plus.

        `employees` : (rang d'entrée, rang d'écriture) encore employés. Rangs et pseudonymes restent en
        place : les correspondances des autres textes tiennent toujours.
        """
        return Cle(tuple(_sans(e, rang, employees) for rang, e in enumerate(self.entrees)))

    def collisions(self) -> tuple[str, ...]:
        """Prénoms de remplacement que porte depuis une vraie personne du corpus : à renouveler."""
        formes = {e.forme for e in self.entrees}
        prenoms = (e.pseudonyme for e in self.entrees if e.type is TypeMention.PRENOM)
        return tuple(p for p in prenoms if plier(p) in formes)

    def vers_json(self) -> str:
        """La clé en JSON (nominatif : ne l'écrire que chiffrée)."""
        lignes = [[e.type, e.forme, e.pseudonyme, e.numero, list(e.originaux)] for e in self.entrees]
        return json.dumps({"version": 1, "entrees": lignes}, ensure_ascii=False)

    @classmethod
    def depuis_json(cls, texte: str) -> Cle:
        """La clé écrite par `vers_json`. Lève `ValueError` si ce n'en est pas une."""
        try:
            lignes = json.loads(texte)["entrees"]
            return cls(tuple(Entree(TypeMention(t), f, p, int(n), tuple(o)) for t, f, p, n, o in lignes))
        except (KeyError, TypeError) as erreur:
            raise ValueError("ce n'est pas une clé de pseudonymes") from erreur


def _sans(entree: Entree, rang: int, employees: Set[tuple[int, int]]) -> Entree:
    originaux = tuple(o if (rang, i) in employees else "" for i, o in enumerate(entree.originaux))
    return replace(entree, originaux=originaux, forme=entree.forme if any(originaux) else "")


def forme_de_cle(type_: TypeMention, original: str) -> str:
    """La forme qui réunit les écritures d'un même texte masqué.

    Casse, accents et traits d'union ne comptent pas ; l'article non plus, sauf d'une personne,
    ni le genre d'une structure (« lycée Colbert » et « Colbert » sont la même).
    """
    forme = plier(original) or original
    if type_ is TypeMention.STRUCTURE and (genre := genre_de_structure(forme)):
        reste = re.sub(r"^(?:(?:de|du|des|la|le|les|l|d) )+", "", forme.removeprefix(genre).strip())
        forme = reste or forme
    if type_ in (TypeMention.LIEU, TypeMention.STRUCTURE, TypeMention.AUTRE):
        return re.sub(r"^(?:la|le|les|l) (?=\w{3})", "", forme)
    return forme


def genre_de_structure(forme: str) -> str:
    """Le genre par lequel commence une institution pliée (« lycee ») ; vide si elle n'en dit pas."""
    mots = forme.split()
    genres = listes.genres_de_structure()
    debuts = (" ".join(mots[:n]) for n in range(min(4, len(mots) - 1), 0, -1))
    return next((debut for debut in debuts if debut in genres), "")


@dataclass(slots=True)
class _Attribution:
    """Attribue des pseudonymes à la suite d'une clé."""

    cle: Cle
    contexte: ContextePseudonymes
    entrees: list[Entree] = field(init=False)
    rangs: dict[tuple[TypeMention, str], int] = field(init=False)
    numeros: Counter[TypeMention] = field(init=False)
    pris: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.entrees = list(self.cle.entrees)
        self.rangs = dict(self.cle.rangs)
        self.numeros = Counter()
        for entree in self.entrees:
            self.numeros[entree.type] = max(self.numeros[entree.type], entree.numero)
        self.pris = {plier(e.pseudonyme) for e in self.entrees} | {e.forme for e in self.entrees}

    def ajouter(self, type_: TypeMention, original: str) -> None:
        forme = forme_de_cle(type_, original)
        rang = self.rangs.get((type_, forme))
        if rang is None:
            self.numeros[type_] += 1
            pseudonyme = self._pseudonyme(type_, original, forme, self.numeros[type_])
            self.rangs[type_, forme] = len(self.entrees)
            self.entrees.append(Entree(type_, forme, pseudonyme, self.numeros[type_], (original,)))
            self.pris |= {plier(pseudonyme), forme}
        elif original not in self.entrees[rang].originaux:
            entree = self.entrees[rang]
            self.entrees[rang] = replace(entree, originaux=(*entree.originaux, original))

    def _pseudonyme(self, type_: TypeMention, original: str, forme: str, numero: int) -> str:
        match type_:
            case TypeMention.PRENOM:
                choisi = None if self.contexte.numeros else self._prenom(forme)
                return choisi or f"[Prénom {numero}]"
            case TypeMention.CONTACT:
                return "[contact]"
            case TypeMention.DATE_NAISSANCE:
                return periode(original)
            case TypeMention.LIEU:
                genre = self.contexte.genres.get(forme) or _genre_de_lieu(forme)
            case TypeMention.STRUCTURE:
                genre = self._genre_de_structure(original)
            case TypeMention.AUTRE:
                genre = "numéro" if any(c.isdigit() for c in forme) else "masqué"
            case _:
                genre = "nom"
        return f"[{genre} {numero}]"

    def _genre_de_structure(self, original: str) -> str:
        """Le genre que dit le texte, ou celui que donne l'étude ; « structure » sinon."""
        dit = plier(original)
        genre = genre_de_structure(dit) or self.contexte.genres.get(dit, "")
        if genre and dit.startswith(genre):
            return " ".join(original.split()[: len(genre.split())]).lower()
        return genre or "structure"

    def _prenom(self, forme: str) -> str | None:
        """Le premier prénom libre de même sexe et de même initiale (voyelle ou consonne)."""
        pool = listes.remplacements()[sexe_de(forme, self.contexte.sexes) or "X"]
        libres = [p for p in pool if not self._pris(plier(p))]
        voyelle = forme[0] in _VOYELLES
        return next(
            (p for p in libres if (plier(p)[0] in _VOYELLES) is voyelle), next(iter(libres), None)
        )

    def _pris(self, pli: str) -> bool:
        interdits = self.contexte.interdits
        parties = pli.split()
        compose = len(parties) > 1 and all(partie in interdits for partie in parties)
        return pli in self.pris or pli in interdits or compose


def sexe_de(forme: str, sexes: Mapping[str, str]) -> str | None:
    """F ou H d'un prénom plié : celui du registre, sinon le plus courant à l'Insee ; None sinon."""
    if forme in sexes:
        return sexes[forme]
    table = listes.prenoms()
    connu = table.get(forme) or table.get(forme.split(maxsplit=1)[0])
    return connu.sexe if connu and connu.sexe != "X" else None


def _genre_de_lieu(forme: str) -> str:
    premier = next((mot for mot in forme.split() if mot.isalpha()), "")
    genres = listes.genres("lieux")
    if premier in {plier(voie) for voie in genres["voie"]}:
        return "voie"
    return "adresse" if premier in {plier(porte) for porte in genres["porte"]} else "lieu"


def periode(date: str) -> str:
    """La période de cinq ans d'une date : « [entre 1990 et 1994] », « [date] » sans année."""
    annee = _ANNEE.search(date)
    if not annee:
        return "[date]"
    debut = int(annee.group()) // 5 * 5
    return f"[entre {debut} et {debut + 4}]"
