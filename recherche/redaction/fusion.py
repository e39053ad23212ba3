"""Réunir un chapitre récrit par le programme et celui qu'une personne a peut-être modifié."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from recherche.modele.transcription import empreinte_texte


class Statut(StrEnum):
    """Ce qu'il advient d'un chapitre."""

    CREE = "créé"
    MIS_A_JOUR = "mis à jour"
    INCHANGE = "inchangé"
    CONSERVE = "modifié à la main, conservé"
    A_COTE = "modifié à la main, nouveau texte à côté"


@dataclass(frozen=True, slots=True)
class Fusion:
    """`texte` : ce qu'il faut écrire, ou None ; `a_cote` dit s'il va dans `X.nouveau.md`."""

    texte: str | None
    statut: Statut

    @property
    def a_cote(self) -> bool:
        """Le texte va à côté du chapitre, jamais à sa place."""
        return self.statut is Statut.A_COTE


def fusionner(existant: str | None, empreinte_precedente: str | None, nouveau: str) -> Fusion:
    """Ce qu'il faut faire du texte `nouveau` d'un chapitre.

    `existant` est le fichier tel qu'il est, None s'il n'y en a pas ; `empreinte_precedente` le SHA-256
    (UTF-8) du dernier texte proposé, None si le programme n'a jamais écrit ce chapitre. Un fichier qui
    n'est plus celui que nous avions écrit appartient à une personne : il n'est jamais remplacé. Fins
    de ligne, marque d'ordre des octets et lignes vides finales ne comptent pas pour une modification.
    """
    if existant is None:
        return Fusion(nouveau, Statut.CREE)
    actuel, propose = _normaliser(existant), _normaliser(nouveau)
    if actuel == propose:
        return Fusion(None, Statut.INCHANGE)
    if empreinte_precedente == empreinte_texte(actuel):
        return Fusion(nouveau, Statut.MIS_A_JOUR)
    if empreinte_precedente == empreinte_texte(propose):
        return Fusion(None, Statut.CONSERVE)
    return Fusion(nouveau, Statut.A_COTE)


def _normaliser(texte: str) -> str:
    unix = texte.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    return unix.rstrip() + "\n"
