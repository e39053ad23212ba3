"""Page « Lexique » : les classes de vocabulaire des paroles recueillies."""

from __future__ import annotations

import streamlit as st

from recherche.analyse.figures_lexique import figure_dendrogramme
from recherche.ecrans.partenaires import citations, commun
from recherche.publication.jeu import JeuPublie


@commun.page("Lexique")
def afficher(jeu: JeuPublie) -> None:
    """Le dendrogramme, puis une classe : mots, profils, extraits typiques."""
    classes = jeu.tables["lexique_classes"]
    if classes.empty:
        st.info("Aucune classe lexicale n'est publiée : il y faut assez d'entretiens.")
        return
    st.markdown(
        "Les paroles sont découpées en segments, et les segments rangés en **classes** selon les mots "
        "qu'ils ont en commun (méthode de Reinert). Une classe dit avec quels mots on parle ; elle ne "
        "dit pas de quoi : c'est le rôle des thèmes."
    )
    arbre = jeu.tables["lexique_arbre"]
    commun.figure(
        lambda: figure_dendrogramme(arbre, classes),
        "dendrogramme",
        dit="Arbre des classes lexicales : "
        + " ; ".join(f"classe {c}, {m}" for c, m in classes[["classe", "mots"]].itertuples(index=False)),
    )
    commun.source(
        f"Champ : {int(classes['segments'].sum())} segments classés. Lecture : plus deux classes se "
        "rejoignent tard (à gauche), plus leurs vocabulaires s'opposent."
    )
    options = {
        str(c): f"Classe {c} : {mots}" for c, mots in classes[["classe", "mots"]].itertuples(index=False)
    }
    st.header("Une classe de près", anchor=False)
    _classe(jeu, int(commun.choix("Classe", options, cle="classe")))


def _classe(jeu: JeuPublie, classe: int) -> None:
    ligne = jeu.tables["lexique_classes"].query("classe == @classe").iloc[0]
    st.markdown(
        f"**{ligne['segments']}** segments ({commun.pourcent(ligne['part'])} des segments classés), "
        f"dans **{ligne['entretiens']}** entretiens."
    )
    mots = jeu.tables["lexique_mots"].query("classe == @classe")
    lisible = mots.assign(
        presence=[
            f"{c} sur {n}" for c, n in zip(mots["segments_classe"], mots["segments"], strict=True)
        ],
        khi2=mots["khi2"].map(_nombre),
    )[["mot", "categorie", "presence", "khi2"]]
    lisible.columns = ["Mot", "Catégorie", "Segments de la classe", "Khi-deux"]
    st.subheader("Ses mots", anchor=False)
    commun.tableau(lisible, "mots", dit="Mots de la classe")
    _profils(jeu, classe)
    _extraits(jeu, classe)


def _profils(jeu: JeuPublie, classe: int) -> None:
    profils = jeu.tables["lexique_profils"].query("classe == @classe")
    titres = {"territoire": commun.niveau(jeu), "profil": "Profil"}
    lisible = profils.assign(
        variable=profils["variable"].map(titres),
        part=profils["part"].map(commun.pourcent),
        khi2=profils["khi2"].map(_nombre),
    )[["variable", "modalite", "part", "khi2"]]
    lisible.columns = ["Variable", "Groupe", "Part de son texte", "Khi-deux signé"]
    st.subheader("Qui parle ainsi", anchor=False)
    commun.tableau(lisible, "profils", dit="Groupes et classe lexicale")
    commun.source(
        "Khi-deux signé : au-dessus (+) ou au-dessous (−) de ce qu'on attendrait ; descriptif, il ne "
        "dit pas que le groupe entier parle ainsi."
    )


def _extraits(jeu: JeuPublie, classe: int) -> None:
    typiques = jeu.tables["lexique_verbatims"].query("classe == @classe")
    if typiques.empty:
        return
    st.subheader("Extraits typiques", anchor=False)
    verbatims = jeu.tables["verbatims"].set_index("reference", drop=False)
    for reference in typiques["reference"]:
        citations.carte(jeu, verbatims.loc[reference].to_dict())


def _nombre(valeur: float) -> str:
    return f"{valeur:+.1f}".replace(".", ",").replace("-", "−")
