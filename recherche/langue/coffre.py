"""La clé des pseudonymes chiffrée par une phrase secrète (format age, scrypt, par pyrage)."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pyrage

from recherche.erreurs import ErreurConfidentialite
from recherche.langue.cle import Cle

LONGUEUR_PHRASE = 12
_REMEDE = "Vérifiez la phrase secrète : sans elle, la clé des pseudonymes ne s'ouvre pas."


def chiffrer_cle(cle: Cle, phrase: str) -> bytes:
    """La clé chiffrée. Lève `ErreurConfidentialite` si la phrase est trop courte (12 caractères)."""
    if len(phrase.strip()) < LONGUEUR_PHRASE:
        raise ErreurConfidentialite(
            f"La phrase secrète est trop courte : {LONGUEUR_PHRASE} caractères au moins.",
            "Prenez une phrase de plusieurs mots, gardée dans un gestionnaire de mots de passe.",
        )
    chiffre: bytes = pyrage.passphrase.encrypt(cle.vers_json().encode("utf-8"), phrase)
    return chiffre


def dechiffrer_cle(octets: bytes, phrase: str) -> Cle:
    """La clé déchiffrée. Lève `ErreurConfidentialite` : phrase fausse ou contenu abîmé."""
    try:
        clair: bytes = pyrage.passphrase.decrypt(octets, phrase)
    except pyrage.DecryptError:
        raise ErreurConfidentialite("La clé des pseudonymes ne s'ouvre pas.", _REMEDE) from None
    try:
        return Cle.depuis_json(clair.decode("utf-8"))
    except ValueError:
        raise ErreurConfidentialite(
            "Le fichier de la clé des pseudonymes ne contient pas une clé.",
            "Reprenez-le d'une sauvegarde de l'étude.",
        ) from None


def lire(fichier: Path, phrase: str) -> Cle:
    """La clé d'un fichier ; vide s'il n'existe pas encore. Lève `ErreurConfidentialite`."""
    try:
        octets = fichier.read_bytes()
    except FileNotFoundError:
        return Cle()
    return dechiffrer_cle(octets, phrase)


def ecrire(fichier: Path, cle: Cle, phrase: str) -> None:
    """Écrit la clé chiffrée d'un seul coup, lisible du seul propriétaire (droits 600)."""
    octets = chiffrer_cle(cle, phrase)
    fichier.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descripteur, provisoire = tempfile.mkstemp(dir=fichier.parent, prefix=".cle-")
    try:
        with os.fdopen(descripteur, "wb") as sortie:
            sortie.write(octets)
            sortie.flush()
            os.fsync(sortie.fileno())
        Path(provisoire).replace(fichier)
    except BaseException:
        Path(provisoire).unlink(missing_ok=True)
        raise
