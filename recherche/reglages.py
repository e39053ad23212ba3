"""`etude.toml` -> `Etude` : le dossier d'une étude et ses réglages, validés.

Chaque faute du fichier est dite avec sa clé et sa ligne, toutes à la fois.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from pydantic import TypeAdapter, ValidationError

from recherche.erreurs import ErreurEtude
from recherche.modele.etude import Reglages

NOM_REGLAGES = "etude.toml"


@dataclass(frozen=True)
class Etude:
    """Une étude ouverte : son dossier et ce que fixe son `etude.toml`. Ne contient aucune donnée."""

    chemin: Path
    reglages: Reglages

    @classmethod
    def ouvrir(cls, chemin: str | Path) -> Self:
        """Ouvre l'étude du dossier `chemin`. Lève `ErreurEtude` (fichier, clé, ligne, remède)."""
        dossier = Path(chemin).expanduser().resolve()
        return cls(dossier, lire_reglages(dossier / NOM_REGLAGES))

    @property
    def titre(self) -> str:
        """Le titre de l'étude."""
        return self.reglages.etude.titre

    @property
    def fichier_reglages(self) -> Path:
        """`etude.toml`."""
        return self.chemin / NOM_REGLAGES

    @property
    def fichier_registre(self) -> Path:
        """`registre.xlsx`, nominatif."""
        return self.chemin / "registre.xlsx"

    @property
    def fichier_grille(self) -> Path:
        """`grille.yaml`, la grille de codage."""
        return self.chemin / "grille.yaml"

    @property
    def enregistrements(self) -> Path:
        """Dossier du son, jamais modifié."""
        return self.chemin / "enregistrements"

    @property
    def fichier_base(self) -> Path:
        """`base.sqlite`, quand l'entrepôt est SQLite."""
        return self.chemin / "base.sqlite"

    @property
    def confidentiel(self) -> Path:
        """Dossier de la clé des pseudonymes."""
        return self.chemin / "confidentiel"

    @property
    def publie(self) -> Path:
        """Dossier du jeu publié : le seul que voient les partenaires."""
        return self.chemin / "publie"

    @property
    def exports(self) -> Path:
        """Dossier des exports de l'équipe."""
        return self.chemin / "exports"

    @property
    def guide(self) -> Path:
        """Dossier des sources du guide."""
        return self.chemin / "guide"

    @property
    def sauvegardes(self) -> Path:
        """Dossier des sauvegardes de la base."""
        return self.chemin / "sauvegardes"


def lire_reglages(fichier: Path) -> Reglages:
    """Lit et valide un `etude.toml`. Lève `ErreurEtude` avec toutes les fautes."""
    try:
        texte = fichier.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        raise ErreurEtude(
            f"{fichier.parent} n'est pas une étude : il n'y a pas de {NOM_REGLAGES}.",
            f"Créez-la avec « recherche nouvelle {fichier.parent} » ou désignez-en une avec --etude.",
        ) from None
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurEtude(
            f"{fichier} ne se lit pas : {erreur}.", "Enregistrez-le en UTF-8, lisible par vous."
        ) from erreur
    try:
        donnees = tomllib.loads(texte)
    except tomllib.TOMLDecodeError as erreur:
        raise ErreurEtude(
            f"{fichier} n'est pas du TOML valide : {erreur}.",
            'Corrigez cette ligne : une clé s\'écrit « clé = "valeur" ».',
        ) from erreur
    return _valider(donnees, texte, fichier)


def _valider(donnees: dict[str, Any], texte: str, fichier: Path) -> Reglages:
    try:
        reglages = TypeAdapter(Reglages).validate_python(donnees)
    except ValidationError as erreur:
        fautes = [
            _faute(tuple(e["loc"]), _MESSAGES.get(e["type"], e["msg"]), texte)
            for e in erreur.errors()
        ]
        raise _erreur(fichier, fautes) from erreur
    if fautes := [_faute(cle, dit, texte) for cle, dit in _incoherences(reglages)]:
        raise _erreur(fichier, fautes)
    return reglages


_MESSAGES = {
    "missing": "clé obligatoire absente",
    "extra_forbidden": "clé inconnue",
    "unexpected_keyword_argument": "clé inconnue",
    "string_type": "un texte entre guillemets est attendu",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "list_type": "une liste entre crochets est attendue",
    "bool_type": "true ou false est attendu",
    "bool_parsing": "true ou false est attendu",
    "date_type": "une date sans guillemets (2009-03-01) est attendue",
    "date_from_datetime_parsing": "une date (2009-03-01) est attendue",
    "dataclass_type": "une section est attendue",
}

