"""Retrouver, dans notre texte pseudonymisé, un passage désigné dans le texte d'un projet étranger.

Par ordre : le texte est le nôtre, mot pour mot (étiqueté ou non, pseudonymisé ou brut) ; il l'est aux
espaces, aux fins de ligne ou à la composition des accents près ; il a changé, et seuls les passages
restés intacts se reportent. Jamais d'approximation.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence

from recherche.codage.report import reporter
from recherche.echanges.refi_qda_positions import Repli, porter
from recherche.echanges.refi_qda_texte import Etiquete
from recherche.langue.correspondance import Correspondance
from recherche.modele.codage import Extrait
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee

Bornes = tuple[int, int]
Passage = Callable[[int, int], Bornes | None]


class Placement:
    """Le passage des positions d'un texte étranger à celles d'une version pseudonymisée."""

    def __init__(
        self, pseudo: TranscriptionPseudonymisee, brut: Transcription, correspondance: Correspondance
    ) -> None:
        self._texte = pseudo.texte
        self._etiquete = Etiquete.de(pseudo)
        self._brut = Etiquete.de(brut)
        self._brut_nu = brut.texte
        self._correspondance = correspondance

    def placer(self, etranger: str, bornes: Sequence[Bornes]) -> list[Extrait | None]:
        """L'extrait de chaque passage ; None si son texte a changé, ou s'il est vide."""
        passage = self._exact(etranger) or self._aux_espaces_pres(etranger)
        if passage is not None:
            return [self._extrait(passage(*paire)) for paire in bornes]
        return self._reportes(etranger, bornes)

    def _candidats(self) -> Iterator[tuple[str, Passage]]:
        yield self._etiquete.texte, self._etiquete.denuder
        yield self._texte, lambda debut, fin: (debut, fin)
        yield self._brut.texte, self._du_brut
        yield self._brut_nu, self._correspondance.vers_pseudonymise

    def _du_brut(self, debut: int, fin: int) -> Bornes | None:
        nu = self._brut.denuder(debut, fin)
        return None if nu is None else self._correspondance.vers_pseudonymise(*nu)

    def _exact(self, etranger: str) -> Passage | None:
        return next((passage for texte, passage in self._candidats() if texte == etranger), None)

    def _aux_espaces_pres(self, etranger: str) -> Passage | None:
        origine = Repli.de(etranger)
        for texte, passage in self._candidats():
            cible = Repli.de(texte)
            if origine.signes == cible.signes:
                return lambda debut, fin: _enchainer(porter(origine, cible, debut, fin), passage)
        return None

    def _reportes(self, etranger: str, bornes: Sequence[Bornes]) -> list[Extrait | None]:
        """Par l'alignement des deux textes, tour à tour puis mot à mot."""
        lignes = (" ".join(unicodedata.normalize("NFC", li).split()) for li in etranger.splitlines())
        propre = "\n".join(ligne for ligne in lignes if ligne)
        origine, cible = Repli.de(etranger), Repli.de(propre)
        places = [porter(origine, cible, *paire) for paire in bornes]
        extraits = [None if place is None else Extrait.dans(propre, *place) for place in places]
        reports = reporter(propre, self._etiquete.texte, [e for e in extraits if e is not None])
        nouveaux = {report.ancien: report.nouveau for report in reports}
        resultat: list[Extrait | None] = []
        for extrait in extraits:
            nouveau = None if extrait is None else nouveaux[extrait]
            nu = None if nouveau is None else self._etiquete.denuder(nouveau.debut, nouveau.fin)
            resultat.append(self._extrait(nu))
        return resultat

    def _extrait(self, bornes: Bornes | None) -> Extrait | None:
        if bornes is None or not 0 <= bornes[0] < bornes[1] <= len(self._texte):
            return None
        return Extrait.dans(self._texte, *bornes)


def _enchainer(bornes: Bornes | None, passage: Passage) -> Bornes | None:
    return None if bornes is None else passage(*bornes)
