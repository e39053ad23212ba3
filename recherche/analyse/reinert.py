"""Classification descendante hiérarchique de Reinert, simple : des segments de texte en classes.

Entrée : une matrice creuse segments × formes actives, en présences (0 ou 1). À chaque pas la plus
grande classe est coupée en deux : premier axe de l'analyse des correspondances, coupure au plus grand
khi-deux entre les totaux des deux groupes, puis bascules d'unités tant que le khi-deux monte.

Reproductible : le signe de l'axe est fixé (la plus grande coordonnée en valeur absolue est positive, la
première en cas d'égalité), et de deux classes de même taille on coupe la première du dendrogramme.

Le khi-deux entre deux groupes, où T1 et T2 sont les totaux par forme, c = T1 + T2, n1, n2 et n leurs
sommes : n (S1/n1 + S2/n2) - n, avec S1 = somme de T1²/c ; on a S2 = n - 2 n1 + S1.

Limites : la classification décrit des proximités de vocabulaire. Deux segments d'une même personne ne
sont pas indépendants : aucun test n'est attaché aux classes.
Sources : M. Reinert, « Une méthode de classification descendante hiérarchique », Les cahiers de
l'analyse des données 8, 1983 ; « Alceste », BMS 26, 1990 ; documentation de rainette (J. Barnier).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Entiers = NDArray[np.int64]
Reels = NDArray[np.float64]
Creuse = Any
CONTINGENCE = 0.3
OCCURRENCES = 3
TAILLE_MINIMALE = 5
_DENSE = 400
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Noeud:
    """Une classe du dendrogramme : ses unités, et ses deux filles si elle est coupée.

    `hauteur` est le khi-deux de sa coupure, `hauteur_cumulee` celui-ci plus ceux de toutes les coupures
    faites après elle. `rang` : ordre de la coupure, de 1 à k - 1.
    """

    unites: Entiers
    filles: tuple[Noeud, Noeud] | None = None
    hauteur: float = 0.0
    hauteur_cumulee: float = 0.0
    rang: int = 0


@dataclass(frozen=True)
class Classification:
    """Le résultat : classes 1 à k dans l'ordre du dendrogramme, à chaque niveau.

    `classes[k]` : la classe de chaque segment en k classes ; `hauteurs` : les hauteurs cumulées, de la
    dernière coupure à la première ; `unites` : l'unité (segments réunis) de chaque segment.
    """

    classes: dict[int, Entiers]
    hauteurs: tuple[float, ...]
    racine: Noeud
    unites: Entiers
    effectifs: dict[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def k(self) -> int:
        """Le plus grand nombre de classes atteint."""
        return max(self.classes, default=1)


def reunir(presences: Creuse, documents: Sequence[object], minimum: int) -> Entiers:
    """L'unité de chaque segment, de 0 à n - 1.

    Un segment de moins de `minimum` formes est réuni aux suivants du même document jusqu'à les
    atteindre ; une fin trop courte rejoint l'unité précédente du document.
    """
    formes = np.asarray(presences.sum(axis=1)).ravel()
    if minimum <= 1:
        return np.arange(len(formes), dtype=np.int64)
    unites: list[int] = []
    compte, premier = 0, True
    rang = -1
    total = 0.0
    for i, taille in enumerate(formes):
        nouveau = i == 0 or documents[i] != documents[i - 1]
        if nouveau or total >= minimum:
            if nouveau and i and total < minimum and not premier:
                _rejoindre(unites, rang, compte)
                rang -= 1
            premier = nouveau
            rang, total, compte = rang + 1, 0.0, 0
        unites.append(rang)
        total += float(taille)
        compte += 1
    if unites and total < minimum and not premier:
        _rejoindre(unites, rang, compte)
    return np.asarray(unites, dtype=np.int64)


def _rejoindre(unites: list[int], rang: int, compte: int) -> None:
    """Les `compte` derniers segments, trop courts, passent à l'unité précédente."""
    unites[-compte:] = [rang - 1] * compte


