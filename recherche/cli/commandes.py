"""Les commandes de la chaîne : lire les arguments, appeler une étape, montrer son bilan.

Rien de lourd n'est importé avant qu'une commande ne s'en serve.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recherche.cli.commun import (
    FAUTE,
    ICI,
    OptionEtude,
    app,
    avancement,
    demander_phrase,
    montrer,
    ouvrir,
)

PERIME = 1


@app.callback(invoke_without_command=True)
def racine(
    version: Annotated[bool, typer.Option("--version", help="Montre la version.")] = False,
) -> None:
    """Transcrire, pseudonymiser, coder et publier les entretiens d'une étude, sur votre machine."""
    if version:
        from recherche import __version__

        typer.echo(f"recherche {__version__}")
        raise typer.Exit


@app.command()
def demo(
    chemin: Annotated[Path, typer.Argument(help="Où faire la copie de travail.")] = Path("demo"),
    complet: Annotated[
        bool, typer.Option("--complet", help="Transcrit les quatorze enregistrements, pas trois.")
    ] = False,
    ouvrir: Annotated[bool, typer.Option("--ouvrir", help="Ouvre le tableau de bord à la fin.")] = False,
) -> None:
    """Mène l'étude fictive d'un bout à l'autre : du son au tableau de bord et au guide."""
    from recherche.cli.affichage import conclure_demo, dire_bilan
    from recherche.etapes import demo as etape

    etude = etape.preparer(chemin)
    anomalies = 0
    with avancement() as suivi:
        for bilan in etape.derouler(etude, complet=complet, suivi=suivi):
            dire_bilan(bilan)
            anomalies += len(bilan.anomalies)
    conclure_demo(etude, chemin)
    if ouvrir:
        _lancer_tableau(etude.publie)
    if anomalies:
        raise typer.Exit(FAUTE)


@app.command()
def nouvelle(chemin: Annotated[Path, typer.Argument(help="Dossier à créer.")]) -> None:
    """Crée une étude : réglages, grille et registre à adapter."""
    from recherche.etapes.creer import nouvelle as etape

    montrer(etape(chemin))


@app.command()
def registre(
    etude: OptionEtude = ICI,
    vers: Annotated[Path | None, typer.Option(help="Fichier à écrire.")] = None,
) -> None:
    """Écrit le registre vide de l'étude, avec ses listes et ses identifiants."""
    from recherche.etapes.creer import registre_vide

    montrer(registre_vide(ouvrir(etude), vers))


@app.command()
def inventorier(etude: OptionEtude = ICI) -> None:
    """Mesure les enregistrements, les attache aux entretiens, dit ce qui ne va pas."""
    from recherche.etapes.inventorier import inventorier as etape

    with avancement() as suivi:
        bilan = etape(ouvrir(etude), suivi=suivi)
    montrer(bilan)


@app.command()
def modeles(
    telecharger: Annotated[str | None, typer.Option(help="Modèle à télécharger.")] = None,
) -> None:
    """Montre les modèles de transcription, où ils sont, et vérifie leurs empreintes."""
    from recherche.etapes.modeles import catalogue
    from recherche.etapes.modeles import telecharger as etape

    if telecharger is not None:
        montrer(etape(telecharger))
        return
    from recherche.cli.affichage import dire_modeles

    if not dire_modeles(catalogue()):
        raise typer.Exit(FAUTE)


@app.command()
def transcrire(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Identifiants (LOR-J-02…) ; tous si aucun.")
    ] = None,
    etude: OptionEtude = ICI,
) -> None:
    """Transcrit les enregistrements et dit qui parle ; reprend où l'on s'était arrêté."""
    from recherche.etapes.transcrire import transcrire as etape

    with avancement() as suivi:
        bilan = etape(ouvrir(etude), sources=sources or None, suivi=suivi)
    montrer(bilan)


@app.command()
def importer(
    fichiers: Annotated[
        list[Path],
        typer.Argument(
            help="Fichiers (docx, odt, txt, vtt, srt, json, qdpx…), ou dossiers qui en contiennent."
        ),
    ],
    etude: OptionEtude = ICI,
    revues: Annotated[bool, typer.Option("--revues", help="Ce sont des revues signées.")] = False,
    codages: Annotated[bool, typer.Option("--codages", help="Ce sont des codages.")] = False,
) -> None:
    """Importe des transcriptions relues, un projet QDPX ou, par option, des revues ou des codages."""
    from recherche.echanges.lecture import EXTENSIONS
    from recherche.etapes import importer as etapes
    from recherche.etapes.importer_qda import PROJETS, importer_projets

    if revues and codages:
        raise typer.BadParameter("--revues et --codages ne vont pas ensemble.")
    projets = [fichier for fichier in fichiers if fichier.suffix.casefold() in PROJETS]
    if projets:
        if revues or codages:
            raise typer.BadParameter("Un projet QDPX s'importe sans --revues ni --codages.")
        with avancement() as suivi:
            bilan = importer_projets(ouvrir(etude), projets, suivi=suivi)
        montrer(bilan)
        fichiers = [fichier for fichier in fichiers if fichier not in projets]
        if not fichiers:
            return
    etape = etapes.importer_transcriptions
    if revues:
        etape = etapes.importer_revues
    elif codages:
        etape = etapes.importer_codages
    with avancement() as suivi:
        extensions = {".json"} if revues or codages else EXTENSIONS
        bilan = etape(ouvrir(etude), etapes.rassembler(fichiers, extensions=extensions), suivi=suivi)
    montrer(bilan)


