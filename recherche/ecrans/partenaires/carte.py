"""La carte des territoires : contours simplifiés des départements, livrés ici ; sans réseau."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

import altair as alt
import pandas as pd

from recherche.analyse.figures import ENCRE, PALETTE, superposer

Point = tuple[float, float]
_TERRE = "#e8edf1"
_HAUTEUR = 340
_POLICE = "Source Sans, Source Sans 3, Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Departement:
    """Un département : sa région et ses contours (longitude, latitude en degrés)."""

    nom: str
    region: str
    anneaux: tuple[tuple[Point, ...], ...]


@cache
def departements() -> tuple[Departement, ...]:
    """Les départements de France métropolitaine. Source : IGN, Admin Express (voir NOTICE)."""
    texte = files(__package__).joinpath("contours.tsv").read_text("utf-8")
    lignes = (ligne.split("\t") for ligne in texte.splitlines() if not ligne.startswith("#"))
    return tuple(
        Departement(nom, region, tuple(_anneau(a) for a in anneaux.split(";")))
        for _, nom, region, anneaux in lignes
    )


def _anneau(texte: str) -> tuple[Point, ...]:
    """Premier point puis déplacements, en centièmes de degré -> points fermés, en degrés."""
    valeurs = [int(v) for v in texte.split()]
    x = y = 0
    points = []
    for dx, dy in zip(valeurs[::2], valeurs[1::2], strict=True):
        x, y = x + dx, y + dy
        points.append((x / 100, y / 100))
    return (*points, points[0])


def regions(points: Sequence[Point]) -> set[str]:
    """Les régions où sont ces points ; un point en mer est de la côte la plus proche."""
    return {min(departements(), key=lambda d: _distance(d, point)).region for point in points}


def _distance(departement: Departement, point: Point) -> float:
    """0 dedans ; sinon le carré de la distance au sommet le plus proche, en degrés."""
    if any(_contient(anneau, point) for anneau in departement.anneaux):
        return 0.0
    x, y = point
    return min((a - x) ** 2 + (b - y) ** 2 for anneau in departement.anneaux for a, b in anneau)


def _contient(anneau: Sequence[Point], point: Point) -> bool:
    x, y = point
    dedans = False
    for (x1, y1), (x2, y2) in pairwise(anneau):
        if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
            dedans = not dedans
    return dedans


def figure_carte(lieux: Mapping[str, Point], textes: Mapping[str, str]) -> alt.LayerChart:
    """Les territoires sur le fond de leurs régions. `textes` : ce que dit la bulle."""
    voulues = regions(list(lieux.values()))
    fond = [_entite(d) for d in departements() if d.region in voulues]
    points = pd.DataFrame(
        [(nom, x, y, textes[nom]) for nom, (x, y) in lieux.items()],
        columns=["nom", "longitude", "latitude", "texte"],
    )
    terre = alt.Chart(alt.InlineData(values=fond)).mark_geoshape(
        fill=_TERRE, stroke="white", strokeWidth=1.2, tooltip=None
    )
    base = alt.Chart(points).encode(longitude="longitude:Q", latitude="latitude:Q")
    bulle = [alt.Tooltip("nom:N", title="Nom"), alt.Tooltip("texte:N", title="Entretiens")]
    disques = base.mark_circle(size=110, color=PALETTE[0], opacity=1).encode(tooltip=bulle)
    noms = base.mark_text(color=ENCRE, fontWeight="bold", fontSize=13, dy=-13).encode(text="nom:N")
    figure: alt.LayerChart = (
        superposer(terre, disques, noms)
        .project(type="mercator")
        .properties(height=_HAUTEUR, width="container", background="white")
        .configure(font=_POLICE)
        .configure_view(stroke=None)
    )
    return figure


def _entite(departement: Departement) -> dict[str, object]:
    """Le département en GeoJSON ; le sens des anneaux est celui qu'attend d3 (horaire)."""
    polygones = [[_horaire(anneau)] for anneau in departement.anneaux]
    return {
        "type": "Feature",
        "properties": {},
        "geometry": {"type": "MultiPolygon", "coordinates": polygones},
    }


def _horaire(anneau: Sequence[Point]) -> list[list[float]]:
    aire = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(anneau))
    return [list(point) for point in (anneau if aire < 0 else reversed(anneau))]
