"""Lire un registre : toutes les fautes à la fois, chacune avec sa cellule, ou tout le registre."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TypeVar

from recherche.erreurs import ErreurRegistre
from recherche.modele.entretien import Atelier, Consentement, Entretien, Participant, Registre
from recherche.modele.etude import Reglages
from recherche.modele.transcription import ENQUETE
from recherche.registre.cellules import Fautes, Ligne, normaliser
from recherche.registre.classeur import lire_lignes, ouvrir_classeur
from recherche.registre.colonnes import ATELIERS, DECISIONS, ENTRETIENS, SEXES, feuilles
from recherche.reglages import Etude

FORME_ENTRETIEN = re.compile(r"([A-Z0-9]{2,5})-([A-Z]{1,3})-\d{2,3}")
FORME_ATELIER = re.compile(r"([A-Z0-9]{2,5})-(A)-\d{2}")
T = TypeVar("T")
_A_EU_LIEU = ("date", "prenom", "nom", "enregistrements")
_PERSONNE = (
    "prenom",
    "nom",
    "sexe",
    "age",
    "fonction",
    "structure",
    "consentement_enregistrement",
    "consentement_citation",
    "consentement_archivage",
)


def lire_registre(etude: Etude) -> Registre:
    """Lit `registre.xlsx` : les entretiens et ateliers qui ont eu lieu.

    Une ligne prévue sans date, nom ni enregistrement n'a pas eu lieu. Un consentement absent n'est
    pas une faute. Lève `ErreurRegistre` avec toutes les fautes, sans rien rendre de partiel.
    """
    fichier, fautes = etude.fichier_registre, Fautes()
    lignes = lire_lignes(ouvrir_classeur(fichier), feuilles(etude.reglages), fautes)
    _arreter(fichier, fautes)
    entretiens = tuple(_entretiens(lignes[ENTRETIENS], etude.reglages))
    ateliers = tuple(_ateliers(lignes[ATELIERS], lignes[DECISIONS], etude.reglages))
    _refuser_enregistrements_partages(lignes[ENTRETIENS] + lignes[ATELIERS])
    _arreter(fichier, fautes)
    return Registre(entretiens, ateliers)


def _arreter(fichier: Path, fautes: Fautes) -> None:
    if fautes.liste:
        detail = "".join(f"\n  - {faute}" for faute in fautes.liste)
        raise ErreurRegistre(
            f"{fichier} : {len(fautes.liste)} erreur(s), rien n'a été lu.{detail}",
            "Corrigez ces cellules, enregistrez, fermez le classeur et relancez.",
        )


@dataclass(frozen=True, slots=True)
class _Identite:
    """Ce que dit un identifiant : lui-même, son territoire et la lettre de son profil."""

    id: str
    territoire: str
    profil: str


def _identite(
    ligne: Ligne, reglages: Reglages, forme: re.Pattern[str], exemple: str
) -> _Identite | None:
    """L'identifiant d'une ligne, s'il est bien formé et que l'étude connaît ses codes."""
    if not ligne.remplie("identifiant"):
        ligne.dire("identifiant", "l'identifiant manque")
    identifiant = ligne.texte("identifiant")
    if identifiant is None:
        return None
    lu = forme.fullmatch(identifiant)
    if lu is None:
        ligne.dire("identifiant", f"« {identifiant} » n'a pas la forme attendue ({exemple})")
        _verifier_territoire(ligne, reglages, None)
        return None
    territoire, profil = lu.groups()
    territoires = [t.code for t in reglages.territoires]
    profils = ["A"] if forme is FORME_ATELIER else [p.code for p in reglages.profils]
    if territoire not in territoires:
        dit = f"« {territoire} » n'est pas un territoire de l'étude ({', '.join(territoires)})"
        ligne.dire("identifiant", dit)
    if profil not in profils:
        dit = f"« {profil} » n'est pas un profil de l'étude ({', '.join(profils)})"
        ligne.dire("identifiant", dit)
    connu = territoire in territoires and profil in profils
    _verifier_territoire(ligne, reglages, territoire if connu else None)
    return _Identite(identifiant, territoire, profil) if connu else None


def _verifier_territoire(ligne: Ligne, reglages: Reglages, code: str | None) -> None:
    noms = {t.nom: t.code for t in reglages.territoires}
    nom = ligne.choix("territoire", tuple(noms))
    if code and nom and noms[nom] != code:
        attendu = reglages.territoire(code).nom
        ligne.dire("territoire", f"« {nom} » contredit l'identifiant, qui dit « {attendu} »")


def _verifier_profil(ligne: Ligne, reglages: Reglages, code: str) -> None:
    noms = {p.nom: p.code for p in reglages.profils}
    nom = ligne.choix("profil", tuple(noms))
    if nom and noms[nom] != code:
        attendu = reglages.profil(code).nom
        ligne.dire("profil", f"« {nom} » contredit l'identifiant, qui dit « {attendu} »")


def _entretiens(lignes: Sequence[Ligne], reglages: Reglages) -> Iterator[Entretien]:
    vus: dict[str, str] = {}
    exemple = "comme LOR-J-02 : territoire, profil, numéro"
    for ligne in lignes:
        identite = _identite(ligne, reglages, FORME_ENTRETIEN, exemple)
        personne = _participant(ligne, ENQUETE)
        jour = _jour_dans_la_periode(ligne, reglages)
        fichiers = _enregistrements(ligne)
        if identite is None:
            continue
        _verifier_profil(ligne, reglages, identite.profil)
        if identite.id in vus:
            ligne.dire("identifiant", f"« {identite.id} » est déjà en {vus[identite.id]}")
        vus.setdefault(identite.id, ligne.ou("identifiant"))
        if ligne.remplie(*_A_EU_LIEU):
            yield Entretien(
                identite.id,
                identite.territoire,
                jour,
                ligne.texte("lieu"),
                fichiers,
                (personne,),
                identite.profil,
                ligne.texte("enqueteur"),
            )


def _ateliers(
    lignes: Sequence[Ligne], decisions: Sequence[Ligne], reglages: Reglages
) -> Iterator[Atelier]:
    """Un atelier par identifiant : ses lignes sont ses participants."""
    groupes: dict[_Identite, list[Ligne]] = defaultdict(list)
    for ligne in lignes:
        exemple = "comme LOR-A-01 : territoire, A, numéro"
        if identite := _identite(ligne, reglages, FORME_ATELIER, exemple):
            groupes[identite].append(ligne)
    dites = _decisions(decisions, {identite.id for identite in groupes})
    for identite, groupe in groupes.items():
        jours = {ligne.ou("date"): _jour_dans_la_periode(ligne, reglages) for ligne in groupe}
        jour = _commun(groupe, "date", [jours[ligne.ou("date")] for ligne in groupe])
        titre = _commun(groupe, "titre", [ligne.texte("titre") for ligne in groupe])
        lieu = _commun(groupe, "lieu", [ligne.texte("lieu") for ligne in groupe])
        fichiers = _commun(groupe, "enregistrements", [_enregistrements(x) or None for x in groupe])
        participants = tuple(_participants(groupe))
        if any(ligne.remplie(*_A_EU_LIEU) for ligne in groupe):
            yield Atelier(
                identite.id,
                identite.territoire,
                jour,
                lieu,
                fichiers or (),
                participants,
                titre or "",
                tuple(dites[identite.id]),
            )


def _commun(lignes: Sequence[Ligne], cle: str, valeurs: Sequence[T | None]) -> T | None:
    """La valeur que donnent les lignes d'un atelier ; deux valeurs différentes sont une faute."""
    premiere: T | None = None
    for ligne, valeur in zip(lignes, valeurs, strict=True):
        if premiere is None:
            premiere = valeur
        elif valeur is not None and valeur != premiere:
            ligne.dire(cle, "contredit les lignes précédentes du même atelier")
    return premiere


