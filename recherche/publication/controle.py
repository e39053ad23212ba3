"""Le dernier contrôle avant de publier : aucun nom, aucun identifiant, aucune coordonnée.

Toute la sortie est relue telle qu'un partenaire la recevra : valeurs des tables Parquet, textes des
fichiers csv et json, contenu décompressé des classeurs et documents Office. Les noms sont cherchés
mot à mot, sans égard à la casse, aux accents ni à la ponctuation.
"""

from __future__ import annotations

import html
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from recherche.erreurs import ErreurConfidentialite

_MOT = re.compile(r"[^\W_]+")
_BALISES = re.compile(r"</(?:w:p|si|c|row)>")
_BALISE = re.compile(r"<[^>]*>")
_BORD_G, _BORD_D = r"(?<![\w.,])", r"(?![\w])"
_MOTIFS = {
    "identifiant d'entretien": re.compile(
        rf"{_BORD_G}[a-z0-9]{{2,5}}[-_‑][a-z]{{1,3}}[-_‑]\d{{2,3}}{_BORD_D}", re.IGNORECASE
    ),
    "téléphone": re.compile(
        rf"{_BORD_G}(?:(?:\+|00)33[\s.-]*(?:\(0\)\s*)?|0)[1-9](?:[\s.-]?\d{{2}}){{4}}{_BORD_D}"
    ),
    "courriel": re.compile(r"[\w.+-]+@[\w-]+\.[\w.]*[a-z]|\barobase\b", re.IGNORECASE),
}
_CHIFFRES = frozenset(
    (
        *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze"),
        *("douze", "treize", "quatorze", "quinze", "seize", "vingt", "trente", "quarante", "cinquante"),
        *("soixante", "septante", "huitante", "octante", "nonante", "cent", "et"),
    )
)
_TEXTES = {".csv", ".json", ".txt", ".md", ".html", ".xml"}
_OFFICE = {".xlsx", ".docx", ".odt", ".ods"}
MONTREES = 20


@dataclass(frozen=True, slots=True)
class Fuite:
    """Ce qui ne doit pas sortir et où ; jamais la valeur elle-même.

    `lieu` est un chemin dans le dossier ; `ligne` part de 1 (première ligne de données d'une table).
    """

    nature: str
    lieu: str
    ligne: int | None = None
    colonne: str | None = None

    def __str__(self) -> str:
        ligne = f", ligne {self.ligne}" if self.ligne is not None else ""
        colonne = f", colonne {self.colonne}" if self.colonne else ""
        return f"{self.nature} : {self.lieu}{ligne}{colonne}"


@dataclass(frozen=True)
class Interdits:
    """Ce qu'on cherche : suites de mots pliés, rangées par premier mot.

    `ambigus` sont des mots ordinaires aussi (Rose, Claire) : eux ne sont reconnus qu'écrits ainsi,
    majuscule comprise.
    """

    plies: dict[str, frozenset[tuple[str, ...]]] = field(repr=False)
    exacts: dict[str, frozenset[tuple[str, ...]]] = field(repr=False)
    permis: tuple[str, ...] = ()

    @classmethod
    def depuis(cls, formes: Iterable[str], *, ambigus: Iterable[str] = ()) -> Interdits:
        """Depuis des formes quelconques ; celles de moins de deux caractères sont ignorées."""
        doubles = {plier(forme) for forme in ambigus}
        nettes = [forme for forme in formes if len(forme.strip()) >= 2]
        plies = (_mots(plier(f)) for f in nettes if plier(f) not in doubles)
        exacts = (_mots(_nfc(f)) for f in nettes if plier(f) in doubles)
        return cls(_par_premier(plies), _par_premier(exacts))

    def dans(self, texte: str) -> bool:
        """Vrai si une des formes est dans le texte, aux frontières de mots."""
        return _contient(_mots(plier(texte)), self.plies) or (
            bool(self.exacts) and _contient(_mots(_nfc(texte)), self.exacts)
        )


def plier(texte: str) -> str:
    """Sans casse ni accents : « Gwenaël » -> « gwenael »."""
    decompose = unicodedata.normalize("NFKD", texte.replace("œ", "oe").replace("Œ", "OE"))
    return "".join(c for c in decompose if not unicodedata.combining(c)).casefold()


def controler(
    dossier: Path,
    interdits: Iterable[str],
    *,
    ambigus: Iterable[str] = (),
    permis: Iterable[str] = (),
) -> list[Fuite]:
    """Toutes les fuites des fichiers de `dossier` ; liste vide si rien ne s'oppose à la publication.

    `permis` : textes qui peuvent paraître tels quels (l'adresse de contact de l'étude).
    `interdits` : formes de la clé des pseudonymes, champs nominatifs du registre, identifiants. Un
    fichier d'un format que ce contrôle ne sait pas lire (pdf, image) est lui-même une fuite.
    """
    recherche = replace(Interdits.depuis(interdits, ambigus=ambigus), permis=tuple(filter(None, permis)))
    fuites: list[Fuite] = []
    for fichier in sorted(p for p in dossier.rglob("*") if p.is_file()):
        lieu = fichier.relative_to(dossier).as_posix()
        fuites += [Fuite(nature, f"nom du fichier {lieu}") for nature in _natures(lieu, recherche)]
        fuites += _fichier(fichier, lieu, recherche)
    return fuites


