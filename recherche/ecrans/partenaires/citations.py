"""Une citation à l'écran : le texte tel quel, sa référence, de quoi la copier."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie


def carte(jeu: JeuPublie, verbatim: Mapping[Hashable, Any], *, citer: bool = True) -> None:
    """Un verbatim, ses thèmes, et, si `citer`, le texte à copier."""
    noms = commun.noms_codes(jeu)
    themes = " · ".join(noms.get(code, code) for code in verbatim["codes"].split(", "))
    nature = noms.get(verbatim["nature"], "")
    propos = " — ".join(filter(None, (themes, nature)))
    qui = f"{verbatim['reference']} — {verbatim['profil']}, {verbatim['territoire']}"
    with st.container(border=True):
        st.text(f"« {verbatim['texte']} »")
        st.caption(f"**{commun.echapper(qui)}**  \n{commun.echapper(propos)}")
        if citer:
            with st.popover("Citer"):
                st.caption("Le texte et sa référence, à copier :")
                texte = citation(jeu, str(verbatim["texte"]), qui)
                st.code(texte, language=None, wrap_lines=True)


def paire(jeu: JeuPublie, ligne: Mapping[Hashable, Any]) -> None:
    """Deux extraits appariés : la demande, puis l'offre."""
    noms = commun.noms_codes(jeu)
    roles = jeu.manifeste["etude"]["confrontation"]
    theme = noms.get(ligne["code"], ligne["code"])
    with st.container(border=True):
        entete = f"{ligne['reference']} — {theme}, {ligne['territoire']}"
        st.caption(f"**{commun.echapper(entete)}**")
        for role, profil in (("demande", roles["demande"]), ("offre", roles["offre"])):
            nature = noms.get(ligne[f"nature_{role}"], "")
            st.caption(commun.echapper(" — ".join(filter(None, (profil.capitalize(), nature)))))
            st.text(f"« {ligne[f'texte_{role}']} »")


def citation(jeu: JeuPublie, texte: str, qui: str) -> str:
    """Le texte à citer, avec la référence, l'organisme, l'étude, la version et sa date."""
    manifeste = jeu.manifeste
    etude = manifeste["etude"]
    fictif = " Corpus fictif." if etude["fictive"] else ""
    return (
        f"« {texte} » ({qui} ; {etude['organisme']}, « {etude['titre']} », jeu publié, "
        f"version {manifeste['version']}, {commun.date_longue(manifeste['date'])}.{fictif})"
    )
