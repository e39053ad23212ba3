"""La commande de la grille : la voir, la faire évoluer, l'échanger."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, montrer, ouvrir

if TYPE_CHECKING:
    from recherche.modele.suivi import Bilan
    from recherche.reglages import Etude

ATTENDU = (
    "attendu : renommer A B, fusionner A B --vers B, scinder A B C, retirer A (--vers B), exporter, "
    "importer FICHIER, versions, ou rien"
)
ACTIONS = "montrer, versions, renommer, fusionner, scinder, retirer, exporter ou importer"


@app.command()
def grille(
    action: Annotated[str, typer.Argument(help=f"{ACTIONS}.")] = "montrer",
    codes: Annotated[
        list[str] | None, typer.Argument(help="Codes de l'action, ou classeur à importer.")
    ] = None,
    etude: OptionEtude = ICI,
    vers: Annotated[
        str | None, typer.Option(help="Code qui reçoit les codages (fusionner, retirer).")
    ] = None,
    nom: Annotated[str | None, typer.Option(help="Nouveau nom du code (renommer).")] = None,
) -> None:
    """Montre la grille de codage, la fait évoluer avec ses codages, l'exporte ou l'importe."""
    from recherche.cli.affichage_grille import dire_grille, dire_versions
    from recherche.codage.grille import lire_grille
    from recherche.etapes.grille import versions_grille

    ouverte = ouvrir(etude)
    if action == "montrer" and not codes:
        dire_grille(lire_grille(ouverte.fichier_grille))
    elif action == "versions" and not codes:
        dire_versions(versions_grille(ouverte))
    else:
        montrer(_changer(ouverte, action, codes or [], vers, nom))


def _changer(etude: Etude, action: str, codes: list[str], vers: str | None, nom: str | None) -> Bilan:
    from recherche.etapes import grille as etapes

    match action, codes:
        case "renommer", [ancien] if nom:
            bilan = etapes.renommer_code(etude, ancien, ancien, nom=nom)
        case "renommer", [ancien, nouveau]:
            bilan = etapes.renommer_code(etude, ancien, nouveau, nom=nom)
        case "fusionner", [_, *_] if vers:
            bilan = etapes.fusionner_codes(etude, codes, vers)
        case "scinder", [ancien, _, _, *_]:
            bilan = etapes.scinder_code(etude, ancien, codes[1:])
        case "retirer", [ancien]:
            bilan = etapes.retirer_code(etude, ancien, vers=vers)
        case "exporter", []:
            bilan = etapes.exporter_grille(etude)
        case "importer", [classeur]:
            bilan = etapes.importer_grille(etude, Path(classeur))
        case _:
            raise typer.BadParameter(ATTENDU)
    return bilan
