"""Qui parle, corrigé par une personne : voir, renommer, fusionner, scinder, rediariser.

Chaque changement est une version de plus, au journal, que « recherche annuler » défait ; le texte ne
change pas d'un caractère, et la revue signée reste valable.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from recherche.echanges.rttm import lire_rttm
from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot.sources import fichiers
from recherche.erreurs import ErreurEchange
from recherche.etapes.deriver import deriver
from recherche.etapes.locuteurs import selon_le_registre
from recherche.etapes.seance import registre_reporte, seance
from recherche.modele.entretien import Atelier, Source
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import Tour, TourDeParole, Transcription, fusionner_tours
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "locuteurs"
ETIQUETTE = re.compile(r"ENQ|ENT|ANI|[A-Z]{1,2}\d{1,2}")
Changer = Callable[[Transcription, Source], Sequence[Tour]]


@dataclass(frozen=True, slots=True)
class Voix:
    """Un locuteur d'une transcription ; `personne` : qui c'est selon le registre, s'il le dit.

    `part` : de son temps de parole (ou de ses mots, sans temps), de 0 à 1 ; `tours` : numéros, dès 1.
    """

    locuteur: str
    personne: str
    tours: tuple[int, ...]
    mots: int
    part: float
    debut: str


def voix(etude: Etude, source_id: str) -> tuple[Voix, ...]:
    """Les locuteurs de la version courante d'une source. Lève `ErreurEchange`."""
    source = _source(etude, source_id)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        version = transcriptions.courantes(cx).get(source_id)
        if version is None:
            raise _pas_transcrite(source_id)
        texte = transcriptions.lire(cx, version.id)
    poids = {qui: sum(map(_poids, _de(texte, qui))) for qui in texte.locuteurs()}
    total = sum(poids.values()) or 1.0
    return tuple(
        Voix(
            locuteur=qui,
            personne=_personne(qui, source),
            tours=tuple(i for i, t in enumerate(texte.tours, 1) if t.locuteur == qui),
            mots=sum(len(t.mots) for t in _de(texte, qui)),
            part=poids[qui] / total,
            debut=" ".join(m.texte for m in _de(texte, qui)[0].mots[:12]),
        )
        for qui in texte.locuteurs()
    )


def renommer(
    etude: Etude, source_id: str, noms: Mapping[str, str], *, auteur: str | None = None
) -> Bilan:
    """Donne à des locuteurs leur étiquette (ENT, P3…) ; un prénom du registre donne la sienne.

    Lève `ErreurEchange` : locuteur inconnu, étiquette qui serait un nom, deux locuteurs confondus.
    """

    def changer(texte: Transcription, source: Source) -> Sequence[Tour]:
        _connus(texte, noms)
        etiquettes = {qui: _etiquette(nom, source) for qui, nom in noms.items()}
        tous = [etiquettes.get(qui, qui) for qui in texte.locuteurs()]
        if len(set(tous)) < len(tous):
            raise ErreurEchange(
                f"{source_id} : deux locuteurs porteraient la même étiquette.",
                "Pour n'en faire qu'un : « recherche locuteurs SOURCE --fusionner L1,L2 ».",
            )
        return texte.renommer(etiquettes).tours

    dit = ", ".join(f"{qui} est {nom}" for qui, nom in noms.items())
    return _changer(etude, source_id, "renommer", changer, dit, auteur)


def fusionner(
    etude: Etude, source_id: str, locuteurs: Sequence[str], *, auteur: str | None = None
) -> Bilan:
    """Fait de plusieurs locuteurs le premier d'entre eux ; leurs tours voisins sont réunis.

    Lève `ErreurEchange` si l'un est inconnu, ou s'il n'y en a pas deux.
    """

    def changer(texte: Transcription, _: Source) -> Sequence[Tour]:
        _connus(texte, locuteurs)
        if len(set(locuteurs)) < 2:
            raise ErreurEchange(
                "Il faut au moins deux locuteurs à fusionner.", "Écrivez --fusionner L1,L2."
            )
        return fusionner_tours(texte.renommer(dict.fromkeys(locuteurs, locuteurs[0])).tours)

    return _changer(etude, source_id, "fusionner", changer, ", ".join(locuteurs), auteur)


