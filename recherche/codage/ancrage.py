"""Des citations aux extraits : retrouver un passage dans son tour, et vérifier les codages."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator

from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Extrait, Grille
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee


def normaliser(texte: str) -> str:
    """Texte NFC, une seule espace entre les mots : l'écriture des transcriptions."""
    return " ".join(unicodedata.normalize("NFC", texte).split())


def ancrer(
    transcription: Transcription | TranscriptionPseudonymisee, tour: int, citation: str
) -> Extrait:
    """L'extrait que cite `citation` dans le tour d'indice `tour` (0 pour le premier).

    Les positions sont celles de `transcription.texte`. Espaces et accents composés n'importent pas.
    Lève `ErreurCodage` si le tour n'existe pas, si la citation est vide, absente ou ambiguë.
    """
    ou = f"{transcription.source_id}, tour {tour}"
    if not 0 <= tour < len(transcription.tours):
        raise ErreurCodage(
            f"{ou} : ce tour n'existe pas, il y en a {len(transcription.tours)} (de 0 à "
            f"{len(transcription.tours) - 1}).",
            "Vérifiez que le codage porte bien sur cette version de la transcription.",
        )
    cherchee = normaliser(citation)
    places = list(_occurrences(transcription.tours[tour].texte, cherchee))
    if len(places) != 1:
        raise _introuvable(ou, cherchee, len(places))
    debut = transcription.debuts()[tour] + places[0]
    return Extrait.dans(transcription.texte, debut, debut + len(cherchee))


def verifier(codages: Iterable[Codage], grille: Grille) -> None:
    """Vérifie que les codages suivent la grille. Lève `ErreurCodage` avec toutes les fautes.

    Par extrait et par codeur : codes connus et posés une fois, au moins un thème et, si la grille a
    des natures, exactement une.
    """
    if liste := list(fautes(codages, grille)):
        detail = "".join(f"\n  - {faute}" for faute in liste)
        raise ErreurCodage(
            f"{len(liste)} faute(s) de codage.{detail}",
            f"Corrigez ces codages d'après la grille « {grille.titre} », version {grille.version}.",
        )


def fautes(codages: Iterable[Codage], grille: Grille) -> Iterator[str]:
    """Ce qui, dans les codages, ne suit pas la grille : une phrase par faute (voir `verifier`)."""
    themes = {code.id for code in grille.themes()}
    natures = {code.id for code in grille.natures}
    groupes: dict[tuple[str, Extrait, str], list[str]] = defaultdict(list)
    for codage in codages:
        groupes[codage.source_id, codage.extrait, codage.codeur].append(codage.code)
    for (source, extrait, codeur), codes in groupes.items():
        for dit in _fautes_extrait(codes, themes, natures):
            yield f"{source}, caractères {extrait.debut} à {extrait.fin}, codeur {codeur} : {dit}"


def _fautes_extrait(codes: list[str], themes: set[str], natures: set[str]) -> Iterator[str]:
    for code in dict.fromkeys(codes):
        if code not in themes | natures:
            yield f"le code « {code} » n'est pas dans la grille"
        if codes.count(code) > 1:
            yield f"le code « {code} » est posé deux fois"
    if not themes.intersection(codes):
        yield "il manque un code thématique"
    posees = [code for code in dict.fromkeys(codes) if code in natures]
    if natures and len(posees) != 1:
        dit = ", ".join(posees) or "aucune"
        yield f"une nature du propos exactement est attendue ({dit})"


def _occurrences(texte: str, cherche: str) -> Iterator[int]:
    """Positions de toutes les occurrences, même chevauchantes ; aucune si `cherche` est vide."""
    place = texte.find(cherche) if cherche else -1
    while place >= 0:
        yield place
        place = texte.find(cherche, place + 1)


def _introuvable(ou: str, citation: str, nombre: int) -> ErreurCodage:
    courte = citation if len(citation) <= 80 else f"{citation[:77]}..."
    if not citation:
        return ErreurCodage(f"{ou} : la citation est vide.", "Donnez le texte du passage codé.")
    if nombre:
        return ErreurCodage(
            f"{ou} : « {courte} » s'y trouve {nombre} fois.",
            "Allongez la citation jusqu'à ce qu'elle ne désigne qu'un passage.",
        )
    return ErreurCodage(
        f"{ou} : « {courte} » ne s'y trouve pas.",
        "Recopiez la citation mot pour mot depuis cette version de la transcription.",
    )
