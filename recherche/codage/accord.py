"""L'accord entre codeurs, par code et d'ensemble : tables, confusions, désaccords, et que faire.

Entrent des `Jugements` (voir `codage.unites`) ; sortent des DataFrames, sans entrée-sortie.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recherche.codage import mesures
from recherche.codage.unites import ABSENT, Jugements
from recherche.modele.codage import Grille

TIRAGES = 2000
GRAINE = 2009
SEUIL_FIABLE, SEUIL_PRUDENT = 0.80, 0.667
POSES_MINIMUM = 10
CONFUSIONS_MINIMUM = 3
PART_CONFUSION = 0.2
RIEN = "(rien)"
RENVOI = 2.0

FIABLE, PRUDENT = "fiable", "à employer avec prudence"
PRECISER, RARE = "à préciser", "trop rare pour juger"
TOUS, CODE_OU_NON, NATURE = "tous les codes", "codé ou non", "nature du propos"
ENCADREES = (mesures.KAPPA, mesures.ALPHA, mesures.AC1)


@dataclass(frozen=True)
class Accord:
    """Tout ce que dit une mesure d'accord. Les tables sont décrites par les fonctions de ce module."""

    codeurs: tuple[str, ...]
    sources: tuple[str, ...]
    unites: int
    tirages: int
    graine: int
    ensemble: pd.DataFrame
    par_code: pd.DataFrame
    par_paire: pd.DataFrame
    confusions: pd.DataFrame
    desaccords: pd.DataFrame
    conseils: pd.DataFrame


def mesurer_accord(
    jugements: Jugements, grille: Grille, *, tirages: int = TIRAGES, graine: int = GRAINE
) -> Accord:
    """Mesure l'accord de tous les codeurs des `jugements`, avec des intervalles sur les entretiens."""
    confondus = confusions(jugements, grille)
    par_code = table_codes(jugements, grille, tirages=tirages, graine=graine)
    ecarts = desaccords(jugements)
    return Accord(
        codeurs=jugements.codeurs,
        sources=jugements.sources,
        unites=len(jugements.unites),
        tirages=tirages,
        graine=graine,
        ensemble=table_ensemble(jugements, grille, tirages=tirages, graine=graine),
        par_code=par_code,
        par_paire=table_paires(jugements, grille),
        confusions=confondus,
        desaccords=ecarts,
        conseils=conseils(jugements, grille, par_code, confondus),
    )


def table_codes(
    jugements: Jugements, grille: Grille, *, tirages: int = TIRAGES, graine: int = GRAINE
) -> pd.DataFrame:
    """Une ligne par code de la grille employé par quelqu'un.

    Colonnes : code, nom, n (unités jugées par deux codeurs au moins), puis par codeur poses_X et
    prevalence_X (sur ces unités), accord, kappa, alpha, ac1, brennan_prediger, et les bornes à 95 %
    *_bas et *_haut des trois mesures du milieu.
    """
    noms = {code.id: code.nom for code in grille.codes()}
    codes = [code for code in jugements.codes if code in noms]
    notes = jugements.colonnes(codes)
    table = _table(jugements, notes, categories=2, tirages=tirages, graine=graine)
    table.insert(0, "code", codes)
    table.insert(1, "nom", [noms[code] for code in codes])
    return _avec_poses(table, jugements, notes).reset_index(drop=True)


def table_ensemble(
    jugements: Jugements, grille: Grille, *, tirages: int = TIRAGES, graine: int = GRAINE
) -> pd.DataFrame:
    """L'accord d'ensemble, une ligne par question, aux colonnes de `table_codes`.

    « tous les codes » : chaque décision « ce code, ici » ; « codé ou non » : au moins un code ou aucun ;
    « nature du propos » : l'axe à un seul choix, aucun compris.
    """
    natures = [code.id for code in grille.natures if code.id in jugements.codes]
    toutes = jugements.notes
    un = np.where(toutes[:, :, :1] == ABSENT, ABSENT, (toutes == 1).any(axis=2)[:, :, None])
    comptes = mesures.compter(toutes, jugements.rang_source, categories=2).ensemble()
    lignes = [_lignes(comptes, tirages, graine).assign(question=TOUS)]
    lignes.append(_table(jugements, un, categories=2, tirages=tirages, graine=graine))
    lignes[-1]["question"] = CODE_OU_NON
    if natures:
        axe = jugements.axe(natures)
        q = len(natures) + 1
        lignes.append(_table(jugements, axe, categories=q, tirages=tirages, graine=graine))
        lignes[-1]["question"] = NATURE
    table = pd.concat(lignes, ignore_index=True)
    return table[["question", *(nom for nom in table if nom != "question")]]


