"""Les pages des partenaires : le jeu publié, rien d'autre."""
