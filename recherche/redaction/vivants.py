"""Blocs vivants d'un chapitre : ce qui vient du jeu publié, avec l'empreinte de sa preuve.

Un bloc est une division de pandoc (`::: {.tableau nom="corpus" preuve="3fa9…"}` … `:::`) ou, dans une
phrase, un passage entre crochets (`[26 entretiens sur 60]{.nombre nom="QUART-MOB, jeune"}`). Tout ce qui
est hors d'un bloc appartient aux personnes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from recherche.modele.transcription import empreinte_texte

GENRES = ("tableau", "figure", "verbatims", "nombres", "nombre", "texte", "version")
A_REVOIR = "a-revoir"
RETIREE = "[citation retirée]"
_LONGUEUR = 12
_ATTRIBUTS = re.compile(r'(\w+)="([^"]*)"')
_BLOC = re.compile(
    rf"^:::+ *\{{\.({'|'.join(GENRES)})\b([^}}\n]*)\}}[ \t]*\n(.*?)^:::+[ \t]*$\n?",
    re.MULTILINE | re.DOTALL,
)
_EN_LIGNE = re.compile(r"\[([^\[\]]*)\]\{\.nombre\b([^}\n]*)\}")
_MARQUE = re.compile(
    rf"^:::+ *\{{\.{A_REVOIR}[^}}\n]*\}}[ \t]*\n.*?^:::+[ \t]*$\n*", re.MULTILINE | re.DOTALL
)
_REFERENCE = re.compile(r"\b([VPA])\d{3,}\b")


@dataclass(frozen=True, slots=True)
class Bloc:
    """Un bloc tel qu'il est dans un chapitre ; `preuve` est vide si une personne vient de le nommer."""

    genre: str
    nom: str
    contenu: str
    preuve: str = ""

    @property
    def intact(self) -> bool:
        """Personne n'a changé son contenu depuis que le programme l'a écrit."""
        return not self.preuve or RETIREE in self.contenu or empreinte(self) == self.preuve

    def __str__(self) -> str:
        if self.genre == "nombre":
            return f'[{self.contenu}]{{.nombre nom="{self.nom}" preuve="{self.preuve}"}}'
        contenu = self.contenu.strip("\n")
        return f'::: {{.{self.genre} nom="{self.nom}" preuve="{self.preuve}"}}\n{contenu}\n:::'


def empreinte(bloc: Bloc) -> str:
    """L'empreinte de la preuve : le contenu, sans les références des verbatims, qui changent à chaque
    publication ; celle d'un bloc `version` ne dépend que de son nom.
    """
    texte = bloc.nom if bloc.genre == "version" else sans_references(bloc.contenu)
    return empreinte_texte(f"{bloc.genre}\n{' '.join(texte.split())}")[:_LONGUEUR]


def sans_references(texte: str) -> str:
    """Le texte, où V012 et P003 ne sont plus que V et P."""
    return _REFERENCE.sub(r"\1", texte)


def vivant(genre: str, nom: str, contenu: str) -> str:
    """Le bloc écrit pour un chapitre ; rien si le jeu publié n'en dit rien."""
    if not contenu.strip():
        return ""
    bloc = Bloc(genre, nom.replace('"', "”"), contenu.strip("\n"))
    return str(replace(bloc, preuve=empreinte(bloc)))


def blocs(texte: str) -> Iterator[Bloc]:
    """Les blocs d'un chapitre, dans l'ordre ; les nombres écrits dans une phrase à la fin."""
    texte = unix(texte)
    for trouve in _BLOC.finditer(texte):
        yield _lu(trouve[1], trouve[2], trouve[3])
    for trouve in _EN_LIGNE.finditer(_BLOC.sub("", texte)):
        yield _lu("nombre", trouve[2], trouve[1])


def _lu(genre: str, attributs: str, contenu: str) -> Bloc:
    lus = dict(_ATTRIBUTS.findall(attributs))
    return Bloc(genre, lus.get("nom", ""), contenu.strip("\n"), lus.get("preuve", ""))


