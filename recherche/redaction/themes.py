"""Chapitre 03 : une section par thème de la grille."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recherche.redaction.lecture import Code, Effectif, Famille, Lecture, Profil, Verbatim
from recherche.redaction.markdown import chapitre
from recherche.redaction.phrases import (
    aborde,
    chez,
    citer_verbatim,
    entre_parentheses,
    intervalle,
    propre,
    sur,
)
from recherche.redaction.typographie import INSECABLE, enumerer, majuscule, minuscule
from recherche.redaction.vivants import vivant

VERBATIMS_PAR_PROFIL = 2
LONGUEUR_VISEE = 450


def themes(lecture: Lecture) -> str:
    """Le chapitre : familles, puis thèmes."""
    deja: set[str] = set()
    familles = [bloc for famille in lecture.familles for bloc in _famille(lecture, famille, deja)]
    if lecture.profils:
        qui = enumerer([f"les {propre(p.pluriel)}" for p in lecture.profils])
        titre = f"# Thème par thème{INSECABLE}: ce que disent {qui}"
    else:
        titre = "# Thème par thème"
    return chapitre(titre, *familles)


def _famille(lecture: Lecture, famille: Famille, deja: set[str]) -> list[str]:
    titre = f"## {propre(famille.nom)}"
    return [titre, *(bloc for theme in famille.themes for bloc in _theme(lecture, theme, deja))]


def _theme(lecture: Lecture, theme: Code, deja: set[str]) -> list[str]:
    """Définition, ce que dit chaque profil, puis les autres voix (ateliers)."""
    ensemble = lecture.effectif_theme(theme.code)
    blocs = [f"### {propre(theme.nom)}", f"*{propre(theme.definition)}*" if theme.definition else ""]
    blocs += [vivant("nombres", theme.code, d) for d in _sans_detail(lecture, theme, ensemble)]
    for profil in lecture.profils:
        blocs += _profil(lecture, theme, profil, ensemble, deja)
    connus = {profil.nom for profil in lecture.profils}
    autres = [v for v in lecture.verbatims if theme.code in v.codes and v.profil not in connus]
    blocs += _cites_ensemble(f"{theme.code}, autres voix", choisir(lecture, autres, deja))
    if len(blocs) == 2:
        blocs.append("Aucun effectif ni extrait n’est publié sur ce thème.")
    return blocs


def _sans_detail(lecture: Lecture, theme: Code, ensemble: Effectif | None) -> list[str]:
    """Ce qu'on dit quand des effectifs de profil sont masqués."""
    masques = [p for p in lecture.profils if _masque(lecture.effectif_theme(theme.code, p.nom))]
    if not masques:
        return []
    pourquoi = "est masqué, pour que personne ne s’y reconnaisse"
    if len(masques) < len(lecture.profils):
        return [f"{enumerer([chez(p) for p in masques])}, l’effectif {pourquoi}."]
    if len(masques) == 1 or ensemble is None or ensemble.entretiens is None:
        return [f"L’effectif de ce thème {pourquoi}."]
    return [f"Tous profils réunis, {aborde(ensemble, 'ce thème')}. Le détail par profil {pourquoi}."]


def _masque(effectif: Effectif | None) -> bool:
    return effectif is not None and effectif.base > 0 and effectif.entretiens is None


def _profil(
    lecture: Lecture, theme: Code, profil: Profil, ensemble: Effectif | None, deja: set[str]
) -> list[str]:
    effectif = lecture.effectif_theme(theme.code, profil.nom)
    titre = f"#### Ce que disent les {propre(profil.pluriel)} {{.unnumbered}}"
    if effectif is None or not effectif.base:
        return [titre, f"{chez(profil)}, aucun entretien n’est publié."]
    cites = _cites(lecture, theme, profil, effectif, ensemble, deja)
    nom = f"{theme.code}, {profil.nom}"
    paroles = _cites_ensemble(f"{nom}, verbatims", cites)
    if effectif.entretiens is None:
        return [titre, *paroles] if cites else []
    phrase = f"{majuscule(aborde(effectif, 'ce thème'))}."
    natures = _natures(lecture, theme, profil) if effectif.entretiens else ""
    return [titre, vivant("nombres", nom, f"{phrase} {natures}".strip()), *paroles]