def _participants(lignes: Iterable[Ligne]) -> Iterator[Participant]:
    """Les participants d'un atelier ; une ligne prévue que personne n'occupe n'en est pas un."""
    vus: dict[str, str] = {}
    for ligne in lignes:
        if not ligne.remplie(*_PERSONNE):
            continue
        locuteur = ligne.texte("locuteur")
        if locuteur is None:
            if not ligne.remplie("locuteur"):
                ligne.dire("locuteur", "le locuteur manque (ANI, P1, P2…)")
            locuteur = ""
        elif locuteur in vus:
            ligne.dire("locuteur", f"« {locuteur} » est déjà en {vus[locuteur]}")
        vus.setdefault(locuteur, ligne.ou("locuteur"))
        yield _participant(ligne, locuteur)


def _decisions(lignes: Sequence[Ligne], ateliers: set[str]) -> Mapping[str, list[str]]:
    dites: dict[str, list[str]] = defaultdict(list)
    for ligne in lignes:
        identifiant, decision = ligne.texte("identifiant"), ligne.texte("decision")
        if identifiant not in ateliers:
            dit = f"« {identifiant or ''} » n'est pas un atelier de la feuille « {ATELIERS} »"
            ligne.dire("identifiant", dit)
        elif decision is not None:
            dites[identifiant].append(decision)
    return dites


