"""Tableaux et figures : DataFrame en entrée, DataFrame ou figure en sortie."""
