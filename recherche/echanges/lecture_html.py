"""Pages HTML de noScribe et de Sonal, et anciens fichiers .rtr de Sonal -> répliques datées.

noScribe : une ancre `ts_<début>_<fin>_<locuteur>` (millisecondes) par segment, qui enveloppe le texte
ou, une fois la page relue dans son éditeur, le précède. Ses marques de pause et de chevauchement ne
sont pas de la parole : les temps les redonnent.

Sonal (« SonalPi ») : un `span.lblseg` par segment, `data-deb` et `data-fin` en secondes, `data-loc`
rang du locuteur dans le bloc `loc-json`. Sonal 2 (.rtr, Windows-1252) : extraits entre deux lignes
`::position::thèmes`, balises `[>Locuteur]` et points de synchronisation `[secondes]`.

Sources : noScribe, `noScribe/main.py` (kaixxx/noScribe) ; SonalPi 1.0.75, `modules/conversions.js` et
`convertRtrToSonal` de `modules/gestion_corpus.js` (AlxAlbr/SonalPi), du même auteur que Sonal 2.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from recherche.echanges.octets import decoder
from recherche.echanges.repliques import Lecture, Replique

_ANCRE = re.compile(r"ts_(\d+(?:\.\d+)?)_(\d+(?:\.\d+)?)_(.*)", re.DOTALL)
_ETIQUETTE = re.compile(r"\s*(?://)?([^:\[\]/]{1,40}):\s*")
_CODE = re.compile(r"\s*\[\d{1,2}:\d{2}:\d{2}\]\s*")
_PAUSE = re.compile(r"\s*\((?:\.+|\d+ [^()]*pause[^()]*|[^()]*\d+ [^()]*paus[^()]*)\)\s*", re.IGNORECASE)
_BALISE_RTR = re.compile(r"\[>([^\]]+)\]:?|\[(\d+(?:[.,]\d+)?)\]")


class _Page(HTMLParser):
    """Les alinéas d'une page : morceaux de texte, chacun avec l'ancre qui le précède (ou None)."""

    def __init__(self) -> None:
        super().__init__()
        self.alineas: list[list[tuple[str | None, str]]] = [[]]
        self._ancre: str | None = None
        self._tu = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Un alinéa ou une ancre commence."""
        if tag in {"style", "script", "title"}:
            self._tu = True
        elif tag == "p":
            self.alineas.append([])
            self._ancre = None
        elif tag == "br":
            self._ajouter(" ")
        elif tag == "a" and (nom := dict(attrs).get("name")) and _ANCRE.fullmatch(nom):
            self._ancre = nom

    def handle_endtag(self, tag: str) -> None:
        """Fin de ce qui ne s'affiche pas."""
        if tag in {"style", "script", "title"}:
            self._tu = False

    def handle_data(self, data: str) -> None:
        """Du texte affiché."""
        if not self._tu:
            self._ajouter(data)

    def _ajouter(self, texte: str) -> None:
        alinea = self.alineas[-1]
        if alinea and alinea[-1][0] == self._ancre:
            alinea[-1] = (self._ancre, alinea[-1][1] + texte)
        else:
            alinea.append((self._ancre, texte))


