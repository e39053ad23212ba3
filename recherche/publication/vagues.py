"""Publier par vagues : deux versions successives ne diffèrent jamais d'une ou deux personnes.

Qui garde une version précédente soustrait ses effectifs des nouveaux. Si une seule personne est entrée
ou sortie d'un groupe (un territoire et un profil), la différence est tout ce qu'elle a dit. On publie
donc, dans chaque groupe, un ensemble d'entretiens qui est le même que dans chaque version déjà publiée,
ou qui en diffère d'au moins `seuil` personnes, entrées et sorties comptées ensemble : toute différence
d'effectifs, d'un groupe ou d'une somme de groupes, en mêle alors au moins `seuil`.

Des entretiens nouveaux attendent d'être assez nombreux. Quand une personne se retire, elle sort
aussitôt ; d'autres, désignées par un hachage, sortent avec elle, et reviennent dans une vague suivante.
Entre plusieurs ensembles permis, le plus grand est pris, et à égalité celui de la dernière version.

Limite : un entretien recodé, sans entrée ni sortie, change des effectifs sans qu'on sache duquel il
s'agit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence

Ensemble = frozenset[str]


def retenir(
    publiables: Collection[str],
    groupes: Mapping[str, str],
    precedentes: Sequence[Collection[str]],
    seuil: int,
) -> Ensemble:
    """Les sources à publier parmi `publiables`.

    `groupes` : le groupe de chaque entretien, passé ou présent (une source qui n'y est pas, un atelier,
    n'est pas comptée et passe toujours) ; `precedentes` : les sources de chaque version, la dernière à
    la fin. Sans version précédente, toutes.
    """
    permises = frozenset(publiables)
    if not precedentes:
        return permises
    retenues = permises - groupes.keys()
    for groupe in sorted(set(groupes.values())):
        membres = frozenset(s for s, g in groupes.items() if g == groupe)
        avant = [membres.intersection(sources) for sources in precedentes]
        retenues |= _du_groupe(membres & permises, avant, seuil)
    return retenues


def _du_groupe(permises: Ensemble, avant: Sequence[Ensemble], seuil: int) -> Ensemble:
    """Le plus grand des ensembles essayés qui ne s'écarte d'aucun ancien de 1 à seuil - 1 personnes."""
    possibles = [e for e in _essais(permises, avant) if _assez_loin(e, avant, seuil)]
    return max(possibles, key=lambda e: (len(e), e == avant[-1], -len(e ^ avant[-1])))


def _essais(permises: Ensemble, avant: Sequence[Ensemble]) -> Iterator[Ensemble]:
    """Les anciens encore permis ; tout ce qui est permis, moins quelques-uns, les anciens d'abord."""
    yield from (ancien for ancien in avant if ancien <= permises)
    deja = frozenset().union(*avant)
    ordre = sorted(permises, key=lambda source: (source not in deja, _hacher(source)))
    yield from (frozenset(ordre[ote:]) for ote in range(len(ordre) + 1))
    ordre = sorted(permises, key=lambda source: (source in deja, _hacher(source)))
    yield from (frozenset(ordre[ote:]) for ote in range(len(ordre) + 1))


def _assez_loin(essai: Ensemble, avant: Sequence[Ensemble], seuil: int) -> bool:
    """Pareil que chaque ancien, ou loin de lui d'au moins `seuil` personnes ; vide, il ne dit rien."""
    return not essai or all(len(essai ^ ancien) == 0 or len(essai ^ ancien) >= seuil for ancien in avant)


def _hacher(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()
