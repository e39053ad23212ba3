"""Marques de l'oral, à la façon des sociologues, et version éditée. Calcul pur, rien n'est perdu :

la transcription d'origine (verbatim) reste ce qu'elle est, ces fonctions en rendent une autre.

- Pauses : « (.) », « (..) », « (...) » devant le mot qui suit un silence d'au moins 1, 2, 3 s, pendant
  lequel personne ne parle. Il faut les temps des mots de part et d'autre.
- Chevauchements : « // » de chaque côté des mots dits en même temps qu'un autre locuteur.
- Inaudible : « [inaudible 00:12:31] » à la place de mots voisins de très basse confiance, ou d'un mot
  déjà noté inaudible.
- Version éditée : sans les hésitations de `motifs/hesitations.txt`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from recherche.echanges.commun import Transcrit, horodatage
from recherche.echanges.listes import expressions, plier
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Mot, Tour

SEUILS_S = (1.0, 2.0, 3.0)
CHEVAUCHEMENT_S = 0.1
CONFIANCE_INAUDIBLE = 0.2
MOTS_INAUDIBLES = 2
CHEVAUCHE = "//"

_TERMINALE = re.compile(r"[.?!…]+[»\"”)]*$")
_OUVRE_PHRASE = re.compile(r"(?:[.?!…:]+[»\"”)]*|[«“(–—-])$")
_NOTES_INAUDIBLES = frozenset(("inaudible", "incomprehensible", "inaud", "xxx", "xxxx"))
T = TypeVar("T", bound=Transcrit)


def marquer(
    transcription: T,
    *,
    seuils_s: Sequence[float] = SEUILS_S,
    confiance: float = CONFIANCE_INAUDIBLE,
) -> T:
    """Passages inaudibles, chevauchements, pauses. Lève `ErreurEchange` si aucun mot n'a de durée."""
    if all(mot.fin_s is None for tour in transcription.tours for mot in tour.mots):
        raise ErreurEchange(
            f"{transcription.source_id} n'a pas le temps de ses mots : on ne peut y marquer ni pause ni"
            " chevauchement.",
            "Exportez-la sans --marques, ou avec --prive --automatique si elle a été transcrite ici.",
        )
    inaudible = marquer_inaudibles(transcription, confiance=confiance)
    return marquer_pauses(marquer_chevauchements(inaudible), seuils_s=seuils_s)


def marquer_pauses(transcription: T, *, seuils_s: Sequence[float] = SEUILS_S) -> T:
    """Une pause devant chaque mot que précède un silence d'au moins `seuils_s[0]` secondes."""
    mots = [mot for tour in transcription.tours for mot in tour.mots]
    silences = _silences(mots, seuils_s[0])
    rangs = itertools.count()
    tours = []
    for tour in transcription.tours:
        marques: list[Mot] = []
        for mot in tour.mots:
            if silence := silences.get(next(rangs)):
                _poser_pause(marques, silence, seuils_s)
            marques.append(mot)
        tours.append(replace(tour, mots=tuple(marques)))
    return _avec(transcription, tours, "pauses")


def _poser_pause(marques: list[Mot], silence: tuple[float, float], seuils_s: Sequence[float]) -> None:
    """Ajoute la pause, devant le « // » qui ouvre.

    En tête de tour elle ne dure pas : le tour commence toujours à sa parole.
    """
    debut, fin = silence
    points = sum(round(fin - debut, 3) >= seuil for seuil in seuils_s)
    entame = any(mot.debut_s is not None for mot in marques)
    pause = Mot(f"({'.' * points})", debut if entame else fin, fin)
    ouvert = sum(mot.texte == CHEVAUCHE for mot in marques) % 2
    marques.insert(len(marques) - ouvert if marques[-1:] == [Mot(CHEVAUCHE)] else len(marques), pause)


