"""Chapitre 04 : ce que chaque profil décrit, trouve manquant et attend, côte à côte."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from recherche.redaction import confrontation_publiee
from recherche.redaction.lecture import TOUTES, Code, Effectif, Famille, Lecture, Profil
from recherche.redaction.markdown import chapitre, liste, tableau
from recherche.redaction.phrases import cellule, chez, classer, lister, note_masque, propre
from recherche.redaction.typographie import (
    FINE,
    INSECABLE,
    accorder,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    pourcentage,
)
from recherche.redaction.vivants import vivant

COLONNES_MAXIMALES = 6
PREMIERS = 5


def confrontation(lecture: Lecture, figures: Mapping[str, str] = MappingProxyType({})) -> str:
    """Le chapitre ; sans profil, il renvoie aux ateliers. `figures` : nom -> chemin de l'image."""
    titre = "# Confrontation des paroles"
    if not lecture.profils:
        return chapitre(titre, _sans_entretien(lecture))
    return chapitre(
        titre,
        _introduction(lecture),
        *confrontation_publiee.sections(lecture, figures),
        "## Vue d’ensemble",
        vivant("tableau", "vue d’ensemble", "\n\n".join(b for b in _vue_d_ensemble(lecture) if b)),
        *_classements(lecture),
        *_ecarts(lecture),
    )


def _sans_entretien(lecture: Lecture) -> str:
    dit = (
        "L’étude ne comporte pas d’entretien individuel : il n’y a pas d’effectifs à confronter entre"
        " populations."
    ).replace(" :", f"{INSECABLE}:")
    return f"{dit} Les décisions des ateliers sont dans l’état des lieux." if lecture.ateliers else dit


def _introduction(lecture: Lecture) -> str:
    qui = enumerer([f"les {propre(p.pluriel)}" for p in lecture.profils])
    if not lecture.natures:
        return f"Ce chapitre met côte à côte les thèmes qu’abordent {qui}."
    natures = [_definir(nature) for nature in lecture.natures]
    return (
        f"Ce chapitre met côte à côte ce que disent {qui} de chaque thème, selon la nature du propos"
        f"{INSECABLE}:\n\n{liste(natures)}\n\nUn même entretien peut compter dans plusieurs colonnes."
    )


def _definir(nature: Code) -> str:
    """« **offre décrite** : la personne décrit… »."""
    nom = f"**{minuscule(propre(nature.nom))}**"
    if not nature.definition:
        return nom
    return f"{nom}{INSECABLE}: {minuscule(propre(nature.definition))}"


def _vue_d_ensemble(lecture: Lecture) -> Iterator[str]:
    """Un seul tableau s'il tient en largeur, sinon un par profil."""
    natures = lecture.natures or (Code(TOUTES, "Entretiens", "", "", "", ""),)
    if len(natures) * len(lecture.profils) <= COLONNES_MAXIMALES:
        groupes = [lecture.profils]
    else:
        groupes = [(profil,) for profil in lecture.profils]
    tableaux = [_tableau(lecture, groupe, natures) for groupe in groupes]
    yield note_masque(lecture, tableaux)
    yield from tableaux


def _tableau(lecture: Lecture, profils: tuple[Profil, ...], natures: tuple[Code, ...]) -> str:
    colonnes = [(p, n) for p in profils for n in natures]
    plusieurs = len(profils) > 1
    entetes = ["Thème"]
    entetes += [
        f"{majuscule(propre(p.pluriel))}, {minuscule(propre(n.nom))}" if plusieurs else propre(n.nom)
        for p, n in colonnes
    ]
    rangs: list[list[str]] = []
    for famille in lecture.familles:
        rangs.append([f"**{propre(famille.nom)}**", *[""] * len(colonnes)])
        rangs += _rangs(lecture, famille, colonnes)
    qui = enumerer([propre(p.pluriel) for p in profils])
    legende = f"Entretiens sur la base, par thème et nature du propos ({qui})"
    return tableau(entetes, rangs, largeurs=[6] + [4] * len(colonnes), legende=legende)


def _rangs(
    lecture: Lecture, famille: Famille, colonnes: list[tuple[Profil, Code]]
) -> Iterator[list[str]]:
    for theme in famille.themes:
        mesures = (lecture.effectif_theme(theme.code, p.nom, n.code) for p, n in colonnes)
        yield [propre(theme.nom), *(_rapport(mesure) for mesure in mesures)]


def _rapport(effectif: Effectif | None) -> str:
    """« 26/60 », sans la part : les colonnes sont étroites."""
    return cellule(effectif).partition(f"{INSECABLE}(")[0]


def _classements(lecture: Lecture) -> Iterator[str]:
    """Pour chaque nature, ce que chaque profil en dit le plus."""
    for nature in lecture.natures:
        puces = [
            f"{chez(profil)}{INSECABLE}: {lister(premiers)}."
            for profil in lecture.profils
            if (premiers := classer(lecture, profil.nom, nature.code, PREMIERS))
        ]
        if puces:
            yield f"## {propre(nature.nom)}{INSECABLE}: ce qui revient le plus"
            yield vivant("nombres", f"{nature.code}, ce qui revient", liste(puces))


def _ecarts(lecture: Lecture) -> Iterator[str]:
    """Les plus grands écarts de parts entre deux profils, par nature."""
    for a, b in itertools.combinations(lecture.profils, 2):
        rangs = [rang for nature in lecture.natures for rang in _ecarts_nature(lecture, nature, a, b)]
        if not rangs:
            continue
        yield f"## Écarts entre {propre(a.pluriel)} et {propre(b.pluriel)}"
        yield (
            "Un écart dit que les uns en parlent plus que les autres dans ces entretiens. Il ne dit pas"
            " qui a raison, et ne s’étend pas au-delà des personnes entendues. Il est calculé avant"
            " arrondi."
        )
        entetes = ["Nature et thème", majuscule(propre(a.pluriel)), majuscule(propre(b.pluriel))]
        legende = f"Les {PREMIERS} plus grands écarts de chaque nature du propos"
        corps = tableau([*entetes, "Écart"], rangs, largeurs=[6, 3, 3, 2], legende=legende)
        yield vivant("tableau", f"écarts, {a.pluriel} et {b.pluriel}", corps)


def _ecarts_nature(lecture: Lecture, nature: Code, a: Profil, b: Profil) -> list[list[str]]:
    mesures = []
    for theme in lecture.themes:
        chez_a = lecture.effectif_theme(theme.code, a.nom, nature.code)
        chez_b = lecture.effectif_theme(theme.code, b.nom, nature.code)
        if chez_a is None or chez_b is None or chez_a.part is None or chez_b.part is None:
            continue
        mesures.append((chez_a.part - chez_b.part, theme, chez_a, chez_b))
    mesures.sort(key=lambda mesure: -abs(mesure[0]))
    rangs = [
        [propre(theme.nom), cellule(chez_a), cellule(chez_b), _points(ecart)]
        for ecart, theme, chez_a, chez_b in mesures[:PREMIERS]
    ]
    return [[f"**{propre(nature.nom)}**", "", "", ""], *rangs] if rangs else []


def _points(ecart: float) -> str:
    """« + 37 points » : part du premier profil moins part du second."""
    valeur = int(pourcentage(abs(ecart)).removesuffix(f"{FINE}%"))
    signe = "" if valeur == 0 else ("+" if ecart > 0 else "−")
    return f"{signe}{nombre(valeur)}{INSECABLE}{accorder(valeur, 'point')}"
