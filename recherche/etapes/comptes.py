"""Tenir les comptes du tableau de bord exposé."""

from __future__ import annotations

from pathlib import Path

from recherche.erreurs import ErreurConfidentialite
from recherche.modele.suivi import Bilan
from recherche.publication.comptes import VARIABLE_ETAT, Comptes
from recherche.publication.dossier import MANIFESTE

ETAPE = "comptes"


def ajouter(dossier: Path, nom: str, mot_de_passe: str | None, territoire: str | None) -> Bilan:
    """Crée ou remplace un compte. Lève `ErreurConfidentialite` (nom, mot de passe, dossier)."""
    compte = _comptes(dossier).ajouter(nom, mot_de_passe, territoire)
    return Bilan(ETAPE, (compte.nom,), (), ())


def retirer(dossier: Path, nom: str) -> Bilan:
    """Efface un compte. Lève `ErreurConfidentialite` s'il n'existe pas."""
    _comptes(dossier).retirer(nom)
    return Bilan(ETAPE, (nom,), (), ())


def lister(dossier: Path) -> Bilan:
    """Les comptes connus."""
    connus = _comptes(dossier).lire()
    return Bilan(ETAPE, tuple(f"{c.nom} ({c.territoire or 'tout'})" for c in connus), (), ())


def _comptes(dossier: Path) -> Comptes:
    if (dossier / MANIFESTE).exists() or (dossier.parent / MANIFESTE).exists():
        raise ErreurConfidentialite(
            f"{dossier} est dans le dossier publié : les comptes partiraient avec lui.",
            f"Désignez un autre dossier par --etat ou {VARIABLE_ETAT}.",
        )
    return Comptes(dossier)
