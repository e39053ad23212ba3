"""`manifeste.json` : ce que le jeu publié dit de lui-même et de son étude."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from recherche.modele.etude import Profil, Reglages
from recherche.modele.etude import Territoire as ReglageTerritoire
from recherche.publication.confrontation import Confrontation


class Territoire(TypedDict):
    """Un territoire du manifeste ; ses coordonnées, en degrés, si l'étude les donne."""

    code: str
    nom: str
    longitude: NotRequired[float]
    latitude: NotRequired[float]


class ThemeGuide(TypedDict):
    """Un thème du guide d'entretien."""

    id: str
    libelle: str
    questions: list[str]


class ProfilPublie(TypedDict):
    """Un profil du manifeste ; `quota` est en entretiens par territoire."""

    code: str
    nom: str
    pluriel: str
    quota: int
    guide: list[ThemeGuide]


class Roles(TypedDict):
    """Les noms des profils que la confrontation compare, et la part minimale d'une lecture (0 à 1)."""

    demande: str
    offre: str
    part_minimale: float


class EtudePubliee(TypedDict):
    """Ce que le manifeste dit de l'étude ; les seuils sont en personnes et en entretiens."""

    titre: str
    organisme: str
    debut: str
    fin: str
    niveau_territoire: str
    niveau_territoire_pluriel: str
    fictive: bool
    livrables: list[str]
    territoires: list[Territoire]
    profils: list[ProfilPublie]
    seuil: int
    seuil_pourcentage: int
    description: str
    contact: str
    confrontation: NotRequired[Roles]


class Fichier(TypedDict):
    """Empreinte d'un fichier du jeu ; `lignes` pour une table."""

    sha256: str
    lignes: NotRequired[int]


class Changement(TypedDict):
    """Une version publiée et ce qui y a changé, en français."""

    version: int
    date: str
    changements: list[str]


class Manifeste(TypedDict):
    """`manifeste.json` ; `masquage` compte les cellules d'effectifs publiées et masquées par table.

    `journal` : toutes les versions, la plus récente d'abord.
    """

    version: int
    date: str
    etude: EtudePubliee
    licence: str
    avertissement: str
    masquage: dict[str, dict[str, int]]
    journal: list[Changement]
    fichiers: dict[str, Fichier]


def presenter(reglages: Reglages, confrontation: Confrontation | None) -> EtudePubliee:
    """Ce que le manifeste dit de l'étude."""
    etude = reglages.etude
    publiee: EtudePubliee = {
        "titre": etude.titre,
        "organisme": etude.organisme,
        "debut": etude.debut.isoformat(),
        "fin": etude.fin.isoformat(),
        "niveau_territoire": etude.niveau_territoire,
        "niveau_territoire_pluriel": etude.niveau_territoire_pluriel or f"{etude.niveau_territoire}s",
        "fictive": etude.fictive,
        "livrables": list(etude.livrables),
        "territoires": [_territoire(territoire) for territoire in reglages.territoires],
        "profils": [_profil(profil) for profil in reglages.profils],
        "seuil": reglages.seuils.effectif_minimal,
        "seuil_pourcentage": reglages.seuils.effectif_pourcentage,
        "description": etude.description,
        "contact": reglages.publication.contact,
    }
    if confrontation is not None:
        publiee["confrontation"] = {
            "demande": confrontation.demande,
            "offre": confrontation.offre,
            "part_minimale": confrontation.part_minimale,
        }
    return publiee


def _territoire(territoire: ReglageTerritoire) -> Territoire:
    publie: Territoire = {"code": territoire.code, "nom": territoire.nom}
    if territoire.longitude is not None and territoire.latitude is not None:
        publie |= {"longitude": territoire.longitude, "latitude": territoire.latitude}
    return publie


def _profil(profil: Profil) -> ProfilPublie:
    guide: list[ThemeGuide] = [
        {"id": theme.id, "libelle": theme.libelle, "questions": list(theme.questions)}
        for theme in profil.guide
    ]
    return {
        "code": profil.code,
        "nom": profil.nom,
        "pluriel": profil.pluriel,
        "quota": profil.quota,
        "guide": guide,
    }


def licence_par_defaut(reglages: Reglages) -> str:
    """CC0 pour une étude fictive, usage réservé aux partenaires sinon."""
    if reglages.etude.fictive:
        return "CC0 1.0 (corpus fictif)"
    accord = f"toute rediffusion demande l'accord de {reglages.etude.organisme}."
    return f"Usage réservé aux partenaires de l'étude ; {accord}"