def classer(
    presences: Creuse,
    k: int,
    *,
    documents: Sequence[object] | None = None,
    formes_minimum: int = 0,
    taille_minimale: int = TAILLE_MINIMALE,
) -> Classification:
    """Classe les lignes de `presences` (segments × formes, 0 ou 1) en `k` classes au plus.

    `documents` : le document de chaque segment, pour réunir les segments de moins de `formes_minimum`
    formes (voir `reunir`). Moins de `k` classes si plus aucune ne peut être coupée.
    Lève `ValueError` si la matrice est vide ou si k < 2.
    """
    from scipy import sparse

    if k < 2 or not presences.shape[0]:
        raise ValueError("au moins deux classes et un segment sont attendus")
    segments = sparse.csr_matrix(presences, dtype=np.float64)
    rangs = list(documents) if documents is not None else [0] * segments.shape[0]
    unites = reunir(segments, rangs, formes_minimum)
    table = _grouper(segments, unites)
    coupures = _couper_tout(table, k, taille_minimale)
    return _resultat(coupures, unites, table.shape[0])


def _grouper(segments: Creuse, unites: Entiers) -> Creuse:
    """Présences des unités : une forme est présente si elle l'est dans un de leurs segments."""
    from scipy import sparse

    n = len(unites)
    if int(unites.max()) + 1 == n:
        return segments
    groupe = sparse.csr_matrix((np.ones(n), (unites, np.arange(n))))
    reunie = sparse.csr_matrix(groupe @ segments)
    reunie.data[:] = 1.0
    return reunie


@dataclass(frozen=True)
class _Coupure:
    """Une coupure faite : la classe coupée, ses deux groupes d'unités, et le khi-deux."""

    classe: int
    groupes: tuple[Entiers, Entiers]
    hauteur: float


def _couper_tout(table: Creuse, k: int, taille_minimale: int) -> list[_Coupure]:
    """Les coupures, dans l'ordre ; les classes d'une coupure sont voisines dans le dendrogramme."""
    n, p = table.shape
    feuilles = [(np.arange(n, dtype=np.int64), np.arange(p, dtype=np.int64))]
    coupures: list[_Coupure] = []
    fermees: set[int] = set()
    while len(feuilles) < k:
        ouvertes = [i for i in range(len(feuilles)) if id(feuilles[i][0]) not in fermees]
        if not ouvertes:
            break
        i = max(ouvertes, key=lambda i: len(feuilles[i][0]))
        unites, formes = feuilles[i]
        coupe = couper(table[unites][:, formes]) if len(unites) >= max(2, taille_minimale) else None
        if coupe is None:
            fermees.add(id(unites))
            continue
        premier, hauteur = coupe
        sous = table[unites][:, formes]
        gauche, droite = _formes(sous, premier)
        filles = [(unites[premier], formes[gauche]), (unites[~premier], formes[droite])]
        coupures.append(_Coupure(i, (filles[0][0], filles[1][0]), hauteur))
        feuilles[i : i + 1] = filles
    return coupures


def couper(table: Creuse) -> tuple[NDArray[np.bool_], float] | None:
    """Le premier groupe (booléens) de la coupure d'une classe, et son khi-deux ; None sans coupure."""
    from scipy import sparse

    c = np.asarray(table.sum(axis=0)).ravel()
    garde = np.flatnonzero(c > 0)
    r = np.asarray(table.sum(axis=1)).ravel()
    if len(garde) < 2 or np.count_nonzero(r) < 2:
        return None
    table = sparse.csr_matrix(table[:, garde])
    axe = _premier_axe(table, r, c[garde])
    ordre = np.argsort(axe, kind="stable")
    premier = _meilleure_coupure(table, ordre, r, c[garde])
    return _basculer(table, premier, r, c[garde])


