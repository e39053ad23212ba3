"""Mentions reconnues à leur forme : contacts, dates de naissance, adresses, numéros, initiales."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from recherche.langue import listes
from recherche.langue.mentions import Mention, TypeMention

_MAJ = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢİĶŁŃŅŇŌŐŒŘŚŞŠŤŪŮŰŹŻŽ"
_MOIS = (
    "janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre"
    "|décembre|decembre"
)
_JOUR = rf"(?:1er|premier|\d{{1,2}})\s+(?:{_MOIS})(?:\s+(?:19|20)\d\d)?"
_DATE = rf"{_JOUR}|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:19|20)?\d\d"
_DOMAINE = r"(?:com|fr|org|net|eu|info|bzh|example|exemple|tv|be|ch)"
_LETTRES = r"[\w.+-]*\w"

_CONTACTS = (
    rf"{_LETTRES}@[\w-]+(?:\.[\w-]+)+",
    rf"(?:{_LETTRES}\s+point\s+){{0,5}}(?:l[ea]\s+)?{_LETTRES}\s+(?:arobase|arobas|at)\s+[\w-]+(?:\s+point\s+\w+|\.\w+)*",
    rf"{_LETTRES}(?:\s+point\s+[\w-]+)*\s+point\s+{_DOMAINE}(?:\s+slash\s+[\w-]+)*",
    rf"(?:https?://)?(?:www\.)?[\w-]+(?:\.[\w-]+)*\.{_DOMAINE}(?:/[\w./-]*\w)?",
    r"@\w[\w.]*\w",
    r"(?:\+33|0033|0)\s?[1-9](?:[\s.-]?\d\d){4}",
)
_NUMEROS = (r"(?=\w*\d{4})[\dA-Za-z]{6,}", r"\d{2,4}(?:-\d{2,6})+")
_INITIALES = rf"[{_MAJ}]\.\s?[{_MAJ}]\."
_NAISSANCE = re.compile(r"\bn[ée]e?s?\b|naissance|anniversaire|\bans\b|la date\b", re.IGNORECASE)
_ANNEE = re.compile(r"(?:19|20)\d\d$|[/.-]\d\d$")
_PORTEE = 60


def _mot_entier(motif: str, *, casse: bool = True) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@])(?:{motif})(?![\w@])", 0 if casse else re.IGNORECASE)


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    return _mot_entier(_DATE, casse=False)


@lru_cache(maxsize=1)
def _contacts() -> re.Pattern[str]:
    nombres = sorted(listes.ecrits("nombres"), key=len, reverse=True)
    nombre = "|".join(nombres)
    lie = r"(?:[\s,-]+(?:et\s+)?)"
    epele = rf"(?:zéro|zero)(?:{lie}(?:{nombre})){{5,}}"
    return _mot_entier("|".join((*_CONTACTS, epele)), casse=False)


@lru_cache(maxsize=1)
def _adresses() -> re.Pattern[str]:
    """« rue de la Paix », « place Marcel-Vigne », avec son numéro éventuel."""
    voies = "|".join(re.escape(v) for v in listes.genres("lieux")["voie"])
    lien = (
        r"(?:d[eu]s?\s+(?:la\s+|l['’])?|la\s+|le\s+|les\s+|du\s+|des\s+|aux?\s+|à\s+la\s+|d['’]|l['’])?"
    )
    nom = rf"[{_MAJ}][\w'’-]*(?:\s+(?:(?:de|du|des|la|le|à|et|d['’])\s*)*[{_MAJ}][\w'’-]*)*"
    return _mot_entier(rf"(?:\d{{1,3}}(?:\s?(?:bis|ter))?,?\s+)?(?:(?i:{voies}))\s+{lien}{nom}")


@lru_cache(maxsize=1)
def _portes() -> re.Pattern[str]:
    portes = "|".join(re.escape(v) for v in listes.genres("lieux")["porte"])
    return _mot_entier(rf"(?:{portes})\s+(?:\d{{1,3}}|[b-xz]\d{{0,2}}(?!['’]))", casse=False)


@lru_cache(maxsize=1)
def _adresses_sans_casse() -> re.Pattern[str]:
    """« rue jean jaurès », « place de l'europe », dans un texte sans majuscules."""
    arret = "|".join(sorted(map(re.escape, listes.ecrits("oral")), key=len, reverse=True))
    lien = r"(?:d(?:es|u|e\s+la|e\s+l['’]|e)\s*|d['’]|de\s+)?"
    nom = rf"(?!(?:{arret})\b)\w[\w’-]{{3,}}"
    suite = rf"(?:\s+(?!(?:{arret}|deuxième|troisième|quatrième)\b)\w[\w’-]{{4,}})?"
    rues = rf"(?:rue|avenue|boulevard|impasse|square)\s+{lien}{nom}{suite}"
    places = rf"(?:place|route|quai|zone)\s+(?:de\s+l['’]|de\s+(?!la|les?\b)|du\s+){nom}"
    return _mot_entier(rf"{rues}|{places}", casse=False)


def mentions_de_forme(texte: str, *, sans_casse: bool = False) -> Iterator[Mention]:
    """Les mentions qu'une forme suffit à reconnaître, positions dans `texte`."""
    adresses = _adresses_sans_casse() if sans_casse else _adresses()
    for motif, type_, nom in (
        (_contacts(), TypeMention.CONTACT, "contact"),
        (adresses, TypeMention.LIEU, "adresse"),
        (_portes(), TypeMention.LIEU, "adresse"),
        (_mot_entier("|".join(_NUMEROS)), TypeMention.AUTRE, "numéro"),
        (re.compile(rf"(?<!\w){_INITIALES}"), TypeMention.AUTRE, "initiales"),
        (_mot_entier("(?:Super|Hyper|Marché) U"), TypeMention.STRUCTURE, "enseigne"),
    ):
        for trouve in motif.finditer(texte):
            yield Mention(trouve.start(), trouve.end(), type_, f"règle : {nom}")
    yield from _dates_de_naissance(texte)


def _dates_de_naissance(texte: str) -> Iterator[Mention]:
    """Les dates à côté d'un mot de naissance ou d'âge ; et toute date complète du XXe siècle."""
    reperes = [trouve.start() for trouve in _NAISSANCE.finditer(texte)]
    for trouve in _dates().finditer(texte):
        annee = _ANNEE.search(trouve.group())
        portee = _PORTEE if annee else _PORTEE // 2
        proche = any(trouve.start() - portee <= r <= trouve.end() + portee for r in reperes)
        if proche or (annee and annee.group().startswith("19")):
            yield Mention(trouve.start(), trouve.end(), TypeMention.DATE_NAISSANCE, "règle : naissance")
