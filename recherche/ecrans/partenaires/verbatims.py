"""Page « Verbatims » : chercher, filtrer, copier avec la référence."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from recherche.ecrans.partenaires import citations, commun
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
    with commun.ecran_seul("filtres"):
        retenus = _filtrer(jeu)
    if retenus.empty:
        st.info("Aucun verbatim ne répond à ces filtres.")
        return
    pages = math.ceil(len(retenus) / PAR_PAGE)
    pluriel = "s" if len(retenus) > 1 else ""
    st.caption(f"{len(retenus)} verbatim{pluriel} sur {len(jeu.tables['verbatims'])}")
    courante = _page(pages)
    for verbatim in retenus.iloc[(courante - 1) * PAR_PAGE : courante * PAR_PAGE].to_dict("records"):
        citations.carte(jeu, verbatim)


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
        lieux = {nom: nom for nom in commun.territoires(jeu)}
        tous = f"Ensemble des {commun.niveaux(jeu)}"
        lieu = commun.choix(commun.niveau(jeu), {TOUS: tous, **lieux}, cle="territoire")
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
    if not mots:
        return verbatims
    textes = (verbatims["reference"] + " " + verbatims["texte"]).map(commun.plier)
    return verbatims[textes.map(lambda texte: all(mot in texte for mot in mots)).astype(bool)]


def _page(pages: int) -> int:
    if pages == 1:
        commun.noter("page", "1", "1")
        return 1
    options = {str(i): f"Page {i} sur {pages}" for i in range(1, pages + 1)}
    return int(commun.choix("Page", options, cle="page"))
