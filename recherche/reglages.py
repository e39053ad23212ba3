"""`etude.toml` -> `Etude` : le dossier d'une étude et ses réglages, validés.

Chaque faute du fichier est dite avec sa clé et sa ligne, toutes à la fois.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, TypeVar, get_args, get_type_hints

from pydantic import TypeAdapter, ValidationError

from recherche.erreurs import ErreurEtude
from recherche.modele.etude import Reglages

NOM_REGLAGES = "etude.toml"
Annexe = TypeVar("Annexe")
PRENOMS = ("prenom", "numero")


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
        texte = _texte(fichier)
    except (FileNotFoundError, NotADirectoryError):
        raise ErreurEtude(
            f"{fichier.parent} n'est pas une étude : il n'y a pas de {NOM_REGLAGES}.",
            f"Créez-la avec « recherche nouvelle {fichier.parent} » ou désignez-en une avec --etude.",
        ) from None
    return _valider(_lire_toml(texte, fichier), texte, fichier)


def _texte(fichier: Path) -> str:
    try:
        return fichier.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        raise
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurEtude(
            f"{fichier} ne se lit pas : {erreur}.", "Enregistrez-le en UTF-8, lisible par vous."
        ) from erreur


def _lire_toml(texte: str, fichier: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(texte)
    except tomllib.TOMLDecodeError as erreur:
        raise ErreurEtude(
            f"{fichier} n'est pas du TOML valide{_place(erreur, texte)}.",
            'Corrigez cette ligne : une clé s\'écrit « clé = "valeur" », entre guillemets droits, et '
            "n'est donnée qu'une fois.",
        ) from erreur


def lire_annexe(
    fichier: Path, genre: type[Annexe], incoherences: Callable[[Annexe], Iterator[tuple[Cle, str]]]
) -> Annexe:
    """Un autre fichier TOML de l'étude, validé comme `etude.toml` selon la dataclass `genre`.

    `incoherences` rend ce que les types ne disent pas. Lève `ErreurEtude` avec toutes les fautes.
    """
    texte = _texte(fichier)
    donnees = _lire_toml(texte, fichier)
    try:
        valeur = TypeAdapter(genre).validate_python(donnees)
    except ValidationError as erreur:
        fautes = [
            _faute(tuple(e["loc"]), _dire(e["type"], e["loc"], genre), texte) for e in erreur.errors()
        ]
        raise _erreur(fichier, fautes) from erreur
    if fautes := [_faute(cle, dit, texte) for cle, dit in incoherences(valeur)]:
        raise _erreur(fichier, fautes)
    return valeur


def modele_reglages() -> str:
    """Un `etude.toml` commenté, valide tel quel, pour une étude neuve."""
    modele = files("recherche") / "modeles_fichiers" / NOM_REGLAGES
    return modele.read_text(encoding="utf-8")


def modele_annexe(nom: str) -> str:
    """Le modèle commenté d'un autre fichier de l'étude (`corrections.toml`…)."""
    return (files("recherche") / "modeles_fichiers" / nom).read_text(encoding="utf-8")


def _place(erreur: tomllib.TOMLDecodeError, texte: str) -> str:
    """Où tomllib s'est arrêté, et ce qu'il y a lu."""
    lu = re.search(r"at line (\d+), column (\d+)", str(erreur))
    if lu is None:
        return " : il s'arrête avant la fin d'une valeur"
    ligne, colonne = int(lu[1]), int(lu[2])
    contenu = texte.splitlines()[ligne - 1].strip() if ligne <= len(texte.splitlines()) else ""
    return f" (ligne {ligne}, colonne {colonne}) : « {contenu[:60]} »"


def _valider(donnees: dict[str, Any], texte: str, fichier: Path) -> Reglages:
    try:
        reglages = TypeAdapter(Reglages).validate_python(donnees)
    except ValidationError as erreur:
        fautes = [_faute(tuple(e["loc"]), _dire(e["type"], e["loc"]), texte) for e in erreur.errors()]
        raise _erreur(fichier, fautes) from erreur
    if fautes := [_faute(cle, dit, texte) for cle, dit in _incoherences(reglages)]:
        raise _erreur(fichier, fautes)
    return reglages


def _dire(genre: str, cle: tuple[str | int, ...], racine: type = Reglages) -> str:
    """La faute en français ; une clé inconnue propose celle qui lui ressemble."""
    dit = _MESSAGES.get(genre, "cette valeur n'est pas de la sorte attendue")
    if dit != _CLE_INCONNUE:
        return dit
    proches = get_close_matches(str(cle[-1]), _cles_permises(cle[:-1], racine), n=1)
    return f"{dit} ; vouliez-vous dire « {proches[0]} » ?" if proches else dit


def _cles_permises(section: tuple[str | int, ...], racine: type) -> list[str]:
    """Les clés de la section qu'atteint ce chemin, d'après les types du modèle."""
    genre: Any = racine
    for partie in section:
        genre = get_args(genre)[0] if isinstance(partie, int) else get_type_hints(genre)[partie]
    return [champ.name for champ in fields(genre)] if is_dataclass(genre) else []


_CLE_INCONNUE = "clé inconnue"
_MESSAGES = {
    "missing": "clé obligatoire absente",
    "extra_forbidden": _CLE_INCONNUE,
    "unexpected_keyword_argument": _CLE_INCONNUE,
    "string_type": "un texte entre guillemets est attendu",
    "int_type": "un nombre entier est attendu",
    "int_parsing": "un nombre entier est attendu",
    "int_from_float": "un nombre entier est attendu",
    "float_type": "un nombre est attendu",
    "float_parsing": "un nombre est attendu",
    "list_type": "une liste entre crochets est attendue",
    "bool_type": "true ou false est attendu",
    "bool_parsing": "true ou false est attendu",
    "date_type": "une date sans guillemets (2009-03-01) est attendue",
    "date_parsing": "une date sans guillemets (2009-03-01) est attendue",
    "date_from_datetime_inexact": "une date sans heure (2009-03-01) est attendue",
    "date_from_datetime_parsing": "une date sans guillemets (2009-03-01) est attendue",
    "dataclass_type": "une section est attendue",
}

Cle = tuple[str | int, ...]


@dataclass(frozen=True)
class Forme:
    """La forme d'un code : pour le programme, et dite en français."""

    motif: str
    dite: str


