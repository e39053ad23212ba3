"""Entendre, dans un carnet, ce qu'une recherche a trouvé."""

from __future__ import annotations

from typing import Any

from recherche.etapes.extrait_sonore import extrait_sonore
from recherche.reglages import Etude


def ecouter(etude: Etude, source: str, debut_s: float, *, duree_s: float = 8.0) -> Any:  # noqa: ANN401
    """Un lecteur du son de la source à partir de `debut_s` (colonne de `recherche.chercher`).

    La voix n'est pas pseudonymisée : videz les sorties du carnet avant de le partager.
    Lève `ErreurAudio` s'il n'y a pas de son à cet instant.
    """
    from IPython.display import Audio

    signal, taux_hz = extrait_sonore(etude, source, float(debut_s), duree_s=duree_s)
    return Audio(signal, rate=taux_hz)  # type: ignore[no-untyped-call]
