"""Codes ensemble : cooccurrences (Jaccard, lift), réseau, suites, saturation ; part de parole."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recherche.analyse.disposition import disposer

GRAINE = 2010
EXTRAIT = ("source_id", "debut", "fin")


def cooccurrences(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    codes: Sequence[str],
    *,
    unite: str = "entretien",
) -> pd.DataFrame:
    """Paires de codes présentes dans une même unité : « entretien » ou « extrait ».

    Colonnes : code_a, code_b (dans l'ordre de `codes`), ensemble, a, b (unités), unites (total),
    jaccard = ensemble / (a + b - ensemble), lift = ensemble × unites / (a × b) : au-dessus de 1, les
    deux codes vont ensemble plus souvent que s'ils étaient sans lien. Limites : en extraits, les unités
    ne sont pas indépendantes ; le lift d'un code rare est instable. Lève `ValueError` sur une
    autre unité.
    """
    cle = {"entretien": ["source_id"], "extrait": list(EXTRAIT)}.get(unite)
    if cle is None:
        raise ValueError("l'unité est « entretien » ou « extrait »")
    retenus = codages[codages["source_id"].isin(entretiens["source_id"])]
    total = len(entretiens) if unite == "entretien" else len(retenus[cle].drop_duplicates())
    poses = retenus.loc[retenus["code"].isin(list(codes)), [*cle, "code"]].drop_duplicates()
    unites, _ = pd.factorize(pd.MultiIndex.from_frame(poses[cle]))
    colonnes = poses["code"].map({code: j for j, code in enumerate(codes)}).to_numpy()
    table = np.zeros((int(unites.max()) + 1 if len(unites) else 0, len(codes)))
    table[unites, colonnes] = 1
    croisee = table.T @ table
    i, j = np.nonzero(np.triu(croisee, 1))
    n = np.diag(croisee)
    commun = croisee[i, j]
    resultat = pd.DataFrame(
        {
            "code_a": [codes[k] for k in i.tolist()],
            "code_b": [codes[k] for k in j.tolist()],
            "ensemble": commun.astype("int64"),
            "a": n[i].astype("int64"),
            "b": n[j].astype("int64"),
            "unites": total,
            "jaccard": commun / (n[i] + n[j] - commun),
            "lift": commun * total / (n[i] * n[j]),
        }
    )
    return resultat.sort_values(["jaccard", "ensemble"], ascending=False, kind="stable").reset_index(
        drop=True
    )


def reseau(
    paires: pd.DataFrame, *, mesure: str = "jaccard", minimum: float = 0.0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Nœuds et liens d'un réseau de codes, placés dans le plan (toujours pareil).

    `paires` : sortie de `cooccurrences`. Nœuds : code, effectif, x, y ; liens : code_a, code_b, poids,
    xa, ya, xb, yb. Seuls les liens d'au moins `minimum` y sont.
    """
    liens = paires[paires[mesure] >= minimum]
    effectifs: dict[str, int] = {}
    for nom, compte in (("code_a", "a"), ("code_b", "b")):
        effectifs |= dict(zip(liens[nom], liens[compte], strict=True))
    codes = sorted(effectifs)
    rang = {code: i for i, code in enumerate(codes)}
    aretes = list(zip(liens["code_a"].map(rang), liens["code_b"].map(rang), strict=True))
    places = disposer(len(codes), aretes, liens[mesure].to_numpy())
    noeuds = pd.DataFrame(
        {"code": codes, "effectif": [effectifs[c] for c in codes], "x": places[:, 0], "y": places[:, 1]}
    )
    position = noeuds.set_index("code")
    traits = liens[["code_a", "code_b"]].assign(poids=liens[mesure])
    for bout in ("a", "b"):
        traits[f"x{bout}"] = traits[f"code_{bout}"].map(position["x"])
        traits[f"y{bout}"] = traits[f"code_{bout}"].map(position["y"])
    return noeuds, traits.reset_index(drop=True)


def saturation(
    entretiens: pd.DataFrame,
    codages: pd.DataFrame,
    codes: Sequence[str],
    *,
    tirages: int = 500,
    graine: int = GRAINE,
) -> pd.DataFrame:
    """Codes déjà rencontrés après chaque entretien : dans l'ordre de la table, et dans des ordres tirés.

    Colonnes : rang (1, 2…), source_id (celui de l'ordre), nouveaux, cumul, moyenne, bas, haut : moyenne
    et centiles 2,5 et 97,5 du cumul sur `tirages` ordres au hasard. Une courbe plate dit que ces codes,
    dans ces entretiens, ne viennent plus ; pas qu'un autre entretien n'en ferait pas naître.
    Source : G. Guest, A. Bunce et L. Johnson, « How many interviews are enough? », Field
    Methods 18, 2006.
    """
    sources = list(dict.fromkeys(entretiens["source_id"]))
    n = len(sources)
    rang = {source: i for i, source in enumerate(sources)}
    retenus = codages[codages["code"].isin(list(codes)) & codages["source_id"].isin(sources)]
    par_code = [
        np.unique(groupe["source_id"].map(rang).to_numpy(dtype=np.int64))
        for _, groupe in retenus.groupby("code", sort=False)
    ]
    alea = np.random.default_rng(graine)
    premiers = [int(ou.min()) for ou in par_code]
    cumul = _cumuler(np.array([premiers], dtype=np.int64), n)[0] if n else np.zeros(0)
    ordres = np.argsort(alea.random((tirages, n)), axis=1)
    tires = np.stack([ordres[:, ou].min(axis=1) for ou in par_code], axis=1) if par_code else None
    courbes = np.zeros((tirages, n)) if tires is None else _cumuler(tires, n)
    bas, haut = np.quantile(courbes, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {
            "rang": np.arange(1, n + 1),
            "source_id": sources,
            "nouveaux": np.diff(cumul, prepend=0).astype("int64"),
            "cumul": cumul.astype("int64"),
            "moyenne": courbes.mean(axis=0),
            "bas": bas,
            "haut": haut,
        }
    )


def _cumuler(premiers: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """De la première apparition de chaque code (tirages × codes), le cumul à chaque rang."""
    sorties = np.zeros((len(premiers), n))
    lignes = np.repeat(np.arange(len(premiers)), premiers.shape[1])
    np.add.at(sorties, (lignes, premiers.ravel()), 1)
    return np.cumsum(sorties, axis=1)


def suites(
    entretiens: pd.DataFrame, codages: pd.DataFrame, codes: Sequence[str], *, pas: int = 1
) -> pd.DataFrame:
    """Codes qui se suivent : d'un extrait au `pas`-ième suivant d'un même entretien.

    Colonnes : code_a, code_b, suites (passages), entretiens, attendu (suites × fréquences des deux
    codes dans ces suites), rapport = suites / attendu. Les suites d'un entretien ne sont pas
    indépendantes : comptez les entretiens.
    """
    retenus = codages[
        codages["code"].isin(list(codes)) & codages["source_id"].isin(entretiens["source_id"])
    ]
    extraits = retenus[[*EXTRAIT, "code"]].drop_duplicates().sort_values(list(EXTRAIT))
    places = extraits[list(EXTRAIT)].drop_duplicates()
    places["place"] = places.groupby("source_id").cumcount()
    poses = extraits.merge(places, on=list(EXTRAIT))
    suivants = poses.assign(place=poses["place"] - pas)
    paires = poses.merge(suivants, on=["source_id", "place"], suffixes=("_a", "_b"))
    groupes = paires.groupby(["code_a", "code_b"])
    table = groupes.agg(suites=("place", "size"), entretiens=("source_id", "nunique")).reset_index()
    avant = table.groupby("code_a")["suites"].transform("sum")
    apres = table.groupby("code_b")["suites"].transform("sum")
    table["attendu"] = avant * apres / max(1, int(table["suites"].sum()))
    table["rapport"] = table["suites"] / table["attendu"]
    ordre = ["entretiens", "suites", "code_a", "code_b"]
    return table.sort_values(ordre, ascending=[False, False, True, True]).reset_index(drop=True)


def parts_de_parole(tours: Iterable[tuple[str, str, int, float | None]]) -> pd.DataFrame:
    """Part de parole de chaque locuteur de chaque source, en mots, et en secondes si elles sont connues.

    `tours` : (source_id, locuteur, mots, secondes ou None). Colonnes : source_id, locuteur, tours, mots,
    part_mots, secondes, part_secondes ; une durée manque si un tour de la source n'en a pas.
    """
    table = pd.DataFrame(list(tours), columns=["source_id", "locuteur", "mots", "secondes"])
    table["secondes"] = table["secondes"].astype("float64")
    groupes = table.groupby(["source_id", "locuteur"], sort=False)
    resultat = groupes.agg(
        tours=("mots", "size"),
        mots=("mots", "sum"),
        secondes=("secondes", lambda s: s.sum(skipna=False)),
    ).reset_index()
    for mesure in ("mots", "secondes"):
        totaux = resultat.groupby("source_id")[mesure].transform(lambda s: s.sum(skipna=False))
        resultat[f"part_{mesure}"] = resultat[mesure] / totaux.where(totaux > 0)
    colonnes = ["source_id", "locuteur", "tours", "mots", "part_mots", "secondes", "part_secondes"]
    return resultat[colonnes]
