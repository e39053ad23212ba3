"""Mesure chaque tableau d'analyse : sur la démonstration, puis sur 12 000 entretiens fabriqués.

    python benchmarks/analyse.py [ETUDE]

ETUDE est une étude menée (`recherche demo`) ; sans elle, seuls les 12 000 entretiens sont mesurés. Pas
de concurrent : aucun outil libre ne calcule ces tableaux d'un même appel ; les durées visées sont 100 ms
sur la démonstration et 5 s sur 12 000 entretiens. Écrit `benchmarks/resultats/analyse.json`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from recherche.analyse import confrontation, croisements, liens, tableaux
from recherche.analyse.confrontation import Roles
from recherche.modele.codage import Code, Famille, Grille

RESULTAT = Path(__file__).parent / "resultats" / "analyse.json"
GRANDE = 12_000
Calculs = dict[str, Callable[[], object]]


def calculs(
    entretiens: pd.DataFrame, codages: pd.DataFrame, grille: Grille, roles: Roles, villes: list[str]
) -> Calculs:
    codes = [code.id for code in grille.themes()]
    profils = [roles.demande, roles.offre]
    return {
        "effectifs": lambda: tableaux.effectifs(
            entretiens, codages, grille, territoires=villes, profils=profils
        ),
        "croiser": lambda: croisements.croiser(entretiens, codages, codes, par=["territoire", "profil"]),
        "code_par_entretien": lambda: croisements.code_par_entretien(entretiens, codages, codes),
        "comparer": lambda: croisements.comparer_codes(
            entretiens, codages, codes, groupe="profil", a=roles.demande, b=roles.offre
        ),
        "cooccurrences": lambda: liens.cooccurrences(entretiens, codages, codes),
        "reseau": lambda: liens.reseau(liens.cooccurrences(entretiens, codages, codes, unite="extrait")),
        "saturation": lambda: liens.saturation(entretiens, codages, codes),
        "suites": lambda: liens.suites(entretiens, codages, codes),
        "propos": lambda: confrontation.mesurer(entretiens, codages, grille, roles, territoires=villes),
        "confrontation": lambda: confrontation.confronter(
            entretiens, codages, grille, roles, territoires=villes
        ),
    }


def mesurer(a_faire: Calculs, fois: int) -> dict[str, float]:
    """La plus courte de `fois` durées de calcul (temps de processeur), en secondes."""
    durees = {}
    for nom, calcul in a_faire.items():
        essais = []
        for _ in range(fois):
            debut = time.process_time()
            calcul()
            essais.append(time.process_time() - debut)
        durees[nom] = round(min(essais), 3)
    return durees


def fabriquer(n: int) -> tuple[pd.DataFrame, pd.DataFrame, Grille, Roles, list[str]]:
    """`n` entretiens de six villes et deux profils, douze extraits chacun."""
    alea = np.random.default_rng(3)
    villes = [f"Ville {i}" for i in range(1, 7)]
    sources = np.array([f"S{i:05d}" for i in range(n)])
    entretiens = pd.DataFrame(
        {
            "source_id": sources,
            "territoire": np.array(villes)[np.arange(n) % 6],
            "profil": np.array(["jeune", "professionnel"])[np.arange(n) // 6 % 2],
        }
    )
    familles = tuple(
        Famille(f"F{f}", f"F{f}", tuple(Code(f"C{f}{c}", "", "") for c in range(4))) for f in range(7)
    )
    natures = tuple(Code(nom, "", "") for nom in ("EXI", "MAN", "ATT"))
    codes = np.array([code.id for famille in familles for code in famille.codes])
    extraits = 12 * n
    debuts = np.tile(np.arange(12) * 100, n)
    base = {"source_id": np.repeat(sources, 12), "debut": debuts, "fin": debuts + 50}
    themes = pd.DataFrame({**base, "code": codes[alea.integers(0, len(codes), extraits)]})
    dits = pd.DataFrame({**base, "code": np.array(["EXI", "MAN", "ATT"])[alea.integers(0, 3, extraits)]})
    codages = pd.concat([themes, dits], ignore_index=True)
    roles = Roles("jeune", "professionnel", "EXI", "MAN", "ATT")
    return entretiens, codages, Grille("g", "1", familles, natures), roles, villes


def demonstration(chemin: str) -> Calculs:
    from recherche.etapes import analyses
    from recherche.reglages import Etude

    m = analyses.charger(Etude.ouvrir(chemin))
    villes = [t.nom for t in m.etat.etude.reglages.territoires]
    return calculs(m.entretiens, m.codages, m.grille, m.roles, villes) | {
        "parts_de_parole": lambda: analyses.parts_de_parole(m)
    }


def principal() -> None:
    resultat: dict[str, object] = {}
    if len(sys.argv) > 1:
        resultat["demonstration_s"] = mesurer(demonstration(sys.argv[1]), 5)
    resultat["entretiens"] = GRANDE
    resultat["grande_etude_s"] = mesurer(calculs(*fabriquer(GRANDE)), 1)
    RESULTAT.parent.mkdir(exist_ok=True)
    RESULTAT.write_text(json.dumps(resultat, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(resultat, ensure_ascii=False, indent=2))


if __name__ == "__main__":
    principal()