def table_paires(jugements: Jugements, grille: Grille) -> pd.DataFrame:
    """L'accord de chaque paire de codeurs : codeur_1, codeur_2, question, n, et les mesures."""
    lignes = []
    for i, j in itertools.combinations(range(len(jugements.codeurs)), 2):
        deux = Jugements(
            (jugements.codeurs[i], jugements.codeurs[j]),
            jugements.codes,
            jugements.unites,
            jugements.notes[[i, j]],
        )
        if (deux.notes[:, :, 0] != ABSENT).all(axis=0).any():
            table = table_ensemble(deux, grille, tirages=1)
            table.insert(0, "codeur_1", jugements.codeurs[i])
            table.insert(1, "codeur_2", jugements.codeurs[j])
            lignes.append(table[[nom for nom in table if not str(nom).endswith(("_bas", "_haut"))]])
    return pd.concat(lignes, ignore_index=True) if lignes else pd.DataFrame()


def _table(
    jugements: Jugements, notes: NDArray[np.int8], *, categories: int, tirages: int, graine: int
) -> pd.DataFrame:
    comptes = mesures.compter(notes, jugements.rang_source, categories=categories)
    return _lignes(comptes, tirages, graine)


def _lignes(comptes: mesures.Comptes, tirages: int, graine: int) -> pd.DataFrame:
    """n, mesures et bornes, une ligne par code des comptes (entretiens, codes)."""
    total = comptes.total()
    colonnes = {"n": total.doubles.astype(int)} | mesures.mesurer(total)
    for nom, bornes in mesures.intervalles(comptes, nombre=tirages, graine=graine).items():
        if nom in ENCADREES:
            colonnes[f"{nom}_bas"], colonnes[f"{nom}_haut"] = bornes
    return pd.DataFrame(colonnes)


def _avec_poses(table: pd.DataFrame, jugements: Jugements, notes: NDArray[np.int8]) -> pd.DataFrame:
    """Ajoute poses_X et prevalence_X ; ôte les codes que personne n'a posés sur les unités communes."""
    communes = (notes[:, :, 0] != ABSENT).sum(axis=0) >= 2
    rang = table.columns.get_loc("n")
    assert isinstance(rang, int)
    for i, codeur in reversed(list(enumerate(jugements.codeurs))):
        lues = communes & (notes[i, :, 0] != ABSENT)
        poses = (notes[i][lues] == 1).sum(axis=0)
        table.insert(rang + 1, f"prevalence_{codeur}", poses / max(int(lues.sum()), 1))
        table.insert(rang + 1, f"poses_{codeur}", poses)
    poses_par = [f"poses_{codeur}" for codeur in jugements.codeurs]
    return table[table[poses_par].sum(axis=1) > 0]


def confusions(jugements: Jugements, grille: Grille) -> pd.DataFrame:
    """Code contre code : les unités où l'un pose la ligne sans la colonne, et un autre l'inverse.

    La colonne « (rien) » compte les unités où un autre n'a posé aucun code du même axe. Table carrée
    (symétrique) plus cette colonne, en unités, toutes paires de codeurs ensemble.
    """
    total = pd.DataFrame(0, index=list(jugements.codes), columns=[*jugements.codes, RIEN])
    axes = [{c.id for c in grille.themes()}, {c.id for c in grille.natures}]
    for axe in axes:
        codes = [code for code in jugements.codes if code in axe]
        if codes:
            total.loc[codes, [*codes, RIEN]] += _confusions_axe(jugements.colonnes(codes))
    return total


