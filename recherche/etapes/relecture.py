"""Relire une transcription à plusieurs, en l'écoutant : le brouillon, ses changements, la version relue.

Ces étapes n'attendent pas le verrou de l'étude : on relit pendant qu'on transcrit. Chacune est une seule
transaction, et la base n'en mène qu'une à la fois.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from recherche import __version__
from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot import relecture as rangement
from recherche.entrepot.base import maintenant
from recherche.entrepot.relecture import Brouillon, Changement, TourRelu
from recherche.entrepot.transcriptions import AUTOMATIQUE, RELUE, Version
from recherche.erreurs import ErreurConfidentialite, ErreurEchange, ErreurRecherche
from recherche.etapes.dater import datee, reporter_temps
from recherche.etapes.seance import cle
from recherche.etapes.transcrire import refus_sans_consentement
from recherche.modele.entretien import Entretien, Source
from recherche.modele.provenance import Provenance
from recherche.modele.serialisation import tours_en_json
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import ANIMATEUR, ENQUETE, ENQUETEUR, Mot, Tour, Transcription
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "relire"
NATURES = ("texte", "scinder", "réunir", "locuteur", "inaudible", "relu", "annuler", "refaire")
LOCUTEUR = re.compile(r"[A-Z]{1,4}\d{0,2}")
_ID = re.compile(r"[A-Za-z0-9-]{1,40}")


class ErreurConflit(ErreurRecherche):
    """Un autre a changé ces tours depuis : `tours` sont ceux du brouillon, `auteur` celui d'avant."""

    def __init__(self, message: str, remede: str, *, auteur: str, tours: Sequence[TourRelu]) -> None:
        super().__init__(message, remede)
        self.auteur = auteur
        self.tours = tuple(tours)


@dataclass(frozen=True, slots=True)
class Demande:
    """Remplacer des tours qui se suivent (identifiant, rev vue) par d'autres."""

    relecture: int
    auteur: str
    nature: str
    retires: tuple[tuple[str, int], ...]
    ajoutes: tuple[TourRelu, ...]


@dataclass(frozen=True, slots=True)
class Ouverte:
    """Une relecture ouverte. `nature` : celle de la version de départ ; `perimee` : une autre a suivi.

    `defaisables` : les numéros que cet auteur peut défaire, dans l'ordre ; `locuteurs` : les étiquettes
    du registre.
    """

    brouillon: Brouillon
    nature: str
    perimee: bool
    locuteurs: tuple[str, ...]
    defaisables: tuple[int, ...]


def ouvrir(etude: Etude, source_id: str, *, auteur: str) -> Ouverte:
    """La relecture en cours de la source ; elle commence sur sa version courante s'il n'y en a pas.

    Lève `ErreurConfidentialite` sans consentement à l'enregistrement, `ErreurEchange` si la source est
    inconnue ou n'est pas transcrite.
    """
    source = source_consentie(etude, source_id)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        cx = ecriture.cx
        versions = [v for v in transcriptions.versions(cx) if v.source_id == source_id]
        courante = transcriptions.courantes(cx).get(source_id)
        if courante is None:
            raise ErreurEchange(
                f"{source_id} n'est pas encore transcrit.",
                f"Lancez « recherche transcrire {source_id} ».",
            )
        brouillon = _en_cours(cx, source_id, versions, courante)
        if brouillon is None:
            brouillon = _commencer(cx, versions, courante, auteur)
        depart = next(v for v in versions if v.id == brouillon.version_id)
        return Ouverte(
            brouillon,
            depart.nature,
            depart.id != courante.id,
            _locuteurs(source, brouillon),
            tuple(defaisables(rangement.numeros(cx, brouillon.id, auteur))),
        )


def source_consentie(etude: Etude, source_id: str) -> Source:
    """La source, si chacun consent à l'enregistrement. Lève `ErreurConfidentialite`, `ErreurEchange`."""
    source = next((s for s in lire_registre(etude).sources if s.id == source_id), None)
    if source is None:
        raise ErreurEchange(
            f"« {source_id} » n'est pas au registre.",
            "Vérifiez l'identifiant : « recherche etat » les montre.",
        )
    if refus := refus_sans_consentement(source, "relu"):
        raise ErreurConfidentialite(refus.message, refus.remede)
    return source


