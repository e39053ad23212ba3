"""Exporter des transcriptions : pseudonymisées, ou brutes si on le demande expressément."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from recherche.echanges.textes import FORMATS
from recherche.echanges.textes import exporter as mettre_en_forme
from recherche.entrepot import transcriptions
from recherche.erreurs import ErreurEchange
from recherche.etapes.seance import seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "exporter"


def exporter(
    etude: Etude,
    *,
    formats: Sequence[str],
    sources: Sequence[str] | None = None,
    prive: bool = False,
    automatique: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Écrit une transcription par source et par format sous `exports/`.

    `prive` : le texte brut, nominatif, sous `exports/prive/` ; `automatique` (avec `prive`) : la
    dernière version automatique, qui porte les temps, plutôt que la version relue. Une source sans
    transcription, ou un format impossible (sous-titres sans temps), est une anomalie du bilan. Lève
    `ErreurEchange` sur un format inconnu.
    """
    for fmt in formats:
        if fmt not in FORMATS:
            raise ErreurEchange(
                f"« {fmt} » n'est pas un format d'export.", f"Choisissez : {', '.join(FORMATS)}."
            )
    racine = etude.exports / ("prive" if prive else "transcriptions")
    with seance(etude, ETAPE) as entrepot, entrepot.lire() as cx:
        numeros = _numeros(cx, prive=prive, automatique=automatique)
        voulues = list(sources) if sources is not None else sorted(numeros)
        faits = []
        anomalies = [_absente(s, prive=prive) for s in voulues if s not in numeros]
        presentes = [s for s in voulues if s in numeros]
        etude.exports.mkdir(exist_ok=True)
        racine.mkdir(mode=0o700, exist_ok=True)
        for rang, source in enumerate(presentes):
            texte = _lire(cx, numeros[source], prive=prive)
            for fmt in formats:
                issue = _ecrire(texte, fmt, racine)
                if isinstance(issue, Anomalie):
                    anomalies.append(issue)
                else:
                    faits.append(issue.relative_to(etude.chemin).as_posix())
            suivi(Avancement(ETAPE, source, rang + 1, len(presentes), "transcriptions"))
    return Bilan(ETAPE, tuple(faits), (), tuple(anomalies))


def _numeros(cx: Connection, *, prive: bool, automatique: bool) -> dict[str, int]:
    if not prive:
        return {source: pseudo.id for source, pseudo in transcriptions.pseudonymisees(cx).items()}
    if automatique:
        nature = transcriptions.AUTOMATIQUE
        return {v.source_id: v.id for v in transcriptions.versions(cx) if v.nature == nature}
    return {source: version.id for source, version in transcriptions.courantes(cx).items()}


def _lire(cx: Connection, numero: int, *, prive: bool) -> Transcription | TranscriptionPseudonymisee:
    if prive:
        return transcriptions.lire(cx, numero)
    return transcriptions.lire_pseudonymisee(cx, numero)


def _ecrire(
    texte: Transcription | TranscriptionPseudonymisee, fmt: str, racine: Path
) -> Path | Anomalie:
    fichier = racine / f"{texte.source_id}.{fmt}"
    try:
        ecrire_atomique(fichier, mettre_en_forme(texte, fmt), mode=0o600)
    except ErreurEchange as erreur:
        return Anomalie(texte.source_id, erreur.message, erreur.remede)
    return fichier


def _absente(source: str, *, prive: bool) -> Anomalie:
    commande = "transcrire" if prive else "pseudonymiser"
    return Anomalie(
        source,
        f"{source} n'a pas de transcription {'' if prive else 'pseudonymisée '}à exporter.",
        f"Vérifiez l'identifiant, ou lancez « recherche {commande} ».",
    )