def _confusions_axe(notes: NDArray[np.int8]) -> NDArray[np.int64]:
    codes = notes.shape[2]
    total = np.zeros((codes, codes + 1), dtype=np.int64)
    for un, autre in itertools.permutations(notes, 2):
        lues = (un[:, 0] != ABSENT) & (autre[:, 0] != ABSENT)
        a, b = un[lues] == 1, autre[lues] == 1
        seul_a, seul_b = (a & ~b).astype(np.int64), (b & ~a).astype(np.int64)
        total[:, :codes] += seul_a.T @ seul_b
        total[:, codes] += seul_a[~b.any(axis=1)].sum(axis=0)
    return total


def desaccords(jugements: Jugements) -> pd.DataFrame:
    """Une ligne par unité et par code que certains posent et d'autres non.

    Colonnes : source_id, debut, fin, code, pose_par, pas_par (codeurs, « A, B »), codes_X (tous les
    codes que le codeur X pose sur l'unité).
    """
    colonnes = ["source_id", "debut", "fin", "code", "pose_par", "pas_par"]
    colonnes += [f"codes_{codeur}" for codeur in jugements.codeurs]
    notes = jugements.notes
    partages = (notes == 1).any(axis=0) & (notes == 0).any(axis=0)
    lignes = [_desaccord(jugements, int(u), int(c)) for u, c in zip(*np.nonzero(partages), strict=True)]
    return pd.DataFrame(lignes, columns=colonnes)


def _desaccord(jugements: Jugements, unite: int, code: int) -> tuple[object, ...]:
    place = jugements.unites[unite]
    notes = jugements.notes[:, unite, :]
    camps = [
        ", ".join(c for c, note in zip(jugements.codeurs, notes[:, code], strict=True) if note == valeur)
        for valeur in (1, 0)
    ]
    poses = [
        ", ".join(c for c, note in zip(jugements.codes, ligne, strict=True) if note == 1)
        for ligne in notes
    ]
    return (place.source_id, place.debut, place.fin, jugements.codes[code], *camps, *poses)


def conseils(
    jugements: Jugements, grille: Grille, par_code: pd.DataFrame, confondus: pd.DataFrame
) -> pd.DataFrame:
    """Que faire de chaque code.

    Colonnes : code, alpha, verdict, bornes, oublis, autres_codes (unités en désaccord, par cause, toutes
    paires de codeurs ensemble), conseil. Repères de Krippendorff : fiable dès 0,80 ; conclusions
    prudentes dès 0,667 ; sinon, à préciser.
    """
    lignes = []
    for ligne in par_code.to_dict("records"):
        code = str(ligne["code"])
        poses = [int(ligne[f"poses_{codeur}"]) for codeur in jugements.codeurs]
        verdict = _verdict(float(ligne["alpha"]), sum(poses))
        causes = causes_de_desaccord(jugements, grille, code)
        dits = []
        if verdict not in (FIABLE, RARE):
            dits += list(_a_distinguer(code, jugements, grille, confondus))
            dits += list(_seuil_d_emploi(poses, jugements.codeurs))
            dits += list(_cause_principale(causes))
            if verdict == PRECISER and not dits:
                dits = ["relire ses désaccords et préciser sa définition"]
        lignes.append((code, ligne["alpha"], verdict, *causes, " ; ".join(dits)))
    colonnes = ["code", "alpha", "verdict", "bornes", "oublis", "autres_codes", "conseil"]
    return pd.DataFrame(lignes, columns=colonnes)


def causes_de_desaccord(jugements: Jugements, grille: Grille, code: str) -> tuple[int, int, int]:
    """Unités où l'un pose le code et pas l'autre : (bornes, oublis, autres codes).

    « bornes » : l'autre le pose sur l'unité voisine du même tour ; « oublis » : il n'y pose aucun code
    du même axe ; « autres codes » : il y pose autre chose.
    """
    axe = grille.natures if code in {c.id for c in grille.natures} else tuple(grille.themes())
    codes = [c.id for c in axe if c.id in jugements.codes]
    notes = jugements.colonnes(codes)
    rang = codes.index(code)
    bornes = oublis = autres = 0
    for un, autre in itertools.permutations(notes, 2):
        seul = (un[:, rang] == 1) & (autre[:, rang] == 0)
        a_cote = seul & _voisine(autre[:, rang] == 1, jugements)
        vide = seul & ~a_cote & ~(autre == 1).any(axis=1)
        bornes, oublis = bornes + int(a_cote.sum()), oublis + int(vide.sum())
        autres += int((seul & ~a_cote & ~vide).sum())
    return bornes, oublis, autres


