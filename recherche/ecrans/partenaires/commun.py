"""Ce que toutes les pages partagent : le jeu publié, l'en-tête, le pied, les filtres de l'adresse."""

from __future__ import annotations

import argparse
import math
import os
import re
import sys
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from recherche.erreurs import ErreurRecherche
from recherche.publication.dossier import MANIFESTE, lire
from recherche.publication.jeu import FICTIF, JeuPublie

VARIABLE = "RECHERCHE_PUBLIE"
ENSEMBLE = "ensemble"
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
    manifeste = chemin / MANIFESTE
    date = manifeste.stat().st_mtime_ns if manifeste.exists() else 0
    return _lire(str(chemin), date)


@st.cache_resource(max_entries=2, show_spinner="Lecture du jeu publié…")
def _lire(chemin: str, _date_ns: int) -> JeuPublie:
    return lire(Path(chemin))


def titre_etude() -> str:
    """Le titre de l'étude, pour l'onglet du navigateur."""
    try:
        return charger().manifeste["etude"]["titre"]
    except ErreurRecherche:
        return "Tableau de bord"


def page(titre: str) -> Callable[[Callable[[JeuPublie], None]], Callable[[], None]]:
    """Décore le contenu d'une page : en-tête, pied, et message clair s'il n'y a rien à montrer."""

    def decorer(contenu: Callable[[JeuPublie], None]) -> Callable[[], None]:
        @wraps(contenu)
        def afficher() -> None:
            try:
                jeu = charger()
            except ErreurRecherche as erreur:
                st.title(titre)
                st.error(echapper(erreur.message))
                st.info(echapper(erreur.remede))
                return
            _entete(jeu, titre)
            contenu(jeu)
            _pied(jeu)

        return afficher

    return decorer


def _entete(jeu: JeuPublie, titre: str) -> None:
    etude = jeu.manifeste["etude"]
    periode = f"{_mois(etude['debut'])} – {_mois(etude['fin'])}"
    st.caption(echapper(f"{etude['organisme']} · {etude['titre']} · {periode}"))
    st.title(titre, anchor=False)
    if etude["fictive"]:
        st.warning(f"**{FICTIF.split(' : ')[0]}.** {FICTIF.split(' : ')[1].capitalize()}")


def _pied(jeu: JeuPublie) -> None:
    manifeste = jeu.manifeste
    st.divider()
    st.caption(
        echapper(
            f"Source : {manifeste['etude']['organisme']}, jeu publié, version {manifeste['version']} du "
            f"{date_longue(manifeste['date'])}. Licence : {manifeste['licence']}"
        )
    )


def source(texte: str) -> None:
    """La ligne sous une figure : champ, dénominateur, lecture."""
    st.caption(echapper(texte))


def figure(graphique: alt.LayerChart) -> None:
    """Montre une figure avec ses propres réglages, sans ceux de Streamlit."""
    st.altair_chart(graphique, theme=None, width="stretch")


def echapper(texte: str) -> str:
    """Le texte tel quel dans un markdown : ni mise en forme, ni lien, ni HTML."""
    return _MARKDOWN.sub(r"\\\1", texte)


def date_longue(iso: str) -> str:
    """« 2010-07-01 » -> « 1er juillet 2010 »."""
    annee, mois, jour = iso[:10].split("-")
    return f"{'1er' if jour == '01' else int(jour)} {_MOIS[int(mois) - 1]} {annee}"


def _mois(iso: str) -> str:
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
