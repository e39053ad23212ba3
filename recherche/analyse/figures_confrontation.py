"""Figures de la confrontation : barres divergentes et écarts, imprimables, lisibles des daltoniens.

Elles prennent les tables du jeu publié (`confrontation`, `confrontation_propos`, masque compris) ou les
tables exactes de l'équipe (sans colonne `masque`).
"""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import pandas as pd

from recherche.analyse.figures import ENCRE, GRIS, PALETTE, couper, habiller, superposer

ENSEMBLE = "ensemble"
OFFRE, USAGE, MANQUE, ATTENTE, BESOIN = "offre", "usage", "manque", "attente", "besoin"
COULEURS = {"Offre décrite": PALETTE[0], "Usage raconté": PALETTE[5], "Manque": PALETTE[1]}
COULEURS |= {"Attente": PALETTE[4], "Besoin": PALETTE[1]}
_LIBELLES = {OFFRE: "Offre décrite", USAGE: "Usage raconté", MANQUE: "Manque", ATTENTE: "Attente"}
_LIBELLES |= {BESOIN: "Besoin"}
_LIGNE = 34
_LIGNE_BARRES = 46
_POINTS = "format(abs(datum.value) * 100, '.0f') + ' %'"


def figure_confrontation(
    propos: pd.DataFrame,
    *,
    noms: Mapping[str, str],
    profils: Mapping[str, str],
    territoire: str = ENSEMBLE,
    demande: str = BESOIN,
) -> alt.LayerChart:
    """Barres divergentes : à gauche l'offre que décrivent les uns, à droite ce que disent les autres.

    `propos` : table `confrontation_propos` ; `noms` : code -> nom affiché, dans l'ordre des lignes ;
    `profils` : profil -> libellé, celui de l'offre puis celui de la demande ; `demande` : « besoin »,
    « manque » ou « attente ». L'usage raconté par la demande est une barre claire à part. Chaque barre
    porte son effectif sur sa base ; une cellule masquée est écrite « masqué ».
    """
    offre, demandeurs = list(profils)
    voulus = [(offre, OFFRE), (demandeurs, demande), (demandeurs, USAGE)]
    cles = pd.MultiIndex.from_frame(propos[["profil", "propos"]])
    table = propos[cles.isin(voulus) & propos["code"].isin(list(noms))]
    table = table[table["territoire"] == territoire].copy()
    masque = table["masque"] if "masque" in table else pd.Series(False, index=table.index)
    sens = 1.0 - 2.0 * (table["propos"] == OFFRE).astype("float64")
    table["theme"] = table["code"].map({code: couper(nom) for code, nom in noms.items()})
    table["libelle"] = table["propos"].map(_LIBELLES)
    table["longueur"] = (sens * table["part"].astype("float64")).fillna(0.0)
    table["texte"] = [
        "masqué" if m else f"{n}/{b}"
        for n, b, m in zip(table["entretiens"], table["base"], masque, strict=True)
    ]
    table["gauche"] = sens < 0
    table["cache"] = masque.astype(bool)
    table = table.drop(columns=["entretiens"])
    ordre = [couper(nom) for nom in noms.values()]
    presents = [_LIBELLES[p] for _, p in voulus]
    axe_y = alt.Axis(labelExpr=r"split(datum.label, '\n')", labelLimit=240, ticks=False, domain=False)
    base = alt.Chart(table).encode(
        y=alt.Y("theme:N", title=None, sort=ordre, axis=axe_y),
        yOffset=alt.YOffset("libelle:N", sort=presents),
    )
    titre = f"← {profils[offre]} | Part des entretiens | {profils[demandeurs]} →"
    x = alt.X(
        "longueur:Q",
        title=titre,
        scale=alt.Scale(domain=[-1, 1], nice=False),
        axis=alt.Axis(labelExpr=_POINTS, values=[-1, -0.5, 0, 0.5, 1], domain=False),
    )
    couleur = alt.Color(
        "libelle:N",
        title=None,
        scale=alt.Scale(domain=presents, range=[COULEURS[p] for p in presents]),
        legend=alt.Legend(orient="top"),
    )
    bulle = [alt.Tooltip("theme:N", title="Thème"), alt.Tooltip("libelle:N", title="Propos")]
    bulle += [
        alt.Tooltip("texte:N", title="Entretiens"),
        alt.Tooltip("part:Q", title="Part", format=".0%"),
    ]
    barres = base.mark_bar(height={"band": 0.85}).encode(x=x, color=couleur, tooltip=bulle)
    encre = alt.condition("datum.cache", alt.value(GRIS), alt.value(ENCRE))
    marques = (
        base.transform_filter("datum.gauche").mark_text(align="right", dx=-4, fontSize=10),
        base.transform_filter("!datum.gauche").mark_text(align="left", dx=4, fontSize=10),
    )
    textes = [m.encode(x=alt.X("longueur:Q"), text="texte:N", color=encre) for m in marques]
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=ENCRE).encode(x="x:Q")
    return habiller(superposer(barres, *textes, zero), hauteur=_LIGNE_BARRES * max(1, len(noms)) + 70)


