"""Le codeur d'un entretien, dans JupyterLab ou VS Code (anywidget)."""

from __future__ import annotations

from typing import Any

import anywidget
import traitlets

from recherche.codage.passage import Passage
from recherche.etapes import codeur_web
from recherche.etapes.poste import ouvrir_poste
from recherche.modele.codage import CodePropose, Memo
from recherche.reglages import Etude


class Codeur(anywidget.AnyWidget):
    """Le texte pseudonymisé d'un entretien à coder ; chaque geste est enregistré aussitôt.

    `aveugle` : les passages des autres codeurs ne sont pas montrés (ni envoyés au navigateur).
    `hauteur` en pixels. Lève `ErreurCodage` ou `ErreurEntrepot` si l'entretien ne peut pas être codé.
    """

    _esm = codeur_web.fichier("codeur.js") + codeur_web.fichier("anywidget.js")
    _css = codeur_web.fichier("codeur.css")
    donnees = traitlets.Dict().tag(sync=True)
    etat = traitlets.Dict().tag(sync=True)

    def __init__(
        self, etude: Etude, source: str, *, codeur: str, aveugle: bool = True, hauteur: int = 640
    ) -> None:
        self._poste = ouvrir_poste(etude, source, codeur)
        self._aveugle = aveugle
        super().__init__(
            donnees=codeur_web.donnees(self._poste, aveugle=aveugle, hauteur=hauteur),
            etat=codeur_web.etat(self._poste, aveugle=aveugle),
        )
        self.on_msg(self._recevoir)

    def passages(self) -> list[Passage]:
        """Les passages codés, et ceux des autres s'ils sont visibles."""
        return self._poste.passages(tous=not self._aveugle)

    def memos(self) -> list[Memo]:
        """Les mémos, et ceux des autres s'ils sont visibles."""
        return self._poste.memos(tous=not self._aveugle)

    def proposes(self) -> list[CodePropose]:
        """Les codes in vivo, et ceux des autres s'ils sont visibles."""
        return self._poste.proposes(tous=not self._aveugle)

    def appliquer(self, commande: dict[str, Any]) -> dict[str, Any]:
        """Exécute un geste du navigateur, rafraîchit l'écran et rend la réponse."""
        reponse = codeur_web.appliquer(self._poste, commande)
        self.etat = codeur_web.etat(self._poste, aveugle=self._aveugle, reponse=reponse)
        return reponse

    def close(self) -> None:
        """Ferme le codeur et rend la base."""
        self._poste.fermer()
        super().close()

    def _recevoir(self, _: object, commande: dict[str, Any], __: object) -> None:
        self.appliquer(commande)
