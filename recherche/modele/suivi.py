"""Avancement d'un travail long et bilan d'une étape."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Avancement:
    """Où en est un travail : `fait` sur `total`, dans `unite` (« s », « entretiens »…)."""

    etape: str
    objet: str
    fait: float
    total: float
    unite: str = ""


Suivi = Callable[[Avancement], None]


def silencieux(_: Avancement) -> None:
    """Suivi par défaut : ne montre rien."""


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Ce qui a empêché un objet (source, fichier) d'être traité, et le remède."""

    objet: str
    message: str
    remede: str


@dataclass(frozen=True, slots=True)
class Bilan:
    """Ce qu'une étape a fait : objets faits, passés parce que déjà faits, refusés avec leur raison."""

    etape: str
    faits: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    anomalies: tuple[Anomalie, ...] = ()
    messages: tuple[str, ...] = ()
