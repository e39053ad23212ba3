"""Une petite étude prête à coder, sans moteur de langue : le texte relu y tient lieu de pseudonymisé."""

from pathlib import Path

from outils import DEMO, petite_etude

from recherche.codage.grille import lire_grille
from recherche.echanges.importation import lire_transcription
from recherche.entrepot import Entrepot, codages, sources, transcriptions
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.registre import lire_registre
from recherche.reglages import Etude

SOURCE = "LOR-J-02"
PASSAGE = "J'ai cent quarante-deux contrats dans une boîte à chaussures."


def etude_a_coder(cible: Path, noms: tuple[str, ...] = (SOURCE, "LOR-J-01")) -> Etude:
    """La démonstration réduite à ces sources, textes et grille dans l'entrepôt."""
    etude = petite_etude(cible, noms)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("préparer") as ecriture:
        sources.synchroniser(ecriture, lire_registre(etude).sources)
        codages.synchroniser_grille(ecriture, lire_grille(etude.fichier_grille))
        for nom in noms:
            ranger(ecriture, lire_transcription(DEMO / "transcriptions" / f"{nom}.json"))
    return etude


def ranger(ecriture, texte: Transcription) -> int:
    """Ajoute une version relue et sa version pseudonymisée, identiques ; rend le numéro de celle-ci."""
    version = transcriptions.ajouter_version(ecriture, texte, nature="relue", cle=texte.empreinte)
    return transcriptions.ajouter_pseudonymisee(
        ecriture,
        TranscriptionPseudonymisee(texte.source_id, texte.tours, texte.provenance),
        version_id=version.id,
        revue_id=None,
        cle=texte.empreinte,
        mentions=[],
        correspondance=[],
    )


def bornes(etude: Etude, citation: str = PASSAGE, source: str = SOURCE) -> tuple[int, int]:
    """Où est une citation dans le texte d'une source."""
    from recherche.etapes.carnets import transcription

    texte = transcription(etude, source).texte
    debut = texte.index(citation)
    return debut, debut + len(citation)
