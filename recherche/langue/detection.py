"""Détection des mentions identifiantes d'un corpus de transcriptions brutes.

Union des détecteurs : noms du registre et noms locaux de l'étude, règles de forme, titres, prénoms de
l'Insee, majuscules, entités spaCy de toutes étiquettes ; puis propagation de chaque forme trouvée à
tout le corpus, pliée (casse et accents), avec ses variantes mal orthographiées.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from recherche.langue import listes
from recherche.langue.contexte import ContexteDetection, NomConnu
from recherche.langue.etendues import etendre
from recherche.langue.mentions import Mention, TypeMention, disjointes
from recherche.langue.mots import Unite, blocs, decouper, elargir, plier, suites
from recherche.langue.noms import Juge, Nom, Usage, noms_du_tour
from recherche.langue.regles import mentions_de_forme
from recherche.langue.spacy_fr import Entite, Lexique, charger_entites, charger_lexique, entites
from recherche.modele.suivi import Avancement, Suivi, silencieux
from recherche.modele.transcription import Transcription

__all__ = ["ContexteDetection", "Mention", "NomConnu", "TypeMention", "detecter_corpus"]

PART_MAJUSCULES = 0.01
RESSEMBLANCE = 84.0
POIDS_CONNU = 100.0
_AVANT_NOM_LOCAL = frozenset(
    (
        "a",
        "de",
        "d",
        "du",
        "des",
        "au",
        "aux",
        "le",
        "la",
        "les",
        "l",
        "vers",
        "en",
        "sur",
        "quartier",
        "cite",
        "chez",
        "par",
    )
)


@dataclass(frozen=True, slots=True)
class _Tour:
    """Un tour découpé : sa position dans la transcription, ses unités, ses entités."""

    depart: int
    texte: str
    unites: tuple[Unite, ...]
    entites: tuple[Entite, ...]
    publiques: frozenset[int]


@dataclass(slots=True)
class _Formes:
    """Les formes à propager et le vote de leur type."""

    votes: dict[str, dict[TypeMention, float]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(float))
    )
    detecteurs: dict[str, str] = field(default_factory=dict)

    def ajouter(self, forme: str, type_: TypeMention, poids: float, detecteur: str) -> None:
        if forme not in self.detecteurs or poids > max(self.votes[forme].values()):
            self.detecteurs[forme] = detecteur
        self.votes[forme][type_] += poids

    def connue(self, forme: str) -> bool:
        """Vrai si l'étude donne cette forme (registre, noms locaux)."""
        return max(self.votes[forme].values()) >= POIDS_CONNU

    def type(self, forme: str) -> TypeMention:
        votes = self.votes[forme]
        return max(votes, key=votes.__getitem__)


def detecter_corpus(
    transcriptions: Sequence[Transcription],
    contexte: ContexteDetection,
    *,
    modele_spacy: str,
    suivi: Suivi = silencieux,
) -> dict[str, tuple[Mention, ...]]:
    """Les mentions de chaque transcription, par identifiant de source.

    Positions en points de code de `Transcription.texte` ; mentions triées, disjointes, jamais au
    milieu d'un mot. Lève `ErreurEtude` si le modèle de langue manque.
    """
    lexique = charger_lexique(modele_spacy)
    intouchables = contexte.intouchables
    decoupees = _lire(transcriptions, intouchables, modele_spacy, suivi)
    usage = Usage.compter([tour.unites for tour in tours] for tours in decoupees.values())
    formes = _formes_connues(contexte)
    noms: dict[str, list[tuple[_Tour, Nom]]] = {}
    for source, tours in decoupees.items():
        juge = Juge(lexique, usage, intouchables, listes.sigles("publics"), _sans_casse(tours))
        noms[source] = [
            (t, n) for t in tours for n in noms_du_tour(t.unites, t.entites, juge, t.publiques)
        ]
        for _, nom in noms[source]:
            formes.ajouter(nom.forme, nom.type, nom.poids, nom.detecteur)
    propagation = _Propagation(formes, intouchables, lexique)
    territoires = frozenset(plier(nom) for nom in contexte.territoires)
    return {
        source: _mentions(tours, noms[source], formes, propagation, territoires)
        for source, tours in decoupees.items()
    }


def _lire(
    transcriptions: Sequence[Transcription], publics: frozenset[str], modele_spacy: str, suivi: Suivi
) -> dict[str, tuple[_Tour, ...]]:
    modele = charger_entites(modele_spacy)
    flux = entites(modele, (tour.texte for t in transcriptions for tour in t.tours))
    lues: dict[str, tuple[_Tour, ...]] = {}
    for rang, transcription in enumerate(transcriptions):
        suivi(Avancement("pseudonymiser", transcription.source_id, rang, len(transcriptions), "sources"))
        lues[transcription.source_id] = tuple(
            _tour(depart, tour.texte, next(flux), publics)
            for depart, tour in zip(transcription.debuts(), transcription.tours, strict=True)
        )
    return lues


