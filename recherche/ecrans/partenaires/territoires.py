"""Page « Villes » (le mot de l'étude) : une fiche par territoire, faite pour être imprimée."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from recherche.analyse.figures import figure_familles
from recherche.ecrans.partenaires import citations, commun, offre_attentes
from recherche.ecrans.partenaires.ateliers import un_atelier
from recherche.publication.comptes import Compte
from recherche.publication.jeu import JeuPublie

VERBATIMS_PAR_PROFIL = 4
KHI2_NOTABLE = 3.84
"""Khi-deux à un degré de liberté au seuil de 5 %, comme repère : la mesure est descriptive."""


@commun.page(lambda jeu: commun.niveaux(jeu).capitalize())
def afficher(jeu: JeuPublie) -> None:
    """Une fiche, choisie ou donnée par l'adresse."""
    options = {nom: nom for nom in commun.territoires(jeu)}
    with commun.ecran_seul("choix-fiche"):
        lieu = commun.choix(commun.niveau(jeu), options, cle="territoire")
    _fiche(jeu, lieu, seul=False)


def fiche_de(compte: Compte) -> Callable[[], None]:
    """La fiche du seul territoire d'un compte limité ; rien des autres, ni de l'ensemble."""

    @commun.page("Fiche")
    def fiche(jeu: JeuPublie) -> None:
        connus = jeu.manifeste["etude"]["territoires"]
        lieu = next((t["nom"] for t in connus if compte.territoire in (t["code"], t["nom"])), None)
        if lieu is None:
            st.error(
                "Ce compte est limité à un territoire que cette étude n'a pas : écrivez à l'équipe."
            )
            return
        _fiche(jeu, lieu, seul=True)

    return fiche


def _fiche(jeu: JeuPublie, lieu: str, *, seul: bool) -> None:
    st.header(commun.echapper(lieu), anchor=False)
    with commun.ecran_seul("mode-emploi"):
        st.caption("Cette fiche s'imprime telle quelle : Ctrl + P (Cmd + P sur Mac).")
    _chiffres(jeu, lieu)
    if len(jeu.tables["effectifs_familles"]):
        _effectifs(jeu, lieu, "famille", commun.noms_familles(jeu), "De quoi on parle", seul=seul)
        natures = jeu.tables["grille"].query("axe == 'nature'")
        noms = dict(zip(natures["code"], natures["nom"], strict=True))
        _effectifs(jeu, lieu, "nature", noms, "Comment on en parle", seul=seul)
    if len(jeu.tables["confrontation"]):
        st.subheader("Offre et attentes", anchor=False)
        offre_attentes.lectures(jeu, lieu, entier=True)
    if not seul:
        _vocabulaire(jeu, lieu)
    _ateliers(jeu, lieu)
    _verbatims(jeu, lieu)


def _chiffres(jeu: JeuPublie, lieu: str) -> None:
    avancement = jeu.tables["avancement"].query("territoire == @lieu")
    if avancement.empty:
        return
    colonnes = st.columns(len(avancement) + 1)
    libelles = commun.pluriels(jeu)
    lignes = avancement[["profil", "objectif", "realises"]].itertuples(index=False)
    for colonne, (profil, objectif, realises) in zip(colonnes, lignes, strict=False):
        colonne.metric(f"{libelles[profil]} (sur {objectif})", int(realises))
    colonnes[-1].metric("Entretiens publiés", int(avancement["publies"].sum()))


def _effectifs(
    jeu: JeuPublie, lieu: str, axe: str, noms: dict[str, str], titre: str, *, seul: bool
) -> None:
    """Les effectifs d'un axe (famille ou nature) : un groupe par colonne."""
    st.subheader(titre, anchor=False)
    groupes = {**commun.pluriels(jeu), commun.ENSEMBLE: "Tous profils"}
    ici = jeu.tables[f"effectifs_{axe}s"].query("territoire == @lieu").rename(columns={axe: "code"})
    marges = jeu.tables["effectifs_ensembles"].query("axe == @axe")
    parts = [ici, marges.query("territoire == @lieu")]
    table = pd.concat([part.assign(territoire=part["profil"].map(groupes)) for part in parts])
    if not seul:
        partout = f"Ensemble des {commun.niveaux(jeu)}"
        total = marges.query("territoire == @commun.ENSEMBLE and profil == @commun.ENSEMBLE")
        table = pd.concat([table, total.assign(territoire=partout)])
    colonnes = list(table["territoire"].unique())
    commun.figure(
        lambda: figure_familles(table, noms=noms, territoires=colonnes),
        *("fiche", lieu, axe, str(seul)),
        dit=f"{titre} à {lieu} : entretiens sur entretiens codés, {', '.join(colonnes).lower()}.",
    )
    bases = table.drop_duplicates("territoire").set_index("territoire")["base"]
    detail = ", ".join(f"{groupe.lower()} {bases[groupe]}" for groupe in colonnes)
    masquees = int(table["masque"].sum())
    commun.source(
        f"Champ : entretiens codés ({detail}). Dans chaque case, entretiens où le propos apparaît sur "
        f"entretiens du groupe. m : case masquée ({masquees} sur {len(table)})."
    )
    with st.expander("Le tableau"):
        lisible = commun.mesures_lisibles(table)
        lisible.insert(0, axe.capitalize(), table["code"].map(noms))
        lisible.insert(1, "Groupe", table["territoire"])
        commun.tableau(lisible, f"fiche-{axe}", dit=titre, entier=True)


def _vocabulaire(jeu: JeuPublie, lieu: str) -> None:
    """Les classes lexicales plus présentes ici qu'ailleurs."""
    profils = jeu.tables["lexique_profils"].query("variable == 'territoire' and modalite == @lieu")
    notables = profils[profils["khi2"] >= KHI2_NOTABLE].sort_values("khi2", ascending=False)
    if notables.empty:
        return
    st.subheader("Vocabulaire plus présent ici", anchor=False)
    classes = jeu.tables["lexique_classes"].set_index("classe")["mots"]
    for ligne in notables.to_dict("records"):
        texte = f"Classe {ligne['classe']} ({commun.pourcent(ligne['part'])} du texte) : "
        st.markdown(f"- {commun.echapper(texte + str(classes[ligne['classe']]))}")


def _ateliers(jeu: JeuPublie, lieu: str) -> None:
    ateliers = jeu.tables["ateliers"].query("territoire == @lieu")
    if ateliers.empty:
        return
    st.subheader("Ateliers", anchor=False)
    for atelier in ateliers.to_dict("records"):
        un_atelier(atelier)


def _verbatims(jeu: JeuPublie, lieu: str) -> None:
    verbatims = jeu.tables["verbatims"].query("territoire == @lieu")
    if verbatims.empty:
        return
    st.subheader("Paroles", anchor=False)
    for profil, libelle in commun.pluriels(jeu).items():
        dits = verbatims[verbatims["profil"] == profil].head(VERBATIMS_PAR_PROFIL)
        if len(dits):
            st.markdown(f"**{commun.echapper(libelle)}**")
        for verbatim in dits.to_dict("records"):
            citations.carte(jeu, verbatim, citer=False)