def _voisine(pose: NDArray[np.bool_], jugements: Jugements) -> NDArray[np.bool_]:
    """Vrai de l'unité dont une voisine, dans le même tour, porte le code."""
    tours = [(u.source_id, u.tour) for u in jugements.unites]
    memes = np.array([a == b for a, b in itertools.pairwise(tours)], dtype=bool)
    voisine = np.zeros_like(pose)
    voisine[1:] |= pose[:-1] & memes
    voisine[:-1] |= pose[1:] & memes
    return voisine


def _verdict(alpha: float, poses: int) -> str:
    if poses < POSES_MINIMUM or np.isnan(alpha):
        return RARE
    if alpha >= SEUIL_FIABLE:
        return FIABLE
    return PRUDENT if alpha >= SEUIL_PRUDENT else PRECISER


def _a_distinguer(
    code: str, jugements: Jugements, grille: Grille, confondus: pd.DataFrame
) -> Iterator[str]:
    """Les codes avec lesquels il se confond, et ce que vaudrait l'accord s'ils n'en faisaient qu'un."""
    comptes = {str(nom): int(n) for nom, n in confondus.to_dict("index")[code].items()}
    total = sum(comptes.values())
    autres = sorted((nom for nom in comptes if nom != RIEN), key=lambda nom: -comptes[nom])
    for autre in autres[:2]:
        nombre = comptes[autre]
        if nombre < CONFUSIONS_MINIMUM or nombre < PART_CONFUSION * total:
            continue
        dit = f"{nombre} unités partagées avec {autre} : dire dans « exclure » ce qui les sépare"
        seuls = [alpha_reuni(jugements, [c]) for c in (code, autre)]
        reuni = alpha_reuni(jugements, [code, autre])
        meme = grille.famille_de(code) == grille.famille_de(autre)
        if meme and reuni >= max(seuls) + 0.05:
            dit += f", ou les fusionner (alpha {_nombre(reuni)} au lieu de "
            dit += f"{_nombre(seuls[0])} et {_nombre(seuls[1])})"
        yield dit


def _seuil_d_emploi(poses: Sequence[int], codeurs: Sequence[str]) -> Iterator[str]:
    moins, plus = min(poses), max(poses)
    if plus >= RENVOI * max(moins, 1) and plus - moins >= CONFUSIONS_MINIMUM:
        large, court = codeurs[poses.index(plus)], codeurs[poses.index(moins)]
        yield (
            f"{large} le pose {plus} fois, {court} {moins} : dire dans « inclure » à partir de quand "
            "le propos suffit"
        )


def _cause_principale(causes: tuple[int, int, int]) -> Iterator[str]:
    bornes, oublis, autres = causes
    if bornes >= CONFUSIONS_MINIMUM and bornes >= max(oublis, autres):
        yield (
            f"{bornes} désaccords sur {sum(causes)} ne tiennent qu'aux bornes du passage : dire où il "
            "commence et finit"
        )
    elif oublis >= CONFUSIONS_MINIMUM and oublis >= max(bornes, autres):
        yield (
            f"{oublis} désaccords sur {sum(causes)} sont des passages que l'autre a laissés : préciser "
            "ce qui mérite d'être codé"
        )


def alpha_reuni(jugements: Jugements, codes: Sequence[str]) -> float:
    """L'alpha qu'aurait un seul code à la place de ceux-là."""
    notes = jugements.colonnes(codes)
    un = np.where(notes[:, :, :1] == ABSENT, ABSENT, (notes == 1).any(axis=2)[:, :, None])
    comptes = mesures.compter(un, jugements.rang_source, categories=2).total()
    return float(mesures.alpha(comptes.coincidences)[0])


def _nombre(valeur: float) -> str:
    return f"{valeur:.2f}".replace(".", ",").replace("-", "−")
