"""Déposer des enregistrements, compléter le registre, lancer la transcription et la suivre."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import IO, cast

import streamlit as st

from recherche.ecrans.equipe import commun
from recherche.ecrans.equipe.api import etude_servie
from recherche.entrepot import Entrepot, sources
from recherche.entrepot.sources import FichierSon
from recherche.erreurs import ErreurRecherche
from recherche.etapes import travail
from recherche.etapes.deposer import deposer, source_du_nom
from recherche.etapes.inventorier import inventorier
from recherche.etapes.relecture_suivi import A_TRANSCRIRE, etats
from recherche.etapes.travail import ECHOUE, EN_COURS, FINI, Travail
from recherche.registre.colonnes import Colonne, Genre, valeurs
from recherche.registre.completement import Fiche, Valeur, colonnes_fiche, completer, fiches
from recherche.reglages import Etude

CLE_DEPOT = "depot-fois"


@commun.page("Enregistrements")
def afficher(etude: Etude) -> None:
    """Les quatre temps du chargement."""
    lignes = fiches(etude)
    _deposer(etude, lignes)
    sons = _inventaire(etude)
    _completer(etude, lignes, sons)
    _transcrire(etude)


# --- déposer ----------------------------------------------------------------------------------


def _deposer(etude: Etude, lignes: list[Fiche]) -> None:
    st.subheader("1. Déposer", anchor=False)
    fois = st.session_state.setdefault(CLE_DEPOT, 0)
    deposes = st.file_uploader(
        "Enregistrements (wav, mp3, m4a, ogg, opus, flac, wma, amr, vidéo)",
        accept_multiple_files=True,
        key=f"depot-{fois}",
    )
    _dire_depot()
    if not deposes:
        return
    connues = list(dict.fromkeys(fiche.source_id for fiche in lignes))
    choix = {}
    for rang, fichier in enumerate(deposes):
        lue = source_du_nom(fichier.name)
        choix[rang] = st.selectbox(
            f"« {fichier.name} » est l'enregistrement de",
            connues,
            index=connues.index(lue) if lue in connues else None,
            placeholder="Choisissez l'entretien ou l'atelier",
            key=f"depot-{fois}-{rang}",
        )
    pret = all(choix.values())
    if st.button("Ranger dans l'étude", type="primary", disabled=not pret):
        _ranger(etude, [(f.name, cast("IO[bytes]", f), str(choix[r])) for r, f in enumerate(deposes)])


def _ranger(etude: Etude, fichiers: list[tuple[str, IO[bytes], str]]) -> None:
    messages = []
    try:
        for nom, contenu, source in fichiers:
            cible = deposer(etude, nom, contenu, source_id=source)
            messages.append(f"{nom} est rangé : {cible.name}.")
        messages += _mesurer(etude)
    except ErreurRecherche as erreur:
        commun.dire(erreur)
        return
    st.session_state["depot-dit"] = messages
    st.session_state[CLE_DEPOT] += 1
    st.rerun()


def _mesurer(etude: Etude) -> list[str]:
    """Inventorie le dossier, sauf pendant une transcription ; rend ce qu'il faut en dire."""
    if _transcrit(etude):
        return ["À mesurer après la transcription en cours : « Relire le dossier »."]
    with st.spinner("Mesure des enregistrements…"):
        inventorier(etude)
    return []


def _transcrit(etude: Etude) -> bool:
    """Vrai si une transcription est en cours : elle tient l'étude."""
    cours = travail.lire(etude)
    return cours is not None and cours.etat == EN_COURS


def _dire_depot() -> None:
    for message in st.session_state.pop("depot-dit", ()):
        st.success(commun.echapper(message))


# --- ce qui est reconnu -----------------------------------------------------------------------