def _premier_axe(table: Creuse, r: Reels, c: Reels) -> Reels:
    """Coordonnées des lignes sur le premier axe ; une ligne sans forme vient après toutes les autres."""
    pleines = np.flatnonzero(r > 0)
    coordonnees = np.full(len(r), np.inf)
    coordonnees[pleines] = _axe(table[pleines], r[pleines], c)
    return coordonnees


def _axe(table: Creuse, r: Reels, c: Reels) -> Reels:
    from scipy import linalg, sparse
    from scipy.sparse.linalg import LinearOperator, eigsh

    racine_r, racine_c = np.sqrt(r), np.sqrt(c)
    normee = sparse.diags(1 / racine_r) @ table @ sparse.diags(1 / racine_c)
    trivial = racine_c / np.sqrt(c.sum())
    petit = normee.shape[1]
    if petit <= _DENSE:
        gram = (normee.T @ normee).toarray() - np.outer(trivial, trivial)
        vecteur = linalg.eigh(gram, subset_by_index=[petit - 1, petit - 1])[1][:, 0]
    else:
        transposee = normee.T.tocsr()

        def produit(v: Reels) -> Reels:
            v = v.ravel()
            resultat: Reels = transposee @ (normee @ v) - trivial * (trivial @ v)
            return resultat

        operateur = LinearOperator((petit, petit), matvec=produit, dtype=np.float64)
        depart = np.linspace(1.0, 2.0, petit)
        vecteur = eigsh(operateur, k=1, which="LA", v0=depart, tol=0)[1][:, 0]
    axe: Reels = (normee @ vecteur) / racine_r
    plus_fort = int(np.argmax(np.round(np.abs(axe), 12)))
    return -axe if axe[plus_fort] < 0 else axe


def _khi_deux(s1: Reels | float, n1: Reels | float, n: float) -> Any:  # noqa: ANN401
    """Le khi-deux de deux groupes (voir le module) ; -1 si l'un des deux est sans forme."""
    n2 = n - n1
    s2 = n2 - n1 + s1
    with np.errstate(divide="ignore", invalid="ignore"):
        valeur = n * (s1 / n1 + s2 / n2) - n
    return np.where((n1 > 0) & (n2 > 0), valeur, -1.0)


def _meilleure_coupure(table: Creuse, ordre: Entiers, r: Reels, c: Reels) -> NDArray[np.bool_]:
    """Le premier groupe : le début de l'ordre, coupé au plus grand khi-deux."""
    inverse = 1 / c
    totaux = np.zeros(len(c))
    sommes = np.empty(len(ordre))
    s1 = 0.0
    indices, bornes = table.indices, table.indptr
    for place, i in enumerate(ordre):
        formes = indices[bornes[i] : bornes[i + 1]]
        poids = inverse[formes]
        s1 += float(2 * (totaux[formes] @ poids) + poids.sum())
        totaux[formes] += 1
        sommes[place] = s1
    valeurs = _khi_deux(sommes, np.cumsum(r[ordre]), float(c.sum()))
    fin = int(np.argmax(valeurs[:-1]))
    premier = np.zeros(len(ordre), dtype=bool)
    premier[ordre[: fin + 1]] = True
    return premier


