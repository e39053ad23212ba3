"""Écrire le classeur d'analyse de l'équipe : tableaux, confrontation, lexique."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from recherche.analyse import lexicometrie, profils
from recherche.erreurs import ErreurEtude, ErreurRecherche
from recherche.etapes import analyses, confronter, lexique
from recherche.etapes.analyses import Matiere
from recherche.etapes.seance import seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan, Suivi, silencieux
from recherche.publication.formats import en_xlsx
from recherche.reglages import Etude

ETAPE = "analyser"
CLASSEUR = "analyse.xlsx"
TYPIQUES = 10


def analyser(
    etude: Etude,
    *,
    classes: int = lexique.CLASSES,
    rapide: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Écrit `exports/analyse.xlsx`, une feuille par tableau. Effectifs exacts : il reste dans l'équipe.

    `classes` : nombre de classes lexicales ; `rapide` : ni classes ni spécificités, sans lemmatiser.
    Lève `ErreurRecherche` si aucun entretien n'est à la fois codé et de revue signée.
    """
    with seance(etude, ETAPE):
        matiere = analyses.charger(etude)
        if matiere.entretiens.empty:
            raise ErreurRecherche(
                "Rien à analyser : aucun entretien n'est à la fois codé et de revue signée.",
                "« recherche etat » dit ce qui bloque chaque source.",
            )
        feuilles = dict(_tableaux(matiere))
        messages: list[str] = []
        try:
            feuilles |= dict(_confrontation(matiere))
        except ErreurEtude as erreur:
            messages.append(f"pas de confrontation : {erreur.message}")
        if not rapide:
            feuilles |= dict(_lexique(matiere, classes, suivi))
        fichier = etude.exports / CLASSEUR
        etude.exports.mkdir(exist_ok=True)
        ecrire_atomique(fichier, en_xlsx({n: _montrable(t) for n, t in feuilles.items()}), mode=0o600)
    messages.append(f"{len(feuilles)} feuilles, {len(matiere.entretiens)} entretiens")
    chemin = fichier.relative_to(etude.chemin).as_posix()
    return Bilan(ETAPE, (chemin,), messages=tuple(messages))


def _tableaux(m: Matiere) -> Iterator[tuple[str, pd.DataFrame]]:
    yield "codes", analyses.codes_par(m, "territoire", "profil")
    for nom in ("sexe", "tranche", "situation", "fonction"):
        yield f"codes par {nom}", analyses.codes_par(m, "profil", nom)
    yield "code x entretien", analyses.code_par_entretien(m).reset_index(names="source_id")
    yield "cooccurrences", analyses.cooccurrences(m)
    yield "suites", analyses.suites_de_codes(m)
    yield "saturation", analyses.saturation(m)
    yield "parole", analyses.parts_de_parole(m)


def _confrontation(m: Matiere) -> Iterator[tuple[str, pd.DataFrame]]:
    confronter.exiger_roles(m.etat.etude.reglages, m.grille)
    yield "confrontation", analyses.confrontation(m)
    yield "propos", analyses.propos_confrontes(m)
    yield "profils comparés", analyses.comparer_profils(m)
    yield "verbatims appariés", analyses.verbatims_apparies(m)


def _lexique(m: Matiere, k: int, suivi: Suivi) -> Iterator[tuple[str, pd.DataFrame]]:
    corpus = analyses.corpus_lexical(m, suivi=suivi)
    for variable in ("profil", "territoire"):
        if corpus.segments[variable].nunique() > 1:
            formes = lexicometrie.formes_par(corpus, variable)
            yield f"spécificités {variable}", lexicometrie.specificites(formes)
    if len(corpus.segments) < 2 * k or len(corpus.formes) < 2:
        return
    classification = analyses.classer(corpus, k)
    if not classification.classes:
        return
    numeros = classification.classes[classification.k]
    mots = profils.mots(corpus, numeros)
    yield "classes mots", mots
    yield "classes profils", profils.variables(corpus, numeros, ["territoire", "profil"])
    yield "classes segments", profils.segments_typiques(corpus, numeros, mots, nombre=TYPIQUES)
    yield "classes arbre", lexique.table_arbre(classification)


def _montrable(table: pd.DataFrame) -> pd.DataFrame:
    """Nombres arrondis, textes en textes : ce qu'un tableur montre."""
    arrondie = table.copy()
    for nom in arrondie.columns:
        if arrondie[nom].dtype.kind == "f":
            arrondie[nom] = arrondie[nom].round(4)
        elif arrondie[nom].dtype.kind == "O":
            arrondie[nom] = arrondie[nom].astype("str")
    return arrondie