@app.command()
def pseudonymiser(etude: OptionEtude = ICI) -> None:
    """Remplace ce qui identifie une personne dans les transcriptions courantes."""
    from recherche.etapes.pseudonymiser import pseudonymiser_etude

    with avancement() as suivi:
        bilan = pseudonymiser_etude(ouvrir(etude), demander=demander_phrase, suivi=suivi)
    montrer(bilan)


@app.command()
def publier(etude: OptionEtude = ICI) -> None:
    """Publie le jeu anonymisé que voient les partenaires."""
    from recherche.etapes.publier import publier as etape

    montrer(etape(ouvrir(etude)))


@app.command()
def rediger(
    etude: OptionEtude = ICI,
    verifier: Annotated[
        bool,
        typer.Option("--verifier", help="N'écrit rien ; sort en 1 si quelque chose est périmé."),
    ] = False,
    reprendre: Annotated[
        Path | None, typer.Option("--reprendre", help="Reprend un guide.docx modifié dans Word.")
    ] = None,
) -> None:
    """Écrit le guide (Markdown, docx, pdf, html) depuis le jeu publié ; garde ce qui est à vous."""
    from recherche.etapes import rediger as etape

    if reprendre is not None:
        from recherche.etapes.retour_guide import reprendre as retour

        montrer(retour(ouvrir(etude), reprendre))
        return
    if verifier:
        bilan, perime = etape.verifier(ouvrir(etude))
        montrer(bilan)
        if perime:
            raise typer.Exit(PERIME)
        return
    with avancement() as suivi:
        bilan = etape.rediger(ouvrir(etude), suivi=suivi)
    montrer(bilan)


@app.command()
def exporter(
    sources: Annotated[
        list[str] | None, typer.Argument(help="Identifiants ; toutes les transcriptions si aucun.")
    ] = None,
    etude: OptionEtude = ICI,
    formats: Annotated[
        list[str],
        typer.Option(
            "--format",
            "-f",
            help="txt, docx, odt, vtt, srt, json, eaf (ELAN), tei, rttm, maxqda, nvivo, atlasti,"
            " iramuteq ; avec les codages : qdpx (REFI-QDA), qdc, code-cas (R), passages,"
            " iramuteq-codes ; répétable.",
        ),
    ] = ["docx"],  # noqa: B006
    prive: Annotated[
        bool, typer.Option("--prive", help="Texte brut, nominatif : ne sort pas de l'équipe.")
    ] = False,
    automatique: Annotated[
        bool,
        typer.Option("--automatique", help="Avec --prive : la version automatique, qui a les temps."),
    ] = False,
    marques: Annotated[
        bool, typer.Option("--marques", help="Pauses (..), chevauchements //, passages [inaudible].")
    ] = False,
    edite: Annotated[
        bool, typer.Option("--edite", help="Version éditée, sans les hésitations (euh, ben, hein).")
    ] = False,
) -> None:
    """Exporte les transcriptions (pseudonymisées, sauf --prive)."""
    if automatique and not prive:
        raise typer.BadParameter("--automatique demande --prive : cette version n'est que brute.")
    from recherche.etapes.exporter import exporter as etape

    with avancement() as suivi:
        bilan = etape(
            ouvrir(etude),
            formats=formats,
            sources=sources or None,
            prive=prive,
            automatique=automatique,
            marques=marques,
            edite=edite,
            suivi=suivi,
        )
    montrer(bilan)


@app.command()
def etat(etude: OptionEtude = ICI) -> None:
    """Montre les quotas par territoire et profil, et ce qui bloque."""
    from recherche.cli.affichage import dire_etat
    from recherche.etapes.etat import etat as etape

    dire_etat(etape(ouvrir(etude)))


@app.command()
def journal(
    etude: OptionEtude = ICI,
    limite: Annotated[int, typer.Option(help="Nombre d'actions montrées.", min=1)] = 30,
) -> None:
    """Montre les dernières actions : qui, quand, quoi."""
    from recherche.cli.affichage import dire_journal
    from recherche.etapes.sauvegarder import lire_journal

    dire_journal(lire_journal(ouvrir(etude), limite=limite))


@app.command()
def annuler(
    numero: Annotated[
        str | None, typer.Argument(help="Début du numéro ; la dernière si absent.")
    ] = None,
    etude: OptionEtude = ICI,
) -> None:
    """Annule une action du journal."""
    from recherche.etapes.sauvegarder import annuler as etape

    montrer(etape(ouvrir(etude), numero))


@app.command()
def sauvegarder(
    etude: OptionEtude = ICI,
    vers: Annotated[Path | None, typer.Option(help="Fichier de la copie.")] = None,
) -> None:
    """Copie la base de l'étude et note la copie."""
    from recherche.etapes.sauvegarder import sauvegarder as etape

    montrer(etape(ouvrir(etude), vers=vers))


@app.command()
def sauvegardes(etude: OptionEtude = ICI) -> None:
    """Liste les sauvegardes connues de l'étude."""
    from recherche.cli.affichage import dire_sauvegardes
    from recherche.etapes.sauvegarder import sauvegardes as etape

    dire_sauvegardes(etape(ouvrir(etude)))


@app.command()
def tableau(
    etude: OptionEtude = ICI,
    port: Annotated[int, typer.Option(help="Port de la page, sur cette machine.")] = 8501,
) -> None:
    """Ouvre le tableau de bord des partenaires, sur le seul jeu publié."""
    _lancer_tableau(ouvrir(etude).publie, port)


def _lancer_tableau(publie: Path, port: int = 8501) -> None:
    from recherche.etapes.tableau import lancer

    typer.echo(f"Tableau de bord : http://localhost:{port} (Ctrl+C pour l'arrêter)")
    raise typer.Exit(lancer(publie, port=port))
