"""Montrer dans un terminal ce que rendent les étapes du son."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from recherche.etapes.questions import Question, Rapprochement
    from recherche.etapes.verifier import Rapport
    from recherche.etapes.voix import Voix


def _sortie() -> Console:
    return Console(highlight=False, soft_wrap=True)


def dire_rapports(rapports: Sequence[Rapport], *, detail: bool) -> None:
    """Un enregistrement par ligne ; avec `detail`, chaque endroit à écouter."""
    from recherche.etapes.verifier import horodater

    console = _sortie()
    table = Table()
    titres = ("source", "durée", "sûrs", "à écouter", "réglés", "parole", "ensemble")
    for titre in titres:
        table.add_column(titre, justify="left" if titre in ("source", "parole") else "right")
    for r in rapports:
        table.add_row(
            r.source_id,
            horodater(r.duree_s),
            "–" if r.part_sure is None else f"{100 * r.part_sure:.0f} %",
            f"{len(r.endroits)} ({r.a_ecouter_s:.0f} s)",
            str(r.regles),
            ", ".join(f"{qui} {100 * part:.0f} %" for qui, part in r.paroles.items()),
            "–" if r.chevauchements_s is None else f"{r.chevauchements_s:.0f} s",
        )
    console.print(table)
    for r in rapports if detail else ():
        for e in r.endroits:
            numero = f" [bold]n° {e.numero}[/bold]" if e.numero is not None else ""
            suite = f" ({e.issue})" if e.issue else ""
            console.print(
                f"  {r.source_id} {horodater(e.debut_s)}-{horodater(e.fin_s)}{numero} "
                f"{e.raison}{suite} : {escape(e.texte[:90])}"
            )


def dire_voix(voix: Sequence[Voix]) -> None:
    """Un locuteur par ligne : qui c'est, ses tours, sa part de parole, ses premiers mots."""
    table = Table()
    for titre in ("locuteur", "personne", "tours", "mots", "parole", "premiers mots"):
        table.add_column(titre)
    for v in voix:
        rangs = ", ".join(map(str, v.tours[:6])) + ("…" if len(v.tours) > 6 else "")
        parole = f"{100 * v.part:.0f} %"
        table.add_row(v.locuteur, escape(v.personne), rangs, str(v.mots), parole, escape(v.debut))
    _sortie().print(table)


def dire_guide(questions: Sequence[Question]) -> None:
    """Les questions du guide, leur numéro et leur identifiant."""
    table = Table()
    for titre in ("profil", "n°", "identifiant", "question"):
        table.add_column(titre)
    for q in questions:
        table.add_row(q.profil, str(q.numero), q.id, escape(q.texte))
    _sortie().print(table)


def dire_questions(rapprochements: Sequence[Rapprochement]) -> None:
    """Ce qu'a dit l'enquêteur, et la question du guide dont cela se rapproche."""
    table = Table()
    for titre in ("n°", "source", "tour", "état", "dit", "question du guide", "score"):
        table.add_column(titre)
    for r in rapprochements:
        p = r.posee
        dit = f"{r.dit[:80]}…" if len(r.dit) > 80 else r.dit
        table.add_row(
            str(p.id), p.source_id, str(p.tour + 1), p.etat, escape(dit), p.question, f"{p.score:.2f}"
        )
    _sortie().print(table)
