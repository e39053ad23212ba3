"""Ce que partagent les commandes : l'application, l'étude, l'avancement, le bilan, la phrase secrète."""

from __future__ import annotations

import gettext
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from recherche.erreurs import ErreurRecherche

gettext.bindtextdomain("messages", str(Path(__file__).parent / "messages"))
os.environ["LANGUAGE"] = "fr"

import typer  # noqa: E402

from recherche.cli.aide import Application  # noqa: E402

if TYPE_CHECKING:
    from recherche.modele.suivi import Bilan, Suivi
    from recherche.reglages import Etude

FAUTE = 2
INTERROMPU = 130

app = Application(
    name="recherche",
    help="Transcrire, pseudonymiser, coder et publier les entretiens d'une étude, sur votre machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h", "--aide"]},
)

OptionEtude = Annotated[
    Path,
    typer.Option("--etude", envvar="RECHERCHE_ETUDE", help="Dossier de l'étude.", show_default=True),
]
ICI = Path()


def ouvrir(chemin: Path) -> Etude:
    """L'étude de ce dossier."""
    from recherche.reglages import Etude

    return Etude.ouvrir(chemin)


@contextmanager
def avancement() -> Iterator[Suivi]:
    """Une barre d'avancement, le temps d'une étape."""
    from recherche.cli.affichage import avancement

    with avancement() as suivi:
        yield suivi


def montrer(bilan: Bilan) -> None:
    """Affiche un bilan ; sort en code 2 s'il contient des anomalies."""
    from recherche.cli.affichage import dire_bilan

    dire_bilan(bilan)
    if bilan.anomalies:
        raise typer.Exit(FAUTE)


def demander_phrase(nouvelle: bool) -> str:
    """La phrase tapée au clavier, deux fois si la clé est neuve ; vide hors d'un terminal."""
    if not sys.stdin.isatty():
        return ""
    try:
        reponse: str = typer.prompt(
            "Phrase secrète de la clé des pseudonymes",
            hide_input=True,
            err=True,
            confirmation_prompt=nouvelle,
        )
    except typer.Abort:
        raise KeyboardInterrupt from None
    return reponse


def principal() -> None:
    """Point d'entrée : une faute d'utilisateur est un message et un code 2, jamais une trace."""
    try:
        app()
    except ErreurRecherche as erreur:
        sys.unraisablehook = lambda _: None  # l'erreur est dite : ce qui se défait ensuite se tait
        _dire_erreur(erreur.message, erreur.remede)
        sys.exit(FAUTE)
    except SystemExit as sortie:
        if sortie.code == INTERROMPU:  # Typer le pose, sans rien dire, sur un Ctrl-C
            _dire_erreur(
                "Interrompu. Ce qui était fait est gardé.", "Relancez la même commande pour reprendre."
            )
        raise


def _dire_erreur(message: str, remede: str) -> None:
    typer.secho(f"Erreur : {message}", fg="red", err=True)
    typer.echo(f"→ {remede}", err=True)


def application() -> Any:  # noqa: ANN401
    """La commande Click, avec toutes les commandes."""
    return typer.main.get_command(app)