def _en_cours(
    cx: Connection, source_id: str, versions: Sequence[Version], courante: Version
) -> Brouillon | None:
    """Le brouillon à continuer. Une relecture close dont la version a été annulée reprend.

    Un brouillon sans changement suit la version courante.
    """
    brouillon = rangement.derniere(cx, source_id)
    if brouillon is None or brouillon.cle_finale in {v.cle for v in versions}:
        return None
    if brouillon.numero == 0 and brouillon.version_id != courante.id:
        rangement.abandonner(cx, brouillon.id)
        return None
    if brouillon.cle_finale is not None:
        rangement.clore(cx, brouillon.id, None)
    return replace(brouillon, cle_finale=None)


def _commencer(cx: Connection, versions: Sequence[Version], courante: Version, auteur: str) -> Brouillon:
    tours = transcriptions.lire(cx, courante.id).tours
    automatiques = [v for v in versions if v.nature == AUTOMATIQUE]
    if not datee(tours) and automatiques:
        tours = reporter_temps(tours, transcriptions.lire(cx, automatiques[-1].id).tours)
    relu = courante.auteur if courante.nature == RELUE else None
    return rangement.commencer(
        cx,
        source_id=courante.source_id,
        version_id=courante.id,
        tours=[TourRelu(f"t{rang}", 0, tour, relu) for rang, tour in enumerate(tours)],
        auteur=auteur,
        date=maintenant(),
    )


def _locuteurs(source: Source, brouillon: Brouillon) -> tuple[str, ...]:
    usages = [ENQUETEUR, ENQUETE] if isinstance(source, Entretien) else [ANIMATEUR]
    usages += [personne.locuteur for personne in source.participants]
    return tuple(dict.fromkeys([*usages, *(t.tour.locuteur for t in brouillon.tours)]))


def defaisables(numeros: Sequence[tuple[int, str, int | None]]) -> list[int]:
    """Les changements d'un auteur qu'il peut encore défaire, du plus ancien au plus récent."""
    pile: list[int] = []
    for numero, _, annule in numeros:
        if annule is not None and pile and pile[-1] == annule:
            pile.pop()
        else:
            pile.append(numero)
    return pile


# --- changer ----------------------------------------------------------------------------------


def appliquer(etude: Etude, source_id: str, demande: Demande) -> Changement:
    """Fait un changement. Lève `ErreurConflit` si un de ses tours a changé depuis, ou n'est plus là."""
    _verifier(demande)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        brouillon = _ouvert(ecriture.cx, source_id, demande.relecture)
        place = _place(brouillon, [identifiant for identifiant, _ in demande.retires])
        vus = dict(demande.retires)
        if place is None or any(t.rev != vus[t.id] for t in brouillon.tours[place]):
            raise _conflit(ecriture.cx, brouillon, vus)
        return _remplacer(ecriture.cx, brouillon, place, demande)


