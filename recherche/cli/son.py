"""Les commandes du son au texte sûr : vérifier, corriger, locuteurs, aligner, questions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from recherche.cli.commun import ICI, OptionEtude, app, avancement, montrer, ouvrir

Sources = Annotated[list[str] | None, typer.Argument(help="Identifiants (LOR-J-02…) ; tous si aucun.")]


@app.command()
def verifier(
    sources: Sources = None,
    etude: OptionEtude = ICI,
    ecoute: Annotated[
        list[int] | None,
        typer.Option(
            "--ecoute", help="Numéro d'un passage écouté, qui n'est plus à vérifier ; répétable."
        ),
    ] = None,
) -> None:
    """Dit ce que valent les transcriptions et où écouter, les listes les plus courtes d'abord."""
    from recherche.cli.affichage_son import dire_rapports
    from recherche.etapes import verifier as etapes

    if ecoute:
        montrer(etapes.marquer_verifies(ouvrir(etude), ecoute))
        return
    bilan, rapports = etapes.verifier(ouvrir(etude), sources=sources or None)
    dire_rapports(rapports, detail=bool(sources))
    montrer(bilan)


@app.command()
def corriger(
    sources: Sources = None,
    etude: OptionEtude = ICI,
    essai: Annotated[
        bool, typer.Option("--essai", help="Montre les corrections sans les écrire.")
    ] = False,
) -> None:
    """Applique corrections.toml et le glossaire aux transcriptions ; annulable."""
    from recherche.etapes.corriger import corriger as etape

    with avancement() as suivi:
        bilan = etape(ouvrir(etude), sources=sources or None, essai=essai, suivi=suivi)
    montrer(bilan)


@app.command()
def locuteurs(
    source: Annotated[str, typer.Argument(help="Identifiant (LOR-J-02…).")],
    etude: OptionEtude = ICI,
    renommer: Annotated[
        list[str] | None,
        typer.Option("--renommer", help="L1=ENT, ou L3=Karim (prénom du registre) ; répétable."),
    ] = None,
    fusionner: Annotated[
        str | None, typer.Option("--fusionner", help="L1,L2 : le premier garde tous les tours.")
    ] = None,
    tours: Annotated[
        str | None, typer.Option("--tours", help="Tours à donner à un autre locuteur : 3,7-9.")
    ] = None,
    a: Annotated[
        str | None, typer.Option("--a", help="Avec --tours : à qui les donner (P2, L3…).")
    ] = None,
    nombre: Annotated[
        str | None,
        typer.Option("--nombre", help="Refait « qui parle » d'après le son : 2, 2-5 ou inconnu."),
    ] = None,
    rttm: Annotated[
        Path | None, typer.Option("--rttm", help="Attribue les mots d'après ce fichier RTTM.")
    ] = None,
) -> None:
    """Montre qui parle dans une transcription, et corrige : renommer, fusionner, scinder, refaire."""
    from recherche.cli.affichage_son import dire_voix
    from recherche.etapes import voix as etapes

    ouverte = ouvrir(etude)
    if (tours is None) != (a is None):
        raise typer.BadParameter("--tours et --a vont ensemble.")
    if renommer:
        montrer(etapes.renommer(ouverte, source, dict(map(_paire, renommer))))
    if fusionner is not None:
        noms = [nom.strip() for nom in fusionner.split(",")]
        montrer(etapes.fusionner(ouverte, source, noms))
    if tours is not None and a is not None:
        montrer(etapes.scinder(ouverte, source, _rangs(tours), a))
    if nombre is not None:
        montrer(etapes.rediariser(ouverte, source, _nombre(nombre)))
    if rttm is not None:
        montrer(etapes.depuis_rttm(ouverte, source, rttm))
    dire_voix(etapes.voix(ouverte, source))


def _paire(ecrit: str) -> tuple[str, str]:
    ancien, egal, nouveau = ecrit.partition("=")
    if not (egal and ancien.strip() and nouveau.strip()):
        raise typer.BadParameter(f"« {ecrit} » : écrivez ANCIEN=NOUVEAU, comme L1=ENT.")
    return ancien.strip(), nouveau.strip()


def _rangs(ecrits: str) -> set[int]:
    """« 3,7-9 » : 3, 7, 8 et 9."""
    rangs: set[int] = set()
    for morceau in ecrits.split(","):
        lu = re.fullmatch(r"\s*(\d{1,6})\s*(?:-\s*(\d{1,6})\s*)?", morceau)
        if lu is None:
            raise typer.BadParameter(f"« {ecrits} » : écrivez des numéros de tours, comme 3,7-9.")
        rangs |= set(range(int(lu[1]), int(lu[2] or lu[1]) + 1))
    return rangs


def _nombre(ecrit: str) -> int | tuple[int, int] | None:
    """« 2 », « 2-5 » ou « inconnu »."""
    if ecrit.strip().casefold() == "inconnu":
        return None
    lu = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", ecrit.strip())
    if lu is None or not 1 <= int(lu[1]) <= int(lu[2] or lu[1]):
        raise typer.BadParameter(f"« {ecrit} » : écrivez 2, 2-5 ou inconnu.")
    return int(lu[1]) if lu[2] is None else (int(lu[1]), int(lu[2]))


@app.command()
def aligner(sources: Sources = None, etude: OptionEtude = ICI) -> None:
    """Donne leurs temps aux transcriptions importées, d'après leur enregistrement."""
    from recherche.etapes.aligner import aligner as etape

    with avancement() as suivi:
        bilan = etape(ouvrir(etude), sources=sources or None, suivi=suivi)
    montrer(bilan)


@app.command()
def questions(
    sources: Sources = None,
    etude: OptionEtude = ICI,
    guide: Annotated[
        bool, typer.Option("--guide", help="Montre les questions du guide et leurs identifiants.")
    ] = False,
    confirmer: Annotated[
        list[int] | None,
        typer.Option("--confirmer", help="Numéro d'un rapprochement juste ; répétable."),
    ] = None,
    ecarter: Annotated[
        list[int] | None, typer.Option("--ecarter", help="Numéro d'un rapprochement faux ; répétable.")
    ] = None,
) -> None:
    """Rapproche les tours de l'enquêteur des questions du guide ; confirmez ou écartez chacun."""
    from recherche.cli.affichage_son import dire_guide, dire_questions
    from recherche.etapes import questions as etapes

    ouverte = ouvrir(etude)
    if guide:
        dire_guide(etapes.guide(ouverte.reglages))
        return
    if confirmer:
        montrer(etapes.confirmer(ouverte, confirmer))
    if ecarter:
        montrer(etapes.ecarter(ouverte, ecarter))
    if confirmer or ecarter:
        return
    with avancement() as suivi:
        bilan = etapes.proposer(ouverte, sources=sources or None, suivi=suivi)
    dire_questions(etapes.rapprochements(ouverte, sources or None))
    montrer(bilan)
