"""Les commandes de l'accord entre codeurs : échantillon, fiches, mesure, réconciliation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, montrer, ouvrir

OptionCodeurs = Annotated[
    list[str] | None, typer.Option("--codeur", help="Codeur à comparer ; répétable, tous si aucun.")
]


@app.command()
def accord(
    etude: OptionEtude = ICI,
    codeurs: OptionCodeurs = None,
    maille: Annotated[
        str, typer.Option(help="Ce qu'on compare : phrase ou tour (de parole).")
    ] = "phrase",
    echantillon: Annotated[
        str | None, typer.Option(help="Nom d'un échantillon tiré ; sinon tous les entretiens communs.")
    ] = None,
    tirages: Annotated[int, typer.Option(help="Tirages d'entretiens du bootstrap.", min=1)] = 2000,
    graine: Annotated[int, typer.Option(help="Graine de ces tirages.", min=0)] = 2009,
) -> None:
    """Mesure l'accord entre codeurs et en fait rapport (xlsx et docx)."""
    from recherche.etapes.accord import rapport

    montrer(
        rapport(
            ouvrir(etude),
            codeurs=codeurs or None,
            maille=_maille(maille),
            echantillon=echantillon,
            tirages=tirages,
            graine=graine,
        )
    )


def _maille(maille: str) -> str:
    if maille not in ("phrase", "tour"):
        raise typer.BadParameter(f"« {maille} » n'est pas une maille : donnez phrase ou tour.")
    return maille


@app.command()
def echantillon(
    nom: Annotated[str, typer.Argument(help="Nom de l'échantillon (pilote-1).")],
    codeurs: Annotated[
        list[str], typer.Option("--codeur", help="Codeur à qui écrire une fiche ; répétable.")
    ],
    etude: OptionEtude = ICI,
    taille: Annotated[int, typer.Option(help="Nombre d'unités tirées.", min=1)] = 200,
    graine: Annotated[int, typer.Option(help="Graine du tirage.", min=0)] = 2009,
    maille: Annotated[str, typer.Option(help="Ce qu'on tire : tour (de parole) ou phrase.")] = "tour",
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="Entretien où tirer ; répétable, tous si aucun.")
    ] = None,
) -> None:
    """Tire au sort des tours (ou des phrases) et écrit les fiches des codeurs aveugles."""
    from recherche.etapes.fiches import tirer_echantillon

    montrer(
        tirer_echantillon(
            ouvrir(etude),
            nom,
            codeurs=codeurs,
            taille=taille,
            graine=graine,
            maille=_maille(maille),
            sources=sources or None,
        )
    )


@app.command()
def fiches(
    fichiers: Annotated[list[Path], typer.Argument(help="Fiches remplies (xlsx).")],
    etude: OptionEtude = ICI,
) -> None:
    """Reprend les fiches que les codeurs ont remplies."""
    from recherche.etapes.fiches import rendre_fiches

    montrer(rendre_fiches(ouvrir(etude), fichiers))


@app.command()
def reconcilier(
    etude: OptionEtude = ICI,
    codeurs: OptionCodeurs = None,
    sources: Annotated[
        list[str] | None, typer.Option("--source", help="Entretien à réconcilier ; répétable.")
    ] = None,
    bornes: Annotated[
        str | None, typer.Option(help="Codeur dont prendre les bornes quand seules elles diffèrent.")
    ] = None,
    decisions: Annotated[
        Path | None, typer.Option(help="Classeur de réconciliation rempli (xlsx).")
    ] = None,
) -> None:
    """Réunit le travail des codeurs, reprend les décisions, fait la version accordée."""
    from recherche.etapes.reconcilier import reconcilier as etape

    montrer(
        etape(
            ouvrir(etude),
            codeurs=codeurs or None,
            sources=sources or None,
            bornes=bornes,
            decisions=decisions,
        )
    )
