"""Exporter des transcriptions : pseudonymisées, ou brutes si on le demande expressément."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from recherche.echanges.textes import FORMATS, SANS_VARIABLES
from recherche.echanges.textes import exporter as mettre_en_forme
from recherche.entrepot import sorties, transcriptions
from recherche.erreurs import ErreurEchange
from recherche.etapes.exporter_qda import FORMATS_CODAGES, exporter_codages
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
    marques: bool = False,
    edite: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Écrit une transcription par source et par format sous `exports/`.

    `prive` : le texte brut, nominatif, sous `exports/prive/` ; `automatique` (avec `prive`) : la
    dernière version automatique, qui porte les temps, plutôt que la version relue. `marques` (pauses,
    chevauchements, inaudible) et `edite` (sans hésitations) vont dans un fichier à part, qui le dit dans
    son nom. Une source sans transcription, ou un format impossible (sous-titres sans temps), est une
    anomalie du bilan. Les formats de `exporter_qda` (qdpx, qdc, code-cas…) emportent les codages, en un
    fichier pour toutes les sources. Lève `ErreurEchange` sur un format inconnu.
    """
    for fmt in formats:
        if fmt not in FORMATS and fmt not in FORMATS_CODAGES:
            raise ErreurEchange(
                f"« {fmt} » n'est pas un format d'export.",
                f"Choisissez : {', '.join([*FORMATS, *FORMATS_CODAGES])}.",
            )
    bilan = Bilan(ETAPE)
    if des_codages := [fmt for fmt in formats if fmt in FORMATS_CODAGES]:
        bilan = exporter_codages(etude, formats=des_codages, sources=sources, prive=prive, suivi=suivi)
        formats = [fmt for fmt in formats if fmt not in FORMATS_CODAGES]
    if not formats:
        return bilan
    mise = _Mise(marques, edite, _variables(etude, formats))
    racine = etude.exports / ("prive" if prive else "transcriptions")
    with seance(etude, ETAPE) as entrepot, entrepot.lire() as cx:
        numeros = _numeros(cx, prive=prive, automatique=automatique)
        voulues = list(sources) if sources is not None else sorted(numeros)
        faits: list[str] = []
        passes: list[str] = []
        ecrits: list[tuple[str, str]] = []
        anomalies = [_absente(s, prive=prive) for s in voulues if s not in numeros]
        presentes = [s for s in voulues if s in numeros]
        etude.exports.mkdir(exist_ok=True)
        racine.mkdir(mode=0o700, exist_ok=True)
        for rang, source in enumerate(presentes):
            texte = _lire(cx, numeros[source], prive=prive)
            for fmt in formats:
                issue = _ecrire(texte, fmt, racine, mise)
                if isinstance(issue, Anomalie):
                    anomalies.append(issue)
                    continue
                fichier, nouveau = issue
                chemin = fichier.relative_to(etude.chemin).as_posix()
                (faits if nouveau else passes).append(chemin)
                if nouveau:
                    ecrits.append((source, chemin))
            suivi(Avancement(ETAPE, source, rang + 1, len(presentes), "transcriptions"))
        if ecrits:
            with entrepot.ecrire(ETAPE) as ecriture:
                sorties.noter(ecriture, "privé" if prive else "pseudonymisé", ecrits)
    return Bilan(
        ETAPE,
        (*bilan.faits, *faits),
        (*bilan.passes, *passes),
        (*bilan.anomalies, *anomalies),
        bilan.messages,
    )


@dataclass(frozen=True, slots=True)
class _Mise:
    """Comment le texte est mis : marqué, édité, avec les variables de chaque source."""

    marques: bool
    edite: bool
    variables: Mapping[str, Mapping[str, str]]

    @property
    def suffixe(self) -> str:
        """Ce que le nom du fichier dit de la version ; rien si c'est le verbatim."""
        return f"{'.edite' if self.edite else ''}{'.marques' if self.marques else ''}"


def _variables(etude: Etude, formats: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    """Les variables des sources, si un format en porte ; le registre n'est lu que là."""
    if not {"iramuteq", "tei"} & set(formats):
        return {}
    from recherche.etapes.tables import variables
    from recherche.registre import lire_registre

    return variables(etude, lire_registre(etude))


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
    texte: Transcription | TranscriptionPseudonymisee, fmt: str, racine: Path, mise: _Mise
) -> tuple[Path, bool] | Anomalie:
    """Le fichier, et s'il a fallu l'écrire ; ou ce qui l'empêche."""
    fichier = racine / f"{texte.source_id}{mise.suffixe}.{FORMATS[fmt].extension}"
    variables = mise.variables.get(texte.source_id, SANS_VARIABLES)
    try:
        octets = mettre_en_forme(texte, fmt, variables=variables, marques=mise.marques, edite=mise.edite)
    except ErreurEchange as erreur:
        return Anomalie(texte.source_id, erreur.message, erreur.remede)
    if fichier.exists() and fichier.read_bytes() == octets:
        return fichier, False
    ecrire_atomique(fichier, octets, mode=0o600)
    return fichier, True


def _absente(source: str, *, prive: bool) -> Anomalie:
    commande = "transcrire" if prive else "pseudonymiser"
    return Anomalie(
        source,
        f"{source} n'a pas de transcription {'' if prive else 'pseudonymisée '}à exporter.",
        f"Vérifiez l'identifiant, ou lancez « recherche {commande} ».",
    )
