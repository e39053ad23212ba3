"""Page « Téléchargements » : le jeu publié, son dictionnaire, le guide."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.description import DCAT, DDI, TYPES
from recherche.publication.dictionnaire import DESCRIPTIONS, table_dictionnaire
from recherche.publication.dossier import CLASSEUR, MANIFESTE
from recherche.publication.jeu import JeuPublie

_MIMES = {
    **TYPES,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


@commun.page("Téléchargements")
def afficher(jeu: JeuPublie) -> None:
    """Le classeur et le dictionnaire d'abord, puis chaque table, puis le guide s'il est là."""
    dossier = commun.dossier()
    st.text(jeu.manifeste["avertissement"])
    st.header("Tout le jeu", anchor=False)
    gauche, milieu, droite = st.columns(3)
    with gauche:
        _bouton("Classeur Excel, toutes les tables", dossier / CLASSEUR)
    with milieu:
        _bouton("Dictionnaire des colonnes", dossier / "dictionnaire.xlsx")
    with droite:
        _bouton("Manifeste et empreintes", dossier / MANIFESTE)
    st.caption("Pour un catalogue ou une archive : la description du jeu, lisible par une machine.")
    gauche, droite = st.columns(2)
    with gauche:
        _bouton("Description DCAT (JSON-LD)", dossier / DCAT)
    with droite:
        _bouton("Description DDI (XML)", dossier / DDI)
    _guide(dossier)
    _versions(jeu)
    st.header("Table par table", anchor=False)
    st.caption("Csv : UTF-8, point-virgule, virgule décimale. Parquet : pour R, Python, DuckDB.")
    dictionnaire = table_dictionnaire()
    for nom, description in DESCRIPTIONS.items():
        _table(jeu, dossier, nom, description, dictionnaire)


def _table(
    jeu: JeuPublie, dossier: Path, nom: str, description: str, dictionnaire: pd.DataFrame
) -> None:
    with st.container(border=True):
        st.markdown(
            f"**{commun.echapper(nom)}**, {len(jeu.tables[nom])} lignes. {commun.echapper(description)}"
        )
        gauche, droite = st.columns(2)
        with gauche:
            _bouton(f"{nom}.csv", dossier / "tables" / f"{nom}.csv")
        with droite:
            _bouton(f"{nom}.parquet", dossier / "tables" / f"{nom}.parquet")
        with st.expander("Colonnes"):
            colonnes = dictionnaire.query("table == @nom").drop(columns="table")
            for colonne in colonnes.to_dict("records"):
                texte = f"{colonne['description']} ({colonne['type']})"
                st.markdown(f"**{commun.echapper(colonne['colonne'])}** : {commun.echapper(texte)}")


def _guide(dossier: Path) -> None:
    """Le guide et les fiches que l'équipe a déposés dans le dossier publié."""
    for nom, titre in (("guide", "Le guide"), ("fiches", "Les fiches")):
        documents = sorted(p for p in (dossier / nom).glob("*") if p.suffix in (".pdf", ".docx"))
        if documents:
            st.header(titre, anchor=False)
        for document in documents:
            _bouton(document.name, document)


def _versions(jeu: JeuPublie) -> None:
    """Le journal des publications, la dernière d'abord."""
    st.header("Ce qui a changé", anchor=False)
    for version in jeu.manifeste["journal"]:
        entete = f"Version {version['version']}, {commun.date_longue(version['date'])}"
        dits = "\n".join(f"- {commun.echapper(dit)}" for dit in version["changements"])
        st.markdown(f"**{entete}**\n\n{dits}")


def _bouton(libelle: str, fichier: Path) -> None:
    st.download_button(
        libelle,
        data=fichier.read_bytes(),
        file_name=fichier.name,
        mime=_MIMES.get(fichier.suffix, "application/octet-stream"),
        key=f"telecharger-{fichier.parent.name}-{fichier.name}",
        width="stretch",
        on_click="ignore",
    )