def scinder(
    etude: Etude,
    source_id: str,
    tours: Collection[int],
    nouveau: str,
    *,
    auteur: str | None = None,
) -> Bilan:
    """Donne des tours (numéros, dès 1) à un autre locuteur, nouveau ou non.

    Lève `ErreurEchange` : tour qui n'existe pas, étiquette qui serait un nom.
    """

    def changer(texte: Transcription, source: Source) -> Sequence[Tour]:
        absents = sorted(set(tours) - set(range(1, len(texte.tours) + 1)))
        if absents or not tours:
            raise ErreurEchange(
                f"{source_id} n'a pas de tour {', '.join(map(str, absents)) or 'à scinder'}.",
                f"Ses tours vont de 1 à {len(texte.tours)} : « recherche locuteurs {source_id} ».",
            )
        qui = _etiquette(nouveau, source)
        return fusionner_tours(
            replace(tour, locuteur=qui) if rang in tours else tour
            for rang, tour in enumerate(texte.tours, 1)
        )

    dit = f"{len(tours)} tours à {nouveau}"
    return _changer(etude, source_id, "scinder", changer, dit, auteur)


def rediariser(
    etude: Etude,
    source_id: str,
    nombre: int | tuple[int, int] | None,
    *,
    auteur: str | None = None,
) -> Bilan:
    """Refait « qui parle » d'après le son, sans retranscrire ; `nombre` connu, borné ou inconnu.

    Lève `ErreurEchange` sans enregistrement ou sans temps, `ErreurAudio` si le son ne se lit pas.
    """
    from recherche.audio.chaine import diariseur_de

    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        sons = [f.chemin for f in fichiers(cx) if f.utilisable and f.source_id == source_id]
    if not sons:
        raise ErreurEchange(
            f"{source_id} n'a pas d'enregistrement utilisable.",
            "« recherche inventorier » dit pourquoi.",
        )
    chemins = tuple(etude.enregistrements / chemin for chemin in sons)
    parole = diariseur_de(etude.reglages.transcription, 1).diariser(chemins, nombre)
    dit = f"{len({t.locuteur for t in parole})} voix entendues"
    return _changer(etude, source_id, "rediariser", _selon(etude, parole, nommer=True), dit, auteur)


def depuis_rttm(etude: Etude, source_id: str, fichier: Path, *, auteur: str | None = None) -> Bilan:
    """Attribue les mots d'après un fichier RTTM fait ailleurs. Lève `ErreurEchange`."""
    try:
        octets = fichier.read_bytes()
    except OSError as erreur:
        raise ErreurEchange(
            f"{fichier} ne se lit pas : {erreur.strerror}.", "Vérifiez le chemin du fichier."
        ) from erreur
    parole = lire_rttm(octets, fichier)
    if not parole:
        raise ErreurEchange(
            f"{fichier} ne contient aucun tour de parole.", "Ses lignes commencent par « SPEAKER »."
        )
    changer = _selon(etude, _etiqueter(parole), nommer=True)
    return _changer(etude, source_id, "rttm", changer, fichier.name, auteur)


def _selon(etude: Etude, parole: Sequence[TourDeParole], *, nommer: bool) -> Changer:
    """Attribue les mots à qui parle alors, en gardant le thème de chacun."""

    def changer(texte: Transcription, source: Source) -> Sequence[Tour]:
        from recherche.audio import attribution

        if texte.duree_s is None:
            raise ErreurEchange(
                f"{source.id} n'a pas de temps : ses mots ne se rapprochent pas du son.",
                f"Donnez-lui ses temps avec « recherche aligner {source.id} ».",
            )
        themes = [tour.theme for tour in texte.tours for _ in tour.mots]
        mots = [mot for tour in texte.tours for mot in tour.mots]
        tours = attribution.attribuer(mots, parole)
        if nommer:
            genre = "atelier" if isinstance(source, Atelier) else "entretien"
            questions = [q for p in etude.reglages.profils for t in p.guide for q in t.questions]
            noms = attribution.nommer(tours, genre=genre, questions=questions)  # type: ignore[arg-type]
            tours = tuple(replace(t, locuteur=noms.get(t.locuteur, t.locuteur)) for t in tours)
        suite = iter(themes)
        un_a_un = (Tour(tour.locuteur, (mot,), next(suite)) for tour in tours for mot in tour.mots)
        return fusionner_tours(un_a_un)

    return changer


