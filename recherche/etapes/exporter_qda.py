"""Exporter les codages : projet REFI-QDA, grille QDC, tableaux pour R, passages, corpus IRaMuTeQ."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pandas as pd
from sqlalchemy import Connection

from recherche import __version__
from recherche.codage.grille import lire_grille
from recherche.codage.passage import Passage, grouper
from recherche.echanges.iramuteq import PassageCode, passages_en_iramuteq
from recherche.echanges.refi_qda_archive import ecrire_archive
from recherche.echanges.refi_qda_grille import grille_en_qdc, noms_uniques
from recherche.entrepot import codages, sorties, suites, transcriptions
from recherche.erreurs import ErreurEchange
from recherche.etapes.projet_qda import ProjetComplet, projet_de
from recherche.etapes.seance import registre_reporte, seance
from recherche.etapes.tables import variables
from recherche.modele.codage import Codage, Grille
from recherche.modele.entretien import Registre
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.publication.formats import en_csv, en_xlsx
from recherche.reglages import Etude

ETAPE = "exporter"
PROJET = "projet.qdpx"
QDPX = "qdpx"


@dataclass(frozen=True)
class Matiere:
    """Ce qu'on exporte : grille, textes et codages retenus des sources voulues."""

    etude: Etude
    registre: Registre
    grille: Grille
    textes: Mapping[str, TranscriptionPseudonymisee]
    codages: Mapping[str, tuple[Codage, ...]]
    attributs: Mapping[str, Mapping[str, str]]

    def codes(self) -> list[str]:
        """Les codes de la grille, puis ceux qu'elle n'a plus et que des codages portent encore."""
        connus = [code.id for code in self.grille.codes()]
        poses = {codage.code for liste in self.codages.values() for codage in liste}
        return [*connus, *sorted(poses - set(connus))]

    def passages(self) -> Iterator[Passage]:
        """Les passages codés, par source, place et codeur."""
        for source, texte in self.textes.items():
            yield from grouper(self.grille, self.codages.get(source, ()), texte.texte)


Fabrique = Callable[[Matiere], dict[str, bytes]]


def _qdc(matiere: Matiere) -> dict[str, bytes]:
    titre = matiere.etude.reglages.etude.titre
    return {"grille.qdc": grille_en_qdc(matiere.grille, titre, origine=f"recherche {__version__}")}


def _code_cas(matiere: Matiere) -> dict[str, bytes]:
    """Présence (0/1) et effectifs : une ligne par source, une colonne par code, au nom que R admet."""
    codes = matiere.codes()
    colonnes = {code: code.replace("-", "_") for code in codes}
    lignes = []
    for source in matiere.textes:
        vus = {(c.code, c.extrait.debut, c.extrait.fin) for c in matiere.codages.get(source, ())}
        comptes = dict.fromkeys(codes, 0)
        for code, *_ in vus:
            comptes[code] += 1
        attributs = matiere.attributs.get(source, {})
        lignes.append({"source_id": source, **attributs} | {colonnes[c]: n for c, n in comptes.items()})
    effectifs = pd.DataFrame(lignes)
    presence = effectifs.copy()
    for colonne in colonnes.values():
        presence[colonne] = (effectifs[colonne] > 0).astype("int64")
    return {
        "code-cas-effectifs.csv": en_csv(effectifs),
        "code-cas-presence.csv": en_csv(presence),
        "codes.csv": en_csv(_dictionnaire(matiere, colonnes)),
    }


def _dictionnaire(matiere: Matiere, colonnes: Mapping[str, str]) -> pd.DataFrame:
    """Ce que veut dire chaque colonne : code, nom, famille."""
    noms = noms_uniques(matiere.grille)
    natures = {code.id for code in matiere.grille.natures}
    lignes = []
    for code, colonne in colonnes.items():
        famille = matiere.grille.famille_de(code)
        dite = "nature du propos" if code in natures else famille.nom if famille else "hors grille"
        lignes.append({"colonne": colonne, "code": code, "nom": noms.get(code, code), "famille": dite})
    return pd.DataFrame(lignes)


