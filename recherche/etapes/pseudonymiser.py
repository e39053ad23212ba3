"""Pseudonymiser les transcriptions courantes.

Quand une personne a signé les mentions d'une version, ce sont elles qui s'appliquent, exactement ; ce
que les détecteurs voient en plus est signalé. Sans signature, les détecteurs proposent, et la version
n'est pas publiable. Une nouvelle version reprend les codages de la précédente quand c'est sûr.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from recherche import __version__
from recherche.codage.report import Report, reporter
from recherche.entrepot import Entrepot, codages, memos, transcriptions
from recherche.entrepot.transcriptions import Revue, Version, VersionPseudonymisee
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes.phrase import Demander, phrase_secrete
from recherche.etapes.seance import cle as cle_de
from recherche.etapes.seance import registre_reporte, seance
from recherche.langue import coffre
from recherche.langue.cle import Cle, ContextePseudonymes
from recherche.langue.contexte import ContexteDetection
from recherche.langue.correspondance import Correspondance
from recherche.langue.detection import detecter_corpus
from recherche.langue.mentions import Mention, TypeMention
from recherche.langue.pseudonymes import pseudonymiser
from recherche.modele.codage import Extrait
from recherche.modele.entretien import Registre
from recherche.modele.provenance import Provenance
from recherche.modele.suivi import Anomalie, Bilan, Suivi, silencieux
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "pseudonymiser"


@dataclass(frozen=True, slots=True)
class _Tache:
    """Une version courante à pseudonymiser, avec la revue qui la fonde si elle est signée."""

    version: Version
    revue: Revue | None
    cle: str


def fichier_cle(etude: Etude) -> Path:
    """La clé chiffrée des pseudonymes."""
    return etude.confidentiel / "cle.age"


def pseudonymiser_etude(
    etude: Etude, *, demander: Demander | None = None, suivi: Suivi = silencieux
) -> Bilan:
    """Pseudonymise les versions courantes qui ne le sont pas encore sous la même revue.

    Lève `ErreurConfidentialite` si la phrase secrète manque ou n'ouvre pas la clé.
    """
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        taches, passes = _a_faire(etude, entrepot, registre)
        if not taches:
            return Bilan(ETAPE, passes=passes)
        coffre_etude = fichier_cle(etude)
        phrase = phrase_secrete(etude, demander, nouvelle=not coffre_etude.exists())
        cle = coffre.lire(coffre_etude, phrase) if coffre_etude.exists() else _cle_neuve(etude, entrepot)
        contexte = ContexteDetection.depuis(etude.reglages, registre)
        with entrepot.lire() as cx:
            courantes = transcriptions.courantes(cx)
            textes = {s: transcriptions.lire(cx, version.id) for s, version in courantes.items()}
        modele = etude.reglages.confidentialite.langue
        detectees = detecter_corpus(list(textes.values()), contexte, modele_spacy=modele, suivi=suivi)
        numeros = etude.reglages.confidentialite.prenoms == "numero"
        resultats, cle = _remplacer(taches, textes, detectees, contexte, cle, numeros=numeros)
        coffre.ecrire(coffre_etude, cle, phrase)
        a_replacer = [anomalie for resultat in resultats for anomalie in _ranger(entrepot, resultat)]
        faits = tuple(tache.version.source_id for tache in taches)
        return Bilan(ETAPE, faits, passes, tuple(a_replacer), tuple(_messages(taches, detectees)))


def _cle_neuve(etude: Etude, entrepot: Entrepot) -> Cle:
    """Une clé vide, pour une étude qui n'a encore rien pseudonymisé.

    Lève `ErreurConfidentialite` si la clé manque alors que des textes en dépendent.
    """
    with entrepot.lire() as cx:
        if not transcriptions.pseudonymisees(cx):
            return Cle()
    raise ErreurConfidentialite(
        f"La clé des pseudonymes manque : {fichier_cle(etude)}. Des textes pseudonymisés en dépendent.",
        "Remettez ce fichier depuis une copie ; sans lui, les pseudonymes ne seraient plus les mêmes.",
    )


@dataclass(frozen=True, slots=True)
class _Resultat:
    """Ce que devient une tâche : mentions, texte pseudonymisé, passage de l'un à l'autre."""

    tache: _Tache
    mentions: tuple[Mention, ...]
    pseudo: TranscriptionPseudonymisee
    correspondance: Correspondance


def _remplacer(
    taches: Sequence[_Tache],
    textes: Mapping[str, Transcription],
    detectees: Mapping[str, tuple[Mention, ...]],
    contexte: ContexteDetection,
    cle: Cle,
    *,
    numeros: bool,
) -> tuple[list[_Resultat], Cle]:
    """Pseudonymise chaque texte, en prolongeant la même clé d'un texte à l'autre."""
    guide = ContextePseudonymes.pour(contexte, textes.values(), numeros=numeros)
    resultats = []
    for tache in taches:
        source = tache.version.source_id
        mentions = _mentions(tache, detectees[source])
        pseudo, cle, correspondance = pseudonymiser(
            textes[source], mentions, cle, contexte=guide, provenance=_provenance(tache)
        )
        resultats.append(_Resultat(tache, mentions, pseudo, correspondance))
    return resultats, cle


def _provenance(tache: _Tache) -> Provenance:
    """Ce qui a fait la version pseudonymisée ; rien de la provenance brute (noms de fichiers)."""
    revue = None if tache.revue is None else tache.revue.id
    reglages = {"version": tache.version.numero, "revue": revue}
    return Provenance("recherche", __version__, datetime.now(UTC), reglages)


def _ranger(entrepot: Entrepot, resultat: _Resultat) -> list[Anomalie]:
    """Ajoute la version pseudonymisée et y reporte les codages de la précédente."""
    pseudo, tache = resultat.pseudo, resultat.tache
    with entrepot.ecrire(ETAPE) as ecriture:  # lire ici : un codeur peut poser un code entre-temps
        ancienne = transcriptions.pseudonymisees(ecriture.cx, pseudo.source_id).get(pseudo.source_id)
        reports = [] if ancienne is None else _reports(ecriture.cx, ancienne, pseudo.texte)
        numero = transcriptions.ajouter_pseudonymisee(
            ecriture,
            pseudo,
            version_id=tache.version.id,
            revue_id=None if tache.revue is None else tache.revue.id,
            cle=tache.cle,
            mentions=[_en_json(mention) for mention in resultat.mentions],
            correspondance=resultat.correspondance.lignes,
        )
        if ancienne is not None:
            places = {r.ancien: r.nouveau for r in reports if r.nouveau is not None}
            codages.reprendre(ecriture, ancienne.id, numero, places)
            memos.reprendre(ecriture, ancienne.id, numero, places)
    perdus = sorted({r.ancien for r in reports if r.nouveau is None}, key=lambda e: e.debut)
    return [_a_recoder(pseudo.source_id, extrait) for extrait in perdus]


def _en_json(mention: Mention) -> dict[str, object]:
    """Une mention rangée ; son détecteur, pour la page de revue."""
    return {
        "debut": mention.debut,
        "fin": mention.fin,
        "type": mention.type.value,
        "detecteur": mention.detecteur,
    }


def _reports(cx: Connection, ancienne: VersionPseudonymisee, texte: str) -> list[Report]:
    """Où vont les extraits codés de l'ancienne version dans le nouveau texte."""
    extraits = [codage.extrait for codage in codages.lire(cx, version_ids=[ancienne.id])]
    extraits += memos.extraits(cx, ancienne.id)
    if not extraits:
        return []
    precedent = transcriptions.lire_pseudonymisee(cx, ancienne.id).texte
    return reporter(precedent, texte, extraits)


