"""Le langage de recherche : une requête écrite, en arbre.

    bus · "mission locale" · permis* · lemme:chercher · /trente|quarante/ · code:QUART-MOB@AB ·
    famille:EMPLOI · ville:Brest · profil:jeune · locuteur:ENT · question:quartier · source:LOR-J-*

reliés par ET (ou rien), OU, SAUF, PRÈS/n, et des parenthèses. Les opérateurs s'écrivent en majuscules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from recherche.erreurs import ErreurCodage
from recherche.modele.textes import sans_accents

ECART_PRES = 10


class Champ(StrEnum):
    """Ce sur quoi porte un critère."""

    MOT = "mot"
    LEMME = "lemme"
    MOTIF = "motif"
    CODE = "code"
    FAMILLE = "famille"
    LOCUTEUR = "locuteur"
    TERRITOIRE = "territoire"
    PROFIL = "profil"
    QUESTION = "question"
    SOURCE = "source"


TEXTUELS = frozenset({Champ.MOT, Champ.LEMME, Champ.MOTIF})
CODES = frozenset({Champ.CODE, Champ.FAMILLE})


@dataclass(frozen=True, slots=True)
class Critere:
    """Un critère ; `codeur` : pour un code, celui qui l'a posé."""

    champ: Champ
    valeur: str
    codeur: str | None = None


class Operateur(StrEnum):
    """Ce qui relie deux expressions."""

    ET = "ET"
    OU = "OU"
    SAUF = "SAUF"
    PRES = "PRÈS"


@dataclass(frozen=True, slots=True)
class Lien:
    """Deux expressions reliées ; `ecart` en mots, pour PRÈS."""

    operateur: Operateur
    gauche: Expression
    droite: Expression
    ecart: int = ECART_PRES


Expression = Critere | Lien

_OPERATEURS = {"ET": Operateur.ET, "OU": Operateur.OU, "SAUF": Operateur.SAUF}
_MORCEAU = re.compile(
    r"\s*(?:(?P<par>[()])"
    r"|(?P<motif>/(?:\\.|[^/\\])+/)"
    r"|(?P<champ>[A-Za-zÀ-ÿ_]+):(?P<valeur>\"[^\"]*\"|«[^»]*»|[^\s()]+)"
    r"|(?P<phrase>\"[^\"]*\"|«[^»]*»|“[^”]*”)"
    r"|(?P<pres>PR[EÈ]S(?:/(?P<ecart>\d+))?)(?=[\s()]|$)"
    r"|(?P<mot>[^\s()\"«»“”]+))"
)
_REMEDE = (
    'Exemples : bus PRÈS/5 soir ; code:QUART-MOB ET ville:Brest ; "mission locale" SAUF profil:jeune.'
)
_ALIAS = {"theme": Champ.QUESTION, "entretien": Champ.SOURCE, "nature": Champ.CODE}


def lire_requete(texte: str, *, niveau_territoire: str = "territoire") -> Expression:
    """L'arbre d'une requête ; `niveau_territoire` : le nom que l'étude donne au sien (« ville »).

    Lève `ErreurCodage` en disant où la requête ne se comprend pas.
    """
    lecteur = _Lecteur(list(_morceaux(texte, niveau_territoire)), texte)
    arbre = lecteur.ou()
    if lecteur.reste:
        raise _faute(texte, f"« {lecteur.reste[0]} » est de trop")
    return arbre


def criteres(expression: Expression) -> Iterator[Critere]:
    """Tous les critères d'une requête, de gauche à droite."""
    if isinstance(expression, Critere):
        yield expression
        return
    yield from criteres(expression.gauche)
    yield from criteres(expression.droite)


@lru_cache(maxsize=100_000)
def plier(texte: str) -> str:
    """Minuscules sans accents, apostrophes droites, une espace entre les mots."""
    return " ".join(sans_accents(texte.replace("’", "'").replace("œ", "oe")).split())


@dataclass(frozen=True, slots=True)
class _Pres:
    ecart: int

    def __str__(self) -> str:
        return "PRÈS"


_Morceau = str | _Pres | Operateur | Critere


def _morceaux(texte: str, niveau: str) -> Iterator[_Morceau]:
    place = 0
    texte = texte.rstrip()
    while place < len(texte):
        lu = _MORCEAU.match(texte, place)
        if lu is None:
            raise _faute(texte, f"« {texte[place:].strip()[:20]} » ne se lit pas (guillemet ouvert ?)")
        place = lu.end()
        yield _morceau(lu, niveau, texte)


