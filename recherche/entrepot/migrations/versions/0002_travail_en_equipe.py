"""Relecture, codage en équipe, suggestions, protection des personnes.

Revision ID: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Chaque domaine ajoute ici sa fonction `_creer_…` (op.create_table explicites, comme 0001)."""
    _creer_verification()
    _creer_questions()
    _creer_protection()
    _creer_relecture()

    _creer_codage()
    _creer_accord()
    _creer_grille()
    _creer_projets()
    _creer_suggestions()
    _creer_lemmes()


def downgrade() -> None:
    raise NotImplementedError("une étude ne revient pas en arrière : restaurez une sauvegarde")


def _creer_verification() -> None:
    op.create_table(
        "doute",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("indice", sa.Integer(), nullable=False),
        sa.Column("debut_s", sa.Float(), nullable=False),
        sa.Column("fin_s", sa.Float(), nullable=False),
        sa.Column("raison", sa.String(), nullable=False),
        sa.Column("mesure", sa.Float(), nullable=True),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("issue", sa.String(), nullable=False),
        sa.Column("etat", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_doute_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_doute")),
    )
    op.create_index(op.f("ix_doute_source_id"), "doute", ["source_id"], unique=False)
    op.create_index(op.f("ix_doute_cle"), "doute", ["cle"], unique=False)
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("regle", sa.String(), nullable=False),
        sa.Column("avant", sa.Text(), nullable=False),
        sa.Column("apres", sa.Text(), nullable=False),
        sa.Column("tour", sa.Integer(), nullable=False),
        sa.Column("debut_s", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_correction_source_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_correction_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction")),
    )
    op.create_index(op.f("ix_correction_source_id"), "correction", ["source_id"], unique=False)
    op.create_index(op.f("ix_correction_version_id"), "correction", ["version_id"], unique=False)


def _creer_questions() -> None:
    op.create_table(
        "question_posee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("tour", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("etat", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_question_posee_source_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_question_posee_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_posee")),
        sa.UniqueConstraint(
            "version_id",
            "tour",
            "question",
            name=op.f("uq_question_posee_version_id_tour_question"),
        ),
    )
    op.create_index(op.f("ix_question_posee_source_id"), "question_posee", ["source_id"], unique=False)
    op.create_index(op.f("ix_question_posee_version_id"), "question_posee", ["version_id"], unique=False)


