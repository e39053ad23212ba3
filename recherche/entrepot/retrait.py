"""Effacer de l'entrepôt tout ce qui vient d'une source, et en garder seulement qu'elle fut retirée.

Les tables sont trouvées dans les métadonnées : une table qui a `source_id`, ou qui renvoie à une telle
table, est effacée sans qu'on ait à la nommer ici.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, String, Table, Text, delete, func, or_, select
from sqlalchemy.sql import ColumnElement

from recherche.entrepot.base import Ecriture, Entrepot, cle_primaire
from recherche.entrepot.schema import (
    METADONNEES,
    document,
    enregistrement,
    journal,
    journal_valeur,
    publication,
    retrait,
    sauvegarde,
    source,
    version,
    version_figee,
    version_pseudonymisee,
)
from recherche.erreurs import ErreurConfidentialite, ErreurEntrepot
from recherche.modele.serialisation import tours_depuis_json
from recherche.modele.transcription import Tour

EXEMPTES = frozenset((journal, journal_valeur, publication, sauvegarde, retrait, document))
"""Tables sans rien de la personne, ou traitées à part."""

LISTES = frozenset(("sources", "codages"))
"""Colonnes qui énumèrent, en JSON, les sources dont une ligne est faite."""

CONSENTEMENT = "consentement retiré"
CONSERVATION = "fin de conservation"


@dataclass(frozen=True, slots=True)
class Retrait:
    """Un retrait : `fin` est None tant qu'il n'est pas achevé. Dates en ISO 8601."""

    identifiant: str
    debut: str
    fin: str | None
    motif: str
    auteur: str


# --- les retraits -------------------------------------------------------------------------------------


def retraits(cx: Connection) -> dict[str, Retrait]:
    """Les retraits, achevés ou non, par identifiant."""
    colonnes = [retrait.c[nom] for nom in Retrait.__slots__]
    return {r["identifiant"]: Retrait(**r) for r in cx.execute(select(*colonnes)).mappings()}


def commencer(ecriture: Ecriture, identifiant: str, motif: str) -> None:
    """Note l'intention : un retrait commencé s'achève, ou arrête toute autre étape."""
    if ecriture.ligne(retrait, {"identifiant": identifiant}) is None:
        champs = {"debut": ecriture.date, "fin": None, "motif": motif, "auteur": ecriture.auteur}
        ecriture.inserer(retrait, {"identifiant": identifiant, **champs})


def achever(ecriture: Ecriture, identifiant: str) -> None:
    """Note que plus rien ne reste de la source."""
    ecriture.modifier(retrait, {"identifiant": identifiant}, {"fin": ecriture.date})


def refuser_si_en_cours(entrepot: Entrepot) -> None:
    """Lève `ErreurConfidentialite` si un retrait est resté à moitié fait."""
    with entrepot.lire() as cx:
        restes = sorted(r.identifiant for r in retraits(cx).values() if r.fin is None)
    if restes:
        raise ErreurConfidentialite(
            f"Le retrait de {', '.join(restes)} a été interrompu avant la fin.",
            f"Achevez-le d'abord : « recherche retirer {restes[0]} --confirmer ».",
        )


def refuser_retirees(cx: Connection, identifiants: set[str]) -> None:
    """Lève `ErreurConfidentialite` si une source retirée est revenue au registre."""
    revenues = sorted(identifiants & retraits(cx).keys())
    if revenues:
        raise ErreurConfidentialite(
            f"{', '.join(revenues)} : cette source a été retirée, mais le registre la contient encore.",
            "Effacez sa ligne de registre.xlsx (une ancienne copie ?) ; un entretien de plus prend le "
            "numéro suivant.",
        )


# --- ce qui vient d'une source ------------------------------------------------------------------------


def conditions(identifiant: str) -> dict[Table, ColumnElement[bool]]:
    """Par table, ce qui désigne les lignes venues d'une source ; parents d'abord."""
    trouvees: dict[Table, ColumnElement[bool]] = {source: source.c.id == identifiant}
    for table in METADONNEES.sorted_tables:
        if table in EXEMPTES or table is source:
            continue
        clauses = [*_clauses_liees(table, trouvees), *_clauses_listes(table, identifiant)]
        if clauses:
            trouvees[table] = or_(*clauses)
    return trouvees


def _clauses_liees(
    table: Table, trouvees: Mapping[Table, ColumnElement[bool]]
) -> Iterator[ColumnElement[bool]]:
    for colonne in table.columns:
        for cible in (renvoi.column for renvoi in colonne.foreign_keys):
            parent = cible.table
            if parent is not table and parent in trouvees:
                yield colonne.in_(select(cible).where(trouvees[parent]))


def _clauses_listes(table: Table, identifiant: str) -> Iterator[ColumnElement[bool]]:
    """Une table sans lien, faite de plusieurs sources dont celle-ci (modèle appris, version figée)."""
    if "source_id" in table.c:
        if not table.c.source_id.foreign_keys:
            yield table.c.source_id == identifiant
        return
    if any(renvoi.column.table is not table for c in table.c for renvoi in c.foreign_keys):
        return
    for colonne in table.columns:
        if colonne.name in LISTES and isinstance(colonne.type, String | Text):
            yield colonne.contains(identifiant, autoescape=True)


def compter(cx: Connection, identifiant: str) -> dict[str, int]:
    """Nombre de lignes venues de la source, par table ; les tables sans aucune n'y sont pas."""
    comptes = {
        table.name: cx.execute(select(func.count()).select_from(table).where(clause)).scalar_one()
        for table, clause in conditions(identifiant).items()
    }
    comptes[journal_valeur.name] = len(_valeurs_journalisees(cx, identifiant))
    comptes[document.name] = len(documents(cx, identifiant))
    return {nom: nombre for nom, nombre in comptes.items() if nombre}


