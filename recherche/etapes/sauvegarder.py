"""Sauvegarder la base, lire le journal, annuler une action."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from recherche.entrepot import Entrepot, annulation, grilles, journal, suites
from recherche.entrepot.journal import Lot
from recherche.entrepot.suites import Sauvegarde
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.grille import remettre_fichier
from recherche.etapes.seance import seance
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude


def sauvegarder(etude: Etude, *, vers: Path | None = None) -> Bilan:
    """Copie la base (dans `sauvegardes/` par défaut) et la note dans l'étude."""
    nom = f"base-{datetime.now():%Y-%m-%d-%H%M%S}.sqlite"  # noqa: DTZ005
    with seance(etude, "sauvegarder") as entrepot:
        faite = suites.sauvegarder(entrepot, (vers or etude.sauvegardes / nom).absolute())
    return Bilan("sauvegarder", (faite.chemin,))


def sauvegardes(etude: Etude) -> list[Sauvegarde]:
    """Les sauvegardes connues de l'étude, la plus récente d'abord."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return suites.sauvegardes(cx)


def lire_journal(etude: Etude, *, limite: int = 30) -> list[Lot]:
    """Les dernières actions, la plus récente d'abord."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return journal.lots(cx, limite=limite)


def annuler(etude: Etude, numero: str | None = None) -> Bilan:
    """Annule une action, désignée par le début de son numéro, ou la dernière.

    Lève `ErreurEntrepot` si elle est inconnue, ambiguë, déjà annulée ou si d'autres en dépendent.
    """
    with seance(etude, "annuler") as entrepot:
        with entrepot.lire() as cx:
            lot = _designer(journal.lots(cx, limite=100_000), numero)
            avant = grilles.derniere(cx)
        with entrepot.ecrire(f"annuler {lot.action}") as ecriture:
            defaits = annulation.annuler(ecriture, lot.lot)
            remise = remettre_fichier(etude, avant, grilles.derniere(ecriture.cx))
    dit = f"« {lot.action} » du {lot.date[:16]} : {defaits} changements défaits"
    return Bilan("annuler", (dit,), messages=(remise,) if remise else ())


def _designer(lots: list[Lot], numero: str | None) -> Lot:
    annules = {lot.annule for lot in lots}
    if numero is None:
        candidats = [lot for lot in lots if lot.annule is None and lot.lot not in annules][:1]
    else:
        candidats = [lot for lot in lots if lot.lot.startswith(numero)]
    if len(candidats) == 1:
        return candidats[0]
    quoi = (
        "Il n'y a aucune action à annuler"
        if numero is None
        else f"« {numero} » désigne {len(candidats)} actions"
    )
    raise ErreurEntrepot(f"{quoi}.", "« recherche journal » montre les actions et leurs numéros.")
