"""Le français imprimé : espaces insécables, apostrophes, guillemets, nombres, dates, accords."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

INSECABLE = "\u00a0"
FINE = "\u202f"

_MOIS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_DROITS = re.compile(r'"([^"]*)"')
_GUILLEMETS = re.compile(r"«\s*([^«»]*?)\s*»")


def typographier(texte: str) -> str:
    """Le texte aux règles françaises ; les mots restent les mêmes.

    Apostrophe courbe, points de suspension, guillemets « », espace insécable avant « : » et dans les
    guillemets, fine insécable avant ; ! ? et %, et entre les chiffres d'un nombre déjà groupé.
    """
    texte = texte.replace("'", "’").replace("...", "…")
    texte = _GUILLEMETS.sub(rf"«{INSECABLE}\1{INSECABLE}»", _DROITS.sub(r"« \1 »", texte))
    texte = re.sub(r"[ \u00a0\u202f]+([;!?%])", rf"{FINE}\1", texte)
    texte = re.sub(r"[ \u00a0\u202f]+:", f"{INSECABLE}:", texte)
    return re.sub(r"(?<=\d)[ \u00a0](?=\d{3}\b)", FINE, texte)


def citer(texte: str) -> str:
    """Le texte entre guillemets français ; ceux qu'il contient deviennent des guillemets anglais."""
    dedans = typographier(" ".join(texte.split()))
    dedans = dedans.replace(f"«{INSECABLE}", "“").replace(f"{INSECABLE}»", "”")
    return f"«{INSECABLE}{dedans}{INSECABLE}»"


def nombre(valeur: int) -> str:
    """12345 -> « 12 345 », par tranches de trois à partir de mille."""
    return f"{valeur:,}".replace(",", FINE)


def compter(valeur: int, singulier: str, pluriel: str | None = None) -> str:
    """« 1 entretien », « 12 entretiens », « aucun entretien » n'est pas de son ressort."""
    return f"{nombre(valeur)}{INSECABLE}{accorder(valeur, singulier, pluriel)}"


def accorder(valeur: int, singulier: str, pluriel: str | None = None) -> str:
    """Le singulier jusqu'à un, le pluriel (à défaut, un s) à partir de deux."""
    return singulier if abs(valeur) < 2 else (pluriel or f"{singulier}s")


def pourcentage(part: float) -> str:
    """0.8167 -> « 82 % », arrondi au point, la moitié vers le haut."""
    return f"{int(part * 100 + 0.5)}{FINE}%"


def date_longue(jour: date) -> str:
    """« 1er mars 2009 »."""
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    return f"{quantieme}{INSECABLE}{_MOIS[jour.month - 1]} {jour.year}"


def periode(debut: date, fin: date) -> str:
    """« de mars 2009 à juin 2010 », « d’avril à juin 2010 » ou « en mai 2010 »."""
    fin_dite = f"{_MOIS[fin.month - 1]} {fin.year}"
    if (debut.year, debut.month) == (fin.year, fin.month):
        return f"en {fin_dite}"
    mois = _MOIS[debut.month - 1]
    de = "d’" if mois[0] in "ao" else "de "
    annee = "" if debut.year == fin.year else f" {debut.year}"
    return f"{de}{mois}{annee} à {fin_dite}"


def enumerer(elements: Sequence[str], liaison: str = "et") -> str:
    """« a », « a et b », « a, b et c »."""
    if len(elements) < 2:
        return "".join(elements)
    return f"{', '.join(elements[:-1])} {liaison} {elements[-1]}"


def majuscule(texte: str) -> str:
    """La première lettre en capitale, le reste tel quel."""
    return texte[:1].upper() + texte[1:]


def minuscule(texte: str) -> str:
    """La première lettre en bas de casse, sauf devant un sigle ou une lettre seule."""
    return texte if texte[1:2].isupper() else texte[:1].lower() + texte[1:]