def lignes(cx: Connection, identifiant: str) -> dict[str, list[dict[str, Any]]]:
    """Tout ce que la base tient sur une source, par table (droit d'accès)."""
    resultat = {}
    for table, clause in conditions(identifiant).items():
        trouvees = [dict(ligne) for ligne in cx.execute(select(table).where(clause)).mappings()]
        if trouvees:
            resultat[table.name] = trouvees
    return resultat


def textes_libres(cx: Connection) -> Iterator[tuple[str, str]]:
    """Table et texte de chaque cellule que rien ne relie à une source : on a pu y citer quelqu'un."""
    liees = conditions("")
    for table in METADONNEES.sorted_tables:
        if table in EXEMPTES or table in liees:
            continue
        for colonne in table.columns:
            if isinstance(colonne.type, String | Text) and not colonne.primary_key:
                requete = select(colonne).where(colonne.is_not(None))
                yield from ((table.name, texte) for texte in cx.execute(requete).scalars())


def documents(cx: Connection, identifiant: str) -> list[str]:
    """Les documents écrits ou importés dont le nom porte l'identifiant."""
    requete = select(document.c.chemin).where(document.c.chemin.contains(identifiant, autoescape=True))
    return list(cx.execute(requete).scalars())


def existe(cx: Connection, identifiant: str) -> bool:
    """Vrai si la base connaît la source."""
    return cx.execute(select(source.c.id).where(source.c.id == identifiant)).first() is not None


def sons(cx: Connection, identifiant: str) -> list[str]:
    """Les fichiers son attachés à la source, et leurs copies exactes, relatifs à `enregistrements/`."""
    table = enregistrement.c
    siens = select(table.empreinte).where(table.source_id == identifiant)
    clause = or_(table.source_id == identifiant, table.empreinte.in_(siens))
    return list(cx.execute(select(table.chemin).where(clause)).scalars())


def tours(cx: Connection, identifiant: str) -> list[Tour]:
    """Les tours de toutes ses versions, brutes et pseudonymisées : de quoi reconnaître ses propos."""
    resultat: list[Tour] = []
    for table in (version, version_pseudonymisee):
        textes = cx.execute(select(table.c.tours).where(table.c.source_id == identifiant)).scalars()
        for texte in textes:
            resultat += tours_depuis_json(json.loads(texte))
    return resultat


def figees(cx: Connection, identifiant: str) -> tuple[set[str], set[str]]:
    """Les versions figées qui comptent la source, et toutes celles qu'on connaît."""
    lues = cx.execute(select(version_figee.c.nom, version_figee.c.sources)).all()
    return {nom for nom, sources in lues if identifiant in sources}, {nom for nom, _ in lues}


def publications(cx: Connection, identifiant: str) -> list[tuple[int, str]]:
    """Version et date des publications qui comptaient la source."""
    requete = select(publication.c.version, publication.c.date, publication.c.sources)
    return [
        (numero, date)
        for numero, date, sources in cx.execute(requete.order_by(publication.c.version))
        if identifiant in json.loads(sources)
    ]


def ecritures_employees(cx: Connection, identifiant: str) -> set[tuple[int, int]]:
    """(rang d'entrée, écriture) de la clé qu'emploient encore les autres sources."""
    requete = select(version_pseudonymisee.c.correspondance).where(
        version_pseudonymisee.c.source_id != identifiant
    )
    return {
        (int(ligne[4]), int(ligne[5]))
        for texte in cx.execute(requete).scalars()
        for ligne in json.loads(texte)
    }


