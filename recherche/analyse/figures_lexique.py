"""Figures du lexique et des liens entre codes : dendrogramme, réseau, saturation."""

from __future__ import annotations

import altair as alt
import pandas as pd

from recherche.analyse.figures import ENCRE, GRIS, PALETTE, habiller, superposer


def figure_dendrogramme(arbre: pd.DataFrame, classes: pd.DataFrame) -> alt.LayerChart:
    """Le dendrogramme des classes lexicales, les mots de chaque classe au bout de sa branche.

    `arbre` : table `lexique_arbre` ; `classes` : table `lexique_classes` (classe, part, mots).
    """
    places, hauteurs = _places(arbre)
    parents = dict(zip(arbre["noeud"], arbre["parent"], strict=True))
    traits = []
    for noeud, parent in parents.items():
        if parent:
            place, haut = places[noeud], hauteurs[parent]
            traits.append((haut, place, hauteurs[noeud], place))
            traits.append((haut, places[parent], haut, place))
    lignes = pd.DataFrame(traits, columns=["x", "y", "x2", "y2"])
    mots = dict(zip(classes["classe"], classes["mots"], strict=True))
    parts = dict(zip(classes["classe"], classes["part"], strict=True))
    feuilles = arbre[arbre["classe"].notna()]
    textes = pd.DataFrame(
        {
            "x": 0.0,
            "y": [places[n] for n in feuilles["noeud"]],
            "texte": [
                f"Classe {c} ({100 * parts.get(c, 0):.0f} %) : {mots.get(c, '')}"
                for c in feuilles["classe"]
            ],
        }
    )
    maximum = max([1.0, *hauteurs.values()])
    echelle = alt.Scale(domain=[maximum * 1.05, -maximum * 1.6], nice=False)
    x = alt.X("x:Q", title=None, scale=echelle, axis=None)
    y = alt.Y(
        "y:Q", title=None, axis=None, scale=alt.Scale(domain=[len(textes) - 0.5, -0.5], nice=False)
    )
    branches = (
        alt.Chart(lignes).mark_rule(color=GRIS, strokeWidth=1.5).encode(x=x, y=y, x2="x2", y2="y2")
    )
    noms = alt.Chart(textes).mark_text(align="left", dx=6, fontSize=12, color=ENCRE)
    return habiller(
        superposer(branches, noms.encode(x=x, y=y, text="texte:N")), hauteur=44 * len(textes) + 30
    )


def _places(arbre: pd.DataFrame) -> tuple[dict[str, float], dict[str, float]]:
    """La place de chaque nœud (les classes à 0, 1, 2…) et sa hauteur."""
    hauteurs = dict(zip(arbre["noeud"], arbre["hauteur"].astype("float64"), strict=True))
    feuilles = arbre[arbre["classe"].notna()].sort_values("classe")["noeud"]
    places = {str(noeud): float(i) for i, noeud in enumerate(feuilles)}
    filles: dict[str, list[str]] = {}
    for noeud, parent in zip(arbre["noeud"], arbre["parent"], strict=True):
        filles.setdefault(parent, []).append(noeud)
    for noeud in sorted((n for n in hauteurs if n not in places), key=lambda n: hauteurs[n]):
        places[noeud] = sum(places[f] for f in filles[noeud]) / len(filles[noeud])
    return places, hauteurs


def figure_reseau(
    noeuds: pd.DataFrame, liens: pd.DataFrame, *, nom: str = "code", taille: str = "effectif"
) -> alt.LayerChart:
    """Un réseau placé : `analyse.liens.reseau`, ou `analyse.lexicometrie.similitudes` (nom « mot »).

    L'épaisseur d'un lien est son poids ; la surface d'un nœud, son effectif (colonne `taille`).
    """
    poids = "poids" if "poids" in liens else "segments"
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[-0.08, 1.08], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[-0.05, 1.05], nice=False))
    traits = (
        alt.Chart(liens)
        .mark_rule(color="#9ca3af", opacity=0.7)
        .encode(
            x=alt.X("xa:Q", axis=None),
            y=alt.Y("ya:Q", axis=None),
            x2="xb",
            y2="yb",
            strokeWidth=alt.StrokeWidth(f"{poids}:Q", legend=None, scale=alt.Scale(range=[0.5, 6])),
        )
    )
    surface = alt.Size(f"{taille}:Q", title="Effectif", scale=alt.Scale(range=[20, 500]), legend=None)
    bulle = [
        alt.Tooltip(f"{nom}:N", title=nom.capitalize()),
        alt.Tooltip(f"{taille}:Q", title="Effectif"),
    ]
    points = alt.Chart(noeuds).mark_circle(color=PALETTE[0], opacity=1)
    textes = alt.Chart(noeuds).mark_text(dy=-16, fontSize=11, color=ENCRE)
    couches = (
        traits,
        points.encode(x=x, y=y, size=surface, tooltip=bulle),
        textes.encode(x=x, y=y, text=f"{nom}:N"),
    )
    return habiller(superposer(*couches), hauteur=560)


def figure_saturation(courbe: pd.DataFrame) -> alt.LayerChart:
    """La courbe de saturation : ordre des entretiens, moyenne et intervalle des ordres au hasard."""
    x = alt.X("rang:Q", title="Nombre d'entretiens")
    y = alt.Y("moyenne:Q", title="Codes différents rencontrés")
    base = alt.Chart(courbe)
    bande = base.mark_area(color=PALETTE[5], opacity=0.35).encode(x=x, y=alt.Y("bas:Q"), y2="haut")
    moyenne = base.mark_line(color=PALETTE[0]).encode(x=x, y=y)
    ordre = base.mark_line(color=PALETTE[1], strokeDash=[5, 3], interpolate="step-after").encode(
        x=x, y=alt.Y("cumul:Q")
    )
    return habiller(superposer(bande, moyenne, ordre), hauteur=280)