FORME_TERRITOIRE = Forme(r"[A-Z0-9]{2,5}", "2 à 5 majuscules sans accent ou chiffres, comme LOR")
FORME_PROFIL = Forme(r"[A-Z]{1,3}", "1 à 3 majuscules sans accent, comme J")
FORME_ATELIER = Forme(r"[A-Z0-9]{2,5}-A-\d{2}", "territoire, A et deux chiffres, comme LOR-A-01")


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
    yield from _fautes_presentation(reglages)
    yield from _fautes_territoires(reglages)
    yield from _fautes_profils(reglages)
    yield from _fautes_ateliers(reglages)
    yield from _fautes_bornes(reglages)


def _fautes_presentation(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    etude = reglages.etude
    for cle in ("titre", "niveau_territoire"):
        if not getattr(etude, cle).strip():
            yield ("etude", cle), "un texte est attendu, il est vide"
    if etude.fin < etude.debut:
        yield ("etude", "fin"), f"la fin ({etude.fin}) précède le début ({etude.debut})"


def _fautes_territoires(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    if not reglages.territoires:
        yield ("territoires",), "au moins un territoire est attendu"
    yield from _codes("territoires", "code", [t.code for t in reglages.territoires], FORME_TERRITOIRE)
    yield from _doubles(("territoires",), "nom", [t.nom for t in reglages.territoires])
    yield from _doubles(("themes",), "id", [theme.id for theme in reglages.themes])


def _fautes_profils(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    yield from _codes("profils", "code", [p.code for p in reglages.profils], FORME_PROFIL)
    yield from _doubles(("profils",), "nom", [p.nom for p in reglages.profils])
    for i, profil in enumerate(reglages.profils):
        if profil.quota < 0:
            yield ("profils", i, "quota"), "un quota ne peut pas être négatif"
        if profil.code == "A":
            yield ("profils", i, "code"), "la lettre A désigne les ateliers : prenez-en une autre"
        yield from _doubles(("profils", i, "guide"), "id", [theme.id for theme in profil.guide])


def _fautes_ateliers(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    yield from _codes("ateliers", "id", [a.id for a in reglages.ateliers], FORME_ATELIER)
    connus = {t.code for t in reglages.territoires}
    themes = {t.id for t in reglages.themes}
    profils = {p.code for p in reglages.profils} | {""}
    for cle in ("profil_demande", "profil_offre"):
        if (profil := getattr(reglages.confrontation, cle)) not in profils:
            yield ("confrontation", cle), f"« {profil} » n'est pas un profil de l'étude"
    for i, atelier in enumerate(reglages.ateliers):
        if atelier.territoire not in connus:
            dit = f"« {atelier.territoire} » n'est pas un territoire ({', '.join(sorted(connus))})"
            yield ("ateliers", i, "territoire"), dit
        elif not atelier.id.startswith(f"{atelier.territoire}-"):
            dit = f"« {atelier.id} » devrait commencer par son territoire, « {atelier.territoire} »"
            yield ("ateliers", i, "id"), dit
        if atelier.theme and atelier.theme not in themes:
            yield ("ateliers", i, "theme"), f"« {atelier.theme} » n'est pas un thème de l'étude"


def _fautes_bornes(reglages: Reglages) -> Iterator[tuple[Cle, str]]:
    if reglages.seuils.effectif_minimal < 2:
        dit = "un seuil sous 2 personnes ne protège personne"
        yield ("seuils", "effectif_minimal"), dit
    if not 0 <= reglages.seuils.confiance_mot <= 1:
        yield ("seuils", "confiance_mot"), "un nombre de 0 à 1 est attendu"
    if not 0 <= reglages.confrontation.part_minimale <= 1:
        yield ("confrontation", "part_minimale"), "un nombre de 0 à 1 est attendu"
    if not 100 <= reglages.confrontation.tirages <= 20_000:
        yield ("confrontation", "tirages"), "un nombre de 100 à 20 000 est attendu"
    if reglages.confidentialite.prenoms not in PRENOMS:
        yield ("confidentialite", "prenoms"), "« prenom » ou « numero » est attendu"
    for cle in ("verbatims_par_theme", "verbatims_par_personne"):
        if getattr(reglages.publication, cle) < 0:
            yield ("publication", cle), "un nombre de citations ne peut pas être négatif"
    minimums = {"faisceau": 1, "lot": 1, "bloc_s": 30, "processus": 0, "locuteurs_entretien": 0}
    for cle, minimum in minimums.items():
        if not getattr(reglages.transcription, cle) >= minimum:
            yield ("transcription", cle), f"au moins {minimum} est attendu"


def _codes(section: str, cle: str, codes: Sequence[str], forme: Forme) -> Iterator[tuple[Cle, str]]:
    for i, code in enumerate(codes):
        if not re.fullmatch(forme.motif, code):
            yield (section, i, cle), f"« {code} » n'a pas la forme attendue ({forme.dite})"
    yield from _doubles((section,), cle, codes)


def _doubles(section: Cle, cle: str, valeurs: Sequence[str]) -> Iterator[tuple[Cle, str]]:
    for i, valeur in enumerate(valeurs):
        if valeur.casefold() in [vue.casefold() for vue in valeurs[:i]]:
            yield (*section, i, cle), f"« {valeur} » est donné deux fois"
