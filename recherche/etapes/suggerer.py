"""Suggérer des codes : apprendre sur des entretiens codés, certifier sur d'autres, proposer ailleurs.

Les entretiens codés se partagent une fois pour toutes : les uns apprennent (et règlent les seuils, hors
échantillon), les autres certifient. La machine n'apprend jamais de ses propres suggestions : un
entretien qui en porte une, acceptée, ne sert ni à l'un ni à l'autre.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from recherche.codage.suggestion_fenetres import Passage, Reels, passages
from recherche.codage.suggestion_modele import METHODES, Calibrage
from recherche.codage.suggestion_verdicts import NIVEAU, Verdict
from recherche.entrepot import Entrepot
from recherche.entrepot import suggestions as rangement
from recherche.entrepot.suggestions import Etat, Modele, Part, SuggestionRangee, VerdictRange
from recherche.erreurs import ErreurCodage
from recherche.etapes.seance import cle, seance
from recherche.etapes.suggestion_corpus import (
    ETAPE,
    Corpus,
    Lu,
    codees_seul,
    definition,
    lire,
    preparer,
    seconds,
)
from recherche.etapes.suggestion_jugement import (
    comparer_methodes,
    juger_themes,
    scores_de,
    tracer_courbe,
)
from recherche.modele.codage import Extrait
from recherche.modele.suivi import Bilan, Suivi, silencieux
from recherche.reglages import Etude

SCHEMA = "suggestions/2"
METHODE = "mots+vecteurs"
EXEMPLES = 3


def suggerer(
    etude: Etude,
    *,
    methode: str = METHODE,
    niveau: float = NIVEAU,
    comparer: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Apprend, certifie chaque thème et propose des codages sur les sources qui n'en ont pas.

    Ne refait rien si les codages, les textes, la grille et les réglages n'ont pas changé ; seules les
    sources nouvelles sont alors lues. `comparer` : mesure aussi toutes les méthodes installées et la
    courbe d'apprentissage, et retient la meilleure (`methode` est alors ignorée).
    Lève `ErreurCodage` s'il y a moins de cinq entretiens codés, `ErreurEtude` si un modèle manque.
    """
    _verifier(methode, niveau)
    with seance(etude, ETAPE) as entrepot:
        corpus = lire(etude, entrepot)
        comparees: dict[str, float] = {}
        if comparer:
            comparees = comparer_methodes(entrepot, corpus, suivi)
            methode = max(comparees, key=comparees.__getitem__)
        empreinte = _cle(corpus, methode, niveau)
        with entrepot.lire() as cx:
            modele = rangement.dernier_modele(cx)
            a_jour = modele is not None and modele.cle == empreinte
            faites = rangement.lues(cx, modele.id) if modele and a_jour else set()
        cibles = sorted(set(corpus.textes) - codees_seul(corpus.etat) - faites)
        if modele and a_jour and not comparer:
            return _poursuivre(entrepot, corpus, modele, cibles, suivi)
        return _apprendre(entrepot, corpus, (empreinte, methode, niveau), comparees, cibles, suivi)


def _verifier(methode: str, niveau: float) -> None:
    try:
        import sklearn  # noqa: F401
    except ImportError as erreur:
        raise ErreurCodage(
            "Les suggestions ne sont pas installées (scikit-learn manque).",
            'Installez-les : pip install "recherche[suggestions]"',
        ) from erreur
    if methode not in METHODES:
        raise ErreurCodage(
            f"« {methode} » n'est pas une méthode de suggestion.", f"Donnez {', '.join(METHODES)}."
        )
    if not 0.5 <= niveau < 1:
        raise ErreurCodage(
            f"Le niveau {niveau:g} n'est pas une précision utile.",
            "Donnez un nombre de 0,5 à moins de 1, comme --niveau 0.8.",
        )


def _cle(corpus: Corpus, methode: str, niveau: float) -> str:
    """Tout ce dont dépendent le modèle et ses verdicts."""
    poses, autres = (
        [(c.source_id, c.extrait.debut, c.extrait.fin, c.code, c.codeur) for c in liste]
        for liste in (corpus.poses(), seconds(corpus))
    )
    versions = sorted((s, corpus.etat.pseudonymisees[s].empreinte) for s in corpus.parts)
    codes = [(c.id, definition(c)) for c in corpus.grille.codes()]
    return cle(SCHEMA, methode, niveau, sorted(corpus.parts.items()), poses, autres, versions, codes)


def _poursuivre(
    entrepot: Entrepot, corpus: Corpus, modele: Modele, cibles: Sequence[str], suivi: Suivi
) -> Bilan:
    """Le modèle est à jour : il ne lit que les sources nouvelles."""
    if not cibles:
        return Bilan(ETAPE, passes=(f"modèle {modele.id}",))
    lu = preparer(entrepot, corpus, modele.methode, cibles, suivi)
    scores = scores_de(lu, corpus, modele.methode, suivi)
    with entrepot.lire() as cx:
        verdicts = rangement.verdicts(cx, modele.id)
    return _ranger(entrepot, corpus, lu, verdicts, scores, modele.id, cibles)


