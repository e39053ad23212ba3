"""Les consentements par étape : qui peut être cité, qui peut être mineur, jusqu'à quand l'on garde."""

from __future__ import annotations

from datetime import date

from recherche.modele.entretien import MAJORITE, Entretien, Participant, Registre, Source
from recherche.modele.etude import Reglages


def citable(source: Source, reglages: Reglages) -> bool:
    """Chacun consent à être cité ; pour qui peut être mineur, avec son représentant légal."""
    majeur = _profil_majeur(source, reglages)
    return bool(source.participants) and all(
        p.consentement.citation is True
        and (bool(p.consentement.representant_legal) or _majeur(p, profil_majeur=majeur))
        for p in source.participants
    )


def peut_etre_mineur(source: Source, reglages: Reglages) -> bool:
    """Vrai si une personne a moins de 18 ans, ou si un entretien ne dit pas l'âge d'un profil ouvert.

    Dans un atelier, seul un âge noté compte : les participants y sont le plus souvent professionnels.
    """
    if not isinstance(source, Entretien):
        return any(p.mineur for p in source.participants)
    majeur = _profil_majeur(source, reglages)
    return any(not _majeur(p, profil_majeur=majeur) for p in source.participants)


def _majeur(personne: Participant, *, profil_majeur: bool) -> bool:
    return personne.age >= MAJORITE if personne.age else profil_majeur


def _profil_majeur(source: Source, reglages: Reglages) -> bool:
    majeurs = {profil.code for profil in reglages.profils if profil.majeur}
    return isinstance(source, Entretien) and source.profil in majeurs


def echeance(source: Source, reglages: Reglages) -> date | None:
    """Le dernier jour de conservation : le plus proche de ceux dits, sinon celui de l'étude."""
    dites = [p.consentement.echeance for p in source.participants if p.consentement.echeance]
    return min(dites) if dites else reglages.confidentialite.conservation


def archivage_consenti(source: Source) -> bool:
    """Chacun accepte que ses données soient gardées après l'échéance."""
    return bool(source.participants) and all(
        p.consentement.archivage is True for p in source.participants
    )


def echues(registre: Registre, reglages: Reglages, jour: date) -> list[tuple[Source, date]]:
    """Les sources dont la conservation est finie et que rien n'autorise à archiver, avec l'échéance.

    Une échéance dite à la personne l'emporte sur son consentement à l'archivage.
    """
    finies = []
    for source in registre.sources:
        limite = echeance(source, reglages)
        propre = any(p.consentement.echeance for p in source.participants)
        if limite is not None and limite < jour and (propre or not archivage_consenti(source)):
            finies.append((source, limite))
    return finies
