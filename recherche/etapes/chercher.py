"""Chercher dans les textes pseudonymisés : la concordance, et les recherches gardées."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase

import pandas as pd

from recherche.codage.recherche import Jeton, TexteCherche, TourCherche, Trouvaille
from recherche.codage.recherche import chercher as evaluer
from recherche.codage.requete import TEXTUELS, Champ, Expression, criteres, lire_requete, plier
from recherche.entrepot import Entrepot, recherches, transcriptions
from recherche.erreurs import ErreurCodage
from recherche.etapes import dater
from recherche.etapes.poste import grille_de
from recherche.etapes.tables import Situation, lire_textes, situation
from recherche.langue.mots import decouper
from recherche.modele.codage import Codage, Grille
from recherche.modele.entretien import Entretien, Source
from recherche.modele.suivi import Avancement, Suivi, silencieux
from recherche.modele.transcription import Mot, TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "chercher"
CONTEXTE = 60
COLONNES = (
    "source_id",
    "territoire",
    "profil",
    "tour",
    "locuteur",
    "question",
    "debut",
    "fin",
    "avant",
    "trouve",
    "apres",
    "debut_s",
    "codes",
    "garder",
)
Textes = Mapping[str, TranscriptionPseudonymisee]
Lemmes = Sequence[tuple[int, int, str]]


def chercher(
    etude: Etude,
    requete: str,
    *,
    contexte: int = CONTEXTE,
    sources: Sequence[str] | None = None,
    suivi: Suivi = silencieux,
) -> pd.DataFrame:
    """Ce qui répond à une requête (voir `codage.requete`), ou à la recherche gardée « @nom ».

    Une ligne par trouvaille : source_id, territoire, profil, tour, locuteur, question, debut, fin,
    avant, trouve, apres (`contexte` caractères de part et d'autre), debut_s (temps du son, si on l'a),
    codes (de tous les codeurs, qui touchent la trouvaille), garder (vide : à remplir à la revue).
    Lève `ErreurCodage` si la requête ne se comprend pas ou nomme ce que l'étude n'a pas.
    """
    niveau = etude.reglages.etude.niveau_territoire
    arbre = lire_requete(_developper(etude, requete), niveau_territoire=niveau)
    grille, etat = grille_de(etude), situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = _choisis(lire_textes(entrepot, etat), sources)
        _verifier(arbre, etat, textes, grille)
        corpus = _corpus(etat, grille, textes, arbre, _lemmes(entrepot, etat, textes, arbre, suivi))
        trouves = {}
        for rang, source in enumerate(sorted(textes)):
            trouves[source] = evaluer(corpus.preparer(source), arbre)
            suivi(Avancement(ETAPE, source, rang + 1, len(textes), "textes"))
        temps = _Temps(entrepot, textes, [s for s, ici in trouves.items() if ici])
    lignes = [
        _ligne(corpus, source, trouvaille, contexte, temps.de(source, trouvaille))
        for source, ici in trouves.items()
        for trouvaille in ici
    ]
    return pd.DataFrame(lignes, columns=list(COLONNES))


def garder(etude: Etude, nom: str, requete: str) -> None:
    """Garde une requête sous un nom : `chercher(etude, "@nom")` la refait. Remplace celle du même nom.

    Lève `ErreurCodage` si elle ne se comprend pas, ou si le nom ne convient pas.
    """
    if not re.fullmatch(r"[\w-]{1,40}", nom):
        raise ErreurCodage(
            f"« {nom} » ne peut pas nommer une recherche.",
            "Donnez un nom sans espace : lettres, chiffres et tirets (mobilite-soir).",
        )
    lire_requete(requete, niveau_territoire=etude.reglages.etude.niveau_territoire)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("garder une recherche") as ecriture:
        recherches.garder(ecriture, nom, requete)


def gardees(etude: Etude) -> pd.DataFrame:
    """Les recherches gardées : nom, requete, auteur, date."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        connues = recherches.gardees(cx).values()
    lignes = [(r.nom, r.requete, r.auteur, r.date) for r in connues]
    return pd.DataFrame(lignes, columns=["nom", "requete", "auteur", "date"])


