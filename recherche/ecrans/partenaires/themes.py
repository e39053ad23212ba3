"""Page « Thèmes » : de quoi parlent les personnes, par profil puis par territoire."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from recherche.analyse.figures import figure_familles, figure_themes
from recherche.ecrans.partenaires import citations, commun
from recherche.publication.jeu import JeuPublie

TOUTES = "toutes"
PAR_PROFIL = 3


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
    _un_theme(jeu)
    _par_territoire(jeu)


def _par_profil(jeu: JeuPublie) -> None:
    st.header("Par profil", anchor=False)
    familles = commun.noms_familles(jeu)
    gauche, droite = st.columns(2)
    with gauche:
        famille = commun.choix(
            "Famille de thèmes", {TOUTES: "Toutes les familles", **familles}, cle="famille"
        )
    with droite:
        options = _noms_natures(jeu)
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
    nature = str(effectifs["nature"].iloc[0])
    commun.figure(
        lambda: figure_themes(table, noms=noms, profils=commun.pluriels(jeu)),
        *("themes", famille, nature),
        dit=f"Part des entretiens où chaque thème apparaît, par profil : {', '.join(noms.values())}. "
        "Le tableau qui suit donne les mêmes nombres.",
    )
    with st.expander("Le tableau et les définitions"):
        libelles = {commun.ENSEMBLE: "Ensemble", **commun.pluriels(jeu)}
        lisible = commun.mesures_lisibles(table)
        lisible.insert(0, "Thème", table["code"].map(noms))
        lisible.insert(1, "Profil", table["profil"].map(libelles))
        commun.tableau(lisible, f"themes-{famille}", dit="Thèmes par profil")
        for theme in themes.to_dict("records"):
            st.markdown(f"**{commun.echapper(theme['nom'])}.** {commun.echapper(theme['definition'])}")


def _un_theme(jeu: JeuPublie) -> None:
    """Un thème : sa définition, combien en parlent et comment, et ce que chaque profil en dit."""
    st.header("Un thème de près", anchor=False)
    grille = jeu.tables["grille"]
    themes = grille[grille["axe"] == "thème"]
    options = dict(zip(themes["code"], themes["nom"], strict=True))
    code = commun.choix("Thème", options, cle="theme")
    st.markdown(commun.echapper(themes.set_index("code")["definition"][code]))
    _natures(jeu, code)
    verbatims = jeu.tables["verbatims"]
    du_theme = verbatims[verbatims["codes"].str.split(", ").map(lambda codes: code in codes)]
    for profil, colonne in zip(commun.pluriels(jeu), st.columns(len(commun.pluriels(jeu))), strict=True):
        with colonne:
            st.subheader(f"Ce que disent les {commun.pluriels(jeu)[profil].lower()}", anchor=False)
            dits = du_theme[du_theme["profil"] == profil].head(PAR_PROFIL)
            if dits.empty:
                st.caption("Aucun extrait publié.")
            for verbatim in dits.to_dict("records"):
                citations.carte(jeu, verbatim)


def _natures(jeu: JeuPublie, code: str) -> None:
    """Les effectifs du thème, nature par nature et profil par profil."""
    natures = {TOUTES: "Toutes natures", **_noms_natures(jeu)}
    table = jeu.tables["effectifs_codes"].query("code == @code")
    lisible = commun.mesures_lisibles(table)
    lisible.insert(0, "Nature du propos", table["nature"].map(natures))
    profils = {commun.ENSEMBLE: "Ensemble", **commun.pluriels(jeu)}
    lisible.insert(1, "Profil", table["profil"].map(profils))
    rang = table["nature"].map({nature: i for i, nature in enumerate(natures)})
    commun.tableau(
        lisible.loc[rang.sort_values(kind="stable").index], "natures", dit="Natures du propos"
    )


def _noms_natures(jeu: JeuPublie) -> dict[str, str]:
    natures = jeu.tables["grille"].query("axe == 'nature'")
    return dict(zip(natures["code"], natures["nom"], strict=True))


def _par_territoire(jeu: JeuPublie) -> None:
    niveau = jeu.manifeste["etude"]["niveau_territoire"]
    st.header(f"Par {niveau}", anchor=False)
    options = {commun.ENSEMBLE: "Tous profils", **commun.pluriels(jeu)}
    profil = commun.choix("Profil", options, cle="profil")
    table = _familles_de(jeu, profil)
    seuil = jeu.manifeste["etude"]["seuil"]
    noms = commun.noms_familles(jeu)
    commun.figure(
        lambda: figure_familles(table, noms=noms, territoires=commun.territoires(jeu)),
        *("familles", profil),
        dit=f"Entretiens où chaque famille de thèmes apparaît, par {niveau}, {options[profil].lower()}. "
        "Le tableau qui suit donne les mêmes nombres.",
    )
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
        commun.tableau(lisible, "familles", dit=f"Familles par {niveau}")


def _familles_de(jeu: JeuPublie, profil: str) -> pd.DataFrame:
    if profil != commun.ENSEMBLE:
        return (
            jeu.tables["effectifs_familles"]
            .query("profil == @profil")
            .rename(columns={"famille": "code"})
        )
    marges = jeu.tables["effectifs_ensembles"]
    return marges.query("axe == 'famille' and profil == @profil and territoire != @profil")