def annuler(
    etude: Etude, source_id: str, *, relecture: int, numero: int, auteur: str, refaire: bool = False
) -> Changement:
    """Défait un changement (ou le refait) : ses tours redeviennent ce qu'ils étaient.

    Lève `ErreurConflit` si ces tours ont changé depuis.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE) as ecriture:
        brouillon = _ouvert(ecriture.cx, source_id, relecture)
        changement = rangement.changement(ecriture.cx, relecture, numero)
        if changement is None:
            raise ErreurEchange(
                f"{source_id} : il n'y a pas de changement {numero}.", "Rechargez la page."
            )
        presents, voulus = changement.apres, changement.avant
        if refaire:
            presents, voulus = voulus, presents
        place = _place(brouillon, [t.id for t in presents])
        if place is None or not _memes(brouillon.tours[place], presents):
            raise _conflit(ecriture.cx, brouillon, {t.id: t.rev for t in presents})
        nature = "refaire" if refaire else "annuler"
        demande = Demande(relecture, auteur, nature, (), voulus)
        return _remplacer(ecriture.cx, brouillon, place, demande, annule=None if refaire else numero)


def _memes(tours: Sequence[TourRelu], autres: Sequence[TourRelu]) -> bool:
    """Les mêmes, à leur `rev` près."""
    return [replace(t, rev=0) for t in tours] == [replace(t, rev=0) for t in autres]


def _ouvert(cx: Connection, source_id: str, relecture: int) -> Brouillon:
    brouillon = rangement.derniere(cx, source_id)
    if brouillon is None or brouillon.id != relecture or brouillon.cle_finale is not None:
        raise ErreurEchange(
            f"{source_id} : cette relecture est terminée, ou une autre l'a remplacée.",
            "Rechargez la page ; ce qui était enregistré est dans la version relue.",
        )
    return brouillon


def _place(brouillon: Brouillon, identifiants: Sequence[str]) -> slice | None:
    """Où ces tours se suivent, dans cet ordre ; None s'ils n'y sont plus ainsi."""
    presents = [tour.id for tour in brouillon.tours]
    if not identifiants or identifiants[0] not in presents:
        return None
    debut = presents.index(identifiants[0])
    place = slice(debut, debut + len(identifiants))
    return place if presents[place] == list(identifiants) else None


def _remplacer(
    cx: Connection,
    brouillon: Brouillon,
    place: slice,
    demande: Demande,
    *,
    annule: int | None = None,
) -> Changement:
    numero = brouillon.numero + 1
    apres = tuple(replace(tour, rev=numero) for tour in demande.ajoutes)
    tours = (*brouillon.tours[: place.start], *apres, *brouillon.tours[place.stop :])
    if len({tour.id for tour in tours}) != len(tours):
        raise _demande_mauvaise("deux tours auraient le même identifiant")
    changement = Changement(
        numero,
        demande.auteur,
        demande.nature,
        maintenant(),
        brouillon.tours[place],
        apres,
        annule,
    )
    rangement.changer(cx, brouillon, tours, changement)
    return changement


def _conflit(cx: Connection, brouillon: Brouillon, vus: Mapping[str, int]) -> ErreurConflit:
    """Qui a changé ces tours depuis, et ce qu'ils sont."""
    depuis = min(vus.values(), default=0)
    suite = rangement.changements(cx, brouillon.id, depuis=depuis)
    touche = [c for c in suite if vus.keys() & {t.id for t in (*c.avant, *c.apres)}]
    auteur = touche[-1].auteur if touche else brouillon.auteur
    restes = [tour for tour in brouillon.tours if tour.id in vus]
    return ErreurConflit(
        f"{auteur} a changé ce passage entre-temps : votre changement n'y est pas.",
        "Comparez les deux textes, puis gardez le sien ou remettez le vôtre.",
        auteur=auteur,
        tours=restes,
    )


def _verifier(demande: Demande) -> None:
    """Refuse ce qu'une page bien tenue n'envoie pas. Lève `ErreurEchange`."""
    if demande.nature not in NATURES or not demande.retires or not demande.ajoutes:
        raise _demande_mauvaise("nature ou tours absents")
    for relu in demande.ajoutes:
        if not _ID.fullmatch(relu.id) or not LOCUTEUR.fullmatch(relu.tour.locuteur):
            raise _demande_mauvaise(f"étiquette « {relu.tour.locuteur} » ou identifiant de tour")
        for mot in relu.tour.mots:
            if not _mot_permis(mot):
                raise _demande_mauvaise(f"mot « {mot.texte} »")


def _mot_permis(mot: Mot) -> bool:
    texte = mot.texte
    if not texte or texte.split() != [texte] or unicodedata.normalize("NFC", texte) != texte:
        return False
    nombres = [n for n in (mot.debut_s, mot.fin_s, mot.confiance) if n is not None]
    if not all(math.isfinite(n) and n >= 0 for n in nombres) or (mot.confiance or 0) > 1:
        return False
    return mot.debut_s is None or mot.fin_s is None or mot.fin_s >= mot.debut_s


