"""`python -m recherche` : la même commande que `recherche`."""

from recherche.cli import principal

if __name__ == "__main__":
    principal()
