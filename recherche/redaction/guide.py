"""Le brouillon du guide : un texte Markdown par chapitre, depuis le jeu publié."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from recherche.redaction import annexes
from recherche.redaction.confrontation import confrontation
from recherche.redaction.fiches_methode import fiches_methode
from recherche.redaction.fusion import Fusion, Statut, fusionner
from recherche.redaction.lecture import Lecture
from recherche.redaction.pistes import pistes
from recherche.redaction.presentation import methode, resume
from recherche.redaction.territoires import etat_des_lieux
from recherche.redaction.themes import themes

__all__ = ["Apports", "Fusion", "Statut", "fusionner", "rediger_guide"]


@dataclass(frozen=True, slots=True)
class Apports:
    """Ce que le jeu publié ne dit pas et que le guide reprend.

    `figures` : nom -> chemin de l'image, relatif à `guide/` ; `metiers` : à qui le guide s'adresse ;
    `themes` : (libellé, questions) de l'étude ; `validation` : ce que
    valent les suggestions, en phrases.
    """

    figures: Mapping[str, str] = field(default_factory=dict)
    metiers: tuple[str, ...] = ()
    themes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    validation: tuple[str, ...] = ()


SANS_APPORTS = Apports()


def rediger_guide(
    manifeste: Mapping[str, Any],
    tables: Mapping[str, pd.DataFrame],
    *,
    date: date,
    apports: Apports = SANS_APPORTS,
) -> dict[str, str]:
    """Les chapitres du guide : nom de fichier -> Markdown, dans l'ordre de lecture.

    `date` est celle du brouillon, écrite dans le résumé : avec celle du jeu publié, deux passages sur
    le même jeu donnent le même texte. Lève `ErreurRecherche` si une table ou une colonne manque.
    """
    lecture = Lecture(manifeste, tables)
    return {
        "00-resume.md": resume(lecture, date),
        "01-methode-et-corpus.md": methode(lecture, apports.figures),
        "02-etat-des-lieux.md": etat_des_lieux(lecture),
        "03-themes.md": themes(lecture),
        "04-confrontation.md": confrontation(lecture, apports.figures),
        "05-pistes.md": pistes(lecture),
        "06-fiches-methode.md": fiches_methode(lecture, apports.metiers),
        "90-annexe-grille.md": annexes.grille(lecture),
        "91-annexe-guides.md": annexes.guides(lecture, apports.themes),
        "92-annexe-limites.md": annexes.limites(lecture),
        "93-annexe-accord-et-validation.md": annexes.rapports(lecture, apports.validation),
        "94-annexe-glossaire.md": annexes.glossaire(),
    }