def _tour(depart: int, texte: str, trouvees: tuple[Entite, ...], publics: frozenset[str]) -> _Tour:
    unites = decouper(texte)
    publiques = {
        unite.debut
        for rang, fin, pli in suites(unites, 4)
        if fin > rang + 1 and pli in publics
        for unite in unites[rang:fin]
    }
    return _Tour(depart, texte, unites, trouvees, frozenset(publiques))


def _sans_casse(tours: Iterable[_Tour]) -> bool:
    """Vrai si la transcription est écrite sans majuscules."""
    unites = [u for tour in tours for u in tour.unites]
    return sum(u.majuscule for u in unites) < PART_MAJUSCULES * len(unites)


def _formes_connues(contexte: ContexteDetection) -> _Formes:
    formes = _Formes()
    territoires = {plier(nom) for nom in contexte.territoires}
    for nom in contexte.noms:
        forme = plier(nom.forme)
        if len(forme) > 1 and forme not in territoires:
            formes.ajouter(forme, nom.type, POIDS_CONNU, nom.detecteur)
    return formes


@dataclass(slots=True)
class _Propagation:
    """Retrouve partout les formes connues, mot à mot, pliées, et leurs variantes."""

    formes: _Formes
    intouchables: frozenset[str]
    lexique: Lexique
    premiers: dict[str, list[tuple[str, ...]]] = field(default_factory=lambda: defaultdict(list))
    variantes: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for forme in self.formes.votes:
            mots = tuple(forme.split())
            self.premiers[mots[0]].append(mots)
        for liste in self.premiers.values():
            liste.sort(key=len, reverse=True)

    def mentions(self, tour: _Tour, sans_casse: bool) -> Iterable[Mention]:
        """Les occurrences des formes connues dans un tour."""
        plis = [unite.pli for unite in tour.unites]
        for rang, pli in enumerate(plis):
            for mots in self.premiers.get(pli.split(" ")[0] if pli else "", ()):
                fin = _accorde(plis, rang, mots)
                if (
                    fin
                    and not self._public(tour, rang, fin, mots)
                    and self._admis(tour, rang, fin, " ".join(mots), sans_casse)
                ):
                    yield self._mention(tour, rang, fin, " ".join(mots), "")
                    break
            else:
                if variante := self._variante(tour.unites[rang], sans_casse):
                    yield self._mention(tour, rang, rang + 1, variante, "variante de ")

    def _mention(self, tour: _Tour, rang: int, fin: int, forme: str, prefixe: str) -> Mention:
        debut, bout = tour.unites[rang].debut, tour.unites[fin - 1].fin
        detecteur = f"{prefixe}{self.formes.detecteurs[forme]}"
        return Mention(debut, bout, self.formes.type(forme), detecteur)

    def _public(self, tour: _Tour, rang: int, fin: int, mots: tuple[str, ...]) -> bool:
        """Vrai si l'occurrence est dans une expression publique plus longue."""
        return not self.formes.connue(" ".join(mots)) and any(
            u.debut in tour.publiques for u in tour.unites[rang:fin]
        )

    def _admis(self, tour: _Tour, rang: int, fin: int, forme: str, sans_casse: bool) -> bool:
        """Refuse un mot ordinaire écrit comme un mot ordinaire (« bah », « la marine »)."""
        unites = tour.unites[rang:fin]
        rares = [u for u in unites if not self._ordinaire(u)]
        principales = [u for u in unites if len(u.pli) > 3] or list(unites)
        fort = self.formes.connue(forme)
        if forme in self.intouchables:
            return fort and self._annonce(tour, rang, fin)
        if rares:
            return True
        if any(u.majuscule and not u.tete for u in principales):
            return True
        if len(unites) > 1:
            return sans_casse and fort
        if unites[0].majuscule:
            return fort
        return fort and self._minuscule_admise(tour, rang, fin, forme, sans_casse)

    def _ordinaire(self, unite: Unite) -> bool:
        pli = unite.pli
        listes_ = (listes.mots("oral"), listes.mots("ambigus"), listes.mots("particules"))
        return (
            unite.texte.lower() in self.lexique or len(pli) < 3 or any(pli in liste for liste in listes_)
        )

    def _minuscule_admise(self, tour: _Tour, rang: int, fin: int, forme: str, sans_casse: bool) -> bool:
        avant = tour.unites[rang - 1].pli if rang else ""
        if self.formes.type(forme) in (TypeMention.LIEU, TypeMention.STRUCTURE):
            seul = fin == len(tour.unites) or tour.unites[fin].tete
            return sans_casse and (avant in _AVANT_NOM_LOCAL or seul)
        return self._annonce(tour, rang, fin) or (sans_casse and forme not in listes.mots("ambigus"))

    def _annonce(self, tour: _Tour, rang: int, fin: int) -> bool:
        """Vrai si un titre, un proche ou un prénom précède, ou si un nom de famille connu suit."""
        avant = tour.unites[rang - 1] if rang else None
        apres = tour.unites[fin] if fin < len(tour.unites) else None
        if (
            avant
            and not avant.elision
            and avant.pli in listes.expressions("titres") | listes.expressions("proches")
        ):
            return True
        if avant and avant.pli in listes.prenoms() and not self._ordinaire(avant):
            return True
        if apres is None or self._ordinaire(apres):
            return False
        return self.formes.votes.get(apres.pli, {}).get(TypeMention.NOM, 0.0) >= POIDS_CONNU

    def _variante(self, unite: Unite, sans_casse: bool) -> str | None:
        """La forme connue dont ce mot inconnu en minuscules est une mauvaise orthographe."""
        pli = unite.pli
        if unite.majuscule or len(pli) < 6 or pli in self.intouchables:
            return None
        if pli not in self.variantes:
            connu = unite.texte.lower() in self.lexique
            self.variantes[pli] = None if connu else self._plus_proche(pli)
        return self.variantes[pli]

    def _plus_proche(self, pli: str) -> str | None:
        from rapidfuzz import fuzz, process

        fortes = [
            f for f, votes in self.formes.votes.items() if len(f) >= 6 and max(votes.values()) >= 2.0
        ]
        trouve = process.extractOne(pli, fortes, scorer=fuzz.ratio, score_cutoff=RESSEMBLANCE)
        return trouve[0] if trouve else None


