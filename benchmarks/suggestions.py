"""Mesure les suggestions sur la démonstration : durée et qualité, à 24 puis à 120 entretiens codés.

    python benchmarks/suggestions.py [--comparer] [--sortie FICHIER]

La démonstration est refaite dans un dossier provisoire, sans son. « 24 » : seuls les entretiens que
trois personnes ont codés le sont ; on propose des codes sur les 96 autres. « 120 » : tous. `--comparer`
ajoute la comparaison des méthodes en validation croisée groupée par entretien (avec e5, s'il est là) et
la courbe d'apprentissage. Le partage apprentissage / certification est celui du produit.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import tempfile
import time
from pathlib import Path

from recherche.entrepot import Entrepot
from recherche.entrepot import suggestions as rangement
from recherche.etapes import importer
from recherche.etapes.pseudonymiser import pseudonymiser_etude
from recherche.etapes.suggerer import suggerer
from recherche.etapes.suggestions import verdicts
from recherche.reglages import Etude

RACINE = Path(__file__).parents[1]
DEMO = RACINE / "interviews" / "demo"


def preparer(cible: Path) -> Etude:
    """La démonstration sans son ni codage, jusqu'à ses textes pseudonymisés."""
    shutil.copytree(DEMO, cible, ignore=shutil.ignore_patterns("*.mp3", "*.m4a", "*.opus", "base.*"))
    etude = Etude.ouvrir(cible)
    importer.importer_transcriptions(etude, sorted((cible / "transcriptions").glob("*.json")))
    importer.importer_revues(etude, sorted((cible / "revues").glob("*.json")))
    pseudonymiser_etude(etude)
    return etude


def garder(etude: Etude, sources: set[str]) -> None:
    """Réduit les fichiers de codages à quelques sources."""
    for fichier in (etude.chemin / "codages").glob("*.json"):
        donnees = json.loads(fichier.read_text(encoding="utf-8"))
        donnees["sources"] = [s for s in donnees["sources"] if s["source_id"] in sources]
        fichier.write_text(json.dumps(donnees), encoding="utf-8")


def mesurer(etude: Etude, *, comparer: bool = False) -> dict[str, object]:
    importer.importer_codages(etude, sorted((etude.chemin / "codages").glob("*.json")))
    debut, calcul = time.perf_counter(), time.process_time()
    bilan = suggerer(etude, comparer=comparer)
    duree, calcul = time.perf_counter() - debut, time.process_time() - calcul
    table = verdicts(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        modele = rangement.dernier_modele(cx)
    assert modele is not None
    return {
        "duree_s": round(duree, 1),
        "calcul_s": round(calcul, 1),
        "memoire_mo": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "methode": modele.methode,
        "entretiens": {part: len(sources) for part, sources in modele.sources.items()},
        "bilan": list(bilan.messages),
        "mesures": modele.mesures,
        "verdicts": json.loads(table.round(3).to_json(orient="records")),
    }


def principal() -> None:
    lecteur = argparse.ArgumentParser(description=__doc__)
    lecteur.add_argument("--comparer", action="store_true")
    lecteur.add_argument("--sortie", type=Path, default=RACINE / "benchmarks/resultats/suggestions.json")
    choix = lecteur.parse_args()
    resultats: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as dossier:
        entiere = preparer(Path(dossier) / "120")
        petite = Etude.ouvrir(shutil.copytree(entiere.chemin, Path(dossier) / "24"))
        lus = json.loads((DEMO / "codages" / "B.json").read_text(encoding="utf-8"))
        garder(petite, {s["source_id"] for s in lus["sources"]})
        for nom, etude, comparer in (("24", petite, False), ("120", entiere, choix.comparer)):
            resultats[nom] = mesurer(etude, comparer=comparer)
            print(nom, resultats[nom]["duree_s"], "s", resultats[nom]["bilan"], flush=True)  # type: ignore[index]
            texte = json.dumps(resultats, ensure_ascii=False, indent=1)
            choix.sortie.write_text(texte + "\n", encoding="utf-8")


if __name__ == "__main__":
    principal()
