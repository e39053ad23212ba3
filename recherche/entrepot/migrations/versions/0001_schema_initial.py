"""Schéma initial, et journal qui ne se modifie ni ne s'efface.

Revision ID: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

INTERDIT = "le journal ne se modifie pas"


def upgrade() -> None:
    _creer_tables()
    _figer_journal(op.get_bind().dialect.name)


def downgrade() -> None:
    raise NotImplementedError("une étude ne revient pas en arrière : restaurez une sauvegarde")


def _figer_journal(dialecte: str) -> None:
    if dialecte == "sqlite":
        for verbe in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER journal_{verbe.lower()} BEFORE {verbe} ON journal "
                f"BEGIN SELECT RAISE(ABORT, '{INTERDIT}'); END"
            )
        op.execute(  # INSERT OR REPLACE efface sans passer par DELETE
            "CREATE TRIGGER journal_remplacement BEFORE INSERT ON journal "
            "WHEN EXISTS (SELECT 1 FROM journal WHERE id = NEW.id) "
            f"BEGIN SELECT RAISE(ABORT, '{INTERDIT}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION journal_fige() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{INTERDIT}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER journal_fige BEFORE UPDATE OR DELETE OR TRUNCATE ON journal "
        "FOR EACH STATEMENT EXECUTE FUNCTION journal_fige()"
    )


def _creer_tables() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chemin", sa.String(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.UniqueConstraint("chemin", name=op.f("uq_document_chemin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_document")),
    )
    op.create_table(
        "journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("genre", sa.String(), nullable=False),
        sa.Column("objet", sa.String(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("empreinte_avant", sa.String(), nullable=True),
        sa.Column("empreinte_apres", sa.String(), nullable=True),
        sa.Column("annule", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
    )
    op.create_index(op.f("ix_journal_lot"), "journal", ["lot"], unique=False)
    op.create_index("ix_journal_objet_cle", "journal", ["objet", "cle"], unique=False)
    op.create_table(
        "publication",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_publication")),
    )
    op.create_table(
        "sauvegarde",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chemin", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.UniqueConstraint("chemin", name=op.f("uq_sauvegarde_chemin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sauvegarde")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("genre", sa.String(), nullable=False),
        sa.Column("territoire", sa.String(), nullable=False),
        sa.Column("profil", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
    )
    op.create_table(
        "bloc",
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("indice", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("debut_s", sa.Float(), nullable=False),
        sa.Column("fin_s", sa.Float(), nullable=False),
        sa.Column("mots", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_bloc_source_id")),
        sa.PrimaryKeyConstraint("cle", "indice", name=op.f("pk_bloc")),
    )
    op.create_index(op.f("ix_bloc_source_id"), "bloc", ["source_id"], unique=False)
    op.create_table(
        "enregistrement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chemin", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("modifie_ns", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("duree_s", sa.Float(), nullable=True),
        sa.Column("taux_hz", sa.Integer(), nullable=True),
        sa.Column("canaux", sa.Integer(), nullable=True),
        sa.Column("niveau_dbfs", sa.Float(), nullable=True),
        sa.Column("part_silence", sa.Float(), nullable=True),
        sa.Column("anomalie", sa.Text(), nullable=True),
        sa.Column("remede", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_enregistrement_source_id")),
        sa.UniqueConstraint("chemin", name=op.f("uq_enregistrement_chemin")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enregistrement")),
    )
    op.create_index(op.f("ix_enregistrement_source_id"), "enregistrement", ["source_id"], unique=False)
    op.create_table(
        "journal_valeur",
        sa.Column("journal_id", sa.Integer(), nullable=False),
        sa.Column("avant", sa.Text(), nullable=True),
        sa.Column("apres", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["journal.id"], name=op.f("fk_journal_valeur_journal_id")
        ),
        sa.PrimaryKeyConstraint("journal_id", name=op.f("pk_journal_valeur")),
    )
    op.create_table(
        "version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("tours", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_version_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version")),
        sa.UniqueConstraint("source_id", "numero", name=op.f("uq_version_source_id_numero")),
    )
    op.create_index(op.f("ix_version_source_id"), "version", ["source_id"], unique=False)
    op.create_table(
        "revue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("relecteur", sa.String(), nullable=False),
        sa.Column("second_relecteur", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_revue_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revue")),
    )
    op.create_index(op.f("ix_revue_version_id"), "revue", ["version_id"], unique=False)
    op.create_table(
        "version_pseudonymisee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("revue_id", sa.Integer(), nullable=True),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("tours", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("correspondance", sa.Text(), nullable=False),
        sa.Column("provenance", sa.Text(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["revue_id"], ["revue.id"], name=op.f("fk_version_pseudonymisee_revue_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_version_pseudonymisee_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_version_pseudonymisee_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_pseudonymisee")),
    )
    op.create_index(
        op.f("ix_version_pseudonymisee_source_id"), "version_pseudonymisee", ["source_id"], unique=False
    )
    op.create_index(
        op.f("ix_version_pseudonymisee_version_id"),
        "version_pseudonymisee",
        ["version_id"],
        unique=False,
    )
    op.create_table(
        "codage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("debut", sa.Integer(), nullable=False),
        sa.Column("fin", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("codeur", sa.String(), nullable=False),
        sa.Column("origine", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("reprise_de", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["reprise_de"], ["codage.id"], name=op.f("fk_codage_reprise_de")),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_codage_code")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_codage_source_id")),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_codage_version_pseudonymisee_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_codage")),
        sa.UniqueConstraint(
            "version_pseudonymisee_id",
            "debut",
            "fin",
            "code",
            "codeur",
            name=op.f("uq_codage_version_pseudonymisee_id_debut_fin_code_codeur"),
        ),
    )
    op.create_index(op.f("ix_codage_code"), "codage", ["code"], unique=False)
    op.create_index(op.f("ix_codage_source_id"), "codage", ["source_id"], unique=False)
    op.create_index(
        op.f("ix_codage_version_pseudonymisee_id"), "codage", ["version_pseudonymisee_id"], unique=False
    )
