"""D'où vient une donnée dérivée."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Provenance:
    """Outil, version, réglages et date qui ont produit une valeur.

    `date` est à l'heure universelle (fuseau compris). `reglages` ne contient que des valeurs JSON.
    """

    outil: str
    version: str
    date: datetime
    reglages: Mapping[str, object] = field(default_factory=dict)
