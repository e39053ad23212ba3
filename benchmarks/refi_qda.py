"""Mesure l'export et l'import QDPX d'une étude de 1 200 entretiens : la démonstration dix fois.

    python benchmarks/refi_qda.py ETUDE [DOSSIER]

ETUDE : la démonstration déjà pseudonymisée et codée ; DOSSIER : où travailler (temporaire par défaut).
À atteindre : export en moins de 60 s, import dans une base vide en moins de 120 s, mémoire sous 1,5 Go.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot, codages, transcriptions
from recherche.etapes.exporter import exporter
from recherche.etapes.importer_qda import importer_projets
from recherche.etapes.seance import registre_reporte
from recherche.modele.codage import Codage
from recherche.modele.entretien import Registre
from recherche.modele.transcription import Transcription
from recherche.registre import ecrire_registre, lire_registre
from recherche.reglages import Etude

FOIS = 10
RESULTAT = Path(__file__).parent / "resultats" / "refi_qda.json"


def renommer(source: str, rang: int) -> str:
    """LOR-J-02, au rang 3, devient LOR-J-302 : un identifiant que le registre admet."""
    debut, numero = source.rsplit("-", 1)
    return f"{debut}-{rang * 100 + int(numero)}" if rang else source


def multiplier(origine: Etude, cible: Path) -> Etude:
    """Une étude de dix fois les entretiens, textes et codages de l'originale."""
    etude = preparer(origine, cible)
    with Entrepot.ouvrir(origine) as lu, lu.lire() as cx, Entrepot.ouvrir(etude) as ecrit:
        pseudos = transcriptions.pseudonymisees(cx)
        textes = {s: transcriptions.lire_pseudonymisee(cx, v.id) for s, v in pseudos.items()}
        poses: dict[str, list[Codage]] = {}
        for codage in codages.lire(cx, version_ids=[v.id for v in pseudos.values()]):
            poses.setdefault(codage.source_id, []).append(codage)
        registre_reporte(etude, ecrit)
        with ecrit.ecrire("multiplier") as ecriture:
            codages.synchroniser_grille(ecriture, lire_grille(etude.fichier_grille))
            for source, texte in textes.items():
                if source.split("-")[1] == "A":
                    continue
                for rang in range(FOIS):
                    ranger(ecriture, renommer(source, rang), texte, poses.get(source, []))
    return etude


def ranger(ecriture, source, texte, poses) -> None:
    copie = replace(texte, source_id=source)
    brut = Transcription(source, texte.tours, texte.provenance)
    version = transcriptions.ajouter_version(ecriture, brut, nature="relue", cle=source)
    numero = transcriptions.ajouter_pseudonymisee(
        ecriture, copie, version_id=version.id, revue_id=None, cle=source, mentions=(), correspondance=()
    )
    codages.ajouter(ecriture, [replace(c, source_id=source) for c in poses], {source: numero})


def preparer(origine: Etude, cible: Path) -> Etude:
    cible.mkdir(parents=True)
    for nom in ("etude.toml", "grille.yaml"):
        shutil.copyfile(origine.chemin / nom, cible / nom)
    etude = Etude.ouvrir(cible)
    etude.enregistrements.mkdir()
    entier = lire_registre(origine)
    entretiens = [
        replace(e, id=renommer(e.id, rang), enregistrements=())
        for e in entier.entretiens
        for rang in range(FOIS)
    ]
    ecrire_registre(etude.reglages, Registre(tuple(entretiens), ()), etude.fichier_registre)
    return etude


def a_part(action: Callable[..., None], *arguments: object) -> tuple[float, float]:
    """Durée (s) et mémoire (Mo) de l'action, dans un processus à elle."""
    contexte = multiprocessing.get_context("spawn")
    sortie = contexte.Queue()
    processus = contexte.Process(target=_mesurer, args=(sortie, action, *arguments))
    processus.start()
    mesures: tuple[float, float] = sortie.get()
    processus.join()
    return mesures


def _mesurer(sortie, action, *arguments) -> None:
    depart = time.perf_counter()
    action(*arguments)
    duree = time.perf_counter() - depart
    sortie.put((duree, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def _exporter(chemin: Path) -> None:
    exporter(Etude.ouvrir(chemin), formats=["qdpx"])


def _importer(chemin: Path, fichier: Path) -> None:
    bilan = importer_projets(Etude.ouvrir(chemin), [fichier])
    assert not bilan.anomalies, bilan.anomalies[:3]


def main() -> None:
    origine = Etude.ouvrir(Path(sys.argv[1]))
    with tempfile.TemporaryDirectory(dir=sys.argv[2] if len(sys.argv) > 2 else None) as lieu:
        etude = multiplier(origine, Path(lieu) / "grande")
        vide = preparer(origine, Path(lieu) / "vide")
        export = a_part(_exporter, etude.chemin)
        fichier = etude.exports / "codages" / "projet.qdpx"
        retour = a_part(_importer, vide.chemin, fichier)
        _exporter(vide.chemin)
        revenu = (vide.exports / "codages" / "projet.qdpx").read_bytes()
        resultat = {
            "entretiens": len(lire_registre(etude).entretiens),
            "fichier_mo": round(fichier.stat().st_size / 2**20, 1),
            "export_s": round(export[0], 1),
            "export_memoire_mo": round(export[1]),
            "import_s": round(retour[0], 1),
            "import_memoire_mo": round(retour[1]),
            "reexport_identique": revenu == fichier.read_bytes(),
        }
    RESULTAT.write_text(json.dumps(resultat, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(resultat, indent=1))


if __name__ == "__main__":
    main()
