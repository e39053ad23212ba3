"""Qui entre : ouvert sur cette machine, compte demandé partout ailleurs.

Le tableau de bord est « exposé » dès que son adresse n'est pas locale, ou qu'un relais (nginx, Caddy…)
le montre au-dehors. Il demande alors le fournisseur d'identité réglé dans `.streamlit/secrets.toml`
(section `[auth]`), ou un compte nommé (`recherche comptes`).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from recherche.ecrans.partenaires.commun import echapper
from recherche.erreurs import ErreurRecherche
from recherche.publication.comptes import AJOUTER, VARIABLE_ETAT, Compte, Comptes

LOCALES = frozenset({"localhost", "127.0.0.1", "::1"})
RELAIS = ("x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded", "via")
LOCAL = Compte("cette machine")
_CLE = "compte-partenaire"
_PAGE = "page-tracee"


def est_expose(adresse: str | None, entetes: Mapping[str, str]) -> bool:
    """Vrai si l'on peut venir d'une autre machine : adresse d'écoute, relais, nom demandé."""
    if adresse not in LOCALES or any(nom in entetes for nom in RELAIS):
        return True
    demande = entetes.get("host", "localhost")
    machine = demande[1:].split("]")[0] if demande.startswith("[") else demande.split(":")[0]
    return machine not in LOCALES


def exiger() -> Compte:
    """Le compte de qui regarde. Hors de cette machine, montre l'entrée et arrête la page sans compte."""
    entetes = {nom.lower(): valeur for nom, valeur in st.context.headers.items()}
    if not est_expose(st.get_option("server.address"), entetes):
        return LOCAL
    try:
        compte = _entre(_comptes())
    except ErreurRecherche as erreur:
        _refuser(erreur)
    if compte is None:
        st.stop()
    return compte


def tracer(compte: Compte, page: str) -> None:
    """Note qu'une page a été ouverte, une fois par visite ; rien sur cette machine."""
    if compte == LOCAL or st.session_state.get(_PAGE) == page:
        return
    st.session_state[_PAGE] = page
    try:
        _comptes().tracer(compte.nom, page)
    except ErreurRecherche as erreur:
        _refuser(erreur)


def sortir() -> None:
    """Oublie le compte de cette session."""
    st.session_state.pop(_CLE, None)
    if _oidc() and st.user.is_logged_in:
        st.logout()


def _comptes() -> Comptes:
    dossier = os.environ.get(VARIABLE_ETAT)
    if not dossier:
        raise ErreurRecherche(
            "Ce tableau de bord est exposé hors de cette machine, et personne n'y a de compte.",
            f"Désignez par {VARIABLE_ETAT} un dossier hors du dossier publié, puis « {AJOUTER} ». Pour "
            "rester sur cette machine : « recherche tableau ».",
        )
    return Comptes(Path(dossier))


def _oidc() -> bool:
    """Vrai si un fournisseur d'identité est réglé."""
    try:
        return "auth" in st.secrets
    except FileNotFoundError:
        return False


def _entre(comptes: Comptes) -> Compte | None:
    if _oidc():
        return _par_fournisseur(comptes)
    nom = st.session_state.get(_CLE)
    compte = comptes.trouver(nom) if nom else None
    return compte or _par_mot_de_passe(comptes)


def _par_fournisseur(comptes: Comptes) -> Compte | None:
    if not st.user.is_logged_in:
        st.title("Entrer", anchor=False)
        st.button("Se connecter", on_click=st.login, type="primary")
        return None
    courriel = str(st.user.get("email") or "") if st.user.get("email_verified", True) else ""
    compte = comptes.trouver(courriel)
    if compte is None:
        st.error("Cette identité n'a pas accès à ce tableau de bord.")
        st.button("Changer de compte", on_click=st.logout)
    return compte


def _par_mot_de_passe(comptes: Comptes) -> Compte | None:
    st.title("Entrer", anchor=False)
    with st.form("entree"):
        nom = st.text_input("Nom du compte", autocomplete="username")
        mot_de_passe = st.text_input("Mot de passe", type="password", autocomplete="current-password")
        if not st.form_submit_button("Entrer", type="primary"):
            return None
    try:
        compte = comptes.entrer(nom, mot_de_passe)
    except ErreurRecherche as erreur:
        st.error(echapper(f"{erreur.message} {erreur.remede}"))
        return None
    st.session_state[_CLE] = compte.nom
    st.rerun()


def _refuser(erreur: ErreurRecherche) -> None:
    st.title("Tableau de bord fermé", anchor=False)
    st.error(echapper(erreur.message))
    st.info(echapper(erreur.remede))
    st.stop()
