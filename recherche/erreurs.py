"""Erreurs destinées aux personnes : ce qui ne va pas, où, et la commande qui répare.

Une seule racine, `ErreurRecherche`, attrapée seulement par `cli` et `ecrans`. Toute faute d'un
utilisateur en dérive ; tout autre exception est un défaut du programme.
"""

from __future__ import annotations


class ErreurRecherche(Exception):
    """Faute qu'une personne peut réparer.

    `message` dit ce qui ne va pas et où (fichier, clé, cellule) ; `remede` dit quoi faire, avec la
    commande exacte quand il y en a une.
    """

    def __init__(self, message: str, remede: str) -> None:
        super().__init__(message)
        self.message = message
        self.remede = remede

    def __str__(self) -> str:
        return f"{self.message}\n→ {self.remede}"


class ErreurEtude(ErreurRecherche):
    """Le dossier de l'étude ou son `etude.toml` ne convient pas."""


class ErreurRegistre(ErreurRecherche):
    """Le classeur `registre.xlsx` ne se lit pas ou contient des erreurs."""


class ErreurEntrepot(ErreurRecherche):
    """La base de l'étude est absente, occupée, abîmée ou pleine."""


class ErreurAudio(ErreurRecherche):
    """Un enregistrement ou un modèle de transcription ne convient pas."""


class ErreurConfidentialite(ErreurRecherche):
    """Un consentement manque, une clé ne s'ouvre pas, ou une publication révélerait quelqu'un."""


class ErreurCodage(ErreurRecherche):
    """La grille ou un codage ne convient pas."""


class ErreurEchange(ErreurRecherche):
    """Un fichier à importer ou à exporter ne convient pas."""
