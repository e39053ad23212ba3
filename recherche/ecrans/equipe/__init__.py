"""Les pages de l'équipe."""
