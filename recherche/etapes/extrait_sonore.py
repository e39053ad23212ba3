"""Quelques secondes d'un enregistrement, pour entendre une trouvaille ou un passage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recherche.audio import decodage
from recherche.entrepot import Entrepot, sources
from recherche.erreurs import ErreurAudio
from recherche.reglages import Etude


def extrait_sonore(
    etude: Etude, source_id: str, debut_s: float, *, duree_s: float = 8.0
) -> tuple[NDArray[np.float32], int]:
    """Le signal mono de [debut_s, debut_s + duree_s[ et sa fréquence en Hz.

    Les temps courent d'un fichier au suivant, comme dans la transcription. La voix n'est pas
    pseudonymisée : rien de ce qu'on en garde ne sort de l'équipe. Lève `ErreurAudio` sans son là.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        connus = [f for f in sources.fichiers(cx) if f.utilisable and f.source_id == source_id]
    depart = 0.0
    for fichier in connus:
        duree = fichier.mesure.duree_s if fichier.mesure is not None else 0.0
        if depart <= debut_s < depart + duree:
            ici = debut_s - depart
            fin = min(ici + duree_s, duree)
            signal = decodage.lire(etude.enregistrements / fichier.chemin, ici, fin)
            return signal, decodage.TAUX_HZ
        depart += duree
    raise ErreurAudio(
        f"Il n'y a pas de son à {debut_s:.0f} s de {source_id}.",
        "Vérifiez l'identifiant ; « recherche inventorier » attache les enregistrements aux sources.",
    )
