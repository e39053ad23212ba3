"""Le codage dans un carnet."""
