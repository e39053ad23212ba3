"""Le jeu publié tel que le rédacteur le lit : étude, grille, effectifs, verbatims, ateliers.

Un effectif masqué, ou qui le serait au seuil de l'étude, n'a pas de valeur ici : aucun chapitre ne
peut l'écrire.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from recherche.erreurs import ErreurRecherche
from recherche.modele.transcription import empreinte_texte

ENSEMBLE = "ensemble"
TOUTES = "toutes"
_COLONNES = {
    "avancement": (
        "territoire",
        "profil",
        "objectif",
        "realises",
        "transcrits",
        "relus",
        "codes",
        "publies",
    ),
    "grille": (
        "axe",
        "famille",
        "famille_nom",
        "code",
        "nom",
        "definition",
        "inclure",
        "exclure",
        "exemple",
    ),
    "effectifs_codes": ("code", "profil", "nature", "entretiens", "base", "masque"),
    "effectifs_familles": ("famille", "territoire", "profil", "entretiens", "base", "masque"),
    "effectifs_natures": ("nature", "territoire", "profil", "entretiens", "base", "masque"),
    "verbatims": ("reference", "territoire", "profil", "codes", "nature", "texte"),
    "ateliers": ("titre", "territoire", "date", "participants", "decisions"),
}
_REMEDE = "Publiez de nouveau avec « recherche publier »."


@dataclass(frozen=True, slots=True)
class Profil:
    """Une population interrogée : nom (singulier), pluriel, guide d'entretien."""

    nom: str
    pluriel: str
    guide: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """Un thème ou une nature de la grille."""

    code: str
    nom: str
    definition: str
    inclure: str
    exclure: str
    exemple: str


@dataclass(frozen=True, slots=True)
class Famille:
    """Une famille de thèmes."""

    code: str
    nom: str
    themes: tuple[Code, ...]