def _inventaire(etude: Etude) -> list[FichierSon]:
    """Les fichiers de l'étude, ce qu'on en a reconnu et ce qui ne va pas."""
    st.subheader("2. Ce qui est reconnu", anchor=False)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        sons = sources.fichiers(cx)
    if st.button("Relire le dossier « enregistrements »"):
        st.session_state["depot-dit"] = _mesurer(etude)
        st.rerun()
    if not sons:
        st.write("Aucun enregistrement n'est encore inventorié.")
        return sons
    st.dataframe([_ligne(son) for son in sons], hide_index=True)
    for son in sons:
        if son.anomalie is not None:
            st.warning(commun.echapper(f"{son.anomalie}\n→ {son.remede}"))
        elif son.source_id is None:
            st.warning(commun.echapper(_inconnu(son)))
    return sons


def _source(son: FichierSon) -> str | None:
    """La source d'un son : celle du registre, sinon celle que dit son nom (ligne encore vide)."""
    return son.source_id or source_du_nom(Path(son.chemin).name)


def _inconnu(son: FichierSon) -> str:
    source = _source(son)
    if source is not None:
        return f"{son.chemin} : complétez la ligne de {source} au registre, ci-dessous."
    return (
        f"{son.chemin} : son nom ne dit pas de quel entretien il est. Déposez-le de nouveau ci-dessus."
    )


def _ligne(son: FichierSon) -> dict[str, object]:
    mesure = son.mesure
    return {
        "Fichier": son.chemin,
        "Source": _source(son) or "–",
        "Durée": commun.duree(mesure.duree_s) if mesure else "–",
        "Niveau (dBFS)": mesure.niveau_dbfs if mesure else None,
        "Silence": f"{mesure.part_silence:.0%}".replace("%", " %") if mesure else "–",
        "État": "à corriger" if son.anomalie or son.source_id is None else "prêt",
    }


# --- compléter le registre --------------------------------------------------------------------


def _completer(etude: Etude, lignes: list[Fiche], sons: list[FichierSon]) -> None:
    """Un formulaire par ligne du registre à laquelle il manque quelque chose."""
    st.subheader("3. Compléter le registre", anchor=False)
    attaches = {_source(son) for son in sons}
    manques = {
        _nom(fiche): fiche for fiche in lignes if fiche.source_id in attaches and _manque(etude, fiche)
    }
    if not manques:
        st.write("Rien ne manque au registre pour les enregistrements reconnus.")
        return
    choisie = st.selectbox("Ligne à compléter", list(manques), key="registre-ligne")
    if choisie is not None:
        _formulaire(etude, manques[choisie])


def _nom(fiche: Fiche) -> str:
    locuteur = fiche.valeurs.get("locuteur")
    return f"{fiche.source_id} ({locuteur})" if locuteur else fiche.source_id


def _manque(etude: Etude, fiche: Fiche) -> list[str]:
    """Les colonnes sans lesquelles on ne peut pas aller plus loin, vides ici."""
    remplie = any(fiche.valeurs.get(cle) for cle in ("prenom", "nom", "date"))
    if fiche.valeurs.get("locuteur") and not remplie:
        return []
    utiles = {"date", "prenom", "consentement_enregistrement", "consentement_citation"}
    cles = [colonne.cle for colonne in colonnes_fiche(etude, fiche.feuille)]
    return [cle for cle in cles if cle in utiles and fiche.valeurs.get(cle) is None]


def _formulaire(etude: Etude, fiche: Fiche) -> None:
    listes = valeurs(etude.reglages)
    with st.form(f"registre-{_nom(fiche)}"):
        cases = st.columns(3)
        saisies = {}
        colonnes = colonnes_fiche(etude, fiche.feuille)
        montrees = [c for c in colonnes if c.cle not in ("locuteur", "enregistrements")]
        for rang, colonne in enumerate(montrees):
            with cases[rang % 3]:
                saisies[colonne.cle] = _case(colonne, fiche.valeurs.get(colonne.cle), listes)
        if not st.form_submit_button("Écrire au registre", type="primary"):
            return
    try:
        changees = completer(etude, fiche, saisies)
        messages = _mesurer(etude)
    except ErreurRecherche as erreur:
        commun.dire(erreur)
        return
    dit = f"{_nom(fiche)} : {len(changees)} case(s) écrites au registre."
    st.session_state["depot-dit"] = [dit, *messages]
    st.rerun()


