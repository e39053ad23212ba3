"""Page « Vue d'ensemble » : ce qu'est l'étude et où elle en est."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from recherche.analyse.figures import figure_avancement
from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie

_COLONNES = {
    "territoire": "Territoire",
    "profil": "Profil",
    "objectif": "Objectif",
    "realises": "Réalisés",
    "transcrits": "Transcrits",
    "relus": "Relus",
    "codes": "Codés",
    "publies": "Publiés",
}


@commun.page("Vue d'ensemble")
def afficher(jeu: JeuPublie) -> None:
    """L'étude, ses chiffres, l'avancement vers les quotas, les ateliers."""
    etude = jeu.manifeste["etude"]
    if etude["description"]:
        st.text(etude["description"])
    _chiffres(jeu)
    avancement = jeu.tables["avancement"]
    if len(avancement):
        _avancement(jeu, avancement)
    _ateliers(jeu)
    if etude["livrables"]:
        st.header("Ce que l'étude produit", anchor=False)
        st.markdown("\n".join(f"- {commun.echapper(livrable)}" for livrable in etude["livrables"]))


def _chiffres(jeu: JeuPublie) -> None:
    avancement = jeu.tables["avancement"]
    etude = jeu.manifeste["etude"]
    realises, objectif = int(avancement["realises"].sum()), int(avancement["objectif"].sum())
    colonnes = st.columns(4)
    colonnes[0].metric(f"Réalisés (sur {objectif})", realises)
    colonnes[1].metric("Publiés", int(avancement["publies"].sum()))
    colonnes[2].metric(etude["niveau_territoire_pluriel"].capitalize(), len(etude["territoires"]))
    colonnes[3].metric("Ateliers", len(jeu.tables["ateliers"]))


def _avancement(jeu: JeuPublie, avancement: pd.DataFrame) -> None:
    niveau = jeu.manifeste["etude"]["niveau_territoire"]
    st.header("Avancement vers les quotas", anchor=False)
    commun.figure(figure_avancement(avancement, profils=commun.pluriels(jeu)))
    commun.source(
        f"Champ : entretiens individuels, par {niveau} et profil. Lecture : la barre compte les "
        "entretiens réalisés, le trait vertical marque l'objectif."
    )
    with st.expander("Le tableau : réalisés, transcrits, relus, codés, publiés"):
        lisible = avancement.rename(columns={**_COLONNES, "territoire": niveau.capitalize()})
        st.dataframe(lisible, hide_index=True, width="stretch")


def _ateliers(jeu: JeuPublie) -> None:
    ateliers = jeu.tables["ateliers"]
    if ateliers.empty:
        return
    st.header("Ateliers", anchor=False)
    for atelier in ateliers.to_dict("records"):
        with st.container(border=True):
            st.subheader(commun.echapper(atelier["titre"]), anchor=False)
            date = commun.date_longue(atelier["date"]) if atelier["date"] else "date à venir"
            lieu = f"{atelier['territoire']}, {date} · {atelier['participants']} participants"
            st.caption(commun.echapper(lieu))
            for decision in filter(None, atelier["decisions"].split("\n")):
                st.markdown(f"- {commun.echapper(decision)}")
