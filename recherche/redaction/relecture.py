"""Les phrases des personnes devant leurs preuves : à revoir, sans preuve, sous le seuil.

Une phrase n'est jamais touchée : la marque est une division `a-revoir` posée après son paragraphe, que
le passage suivant ôte si la phrase ne cite plus rien de périmé.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from recherche.redaction.typographie import INSECABLE
from recherche.redaction.vivants import A_REVOIR, Bloc, Changement, blocs, hors_blocs, sans_marques

CITATION_MINIMALE = 25
_MESURE = re.compile(
    r"\b(\d[\d\u202f]*)(?:[\u00a0 ][^\W\d]+(?:[\u00a0 ]\(?[^\W\d]+\)?)?)? ?(?:sur|/) ?(\d[\d\u202f]*)\b"
)
_PART = re.compile(r"\b(\d{1,3})[\u00a0\u202f ]?%")
_CITE = re.compile(r"«([^«»]+)»")
_QUANTITE = re.compile(
    r"\b(la plupart|la majorité|une majorité|majoritairement|presque tous|presque toutes|la moitié|"
    r"un (?:tiers|quart) des|beaucoup d|peu d|de nombreux|de nombreuses|tous les|toutes les|"
    r"aucun des|aucune des)",
    re.IGNORECASE,
)
_PHRASES = re.compile(r"(?<=[.!?…»])\s+(?=[A-ZÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŒ«\d])")
_TITRE = re.compile(r"^#{1,6} ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Perime:
    """Une phrase qui cite ce qui a changé : l'ancien, et le nouveau (vide si c'est retiré)."""

    phrase: str
    ancien: str
    nouveau: str
    bloc: str

    @property
    def dit(self) -> str:
        """« 26 sur 60 » est devenu « 25 sur 60 » (QUART-MOB, jeune)."""
        suite = f"est devenu « {self.nouveau} »" if self.nouveau else "n’est plus publié"
        dit = f"« {self.ancien} » {suite} ({self.bloc})"
        return dit.replace("« ", f"«{INSECABLE}").replace(" »", f"{INSECABLE}»")


@dataclass(frozen=True, slots=True)
class SansAppui:
    """Une affirmation sans preuve dans le jeu publié, ou qui repose sur trop peu de personnes."""

    phrase: str
    raison: str


def revoir(
    texte: str, changements: Sequence[Changement], publies: Sequence[str], connus: Mapping[str, Bloc]
) -> list[Perime]:
    """Les phrases de `texte` (écrites par des personnes) qui citent un nombre ou un verbatim périmé.

    `changements` : les blocs dont la preuve a changé ; `publies` : tous les textes encore publiés.
    """
    encore = {mesure for bloc in connus.values() for mesure in mesures(bloc.contenu)}
    lus = "\n".join(map(plier, publies))
    perimes: list[Perime] = []
    for phrase, voisins in _phrases_et_voisins(texte):
        for changement in changements:
            local = changement.nom in voisins
            perimes += _nombres_perimes(phrase, changement, encore, local=local)
            perimes += _verbatims_perimes(phrase, changement, lus)
    return list(dict.fromkeys(perimes))


def _nombres_perimes(
    phrase: str, changement: Changement, encore: Collection[tuple[int, int]], *, local: bool
) -> Iterator[Perime]:
    cites = set(mesures(phrase))
    avant, apres = mesures(changement.avant), mesures(changement.apres or "")
    alignes = len(avant) == len(apres)
    for rang, mesure in enumerate(avant):
        if mesure not in cites or mesure in apres or (mesure in encore and not local):
            continue
        suite = apres[rang : rang + 1] if alignes else apres[:1]
        yield Perime(phrase, _dire(mesure), _dire(suite[0]) if suite else "", changement.nom)


def _verbatims_perimes(phrase: str, changement: Changement, publies: str) -> Iterator[Perime]:
    anciens = plier(changement.avant)
    for citation in citations(phrase):
        plie = plier(citation)
        if plie in anciens and plie not in publies:
            yield Perime(phrase, citation, "", changement.nom)


def sans_appui(
    texte: str,
    connus: Mapping[str, Bloc],
    publies: Sequence[str],
    seuil: int,
    proposees: Collection[str] = (),
) -> list[SansAppui]:
    """Les affirmations de personnes que le jeu publié n'appuie pas.

    Une citation qui n'est pas publiée, une mesure qu'aucun bloc ne donne ou qui compte moins de `seuil`
    entretiens, une quantité dite sans nombre ni citation. `proposees` : les phrases du programme.
    """
    encore = {mesure for bloc in connus.values() for mesure in mesures(bloc.contenu)}
    lus = "\n".join(map(plier, publies))
    trouvees: list[SansAppui] = []
    for phrase, _ in _phrases_et_voisins(texte):
        if phrase not in proposees:
            trouvees += _sans_appui(phrase, encore, lus, seuil)
    return list(dict.fromkeys(trouvees))


def _sans_appui(
    phrase: str, encore: Collection[tuple[int, int]], publies: str, seuil: int
) -> Iterator[SansAppui]:
    lues = mesures(phrase)
    for mesure in lues:
        if 0 < mesure[0] < seuil:
            yield SansAppui(phrase, f"repose sur moins de {seuil} entretiens ({_dire(mesure)})")
        elif mesure not in encore:
            yield SansAppui(phrase, f"« {_dire(mesure)} » n'est pas dans le jeu publié")
    citees = list(citations(phrase))
    for citation in citees:
        if plier(citation) not in publies:
            yield SansAppui(phrase, "cite une parole qui n'est pas dans le jeu publié")
    if not lues and not citees and (_QUANTITE.search(phrase) or _PART.search(phrase)):
        yield SansAppui(phrase, "dit une quantité sans effectif ni citation")


def marquer(texte: str, perimes: Sequence[Perime]) -> str:
    """Le chapitre, une marque « à revoir » après chaque paragraphe d'une phrase périmée."""
    ecrits = re.split(r"(\n{2,})", texte)
    for rang, paragraphe in enumerate(ecrits):
        if paragraphe.startswith(":::"):
            continue
        a_dire = [p for p in perimes if p.phrase and p.phrase in " ".join(_nu(paragraphe).split())]
        if a_dire:
            dits = " ; ".join(dict.fromkeys(p.dit for p in a_dire))
            dits = dits.replace(" ;", "\u202f;")
            marque = f"::: {{.{A_REVOIR}}}\n**À revoir**{INSECABLE}: {dits}.\n:::"
            ecrits[rang] = f"{paragraphe.rstrip()}\n\n{marque}"
    return "".join(ecrits)