def _etiqueter(parole: Sequence[TourDeParole]) -> list[TourDeParole]:
    """Les mêmes, sous L1, L2… : un RTTM peut nommer les gens."""
    noms: dict[str, str] = {}
    return [replace(t, locuteur=noms.setdefault(t.locuteur, f"L{len(noms) + 1}")) for t in parole]


def _changer(
    etude: Etude, source_id: str, quoi: str, changer: Changer, dit: str, auteur: str | None
) -> Bilan:
    """Fait une version de plus de la version courante. Lève `ErreurEchange`, `ErreurEntrepot`."""
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        source = next((s for s in registre.sources if s.id == source_id), None)
        with entrepot.ecrire(f"{ETAPE} : {quoi} {source_id}", auteur=auteur) as ecriture:
            version = transcriptions.courantes(ecriture.cx).get(source_id)
            if version is None or source is None:
                raise _pas_transcrite(source_id)
            texte = transcriptions.lire(ecriture.cx, version.id)
            tours = tuple(changer(texte, source))
            if tours == texte.tours:
                return Bilan(ETAPE, passes=(source_id,))
            deriver(ecriture, version, texte, tours, reglages={"locuteurs": quoi})
    return Bilan(ETAPE, (f"{source_id} : {quoi} ({dit})",))


def _connus(texte: Transcription, locuteurs: Collection[str]) -> None:
    absents = [qui for qui in locuteurs if qui not in texte.locuteurs()]
    if absents:
        raise ErreurEchange(
            f"{texte.source_id} n'a pas de locuteur {', '.join(absents)}.",
            f"Ses locuteurs : {', '.join(texte.locuteurs())}.",
        )


def _etiquette(nom: str, source: Source) -> str:
    """L'étiquette d'un nom du registre, ou l'étiquette telle quelle. Lève `ErreurEchange`."""
    etiquette = selon_le_registre(nom, source)
    if not ETIQUETTE.fullmatch(etiquette):
        raise ErreurEchange(
            f"« {nom} » n'est ni une étiquette ni une personne de {source.id} au registre.",
            "Écrivez ENQ, ENT, ANI, P1, L1… : le texte se pseudonymise, pas les étiquettes.",
        )
    return etiquette


def _personne(locuteur: str, source: Source) -> str:
    for personne in source.participants:
        if personne.locuteur == locuteur:
            noms = [personne.prenom, personne.nom, personne.fonction]
            return " ".join(nom for nom in noms if nom)
    return ""


def _source(etude: Etude, source_id: str) -> Source:
    source = next((s for s in lire_registre(etude).sources if s.id == source_id), None)
    if source is None:
        raise ErreurEchange(
            f"« {source_id} » n'est pas au registre.",
            "Vérifiez l'identifiant : « recherche etat » les montre.",
        )
    return source


def _pas_transcrite(source_id: str) -> ErreurEchange:
    return ErreurEchange(
        f"{source_id} n'est pas transcrit, ou n'est pas au registre.",
        f"Vérifiez l'identifiant, ou lancez « recherche transcrire {source_id} ».",
    )


def _de(texte: Transcription, qui: str) -> list[Tour]:
    return [tour for tour in texte.tours if tour.locuteur == qui]


def _poids(tour: Tour) -> float:
    """Secondes de parole d'un tour ; son nombre de mots s'il n'a pas de temps."""
    if tour.debut_s is None:
        return float(len(tour.mots))
    return sum((mot.fin_s or 0.0) - (mot.debut_s or 0.0) for mot in tour.mots)
