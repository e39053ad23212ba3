"""Page « Vue d'ensemble » : ce qu'est l'étude et où elle en est."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from recherche.analyse.figures import figure_avancement
from recherche.ecrans.partenaires import commun
from recherche.ecrans.partenaires.carte import figure_carte
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
    """L'étude, ses chiffres, sa carte, l'avancement vers les quotas, le calendrier."""
    etude = jeu.manifeste["etude"]
    if etude["description"]:
        st.text(etude["description"])
    _chiffres(jeu)
    avancement = jeu.tables["avancement"]
    _carte(jeu, avancement)
    if len(avancement):
        _avancement(jeu, avancement)
    _calendrier(jeu)
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
    commun.figure(
        lambda: figure_avancement(avancement, profils=commun.pluriels(jeu)),
        "avancement",
        dit=f"Entretiens réalisés et prévus, par {niveau} et profil. Le tableau qui suit les donne.",
    )
    commun.source(
        f"Champ : entretiens individuels, par {niveau} et profil. Lecture : la barre compte les "
        "entretiens réalisés, le trait vertical marque l'objectif."
    )
    with st.expander("Le tableau : réalisés, transcrits, relus, codés, publiés"):
        lisible = avancement.rename(columns={**_COLONNES, "territoire": niveau.capitalize()})
        commun.tableau(lisible, "avancement", dit="Avancement de l'enquête")


def _carte(jeu: JeuPublie, avancement: pd.DataFrame) -> None:
    """Les territoires placés, si l'étude donne leurs coordonnées."""
    lieux = {
        t["nom"]: (t["longitude"], t["latitude"])
        for t in jeu.manifeste["etude"]["territoires"]
        if "longitude" in t and "latitude" in t
    }
    if not lieux:
        return
    par_lieu = avancement.groupby("territoire")[["realises", "objectif"]].sum()
    nombres = par_lieu.to_dict("index")
    textes = {
        nom: f"{nombres[nom]['realises']} sur {nombres[nom]['objectif']}" if nom in nombres else ""
        for nom in lieux
    }
    niveaux = commun.niveaux(jeu)
    st.header(f"Les {niveaux} de l'étude", anchor=False)
    dit = ", ".join(f"{nom} {texte}" for nom, texte in textes.items())
    commun.figure(
        lambda: figure_carte(lieux, textes),
        "carte",
        dit=f"Carte des {niveaux} et de leurs entretiens réalisés : {dit}.",
    )
    commun.source("Contours des départements : IGN, Admin Express, Licence Ouverte, simplifiés.")


def _calendrier(jeu: JeuPublie) -> None:
    """Les dates de l'étude : période, ateliers, publications ; les entretiens mois par mois."""
    etude = jeu.manifeste["etude"]
    dates = [(etude["debut"], "Début de l'étude"), (etude["fin"], "Fin de l'étude")]
    dates += [
        (a["date"], f"Atelier à {a['territoire']} : {a['titre']}")
        for a in jeu.tables["ateliers"].to_dict("records")
        if a["date"]
    ]
    dates += [(v["date"], f"Jeu publié, version {v['version']}") for v in jeu.manifeste["journal"]]
    st.header("Calendrier", anchor=False)
    lisible = pd.DataFrame(
        [(commun.date_longue(jour), quoi) for jour, quoi in sorted(dates)], columns=["Date", "Étape"]
    )
    commun.tableau(lisible, "calendrier", dit="Calendrier de l'étude")
    mois = jeu.tables["calendrier"]
    if len(mois):
        with st.expander("Entretiens réalisés mois par mois"):
            lignes = pd.DataFrame(
                {"Mois": mois["mois"].map(commun.mois), "Entretiens réalisés": mois["realises"]}
            )
            commun.tableau(lignes, "mois", dit="Entretiens réalisés par mois")
