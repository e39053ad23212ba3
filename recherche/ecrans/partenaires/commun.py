"""Ce que toutes les pages partagent : le jeu publié, l'en-tête, le pied, les filtres de l'adresse."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import wraps
from importlib.resources import files
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from recherche.erreurs import ErreurRecherche
from recherche.publication.dossier import MANIFESTE, lire
from recherche.publication.jeu import FICTIF, JeuPublie

VARIABLE = "RECHERCHE_PUBLIE"
ENSEMBLE = "ensemble"
LIGNES = 25
_DEFAUTS = ("demo/publie", "interviews/demo/publie", "interviews/publie", "publie")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~:$^=&@/])")
_MOIS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)


def dossier_publie(arguments: Sequence[str], environnement: Mapping[str, str], ici: Path) -> Path:
    """Le dossier à montrer : `--publie`, sinon RECHERCHE_PUBLIE, sinon le premier jeu trouvé ici."""
    analyseur = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    analyseur.add_argument("--publie")
    designe = analyseur.parse_known_args(list(arguments))[0].publie or environnement.get(VARIABLE)
    if designe:
        return Path(designe).expanduser()
    trouves = (ici / defaut for defaut in _DEFAUTS if (ici / defaut / MANIFESTE).exists())
    return next(trouves, ici / _DEFAUTS[0])


def dossier() -> Path:
    """Le dossier publié de cette session."""
    return dossier_publie(sys.argv[1:], os.environ, Path.cwd())


def charger() -> JeuPublie:
    """Le jeu publié, relu quand son manifeste change. Lève `ErreurRecherche`."""
    chemin = dossier()
    return _lire(str(chemin), _date_ns(chemin))


def _date_ns(chemin: Path) -> int:
    manifeste = chemin / MANIFESTE
    return manifeste.stat().st_mtime_ns if manifeste.exists() else 0


@st.cache_resource(max_entries=2, show_spinner="Lecture du jeu publié…")
def _lire(chemin: str, date_ns: int) -> JeuPublie:
    return lire(Path(chemin))


def titre_etude() -> str:
    """Le titre de l'étude, pour l'onglet du navigateur."""
    try:
        return charger().manifeste["etude"]["titre"]
    except ErreurRecherche:
        return "Tableau de bord"


def titre_territoires() -> str:
    """Le titre de la page des fiches : « Villes », selon le mot de l'étude."""
    try:
        return niveaux(charger()).capitalize()
    except ErreurRecherche:
        return "Territoires"


def page(
    titre: str | Callable[[JeuPublie], str],
) -> Callable[[Callable[[JeuPublie], None]], Callable[[], None]]:
    """Décore le contenu d'une page : en-tête, pied, et message clair s'il n'y a rien à montrer.

    `titre` : le titre, ou de quoi le tirer du jeu.
    """

    def decorer(contenu: Callable[[JeuPublie], None]) -> Callable[[], None]:
        @wraps(contenu)
        def afficher() -> None:
            try:
                jeu = charger()
            except ErreurRecherche as erreur:
                st.title(titre if isinstance(titre, str) else "Tableau de bord", anchor=False)
                st.error(echapper(erreur.message))
                st.info(echapper(erreur.remede))
                return
            habiller()
            _entete(jeu, titre if isinstance(titre, str) else titre(jeu))
            contenu(jeu)
            _pied(jeu)

        return afficher

    return decorer


def _entete(jeu: JeuPublie, titre: str) -> None:
    etude = jeu.manifeste["etude"]
    periode = f"{mois(etude['debut'])} – {mois(etude['fin'])}"
    st.caption(echapper(f"{etude['organisme']} · {etude['titre']} · {periode}"))
    st.title(titre, anchor=False)
    if etude["fictive"]:
        st.warning(f"**{FICTIF.split(' : ')[0]}.** {FICTIF.split(' : ')[1].capitalize()}")


def _pied(jeu: JeuPublie) -> None:
    manifeste = jeu.manifeste
    contact = manifeste["etude"]["contact"]
    st.divider()
    if contact:
        st.caption(echapper(f"Contact : {contact}"))
    st.caption(
        echapper(
            f"Source : {manifeste['etude']['organisme']}, jeu publié, version {manifeste['version']} du "
            f"{date_longue(manifeste['date'])}. Licence : {manifeste['licence']}"
        )
    )


def habiller() -> None:
    """Ce que les réglages de Streamlit ne disent pas : impression, téléphone, clavier, langue."""
    st.html(f"<style>{files(__package__).joinpath('style.css').read_text('utf-8')}</style>")


def ecran_seul(cle: str) -> AbstractContextManager[Any]:
    """Un bloc (filtres, mode d'emploi) qui ne s'imprime pas."""
    return st.container(key=f"ecran-seul-{cle}")


def source(texte: str) -> None:
    """La ligne sous une figure : champ, dénominateur, lecture."""
    st.caption(echapper(texte))


def figure(fabrique: Callable[[], alt.LayerChart], *cle: str, dit: str) -> None:
    """Montre une figure avec ses propres réglages, sans ceux de Streamlit.

    `cle` : tout ce dont elle dépend hors du jeu ; une figure déjà faite pour cette clé resservira.
    `dit` : ce qu'elle montre, pour un lecteur d'écran.
    """
    chemin = dossier()
    dessin = _dessin(str(chemin), _date_ns(chemin), cle, fabrique)
    st.vega_lite_chart(dessin, theme=None, width="stretch", alt=dit)


