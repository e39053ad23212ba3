"""Dire un effectif : toujours avec son dénominateur, jamais quand il est masqué."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recherche.redaction.lecture import ENSEMBLE, Code, Effectif, Lecture, Profil, Verbatim
from recherche.redaction.markdown import citation, echapper
from recherche.redaction.typographie import (
    FINE,
    INSECABLE,
    citer,
    compter,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    pourcentage,
    typographier,
)

MASQUE = "—"


def propre(texte: str) -> str:
    """Un texte de personne, typographié et sans Markdown."""
    return echapper(typographier(texte))


def intervalle(effectif: Effectif, nom: str = "intervalle de Wilson") -> str:
    """« 82 % ; intervalle de Wilson : 70 à 89 % » ; vide sans part."""
    if effectif.part is None or effectif.part_basse is None or effectif.part_haute is None:
        return ""
    basse = pourcentage(effectif.part_basse).removesuffix(f"{FINE}%")
    bornes = f"{basse} à {pourcentage(effectif.part_haute)}"
    return f"{pourcentage(effectif.part)}{FINE}; {nom}{INSECABLE}: {bornes}"


def entre_parentheses(texte: str) -> str:
    """« (texte) » précédé d'une espace, ou rien."""
    return f" ({texte})" if texte else ""


def sur(effectif: Effectif, unite: str = "entretien") -> str:
    """« 49 entretiens sur 60 » ; l'effectif n'est pas masqué."""
    if not effectif.entretiens:
        return f"aucun {unite} sur {nombre(effectif.base)}"
    return f"{compter(effectif.entretiens, unite)} sur {nombre(effectif.base)}"


def aborde(effectif: Effectif, complement: str) -> str:
    """« 49 entretiens sur 60 abordent ce thème (82 % ; …) » ; l'effectif n'est pas masqué."""
    if effectif.entretiens == 0:
        return f"aucun des {compter(effectif.base, 'entretien')} n’aborde {complement}"
    verbe = "aborde" if effectif.entretiens == 1 else "abordent"
    return f"{sur(effectif)} {verbe} {complement}{entre_parentheses(intervalle(effectif))}"


def cellule(effectif: Effectif | None, *, avec_intervalle: bool = False) -> str:
    """« 49/60 (82 %) » pour un tableau ; tiret si masqué, vide si la table n'en dit rien."""
    if effectif is None:
        return ""
    if effectif.entretiens is None:
        return MASQUE
    rapport = f"{nombre(effectif.entretiens)}/{nombre(effectif.base)}"
    if effectif.part is None:
        return rapport
    detail = pourcentage(effectif.part)
    if avec_intervalle and effectif.part_basse is not None and effectif.part_haute is not None:
        basse = pourcentage(effectif.part_basse).removesuffix(f"{FINE}%")
        detail = f"{basse}–{pourcentage(effectif.part_haute)}"
    return f"{rapport}{INSECABLE}({detail})"


def note_masque(lecture: Lecture, tableaux: Iterable[str]) -> str:
    """Ce que veut dire le tiret, s'il y en a un dans ces tableaux."""
    if not any(f"| {MASQUE} |" in texte for texte in tableaux):
        return ""
    return (
        f"Le tiret ({MASQUE}) marque un effectif masqué{INSECABLE}: moins de {lecture.seuil} personnes"
        " s’y distingueraient ou s’en déduiraient."
    )


def chez(profil: Profil) -> str:
    """« Chez les jeunes »."""
    return f"Chez les {propre(profil.pluriel)}"


def source(verbatim: Verbatim) -> str:
    """« réf. V012, jeune, Lorient »."""
    elements = [f"réf.{INSECABLE}{verbatim.reference}", verbatim.profil, verbatim.territoire]
    return ", ".join(propre(e) for e in elements if e)


def citer_verbatim(verbatim: Verbatim) -> str:
    """Le verbatim en retrait, avec sa référence."""
    return citation(echapper(citer(verbatim.texte)), source(verbatim))


def citer_court(texte: str) -> str:
    """Un court extrait entre guillemets, dans le fil du texte, sans point final."""
    return echapper(citer(texte.strip().removesuffix(".")))


def renvois(verbatims: Sequence[Verbatim], nombre_maximal: int = 4) -> str:
    """« V012, V031 et V040 »."""
    choisis = sorted(verbatims, key=lambda v: v.empreinte)[:nombre_maximal]
    return enumerer([propre(v.reference) for v in choisis])


def classer(
    lecture: Lecture, profil: str, nature: str, nombre_maximal: int
) -> list[tuple[Code, Effectif]]:
    """Les thèmes les plus fréquents d'un profil pour une nature, parmi les effectifs publiés."""
    mesures = ((t, lecture.effectif_theme(t.code, profil, nature)) for t in lecture.themes)
    publies = [(t, e) for t, e in mesures if e is not None and e.entretiens]
    return sorted(publies, key=lambda paire: -_frequence(paire[1]))[:nombre_maximal]


def _frequence(effectif: Effectif) -> float:
    return (effectif.entretiens or 0) / effectif.base


def lister(classement: Iterable[tuple[Code, Effectif]]) -> str:
    """« logement (26 sur 60) ; mobilité, transports (26 sur 60) »."""
    return f"{FINE}; ".join(
        f"{minuscule(propre(t.nom))} ({nombre(e.entretiens or 0)} sur {nombre(e.base)})"
        for t, e in classement
    )


def profils_et_ensemble(lecture: Lecture) -> list[tuple[str, str]]:
    """(clé, libellé) des colonnes d'un tableau : chaque profil, puis tous s'il y en a plusieurs."""
    colonnes = [(p.nom, majuscule(propre(p.pluriel))) for p in lecture.profils]
    return [*colonnes, (ENSEMBLE, "Ensemble")] if len(colonnes) > 1 else colonnes
