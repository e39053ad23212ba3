"""Noms propres d'un tour : majuscules, prénoms de l'Insee, titres, entités, mots inconnus.

Chaque mot est jugé seul (`Juge`), puis les mots voisins retenus forment un nom, dont le type vient de
ce qui l'annonce (« madame », « lycée », « quartier »), de la table des prénoms ou de l'entité.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from recherche.langue import listes
from recherche.langue.mentions import TypeMention
from recherche.langue.mots import Bloc, Unite, blocs, plier
from recherche.langue.spacy_fr import Entite, Lexique

PRENOM_FREQUENT = 2000
PRENOM_TRES_FREQUENT = 10000
RARE = 3
_ENTITES = {"PER": TypeMention.PRENOM, "LOC": TypeMention.LIEU, "ORG": TypeMention.STRUCTURE}
_PARTICULES_NOM = frozenset(
    (
        "le",
        "la",
        "les",
        "da",
        "dos",
        "de",
        "du",
        "el",
        "ben",
        "bel",
        "ait",
        "al",
        "van",
        "von",
        "di",
        "del",
        "o",
        "abou",
        "ibn",
    )
)
_LIENS = frozenset(("de", "du", "des", "la", "le", "les", "l'", "d'", "en", "sur", "sous", "lès"))
_AVANT_LIEU = frozenset(("a", "vers", "depuis", "habite", "habitais", "jusqu", "direction", "sur"))


@dataclass(frozen=True, slots=True)
class Usage:
    """Comment le corpus écrit chaque mot plié : majuscule hors tête de phrase, minuscule."""

    majuscules: Mapping[str, int]
    minuscules: Mapping[str, int]
    sources: Mapping[str, int]

    @classmethod
    def compter(cls, par_source: Iterable[Iterable[Sequence[Unite]]]) -> Usage:
        """L'usage dans des sources, chacune donnée par les unités de ses tours."""
        hautes: Counter[str] = Counter()
        basses: Counter[str] = Counter()
        sources: Counter[str] = Counter()
        for tours in par_source:
            vus: set[str] = set()
            for unites in tours:
                hautes.update(u.pli for u in unites if u.majuscule and not u.tete)
                minuscules = [u.pli for u in unites if not u.majuscule and not u.elision]
                basses.update(minuscules)
                vus.update(minuscules)
            sources.update(vus)
        return cls(hautes, basses, sources)


@dataclass(frozen=True, slots=True)
class Nom:
    """Un nom trouvé : unités [debut, fin[ en positions du tour, type, détecteur, poids du vote."""

    debut: int
    fin: int
    forme: str
    type: TypeMention
    detecteur: str
    poids: float


@dataclass(frozen=True, slots=True)
class Juge:
    """Dit si un mot peut être un nom propre."""

    lexique: Lexique
    usage: Usage
    intouchables: frozenset[str]
    sigles: frozenset[str] = frozenset()
    sans_casse: bool = False
    _cache: dict[str, bool] = field(default_factory=dict)

    def courant(self, bloc: Bloc) -> bool:
        """Vrai pour un mot ordinaire du français, ou composé de mots ordinaires."""
        mot = bloc.minuscules
        if mot not in self._cache:
            parties = [u.texte.lower() for u in bloc.unites]
            lieu = len(parties) > 2 and not _LIENS.isdisjoint(parties)
            saint = len(parties) > 1 and parties[0] in ("saint", "sainte")
            self._cache[mot] = not saint and (
                mot in self.lexique
                or (not lieu and all(p in self.lexique or listes_orales(p) for p in parties))
            )
        return self._cache[mot]

    def exclu(self, bloc: Bloc) -> bool:
        """Vrai pour ce qui n'est jamais un nom à masquer : mots de l'oral, noms publics, nombres."""
        pli = bloc.pli
        if len(pli) < 2 or bloc.unites[0].elision:
            return True
        if pli in self.intouchables and not (pli in self.sigles and self._mot_propre(bloc)):
            return True
        return not any(c.isalpha() for c in pli) or pli[0].isdigit()

    def _mot_propre(self, bloc: Bloc) -> bool:
        """« le Ter » n'est pas le sigle TER."""
        return bloc.majuscule and not bloc.tete and not bloc.unites[0].texte.isupper()

    def retient(self, bloc: Bloc, *, annonce: bool, titre: bool, entite: bool) -> str | None:
        """Le détecteur qui fait de ce mot un nom possible ; None s'il n'en est pas un."""
        if self.exclu(bloc):
            return None
        if bloc.majuscule:
            return self._majuscule(bloc, entite=entite)
        return self._minuscule(bloc, annonce=annonce, titre=titre, entite=entite)

    def _majuscule(self, bloc: Bloc, *, entite: bool) -> str | None:
        prenom = listes.prenoms().get(bloc.pli)
        if not bloc.tete:
            return "prénoms" if prenom else "majuscule"
        ambigu = bloc.pli in listes.mots("ambigus")
        if prenom and not ambigu and (not self.courant(bloc) or prenom.nombre >= PRENOM_FREQUENT):
            return "prénoms"
        hautes = self.usage.majuscules.get(bloc.pli, 0)
        basses = self.usage.minuscules.get(bloc.pli, 0)
        if self.courant(bloc):
            return "majuscule" if hautes > basses else None
        return "spacy" if entite else "majuscule" if not basses or hautes else None

    def _apres_titre(self, bloc: Bloc, titre: bool) -> bool:
        """Un mot ordinaire après « madame » dans un texte sans majuscules : sans doute un nom."""
        return titre and len(bloc.pli) > 3 and bloc.pli not in listes.mots("fonctions")

    def _minuscule(self, bloc: Bloc, *, annonce: bool, titre: bool, entite: bool) -> str | None:
        courant = self.courant(bloc)
        if self._prenom_minuscule(bloc.pli, courant=courant, annonce=annonce):
            return "prénoms"
        if annonce and self.sans_casse and self._apres_titre(bloc, titre):
            return "titre"
        if courant or len(bloc.pli) < 4:
            return None
        if annonce:
            return "titre"
        if entite and self.usage.sources.get(bloc.pli, 0) <= RARE:
            return "spacy"
        return "mot inconnu" if self.sans_casse else None

    def _prenom_minuscule(self, pli: str, *, courant: bool, annonce: bool) -> bool:
        """Vrai si un mot en minuscules est plutôt un prénom qu'un mot ordinaire."""
        prenom = listes.prenoms().get(pli)
        if prenom is None:
            return False
        seuil = PRENOM_TRES_FREQUENT if courant or len(pli) == 3 else 0
        sur = pli not in listes.mots("ambigus") and len(pli) > 2 and prenom.nombre >= seuil
        return sur or (annonce and (not courant or prenom.nombre >= PRENOM_FREQUENT))


