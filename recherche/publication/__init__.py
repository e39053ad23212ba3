"""Le jeu publié : masquer, choisir, contrôler, écrire et relire ce que voient les partenaires."""
