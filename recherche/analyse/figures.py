"""Figures Altair imprimables : sobres, lisibles par les daltoniens, dénominateurs affichés.

Elles prennent les tables du jeu publié (colonnes `entretiens`, `base`, `part`, `part_basse`,
`part_haute`, `masque`) : une cellule masquée s'y voit masquée. Aucune ne va chercher quoi que ce soit.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import cast

import altair as alt
import pandas as pd

ENSEMBLE = "ensemble"
ENCRE = "#1f2933"
GRIS = "#6b7280"
FOND_MASQUE = "#e5e7eb"
MASQUE_COURT = "m"
# Du clair au foncé ; au-delà de cette part le texte passe au blanc (contraste d'au moins 4,5 partout).
TEINTES = ("#eff6fb", "#0b3c66")
PART_TEXTE_CLAIR = 0.67
COULEUR_ENSEMBLE = "#4b5563"
# Palette d'Okabe et Ito, distinguée par les daltoniens ; les formes redoublent la couleur.
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
FORMES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")
_POLICE = "Source Sans, Source Sans 3, Helvetica, Arial, sans-serif"
_POURCENT = "format(datum.value * 100, '.0f') + ' %'"
_CARACTERES_LIGNE = 28
_PAS = 26


def figure_avancement(avancement: pd.DataFrame, *, profils: Mapping[str, str]) -> alt.LayerChart:
    """Entretiens publiés et réalisés par territoire et profil, contre l'objectif (trait).

    `avancement` : territoire, profil, objectif, realises, publies. `profils` : nom -> pluriel affiché.
    """
    table = avancement.copy()
    table["libelle"] = table["profil"].map(profils)
    table["texte"] = [f"{r} sur {o}" for r, o in zip(table["realises"], table["objectif"], strict=True)]
    maximum = int(max([1, *table["objectif"], *table["realises"]]))
    y = alt.Y("territoire:N", title=None, sort=list(table["territoire"].unique()))
    decalage = alt.YOffset("libelle:N", sort=list(profils.values()))
    couleur = _couleur("libelle", list(profils.values()))
    base = alt.Chart(table).encode(y=y, yOffset=decalage)
    echelle = alt.Scale(domain=[0, maximum * 1.3], nice=False)
    axe = alt.Axis(values=list(range(0, maximum + 1, max(1, maximum // 5))), domain=False)
    x = alt.X("realises:Q", title="Entretiens réalisés (trait : objectif)", scale=echelle, axis=axe)
    barres = base.mark_bar(height={"band": 0.8}).encode(x=x, color=couleur)
    objectif = base.mark_tick(color=ENCRE, thickness=2, size=14).encode(x=alt.X("objectif:Q"))
    textes = base.mark_text(align="left", dx=6, color=ENCRE).encode(x=alt.X("haut:Q"), text="texte:N")
    textes = textes.transform_calculate(haut="max(datum.realises, datum.objectif)")
    return habiller(
        barres + objectif + textes, hauteur=_hauteur(table["territoire"].nunique(), len(profils))
    )


def figure_themes(
    effectifs: pd.DataFrame, *, noms: Mapping[str, str], profils: Mapping[str, str]
) -> alt.LayerChart:
    """Part des entretiens où chaque thème apparaît, par profil, avec son intervalle à 95 %.

    `effectifs` : code, profil et mesures, une nature à la fois. `noms` : code -> nom affiché, dans
    l'ordre des lignes ; `profils` : profil -> libellé. Le nombre d'entretiens suit chaque point ; une
    cellule masquée est écrite « masqué », une base trop petite pour une part montre son effectif seul.
    """
    table = effectifs[effectifs["profil"].isin(list(profils))].copy()
    table["theme"] = table["code"].map({code: couper(nom) for code, nom in noms.items()})
    table["libelle"] = table["profil"].map(profils)
    table["texte"] = [
        _etiquette(n, b, m)
        for n, b, m in table[["entretiens", "base", "masque"]].itertuples(index=False)
    ]
    table["position"] = table["part_haute"].fillna(0.0)
    table["entretiens"] = table["entretiens"].astype("float64")
    ordre = [couper(nom) for nom in noms.values()]
    y = alt.Y("theme:N", title=None, sort=ordre, axis=_axe_multiligne())
    decalage = alt.YOffset("libelle:N", sort=list(profils.values()), scale=alt.Scale(paddingOuter=0.4))
    base = alt.Chart(table).encode(y=y, yOffset=decalage)
    axe = alt.Axis(labelExpr=_POURCENT, values=[0, 0.25, 0.5, 0.75, 1], domain=False)
    echelle = alt.Scale(domain=[0, 1.28], nice=False)
    x = alt.X("part:Q", title="Part des entretiens, intervalle à 95 %", scale=echelle, axis=axe)
    couleur = _couleur("libelle", list(profils.values()))
    formes = alt.Scale(domain=list(profils.values()), range=list(FORMES[: len(profils)]))
    traits = base.mark_rule(strokeWidth=1.5).encode(
        x=alt.X("part_basse:Q"), x2="part_haute:Q", color=couleur
    )
    points = base.mark_point(filled=True, size=60, opacity=1).encode(
        x=x,
        color=couleur,
        shape=alt.Shape("libelle:N", title=None, scale=formes),
        tooltip=_bulle(["theme", "libelle"]),
    )
    textes = base.mark_text(align="left", dx=7, fontSize=11).encode(
        x=alt.X("position:Q"), text="texte:N", color=_encre_ou_gris()
    )
    figure = traits + points + textes
    return habiller(figure, hauteur=_hauteur(len(noms), len(profils), marge=70))


def figure_familles(
    effectifs: pd.DataFrame, *, noms: Mapping[str, str], territoires: Sequence[str]
) -> alt.LayerChart:
    """Grille famille × territoire : entretiens sur base dans chaque case, teinte selon la part.

    `effectifs` : code, territoire et mesures, un profil à la fois. Les cases masquées sont grises et
    portent « m » ; celles dont la base est trop petite pour une part restent blanches.
    """
    table = effectifs.copy()
    table["famille"] = table["code"].map({code: couper(nom) for code, nom in noms.items()})
    table["texte"] = [
        _etiquette(n, b, m, court=True)
        for n, b, m in table[["entretiens", "base", "masque"]].itertuples(index=False)
    ]
    table["entretiens"] = table["entretiens"].astype("float64")
    table["clair"] = table["part"].fillna(0.0) > PART_TEXTE_CLAIR
    x = alt.X("territoire:N", title=None, sort=list(territoires), axis=_axe_incline())
    y = alt.Y("famille:N", title=None, sort=[couper(n) for n in noms.values()], axis=_axe_multiligne())
    base = alt.Chart(table).encode(x=x, y=y)
    teinte = alt.Color(
        "part:Q",
        title="Part des entretiens",
        scale=alt.Scale(range=list(TEINTES), domain=[0, 1], interpolate="rgb"),
        legend=alt.Legend(labelExpr=_POURCENT, orient="bottom", values=[0, 0.5, 1], gradientLength=160),
    )
    bulle = _bulle(["famille", "territoire"])
    rectangles = base.mark_rect(stroke="white", strokeWidth=2)
    pleines = rectangles.encode(color=teinte, tooltip=bulle)
    masquees = base.transform_filter("datum.masque").mark_rect(
        stroke="white", strokeWidth=2, fill=FOND_MASQUE
    )
    textes = base.mark_text(fontSize=12).encode(
        text="texte:N",
        color=alt.condition("datum.clair && !datum.masque", alt.value("white"), alt.value("black")),
    )
    return habiller(
        pleines + masquees.encode(tooltip=bulle) + textes, hauteur=46 * max(1, len(noms)) + 110
    )


def couleurs(profils: Sequence[str]) -> list[str]:
    """Une couleur par profil ; « ensemble » est gris."""
    suite = iter(PALETTE * (1 + len(profils) // len(PALETTE)))
    return [COULEUR_ENSEMBLE if nom.casefold().startswith(ENSEMBLE) else next(suite) for nom in profils]


def _etiquette(entretiens: int, base: int, masque: bool, *, court: bool = False) -> str:
    if masque:
        return MASQUE_COURT if court else "masqué"
    return f"{entretiens}/{base}" if court else f"{entretiens} sur {base}"


def _bulle(champs: Sequence[str]) -> list[alt.Tooltip]:
    return [
        *(alt.Tooltip(f"{champ}:N", title=champ.capitalize()) for champ in champs),
        alt.Tooltip("texte:N", title="Entretiens"),
        alt.Tooltip("part:Q", title="Part", format=".0%"),
        alt.Tooltip("part_basse:Q", title="Borne basse", format=".0%"),
        alt.Tooltip("part_haute:Q", title="Borne haute", format=".0%"),
    ]


def _couleur(champ: str, libelles: Sequence[str]) -> alt.Color:
    echelle = alt.Scale(domain=list(libelles), range=couleurs(libelles))
    return alt.Color(f"{champ}:N", title=None, scale=echelle, legend=alt.Legend(orient="top"))


def superposer(*couches: alt.Chart) -> alt.LayerChart:
    """Les couches d'une figure, la première dessous."""
    return cast(alt.LayerChart, alt.layer(*couches))


