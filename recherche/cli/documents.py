"""La commande des autres documents : fiche ville, Rendez-vous, Actes, fiche expérience."""

from __future__ import annotations

from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, montrer, ouvrir


@app.command()
def documents(
    genre: Annotated[str, typer.Argument(help="ville, rendez-vous, actes ou experience.")],
    objets: Annotated[
        list[str] | None,
        typer.Argument(help="Villes, ou identifiants d'ateliers ou d'entretiens ; tous si aucun."),
    ] = None,
    etude: OptionEtude = ICI,
) -> None:
    """Écrit fiches ville, Rendez-vous, Actes ou fiches expérience (Markdown, docx, pdf)."""
    from recherche.etapes.documents import documents as etape

    with avancement() as suivi:
        bilan = etape(ouvrir(etude), genre, objets or [], suivi=suivi)
    montrer(bilan)
