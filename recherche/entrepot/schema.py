"""Tables de l'entrepôt. Dates en ISO 8601 (heure universelle), contenus en JSON.

Les transcriptions sont immuables : une correction ajoute une version. `journal` ne se modifie ni ne
s'efface (déclencheurs) ; `journal_valeur`, qui peut contenir des données personnelles, s'efface.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION_SCHEMA = "0002"

METADONNEES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _source(*, vide: bool = False) -> Column[str]:
    return Column("source_id", String, ForeignKey("source.id"), nullable=vide, index=True)


source = Table(
    "source",
    METADONNEES,
    Column("id", String, primary_key=True),
    Column("genre", String, nullable=False),
    Column("territoire", String, nullable=False),
    Column("profil", String),
    Column("date", String),
)

enregistrement = Table(
    "enregistrement",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    _source(vide=True),
    Column("rang", Integer, nullable=False, default=0),
    Column("taille", Integer, nullable=False),
    Column("modifie_ns", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("duree_s", Float),
    Column("taux_hz", Integer),
    Column("canaux", Integer),
    Column("niveau_dbfs", Float),
    Column("part_silence", Float),
    Column("anomalie", Text),
    Column("remede", Text),
)

bloc = Table(
    "bloc",
    METADONNEES,
    Column("cle", String, primary_key=True),
    Column("indice", Integer, primary_key=True),
    _source(),
    Column("debut_s", Float, nullable=False),
    Column("fin_s", Float, nullable=False),
    Column("mots", Text, nullable=False),
)

version = Table(
    "version",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("numero", Integer, nullable=False),
    Column("nature", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("tours", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
    UniqueConstraint("source_id", "numero"),
)

revue = Table(
    "revue",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("relecteur", String, nullable=False),
    Column("second_relecteur", String),
    Column("date", String, nullable=False),
    Column("mentions", Text, nullable=False),
)

version_pseudonymisee = Table(
    "version_pseudonymisee",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("revue_id", Integer, ForeignKey("revue.id")),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("tours", Text, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("correspondance", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("date", String, nullable=False),
)

code = Table(
    "code",
    METADONNEES,
    Column("id", String, primary_key=True),
    Column("nom", String, nullable=False),
)

codage = Table(
    "codage",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("debut", Integer, nullable=False),
    Column("fin", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("code", String, ForeignKey("code.id"), nullable=False, index=True),
    Column("codeur", String, nullable=False),
    Column("origine", String, nullable=False),
    Column("date", String, nullable=False),
    Column("reprise_de", Integer, ForeignKey("codage.id")),
    UniqueConstraint("version_pseudonymisee_id", "debut", "fin", "code", "codeur"),
)

publication = Table(
    "publication",
    METADONNEES,
    Column("version", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("sources", Text, nullable=False),
)

document = Table(
    "document",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("date", String, nullable=False),
)

sauvegarde = Table(
    "sauvegarde",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    Column("date", String, nullable=False),
    Column("empreinte", String, nullable=False),
)

journal = Table(
    "journal",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("lot", String, nullable=False, index=True),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
    Column("action", String, nullable=False),
    Column("genre", String, nullable=False),
    Column("objet", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte_avant", String),
    Column("empreinte_apres", String),
    Column("annule", String),
    Index("ix_journal_objet_cle", "objet", "cle"),
)

journal_valeur = Table(
    "journal_valeur",
    METADONNEES,
    Column("journal_id", Integer, ForeignKey("journal.id"), primary_key=True),
    Column("avant", Text),
    Column("apres", Text),
)