def listes_orales(mot: str) -> bool:
    """Vrai pour un mot de la stop-liste de l'oral."""
    return plier(mot) in listes.mots("oral")


def noms_du_tour(
    unites: Sequence[Unite], entites: Sequence[Entite], juge: Juge, publiques: frozenset[int]
) -> Iterator[Nom]:
    """Les noms propres possibles d'un tour, hors des unités `publiques` (par leur début)."""
    suite = tuple(b for b in blocs(tuple(unites)) if b.debut not in publiques)
    etiquettes = [_etiquette(bloc, entites) for bloc in suite]
    rang = 0
    while rang < len(suite):
        fin, detecteur = _course(suite, rang, etiquettes, juge)
        if fin > rang:
            yield from _typer(
                suite[rang:fin], suite[max(0, rang - 4) : rang], etiquettes[rang:fin], detecteur
            )
        rang = max(fin, rang + 1)


def _etiquette(bloc: Bloc, entites: Sequence[Entite]) -> Entite | None:
    return next((e for e in entites if e.debut < bloc.fin and bloc.debut < e.fin), None)


def _course(
    suite: Sequence[Bloc], rang: int, etiquettes: Sequence[Entite | None], juge: Juge
) -> tuple[int, str]:
    """Le plus long nom qui commence à `rang` : rang après sa fin (`rang` s'il n'y en a pas)."""
    fin, detecteur = rang, ""
    while fin < len(suite):
        bloc = suite[fin]
        if fin > rang and not _voisins(suite[fin - 1], bloc):
            break
        annonce, titre = _annonce_personne(suite[:rang])
        titre = titre and fin == rang
        trouve = juge.retient(bloc, annonce=annonce, titre=titre, entite=etiquettes[fin] is not None)
        if trouve is None:
            saut = _saut(suite, rang, fin, etiquettes, juge, annonce)
            if not saut:
                break
            fin += saut
            detecteur = detecteur or "majuscule"
            continue
        detecteur = detecteur or trouve
        fin += 1
    while rang < fin < len(suite) and _prolonge(suite[fin - 1], suite[fin]):
        fin += 1
    return fin, detecteur


def _prolonge(gauche: Bloc, droite: Bloc) -> bool:
    """Ce qui finit un nom : « Tissages 49 », « Djunta Mon », « Cavale Blanche »."""
    court = droite.unites[0].texte
    numero = court.isdigit() and len(court) < 3
    suite = droite.majuscule and not droite.unites[0].elision and court != "À"
    libre = gauche.majuscule and gauche.pli not in listes.prenoms()
    return (numero or suite) and libre and _voisins(gauche, droite)


