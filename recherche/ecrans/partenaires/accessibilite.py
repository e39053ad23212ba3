"""Page « Accessibilité » : la déclaration, le contact, la licence."""

from __future__ import annotations

import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie


@commun.page("Accessibilité et mentions")
def afficher(jeu: JeuPublie) -> None:
    """Ce qui est fait, ce qui manque, à qui écrire, ce que la licence permet."""
    etude = jeu.manifeste["etude"]
    contact = etude["contact"]
    st.header("Déclaration d'accessibilité", anchor=False)
    st.markdown(
        f"{commun.echapper(etude['organisme'])} s'engage à rendre ce tableau de bord accessible. Il est "
        "**partiellement conforme** au référentiel général d'amélioration de l'accessibilité (RGAA 4.1, "
        "niveau AA) : c'est une évaluation de l'équipe qui le fait, pas un audit."
    )
    st.subheader("Ce qui est fait", anchor=False)
    st.markdown(
        "- un titre par page et des titres ordonnés ; tout se fait au clavier, le focus se voit ;\n"
        "- des contrastes d'au moins 4,5, des couleurs distinctes pour les daltoniens, doublées de "
        "formes ou de textes ;\n"
        "- chaque figure a un texte de remplacement, et ses nombres dans un vrai tableau ;\n"
        "- les pages se lisent à 320 pixels de large et à 200 % d'agrandissement, et s'impriment."
    )
    st.subheader("Ce qui manque", anchor=False)
    st.markdown(
        "- les bulles des figures ne s'ouvrent qu'à la souris (leur contenu est dans le tableau) ;\n"
        "- le socle technique (Streamlit) déclare la langue de la page en anglais, et quelques libellés "
        "d'assistance des listes déroulantes sont en anglais ;\n"
        "- les documents PDF du guide ne sont pas balisés ; la version docx l'est."
    )
    st.header("Contact", anchor=False)
    if contact:
        st.markdown(f"Une difficulté, une question, une erreur : {commun.echapper(contact)}.")
    else:
        st.markdown("Une difficulté, une question, une erreur : écrivez à l'équipe de l'étude.")
    st.markdown(
        "Sans réponse, vous pouvez saisir le Défenseur des droits, et pour vos données personnelles la "
        "Commission nationale de l'informatique et des libertés."
    )
    st.header("Licence et données", anchor=False)
    st.markdown(f"Licence du jeu publié : {commun.echapper(jeu.manifeste['licence'])}.")
    st.markdown(
        "Fond de carte : IGN, Admin Express, Licence Ouverte, simplifié. Ce tableau de bord ne dépose "
        "aucun traceur et ne charge rien d'un autre site. Exposé hors d'une machine de l'équipe, il "
        "garde un an qui a ouvert quelle page, et quand ; jamais ce qui y a été lu ou cherché."
    )
