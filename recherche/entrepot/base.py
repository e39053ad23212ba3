"""Ouvrir l'entrepôt d'une étude, y lire, y écrire par lots journalisés.

Une écriture est une transaction et un lot du journal : tout est fait, ou rien. Les pannes de la base
(disque plein, base occupée ou abîmée, serveur absent) deviennent des `ErreurEntrepot`.
"""

from __future__ import annotations

import getpass
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from recherche.entrepot import journal
from recherche.entrepot.migrations import migrer
from recherche.entrepot.schema import VERSION_SCHEMA
from recherche.erreurs import ErreurEntrepot
from recherche.reglages import Etude

VARIABLE_BASE = "RECHERCHE_BASE"
VARIABLE_AUTEUR = "RECHERCHE_AUTEUR"
ATTENTE_MS = 30_000


def maintenant() -> str:
    """Heure universelle, ISO 8601 à la milliseconde."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def auteur_courant() -> str:
    """Qui écrit : `RECHERCHE_AUTEUR`, sinon le compte de la session."""
    return os.environ.get(VARIABLE_AUTEUR) or getpass.getuser()


class Entrepot:
    """La base d'une étude. S'emploie avec `with` ; un objet par processus."""

    def __init__(self, moteur: Engine, lieu: str) -> None:
        self._moteur = moteur
        self.lieu = lieu

    @classmethod
    def ouvrir(cls, etude: Etude) -> Self:
        """Ouvre la base (et la crée ou la met à niveau). Lève `ErreurEntrepot`."""
        adresse = os.environ.get(VARIABLE_BASE)
        if adresse:
            entrepot = cls(_moteur_serveur(adresse), make_url(adresse).render_as_string())
        else:
            entrepot = cls(_moteur_sqlite(etude.fichier_base), str(etude.fichier_base))
        entrepot._mettre_a_niveau()
        return entrepot

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, genre: type[BaseException] | None, e: BaseException | None, t: TracebackType | None
    ) -> None:
        self.fermer()

    def fermer(self) -> None:
        """Rend les connexions."""
        self._moteur.dispose()

    @property
    def sqlite(self) -> bool:
        """Vrai si la base est un fichier SQLite."""
        return self._moteur.dialect.name == "sqlite"

    @contextmanager
    def lire(self) -> Iterator[Connection]:
        """Une connexion pour lire un état cohérent."""
        with self._pannes(), self._moteur.connect() as cx:
            yield cx

    @contextmanager
    def ecrire(self, action: str, *, auteur: str | None = None) -> Iterator[Ecriture]:
        """Une transaction, un lot du journal sous le nom `action`."""
        moteur = self._moteur.execution_options(ecriture=True)
        with self._pannes(), moteur.begin() as cx:
            yield Ecriture(cx, action, auteur or auteur_courant())

    def _mettre_a_niveau(self) -> None:
        with self._pannes():
            with self._moteur.connect() as cx:
                trouvee = _version_trouvee(cx)
            if trouvee == VERSION_SCHEMA:
                return
            if trouvee is not None and trouvee > VERSION_SCHEMA:
                raise ErreurEntrepot(
                    f"La base {self.lieu} vient d'une version plus récente de recherche ({trouvee}).",
                    "Mettez recherche à jour sur cette machine.",
                )
            with self._moteur.execution_options(ecriture=True).begin() as cx:
                if _version_trouvee(cx) != VERSION_SCHEMA:
                    migrer(cx)

    def _pannes(self) -> AbstractContextManager[None]:
        return traduire_pannes(self.lieu)


class Ecriture:
    """Une transaction en cours : chaque changement est journalisé sous le même lot."""

    def __init__(self, cx: Connection, action: str, auteur: str) -> None:
        self.cx = cx
        self.action = action
        self.auteur = auteur
        self.lot = uuid.uuid4().hex
        self.date = maintenant()

    def inserer(self, table: Table, valeurs: Mapping[str, Any]) -> Any:  # noqa: ANN401
        """Ajoute une ligne ; rend la valeur de sa clé (un tuple si elle est composée)."""
        requete = table.insert().values(**valeurs).returning(*table.c)
        ligne = dict(self.cx.execute(requete).mappings().one())
        cle = {colonne.name: ligne[colonne.name] for colonne in table.primary_key}
        self._noter("ajout", table, cle, None, ligne)
        return next(iter(cle.values())) if len(cle) == 1 else tuple(cle.values())

    def modifier(self, table: Table, cle: Mapping[str, Any], valeurs: Mapping[str, Any]) -> bool:
        """Change une ligne existante ; rend faux si rien ne change."""
        avant = self.ligne(table, cle)
        if avant is None:
            raise KeyError(f"{table.name} {dict(cle)}")
        apres = avant | dict(valeurs)
        if apres == avant:
            return False
        self.cx.execute(table.update().where(*condition(table, cle)).values(**valeurs))
        self._noter("modification", table, cle, avant, apres)
        return True

    def poser(self, table: Table, cle: Mapping[str, Any], valeurs: Mapping[str, Any]) -> bool:
        """Ajoute la ligne ou la change ; rend faux si elle était déjà ainsi."""
        if self.ligne(table, cle) is None:
            self.inserer(table, {**cle, **valeurs})
            return True
        return self.modifier(table, cle, valeurs)

    def supprimer(self, table: Table, cle: Mapping[str, Any]) -> None:
        """Efface une ligne existante, annulable par le journal."""
        avant = self.ligne(table, cle)
        if avant is None:
            raise KeyError(f"{table.name} {dict(cle)}")
        self.cx.execute(table.delete().where(*condition(table, cle)))
        self._noter("suppression", table, cle, avant, None)

    def ligne(self, table: Table, cle: Mapping[str, Any]) -> dict[str, Any] | None:
        """La ligne de cette clé, ou None."""
        trouvee = self.cx.execute(select(table).where(*condition(table, cle))).mappings().first()
        return None if trouvee is None else dict(trouvee)

    def _noter(
        self,
        genre: str,
        table: Table,
        cle: Mapping[str, Any],
        avant: Mapping[str, Any] | None,
        apres: Mapping[str, Any] | None,
    ) -> None:
        entree = journal.Entree(
            lot=self.lot,
            date=self.date,
            auteur=self.auteur,
            action=self.action,
            genre=genre,
            objet=table.name,
            cle=dict(cle),
        )
        journal.noter(self.cx, entree, avant, apres)


def condition(table: Table, cle: Mapping[str, Any]) -> list[Any]:
    """Les égalités qui désignent une ligne par sa clé."""
    return [table.c[nom] == valeur for nom, valeur in cle.items()]


@contextmanager
def traduire_pannes(lieu: str) -> Iterator[None]:
    """Les pannes de la base deviennent des `ErreurEntrepot` ; les autres erreurs passent."""
    try:
        yield
    except DBAPIError as erreur:
        raise _panne(str(erreur.orig).lower(), lieu) or erreur from erreur
    except (SQLAlchemyError, sqlite3.Error) as erreur:
        raise _panne(str(erreur).lower(), lieu) or erreur from erreur


_PANNES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("disk is full", "no space left", "disk i/o error", "disk full"),
        "Le disque est plein : {lieu} n'a pas pu être écrit. Rien n'est perdu ni à moitié fait.",
        "Libérez de la place puis relancez la même commande : elle reprend où elle en était.",
    ),
    (
        ("is locked", "lock timeout"),
        "La base {lieu} est occupée par un autre programme depuis plus de 30 secondes.",
        "Fermez l'autre programme (ou attendez qu'il finisse) puis relancez.",
    ),
    (
        ("malformed", "not a database", "corrupt"),
        "La base {lieu} est abîmée ou n'est pas une base de recherche.",
        "Restaurez la dernière sauvegarde : « recherche sauvegardes » les liste.",
    ),
    (
        ("readonly", "read-only", "unable to open", "permission denied"),
        "La base {lieu} ne peut pas être écrite.",
        "Vérifiez que le dossier de l'étude existe et que vous avez le droit d'y écrire.",
    ),
    (
        ("connection refused", "could not connect", "connection failed", "could not translate"),
        "Le serveur PostgreSQL {lieu} ne répond pas.",
        f"Démarrez-le ou corrigez l'adresse de {VARIABLE_BASE}.",
    ),
    (
        ("password authentication", "does not exist"),
        "Le serveur PostgreSQL refuse la connexion à {lieu}.",
        f"Corrigez le compte, le mot de passe ou le nom de la base dans {VARIABLE_BASE}.",
    ),
)


def _panne(dit: str, lieu: str) -> ErreurEntrepot | None:
    for signes, message, remede in _PANNES:
        if any(signe in dit for signe in signes):
            return ErreurEntrepot(message.format(lieu=lieu), remede)
    return None


def _version_trouvee(cx: Connection) -> str | None:
    if not inspect(cx).has_table("alembic_version"):
        return None
    return cx.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _moteur_serveur(adresse: str) -> Engine:
    try:
        return create_engine(adresse, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError) as erreur:
        raise ErreurEntrepot(
            f"L'adresse de {VARIABLE_BASE} n'est pas utilisable : {erreur}.",
            "Écrivez postgresql+psycopg://compte@machine/base et installez l'extra [postgresql].",
        ) from erreur


def _moteur_sqlite(fichier: Path) -> Engine:
    if not fichier.exists() and fichier.parent.is_dir() and os.access(fichier.parent, os.W_OK):
        fichier.touch(mode=0o600)
    moteur = create_engine(f"sqlite:///{fichier}", connect_args={"timeout": ATTENTE_MS / 1000})
    event.listen(moteur, "connect", _regler_sqlite)
    event.listen(moteur, "begin", _commencer)
    return moteur


def _regler_sqlite(dbapi: sqlite3.Connection, _: object) -> None:
    dbapi.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "synchronous=NORMAL",
        f"busy_timeout={ATTENTE_MS}",
    ):
        dbapi.execute(f"PRAGMA {pragma}")


def _commencer(cx: Connection) -> None:
    ecriture = cx.get_execution_options().get("ecriture", False)
    cx.exec_driver_sql("BEGIN IMMEDIATE" if ecriture else "BEGIN")
