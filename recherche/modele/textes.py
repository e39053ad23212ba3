"""Comparer des textes sans égard à la casse ni aux accents."""

from __future__ import annotations

import unicodedata
from typing import Literal


def sans_accents(texte: str, forme: Literal["NFD", "NFKD"] = "NFKD") -> str:
    """Le texte sans casse ni accents. `forme` : NFKD défait aussi ligatures et exposants, NFD non."""
    decompose = unicodedata.normalize(forme, texte.casefold())
    return "".join(c for c in decompose if not unicodedata.combining(c))