def oublier(etude: Etude, nom: str) -> None:
    """Retire une recherche gardée. Lève `ErreurCodage` si elle n'existe pas."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("oublier une recherche") as ecriture:
        if nom not in recherches.gardees(ecriture.cx):
            raise _inconnue(nom, recherches.gardees(ecriture.cx))
        recherches.oublier(ecriture, nom)


def _developper(etude: Etude, requete: str) -> str:
    """La requête elle-même, ou celle que garde « @nom »."""
    if not requete.strip().startswith("@"):
        return requete
    nom = requete.strip()[1:]
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        connues = recherches.gardees(cx)
    if nom not in connues:
        raise _inconnue(nom, connues)
    return connues[nom].requete


def _inconnue(nom: str, connues: Iterable[str]) -> ErreurCodage:
    dites = ", ".join(f"@{connue}" for connue in sorted(connues)) or "aucune"
    return ErreurCodage(
        f"Aucune recherche gardée ne s'appelle « {nom} » (gardées : {dites}).",
        "« recherche chercher REQUÊTE --garder NOM » en garde une.",
    )


def _choisis(
    textes: Mapping[str, TranscriptionPseudonymisee], sources: Sequence[str] | None
) -> dict[str, TranscriptionPseudonymisee]:
    if sources is None:
        return dict(textes)
    if inconnues := sorted(set(sources) - set(textes)):
        raise ErreurCodage(
            f"Sans transcription pseudonymisée : {', '.join(inconnues)}.",
            "Vérifiez ces identifiants, puis « recherche etat » : ce qui bloque y est dit.",
        )
    return {source: textes[source] for source in sources}


@dataclass(frozen=True)
class _Corpus:
    """Les textes d'une recherche et ce qu'on en sait."""

    etat: Situation
    grille: Grille
    textes: Textes
    lemmes: Mapping[str, Lemmes]
    poses: Mapping[str, Sequence[Codage]]
    fiches: Mapping[str, Source]
    mots: bool

    def preparer(self, source: str) -> TexteCherche:
        """Le texte d'une source, prêt pour `codage.recherche`."""
        texte = self.textes[source]
        plein = texte.texte
        fixes = _attributs(self.etat, self.fiches[source])
        tours = [
            TourCherche(debut, debut + len(tour.texte), fixes | self._du_tour(tour.locuteur, tour.theme))
            for tour, debut in zip(texte.tours, texte.debuts(), strict=True)
        ]
        familles = {f.id: frozenset(c.id for c in f.codes) for f in self.grille.familles}
        jetons = _jetons(plein, self.lemmes.get(source, ())) if self.mots else ()
        return TexteCherche(source, plein, tours, jetons, self.poses.get(source, ()), familles)

    def question(self, theme: str | None) -> str:
        """Le libellé d'un thème du guide ; vide s'il n'y en a pas."""
        return "" if theme is None else _libelles(self.etat).get(theme, theme)

    def _du_tour(self, locuteur: str, theme: str | None) -> dict[Champ, frozenset[str]]:
        questions = () if theme is None else (plier(theme), plier(self.question(theme)))
        return {Champ.LOCUTEUR: frozenset({plier(locuteur)}), Champ.QUESTION: frozenset(questions)}


def _corpus(
    etat: Situation, grille: Grille, textes: Textes, arbre: Expression, lemmes: Mapping[str, Lemmes]
) -> _Corpus:
    poses: dict[str, list[Codage]] = defaultdict(list)
    for codage in etat.codages:
        poses[codage.source_id].append(codage)
    fiches = {source.id: source for source in etat.registre.sources}
    textuels = any(critere.champ in TEXTUELS for critere in criteres(arbre))
    return _Corpus(etat, grille, textes, lemmes, poses, fiches, textuels)


