"""Chapitre 05 : les façons d'agir, chacune liée à ses preuves, et la place des rédacteurs."""

from __future__ import annotations

from collections.abc import Iterator

from recherche.redaction.confrontation_publiee import ecarts, signe
from recherche.redaction.lecture import ENSEMBLE, Code, Famille, Lecture
from recherche.redaction.markdown import chapitre, liste
from recherche.redaction.phrases import propre, renvois, sur
from recherche.redaction.typographie import FINE, INSECABLE, minuscule, typographier
from recherche.redaction.vivants import vivant

A_ECRIRE = (
    ("Constat", "ce que les entretiens établissent, en une phrase, avec ses chiffres"),
    ("Ce qui existe déjà", "l’action ou le dispositif sur lequel s’appuyer, et qui le porte"),
    ("Piste", "ce qu’il faudrait faire, avec qui, à partir de quand, avec quels moyens"),
    ("Comment on saura que cela sert", "ce qui sera observé, par qui, dans combien de temps"),
)

AGIR = {
    "offre rencontrée": "s’appuyer sur ce qui existe et le tenir dans la durée, avec ceux qui s’en"
    " servent",
    "offre inconnue": "faire connaître ce qui existe là où se trouve le public, et vérifier avec"
    " lui ce qui"
    " l’empêche d’y accéder (horaires, coût, trajet, accueil)",
    "attente sans réponse": "bâtir une réponse avec ceux qui l’attendent, à petite échelle"
    " d’abord, et dire"
    " qui la porte",
    "souci": "en parler avec le public avant d’agir, car il ne le dit pas lui-même",
}


def pistes(lecture: Lecture) -> str:
    """Une section par famille : appuis, puis rubriques à rédiger ; enfin les décisions d'ateliers."""
    sections = [bloc for famille in lecture.familles for bloc in _famille(lecture, famille)]
    return chapitre("# Pistes d’action", _introduction(), *sections, *_ateliers(lecture))


def _introduction() -> str:
    return typographier(
        "Ce chapitre s'écrit à plusieurs mains. Le programme y réunit les appuis tirés du jeu publié et,"
        " quand la confrontation donne une lecture, la façon d'agir qu'elle invite à discuter : une"
        " proposition de travail, liée à ses chiffres et à ses paroles, que l'équipe garde, change ou"
        " écarte. Remplacez chaque mention « à rédiger » : votre texte ne sera jamais écrasé."
    )


def _famille(lecture: Lecture, famille: Famille) -> Iterator[str]:
    yield f"## {propre(famille.nom)}"
    appuis = [appui for theme in famille.themes if (appui := _appui(lecture, theme))]
    if appuis:
        yield vivant("nombres", f"appuis, {famille.code}", f"**Appuis.**\n\n{liste(appuis)}")
    yield vivant("nombres", f"façons d’agir, {famille.code}", _facons(lecture, famille))
    for rubrique, consigne in A_ECRIRE:
        yield f"**{rubrique}.** *À rédiger{INSECABLE}: {consigne}.*"


def _facons(lecture: Lecture, famille: Famille) -> str:
    """Une façon d'agir par thème dont la confrontation publie une lecture, avec ses preuves."""
    tous = ecarts(lecture)
    puces = []
    for theme in famille.themes:
        ecart = tous.get(theme.code)
        if ecart is None or (agir := _agir(ecart.lecture)) is None:
            continue
        verbatims = [v for v in lecture.verbatims if theme.code in v.codes]
        cites = f"{FINE}; verbatims {renvois(verbatims)}" if verbatims else ""
        mesure = "" if ecart.ecart is None else f", écart de {signe(ecart.ecart)} points"
        preuve = f"({propre(theme.code)}, {minuscule(propre(ecart.lecture))}{mesure}{cites})"
        puces.append(f"**{propre(theme.nom)}**{INSECABLE}: {agir} {preuve}.")
    return f"**Façons d’agir à discuter.**\n\n{liste(puces)}" if puces else ""


def _agir(lue: str) -> str | None:
    return AGIR.get("souci" if lue.startswith("souci") else lue)


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
        yield vivant("texte", f"décisions, {atelier.titre}", liste(map(propre, atelier.decisions)))
