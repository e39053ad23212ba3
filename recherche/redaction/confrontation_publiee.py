"""La confrontation telle qu'elle est publiée : écarts, lectures, verbatims appariés, figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from recherche.redaction.lecture import ENSEMBLE, Lecture
from recherche.redaction.markdown import citation, echapper, liste, tableau
from recherche.redaction.phrases import MASQUE, propre
from recherche.redaction.typographie import (
    FINE,
    INSECABLE,
    citer,
    majuscule,
    minuscule,
    nombre,
    pourcentage,
)
from recherche.redaction.vivants import vivant

BESOIN = "besoin"
PAIRES_PAR_THEME = 1
SENS = {
    "offre rencontrée": "l’offre est décrite, et peu de besoins restent dits",
    "offre inconnue": "l’offre est décrite, mais le besoin demeure : elle n’est pas connue, ou ne"
    " convient pas",
    "attente sans réponse": "le besoin est dit, et presque personne ne décrit d’offre",
    "peu évoqué": "ni l’offre ni le besoin ne reviennent assez pour conclure",
}


@dataclass(frozen=True, slots=True)
class Ecart:
    """Un thème : parts de 0 à 1, écart et bornes en points ; None si masqué ou non calculable."""

    code: str
    territoire: str
    part_demande: float | None
    part_offre: float | None
    ecart: float | None
    bas: float | None
    haut: float | None
    lecture: str
    stabilite: float | None


def ecarts(lecture: Lecture, territoire: str = ENSEMBLE) -> dict[str, Ecart]:
    """Les écarts de besoin d'un territoire, par code de thème ; vide si l'étude ne confronte pas."""
    table = lecture.tables.get("confrontation")
    if table is None or table.empty:
        return {}
    lignes = table[(table["demande"] == BESOIN) & (table["territoire"] == territoire)]
    return {str(ligne["code"]): _ecart(ligne) for ligne in lignes.to_dict("records")}


def _ecart(ligne: Mapping[Any, Any]) -> Ecart:
    masque = bool(ligne.get("masque", False))
    mesures = ("part_demande", "part_offre", "ecart", "ecart_bas", "ecart_haut")
    demande, offre, ecart, bas, haut = (
        None if masque or pd.isna(ligne[m]) else float(ligne[m]) for m in mesures
    )
    stabilite = None if pd.isna(ligne["stabilite"]) else float(ligne["stabilite"])
    lue = str(ligne["lecture"] or "")
    return Ecart(
        str(ligne["code"]),
        str(ligne["territoire"]),
        demande,
        offre,
        ecart,
        bas,
        haut,
        lue,
        stabilite,
    )


def sections(lecture: Lecture, figures: Mapping[str, str]) -> Iterator[str]:
    """Ce que le chapitre dit de la confrontation publiée ; rien si l'étude ne confronte pas."""
    tous = ecarts(lecture)
    if not tous:
        return
    demande, offre = _qui(lecture)
    yield f"## Ce qui est offert, ce qui manque{INSECABLE}: les écarts"
    yield (
        f"L’écart compare deux parts{INSECABLE}: celle des entretiens de {demande} qui disent un"
        " besoin (un"
        f" manque ou une attente) et celle des entretiens de {offre} qui décrivent une offre."
        " Positif, le"
        " besoin est plus souvent dit que l’offre n’est décrite. Son intervalle à 95"
        f"{FINE}% vient d’un rééchantillonnage des entretiens{FINE}; un écart dont l’intervalle"
        " contient zéro"
        " ne permet pas de conclure."
    )
    yield vivant(
        "figure",
        "figure des écarts",
        _figure(
            figures, "ecarts", "Écart par thème, en points d’entretiens (thèmes dont l’écart est publié)"
        ),
    )
    yield vivant("tableau", "écarts", _tableau(lecture, tous, demande, offre))
    yield "## Quatre lectures"
    yield from _lectures(lecture, tous)
    legende = "Ce que les uns décrivent, ce que les autres disent (mêmes thèmes)"
    yield vivant("figure", "figure de la confrontation", _figure(figures, "confrontation", legende))
    yield from _par_territoire(lecture)
    yield from _paires(lecture)


def _qui(lecture: Lecture) -> tuple[str, str]:
    roles = lecture.etude.get("confrontation") or {}
    pluriels = {p.nom: propre(p.pluriel) for p in lecture.profils}
    demande, offre = (str(roles.get(cle, "")) for cle in ("demande", "offre"))
    return pluriels.get(demande, demande), pluriels.get(offre, offre)


def _figure(figures: Mapping[str, str], nom: str, legende: str) -> str:
    return f"![{legende}]({figures[nom]}){{width=72%}}" if nom in figures else ""


def _tableau(lecture: Lecture, tous: Mapping[str, Ecart], demande: str, offre: str) -> str:
    rangs: list[list[str]] = []
    for famille in lecture.familles:
        lus = [(theme, tous[theme.code]) for theme in famille.themes if theme.code in tous]
        if lus:
            rangs.append([f"**{propre(famille.nom)}**", "", "", "", ""])
        for theme, e in lus:
            points = _points(e)
            rangs.append(
                [
                    propre(theme.nom),
                    _part(e.part_demande),
                    _part(e.part_offre),
                    points,
                    minuscule(e.lecture),
                ]
            )
    entetes = ["Thème", f"Besoin, {demande}", f"Offre, {offre}", "Écart (intervalle)", "Lecture"]
    legende = "Besoin dit et offre décrite, en part des entretiens, et écart en points"
    return tableau(entetes, rangs, largeurs=[6, 3, 3, 4, 4], legende=legende)