def _libelles(etat: Situation) -> dict[str, str]:
    profils = etat.etude.reglages.profils
    return {theme.id: theme.libelle for profil in profils for theme in profil.guide}


def _attributs(etat: Situation, source: Source) -> dict[Champ, frozenset[str]]:
    """Territoire et profil, par code et par nom, et identifiant, pliés."""
    reglages = etat.etude.reglages
    valeurs = {
        Champ.SOURCE: frozenset({plier(source.id)}),
        Champ.TERRITOIRE: frozenset(
            {plier(source.territoire), plier(reglages.territoire(source.territoire).nom)}
        ),
    }
    if isinstance(source, Entretien):
        profil = reglages.profil(source.profil)
        noms = (profil.code, profil.nom, profil.pluriel)
        valeurs[Champ.PROFIL] = frozenset(plier(nom) for nom in noms if nom)
    return valeurs


def _jetons(texte: str, lemmes: Lemmes) -> list[Jeton]:
    """Les mots du texte, avec le lemme de celui de spaCy qui les contient."""
    debuts = [lemme[0] for lemme in lemmes]
    jetons = []
    for unite in decouper(texte):
        rang = bisect_right(debuts, unite.debut) - 1
        couvre = rang >= 0 and lemmes[rang][1] > unite.debut
        lemme = plier(lemmes[rang][2]) if couvre else ""
        jetons.append(Jeton(unite.debut, unite.fin, plier(unite.texte), lemme))
    return jetons


def _lemmes(
    entrepot: Entrepot,
    etat: Situation,
    textes: Textes,
    arbre: Expression,
    suivi: Suivi,
) -> dict[str, Lemmes]:
    """Les lemmes des personnes entendues, par source, si la requête en a besoin."""
    if all(critere.champ is not Champ.LEMME for critere in criteres(arbre)):
        return {}
    from recherche.etapes.lexique import paroles

    trouves: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for parole in paroles(etat, entrepot, textes, list(textes), suivi=suivi):
        trouves[parole.source_id] += [(j.debut, j.fin, j.lemme) for j in parole.jetons]
    return dict(trouves)


def _verifier(arbre: Expression, etat: Situation, textes: Textes, grille: Grille) -> None:
    """Refuse un critère que rien ne peut satisfaire parce que l'étude ne connaît pas sa valeur."""
    connues = _connues(etat, textes, grille)
    for critere in criteres(arbre):
        if critere.champ in TEXTUELS:
            continue
        valeurs = connues[critere.champ]
        if not any(fnmatchcase(plier(v), plier(critere.valeur)) for v in valeurs):
            proches = get_close_matches(critere.valeur, valeurs, n=3, cutoff=0.5)
            montrees = proches or sorted(valeurs)[:12]
            raise ErreurCodage(
                f"L'étude n'a pas de {critere.champ.value} « {critere.valeur} ».",
                f"Essayez par exemple : {', '.join(montrees)}.",
            )
        if critere.codeur is not None:
            codeurs = {c.codeur for c in etat.codages}
            if plier(critere.codeur) not in {plier(c) for c in codeurs}:
                raise ErreurCodage(
                    f"Aucun codage n'est de « {critere.codeur} ».",
                    f"Les codeurs de l'étude : {', '.join(sorted(codeurs)) or 'aucun'}.",
                )