def oter_resolues(texte: str) -> str:
    """Le chapitre sans les marques dont le paragraphe ne cite plus rien d'ancien."""
    paragraphes = re.split(r"\n{2,}", texte)
    gardes: list[str] = []
    for paragraphe in paragraphes:
        if not paragraphe.startswith(f"::: {{.{A_REVOIR}}}") or _cite_encore(paragraphe, gardes):
            gardes.append(paragraphe)
    return "\n\n".join(gardes)


def _cite_encore(marque: str, avant: Sequence[str]) -> bool:
    paragraphe = next((p for p in reversed(avant) if not p.startswith(":::")), "")
    anciens = re.findall(r"«\W*([^«»]+?)\W*»\s(?:est devenu|n’est plus)", marque)
    nu = _nu(paragraphe)
    return any(
        set(mesures(ancien)) & set(mesures(nu)) or (not mesures(ancien) and plier(ancien) in plier(nu))
        for ancien in anciens
    )


def marques(texte: str) -> list[str]:
    """Ce que disent les marques « à revoir » encore posées."""
    return re.findall(
        rf"^:::+ *\{{\.{A_REVOIR}[^}}\n]*\}}\n\*\*À revoir\*\*\W*(.*)$", texte, re.MULTILINE
    )


def mesures(texte: str) -> list[tuple[int, int]]:
    """Les « n sur base » et « n/base » d'un texte, dans l'ordre."""
    return [(_entier(a), _entier(b)) for a, b in _MESURE.findall(texte)]


def citations(texte: str) -> Iterator[str]:
    """Les passages entre guillemets assez longs pour être des paroles."""
    for trouve in _CITE.finditer(texte):
        citation = trouve[1].strip()
        if len(citation) >= CITATION_MINIMALE and len(citation.split()) > 3:
            yield citation


def plier(texte: str) -> str:
    """Lettres et chiffres seulement, sans casse ni accent : de quoi reconnaître une parole citée."""
    decompose = unicodedata.normalize("NFD", texte.casefold())
    return " ".join(
        re.findall(r"[a-z0-9]+", "".join(c for c in decompose if not unicodedata.combining(c)))
    )


def phrases(texte: str) -> frozenset[str]:
    """Les phrases d'un chapitre, hors de ses blocs."""
    return frozenset(phrase for phrase, _ in _phrases_et_voisins(texte))


def _phrases_et_voisins(texte: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Chaque phrase des personnes, et les noms des blocs de sa section."""
    for section in _sections(sans_marques(texte)):
        voisins = frozenset(bloc.nom for bloc in blocs(section))
        for paragraphe in re.split(r"\n{2,}", hors_blocs(section)):
            if paragraphe.startswith(("#", "|", ":::")) or "À rédiger" in paragraphe:
                continue
            for phrase in _couper(" ".join(paragraphe.split())):
                yield phrase, voisins


def _couper(paragraphe: str) -> Iterator[str]:
    """Les phrases d'un paragraphe ; une citation n'est jamais coupée."""
    debut = 0
    for borne in _PHRASES.finditer(paragraphe):
        avant = paragraphe[: borne.start()]
        if avant.count("«") == avant.count("»"):
            yield paragraphe[debut : borne.start()]
            debut = borne.end()
    if paragraphe[debut:]:
        yield paragraphe[debut:]


def _sections(texte: str) -> list[str]:
    bornes = [0, *(t.start() for t in _TITRE.finditer(texte)), len(texte)]
    return [texte[a:b] for a, b in itertools.pairwise(bornes) if a < b]


def _nu(paragraphe: str) -> str:
    return re.sub(r"\[([^\[\]]*)\]\{\.nombre\b[^}\n]*\}", r"\1", paragraphe)


def _entier(chiffres: str) -> int:
    return int(chiffres.replace("\u202f", ""))


def _dire(mesure: tuple[int, int]) -> str:
    return f"{mesure[0]} sur {mesure[1]}"
