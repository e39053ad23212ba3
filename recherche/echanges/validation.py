"""Lire un fichier JSON d'échange et dire toutes ses fautes à la fois."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from recherche.erreurs import ErreurEchange

Modele = TypeVar("Modele", bound=BaseModel)
MONTREES = 30

_MESSAGES = {
    "missing": "clé obligatoire absente",
    "extra_forbidden": "clé inconnue",
    "string_type": "un texte est attendu",
    "string_too_short": "le texte est vide",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "finite_number": "un nombre fini est attendu",
    "bool_type": "true ou false est attendu",
    "list_type": "une liste est attendue",
    "tuple_type": "une liste est attendue",
    "dict_type": "un objet est attendu",
    "model_type": "un objet est attendu",
    "too_short": "la liste est vide ou trop courte",
    "too_long": "la liste est trop longue",
    "date_type": "une date (2009-12-02) est attendue",
    "date_parsing": "une date (2009-12-02) est attendue",
    "date_from_datetime_parsing": "une date (2009-12-02) est attendue",
    "date_from_datetime_inexact": "une date sans heure (2009-12-02) est attendue",
    "datetime_type": "une date et une heure sont attendues",
    "datetime_parsing": "une date et une heure sont attendues",
    "datetime_from_date_parsing": "une date et une heure sont attendues",
    "timezone_aware": "une date avec son fuseau est attendue",
    "greater_than_equal": "le nombre est trop petit",
    "less_than_equal": "le nombre est trop grand",
    "string_pattern_mismatch": "la forme n'est pas celle attendue",
}


class Strict(BaseModel):
    """Un objet JSON dont toutes les clés sont connues et dont rien n'est converti en silence."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


def lire_json(fichier: Path, fmt: str) -> dict[str, Any]:
    """L'objet JSON du fichier, dont la clé « format » vaut `fmt`. Lève `ErreurEchange`."""
    try:
        donnees = json.loads(fichier.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ErreurEchange(f"{fichier} n'existe pas.", "Vérifiez le chemin du fichier.") from None
    except json.JSONDecodeError as erreur:
        raise ErreurEchange(
            f"{fichier}, ligne {erreur.lineno}, colonne {erreur.colno} : ce n'est pas du JSON valide.",
            "Réexportez le fichier, ou corrigez cette ligne (guillemet, virgule, accolade).",
        ) from erreur
    except (OSError, UnicodeDecodeError, RecursionError) as erreur:
        raise ErreurEchange(
            f"{fichier} ne se lit pas : {erreur}.", "Il faut un fichier JSON enregistré en UTF-8."
        ) from erreur
    trouve = donnees.get("format") if isinstance(donnees, dict) else None
    if trouve != fmt:
        raise ErreurEchange(
            f"{fichier}, clé format : « {fmt} » est attendu, et non {trouve!r}.",
            f'Le fichier commence par {{"format": "{fmt}", … ; vérifiez que c\'est le bon.',
        )
    return dict(donnees)


def valider(
    modele: type[Modele],
    donnees: dict[str, Any],
    fichier: Path,
    nommer: Callable[[tuple[str | int, ...]], str],
) -> Modele:
    """Les données comme `modele`. Lève `ErreurEchange` avec toutes les fautes, nommées par `nommer`."""
    try:
        return modele.model_validate_json(json.dumps(donnees))
    except ValidationError as erreur:
        fautes = [f"{nommer(e['loc'])} : {_dire(e['type'], e['msg'])}" for e in erreur.errors()]
        raise erreur_de(fichier, fautes) from erreur


def erreur_de(fichier: Path, fautes: Iterable[str]) -> ErreurEchange:
    """L'erreur qui dit les fautes d'un fichier, sans doublon."""
    toutes = list(dict.fromkeys(fautes))
    detail = "".join(f"\n  - {faute}" for faute in toutes[:MONTREES])
    reste = len(toutes) - MONTREES
    suite = f"\n  - et {reste} autre(s)" if reste > 0 else ""
    return ErreurEchange(
        f"{fichier} : {len(toutes)} erreur(s).{detail}{suite}",
        "Corrigez le fichier et recommencez ; rien n'a été importé.",
    )


def chemin(cle: Sequence[str | int]) -> str:
    """`("sources", 0, "codages", 2)` -> « sources[1].codages[3] » : on compte à partir de 1."""
    nom = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in cle).lstrip(".")
    return nom or "le fichier"


def _dire(type_: str, message: str) -> str:
    if type_ in {"value_error", "assertion_error"}:
        return message.partition(", ")[2]
    return _MESSAGES.get(type_, message)
