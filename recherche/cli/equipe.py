"""La commande des pages d'équipe."""

from __future__ import annotations

from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, montrer, ouvrir


@app.command()
def equipe(
    etude: OptionEtude = ICI,
    port: Annotated[int, typer.Option(help="Port de la page, sur cette machine.")] = 8502,
    sans_ouvrir: Annotated[
        bool, typer.Option("--sans-ouvrir", help="N'ouvre pas le navigateur.")
    ] = False,
    lanceur: Annotated[
        bool,
        typer.Option("--lanceur", help="Écrit dans l'étude de quoi ouvrir la page d'un double-clic."),
    ] = False,
) -> None:
    """Ouvre les pages de l'équipe : déposer, transcrire, relire ; sur cette machine seulement."""
    ouverte = ouvrir(etude)
    if lanceur:
        from recherche.etapes.lanceurs import ecrire_lanceurs

        montrer(ecrire_lanceurs(ouverte))
        return
    from recherche.etapes.equipe import lancer

    typer.echo(f"Page d'équipe : http://localhost:{port} (Ctrl+C pour l'arrêter)")
    raise typer.Exit(lancer(ouverte, port=port, ouvrir=not sans_ouvrir))
