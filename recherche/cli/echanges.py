"""La commande des versions figées ; projets QDPX et tableaux passent par `importer` et `exporter`."""

from __future__ import annotations

from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, montrer, ouvrir


@app.command()
def figer(
    nom: Annotated[
        str | None,
        typer.Argument(help="Nom de la version (2010-rapport) ; sans nom, vérifie celles qui existent."),
    ] = None,
    etude: OptionEtude = ICI,
) -> None:
    """Fige une version citable du corpus, de la grille et des codages, avec son empreinte."""
    from recherche.etapes import figer as etape

    montrer(etape.verifier(ouvrir(etude)) if nom is None else etape.figer(ouvrir(etude), nom))
