"""Ce que lit la suggestion : les entretiens codés, leur partage, leurs phrases et leurs vecteurs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

import numpy as np

from recherche.codage.grille import lire_grille
from recherche.codage.suggestion_fenetres import Booleens, Phrase, Reels, etiquettes, phrases
from recherche.codage.suggestion_modele import Matiere
from recherche.entrepot import Entrepot, codages
from recherche.entrepot import suggestions as rangement
from recherche.entrepot.suggestions import Part
from recherche.erreurs import ErreurCodage
from recherche.etapes.seance import cle, registre_reporte
from recherche.etapes.tables import Situation, lire_textes
from recherche.langue import vecteurs as lecture
from recherche.modele.codage import Codage, Code, Grille, Origine
from recherche.modele.entretien import Entretien
from recherche.modele.suivi import Suivi
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "suggérer"
MINIMUM = 5
METHODE_E5 = "e5-small-q4/1"
CYCLE = (
    Part.APPRENTISSAGE,
    Part.CERTIFICATION,
    Part.APPRENTISSAGE,
    Part.CERTIFICATION,
    Part.APPRENTISSAGE,
)


@dataclass(frozen=True)
class Corpus:
    """Ce qu'une étape a lu : l'état, la grille, les textes, et qui sert à quoi."""

    etat: Situation
    grille: Grille
    textes: Mapping[str, TranscriptionPseudonymisee]
    parts: Mapping[str, Part]
    periodes: Sequence[rangement.Periode]

    @property
    def themes(self) -> tuple[str, ...]:
        """Les codes qu'on propose."""
        return tuple(code.id for code in self.grille.themes())

    @property
    def codes(self) -> tuple[str, ...]:
        """Les codes qu'on apprend : thèmes puis natures."""
        return tuple(code.id for code in self.grille.codes())

    def de(self, part: Part) -> list[str]:
        """Les entretiens d'une part."""
        return sorted(source for source, lue in self.parts.items() if lue is part)

    def poses(self) -> list[Codage]:
        """Les codages de référence des entretiens partagés, posés sans suggestion."""
        return [c for c in self.etat.retenus() if c.source_id in self.parts]


@dataclass(frozen=True)
class Lu:
    """Les phrases lues, leurs vecteurs, leurs codes de référence (phrases x codes)."""

    phrases: tuple[Phrase, ...]
    vecteurs: Reels
    vraies: Booleens

    def dans(self, sources: Iterable[str]) -> Booleens:
        """Vrai pour les phrases de ces sources."""
        voulues = set(sources)
        return np.array([phrase.source_id in voulues for phrase in self.phrases], dtype=bool)

    def matiere(self, methode: str, garde: Booleens | None = None) -> Matiere:
        """Ce qu'une méthode lit de ces phrases (de celles de `garde`)."""
        garde = np.ones(len(self.phrases), dtype=bool) if garde is None else garde
        lues = tuple(p for p, gardee in zip(self.phrases, garde, strict=True) if gardee)
        vecteurs = None if methode == "mots" else self.vecteurs[garde]
        return Matiere(lues, vecteurs, mots="mots" in methode)


def lire(etude: Etude, entrepot: Entrepot) -> Corpus:
    """Lit l'étude, range la part des entretiens nouveaux et les définitions de la grille.

    Lève `ErreurCodage` s'il y a moins de cinq entretiens codés sans suggestion.
    """
    registre = registre_reporte(etude, entrepot)
    grille = lire_grille(etude.fichier_grille)
    etat = Situation.lire(etude, entrepot, registre)
    candidates = _apprenables(etat)
    if len(candidates) < MINIMUM:
        raise ErreurCodage(
            f"{len(candidates)} entretien(s) codé(s) sans suggestion : il en faut au moins {MINIMUM}.",
            "Codez-en d'autres (« recherche importer --codages », ou un carnet), puis relancez.",
        )
    with entrepot.ecrire(ETAPE) as ecriture:
        codages.synchroniser_grille(ecriture, grille)
        rangement.partager(ecriture, _partager(candidates, rangement.partage(ecriture.cx)))
        rangement.noter_definitions(ecriture, {c.id: definition(c) for c in grille.codes()})
        parts = {s: p for s, p in rangement.partage(ecriture.cx).items() if s in candidates}
        periodes = rangement.periodes(ecriture.cx)
    return Corpus(etat, grille, lire_textes(entrepot, etat), parts, periodes)


