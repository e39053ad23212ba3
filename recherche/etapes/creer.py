"""Créer une étude neuve, ou son registre vide."""

from __future__ import annotations

from pathlib import Path

from recherche.codage.grille import grille_modele
from recherche.erreurs import ErreurEtude
from recherche.etapes.lanceurs import ecrire_lanceurs
from recherche.langue.corrections import NOM_CORRECTIONS
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.registre import ecrire_registre_vide
from recherche.reglages import NOM_REGLAGES, Etude, modele_annexe, modele_reglages

IGNORES = """# Rien d'une étude ne se versionne, sauf ses réglages et sa grille.
*
!.gitignore
!etude.toml
!grille.yaml
"""


def nouvelle(chemin: Path) -> Bilan:
    """Crée le dossier d'une étude : réglages, grille, registre et dossiers, à adapter.

    Lève `ErreurEtude` si le dossier existe et n'est pas vide.
    """
    if chemin.exists() and (not chemin.is_dir() or any(chemin.iterdir())):
        raise ErreurEtude(
            f"{chemin} existe déjà et n'est pas vide.",
            "Donnez un autre dossier : « recherche nouvelle AUTRE_DOSSIER ».",
        )
    try:
        chemin.mkdir(parents=True, exist_ok=True)
    except OSError as erreur:
        raise ErreurEtude(
            f"{chemin} ne peut pas être créé : {erreur.strerror}.",
            "Donnez un dossier où vous pouvez écrire.",
        ) from erreur
    contenus = {
        NOM_REGLAGES: modele_reglages(),
        "grille.yaml": grille_modele(),
        NOM_CORRECTIONS: modele_annexe(NOM_CORRECTIONS),
        ".gitignore": IGNORES,
    }
    for nom, texte in contenus.items():
        ecrire_atomique(chemin / nom, texte.encode())
    etude = Etude.ouvrir(chemin)
    etude.enregistrements.mkdir()
    ecrire_registre_vide(etude, etude.fichier_registre)
    lanceurs = ecrire_lanceurs(etude).faits
    return Bilan("nouvelle", (*contenus, "registre.xlsx", "enregistrements/", *lanceurs))


def registre_vide(etude: Etude, fichier: Path | None = None) -> Bilan:
    """Écrit le registre vide de l'étude. Lève `ErreurRegistre` plutôt que d'écraser un fichier."""
    cible = fichier or etude.fichier_registre
    ecrire_registre_vide(etude, cible)
    return Bilan("registre", (str(cible),))
