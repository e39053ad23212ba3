"""Un classifieur par code : régression logistique sur les mots ou les vecteurs d'une phrase et de ses
voisines, calibrée hors échantillon.

Deux lectures au plus s'ajoutent (moyenne de leurs logits) : les mots (TF-IDF) et les vecteurs (spaCy ou
e5, donnés par l'appelant). Tout ce qui s'apprend d'un texte (vocabulaire, moyennes) ne s'apprend que des
entretiens d'apprentissage.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from recherche.codage.suggestion_fenetres import Booleens, Phrase, Reels, groupes, voisinages
from recherche.modele.textes import sans_accents

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

METHODES = ("vecteurs", "mots", "mots+vecteurs", "e5", "mots+e5")
LARGEURS = (0, 2, 4)
PLIS = 5
REGULARISATION_MOTS = 3.0
REGULARISATION_VECTEURS = 0.003
ITERATIONS = 200
LOGIT_MAX = 12.0
_MOT = re.compile(r"\w{2,}")

Pas = Callable[[int, int], None]


@dataclass(frozen=True)
class Matiere:
    """Ce qu'on lit : les phrases, leurs mots et, au besoin, leurs vecteurs (phrases x dimensions)."""

    phrases: tuple[Phrase, ...]
    vecteurs: Reels | None = None
    mots: bool = True

    @property
    def groupes(self) -> Any:  # noqa: ANN401 - tableau de textes
        """La source de chaque phrase."""
        return groupes(self.phrases)


@dataclass(frozen=True, slots=True)
class Calibrage:
    """Droite de Platt sur le logit : probabilité = 1 / (1 + exp(-(pente x logit + ordonnee)))."""

    pente: float = 1.0
    ordonnee: float = 0.0

    def appliquer(self, logits: Reels) -> Reels:
        """Les probabilités calibrées."""
        return np.asarray(1.0 / (1.0 + np.exp(-(self.pente * logits + self.ordonnee))), dtype=float)


def logits(
    matiere: Matiere, vraies: Booleens, apprises: Booleens, *, pas: Pas = lambda *_: None
) -> Reels:
    """Le logit de chaque code pour toutes les phrases, appris sur les phrases `apprises` seules.

    `vraies` : phrases x codes. Un code absent des phrases apprises (ou toujours présent) y vaut son
    taux. Rend phrases x codes.
    """
    from threadpoolctl import threadpool_limits

    lectures = list(_lectures(matiere, apprises))
    total = np.zeros(vraies.shape)
    with threadpool_limits(limits=1):  # de petites matrices : plusieurs fils se gênent
        for code in range(vraies.shape[1]):
            pas(code, vraies.shape[1])
            cibles = vraies[apprises, code]
            for traits, reglages in lectures:
                total[:, code] += _un_code(traits, cibles, apprises, reglages) / len(lectures)
    return np.clip(total, -LOGIT_MAX, LOGIT_MAX)


def _un_code(traits: Any, cibles: Booleens, apprises: Booleens, reglages: dict[str, Any]) -> Reels:  # noqa: ANN401
    from sklearn.linear_model import LogisticRegression

    if cibles.all() or not cibles.any():
        part = (cibles.sum() + 0.5) / (len(cibles) + 1)
        return np.full(traits.shape[0], np.log(part / (1 - part)))
    modele = LogisticRegression(max_iter=ITERATIONS, tol=1e-3, random_state=0, **reglages)
    return np.asarray(modele.fit(traits[apprises], cibles).decision_function(traits), dtype=float)


def _lectures(matiere: Matiere, apprises: Booleens) -> Any:  # noqa: ANN401 - matrices de scipy ou numpy
    if matiere.mots:
        yield _mots(matiere.phrases, apprises), {"C": REGULARISATION_MOTS, "solver": "liblinear"}
    if matiere.vecteurs is not None:
        traits = _vecteurs(matiere.phrases, matiere.vecteurs, apprises)
        yield traits, {"C": REGULARISATION_VECTEURS, "solver": "lbfgs"}


