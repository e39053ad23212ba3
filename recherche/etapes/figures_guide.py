"""Les figures du guide, en PNG, depuis le jeu publié ; aucune si vl-convert n'est pas installé."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from recherche.etapes.seance import cle
from recherche.publication.jeu import JeuPublie

if TYPE_CHECKING:
    import altair as alt

LARGEUR_PX = 620
POINTS_PAR_POUCE = 160
POLICE = "Liberation Sans, DejaVu Sans, sans-serif"
ENSEMBLE = "ensemble"


def possibles() -> bool:
    """Vrai si altair et vl-convert sont là."""
    return find_spec("altair") is not None and find_spec("vl_convert") is not None


def chemins(jeu: JeuPublie) -> dict[str, str]:
    """Nom de la figure -> chemin dans `guide/` ; il change avec les données qu'elle montre."""
    if not possibles():
        return {}
    return {
        nom: f"figures/{nom}-{_empreinte(jeu, table)}.png"
        for nom, table in _TABLES.items()
        if not jeu.tables[table].empty
        and (nom == "avancement" or jeu.manifeste["etude"].get("confrontation"))
    }


def _empreinte(jeu: JeuPublie, table: str) -> str:
    return cle("figure/3", jeu.tables[table].to_csv(), jeu.manifeste["etude"])[:12]


def dessiner(jeu: JeuPublie, nom: str) -> bytes:
    """La figure en PNG."""
    import vl_convert as vl

    figure = _DESSINS[nom](jeu).properties(width=LARGEUR_PX).to_dict()
    figure["config"]["font"] = POLICE
    octets: bytes = vl.vegalite_to_png(json.dumps(figure), ppi=POINTS_PAR_POUCE, scale=1)
    return octets


def _noms(jeu: JeuPublie) -> dict[str, str]:
    grille = jeu.tables["grille"]
    themes = grille[grille["axe"] != "nature"]
    return dict(zip(themes["code"], themes["nom"], strict=True))


def _publies(jeu: JeuPublie) -> dict[str, str]:
    """Les thèmes dont l'écart d'ensemble est publié ; tous, si aucun ne l'est."""
    table = jeu.tables["confrontation"]
    lus = table[(table["territoire"] == ENSEMBLE) & (table["demande"] == "besoin") & ~table["masque"]]
    noms = _noms(jeu)
    return {code: nom for code, nom in noms.items() if code in set(lus["code"])} or noms


def _pluriels(jeu: JeuPublie) -> dict[str, str]:
    return {p["nom"]: p["pluriel"].capitalize() for p in jeu.manifeste["etude"]["profils"]}


def _avancement(jeu: JeuPublie) -> alt.LayerChart:
    from recherche.analyse import figures

    return figures.figure_avancement(jeu.tables["avancement"], profils=_pluriels(jeu))


def _ecarts(jeu: JeuPublie) -> alt.LayerChart:
    from recherche.analyse import figures_confrontation

    return figures_confrontation.figure_ecarts(jeu.tables["confrontation"], noms=_publies(jeu))


def _confrontation(jeu: JeuPublie) -> alt.LayerChart:
    from recherche.analyse import figures_confrontation

    roles: Mapping[str, Any] = jeu.manifeste["etude"]["confrontation"]
    pluriels = _pluriels(jeu)
    profils = {roles[cle_]: pluriels[roles[cle_]] for cle_ in ("offre", "demande")}
    table = jeu.tables["confrontation_propos"]
    return figures_confrontation.figure_confrontation(table, noms=_publies(jeu), profils=profils)


_TABLES = {
    "avancement": "avancement",
    "ecarts": "confrontation",
    "confrontation": "confrontation_propos",
}
_DESSINS: Mapping[str, Callable[[JeuPublie], Any]] = {
    "avancement": _avancement,
    "ecarts": _ecarts,
    "confrontation": _confrontation,
}