def _part(part: float | None) -> str:
    return MASQUE if part is None else pourcentage(part)


def _points(e: Ecart) -> str:
    """« +37 (21 à 52) »."""
    if e.ecart is None:
        return MASQUE
    if e.bas is None or e.haut is None:
        return signe(e.ecart)
    return f"{signe(e.ecart)}{INSECABLE}({signe(e.bas)} à {signe(e.haut)})"


def signe(points: float) -> str:
    """« +37 », « −4 », « 0 »."""
    entier = int(abs(points) + 0.5)
    return f"{'' if not entier else '+' if points > 0 else '−'}{nombre(entier)}"


def _lectures(lecture: Lecture, tous: Mapping[str, Ecart]) -> Iterator[str]:
    noms = {theme.code: minuscule(propre(theme.nom)) for theme in lecture.themes}
    presentes = dict.fromkeys(e.lecture for e in tous.values() if e.lecture)
    puces = []
    for lue in presentes:
        themes = f"{FINE}; ".join(
            f"{noms[code]}{_solidite(e)}"
            for code, e in tous.items()
            if e.lecture == lue and code in noms
        )
        sens = f" ({propre(SENS[lue])})" if lue in SENS else ""
        puces.append(f"**{majuscule(propre(lue))}**{sens}{INSECABLE}: {themes}.")
    yield vivant("nombres", "lectures", liste(puces))
    yield (
        "La lecture d’un thème est un résumé, non un verdict. Le pourcentage qui suit un thème est"
        " la part des"
        " rééchantillonnages qui donnent la même lecture{FINE}; sous les deux tiers, la lecture tient à"
        " quelques entretiens."
    ).replace("{FINE}", FINE)


def _solidite(e: Ecart) -> str:
    return "" if e.stabilite is None else f" ({pourcentage(e.stabilite)})"


def _par_territoire(lecture: Lecture) -> Iterator[str]:
    """Les lectures de chaque territoire, moins souvent masquées que les effectifs."""
    par_lieu = {lieu: ecarts(lecture, lieu) for lieu in lecture.territoires}
    themes = [t for t in lecture.themes if any(t.code in lus for lus in par_lieu.values())]
    rangs = []
    for theme in themes:
        lues = [lus[theme.code].lecture if theme.code in lus else "" for lus in par_lieu.values()]
        rangs.append([propre(theme.nom), *(_abrege(lue) for lue in lues)])
    if not any(any(c != MASQUE for c in rang[1:]) for rang in rangs):
        return
    yield f"## {majuscule(propre(lecture.niveau))} par {propre(lecture.niveau)}"
    legende = f"Lecture de chaque thème, par {propre(lecture.niveau)}"
    entetes = ["Thème", *map(propre, par_lieu)]
    corps = tableau(entetes, rangs, largeurs=[6] + [3] * len(par_lieu), legende=legende)
    yield vivant("tableau", "lectures par territoire", corps)


def _abrege(lue: str) -> str:
    return {"": MASQUE, "offre rencontrée": "rencontrée", "offre inconnue": "inconnue"}.get(
        lue, "sans réponse" if lue.startswith("attente") else lue.removeprefix("souci des ")
    )


def _paires(lecture: Lecture) -> Iterator[str]:
    """Deux paroles proches par le sens, du même lieu, prises dans les deux populations."""
    table = lecture.tables.get("verbatims_apparies")
    if table is None or table.empty:
        return
    demande, offre = _qui(lecture)
    blocs = []
    for theme in lecture.themes:
        du_theme = table[table["code"] == theme.code].sort_values("proximite", ascending=False)
        dits = [
            "\n\n".join(
                (
                    citation(echapper(citer(str(ligne["texte_demande"]))), f"{demande}, {_lieu(ligne)}"),
                    citation(echapper(citer(str(ligne["texte_offre"]))), f"{offre}, {_lieu(ligne)}"),
                )
            )
            for ligne in du_theme.head(PAIRES_PAR_THEME).to_dict("records")
        ]
        if dits:
            blocs.append(f"### {propre(theme.nom)} {{.unnumbered .unlisted}}")
            blocs.append(vivant("verbatims", f"{theme.code}, paroles appariées", "\n\n".join(dits)))
    if blocs:
        yield "## Paroles mises en regard"
        yield (
            f"Pour chaque thème, deux extraits d’un même lieu parmi les plus proches par le"
            f" sens{INSECABLE}: ils"
            " parlent de la même chose, pas toujours de la même façon. Le rapprochement est"
            " calculé{FINE};"
            " il ne prouve rien par lui-même."
        ).replace("{FINE}", FINE)
        yield from blocs


def _lieu(ligne: Mapping[Any, Any]) -> str:
    return f"{propre(str(ligne['territoire']))}, réf.{INSECABLE}{propre(str(ligne['reference']))}"