def lire_noscribe(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'une page noScribe, relue ou non dans son éditeur."""
    page = _Page()
    page.feed(decoder(octets, fichier))
    page.close()
    alineas = [alinea for alinea in page.alineas if any(texte.strip() for _, texte in alinea)]
    ancres = (i for i, alinea in enumerate(alineas) if any(ancre for ancre, _ in alinea))
    premier = next(ancres, len(alineas))
    entete = "\n".join("".join(texte for _, texte in alinea).strip() for alinea in alineas[:premier])
    return Lecture(tuple(_repliques_noscribe(alineas[premier:])), entete, premier)


def _repliques_noscribe(alineas: Sequence[Sequence[tuple[str | None, str]]]) -> Iterator[Replique]:
    """Une étiquette corrigée à la main l'emporte sur le nom que porte l'ancre, pour tout le fichier."""
    noms: dict[str, str] = {}
    for alinea in alineas:
        for ancre, texte in alinea:
            if ancre is None:
                etiquette, dit = _sans_etiquette(texte, set(noms.values()))
                yield Replique(dit, etiquette)
                continue
            debut, fin, brut = _decouper(ancre)
            etiquette, dit = _sans_etiquette(texte, None)
            if etiquette and brut:
                noms[brut] = etiquette
            if dit:
                yield Replique(dit, noms.get(brut, brut) or etiquette, debut, fin)


def _decouper(ancre: str) -> tuple[float, float, str]:
    _, debut, fin, locuteur = ancre.split("_", 3)
    return float(debut) / 1000, float(fin) / 1000, locuteur.removeprefix("//").strip()


def _sans_etiquette(texte: str, permises: set[str] | None) -> tuple[str | None, str]:
    etiquette = None
    if (trouve := _ETIQUETTE.match(texte)) and (permises is None or trouve[1].strip() in permises):
        etiquette, texte = trouve[1].strip(), texte[trouve.end() :]
    texte = _PAUSE.sub(" ", _CODE.sub(" ", texte))
    return etiquette, re.sub(r"^\s*//|//\s*$", " ", texte).strip()


class _Segments(HTMLParser):
    """Les segments `lblseg` d'un fichier Sonal et son bloc de locuteurs."""

    def __init__(self) -> None:
        super().__init__()
        self.segments: list[tuple[dict[str, str], list[str]]] = []
        self.locuteurs = ""
        self._niveau = 0
        self._json = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Un segment, ou le bloc des locuteurs, commence."""
        valeurs = {nom: valeur or "" for nom, valeur in attrs}
        if tag == "script":
            self._json = valeurs.get("id") == "loc-json"
        elif tag == "span" and self._niveau:
            self._niveau += 1
        elif tag == "span" and "lblseg" in valeurs.get("class", "").split():
            self._niveau = 1
            self.segments.append((valeurs, []))

    def handle_endtag(self, tag: str) -> None:
        """Un segment finit avec son `span`."""
        if tag == "script":
            self._json = False
        elif tag == "span" and self._niveau:
            self._niveau -= 1

    def handle_data(self, data: str) -> None:
        """Du texte : de la parole, ou les locuteurs."""
        if self._json:
            self.locuteurs += data
        elif self._niveau:
            self.segments[-1][1].append(data)


def lire_sonal(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un fichier .Sonal de SonalPi."""
    page = _Segments()
    page.feed(decoder(octets, fichier))
    page.close()
    noms = _noms_sonal(page.locuteurs)
    bornes = _bornes_sonal([valeurs for valeurs, _ in page.segments])
    return Lecture(
        tuple(
            Replique(" ".join("".join(textes).split()), _nom_sonal(valeurs, noms), debut, fin)
            for (valeurs, textes), (debut, fin) in zip(page.segments, bornes, strict=True)
        )
    )


def _bornes_sonal(segments: Sequence[dict[str, str]]) -> list[tuple[float | None, float | None]]:
    """Début et fin de chaque segment, fin bornée par le début du suivant ; rien si tout est à zéro."""
    debuts = [_nombre(valeurs.get("data-deb")) for valeurs in segments]
    if not any(debuts):
        return [(None, None)] * len(segments)
    bornes: list[tuple[float | None, float | None]] = []
    for valeurs, debut, suivant in zip(segments, debuts, [*debuts[1:], None], strict=True):
        fin = _nombre(valeurs.get("data-fin"))
        if fin is not None and debut is not None and suivant is not None and suivant > debut:
            fin = min(fin, suivant)
        bornes.append((debut, fin))
    return bornes


def _noms_sonal(bloc: str) -> list[str]:
    """Les noms du bloc `loc-json`, une liste que l'application entoure d'accolades."""
    try:
        noms = json.loads(bloc[bloc.index("[") : bloc.rindex("]") + 1])
    except ValueError:
        return []
    return [str(nom or "") for nom in noms] if isinstance(noms, list) else []


def _nom_sonal(valeurs: dict[str, str], noms: Sequence[str]) -> str | None:
    rang = valeurs.get("data-loc", "")
    nom = noms[int(rang)] if rang.isascii() and rang.isdigit() and int(rang) < len(noms) else ""
    return (nom or valeurs.get("data-nomloc", "")).replace("?", "").strip() or None


def _nombre(valeur: str | None) -> float | None:
    try:
        nombre = float((valeur or "").replace(",", "."))
    except ValueError:
        return None
    return nombre if 0 <= nombre < float("inf") else None


def lire_rtr(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un fichier .rtr de Sonal 2 ; le texte hors des extraits n'est pas de la parole."""
    repliques: list[Replique] = []
    debut: float | None = None
    ouvert, ecartees = False, 0
    for ligne in decoder(octets, fichier).splitlines():
        if ligne.startswith("::"):
            ouvert = not ouvert
            debut = _nombre(ligne.split("::")[1])
        elif ouvert:
            for locuteur, code, texte in _morceaux_rtr(ligne):
                debut = code if code is not None else debut
                if texte or locuteur:
                    repliques.append(Replique(texte, locuteur, debut))
                    debut = None if texte else debut
        else:
            ecartees += bool(ligne.strip())
    return Lecture(tuple(_reporter(repliques)), "", ecartees)


def _morceaux_rtr(ligne: str) -> Iterator[tuple[str | None, float | None, str]]:
    place = 0
    locuteur: str | None = None
    code: float | None = None
    for balise in _BALISE_RTR.finditer(ligne):
        yield locuteur, code, _sans_poids(ligne[place : balise.start()])
        locuteur, code = balise[1], _nombre(balise[2]) if balise[2] else None
        place = balise.end()
    yield locuteur, code, _sans_poids(ligne[place:])


def _sans_poids(texte: str) -> str:
    """Le texte sans les pondérations `{+3}` … `{-3}` de Sonal."""
    return re.sub(r"\{[+-]\d*\}", " ", texte).strip()


def _reporter(repliques: Sequence[Replique]) -> Iterator[Replique]:
    """Une réplique sans texte ne fait que donner la parole à la suivante."""
    attente: str | None = None
    for replique in repliques:
        nom = replique.locuteur or attente
        attente = None if replique.texte else nom
        if replique.texte:
            yield Replique(replique.texte, nom, replique.debut_s)
