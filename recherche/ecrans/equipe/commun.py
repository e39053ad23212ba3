"""Ce que partagent les pages d'équipe : l'étude, qui travaille, l'en-tête, les fautes dites en clair."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps

import streamlit as st

from recherche.ecrans.equipe.acces import NOMS, REFUS
from recherche.ecrans.equipe.api import etude_servie
from recherche.entrepot.base import auteur_courant
from recherche.erreurs import ErreurRecherche
from recherche.reglages import Etude

CLE_QUI = "qui"
_HABILLAGE = """
.stMainBlockContainer { padding: 4rem 2.5rem 1rem; }
[data-testid=stFileUploaderDropzoneInstructions] { display: none; }
[data-testid=stFileUploaderDropzone] button p { visibility: hidden; position: relative; width: 9.5rem; }
[data-testid=stFileUploaderDropzone] button p::after {
  content: "Choisir des fichiers"; visibility: visible; position: absolute; left: 0; white-space: nowrap;
}
"""
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$^=&@/])")


def page(titre: str) -> Callable[[Callable[[Etude], None]], Callable[[], None]]:
    """Décore le contenu d'une page : elle reçoit l'étude ; une faute d'une personne y est dite."""

    def decorer(contenu: Callable[[Etude], None]) -> Callable[[], None]:
        @wraps(contenu)
        def afficher() -> None:
            entete, champ = st.columns([5, 1], vertical_alignment="bottom")
            entete.header(titre, anchor=False)
            with champ:
                demander_qui()
            if not sur_cette_machine():
                st.error(REFUS)
                return
            try:
                contenu(etude_servie())
            except ErreurRecherche as erreur:
                dire(erreur)

        return afficher

    return decorer


def dire(erreur: ErreurRecherche) -> None:
    """Une faute : ce qui ne va pas, et quoi faire."""
    st.error(echapper(erreur.message))
    st.info(echapper(erreur.remede))


def habiller() -> None:
    """Moins de blanc autour de la page, et en français ce que Streamlit ne traduit pas."""
    st.html(f"<style>{_HABILLAGE}</style>")


def sur_cette_machine() -> bool:
    """Vrai si le serveur n'écoute que cette machine."""
    return st.get_option("server.address") in NOMS


def echapper(texte: str) -> str:
    """Le texte tel quel dans un markdown : ni mise en forme, ni lien, ni HTML."""
    return _MARKDOWN.sub(r"\\\1", texte).replace("\n", "  \n")


def qui() -> str:
    """Qui travaille, tel que noté avec chaque changement ; se choisit en haut de chaque page."""
    nom: str = st.session_state.get(CLE_QUI, "").strip()
    return nom or auteur_courant()


def demander_qui() -> None:
    """Le champ « Qui travaille ? », gardé d'une page à l'autre."""
    nom = st.text_input(
        "Qui travaille ?",
        st.session_state.get(CLE_QUI, ""),
        placeholder=auteur_courant(),
    )
    st.session_state[CLE_QUI] = nom


def duree(secondes: float) -> str:
    """« 1 h 02 min », « 4 min 40 s »."""
    minutes, s = divmod(round(secondes), 60)
    heures, reste = divmod(minutes, 60)
    return f"{heures} h {reste:02d} min" if heures else f"{minutes} min {s:02d} s"
