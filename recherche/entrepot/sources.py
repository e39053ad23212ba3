"""Sources et enregistrements connus de l'entrepôt (sans donnée nominative)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import enregistrement, source
from recherche.modele.entretien import Atelier, Enregistrement, Entretien, Source

COLONNES_MESURES = ("empreinte", "duree_s", "taux_hz", "canaux", "niveau_dbfs", "part_silence")


@dataclass(frozen=True, slots=True)
class FichierSon:
    """Un fichier du dossier des enregistrements : attaché ou non, mesuré ou en anomalie."""

    chemin: str
    source_id: str | None
    rang: int
    taille: int
    modifie_ns: str
    empreinte: str
    mesure: Enregistrement | None
    anomalie: str | None = None
    remede: str | None = None

    @property
    def utilisable(self) -> bool:
        """Attaché à une source et sans anomalie."""
        return self.source_id is not None and self.anomalie is None


def genre(valeur: Source) -> str:
    """« entretien » ou « atelier »."""
    return "atelier" if isinstance(valeur, Atelier) else "entretien"


def synchroniser(ecriture: Ecriture, sources: Iterable[Source]) -> int:
    """Reporte du registre ce que l'entrepôt doit savoir ; rend le nombre de sources changées."""
    changees = 0
    for valeur in sources:
        champs = {
            "genre": genre(valeur),
            "territoire": valeur.territoire,
            "profil": valeur.profil if isinstance(valeur, Entretien) else None,
            "date": None if valeur.date is None else valeur.date.isoformat(),
        }
        changees += ecriture.poser(source, {"id": valeur.id}, champs)
    return changees


def connues(cx: Connection) -> set[str]:
    """Identifiants des sources."""
    return set(cx.execute(select(source.c.id)).scalars())


def poser_fichier(ecriture: Ecriture, fichier: FichierSon) -> bool:
    """Ajoute ou met à jour un fichier son."""
    mesures = dict.fromkeys(COLONNES_MESURES)
    if fichier.mesure is not None:
        mesures = {nom: getattr(fichier.mesure, nom) for nom in COLONNES_MESURES}
    champs = mesures | {
        "source_id": fichier.source_id,
        "rang": fichier.rang,
        "taille": fichier.taille,
        "modifie_ns": fichier.modifie_ns,
        "empreinte": fichier.empreinte,
        "anomalie": fichier.anomalie,
        "remede": fichier.remede,
    }
    return ecriture.poser(enregistrement, {"chemin": fichier.chemin}, champs)


def oublier_fichier(ecriture: Ecriture, chemin: str) -> None:
    """Retire de l'inventaire un fichier qui n'est plus dans le dossier."""
    ecriture.supprimer(enregistrement, {"chemin": chemin})


def fichiers(cx: Connection) -> list[FichierSon]:
    """L'inventaire, par source, rang et nom."""
    ordre = (enregistrement.c.source_id, enregistrement.c.rang, enregistrement.c.chemin)
    resultat = []
    for ligne in cx.execute(select(enregistrement).order_by(*ordre)).mappings():
        mesure = None
        if ligne["duree_s"] is not None:
            mesures = {nom: ligne[nom] for nom in COLONNES_MESURES}
            mesure = Enregistrement(chemin=ligne["chemin"], **mesures)
        champs = {nom: ligne[nom] for nom in ("chemin", "source_id", "rang", "taille", "modifie_ns")}
        suite = {nom: ligne[nom] for nom in ("empreinte", "anomalie", "remede")}
        resultat.append(FichierSon(mesure=mesure, **champs, **suite))
    return resultat
