"""Tableau de bord des partenaires : `streamlit run dashboard.py [-- --publie CHEMIN]`.

Il ne lit que le dossier publié d'une étude (`--publie`, ou RECHERCHE_PUBLIE, ou celui qu'il trouve).
"""

from __future__ import annotations

import streamlit as st

from recherche.ecrans.partenaires import (
    commun,
    methode,
    telechargements,
    themes,
    verbatims,
    vue_ensemble,
)

page = st.navigation(
    [
        st.Page(vue_ensemble.afficher, title="Vue d'ensemble", url_path="vue-ensemble", default=True),
        st.Page(themes.afficher, title="Thèmes", url_path="themes"),
        st.Page(verbatims.afficher, title="Verbatims", url_path="verbatims"),
        st.Page(methode.afficher, title="Méthode", url_path="methode"),
        st.Page(telechargements.afficher, title="Téléchargements", url_path="telechargements"),
    ],
    position="top",
)
st.set_page_config(page_title=f"{page.title} – {commun.titre_etude()}", layout="centered")
page.run()