def _a_recoder(source: str, extrait: Extrait) -> Anomalie:
    return Anomalie(
        source,
        f"{source} : un passage codé a changé (caractères {extrait.debut} à {extrait.fin}), à recoder.",
        "Recodez-le sur la nouvelle version ; l'ancienne et ses codages sont conservés.",
    )


def _a_faire(
    etude: Etude, entrepot: Entrepot, registre: Registre
) -> tuple[list[_Tache], tuple[str, ...]]:
    with entrepot.lire() as cx:
        courantes = transcriptions.courantes(cx)
        revues = transcriptions.revues(cx)
        faites = {s: p.cle for s, p in transcriptions.pseudonymisees(cx).items()}
    noms = _noms(registre)
    taches, passes = [], []
    for source_id, version in courantes.items():
        revue = revues.get(version.id)
        detection = None if revue is not None else (noms, etude.reglages.noms_locaux)
        empreinte = cle_de(
            "pseudonymes/1", version.id, version.empreinte, revue and revue.mentions, detection
        )
        if faites.get(source_id) == empreinte or version.cle.startswith(transcriptions.RESTAUREE):
            passes.append(source_id)
        else:
            taches.append(_Tache(version, revue, empreinte))
    return taches, tuple(passes)


def _noms(registre: Registre) -> list[tuple[str | None, ...]]:
    return [
        (p.prenom, p.nom, p.sexe, p.quartier, p.structure)
        for source in registre.sources
        for p in source.participants
    ]


def _mentions(tache: _Tache, detectees: Sequence[Mention]) -> tuple[Mention, ...]:
    if tache.revue is None:
        return tuple(detectees)
    return tuple(
        Mention(m["debut"], m["fin"], TypeMention(m["type"]), "revue") for m in tache.revue.mentions
    )


def _messages(taches: Iterable[_Tache], detectees: Mapping[str, Sequence[Mention]]) -> Iterable[str]:
    """Ce que les détecteurs voient de plus que les revues signées, en nombre seulement."""
    signees = [t for t in taches if t.revue is not None]
    nouvelles = {t.version.source_id: _non_couvertes(t, detectees[t.version.source_id]) for t in signees}
    total = sum(nouvelles.values())
    if total:
        yield (
            f"{total} mentions vues par les détecteurs n'ont pas été retenues par les revues signées "
            f"({sum(n > 0 for n in nouvelles.values())} sources) : elles restent en clair."
        )
    sans = sorted(t.version.source_id for t in taches if t.revue is None)
    if sans:
        yield f"{len(sans)} sources attendent une revue signée avant publication : {', '.join(sans)}."


def _non_couvertes(tache: _Tache, detectees: Iterable[Mention]) -> int:
    signees = [] if tache.revue is None else [(m["debut"], m["fin"]) for m in tache.revue.mentions]
    return sum(not any(debut < m.fin and fin > m.debut for debut, fin in signees) for m in detectees)