def _case(colonne: Colonne, actuelle: Valeur, listes: Mapping[str, tuple[str, ...]]) -> Valeur:
    """La case d'une colonne, selon ce qu'elle contient."""
    titre, aide = colonne.titre, colonne.aide
    if colonne.genre is Genre.CHOIX:
        permises = list(listes[colonne.liste])
        place = permises.index(str(actuelle)) if actuelle in permises else None
        return st.selectbox(titre, permises, index=place, placeholder="–", help=aide)
    if colonne.genre in (Genre.DATE, Genre.DATE_ETUDE):
        connue = f"{actuelle:%d/%m/%Y}" if isinstance(actuelle, date) else str(actuelle or "")
        return _date(st.text_input(titre, connue, placeholder="jj/mm/aaaa", help=aide))
    if colonne.genre is Genre.AGE:
        age = actuelle if isinstance(actuelle, int) else None
        return st.number_input(titre, 10, 99, age, help=aide)
    return st.text_input(titre, str(actuelle or ""), help=aide).strip() or None


def _date(saisie: str) -> Valeur:
    """La date écrite ; ce qui n'en est pas une reste tel quel, et le registre le refusera."""
    try:
        return datetime.strptime(saisie.strip(), "%d/%m/%Y").date()  # noqa: DTZ007
    except ValueError:
        return saisie.strip() or None


# --- transcrire -------------------------------------------------------------------------------


def _transcrire(etude: Etude) -> None:
    st.subheader("4. Transcrire", anchor=False)
    a_faire = [e.source_id for e in etats(etude) if e.etat == A_TRANSCRIRE]
    if _transcrit(etude):
        _suivre()
        return
    if (fini := travail.lire(etude)) is not None:
        _conclusion(fini)
    voulues = st.multiselect(
        "À transcrire",
        a_faire,
        default=a_faire,
        placeholder="Rien à transcrire",
        key=f"transcrire-{','.join(a_faire)}",
    )
    if st.button("Lancer la transcription", type="primary", disabled=not voulues):
        travail.lancer_transcription(etude, voulues)
        st.rerun()


@st.fragment(run_every=1.0)
def _suivre() -> None:
    """L'avancement, relu chaque seconde ; la page entière est refaite quand c'est fini."""
    etude = etude_servie()
    cours = travail.lire(etude)
    if cours is None or cours.etat != EN_COURS:
        st.rerun()
    reste = cours.reste_s(time.time())
    dit = "temps restant inconnu" if reste is None else f"reste environ {commun.duree(reste)}"
    st.progress(cours.part, commun.echapper(f"Transcription de {cours.objet or '…'} : {dit}"))
    st.caption(
        f"{commun.duree(cours.fait)} de son sur {commun.duree(cours.total)}. Vous pouvez fermer cette "
        "page : le travail continue."
    )
    if st.button("Interrompre"):
        travail.interrompre(etude)
        st.info("Arrêt demandé ; ce qui est transcrit est gardé.")


def _conclusion(fini: Travail) -> None:
    """Comment s'est achevé le dernier travail."""
    if fini.etat == FINI:
        st.success(commun.echapper(f"Transcrit : {', '.join(fini.faits)}. À relire : page Relecture."))
    elif fini.etat == ECHOUE:
        st.error("La transcription n'a pas pu se faire.")
    else:
        st.warning("La transcription a été interrompue : relancez, elle reprend où elle en était.")
    for objet, message, remede in fini.anomalies:
        st.warning(commun.echapper(f"{objet or 'étude'} : {message}\n→ {remede}"))