def _morceau(lu: re.Match[str], niveau: str, texte: str) -> _Morceau:
    if lu["par"]:
        return lu["par"]
    if lu["motif"]:
        return _motif(lu["motif"][1:-1], texte)
    if lu["champ"]:
        return _critere(lu["champ"], lu["valeur"].strip('"«» '), niveau, texte)
    if lu["pres"]:
        return _Pres(int(lu["ecart"] or ECART_PRES))
    if lu["mot"] in _OPERATEURS:
        return _OPERATEURS[lu["mot"]]
    return _mots(lu["mot"] or lu["phrase"][1:-1], texte)


def _mots(valeur: str, texte: str) -> Critere:
    if not re.search(r"\w", valeur):
        raise _faute(texte, f"« {valeur} » ne contient pas de mot")
    return Critere(Champ.MOT, plier(valeur))


def _motif(valeur: str, texte: str) -> Critere:
    try:
        re.compile(valeur)
    except re.error as erreur:
        ou = "" if erreur.pos is None else f" (caractère {erreur.pos + 1})"
        raise _faute(texte, f"/{valeur}/ n'est pas un motif valide{ou}") from None
    return Critere(Champ.MOTIF, valeur)


def _critere(nom: str, valeur: str, niveau: str, texte: str) -> Critere:
    pli = plier(nom)
    champ = Champ.TERRITOIRE if pli == plier(niveau) else _ALIAS.get(pli)
    if champ is None:
        noms = {plier(c.value): c for c in Champ if c not in (Champ.MOT, Champ.MOTIF)}
        if pli not in noms:
            connus = ", ".join([*noms, niveau])
            raise _faute(texte, f"« {nom}: » n'est pas un critère ({connus})")
        champ = noms[pli]
    if not valeur:
        raise _faute(texte, f"« {nom}: » attend une valeur")
    if champ in CODES:
        code, _, codeur = valeur.partition("@")
        return Critere(champ, code, codeur or None)
    return Critere(champ, plier(valeur))


class _Lecteur:
    """OU lie moins fort que ET et SAUF, qui lient moins fort que PRÈS."""

    def __init__(self, morceaux: list[_Morceau], texte: str) -> None:
        self.reste = morceaux
        self.texte = texte

    def ou(self) -> Expression:
        gauche = self.et()
        while self._suit(Operateur.OU):
            self.reste.pop(0)
            gauche = Lien(Operateur.OU, gauche, self.et())
        return gauche

    def et(self) -> Expression:
        gauche = self.pres()
        while self.reste and not self._suit(Operateur.OU) and self.reste[0] != ")":
            operateur = Operateur.ET
            if self._suit(Operateur.ET) or self._suit(Operateur.SAUF):
                operateur = Operateur(str(self.reste.pop(0)))
            gauche = Lien(operateur, gauche, self.pres())
        return gauche

    def pres(self) -> Expression:
        gauche = self.atome()
        while self.reste and isinstance(self.reste[0], _Pres):
            ecart = self.reste[0].ecart
            self.reste.pop(0)
            droite = self.atome()
            for cote in (*criteres(gauche), *criteres(droite)):
                if cote.champ not in TEXTUELS:
                    raise _faute(self.texte, "PRÈS relie des mots, des lemmes ou des motifs")
            gauche = Lien(Operateur.PRES, gauche, droite, ecart)
        return gauche

    def atome(self) -> Expression:
        if not self.reste:
            raise _faute(
                self.texte, "il manque un mot à la fin" if self.texte.strip() else "elle est vide"
            )
        morceau = self.reste.pop(0)
        if isinstance(morceau, Critere):
            return morceau
        if morceau != "(":
            raise _faute(self.texte, f"un mot est attendu avant « {morceau} »")
        dedans = self.ou()
        if not self._suit(")"):
            raise _faute(self.texte, "il manque une parenthèse fermante")
        self.reste.pop(0)
        return dedans

    def _suit(self, quoi: Operateur | str) -> bool:
        return bool(self.reste) and self.reste[0] == quoi


def _faute(texte: str, dit: str) -> ErreurCodage:
    return ErreurCodage(f"La recherche « {texte.strip()} » ne se comprend pas : {dit}.", _REMEDE)
