"""Publications, documents produits et sauvegardes : ce que l'étude a fait sortir de l'entrepôt."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture, Entrepot, traduire_pannes
from recherche.entrepot.schema import document, publication, sauvegarde
from recherche.erreurs import ErreurEntrepot


@dataclass(frozen=True, slots=True)
class Publication:
    """Une version publiée : `cle` résume ses entrées, `empreinte` son manifeste."""

    version: int
    date: str
    cle: str
    empreinte: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Un fichier écrit par une étape : `cle` résume ses entrées, `empreinte` ce qui fut écrit."""

    chemin: str
    cle: str
    empreinte: str
    date: str


@dataclass(frozen=True, slots=True)
class Sauvegarde:
    """Une copie de la base connue de l'étude."""

    chemin: str
    date: str
    empreinte: str


def empreinte_fichier(fichier: Path) -> str:
    """SHA-256 des octets d'un fichier."""
    with fichier.open("rb") as octets:
        return hashlib.file_digest(octets, "sha256").hexdigest()


def derniere_publication(cx: Connection) -> Publication | None:
    """La publication la plus récente."""
    requete = select(publication).order_by(publication.c.version.desc()).limit(1)
    ligne = cx.execute(requete).mappings().first()
    if ligne is None:
        return None
    return Publication(**{**ligne, "sources": tuple(json.loads(ligne["sources"]))})


def sources_publiees(cx: Connection) -> list[frozenset[str]]:
    """Les sources de chaque publication, la dernière à la fin ; les retirées y sont encore nommées."""
    requete = select(publication.c.sources).order_by(publication.c.version)
    return [frozenset(json.loads(sources)) for sources in cx.execute(requete).scalars()]


def versions_publiees(cx: Connection) -> set[int]:
    """Les numéros de toutes les publications."""
    return set(cx.execute(select(publication.c.version)).scalars())


def ajouter_publication(ecriture: Ecriture, valeur: Publication) -> None:
    """Note une publication."""
    champs = {"date": valeur.date, "cle": valeur.cle, "empreinte": valeur.empreinte}
    champs |= {"sources": json.dumps(valeur.sources)}
    ecriture.inserer(publication, {"version": valeur.version, **champs})


def documents(cx: Connection) -> dict[str, Document]:
    """Les documents écrits, par chemin relatif à l'étude."""
    colonnes = [document.c[nom] for nom in Document.__slots__]
    return {d["chemin"]: Document(**d) for d in cx.execute(select(*colonnes)).mappings()}


def poser_document(ecriture: Ecriture, *, chemin: str, cle: str, empreinte: str) -> None:
    """Note ce qui vient d'être écrit."""
    champs = {"cle": cle, "empreinte": empreinte, "date": ecriture.date}
    ecriture.poser(document, {"chemin": chemin}, champs)


def sauvegardes(cx: Connection) -> list[Sauvegarde]:
    """Les sauvegardes connues, la plus récente d'abord."""
    colonnes = [sauvegarde.c[nom] for nom in Sauvegarde.__slots__]
    requete = select(*colonnes).order_by(sauvegarde.c.date.desc())
    return [Sauvegarde(**ligne) for ligne in cx.execute(requete).mappings()]


def sauvegarder(entrepot: Entrepot, fichier: Path) -> Sauvegarde:
    """Copie cohérente de la base SQLite dans `fichier`, notée dans l'étude.

    Lève `ErreurEntrepot` si la base est un serveur, si le fichier existe déjà ou ne peut pas être écrit.
    """
    if not entrepot.sqlite:
        raise ErreurEntrepot(
            f"La base {entrepot.lieu} est un serveur PostgreSQL : il se sauvegarde avec ses outils.",
            "Employez « pg_dump » et notez où vont ses copies.",
        )
    if fichier.exists():
        raise ErreurEntrepot(f"{fichier} existe déjà.", "Donnez un autre nom avec --vers.")
    try:
        _copier(Path(entrepot.lieu), fichier)
        empreinte = empreinte_fichier(fichier)
    except OSError as erreur:
        raise ErreurEntrepot(
            f"{fichier} ne peut pas être écrit : {erreur.strerror}.",
            "Vérifiez la place et vos droits, ou donnez un autre fichier avec --vers.",
        ) from erreur
    with entrepot.ecrire("sauvegarder") as ecriture:
        valeur = Sauvegarde(str(fichier), ecriture.date, empreinte)
        champs = {"date": valeur.date, "empreinte": valeur.empreinte}
        ecriture.poser(sauvegarde, {"chemin": valeur.chemin}, champs)
    return valeur


def _copier(origine: Path, fichier: Path) -> None:
    """La copie n'a son nom qu'une fois complète, et reste à son propriétaire."""
    fichier.parent.mkdir(parents=True, exist_ok=True)
    provisoire = fichier.with_name(f".{fichier.name}.partiel")
    provisoire.unlink(missing_ok=True)
    try:
        os.close(os.open(provisoire, os.O_CREAT | os.O_WRONLY, 0o600))
        with (
            traduire_pannes(str(fichier)),
            closing(sqlite3.connect(origine)) as lue,
            closing(sqlite3.connect(provisoire)) as ecrite,
        ):
            lue.backup(ecrite)
        provisoire.replace(fichier)
    finally:
        provisoire.unlink(missing_ok=True)
