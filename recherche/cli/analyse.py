"""La commande d'analyse : le classeur de l'équipe."""

from __future__ import annotations

from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, montrer, ouvrir


@app.command()
def analyser(
    etude: OptionEtude = ICI,
    classes: Annotated[int, typer.Option(min=2, max=30, help="Nombre de classes lexicales.")] = 6,
    rapide: Annotated[
        bool, typer.Option("--rapide", help="Sans classes lexicales ni spécificités : plus vite.")
    ] = False,
) -> None:
    """Écrit le classeur d'analyse de l'équipe : tableaux, confrontation, lexique (effectifs exacts)."""
    from recherche.etapes.analyser import analyser as etape

    ouverte = ouvrir(etude)
    with avancement() as suivi:
        bilan = etape(ouverte, classes=classes, rapide=rapide, suivi=suivi)
    montrer(bilan)
