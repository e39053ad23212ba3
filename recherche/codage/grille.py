"""`grille.yaml` <-> `Grille` : la grille de codage, validée.

Chaque faute du fichier est dite avec son chemin et sa ligne, toutes à la fois.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Code, Famille, Grille

Chemin = tuple[str | int, ...]
Faute = tuple[Chemin, str]

FORME_CODE = re.compile(r"[A-Z0-9]+(-[A-Z0-9]+)*")
FORME_COULEUR = re.compile(r"#[0-9A-Fa-f]{6}")
LARGEUR = 100
EN_TETE = (
    "# Grille de codage : familles de codes, puis natures du propos. Les commentaires du modèle que\n"
    "# « recherche nouvelle » écrit disent comment la modifier.\n"
)

_MESSAGES = {
    "missing": "clé obligatoire absente",
    "extra_forbidden": "clé inconnue",
    "string_type": 'un texte entre guillemets est attendu (une couleur s\'écrit "#0072B2")',
    "string_too_short": "un texte est attendu, il est vide",
    "list_type": "une liste (une ligne « - » par élément) est attendue",
    "model_type": "des clés « nom: valeur » sont attendues",
    "model_attributes_type": "des clés « nom: valeur » sont attendues",
}


def lire_grille(fichier: Path) -> Grille:
    """Lit et valide un `grille.yaml`. Lève `ErreurCodage` avec toutes les fautes, chemin et ligne."""
    try:
        texte = fichier.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ErreurCodage(
            f"Il n'y a pas de grille de codage : {fichier} n'existe pas.",
            "Écrivez-la ; « recherche nouvelle » en met un modèle commenté dans une étude neuve.",
        ) from None
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurCodage(
            f"{fichier} ne se lit pas : {erreur}.", "Enregistrez-le en UTF-8, lisible par vous."
        ) from erreur
    return analyser(texte, fichier)


def ecrire_grille(grille: Grille, fichier: Path) -> None:
    """Écrit la grille d'un seul coup : l'ancien fichier reste entier jusqu'au bout.

    Lève `ErreurCodage`, sans rien écrire, si la grille ne se relirait pas.
    """
    donnees = _sans_vide(asdict(grille))
    texte = EN_TETE + yaml.safe_dump(donnees, allow_unicode=True, sort_keys=False, width=LARGEUR)
    analyser(texte, fichier)
    provisoire = fichier.with_name(f".{fichier.name}.provisoire")
    try:
        provisoire.write_text(texte, encoding="utf-8")
        provisoire.replace(fichier)
    except OSError as erreur:
        with suppress(OSError):
            provisoire.unlink(missing_ok=True)
        raise ErreurCodage(
            f"{fichier} ne peut être écrit : {erreur}.",
            "Vérifiez que le dossier existe et que le disque n'est pas plein.",
        ) from erreur


def grille_modele() -> str:
    """Un `grille.yaml` commenté, valide tel quel, pour une étude neuve."""
    modele = files("recherche") / "modeles_fichiers" / "grille.yaml"
    return modele.read_text(encoding="utf-8")


Obligatoire = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Facultatif = Annotated[str, StringConstraints(strip_whitespace=True)]


class _Lu(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _CodeLu(_Lu):
    id: Obligatoire
    nom: Obligatoire
    definition: Obligatoire
    inclure: Facultatif = ""
    exclure: Facultatif = ""
    exemple: Facultatif = ""
    couleur: Facultatif = ""

    def code(self) -> Code:
        return Code(**self.model_dump())


class _FamilleLue(_Lu):
    id: Obligatoire
    nom: Obligatoire
    codes: list[_CodeLu]
    couleur: Facultatif = ""

    def famille(self) -> Famille:
        return Famille(self.id, self.nom, tuple(c.code() for c in self.codes), self.couleur)


class _GrilleLue(_Lu):
    titre: Obligatoire
    version: Obligatoire
    familles: list[_FamilleLue]
    natures: list[_CodeLu] = []
    regles: list[Obligatoire] = []

    def grille(self) -> Grille:
        familles = tuple(f.famille() for f in self.familles)
        natures = tuple(n.code() for n in self.natures)
        return Grille(self.titre, self.version, familles, natures, tuple(self.regles))


def analyser(texte: str, fichier: Path) -> Grille:
    """La grille que dit `texte`, lu de `fichier`. Lève `ErreurCodage` avec toutes les fautes."""
    try:
        arbre = yaml.compose(texte, Loader=yaml.SafeLoader)
        donnees = yaml.safe_load(texte)
    except yaml.YAMLError as erreur:
        raise ErreurCodage(
            f"{fichier} n'est pas du YAML valide{_ou(erreur)}.",
            "Corrigez cette ligne : alignez-la avec des espaces (jamais de tabulation) et mettez entre "
            "guillemets un texte qui contient « : » ou « # ».",
        ) from erreur
    fautes = list(_cles_doubles(arbre))
    try:
        lue = _GrilleLue.model_validate(donnees)
    except ValidationError as erreur:
        fautes += [(tuple(e["loc"]), _MESSAGES.get(e["type"], e["msg"])) for e in erreur.errors()]
        raise _erreur(fichier, fautes, arbre) from erreur
    grille = lue.grille()
    if fautes := [*fautes, *_incoherences(grille)]:
        raise _erreur(fichier, fautes, arbre)
    return grille


def _ou(erreur: yaml.YAMLError) -> str:
    marque = getattr(erreur, "problem_mark", None)
    return f" (ligne {marque.line + 1})" if marque else ""


def _erreur(fichier: Path, fautes: Sequence[Faute], arbre: yaml.Node | None) -> ErreurCodage:
    rangees = sorted(fautes, key=lambda faute: _ligne(faute[0], arbre))
    detail = "".join(f"\n  - {_dire(chemin, arbre)} : {dit}" for chemin, dit in rangees)
    return ErreurCodage(
        f"{fichier} : {len(fautes)} erreur(s).{detail}", f"Corrigez {fichier.name} et relancez."
    )


def _dire(chemin: Chemin, arbre: yaml.Node | None) -> str:
    nom = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in chemin).lstrip(".")
    ligne = _ligne(chemin, arbre)
    return f"{nom or 'le fichier'}{f' (ligne {ligne})' if ligne else ''}"


def _ligne(chemin: Chemin, arbre: yaml.Node | None) -> int:
    """Ligne (dès 1) du nœud le plus profond du chemin qui existe dans le fichier ; 0 : fichier vide."""
    if arbre is None:
        return 0
    noeud, ligne = arbre, arbre.start_mark.line
    for partie in chemin:
        suites: list[tuple[yaml.Node, yaml.Node]] = []
        if isinstance(noeud, yaml.SequenceNode) and isinstance(partie, int):
            suites = [(noeud.value[partie], noeud.value[partie])]
        elif isinstance(noeud, yaml.MappingNode):
            suites = [(cle, valeur) for cle, valeur in noeud.value if cle.value == partie]
        if not suites:
            break
        cle, noeud = suites[-1]
        ligne = cle.start_mark.line
    return int(ligne) + 1


def _cles_doubles(noeud: yaml.Node | None, chemin: Chemin = ()) -> Iterator[Faute]:
    """YAML garde en silence la dernière de deux clés égales : ici c'est une faute."""
    if isinstance(noeud, yaml.SequenceNode):
        for i, valeur in enumerate(noeud.value):
            yield from _cles_doubles(valeur, (*chemin, i))
    elif isinstance(noeud, yaml.MappingNode):
        cles = [str(cle.value) for cle, _ in noeud.value]
        for cle in _doubles(cles):
            yield (*chemin, str(cle)), "cette clé est donnée deux fois"
        for cle, (_, valeur) in zip(cles, noeud.value, strict=True):
            yield from _cles_doubles(valeur, (*chemin, cle))


