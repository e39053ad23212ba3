"""Relecture, codage en équipe, suggestions, protection des personnes.

Revision ID: 0002
"""

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Chaque domaine ajoute ici sa fonction `_creer_…` (op.create_table explicites, comme 0001)."""


def downgrade() -> None:
    raise NotImplementedError("une étude ne revient pas en arrière : restaurez une sauvegarde")
