"""Ce que dit la page de titre d'un document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from recherche.redaction.typographie import typographier

HORS_SOMMAIRE = "hors-sommaire-"


@dataclass(frozen=True, slots=True)
class PageDeTitre:
    """Ce que dit la page de titre ; `jour` date tout le document. `court` : un bandeau, sans sommaire.

    `mots_cles` : ce qui permet de retrouver les chapitres dont un docx est fait.
    """

    titre: str
    sous_titre: str
    organisme: str
    jour: date
    fictif: bool = False
    court: bool = False
    mots_cles: str = ""

    @classmethod
    def du_manifeste(cls, manifeste: Mapping[str, Any], jour: date | None = None) -> PageDeTitre:
        """Depuis le manifeste du jeu publié ; `jour` est à défaut celui de la publication."""
        etude = manifeste["etude"]
        jour = jour or date.fromisoformat(str(manifeste["date"])[:10])
        sous_titre = f"Guide, brouillon établi sur la version {manifeste['version']} du jeu publié"
        titre, organisme = (typographier(str(etude[cle])) for cle in ("titre", "organisme"))
        return cls(titre, sous_titre, organisme, jour, bool(etude.get("fictive", False)))
