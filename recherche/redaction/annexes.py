"""Annexes : la grille, les guides d'entretien, les limites."""

from __future__ import annotations

from collections.abc import Iterator

from recherche.redaction.lecture import Code, Lecture
from recherche.redaction.markdown import chapitre, liste
from recherche.redaction.phrases import citer_court, propre
from recherche.redaction.typographie import INSECABLE, majuscule, typographier


def grille(lecture: Lecture) -> str:
    """La grille de codage, code par code."""
    blocs: list[str] = []
    for famille in lecture.familles:
        blocs += [f"## {propre(famille.nom)} {{.unnumbered .unlisted}}", *map(_code, famille.themes)]
    if lecture.natures:
        blocs += ["## Nature du propos {.unnumbered .unlisted}", *map(_code, lecture.natures)]
    vide = "" if blocs else "La grille publiée est vide."
    return chapitre(f"# Annexe A{INSECABLE}: grille de codage {{.unnumbered}}", vide, *blocs)


def _code(code: Code) -> str:
    """Un code en un alinéa : nom, définition, ce qui s'y range ou non, exemple."""
    parties = [f"**{propre(code.nom)}** ({propre(code.code)})", _phrase(code.definition)]
    for libelle, texte in (("À inclure", code.inclure), ("À exclure", code.exclure)):
        if texte:
            parties.append(f"*{libelle}*{INSECABLE}: {_phrase(texte, capitale=False)}")
    if code.exemple:
        parties.append(f"*Exemple écrit pour la grille*{INSECABLE}: {citer_court(code.exemple)}.")
    tete, *suite = [partie for partie in parties if partie]
    return f"{tete}. {' '.join(suite)}".strip()


def _phrase(texte: str, *, capitale: bool = True) -> str:
    if not texte:
        return ""
    fini = texte if texte[-1] in ".!?…" else f"{texte}."
    return propre(majuscule(fini) if capitale else fini)


def guides(lecture: Lecture) -> str:
    """Les guides d'entretien de chaque profil."""
    blocs = list(_guides(lecture))
    vide = "" if blocs else "L’étude n’a pas de guide d’entretien."
    return chapitre(f"# Annexe B{INSECABLE}: guides d’entretien {{.unnumbered}}", vide, *blocs)


def _guides(lecture: Lecture) -> Iterator[str]:
    for profil in lecture.profils:
        if not profil.guide:
            continue
        yield f"## Entretiens avec des {propre(profil.pluriel)} {{.unnumbered .unlisted}}"
        for libelle, questions in profil.guide:
            yield f"### {propre(libelle)} {{.unnumbered .unlisted}}"
            yield liste(map(propre, questions))


def limites(lecture: Lecture) -> str:
    """Ce que les chiffres ne permettent pas de dire."""
    dits = [
        "Les personnes entendues n'ont pas été tirées au sort : les parts décrivent ces entretiens et ne"
        " s'étendent pas à une population.",
        "L'intervalle de Wilson dit l'imprécision due au petit nombre ; il suppose un tirage au sort que"
        " l'étude n'a pas fait, et ne corrige aucun biais de recrutement.",
        "Ne pas avoir parlé d'un sujet n'est pas y être indifférent : le guide d'entretien n'invite pas"
        " chaque population à parler de tout.",
        "Le codage est un jugement. L'accord entre codeurs est à lire avec les chiffres.",
        f"Les effectifs de moins de {lecture.seuil} personnes, et ceux qui permettraient de les"
        " retrouver, sont masqués : un tiret n'est pas un zéro.",
        "Les références des verbatims (V001…) changent à chaque publication : citez-les avec la version"
        " du jeu publié.",
    ]
    if lecture.etude.get("fictive"):
        dits.insert(0, "Le corpus est fictif : aucun de ces résultats ne décrit une situation réelle.")
    titre = f"# Annexe C{INSECABLE}: limites {{.unnumbered}}"
    return chapitre(titre, liste(typographier(dit) for dit in dits))
