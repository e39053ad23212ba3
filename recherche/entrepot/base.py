"""Ouvrir l'entrepôt d'une étude, y lire, y écrire par lots journalisés.

Une écriture est une transaction et un lot du journal : tout est fait, ou rien. Les pannes de la base
(disque plein, base occupée ou abîmée, serveur absent) deviennent des `ErreurEntrepot`.
"""

from __future__ import annotations

import getpass
import os
import sqlite3
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from recherche.entrepot import journal
from recherche.entrepot.migrations import migrer
from recherche.entrepot.schema import METADONNEES, VERSION_SCHEMA
from recherche.erreurs import ErreurEntrepot
from recherche.reglages import Etude

VARIABLE_BASE = "RECHERCHE_BASE"
VARIABLE_AUTEUR = "RECHERCHE_AUTEUR"
ATTENTE_MS = 30_000
VERROU_SERVEUR = 0x7265636865726368
SECRETS = ("password", "passfile", "sslpassword", "sslkey")


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
            url = _url_serveur(adresse)
            entrepot = cls(_moteur_serveur(url), url.difference_update_query(SECRETS).render_as_string())
        else:
            entrepot = cls(_moteur_sqlite(etude.fichier_base), str(etude.fichier_base))
        try:
            entrepot._mettre_a_niveau()
        except BaseException:
            entrepot.fermer()
            raise
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
        """Une transaction, un lot du journal sous le nom `action` ; une seule à la fois par base."""
        moteur = self._moteur.execution_options(ecriture=True)
        with self._pannes(), moteur.begin() as cx:
            yield Ecriture(cx, action, auteur or auteur_courant())

    @contextmanager
    def hors_transaction(self) -> Iterator[Any]:
        """Une connexion à elle seule, sans transaction : ce que demande VACUUM."""
        with self._pannes():
            brute = self._moteur.raw_connection()
            connexion: Any = brute.dbapi_connection
            brute.detach()
            try:
                if not self.sqlite:
                    connexion.autocommit = True
                yield connexion
            finally:
                brute.close()

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
                trouvee = _version_trouvee(cx)
                if trouvee is None:
                    _refuser_etrangere(cx, self.lieu)
                if trouvee != VERSION_SCHEMA:
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
        return self.inserer_tout(table, [valeurs])[0]

    def inserer_tout(self, table: Table, lignes: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Ajoute des lignes de mêmes colonnes, en une fois ; rend leurs clés, dans l'ordre."""
        if not lignes:
            return []
        requete = table.insert().returning(*table.c, sort_by_parameter_order=True)
        ajoutees = self.cx.execute(requete, [dict(ligne) for ligne in lignes]).mappings().all()
        entrees = [
            (self._entree("ajout", table, cle_primaire(table, dict(ligne))), dict(ligne))
            for ligne in ajoutees
        ]
        journal.noter_ajouts(self.cx, entrees)
        cles = [tuple(entree.cle.values()) for entree, _ in entrees]
        return [cle[0] if len(cle) == 1 else cle for cle in cles]

    def modifier(self, table: Table, cle: Mapping[str, Any], valeurs: Mapping[str, Any]) -> bool:
        """Change une ligne existante ; rend faux si rien ne change."""
        avant = self.ligne(table, cle)
        if avant is None:
            raise KeyError(f"{table.name} {dict(cle)}")
        apres = avant | dict(valeurs)
        if apres == avant:
            return False
        self.cx.execute(table.update().where(*condition(table, cle)).values(**valeurs))
        self._noter("modification", table, avant, apres)
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
        self._noter("suppression", table, avant, None)

    def ligne(self, table: Table, cle: Mapping[str, Any]) -> dict[str, Any] | None:
        """La ligne de cette clé, ou None."""
        trouvee = self.cx.execute(select(table).where(*condition(table, cle))).mappings().first()
        return None if trouvee is None else dict(trouvee)

    def _noter(
        self,
        genre: str,
        table: Table,
        avant: Mapping[str, Any],
        apres: Mapping[str, Any] | None,
    ) -> None:
        journal.noter(self.cx, self._entree(genre, table, cle_primaire(table, avant)), avant, apres)

    def _entree(self, genre: str, table: Table, cle: Mapping[str, Any]) -> journal.Entree:
        return journal.Entree(
            lot=self.lot,
            date=self.date,
            auteur=self.auteur,
            action=self.action,
            genre=genre,
            objet=table.name,
            cle=dict(cle),
        )


def cle_primaire(table: Table, ligne: Mapping[str, Any]) -> dict[str, Any]:
    """La clé primaire d'une ligne : technique, la seule que le journal retienne."""
    return {colonne.name: ligne[colonne.name] for colonne in table.primary_key}


def condition(table: Table, cle: Mapping[str, Any]) -> list[Any]:
    """Les égalités qui désignent une ligne par sa clé."""
    return [table.c[nom] == valeur for nom, valeur in cle.items()]


@contextmanager
def traduire_pannes(lieu: str) -> Iterator[None]:
    """Les pannes de la base deviennent des `ErreurEntrepot` ; les autres erreurs passent."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as erreur:
        panne = _panne(erreur, lieu)
        if panne is None:
            raise
        raise panne from erreur


# Débuts des codes (SQLSTATE de PostgreSQL, noms de SQLite) : ils ne dépendent pas de la langue.
_SANS_CODE = "connexion"
_PANNES: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (
        ("SQLITE_FULL", "SQLITE_IOERR", "53100", "58030"),
        "Le disque est plein ou refuse l'écriture : {lieu} n'a pas pu être écrit. "
        "Rien n'est perdu ni à moitié fait.",
        "Libérez de la place puis relancez la même commande : elle reprend où elle en était.",
    ),
    (
        ("SQLITE_BUSY", "SQLITE_LOCKED", "55P03"),
        "La base {lieu} est occupée par un autre programme depuis plus de 30 secondes.",
        "Fermez l'autre programme (ou attendez qu'il finisse) puis relancez.",
    ),
    (
        ("SQLITE_CORRUPT", "SQLITE_NOTADB", "XX001", "XX002"),
        "La base {lieu} est abîmée ou n'est pas une base de recherche.",
        "Remettez à sa place la dernière copie du dossier « sauvegardes/ » de l'étude.",
    ),
    (
        ("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_PERM", "42501", "25006"),
        "La base {lieu} ne peut pas être écrite.",
        "Vérifiez qu'elle existe et que vous avez le droit d'y écrire.",
    ),
    (
        ("28", "3D000"),
        "Le serveur PostgreSQL refuse la connexion à {lieu}.",
        f"Corrigez le compte, le mot de passe ou le nom de la base dans {VARIABLE_BASE}.",
    ),
    (
        (_SANS_CODE, "08", "57P", "53300"),
        "Le serveur PostgreSQL {lieu} ne répond pas, ou refuse la connexion.",
        f"Démarrez-le, ou corrigez l'adresse, le compte et le mot de passe dans {VARIABLE_BASE}.",
    ),
)


def _panne(erreur: Exception, lieu: str) -> ErreurEntrepot | None:
    code = _code(erreur)
    for debuts, message, remede in _PANNES:
        if code.startswith(debuts):
            return ErreurEntrepot(message.format(lieu=lieu), remede)
    return None


def _code(erreur: Exception) -> str:
    """Le code de la panne ; une connexion qui échoue n'en a pas."""
    origine = erreur.orig if isinstance(erreur, DBAPIError) else erreur
    for nom in ("sqlstate", "sqlite_errorname"):
        if code := getattr(origine, nom, None):
            return str(code)
    return _SANS_CODE if isinstance(erreur, OperationalError) else ""


def _version_trouvee(cx: Connection) -> str | None:
    if not inspect(cx).has_table("alembic_version"):
        return None
    return cx.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _refuser_etrangere(cx: Connection, lieu: str) -> None:
    """Une base sans version ne doit pas déjà contenir nos tables : elle est à un autre programme."""
    etrangeres = sorted(set(inspect(cx).get_table_names()) & set(METADONNEES.tables))
    if etrangeres:
        raise ErreurEntrepot(
            f"La base {lieu} n'est pas une base de recherche ({', '.join(etrangeres)} s'y trouve déjà).",
            "Donnez une base vide, ou remettez une copie du dossier « sauvegardes/ ».",
        )


def _url_serveur(adresse: str) -> URL:
    """L'adresse lue. Le message ne la répète pas : elle peut contenir un mot de passe."""
    try:
        url = make_url(adresse)
    except (SQLAlchemyError, ValueError):
        url = None
    if url is None or url.get_backend_name() != "postgresql":
        raise ErreurEntrepot(f"L'adresse de {VARIABLE_BASE} n'est pas utilisable.", _REMEDE_ADRESSE)
    return url


_REMEDE_ADRESSE = "Écrivez postgresql+psycopg://compte@machine/base et installez l'extra [postgresql]."


def _moteur_serveur(url: URL) -> Engine:
    try:
        moteur = create_engine(url, pool_pre_ping=True)
    except (SQLAlchemyError, ImportError) as erreur:
        raise ErreurEntrepot(
            f"L'adresse de {VARIABLE_BASE} n'est pas utilisable : {erreur}.", _REMEDE_ADRESSE
        ) from erreur
    event.listen(moteur, "begin", _commencer_serveur)
    return moteur


def _commencer_serveur(cx: Connection) -> None:
    """Comme SQLite : on lit un état figé, et l'on n'écrit qu'un à la fois."""
    if not cx.get_execution_options().get("ecriture", False):
        cx.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return
    cx.exec_driver_sql(f"SET LOCAL lock_timeout = {ATTENTE_MS}")
    cx.exec_driver_sql(f"SELECT pg_advisory_xact_lock({VERROU_SERVEUR})")


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
