"""Faire évoluer la grille : renommer, fusionner, scinder, retirer un code, et où vont ses codages."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from recherche.codage.grille import FORME_CODE
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Code, Grille

A_PRECISER = "À préciser"


@dataclass(frozen=True)
class Changement:
    """Une grille nouvelle, et le code (ou aucun) que prennent les codages des codes touchés.

    `vers` : ancien code -> nouveau, ou None si ses codages s'en vont ; `renommes` : ceux qui ne font que
    changer d'identifiant ; `dit` : la phrase du journal.
    """

    grille: Grille
    vers: Mapping[str, str | None]
    dit: str
    renommes: Mapping[str, str]


def renommer(grille: Grille, ancien: str, nouveau: str, *, nom: str | None = None) -> Changement:
    """Change l'identifiant d'un code (ou seulement son nom, si `nouveau` est `ancien`)."""
    code = _trouver(grille, ancien)
    if nouveau != ancien:
        _verifier_neuf(grille, nouveau)
    change = replace(code, id=nouveau, nom=nom or code.nom)
    dit = f"renommer {ancien} en {nouveau}" if nouveau != ancien else f"renommer {ancien} « {nom} »"
    vers = {} if nouveau == ancien else {ancien: nouveau}
    return Changement(_avec(grille, lambda c: [change] if c.id == ancien else [c]), vers, dit, vers)


def fusionner(grille: Grille, codes: Sequence[str], vers: str) -> Changement:
    """Réunit des codes du même axe dans l'un d'eux, ou dans un autre code de la grille."""
    cible = _trouver(grille, vers)
    partants = [code for code in dict.fromkeys(codes) if code != vers]
    if not partants:
        raise ErreurCodage(
            "Il faut au moins deux codes à fusionner.",
            "« recherche grille fusionner A B --vers B » : A disparaît, ses codages passent à B.",
        )
    for code in partants:
        _meme_axe(grille, _trouver(grille, code), cible)
    grille_neuve = _avec(grille, lambda c: [] if c.id in partants else [c])
    dit = f"fusionner {', '.join(partants)} dans {vers}"
    return Changement(grille_neuve, dict.fromkeys(partants, vers), dit, {})


def scinder(grille: Grille, ancien: str, nouveaux: Sequence[str]) -> Changement:
    """Remplace un code par plusieurs, à la même place ; ses codages vont au premier, à revoir.

    Un des nouveaux peut garder l'identifiant de l'ancien, et sa définition.
    """
    code = _trouver(grille, ancien)
    if len(set(nouveaux)) < 2:
        raise ErreurCodage(
            f"Scinder {ancien} demande deux codes au moins.",
            f"« recherche grille scinder {ancien} B C ».",
        )
    for nouveau in nouveaux:
        if nouveau != ancien:
            _verifier_neuf(grille, nouveau)
    parts = [code if n == ancien else _part(code, n) for n in dict.fromkeys(nouveaux)]
    vers = {} if ancien in nouveaux else {ancien: nouveaux[0]}
    dit = f"scinder {ancien} en {', '.join(nouveaux)}"
    return Changement(_avec(grille, lambda c: parts if c.id == ancien else [c]), vers, dit, {})


def _part(code: Code, nouveau: str) -> Code:
    definition = f"{A_PRECISER} (né de {code.id}). {code.definition}"
    return Code(nouveau, f"{code.nom} ({nouveau})", definition, couleur=code.couleur)


def retirer(grille: Grille, ancien: str, *, vers: str | None = None) -> Changement:
    """Retire un code ; ses codages passent à `vers`, ou sont ôtés.

    Une nature ne se retire pas sans `vers` : ses passages n'en auraient plus.
    """
    code = _trouver(grille, ancien)
    if vers is not None:
        fusion = fusionner(grille, [ancien], vers)
        return replace(fusion, dit=f"retirer {ancien}, ses codages à {vers}")
    if code in grille.natures and len(grille.natures) > 1:
        raise ErreurCodage(
            f"{ancien} est une nature du propos : sans elle, ses passages n'en auraient plus.",
            f"Dites celle qui la remplace : « recherche grille retirer {ancien} --vers AUTRE ».",
        )
    grille_neuve = _avec(grille, lambda c: [] if c.id == ancien else [c])
    return Changement(grille_neuve, {ancien: None}, f"retirer {ancien}, et ses codages", {})


def remplacer(grille: Grille, nouvelle: Grille) -> Changement:
    """Une grille entière pour une autre (un classeur relu) ; les codes absents sont retirés."""
    gardes = {code.id for code in nouvelle.codes()}
    partis = [code.id for code in grille.codes() if code.id not in gardes]
    dit = "importer une grille" + (f" sans {', '.join(partis)}" if partis else "")
    return Changement(nouvelle, dict.fromkeys(partis, None), dit, {})


def version_suivante(version: str) -> str:
    """« 1.0 » donne « 1.1 » : le dernier nombre augmente d'un ; « pilote » donne « pilote.1 »."""
    lu = re.fullmatch(r"(.*?)(\d+)", version)
    return f"{lu[1]}{int(lu[2]) + 1}" if lu else f"{version}.1"


def _avec(grille: Grille, remplacer: Callable[[Code], Sequence[Code]]) -> Grille:
    """La grille dont chaque code est remplacé par d'autres ; une famille vidée disparaît."""
    familles = [
        replace(famille, codes=tuple(n for code in famille.codes for n in remplacer(code)))
        for famille in grille.familles
    ]
    natures = tuple(n for code in grille.natures for n in remplacer(code))
    return replace(grille, familles=tuple(f for f in familles if f.codes), natures=natures)


def _trouver(grille: Grille, code: str) -> Code:
    trouve = next((c for c in grille.codes() if c.id == code), None)
    if trouve is None:
        from difflib import get_close_matches

        proches = get_close_matches(code, [c.id for c in grille.codes()], n=2, cutoff=0.5)
        dit = f" Vouliez-vous dire {' ou '.join(proches)} ?" if proches else ""
        raise ErreurCodage(
            f"Le code « {code} » n'est pas dans la grille.{dit}",
            "« recherche grille » montre les codes.",
        )
    return trouve


def _verifier_neuf(grille: Grille, code: str) -> None:
    if not FORME_CODE.fullmatch(code):
        raise ErreurCodage(
            f"« {code} » n'est pas un identifiant de code.",
            "Donnez des majuscules sans accent, des chiffres et des tirets : QUART-MOB.",
        )
    pris = {c.id for c in grille.codes()} | {famille.id for famille in grille.familles}
    if code in pris:
        raise ErreurCodage(
            f"« {code} » est déjà dans la grille.",
            "Prenez un autre identifiant ; pour réunir deux codes : « recherche grille fusionner ».",
        )


def _meme_axe(grille: Grille, un: Code, autre: Code) -> None:
    if (un in grille.natures) != (autre in grille.natures):
        raise ErreurCodage(
            f"{un.id} et {autre.id} ne sont pas du même axe : l'un est un thème, l'autre une nature.",
            "Ne réunissez que des thèmes entre eux, ou des natures entre elles.",
        )
