"""`registre.xlsx` <-> `Registre` : entretiens, ateliers, participants et consentements."""

from recherche.registre.ecriture import ecrire_registre, ecrire_registre_vide
from recherche.registre.effacement import effacer_source
from recherche.registre.lecture import lire_registre

__all__ = ["ecrire_registre", "ecrire_registre_vide", "effacer_source", "lire_registre"]
