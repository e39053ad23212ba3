"""Donner ses temps à une transcription faite ailleurs, d'après l'enregistrement qu'elle transcrit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot.sources import fichiers
from recherche.entrepot.transcriptions import Version
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.dater import datee, reporter_temps
from recherche.etapes.deriver import deriver
from recherche.etapes.seance import seance
from recherche.etapes.transcrire import transcrire
from recherche.langue.mots import plier
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Tour
from recherche.reglages import Etude

ETAPE = "aligner"
PART_MINIMALE = 0.3
"""Part de mots communs sous laquelle le texte n'est pas celui de cet enregistrement."""


def aligner(etude: Etude, *, sources: Sequence[str] | None = None, suivi: Suivi = silencieux) -> Bilan:
    """Date les mots des transcriptions courantes qui ne le sont pas (de `sources`, ou toutes).

    L'enregistrement est transcrit s'il ne l'est pas encore ; chaque mot du texte prend le temps de celui
    qui lui répond. Le texte ne change pas : la revue signée reste valable. Un texte qui ne ressemble pas
    au son n'est pas touché, et le bilan le dit. Lève `ErreurAudio` si le modèle manque.
    """
    voulues, passes, sans = _a_dater(etude, sources)
    a_transcrire = [s for s in voulues if s not in _automatiques(etude)]
    transcrites = transcrire(etude, sources=a_transcrire, suivi=suivi) if a_transcrire else Bilan(ETAPE)
    anomalies = [*sans, *transcrites.anomalies]
    faits: list[str] = []
    with seance(etude, ETAPE) as entrepot:
        for rang, (source_id, version) in enumerate(voulues.items()):
            issue = _aligner(entrepot, source_id, version)
            if isinstance(issue, Anomalie):
                anomalies.append(issue)
            elif issue is not None:
                faits.append(issue)
            suivi(Avancement(ETAPE, source_id, rang + 1, len(voulues), "transcriptions"))
    return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies))


def _a_dater(
    etude: Etude, sources: Sequence[str] | None
) -> tuple[dict[str, Version], list[str], list[Anomalie]]:
    """Les versions sans temps qui ont un enregistrement, celles qui en ont, et ce qui empêche."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        courantes = transcriptions.courantes(cx)
        enregistrees = {f.source_id for f in fichiers(cx) if f.utilisable}
        datees = {s for s, v in courantes.items() if datee(transcriptions.lire(cx, v.id).tours)}
    voulues = list(courantes) if sources is None else list(sources)
    anomalies = [_sans_texte(s) for s in voulues if s not in courantes]
    presentes = [s for s in voulues if s in courantes]
    if sources is not None:
        muettes = [s for s in presentes if s not in enregistrees | datees]
        anomalies += [_sans_son(s) for s in muettes]
    a_dater = {s: courantes[s] for s in presentes if s in enregistrees and s not in datees}
    return a_dater, [s for s in presentes if s in datees], anomalies


def _automatiques(etude: Etude) -> set[str]:
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = transcriptions.versions(cx)
    return {v.source_id for v in versions if v.nature == transcriptions.AUTOMATIQUE}


def _aligner(entrepot: Entrepot, source_id: str, version: Version) -> str | Anomalie | None:
    """Ce qui a été fait, ce qui l'empêche, ou None si la transcription automatique manque encore."""
    with entrepot.lire() as cx:
        automatiques = [
            v
            for v in transcriptions.versions(cx)
            if v.source_id == source_id and v.nature == transcriptions.AUTOMATIQUE
        ]
        if not automatiques:
            return None
        dates = transcriptions.lire(cx, automatiques[-1].id).tours
        texte = transcriptions.lire(cx, version.id)
    part = ressemblance(texte.tours, dates)
    if part < PART_MINIMALE:
        return Anomalie(
            source_id,
            f"{source_id} : le texte ne ressemble pas à l'enregistrement ({100 * part:.0f} % de mots"
            " communs).",
            "Vérifiez que c'est le bon fichier son, et la bonne transcription, pour cet identifiant.",
        )
    tours = reporter_temps(texte.tours, dates)
    try:
        with entrepot.ecrire(f"{ETAPE} {source_id}") as ecriture:
            deriver(ecriture, version, texte, tours, reglages={"temps": automatiques[-1].numero})
    except ErreurEntrepot as erreur:
        if erreur.__cause__ is not None:
            raise
        return Anomalie(source_id, erreur.message, erreur.remede)
    return f"{source_id} : {texte.nombre_mots} mots datés ({100 * part:.0f} % de mots communs)"


def ressemblance(tours: Iterable[Tour], dates: Iterable[Tour]) -> float:
    """Part des mots de `tours` retrouvés, dans l'ordre, dans `dates` ; de 0 à 1."""
    from rapidfuzz.distance import LCSseq

    ecrits, dits = (
        [plier(mot.texte) for tour in serie for mot in tour.mots] for serie in (tours, dates)
    )
    return float(LCSseq.similarity(ecrits, dits)) / len(ecrits) if ecrits else 0.0


def _sans_texte(source_id: str) -> Anomalie:
    return Anomalie(
        source_id,
        f"{source_id} n'a pas de transcription à aligner.",
        "Importez-la : « recherche importer FICHIER ».",
    )


def _sans_son(source_id: str) -> Anomalie:
    return Anomalie(
        source_id,
        f"{source_id} n'a pas d'enregistrement utilisable.",
        "Déposez-le dans « enregistrements/ » ; « recherche inventorier » dit ce qui ne va pas.",
    )
