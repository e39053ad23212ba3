"""Transcrire les enregistrements : une file de processus, un bloc validé à la fois.

Chaque processus tient un enregistrement, avec sa part des cœurs : deux enregistrements à un fil
vont plus vite qu'un seul à deux fils. Le parent seul écrit dans l'entrepôt ; tué n'importe quand, il ne
perd que les blocs en cours, et une seconde exécution reprend dans le fichier.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version as version_de
from pathlib import Path

from recherche.audio import modeles
from recherche.audio.empreintes import empreinte_memorisee
from recherche.entrepot import Entrepot, transcriptions, verifications
from recherche.entrepot.sources import FichierSon, fichiers
from recherche.etapes.corriger import corriger_dans
from recherche.etapes.file_de_transcription import Bloc, Echec, Fin, Travail, travailler
from recherche.etapes.inventorier import inventorier_dans
from recherche.etapes.seance import cle, registre_reporte, seance
from recherche.langue.corrections import lire_corrections
from recherche.modele.corrections import Corrections
from recherche.modele.entretien import Atelier, Registre, Source
from recherche.modele.etude import Reglages
from recherche.modele.provenance import Provenance
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Transcription
from recherche.modele.verification import EtatDoute
from recherche.reglages import Etude

ETAPE = "transcrire"
PROCESSUS_OCTETS = 1_200_000_000
GRAND_MODELE_OCTETS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Tache:
    """Un travail et ce qu'il faut pour ranger son résultat. `duree_s` : celle du son."""

    travail: Travail
    duree_s: float
    provenance: Provenance


def transcrire(
    etude: Etude, *, sources: Sequence[str] | None = None, suivi: Suivi = silencieux
) -> Bilan:
    """Transcrit les enregistrements inventoriés (de `sources`, ou tous) qui ne le sont pas encore.

    Refuse, par son nom, une source dont une personne n'a pas consenti à l'enregistrement. Lève
    `ErreurAudio` si le modèle manque ou si son empreinte diffère.
    """
    corrections = lire_corrections(etude)
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        inventaire = inventorier_dans(etude, entrepot, registre)
        anomalies = [a for a in inventaire.anomalies if sources is None or a.objet in sources]
        a_faire, passes, refus = _choisir(etude, entrepot, registre, sources, corrections)
        anomalies.extend(refus)
        faits: list[str] = []
        for issue in _derouler(etude.reglages, entrepot, a_faire, suivi):
            (anomalies if isinstance(issue, Anomalie) else faits).append(issue)  # type: ignore[arg-type]
        corriges = corriger_dans(etude, entrepot, registre, corrections, sources=faits)
        messages = (*corriges.messages, *_dire_doutes(entrepot, faits))
        return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies), messages)


def _dire_doutes(entrepot: Entrepot, sources: Sequence[str]) -> Iterator[str]:
    """Combien de passages des sources transcrites attendent d'être écoutés."""
    with entrepot.lire() as cx:
        doutes = [d for d in verifications.lire(cx) if d.source_id in sources]
    restants = [d for d in doutes if d.doute.etat is EtatDoute.A_VERIFIER]
    if restants:
        combien = len({d.source_id for d in restants})
        yield (
            f"{len(restants)} passages à vérifier dans {combien} enregistrements :"
            " « recherche verifier » dit où écouter."
        )


def nombre_de_processus(reglages: Reglages, taches: int, modele: Path) -> int:
    """Processus à lancer : le réglage, sinon un par cœur tant que la mémoire le permet.

    Jamais plus que de tâches. Un processus est compté pour 1,2 Go et deux fois la taille du modèle.
    """
    voulus = reglages.transcription.processus or min(_coeurs(), _places_en_memoire(modele))
    return max(1, min(voulus, taches))


