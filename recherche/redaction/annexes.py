"""Annexes : la grille, les guides d'entretien, les limites."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from recherche.redaction.lecture import Code, Lecture
from recherche.redaction.markdown import chapitre, liste, tableau
from recherche.redaction.phrases import citer_court, propre
from recherche.redaction.typographie import INSECABLE, majuscule, nombre, typographier
from recherche.redaction.vivants import vivant


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


def guides(lecture: Lecture, themes: Sequence[tuple[str, Sequence[str]]] = ()) -> str:
    """Les guides d'entretien de chaque profil, puis les questions communes de l'étude (`themes`)."""
    blocs = [*_guides(lecture), *_questions(themes)]
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


def _questions(themes: Sequence[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Les questions des thèmes de l'étude : celles que posent les ateliers."""
    posees = [(libelle, questions) for libelle, questions in themes if questions]
    if posees:
        yield "## Thèmes et questions de l’étude {.unnumbered .unlisted}"
    for libelle, questions in posees:
        yield f"### {propre(libelle)} {{.unnumbered .unlisted}}"
        yield liste(map(propre, questions))


GLOSSAIRE = (
    ("Base", "nombre d'entretiens publiés auxquels un effectif se rapporte."),
    ("Code, thème", "étiquette de la grille posée sur un passage : de quoi l'on parle."),
    (
        "Codage",
        "le fait de poser un code sur un passage ; c'est un jugement, qui se vérifie à plusieurs.",
    ),
    ("Écart", "différence, en points, entre la part des uns et celle des autres."),
    ("Effectif masqué", "nombre tu parce que trop peu de personnes s'y reconnaîtraient."),
    ("Intervalle", "étendue où la part se situerait encore, vu le petit nombre d'entretiens."),
    ("Jeu publié", "les tables anonymes dont viennent les chiffres et les paroles de ce guide."),
    ("Lecture", "ce que l'écart suggère : offre rencontrée, offre inconnue, attente sans réponse…"),
    ("Nature du propos", "comment l'on parle d'un thème : on décrit, on critique, on attend."),
    (
        "Pseudonymisation",
        "remplacement de ce qui ferait reconnaître une personne ; une clé chiffrée"
        " permet à l'équipe, et à elle seule, de revenir en arrière.",
    ),
    ("Verbatim", "parole citée telle qu'elle a été dite, avec l'accord de la personne."),
)


def glossaire() -> str:
    """Les mots du guide."""
    puces = [f"**{mot}**{INSECABLE}: {typographier(sens)}" for mot, sens in GLOSSAIRE]
    return chapitre(f"# Annexe E{INSECABLE}: glossaire {{.unnumbered}}", liste(puces))


def rapports(lecture: Lecture, validation: Sequence[str]) -> str:
    """Ce que l'équipe a mesuré : accord des codeurs (table publiée), validation des suggestions."""
    sans_accord = (
        "Aucun accord entre codeurs n'a été mesuré : les codages sont ceux d'une seule personne, ou deux"
        " personnes n'ont pas codé les mêmes entretiens."
    )
    sans_validation = "Aucun codage n'a été suggéré par le programme."
    return chapitre(
        f"# Annexe D{INSECABLE}: accord et validation {{.unnumbered}}",
        "## Accord entre codeurs {.unnumbered .unlisted}",
        vivant("tableau", "accord entre codeurs", _accord(lecture) or typographier(sans_accord)),
        "## Validation des suggestions {.unnumbered .unlisted}",
        vivant("nombres", "validation des suggestions", _puces(validation, sans_validation)),
    )


def _accord(lecture: Lecture) -> str:
    """L'alpha de Krippendorff de chaque code, si le jeu le publie."""
    table = lecture.tables.get("accord")
    if table is None or table.empty:
        return ""
    noms = {code.code: code.nom for code in (*lecture.themes, *lecture.natures)}
    rangs = [
        [
            propre(majuscule(noms.get(str(ligne["code"]), str(ligne["code"])))),
            nombre(int(ligne["unites"])),
            _decimal(ligne["alpha"]),
            f"{_decimal(ligne['alpha_bas'])} à {_decimal(ligne['alpha_haut'])}",
        ]
        for ligne in table.to_dict("records")
    ]
    legende = "Alpha de Krippendorff, et son intervalle bootstrap à 95\u202f%"
    return tableau(
        ["Code", "Phrases", "Alpha", "Intervalle"], rangs, largeurs=[6, 2, 2, 3], legende=legende
    )


def _decimal(valeur: float) -> str:
    return "—" if math.isnan(valeur) else f"{valeur:.2f}".replace(".", ",").replace("-", "−")


def _puces(dits: Sequence[str], sinon: str) -> str:
    return liste(propre(dit) for dit in dits) if dits else typographier(sinon)


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
