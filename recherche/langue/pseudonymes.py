"""Transcription brute + mentions -> transcription pseudonymisée, et retour avec la clé.

Le remplacement se fait par position : la ponctuation collée reste, les mots hors des mentions ne
changent pas, les mots remplacés gardent leur intervalle de temps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recherche.langue.cle import Cle, ContextePseudonymes, Entree
from recherche.langue.correspondance import Correspondance
from recherche.langue.mentions import Mention, TypeMention, disjointes
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee

__all__ = [
    "Cle",
    "ContextePseudonymes",
    "Correspondance",
    "Entree",
    "Mention",
    "TypeMention",
    "disjointes",
    "pseudonymiser",
    "reconstituer",
]


@dataclass(frozen=True, slots=True)
class _Remplacement:
    """[debut, fin[ d'un texte à remplacer par `texte`."""

    debut: int
    fin: int
    texte: str


def pseudonymiser(
    transcription: Transcription,
    mentions: Sequence[Mention],
    cle: Cle,
    *,
    contexte: ContextePseudonymes | None = None,
    provenance: Provenance | None = None,
) -> tuple[TranscriptionPseudonymisee, Cle, Correspondance]:
    """La transcription pseudonymisée, la clé prolongée et la correspondance des positions.

    `contexte` dit le sexe des personnes et les prénoms interdits ; `provenance` est celle du résultat
    (par défaut celle du texte brut). Lève `ValueError` si une mention sort d'un tour ou en chevauche
    une autre.
    """
    texte = transcription.texte
    triees = sorted(mentions, key=lambda m: m.debut)
    _verifier(texte, triees, transcription.source_id)
    originaux = [(mention.type, texte[mention.debut : mention.fin]) for mention in triees]
    cle = cle.prolonger(originaux, contexte)
    rangs = [cle.rang(type_, original) for type_, original in originaux]
    remplacements = [
        _Remplacement(m.debut, m.fin, cle.entrees[rang].pseudonyme)
        for m, rang in zip(triees, rangs, strict=True)
    ]
    pseudonymisee = TranscriptionPseudonymisee(
        transcription.source_id,
        _remplacer(transcription.tours, transcription.debuts(), remplacements),
        provenance or transcription.provenance,
    )
    renvois = [
        (rang, cle.entrees[rang].originaux.index(original))
        for rang, (_, original) in zip(rangs, originaux, strict=True)
    ]
    positions = zip(_quadruplets(remplacements), renvois, strict=True)
    return pseudonymisee, cle, Correspondance(tuple((*place, *renvoi) for place, renvoi in positions))


def reconstituer(
    pseudonymisee: TranscriptionPseudonymisee,
    correspondance: Correspondance,
    cle: Cle,
    *,
    provenance: Provenance | None = None,
) -> Transcription:
    """Le texte brut exact, retrouvé avec la clé.

    Les temps des mots d'une mention sont repartagés dans son intervalle si leur nombre a changé.
    Lève `KeyError` si la clé n'est pas celle de cette transcription.
    """
    remplacements = []
    texte = pseudonymisee.texte
    for _, _, debut, fin, rang, ecriture in correspondance.lignes:
        attendu = texte[debut:fin]
        entree = cle.entrees[rang] if rang < len(cle.entrees) else None
        if entree is None or entree.pseudonyme != attendu:
            raise KeyError(f"{pseudonymisee.source_id} : {attendu} n'est pas de cette clé")
        remplacements.append(_Remplacement(debut, fin, entree.originaux[ecriture]))
    tours = _remplacer(pseudonymisee.tours, pseudonymisee.debuts(), remplacements)
    return Transcription(pseudonymisee.source_id, tours, provenance or pseudonymisee.provenance)


def _verifier(texte: str, mentions: Sequence[Mention], source_id: str) -> None:
    fin = 0
    for mention in mentions:
        masque = texte[mention.debut : mention.fin]
        if not fin <= mention.debut < mention.fin <= len(texte):
            raise ValueError(
                f"{source_id} : mention [{mention.debut}, {mention.fin}[ hors du texte ou double"
            )
        if "\n" in masque or masque != masque.strip():
            raise ValueError(f"{source_id} : la mention [{mention.debut}, {mention.fin}[ sort d'un tour")
        fin = mention.fin


def _quadruplets(remplacements: Sequence[_Remplacement]) -> tuple[tuple[int, int, int, int], ...]:
    quadruplets = []
    decalage = 0
    for r in remplacements:
        debut = r.debut + decalage
        quadruplets.append((r.debut, r.fin, debut, debut + len(r.texte)))
        decalage += len(r.texte) - (r.fin - r.debut)
    return tuple(quadruplets)


def _remplacer(
    tours: Sequence[Tour], debuts: Sequence[int], remplacements: Sequence[_Remplacement]
) -> tuple[Tour, ...]:
    """Les tours, chaque remplacement fait dans le sien."""
    nouveaux = []
    rang = 0
    for tour, debut in zip(tours, debuts, strict=True):
        fin = debut + len(tour.texte)
        locaux = []
        while rang < len(remplacements) and remplacements[rang].debut < fin:
            r = remplacements[rang]
            locaux.append(_Remplacement(r.debut - debut, r.fin - debut, r.texte))
            rang += 1
        nouveaux.append(replace(tour, mots=_mots(tour.mots, locaux)) if locaux else tour)
    return tuple(nouveaux)


def _mots(mots: Sequence[Mot], remplacements: Sequence[_Remplacement]) -> tuple[Mot, ...]:
    """Les mots d'un tour après remplacement : les mots non touchés sont les mêmes objets."""
    sortie: list[Mot] = []
    groupe: list[Mot] = []
    restent = list(remplacements)
    position = depart = 0
    for mot in mots:
        fin = position + len(mot.texte)
        if not groupe:
            depart = position
        groupe.append(mot)
        touche = restent and restent[0].debut < fin
        if not touche:
            sortie += groupe
            groupe = []
        elif not _continue(restent, fin):
            faits = [r for r in restent if r.debut < fin]
            restent = restent[len(faits) :]
            sortie += _refaire(groupe, depart, faits)
            groupe = []
        position = fin + 1
    return tuple(sortie)


def _continue(restent: Sequence[_Remplacement], fin: int) -> bool:
    """Vrai si un remplacement commencé avant `fin` se poursuit dans le mot suivant."""
    return any(r.debut < fin < r.fin for r in restent)


def _refaire(groupe: Sequence[Mot], depart: int, remplacements: Sequence[_Remplacement]) -> list[Mot]:
    texte = " ".join(mot.texte for mot in groupe)
    for r in reversed(remplacements):
        texte = texte[: r.debut - depart] + r.texte + texte[r.fin - depart :]
    textes = texte.split(" ")
    if len(textes) == len(groupe):
        return [replace(mot, texte=nouveau) for mot, nouveau in zip(groupe, textes, strict=True)]
    return _partager(groupe, textes)


def _partager(groupe: Sequence[Mot], textes: Sequence[str]) -> list[Mot]:
    """Les nouveaux mots se partagent l'intervalle des anciens, selon leur longueur."""
    confiances = [mot.confiance for mot in groupe if mot.confiance is not None]
    confiance = min(confiances) if confiances else None
    debut = next((m.debut_s for m in groupe if m.debut_s is not None), None)
    fin = next((m.fin_s for m in reversed(groupe) if m.fin_s is not None), None)
    if debut is None or fin is None:
        return [Mot(texte, confiance=confiance) for texte in textes]
    total = sum(map(len, textes))
    bornes = [debut + (fin - debut) * sum(map(len, textes[:i])) / total for i in range(len(textes))] + [
        fin
    ]
    return [Mot(t, bornes[i], bornes[i + 1], confiance) for i, t in enumerate(textes)]
