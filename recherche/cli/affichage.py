"""Montrer bilans, états et avancement dans un terminal (rich)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from recherche.modele.suivi import Avancement, Bilan, Suivi

if TYPE_CHECKING:  # ce que montre une commande est chargé par elle, pas par toutes
    from recherche.audio.modeles import ModeleConnu
    from recherche.entrepot.journal import Lot
    from recherche.entrepot.suites import Sauvegarde
    from recherche.etapes.etat import Etat
    from recherche.reglages import Etude

MONTRES = 12
TITRES = {
    "realise": "réalisés",
    "enregistre": "enregistrés",
    "transcrit": "transcrits",
    "relu": "relus",
    "signe": "revue signée",
    "code": "codés",
    "publie": "publiés",
}


def _sortie() -> Console:
    return Console(highlight=False, soft_wrap=True)


@contextmanager
def avancement() -> Iterator[Suivi]:
    """Une barre par étape, avec le temps restant ; rien hors d'un terminal."""
    console = Console(stderr=True, highlight=False)
    colonnes = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
        TextColumn("reste"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[objet]}[/dim]"),
    )
    muet = not console.is_terminal
    with Progress(*colonnes, console=console, transient=True, disable=muet) as barre:
        taches: dict[str, TaskID] = {}

        def suivi(avance: Avancement) -> None:
            if avance.etape not in taches:
                taches[avance.etape] = barre.add_task(avance.etape, total=avance.total, objet="")
            barre.update(
                taches[avance.etape],
                completed=avance.fait,
                total=avance.total,
                objet=escape(avance.objet),
                visible=avance.fait < avance.total,
            )

        yield suivi


def dire_bilan(bilan: Bilan) -> None:
    """Une ligne par étape : faits, déjà faits, anomalies avec leur remède."""
    console = _sortie()
    comptes = []
    if bilan.faits:
        comptes.append(f"{len(bilan.faits)} fait{_s(bilan.faits)}")
    if bilan.passes:
        comptes.append(f"{len(bilan.passes)} déjà à jour")
    if bilan.anomalies:
        comptes.append(f"[red]{len(bilan.anomalies)} à régler[/red]")
    console.print(f"[bold]{bilan.etape}[/bold] : {', '.join(comptes) or 'rien à faire'}")
    for fait in bilan.faits if len(bilan.faits) <= MONTRES else ():
        console.print(f"  · {escape(fait)}")
    for message in bilan.messages:
        console.print(f"  {escape(message)}")
    dire_anomalies(bilan)


def dire_anomalies(bilan: Bilan) -> None:
    """Chaque anomalie et son remède, sur la sortie des erreurs."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    for anomalie in bilan.anomalies:
        console.print(f"  [red]✗[/red] {escape(anomalie.message)}")
        if anomalie.remede:
            console.print(f"    → {escape(anomalie.remede)}")


def _s(liste: Sequence[object]) -> str:
    return "s" if len(liste) > 1 else ""


def conclure_demo(etude: Etude, chemin: Path) -> None:
    """Ce que la démonstration a produit et comment le voir."""
    console = _sortie()
    console.print(f"\n[bold]{escape(etude.titre)}[/bold] : tout est dans {escape(str(chemin))}/")
    for nom, quoi in (
        ("publie/", "le jeu publié (Parquet, csv, xlsx, dictionnaire, manifeste)"),
        ("guide/", "les chapitres du guide, en Markdown, à reprendre"),
        ("exports/guide.pdf", "le brouillon du guide mis en page (et guide.docx)"),
        ("exports/transcriptions/", "les transcriptions pseudonymisées"),
    ):
        console.print(f"  {escape(str(chemin / nom)):<34} {quoi}")
    console.print(f"\nTableau de bord : recherche tableau --etude {escape(str(chemin))}")


def dire_etat(etat: Etat) -> None:
    """Quotas par territoire et profil, ateliers, blocages groupés par cause."""
    console = _sortie()
    table = Table(title="Entretiens", title_justify="left")
    for titre in ("territoire", "profil"):
        table.add_column(titre)
    for titre in ("objectif", *TITRES.values()):
        table.add_column(titre, justify="right")
    for ligne in etat.quotas.itertuples(index=False):
        table.add_row(*(str(valeur) for valeur in ligne))
    totaux = etat.quotas[["objectif", *TITRES]].sum()
    table.add_section()
    table.add_row("ensemble", "", *(str(valeur) for valeur in totaux))
    console.print(table)
    _dire_ateliers(console, etat)
    if etat.a_verifier:
        passages, sources = sum(etat.a_verifier.values()), len(etat.a_verifier)
        console.print(f"[yellow]{passages}[/yellow] passages à vérifier dans {sources} transcriptions")
        console.print("    → recherche verifier")
    _dire_blocages(console, etat)


def _dire_ateliers(console: Console, etat: Etat) -> None:
    if etat.ateliers.empty:
        return
    table = Table(title="Ateliers", title_justify="left")
    for titre in ("atelier", "territoire", *(titre.rstrip("s") for titre in TITRES.values())):
        table.add_column(titre)
    for ligne in etat.ateliers.itertuples(index=False):
        source, territoire, *etats = ligne
        table.add_row(source, territoire, *("oui" if fait else "–" for fait in etats))
    console.print(table)


def _dire_blocages(console: Console, etat: Etat) -> None:
    groupes: dict[tuple[str, str], list[str]] = {}
    for blocage in etat.blocages:
        remede = blocage.remede.replace(blocage.objet, "IDENTIFIANT")
        groupes.setdefault((blocage.message, remede), []).append(blocage.objet)
    for (message, remede), objets in groupes.items():
        montres = ", ".join(objets[:MONTRES]) + ("…" if len(objets) > MONTRES else "")
        console.print(f"[yellow]{len(objets)}[/yellow] {escape(message)} : {montres}")
        console.print(f"    → {escape(remede)}")


def dire_journal(lots: Iterable[Lot]) -> None:
    """Les actions, la plus récente d'abord."""
    table = Table()
    for titre in ("numéro", "date", "auteur", "action", "changements"):
        table.add_column(titre)
    for lot in lots:
        table.add_row(
            lot.lot[:8], lot.date[:19].replace("T", " "), lot.auteur, lot.action, str(lot.changements)
        )
    _sortie().print(table)


def dire_sauvegardes(liste: Sequence[Sauvegarde]) -> None:
    """Les sauvegardes connues, et si leur fichier est encore là."""
    console = _sortie()
    if not liste:
        console.print("Aucune sauvegarde connue. « recherche sauvegarder » en fait une.")
    for valeur in liste:
        presence = "" if Path(valeur.chemin).exists() else " (fichier absent)"
        console.print(f"{valeur.date[:16].replace('T', ' ')}  {escape(valeur.chemin)}{presence}")


def dire_modeles(catalogue: Iterable[ModeleConnu]) -> bool:
    """Les modèles, leur place et leur état ; faux si l'un d'eux est altéré."""
    from recherche.audio.modeles import Etat

    table = Table()
    for titre in ("modèle", "usage", "taille", "état", "dossier"):
        table.add_column(titre)
    sains = True
    for modele in catalogue:
        sains = sains and modele.etat is not Etat.ALTERE
        lieu = str(modele.emplacement) if modele.emplacement else ""
        table.add_row(modele.nom, modele.usage, f"{modele.taille_mo} Mo", modele.etat.value, lieu)
    _sortie().print(table)
    return sains
