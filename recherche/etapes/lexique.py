"""Les paroles lemmatisées de l'étude, et ses classes lexicales publiables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from recherche.analyse import corpus as corpus_
from recherche.analyse import profils, reinert
from recherche.analyse.corpus import Corpus, Jeton, Parole
from recherche.entrepot import Entrepot
from recherche.entrepot import lemmes as rangement
from recherche.etapes.tables import Situation, table_sources
from recherche.langue.lexique import Lemmatiseur, active, charger_lemmatiseur
from recherche.modele.suivi import Avancement, Suivi, silencieux
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR, TranscriptionPseudonymisee

ETAPE = "analyser"
LOT = 10
CLASSES = 6
FORMES_MINIMUM = 10
ENTRETIENS_MINIMUM = 20
MOTS_PAR_CLASSE = 40
MOTS_DITS = 8
CATEGORIES = {"NOUN": "nom", "VERB": "verbe", "ADJ": "adjectif", "ADV": "adverbe"}


def paroles(
    etat: Situation,
    entrepot: Entrepot,
    textes: Mapping[str, TranscriptionPseudonymisee],
    sources: Collection[str],
    *,
    suivi: Suivi = silencieux,
) -> list[Parole]:
    """Les tours de parole des personnes entendues dans ces sources, lemmatisés.

    Les lemmes gardés sont repris ; les autres sont faits et gardés, dix sources à la fois.
    """
    voulues = sorted(set(sources) & set(textes))
    lemmatiseur = charger_lemmatiseur(etat.etude.reglages.confidentialite.langue)
    numeros = {source: etat.pseudonymisees[source].id for source in voulues}
    with entrepot.lire() as cx:
        gardes = rangement.lire(cx, numeros.values(), lemmatiseur.cle)
    contenus = {s: gardes[n] for s, n in numeros.items() if n in gardes}
    manquantes = [s for s in voulues if s not in contenus]
    for fait in range(0, len(manquantes), LOT):
        lot = manquantes[fait : fait + LOT]
        suivi(Avancement(ETAPE, lot[0], fait, len(manquantes), "sources"))
        nouveaux = {source: _lemmatiser(textes[source], lemmatiseur) for source in lot}
        with entrepot.ecrire(ETAPE) as ecriture:
            for source, contenu in nouveaux.items():
                rangement.poser(ecriture, source, numeros[source], lemmatiseur.cle, contenu)
        contenus |= nouveaux
    return [p for source in voulues for p in _paroles(textes[source], contenus[source])]


def _lemmatiser(texte: TranscriptionPseudonymisee, lemmatiseur: Lemmatiseur) -> list[Any]:
    """Par tour d'une personne entendue : son rang, puis [debut, fin, lemme, catégorie, actif]…"""
    rangs = [i for i, t in enumerate(texte.tours) if t.locuteur not in (ENQUETEUR, ANIMATEUR)]
    suites = lemmatiseur.lemmes(texte.tours[i].texte for i in rangs)
    return [
        [i, [[m.debut, m.fin, m.lemme, m.categorie, int(active(m))] for m in mots]]
        for i, mots in zip(rangs, suites, strict=True)
    ]


def _paroles(texte: TranscriptionPseudonymisee, contenu: Iterable[Any]) -> Iterable[Parole]:
    debuts = texte.debuts()
    for rang, mots in contenu:
        depart = debuts[rang]
        jetons = tuple(
            Jeton(depart + debut, depart + fin, lemme, categorie, bool(actif))
            for debut, fin, lemme, categorie, actif in mots
        )
        yield Parole(texte.source_id, depart, texte.tours[rang].texte, jetons)


def corpus(
    etat: Situation,
    entrepot: Entrepot,
    textes: Mapping[str, TranscriptionPseudonymisee],
    *,
    suivi: Suivi = silencieux,
) -> Corpus:
    """Le corpus des entretiens publiables, avec territoire et profil."""
    table = table_sources(etat)
    table = table[(table["genre"] == "entretien") & table["publiable"]]
    variables = table[["source_id", "territoire", "profil"]]
    dites = paroles(etat, entrepot, textes, list(variables["source_id"]), suivi=suivi)
    return corpus_.construire(dites, variables)


def tables_lexicales(
    etat: Situation,
    entrepot: Entrepot,
    textes: Mapping[str, TranscriptionPseudonymisee],
    passages: pd.DataFrame,
    interdit: Callable[[str], bool],
) -> dict[str, pd.DataFrame] | None:
    """Les classes lexicales à publier (voir `construire_jeu`) ; None s'il y a trop peu d'entretiens.

    Un mot n'est publié que si assez de personnes (`effectif_minimal`) l'ont dit, et s'il n'est pas
    `interdit`. `passages` : les passages permis, dont les verbatims seront choisis.
    """
    publiables = [s.id for s in etat.registre.entretiens if s.id in etat.publiables()]
    if len(publiables) < ENTRETIENS_MINIMUM:
        return None
    corpus_lu = corpus(etat, entrepot, textes)
    if len(corpus_lu.segments) < 2 * CLASSES or len(corpus_lu.formes) < 2:
        return None
    classification = reinert.classer(
        corpus_lu.presences,
        CLASSES,
        documents=list(corpus_lu.segments["source_id"]),
        formes_minimum=FORMES_MINIMUM,
    )
    if not classification.classes:
        return None
    classes = classification.classes[classification.k]
    seuil = etat.etude.reglages.seuils.effectif_minimal
    mots = _mots_publiables(corpus_lu, profils.mots(corpus_lu, classes), interdit, seuil)
    return {
        "lexique_classes": _table_classes(corpus_lu, classes, mots, interdit),
        "lexique_mots": mots.groupby("classe").head(MOTS_PAR_CLASSE),
        "lexique_profils": profils.variables(corpus_lu, classes, ["territoire", "profil"]),
        "lexique_arbre": table_arbre(classification),
        "passages_classes": _typer_passages(corpus_lu, classes, mots, textes, passages),
    }


