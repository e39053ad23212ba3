"""Un passage qu'on code : ses bornes, les codes qu'on y désigne, la règle qu'ils suivent."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Code, Extrait, Grille
from recherche.modele.textes import sans_accents

_PSEUDONYME = re.compile(r"\[[^\[\]\n]*\]")
_REMEDE_GRILLE = "« recherche.grille(etude) » montre les codes ; ajoutez-en un dans grille.yaml."


@dataclass(frozen=True, slots=True)
class Passage:
    """Un extrait et tous les codes qu'un codeur y a posés (thèmes puis natures, ordre de la grille)."""

    source_id: str
    extrait: Extrait
    codeur: str
    codes: tuple[str, ...]
    texte: str = ""


def ajuster(texte: str, debut: int, fin: int) -> tuple[int, int]:
    """[debut, fin[ sans blancs au bord, étendu aux mots et pseudonymes qu'il coupe.

    Lève `ErreurCodage` s'il ne reste rien ou s'il sort du texte.
    """
    if not 0 <= debut <= fin <= len(texte):
        raise ErreurCodage(
            f"Le passage [{debut}, {fin}[ sort du texte ({len(texte)} caractères).",
            "Donnez des positions du texte pseudonymisé, le début avant la fin.",
        )
    choisi = texte[debut:fin]
    debut, fin = debut + len(choisi) - len(choisi.lstrip()), fin - len(choisi) + len(choisi.rstrip())
    if debut >= fin:
        raise ErreurCodage("Aucun mot n'est sélectionné.", "Sélectionnez le passage à coder.")
    while debut and _colles(texte[debut - 1], texte[debut]):
        debut -= 1
    while fin < len(texte) and _colles(texte[fin - 1], texte[fin]):
        fin += 1
    for marque in _PSEUDONYME.finditer(texte):
        if marque.start() < debut < marque.end():
            debut = marque.start()
        if marque.start() < fin < marque.end():
            fin = marque.end()
    return debut, fin


def _colles(gauche: str, droite: str) -> bool:
    """Deux caractères d'un même mot, apostrophes et traits d'union compris (« aujourd'hui »)."""
    return all(c.isalnum() or c in "'’-" for c in (gauche, droite)) and (
        gauche.isalnum() or droite.isalnum()
    )


def designer(grille: Grille, designation: str) -> str:
    """L'identifiant du code que désigne un identifiant, un numéro (dès 1, ordre de la grille) ou un nom.

    Lève `ErreurCodage`, avec les codes qui ressemblent, s'il n'y en a pas ou plusieurs.
    """
    codes = list(grille.codes())
    voulu = _plier(designation)
    if voulu.isdecimal() and 1 <= int(voulu) <= len(codes):
        return codes[int(voulu) - 1].id
    exacts = [code.id for code in codes if voulu in (_plier(code.id), _plier(code.nom))]
    if len(exacts) == 1:
        return exacts[0]
    noms = {_plier(nom): code for code in codes for nom in (code.id, code.nom)}
    proches = dict.fromkeys(noms[n].id for n in get_close_matches(voulu, noms, n=3, cutoff=0.5))
    dit = f" Vouliez-vous dire {' ou '.join(proches)} ?" if proches else ""
    raison = f"désigne {len(exacts)} codes" if exacts else "n'est pas dans la grille"
    raise ErreurCodage(f"Le code « {designation} » {raison}.{dit}", _REMEDE_GRILLE)


def ranger(grille: Grille, codes: Iterable[str]) -> tuple[str, ...]:
    """Les codes sans double, dans l'ordre de la grille ; ceux qu'elle n'a plus, à la fin."""
    ordre = {code.id: rang for rang, code in enumerate(grille.codes())}
    return tuple(sorted(dict.fromkeys(codes), key=lambda code: (ordre.get(code, len(ordre)), code)))


def verifier_passage(grille: Grille, codes: Iterable[str]) -> None:
    """La règle de codage d'un passage : au moins un thème, et une nature du propos exactement.

    Lève `ErreurCodage` en disant ce qui manque ou ce qui est de trop.
    """
    poses = set(codes)
    natures = [code for code in grille.natures if code.id in poses]
    if len(natures) > 1:
        raise ErreurCodage(
            f"Ce passage aurait deux natures du propos ({_noms(natures)}) : il n'en faut qu'une.",
            "Gardez-en une, ou découpez le passage en autant de passages que de natures.",
        )
    if not poses - {code.id for code in grille.natures}:
        raise ErreurCodage(
            "Il manque un code thématique à ce passage.",
            "Ajoutez au moins un thème, ou décodez tout le passage.",
        )
    if grille.natures and not natures:
        raise ErreurCodage(
            "Il manque la nature du propos à ce passage.",
            f"Ajoutez l'une d'elles : {_noms(grille.natures)}.",
        )


def grouper(grille: Grille, codages: Iterable[Codage], texte: str) -> list[Passage]:
    """Les codages d'une source en passages, par position puis codeur ; `texte` : celui de la source."""
    groupes: dict[tuple[int, int, str], list[Codage]] = {}
    for codage in codages:
        cle = (codage.extrait.debut, codage.extrait.fin, codage.codeur)
        groupes.setdefault(cle, []).append(codage)
    return [
        Passage(
            poses[0].source_id,
            poses[0].extrait,
            codeur,
            ranger(grille, [codage.code for codage in poses]),
            texte[debut:fin],
        )
        for (debut, fin, codeur), poses in sorted(groupes.items())
    ]


def _noms(codes: Iterable[Code]) -> str:
    return ", ".join(f"{code.nom} ({code.id})" for code in codes)


def _plier(texte: str) -> str:
    return " ".join(sans_accents(texte).split())
