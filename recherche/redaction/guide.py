"""Le brouillon du guide : un texte Markdown par chapitre, depuis le jeu publié."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from recherche.redaction import annexes
from recherche.redaction.confrontation import confrontation
from recherche.redaction.fusion import Fusion, Statut, fusionner
from recherche.redaction.lecture import Lecture
from recherche.redaction.pistes import pistes
from recherche.redaction.presentation import methode, resume
from recherche.redaction.territoires import etat_des_lieux
from recherche.redaction.themes import themes

__all__ = ["Fusion", "Statut", "fusionner", "rediger_guide"]


def rediger_guide(
    manifeste: Mapping[str, Any], tables: Mapping[str, pd.DataFrame], *, date: date
) -> dict[str, str]:
    """Les chapitres du guide : nom de fichier -> Markdown, dans l'ordre de lecture.

    `date` est celle du brouillon, écrite dans le résumé : avec celle du jeu publié, deux passages sur
    le même jeu donnent le même texte. Lève `ErreurRecherche` si une table ou une colonne manque.
    """
    lecture = Lecture(manifeste, tables)
    return {
        "00-resume.md": resume(lecture, date),
        "01-methode-et-corpus.md": methode(lecture),
        "02-etat-des-lieux.md": etat_des_lieux(lecture),
        "03-themes.md": themes(lecture),
        "04-confrontation.md": confrontation(lecture),
        "05-pistes.md": pistes(lecture),
        "90-annexe-grille.md": annexes.grille(lecture),
        "91-annexe-guides.md": annexes.guides(lecture),
        "92-annexe-limites.md": annexes.limites(lecture),
    }
