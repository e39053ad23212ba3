"""Les modèles de transcription : où ils sont, s'ils sont intacts ; en télécharger un."""

from __future__ import annotations

from recherche.audio import modeles
from recherche.audio.modeles import ModeleConnu
from recherche.modele.suivi import Bilan


def catalogue() -> tuple[ModeleConnu, ...]:
    """Les modèles connus, vérifiés par SHA-256. Ne télécharge rien."""
    return modeles.catalogue()


def telecharger(nom: str) -> Bilan:
    """Télécharge un modèle, si le réseau le permet. Lève `ErreurAudio`."""
    return Bilan("modeles", (str(modeles.trouver(nom, telecharger=True)),))
