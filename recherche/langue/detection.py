"""Détection des mentions identifiantes d'un corpus de transcriptions brutes.

Union des détecteurs : noms du registre et noms locaux de l'étude, règles de forme, titres, prénoms de
l'Insee, majuscules, entités spaCy de toutes étiquettes ; puis propagation de chaque forme trouvée à
tout le corpus, pliée (casse et accents), avec ses variantes mal orthographiées.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from recherche.langue import listes
from recherche.langue.mentions import Mention, TypeMention, disjointes
from recherche.langue.mots import Unite, blocs, decouper, elargir, plier, suites
from recherche.langue.noms import Juge, Nom, Usage, noms_du_tour
from recherche.langue.regles import mentions_de_forme
from recherche.langue.spacy_fr import Entite, Lexique, charger_entites, charger_lexique, entites
from recherche.modele.entretien import Registre
from recherche.modele.etude import NomsLocaux, Reglages
from recherche.modele.suivi import Avancement, Suivi, silencieux
from recherche.modele.transcription import Transcription

__all__ = ["ContexteDetection", "Mention", "TypeMention", "detecter_corpus"]

PART_MAJUSCULES = 0.01
RESSEMBLANCE = 84.0
_AVANT_NOM_LOCAL = frozenset("a de d du des au aux le la les l vers en sur quartier cite chez par".split())


@dataclass(frozen=True, slots=True)
class NomConnu:
    """Un nom que l'étude connaît d'avance, et le sexe de la personne s'il est dit (F ou H)."""

    forme: str
    type: TypeMention
    detecteur: str = "registre"
    sexe: str | None = None


@dataclass(frozen=True, slots=True)
class ContexteDetection:
    """Ce que l'étude sait : noms du registre, noms locaux, et ce qui reste dans le texte.

    `territoires` (les villes de l'étude) et `sigles` ne sont jamais masqués.
    """

    noms: tuple[NomConnu, ...] = ()
    territoires: tuple[str, ...] = ()
    sigles: tuple[str, ...] = ()

    @property
    def intouchables(self) -> frozenset[str]:
        """Formes pliées qui restent dans le texte."""
        propres = {plier(nom) for nom in (*self.territoires, *self.sigles)}
        return frozenset(propres | listes.expressions("publics") | listes.mots("oral"))

    @classmethod
    def depuis(cls, reglages: Reglages, registre: Registre) -> ContexteDetection:
        """Le contexte d'une étude : personnes, quartiers et structures du registre, noms locaux.

        Une institution écrite sans majuscule (« mission locale ») est un genre : elle reste.
        """
        territoires = tuple(t.nom for t in reglages.territoires)
        contexte = cls((), territoires, tuple(reglages.noms_locaux.sigles))
        noms = [*noms_des_participants(registre), *noms_locaux(reglages.noms_locaux)]
        propres = (nom for nom in noms if _est_propre(nom.forme, contexte.intouchables))
        return replace(contexte, noms=tuple(dict.fromkeys(propres)))


def noms_des_participants(registre: Registre) -> Iterator[NomConnu]:
    """Prénoms, noms, quartiers et structures que dit le registre."""
    for personne in (p for source in registre.sources for p in source.participants):
        if personne.prenom:
            yield NomConnu(personne.prenom, TypeMention.PRENOM, sexe=personne.sexe)
        if personne.nom:
            yield NomConnu(personne.nom, TypeMention.NOM)
        if personne.quartier:
            yield from _lieu(personne.quartier, "registre")
        if personne.structure:
            yield from _structure(personne.structure)


def noms_locaux(locaux: NomsLocaux) -> Iterator[NomConnu]:
    """Les quartiers et les institutions nommées de `etude.toml`."""
    for quartier in locaux.quartiers:
        yield from _lieu(quartier, "noms locaux")
    for institution in locaux.institutions:
        yield NomConnu(institution, TypeMention.STRUCTURE, "noms locaux")


