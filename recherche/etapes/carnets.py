"""Ce dont un carnet a besoin : ouvrir l'étude, lire ses tables, en une ligne chacune.

Aucune table ne contient de nom, de quartier ni de structure ; les textes sont pseudonymisés. Les
effectifs sont exacts (rien n'est masqué) : ces tables restent dans l'équipe.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot, transcriptions
from recherche.erreurs import ErreurEntrepot
from recherche.etapes import tables
from recherche.etapes.tables import lire_textes, situation, table_codages, table_sources
from recherche.modele.codage import Grille
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude


def ouvrir(chemin: str | Path) -> Etude:
    """L'étude du dossier `chemin`. Lève `ErreurEtude`."""
    return Etude.ouvrir(chemin)


def entretiens(etude: Etude) -> pd.DataFrame:
    """Les entretiens du registre et où ils en sont (voir `table_sources`)."""
    table = table_sources(situation(etude))
    return table[table["genre"] == "entretien"].reset_index(drop=True)


def ateliers(etude: Etude) -> pd.DataFrame:
    """Les ateliers du registre et où ils en sont (voir `table_sources`)."""
    table = table_sources(situation(etude))
    return table[table["genre"] == "atelier"].reset_index(drop=True)


def codages(etude: Etude, *, tous: bool = False) -> pd.DataFrame:
    """Une ligne par code posé ; `tous` : ceux de tous les codeurs, sinon ceux qu'on analyse.

    Colonnes : source_id, debut, fin (positions dans le texte pseudonymisé), code, codeur, origine, date,
    texte.
    """
    etat = situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = lire_textes(entrepot, etat)
    return table_codages(etat.codages if tous else etat.retenus(), textes)


def transcription(etude: Etude, source_id: str) -> TranscriptionPseudonymisee:
    """La transcription pseudonymisée courante d'une source. Lève `ErreurEntrepot` s'il n'y en a pas."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        pseudo = transcriptions.pseudonymisees(cx, source_id).get(source_id)
        if pseudo is None:
            raise ErreurEntrepot(
                f"{source_id} n'a pas de transcription pseudonymisée.",
                "Vérifiez l'identifiant, puis « recherche etat » : ce qui bloque y est dit.",
            )
        return transcriptions.lire_pseudonymisee(cx, pseudo.id)


def grille(etude: Etude) -> Grille:
    """La grille de codage de l'étude. Lève `ErreurCodage`."""
    return lire_grille(etude.fichier_grille)


def themes(etude: Etude) -> pd.DataFrame:
    """Chaque thème par profil et nature, en entretiens, avec intervalles (voir `analyse.tableaux`)."""
    return _effectifs(etude)["effectifs_codes"]


def familles_par_territoire(etude: Etude) -> pd.DataFrame:
    """Chaque famille de thèmes par territoire et profil, en entretiens, avec intervalles."""
    return _effectifs(etude)["effectifs_familles"]


def natures_par_territoire(etude: Etude) -> pd.DataFrame:
    """Chaque nature du propos par territoire et profil, en entretiens, avec intervalles."""
    return _effectifs(etude)["effectifs_natures"]


def verbatims(etude: Etude) -> pd.DataFrame:
    """Une ligne par extrait codé des entretiens signés : codes, nature, texte, citation permise."""
    etat = situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = lire_textes(entrepot, etat)
    return tables.passages(etat, textes, grille(etude))


def _effectifs(etude: Etude) -> dict[str, pd.DataFrame]:
    etat = situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = lire_textes(entrepot, etat)
    return tables.effectifs(etat, textes, grille(etude))