def _passages(matiere: Matiere) -> dict[str, bytes]:
    """Les passages codés en classeur, une ligne par passage et codeur, et la grille."""
    natures = {code.id for code in matiere.grille.natures}
    noms = noms_uniques(matiere.grille)
    niveau = matiere.etude.reglages.etude.niveau_territoire
    lignes = []
    for p in matiere.passages():
        texte = matiere.textes[p.source_id]
        attributs = matiere.attributs.get(p.source_id, {})
        lignes.append(
            {
                "source_id": p.source_id,
                niveau: attributs.get(niveau, ""),
                "profil": attributs.get("profil", ""),
                "locuteur": texte.tours[texte.tour_a(p.extrait.debut)].locuteur,
                "codeur": p.codeur,
                "thèmes": ", ".join(noms.get(c, c) for c in p.codes if c not in natures),
                "nature": ", ".join(noms.get(c, c) for c in p.codes if c in natures),
                "passage": p.texte.replace("\n", " "),
                "codes": ", ".join(p.codes),
                "début": p.extrait.debut,
                "fin": p.extrait.fin,
            }
        )
    colonnes = ["source_id", niveau, "profil", "locuteur", "codeur", "thèmes", "nature", "passage"]
    table = pd.DataFrame(lignes, columns=[*colonnes, "codes", "début", "fin"])
    grille = _dictionnaire(matiere, {code: code for code in matiere.codes()}).drop(columns="colonne")
    return {"passages.xlsx": en_xlsx({"Passages": table, "Codes": grille})}


def _iramuteq(matiere: Matiere) -> dict[str, bytes]:
    passages = (
        PassageCode(p.source_id, matiere.attributs.get(p.source_id, {}), p.codeur, p.codes, p.texte)
        for p in matiere.passages()
    )
    return {"passages.iramuteq.txt": passages_en_iramuteq(passages, matiere.codes())}


FABRIQUES: Mapping[str, Fabrique] = MappingProxyType(
    {"qdc": _qdc, "code-cas": _code_cas, "passages": _passages, "iramuteq-codes": _iramuteq}
)
FORMATS_CODAGES = (QDPX, *FABRIQUES)


