"""La commande de recherche : concordance, recherches gardées, revue et codage en lot."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, montrer, ouvrir

if TYPE_CHECKING:
    import pandas as pd

    from recherche.reglages import Etude

LIMITE = 40


@app.command()
def chercher(
    requete: Annotated[
        str | None, typer.Argument(help="Ce qu'on cherche, ou @NOM d'une recherche gardée.")
    ] = None,
    etude: OptionEtude = ICI,
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="Chercher dans cette source ; répétable.")
    ] = None,
    contexte: Annotated[
        int, typer.Option(help="Caractères montrés de part et d'autre.", min=0, max=500)
    ] = 45,
    limite: Annotated[int, typer.Option(help="Nombre de lignes montrées.", min=1)] = LIMITE,
    vers: Annotated[Path | None, typer.Option(help="Écrit tout dans un classeur à relire.")] = None,
    garder: Annotated[str | None, typer.Option(help="Garde la requête sous ce nom.")] = None,
    gardees: Annotated[bool, typer.Option("--gardees", help="Montre les recherches gardées.")] = False,
    oublier: Annotated[str | None, typer.Option(help="Retire une recherche gardée.")] = None,
    appliquer: Annotated[
        Path | None, typer.Option(help="Code en lot un classeur relu (avec --code et --codeur).")
    ] = None,
    codes: Annotated[
        list[str] | None, typer.Option("--code", help="Code à poser (nom, numéro) ; répétable.")
    ] = None,
    codeur: Annotated[str | None, typer.Option(help="Qui code.")] = None,
    etendue: Annotated[str, typer.Option(help="Ce qu'on code : trouvaille, phrase ou tour.")] = "phrase",
) -> None:
    """Cherche mots, lemmes, motifs et codes dans les textes pseudonymisés ; en code le résultat relu."""
    choisie = ouvrir(etude)
    if appliquer is not None:
        _appliquer(choisie, appliquer, codes or [], codeur, etendue)
    elif oublier is not None:
        from recherche.etapes import chercher as etapes

        etapes.oublier(choisie, oublier)
        typer.echo(f"La recherche « {oublier} » n'est plus gardée.")
    elif gardees:
        _dire_gardees(choisie)
    elif requete is None:
        raise typer.BadParameter("Donnez une requête, ou --gardees, --oublier, --appliquer.")
    else:
        _chercher(choisie, requete, sources, contexte, limite, vers, garder)


def _chercher(
    etude: Etude,
    requete: str,
    sources: list[str] | None,
    contexte: int,
    limite: int,
    vers: Path | None,
    garder: str | None,
) -> None:
    from recherche.etapes import chercher as etapes
    from recherche.etapes.coder_en_lot import ecrire_revue

    with avancement() as suivi:
        trouves = etapes.chercher(
            etude, requete, contexte=contexte, sources=sources or None, suivi=suivi
        )
    if garder is not None:
        etapes.garder(etude, garder, requete)
        typer.echo(f"Recherche gardée : @{garder}")
    if vers is not None:
        montrer(ecrire_revue(trouves, vers))
        return
    _dire_concordance(trouves, limite)


def _appliquer(etude: Etude, fichier: Path, codes: list[str], codeur: str | None, etendue: str) -> None:
    from recherche.etapes.coder_en_lot import Etendue, coder_en_lot, lire_revue

    if not codes or codeur is None:
        raise typer.BadParameter("--appliquer demande --code (un ou plusieurs) et --codeur.")
    if etendue not in tuple(Etendue):
        raise typer.BadParameter(f"--etendue : « {etendue} » n'est ni trouvaille, ni phrase, ni tour.")
    montrer(coder_en_lot(etude, lire_revue(fichier), codes, codeur, etendue=etendue))


def _dire_concordance(trouves: pd.DataFrame, limite: int) -> None:
    from rich.console import Console
    from rich.markup import escape

    console = Console(highlight=False, soft_wrap=True)
    for ligne in trouves.head(limite).itertuples(index=False):
        place = f"[cyan]{ligne.source_id}[/cyan] {escape(str(ligne.locuteur))} {_temps(ligne.debut_s)}"
        avant, apres = escape(str(ligne.avant)), escape(str(ligne.apres))
        codes = f" [dim]({escape(str(ligne.codes))})[/dim]" if ligne.codes else ""
        console.print(f"{place}  {avant}[bold]{escape(str(ligne.trouve))}[/bold]{apres}{codes}")
    reste = len(trouves) - limite
    sources = trouves["source_id"].nunique()
    console.print(f"{len(trouves)} trouvailles dans {sources} sources")
    if reste > 0:
        console.print(f"{reste} de plus : --limite {len(trouves)} les montre, --vers les écrit.")


def _dire_gardees(etude: Etude) -> None:
    from recherche.etapes import chercher as etapes

    table = etapes.gardees(etude)
    if table.empty:
        typer.echo("Aucune recherche gardée : « recherche chercher REQUÊTE --garder NOM ».")
    for ligne in table.itertuples(index=False):
        typer.echo(f"@{ligne.nom}  {ligne.requete}  ({ligne.auteur}, {str(ligne.date)[:10]})")


def _temps(debut_s: object) -> str:
    """« 3:07 », ou rien si le son n'est pas daté."""
    if not isinstance(debut_s, float) or math.isnan(debut_s):
        return ""
    return f"{int(debut_s) // 60}:{int(debut_s) % 60:02d}"
