"""Les pages d'équipe : la navigation. Une page nouvelle est une ligne de plus dans PAGES."""

from __future__ import annotations

import streamlit as st

from recherche.ecrans.equipe import accueil, chargement, codage, commun, relecture, revue

PAGES = (
    st.Page(accueil.afficher, title="Accueil", url_path="accueil", default=True),
    st.Page(chargement.afficher, title="Enregistrements", url_path="enregistrements"),
    st.Page(relecture.afficher, title="Relecture", url_path="relecture"),
    st.Page(revue.afficher, title="Revue des noms", url_path="revue"),
    st.Page(codage.afficher, title="Codage", url_path="codage"),
)

page = st.navigation(PAGES, position="top")
st.set_page_config(page_title=f"{page.title} – équipe", layout="wide")
commun.habiller()
page.run()
