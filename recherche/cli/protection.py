"""Les commandes de la protection des personnes : retirer, rendre compte, purger, vérifier."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, demander_phrase, montrer, ouvrir
from recherche.erreurs import ErreurConfidentialite


class ActionCle(StrEnum):
    """Ce qu'on fait de la clé des pseudonymes."""

    CHANGER = "changer"
    DETRUIRE = "detruire"


Confirmer = Annotated[
    bool, typer.Option("--confirmer", help="Le fait pour de bon, sans poser de question.")
]
Essai = Annotated[bool, typer.Option("--essai", help="Montre seulement ce qui serait effacé.")]


@app.command()
def retirer(
    identifiant: Annotated[str, typer.Argument(help="La source à retirer (LOR-J-02).")],
    etude: OptionEtude = ICI,
    essai: Essai = False,
    confirmer: Confirmer = False,
) -> None:
    """Efface tout ce qui vient d'une personne ; montre d'abord ce qui le sera."""
    from recherche.cli.affichage_protection import dire_repetition
    from recherche.etapes import retirer as etapes

    choisie = ouvrir(etude)
    dire_repetition(etapes.repetition(choisie, identifiant))
    if essai or not _confirme(confirmer, identifiant, f"recherche retirer {identifiant}"):
        return
    with avancement() as suivi:
        bilan = etapes.retirer(choisie, identifiant, demander=demander_phrase, suivi=suivi)
    montrer(bilan)


@app.command()
def purger(etude: OptionEtude = ICI, essai: Essai = False, confirmer: Confirmer = False) -> None:
    """Efface les sources dont la conservation est finie ; les montre d'abord."""
    from recherche.cli.affichage_protection import dire_echues
    from recherche.etapes import purger as etapes

    choisie = ouvrir(etude)
    echues = etapes.a_purger(choisie)
    dire_echues(echues)
    if not echues or essai or not _confirme(confirmer, "purger", "recherche purger"):
        return
    with avancement() as suivi:
        bilan = etapes.purger(choisie, demander=demander_phrase, suivi=suivi)
    montrer(bilan)


@app.command("droit-acces")
def droit_acces(
    identifiant: Annotated[str, typer.Argument(help="La source concernée (LOR-J-02).")],
    etude: OptionEtude = ICI,
    vers: Annotated[Path | None, typer.Option(help="Archive à écrire.")] = None,
    son: Annotated[bool, typer.Option("--son", help="Joint les enregistrements.")] = False,
    cle: Annotated[
        bool, typer.Option("--cle", help="Joint ses pseudonymes ; demande la phrase.")
    ] = False,
) -> None:
    """Réunit dans une archive tout ce que l'étude tient sur une personne."""
    from recherche.etapes.droit_acces import droit_acces as etape

    montrer(etape(ouvrir(etude), identifiant, vers=vers, son=son, cle=cle, demander=demander_phrase))


@app.command()
def depublier(etude: OptionEtude = ICI, confirmer: Confirmer = False) -> None:
    """Retire la version publiée : son dossier disparaît."""
    from recherche.etapes import depublier as etapes

    choisie = ouvrir(etude)
    version = etapes.version_publiee(choisie)
    typer.echo(f"Version publiée : {version or 'aucune ne se lit'} ({choisie.publie})")
    if _confirme(confirmer, "depublier", "recherche depublier"):
        montrer(etapes.depublier(choisie))


@app.command()
def cle(
    action: Annotated[ActionCle, typer.Argument(help="changer (sa phrase) ou detruire.")],
    etude: OptionEtude = ICI,
    nouvelle: Annotated[
        Path | None, typer.Option(help="Fichier qui contient la nouvelle phrase ; demandée sinon.")
    ] = None,
    confirmer: Confirmer = False,
) -> None:
    """Change la phrase secrète de la clé des pseudonymes, ou détruit la clé."""
    from recherche.etapes import cle as etapes

    choisie = ouvrir(etude)
    if action is ActionCle.CHANGER:
        phrase = _nouvelle_phrase(nouvelle)
        montrer(etapes.changer(choisie, phrase, demander=demander_phrase))
        return
    typer.echo("Sans la clé, plus personne ne pourra retrouver un nom d'après son pseudonyme.")
    if _confirme(confirmer, "detruire", "recherche cle detruire"):
        montrer(etapes.detruire(choisie))


@app.command()
def diagnostic(
    etude: OptionEtude = ICI,
    vers: Annotated[Path | None, typer.Option(help="Fichier à écrire.")] = None,
) -> None:
    """Écrit un diagnostic sans aucune donnée personnelle, pour qui maintient le programme."""
    from recherche.etapes.diagnostic import diagnostic as etape

    montrer(etape(ouvrir(etude), vers=vers))


@app.command()
def protection(etude: OptionEtude = ICI) -> None:
    """Vérifie chiffrement, droits, consentements, conservation et retraits."""
    from recherche.cli.affichage_protection import dire_constats
    from recherche.etapes.protection import protection as etape

    dire_constats(etape(ouvrir(etude)))


def _confirme(deja: bool, mot: str, commande: str) -> bool:
    """Vrai si la personne confirme : par l'option, ou en tapant le mot dans un terminal."""
    if deja:
        return True
    if not sys.stdin.isatty():
        typer.echo(f"Rien n'est fait. Pour le faire : {commande} --confirmer")
        return False
    try:
        reponse: str = typer.prompt(f"Pour le faire, tapez {mot} (Entrée pour renoncer)", default="")
    except typer.Abort:
        raise KeyboardInterrupt from None
    if reponse.strip() == mot:
        return True
    typer.echo("Rien n'est fait.")
    return False


def _nouvelle_phrase(fichier: Path | None) -> str:
    if fichier is None:
        return demander_phrase(True)
    try:
        return fichier.read_text(encoding="utf-8").strip()
    except OSError as erreur:
        raise ErreurConfidentialite(
            f"Le fichier de la nouvelle phrase ne se lit pas : {fichier} ({erreur.strerror}).",
            "Vérifiez son chemin, ou laissez la commande demander la phrase.",
        ) from erreur