def _cites_ensemble(nom: str, cites: Iterable[Verbatim]) -> list[str]:
    """Les verbatims en un seul bloc ; rien s'il n'y en a pas."""
    bloc = vivant("verbatims", nom, "\n\n".join(map(citer_verbatim, cites)))
    return [bloc] if bloc else []


def _cites(
    lecture: Lecture,
    theme: Code,
    profil: Profil,
    effectif: Effectif,
    ensemble: Effectif | None,
    deja: set[str],
) -> list[Verbatim]:
    """Les extraits cités : aucun quand ni le profil ni l'ensemble n'ont d'effectif publiable."""
    tu = effectif.entretiens is None and (ensemble is None or not ensemble.entretiens)
    if tu or effectif.entretiens == 0:
        return []
    du_theme = [v for v in lecture.verbatims if theme.code in v.codes and v.profil == profil.nom]
    return choisir(lecture, du_theme, deja)


def _natures(lecture: Lecture, theme: Code, profil: Profil) -> str:
    """« Manque ou critique : 30 entretiens sur 60 (50 % ; …). » pour chaque nature publiée."""
    mesures = [(n, lecture.effectif_theme(theme.code, profil.nom, n.code)) for n in lecture.natures]
    publies = [(n, m) for n, m in mesures if m is not None and m.entretiens is not None]
    publies.sort(key=lambda paire: -(paire[1].entretiens or 0))
    dits = [f"{propre(n.nom)}{INSECABLE}: {_mesurer(m)}" for n, m in publies]
    masquees = [minuscule(propre(n.nom)) for n, m in mesures if m is not None and m.entretiens is None]
    if masquees:
        dits.append(f"Effectif masqué{INSECABLE}: {enumerer(masquees)}")
    return " ".join(f"{dit}." for dit in dits)


def _mesurer(effectif: Effectif) -> str:
    """« 30 entretiens sur 60 (50 % ; intervalle : 38 à 62 %) »."""
    detail = intervalle(effectif, "intervalle") if effectif.entretiens else ""
    return f"{sur(effectif)}{entre_parentheses(detail)}"


def choisir(lecture: Lecture, verbatims: Sequence[Verbatim], deja: set[str]) -> list[Verbatim]:
    """Quelques extraits : pas encore cités, de natures puis de territoires divers, pas trop longs.

    Les références changent à chaque publication : à égalité, c'est l'empreinte du texte qui départage.

    Ajoute à `deja` les références retenues.
    """
    ordre = {nature.code: rang for rang, nature in enumerate(lecture.natures)}
    restants, choisis = list(verbatims), list[Verbatim]()
    while restants and len(choisis) < VERBATIMS_PAR_PROFIL:
        meilleur = min(restants, key=lambda v: _rang(v, choisis, deja, ordre))
        if meilleur.reference in deja and choisis:
            break
        restants.remove(meilleur)
        choisis.append(meilleur)
    deja.update(v.reference for v in choisis)
    return sorted(choisis, key=lambda v: (ordre.get(v.nature, len(ordre)), v.empreinte))


def _rang(
    verbatim: Verbatim, choisis: Iterable[Verbatim], deja: set[str], ordre: dict[str, int]
) -> tuple[bool, bool, bool, bool, str]:
    natures = {v.nature for v in choisis}
    lieux = {v.territoire for v in choisis}
    return (
        verbatim.reference in deja,
        verbatim.nature in natures or verbatim.nature not in ordre,
        verbatim.territoire in lieux,
        len(verbatim.texte) > LONGUEUR_VISEE,
        verbatim.empreinte,
    )