def _apprenables(etat: Situation) -> dict[str, str]:
    """Les entretiens codés par la référence, sans aucune suggestion acceptée, et leur strate."""
    assistes = {c.source_id for c in etat.codages if c.origine is Origine.SUGGESTION}
    strates = {
        s.id: f"{s.territoire}-{s.profil}" for s in etat.registre.sources if isinstance(s, Entretien)
    }
    return {s: strates[s] for s in sorted(etat.codees() - assistes) if s in strates}


def codees_seul(etat: Situation) -> set[str]:
    """Les sources que la référence a codées elle-même, ne serait-ce qu'une fois."""
    return {c.source_id for c in etat.retenus() if c.origine is not Origine.SUGGESTION}


def _partager(candidates: Mapping[str, str], connues: Mapping[str, Part]) -> dict[str, Part]:
    """La part des nouveaux entretiens : trois pour apprendre, deux pour certifier, mêlés par strate.

    L'ordre dans une strate est celui de l'empreinte de l'identifiant : ni hasard ni choix.
    """
    nouveaux = [s for s in candidates if s not in connues]
    nouveaux.sort(key=lambda s: hashlib.sha256(s.encode()).hexdigest())
    nouveaux.sort(key=lambda s: candidates[s])
    return {s: CYCLE[(len(connues) + rang) % len(CYCLE)] for rang, s in enumerate(nouveaux)}


def definition(code: Code) -> str:
    """L'empreinte de ce qui définit un code ; son nom et sa couleur n'en sont pas."""
    return cle(code.definition, code.inclure, code.exclure)


def seconds(corpus: Corpus) -> list[Codage]:
    """Les codages des autres personnes sur les entretiens partagés."""
    reference = corpus.etat.etude.reglages.codage.codeur_reference
    return [
        c
        for c in corpus.etat.codages
        if reference and c.codeur != reference and c.source_id in corpus.parts
    ]


def preparer(
    entrepot: Entrepot, corpus: Corpus, methode: str, cibles: Iterable[str], suivi: Suivi
) -> Lu:
    """Les phrases des entretiens partagés et des `cibles`, par ordre de source."""
    sources = sorted({*corpus.parts, *cibles})
    liste = {source: phrases(corpus.textes[source]) for source in sources}
    vecteurs = _vecteurs(entrepot, corpus, liste, methode, suivi)
    toutes = tuple(phrase for source in sources for phrase in liste[source])
    return Lu(toutes, vecteurs, etiquettes(toutes, corpus.poses(), corpus.codes))


def _vecteurs(
    entrepot: Entrepot, corpus: Corpus, liste: Mapping[str, Sequence[Phrase]], methode: str, suivi: Suivi
) -> Reels:
    """Un vecteur par phrase, sources dans l'ordre ; ceux d'e5 sont gardés dans l'entrepôt."""
    if "e5" not in methode:
        textes = [phrase.texte for lues in liste.values() for phrase in lues]
        modele = corpus.etat.etude.reglages.confidentialite.langue
        return lecture.vecteurs_spacy(textes, modele).astype(float)
    with entrepot.lire() as cx:
        gardes = rangement.vecteurs(cx, METHODE_E5)
    blocs = []
    for source, lues in liste.items():
        version = corpus.etat.pseudonymisees[source].id
        bloc = np.frombuffer(gardes.get(version, b""), dtype=np.float16).reshape(-1, lecture.TAILLE_E5)
        if len(bloc) != len(lues):
            textes = [phrase.texte for phrase in lues]
            bloc = lecture.vecteurs_e5(textes, objet=source, suivi=suivi).astype(np.float16)
            with entrepot.ecrire(ETAPE) as ecriture:
                rangement.garder_vecteurs(
                    ecriture.cx,
                    version_id=version,
                    source_id=source,
                    methode=METHODE_E5,
                    octets=bloc.tobytes(),
                )
        blocs.append(bloc)
    return np.vstack(blocs).astype(float)


def preuves(corpus: Corpus, code: str) -> list[str]:
    """Les entretiens de certification codés pendant que la définition du code était l'actuelle."""
    siennes = [p for p in corpus.periodes if p.code == code]
    bornes = ["", *(p.depuis for p in siennes[1:]), "9999"]
    valables = [
        (debut, fin)
        for periode, debut, fin in zip(siennes, bornes, bornes[1:], strict=False)
        if periode.empreinte == siennes[-1].empreinte
    ]
    codes_le: dict[str, str] = {}
    for c in corpus.poses():
        instant = c.date.astimezone(UTC).isoformat(timespec="milliseconds")
        codes_le[c.source_id] = max(codes_le.get(c.source_id, ""), instant)
    return [
        source
        for source in corpus.de(Part.CERTIFICATION)
        if any(debut <= codes_le.get(source, "") < fin for debut, fin in valables)
    ]
