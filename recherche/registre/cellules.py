"""Lire une cellule : un texte, une date, un âge, un choix ; ou dire ce qui n'y va pas, et où."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from openpyxl.cell.cell import Cell, MergedCell

from recherche.registre.colonnes import AGE_MAXIMAL, AGE_MINIMAL, OUI_NON

FORMES_DATE = ("%d/%m/%Y", "%Y-%m-%d")


def normaliser(texte: str) -> str:
    """Texte NFC, une seule espace entre les mots."""
    return " ".join(unicodedata.normalize("NFC", texte).split())


@dataclass(slots=True)
class Fautes:
    """Les fautes trouvées jusqu'ici : la lecture continue pour les dire toutes."""

    liste: list[str] = field(default_factory=list)

    def dire(self, ou: str, texte: str) -> None:
        """Note une faute ; `ou` est « Entretiens!D12 »."""
        self.liste.append(f"{ou} : {texte}")


@dataclass(frozen=True, slots=True)
class Ligne:
    """Une ligne d'une feuille : ses cellules par clé de colonne."""

    feuille: str
    cellules: Mapping[str, Cell | MergedCell]
    fautes: Fautes

    def ou(self, cle: str) -> str:
        """Adresse d'une cellule : « Entretiens!D12 »."""
        return f"{self.feuille}!{self.cellules[cle].coordinate}"

    def dire(self, cle: str, texte: str) -> None:
        """Note une faute dans une cellule de la ligne."""
        self.fautes.dire(self.ou(cle), texte)

    def remplie(self, *cles: str) -> bool:
        """Vrai si une des cellules (de toutes, sans `cles`) contient quelque chose."""
        return any(_plein(self.cellules[cle].value) for cle in cles or self.cellules)

    def texte(self, cle: str) -> str | None:
        """Le texte d'une cellule, normalisé ; None si elle est vide."""
        cellule = self.cellules[cle]
        if not _plein(cellule.value):
            return None
        if cellule.data_type == "f":
            self.dire(cle, "une formule ; écrivez la valeur elle-même")
            return None
        if cellule.data_type == "e":
            self.dire(cle, f"Excel y affiche une erreur ({cellule.value})")
            return None
        valeur = cellule.value
        if isinstance(valeur, float) and valeur.is_integer():
            valeur = int(valeur)
        return normaliser(str(valeur))

    def jour(self, cle: str) -> date | None:
        """Une date, au format date ou écrite 20/01/2010."""
        valeur = self.cellules[cle].value
        if isinstance(valeur, datetime):
            return valeur.date()
        if isinstance(valeur, date):
            return valeur
        texte = self.texte(cle)
        if texte is None:
            return None
        for forme in FORMES_DATE:
            try:
                return datetime.strptime(texte, forme).date()  # noqa: DTZ007
            except ValueError:
                continue
        self.dire(cle, f"« {texte} » n'est pas une date ; écrivez-la comme 20/01/2010")
        return None

    def age(self, cle: str) -> int | None:
        """Un âge en années, vraisemblable."""
        texte = self.texte(cle)
        if texte is None:
            return None
        if not texte.isdecimal():
            self.dire(cle, f"« {texte} » n'est pas un âge en années")
            return None
        if not AGE_MINIMAL <= int(texte) <= AGE_MAXIMAL:
            self.dire(cle, f"{texte} ans est invraisemblable ({AGE_MINIMAL} à {AGE_MAXIMAL})")
            return None
        return int(texte)

    def choix(self, cle: str, permis: Sequence[str]) -> str | None:
        """Une des valeurs permises, telle que la liste l'écrit ; la casse n'importe pas."""
        texte = self.texte(cle)
        if texte is None:
            return None
        for valeur in permis:
            if normaliser(valeur).casefold() == texte.casefold():
                return valeur
        self.dire(cle, f"« {texte} » n'est pas dans la liste ({', '.join(permis)})")
        return None

    def accord(self, cle: str) -> bool | None:
        """Oui, non, ou None si rien n'est noté."""
        if isinstance(valeur := self.cellules[cle].value, bool):
            return valeur
        choisi = self.choix(cle, OUI_NON)
        return None if choisi is None else choisi == "oui"

    def liste(self, cle: str) -> tuple[str, ...]:
        """Des valeurs séparées par un point-virgule ou un retour à la ligne."""
        brut = self.cellules[cle].value
        if not isinstance(brut, str):
            seul = self.texte(cle)
            return () if seul is None else (seul,)
        if self.texte(cle) is None:
            return ()
        morceaux = (normaliser(morceau) for morceau in brut.replace("\n", ";").split(";"))
        return tuple(morceau for morceau in morceaux if morceau)


def _plein(valeur: object) -> bool:
    return valeur is not None and not (isinstance(valeur, str) and not valeur.strip())
