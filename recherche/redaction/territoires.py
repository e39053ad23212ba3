"""Chapitre 02 : l'état des lieux, territoire par territoire."""

from __future__ import annotations

from collections.abc import Iterator

from recherche.redaction.lecture import Atelier, Effectif, Lecture
from recherche.redaction.markdown import chapitre, liste, tableau
from recherche.redaction.phrases import (
    cellule,
    citer_verbatim,
    note_masque,
    profils_et_ensemble,
    propre,
)
from recherche.redaction.themes import choisir
from recherche.redaction.typographie import INSECABLE, compter, date_longue, enumerer, nombre
from recherche.redaction.vivants import vivant


def etat_des_lieux(lecture: Lecture) -> str:
    """Une section par territoire : corpus, familles, natures, ateliers."""
    titre = f"# État des lieux par {propre(lecture.niveau)}"
    sections = [_section(lecture, nom) for nom in lecture.territoires]
    return chapitre(titre, _introduction(lecture), note_masque(lecture, sections), *sections)


def _introduction(lecture: Lecture) -> str:
    if not lecture.profils:
        return f"L’état des lieux par {propre(lecture.niveau)} repose sur les ateliers."
    return (
        f"Par {propre(lecture.niveau)} et par profil, les bases sont petites{INSECABLE}: beaucoup"
        " d’effectifs sont masqués, et ceux qui restent disent si un sujet est présent, non s’il pèse"
        " plus ici qu’ailleurs."
    )


def _section(lecture: Lecture, territoire: str) -> str:
    return "\n\n".join(
        bloc
        for bloc in (
            f"## {propre(territoire)}",
            vivant("nombres", f"{territoire}, base", _entretiens(lecture, territoire)),
            vivant("nombres", f"{territoire}, thèmes partagés", _partages(lecture, territoire)),
            vivant("tableau", f"{territoire}, familles", tableau_familles(lecture, territoire)),
            *_ecoutes(lecture, territoire),
            *(
                vivant("texte", f"atelier, {a.titre}", _atelier(a))
                for a in lecture.ateliers
                if a.territoire == territoire
            ),
        )
        if bloc
    )


def _ecoutes(lecture: Lecture, territoire: str) -> Iterator[str]:
    """Quelques paroles du territoire, une par profil et par nature."""
    for profil in lecture.profils:
        du_lieu = [v for v in lecture.verbatims if v.territoire == territoire and v.profil == profil.nom]
        cites = choisir(lecture, du_lieu, set())
        if cites:
            yield f"#### Paroles de {propre(profil.pluriel)} {{.unnumbered .unlisted}}"
            nom = f"{territoire}, {profil.nom}, verbatims"
            yield vivant("verbatims", nom, "\n\n".join(map(citer_verbatim, cites)))


def _entretiens(lecture: Lecture, territoire: str) -> str:
    dits = [
        f"{compter(publies, 'entretien publié', 'entretiens publiés')} avec des {propre(p.pluriel)}"
        for p in lecture.profils
        if (publies := lecture.total("publies", territoire=territoire, profil=p.nom))
    ]
    if dits:
        return f"Base{INSECABLE}: {enumerer(dits)}."
    if any(a.territoire == territoire for a in lecture.ateliers):
        return ""
    return "Aucun entretien ni atelier n’y est publié à ce jour."


def _partages(lecture: Lecture, territoire: str) -> str:
    """Les familles que tous les entretiens publiés d'un profil abordent."""
    phrases = []
    for profil in lecture.profils:
        communes = [
            propre(f.nom)
            for f in lecture.familles
            if _unanime(lecture.effectif_famille(f.code, territoire, profil.nom))
        ]
        if communes:
            base = lecture.total("publies", territoire=territoire, profil=profil.nom)
            noms = enumerer([f"«{INSECABLE}{nom}{INSECABLE}»" for nom in communes])
            qui = f"Les {compter(base, 'entretien')} avec des {propre(profil.pluriel)}"
            phrases.append(f"{qui} abordent tous {noms}.")
    return " ".join(phrases)


def _unanime(effectif: Effectif | None) -> bool:
    return effectif is not None and effectif.entretiens == effectif.base > 1


def tableau_familles(lecture: Lecture, territoire: str) -> str:
    """Familles et natures d'un territoire, par profil ; vide si rien n'y est publié."""
    colonnes = profils_et_ensemble(lecture)
    if not colonnes or not lecture.total("publies", territoire=territoire):
        return ""
    familles = [
        [
            propre(f.nom),
            *(_cellule(lecture.effectif_famille(f.code, territoire, c)) for c, _ in colonnes),
        ]
        for f in lecture.familles
    ]
    natures = [
        [
            f"*{propre(n.nom)}*",
            *(_cellule(lecture.effectif_nature(n.code, territoire, c)) for c, _ in colonnes),
        ]
        for n in lecture.natures
    ]
    rangs = _sans_colonne_vide(
        [["Famille, *nature*", *(nom for _, nom in colonnes)], *familles, *natures]
    )
    if len(rangs[0]) == 1:
        return ""
    legende = (
        f"{propre(territoire)}{INSECABLE}: entretiens sur la base (intervalle de Wilson à 95\u202f%)"
    )
    return tableau(rangs[0], rangs[1:], largeurs=[5] + [3] * (len(rangs[0]) - 1), legende=legende)


def _cellule(effectif: Effectif | None) -> str:
    return cellule(effectif, avec_intervalle=True)


def _sans_colonne_vide(rangs: list[list[str]]) -> list[list[str]]:
    """Retire les colonnes dont la table ne dit rien (l'ensemble, dans un jeu sans marges)."""
    gardees = [0, *(i for i in range(1, len(rangs[0])) if any(rang[i] for rang in rangs[1:]))]
    return [[rang[i] for i in gardees] for rang in rangs]


def _atelier(atelier: Atelier) -> str:
    quand = f" du {date_longue(atelier.date)}" if atelier.date else ""
    entete = (
        f"**Atelier{quand}.** {propre(atelier.titre)}"
        f" ({nombre(atelier.participants)}{INSECABLE}participants)."
    )
    if not atelier.decisions:
        return entete
    return (
        f"{entete} Décisions et pistes retenues{INSECABLE}:\n\n{liste(map(propre, atelier.decisions))}"
    )