def _silences(mots: Sequence[Mot], seuil_s: float) -> dict[int, tuple[float, float]]:
    """Le silence qui précède chaque mot, par rang : ni lui, ni personne d'autre n'y parle.

    Un mot sans temps juste avant cache peut-être de la parole : pas de pause alors.
    """
    dates = sorted(
        (mot.debut_s, mot.fin_s if mot.fin_s is not None else mot.debut_s, rang)
        for rang, mot in enumerate(mots)
        if mot.debut_s is not None and mot.texte != CHEVAUCHE
    )
    silences = {}
    fins = itertools.accumulate((fin for _, fin, _ in dates), max)
    for fin_avant, (debut, _, rang) in zip(fins, dates[1:], strict=False):
        # La comparaison à la milliseconde évite qu'une soustraction de flottants perde un seuil exact.
        if round(debut - fin_avant, 3) >= seuil_s and _precede_date(mots, rang):
            silences[rang] = (fin_avant, debut)
    return silences


def _precede_date(mots: Sequence[Mot], rang: int) -> bool:
    while rang and mots[rang - 1].texte == CHEVAUCHE:
        rang -= 1
    return rang > 0 and mots[rang - 1].fin_s is not None


def marquer_chevauchements(transcription: T, *, seuil_s: float = CHEVAUCHEMENT_S) -> T:
    """« // » avant et après les mots qu'un autre locuteur recouvre d'au moins `seuil_s` secondes."""
    dits = [(tour.locuteur, mot) for tour in transcription.tours for mot in tour.mots]
    couverts = _couverts(dits, seuil_s)
    rangs = itertools.count()
    tours = []
    for tour in transcription.tours:
        marques: list[Mot] = []
        etats = [(mot, next(rangs) in couverts) for mot in tour.mots]
        for couvert, groupe in itertools.groupby(etats, key=lambda etat: etat[1]):
            dans = [mot for mot, _ in groupe]
            borne = [Mot(CHEVAUCHE)] if couvert else []
            marques += [*borne, *dans, *borne]
        tours.append(replace(tour, mots=tuple(marques)))
    return _avec(transcription, tours, "chevauchements")


def _couverts(dits: Sequence[tuple[str, Mot]], seuil_s: float) -> set[int]:
    """Les rangs des mots dits en même temps qu'un mot d'un autre locuteur. Balayage par début."""
    dates = sorted(
        (mot.debut_s, mot.fin_s, rang)
        for rang, (_, mot) in enumerate(dits)
        if mot.debut_s is not None and mot.fin_s is not None
    )
    couverts: set[int] = set()
    ouverts: list[tuple[float, int]] = []
    for debut, fin, rang in dates:
        ouverts = [(f, r) for f, r in ouverts if f > debut]
        for autre_fin, autre in ouverts:
            commun = round(min(fin, autre_fin) - debut, 3)
            if dits[autre][0] != dits[rang][0] and commun >= seuil_s:
                couverts |= {rang, autre}
        ouverts.append((fin, rang))
    return couverts


def marquer_inaudibles(
    transcription: T, *, confiance: float = CONFIANCE_INAUDIBLE, mots: int = MOTS_INAUDIBLES
) -> T:
    """« [inaudible hh:mm:ss] » à la place d'au moins `mots` mots voisins sous `confiance` (0 à 1)."""
    tours = []
    for tour in transcription.tours:
        marques: list[Mot] = []
        for genre, groupe in itertools.groupby(tour.mots, key=lambda mot: _audibilite(mot, confiance)):
            dans = list(groupe)
            note = genre == "noté" or (genre == "bas" and len(dans) >= mots)
            marques += _inaudible(dans) if note else dans
        tours.append(replace(tour, mots=tuple(marques)))
    return _avec(transcription, tours, "inaudibles")


def _audibilite(mot: Mot, confiance: float) -> str:
    if plier(mot.texte).strip("[]().,:;!?…<>* ") in _NOTES_INAUDIBLES:
        return "noté"
    return "bas" if mot.confiance is not None and mot.confiance < confiance else "audible"


def _inaudible(mots: Sequence[Mot]) -> list[Mot]:
    """Deux mots, car un mot ne contient pas d'espace : « [inaudible » et « 00:12:31] »."""
    debut = next((mot.debut_s for mot in mots if mot.debut_s is not None), None)
    if debut is None:
        return [Mot("[inaudible]")]
    fin = next((mot.fin_s for mot in reversed(mots) if mot.fin_s is not None), None)
    code = horodatage(debut, ".")[:8]
    return [Mot("[inaudible", debut, debut), Mot(f"{code}]", debut, fin)]


