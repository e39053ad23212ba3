"""Réconcilier plusieurs codeurs : voir les points, décider, faire la version accordée.

Ce que chacun a posé reste à lui. Une décision garde les avis de tous et ce qu'on a retenu ; la version
accordée d'un entretien, d'origine propre, est faite quand tous ses points sont décidés.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from sqlalchemy import Connection

from recherche.codage.grille import lire_grille
from recherche.codage.passage import grouper
from recherche.codage.reconciliation import AUCUN, Choix, Ecart, Point, decrire, retenir, reunir
from recherche.echanges.points import (
    CODES,
    DECISION,
    MOTIF,
    POINT,
    DecisionLue,
    ecrire_points,
    lire_decisions,
)
from recherche.entrepot import Entrepot, accords, codages, transcriptions
from recherche.entrepot.base import Ecriture
from recherche.erreurs import ErreurCodage, ErreurRecherche
from recherche.etapes.accord import lectures, retenir_codeurs
from recherche.etapes.seance import seance
from recherche.modele.codage import Extrait, Grille, Origine
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Bilan
from recherche.reglages import Etude

ETAPE = "réconcilier"
CODEUR_ACCORD = "accord"
CLASSEUR = "reconciliation.xlsx"
MONTRES = 8


@dataclass(frozen=True, slots=True)
class PointVu:
    """Un point et ce qu'on en a décidé (None : rien encore). `texte` : de son début à sa fin."""

    point: Point
    version_id: int
    texte: str
    choix: Choix | None


def points(
    etude: Etude, *, sources: Sequence[str] | None = None, codeurs: Sequence[str] | None = None
) -> list[PointVu]:
    """Les points des entretiens que deux des codeurs au moins ont codés, par source et position."""
    grille = lire_grille(etude.fichier_grille)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return _points(cx, grille, sources, codeurs)


def table_points(
    etude: Etude,
    *,
    sources: Sequence[str] | None = None,
    codeurs: Sequence[str] | None = None,
    tous: bool = True,
) -> pd.DataFrame:
    """Une ligne par point ; `tous` faux : ceux qui restent à décider.

    Colonnes : point (début de sa clé), entretien, écart (« accord », sinon « code, nature »…), debut,
    fin, texte, « ce que chacun a posé », puis décision, autres codes et motif, s'ils sont donnés.
    """
    vus = points(etude, sources=sources, codeurs=codeurs)
    return _table([vu for vu in vus if tous or vu.choix is None])


def decider(
    etude: Etude,
    point: str,
    retenu: str,
    *,
    codes: Sequence[str] = (),
    motif: str = "",
    codeurs: Sequence[str] | None = None,
) -> Point:
    """Décide d'un point, désigné par le début de sa clé ; change la décision s'il y en avait une.

    `retenu` : le codeur dont on garde les passages, ou « aucun » ; `codes` : d'autres codes à y mettre ;
    `codeurs` : ceux qu'on compare, comme pour `table_points`.
    Lève `ErreurCodage` si le point est inconnu ou ambigu, ou si la règle de codage n'est pas suivie.
    """
    grille = lire_grille(etude.fichier_grille)
    with seance(etude, ETAPE) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        vus = _points(ecriture.cx, grille, None, codeurs)
        vu = _designer(vus, point)
        _decider(ecriture, vu, Choix(retenu, tuple(codes), motif), grille)
    return vu.point


def reconcilier(
    etude: Etude,
    *,
    codeurs: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    bornes: str | None = None,
    decisions: Path | None = None,
) -> Bilan:
    """Décide ce qui peut l'être, écrit ce qui reste, fait les versions accordées des entretiens finis.

    Les points où tous sont d'accord se décident seuls ; ceux qui ne diffèrent que par leurs bornes, si
    `bornes` dit de quel codeur les prendre. `decisions` : un classeur rempli. Ce qui reste va dans
    `exports/accord/reconciliation.xlsx`. Lève `ErreurCodage` ou `ErreurEchange` sans rien écrire si une
    décision ne convient pas.
    """
    grille = lire_grille(etude.fichier_grille)
    lues = [] if decisions is None else lire_decisions(decisions)
    with seance(etude, ETAPE) as entrepot:
        with entrepot.ecrire(ETAPE) as ecriture:
            codages.synchroniser_grille(ecriture, grille)
            vus = _points(ecriture.cx, grille, sources, codeurs)
            prises = _decider_lues(ecriture, vus, lues, grille)
            seuls = _decider_seuls(ecriture, vus, grille, bornes)
        with entrepot.ecrire("version accordée") as ecriture:
            vus = _points(ecriture.cx, grille, sources, codeurs)
            faites, anomalies = _accorder(ecriture, vus, grille)
        restent = [vu for vu in vus if vu.choix is None]
        fichier = etude.exports / "accord" / CLASSEUR
        noms = sorted({p.codeur for vu in vus for p in vu.point.avis})
        ecrire_atomique(fichier, ecrire_points(_table(restent), [*noms, AUCUN]), mode=0o600)
    messages = _messages(vus, restent, prises, seuls)
    messages.append(
        f"à décider : {fichier.relative_to(etude.chemin).as_posix()} ({len(restent)} points)"
    )
    return Bilan(ETAPE, tuple(faites), anomalies=tuple(anomalies), messages=tuple(messages))


