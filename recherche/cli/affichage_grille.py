"""Montrer la grille et ses versions dans un terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    import pandas as pd

    from recherche.modele.codage import Code, Grille


def dire_grille(grille: Grille) -> None:
    """Les règles, puis les codes par famille."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(grille.titre)}[/bold], version {escape(grille.version)}")
    for regle in grille.regles:
        console.print(f"  · {escape(regle)}")
    table = Table()
    for titre in ("code", "nom", "définition"):
        table.add_column(titre)
    for famille in grille.familles:
        table.add_section()
        table.add_row(f"[bold]{famille.id}[/bold]", f"[bold]{escape(famille.nom)}[/bold]", "")
        _ajouter(table, famille.codes)
    if grille.natures:
        table.add_section()
        table.add_row("", "[bold]Nature du propos[/bold]", "")
        _ajouter(table, grille.natures)
    console.print(table)


def _ajouter(table: Table, codes: tuple[Code, ...]) -> None:
    for code in codes:
        table.add_row(code.id, escape(code.nom), escape(code.definition))


def dire_versions(versions: pd.DataFrame) -> None:
    """Les versions datées, la plus récente d'abord."""
    table = Table()
    for titre in ("version", "date", "changement", "auteur"):
        table.add_column(titre)
    for ligne in versions[::-1].to_dict("records"):
        date = str(ligne["date"])[:16].replace("T", " ")
        table.add_row(
            str(ligne["version"]), date, escape(str(ligne["changement"])), str(ligne["auteur"])
        )
    Console(highlight=False).print(table)