def _basculer(
    table: Creuse, premier: NDArray[np.bool_], r: Reels, c: Reels
) -> tuple[NDArray[np.bool_], float]:
    """Change de groupe l'unité qui fait le plus monter le khi-deux, tant qu'il monte."""
    premier = premier.copy()
    inverse = 1 / c
    n = float(c.sum())
    colonnes = table.tocsc()
    q = table @ inverse
    totaux = np.asarray(table[premier].sum(axis=0)).ravel()
    a = table @ (totaux * inverse)
    s1, n1 = float((totaux**2) @ inverse), float(totaux.sum())
    courant = float(_khi_deux(s1, n1, n))
    for _ in range(10 * len(r)):
        sens = np.where(premier, -1.0, 1.0)
        essais = _khi_deux(s1 + sens * 2 * a + q, n1 + sens * r, n)
        essais[r == 0] = -1.0
        i = int(np.argmax(essais))
        if essais[i] <= courant + _EPSILON * max(1.0, abs(courant)):
            break
        s1, n1 = s1 + float(sens[i] * 2 * a[i] + q[i]), n1 + float(sens[i] * r[i])
        for j in table.indices[table.indptr[i] : table.indptr[i + 1]]:
            lignes = colonnes.indices[colonnes.indptr[j] : colonnes.indptr[j + 1]]
            a[lignes] += sens[i] * inverse[j]
        premier[i] = not premier[i]
        courant = float(essais[i])
    return premier, courant


def _formes(table: Creuse, premier: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Les formes gardées dans chaque fille.

    Le coefficient de contingence d'une forme est C = √(khi2 / (khi2 + N)), N étant ses occurrences et
    khi2 celui de leur partage contre celui de toutes les formes. Jusqu'à 0,3 elle reste des deux côtés,
    au-delà seulement là où elle est en excès ; jamais sous 3 occurrences.
    """
    t1 = np.asarray(table[premier].sum(axis=0)).ravel()
    t2 = np.asarray(table[~premier].sum(axis=0)).ravel()
    totaux = t1 + t2
    part = t1.sum() / totaux.sum()
    attendu1, attendu2 = totaux * part, totaux * (1 - part)
    with np.errstate(divide="ignore", invalid="ignore"):
        khi = (t1 - attendu1) ** 2 / attendu1 + (t2 - attendu2) ** 2 / attendu2
        contingence = np.sqrt(khi / (khi + totaux))
    faible = contingence <= CONTINGENCE
    gauche = (t1 >= OCCURRENCES) & (faible | (t1 > attendu1))
    droite = (t2 >= OCCURRENCES) & (faible | (t2 > attendu2))
    return gauche, droite


def _resultat(coupures: Sequence[_Coupure], unites: Entiers, n: int) -> Classification:
    """Les classes de chaque niveau, le dendrogramme, et les hauteurs cumulées depuis la dernière."""
    feuilles = [np.arange(n, dtype=np.int64)]
    niveaux: dict[int, Entiers] = {}
    effectifs: dict[int, tuple[int, ...]] = {}
    for coupure in coupures:
        feuilles[coupure.classe : coupure.classe + 1] = list(coupure.groupes)
        par_unite = np.empty(n, dtype=np.int64)
        for classe, membres in enumerate(feuilles, start=1):
            par_unite[membres] = classe
        niveaux[len(feuilles)] = par_unite[unites]
        effectifs[len(feuilles)] = tuple(len(membres) for membres in feuilles)
    hauteurs = np.cumsum([c.hauteur for c in reversed(coupures)])
    cumulees = tuple(float(h) for h in hauteurs)
    racine = _arbre(coupures, cumulees, n)
    return Classification(niveaux, cumulees, racine, unites, effectifs)


def _arbre(coupures: Sequence[_Coupure], cumulees: Sequence[float], n: int) -> Noeud:
    """Le dendrogramme, refait des dernières coupures à la première."""
    feuilles = [np.arange(n, dtype=np.int64)]
    for coupure in coupures:
        feuilles[coupure.classe : coupure.classe + 1] = list(coupure.groupes)
    noeuds = [Noeud(membres) for membres in feuilles]
    for place, coupure in enumerate(reversed(coupures)):
        gauche, droite = noeuds[coupure.classe : coupure.classe + 2]
        noeuds[coupure.classe : coupure.classe + 2] = [
            Noeud(
                np.sort(np.concatenate([gauche.unites, droite.unites])),
                (gauche, droite),
                coupure.hauteur,
                cumulees[place],
                len(coupures) - place,
            )
        ]
    return noeuds[0]