def exporter_codages(
    etude: Etude,
    *,
    formats: Sequence[str],
    sources: Sequence[str] | None = None,
    prive: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Écrit dans `exports/codages/` un fichier (ou quelques-uns) par format, pour toutes les sources.

    `prive` ne vaut que pour qdpx : textes bruts, sons et attributs, dans `exports/prive/`. Un fichier
    inchangé n'est pas réécrit. Lève `ErreurEchange` si `prive` va avec un autre format.
    """
    if prive and set(formats) != {QDPX}:
        raise ErreurEchange(
            "Avec --prive, seul le format qdpx emporte les codages : les autres sont pseudonymisés.",
            "Lancez « recherche exporter --format qdpx --prive », puis les autres sans --prive.",
        )
    faits: list[str] = []
    passes: list[str] = []
    avis: list[str] = []
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        with entrepot.lire() as cx:
            presentes = transcriptions.pseudonymisees(cx)
            voulues = [s for s in (sources or sorted(presentes)) if s in presentes]
            anomalies = [_absente(source) for source in sources or () if source not in presentes]
            if not voulues:
                return Bilan(ETAPE, anomalies=tuple(anomalies) or (_vide(),))
            for rang, (fichier, nouveau) in enumerate(
                _ecrits(etude, cx, registre, voulues, formats, avis, prive=prive), start=1
            ):
                chemin = fichier.relative_to(etude.chemin).as_posix()
                (faits if nouveau else passes).append(chemin)
                suivi(Avancement(ETAPE, fichier.name, rang, max(rang, len(formats)), "fichiers"))
        nouveaux = [(source, f) for f in faits if not f.endswith(".qdc") for source in voulues]
        if nouveaux:
            with entrepot.ecrire(ETAPE) as ecriture:
                sorties.noter(ecriture, "privé" if prive else "pseudonymisé", nouveaux)
    return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies), tuple(avis))


def _ecrits(
    etude: Etude,
    cx: Connection,
    registre: Registre,
    voulues: Sequence[str],
    formats: Sequence[str],
    avis: list[str],
    *,
    prive: bool,
) -> Iterator[tuple[Path, bool]]:
    dossier = etude.exports / ("prive" if prive else "codages")
    etude.exports.mkdir(exist_ok=True)
    dossier.mkdir(mode=0o700, exist_ok=True)
    if QDPX in formats:
        complet = projet_de(etude, cx, registre, voulues=voulues, prive=prive)
        avis += _avertir(complet.hors_plan)
        yield ecrire_projet(complet, dossier / PROJET)
    if autres := [fmt for fmt in formats if fmt != QDPX]:
        matiere = matiere_de(etude, cx, registre, voulues)
        for fmt in autres:
            for nom, octets in FABRIQUES[fmt](matiere).items():
                fichier = dossier / nom
                if fichier.is_file() and fichier.read_bytes() == octets:
                    yield fichier, False
                    continue
                ecrire_atomique(fichier, octets, mode=0o600)
                yield fichier, True


def _avertir(sources: Sequence[str]) -> Iterator[str]:
    if sources:
        noms = ", ".join(sources[:8]) + ("…" if len(sources) > 8 else "")
        yield (
            f"{len(sources)} textes ont un signe que NVivo pour Windows compte double (emoji…) : leurs"
            f" passages peuvent s'y décaler d'un caractère ({noms})."
        )


def ecrire_projet(complet: ProjetComplet, fichier: Path) -> tuple[Path, bool]:
    """Écrit le projet QDPX, d'un coup ; rend le fichier, et vrai s'il a changé."""
    descripteur, nom = tempfile.mkstemp(prefix=f".{fichier.name}.", dir=fichier.parent)
    provisoire = Path(nom)
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            ecrire_archive(complet.membres(), sortie)
        connu = fichier.is_file() and suites.empreinte_fichier(fichier)
        if connu == suites.empreinte_fichier(provisoire):
            return fichier, False
        provisoire.replace(fichier)
    finally:
        provisoire.unlink(missing_ok=True)
    return fichier, True


def matiere_de(etude: Etude, cx: Connection, registre: Registre, voulues: Sequence[str]) -> Matiere:
    """Ce que les formats autres que qdpx emportent des sources `voulues`."""
    presentes = transcriptions.pseudonymisees(cx)
    reference = etude.reglages.codage.codeur_reference
    poses: dict[str, list[Codage]] = {}
    for codage in codages.lire(cx, version_ids=[presentes[source].id for source in voulues]):
        if not reference or codage.codeur == reference:
            poses.setdefault(codage.source_id, []).append(codage)
    return Matiere(
        etude,
        registre,
        lire_grille(etude.fichier_grille),
        {s: transcriptions.lire_pseudonymisee(cx, presentes[s].id) for s in sorted(voulues)},
        {source: tuple(liste) for source, liste in poses.items()},
        variables(etude, registre),
    )


def _absente(source: str) -> Anomalie:
    return Anomalie(
        source,
        f"{source} n'a pas de version pseudonymisée : elle n'est pas dans l'export.",
        "Vérifiez l'identifiant, ou lancez « recherche pseudonymiser ».",
    )


def _vide() -> Anomalie:
    return Anomalie(
        "l'étude",
        "Aucune source n'est pseudonymisée : il n'y a rien à exporter.",
        "Lancez « recherche pseudonymiser ».",
    )