def _places_en_memoire(modele: Path) -> int:
    """Combien de processus tiennent dans les trois quarts de la mémoire ; sans limite si on l'ignore."""
    try:
        memoire = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return _coeurs()
    besoin = PROCESSUS_OCTETS + 2 * (modele / "model.bin").stat().st_size
    return int(0.75 * memoire // besoin)


def _coeurs() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _choisir(
    etude: Etude,
    entrepot: Entrepot,
    registre: Registre,
    voulues: Sequence[str] | None,
    corrections: Corrections,
) -> tuple[list[_Tache], list[str], list[Anomalie]]:
    """Ce qui reste à transcrire, ce qui l'est déjà, ce que le registre ou l'inventaire interdit.

    Sans `voulues`, une source déjà transcrite puis relue n'est pas refaite pour un réglage changé.
    """
    with entrepot.lire() as cx:
        sons = _par_source(fichiers(cx))
        automatiques = [v for v in transcriptions.versions(cx) if v.nature == transcriptions.AUTOMATIQUE]
        relues = {s for s, v in transcriptions.courantes(cx).items() if v.nature == transcriptions.RELUE}
    faites = {v.cle for v in automatiques}
    gardees = relues & {v.source_id for v in automatiques} if voulues is None else set()
    a_faire, passes = [], []
    refus = list(_inconnues(registre, voulues))
    modele = modeles.trouver(etude.reglages.transcription.modele) if sons else None
    for source in registre.sources:
        if voulues is not None and source.id not in voulues:
            continue
        if source.id not in sons:
            refus.extend(_sans_son(source, voulues))
        elif (interdit := refus_sans_consentement(source, "transcrit")) is not None:
            refus.append(interdit)
        else:
            assert modele is not None
            tache = _tache(etude, source, sons[source.id], modele, corrections)
            if tache.travail.cle in faites or source.id in gardees:
                passes.append(source.id)
            else:
                a_faire.append(tache)
    return sorted(a_faire, key=lambda t: -t.duree_s), passes, refus


def _par_source(inventaire: Iterable[FichierSon]) -> dict[str, list[FichierSon]]:
    groupes: dict[str, list[FichierSon]] = {}
    for fichier in inventaire:
        if fichier.utilisable and fichier.source_id is not None:
            groupes.setdefault(fichier.source_id, []).append(fichier)
    return groupes


def _inconnues(registre: Registre, voulues: Sequence[str] | None) -> Iterator[Anomalie]:
    connues = {source.id for source in registre.sources}
    for identifiant in voulues or ():
        if identifiant not in connues:
            yield Anomalie(
                identifiant,
                f"« {identifiant} » n'est pas au registre.",
                "Vérifiez l'identifiant : « recherche etat » les montre.",
            )


def _sans_son(source: Source, voulues: Sequence[str] | None) -> Iterator[Anomalie]:
    if voulues is not None:
        yield Anomalie(
            source.id,
            f"{source.id} n'a pas d'enregistrement utilisable.",
            "« recherche inventorier » dit pourquoi.",
        )


def refus_sans_consentement(source: Source, quoi: str) -> Anomalie | None:
    """L'anomalie d'une source dont quelqu'un n'a pas consenti à l'enregistrement ; None sinon."""
    if source.enregistrement_consenti:
        return None
    sans = [p.locuteur for p in source.participants if p.consentement.enregistrement is not True]
    feuille = "Ateliers" if isinstance(source, Atelier) else "Entretiens"
    return Anomalie(
        source.id,
        f"{source.id} n'est pas {quoi} : pas de consentement à l'enregistrement"
        f" pour {', '.join(sans) or 'ses participants'}.",
        f"Notez le consentement dans la feuille « {feuille} » du registre s'il a été donné.",
    )


def _tache(
    etude: Etude, source: Source, sons: list[FichierSon], modele: Path, corrections: Corrections
) -> _Tache:
    from recherche.audio.transcription import amorce_etude, mots_cles_de

    reglages = etude.reglages.transcription
    atelier = isinstance(source, Atelier)
    nombre = len(source.participants) if atelier else reglages.locuteurs_entretien
    voulue = reglages.amorce if reglages.amorce is not None else _grand(modele)
    amorce = amorce_etude(etude.reglages) if voulue and not reglages.mots_cles else None
    mots_cles = (
        mots_cles_de(termes_a_souffler(etude.reglages, source, corrections))
        if reglages.mots_cles
        else None
    )
    outil = version_de("faster-whisper")
    dits = asdict(reglages) | {"processus": None, "nombre": nombre, "amorce": amorce}
    dits |= {"empreinte_modele": empreinte_memorisee(modele / "model.bin")}
    duree = sum(son.mesure.duree_s for son in sons if son.mesure is not None)
    travail = Travail(
        cle=cle("transcription/1", [son.empreinte for son in sons], dits, outil),
        source_id=source.id,
        fichiers=tuple(etude.enregistrements / son.chemin for son in sons),
        modele=modele,
        reglages=reglages,
        genre="atelier" if atelier else "entretien",
        nombre=nombre or None,
        amorce=amorce,
        questions=tuple(q for p in etude.reglages.profils for t in p.guide for q in t.questions),
        confiance_minimale=etude.reglages.seuils.confiance_mot,
        mots_cles=mots_cles,
    )
    provenance = Provenance("faster-whisper", outil, datetime.now(UTC), dits | {"termes": mots_cles})
    return _Tache(travail, duree, provenance)


def termes_a_souffler(reglages: Reglages, source: Source, corrections: Corrections) -> list[str]:
    """Ce qu'on risque d'entendre : les gens et les lieux de la source, les sigles, puis le glossaire."""
    territoires = {t.code: t.nom for t in reglages.territoires}
    noms = [(p.prenom, p.nom, p.quartier, p.structure) for p in source.participants]
    dits = [nom for groupe in noms for nom in groupe if nom]
    dits += [territoires[source.territoire], *reglages.noms_locaux.sigles]
    return [*dits, *corrections.glossaire.termes]


def _grand(modele: Path) -> bool:
    """Vrai pour un modèle que l'amorce aide ; elle dégrade ceux de la taille de « base »."""
    return (modele / "model.bin").stat().st_size >= GRAND_MODELE_OCTETS


def _derouler(
    reglages: Reglages, entrepot: Entrepot, taches: Sequence[_Tache], suivi: Suivi
) -> Iterator[str | Anomalie]:
    """Lance la file, range blocs et transcriptions à mesure ; rend chaque source finie ou refusée."""
    if not taches:
        return
    par_cle = {tache.travail.cle: tache for tache in taches}
    total = sum(tache.duree_s for tache in taches)
    avances = dict.fromkeys(par_cle, 0.0)
    with entrepot.lire() as cx:
        deja = {c: transcriptions.blocs(cx, c) for c in par_cle}
    processus = nombre_de_processus(reglages, len(taches), taches[0].travail.modele)
    fils = max(1, _coeurs() // processus)
    suivi(Avancement(ETAPE, "", 0, total, "s"))
    for message in travailler([t.travail for t in taches], deja, processus=processus, fils=fils):
        tache = par_cle[message.cle]
        identifiant = tache.travail.source_id
        if isinstance(message, Bloc):
            _ranger_bloc(entrepot, identifiant, message)
            avances[message.cle] = min(message.fin_s, tache.duree_s)
        else:
            avances[message.cle] = tache.duree_s
            yield _conclure(entrepot, tache, message)
        suivi(Avancement(ETAPE, identifiant, sum(avances.values()), total, "s"))


def _ranger_bloc(entrepot: Entrepot, source_id: str, bloc: Bloc) -> None:
    if bloc.deja_fait:
        return
    with entrepot.ecrire(ETAPE) as ecriture:
        transcriptions.poser_bloc(
            ecriture.cx,
            source_id=source_id,
            cle=bloc.cle,
            indice=bloc.indice,
            debut_s=bloc.debut_s,
            fin_s=bloc.fin_s,
            mots=bloc.mots,
        )
        verifications.poser_doutes(
            ecriture.cx,
            source_id=source_id,
            cle=bloc.cle,
            indice=bloc.indice,
            doutes=bloc.doutes,
        )


def _conclure(entrepot: Entrepot, tache: _Tache, message: Fin | Echec) -> str | Anomalie:
    identifiant = tache.travail.source_id
    if isinstance(message, Echec):
        return Anomalie(identifiant, f"{identifiant} : {message.message}", message.remede)
    dits = dict(tache.provenance.reglages) | {"chevauchements": message.chevauchements}
    provenance = replace(tache.provenance, reglages=dits)
    transcription = Transcription(identifiant, message.tours, provenance)
    with entrepot.ecrire(ETAPE) as ecriture:
        transcriptions.ajouter_version(
            ecriture, transcription, nature=transcriptions.AUTOMATIQUE, cle=message.cle
        )
        transcriptions.effacer_blocs(ecriture.cx, identifiant)
        cles = [v.cle for v in transcriptions.versions(ecriture.cx) if v.source_id == identifiant]
        verifications.oublier_perimes(ecriture.cx, identifiant, garder=cles)
    return identifiant