def figure_ecarts(
    ecarts: pd.DataFrame,
    *,
    noms: Mapping[str, str],
    territoire: str = ENSEMBLE,
    demande: str = BESOIN,
) -> alt.LayerChart:
    """L'écart de chaque thème, en points d'entretiens, avec son intervalle bootstrap et sa lecture.

    `ecarts` : table `confrontation`. À droite de zéro, la demande en dit plus que l'offre n'en décrit.
    Un écart masqué ou non calculable n'a pas de point ; sa lecture, si elle est publiée, est écrite.
    """
    table = ecarts[(ecarts["territoire"] == territoire) & (ecarts["demande"] == demande)]
    table = table[table["code"].isin(list(noms))].copy()
    table["theme"] = table["code"].map({code: couper(nom) for code, nom in noms.items()})
    masque = table["masque"] if "masque" in table else pd.Series(False, index=table.index)
    absents = masque.astype(bool) | table["ecart"].isna()
    table["texte"] = [
        " · ".join(t for t in (lecture, "écart masqué" if m else "") if t)
        for lecture, m in zip(table["lecture"], absents, strict=True)
    ]
    table["cache"] = absents
    table["bout"] = table["ecart_haut"].fillna(0.0)
    ordre = [couper(nom) for nom in noms.values()]
    axe_y = alt.Axis(labelExpr=r"split(datum.label, '\n')", labelLimit=240, ticks=False, domain=False)
    base = alt.Chart(table).encode(y=alt.Y("theme:N", title=None, sort=ordre, axis=axe_y))
    x = alt.X(
        "ecart:Q",
        title="Écart en points d'entretiens, intervalle bootstrap à 95 %",
        scale=alt.Scale(domain=[-100, 160], nice=False),
        axis=alt.Axis(values=[-100, -50, 0, 50, 100], domain=False),
    )
    bulle = [
        alt.Tooltip("theme:N", title="Thème"),
        alt.Tooltip("lecture:N", title="Lecture"),
        alt.Tooltip("ecart:Q", title="Écart", format="+.0f"),
        alt.Tooltip("ecart_bas:Q", title="Borne basse", format="+.0f"),
        alt.Tooltip("ecart_haut:Q", title="Borne haute", format="+.0f"),
    ]
    zero = alt.Chart(pd.DataFrame({"x": [0.0]})).mark_rule(color=GRIS).encode(x="x:Q")
    traits = base.mark_rule(strokeWidth=2, color=PALETTE[0]).encode(
        x=alt.X("ecart_bas:Q"), x2="ecart_haut:Q"
    )
    points = (
        base.transform_filter("!datum.cache")
        .mark_point(filled=True, size=70, opacity=1, color=PALETTE[0])
        .encode(x=x, tooltip=bulle)
    )
    encre = alt.condition("datum.cache", alt.value(GRIS), alt.value(ENCRE))
    textes = base.mark_text(align="left", dx=8, fontSize=11).encode(
        x=alt.X("bout:Q"), text="texte:N", color=encre
    )
    return habiller(superposer(zero, traits, points, textes), hauteur=_LIGNE * max(1, len(noms)) + 50)