def _lieu(nom: str, detecteur: str) -> Iterator[NomConnu]:
    """Le lieu, sans son article, et les deux quartiers d'un nom double (« Méan-Penhoët »)."""
    nom = re.sub(r"\s*\(.*?\)", "", nom).strip()
    sans_article = re.sub(r"^(?:l['’]|(?:les?|la)\s)\s*", "", nom, flags=re.IGNORECASE)
    parties = nom.split("-")
    doubles = parties if len(parties) == 2 and all(p[:1].isupper() and len(p) > 3 for p in parties) else []
    for forme in dict.fromkeys((nom, sans_article, *doubles)):
        yield NomConnu(forme, TypeMention.LIEU, detecteur)


def _structure(nom: str) -> Iterator[NomConnu]:
    """La structure, et son nom propre s'il suit son genre (« association Les Équipages »)."""
    nom = nom.split(",")[0].split("(")[0].strip()
    yield NomConnu(nom, TypeMention.STRUCTURE)
    mots = nom.split()
    rang = next((i for i, mot in enumerate(mots) if i and mot[0].isupper()), 0)
    if rang and plier(mots[rang - 1]) not in listes.mots("particules"):
        yield NomConnu(" ".join(mots[rang:]), TypeMention.STRUCTURE)


def _est_propre(forme: str, intouchables: frozenset[str]) -> bool:
    """Vrai si le nom a un mot à majuscule qui n'est ni public ni un territoire."""
    if plier(forme) in intouchables:
        return False
    mots = [mot for mot in re.split(r"[\s'’]+", forme) if mot[:1].isupper()]
    genres = listes.expressions("structures") | intouchables | {"maison", "mission", "association", "groupement"}
    propres = [m for m in mots if plier(m) not in genres and not _compose_public(m, intouchables)]
    return bool(propres)


