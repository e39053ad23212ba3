"""Environnement d'Alembic : travaille dans la connexion reçue."""

from alembic import context

from recherche.entrepot.schema import METADONNEES

cx = context.config.attributes["connection"]
context.configure(connection=cx, target_metadata=METADONNEES, transactional_ddl=False)
context.run_migrations()
