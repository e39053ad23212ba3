"""Ce que tout le monde emploie : types figés, bibliothèque standard seulement."""
