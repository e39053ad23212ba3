"""Ce que l'étude sait d'avance : noms du registre, noms locaux, et ce qui reste dans le texte."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from recherche.langue import listes
from recherche.langue.mentions import TypeMention
from recherche.langue.mots import plier
from recherche.modele.entretien import Registre
from recherche.modele.etude import NomsLocaux, Reglages

_PERSONNE = (TypeMention.PRENOM, TypeMention.NOM)
_GENRES = frozenset(("maison", "mission", "association", "groupement"))


@dataclass(frozen=True, slots=True)
class NomConnu:
    """Un nom que l'étude connaît d'avance, et le sexe de la personne s'il est dit (F ou H)."""

    forme: str
    type: TypeMention
    detecteur: str = "registre"
    sexe: str | None = None


@dataclass(frozen=True, slots=True)
class ContexteDetection:
    """Ce que l'étude sait : noms du registre, noms locaux, et ce qui reste dans le texte.

    `territoires` (les villes de l'étude) et `sigles` ne sont jamais masqués. `genres` : ce qu'est chaque
    lieu connu (« quartier de Brest »).
    """

    noms: tuple[NomConnu, ...] = ()
    territoires: tuple[str, ...] = ()
    sigles: tuple[str, ...] = ()
    genres: tuple[tuple[str, str], ...] = ()

    @property
    def intouchables(self) -> frozenset[str]:
        """Formes pliées qui restent dans le texte."""
        propres = {plier(nom) for nom in (*self.territoires, *self.sigles)}
        return frozenset(propres | listes.expressions("publics") | listes.mots("oral"))

    @classmethod
    def depuis(cls, reglages: Reglages, registre: Registre) -> ContexteDetection:
        """Le contexte d'une étude : personnes, quartiers et structures du registre, noms locaux.

        Une institution écrite sans majuscule (« mission locale ») est un genre : elle reste.
        """
        territoires = tuple(t.nom for t in reglages.territoires)
        contexte = cls((), territoires, tuple(reglages.noms_locaux.sigles))
        noms = [*noms_des_participants(registre), *noms_locaux(reglages.noms_locaux)]
        villes = {plier(nom) for nom in territoires}
        propres = (
            nom
            for nom in noms
            if (nom.type in _PERSONNE and plier(nom.forme) not in villes)
            or _est_propre(nom.forme, contexte.intouchables)
        )
        return replace(
            contexte,
            noms=tuple(dict.fromkeys(propres)),
            genres=tuple(_genres_des_lieux(reglages, registre)),
        )


def _genres_des_lieux(reglages: Reglages, registre: Registre) -> Iterator[tuple[str, str]]:
    """Les quartiers connus : « quartier de Brest » quand le registre en dit la ville."""
    for quartier in reglages.noms_locaux.quartiers:
        yield from ((nom.forme, "quartier") for nom in _lieu(quartier, ""))
    villes = {t.code: t.nom for t in reglages.territoires}
    for source in registre.sources:
        ville = villes[source.territoire]
        de = "d'" if plier(ville)[:1] in "aeiouyh" else "de "
        for personne in source.participants:
            if personne.quartier:
                yield from ((n.forme, f"quartier {de}{ville}") for n in _lieu(personne.quartier, ""))


def noms_des_participants(registre: Registre) -> Iterator[NomConnu]:
    """Prénoms, noms, quartiers et structures que dit le registre."""
    for personne in (p for source in registre.sources for p in source.participants):
        if personne.prenom:
            yield NomConnu(personne.prenom, TypeMention.PRENOM, sexe=personne.sexe)
        if personne.nom:
            yield NomConnu(personne.nom, TypeMention.NOM)
        if personne.quartier:
            yield from _lieu(personne.quartier, "registre")
        if personne.structure:
            yield from _structure(personne.structure)


def noms_locaux(locaux: NomsLocaux) -> Iterator[NomConnu]:
    """Les quartiers et les institutions nommées de `etude.toml`."""
    for quartier in locaux.quartiers:
        yield from _lieu(quartier, "noms locaux")
    for institution in locaux.institutions:
        yield NomConnu(institution, TypeMention.STRUCTURE, "noms locaux")


def _lieu(nom: str, detecteur: str) -> Iterator[NomConnu]:
    """Le lieu, sans son article, et les deux quartiers d'un nom double (« Méan-Penhoët »)."""
    nom = re.sub(r"\s*\(.*?\)", "", nom).strip()
    sans_article = re.sub(r"^(?:l['’]|(?:les?|la)\s)\s*", "", nom, flags=re.IGNORECASE)
    parties = nom.split("-")
    double = len(parties) == 2 and all(p[:1].isupper() and len(p) > 3 for p in parties)
    doubles = [
        p for p in parties if double and len(p) > 4 and plier(p) not in listes.expressions("proches")
    ]
    for forme in dict.fromkeys((nom, sans_article, *doubles)):
        yield NomConnu(forme, TypeMention.LIEU, detecteur)


def _structure(nom: str) -> Iterator[NomConnu]:
    """La structure, et son nom propre s'il suit son genre (« association Les Équipages »)."""
    nom = re.split(r"[,(]", nom, maxsplit=1)[0].strip()
    yield NomConnu(nom, TypeMention.STRUCTURE)
    mots = nom.split()
    rang = next((i for i, mot in enumerate(mots) if i and mot[0].isupper()), 0)
    if rang and plier(mots[rang - 1]) not in listes.mots("particules"):
        yield NomConnu(" ".join(mots[rang:]), TypeMention.STRUCTURE)


def _est_propre(forme: str, intouchables: frozenset[str]) -> bool:
    """Vrai si le nom a un mot à majuscule qui n'est ni public ni un territoire."""
    if plier(forme) in intouchables:
        return False
    mots = [mot for mot in re.split(r"[\s'’]+", forme) if mot[:1].isupper()]
    genres = (
        listes.expressions("structures")
        | intouchables
        | {"maison", "mission", "association", "groupement"}
    )
    propres = [m for m in mots if plier(m) not in genres and not _compose_public(m, intouchables)]
    return bool(propres)


def _compose_public(mot: str, intouchables: frozenset[str]) -> bool:
    return "-" in mot and any(len(p) > 3 and plier(p) in intouchables for p in mot.split("-"))
