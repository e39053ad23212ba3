"""Coder un entretien, comme dans un carnet : même codeur, même entrepôt."""

from __future__ import annotations

from typing import Any

import streamlit as st

from recherche.ecrans.equipe import commun
from recherche.erreurs import ErreurRecherche
from recherche.etapes import codeur_web
from recherche.etapes.coder import sources_a_coder
from recherche.etapes.poste import poste
from recherche.reglages import Etude

HAUTEUR = 680
_composant = st.components.v2.component(
    "recherche_codage",
    html='<div class="codage"></div>',
    css=codeur_web.fichier("codeur.css"),
    js=codeur_web.fichier("codeur.js") + codeur_web.fichier("streamlit.js"),
    isolate_styles=False,
)


@commun.page("Codage")
def afficher(etude: Etude) -> None:
    """Choisir un entretien et le coder sous son nom."""
    sources = sources_a_coder(etude, commun.qui())
    if not sources:
        st.info("Aucun texte à coder : pseudonymisez d'abord (« recherche pseudonymiser »).")
        return
    gauche, droite = st.columns([3, 1], vertical_alignment="bottom")
    source = _choisir(gauche, sources)
    aveugle = not droite.toggle(
        "Voir les autres codeurs", help="À éviter tant que le double codage n'est pas fini."
    )
    if source is not None:
        _coder(etude, source, aveugle)


def _choisir(colonne: Any, sources: dict[str, int]) -> str | None:  # noqa: ANN401
    """L'entretien choisi ; son identifiant est dans l'adresse."""
    noms = list(sources)
    demandee = st.query_params.get("source")
    choisie: str | None = colonne.selectbox(
        "Entretien",
        noms,
        index=noms.index(demandee) if demandee in noms else None,
        format_func=lambda nom: f"{nom} – {sources[nom]} passage{'s' if sources[nom] > 1 else ''}",
        placeholder="Choisissez un entretien",
        key="codage-source",
    )
    if choisie is None:
        st.query_params.pop("source", None)
    elif choisie != demandee:
        st.query_params["source"] = choisie
    return choisie


def _coder(etude: Etude, source: str, aveugle: bool) -> None:
    codeur = commun.qui()
    cle, reponses = f"codage-{source}-{codeur}-{aveugle}", f"codage-reponse-{source}"

    def executer() -> None:
        """Avant de redessiner la page : la commande que le navigateur vient d'envoyer."""
        commande = st.session_state[cle].get("commande")
        if not commande:
            return
        try:
            with poste(etude, source, codeur) as ouvert:
                st.session_state[reponses] = codeur_web.appliquer(ouvert, commande)
        except ErreurRecherche as erreur:
            refus = {"ok": False, "message": erreur.message, "remede": erreur.remede}
            st.session_state[reponses] = refus | {"numero": commande.get("numero")}

    with poste(etude, source, codeur) as ouvert:
        donnees = {
            "donnees": codeur_web.donnees(ouvert, aveugle=aveugle, hauteur=HAUTEUR),
            "etat": codeur_web.etat(ouvert, aveugle=aveugle, reponse=st.session_state.get(reponses)),
        }
    _composant(key=cle, data=donnees, on_commande_change=executer)
