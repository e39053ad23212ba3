"""Montrer dans un terminal ce qu'un retrait effacerait, ce qui est échu, et les points de protection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

if TYPE_CHECKING:
    from recherche.etapes.protection import Constat
    from recherche.etapes.retirer import Repetition

MONTRES = 12
MARQUES = {"bon": "[green]✓[/green]", "à faire": "[red]✗[/red]", "à vérifier": "[yellow]?[/yellow]"}


def _sortie() -> Console:
    return Console(highlight=False, soft_wrap=True)


def dire_repetition(plan: Repetition) -> None:
    """Ce que le retrait effacera, ce qu'il récrira, ce qu'il ne peut pas atteindre."""
    console = _sortie()
    console.print(f"[bold]Retrait de {escape(plan.identifiant)} : répétition, rien n'est effacé[/bold]")
    if plan.commence:
        console.print(f"  commencé le {plan.commence[:16].replace('T', ' ')}, à achever")
    lignes = ", ".join(f"{table} {n}" for table, n in plan.base.items())
    console.print(f"  base : {lignes or 'rien'} (pages libres et journal d'écriture vidés)")
    console.print(f"  registre : {'sa ligne' if plan.registre else 'rien'}")
    console.print(f"  clé des pseudonymes : {plan.cle} formes qu'elle est seule à employer")
    _liste(console, "fichiers effacés", plan.fichiers)
    _liste(console, "fichiers récrits sans elle", plan.recrits)
    citations = [f"{chemin} ({n})" for chemin, n in plan.citations.items()]
    _liste(console, "citations ôtées du guide", citations)
    if plan.jeu_publie:
        console.print("  jeu publié : retiré en entier, à refaire sans elle")
    _liste(console, "sauvegardes de l'étude effacées", plan.sauvegardes)
    _liste(console, "[yellow]hors d'atteinte[/yellow] : sauvegardes ailleurs", plan.sauvegardes_ailleurs)
    _liste(console, "[yellow]hors d'atteinte[/yellow] : déjà sorti", plan.sortis)
    _liste(console, "[yellow]à revoir à la main[/yellow]", plan.a_la_main)


def _liste(console: Console, titre: str, valeurs: Sequence[str]) -> None:
    if not valeurs:
        return
    console.print(f"  {titre} : {len(valeurs)}")
    for valeur in valeurs[:MONTRES]:
        console.print(f"    · {escape(valeur)}")
    if len(valeurs) > MONTRES:
        console.print(f"    · et {len(valeurs) - MONTRES} autres")


def dire_echues(echues: Sequence[tuple[str, date]]) -> None:
    """Les sources dont la conservation est finie."""
    console = _sortie()
    if not echues:
        console.print("Rien à purger : aucune conservation n'est finie.")
        return
    console.print(f"[bold]Conservation finie : {len(echues)} sources[/bold]")
    for identifiant, limite in echues:
        console.print(f"  · {escape(identifiant)}, échéance {limite:%d/%m/%Y}")


def dire_constats(constats: Iterable[Constat]) -> None:
    """Un point par ligne, avec ce qu'il faut faire."""
    console = _sortie()
    for constat in constats:
        console.print(
            f"{MARQUES[constat.verdict.value]} [bold]{constat.sujet}[/bold] : {escape(constat.detail)}"
        )
        if constat.objets:
            suite = "…" if len(constat.objets) > MONTRES else ""
            console.print(f"    {escape(', '.join(constat.objets[:MONTRES]))}{suite}")
        if constat.remede:
            console.print(f"    → {escape(constat.remede)}")
