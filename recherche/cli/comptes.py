"""La commande des comptes du tableau de bord."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recherche.cli.commun import app, montrer


@app.command()
def comptes(
    etat: Annotated[
        Path,
        typer.Option(
            "--etat", envvar="RECHERCHE_TABLEAU_ETAT", help="Dossier des comptes, hors du jeu publié."
        ),
    ],
    ajouter: Annotated[str | None, typer.Option("--ajouter", help="Nom du compte à créer.")] = None,
    retirer: Annotated[str | None, typer.Option("--retirer", help="Nom du compte à effacer.")] = None,
    territoire: Annotated[
        str | None, typer.Option("--territoire", help="Ne montre que la fiche de ce territoire.")
    ] = None,
    sans_mot_de_passe: Annotated[
        bool,
        typer.Option("--sans-mot-de-passe", help="Entre par le fournisseur d'identité, sous ce nom."),
    ] = False,
) -> None:
    """Montre, ajoute ou retire les comptes qui ouvrent le tableau de bord exposé."""
    from recherche.etapes import comptes as etape

    if ajouter is not None:
        secret = None if sans_mot_de_passe else _demander()
        montrer(etape.ajouter(etat, ajouter, secret, territoire))
    elif retirer is not None:
        montrer(etape.retirer(etat, retirer))
    else:
        montrer(etape.lister(etat))


def _demander() -> str:
    try:
        reponse: str = typer.prompt("Mot de passe", hide_input=True, err=True, confirmation_prompt=True)
    except typer.Abort:
        raise KeyboardInterrupt from None
    return reponse
