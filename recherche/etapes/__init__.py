"""Une fonction par étape : lire, calculer, écrire, rendre un bilan."""
