"""Grille de codage, ancrage et report des extraits."""
