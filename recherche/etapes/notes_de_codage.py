"""Les mémos et les codes proposés de l'étude, en tables : ce que l'équipe relit et reprend."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection

from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot import memos as rangement
from recherche.modele.codage import Extrait
from recherche.reglages import Etude


def memos(etude: Etude) -> pd.DataFrame:
    """Les mémos de tous les codeurs : objet, source_id, code, codeur, date, texte, extrait."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = {s: p.id for s, p in transcriptions.pseudonymisees(cx).items()}
        lus = rangement.lire(cx, version_ids=versions.values())
        textes = _textes(cx, versions, {m.source_id for m in lus if m.extrait and m.source_id})
    lignes = [
        (
            m.objet.value,
            m.source_id,
            m.code,
            m.codeur,
            m.date,
            m.texte,
            _dit(textes, m.source_id, m.extrait),
        )
        for m in lus
    ]
    colonnes = ["objet", "source_id", "code", "codeur", "date", "texte", "extrait"]
    return pd.DataFrame(lignes, columns=colonnes)


def codes_proposes(etude: Etude) -> pd.DataFrame:
    """Les codes in vivo : nom, source_id, debut, fin, codeur, date, code, texte.

    `code` : celui de la grille qui a repris la proposition, s'il y en a un.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = {s: p.id for s, p in transcriptions.pseudonymisees(cx).items()}
        lus = rangement.proposes(cx, version_ids=versions.values())
        textes = _textes(cx, versions, {p.source_id for p in lus})
    lignes = [
        {
            "nom": p.nom,
            "source_id": p.source_id,
            "debut": p.extrait.debut,
            "fin": p.extrait.fin,
            "codeur": p.codeur,
            "date": p.date,
            "code": p.code,
            "texte": _dit(textes, p.source_id, p.extrait),
        }
        for p in lus
    ]
    colonnes = ["nom", "source_id", "debut", "fin", "codeur", "date", "code", "texte"]
    return pd.DataFrame(lignes, columns=colonnes)


def _textes(cx: Connection, versions: dict[str, int], sources: set[str]) -> dict[str, str]:
    return {source: transcriptions.lire_pseudonymisee(cx, versions[source]).texte for source in sources}


def _dit(textes: dict[str, str], source: str | None, extrait: Extrait | None) -> str:
    if source is None or extrait is None:
        return ""
    return textes[source][extrait.debut : extrait.fin].replace("\n", " ")
