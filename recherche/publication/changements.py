"""Le journal des versions publiées : ce qui a changé de l'une à l'autre, sans dire pour qui."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recherche.publication.manifeste import Changement, Manifeste

Tables = Mapping[str, pd.DataFrame]
_COMPTES = (
    ("avancement", "publies", "entretiens publiés"),
    ("avancement", "realises", "entretiens réalisés"),
    ("verbatims", "", "verbatims"),
    ("ateliers", "", "ateliers"),
)


def continuer(
    manifeste: Manifeste, tables: Tables, precedent: tuple[Manifeste, Tables] | None
) -> list[Changement]:
    """Le journal des versions, celle-ci d'abord, puis celui de la précédente.

    Les nombres d'entretiens dits sont ceux, publiés, de l'avancement : les vagues de publication
    (`publication.vagues`) font qu'aucun groupe ne bouge d'une ou deux personnes.
    """
    dits = ["Première publication."] if precedent is None else _changements(tables, precedent[1])
    ici: Changement = {
        "version": manifeste["version"],
        "date": manifeste["date"],
        "changements": dits,
    }
    return [ici, *(precedent[0].get("journal", []) if precedent is not None else [])]


def _changements(tables: Tables, avant: Tables) -> list[str]:
    dits = []
    for nom, colonne, libelle in _COMPTES:
        avant_, ici = (_compter(t[nom], colonne) for t in (avant, tables))
        if avant_ != ici:
            dits.append(f"{libelle} : {avant_} avant, {ici} maintenant")
    if not tables["grille"].equals(avant["grille"]):
        dits.append("la grille de codage a changé")
    effectifs = [nom for nom, table in tables.items() if "masque" in table]
    if any(not tables[nom].equals(avant[nom]) for nom in effectifs):
        dits.append("des effectifs ont changé")
    dits.append("les références des verbatims sont nouvelles")
    return [f"{dit[0].upper()}{dit[1:]}." for dit in dits]


def _compter(table: pd.DataFrame, colonne: str) -> int:
    return int(table[colonne].sum()) if colonne else len(table)
