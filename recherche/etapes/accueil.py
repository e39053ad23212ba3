"""Ce que montre l'accueil d'équipe, lu d'un coup."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from recherche.entrepot import Entrepot, suites
from recherche.entrepot.suites import Publication
from recherche.etapes import consentements, relecture_suivi, revue
from recherche.etapes.etat import Etat, etat
from recherche.etapes.relecture_suivi import EtatRelecture
from recherche.etapes.revue import EtatRevue
from recherche.modele.entretien import MAJORITE, Registre
from recherche.modele.etude import Reglages
from recherche.modele.suivi import Anomalie
from recherche.registre import lire_registre
from recherche.reglages import Etude

PREAVIS = timedelta(days=90)


@dataclass(frozen=True)
class Accueil:
    """Ce que l'accueil montre ; `consentements` : ce qui est à obtenir ou à renouveler."""

    etat: Etat
    consentements: tuple[Anomalie, ...]
    revues: tuple[EtatRevue, ...]
    relectures: tuple[EtatRelecture, ...]
    publication: Publication | None


def accueil(etude: Etude, *, jour: date) -> Accueil:
    """L'état de l'étude au jour dit. Lève `ErreurRegistre`, `ErreurEntrepot`."""
    registre = lire_registre(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        publication = suites.derniere_publication(cx)
    return Accueil(
        etat(etude),
        tuple(a_renouveler(registre, etude.reglages, jour)),
        revue.etats(etude),
        tuple(relecture_suivi.etats(etude)),
        publication,
    )


def a_renouveler(registre: Registre, reglages: Reglages, jour: date) -> Iterator[Anomalie]:
    """Consentements absents, mineurs sans représentant ou devenus majeurs, conservation qui finit."""
    for source in registre.sources:
        if source.date is None:
            continue
        for personne in source.participants:
            qui, accord = f"{source.id} ({personne.locuteur})", personne.consentement
            if accord.enregistrement is None or accord.citation is None:
                quoi = "enregistrement" if accord.enregistrement is None else "citation"
                yield Anomalie(qui, f"consentement ({quoi}) pas noté", "à demander, puis à noter")
            if personne.age is None or not personne.mineur:
                continue
            if not accord.representant_legal:
                yield Anomalie(qui, "mineur sans représentant légal noté", "à noter au registre")
            if personne.age + (jour - source.date).days // 365.25 >= MAJORITE:
                yield Anomalie(
                    qui, "sans doute majeur aujourd'hui", "lui redemander son propre consentement"
                )
        fin = consentements.echeance(source, reglages)
        if fin is not None and fin - jour <= PREAVIS and not consentements.archivage_consenti(source):
            quand = "est finie depuis" if fin < jour else "finit"
            yield Anomalie(
                source.id,
                f"la conservation {quand} le {fin:%d/%m/%Y}",
                "consentement à renouveler, sinon « recherche purger »",
            )
