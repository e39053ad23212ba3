"""Page « Verbatims » : chercher, filtrer, copier avec la référence."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie

PAR_PAGE = 10
TOUS = "tous"


@commun.page("Verbatims")
def afficher(jeu: JeuPublie) -> None:
    """Les extraits publiés, page par page."""
    st.markdown(
        "Extraits pseudonymisés, cités avec l'accord des personnes. La référence vaut pour cette "
        "version du jeu ; elle ne désigne pas une personne."
    )
    retenus = _filtrer(jeu)
    if retenus.empty:
        st.info("Aucun verbatim ne répond à ces filtres.")
        return
    pages = math.ceil(len(retenus) / PAR_PAGE)
    pluriel = "s" if len(retenus) > 1 else ""
    st.caption(f"{len(retenus)} verbatim{pluriel} sur {len(jeu.tables['verbatims'])}")
    courante = _page(pages)
    for verbatim in retenus.iloc[(courante - 1) * PAR_PAGE : courante * PAR_PAGE].to_dict("records"):
        _carte(jeu, verbatim)


def _filtrer(jeu: JeuPublie) -> pd.DataFrame:
    verbatims = jeu.tables["verbatims"]
    noms = commun.noms_codes(jeu)
    poses = set(", ".join(verbatims["codes"]).split(", "))
    themes = [code for code in noms if code in poses]
    cherche = st.text_input(
        "Rechercher dans les textes", value=st.query_params.get("recherche", ""), key="champ-recherche"
    )
    commun.noter("recherche", cherche, "")
    gauche, milieu, droite = st.columns(3)
    with gauche:
        profil = commun.choix("Profil", {TOUS: "Tous les profils", **commun.pluriels(jeu)}, cle="profil")
    with milieu:
        niveaux = jeu.manifeste["etude"]["niveau_territoire_pluriel"]
        lieux = {nom: nom for nom in commun.territoires(jeu)}
        niveau = jeu.manifeste["etude"]["niveau_territoire"].capitalize()
        lieu = commun.choix(niveau, {TOUS: f"Ensemble des {niveaux}", **lieux}, cle="territoire")
    with droite:
        options = {code: noms[code] for code in themes}
        theme = commun.choix("Thème", {TOUS: "Tous les thèmes", **options}, cle="theme")
    if profil != TOUS:
        verbatims = verbatims[verbatims["profil"] == profil]
    if lieu != TOUS:
        verbatims = verbatims[verbatims["territoire"] == lieu]
    if theme != TOUS:
        verbatims = verbatims[verbatims["codes"].str.split(", ").map(lambda liste: theme in liste)]
    return _contenant(verbatims, cherche)


def _contenant(verbatims: pd.DataFrame, cherche: str) -> pd.DataFrame:
    """Ceux qui contiennent tous les mots cherchés, sans égard à la casse ni aux accents."""
    mots = commun.plier(cherche).split()
    textes = (verbatims["reference"] + " " + verbatims["texte"]).map(commun.plier)
    return verbatims[textes.map(lambda texte: all(mot in texte for mot in mots)).astype(bool)]


def _page(pages: int) -> int:
    if pages == 1:
        commun.noter("page", "1", "1")
        return 1
    options = {str(i): f"Page {i} sur {pages}" for i in range(1, pages + 1)}
    return int(commun.choix("Page", options, cle="page"))


def _carte(jeu: JeuPublie, verbatim: dict[Hashable, Any]) -> None:
    noms = commun.noms_codes(jeu)
    themes = " · ".join(noms.get(code, code) for code in verbatim["codes"].split(", "))
    nature = noms.get(verbatim["nature"], "")
    propos = " — ".join(filter(None, (themes, nature)))
    qui = f"{verbatim['reference']} — {verbatim['profil']}, {verbatim['territoire']}"
    with st.container(border=True):
        st.text(f"« {verbatim['texte']} »")
        st.caption(f"**{commun.echapper(qui)}**  \n{commun.echapper(propos)}")
        with st.popover("Citer"):
            st.caption("Le texte et sa référence, à copier :")
            st.code(_citation(jeu, verbatim, qui), language=None, wrap_lines=True)


def _citation(jeu: JeuPublie, verbatim: dict[Hashable, Any], qui: str) -> str:
    manifeste = jeu.manifeste
    etude = manifeste["etude"]
    fictif = " Corpus fictif." if etude["fictive"] else ""
    return (
        f"« {verbatim['texte']} » ({qui} ; {etude['organisme']}, « {etude['titre']} », jeu publié, "
        f"version {manifeste['version']}, {commun.date_longue(manifeste['date'])}.{fictif})"
    )