def _participant(ligne: Ligne, locuteur: str) -> Participant:
    return Participant(
        locuteur=locuteur,
        prenom=ligne.texte("prenom"),
        nom=ligne.texte("nom"),
        sexe=ligne.choix("sexe", SEXES),
        age=ligne.age("age"),
        quartier=ligne.texte("quartier") if "quartier" in ligne.cellules else None,
        situation=ligne.texte("situation") if "situation" in ligne.cellules else None,
        fonction=ligne.texte("fonction"),
        structure=ligne.texte("structure"),
        consentement=Consentement(
            enregistrement=ligne.accord("consentement_enregistrement"),
            citation=ligne.accord("consentement_citation"),
            archivage=ligne.accord("consentement_archivage"),
            date=ligne.jour("consentement_date"),
            representant_legal=ligne.texte("representant_legal"),
            echeance=ligne.jour("echeance") if "echeance" in ligne.cellules else None,
        ),
    )


def _jour_dans_la_periode(ligne: Ligne, reglages: Reglages) -> date | None:
    jour, etude = ligne.jour("date"), reglages.etude
    if jour and not etude.debut <= jour <= etude.fin:
        periode = f"{etude.debut:%d/%m/%Y} au {etude.fin:%d/%m/%Y}"
        ligne.dire("date", f"le {jour:%d/%m/%Y} est hors de la période de l'étude ({periode})")
    return jour


def _enregistrements(ligne: Ligne) -> tuple[str, ...]:
    """Noms de fichiers relatifs au dossier `enregistrements/` : aucun n'en sort."""
    fichiers = ligne.liste("enregistrements")
    for nom in fichiers:
        chemins = (PurePosixPath(nom), PureWindowsPath(nom))
        if any(c.is_absolute() or c.drive or c.root or ".." in c.parts for c in chemins):
            dit = f"« {nom} » est un chemin ; écrivez le nom du fichier déposé dans « enregistrements »"
            ligne.dire("enregistrements", dit)
    return fichiers


def _refuser_enregistrements_partages(lignes: Iterable[Ligne]) -> None:
    """Un fichier donné à deux entretiens mettrait les mots d'une personne au nom d'une autre."""
    vus: dict[str, tuple[str, str]] = {}
    for ligne in lignes:
        brut = ligne.cellules["identifiant"].value
        source = normaliser(str(brut or ""))
        for nom in _noms_de_fichiers(ligne):
            proprietaire, ou = vus.setdefault(nom.casefold(), (source, ligne.ou("enregistrements")))
            if proprietaire != source:
                dit = f"« {nom} » est déjà donné à {proprietaire} ({ou})"
                ligne.dire("enregistrements", dit)


def _noms_de_fichiers(ligne: Ligne) -> tuple[str, ...]:
    muette = Ligne(ligne.feuille, ligne.cellules, Fautes())
    return muette.liste("enregistrements")
