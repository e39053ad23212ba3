"""Relire une transcription en l'écoutant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from recherche.ecrans.equipe import commun
from recherche.ecrans.equipe.api import ADRESSE_STATIQUE
from recherche.erreurs import ErreurRecherche
from recherche.etapes import relecture_suivi
from recherche.etapes.exporter import exporter
from recherche.etapes.relecture_suivi import A_TRANSCRIRE, RELU, EtatRelecture
from recherche.reglages import Etude

_STATIQUE = Path(__file__).with_name("statique")
_LANCEUR = """
const pages = new WeakMap();
export default function ({ parentElement, data, setTriggerValue }) {
  const racine = parentElement.querySelector(".relecture");
  const voulue = `${data.source} ${data.fois}`;
  const deja = pages.get(racine);
  if (deja?.voulue === voulue) {
    clearTimeout(deja.depart);
    deja.attente.then((page) => { page.brouillon.auteur = data.auteur; });
  } else {
    const adresse = new URL(`${data.modules}/relecture.js`, document.baseURI).href;
    const fin = () => setTriggerValue("termine", data.source);
    const attente = import(adresse).then((m) => m.installer(racine, data.source, data.auteur, fin));
    pages.set(racine, { voulue, attente });
  }
  const page = pages.get(racine);
  return () => {
    page.depart = setTimeout(() => page.attente.then((p) => p.demonter()), 0);
  };
}
"""
_composant = st.components.v2.component(
    "recherche_relecture",
    html=(_STATIQUE / "relecture.html").read_text(encoding="utf-8"),
    css=(_STATIQUE / "relecture.css").read_text(encoding="utf-8"),
    js=_LANCEUR,
    isolate_styles=False,
)


@commun.page("Relecture")
def afficher(etude: Etude) -> None:
    """Choisir une transcription, la relire, l'exporter."""
    etats = {etat.source_id: etat for etat in relecture_suivi.etats(etude)}
    lisibles = [e for e in etats.values() if e.etat != A_TRANSCRIRE]
    if not lisibles:
        st.info("Aucune transcription à relire : transcrivez d'abord (page Enregistrements).")
        return
    choisie = _choisir([e.source_id for e in lisibles], etats)
    if choisie is None:
        _tableau(list(etats.values()))
        return
    _relire(choisie)
    _exporter(etude, etats[choisie])


def _choisir(sources: list[str], etats: dict[str, EtatRelecture]) -> str | None:
    """La transcription choisie ; son identifiant est dans l'adresse."""
    demandee = st.query_params.get("source")
    choisie = st.selectbox(
        "Transcription",
        sources,
        index=sources.index(demandee) if demandee in sources else None,
        format_func=lambda source: _libelle(etats[source]),
        placeholder="Choisissez une transcription",
        key="relecture-source",
    )
    if choisie is None:
        st.query_params.pop("source", None)
    elif choisie != demandee:
        st.query_params["source"] = choisie
    return choisie


def _libelle(etat: EtatRelecture) -> str:
    part = "" if etat.part_relue is None else f", {etat.part_relue:.0%} des tours".replace("%", " %")
    return f"{etat.source_id} – {etat.etat}{part}"


def _tableau(etats: list[EtatRelecture]) -> None:
    lignes = [
        {
            "Transcription": etat.source_id,
            "État": etat.etat,
            "Tours relus": None if etat.part_relue is None else round(100 * etat.part_relue),
            "Durée": commun.duree(etat.duree_s) if etat.duree_s else "",
            "Par": etat.auteur or "",
            "Le": (etat.modifiee or "")[:10],
        }
        for etat in etats
    ]
    colonnes: dict[str, Any] = {
        "Tours relus": st.column_config.ProgressColumn(format="%d %%", min_value=0, max_value=100)
    }
    st.dataframe(lignes, hide_index=True, column_config=colonnes)


def _relire(source: str) -> None:
    """Le composant de relecture. `fois` change quand une relecture s'achève : il repart de zéro."""
    fois = st.session_state.setdefault("relecture-fois", 0)
    donnees = {"source": source, "auteur": commun.qui(), "modules": ADRESSE_STATIQUE, "fois": fois}
    rendu = _composant(key=f"relecture-{source}-{fois}", data=donnees, on_termine_change=lambda: None)
    if rendu.get("termine"):
        st.session_state["relecture-fois"] = fois + 1
        st.session_state["relecture-dite"] = source
        st.rerun()
    if st.session_state.get("relecture-dite") == source:
        st.success(f"{source} : la version relue est enregistrée ; l'automatique est gardée à côté.")


def _exporter(etude: Etude, etat: EtatRelecture) -> None:
    """La version courante en docx, nominative, dans exports/prive/."""
    if etat.etat != RELU:
        return
    if st.button("Exporter la version relue (docx, nominatif)", key="relecture-docx"):
        try:
            bilan = exporter(etude, formats=["docx"], sources=[etat.source_id], prive=True)
        except ErreurRecherche as erreur:
            commun.dire(erreur)
            return
        for chemin in (*bilan.faits, *bilan.passes):
            st.success(f"Écrit : {chemin}. Ce document est nominatif : il ne sort pas de l'équipe.")
            octets = (etude.chemin / chemin).read_bytes()
            st.download_button("Télécharger le document", octets, file_name=Path(chemin).name)
