"""Ce qu'une déléguée vérifie : chiffrement, droits, consentements, conservation, retraits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from recherche.entrepot import Entrepot, retrait, sorties, suites
from recherche.etapes.chiffrement import chiffrement
from recherche.etapes.consentements import archivage_consenti, citable, echues, peut_etre_mineur
from recherche.etapes.tables import Situation
from recherche.modele.entretien import Registre, Source
from recherche.registre import lire_registre
from recherche.reglages import Etude


class Verdict(StrEnum):
    """L'état d'un point de vérification."""

    BON = "bon"
    A_FAIRE = "à faire"
    INCONNU = "à vérifier"


@dataclass(frozen=True, slots=True)
class Constat:
    """Un point vérifié ; `objets` : les sources ou fichiers en cause."""

    sujet: str
    verdict: Verdict
    detail: str
    remede: str = ""
    objets: tuple[str, ...] = ()


def protection(etude: Etude, *, jour: date | None = None) -> tuple[Constat, ...]:
    """Tous les points, dans l'ordre où l'on s'en occupe. Lève `ErreurRegistre`."""
    registre = lire_registre(etude)
    jour = jour or date.today()  # noqa: DTZ011
    with Entrepot.ouvrir(etude) as entrepot:
        situation = Situation.lire(etude, entrepot, registre)
        with entrepot.lire() as cx:
            retraits = retrait.retraits(cx)
            derniere = suites.derniere_publication(cx)
            otees = sorties.depubliees(cx)
            copies = [Path(s.chemin) for s in suites.sauvegardes(cx)]
    publiees = set(derniere.sources) if derniere and derniere.version not in otees else set()
    return (
        _disque(etude),
        _droits(etude),
        _phrase(etude),
        _retraits(retraits.values()),
        _publication(publiees, registre),
        *_consentements(registre, etude),
        _second(situation),
        _conservation(etude, registre, jour),
        _ailleurs(etude, copies),
        _exports_prives(etude),
    )


def _constat(sujet: str, fautes: tuple[str, ...], bon: str, faux: str, remede: str) -> Constat:
    if not fautes:
        return Constat(sujet, Verdict.BON, bon)
    return Constat(sujet, Verdict.A_FAIRE, faux.format(n=len(fautes)), remede, fautes)


def _disque(etude: Etude) -> Constat:
    sujet, etat = "Chiffrement du disque", chiffrement(etude.chemin)
    if etat.actif:
        return Constat(sujet, Verdict.BON, f"le disque est chiffré ({etat.moyen})")
    remede = (
        "Chiffrez le disque (BitLocker, FileVault, LUKS) : son, registre et base y sont en clair, et "
        "une clé chiffrée ne protège rien à côté d'eux."
    )
    if etat.actif is None and (dit := etude.reglages.confidentialite.chiffrement.strip()):
        return Constat(sujet, Verdict.BON, f"non vérifiable d'ici ; l'étude déclare : {dit}")
    if etat.actif is None:
        suite = " ; s'il l'est, écrivez comment dans [confidentialite] chiffrement d'etude.toml"
        return Constat(sujet, Verdict.INCONNU, f"{etat.moyen} ne se vérifie pas d'ici{suite}", remede)
    return Constat(sujet, Verdict.A_FAIRE, f"le disque n'est pas chiffré ({etat.moyen})", remede)


def _droits(etude: Etude) -> Constat:
    if os.name != "posix":
        dit = "sous Windows, ce sont ceux du dossier"
        return Constat(
            "Droits des fichiers", Verdict.INCONNU, dit, "Vérifiez qui peut ouvrir le dossier."
        )
    proteges = (
        *(etude.fichier_registre, etude.fichier_base, etude.enregistrements, etude.confidentiel),
        *(etude.sauvegardes, etude.exports / "prive", etude.exports / "transcriptions"),
    )
    parent_ferme = not etude.chemin.stat().st_mode & 0o077
    ouverts = tuple(
        chemin.relative_to(etude.chemin).as_posix()
        for chemin in proteges
        if chemin.exists() and chemin.stat().st_mode & 0o077 and not parent_ferme
    )
    return _constat(
        "Droits des fichiers",
        ouverts,
        "seul le compte propriétaire lit ce qui est nominatif",
        "{n} fichiers ou dossiers nominatifs se lisent d'un autre compte",
        f"chmod 700 {etude.chemin}",
    )


def _phrase(etude: Etude) -> Constat:
    nom = etude.reglages.confidentialite.phrase_fichier
    dedans = bool(nom) and (etude.chemin / nom).is_relative_to(etude.chemin)
    return _constat(
        "Phrase secrète",
        (nom,) if dedans and not etude.reglages.etude.fictive else (),
        "elle n'est pas gardée dans l'étude" if not dedans else "étude fictive : sa phrase est publique",
        "la phrase est dans le dossier de la clé qu'elle ouvre",
        "Gardez-la ailleurs, ôtez phrase_fichier d'etude.toml, puis « recherche cle changer ».",
    )


