"""Quelle question du guide pose chaque tour de l'enquêteur : proposé, confirmé ou écarté."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import question_posee
from recherche.erreurs import ErreurEntrepot

PROPOSEE = "proposée"
CONFIRMEE = "confirmée"
ECARTEE = "écartée"


@dataclass(frozen=True, slots=True)
class QuestionPosee:
    """Le tour `tour` (rang dès 0) d'une version pose `question` ; `score` de 0 à 1."""

    id: int
    source_id: str
    version_id: int
    tour: int
    question: str
    score: float
    etat: str
    auteur: str


_COLONNES = tuple(question_posee.c[nom] for nom in QuestionPosee.__slots__)


def lire(cx: Connection, *, version_ids: Iterable[int] | None = None) -> list[QuestionPosee]:
    """Les questions posées, par source, version et tour ; celles de ces versions, ou toutes."""
    ordre = (question_posee.c.source_id, question_posee.c.version_id, question_posee.c.tour)
    requete = select(*_COLONNES).order_by(*ordre, question_posee.c.id)
    if version_ids is not None:
        requete = requete.where(question_posee.c.version_id.in_(list(version_ids)))
    return [QuestionPosee(**ligne) for ligne in cx.execute(requete).mappings()]


def ajouter(ecriture: Ecriture, valeurs: Iterable[tuple[str, int, int, str, float, str, str]]) -> int:
    """Ajoute des questions posées (source, version, tour, question, score, état, auteur)."""
    noms = ("source_id", "version_id", "tour", "question", "score", "etat", "auteur")
    lignes = [dict(zip(noms, v, strict=True)) | {"date": ecriture.date} for v in valeurs]
    return len(ecriture.inserer_tout(question_posee, lignes))


def marquer(ecriture: Ecriture, numero: int, etat: str) -> bool:
    """Confirme, écarte ou remet à confirmer ; rend faux si rien ne change. Lève `ErreurEntrepot`."""
    try:
        valeurs = {"etat": etat, "auteur": ecriture.auteur}
        return ecriture.modifier(question_posee, {"id": numero}, valeurs)
    except KeyError:
        raise ErreurEntrepot(
            f"Aucune question posée ne porte le numéro {numero}.",
            "« recherche questions » montre les questions et leurs numéros.",
        ) from None