def remplacer(texte: str, choisir: Callable[[Bloc], str]) -> str:
    """Le chapitre, où chaque bloc est remplacé par ce que rend `choisir`."""
    texte = _BLOC.sub(lambda t: f"{choisir(_lu(t[1], t[2], t[3]))}\n", unix(texte))
    return _EN_LIGNE.sub(lambda t: choisir(_lu("nombre", t[2], t[1])), texte)


def squelette(texte: str) -> str:
    """Le texte hors des blocs, et le nom des blocs : ce qui change avec le programme ou l'étude."""
    return remplacer(texte, lambda bloc: f"[{bloc.genre} {bloc.nom}]")


def habits_otes(texte: str) -> str:
    """Le chapitre à rendre : les blocs sans leurs bornes, les marques « à revoir » gardées."""
    return remplacer(texte, lambda bloc: bloc.contenu)


def sans_marques(texte: str) -> str:
    """Le chapitre sans les marques « à revoir » que le programme y a posées."""
    return _MARQUE.sub("", unix(texte))


def hors_blocs(texte: str) -> str:
    """Ce qui est aux personnes : tout, sauf blocs et marques ; un nombre vivant y reste lisible."""
    return _EN_LIGNE.sub(lambda t: t[1], _BLOC.sub("\n", sans_marques(texte)))


def registre(chapitres: Iterable[str]) -> dict[str, Bloc]:
    """Les blocs que le jeu publié permet d'écrire, par nom."""
    return {bloc.nom: bloc for texte in chapitres for bloc in blocs(texte)}


@dataclass(frozen=True, slots=True)
class Changement:
    """Un bloc dont la preuve a changé ; `apres` None : le jeu publié n'en dit plus rien."""

    nom: str
    avant: str
    apres: str | None


@dataclass(frozen=True, slots=True)
class Rafraichi:
    """Un chapitre rafraîchi, ce qui y a changé, et les blocs qu'une personne a récrits ou mal nommés."""

    texte: str
    changements: tuple[Changement, ...]
    repris: tuple[str, ...]
    inconnus: tuple[str, ...]


def rafraichir(texte: str, connus: Mapping[str, Bloc]) -> Rafraichi:
    """Le chapitre, blocs à jour. Rien d'autre n'y est touché, pas même un bloc récrit à la main.

    Un bloc récrit dont la preuve a changé est gardé, sans ses bornes : il est devenu le texte d'une
    personne ; le bloc à jour le suit.
    """
    changements: list[Changement] = []
    repris: list[str] = []
    inconnus: list[str] = []

    def choisir(bloc: Bloc) -> str:
        neuf = connus.get(bloc.nom)
        if neuf is None and not bloc.preuve:
            inconnus.append(bloc.nom)
            return str(bloc)
        if neuf is None:
            changements.append(Changement(bloc.nom, bloc.contenu, None))
            return "" if bloc.intact and bloc.genre != "nombre" else bloc.contenu
        neuf = replace(neuf, genre=bloc.genre)
        if bloc.genre == "nombre":
            neuf = replace(neuf, contenu=_en_ligne(neuf.contenu))
        neuf = replace(neuf, preuve=empreinte(neuf))
        if bloc.preuve == neuf.preuve:
            return str(neuf) if bloc.intact and RETIREE not in bloc.contenu else _garde(bloc, repris)
        if bloc.preuve:
            changements.append(Changement(bloc.nom, bloc.contenu, neuf.contenu))
        if bloc.intact:
            return str(neuf)
        repris.append(bloc.nom)
        return f"{bloc.contenu}\n\n{neuf}"

    rafraichi = remplacer(texte, choisir)
    return Rafraichi(rafraichi, tuple(changements), tuple(repris), tuple(inconnus))


def _garde(bloc: Bloc, repris: list[str]) -> str:
    if RETIREE not in bloc.contenu:
        repris.append(bloc.nom)
    return str(bloc)


def _en_ligne(contenu: str) -> str:
    """La première mesure d'un bloc, pour une phrase : « 26 entretiens sur 60 »."""
    trouve = re.search(r"(?:\d[\d\u202f]*|[Aa]ucun)[\u00a0 ]\w+ sur \d[\d\u202f]*", contenu)
    return trouve[0] if trouve else " ".join(contenu.split())


def unix(texte: str) -> str:
    """Fins de ligne d'un seul caractère, sans marque d'ordre des octets."""
    return texte.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
