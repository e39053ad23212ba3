"""La clé des pseudonymes : changer sa phrase secrète, ou la détruire."""

from __future__ import annotations

from pathlib import Path

from recherche.entrepot import suites
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes.phrase import VARIABLE_PHRASE, Demander, phrase_secrete
from recherche.etapes.pseudonymiser import fichier_cle
from recherche.etapes.seance import seance
from recherche.langue import coffre
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude

JOURNAL = "clé des pseudonymes"


def changer(etude: Etude, nouvelle: str, *, demander: Demander | None = None) -> Bilan:
    """Chiffre la clé sous une nouvelle phrase ; l'ancienne ne l'ouvre plus.

    Les pseudonymes ne changent pas. Lève `ErreurConfidentialite` (pas de clé, ancienne phrase fausse,
    nouvelle trop courte ou identique) ; la clé est alors intacte.
    """
    with seance(etude, "changer la phrase de la clé") as entrepot:
        fichier = _exiger(etude)
        ancienne = phrase_secrete(etude, demander, nouvelle=False)
        cle = coffre.lire(fichier, ancienne)
        if nouvelle.strip() == ancienne:
            raise ErreurConfidentialite(
                "La nouvelle phrase est la même que l'ancienne.", "Choisissez-en une autre."
            )
        coffre.ecrire(fichier, cle, nouvelle.strip())
        with entrepot.ecrire("changer la phrase de la clé") as ecriture:
            suites.poser_document(
                ecriture, chemin=JOURNAL, cle="changée", empreinte=suites.empreinte_fichier(fichier)
            )
    messages = [
        "L'ancienne phrase ouvre encore les copies faites avant : effacez-les.",
        f"Si {VARIABLE_PHRASE} ou un fichier donnait l'ancienne phrase, mettez-y la nouvelle.",
    ]
    return Bilan("cle", ("phrase changée",), messages=tuple(messages))


def detruire(etude: Etude) -> Bilan:
    """Efface la clé : plus rien, ici, ne relie un pseudonyme à un nom.

    Les textes pseudonymisés restent ; on ne peut plus en pseudonymiser d'autres dans cette étude. Lève
    `ErreurConfidentialite` s'il n'y a pas de clé.
    """
    with seance(etude, "détruire la clé") as entrepot:
        fichier = _exiger(etude)
        with entrepot.ecrire("détruire la clé") as ecriture:
            suites.poser_document(ecriture, chemin=JOURNAL, cle="détruite", empreinte="")
        fichier.unlink()
    messages = (
        "Effacez aussi les copies de ce fichier (sauvegardes de la machine, clés USB).",
        "Son, registre et transcriptions brutes nomment encore les personnes : tant qu'ils sont là, "
        "l'étude n'est pas anonyme.",
    )
    return Bilan("cle", ("clé détruite",), messages=messages)


def _exiger(etude: Etude) -> Path:
    fichier = fichier_cle(etude)
    if not fichier.exists():
        raise ErreurConfidentialite(
            f"Il n'y a pas de clé des pseudonymes : {fichier} n'existe pas.",
            "« recherche pseudonymiser » la crée à la première transcription.",
        )
    return fichier