def ecritures_propres(cx: Connection, identifiant: str) -> int:
    """Nombre d'écritures de la clé que la source est seule à employer."""
    table = version_pseudonymisee.c
    requete = select(table.correspondance).where(table.source_id == identifiant)
    siennes = {
        (int(ligne[4]), int(ligne[5]))
        for texte in cx.execute(requete).scalars()
        for ligne in json.loads(texte)
    }
    return len(siennes - ecritures_employees(cx, identifiant))


# --- effacer ------------------------------------------------------------------------------------------


def effacer(ecriture: Ecriture, identifiant: str) -> None:
    """Efface de la base tout ce qui vient de la source, valeurs du journal comprises.

    Le journal, qui ne contient que des identifiants et des empreintes, reste tel quel.
    """
    cx = ecriture.cx
    numeros = _valeurs_journalisees(cx, identifiant)
    for debut in range(0, len(numeros), 500):
        lot = numeros[debut : debut + 500]
        cx.execute(delete(journal_valeur).where(journal_valeur.c.journal_id.in_(lot)))
    cx.execute(delete(document).where(document.c.chemin.contains(identifiant, autoescape=True)))
    for table, clause in reversed(conditions(identifiant).items()):
        cx.execute(delete(table).where(clause))


def _valeurs_journalisees(cx: Connection, identifiant: str) -> list[int]:
    """Les entrées du journal dont les valeurs gardées parlent de la source, même déjà effacée.

    Ce qui en dépend est suivi de proche en proche, d'après les clés étrangères.
    """
    cles = {table.name: _cles(cx, table, clause) for table, clause in conditions(identifiant).items()}
    requete = select(journal.c.id, journal.c.objet, journal.c.cle, journal_valeur).join(journal_valeur)
    valeurs = [dict(ligne) for ligne in cx.execute(requete).mappings()]
    retenues: set[int] = set()
    while True:
        nouvelles = [v for v in valeurs if v["id"] not in retenues and _parle_de(v, identifiant, cles)]
        if not nouvelles:
            return sorted(retenues)
        for valeur in nouvelles:
            retenues.add(valeur["id"])
            cles.setdefault(valeur["objet"], set()).add(valeur["cle"])


def _cles(cx: Connection, table: Table, clause: ColumnElement[bool]) -> set[str]:
    """Les clés des lignes, comme le journal les écrit."""
    lignes_ = cx.execute(select(*table.primary_key).where(clause)).mappings()
    return {json.dumps(cle_primaire(table, dict(ligne)), sort_keys=True) for ligne in lignes_}


def _parle_de(valeur: Mapping[str, Any], identifiant: str, cles: Mapping[str, set[str]]) -> bool:
    if valeur["cle"] in cles.get(valeur["objet"], ()):
        return True
    table = METADONNEES.tables.get(valeur["objet"])
    if table in (publication, retrait):
        return False
    for texte in (valeur["avant"], valeur["apres"]):
        if texte is None:
            continue
        if identifiant in texte:
            return True
        if table is not None and _renvoie(table, json.loads(texte), cles):
            return True
    return False


def _renvoie(table: Table, ligne: Mapping[str, Any], cles: Mapping[str, set[str]]) -> bool:
    """Vrai si une clé étrangère de la ligne désigne une ligne de la source."""
    for colonne in table.columns:
        for cible in (renvoi.column for renvoi in colonne.foreign_keys):
            cle = json.dumps({cible.name: ligne.get(colonne.name)}, sort_keys=True)
            if cle in cles.get(cible.table.name, ()):
                return True
    return False


def oublier_sauvegardes(ecriture: Ecriture, chemins: set[str]) -> None:
    """Ôte de la liste les sauvegardes dont les fichiers viennent d'être effacés."""
    for chemin in chemins:
        ecriture.cx.execute(delete(sauvegarde).where(sauvegarde.c.chemin == chemin))


def vider(entrepot: Entrepot) -> None:
    """Récrit la base sans ses pages libres, et vide son journal d'écriture (WAL).

    Lève `ErreurEntrepot` si un autre programme tient la base ouverte.
    """
    with entrepot.hors_transaction() as base:
        if not entrepot.sqlite:
            for table in METADONNEES.sorted_tables:
                base.execute(f'VACUUM FULL ANALYZE "{table.name}"')
            return
        base.execute("PRAGMA temp_store=MEMORY")
        base.execute("VACUUM")
        occupe, *_ = base.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if occupe:
        raise ErreurEntrepot(
            f"La base {entrepot.lieu} est ouverte ailleurs : ses pages libres n'ont pas pu être vidées.",
            "Fermez les autres programmes (page de l'équipe, carnet), puis relancez la même commande.",
        )
