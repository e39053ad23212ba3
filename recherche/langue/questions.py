"""De quelle question du guide un tour de l'enquêteur est le plus proche : vecteurs de mots pleins."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recherche.langue.vecteurs import vecteurs_spacy

LETTRES_MINIMUM = 3


def ressemblances(questions: Sequence[str], tours: Sequence[str], *, modele: str) -> NDArray[np.float32]:
    """(tours, questions) : cosinus, de -1 à 1, des vecteurs moyens, mots-outils ôtés, nuage centré.

    Sans centrage, deux questions quelconques se ressemblent à 0,7 : elles ont la forme d'une question.
    Lève `ErreurEtude` si le modèle de langue manque ou n'a pas de vecteurs.
    """
    textes = [_mots_pleins(texte) for texte in (*questions, *tours)]
    vecteurs = _normer(vecteurs_spacy(textes, modele))
    vecteurs = _normer(vecteurs - vecteurs.mean(axis=0))
    return np.asarray(vecteurs[len(questions) :] @ vecteurs[: len(questions)].T, np.float32)


def _normer(vecteurs: NDArray[np.float32]) -> NDArray[np.float32]:
    normes = np.linalg.norm(vecteurs, axis=1, keepdims=True)
    return np.asarray(vecteurs / np.where(normes == 0, 1, normes), np.float32)


def _mots_pleins(texte: str) -> str:
    from spacy.lang.fr.stop_words import STOP_WORDS

    mots = re.findall(r"\w+", texte.casefold())
    return " ".join(m for m in mots if len(m) >= LETTRES_MINIMUM and m not in STOP_WORDS)
