"""Page « Méthode » : comment l'étude est faite et comment lire ses chiffres."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.jeu import JeuPublie


@commun.page("Méthode")
def afficher(jeu: JeuPublie) -> None:
    """Enquête, codage, effectifs, masquage, verbatims, grille."""
    _enquete(jeu)
    _chiffres(jeu)
    _masquage(jeu)
    _grille(jeu)


def _enquete(jeu: JeuPublie) -> None:
    etude = jeu.manifeste["etude"]
    st.header("L'enquête", anchor=False)
    quotas = " et ".join(f"{p['quota']} {p['pluriel']}" for p in etude["profils"])
    lieux = ", ".join(commun.territoires(jeu))
    if quotas:
        texte = f"Entretiens semi-directifs avec, par {etude['niveau_territoire']}, {quotas} : {lieux}."
        st.markdown(commun.echapper(texte))
    st.markdown(
        "Chaque entretien est enregistré avec l'accord de la personne, transcrit, relu avec le son, "
        "puis pseudonymisé : les noms, lieux précis et coordonnées sont remplacés avant toute "
        "analyse. Les passages reçoivent un ou plusieurs **thèmes** (de quoi on parle) et une "
        "**nature** (comment on en parle)."
    )
    for profil in etude["profils"]:
        if profil["guide"]:
            with st.expander(f"Guide d'entretien : {commun.echapper(profil['pluriel'])}"):
                for theme in profil["guide"]:
                    st.markdown(f"**{commun.echapper(theme['libelle'])}**")
                    st.markdown("\n".join(f"- {commun.echapper(q)}" for q in theme["questions"]))


def _chiffres(jeu: JeuPublie) -> None:
    st.header("Lire les chiffres", anchor=False)
    minimum = jeu.manifeste["etude"]["seuil_pourcentage"]
    st.markdown(
        "- On compte des **entretiens**, c'est-à-dire des personnes, jamais des mentions : un thème "
        "abordé dix fois dans un entretien compte un.\n"
        "- La **base** est le nombre d'entretiens codés du groupe considéré.\n"
        "- L'**intervalle** est celui de Wilson à 95 %. Les personnes n'ont pas été tirées au sort : "
        "il dit combien une part sur si peu d'entretiens est imprécise, il ne permet pas "
        "d'extrapoler.\n"
        f"- Aucune part n'est donnée sur moins de **{minimum} entretiens**.\n"
        "- **Zéro** veut dire qu'aucun des entretiens de la base n'aborde le thème, non que personne "
        "n'y pense."
    )
    if jeu.manifeste["etude"]["fictive"]:
        st.markdown(
            "Limites propres à ce corpus fictif : une seule main l'a écrit, les entretiens sont plus "
            "courts et les phrases mieux formées que dans la réalité."
        )


def _masquage(jeu: JeuPublie) -> None:
    seuil = jeu.manifeste["etude"]["seuil"]
    st.header("Ce que dit une cellule masquée", anchor=False)
    st.markdown(
        "Une cellule est **masquée** dans deux cas :\n"
        f"1. elle compte de 1 à {seuil - 1} personnes, ou toutes sauf 1 à {seuil - 1} (ou sa base est "
        f"sous {seuil}) : on risquerait d'y reconnaître quelqu'un ;\n"
        "2. sans cela, une cellule du premier cas se retrouverait par différence avec un total.\n\n"
        "Une cellule masquée ne dit donc pas que l'effectif est petit, ni qu'il est nul : elle ne "
        "dit rien. Le détail par thème est donné par profil, tous territoires ; par territoire, on "
        "s'en tient aux familles."
    )
    noms = {
        "effectifs_codes": "Thèmes, par profil et nature",
        "effectifs_familles": "Familles, par territoire et profil",
        "effectifs_natures": "Natures, par territoire et profil",
        "effectifs_ensembles": "Ensembles (tous profils ou tous territoires)",
    }
    comptes = jeu.manifeste["masquage"]
    lignes = [
        f"| {nom} | {comptes[t]['cellules']} | {comptes[t]['masquees']} |" for t, nom in noms.items()
    ]
    st.markdown("| Table | Cellules | Masquées |\n|---|---:|---:|\n" + "\n".join(lignes))
    st.markdown(
        "Les **verbatims** sont choisis parmi les personnes qui acceptent d'être citées : "
        "quelques-uns par thème et profil, deux au plus par personne. Leur numéro change à chaque "
        "publication."
    )


def _grille(jeu: JeuPublie) -> None:
    st.header("La grille de codage", anchor=False)
    grille = jeu.tables["grille"]
    groupes = {**commun.noms_familles(jeu), "": "Nature du propos"}
    for famille, nom in groupes.items():
        with st.expander(commun.echapper(nom)):
            for code in grille[grille["famille"] == famille].to_dict("records"):
                st.markdown(_definition(code))


def _definition(code: dict[Hashable, Any]) -> str:
    parties = [f"**{commun.echapper(code['nom'])}** ({commun.echapper(code['code'])}). "]
    parties.append(commun.echapper(code["definition"]))
    for cle, libelle in (("inclure", "Inclure"), ("exclure", "Exclure"), ("exemple", "Exemple")):
        if code[cle]:
            parties.append(f"  \n*{libelle} :* {commun.echapper(code[cle])}")
    return "".join(parties)
