"""Les passages douteux d'une transcription : rangés avec leurs blocs, vérifiés par une personne."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from recherche.entrepot.base import Ecriture, maintenant
from recherche.entrepot.schema import doute
from recherche.erreurs import ErreurEntrepot
from recherche.modele.verification import Doute, EtatDoute, Issue, Raison


@dataclass(frozen=True, slots=True)
class DouteRange:
    """Un doute, son numéro, sa source, la clé de la transcription dont il vient, et qui l'a vérifié."""

    id: int
    source_id: str
    cle: str
    doute: Doute
    auteur: str | None


def poser_doutes(
    cx: Connection, *, source_id: str, cle: str, indice: int, doutes: Iterable[Doute]
) -> None:
    """Range les doutes d'un bloc (remplace ceux de même clé et indice). Hors journal, comme le bloc."""
    cx.execute(delete(doute).where(doute.c.cle == cle, doute.c.indice == indice))
    communs = {"source_id": source_id, "cle": cle, "indice": indice, "date": maintenant()}
    lignes = [
        communs
        | {
            "debut_s": d.debut_s,
            "fin_s": d.fin_s,
            "raison": d.raison.value,
            "mesure": d.mesure,
            "texte": d.texte,
            "issue": d.issue.value,
            "etat": d.etat.value,
        }
        for d in doutes
    ]
    if lignes:
        cx.execute(doute.insert(), lignes)


def lire(cx: Connection, *, cles: Iterable[str] | None = None) -> list[DouteRange]:
    """Les doutes, par source et par temps ; ceux des transcriptions de ces clés, ou tous."""
    requete = select(doute).order_by(doute.c.source_id, doute.c.debut_s, doute.c.id)
    if cles is not None:
        requete = requete.where(doute.c.cle.in_(list(cles)))
    return [
        DouteRange(
            ligne["id"],
            ligne["source_id"],
            ligne["cle"],
            Doute(
                ligne["debut_s"],
                ligne["fin_s"],
                Raison(ligne["raison"]),
                ligne["mesure"],
                ligne["texte"],
                Issue(ligne["issue"]),
                EtatDoute(ligne["etat"]),
            ),
            ligne["auteur"],
        )
        for ligne in cx.execute(requete).mappings()
    ]


def marquer(ecriture: Ecriture, numero: int, etat: EtatDoute) -> bool:
    """Note qu'une personne a écouté (ou qu'il faut réécouter) ; rend faux si rien ne change.

    Lève `ErreurEntrepot` si ce doute n'existe pas.
    """
    auteur = ecriture.auteur if etat is EtatDoute.VERIFIE else None
    try:
        return ecriture.modifier(doute, {"id": numero}, {"etat": etat.value, "auteur": auteur})
    except KeyError:
        raise ErreurEntrepot(
            f"Aucun passage à vérifier ne porte le numéro {numero}.",
            "« recherche verifier » montre les passages et leurs numéros.",
        ) from None


def oublier_perimes(cx: Connection, source_id: str, *, garder: Iterable[str]) -> None:
    """Efface d'une source les doutes de transcriptions abandonnées (clés hors de `garder`)."""
    cx.execute(delete(doute).where(doute.c.source_id == source_id, doute.c.cle.not_in(list(garder))))