def _messages(vus: Sequence[PointVu], restent: Sequence[PointVu], prises: int, seuls: int) -> list[str]:
    comptes = {"accord": sum(not vu.point.ecarts for vu in vus)}
    comptes |= {ecart.value: sum(ecart in vu.point.ecarts for vu in vus) for ecart in Ecart}
    dits = ", ".join(f"{nom} {nombre}" for nom, nombre in comptes.items())
    sources = sorted({vu.point.source_id for vu in restent})
    suite = "…" if len(sources) > MONTRES else ""
    return [
        f"{len(vus)} points ({dits} ; un point peut avoir plusieurs écarts)",
        f"décidés : {prises} par le classeur, {seuls} d'eux-mêmes",
        *([f"inachevés : {', '.join(sources[:MONTRES])}{suite}"] if sources else []),
    ]


def _points(
    cx: Connection, grille: Grille, sources: Sequence[str] | None, codeurs: Sequence[str] | None
) -> list[PointVu]:
    versions = {s: p.id for s, p in transcriptions.pseudonymisees(cx).items()}
    poses = codages.lire(cx, version_ids=versions.values())
    lues = lectures(poses)
    voulus = retenir_codeurs(lues, codeurs)
    choix = _choix(cx)
    vus: list[PointVu] = []
    for source in sorted(sources if sources is not None else versions):
        lecteurs = [codeur for codeur in voulus if source in lues[codeur]]
        if len(lecteurs) < 2:
            continue
        siens = [
            c
            for c in poses
            if c.source_id == source
            and c.codeur in lecteurs
            and c.origine not in (Origine.FICHE, Origine.ACCORD)
        ]
        texte = transcriptions.lire_pseudonymisee(cx, versions[source]).texte
        for point in reunir(grouper(grille, siens, texte), grille, lecteurs=lecteurs):
            extrait = texte[point.debut : point.fin]
            vus.append(PointVu(point, versions[source], extrait, choix.get((source, point.cle))))
    return vus


def _choix(cx: Connection) -> dict[tuple[str, str], Choix]:
    """Ce qu'on a décidé, par source et clé de point ; le plus récent."""
    pris = {}
    for decision in accords.decisions(cx):
        retenu = json.loads(decision.retenu)
        choix = Choix(retenu["retenu"], tuple(retenu["codes"]), decision.motif)
        pris[decision.source_id, decision.cle] = choix
    return pris


def _designer(vus: Sequence[PointVu], point: str) -> PointVu:
    trouves = [vu for vu in vus if vu.point.cle.startswith(point)] if point else []
    if len(trouves) != 1:
        raise ErreurCodage(
            f"« {point} » désigne {len(trouves)} points.",
            "Donnez le début de sa clé : « recherche.table_points(etude) » ou « recherche reconcilier "
            "».",
        )
    return trouves[0]


def _decider(ecriture: Ecriture, vu: PointVu, choix: Choix, grille: Grille) -> bool:
    passages = retenir(vu.point, choix, grille)
    retenu = {
        "retenu": choix.retenu,
        "codes": list(choix.codes),
        "passages": [[e.debut, e.fin, list(codes)] for e, codes in passages.items()],
    }
    valeurs = {
        "avis": json.dumps([decrire(p) for p in vu.point.avis], ensure_ascii=False),
        "retenu": json.dumps(retenu, ensure_ascii=False),
        "motif": choix.motif,
    }
    return accords.poser_decision(
        ecriture,
        source_id=vu.point.source_id,
        version_id=vu.version_id,
        cle=vu.point.cle,
        valeurs=valeurs,
    )