def couper(nom: str) -> str:
    """Le nom, coupé en lignes pour un axe."""
    return "\n".join(textwrap.wrap(nom, _CARACTERES_LIGNE))


def _axe_multiligne() -> alt.Axis:
    return alt.Axis(labelExpr=r"split(datum.label, '\n')", labelLimit=220, ticks=False, domain=False)


def _axe_incline() -> alt.Axis:
    return alt.Axis(orient="top", labelAngle=-35, labelAlign="left", ticks=False, domain=False)


def _encre_ou_gris() -> alt.typing.ChannelColor:
    return alt.condition("datum.masque", alt.value(GRIS), alt.value(ENCRE))


def _hauteur(lignes: int, series: int, *, marge: int = 60) -> int:
    return max(1, lignes) * max(38, _PAS * max(1, series)) + marge


def habiller(figure: alt.LayerChart, *, hauteur: int) -> alt.LayerChart:
    """Police, fond et grille communs ; largeur du contenant."""
    habillee: alt.LayerChart = (
        figure.properties(height=hauteur, width="container", background="white")
        .configure(font=_POLICE, padding=4)
        .configure_view(stroke=None)
        .configure_axis(
            labelColor=ENCRE,
            titleColor=GRIS,
            gridColor="#e5e7eb",
            labelFontSize=12,
            titleFontSize=12,
            titleFontWeight="normal",
            domainColor="#9ca3af",
            tickColor="#9ca3af",
        )
        .configure_legend(labelColor=ENCRE, titleColor=GRIS, labelFontSize=12, titleFontWeight="normal")
    )
    return habillee
