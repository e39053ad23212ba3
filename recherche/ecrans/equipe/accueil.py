"""L'accueil d'équipe : où en est l'étude, ce qui bloque, ce qui attend quelqu'un."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

import streamlit as st

from recherche.ecrans.equipe import commun
from recherche.etapes.accueil import Accueil, accueil
from recherche.etapes.etat import ETAPES
from recherche.etapes.relecture_suivi import A_RELIRE, EN_COURS
from recherche.etapes.revue import A_REVOIR, ATTEND_SECOND, COMMENCEE
from recherche.modele.suivi import Anomalie
from recherche.reglages import Etude

TITRES = {
    "realise": "Réalisés",
    "enregistre": "Enregistrés",
    "transcrit": "Transcrits",
    "relu": "Relus",
    "signe": "Revue signée",
    "code": "Codés",
    "publie": "Publiés",
}
MONTRES = 12
A_SIGNER = (A_REVOIR, COMMENCEE, ATTEND_SECOND)


@commun.page("Accueil")
def afficher(etude: Etude) -> None:
    """Avancement, blocages, consentements, files d'attente, publication."""
    etat = accueil(etude, jour=date.today())  # noqa: DTZ011
    st.caption(commun.echapper(f"{etude.titre} · {etude.reglages.etude.organisme}"))
    _chiffres(etat, etude)
    _attentes(etat)
    _blocages(etat.etat.blocages)
    _consentements(etat.consentements)
    _quotas(etat, etude)
    _publication(etat)


def _chiffres(etat: Accueil, etude: Etude) -> None:
    quotas = etat.etat.quotas
    colonnes = st.columns(len(ETAPES))
    for colonne, etape in zip(colonnes, ETAPES, strict=True):
        colonne.metric(TITRES[etape], int(quotas[etape].sum()))
    st.caption(f"Entretiens, sur {etude.reglages.nombre_prevu} prévus.")


def _attentes(etat: Accueil) -> None:
    """Ce qui attend une personne : relectures et revues des noms."""
    st.subheader("À faire", anchor=False)
    a_relire = [r.source_id for r in etat.relectures if r.etat == A_RELIRE]
    en_cours = [r for r in etat.relectures if r.etat == EN_COURS]
    a_revoir = [r.source_id for r in etat.revues if r.etat in A_SIGNER]
    _ligne("transcription(s) à relire", a_relire, "relecture")
    _ligne("relecture(s) en cours", [f"{r.source_id} ({r.auteur})" for r in en_cours], "relecture")
    _ligne("revue(s) des noms à signer", a_revoir, "revue")
    if not (a_relire or en_cours or a_revoir):
        st.write("Rien n'attend.")


def _ligne(quoi: str, objets: list[str], page: str) -> None:
    if objets:
        st.markdown(f"- [**{len(objets)}** {quoi}](/{page}) : {commun.echapper(_liste(objets))}")


def _liste(objets: list[str]) -> str:
    suite = f"… et {len(objets) - MONTRES} de plus" if len(objets) > MONTRES else ""
    return ", ".join(objets[:MONTRES]) + suite


def _blocages(blocages: tuple[Anomalie, ...]) -> None:
    st.subheader("Ce qui bloque", anchor=False)
    if not blocages:
        st.write("Rien ne bloque.")
    for (message, remede), objets in _groupes(blocages).items():
        tete = f"- **{len(objets)}** {commun.echapper(message)} : {commun.echapper(_liste(objets))}"
        st.markdown(f"{tete}  \n  → {commun.echapper(remede)}")


def _groupes(anomalies: Iterable[Anomalie]) -> dict[tuple[str, str], list[str]]:
    """Les objets d'un même message ; l'identifiant dit dans la commande n'y compte pas."""
    groupes: dict[tuple[str, str], list[str]] = defaultdict(list)
    for anomalie in anomalies:
        remede = anomalie.remede.replace(anomalie.objet, "IDENTIFIANT")
        groupes[anomalie.message, remede].append(anomalie.objet)
    return groupes


def _consentements(a_voir: tuple[Anomalie, ...]) -> None:
    st.subheader("Consentements à obtenir ou à renouveler", anchor=False)
    if not a_voir:
        st.write("Aucun.")
        return
    lignes = [{"Qui": a.objet, "Quoi": a.message, "Que faire": a.remede} for a in a_voir]
    st.dataframe(lignes, hide_index=True)


def _quotas(etat: Accueil, etude: Etude) -> None:
    st.subheader("Avancement vers les quotas", anchor=False)
    quotas = etat.etat.quotas.rename(columns=TITRES)
    part = (100 * quotas["Réalisés"] / quotas["objectif"].clip(lower=1)).clip(upper=100)
    quotas.insert(3, "Part réalisée", part.round())
    reglages: dict[str, Any] = {
        "territoire": etude.reglages.etude.niveau_territoire.capitalize(),
        "profil": "Profil",
        "objectif": "Objectif",
        "Part réalisée": st.column_config.ProgressColumn(format="%d %%", min_value=0, max_value=100),
    }
    st.dataframe(quotas, hide_index=True, column_config=reglages)
    ateliers = etat.etat.ateliers
    faits = int(ateliers["realise"].sum()) if len(ateliers) else 0
    st.caption(f"Ateliers : {faits} réalisé(s), {len(etude.reglages.ateliers)} prévu(s).")


def _publication(etat: Accueil) -> None:
    st.subheader("Publications", anchor=False)
    publiee = etat.publication
    if publiee is None:
        st.write("Rien n'est encore publié : « recherche publier » quand des entretiens sont prêts.")
        return
    quand = f"{publiee.date[8:10]}/{publiee.date[5:7]}/{publiee.date[:4]}"
    st.write(f"Version {publiee.version}, du {quand} : {len(publiee.sources)} source(s).")