def _decider_lues(
    ecriture: Ecriture, vus: Sequence[PointVu], lues: Iterable[DecisionLue], grille: Grille
) -> int:
    """Les décisions du classeur. Lève `ErreurCodage` avec toutes les fautes."""
    prises, fautes = 0, []
    for lue in lues:
        try:
            choix = Choix(lue.retenu, lue.codes, lue.motif)
            prises += _decider(ecriture, _designer(vus, lue.point), choix, grille)
        except ErreurRecherche as erreur:
            fautes.append(erreur.message)
    if fautes:
        detail = "".join(f"\n  - {faute}" for faute in fautes)
        raise ErreurCodage(
            f"{len(fautes)} décision(s) ne conviennent pas.{detail}",
            "Corrigez-les dans le classeur ; aucune n'a été prise. Un point inconnu a changé depuis : "
            "relancez « recherche reconcilier » pour un classeur à jour.",
        )
    return prises


def _decider_seuls(
    ecriture: Ecriture, vus: Sequence[PointVu], grille: Grille, bornes: str | None
) -> int:
    nombre = 0
    deja = _choix(ecriture.cx)
    for vu in vus:
        if (vu.point.source_id, vu.point.cle) in deja:
            continue
        if not vu.point.ecarts:
            choix = Choix(vu.point.avis[0].codeur, motif="accord de tous")
        elif bornes and vu.point.ecarts == (Ecart.PASSAGE,) and vu.point.de(bornes):
            choix = Choix(bornes, motif=f"mêmes codes : bornes de {bornes}")
        else:
            continue
        nombre += _decider(ecriture, vu, choix, grille)
    return nombre


def _accorder(
    ecriture: Ecriture, vus: Sequence[PointVu], grille: Grille
) -> tuple[list[str], list[Anomalie]]:
    """Fait les versions accordées des sources dont tous les points sont décidés."""
    faites, anomalies = [], []
    par_source: dict[str, list[PointVu]] = {}
    for vu in vus:
        par_source.setdefault(vu.point.source_id, []).append(vu)
    for source, siens in par_source.items():
        if any(vu.choix is None for vu in siens):
            continue
        try:
            codes = _passages_accordes(siens, grille)
        except ErreurRecherche as erreur:
            anomalies.append(Anomalie(source, f"{source} : {erreur.message}", erreur.remede))
            continue
        if accords.remplacer_accord(
            ecriture,
            source_id=source,
            version_id=siens[0].version_id,
            codeur=CODEUR_ACCORD,
            codes=codes,
        ):
            faites.append(source)
    return faites, anomalies


def _passages_accordes(vus: Sequence[PointVu], grille: Grille) -> Mapping[Extrait, tuple[str, ...]]:
    retenus: dict[Extrait, tuple[str, ...]] = {}
    for vu in vus:
        if vu.choix is not None:
            retenus |= retenir(vu.point, vu.choix, grille)
    return retenus


def _table(vus: Sequence[PointVu]) -> pd.DataFrame:
    colonnes = [POINT, "entretien", "écart", "debut", "fin", "texte", "ce que chacun a posé"]
    colonnes += [DECISION, CODES, MOTIF]
    lignes = [
        (
            vu.point.cle[:10],
            vu.point.source_id,
            ", ".join(vu.point.ecarts) or "accord",
            vu.point.debut,
            vu.point.fin,
            vu.texte.replace("\n", " "),
            _avis(vu),
            vu.choix.retenu if vu.choix else "",
            ", ".join(vu.choix.codes) if vu.choix else "",
            vu.choix.motif if vu.choix else "",
        )
        for vu in vus
    ]
    return pd.DataFrame(lignes, columns=colonnes)


def _avis(vu: PointVu) -> str:
    """« B : FORM-ORIENT, NAT-MANQUE « les mots… » », une ligne par passage ; « C : rien »."""
    lignes = []
    for codeur in vu.point.lecteurs:
        siens = vu.point.de(codeur)
        lignes += [f"{codeur} : {', '.join(p.codes)} « {_court(p.texte)} »" for p in siens]
        if not siens:
            lignes.append(f"{codeur} : rien")
    return "\n".join(lignes)


def _court(texte: str) -> str:
    plat = texte.replace("\n", " ")
    return plat if len(plat) <= 90 else f"{plat[:45]} […] {plat[-40:]}"