def _accorde(plis: Sequence[str], rang: int, mots: tuple[str, ...]) -> int:
    """Rang après la fin si les unités à partir de `rang` disent `mots`, sinon 0."""
    dits: list[str] = []
    while len(dits) < len(mots) and rang < len(plis):
        dits += plis[rang].split()
        rang += 1
    return rang if tuple(dits) == mots else 0


def _mentions(
    tours: Sequence[_Tour],
    noms: Sequence[tuple[_Tour, Nom]],
    formes: _Formes,
    propagation: _Propagation,
    territoires: frozenset[str],
) -> tuple[Mention, ...]:
    sans_casse = _sans_casse(tours)
    par_tour: dict[int, list[Mention]] = defaultdict(list)
    for tour, nom in noms:
        type_ = nom.type if nom.poids >= 20 else formes.type(nom.forme)
        par_tour[tour.depart].append(Mention(nom.debut, nom.fin, type_, nom.detecteur))
    trouvees: list[Mention] = []
    for tour in tours:
        locales = [*mentions_de_forme(tour.texte, sans_casse=sans_casse), *par_tour[tour.depart]]
        locales += propagation.mentions(tour, sans_casse)
        locales += _universites(tour, territoires)
        nettes = disjointes(_entieres(locales, tour))
        etendues = etendre(nettes, tour.unites, tour.texte)
        trouvees += [_placer(m, tour) for m in disjointes(etendues)]
    return tuple(trouvees)


def _universites(tour: _Tour, territoires: frozenset[str]) -> Iterable[Mention]:
    """« Rennes 2 » : une ville de l'étude suivie d'un chiffre seul est une université."""
    for gauche, droite in itertools.pairwise(tour.unites):
        serree = tour.texte[gauche.fin : droite.debut] == " "
        if serree and droite.texte in "1234" and gauche.pli in territoires:
            yield Mention(gauche.debut, droite.fin, TypeMention.STRUCTURE, "règle : université")


def _entieres(mentions: Iterable[Mention], tour: _Tour) -> Iterable[Mention]:
    """Chaque mention étendue au mot composé qu'elle entame (« Anne » dans « Anne-Marie »)."""
    composes = [b for b in blocs(tour.unites) if len(b.unites) > 1]
    for mention in mentions:
        debut, fin = elargir(tour.unites, mention.debut, mention.fin)
        for bloc in composes:
            if bloc.debut < fin and debut < bloc.fin:
                debut, fin = min(debut, bloc.debut), max(fin, bloc.fin)
        yield Mention(debut, fin, mention.type, mention.detecteur)


def _placer(mention: Mention, tour: _Tour) -> Mention:
    return Mention(
        mention.debut + tour.depart, mention.fin + tour.depart, mention.type, mention.detecteur
    )
