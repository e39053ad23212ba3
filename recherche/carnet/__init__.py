"""Dans un carnet : coder un entretien à la souris ou au clavier, entendre une trouvaille.

from recherche.carnet import Codeur, ecouter
Codeur(etude, "LOR-J-02", codeur="AB")
"""

from __future__ import annotations

from recherche.carnet.codeur import Codeur
from recherche.carnet.son import ecouter

__all__ = ["Codeur", "ecouter"]