def _mots_publiables(
    corpus_lu: Corpus, mots: pd.DataFrame, interdit: Callable[[str], bool], seuil: int
) -> pd.DataFrame:
    personnes = _personnes_par_forme(corpus_lu)
    garde = [personnes[m] >= seuil and not interdit(m) for m in mots["mot"]]
    retenus = mots[pd.Series(garde, index=mots.index, dtype=bool)].copy()
    retenus["categorie"] = retenus["categorie"].map(CATEGORIES)
    retenus["khi2"] = retenus["khi2"].round(1)
    return retenus


def _personnes_par_forme(corpus_lu: Corpus) -> dict[str, int]:
    """Nombre de sources qui disent chaque forme."""
    from scipy import sparse

    rangs, _ = pd.factorize(corpus_lu.segments["source_id"])
    groupe = sparse.csr_matrix((np.ones(len(rangs)), (rangs, np.arange(len(rangs)))))
    comptes = np.asarray(((groupe @ corpus_lu.presences) > 0).sum(axis=0)).ravel()
    return dict(zip(corpus_lu.formes, map(int, comptes), strict=True))


def _table_classes(
    corpus_lu: Corpus,
    classes: Any,  # noqa: ANN401
    mots: pd.DataFrame,
    interdit: Callable[[str], bool],
) -> pd.DataFrame:
    segments = corpus_lu.segments.assign(classe=classes)
    groupes = segments.groupby("classe")
    table = groupes.agg(segments=("texte", "size"), entretiens=("source_id", "nunique")).reset_index()
    table["part"] = (table["segments"] / table["segments"].sum()).round(4)
    par_classe = dict(list(mots.groupby("classe")["mot"]))
    table["mots"] = [_dire(par_classe.get(classe, ()), interdit) for classe in table["classe"]]
    return table


def _dire(mots: Iterable[str], interdit: Callable[[str], bool]) -> str:
    """Les premiers mots, sans ceux qui, mis à la suite des autres, formeraient un nom interdit."""
    dits: list[str] = []
    for mot in mots:
        if len(dits) < MOTS_DITS and not interdit(", ".join([*dits, mot])):
            dits.append(mot)
    return ", ".join(dits)


def table_arbre(classification: reinert.Classification) -> pd.DataFrame:
    """Le dendrogramme : noeud, parent, classe, segments, hauteur (khi-deux cumulé)."""
    lignes: list[tuple[str, str, int | None, int, float]] = []
    tailles = np.bincount(classification.unites)
    classe = 0

    def parcourir(noeud: reinert.Noeud, parent: str) -> None:
        nonlocal classe
        segments = int(tailles[noeud.unites].sum())
        if noeud.filles is None:
            classe += 1
            lignes.append((f"C{classe}", parent, classe, segments, 0.0))
            return
        nom = f"N{noeud.rang}"
        lignes.append((nom, parent, None, segments, round(noeud.hauteur_cumulee, 1)))
        for fille in noeud.filles:
            parcourir(fille, nom)

    parcourir(classification.racine, "")
    table = pd.DataFrame(lignes, columns=["noeud", "parent", "classe", "segments", "hauteur"])
    return table.astype({"classe": "Int64"})


def _typer_passages(
    corpus_lu: Corpus,
    classes: Any,  # noqa: ANN401
    mots: pd.DataFrame,
    textes: Mapping[str, TranscriptionPseudonymisee],
    passages: pd.DataFrame,
) -> pd.DataFrame:
    """La classe de chaque passage permis (celle du segment qu'il touche le plus) et son score."""
    segments = corpus_lu.segments.assign(classe=classes)
    par_source = dict(list(segments.groupby("source_id")))
    plats = {source: texte.texte.replace("\n", " ") for source, texte in textes.items()}
    poids = {(c, m): k for c, m, k in mots[["classe", "mot", "khi2"]].itertuples(index=False)}
    presents = _formes_par_segment(corpus_lu)
    lignes = []
    for source, texte in passages[["source_id", "texte"]].itertuples(index=False):
        if source not in par_source or (debut := plats[source].find(texte)) < 0:
            continue
        du = par_source[source]
        communs = du["fin"].clip(upper=debut + len(texte)) - du["debut"].clip(lower=debut)
        touches = communs[communs > 0]
        if touches.empty:
            continue
        classe = int(str(touches.groupby(du["classe"]).sum().idxmax()))
        formes = {forme for i in touches.index for forme in presents[i]}
        score = sum(poids.get((classe, forme), 0.0) for forme in formes)
        if score > 0:
            lignes.append((texte, classe, round(score, 1)))
    table = pd.DataFrame(lignes, columns=["texte", "classe", "score"])
    return table.astype({"texte": "str", "classe": "int64", "score": "float64"})


def _formes_par_segment(corpus_lu: Corpus) -> list[list[str]]:
    table = corpus_lu.presences.tocsr()
    return [
        [corpus_lu.formes[j] for j in table.indices[table.indptr[i] : table.indptr[i + 1]]]
        for i in range(table.shape[0])
    ]
