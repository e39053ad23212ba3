"""Reprendre un docx annoté dans Word : ses changements reviennent dans les chapitres, par unités.

Une unité est un titre, un alinéa, une puce, un alinéa de citation ou un tableau. Les trois textes (ce
qui fut rendu, les chapitres d'aujourd'hui, le docx revenu) sont rapprochés par le texte nu de leurs
unités (merge3) ; ce que Word n'a pas changé garde son Markdown au caractère près.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from recherche.redaction.pandoc import arbre_docx, arbre_markdown, markdown_de_l_arbre
from recherche.redaction.vivants import habits_otes, sans_marques

OUVRE, MILIEU, FERME = "<<<<<<< dans les chapitres", "=======", ">>>>>>> dans Word"
_CHAPITRE = re.compile(r"^<!-- chapitre (\S+) -->$", re.MULTILINE)
_PUCE = re.compile(r"^(?:[-*+]|\d+[.)]) ")
_EN_TEXTE = ("Emph", "Strong", "Span", "Link", "Superscript", "Subscript", "Underline", "Strikeout")


@dataclass(frozen=True, slots=True)
class Unite:
    """Une unité : son Markdown, son texte nu, ses lignes [debut, fin[ dans les chapitres réunis."""

    source: str
    nu: str
    debut: int = 0
    fin: int = 0


@dataclass(frozen=True, slots=True)
class Reprise:
    """Les chapitres repris, le nombre de changements venus de Word et de conflits à trancher."""

    chapitres: Mapping[str, str]
    changements: int
    conflits: int


def reprendre(base: Mapping[str, str], actuels: Mapping[str, str], docx: bytes, jour: date) -> Reprise:
    """Les chapitres `actuels` avec ce que Word a changé depuis `base` (les chapitres rendus alors).

    Rien n'est perdu : un passage changé des deux côtés est écrit deux fois, entre des bornes de conflit.
    """
    ancien, present = reunir(base), reunir(actuels)
    o, a = unites(ancien, jour), unites(present, jour)
    tus = {u.nu for u in _legendes(ancien, jour)}
    b = unites_docx(docx, {u.nu for u in o[:1]}, tus)
    lignes = present.split("\n")
    changements = conflits = 0
    for a1, a2, b1, b2, conflit in reversed(_ecarts(o, a, b)):
        neufs = markdown_de_l_arbre([u.arbre for u in b[b1:b2]], jour)
        conflits, changements = conflits + conflit, changements + (not conflit)
        _poser(lignes, a, a1, a2, neufs, conflit=conflit)
    repris = re.sub(r"\n{3,}", "\n\n", "\n".join(lignes))
    return Reprise(separer(repris), changements, conflits)


def reunir(chapitres: Mapping[str, str]) -> str:
    """Les chapitres bout à bout, chacun précédé de son nom."""
    return "\n\n".join(
        f"<!-- chapitre {nom} -->\n\n{chapitres[nom].removeprefix(chr(0xFEFF)).strip()}"
        for nom in sorted(chapitres)
    )


def separer(texte: str) -> dict[str, str]:
    """L'inverse de `reunir`."""
    morceaux = _CHAPITRE.split(texte)[1:]
    return {nom: f"{corps.strip()}\n" for nom, corps in zip(morceaux[::2], morceaux[1::2], strict=True)}


@dataclass(frozen=True, slots=True)
class _Revenue:
    """Une unité du docx : son texte nu et son arbre de pandoc."""

    nu: str
    arbre: dict[str, Any]


def _ecarts(
    base: Sequence[Unite], actuel: Sequence[Unite], revenu: Sequence[_Revenue]
) -> list[tuple[int, int, int, int, bool]]:
    """(bornes dans l'actuel, bornes dans le revenu, conflit) de chaque changement de Word."""
    from merge3 import Merge3

    o, a, b = ([u.nu for u in suite] for suite in (base, actuel, revenu))
    ecarts = []
    zo = za = zb = 0
    for o1, o2, a1, a2, b1, b2 in Merge3(o, a, b).find_sync_regions():
        avant, ici, la = o[zo:o1], a[za:a1], b[zb:b1]
        if la not in (avant, ici):
            ecarts.append((za, a1, zb, b1, ici != avant))
        zo, za, zb = o2, a2, b2
    return ecarts


def _poser(
    lignes: list[str], actuel: Sequence[Unite], a1: int, a2: int, neufs: str, *, conflit: bool
) -> None:
    """Met `neufs` à la place des unités [a1, a2[ ; les bornes de blocs qui y sont restent."""
    place = actuel[a1].debut if a1 < len(actuel) else len(lignes)
    dits = neufs.strip().split("\n") if neufs.strip() else []
    if conflit:
        gardees = [ligne for u in actuel[a1:a2] for ligne in [*u.source.split("\n"), ""]]
        dits = [OUVRE, "", *gardees, MILIEU, "", *dits, "", FERME]
    for unite in reversed(actuel[a1:a2]):
        del lignes[unite.debut : unite.fin]
    lignes[place:place] = ["", *dits, ""] if dits else []


def unites(markdown: str, jour: date) -> list[Unite]:
    """Les unités qui portent du texte, dans l'ordre."""
    morceaux = [m for m in _decouper(markdown) if not _structure(m.source)]
    return _nues(morceaux, jour)


def _legendes(markdown: str, jour: date) -> list[Unite]:
    """Légendes des tableaux et des figures : Word en fait des alinéas."""
    dites = re.findall(r"^: (.+)$|^!\[([^\]]*)\]", markdown, re.MULTILINE)
    return _nues([Unite(tableau or figure, "") for tableau, figure in dites], jour)


def _nues(morceaux: Sequence[Unite], jour: date) -> list[Unite]:
    balises = "\n\n".join(
        f"::: {{#u{rang}}}\n{sans_marques(habits_otes(m.source))}\n:::"
        for rang, m in enumerate(morceaux)
    )
    nus: dict[int, str] = {}
    for bloc in arbre_markdown(balises, jour)["blocks"]:
        if bloc["t"] == "Div":
            nus[int(bloc["c"][0][0][1:])] = plier(texte_nu(bloc["c"][1]))
    lues = (Unite(m.source, nus.get(rang, ""), m.debut, m.fin) for rang, m in enumerate(morceaux))
    return [unite for unite in lues if unite.nu]


def unites_docx(octets: bytes, premier: set[str], tus: set[str]) -> list[_Revenue]:
    """Les unités d'un docx, depuis le premier titre de chapitre ; `tus` : légendes à passer."""
    blocs = arbre_docx(octets)["blocks"]
    titres = [i for i, b in enumerate(blocs) if b["t"] == "Header" and plier(texte_nu(b)) in premier]
    plats = [plat for brut in blocs[titres[0] if titres else 0 :] for plat in _aplatir(brut)]
    lues = [_Revenue(plier(texte_nu(plat)), plat) for plat in plats]
    return [lue for lue in lues if lue.nu and lue.nu not in tus]


def _aplatir(bloc: dict[str, Any], *, cite: bool = False) -> Iterator[dict[str, Any]]:
    """Puces et alinéas de citation un par un ; sans identifiants ni légendes."""
    genre = bloc["t"]
    if genre == "Div":
        for dedans in bloc["c"][1]:
            yield from _aplatir(dedans, cite=cite)
    elif genre == "BlockQuote":
        for dedans in bloc["c"]:
            yield from _aplatir(dedans, cite=True)
    elif genre in ("BulletList", "OrderedList"):
        for puce in bloc["c"] if genre == "BulletList" else bloc["c"][1]:
            yield {"t": "BulletList", "c": [puce]}
    elif genre == "Header":
        yield {"t": "Header", "c": [bloc["c"][0], ["", [], []], bloc["c"][2]]}
    elif genre == "Table":
        yield {"t": "Table", "c": [["", [], []], [None, []], *bloc["c"][2:]]}
    else:
        yield {"t": "BlockQuote", "c": [bloc]} if cite else bloc


def texte_nu(valeur: Any) -> str:  # noqa: ANN401 - arbre de pandoc
    """Le texte d'un arbre de pandoc, sans mise en forme ni adresse d'image."""
    if isinstance(valeur, list):
        return "".join(texte_nu(v) for v in valeur)
    if not isinstance(valeur, dict):
        return ""
    genre, contenu = valeur.get("t"), valeur.get("c")
    if genre in ("Str", "Code"):
        return contenu if isinstance(contenu, str) else str((contenu or ["", ""])[1])
    if genre in ("Space", "SoftBreak", "LineBreak"):
        return " "
    if genre in ("Image", "Note"):
        return ""
    return texte_nu(contenu) + ("" if genre in _EN_TEXTE else " ")


def plier(texte: str) -> str:
    """Les mots et signes seuls : ni espace ni apostrophe ne distinguent deux unités."""
    normal = unicodedata.normalize("NFC", texte).replace("’", "'").replace("\u00ad", "")
    return "".join(re.findall(r"\S+", normal))


def _decouper(markdown: str) -> Iterator[Unite]:
    """Une puce, un alinéa, un alinéa de citation, un titre, un tableau."""
    courant: list[str] = []
    lignes = [*markdown.split("\n"), ""]
    for rang, ligne in enumerate(lignes):
        seule = ligne.startswith((":::", "#")) or ligne.strip() == ">"
        if courant and (not ligne.strip() or seule or _PUCE.match(ligne)):
            yield Unite("\n".join(courant), "", rang - len(courant), rang)
            courant = []
        if seule:
            yield Unite(ligne, "", rang, rang + 1)
        elif ligne.strip():
            courant.append(ligne)


def _structure(source: str) -> bool:
    return source.startswith((":::", "![", ": ", "<!--")) or source.strip() == ">"
