"""Page « Ateliers » : ce qui s'y est décidé, par territoire."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie

TOUS = "tous"


@commun.page("Ateliers")
def afficher(jeu: JeuPublie) -> None:
    """Les ateliers, les plus anciens d'abord."""
    ateliers = jeu.tables["ateliers"]
    if ateliers.empty:
        st.info("Aucun atelier n'est publié.")
        return
    lieux = [nom for nom in commun.territoires(jeu) if nom in set(ateliers["territoire"])]
    options = {TOUS: f"Ensemble des {commun.niveaux(jeu)}", **{nom: nom for nom in lieux}}
    with commun.ecran_seul("filtres"):
        lieu = commun.choix(commun.niveau(jeu), options, cle="territoire")
    retenus = ateliers if lieu == TOUS else ateliers[ateliers["territoire"] == lieu]
    participants = int(retenus["participants"].sum())
    st.caption(f"{len(retenus)} atelier(s), {participants} participants")
    for atelier in retenus.sort_values("date", kind="stable").to_dict("records"):
        un_atelier(atelier)


def un_atelier(atelier: Mapping[Hashable, Any]) -> None:
    """Un atelier : titre, lieu, date, participants, décisions."""
    with st.container(border=True):
        st.subheader(commun.echapper(atelier["titre"]), anchor=False)
        date = commun.date_longue(atelier["date"]) if atelier["date"] else "date à venir"
        lieu = f"{atelier['territoire']}, {date} · {atelier['participants']} participants"
        st.caption(commun.echapper(lieu))
        for decision in filter(None, atelier["decisions"].split("\n")):
            st.markdown(f"- {commun.echapper(decision)}")
