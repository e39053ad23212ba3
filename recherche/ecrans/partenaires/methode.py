"""Page « Méthode » : comment l'étude est faite et comment lire ses chiffres."""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import pandas as pd
import streamlit as st

from recherche.ecrans.partenaires import commun
from recherche.publication.dictionnaire import DESCRIPTIONS
from recherche.publication.jeu import JeuPublie


@commun.page("Méthode")
def afficher(jeu: JeuPublie) -> None:
    """Enquête, codage, effectifs, masquage, verbatims, grille."""
    _enquete(jeu)
    _chiffres(jeu)
    _masquage(jeu)
    _accord(jeu)
    _limites(jeu)
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
    comptes = jeu.manifeste["masquage"]
    lignes = [(DESCRIPTIONS[t], c["cellules"], c["masquees"]) for t, c in comptes.items()]
    table = pd.DataFrame(lignes, columns=["Table", "Cellules", "Masquées"])
    commun.tableau(table, "masquage", dit="Cellules masquées par table")
    toutes, masquees = int(table["Cellules"].sum()), int(table["Masquées"].sum())
    if toutes:
        publiees = commun.pourcent((toutes - masquees) / toutes)
        st.markdown(f"En tout, {toutes - masquees} cellules sur {toutes} sont publiées ({publiees}).")
    st.markdown(
        "Les **verbatims** sont choisis parmi les personnes qui acceptent d'être citées : "
        "quelques-uns par thème et profil, deux au plus par personne. Leur numéro change à chaque "
        "publication."
    )


def _accord(jeu: JeuPublie) -> None:
    """L'accord entre codeurs, si deux personnes ont codé les mêmes entretiens sans se voir."""
    accord = jeu.tables["accord"]
    if accord.empty:
        return
    st.header("Accord entre codeurs", anchor=False)
    st.markdown(
        "Des entretiens ont été codés par plusieurs personnes, chacune sans voir les autres. L'**alpha "
        "de Krippendorff** dit si elles s'accordent mieux que par hasard : 1, toujours ; 0, pas mieux. "
        "On tient d'ordinaire 0,8 pour sûr et 0,67 pour prudent ; en dessous, lire avec réserve."
    )
    noms = commun.noms_codes(jeu)
    lisible = pd.DataFrame(
        {
            "Code": accord["code"].map(lambda code: noms.get(code, code)),
            "Phrases jugées": accord["unites"],
            "Alpha": accord["alpha"].map(_decimal),
            "Intervalle à 95 %": [
                f"{_decimal(bas)} – {_decimal(haut)}"
                for bas, haut in zip(accord["alpha_bas"], accord["alpha_haut"], strict=True)
            ],
        }
    )
    commun.tableau(lisible, "accord", dit="Accord entre codeurs")


def _decimal(valeur: float) -> str:
    return "–" if math.isnan(valeur) else f"{valeur:.2f}".replace(".", ",")


def _limites(jeu: JeuPublie) -> None:
    """Ce que ces chiffres ne disent pas."""
    st.header("Limites", anchor=False)
    limites = [
        "Les personnes sont choisies par quotas, pas tirées au sort : rien ne s'extrapole à tous les "
        "habitants.",
        "On lit ce qui est dit à un enquêteur, pas ce qui est fait, ni ce qui existe.",
        "Les profils n'ont pas le même guide d'entretien : un thème peut manquer faute de question.",
        "Le codage est un jugement : deux personnes ne rangent pas toujours un passage au même endroit.",
        "Les classes lexicales décrivent des mots, pas des opinions.",
        "D'une version à l'autre, les entretiens d'un groupe entrent et sortent par vagues d'au moins "
        f"{jeu.manifeste['etude']['seuil']} personnes : comparer deux versions n'isole personne.",
    ]
    if jeu.manifeste["etude"]["fictive"]:
        limites.append(
            "Ce corpus est fictif : une seule main l'a écrit, les entretiens sont plus courts et les "
            "phrases mieux formées que dans la réalité."
        )
    st.markdown("\n".join(f"- {limite}" for limite in limites))


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