def editer(transcription: T) -> T:
    """Sans hésitations : la ponctuation et la majuscule passent aux mots voisins.

    Un tour qui n'est fait que d'hésitations est gardé : c'est une réponse.
    """
    tours = [_editer_tour(tour) for tour in transcription.tours]
    return _avec(transcription, tours, "sans hésitations")


def _editer_tour(tour: Tour) -> Tour:
    gardes: list[Mot] = []
    majuscule = False
    for rang, mot in enumerate(tour.mots):
        avant = _dernier_mot(gardes)
        debut_de_phrase = avant is None or _OUVRE_PHRASE.search(gardes[avant].texte) is not None
        suivant = next((m.texte for m in tour.mots[rang + 1 :] if not _marque(m)), "")
        cite = avant is not None and gardes[avant].texte == "«" and suivant.startswith("»")
        if not cite and _hesitation(mot.texte, debut_de_phrase=debut_de_phrase):
            majuscule = majuscule or (debut_de_phrase and mot.texte[0].isupper())
            _clore(gardes, mot.texte, suivant)
        elif majuscule and mot.texte[0].isalpha():
            gardes.append(replace(mot, texte=mot.texte[0].upper() + mot.texte[1:]))
            majuscule = False
        else:
            gardes.append(mot)
    if not any(c.isalnum() for mot in gardes for c in mot.texte):
        return tour
    return replace(tour, mots=tuple(_sans_vides(gardes)))


def _marque(mot: Mot) -> bool:
    return mot.texte == CHEVAUCHE or re.fullmatch(r"\(\.+\)", mot.texte) is not None


def _dernier_mot(mots: Sequence[Mot]) -> int | None:
    """Le rang du dernier mot qui n'est pas une marque."""
    return next((i for i in range(len(mots) - 1, -1, -1) if not _marque(mots[i])), None)


def _sans_vides(mots: Sequence[Mot]) -> list[Mot]:
    """Sans les « // // » dont le seul mot était une hésitation."""
    gardes: list[Mot] = []
    ouverts = 0
    for mot in mots:
        ferme = mot.texte == CHEVAUCHE and ouverts % 2 == 1
        ouverts += mot.texte == CHEVAUCHE
        if ferme and gardes[-1].texte == CHEVAUCHE:
            gardes.pop()
        else:
            gardes.append(mot)
    return gardes


def _hesitation(texte: str, *, debut_de_phrase: bool) -> bool:
    """Vrai d'une hésitation, seule avec sa ponctuation ; une majuscule en pleine phrase est un nom."""
    nu = texte.strip('.,;:!?…«»"“”()-–—')
    if not nu or (nu[0].isupper() and not debut_de_phrase):
        return False
    plie = plier(nu)
    connues = expressions("hesitations")
    return plie in connues or re.sub(r"(.)\1{2,}", r"\1", plie) in connues


def _clore(gardes: list[Mot], ote: str, suivant: str) -> None:
    """La ponctuation finale d'un mot ôté (« hein. », « hein ? ») passe au mot d'avant, sans virgule."""
    rang = _dernier_mot(gardes)
    if rang is None:
        return
    avant = gardes[rang]
    fin = _TERMINALE.search(ote)
    if fin and not _TERMINALE.search(avant.texte):
        gardes[rang] = replace(avant, texte=avant.texte.rstrip(",;:-–—") + fin.group())
    elif not fin and suivant and suivant[0] in ".?!…":
        gardes[rang] = replace(avant, texte=avant.texte.rstrip(",;:-–—") or avant.texte)


def _avec(transcription: T, tours: Iterable[Tour], operation: str) -> T:
    """La transcription aux nouveaux tours ; sa provenance dit l'opération."""
    avant = transcription.provenance
    faites = [*_faites(avant.reglages.get("marques")), operation]
    provenance = replace(avant, reglages={**avant.reglages, "marques": faites})
    return replace(transcription, tours=tuple(tours), provenance=provenance)


def _faites(valeur: object) -> list[str]:
    return [str(nom) for nom in valeur] if isinstance(valeur, list) else []
