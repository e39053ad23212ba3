"""Les pages de l'équipe : nominatives, sur cette machine seulement."""