def _saut(
    suite: Sequence[Bloc],
    rang: int,
    fin: int,
    etiquettes: Sequence[Entite | None],
    juge: Juge,
    annonce: bool,
) -> int:
    """Mots-outils à franchir : « Le Floc'h » en tête, « Dupuy de Lôme » dans une même entité."""
    bloc = suite[fin]
    reste = suite[fin + 1 : fin + 4]
    if fin == rang:
        particule = bloc.pli in _PARTICULES_NOM and (annonce or (bloc.majuscule and not bloc.tete))
        suivant = bool(reste) and _voisins(bloc, reste[0]) and not juge.exclu(reste[0])
        propre = suivant and (reste[0].majuscule or (annonce and not juge.courant(reste[0])))
        return 2 if particule and propre else 0
    entite = etiquettes[fin]
    meme = entite is not None and entite is etiquettes[fin - 1]
    if bloc.pli not in listes.mots("particules") or not (meme or _enseigne(suite[fin - 1], reste, juge)):
        return 0
    for pas, autre in enumerate(reste, start=1):
        if meme and etiquettes[fin + pas] is not entite:
            return 0
        if autre.majuscule and (not meme or not juge.exclu(autre)):
            return pas + 1
        if autre.pli not in listes.mots("particules"):
            return 0
    return 0


def _enseigne(gauche: Bloc, reste: Sequence[Bloc], juge: Juge) -> bool:
    """Deux mots ordinaires à majuscule liés : « Rives et Passages », « Mains de Sel »."""
    droite = next((b for b in reste if b.pli not in listes.mots("particules")), None)
    if droite is None or not (gauche.majuscule and droite.majuscule) or gauche.tete:
        return False
    noms = (gauche, droite)
    ordinaires = all(juge.courant(b) or listes_orales(b.minuscules) for b in noms)
    return ordinaires and not any(b.pli in listes.prenoms() for b in noms)


def _voisins(gauche: Bloc, droite: Bloc) -> bool:
    """Vrai si rien que des espaces ou une élision ne sépare deux mots."""
    return droite.debut - gauche.fin <= 1 and not droite.tete


def _annonce_personne(avant: Sequence[Bloc]) -> tuple[bool, bool]:
    """Si le mot d'avant annonce une personne, et si c'est un titre."""
    pli = avant[-1].pli if avant and not avant[-1].unites[0].elision else ""
    titre = pli in listes.expressions("titres")
    return titre or pli in listes.expressions("proches"), titre


def _annonce(avant: Sequence[Bloc]) -> TypeMention | None:
    """Le type qu'annoncent les mots d'avant, particules sautées : « au lycée du … », « madame … »."""
    if _annonce_personne(avant)[1]:
        return TypeMention.NOM
    reste = list(avant)
    while reste and reste[-1].pli in listes.mots("particules"):
        reste.pop()
    lieux = {e for e in listes.genres("lieux")["genre"]}
    for bloc in reversed(reste[-2:]):
        if bloc.minuscules in lieux or bloc.pli in lieux:
            return TypeMention.LIEU
        if bloc.pli in listes.expressions("structures"):
            return TypeMention.STRUCTURE
    return None


def _typer(
    nom: Sequence[Bloc],
    avant: Sequence[Bloc],
    etiquettes: Sequence[Entite | None],
    detecteur: str,
) -> Iterator[Nom]:
    annonce = _annonce(avant)
    if annonce is TypeMention.NOM:
        yield from _personne(nom, "titre", 20.0, prenom_seul=False)
        return
    if annonce is not None:
        yield _nom(nom, annonce, "annonce", 5.0)
        return
    etiquette = next((e.etiquette for e in etiquettes if e is not None), "")
    type_ = _ENTITES.get(etiquette)
    connu = nom[0].pli in listes.prenoms()
    if connu and (type_ in (None, TypeMention.PRENOM) or detecteur == "prénoms"):
        yield from _personne(nom, "prénoms", 4.0, prenom_seul=True)
    elif type_ is TypeMention.PRENOM:
        yield from _personne(nom, "spacy", 2.0, prenom_seul=True)
    elif type_ is not None:
        yield _nom(nom, type_, "spacy", 2.0)
    elif avant and avant[-1].pli in _AVANT_LIEU:
        yield _nom(nom, TypeMention.LIEU, detecteur, 1.0)
    else:
        yield _nom(nom, TypeMention.AUTRE, detecteur, 0.5)


def _personne(nom: Sequence[Bloc], detecteur: str, poids: float, *, prenom_seul: bool) -> Iterator[Nom]:
    """Prénom puis nom ; un mot seul est un prénom, ou un nom après un titre."""
    prenom = nom[0].pli in listes.prenoms() and (prenom_seul or len(nom) > 1)
    if prenom or (prenom_seul and len(nom) == 1):
        yield _nom(nom[:1], TypeMention.PRENOM, detecteur, poids)
        nom = nom[1:]
    if nom:
        yield _nom(nom, TypeMention.NOM, detecteur, poids)


def _nom(nom: Sequence[Bloc], type_: TypeMention, detecteur: str, poids: float) -> Nom:
    forme = " ".join(bloc.pli for bloc in nom)
    return Nom(nom[0].debut, nom[-1].fin, forme, type_, detecteur, poids)
