"""Ce que valent des suggestions, sur des entretiens que le modèle n'a pas lus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recherche.codage.suggestion_fenetres import Booleens, Phrase, Reels, passages
from recherche.codage.suggestion_modele import Matiere, hors_echantillon, logits

COURBE = (5, 10, 20, 40, 80)
PREMIERS = 3


@dataclass(frozen=True, slots=True)
class Mesures:
    """Mesures d'ensemble, de 0 à 1 ; None si rien n'est codé.

    `rappel_3` : part des thèmes d'un passage codé qui sont parmi ses trois plus probables ; `macro_f1` :
    moyenne des F1 par thème, phrase par phrase, aux seuils choisis ; `precision_moyenne` : moyenne des
    aires sous la courbe précision-rappel des thèmes ; `brier` : erreur quadratique des probabilités.
    """

    rappel_3: float | None
    macro_f1: float | None
    precision_moyenne: float | None
    brier: float | None


def mesurer(phrases: Sequence[Phrase], probabilites: Reels, vraies: Booleens, seuils: Reels) -> Mesures:
    """Les mesures d'ensemble. Tables phrases x thèmes ; `seuils` : une valeur par thème."""
    codees = vraies.any(axis=0)
    if not codees.any():
        return Mesures(None, None, None, None)
    retenues = probabilites >= seuils
    f1 = [_f1(retenues[:, code], vraies[:, code]) for code in np.flatnonzero(codees)]
    aires = [precision_moyenne(probabilites[:, c], vraies[:, c]) for c in np.flatnonzero(codees)]
    return Mesures(
        rappel_3=rappel_premiers(phrases, probabilites, vraies),
        macro_f1=float(np.mean(f1)),
        precision_moyenne=float(np.mean([aire for aire in aires if aire is not None])),
        brier=float(np.mean((probabilites - vraies) ** 2)),
    )


def _f1(retenues: Booleens, vraies: Booleens) -> float:
    total = int(retenues.sum() + vraies.sum())
    return 2 * int((retenues & vraies).sum()) / total if total else 0.0


def precision_moyenne(scores: Reels, vraies: Booleens) -> float | None:
    """Aire sous la courbe précision-rappel, phrase par phrase ; None si le code n'est jamais posé."""
    from sklearn.metrics import average_precision_score

    return float(average_precision_score(vraies, scores)) if vraies.any() else None


def rappel_premiers(
    phrases: Sequence[Phrase], probabilites: Reels, vraies: Booleens, premiers: int = PREMIERS
) -> float | None:
    """Part des codes d'un passage codé qui sont parmi ses `premiers` plus probables.

    Un passage codé est une suite de phrases de mêmes codes ; sa probabilité, la plus haute des siennes.
    """
    trouves = attendus = 0
    for debut, fin in _plages(phrases, vraies):
        classes = np.argsort(-probabilites[debut:fin].max(axis=0), kind="stable")[:premiers]
        poses = np.flatnonzero(vraies[debut])
        attendus += len(poses)
        trouves += len(set(poses) & set(classes))
    return trouves / attendus if attendus else None


def _plages(phrases: Sequence[Phrase], vraies: Booleens) -> list[tuple[int, int]]:
    """Les suites [debut, fin[ de phrases voisines de mêmes codes, au moins un."""
    plages: list[tuple[int, int]] = []
    for suite in passages(phrases, np.asarray(vraies.any(axis=1), dtype=bool)):
        debut = suite.premiere
        for rang in range(suite.premiere + 1, suite.derniere + 2):
            if rang > suite.derniere or (vraies[rang] != vraies[debut]).any():
                plages.append((debut, rang))
                debut = rang
    return plages


def comparer(
    matieres: dict[str, Matiere], vraies: Booleens, *, pas: Callable[[str], None] = lambda _: None
) -> dict[str, float]:
    """La précision moyenne de chaque méthode, en validation croisée groupée par entretien."""
    resultat = {}
    for methode, matiere in matieres.items():
        pas(methode)
        resultat[methode] = _aire_moyenne(hors_echantillon(matiere, vraies), vraies)
    return resultat


def courbe(
    matiere: Matiere,
    vraies: Booleens,
    jugees: Sequence[str],
    *,
    tailles: Sequence[int] = COURBE,
    graine: int = 0,
    pas: Callable[[int], None] = lambda _: None,
) -> dict[int, dict[str, float]]:
    """Précision moyenne et rappel@3 selon le nombre d'entretiens appris, sur les entretiens `jugees`.

    Les entretiens appris sont tirés parmi les autres, emboîtés : cinq des dix, dix des vingt…
    """
    sources = matiere.groupes
    ordre = np.array(sorted(set(sources) - set(jugees)))
    np.random.default_rng(graine).shuffle(ordre)
    juge = np.isin(sources, list(jugees))
    juges = [phrase for phrase, garde in zip(matiere.phrases, juge, strict=True) if garde]
    resultat = {}
    for taille in [n for n in tailles if n <= len(ordre)]:
        pas(taille)
        scores = logits(matiere, vraies, np.isin(sources, ordre[:taille]))[juge]
        rappel = rappel_premiers(juges, scores, vraies[juge])
        resultat[taille] = {
            "precision_moyenne": _aire_moyenne(scores, vraies[juge]),
            "rappel_3": 0.0 if rappel is None else rappel,
        }
    return resultat


def _aire_moyenne(scores: Reels, vraies: Booleens) -> float:
    aires = [precision_moyenne(scores[:, code], vraies[:, code]) for code in range(vraies.shape[1])]
    connues = [aire for aire in aires if aire is not None]
    return float(np.mean(connues)) if connues else 0.0
