"""L'étendue exacte d'une mention : le nom entier d'une institution, son genre et son article compris.

« lycée du Fresne » se masque en entier et devient « [lycée 3] » : le texte garde la sorte d'institution,
et la phrase se lit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recherche.langue import listes
from recherche.langue.mentions import Mention, TypeMention
from recherche.langue.mots import Unite

_ARTICLES = frozenset(("la", "le", "les", "l"))
_LIENS = frozenset(("de", "du", "des", "la", "le", "les", "l", "d", "et", "a"))
_REUNIES = (TypeMention.STRUCTURE, TypeMention.AUTRE)
_ARTICULEES = (TypeMention.STRUCTURE, TypeMention.LIEU, TypeMention.AUTRE)
MOTS_GENRE = 4


def etendre(mentions: Sequence[Mention], unites: Sequence[Unite], texte: str) -> list[Mention]:
    """Les mentions d'un tour, étendues ; positions dans `texte`, celui du tour."""
    bornees = [_avec_epithete(_Bornee.depuis(m, unites), unites, texte) for m in mentions]
    reunies = _reunir([b for b in bornees if b is not None], unites, texte)
    return [_etendue(b, unites, texte) for b in reunies] + [
        m for m, b in zip(mentions, bornees, strict=True) if b is None
    ]


class _Bornee:
    """Une mention et les rangs [premier, dernier] de ses unités."""

    __slots__ = ("dernier", "mention", "premier")

    def __init__(self, mention: Mention, premier: int, dernier: int) -> None:
        self.mention, self.premier, self.dernier = mention, premier, dernier

    @classmethod
    def depuis(cls, mention: Mention, unites: Sequence[Unite]) -> _Bornee | None:
        rangs = [i for i, u in enumerate(unites) if u.debut < mention.fin and mention.debut < u.fin]
        return cls(mention, rangs[0], rangs[-1]) if rangs else None


def _avec_epithete(bornee: _Bornee | None, unites: Sequence[Unite], texte: str) -> _Bornee | None:
    """« Ruban » suivi de « bleu » : l'adjectif est du nom."""
    if bornee is None or bornee.mention.type not in _REUNIES:
        return bornee
    suivant = bornee.dernier + 1
    if suivant >= len(unites) or not unites[bornee.dernier].majuscule:
        return bornee
    unite = unites[suivant]
    serre = texte[unites[bornee.dernier].fin : unite.debut] == " "
    if not serre or unite.pli not in listes.mots("epithetes"):
        return bornee
    return _Bornee(replace(bornee.mention, fin=unite.fin), bornee.premier, suivant)


def _reunir(bornees: Sequence[_Bornee], unites: Sequence[Unite], texte: str) -> list[_Bornee]:
    """« Tables » et « Kerv », liés par « de », ne font qu'un nom d'institution."""
    sortie: list[_Bornee] = []
    for bornee in sorted(bornees, key=lambda b: (b.premier, -b.dernier)):
        avant = sortie[-1] if sortie else None
        if avant is not None and _liees(avant, bornee, unites, texte):
            mention = replace(avant.mention, fin=bornee.mention.fin, type=TypeMention.STRUCTURE)
            sortie[-1] = _Bornee(mention, avant.premier, bornee.dernier)
        else:
            sortie.append(bornee)
    return sortie


def _liees(gauche: _Bornee, droite: _Bornee, unites: Sequence[Unite], texte: str) -> bool:
    milieu = unites[gauche.dernier + 1 : droite.premier]
    propres = unites[gauche.premier].majuscule and unites[droite.premier].majuscule
    return (
        gauche.mention.type in _REUNIES
        and droite.mention.type in (*_REUNIES, TypeMention.LIEU)
        and 0 < len(milieu) <= 2
        and propres
        and all(u.pli in _LIENS for u in milieu)
        and _contigues(texte, gauche.mention.fin, droite.mention.debut)
    )


def _contigues(texte: str, debut: int, fin: int) -> bool:
    """Vrai si aucune ponctuation ne sépare deux positions."""
    return not any(c in '.,;:!?…()«»"' for c in texte[debut:fin])


def _etendue(bornee: _Bornee, unites: Sequence[Unite], texte: str) -> Mention:
    mention, premier = bornee.mention, bornee.premier
    if mention.type is TypeMention.STRUCTURE:
        premier = _avec_genre(premier, unites, texte)
    if mention.type is TypeMention.DATE_NAISSANCE:
        premier = _avec_article(bornee, unites, texte, ("le",))
    elif mention.type in _ARTICULEES and premier == bornee.premier:
        premier = _avec_article(bornee, unites, texte, tuple(_ARTICLES))
    debut = mention.debut if premier == bornee.premier else unites[premier].debut
    return replace(mention, debut=debut)


def _avec_genre(premier: int, unites: Sequence[Unite], texte: str) -> int:
    """Le rang du genre qui annonce l'institution (« lycée du … »), ou le sien."""
    rang = premier
    while rang and premier - rang < 2 and unites[rang - 1].pli in _LIENS and not unites[rang].tete:
        rang -= 1
    for nombre in range(MOTS_GENRE, 0, -1):
        debut = rang - nombre
        if debut < 0 or any(u.tete for u in unites[debut + 1 : premier + 1]):
            continue
        dit = " ".join(u.pli for u in unites[debut:rang])
        if dit in listes.genres_de_structure() and _contigues(
            texte, unites[debut].debut, unites[premier].debut
        ):
            return debut
    return premier


def _avec_article(
    bornee: _Bornee, unites: Sequence[Unite], texte: str, articles: tuple[str, ...]
) -> int:
    """Le rang de l'article collé au nom propre (ou à la date), ou celui du nom."""
    premier = bornee.premier
    avant = unites[premier - 1] if premier else None
    if avant is None or unites[premier].tete or avant.pli not in articles:
        return premier
    mots = unites[premier : bornee.dernier + 1]
    propre = any(u.majuscule or u.texte[0].isdigit() for u in mots)
    serre = _contigues(texte, avant.debut, unites[premier].debut)
    return premier - 1 if propre and serre else premier
