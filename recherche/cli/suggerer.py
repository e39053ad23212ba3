"""La commande des suggestions : apprendre, montrer, accepter, écarter, rendre compte."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, montrer, ouvrir

if TYPE_CHECKING:
    import pandas as pd

    from recherche.reglages import Etude

Numero = Annotated[int | None, typer.Option("--accepter", help="Numéro de la suggestion à accepter.")]


@app.command()
def suggerer(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Avec --montrer : identifiants ; toutes si aucun.")
    ] = None,
    etude: OptionEtude = ICI,
    methode: Annotated[
        str, typer.Option(help="vecteurs, mots, mots+vecteurs, e5 ou mots+e5.")
    ] = "mots+vecteurs",
    niveau: Annotated[float, typer.Option(help="Précision qu'un thème certifié doit avoir.")] = 0.8,
    comparer: Annotated[
        bool, typer.Option("--comparer", help="Mesure toutes les méthodes et garde la meilleure.")
    ] = False,
    liste: Annotated[
        bool, typer.Option("--montrer", help="Montre les suggestions en attente et leurs exemples.")
    ] = False,
    relire: Annotated[
        bool, typer.Option("--relire", help="Avec --montrer : aussi celles des thèmes non certifiés.")
    ] = False,
    rapport: Annotated[
        bool, typer.Option("--rapport", help="Écrit le rapport de validation (docx).")
    ] = False,
    accepter: Numero = None,
    ecarter: Annotated[
        int | None, typer.Option("--ecarter", help="Numéro de la suggestion à refuser.")
    ] = None,
    codeur: Annotated[str, typer.Option(help="Qui accepte ou refuse.")] = "",
    nature: Annotated[
        str | None, typer.Option(help="Avec --accepter : la nature du propos, si ce n'est la proposée.")
    ] = None,
) -> None:
    """Apprend des entretiens codés, dit quels thèmes sont sûrs, et propose des codages à accepter."""
    from recherche.etapes import rapport_suggestions, suggestions
    from recherche.etapes.suggerer import suggerer as etape

    ouverte = ouvrir(etude)
    if sum([accepter is not None, ecarter is not None, liste, rapport]) > 1:
        raise typer.BadParameter("--montrer, --rapport, --accepter et --ecarter ne vont pas ensemble.")
    if accepter is not None:
        montrer(suggestions.accepter(ouverte, accepter, codeur=codeur, nature=nature))
    elif ecarter is not None:
        montrer(suggestions.ecarter(ouverte, ecarter, codeur=codeur))
    elif liste:
        _montrer(suggestions.suggestions(ouverte, sources=sources or (), a_relire=relire))
    elif rapport:
        montrer(rapport_suggestions.rapport(ouverte))
    else:
        with avancement() as suivi:
            bilan = etape(ouverte, methode=methode, niveau=niveau, comparer=comparer, suivi=suivi)
        montrer(bilan)
        _dire_verdicts(ouverte)


def _montrer(table: pd.DataFrame) -> None:
    if table.empty:
        typer.echo("Aucune suggestion à montrer (--relire : celles des thèmes non certifiés).")
    for ligne in table.to_dict("records"):
        entete = f"{ligne['numero']}  {ligne['source_id']}  {ligne['code']}"
        typer.secho(f"{entete}  {100 * ligne['probabilite']:.0f} %  {ligne['verdict']}", bold=True)
        typer.echo(f"  « {ligne['texte']} »  nature proposée : {ligne['nature'] or '–'}")
        for exemple in ligne["exemples"]:
            typer.secho(f"    ressemble à {exemple}", dim=True)


def _dire_verdicts(etude: Etude) -> None:
    from recherche.etapes.suggestions import verdicts

    table = verdicts(etude)
    for verdict, groupe in table.groupby("verdict", sort=False):
        typer.secho(f"{verdict}", bold=True)
        for ligne in groupe.to_dict("records"):
            compte = f"{ligne['justes']} justes sur {ligne['suggestions']}"
            typer.echo(f"  {ligne['code']:<16} {compte}, borne basse {100 * ligne['basse']:.0f} %")