def _creer_protection() -> None:
    op.create_table(
        "retrait",
        sa.Column("identifiant", sa.String(), nullable=False),
        sa.Column("debut", sa.String(), nullable=False),
        sa.Column("fin", sa.String(), nullable=True),
        sa.Column("motif", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("identifiant", name=op.f("pk_retrait")),
    )
    op.create_table(
        "depublication",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version"], ["publication.version"], name=op.f("fk_depublication_version")
        ),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_depublication")),
    )
    op.create_table(
        "sortie",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("chemin", sa.String(), nullable=False),
        sa.Column("genre", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_sortie_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sortie")),
    )
    op.create_index(op.f("ix_sortie_source_id"), "sortie", ["source_id"], unique=False)
    op.create_table(
        "revue_en_cours",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("decisions", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_revue_en_cours_source_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["version.id"], name=op.f("fk_revue_en_cours_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", name=op.f("pk_revue_en_cours")),
    )
    op.create_index(op.f("ix_revue_en_cours_source_id"), "revue_en_cours", ["source_id"], unique=False)


def _creer_relecture() -> None:
    op.create_table(
        "relecture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("tours", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("modifiee", sa.String(), nullable=False),
        sa.Column("cle_finale", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_relecture_source_id")),
        sa.ForeignKeyConstraint(["version_id"], ["version.id"], name=op.f("fk_relecture_version_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_relecture")),
    )
    op.create_index(op.f("ix_relecture_source_id"), "relecture", ["source_id"], unique=False)
    op.create_index(op.f("ix_relecture_version_id"), "relecture", ["version_id"], unique=False)
    op.create_table(
        "relecture_changement",
        sa.Column("relecture_id", sa.Integer(), nullable=False),
        sa.Column("numero", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("avant", sa.Text(), nullable=False),
        sa.Column("apres", sa.Text(), nullable=False),
        sa.Column("annule", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["relecture_id"], ["relecture.id"], name=op.f("fk_relecture_changement_relecture_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_relecture_changement_source_id")
        ),
        sa.PrimaryKeyConstraint("relecture_id", "numero", name=op.f("pk_relecture_changement")),
    )
    op.create_index(
        op.f("ix_relecture_changement_source_id"), "relecture_changement", ["source_id"], unique=False
    )
    op.create_table(
        "relecture_presence",
        sa.Column("seance", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_relecture_presence_source_id")
        ),
        sa.PrimaryKeyConstraint("seance", name=op.f("pk_relecture_presence")),
    )
    op.create_index(
        op.f("ix_relecture_presence_source_id"), "relecture_presence", ["source_id"], unique=False
    )


def _creer_codage() -> None:
    op.create_table(
        "memo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("objet", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=True),
        sa.Column("debut", sa.Integer(), nullable=True),
        sa.Column("fin", sa.Integer(), nullable=True),
        sa.Column("empreinte", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("codeur", sa.String(), nullable=False),
        sa.Column("texte", sa.Text(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_memo_code")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_memo_source_id")),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_memo_version_pseudonymisee_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memo")),
    )
    op.create_index(op.f("ix_memo_source_id"), "memo", ["source_id"], unique=False)
    op.create_index(
        op.f("ix_memo_version_pseudonymisee_id"), "memo", ["version_pseudonymisee_id"], unique=False
    )
    op.create_table(
        "code_propose",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("debut", sa.Integer(), nullable=False),
        sa.Column("fin", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("codeur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_code_propose_code")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_code_propose_source_id")),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_code_propose_version_pseudonymisee_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_propose")),
    )
    op.create_index(op.f("ix_code_propose_source_id"), "code_propose", ["source_id"], unique=False)
    op.create_index(
        op.f("ix_code_propose_version_pseudonymisee_id"),
        "code_propose",
        ["version_pseudonymisee_id"],
        unique=False,
    )
    op.create_table(
        "recherche_gardee",
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("requete", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_recherche_gardee")),
    )


def _creer_accord() -> None:
    op.create_table(
        "echantillon",
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("maille", sa.String(), nullable=False),
        sa.Column("graine", sa.Integer(), nullable=False),
        sa.Column("taille", sa.Integer(), nullable=False),
        sa.Column("cadre", sa.Integer(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_echantillon")),
    )
    op.create_table(
        "echantillon_unite",
        sa.Column("echantillon", sa.String(), nullable=False),
        sa.Column("rang", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("tour", sa.Integer(), nullable=False),
        sa.Column("debut", sa.Integer(), nullable=False),
        sa.Column("fin", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["echantillon"], ["echantillon.nom"], name=op.f("fk_echantillon_unite_echantillon")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_echantillon_unite_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_echantillon_unite_version_pseudonymisee_id"),
        ),
        sa.PrimaryKeyConstraint("echantillon", "rang", name=op.f("pk_echantillon_unite")),
    )
    op.create_index(
        op.f("ix_echantillon_unite_source_id"), "echantillon_unite", ["source_id"], unique=False
    )
    op.create_index(
        op.f("ix_echantillon_unite_version_pseudonymisee_id"),
        "echantillon_unite",
        ["version_pseudonymisee_id"],
        unique=False,
    )
    op.create_table(
        "fiche",
        sa.Column("echantillon", sa.String(), nullable=False),
        sa.Column("codeur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["echantillon"], ["echantillon.nom"], name=op.f("fk_fiche_echantillon")),
        sa.PrimaryKeyConstraint("echantillon", "codeur", name=op.f("pk_fiche")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("avis", sa.Text(), nullable=False),
        sa.Column("retenu", sa.Text(), nullable=False),
        sa.Column("motif", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_decision_source_id")),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_decision_version_pseudonymisee_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint(
            "version_pseudonymisee_id", "cle", name=op.f("uq_decision_version_pseudonymisee_id_cle")
        ),
    )
    op.create_index(op.f("ix_decision_source_id"), "decision", ["source_id"], unique=False)
    op.create_index(
        op.f("ix_decision_version_pseudonymisee_id"),
        "decision",
        ["version_pseudonymisee_id"],
        unique=False,
    )


def _creer_grille() -> None:
    op.create_table(
        "grille_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("changement", sa.Text(), nullable=False),
        sa.Column("contenu", sa.Text(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grille_version")),
    )


def _creer_projets() -> None:
    op.create_table(
        "projet_importe",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("origine", sa.String(), nullable=False),
        sa.Column("fichier", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("codages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_projet_importe")),
    )
    op.create_table(
        "codeur_etranger",
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("projet", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("nom", "projet", name=op.f("pk_codeur_etranger")),
    )
    op.create_table(
        "ensemble",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.UniqueConstraint("nom", name=op.f("uq_ensemble_nom")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ensemble")),
    )
    op.create_table(
        "ensemble_membre",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ensemble_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=True),
        sa.Column("code", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ensemble_id"], ["ensemble.id"], name=op.f("fk_ensemble_membre_ensemble_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_ensemble_membre_source_id")),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_ensemble_membre_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ensemble_membre")),
    )
    op.create_index(
        op.f("ix_ensemble_membre_ensemble_id"), "ensemble_membre", ["ensemble_id"], unique=False
    )
    op.create_index(op.f("ix_ensemble_membre_source_id"), "ensemble_membre", ["source_id"], unique=False)
    op.create_table(
        "version_figee",
        sa.Column("nom", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("codages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("nom", name=op.f("pk_version_figee")),
    )


def _creer_suggestions() -> None:
    _creer_modeles_de_suggestion()
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("modele_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("debut", sa.Integer(), nullable=False),
        sa.Column("fin", sa.Integer(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("nature", sa.String(), nullable=False),
        sa.Column("probabilite", sa.Float(), nullable=False),
        sa.Column("exemples", sa.Text(), nullable=False),
        sa.Column("etat", sa.String(), nullable=False),
        sa.Column("codeur", sa.String(), nullable=True),
        sa.Column("decidee_le", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["modele_id"], ["suggestion_modele.id"], name=op.f("fk_suggestion_modele_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_suggestion_source_id")),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_suggestion_version_pseudonymisee_id"),
        ),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_suggestion_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
    )
    op.create_index(op.f("ix_suggestion_modele_id"), "suggestion", ["modele_id"], unique=False)
    op.create_index(op.f("ix_suggestion_source_id"), "suggestion", ["source_id"], unique=False)
    op.create_index(
        op.f("ix_suggestion_version_pseudonymisee_id"),
        "suggestion",
        ["version_pseudonymisee_id"],
        unique=False,
    )
    op.create_table(
        "suggestion_vecteurs",
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("methode", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("octets", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_pseudonymisee_id"],
            ["version_pseudonymisee.id"],
            name=op.f("fk_suggestion_vecteurs_version_pseudonymisee_id"),
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_suggestion_vecteurs_source_id")
        ),
        sa.PrimaryKeyConstraint(
            "version_pseudonymisee_id", "methode", name=op.f("pk_suggestion_vecteurs")
        ),
    )
    op.create_index(
        op.f("ix_suggestion_vecteurs_source_id"), "suggestion_vecteurs", ["source_id"], unique=False
    )


def _creer_modeles_de_suggestion() -> None:
    op.create_table(
        "suggestion_partage",
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("part", sa.String(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_suggestion_partage_source_id")
        ),
        sa.PrimaryKeyConstraint("source_id", name=op.f("pk_suggestion_partage")),
    )
    op.create_table(
        "suggestion_definition",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("empreinte", sa.String(), nullable=False),
        sa.Column("depuis", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_suggestion_definition_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_definition")),
    )
    op.create_index(
        op.f("ix_suggestion_definition_code"), "suggestion_definition", ["code"], unique=False
    )
    op.create_table(
        "suggestion_modele",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("methode", sa.String(), nullable=False),
        sa.Column("niveau", sa.Float(), nullable=False),
        sa.Column("sources", sa.Text(), nullable=False),
        sa.Column("mesures", sa.Text(), nullable=False),
        sa.Column("date", sa.String(), nullable=False),
        sa.Column("auteur", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion_modele")),
    )
    op.create_index(op.f("ix_suggestion_modele_cle"), "suggestion_modele", ["cle"], unique=False)
    op.create_table(
        "suggestion_lecture",
        sa.Column("modele_id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["modele_id"], ["suggestion_modele.id"], name=op.f("fk_suggestion_lecture_modele_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_suggestion_lecture_source_id")
        ),
        sa.PrimaryKeyConstraint("modele_id", "source_id", name=op.f("pk_suggestion_lecture")),
    )
    op.create_index(
        op.f("ix_suggestion_lecture_source_id"), "suggestion_lecture", ["source_id"], unique=False
    )
    op.create_table(
        "suggestion_verdict",
        sa.Column("modele_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("seuil", sa.Float(), nullable=False),
        sa.Column("pente", sa.Float(), nullable=False),
        sa.Column("ordonnee", sa.Float(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("mesures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["modele_id"], ["suggestion_modele.id"], name=op.f("fk_suggestion_verdict_modele_id")
        ),
        sa.ForeignKeyConstraint(["code"], ["code.id"], name=op.f("fk_suggestion_verdict_code")),
        sa.PrimaryKeyConstraint("modele_id", "code", name=op.f("pk_suggestion_verdict")),
    )


def _creer_lemmes() -> None:
    op.create_table(
        "lemmes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("version_pseudonymisee_id", sa.Integer(), nullable=False),
        sa.Column("cle", sa.String(), nullable=False),
        sa.Column("contenu", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_lemmes_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lemmes")),
        sa.UniqueConstraint("version_pseudonymisee_id", name=op.f("uq_lemmes_version_pseudonymisee_id")),
    )
    op.create_index(op.f("ix_lemmes_source_id"), "lemmes", ["source_id"], unique=False)
