"""Page « Thèmes » : de quoi parlent les personnes, par profil puis par territoire."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from recherche.analyse.figures import figure_familles, figure_themes
from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie

TOUTES = "toutes"


@commun.page("Thèmes")
def afficher(jeu: JeuPublie) -> None:
    """Thèmes par profil (n, part, intervalle), familles par territoire et profil."""
    if jeu.tables["effectifs_codes"].empty:
        st.info("Aucun entretien codé n'est publié : cette étude n'a pas encore de thèmes à montrer.")
        return
    st.markdown(
        "Une **part** est celle des entretiens où le thème apparaît au moins une fois ; "
        "l'**intervalle** dit combien elle est imprécise sur si peu de personnes. « Masqué » protège "
        "les personnes : la page Méthode dit comment."
    )
    _par_profil(jeu)
    _par_territoire(jeu)


def _par_profil(jeu: JeuPublie) -> None:
    st.header("Par profil", anchor=False)
    familles = commun.noms_familles(jeu)
    natures = jeu.tables["grille"].query("axe == 'nature'")
    gauche, droite = st.columns(2)
    with gauche:
        famille = commun.choix(
            "Famille de thèmes", {TOUTES: "Toutes les familles", **familles}, cle="famille"
        )
    with droite:
        options = dict(zip(natures["code"], natures["nom"], strict=True))
        nature = commun.choix("Nature du propos", {TOUTES: "Toutes natures", **options}, cle="nature")
    effectifs = jeu.tables["effectifs_codes"]
    effectifs = effectifs[effectifs["nature"] == nature]
    for code, nom in familles.items():
        if famille in (TOUTES, code):
            st.subheader(commun.echapper(nom), anchor=False)
            _une_famille(jeu, code, effectifs)
    bases = effectifs.drop_duplicates("profil").set_index("profil")["base"]
    detail = ", ".join(f"{libelle.lower()} {bases[p]}" for p, libelle in commun.pluriels(jeu).items())
    commun.source(
        f"Champ : {bases[commun.ENSEMBLE]} entretiens codés ({detail}), tous territoires. Lecture : "
        "le point est la part, le trait son intervalle de Wilson à 95 %, le texte le nombre "
        "d'entretiens."
    )


def _une_famille(jeu: JeuPublie, famille: str, effectifs: pd.DataFrame) -> None:
    themes = jeu.tables["grille"].query("famille == @famille")
    noms = dict(zip(themes["code"], themes["nom"], strict=True))
    table = effectifs[effectifs["code"].isin(list(noms))]
    commun.figure(figure_themes(table, noms=noms, profils=commun.pluriels(jeu)))
    with st.expander("Le tableau et les définitions"):
        libelles = {commun.ENSEMBLE: "Ensemble", **commun.pluriels(jeu)}
        lisible = commun.mesures_lisibles(table)
        lisible.insert(0, "Thème", table["code"].map(noms))
        lisible.insert(1, "Profil", table["profil"].map(libelles))
        st.dataframe(lisible, hide_index=True, width="stretch")
        for theme in themes.to_dict("records"):
            st.markdown(f"**{commun.echapper(theme['nom'])}.** {commun.echapper(theme['definition'])}")


def _par_territoire(jeu: JeuPublie) -> None:
    niveau = jeu.manifeste["etude"]["niveau_territoire"]
    st.header(f"Par {niveau}", anchor=False)
    options = {commun.ENSEMBLE: "Tous profils", **commun.pluriels(jeu)}
    profil = commun.choix("Profil", options, cle="profil")
    table = _familles_de(jeu, profil)
    seuil = jeu.manifeste["etude"]["seuil"]
    noms = commun.noms_familles(jeu)
    commun.figure(figure_familles(table, noms=noms, territoires=commun.territoires(jeu)))
    masquees = int(table["masque"].sum())
    commun.source(
        f"Champ : entretiens codés, {options[profil].lower()}. Lecture : dans chaque case, entretiens "
        f"où la famille apparaît sur entretiens du groupe. m : case masquée ({masquees} sur "
        f"{len(table)}, seuil de {seuil} personnes)."
    )
    with st.expander("Le tableau"):
        lisible = commun.mesures_lisibles(table)
        lisible.insert(0, "Famille", table["code"].map(noms))
        lisible.insert(1, niveau.capitalize(), table["territoire"])
        st.dataframe(lisible, hide_index=True, width="stretch")


def _familles_de(jeu: JeuPublie, profil: str) -> pd.DataFrame:
    if profil != commun.ENSEMBLE:
        return (
            jeu.tables["effectifs_familles"]
            .query("profil == @profil")
            .rename(columns={"famille": "code"})
        )
    marges = jeu.tables["effectifs_ensembles"]
    return marges.query("axe == 'famille' and profil == @profil and territoire != @profil")
