"""Écrire du Markdown (celui de pandoc) : échappement, tableaux, citations, listes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAUX = re.compile(r"([\\`*_\[\]<>|~^$@#{}&])")
_DEBUT_DE_LISTE = re.compile(r"^(\s*)([-+])(\s)|^(\s*\d+)([.)])(\s)")


def echapper(texte: str) -> str:
    """Le texte, dont aucun caractère n'est pris pour du Markdown ; une seule ligne."""
    ligne = _SPECIAUX.sub(r"\\\1", " ".join(texte.split(" ")).replace("\n", " "))
    return _DEBUT_DE_LISTE.sub(_proteger, ligne)


def _proteger(trouve: re.Match[str]) -> str:
    avant, signe, apres = (trouve.group(i) or trouve.group(i + 3) or "" for i in (1, 2, 3))
    return f"{avant}\\{signe}{apres}"


def tableau(
    entetes: Sequence[str],
    lignes: Iterable[Sequence[str]],
    *,
    largeurs: Sequence[int],
    legende: str = "",
) -> str:
    """Un tableau de pandoc : première colonne à gauche, les autres centrées.

    `largeurs` sont relatives ; les cellules sont déjà échappées.
    """
    traits = ["-" * (4 * largeurs[0]), *(f":{'-' * (4 * largeur)}:" for largeur in largeurs[1:])]
    rangs = [entetes, traits, *lignes]
    texte = "\n".join(f"| {' | '.join(rang)} |" for rang in rangs)
    return f"{texte}\n\n: {legende}" if legende else texte


def citation(texte: str, source: str) -> str:
    """Un verbatim en retrait, et sa référence au-dessous."""
    return f"> {texte}\n>\n> *{source}*"


def liste(elements: Iterable[str]) -> str:
    """Une liste à puces."""
    return "\n".join(f"- {element}" for element in elements)


def chapitre(*blocs: str) -> str:
    """Les blocs non vides, séparés d'une ligne ; finit par un retour à la ligne."""
    return "\n\n".join(bloc for bloc in blocs if bloc) + "\n"