def _mots(phrases: Sequence[Phrase], apprises: Booleens) -> csr_matrix:
    """TF-IDF des mots de la phrase, puis de ses voisines de plus en plus loin."""
    from scipy.sparse import hstack
    from sklearn.feature_extraction.text import TfidfVectorizer

    lus = [_MOT.findall(sans_accents(phrase.texte)) for phrase in phrases]
    blocs = []
    for largeur in LARGEURS:
        documents = [[mot for mots in lus[v] for mot in mots] for v in voisinages(phrases, largeur)]
        tfidf = TfidfVectorizer(analyzer=_tel_quel, min_df=2, max_df=0.3, sublinear_tf=True)
        try:
            tfidf.fit([d for d, apprise in zip(documents, apprises, strict=True) if apprise])
        except ValueError:  # trop peu de texte : aucun mot n'est dans deux phrases
            tfidf = TfidfVectorizer(analyzer=_tel_quel, sublinear_tf=True).fit([*documents, ["—"]])
        blocs.append(tfidf.transform(documents))
    return hstack(blocs).tocsr()


def _tel_quel(mots: list[str]) -> list[str]:
    return mots


def _vecteurs(phrases: Sequence[Phrase], vecteurs: Reels, apprises: Booleens) -> Reels:
    """Sommes des vecteurs de la phrase et de ses voisines, de norme 1, centrées et réduites."""
    cumul = np.vstack([np.zeros(vecteurs.shape[1]), np.cumsum(vecteurs, axis=0, dtype=float)])
    blocs = []
    for largeur in LARGEURS:
        bornes = np.array([(v.start, v.stop) for v in voisinages(phrases, largeur)]).reshape(-1, 2)
        sommes = cumul[bornes[:, 1]] - cumul[bornes[:, 0]]
        blocs.append(_norme_un(sommes))
    traits = np.hstack(blocs)
    ecarts = traits[apprises].std(axis=0)
    return np.asarray((traits - traits[apprises].mean(axis=0)) / np.where(ecarts > 0, ecarts, 1.0))


def _norme_un(vecteurs: Reels) -> Reels:
    normes = np.linalg.norm(vecteurs, axis=1, keepdims=True)
    return np.asarray(vecteurs / np.where(normes > 0, normes, 1.0))


def hors_echantillon(
    matiere: Matiere, vraies: Booleens, *, plis: int = PLIS, pas: Pas = lambda *_: None
) -> Reels:
    """Les logits de chaque phrase par un modèle qui n'a pas lu son entretien (phrases x codes).

    Validation croisée groupée par entretien, en `plis` parts (moins s'il y a moins d'entretiens).
    """
    from sklearn.model_selection import GroupKFold

    sources = matiere.groupes
    resultat = np.zeros(vraies.shape)
    nombre = min(plis, len(set(sources)))
    coupes = GroupKFold(nombre, shuffle=True, random_state=0).split(sources, groups=sources)
    for rang, (appris, juges) in enumerate(coupes):
        pas(rang, nombre)
        apprises = np.zeros(len(sources), dtype=bool)
        apprises[appris] = True
        resultat[juges] = logits(matiere, vraies, apprises)[juges]
    return resultat


def calibrer(scores: Reels, vraies: Booleens) -> Calibrage:
    """La droite de Platt d'un code, sur ses logits hors échantillon.

    Cibles lissées de Platt (1999) ; sans aucune phrase codée, le logit tel quel.
    """
    from scipy.optimize import minimize

    positives, negatives = int(vraies.sum()), int((~vraies).sum())
    if not positives or not negatives:
        return Calibrage()
    cibles = np.where(vraies, (positives + 1) / (positives + 2), 1 / (negatives + 2))

    def perte(droite: Reels) -> float:
        lu = droite[0] * scores + droite[1]
        return float(np.sum(np.logaddexp(0, lu) - cibles * lu))

    pente, ordonnee = minimize(perte, np.array([1.0, 0.0]), method="L-BFGS-B").x
    return Calibrage(float(max(pente, 1e-3)), float(ordonnee))
