"""Les analyses d'une étude, en une ligne chacune : ce qu'appellent les carnets.

Effectifs exacts, sources nommées : ces tables restent dans l'équipe. Ce qui se montre passe par
`recherche publier`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from recherche.analyse import confrontation as paroles_
from recherche.analyse import croisements, liens, profils, reinert
from recherche.analyse.confrontation import Roles
from recherche.analyse.corpus import Corpus, Parole
from recherche.analyse.croisements import Questions
from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot
from recherche.entrepot import questions as rapprochees
from recherche.etapes import confronter, lexique, tables
from recherche.etapes.tables import Situation, lire_textes, situation, table_codages, table_sources
from recherche.modele.codage import Grille
from recherche.modele.entretien import Entretien
from recherche.modele.suivi import Suivi, silencieux
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude


@dataclass(frozen=True)
class Matiere:
    """Tout ce que lisent les tableaux : chargé une fois, employé par chacun.

    `entretiens` : les entretiens publiables et leurs attributs (voir `table_sources`), avec `tranche`
    (d'âge) et `situation` ; `codages` : ceux qu'on analyse ; `codes` : les thèmes de la grille.
    """

    etat: Situation
    grille: Grille
    textes: Mapping[str, TranscriptionPseudonymisee]
    entretiens: pd.DataFrame
    codages: pd.DataFrame
    questions: Questions

    @property
    def codes(self) -> list[str]:
        """Les thèmes, dans l'ordre de la grille."""
        return [code.id for code in self.grille.themes()]

    @property
    def roles(self) -> Roles:
        """Qui demande et qui décrit l'offre. Lève `ErreurEtude` si l'étude ne le dit pas."""
        return confronter.exiger_roles(self.etat.etude.reglages, self.grille)


def charger(etude: Etude) -> Matiere:
    """La matière de toutes les analyses. Lève `ErreurRegistre`, `ErreurEntrepot`, `ErreurCodage`."""
    etat = situation(etude)
    grille = lire_grille(etude.fichier_grille)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = lire_textes(entrepot, etat)
        confirmees = _confirmees(entrepot, etat)
    table = table_sources(etat)
    entretiens = table[(table["genre"] == "entretien") & table["publiable"]].reset_index(drop=True)
    situations = {s.id: s.participant.situation for s in etat.registre.entretiens}
    entretiens["situation"] = entretiens["source_id"].map(situations)
    entretiens["tranche"] = croisements.tranches_age(entretiens["age"])
    codages = table_codages(etat.retenus(), textes)
    return Matiere(
        etat, grille, textes, entretiens, codages, questions(etat, textes, grille, confirmees)
    )


def questions(
    etat: Situation,
    textes: Mapping[str, TranscriptionPseudonymisee],
    grille: Grille,
    confirmees: Mapping[str, set[str]],
) -> Questions:
    """Ce qui a été demandé à qui : thèmes du guide (`codes` d'etude.toml) portés par les tours.

    S'y ajoutent les thèmes des questions qu'une personne a confirmées (`confirmees`, par source). Une
    transcription sans thème ni question confirmée ne dit pas ce qui a été demandé.
    """
    familles = {f.id: [code.id for code in f.codes] for f in grille.familles}
    reglages = etat.etude.reglages
    guides = {
        profil.nom: {
            theme.id: frozenset(c for nom in theme.codes for c in familles.get(nom, [nom]))
            for theme in profil.guide
        }
        for profil in reglages.profils
    }
    noms = {profil.code: profil.nom for profil in reglages.profils}
    posees: set[tuple[str, str]] = set()
    connues: set[str] = set()
    for source in etat.registre.entretiens:
        themes = _themes(source, textes) | confirmees.get(source.id, set())
        if themes:
            connues.add(source.id)
            guide = guides[noms[source.profil]]
            posees |= {(source.id, code) for theme in themes for code in guide.get(theme, ())}
    codes = {nom: frozenset().union(*guide.values()) for nom, guide in guides.items()}
    return Questions(frozenset(posees), codes, frozenset(connues))


def _confirmees(entrepot: Entrepot, etat: Situation) -> dict[str, set[str]]:
    """Les thèmes du guide des questions confirmées des versions courantes (« profil.thème.rang »)."""
    with entrepot.lire() as cx:
        posees = rapprochees.lire(cx, version_ids=[v.id for v in etat.courantes.values()])
    themes: dict[str, set[str]] = {}
    for posee in posees:
        if posee.etat == rapprochees.CONFIRMEE:
            themes.setdefault(posee.source_id, set()).add(posee.question.split(".")[1])
    return themes


def _themes(source: Entretien, textes: Mapping[str, TranscriptionPseudonymisee]) -> set[str]:
    texte = textes.get(source.id)
    return set() if texte is None else {t.theme for t in texte.tours if t.theme is not None}


def codes_par(etude: Etude | Matiere, *par: str, posees: bool = True) -> pd.DataFrame:
    """Chaque thème selon des attributs : territoire, profil, sexe, tranche, situation, fonction.

    En entretiens à qui la question a été posée (voir `analyse.croisements.croiser`) ; `posees=False` :
    sur tous les entretiens.
    """
    m = _matiere(etude)
    return croisements.croiser(
        m.entretiens,
        m.codages,
        m.codes,
        par=par or ("profil",),
        questions=m.questions if posees else None,
    )


def code_par_entretien(etude: Etude | Matiere) -> pd.DataFrame:
    """Nombre d'extraits de chaque entretien qui portent chaque thème."""
    m = _matiere(etude)
    return croisements.code_par_entretien(m.entretiens, m.codages, m.codes)


def cooccurrences(etude: Etude | Matiere, *, unite: str = "entretien") -> pd.DataFrame:
    """Paires de thèmes présentes ensemble, avec Jaccard et lift (voir `analyse.liens`)."""
    m = _matiere(etude)
    return liens.cooccurrences(m.entretiens, m.codages, m.codes, unite=unite)


def saturation(etude: Etude | Matiere, *, profil: str | None = None) -> pd.DataFrame:
    """La courbe de saturation, dans l'ordre des dates d'entretien et dans des ordres tirés au sort."""
    m = _matiere(etude)
    table = m.entretiens if profil is None else m.entretiens[m.entretiens["profil"] == profil]
    table = table.sort_values(["date", "source_id"])
    return liens.saturation(table, m.codages, m.codes)


def suites_de_codes(etude: Etude | Matiere) -> pd.DataFrame:
    """Les thèmes qui se suivent dans un entretien (voir `analyse.liens.suites`)."""
    m = _matiere(etude)
    return liens.suites(m.entretiens, m.codages, m.codes)


def parts_de_parole(etude: Etude | Matiere) -> pd.DataFrame:
    """Part de parole de chaque locuteur de chaque source (voir `analyse.liens.parts_de_parole`)."""
    m = _matiere(etude)
    return liens.parts_de_parole(
        (source, t.locuteur, len(t.mots), _duree(t.debut_s, t.fin_s))
        for source, texte in sorted(m.textes.items())
        for t in texte.tours
    )


def _duree(debut_s: float | None, fin_s: float | None) -> float | None:
    return None if debut_s is None or fin_s is None else fin_s - debut_s


def comparer_profils(etude: Etude | Matiere) -> pd.DataFrame:
    """Chaque thème, d'une population à l'autre ; p-valeur seulement là où le test s'applique."""
    m = _matiere(etude)
    qui = m.roles
    return croisements.comparer_codes(
        m.entretiens, m.codages, m.codes, groupe="profil", a=qui.demande, b=qui.offre
    )


def propos_confrontes(etude: Etude | Matiere) -> pd.DataFrame:
    """Ce que chaque population dit de chaque thème (voir `analyse.confrontation.mesurer`)."""
    m = _matiere(etude)
    return paroles_.mesurer(m.entretiens, m.codages, m.grille, m.roles, territoires=_territoires(m))


def confrontation(etude: Etude | Matiere) -> pd.DataFrame:
    """Écarts et lectures de chaque thème, en tout et par territoire (voir `analyse.confrontation`)."""
    m = _matiere(etude)
    reglages = m.etat.etude.reglages
    table = paroles_.confronter(
        m.entretiens,
        m.codages,
        m.grille,
        m.roles,
        territoires=_territoires(m),
        seuils=confronter.seuils(reglages),
        tirages=reglages.confrontation.tirages,
    )
    souci = {paroles_.SEULS: confronter.nom_souci(reglages, m.roles.offre)}
    return table.assign(lecture=table["lecture"].replace(souci))


def verbatims_apparies(etude: Etude | Matiere) -> pd.DataFrame:
    """Les passages les plus proches des deux populations, parmi ceux qu'on peut citer."""
    m = _matiere(etude)
    candidats = tables.passages(m.etat, m.textes, m.grille)
    permis = candidats[candidats["citation_permise"]].reset_index(drop=True)
    return confronter.apparier(permis, m.grille, m.roles, m.etat.etude.reglages)


def paroles(etude: Etude | Matiere, *, suivi: Suivi = silencieux) -> list[Parole]:
    """Les tours des personnes entendues, lemmatisés (concordances, collocations)."""
    m = _matiere(etude)
    with Entrepot.ouvrir(m.etat.etude) as entrepot:
        return lexique.paroles(m.etat, entrepot, m.textes, list(m.entretiens["source_id"]), suivi=suivi)


def corpus_lexical(etude: Etude | Matiere, *, suivi: Suivi = silencieux) -> Corpus:
    """Les segments des entretiens publiables et leurs formes (voir `analyse.corpus`)."""
    m = _matiere(etude)
    with Entrepot.ouvrir(m.etat.etude) as entrepot:
        return lexique.corpus(m.etat, entrepot, m.textes, suivi=suivi)


def classer(
    corpus: Corpus, k: int = lexique.CLASSES, *, formes_minimum: int = lexique.FORMES_MINIMUM
) -> reinert.Classification:
    """La classification de Reinert du corpus en `k` classes (voir `analyse.reinert.classer`)."""
    return reinert.classer(
        corpus.presences,
        k,
        documents=list(corpus.segments["source_id"]),
        formes_minimum=formes_minimum,
    )


def mots_des_classes(corpus: Corpus, classification: reinert.Classification) -> pd.DataFrame:
    """Les mots propres à chaque classe du plus fin niveau (voir `analyse.profils.mots`)."""
    return profils.mots(corpus, classification.classes[classification.k])


def _territoires(m: Matiere) -> list[str]:
    return [t.nom for t in m.etat.etude.reglages.territoires]


def _matiere(etude: Etude | Matiere) -> Matiere:
    return charger(etude) if isinstance(etude, Etude) else etude
