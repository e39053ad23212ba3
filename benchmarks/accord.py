"""Mesure l'accord entre codeurs sur la démonstration, contre scikit-learn et krippendorff.

    python benchmarks/accord.py ETUDE

`ETUDE` : une démonstration menée (« recherche demo »). Même travail des deux côtés : les 24 entretiens
de B et C, leurs phrases, kappa et alpha de chaque code et d'ensemble, puis 2 000 tirages d'entretiens.
Ces bibliothèques n'ont pas de bootstrap par entretien : on leur en fait un qui répète leurs appels,
mesuré sur peu de tirages ; le temps de 2 000 en est extrapolé. Les valeurs doivent être les mêmes.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import krippendorff
import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import cohen_kappa_score

from recherche.codage.accord import GRAINE, TIRAGES, mesurer_accord
from recherche.codage.grille import lire_grille
from recherche.codage.mesures import tirages
from recherche.codage.unites import Jugements, cadre, juger
from recherche.entrepot import Entrepot
from recherche.etapes.accord import lectures
from recherche.etapes.tables import lire_textes, situation
from recherche.reglages import Etude

RESULTAT = Path(__file__).parent / "resultats" / "accord.json"
TIRAGES_CONCURRENT = 5


def jugements(etude: Etude) -> Jugements:
    etat, grille = situation(etude), lire_grille(etude.fichier_grille)
    lues = lectures(etat.codages)
    with Entrepot.ouvrir(etude) as entrepot:
        textes = lire_textes(entrepot, etat)
    communs = [textes[source] for source in sorted(lues["B"] & lues["C"])]
    codes = [code.id for code in grille.codes()]
    return juger(etat.codages, cadre(communs), codeurs=["B", "C"], codes=codes, lues=lues)


def concurrent(notes: NDArray[np.int8]) -> list[tuple[float, float]]:
    """Kappa de scikit-learn et alpha de krippendorff de chaque code, puis de tous ensemble."""
    tables = [notes[:, :, code] for code in range(notes.shape[2])]
    tables.append(notes.reshape(2, -1))
    return [
        (
            float(cohen_kappa_score(table[0], table[1])),
            float(krippendorff.alpha(table, value_domain=[0, 1], level_of_measurement="nominal")),
        )
        for table in tables
        if table.any()
    ]


def chrono(faire: object) -> tuple[float, object]:
    depart = time.perf_counter()
    rendu = faire()  # type: ignore[operator]
    return time.perf_counter() - depart, rendu


def main(chemin: Path) -> None:
    etude = Etude.ouvrir(chemin)
    lus = jugements(etude)
    grille = lire_grille(etude.fichier_grille)
    nous_s, accord = chrono(lambda: mesurer_accord(lus, grille, tirages=TIRAGES, graine=GRAINE))
    une_s, valeurs = chrono(lambda: concurrent(lus.notes))
    poids = tirages(len(lus.sources), TIRAGES_CONCURRENT, GRAINE)
    places = [np.flatnonzero(lus.rang_source == rang) for rang in range(len(lus.sources))]
    depart = time.perf_counter()
    for ligne in poids.astype(int):
        choisies = np.concatenate([np.tile(places[rang], n) for rang, n in enumerate(ligne)])
        concurrent(lus.notes[:, choisies])
    tirage_s = (time.perf_counter() - depart) / TIRAGES_CONCURRENT
    attendus = accord.par_code.set_index("code").loc[  # type: ignore[attr-defined]
        [code for rang, code in enumerate(lus.codes) if lus.notes[:, :, rang].any()]
    ]
    ecart = max(
        max(abs(k - kappa), abs(a - alpha))
        for (k, a), kappa, alpha in zip(valeurs, attendus["kappa"], attendus["alpha"], strict=False)
    )
    resultat = {
        "entretiens": len(lus.sources),
        "unites": len(lus.unites),
        "codes": len(lus.codes),
        "tirages": TIRAGES,
        "recherche_s": round(nous_s, 2),
        "scikit_learn_et_krippendorff_sans_tirage_s": round(une_s, 2),
        "scikit_learn_et_krippendorff_un_tirage_s": round(tirage_s, 3),
        "scikit_learn_et_krippendorff_2000_tirages_extrapole_s": round(tirage_s * TIRAGES),
        "plus_grand_ecart_de_valeur": float(f"{ecart:.1e}"),
    }
    RESULTAT.write_text(json.dumps(resultat, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(resultat, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
