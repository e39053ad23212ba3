"""Chapitre 05 : la place des rédacteurs, avec ce sur quoi ils peuvent s'appuyer."""

from __future__ import annotations

from collections.abc import Iterator

from recherche.redaction.lecture import ENSEMBLE, Code, Famille, Lecture
from recherche.redaction.markdown import chapitre, liste
from recherche.redaction.phrases import propre, renvois, sur
from recherche.redaction.typographie import FINE, INSECABLE, typographier

A_ECRIRE = (
    ("Constat", "ce que les entretiens établissent, en une phrase, avec ses chiffres"),
    ("Ce qui existe déjà", "l’action ou le dispositif sur lequel s’appuyer, et qui le porte"),
    ("Piste", "ce qu’il faudrait faire, avec qui, à partir de quand, avec quels moyens"),
    ("Comment on saura que cela sert", "ce qui sera observé, par qui, dans combien de temps"),
)


def pistes(lecture: Lecture) -> str:
    """Une section par famille : appuis, puis rubriques à rédiger ; enfin les décisions d'ateliers."""
    sections = [bloc for famille in lecture.familles for bloc in _famille(lecture, famille)]
    return chapitre("# Pistes d’action", _introduction(), *sections, *_ateliers(lecture))


def _introduction() -> str:
    return typographier(
        "Ce chapitre s'écrit à plusieurs mains. Le programme y réunit les appuis tirés du jeu publié ;"
        " il ne formule aucune recommandation. Remplacez chaque mention « à rédiger » : votre texte ne"
        " sera jamais écrasé."
    )


def _famille(lecture: Lecture, famille: Famille) -> Iterator[str]:
    yield f"## {propre(famille.nom)}"
    appuis = [appui for theme in famille.themes if (appui := _appui(lecture, theme))]
    if appuis:
        yield f"**Appuis.**\n\n{liste(appuis)}"
    for rubrique, consigne in A_ECRIRE:
        yield f"**{rubrique}.** *À rédiger{INSECABLE}: {consigne}.*"


def _appui(lecture: Lecture, theme: Code) -> str:
    """« Mobilité et transports : 36 entretiens sur 120 ; verbatims V012 et V031 »."""
    effectif = lecture.effectif_theme(theme.code, ENSEMBLE)
    if effectif is None or not effectif.entretiens:
        return ""
    verbatims = [v for v in lecture.verbatims if theme.code in v.codes]
    cites = f"{FINE}; verbatims {renvois(verbatims)}" if verbatims else ""
    return f"{propre(theme.nom)}{INSECABLE}: {sur(effectif)}{cites}."


def _ateliers(lecture: Lecture) -> Iterator[str]:
    decides = [atelier for atelier in lecture.ateliers if atelier.decisions]
    if decides:
        yield "## Ce que les ateliers ont déjà retenu"
    for atelier in decides:
        yield f"### {propre(atelier.titre)} ({propre(atelier.territoire)}) {{.unnumbered .unlisted}}"
        yield liste(map(propre, atelier.decisions))