def _compose_public(mot: str, intouchables: frozenset[str]) -> bool:
    return "-" in mot and any(plier(partie) in intouchables for partie in mot.split("-"))


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

    votes: dict[str, Counter[TypeMention]] = field(default_factory=lambda: defaultdict(Counter))
    detecteurs: dict[str, str] = field(default_factory=dict)

    def ajouter(self, forme: str, type_: TypeMention, poids: float, detecteur: str) -> None:
        if forme not in self.detecteurs or poids > max(self.votes[forme].values()):
            self.detecteurs[forme] = detecteur
        self.votes[forme][type_] += poids

    def type(self, forme: str) -> TypeMention:
        return self.votes[forme].most_common(1)[0][0]


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
    decoupees = _lire(transcriptions, contexte.intouchables, modele_spacy, suivi)
    usage = Usage.compter([tour.unites for tour in tours] for tours in decoupees.values())
    formes = _formes_connues(contexte)
    intouchables = contexte.intouchables
    noms: dict[str, list[tuple[_Tour, Nom]]] = {}
    for source, tours in decoupees.items():
        juge = Juge(lexique, usage, intouchables, listes.sigles("publics"), _sans_casse(tours))
        noms[source] = [
            (t, n) for t in tours for n in noms_du_tour(t.unites, t.entites, juge, t.publiques)
        ]
        for _, nom in noms[source]:
            formes.ajouter(nom.forme, nom.type, nom.poids, nom.detecteur)
    propagation = _Propagation(formes, contexte, lexique, usage)
    return {
        source: _mentions(tours, noms[source], formes, propagation) for source, tours in decoupees.items()
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
    intouchables = contexte.intouchables
    for nom in contexte.noms:
        forme = plier(nom.forme)
        if len(forme) > 1 and forme not in {plier(t) for t in contexte.territoires}:
            poids = 100.0 if forme not in intouchables else 50.0
            formes.ajouter(forme, nom.type, poids, nom.detecteur)
    return formes


@dataclass(slots=True)
class _Propagation:
    """Retrouve partout les formes connues, mot à mot, pliées, et leurs variantes."""

    formes: _Formes
    contexte: ContexteDetection
    lexique: Lexique
    usage: Usage
    longueur: int = 1
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
        plis = [mot for u in tour.unites for mot in [u.pli]]
        for rang, pli in enumerate(plis):
            for mots in self.premiers.get(pli.split(" ")[0] if pli else "", ()):
                fin = _accorde(plis, rang, mots)
                if fin and not self._public(tour, rang, fin, mots) and self._admis(tour, rang, fin, " ".join(mots), sans_casse):
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
        fort = max(self.formes.votes[" ".join(mots)].values()) >= 50.0
        return not fort and any(u.debut in tour.publiques for u in tour.unites[rang:fin])

    def _admis(self, tour: _Tour, rang: int, fin: int, forme: str, sans_casse: bool) -> bool:
        """Refuse un mot ordinaire écrit comme un mot ordinaire (« bah », « la marine »)."""
        unites = tour.unites[rang:fin]
        if len(unites) > 1 and any(len(u.pli) > 3 for u in unites):
            return True
        unite = unites[0]
        ordinaire = (
            unite.texte.lower() in self.lexique
            or forme in listes.mots("oral")
            or forme in listes.mots("ambigus")
            or len(forme) < 3
        )
        if not ordinaire:
            return True
        fort = max(self.formes.votes[forme].values()) >= 50.0
        if unite.majuscule:
            return (not unite.tete) or (fort and forme not in listes.mots("oral"))
        if not fort or forme in listes.mots("oral"):
            return False
        avant = tour.unites[rang - 1].pli if rang else ""
        if self.formes.type(forme) in (TypeMention.LIEU, TypeMention.STRUCTURE):
            return sans_casse and avant in _AVANT_NOM_LOCAL
        annonce = avant in listes.expressions("proches") or avant in listes.expressions("titres")
        return annonce or (sans_casse and forme not in listes.mots("ambigus"))

    def _variante(self, unite: Unite, sans_casse: bool) -> str | None:
        """La forme connue dont ce mot inconnu en minuscules est une mauvaise orthographe."""
        pli = unite.pli
        if unite.majuscule or len(pli) < 6 or pli in self.contexte.intouchables:
            return None
        if pli not in self.variantes:
            connu = unite.texte.lower() in self.lexique
            self.variantes[pli] = None if connu else self._plus_proche(pli)
        return self.variantes[pli]

    def _plus_proche(self, pli: str) -> str | None:
        from rapidfuzz import fuzz, process

        fortes = [f for f, votes in self.formes.votes.items() if len(f) >= 6 and max(votes.values()) >= 2.0]
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
) -> tuple[Mention, ...]:
    sans_casse = _sans_casse(tours)
    par_tour: dict[int, list[Mention]] = defaultdict(list)
    for tour, nom in noms:
        type_ = nom.type if nom.poids >= 20 else formes.type(nom.forme)
        par_tour[tour.depart].append(Mention(nom.debut, nom.fin, type_, nom.detecteur))
    trouvees: list[Mention] = []
    for tour in tours:
        locales = [*mentions_de_forme(tour.texte), *par_tour[tour.depart]]
        locales += propagation.mentions(tour, sans_casse)
        trouvees += [_placer(m, tour) for m in disjointes(_entieres(locales, tour))]
    return tuple(trouvees)


def _entieres(mentions: Iterable[Mention], tour: _Tour) -> Iterable[Mention]:
    """Chaque mention étendue au mot composé qu'elle entame (« Anne » dans « Anne-Marie »)."""
    composes = [b for b in blocs(tour.unites) if len(b.unites) > 1]
    for mention in mentions:
        debut, fin = elargir(tour.texte, mention.debut, mention.fin)
        for bloc in composes:
            if bloc.debut < fin and debut < bloc.fin:
                debut, fin = min(debut, bloc.debut), max(fin, bloc.fin)
        yield Mention(debut, fin, mention.type, mention.detecteur)


def _placer(mention: Mention, tour: _Tour) -> Mention:
    return Mention(mention.debut + tour.depart, mention.fin + tour.depart, mention.type, mention.detecteur)