def _apprendre(
    entrepot: Entrepot,
    corpus: Corpus,
    reglages: tuple[str, str, float],
    comparees: Mapping[str, float],
    cibles: Sequence[str],
    suivi: Suivi,
) -> Bilan:
    empreinte, methode, niveau = reglages
    lu = preparer(entrepot, corpus, methode, cibles, suivi)
    verdicts, mesures, scores = juger_themes(lu, corpus, methode, niveau, suivi)
    if comparees:
        mesures |= {"comparaison": dict(comparees), "courbe": tracer_courbe(lu, corpus, methode, suivi)}
    with entrepot.ecrire(ETAPE) as ecriture:
        numero = rangement.ajouter_modele(
            ecriture,
            cle=empreinte,
            methode=methode,
            niveau=niveau,
            sources={part.value: corpus.de(part) for part in Part},
            mesures=mesures,
            verdicts=verdicts.values(),
        )
    return _ranger(entrepot, corpus, lu, verdicts, scores, numero, cibles)


def _ranger(
    entrepot: Entrepot,
    corpus: Corpus,
    lu: Lu,
    verdicts: Mapping[str, VerdictRange],
    scores: Reels,
    numero: int,
    cibles: Sequence[str],
) -> Bilan:
    with entrepot.ecrire(ETAPE) as ecriture:
        decidees = [s for s in rangement.lire(ecriture.cx) if s.etat != Etat.ATTENTE]
        trouvees = list(_proposer(corpus, lu, verdicts, scores, cibles, decidees))
        rangement.ajouter(ecriture, numero, cibles, trouvees)
    comptes = [(v, sum(r.verdict == v for r in verdicts.values())) for v in Verdict]
    surs = sum(verdicts[s.code].verdict == Verdict.CERTIFIE for s in trouvees)
    messages = (
        "thèmes : " + ", ".join(f"{nombre} {verdict.value}" for verdict, nombre in comptes if nombre),
        f"{len(trouvees)} suggestions sur {len(cibles)} sources, dont {surs} de thèmes certifiés",
    )
    return Bilan(ETAPE, tuple(cibles) or (f"modèle {numero}",), messages=messages)


# --- proposer -----------------------------------------------------------------------------------------


def _proposer(
    corpus: Corpus,
    lu: Lu,
    verdicts: Mapping[str, VerdictRange],
    scores: Reels,
    cibles: Sequence[str],
    decidees: Sequence[SuggestionRangee],
) -> Iterator[SuggestionRangee]:
    """Les passages au-dessus du seuil de leur thème, dans les cibles, qu'on n'a pas déjà tranchés.

    Un thème non automatisable ne propose rien.
    """
    cherchees = lu.dans(cibles)
    natures = [code.id for code in corpus.grille.natures]
    for rang, code in enumerate(corpus.themes):
        verdict = verdicts[code]
        if verdict.verdict == Verdict.NON_AUTOMATISABLE:
            continue
        exemples = _exemples(corpus, lu, code)
        probabilites = Calibrage(verdict.pente, verdict.ordonnee).appliquer(scores[:, rang])
        for suite in passages(lu.phrases, cherchees & (probabilites >= verdict.seuil)):
            rangee = SuggestionRangee(
                **_place(corpus, lu, suite),
                code=code,
                nature=_nature(scores[suite.rangs, len(corpus.themes) :], natures),
                probabilite=round(float(probabilites[suite.rangs].max()), 4),
                exemples=_proches(exemples, lu.vecteurs[suite.rangs].mean(axis=0)),
            )
            if not any(_meme(rangee, autre) for autre in decidees):
                yield rangee


def _place(corpus: Corpus, lu: Lu, suite: Passage) -> dict[str, Any]:
    premiere, derniere = lu.phrases[suite.premiere], lu.phrases[suite.derniere]
    source = premiere.source_id
    extrait = Extrait.dans(corpus.textes[source].texte, premiere.debut, derniere.fin)
    return {
        "source_id": source,
        "version_pseudonymisee_id": corpus.etat.pseudonymisees[source].id,
        "debut": extrait.debut,
        "fin": extrait.fin,
        "empreinte": extrait.empreinte,
    }


def _nature(scores: Reels, natures: Sequence[str]) -> str:
    """La nature du propos la plus probable ; vide si la grille n'en a pas."""
    return natures[int(scores.mean(axis=0).argmax())] if natures else ""


def _meme(une: SuggestionRangee, autre: SuggestionRangee) -> bool:
    """Le même thème sur un passage commun de la même version."""
    cles = ("version_pseudonymisee_id", "code")
    pareilles = all(getattr(une, nom) == getattr(autre, nom) for nom in cles)
    return pareilles and min(une.fin, autre.fin) > max(une.debut, autre.debut)


Exemple = tuple[dict[str, Any], Reels]


def _exemples(corpus: Corpus, lu: Lu, code: str) -> list[Exemple]:
    """Les passages codés appris d'un thème, avec leur vecteur."""
    apprises = lu.dans(corpus.de(Part.APPRENTISSAGE))
    codees = apprises & lu.vraies[:, corpus.codes.index(code)]
    trouves = []
    for suite in passages(lu.phrases, codees):
        place = _place(corpus, lu, suite)
        lieu = {nom: place[nom] for nom in ("source_id", "debut", "fin")}
        lieu |= {"version": place["version_pseudonymisee_id"]}
        trouves.append((lieu, lu.vecteurs[suite.rangs].mean(axis=0)))
    return trouves


def _proches(exemples: Sequence[Exemple], vecteur: Reels) -> tuple[dict[str, Any], ...]:
    """Les exemples de plus grand cosinus avec le passage, le plus proche d'abord."""
    mesures = [(_cosinus(vecteur, autre), lieu) for lieu, autre in exemples]
    mesures.sort(key=lambda mesure: -mesure[0])
    return tuple(lieu | {"ressemblance": round(valeur, 3)} for valeur, lieu in mesures[:EXEMPLES])


def _cosinus(a: Reels, b: Reels) -> float:
    normes = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float(a @ b) / normes if normes else 0.0
