"""Mettre une grille dans le texte de son `grille.yaml` en gardant ses commentaires et sa mise en "
"page.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from recherche.codage.grille import EN_TETE, LARGEUR
from recherche.modele.codage import Code, Famille, Grille

ILLIMITEE = 4096


def fondre(texte: str, grille: Grille, *, renommes: Mapping[str, str] | None = None) -> str:
    """Le texte `texte` (un grille.yaml valide) où la grille est devenue `grille`.

    Ce qui ne change pas garde ses guillemets et ses commentaires ; `renommes` : ancien identifiant ->
    nouveau, pour que le code garde les siens.
    """
    yaml = _outil(texte)
    arbre = yaml.load(texte)
    _poser(arbre, "titre", grille.titre)
    _poser(arbre, "version", grille.version)
    _poser_regles(arbre, grille.regles)
    noms = {nouveau: ancien for ancien, nouveau in (renommes or {}).items()}
    familles = {famille["id"]: famille for famille in arbre["familles"]}
    codes = {c["id"]: c for f in arbre["familles"] for c in f["codes"]}
    codes |= {nature["id"]: nature for nature in arbre.get("natures") or ()}
    neuves = [_famille(f, familles.get(f.id), codes, noms) for f in grille.familles]
    _remplacer(arbre, "familles", neuves)
    natures = [_code(c, codes.get(noms.get(c.id, c.id))) for c in grille.natures]
    if natures or "natures" in arbre:
        _remplacer(arbre, "natures", natures)
    sortie = io.StringIO()
    yaml.dump(arbre, sortie)
    return sortie.getvalue()


def _outil(texte: str) -> YAML:
    """Un lecteur qui garde la forme, et le retrait des listes que le fichier emploie."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LARGEUR if texte.startswith(EN_TETE) else ILLIMITEE
    retrait = 0 if re.search(r"^familles:[^\n]*\n(?:\s*#[^\n]*\n)*- ", texte, re.MULTILINE) else 2
    yaml.indent(mapping=2, sequence=2 + retrait, offset=retrait)
    return yaml


def _poser(noeud: Any, cle: str, valeur: str) -> None:  # noqa: ANN401
    """Change une valeur si elle diffère ; l'ôte si elle est vide."""
    actuelle = " ".join(str(noeud.get(cle, "")).split())
    if actuelle == " ".join(valeur.split()):
        return
    if not valeur:
        noeud.pop(cle, None)
    elif isinstance(noeud.get(cle), str) and type(noeud[cle]) is not str:
        noeud[cle] = type(noeud[cle])(valeur)
    else:
        noeud[cle] = valeur


def _poser_regles(arbre: Any, regles: Sequence[str]) -> None:  # noqa: ANN401
    if list(arbre.get("regles") or ()) == list(regles):
        return
    if not regles:
        arbre.pop("regles", None)
    elif "regles" in arbre:
        arbre["regles"][:] = list(regles)
    else:
        arbre.insert(list(arbre).index("version") + 1, "regles", CommentedSeq(regles))


def _remplacer(arbre: Any, cle: str, valeurs: Sequence[CommentedMap]) -> None:  # noqa: ANN401
    """Remplace les éléments d'une liste sans perdre la liste, ni ce qu'on y a commenté."""
    actuelle = arbre.get(cle)
    if isinstance(actuelle, CommentedSeq):
        if list(map(id, actuelle)) != list(map(id, valeurs)):
            actuelle[:] = list(valeurs)
    else:
        arbre[cle] = CommentedSeq(valeurs)


def _famille(
    famille: Famille,
    noeud: Any,  # noqa: ANN401
    codes: Mapping[str, Any],
    noms: Mapping[str, str],
) -> CommentedMap:
    if noeud is None:
        noeud = CommentedMap(id=famille.id, nom=famille.nom, codes=CommentedSeq())
    _poser(noeud, "nom", famille.nom)
    neufs = [_code(code, codes.get(noms.get(code.id, code.id))) for code in famille.codes]
    _remplacer(noeud, "codes", neufs)
    _poser(noeud, "couleur", famille.couleur)
    return noeud  # type: ignore[no-any-return]


def _code(code: Code, noeud: Any) -> CommentedMap:  # noqa: ANN401
    noeud = CommentedMap() if noeud is None else noeud
    for cle, valeur in asdict(code).items():
        _poser(noeud, cle, valeur)
    return noeud  # type: ignore[no-any-return]
