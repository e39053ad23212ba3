"""Importer ce que des personnes ont fait ailleurs : transcriptions relues, revues signées, codages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from recherche.codage import ancrage
from recherche.codage.grille import lire_grille
from recherche.echanges import importation, lecture
from recherche.echanges.importation import CodageImporte, CodagesImportes, RevueImportee
from recherche.entrepot import Entrepot, codages, suites, transcriptions
from recherche.entrepot.transcriptions import VersionPseudonymisee
from recherche.erreurs import ErreurCodage, ErreurEchange, ErreurRecherche
from recherche.etapes.locuteurs import nommer_locuteurs
from recherche.etapes.seance import cle, registre_reporte, seance
from recherche.etapes.transcrire import refus_sans_consentement
from recherche.langue.correspondance import Correspondance
from recherche.modele.codage import Codage, Extrait, Grille, Origine
from recherche.modele.serialisation import tours_en_json
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

Lu = TypeVar("Lu")


def importer_transcriptions(
    etude: Etude, fichiers: Sequence[Path], *, suivi: Suivi = silencieux
) -> Bilan:
    """Ajoute des transcriptions relues comme nouvelles versions ; passe celles déjà importées.

    Tout format de `echanges.lecture` ; les locuteurs prennent leur nom d'usage (ENT, P1…).
    Ce qu'un logiciel a transcrit seul (JSON de Whisper) est une version automatique. Lève
    `ErreurEchange` (fichier, tour, clé) sur un fichier mal formé : rien n'est alors importé.
    """
    etape = "importer des transcriptions"
    lues = _lire_toutes(fichiers, lecture.lire, etape, suivi)
    with seance(etude, etape) as entrepot:
        registre = registre_reporte(etude, entrepot)
        inscrites = {source.id: source for source in registre.sources}
        faits, passes, anomalies, messages = [], [], [], []
        with entrepot.ecrire(etape) as ecriture:
            presentes = {s: v.cle for s, v in transcriptions.courantes(ecriture.cx).items()}
            for lue in lues:
                transcription, identifiant = lue, lue.source_id
                if identifiant in inscrites:
                    transcription, noms = nommer_locuteurs(lue, inscrites[identifiant], etude)
                    messages += _dire_noms(identifiant, noms)
                empreinte = _cle_relue(transcription)
                if identifiant not in inscrites:
                    anomalies.append(_source_inconnue(identifiant))
                elif refus := refus_sans_consentement(inscrites[identifiant], "importé"):
                    anomalies.append(refus)
                elif presentes.get(identifiant) == empreinte:
                    passes.append(identifiant)
                else:
                    nature = _nature(transcription)
                    transcriptions.ajouter_version(ecriture, transcription, nature=nature, cle=empreinte)
                    faits.append(identifiant)
    return Bilan(etape, tuple(faits), tuple(passes), tuple(anomalies), tuple(messages))


def _faite_ailleurs(transcription: Transcription) -> bool:
    provenance = transcription.provenance
    return provenance.outil == "import" and provenance.version in lecture.LECTEURS


def _nature(transcription: Transcription) -> str:
    seul = _faite_ailleurs(transcription) and transcription.provenance.version == "whisper"
    return transcriptions.AUTOMATIQUE if seul else transcriptions.RELUE


def _dire_noms(identifiant: str, noms: Mapping[str, str]) -> list[str]:
    if not noms:
        return []
    dits = ", ".join(f"« {ecrit} » est {nom}" for ecrit, nom in noms.items())
    return [f"{identifiant} : {dits}. Vérifiez, et corrigez l'étiquette dans le fichier au besoin."]


def _cle_relue(transcription: Transcription) -> str:
    return cle("relue/1", transcription.source_id, tours_en_json(transcription.tours))


def importer_revues(etude: Etude, fichiers: Sequence[Path], *, suivi: Suivi = silencieux) -> Bilan:
    """Ajoute des revues signées ; chacune doit porter sur le texte exact de la version courante."""
    etape = "importer des revues"
    lues = _lire_toutes(fichiers, importation.lire_revue, etape, suivi)
    with seance(etude, etape) as entrepot, entrepot.ecrire(etape) as ecriture:
        courantes = transcriptions.courantes(ecriture.cx)
        presentes = transcriptions.revues(ecriture.cx)
        faits, passes, anomalies = [], [], []
        for revue in lues:
            version = courantes.get(revue.source_id)
            if version is None or version.empreinte != revue.empreinte:
                anomalies.append(_revue_perimee(revue))
                continue
            mentions = tuple({"debut": m.debut, "fin": m.fin, "type": m.type} for m in revue.mentions)
            connue = presentes.get(version.id)
            if connue is not None and (connue.mentions, connue.relecteur) == (mentions, revue.relecteur):
                passes.append(revue.source_id)
                continue
            transcriptions.ajouter_revue(
                ecriture,
                version_id=version.id,
                relecteur=revue.relecteur,
                second_relecteur=revue.second_relecteur,
                date=revue.date.isoformat(),
                mentions=mentions,
            )
            faits.append(revue.source_id)
    return Bilan(etape, tuple(faits), tuple(passes), tuple(anomalies))


def importer_codages(etude: Etude, fichiers: Sequence[Path], *, suivi: Suivi = silencieux) -> Bilan:
    """Ajoute des codages donnés par citation, ancrés dans la version pseudonymisée courante.

    Lève `ErreurCodage` avec toutes les fautes (citation introuvable, code inconnu, nature absente ou
    double) : rien n'est alors importé.
    """
    etape = "importer des codages"
    grille = lire_grille(etude.fichier_grille)
    with seance(etude, etape) as entrepot:
        cles = _cles_codages(entrepot, fichiers, grille)
        with entrepot.lire() as cx:
            connus = {chemin: document.cle for chemin, document in suites.documents(cx).items()}
        nouveaux = [f for f in fichiers if connus.get(_nom_codages(f)) != cles[f]]
        passes = tuple(fichier.name for fichier in fichiers if fichier not in nouveaux)
        lus = _lire_toutes(nouveaux, importation.lire_codages, etape, suivi)
        versions, ancres, anomalies = _ancrer_tous(entrepot, lus)
        ancrage.verifier(ancres, grille)
        with entrepot.ecrire(etape) as ecriture:
            codages.synchroniser_grille(ecriture, grille)
            codages.ajouter(ecriture, ancres, versions)
            for fichier in nouveaux if not anomalies else ():
                suites.poser_document(
                    ecriture, chemin=_nom_codages(fichier), cle=cles[fichier], empreinte=""
                )
    faits = tuple(fichier.name for fichier in nouveaux)
    message = f"{len(ancres)} codages de {len(versions)} sources"
    return Bilan(etape, faits, passes, tuple(anomalies), (message,) if faits else ())


def _nom_codages(fichier: Path) -> str:
    return f"codages importés : {fichier.name}"


def _cles_codages(entrepot: Entrepot, fichiers: Sequence[Path], grille: Grille) -> dict[Path, str]:
    """Ce dont dépend l'import de chaque fichier : ses octets, les versions codées, la grille."""
    with entrepot.lire() as cx:
        versions = sorted(v.id for v in transcriptions.pseudonymisees(cx).values())
    return {f: cle("codages/1", suites.empreinte_fichier(f), versions, grille) for f in fichiers}