@st.cache_resource(max_entries=512, show_spinner=False)
def _dessin(
    _chemin: str, date_ns: int, cle: tuple[str, ...], _fabrique: Callable[[], alt.LayerChart]
) -> dict[str, Any]:
    """La figure en Vega-Lite, ses données dans chaque couche."""
    dessin: dict[str, Any] = _fabrique().to_dict()
    donnees = dessin.pop("datasets", {})
    for couche in (dessin, *dessin.get("layer", ())):
        nom = couche.get("data", {}).get("name")
        if nom in donnees:
            couche["data"] = {"values": donnees[nom]}
    return dessin


def tableau(table: pd.DataFrame, cle: str, *, dit: str, entier: bool = False) -> None:
    """Un vrai tableau (lu par un lecteur d'écran, imprimable), page par page s'il est long.

    `entier` : tout d'un coup, pour une fiche à imprimer.
    """
    lignes = max(1, len(table)) if entier else LIGNES
    pages = math.ceil(len(table) / lignes)
    debut = 0
    if pages > 1:
        options = {str(i): f"Page {i} sur {pages}" for i in range(1, pages + 1)}
        debut = (int(choix(f"Pages : {dit}", options, cle=f"page-{cle}")) - 1) * lignes
    montre = table.iloc[debut : debut + lignes].map(lambda valeur: echapper(str(valeur)))
    st.table(montre, hide_index=True, border="horizontal", alt=dit)


def echapper(texte: str) -> str:
    """Le texte tel quel dans un markdown : ni mise en forme, ni lien, ni HTML."""
    return _MARKDOWN.sub(r"\\\1", texte)


def date_longue(iso: str) -> str:
    """« 2010-07-01 » -> « 1er juillet 2010 »."""
    annee, mois, jour = iso[:10].split("-")
    return f"{'1er' if jour == '01' else int(jour)} {_MOIS[int(mois) - 1]} {annee}"


def mois(iso: str) -> str:
    """« 2010-07 » -> « juillet 2010 »."""
    return f"{_MOIS[int(iso[5:7]) - 1]} {iso[:4]}"


def plier(texte: str) -> str:
    """Sans casse ni accents, pour chercher."""
    decompose = unicodedata.normalize("NFKD", texte.replace("œ", "oe"))
    return "".join(c for c in decompose if not unicodedata.combining(c)).casefold()


def choix(libelle: str, options: Mapping[str, str], *, cle: str, defaut: str | None = None) -> str:
    """Une liste déroulante dont le choix vit dans l'adresse (`?cle=valeur`).

    `options` : valeur -> libellé affiché ; une valeur inconnue dans l'adresse vaut `defaut` (sinon la
    première option).
    """
    valeurs = list(options)
    initiale = defaut if defaut is not None and defaut in options else valeurs[0]
    demandee = st.query_params.get(cle, initiale)
    depart = demandee if demandee in options else initiale
    choisie: str = st.selectbox(
        libelle,
        valeurs,
        index=valeurs.index(depart),
        format_func=lambda v: options[v],
        key=f"choix-{cle}",
        placeholder="Choisir",
    )
    noter(cle, choisie, initiale)
    return choisie


def noter(cle: str, valeur: str, defaut: str) -> None:
    """Écrit un filtre dans l'adresse, ou l'en ôte s'il vaut son défaut."""
    if valeur != defaut:
        st.query_params[cle] = valeur
    elif cle in st.query_params:
        del st.query_params[cle]


def noms_codes(jeu: JeuPublie) -> dict[str, str]:
    """Code -> nom, thèmes et natures."""
    grille = jeu.tables["grille"]
    return dict(zip(grille["code"], grille["nom"], strict=True))


def noms_familles(jeu: JeuPublie) -> dict[str, str]:
    """Famille -> nom, dans l'ordre de la grille."""
    familles = jeu.tables["grille"].query("famille != ''")
    return dict(zip(familles["famille"], familles["famille_nom"], strict=True))


def pluriels(jeu: JeuPublie) -> dict[str, str]:
    """Profil -> pluriel affiché, majuscule comprise."""
    return {p["nom"]: p["pluriel"].capitalize() for p in jeu.manifeste["etude"]["profils"]}


def niveau(jeu: JeuPublie) -> str:
    """Le mot de l'étude pour un territoire, avec sa majuscule : « Ville »."""
    return jeu.manifeste["etude"]["niveau_territoire"].capitalize()


def niveaux(jeu: JeuPublie) -> str:
    """Au pluriel : « villes »."""
    return jeu.manifeste["etude"]["niveau_territoire_pluriel"]


def territoires(jeu: JeuPublie) -> list[str]:
    """Noms des territoires, dans l'ordre de l'étude."""
    return [t["nom"] for t in jeu.manifeste["etude"]["territoires"]]


def mesures_lisibles(table: pd.DataFrame) -> pd.DataFrame:
    """Effectif, base, part et intervalle en français ; « masqué » écrit en toutes lettres."""
    lignes = table[["entretiens", "base", "part", "part_basse", "part_haute", "masque"]]
    lisibles = [
        (
            "masqué" if m else str(n),
            str(b),
            "masqué" if m else pourcent(p),
            "" if pd.isna(p) else f"{pourcent(bas)} – {pourcent(haut)}",
        )
        for n, b, p, bas, haut, m in lignes.itertuples(index=False)
    ]
    colonnes = ["Entretiens", "Base", "Part", "Intervalle à 95 %"]
    return pd.DataFrame(lisibles, columns=colonnes, index=table.index)


def pourcent(part: float) -> str:
    """0.4212 -> « 42 % » ; rien -> « – »."""
    return "–" if math.isnan(part) else f"{part * 100:.0f} %"