Cle = tuple[str | int, ...]


def _erreur(fichier: Path, fautes: Sequence[str]) -> ErreurEtude:
    detail = "".join(f"\n  - {faute}" for faute in fautes)
    return ErreurEtude(
        f"{fichier} : {len(fautes)} erreur(s).{detail}",
        f"Corrigez {fichier.name} et relancez ; « recherche nouvelle » en écrit un modèle commenté.",
    )


def _faute(cle: Cle, dit: str, texte: str) -> str:
    nom = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in cle).lstrip(".")
    ligne = _ligne(cle, texte)
    return f"{nom}{f' (ligne {ligne})' if ligne else ''} : {dit}"


def _ligne(cle: Cle, texte: str) -> int | None:
    """Ligne de la clé : dernière section nommée atteinte, puis la clé elle-même si elle y est."""
    lignes = texte.splitlines()
    position: int | None = None
    prefixe = ""
    depart = 0
    for rang, partie in enumerate(cle):
        if isinstance(partie, int):
            continue
        prefixe = f"{prefixe}.{partie}".lstrip(".")
        suite = cle[rang + 1] if rang + 1 < len(cle) else 0
        numero = suite if isinstance(suite, int) else 0
        sections = re.compile(rf"\s*\[\[?\s*{re.escape(prefixe)}\s*\]\]?")
        trouvees = [i for i in range(depart, len(lignes)) if sections.match(lignes[i])]
        if numero < len(trouvees):
            depart = trouvees[numero]
            position = depart + 1
            continue
        valeur = re.compile(rf"\s*{re.escape(str(partie))}\s*=")
        for i in range(depart, len(lignes)):
            if i > depart and lignes[i].lstrip().startswith("["):
                break
            if valeur.match(lignes[i]):
                return i + 1
    return position


def _incoherences(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    """Ce que les types ne disent pas : codes uniques, renvois, période, seuils."""
    etude = reglages.etude
    if etude.fin < etude.debut:
        yield ("etude", "fin"), f"la fin ({etude.fin}) précède le début ({etude.debut})"
    if not reglages.territoires:
        yield ("territoires",), "au moins un territoire est attendu"
    yield from _codes("territoires", [t.code for t in reglages.territoires], r"[A-Z0-9]{2,5}")
    yield from _codes("profils", [p.code for p in reglages.profils], r"[A-Z]{1,3}")
    yield from _codes("ateliers", [a.id for a in reglages.ateliers], r"[A-Z0-9]{2,5}-A-\d{2}")
    for i, profil in enumerate(reglages.profils):
        if profil.quota < 0:
            yield ("profils", i, "quota"), "un quota ne peut pas être négatif"
        if profil.code == "A":
            yield ("profils", i, "code"), "la lettre A désigne les ateliers : prenez-en une autre"
    connus = {t.code for t in reglages.territoires}
    themes = {t.id for t in reglages.themes}
    for i, atelier in enumerate(reglages.ateliers):
        if atelier.territoire not in connus:
            dit = f"« {atelier.territoire} » n'est pas un territoire ({', '.join(sorted(connus))})"
            yield ("ateliers", i, "territoire"), dit
        if atelier.theme and atelier.theme not in themes:
            yield ("ateliers", i, "theme"), f"« {atelier.theme} » n'est pas un thème de l'étude"
    if reglages.seuils.effectif_minimal < 2:
        dit = "un seuil sous 2 personnes ne protège personne"
        yield ("seuils", "effectif_minimal"), dit
    for cle, minimum in (("faisceau", 1), ("lot", 1), ("bloc_s", 30), ("processus", 0)):
        if getattr(reglages.transcription, cle) < minimum:
            yield ("transcription", cle), f"au moins {minimum} est attendu"


def _codes(section: str, codes: Sequence[str], forme: str) -> Iterator[tuple[Cle, str]]:
    for i, code in enumerate(codes):
        cle = "id" if section == "ateliers" else "code"
        if not re.fullmatch(forme, code):
            yield (section, i, cle), f"« {code} » n'a pas la forme attendue ({forme})"
        if code in codes[:i]:
            yield (section, i, cle), f"« {code} » est donné deux fois"
