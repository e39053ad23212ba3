"""Ce que le programme a trouvé douteux dans ce qu'il a transcrit, et ce qu'il en a fait."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Raison(StrEnum):
    """Pourquoi un passage est douteux."""

    BOUCLE = "phrase répétée en boucle"
    SILENCE = "texte sur du silence"
    INVENTION = "phrase que le modèle invente"
    LANGUE = "langue qui n'est pas le français"
    DEBIT = "débit invraisemblable"
    OUBLI = "parole sans texte"
    CONFIANCE = "confiance basse"


class Issue(StrEnum):
    """Ce que le programme a fait d'un passage douteux."""

    GARDE = "texte gardé"
    REMPLACE = "texte remplacé par une relecture"
    OTE = "texte ôté : la relecture n'entend rien"


class EtatDoute(StrEnum):
    """Où en est un doute : à écouter, réglé par une relecture du programme, écouté par une personne."""

    A_VERIFIER = "à vérifier"
    REGLE = "réglé par relecture"
    VERIFIE = "vérifié"


@dataclass(frozen=True, slots=True)
class Doute:
    """Un passage [debut_s, fin_s] de l'enregistrement, en secondes, et ce qui fait douter.

    `mesure` est la valeur qui a dépassé le seuil de `raison` (mots par seconde, part, confiance…) ;
    `texte` est celui de la première lecture, que `issue` a gardé, remplacé ou ôté.
    """

    debut_s: float
    fin_s: float
    raison: Raison
    mesure: float | None
    texte: str
    issue: Issue
    etat: EtatDoute

    @property
    def duree_s(self) -> float:
        """Secondes à écouter."""
        return self.fin_s - self.debut_s