def _retraits(retraits: Iterable[retrait.Retrait]) -> Constat:
    liste = list(retraits)
    restes = tuple(r.identifiant for r in liste if r.fin is None)
    return _constat(
        "Retraits",
        restes,
        f"{len(liste)} retrait(s), tous achevés",
        "{n} retrait(s) interrompu(s)",
        f"recherche retirer {restes[0] if restes else ''} --confirmer",
    )


def _publication(publiees: set[str], registre: Registre) -> Constat:
    permises = {s.id for s in registre.sources if s.enregistrement_consenti}
    return _constat(
        "Comptes publiés",
        tuple(sorted(publiees - permises)),
        "ils ne comptent que des personnes qui consentent",
        "ils comptent {n} source(s) retirée(s) ou sans consentement",
        "recherche publier, puis recherche rediger",
    )


def _consentements(registre: Registre, etude: Etude) -> Iterator[Constat]:
    """Un constat par étape que le consentement arrête."""
    reglages = etude.reglages
    realisees = [s for s in registre.sources if s.date is not None]

    def sans(condition: Callable[[Source], bool]) -> tuple[str, ...]:
        return tuple(s.id for s in realisees if not condition(s))

    yield _constat(
        "Consentement à l'enregistrement",
        sans(lambda s: s.enregistrement_consenti),
        "noté pour chacun",
        "{n} source(s) sans : ni transcription, ni import, ni publication",
        "registre.xlsx, colonne « consentement enregistrement »",
    )
    yield _constat(
        "Consentement à la citation",
        sans(lambda s: citable(s, reglages)),
        "chacun peut être cité",
        "{n} source(s) ne seront pas citées (refus, silence, ou mineur sans représentant)",
        "rien à faire si c'est leur choix ; sinon registre.xlsx",
    )
    yield _constat(
        "Représentant légal",
        sans(lambda s: not peut_etre_mineur(s, reglages) or _represente(s)),
        "noté pour chaque personne peut-être mineure",
        "{n} source(s) peut-être mineures sans représentant légal noté",
        "registre.xlsx, colonnes « représentant légal » et « âge »",
    )
    yield _constat(
        "Consentement à l'archivage",
        sans(archivage_consenti),
        "noté pour chacun",
        "{n} source(s) seront purgées à l'échéance",
        "rien à faire si c'est leur choix ; sinon registre.xlsx",
    )


def _represente(source: Source) -> bool:
    return all(
        p.consentement.representant_legal or (p.age is not None and not p.mineur)
        for p in source.participants
    )


def _second(situation: Situation) -> Constat:
    manquent = tuple(
        s.id for s in situation.registre.sources if situation.a_jour(s.id) and situation.second_manque(s)
    )
    return _constat(
        "Second relecteur des mineurs",
        manquent,
        "chaque revue signée d'une personne peut-être mineure a été relue à deux",
        "{n} revue(s) d'une personne peut-être mineure n'ont qu'un relecteur : rien n'en est publié",
        "faites relire la revue par une seconde personne, et signez à nouveau",
    )


def _conservation(etude: Etude, registre: Registre, jour: date) -> Constat:
    if etude.reglages.confidentialite.conservation is None:
        return Constat(
            "Conservation",
            Verdict.A_FAIRE,
            "aucune échéance n'est fixée",
            "Écrivez-la dans etude.toml : [confidentialite] conservation = 2031-12-31.",
        )
    return _constat(
        "Conservation",
        tuple(s.id for s, _ in echues(registre, etude.reglages, jour)),
        f"jusqu'au {etude.reglages.confidentialite.conservation:%d/%m/%Y} ; rien n'est échu",
        "la conservation de {n} source(s) est finie",
        "recherche purger",
    )


def _ailleurs(etude: Etude, copies: list[Path]) -> Constat:
    return _constat(
        "Sauvegardes hors de l'étude",
        tuple(str(c) for c in copies if not c.is_relative_to(etude.chemin)),
        "aucune n'est connue",
        "{n} sauvegarde(s) qu'un retrait n'atteindra pas",
        "tenez-en la liste, et effacez-les au premier retrait",
    )


def _exports_prives(etude: Etude) -> Constat:
    prive = etude.exports / "prive"
    fichiers = sorted(prive.rglob("*")) if prive.is_dir() else []
    return _constat(
        "Exports nominatifs",
        tuple(f.relative_to(etude.chemin).as_posix() for f in fichiers if f.is_file()),
        "aucun",
        "{n} fichier(s) dans exports/prive/",
        "effacez ceux qui ont servi",
    )
