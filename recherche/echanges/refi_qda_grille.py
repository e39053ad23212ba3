"""Grille <-> codes REFI-QDA : familles non codables, descriptions où tout de la définition est gardé."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from recherche.echanges.refi_qda import CodeQda, guid
from recherche.echanges.refi_qda_xml import en_qdc
from recherche.modele.codage import Code, Famille, Grille

NATURES = "Nature du propos"
HORS_GRILLE = "Codes hors grille"
PROPOSES = "Codes proposés"
_RUBRIQUES = (("inclure", "Inclure"), ("exclure", "Exclure"), ("exemple", "Exemple"))


def grille_en_codes(
    grille: Grille, etude: str, notes: Mapping[str, tuple[str, ...]] | None = None
) -> tuple[CodeQda, ...]:
    """Les familles, puis l'axe des natures ; deux codes de même nom s'écrivent « nom (ID) »."""
    noms = noms_uniques(grille)
    liees = notes or {}

    def feuille(code: Code, couleur: str) -> CodeQda:
        return CodeQda(
            guid(etude, "code", code.id),
            noms[code.id],
            couleur=code.couleur or couleur,
            description=decrire(code),
            notes=liees.get(code.id, ()),
        )

    branches = [
        CodeQda(
            guid(etude, "famille", famille.id),
            famille.nom,
            codable=False,
            couleur=famille.couleur,
            enfants=tuple(feuille(code, famille.couleur) for code in famille.codes),
        )
        for famille in grille.familles
    ]
    if grille.natures:
        enfants = tuple(feuille(code, "") for code in grille.natures)
        branches.append(CodeQda(guid(etude, "natures"), NATURES, codable=False, enfants=enfants))
    return tuple(branches)


def noms_uniques(grille: Grille) -> dict[str, str]:
    """Le nom de chaque code, par identifiant : unique dans la grille, comme le veulent les logiciels."""
    nombres = Counter(plier(nom) for nom in (*(f.nom for f in grille.familles), NATURES))
    nombres.update(plier(code.nom) for code in grille.codes())
    return {
        code.id: code.nom if nombres[plier(code.nom)] == 1 else f"{code.nom} ({code.id})"
        for code in grille.codes()
    }


def grille_en_qdc(grille: Grille, etude: str, *, origine: str) -> bytes:
    """La grille au format d'échange QDC."""
    return en_qdc(grille_en_codes(grille, etude), origine=origine)


def decrire(code: Code) -> str:
    """La définition, puis ce qu'il faut inclure, exclure, et un exemple, un alinéa chacun."""
    rubriques = [f"{titre} : {getattr(code, cle)}" for cle, titre in _RUBRIQUES if getattr(code, cle)]
    return "\n\n".join([code.definition, *rubriques])


def lire_description(description: str) -> dict[str, str]:
    """L'inverse de `decrire` : definition, inclure, exclure, exemple."""
    champs = {"definition": "", "inclure": "", "exclure": "", "exemple": ""}
    courant = "definition"
    for alinea in re.split(r"\n\s*\n", description.strip()):
        texte = alinea.strip()
        for cle, titre in _RUBRIQUES:
            if texte.casefold().startswith(f"{titre.casefold()} :"):
                courant, texte = cle, texte.split(":", 1)[1].strip()
                break
        champs[courant] = f"{champs[courant]}\n\n{texte}".strip()
    return champs


def codes_en_grille(codes: Iterable[CodeQda], titre: str) -> Grille:
    """Une grille à deux niveaux tirée des codes d'un projet ; le détail plus fin est dans le nom.

    Les codes sans famille vont dans « Codes importés » ; une définition absente est à écrire.
    """
    pris: set[str] = set()
    familles: list[Famille] = []
    natures: tuple[Code, ...] = ()
    seuls: list[CodeQda] = []
    for branche in codes:
        if not branche.enfants:
            seuls.append(branche)
        elif plier(branche.nom) == plier(NATURES):
            natures = tuple(_code(c, c.nom, pris) for c in branche.enfants)
        else:
            familles.append(_famille(branche, pris))
    if seuls:
        familles.append(_famille(CodeQda("", "Codes importés", False, enfants=tuple(seuls)), pris))
    return Grille(titre, "1.0", tuple(familles), natures)


def _famille(branche: CodeQda, pris: set[str]) -> Famille:
    identifiant = _identifiant(branche.nom, pris)
    codes = [_code(branche, branche.nom, pris)] if branche.codable else []
    codes += [_code(code, chemin, pris) for code, chemin in _descendants(branche, "")]
    codes = [code if code.couleur != branche.couleur else replace(code, couleur="") for code in codes]
    return Famille(identifiant, branche.nom, tuple(codes), branche.couleur)


def _descendants(branche: CodeQda, chemin: str) -> Iterator[tuple[CodeQda, str]]:
    for enfant in branche.enfants:
        nom = f"{chemin} / {enfant.nom}" if chemin else enfant.nom
        if enfant.codable or not enfant.enfants:
            yield enfant, nom
        yield from _descendants(enfant, nom)


def _code(code: CodeQda, nom: str, pris: set[str]) -> Code:
    champs = lire_description(code.description)
    champs["definition"] = champs["definition"] or f"{code.nom} (définition à écrire)."
    return Code(_identifiant(nom, pris), nom, couleur=code.couleur, **champs)


def _identifiant(nom: str, pris: set[str]) -> str:
    """« Mobilité / bus » -> « MOBILITE-BUS », unique."""
    base = "-".join(re.findall(r"[A-Z0-9]+", _sans_accent(nom).upper()))[:40].strip("-") or "CODE"
    libre, rang = base, 2
    while libre in pris:
        libre, rang = f"{base}-{rang}", rang + 1
    pris.add(libre)
    return libre


def plier(nom: str) -> str:
    """Le nom sans casse, sans accents ni espaces doubles : de quoi reconnaître un code d'ailleurs."""
    return " ".join(_sans_accent(nom).casefold().split())


def _sans_accent(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("æ", "ae"))
    return "".join(signe for signe in decompose if not unicodedata.combining(signe))
