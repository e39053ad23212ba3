"""Mesurer l'accord entre codeurs et en faire rapport."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from recherche.codage.accord import GRAINE, TIRAGES, Accord, mesurer_accord
from recherche.codage.grille import lire_grille
from recherche.codage.report import reporter
from recherche.codage.unites import Jugements, Maille, Unite, cadre, juger
from recherche.echanges.rapport import en_docx, en_xlsx
from recherche.entrepot import Entrepot, accords, suites, transcriptions
from recherche.entrepot.accords import UniteTiree
from recherche.erreurs import ErreurCodage
from recherche.etapes.rapport_accord import composer
from recherche.etapes.seance import seance
from recherche.etapes.tables import Situation, situation
from recherche.modele.codage import Codage, Grille, Origine
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "accord"


@dataclass(frozen=True)
class Mesure:
    """Un accord mesuré, la grille d'alors et les textes des sources comparées."""

    accord: Accord
    grille: Grille
    textes: Mapping[str, TranscriptionPseudonymisee]
    maille: Maille
    echantillon: str | None
    ecartees: int


def accord(
    etude: Etude,
    *,
    codeurs: Sequence[str] | None = None,
    maille: str = Maille.PHRASE,
    echantillon: str | None = None,
    tirages: int = TIRAGES,
    graine: int = GRAINE,
) -> Accord:
    """L'accord des codeurs (tous ceux qui ont des entretiens communs, si aucun n'est donné).

    Sans `echantillon`, toutes les unités des entretiens que deux codeurs au moins ont codés ; avec, les
    seules unités tirées (voir `etapes.fiches`). Lève `ErreurCodage` s'il n'y a rien à comparer.
    """
    return mesurer(
        etude,
        codeurs=codeurs,
        maille=maille,
        echantillon=echantillon,
        tirages=tirages,
        graine=graine,
    ).accord


