"""Échantillons tirés pour l'accord, fiches rendues, décisions de réconciliation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import codage, decision, echantillon, echantillon_unite, fiche
from recherche.modele.codage import Extrait, Origine


@dataclass(frozen=True, slots=True)
class UniteTiree:
    """Une unité tirée : son rang dans l'échantillon (dès 1), sa version, son tour et son extrait."""

    rang: int
    source_id: str
    version_id: int
    tour: int
    extrait: Extrait


@dataclass(frozen=True, slots=True)
class Echantillon:
    """Un échantillon : `taille` unités (phrases ou tours) tirées parmi `cadre`, avec cette graine."""

    nom: str
    maille: str
    graine: int
    taille: int
    cadre: int
    date: str
    auteur: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Ce qu'on a décidé d'un point ; `avis` et `retenu` en JSON, `cle` : ce qu'on a comparé."""

    source_id: str
    version_id: int
    cle: str
    avis: str
    retenu: str
    motif: str
    auteur: str
    date: str


def ajouter_echantillon(
    ecriture: Ecriture,
    *,
    nom: str,
    maille: str,
    graine: int,
    cadre: int,
    unites: Sequence[UniteTiree],
) -> None:
    """Note un échantillon et ses unités. Le nom doit être neuf."""
    champs = {"nom": nom, "maille": maille, "graine": graine, "taille": len(unites), "cadre": cadre}
    suite = {"date": ecriture.date, "auteur": ecriture.auteur}
    ecriture.inserer(echantillon, champs | suite)
    lignes = [
        {
            "echantillon": nom,
            "rang": unite.rang,
            "source_id": unite.source_id,
            "version_pseudonymisee_id": unite.version_id,
            "tour": unite.tour,
            "debut": unite.extrait.debut,
            "fin": unite.extrait.fin,
            "empreinte": unite.extrait.empreinte,
        }
        for unite in unites
    ]
    ecriture.inserer_tout(echantillon_unite, lignes)


def echantillons(cx: Connection) -> dict[str, Echantillon]:
    """Les échantillons tirés, par nom, dans l'ordre de leur tirage."""
    requete = select(echantillon).order_by(echantillon.c.date)
    return {ligne["nom"]: Echantillon(**ligne) for ligne in cx.execute(requete).mappings()}


def unites_tirees(cx: Connection, nom: str) -> list[UniteTiree]:
    """Les unités d'un échantillon, par rang."""
    table = echantillon_unite
    requete = select(table).where(table.c.echantillon == nom).order_by(table.c.rang)
    return [
        UniteTiree(
            ligne["rang"],
            ligne["source_id"],
            ligne["version_pseudonymisee_id"],
            ligne["tour"],
            Extrait(ligne["debut"], ligne["fin"], ligne["empreinte"]),
        )
        for ligne in cx.execute(requete).mappings()
    ]


def poser_fiche(ecriture: Ecriture, *, nom: str, codeur: str, empreinte: str) -> bool:
    """Note qu'un codeur a rendu sa fiche (ses octets) ; rend faux si c'était déjà celle-là."""
    cle = {"echantillon": nom, "codeur": codeur}
    avant = ecriture.ligne(fiche, cle)
    if avant is not None and avant["empreinte"] == empreinte:
        return False
    return ecriture.poser(fiche, cle, {"date": ecriture.date, "empreinte": empreinte})


def codeurs_rendus(cx: Connection, nom: str) -> list[str]:
    """Les codeurs qui ont rendu leur fiche de cet échantillon."""
    requete = select(fiche.c.codeur).where(fiche.c.echantillon == nom).order_by(fiche.c.codeur)
    return list(cx.execute(requete).scalars())


def oter_codages_de_fiche(ecriture: Ecriture, unites: Sequence[UniteTiree], codeur: str) -> None:
    """Ôte ce que ce codeur avait rendu sur ces unités : une fiche rendue de nouveau la remplace."""
    places = {(u.version_id, u.extrait.debut, u.extrait.fin) for u in unites}
    requete = select(codage).where(codage.c.codeur == codeur, codage.c.origine == Origine.FICHE.value)
    for ligne in ecriture.cx.execute(requete).mappings().all():
        if (ligne["version_pseudonymisee_id"], ligne["debut"], ligne["fin"]) in places:
            ecriture.supprimer(codage, {"id": ligne["id"]})


def poser_decision(
    ecriture: Ecriture, *, source_id: str, version_id: int, cle: str, valeurs: Mapping[str, str]
) -> bool:
    """Note une décision (`valeurs` : avis, retenu, motif) ; rend faux si elle était déjà prise ainsi.

    Une décision changée garde l'ancienne au journal.
    """
    desir = (decision.c.version_pseudonymisee_id == version_id, decision.c.cle == cle)
    avant = ecriture.cx.execute(select(decision).where(*desir)).mappings().first()
    if avant is None:
        champs = {"source_id": source_id, "version_pseudonymisee_id": version_id, "cle": cle}
        ecriture.inserer(
            decision, champs | dict(valeurs) | {"auteur": ecriture.auteur, "date": ecriture.date}
        )
        return True
    if all(avant[nom] == valeur for nom, valeur in valeurs.items()):
        return False
    suite = {"auteur": ecriture.auteur, "date": ecriture.date}
    return ecriture.modifier(decision, {"id": avant["id"]}, dict(valeurs) | suite)


def decisions(cx: Connection) -> list[Decision]:
    """Toutes les décisions, par source et date."""
    requete = select(decision).order_by(decision.c.source_id, decision.c.date, decision.c.id)
    return [
        Decision(
            version_id=ligne["version_pseudonymisee_id"],
            **{nom: ligne[nom] for nom in Decision.__slots__ if nom != "version_id"},
        )
        for ligne in cx.execute(requete).mappings()
    ]


def remplacer_accord(
    ecriture: Ecriture,
    *,
    source_id: str,
    version_id: int,
    codeur: str,
    codes: Mapping[Extrait, Sequence[str]],
) -> int:
    """Fait de ces passages la version accordée d'une source ; rend le nombre de changements."""
    condition = (codage.c.version_pseudonymisee_id == version_id, codage.c.codeur == codeur)
    lignes = ecriture.cx.execute(select(codage).where(*condition)).mappings().all()
    presents = {(ligne["debut"], ligne["fin"], ligne["code"]): ligne["id"] for ligne in lignes}
    voulus = {(e.debut, e.fin, code): e for e, liste in codes.items() for code in liste}
    otes = [numero for place, numero in presents.items() if place not in voulus]
    for numero in otes:
        ecriture.supprimer(codage, {"id": numero})
    communs = {"source_id": source_id, "version_pseudonymisee_id": version_id, "codeur": codeur}
    communs |= {"origine": Origine.ACCORD.value, "date": ecriture.date}
    neufs = [
        {**communs, "debut": debut, "fin": fin, "code": code, "empreinte": extrait.empreinte}
        for (debut, fin, code), extrait in voulus.items()
        if (debut, fin, code) not in presents
    ]
    return len(otes) + len(ecriture.inserer_tout(codage, neufs))
