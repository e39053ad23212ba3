"""Page « Offre et attentes » : ce que les uns attendent, en face de l'offre que les autres décrivent."""

from __future__ import annotations

import math

import pandas as pd
import streamlit as st

from recherche.analyse.figures_confrontation import figure_confrontation, figure_ecarts
from recherche.ecrans.partenaires import citations, commun
from recherche.publication.jeu import JeuPublie

TOUTES = "toutes"
PAIRES_PAR_PAGE = 5
DEMANDES = {"besoin": "Besoin (manque ou attente)", "manque": "Manque", "attente": "Attente"}


@commun.page("Offre et attentes")
def afficher(jeu: JeuPublie) -> None:
    """La figure divergente, les écarts, les lectures, les verbatims appariés."""
    if jeu.tables["confrontation"].empty:
        st.info("Aucune confrontation n'est publiée : il y faut deux profils et des natures de propos.")
        return
    _mode_d_emploi(jeu)
    lieu, demande, noms = _filtrer(jeu)
    _figures(jeu, lieu, demande, noms)
    st.header("Lecture, thème par thème", anchor=False)
    lectures(jeu, lieu, demande=demande, codes=list(noms))
    _paires(jeu, lieu, list(noms))


def _mode_d_emploi(jeu: JeuPublie) -> None:
    roles = jeu.manifeste["etude"]["confrontation"]
    pluriels = commun.pluriels(jeu)
    demande, offre = pluriels[roles["demande"]].lower(), pluriels[roles["offre"]].lower()
    part = commun.pourcent(roles["part_minimale"])
    st.markdown(
        f"À gauche, l'**offre** que décrivent les {commun.echapper(offre)} ; à droite, ce qui "
        f"**manque** aux {commun.echapper(demande)} ou qu'ils **attendent**. On compare ce qui est dit, "
        "pas ce qui existe : ne pas parler d'une offre n'est pas prouver qu'elle manque."
    )
    with st.expander("Comment se fait la lecture"):
        seuil = jeu.manifeste["etude"]["seuil"]
        st.markdown(
            f"Un propos compte s'il est tenu dans {part} des entretiens d'un groupe, et par {seuil} "
            f"personnes au moins ; la demande est celle des {commun.echapper(demande)}. Alors :\n"
            "- **offre rencontrée** : la demande en parle, et raconte l'usage au moins aussi souvent "
            "que le besoin ;\n"
            "- **offre inconnue** : l'offre est décrite, mais la demande en dit surtout le besoin, ou "
            "n'en parle pas ;\n"
            "- **attente sans réponse** : la demande dit un besoin que l'offre ne décrit pas ;\n"
            f"- **souci des seuls {commun.echapper(offre)}** : la demande n'en parle pas, l'autre "
            "population y voit d'abord un besoin ;\n"
            "- **peu évoqué** : aucun propos n'est tenu par assez de personnes.\n\n"
            "L'**écart** est en points d'entretiens : part de la demande moins part de l'offre, avec un "
            "intervalle bootstrap à 95 %, qui dit l'imprécision due au petit nombre. La **stabilité** "
            "est la part des tirages qui donnent la même lecture. Une lecture qui ferait retrouver une "
            "cellule masquée n'est pas publiée."
        )


def _filtrer(jeu: JeuPublie) -> tuple[str, str, dict[str, str]]:
    """Le territoire, la demande, et les thèmes retenus (code -> nom)."""
    lieux = {nom: nom for nom in commun.territoires(jeu)}
    familles = commun.noms_familles(jeu)
    with commun.ecran_seul("filtres"):
        gauche, milieu, droite = st.columns(3)
        with gauche:
            tous = f"Ensemble des {commun.niveaux(jeu)}"
            lieu = commun.choix(commun.niveau(jeu), {commun.ENSEMBLE: tous, **lieux}, cle="territoire")
        with milieu:
            demande = commun.choix("Ce que dit la demande", DEMANDES, cle="demande")
        with droite:
            options = {TOUTES: "Toutes les familles", **familles}
            famille = commun.choix("Famille de thèmes", options, cle="famille")
    grille = jeu.tables["grille"].query("axe == 'thème'")
    if famille != TOUTES:
        grille = grille[grille["famille"] == famille]
    presents = set(jeu.tables["confrontation"]["code"])
    noms = dict(zip(grille["code"], grille["nom"], strict=True))
    return lieu, demande, {code: nom for code, nom in noms.items() if code in presents}