def mesurer(
    etude: Etude,
    *,
    codeurs: Sequence[str] | None = None,
    maille: str = Maille.PHRASE,
    echantillon: str | None = None,
    tirages: int = TIRAGES,
    graine: int = GRAINE,
) -> Mesure:
    """`accord`, avec ce qu'il faut pour l'écrire."""
    grille = lire_grille(etude.fichier_grille)
    etat = situation(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        if echantillon is None:
            jugements, textes, ecartees = _entretiens(etat, entrepot, grille, codeurs, Maille(maille))
        else:
            jugements, textes, ecartees = _tires(etat, entrepot, grille, codeurs, echantillon)
            with entrepot.lire() as cx:
                maille = accords.echantillons(cx)[echantillon].maille
    mesure = mesurer_accord(jugements, grille, tirages=tirages, graine=graine)
    return Mesure(mesure, grille, textes, Maille(maille), echantillon, ecartees)


def lectures(codages: Sequence[Codage]) -> dict[str, set[str]]:
    """Les sources que chaque codeur a lues : celles où il a posé un code, hors fiches et accord.

    Une source qu'il aurait lue sans rien y coder n'est pas connue : elle compte comme non lue.
    """
    lues: dict[str, set[str]] = {}
    for codage in codages:
        if codage.origine not in (Origine.FICHE, Origine.ACCORD):
            lues.setdefault(codage.codeur, set()).add(codage.source_id)
    return lues


def retenir_codeurs(connus: Collection[str], codeurs: Sequence[str] | None) -> list[str]:
    """Les codeurs voulus, ou tous. Lève `ErreurCodage` si l'un d'eux n'a rien codé."""
    inconnus = [codeur for codeur in codeurs or () if codeur not in connus]
    if inconnus:
        raise ErreurCodage(
            f"{', '.join(inconnus)} : ce codeur n'a rien codé dans cette étude.",
            f"Codeurs connus : {', '.join(sorted(connus)) or 'aucun'}.",
        )
    return sorted(connus) if codeurs is None else list(dict.fromkeys(codeurs))


def _entretiens(
    etat: Situation,
    entrepot: Entrepot,
    grille: Grille,
    codeurs: Sequence[str] | None,
    maille: Maille,
) -> tuple[Jugements, dict[str, TranscriptionPseudonymisee], int]:
    """Les unités des entretiens que deux des codeurs au moins ont codés."""
    lues = lectures(etat.codages)
    voulus = retenir_codeurs(lues, codeurs)
    nombre = {s: sum(s in lues[c] for c in voulus) for c in voulus for s in lues[c]}
    communes = sorted(source for source, lecteurs in nombre.items() if lecteurs >= 2)
    utiles = [codeur for codeur in voulus if lues[codeur] & set(communes)]
    textes = _textes(etat, entrepot, communes)
    poses = [c for c in etat.codages if c.origine not in (Origine.FICHE, Origine.ACCORD)]
    unites = cadre(textes.values(), maille=maille)
    codes = [code.id for code in grille.codes()]
    return juger(poses, unites, codeurs=utiles, codes=codes, lues=lues), textes, 0


def _tires(
    etat: Situation,
    entrepot: Entrepot,
    grille: Grille,
    codeurs: Sequence[str] | None,
    nom: str,
) -> tuple[Jugements, dict[str, TranscriptionPseudonymisee], int]:
    """Les unités d'un échantillon ; une fiche rendue vaut lecture de toutes, même laissées vides."""
    with entrepot.lire() as cx:
        connus = accords.echantillons(cx)
        if nom not in connus:
            raise ErreurCodage(
                f"Il n'y a pas d'échantillon « {nom} ».",
                f"Tirés : {', '.join(connus) or 'aucun'} ; « recherche echantillon » en tire un.",
            )
        tirees, rendues = accords.unites_tirees(cx, nom), accords.codeurs_rendus(cx, nom)
    sources = sorted({unite.source_id for unite in tirees})
    lues = {codeur: lues & set(sources) for codeur, lues in lectures(etat.codages).items()}
    lues |= {codeur: set(sources) for codeur in rendues}
    lues = {codeur: siennes for codeur, siennes in lues.items() if siennes}
    textes = _textes(etat, entrepot, sources)
    unites = placer(entrepot, etat, tirees, textes)
    poses = [
        c
        for c in etat.codages
        if c.origine != Origine.ACCORD and (c.origine == Origine.FICHE) == (c.codeur in rendues)
    ]
    codes = [code.id for code in grille.codes()]
    voulus = retenir_codeurs(lues, codeurs)
    jugements = juger(poses, unites, codeurs=voulus, codes=codes, lues=lues)
    return jugements, textes, len(tirees) - len(unites)


def placer(
    entrepot: Entrepot,
    etat: Situation,
    tirees: Sequence[UniteTiree],
    textes: Mapping[str, TranscriptionPseudonymisee],
) -> list[Unite]:
    """Les unités tirées, dans les textes courants ; celles dont le texte a changé sont écartées."""
    placees: list[Unite] = []
    anciens: dict[int, str] = {}
    for tiree in tirees:
        extrait = tiree.extrait
        courant = textes.get(tiree.source_id)
        if courant is None:
            continue
        if etat.pseudonymisees[tiree.source_id].id != tiree.version_id:
            if tiree.version_id not in anciens:
                with entrepot.lire() as cx:
                    ancienne = transcriptions.lire_pseudonymisee(cx, tiree.version_id)
                anciens[tiree.version_id] = ancienne.texte
            reporte = reporter(anciens[tiree.version_id], courant.texte, [extrait])[0].nouveau
            if reporte is None:
                continue
            extrait = reporte
        placees.append(Unite(tiree.source_id, extrait.debut, extrait.fin, tiree.tour))
    return placees


def _textes(
    etat: Situation, entrepot: Entrepot, sources: Sequence[str]
) -> dict[str, TranscriptionPseudonymisee]:
    with entrepot.lire() as cx:
        return {
            source: transcriptions.lire_pseudonymisee(cx, etat.pseudonymisees[source].id)
            for source in sources
            if source in etat.pseudonymisees
        }


def rapport(
    etude: Etude,
    *,
    codeurs: Sequence[str] | None = None,
    maille: str = Maille.PHRASE,
    echantillon: str | None = None,
    tirages: int = TIRAGES,
    graine: int = GRAINE,
    jour: date | None = None,
) -> Bilan:
    """Écrit `exports/accord/accord.xlsx` et `.docx` (ou `accord-NOM` pour un échantillon).

    Lève `ErreurCodage` s'il n'y a rien à comparer.
    """
    mesure = mesurer(
        etude,
        codeurs=codeurs,
        maille=maille,
        echantillon=echantillon,
        tirages=tirages,
        graine=graine,
    )
    compose = composer(
        mesure.accord,
        mesure.grille,
        mesure.textes,
        titre_etude=etude.titre,
        maille=mesure.maille,
        echantillon=echantillon,
        jour=jour or date.today(),  # noqa: DTZ011
    )
    nom = "accord" if echantillon is None else f"accord-{echantillon}"
    faits = []
    with seance(etude, ETAPE) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        for suffixe, octets in (("xlsx", en_xlsx(compose)), ("docx", en_docx(compose))):
            fichier = etude.exports / "accord" / f"{nom}.{suffixe}"
            ecrire_atomique(fichier, octets, mode=0o600)
            chemin = fichier.relative_to(etude.chemin).as_posix()
            empreinte = suites.empreinte_fichier(fichier)
            suites.poser_document(ecriture, chemin=chemin, cle=ETAPE, empreinte=empreinte)
            faits.append(chemin)
    return Bilan(ETAPE, tuple(faits), messages=tuple(_messages(mesure)))


def _messages(mesure: Mesure) -> list[str]:
    from recherche.etapes.rapport_accord import dire_mesures

    accord = mesure.accord
    messages = [
        f"{', '.join(accord.codeurs)} : {len(accord.sources)} entretiens, {accord.unites} "
        f"{mesure.maille.value}s, {accord.tirages} tirages (graine {accord.graine})",
        *dire_mesures(accord),
    ]
    verdicts = accord.conseils["verdict"].value_counts()
    messages.append(
        "codes : " + ", ".join(f"« {verdict} » {nombre}" for verdict, nombre in verdicts.items())
    )
    if mesure.ecartees:
        messages.append(f"{mesure.ecartees} unités tirées ont changé de texte : elles sont écartées.")
    return messages
