"""La file résiduelle de la revue : ce que rien n'a masqué et qu'une personne doit voir."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from recherche.langue import listes
from recherche.langue.mots import Bloc, blocs, decouper
from recherche.langue.spacy_fr import Lexique
from recherche.modele.transcription import Transcription

MAJUSCULE, INCONNU, CHIFFRES, DATE = "majuscule", "mot inconnu", "chiffres", "date"
_MOIS = frozenset(
    (
        *("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre"),
        *("octobre", "novembre", "decembre"),
    )
)


@dataclass(frozen=True, slots=True)
class Residu:
    """Un passage [debut, fin[ du texte, resté en clair, et ce qui attire l'attention."""

    debut: int
    fin: int
    raison: str


def residus(
    transcription: Transcription,
    masques: Iterable[tuple[int, int]],
    lexique: Lexique,
    *,
    publics: frozenset[str],
) -> tuple[Residu, ...]:
    """Mots à majuscule hors tête de phrase, mots inconnus, nombres et dates non masqués, dans l'ordre.

    `publics` : formes pliées qui restent toujours dans le texte (villes de l'étude, sigles, oral).
    """
    couverts = {i for debut, fin in masques for i in range(debut, fin)}
    trouves = []
    for tour, depart in zip(transcription.tours, transcription.debuts(), strict=True):
        suite = blocs(decouper(tour.texte))
        for bloc, raison in _du_tour(suite, lexique, publics):
            debut, fin = bloc.debut + depart, bloc.fin + depart
            if couverts.isdisjoint(range(debut, fin)):
                trouves.append(Residu(debut, fin, raison))
    return tuple(trouves)


def _du_tour(
    suite: tuple[Bloc, ...], lexique: Lexique, publics: frozenset[str]
) -> Iterator[tuple[Bloc, str]]:
    for rang, bloc in enumerate(suite):
        if raison := _raison(suite, rang, lexique, publics):
            yield bloc, raison


def _raison(suite: tuple[Bloc, ...], rang: int, lexique: Lexique, publics: frozenset[str]) -> str:
    bloc = suite[rang]
    pli = bloc.pli
    if pli in publics:
        return ""
    if any(c.isdigit() for c in pli):
        return CHIFFRES
    if pli in _MOIS and rang and any(c.isdigit() for c in suite[rang - 1].pli):
        return DATE
    if len(pli) < 2 or bloc.unites[0].elision:
        return ""
    if bloc.majuscule and not bloc.tete:
        return MAJUSCULE
    ordinaire = bloc.minuscules in lexique or all(
        u.texte.lower() in lexique or u.pli in listes.mots("oral") for u in bloc.unites
    )
    return "" if ordinaire or len(pli) < 4 else INCONNU