@dataclass(frozen=True, slots=True)
class Effectif:
    """Des entretiens sur une base ; `entretiens` None : masqué. Parts de 0 à 1, ou None."""

    entretiens: int | None
    base: int
    part: float | None = None
    part_basse: float | None = None
    part_haute: float | None = None


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Un extrait publié et ses codes."""

    reference: str
    territoire: str
    profil: str
    codes: tuple[str, ...]
    nature: str
    texte: str

    @property
    def empreinte(self) -> str:
        """Celle du texte : le même ordre d'une publication à l'autre."""
        return empreinte_texte(self.texte)


@dataclass(frozen=True, slots=True)
class Atelier:
    """Un atelier et ses décisions."""

    titre: str
    territoire: str
    date: date | None
    participants: int
    decisions: tuple[str, ...]


class Lecture:
    """Les tables et le manifeste, indexés une fois. Lève `ErreurRecherche` s'il en manque."""

    def __init__(self, manifeste: Mapping[str, Any], tables: Mapping[str, pd.DataFrame]) -> None:
        for nom, colonnes in _COLONNES.items():
            presentes = set(tables[nom].columns) if nom in tables else set()
            if absentes := [c for c in colonnes if c not in presentes]:
                dit = f"il manque à la table « {nom} » : {', '.join(absentes)}"
                raise ErreurRecherche(f"Le jeu publié est incomplet : {dit}.", _REMEDE)
        if "etude" not in manifeste:
            raise ErreurRecherche("Le manifeste du jeu publié ne décrit pas l'étude.", _REMEDE)
        self.manifeste = manifeste
        self.tables = tables

    @property
    def etude(self) -> Mapping[str, Any]:
        """La partie « etude » du manifeste."""
        valeur: Mapping[str, Any] = self.manifeste["etude"]
        return valeur

    @property
    def seuil(self) -> int:
        """En dessous de ce nombre de personnes, rien ne s'écrit."""
        return int(self.etude["seuil"])

    @property
    def niveau(self) -> str:
        """« ville », « région »… au singulier."""
        return str(self.etude["niveau_territoire"])

    @property
    def niveau_pluriel(self) -> str:
        """« villes », « régions »…"""
        return str(self.etude.get("niveau_territoire_pluriel") or f"{self.niveau}s")

    @cached_property
    def territoires(self) -> tuple[str, ...]:
        """Noms des territoires, dans l'ordre de l'étude."""
        return tuple(str(t["nom"]) for t in self.etude["territoires"])

    @cached_property
    def profils(self) -> tuple[Profil, ...]:
        """Populations interrogées, dans l'ordre de l'étude ; vide pour une étude d'ateliers."""
        return tuple(_profil(p) for p in self.etude["profils"])

    @cached_property
    def familles(self) -> tuple[Famille, ...]:
        """Familles de thèmes, dans l'ordre de la grille."""
        grille = self.tables["grille"]
        themes = grille[grille["axe"] != "nature"]
        return tuple(
            Famille(str(code), str(groupe["famille_nom"].iloc[0]), tuple(_codes(groupe)))
            for code, groupe in themes.groupby("famille", sort=False)
        )

    @cached_property
    def themes(self) -> tuple[Code, ...]:
        """Tous les thèmes, dans l'ordre des familles."""
        return tuple(theme for famille in self.familles for theme in famille.themes)

    @cached_property
    def natures(self) -> tuple[Code, ...]:
        """Natures du propos."""
        grille = self.tables["grille"]
        return tuple(_codes(grille[grille["axe"] == "nature"]))

    def effectif_theme(self, code: str, profil: str = ENSEMBLE, nature: str = TOUTES) -> Effectif | None:
        """Entretiens d'un profil où le thème apparaît ; None si la table n'en dit rien."""
        return self._index("effectifs_codes", "code", "profil", "nature").get((code, profil, nature))

    def effectif_famille(self, famille: str, territoire: str, profil: str) -> Effectif | None:
        """Entretiens d'un territoire et d'un profil où la famille apparaît."""
        return self._croise("famille", famille, territoire, profil)

    def effectif_nature(self, nature: str, territoire: str, profil: str) -> Effectif | None:
        """Entretiens d'un territoire et d'un profil où la nature apparaît."""
        return self._croise("nature", nature, territoire, profil)

    def _croise(self, axe: str, code: str, territoire: str, profil: str) -> Effectif | None:
        if ENSEMBLE not in (territoire, profil):
            table = self._index(f"effectifs_{axe}s", axe, "territoire", "profil")
            return table.get((code, territoire, profil))
        if "effectifs_ensembles" not in self.tables:
            return None
        marges = self._index("effectifs_ensembles", "axe", "code", "territoire", "profil")
        return marges.get((axe, code, territoire, profil))

    @cached_property
    def _indexes(self) -> dict[str, dict[tuple[str, ...], Effectif]]:
        return {}

    def _index(self, table: str, *axes: str) -> Mapping[tuple[str, ...], Effectif]:
        if table not in self._indexes:
            lignes = self.tables[table].to_dict("records")
            self._indexes[table] = {
                tuple(str(ligne[axe]) for axe in axes): _effectif(ligne, self.seuil) for ligne in lignes
            }
        return self._indexes[table]

    @cached_property
    def verbatims(self) -> tuple[Verbatim, ...]:
        """Extraits publiés, dans l'ordre des références."""
        return tuple(
            Verbatim(
                str(ligne["reference"]),
                str(ligne["territoire"]),
                str(ligne["profil"]),
                tuple(c for c in (brut.strip() for brut in str(ligne["codes"]).split(",")) if c),
                str(ligne["nature"]),
                str(ligne["texte"]),
            )
            for ligne in self.tables["verbatims"].to_dict("records")
        )

    @cached_property
    def ateliers(self) -> tuple[Atelier, ...]:
        """Ateliers, par date."""
        lus = (
            Atelier(
                str(ligne["titre"]),
                str(ligne["territoire"]),
                date.fromisoformat(str(ligne["date"])[:10]) if ligne["date"] else None,
                int(ligne["participants"]),
                tuple(d.strip() for d in str(ligne["decisions"] or "").splitlines() if d.strip()),
            )
            for ligne in self.tables["ateliers"].to_dict("records")
        )
        return tuple(sorted(lus, key=lambda a: (a.date or date.max, a.titre)))

    def total(self, colonne: str, *, territoire: str | None = None, profil: str | None = None) -> int:
        """Somme d'une colonne de l'avancement (realises, codes…), en entretiens."""
        table = self.tables["avancement"]
        for nom, valeur in (("territoire", territoire), ("profil", profil)):
            if valeur is not None:
                table = table[table[nom] == valeur]
        return int(table[colonne].sum())


def _profil(valeur: Mapping[str, Any]) -> Profil:
    guide = tuple((str(t["libelle"]), tuple(t["questions"])) for t in valeur.get("guide", ()))
    return Profil(str(valeur["nom"]), str(valeur.get("pluriel") or f"{valeur['nom']}s"), guide)


def _codes(grille: pd.DataFrame) -> Iterator[Code]:
    champs = ("code", "nom", "definition", "inclure", "exclure", "exemple")
    for ligne in grille.to_dict("records"):
        yield Code(*(_texte(ligne[champ]) for champ in champs))


def _texte(valeur: Any) -> str:  # noqa: ANN401 - cellule d'un tableau
    return "" if valeur is None or pd.isna(valeur) else str(valeur).strip()


def _effectif(ligne: Mapping[Any, Any], seuil: int) -> Effectif:
    """La cellule, masquée aussi quand elle ou sa base compte moins de `seuil` personnes."""
    base = int(ligne["base"])
    vide = ligne["entretiens"] is None or pd.isna(ligne["entretiens"])
    if vide or bool(ligne["masque"]) or base < seuil or 0 < int(ligne["entretiens"]) < seuil:
        return Effectif(None, base)
    parts = (ligne.get(nom) for nom in ("part", "part_basse", "part_haute"))
    return Effectif(int(ligne["entretiens"]), base, *(_part(part) for part in parts))


def _part(valeur: Any) -> float | None:  # noqa: ANN401 - cellule d'un tableau
    return None if valeur is None or pd.isna(valeur) else float(valeur)