def _ancrer_tous(
    entrepot: Entrepot, lus: Sequence[CodagesImportes]
) -> tuple[dict[str, int], list[Codage], list[Anomalie]]:
    """Les codages ancrés et la version pseudonymisée de chaque source ; ce qui manque."""
    date = datetime.now(UTC)
    versions: dict[str, int] = {}
    ancres: list[Codage] = []
    anomalies: dict[str, Anomalie] = {}
    fautes: list[str] = []
    with entrepot.lire() as cx:
        pseudonymisees = transcriptions.pseudonymisees(cx)
        for source_id, liste in _regrouper(lus).items():
            pseudo = pseudonymisees.get(source_id)
            if pseudo is None:
                anomalies[source_id] = _sans_pseudonymes(source_id)
                continue
            versions[source_id] = pseudo.id
            brute = transcriptions.lire(cx, pseudo.version_id)
            texte = transcriptions.lire_pseudonymisee(cx, pseudo.id)
            for importe in liste:
                try:
                    extrait = _ancrer(importe, brute, texte, pseudo)
                except ErreurCodage as erreur:
                    fautes.append(erreur.message)
                    continue
                for code in importe.codes:
                    origine = Origine.IMPORT
                    ancres.append(Codage(source_id, extrait, code, importe.codeur, origine, date))
    if fautes:
        raise ErreurCodage(
            f"{len(fautes)} citation(s) ne s'ancrent pas :" + "".join(f"\n  - {f}" for f in fautes),
            "Corrigez-les dans le fichier de codages ; rien n'a été importé.",
        )
    return versions, ancres, list(anomalies.values())


