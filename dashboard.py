"""Tableau de bord des partenaires : `streamlit run dashboard.py [-- --publie CHEMIN]`.

Il ne lit que le dossier publié d'une étude (`--publie`, ou RECHERCHE_PUBLIE, ou celui qu'il trouve).
"""

from __future__ import annotations

import streamlit as st

from recherche.ecrans.partenaires import (
    acces,
    accessibilite,
    ateliers,
    commun,
    lexique,
    methode,
    offre_attentes,
    telechargements,
    territoires,
    themes,
    verbatims,
    vue_ensemble,
)

compte = acces.exiger()
if compte.territoire:
    pages = [
        st.Page(territoires.fiche_de(compte), title="Fiche", url_path="fiche", default=True),
    ]
else:
    pages = [
        st.Page(vue_ensemble.afficher, title="Vue d'ensemble", url_path="accueil", default=True),
        st.Page(territoires.afficher, title=commun.titre_territoires(), url_path="territoires"),
        st.Page(themes.afficher, title="Thèmes", url_path="themes"),
        st.Page(offre_attentes.afficher, title="Offre et attentes", url_path="offre-attentes"),
        st.Page(verbatims.afficher, title="Verbatims", url_path="verbatims"),
        st.Page(lexique.afficher, title="Lexique", url_path="lexique"),
        st.Page(ateliers.afficher, title="Ateliers", url_path="ateliers"),
        st.Page(methode.afficher, title="Méthode", url_path="methode"),
        st.Page(telechargements.afficher, title="Téléchargements", url_path="telechargements"),
        # La page par défaut n'a que l'adresse « / » : celle-ci la montre sous son nom.
        st.Page(
            vue_ensemble.afficher, title="Vue d'ensemble", url_path="vue-ensemble", visibility="hidden"
        ),
    ]
pages.append(st.Page(accessibilite.afficher, title="Accessibilité", url_path="accessibilite"))
page = st.navigation(pages, position="top")
st.set_page_config(page_title=f"{page.title} – {commun.titre_etude()}", layout="centered")
acces.tracer(compte, page.title)
if compte != acces.LOCAL:
    st.sidebar.button("Se déconnecter", on_click=acces.sortir)
page.run()