def _demande_mauvaise(quoi: str) -> ErreurEchange:
    return ErreurEchange(
        f"Changement refusé : {quoi}.",
        "Étiquettes : ENQ, ENT, ANI, P1… (jamais un nom). Sinon, rechargez la page.",
    )


# --- conclure ---------------------------------------------------------------------------------


def terminer(
    etude: Etude, source_id: str, *, relecture: int, numero: int, auteur: str, malgre: bool = False
) -> Bilan:
    """Fait du brouillon la version relue de l'entrepôt, comme l'import d'une transcription relue.

    Lève `ErreurConflit` si quelqu'un a changé le brouillon après `numero`, `ErreurEchange` si une autre
    version est arrivée depuis (sauf `malgre`) ou s'il ne reste aucun mot.
    """
    source_consentie(etude, source_id)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        brouillon = _ouvert(ecriture.cx, source_id, relecture)
        courante = transcriptions.courantes(ecriture.cx)[source_id]
        if brouillon.numero != numero:
            raise _conflit(ecriture.cx, brouillon, {"": numero})
        if courante.id != brouillon.version_id and not malgre:
            raise ErreurEchange(
                f"{source_id} : une autre version (n° {courante.numero}) est arrivée entre-temps.",
                "Terminer quand même la remplacera comme version courante ; elle reste conservée.",
            )
        transcription = _transcription(brouillon, auteur)
        if not transcription.tours:
            raise ErreurEchange(
                f"{source_id} : il ne reste aucun mot.", "Défaites vos derniers changements."
            )
        empreinte = cle("relue/1", source_id, tours_en_json(transcription.tours))
        rangement.clore(ecriture.cx, brouillon.id, empreinte)
        if courante.nature == RELUE and courante.cle == empreinte:
            return Bilan(ETAPE, passes=(source_id,))
        transcriptions.ajouter_version(ecriture, transcription, nature=RELUE, cle=empreinte)
    return Bilan(ETAPE, (source_id,))


def recommencer(etude: Etude, source_id: str, *, relecture: int, numero: int, auteur: str) -> None:
    """Abandonne le brouillon ; la prochaine ouverture repart de la version courante.

    Lève `ErreurConflit` si quelqu'un l'a changé après `numero`.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        brouillon = _ouvert(ecriture.cx, source_id, relecture)
        if brouillon.numero != numero:
            raise _conflit(ecriture.cx, brouillon, {"": numero})
        rangement.abandonner(ecriture.cx, brouillon.id)


def _transcription(brouillon: Brouillon, auteur: str) -> Transcription:
    """Les tours du brouillon, sans ceux qui n'ont plus de mot."""
    reglages = {
        "version": brouillon.version_id,
        "changements": brouillon.numero,
        "tours_relus": sum(tour.relu is not None for tour in brouillon.tours),
        "relecteur": auteur,
    }
    provenance = Provenance("relecture", __version__, datetime.now(UTC), reglages)
    tours = tuple(tour.tour for tour in brouillon.tours if tour.tour.mots)
    return Transcription(brouillon.source_id, tours, provenance)


def tour_de_page(valeur: Mapping[str, Any]) -> TourRelu:
    """Un tour envoyé par la page. Lève `ErreurEchange` s'il est mal formé."""
    try:
        relu = valeur["relu"]
        return TourRelu(
            str(valeur["id"]),
            int(valeur["rev"]),
            Tour(str(valeur["locuteur"]), tuple(_mot(m) for m in valeur["mots"]), valeur["theme"]),
            None if relu is None else str(relu),
        )
    except (KeyError, TypeError, ValueError) as erreur:
        raise _demande_mauvaise("tour mal formé") from erreur


def _mot(valeur: Sequence[Any]) -> Mot:
    texte, debut, fin, confiance = valeur
    temps = [None if n is None else float(n) for n in (debut, fin, confiance)]
    return Mot(unicodedata.normalize("NFC", str(texte)), *temps)