def _regrouper(lus: Sequence[CodagesImportes]) -> dict[str, list[CodageImporte]]:
    groupes: dict[str, list[CodageImporte]] = {}
    for fichier in lus:
        for importe in fichier.codages:
            groupes.setdefault(importe.source_id, []).append(importe)
    return groupes


def _ancrer(
    importe: CodageImporte,
    brute: Transcription,
    texte: TranscriptionPseudonymisee,
    pseudo: VersionPseudonymisee,
) -> Extrait:
    """L'extrait pseudonymisé d'une citation de la transcription relue (ou, à défaut, pseudonymisée)."""
    try:
        brut = ancrage.ancrer(brute, importe.tour, importe.citation)
    except ErreurCodage:
        return ancrage.ancrer(texte, importe.tour, importe.citation)
    correspondance = Correspondance(pseudo.correspondance)
    debut, fin = correspondance.vers_pseudonymise(brut.debut, brut.fin)
    return Extrait.dans(texte.texte, debut, fin)


def _lire_toutes(
    fichiers: Sequence[Path], lire: Callable[[Path], Lu], etape: str, suivi: Suivi
) -> list[Lu]:
    """Lit tous les fichiers avant d'en importer un ; toutes leurs fautes à la fois."""
    lus, fautes = [], []
    for rang, fichier in enumerate(fichiers):
        try:
            lus.append(lire(fichier))
        except ErreurRecherche as erreur:
            fautes.append(erreur)
        suivi(Avancement(etape, fichier.name, rang + 1, len(fichiers), "fichiers"))
    if fautes:
        premier = fautes[0]
        raise type(premier)("\n".join(f.message for f in fautes), premier.remede)
    return lus


def _source_inconnue(identifiant: str) -> Anomalie:
    return Anomalie(
        identifiant,
        f"{identifiant} n'est pas au registre : sa transcription n'est pas importée.",
        "Ajoutez sa ligne à registre.xlsx, ou corrigez l'identifiant dans le fichier.",
    )


def _revue_perimee(revue: RevueImportee) -> Anomalie:
    return Anomalie(
        revue.source_id,
        f"{revue.source_id} : la revue signée ne porte pas sur la version courante de la transcription.",
        "Refaites la revue sur la version courante : un texte changé doit être relu.",
    )


def _sans_pseudonymes(identifiant: str) -> Anomalie:
    return Anomalie(
        identifiant,
        f"{identifiant} n'a pas encore de version pseudonymisée : ses codages ne sont pas importés.",
        "Lancez « recherche pseudonymiser », puis réimportez ces codages.",
    )


def rassembler(
    chemins: Sequence[Path], *, extensions: Collection[str] = frozenset({".json"})
) -> list[Path]:
    """Les fichiers désignés, et ceux des dossiers qui ont l'une des `extensions`.

    Lève `ErreurEchange` si un chemin manque, ou s'il n'y a rien à importer.
    """
    fichiers: list[Path] = []
    for chemin in chemins:
        if not chemin.exists():
            raise ErreurEchange(
                f"{chemin} n'existe pas.", "Vérifiez le chemin du fichier ou du dossier."
            )
        fichiers.extend(_contenus(chemin, extensions) if chemin.is_dir() else [chemin])
    if not fichiers:
        raise ErreurEchange(
            f"Aucun fichier {', '.join(sorted(extensions))} à importer.",
            "Désignez un fichier, ou le dossier qui les contient.",
        )
    return fichiers


def _contenus(dossier: Path, extensions: Collection[str]) -> list[Path]:
    """Les fichiers d'un dossier, sans ceux que Word et LibreOffice posent pendant qu'on y travaille."""
    return sorted(
        fichier
        for fichier in dossier.iterdir()
        if fichier.suffix.casefold() in extensions and not fichier.name.startswith((".", "~$"))
    )