def exiger_sans_fuite(
    dossier: Path,
    interdits: Iterable[str],
    *,
    ambigus: Iterable[str] = (),
    permis: Iterable[str] = (),
) -> None:
    """Lève `ErreurConfidentialite` (lieux, sans les noms) si `controler` trouve une fuite."""
    fuites = controler(dossier, interdits, ambigus=ambigus, permis=permis)
    if not fuites:
        return
    lieux = "".join(f"\n  - {fuite}" for fuite in fuites[:MONTREES])
    suite = f"\n  - et {len(fuites) - MONTREES} autres" if len(fuites) > MONTREES else ""
    raise ErreurConfidentialite(
        f"Publication refusée : {len(fuites)} fuite(s) dans ce qui allait être publié.{lieux}{suite}",
        "Masquez ces mentions (« recherche pseudonymiser »), relancez la relecture, puis « recherche "
        "publier ». La publication précédente est intacte.",
    )


def _fichier(fichier: Path, lieu: str, interdits: Interdits) -> Iterator[Fuite]:
    if fichier.suffix == ".parquet":
        yield from _parquet(fichier, lieu, interdits)
    elif fichier.suffix in _OFFICE:
        yield from _office(fichier, lieu, interdits)
    elif fichier.suffix in _TEXTES:
        texte = fichier.read_text(encoding="utf-8-sig")
        yield from _lignes(texte.splitlines(), lieu, interdits)
    else:
        yield Fuite("format que le contrôle ne sait pas lire", lieu)


def _parquet(fichier: Path, lieu: str, interdits: Interdits) -> Iterator[Fuite]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.ParquetFile(fichier).read()
    annexes = [*table.column_names, *(repr(table.schema.metadata or {}),)]
    yield from _lignes(annexes, f"{lieu} (en-tête)", interdits)
    for nom in table.column_names:
        if not (pa.types.is_string(table[nom].type) or pa.types.is_large_string(table[nom].type)):
            continue
        for ligne, valeur in enumerate(table[nom].to_pylist(), start=1):
            if valeur:
                yield from (Fuite(n, lieu, ligne, nom) for n in _natures(valeur, interdits))


def _office(fichier: Path, lieu: str, interdits: Interdits) -> Iterator[Fuite]:
    with zipfile.ZipFile(fichier) as archive:
        for membre in archive.namelist():
            brut = archive.read(membre).decode("utf-8", errors="replace")
            texte = _BALISE.sub("", _BALISES.sub("\n", brut))
            yield from _lignes(html.unescape(texte).splitlines(), f"{lieu} > {membre}", interdits)


def _lignes(lignes: Iterable[str], lieu: str, interdits: Interdits) -> Iterator[Fuite]:
    for numero, texte in enumerate(lignes, start=1):
        yield from (Fuite(nature, lieu, numero) for nature in _natures(texte, interdits))


def _natures(texte: str, interdits: Interdits) -> list[str]:
    """Ce qu'un texte laisse passer."""
    for permis in interdits.permis:
        texte = texte.replace(permis, " ")
    trouvees = ["nom ou champ du registre"] if interdits.dans(texte) else []
    trouvees += [nature for nature, motif in _MOTIFS.items() if motif.search(texte)]
    if "téléphone" not in trouvees and _telephone_dit(_mots(plier(texte))):
        trouvees.append("téléphone")
    return trouvees


def _telephone_dit(mots: Sequence[str]) -> bool:
    """« zéro six, douze, trente-quatre, cinquante-six… » : zéro puis au moins quatre nombres."""
    for i, mot in enumerate(mots):
        if mot == "zero" and len(mots) >= i + 5 and all(m in _CHIFFRES for m in mots[i + 1 : i + 5]):
            return True
    return False


def _mots(texte: str) -> tuple[str, ...]:
    return tuple(_MOT.findall(texte))


def _nfc(texte: str) -> str:
    return unicodedata.normalize("NFC", texte)


def _par_premier(suites: Iterable[tuple[str, ...]]) -> dict[str, frozenset[tuple[str, ...]]]:
    rangees: dict[str, set[tuple[str, ...]]] = {}
    for suite in suites:
        if suite:
            rangees.setdefault(suite[0], set()).add(suite)
    return {premier: frozenset(toutes) for premier, toutes in rangees.items()}


def _contient(mots: Sequence[str], formes: dict[str, frozenset[tuple[str, ...]]]) -> bool:
    for i, mot in enumerate(mots):
        for forme in formes.get(mot, ()):
            if tuple(mots[i : i + len(forme)]) == forme:
                return True
    return False