def _connues(etat: Situation, textes: Textes, grille: Grille) -> dict[Champ, set[str]]:
    connues: dict[Champ, set[str]] = defaultdict(set)
    connues[Champ.CODE] = {c.id for c in grille.codes()} | {c.code for c in etat.codages}
    connues[Champ.FAMILLE] = {famille.id for famille in grille.familles}
    reglages, libelles = etat.etude.reglages, _libelles(etat)
    for territoire in reglages.territoires:
        connues[Champ.TERRITOIRE] |= {territoire.code, territoire.nom}
    for profil in reglages.profils:
        connues[Champ.PROFIL] |= {profil.code, profil.nom, profil.pluriel} - {""}
    connues[Champ.QUESTION] = set(libelles) | set(libelles.values())
    connues[Champ.SOURCE] = set(textes)
    for texte in textes.values():
        connues[Champ.LOCUTEUR] |= set(texte.locuteurs())
        connues[Champ.QUESTION] |= {tour.theme for tour in texte.tours if tour.theme}
    return connues


class _Temps:
    """Quand se dit une trouvaille : les temps du texte, ou ceux de la version automatique, alignés."""

    def __init__(self, entrepot: Entrepot, textes: Textes, sources: Iterable[str]) -> None:
        self._mots: dict[str, list[tuple[int, float | None]]] = {}
        with entrepot.lire() as cx:
            automatiques = {
                v.source_id: v.id
                for v in transcriptions.versions(cx)
                if v.nature == transcriptions.AUTOMATIQUE
            }
            for source in sources:
                texte = textes[source]
                if not dater.datee(texte.tours) and source in automatiques:
                    dates = transcriptions.lire(cx, automatiques[source]).tours
                    texte = replace(texte, tours=dater.reporter_temps(texte.tours, dates))
                if dater.datee(texte.tours):
                    self._mots[source] = list(_positions(texte))

    def de(self, source: str, trouvaille: Trouvaille) -> float | None:
        """Le début de la trouvaille, en secondes ; None si le son n'est pas daté."""
        mots = self._mots.get(source, [])
        rang = bisect_right(mots, trouvaille.debut, key=lambda mot: mot[0]) - 1
        return mots[rang][1] if rang >= 0 else None


def _positions(texte: TranscriptionPseudonymisee) -> Iterable[tuple[int, float | None]]:
    """Position et temps de chaque mot daté."""
    for tour, debut in zip(texte.tours, texte.debuts(), strict=True):
        place = debut
        for mot in tour.mots:
            if mot.debut_s is not None:
                yield place, mot.debut_s
            place += _largeur(mot)


def _largeur(mot: Mot) -> int:
    return len(mot.texte) + 1


def _ligne(
    corpus: _Corpus, source: str, trouvaille: Trouvaille, contexte: int, debut_s: float | None
) -> tuple[object, ...]:
    texte = corpus.textes[source]
    plein, rang = texte.texte, texte.tour_a(trouvaille.debut)
    tour = texte.tours[rang]
    fiche, reglages = corpus.fiches[source], corpus.etat.etude.reglages
    profil = reglages.profil(fiche.profil).nom if isinstance(fiche, Entretien) else None
    touchent = [
        c.code
        for c in corpus.poses.get(source, ())
        if c.extrait.debut < trouvaille.fin and trouvaille.debut < c.extrait.fin
    ]
    debut, fin = trouvaille.debut, trouvaille.fin
    return (
        source,
        reglages.territoire(fiche.territoire).nom,
        profil,
        rang,
        tour.locuteur,
        corpus.question(tour.theme),
        debut,
        fin,
        _a_gauche(plein, debut, contexte),
        plein[debut:fin].replace("\n", " / "),
        _a_droite(plein, fin, contexte),
        debut_s,
        ", ".join(dict.fromkeys(sorted(touchent))),
        None,
    )


def _a_gauche(texte: str, debut: int, contexte: int) -> str:
    depart = max(0, debut - contexte)
    morceau = texte[depart:debut].replace("\n", " / ")
    return f"…{morceau.partition(' ')[2]}" if depart and " " in morceau.strip() else morceau


def _a_droite(texte: str, fin: int, contexte: int) -> str:
    morceau = texte[fin : fin + contexte].replace("\n", " / ")
    coupe = fin + contexte < len(texte) and " " in morceau.strip()
    return f"{morceau.rpartition(' ')[0]}…" if coupe else morceau
