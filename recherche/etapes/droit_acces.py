"""Droit d'accès : réunir tout ce que l'étude tient sur une personne, dans une archive à lui remettre."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from recherche.entrepot import retrait, sorties, transcriptions
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes import retrait_fichiers as fichiers
from recherche.etapes.phrase import Demander, phrase_secrete
from recherche.etapes.pseudonymiser import fichier_cle
from recherche.etapes.seance import seance
from recherche.langue import coffre
from recherche.modele.entretien import Atelier, Source
from recherche.modele.fichiers import DATE_ARCHIVE, ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "droit-acces"
Contenus = dict[str, bytes]


def droit_acces(
    etude: Etude,
    identifiant: str,
    *,
    vers: Path | None = None,
    son: bool = False,
    cle: bool = False,
    demander: Demander | None = None,
) -> Bilan:
    """Écrit l'archive de tout ce qui est tenu sur une source (`exports/prive/acces-ID.zip`).

    Registre, transcriptions (toutes versions), revues, codages, toute autre ligne de la base, exports,
    publications, citations du guide ; `son` : les enregistrements ; `cle` : les pseudonymes (demande la
    phrase). Lève `ErreurConfidentialite` si l'étude ne connaît pas la source.
    """
    phrase = ""
    if cle and fichier_cle(etude).exists():
        phrase = phrase_secrete(etude, demander, nouvelle=False)
    with seance(etude, ETAPE, retrait_en_cours=True) as entrepot, entrepot.lire() as cx:
        source = next((s for s in lire_registre(etude).sources if s.id == identifiant), None)
        if source is None and not retrait.existe(cx, identifiant):
            raise ErreurConfidentialite(
                f"« {identifiant} » n'est ni au registre ni dans la base de cette étude.",
                "Vérifiez l'identifiant : « recherche etat » montre ceux de l'étude.",
            )
        contenus = _base(cx, identifiant)
        if source is not None:
            contenus["registre.json"] = _json(asdict(source))
        contenus |= _fichiers(etude, cx, identifiant, source, son=son)
        if phrase:
            contenus["pseudonymes.json"] = _pseudonymes(etude, cx, identifiant, phrase)
        contenus["lisez-moi.txt"] = _lisez_moi(etude, cx, identifiant, contenus).encode("utf-8")
        cible = vers or etude.exports / "prive" / f"acces-{identifiant}.zip"
        etude.exports.mkdir(exist_ok=True)
        if vers is None:
            cible.parent.mkdir(mode=0o700, exist_ok=True)
        ecrire_atomique(cible, _archive(contenus), mode=0o600)
        with entrepot.ecrire(ETAPE) as ecriture:
            if retrait.existe(ecriture.cx, identifiant):
                sorties.noter(ecriture, "droit d'accès", [(identifiant, cible.name)])
    messages = [f"{len(contenus)} fichiers ; relisez l'archive avant de la remettre, puis effacez-la."]
    if isinstance(source, Atelier):
        messages.append("C'est un atelier : masquez d'abord les propos des autres participants.")
    return Bilan(ETAPE, (str(cible),), messages=tuple(messages))


def _json(valeur: object) -> bytes:
    return (json.dumps(valeur, ensure_ascii=False, indent=1, default=str) + "\n").encode("utf-8")


def _base(cx: Connection, identifiant: str) -> Contenus:
    """Chaque table en JSON (textes JSON dépliés), et les transcriptions lisibles."""
    contenus = {
        f"base/{table}.json": _json([_deplier(ligne) for ligne in lignes])
        for table, lignes in retrait.lignes(cx, identifiant).items()
    }
    for version in transcriptions.versions(cx):
        if version.source_id == identifiant:
            nom = f"transcriptions/version-{version.numero}-{version.nature}.txt"
            contenus[nom] = _lisible(transcriptions.lire(cx, version.id))
    for pseudo in transcriptions.pseudonymisees(cx, identifiant).values():
        texte = transcriptions.lire_pseudonymisee(cx, pseudo.id)
        contenus["transcriptions/pseudonymisee.txt"] = _lisible(texte)
    return contenus


def _lisible(texte: Transcription | TranscriptionPseudonymisee) -> bytes:
    return "".join(f"{tour.locuteur} : {tour.texte}\n" for tour in texte.tours).encode("utf-8")


def _deplier(ligne: Mapping[str, Any]) -> dict[str, Any]:
    return {nom: _valeur(valeur) for nom, valeur in ligne.items()}


def _valeur(valeur: object) -> object:
    if isinstance(valeur, str) and valeur[:1] in "[{":
        try:
            return json.loads(valeur)
        except ValueError:
            return valeur
    return valeur


def _fichiers(
    etude: Etude, cx: Connection, identifiant: str, source: Source | None, *, son: bool
) -> Contenus:
    sons = fichiers.sons(etude, retrait.sons(cx, identifiant), source)
    nommes = fichiers.nommes(etude, identifiant)
    siens = [
        f
        for f in nommes
        if f not in sons
        and not f.is_relative_to(etude.enregistrements)
        and not f.name.startswith("acces-")
        and f.suffix not in (".wav", ".pics")
    ]
    voulus = [*siens, *(sons if son else ())]
    contenus = {f"fichiers/{f.relative_to(etude.chemin).as_posix()}": f.read_bytes() for f in voulus}
    traces = fichiers.Traces.de(identifiant, source, [t.texte for t in retrait.tours(cx, identifiant)])
    cites = fichiers.chapitres(etude, traces.propos, {})
    if cites:
        lignes = [f"{c.chemin} : {c.citations} passage(s) de la personne" for c in cites]
        contenus["guide.txt"] = ("\n".join(lignes) + "\n").encode("utf-8")
    return contenus


def _pseudonymes(etude: Etude, cx: Connection, identifiant: str, phrase: str) -> bytes:
    """Les formes de la clé que ses textes emploient, et ce qui les remplace."""
    entrees = coffre.lire(fichier_cle(etude), phrase).entrees
    employees = sorted(
        {
            ligne[4]
            for p in transcriptions.pseudonymisees(cx, identifiant).values()
            for ligne in p.correspondance
        }
    )
    return _json(
        [
            {"forme": list(entrees[rang].originaux), "remplacée par": entrees[rang].pseudonyme}
            for rang in employees
            if rang < len(entrees)
        ]
    )


def _lisez_moi(etude: Etude, cx: Connection, identifiant: str, contenus: Contenus) -> str:
    publies = [f"  - version {v}, du {d}" for v, d in retrait.publications(cx, identifiant)]
    exportes = [f"  - {s.chemin}, le {s.date[:10]}, par {s.auteur}" for s in sorties.de(cx, identifiant)]
    lignes = [
        f"Ce que l'étude « {etude.titre} » tient sur {identifiant}.",
        f"Responsable : {etude.reglages.etude.organisme}.",
        "",
        "Publications qui ont compté cette personne (ses propos n'y sont jamais nommés) :",
        *(publies or ["  - aucune"]),
        "Exports faits de ses transcriptions :",
        *(exportes or ["  - aucun"]),
        "",
        "Contenu de l'archive :",
        *(f"  - {nom}" for nom in sorted(contenus)),
    ]
    return "\n".join(lignes) + "\n"


def _archive(contenus: Contenus) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as archive:
        for nom in sorted(contenus):
            archive.writestr(zipfile.ZipInfo(nom, DATE_ARCHIVE), contenus[nom])
    return tampon.getvalue()