def _incoherences(grille: Grille) -> Iterator[Faute]:
    """Ce que les types ne disent pas : codes uniques, formes, familles sans code."""
    if not grille.familles:
        yield ("familles",), "au moins une famille est attendue"
    places = list(_places(grille))
    vus: set[str] = set()
    for chemin, identifiant, couleur in places:
        if not FORME_CODE.fullmatch(identifiant):
            dit = "n'a pas la forme attendue (majuscules sans accent, chiffres et tirets)"
            yield (*chemin, "id"), f"« {identifiant} » {dit}"
        if identifiant in vus:
            yield (*chemin, "id"), f"« {identifiant} » est donné deux fois"
        if couleur and not FORME_COULEUR.fullmatch(couleur):
            yield (*chemin, "couleur"), f"« {couleur} » n'est pas une couleur comme « #0072B2 »"
        vus.add(identifiant)
    for i, famille in enumerate(grille.familles):
        if not famille.codes:
            yield ("familles", i, "codes"), f"la famille « {famille.id} » n'a aucun code"


def _places(grille: Grille) -> Iterator[tuple[Chemin, str, str]]:
    """Chemin, identifiant et couleur des familles, des codes et des natures."""
    for i, famille in enumerate(grille.familles):
        yield ("familles", i), famille.id, famille.couleur
        for j, code in enumerate(famille.codes):
            yield ("familles", i, "codes", j), code.id, code.couleur
    for i, nature in enumerate(grille.natures):
        yield ("natures", i), nature.id, nature.couleur


def _doubles(valeurs: Iterable[Hashable]) -> list[Hashable]:
    vues: dict[Hashable, int] = {}
    for valeur in valeurs:
        vues[valeur] = vues.get(valeur, 0) + 1
    return [valeur for valeur, nombre in vues.items() if nombre > 1]


def _sans_vide(valeur: object) -> object:
    """Listes pour tuples, sans les textes vides : ce que le fichier gagne à ne pas montrer."""
    if isinstance(valeur, dict):
        return {
            cle: _sans_vide(v) for cle, v in valeur.items() if v != "" and (cle, v) != ("regles", ())
        }
    if isinstance(valeur, list | tuple):
        return [_sans_vide(v) for v in valeur]
    return valeur
