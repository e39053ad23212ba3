"""Identifiants indirects : ce qui, sans nom, désigne une personne parmi peu d'autres."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from recherche.langue.mots import decouper, plier
from recherche.modele.entretien import Participant, Registre, Source
from recherche.modele.etude import Reglages

TRANCHES = (15, 17, 20, 25, 30, 40, 50, 60)
_MOTS_VIDES = frozenset(("de", "du", "des", "la", "le", "les", "et", "l", "d", "a", "au", "en"))


@dataclass(frozen=True, slots=True)
class Voisinage:
    """`k` personnes du registre, elle comprise, partagent ville, sexe, tranche d'âge et fonction."""

    locuteur: str
    k: int
    dit: str
    fonction: str | None
    fonction_seule: bool


def tranche(age: int | None) -> str:
    """La tranche d'âge : « 18 à 20 ans », « âge inconnu »."""
    if age is None:
        return "âge inconnu"
    bas = [0, *(borne + 1 for borne in TRANCHES)]
    for debut, fin in zip(bas, TRANCHES, strict=False):
        if age <= fin:
            return f"{debut} à {fin} ans" if debut else f"{fin} ans ou moins"
    return f"plus de {TRANCHES[-1]} ans"


def voisinages(registre: Registre, reglages: Reglages, source_id: str) -> tuple[Voisinage, ...]:
    """Le voisinage de chaque participant d'une source ; les plus rares d'abord."""
    territoires = {t.code: t.nom for t in reglages.territoires}
    toutes = [(s, p) for s in registre.sources for p in s.participants]
    classes = [_classe(s, p) for s, p in toutes]
    fonctions = [(s.territoire, plier(p.fonction)) for s, p in toutes if p.fonction]
    trouves = []
    for source, personne in toutes:
        if source.id != source_id:
            continue
        k = classes.count(_classe(source, personne))
        ville = territoires[source.territoire]
        traits = [personne.sexe or "sexe inconnu", tranche(personne.age), personne.fonction or ""]
        dit = f"{ville}, {', '.join(trait for trait in traits if trait)}"
        seule = (
            bool(personne.fonction)
            and fonctions.count((source.territoire, plier(personne.fonction or ""))) == 1
        )
        trouves.append(Voisinage(personne.locuteur, k, dit, personne.fonction, seule))
    return tuple(sorted(trouves, key=lambda v: v.k))


def _classe(source: Source, personne: Participant) -> tuple[str, str, str, str]:
    fonction = plier(personne.fonction or "")
    return source.territoire, personne.sexe or "", tranche(personne.age), fonction


def occurrences(texte: str, fonction: str) -> Iterator[tuple[int, int]]:
    """Où le texte dit la fonction, mots-outils et parenthèses à part : [debut, fin[."""
    utiles = [m for m in plier(re.sub(r"\(.*?\)", "", fonction)).split() if m not in _MOTS_VIDES]
    if not utiles:
        return
    unites = [u for u in decouper(texte) if u.pli not in _MOTS_VIDES]
    for rang in range(len(unites) - len(utiles) + 1):
        groupe = unites[rang : rang + len(utiles)]
        if [u.pli for u in groupe] == utiles:
            yield groupe[0].debut, groupe[-1].fin