def _figures(jeu: JeuPublie, lieu: str, demande: str, noms: dict[str, str]) -> None:
    roles, pluriels = jeu.manifeste["etude"]["confrontation"], commun.pluriels(jeu)
    profils = {roles[role]: pluriels[roles[role]] for role in ("offre", "demande")}
    propos = jeu.tables["confrontation_propos"]
    cle = (lieu, demande, *noms)
    st.header("Offre décrite, besoins dits", anchor=False)
    commun.figure(
        lambda: figure_confrontation(
            propos, noms=noms, profils=profils, territoire=lieu, demande=demande
        ),
        *("confrontation", *cle),
        dit="Barres divergentes : offre décrite à gauche, demande à droite, thème par thème. Le tableau "
        "des lectures donne les mêmes nombres.",
    )
    ici = propos[(propos["territoire"] == lieu) & propos["code"].isin(list(noms))]
    bases = ici.drop_duplicates("profil").set_index("profil")["base"]
    detail = ", ".join(f"{pluriels[p].lower()} {bases[p]}" for p in profils)
    masquees = int(ici["masque"].sum())
    commun.source(
        f"Champ : entretiens codés ({detail}). Chaque barre porte ses entretiens sur sa base ; "
        f"{masquees} cellules masquées sur {len(ici)}. Sous "
        f"{jeu.manifeste['etude']['seuil_pourcentage']} entretiens, pas de part : la barre est nulle."
    )
    st.header("Écarts", anchor=False)
    ecarts = jeu.tables["confrontation"]
    commun.figure(
        lambda: figure_ecarts(ecarts, noms=noms, territoire=lieu, demande=demande),
        *("ecarts", *cle),
        dit="Écart de chaque thème en points d'entretiens, avec son intervalle et sa lecture.",
    )
    commun.source(
        "Lecture : à droite de zéro, la demande en dit plus que l'offre n'en décrit ; le trait est "
        "l'intervalle bootstrap à 95 %."
    )


def lectures(
    jeu: JeuPublie,
    lieu: str,
    *,
    demande: str = "besoin",
    codes: list[str] | None = None,
    entier: bool = False,
) -> None:
    """Le tableau des lectures d'un territoire : offre, demande, écart, lecture."""
    ecarts = jeu.tables["confrontation"]
    ecarts = ecarts[(ecarts["territoire"] == lieu) & (ecarts["demande"] == demande)]
    if codes is not None:
        ecarts = ecarts[ecarts["code"].isin(codes)]
    propos = jeu.tables["confrontation_propos"]
    propos = propos[propos["territoire"] == lieu]
    cles = zip(propos["code"], propos["propos"], propos["profil"], strict=True)
    dits = dict(zip(cles, _sur(propos), strict=True))
    roles, noms = jeu.manifeste["etude"]["confrontation"], commun.noms_codes(jeu)
    lignes = [
        (
            noms.get(ligne["code"], ligne["code"]),
            dits[ligne["code"], "offre", roles["offre"]],
            dits[ligne["code"], demande, roles["demande"]],
            _ecart(ligne["ecart"], ligne["ecart_bas"], ligne["ecart_haut"], masque=ligne["masque"]),
            ligne["lecture"] or "non publiée",
        )
        for ligne in ecarts.to_dict("records")
    ]
    colonnes = ["Thème", "Offre décrite", DEMANDES[demande], "Écart (points)", "Lecture"]
    commun.tableau(
        pd.DataFrame(lignes, columns=colonnes), "lectures", dit="Lectures par thème", entier=entier
    )


def _sur(propos: pd.DataFrame) -> list[str]:
    """« 12 sur 60 », ou « masqué », de chaque ligne."""
    lignes = propos[["entretiens", "base", "masque"]].itertuples(index=False)
    return ["masqué" if masque else f"{n} sur {base}" for n, base, masque in lignes]


def _ecart(valeur: float, bas: float, haut: float, *, masque: bool) -> str:
    if masque:
        return "masqué"
    return "–" if math.isnan(valeur) else f"{valeur:+.0f} [{bas:+.0f} ; {haut:+.0f}]"


def _paires(jeu: JeuPublie, lieu: str, codes: list[str]) -> None:
    paires = jeu.tables["verbatims_apparies"]
    paires = paires[paires["code"].isin(codes)]
    if lieu != commun.ENSEMBLE:
        paires = paires[paires["territoire"] == lieu]
    st.header("Paroles en regard", anchor=False)
    if paires.empty:
        st.info("Aucune paire d'extraits n'est publiée pour ce choix.")
        return
    pages = math.ceil(len(paires) / PAIRES_PAR_PAGE)
    options = {str(i): f"Page {i} sur {pages}" for i in range(1, pages + 1)}
    with commun.ecran_seul("pages"):
        page = int(commun.choix("Page", options, cle="page")) if pages > 1 else 1
    st.caption(
        f"{len(paires)} paire(s) d'extraits proches par le sens, d'un même thème et d'un même lieu"
    )
    debut = (page - 1) * PAIRES_PAR_PAGE
    for ligne in paires.iloc[debut : debut + PAIRES_PAR_PAGE].to_dict("records"):
        citations.paire(jeu, ligne)
