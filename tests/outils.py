"""Ce que plusieurs épreuves emploient : la démonstration, et des extraits de son."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import wave
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from recherche.audio import decodage
from recherche.modele.entretien import Registre
from recherche.registre import ecrire_registre, lire_registre
from recherche.reglages import Etude

DEMO = Path(__file__).parents[1] / "interviews" / "demo"
EXTRAIT_S = 50.0


def extrait(origine: Path, cible: Path, fin_s: float = EXTRAIT_S, *, debut_s: float = 0.0) -> Path:
    """Le début d'un enregistrement (ou la suite, de `debut_s` à `fin_s`), en wav 16 kHz mono."""
    signal = decodage.lire(origine, debut_s, fin_s)
    cible.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(cible), "wb") as fichier:
        fichier.setnchannels(1)
        fichier.setsampwidth(2)
        fichier.setframerate(16_000)
        fichier.writeframes((np.clip(signal, -1, 1) * 32_767).astype("<i2").tobytes())
    return cible


def copie_sans_son(cible: Path) -> Etude:
    """Une copie de travail de la démonstration, sans ses enregistrements."""
    shutil.copytree(
        DEMO, cible, ignore=shutil.ignore_patterns("*.mp3", "*.m4a", "*.opus", "base.sqlite*")
    )
    return Etude.ouvrir(cible)


def json_de(etude: Etude, dossier: str) -> list[Path]:
    return sorted((etude.chemin / dossier).glob("*.json"))


PETITE = ("LOR-J-01", "LOR-J-02", "LOR-J-03", "LOR-J-04", "LOR-J-05", "LOR-J-06", "LOR-A-01")


def petite_etude(cible: Path, sources: Sequence[str] = PETITE) -> Etude:
    """La démonstration réduite à quelques sources, sans son : assez pour mener toute la chaîne vite."""
    cible.mkdir(parents=True)
    for nom in ("etude.toml", "grille.yaml", "phrase-fictive.txt"):
        shutil.copyfile(DEMO / nom, cible / nom)
    etude = Etude.ouvrir(cible)
    entier = lire_registre(Etude.ouvrir(DEMO))
    gardes = Registre(
        tuple(replace(e, enregistrements=()) for e in entier.entretiens if e.id in sources),
        tuple(replace(a, enregistrements=()) for a in entier.ateliers if a.id in sources),
    )
    ecrire_registre(etude.reglages, gardes, etude.fichier_registre)
    etude.enregistrements.mkdir()
    for dossier in ("transcriptions", "revues"):
        (cible / dossier).mkdir()
        for identifiant in sources:
            shutil.copyfile(
                DEMO / dossier / f"{identifiant}.json", cible / dossier / f"{identifiant}.json"
            )
    (cible / "codages").mkdir()
    for fichier in (DEMO / "codages").glob("*.json"):
        donnees = json.loads(fichier.read_text(encoding="utf-8"))
        donnees["sources"] = [s for s in donnees["sources"] if s["source_id"] in sources]
        (cible / "codages" / fichier.name).write_text(json.dumps(donnees), encoding="utf-8")
    return etude


@dataclass(frozen=True)
class Issue:
    """Ce qu'une commande a rendu."""

    code: int
    sortie: str
    erreurs: str


def environnement(**variables: str) -> dict[str, str]:
    """Celui des commandes d'épreuve : rien de l'appelant ne les détourne, un fil par moteur."""
    ote = ("RECHERCHE_BASE", "RECHERCHE_ETUDE", "RECHERCHE_PHRASE", "RECHERCHE_ATTENTE")
    garde = {nom: valeur for nom, valeur in os.environ.items() if nom not in ote}
    fixes = {"OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "default", "COLUMNS": "120"}
    return garde | fixes | variables


def arguments(*mots: str | Path) -> list[str]:
    """La commande `recherche` de cet environnement, telle qu'on la lance."""
    return [sys.executable, "-m", "recherche", *map(str, mots)]


def lancer(*mots: str | Path, etude: Path | None = None, **options: Any) -> Issue:
    """Lance `recherche`, attend sa fin ; `variables` s'ajoutent à l'environnement."""
    variables = options.pop("variables", {})
    if etude is not None:
        variables = {"RECHERCHE_ETUDE": str(etude)} | variables
    fini = subprocess.run(
        arguments(*mots),
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environnement(**variables),
        timeout=120,
        check=False,
        **options,
    )
    return Issue(fini.returncode, fini.stdout, fini.stderr)


def mener(etude: Etude) -> None:
    """Importe, pseudonymise, code, publie et rédige ce que contient le dossier d'une étude."""
    from recherche.etapes import importer
    from recherche.etapes.pseudonymiser import pseudonymiser_etude
    from recherche.etapes.publier import publier
    from recherche.etapes.rediger import rediger

    importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    importer.importer_revues(etude, json_de(etude, "revues"))
    pseudonymiser_etude(etude)
    importer.importer_codages(etude, json_de(etude, "codages"))
    publier(etude)
    rediger(etude)


def copier(etude: Etude, cible: Path) -> Etude:
    """Une copie de l'étude et de tout ce qu'elle contient."""
    shutil.copytree(etude.chemin, cible)
    return Etude.ouvrir(cible)


def contenu(etude: Etude) -> dict[str, Any]:
    """Tout ce que l'étude sait : les tables de sa base, hors horloge et hors journal."""
    volatiles = {"date", "auteur", "provenance", "id", "modifie_ns"}
    with closing(sqlite3.connect(etude.fichier_base)) as base:
        base.row_factory = sqlite3.Row
        noms = [n for (n,) in base.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {
            nom: sorted(
                str({cle: ligne[cle] for cle in ligne.keys() if cle not in volatiles})  # noqa: SIM118
                for ligne in base.execute(f"SELECT * FROM {nom}")
            )
            for nom in noms
            if not nom.startswith(("journal", "sqlite_", "alembic"))
        }


def restes(etude: Etude) -> list[str]:
    """Les fichiers provisoires qu'une étape aurait laissés dans l'étude."""
    permis = {".verrou", ".verrou.txt"}
    return sorted(
        f.relative_to(etude.chemin).as_posix()
        for f in etude.chemin.rglob("*")
        if f.name not in permis and (f.name.startswith(".") or f.suffix in (".partiel", ".provisoire"))
    )
