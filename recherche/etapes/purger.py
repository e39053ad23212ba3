"""Purger ce dont la conservation est finie : comme un retrait, pour chaque source échue."""

from __future__ import annotations

from datetime import date

from recherche.entrepot import Entrepot, retrait
from recherche.etapes.consentements import echues
from recherche.etapes.phrase import Demander
from recherche.etapes.retirer import retirer
from recherche.modele.suivi import Bilan, Suivi, silencieux
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "purger"


def a_purger(etude: Etude, *, jour: date | None = None) -> list[tuple[str, date]]:
    """Les sources échues et leur échéance ; celles d'une purge interrompue d'abord.

    Une source dont chacun consent à l'archivage reste, sauf échéance propre. Lève `ErreurRegistre`.
    """
    jour = jour or date.today()  # noqa: DTZ011
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        en_cours = [
            (r.identifiant, date.fromisoformat(r.debut[:10]))
            for r in retrait.retraits(cx).values()
            if r.fin is None and r.motif == retrait.CONSERVATION
        ]
    commencees = {identifiant for identifiant, _ in en_cours}
    finies = echues(lire_registre(etude), etude.reglages, jour)
    return en_cours + [(s.id, limite) for s, limite in finies if s.id not in commencees]


def purger(
    etude: Etude,
    *,
    jour: date | None = None,
    demander: Demander | None = None,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Efface les sources échues ; interrompue, la même commande reprend. Lève ce que lève `retirer`."""
    faits: list[str] = []
    messages: dict[str, None] = {}
    for identifiant, _ in a_purger(etude, jour=jour):
        bilan = retirer(etude, identifiant, demander=demander, motif=retrait.CONSERVATION, suivi=suivi)
        faits += bilan.faits
        messages |= dict.fromkeys(bilan.messages)
    return Bilan(ETAPE, tuple(faits), messages=tuple(messages))
