"""Retirer la version publiée : son dossier disparaît, et l'étude note qu'elle ne vaut plus."""

from __future__ import annotations

from recherche.entrepot import sorties, suites
from recherche.erreurs import ErreurConfidentialite, ErreurRecherche
from recherche.etapes.retrait_fichiers import effacer_dossier
from recherche.etapes.seance import seance
from recherche.modele.suivi import Bilan
from recherche.publication import dossier
from recherche.reglages import Etude

ETAPE = "depublier"


def version_publiee(etude: Etude) -> int | None:
    """Le numéro du jeu que contient `publie/` ; None s'il n'y en a pas, ou s'il ne se lit pas."""
    try:
        return dossier.lire_manifeste(etude.publie)["version"]
    except ErreurRecherche:
        return None


def depublier(etude: Etude) -> Bilan:
    """Efface `publie/` et note le retrait de sa version ; la prochaine publication prend un numéro neuf.

    Lève `ErreurConfidentialite` si rien n'est publié. Interrompue, la même commande finit.
    """
    with seance(etude, ETAPE) as entrepot:
        with entrepot.lire() as cx:
            derniere = suites.derniere_publication(cx)
        if not etude.publie.exists() and derniere is None:
            raise ErreurConfidentialite(
                "Rien n'est publié : il n'y a rien à retirer.",
                "« recherche etat » montre où en est l'étude.",
            )
        version = version_publiee(etude) or (derniere.version if derniere else None)
        if version is not None and derniere is not None:
            with entrepot.lire() as cx:
                connue = version in suites.versions_publiees(cx)
            if connue:
                with entrepot.ecrire(ETAPE) as ecriture:
                    neuve = sorties.depublier(ecriture, version)
                if not neuve and not etude.publie.exists():
                    return Bilan(ETAPE, passes=(f"version {version}",))
        effacer_dossier(etude.publie)
    messages = (
        "Qui a téléchargé ce jeu ou reçu le guide l'a encore : prévenez-les.",
        "Le guide vient de ce jeu : effacez ses rendus, ou refaites-les après « recherche publier ».",
    )
    return Bilan(ETAPE, (f"version {version}",), messages=messages)
