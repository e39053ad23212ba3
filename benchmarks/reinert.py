"""Mesure la classification de Reinert : exactitude, durée, mémoire.

    python benchmarks/reinert.py [--segments 24000] [--formes 5000] [--classes 10]

La référence de `tests/donnees/reinert` d'abord (indice de Rand ajusté), puis un corpus fabriqué de la
taille d'une grande étude, mesuré dans un processus neuf. Si R et rainette sont installés
(`Rscript`), rainette classe le même corpus ; sinon le résultat le dit. Écrit
`benchmarks/resultats/reinert.json`.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from scipy import io, sparse

from recherche.analyse import reinert

RACINE = Path(__file__).parents[1]
REFERENCE = RACINE / "tests" / "donnees" / "reinert" / "manifeste.tsv"
RESULTAT = RACINE / "benchmarks" / "resultats" / "reinert.json"
R = """
suppressMessages({library(Matrix); library(quanteda); library(rainette)})
m <- readMM(commandArgs(TRUE)[1]); colnames(m) <- paste0("f", seq_len(ncol(m)))
d <- as.dfm(as(m, "CsparseMatrix")); t <- proc.time()[3]
r <- rainette(d, k = as.integer(commandArgs(TRUE)[2]), min_segment_size = 0)
cat(proc.time()[3] - t, as.character(packageVersion("rainette")))
"""


def fabriquer(segments: int, formes: int, classes: int, graine: int = 1) -> sparse.csr_matrix:
    """Un corpus de `classes` vocabulaires qui se recouvrent : Zipf, 14 mots par segment."""
    alea = np.random.default_rng(graine)
    commun = 1 / np.arange(1, formes + 1)
    lignes, colonnes = [], []
    par_classe = [commun * np.where(alea.random(formes) < 0.08, 12, 1) for _ in range(classes)]
    for classe, poids in enumerate(par_classe):
        n = len(range(classe, segments, classes))
        tires = alea.choice(formes, size=(n, 14), p=poids / poids.sum())
        lignes.append(np.repeat(np.arange(classe, segments, classes), 14))
        colonnes.append(tires.ravel())
    i, j = np.concatenate(lignes), np.concatenate(colonnes)
    table = sparse.csr_matrix((np.ones(len(i)), (i, j)), shape=(segments, formes))
    table.data[:] = 1.0
    return table[:, np.asarray(table.sum(axis=0)).ravel() >= 3]


def rand_ajuste(a: np.ndarray, b: np.ndarray) -> float:
    _, table = np.unique(np.column_stack([a, b]), axis=0, return_counts=True)
    paires = [(n * (n - 1) / 2).sum() for n in (table, np.bincount(a), np.bincount(b))]
    attendu = paires[1] * paires[2] / (len(a) * (len(a) - 1) / 2)
    return float((paires[0] - attendu) / ((paires[1] + paires[2]) / 2 - attendu))


def verifier() -> dict[str, float]:
    lignes = [x.split("\t") for x in REFERENCE.read_text("utf-8").splitlines() if not x.startswith("#")]
    formes = [list(map(int, rangs.split())) for *_, rangs in lignes]
    i = [i for i, rangs in enumerate(formes) for _ in rangs]
    table = sparse.csr_matrix((np.ones(len(i)), (i, [j for rangs in formes for j in rangs])))
    scores = []
    debut = time.perf_counter()
    for place, minimum in ((0, 0), (4, 10)):
        obtenu = reinert.classer(table, 5, documents=[d for d, *_ in lignes], formes_minimum=minimum)
        for k in range(2, 6):
            attendu = np.array([int(c[place + k - 2]) for _, c, _ in lignes])
            scores.append(rand_ajuste(obtenu.classes[k], attendu))
    duree = time.perf_counter() - debut
    return {"rand_ajuste_minimum": min(scores), "secondes_deux_classifications": round(duree, 3)}


def mesurer(segments: int, formes: int, classes: int) -> dict[str, float | int]:
    """Une classification, dans ce processus : durée et mémoire maximale."""
    table = fabriquer(segments, formes, classes)
    avant = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    debut, processeur = time.perf_counter(), time.process_time()
    resultat = reinert.classer(table, classes)
    return {
        "segments": table.shape[0],
        "formes": table.shape[1],
        "presences": int(table.nnz),
        "classes": resultat.k,
        "secondes": round(time.perf_counter() - debut, 2),
        "secondes_processeur": round(time.process_time() - processeur, 2),
        "memoire_mo": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "memoire_avant_mo": round(avant),
    }


def rainette(segments: int, formes: int, classes: int) -> dict[str, object]:
    if shutil.which("Rscript") is None:
        return {"rainette": "non mesurée : R n'est pas installé"}
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "corpus.mtx"
        io.mmwrite(chemin, fabriquer(segments, formes, classes))
        fini = subprocess.run(
            ["Rscript", "-e", R, str(chemin), str(classes)], capture_output=True, text=True, check=False
        )
    if fini.returncode:
        return {"rainette": "non mesurée : le paquet R rainette n'est pas installé"}
    secondes, version = fini.stdout.split()
    return {"rainette": {"secondes": float(secondes), "version": version}}


def principal() -> None:
    lecteur = argparse.ArgumentParser()
    lecteur.add_argument("--segments", type=int, default=24_000)
    lecteur.add_argument("--formes", type=int, default=5_000)
    lecteur.add_argument("--classes", type=int, default=10)
    lecteur.add_argument("--seul", action="store_true")
    options = lecteur.parse_args()
    taille = options.segments, options.formes, options.classes
    if options.seul:
        print(json.dumps(mesurer(*taille)))
        return
    arguments = [
        str(v)
        for n, v in zip(("--segments", "--formes", "--classes"), taille, strict=True)
        for v in (n, v)
    ]
    seul = subprocess.run(
        [sys.executable, __file__, "--seul", *arguments], capture_output=True, text=True, check=True
    )
    resultat = {"reference": verifier(), "corpus": json.loads(seul.stdout)} | rainette(*taille)
    RESULTAT.parent.mkdir(exist_ok=True)
    RESULTAT.write_text(json.dumps(resultat, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(resultat, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    principal()
