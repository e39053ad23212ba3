"""`corrections.toml` : le lire, et l'appliquer aux mots d'une transcription.

L'ordre : les mots de la personne, ses motifs, puis les rapprochements du glossaire.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from recherche.langue.phonetique import cle_epelee, cle_sonore, ressemblance, se_dit_en_lettres
from recherche.modele.corrections import Application, CorrectionMotif, Corrections
from recherche.modele.transcription import Mot, Tour
from recherche.reglages import Cle, Etude, lire_annexe

NOM_CORRECTIONS = "corrections.toml"
MOTS_MAXIMUM = 4
CLE_MINIMALE = 4
RESSEMBLANCE = 0.8
CLE_LONGUE = 5
CONFIANCE_BASSE = 0.6
_PLURIEL = re.compile(r"s\b")
_LETTRES = re.compile(r"[^\W\d_]+")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)'")


def lire_corrections(etude: Etude) -> Corrections:
    """`corrections.toml` de l'étude, vide s'il n'y en a pas. Lève `ErreurEtude` (clé, ligne, remède)."""
    fichier = etude.chemin / NOM_CORRECTIONS
    return lire_annexe(fichier, Corrections, _fautes) if fichier.exists() else Corrections()


def _fautes(corrections: Corrections) -> Iterator[tuple[Cle, str]]:
    for i, mots in enumerate(corrections.mots):
        if not mots.ecrire.strip():
            yield ("mots", i, "ecrire"), "un texte est attendu, il est vide"
        if not mots.entendu or not all(_plis(entendu) for entendu in mots.entendu):
            yield ("mots", i, "entendu"), "au moins un mot entendu est attendu"
    for i, motif in enumerate(corrections.motifs):
        if (dit := _faute_motif(motif)) is not None:
            yield ("motifs", i, "motif"), dit
    vus: dict[str, str] = {}
    for i, mots in enumerate(corrections.mots):
        for entendu in mots.entendu:
            autre = vus.setdefault(" ".join(_plis(entendu)), mots.ecrire)
            if autre != mots.ecrire:
                yield ("mots", i, "entendu"), f"« {entendu} » est déjà corrigé en « {autre} »"


def _faute_motif(motif: CorrectionMotif) -> str | None:
    try:
        compile_ = re.compile(motif.motif)
        re.sub(compile_, motif.ecrire, "")
    except (re.error, IndexError) as erreur:
        ou = f" (caractère {erreur.pos + 1})" if isinstance(erreur, re.error) and erreur.pos else ""
        return f"« {motif.motif} » n'est pas une expression régulière utilisable{ou}"
    if compile_.match(""):
        return f"« {motif.motif} » convient à un texte vide : il remplacerait partout"
    return None


def corriger(
    tours: Sequence[Tour],
    corrections: Corrections,
    *,
    source_id: str,
    termes: Sequence[str] = (),
    courants: Container[str] = frozenset(),
) -> tuple[tuple[Tour, ...], tuple[Application, ...]]:
    """Les tours corrigés, et chaque correction faite.

    `termes` : ce qui doit s'écrire ainsi dans cette source ; `courants` : les mots ordinaires du
    français, en minuscules. Le temps d'une suite corrigée est partagé entre les mots qui la remplacent.
    """
    glossaire = _Glossaire.de(termes) if corrections.glossaire.rapprocher else _Glossaire(())
    resultat, faites = [], []
    for rang, tour in enumerate(tours):
        mots = tour.mots
        for reperer in _reperages(corrections, source_id, glossaire, courants):
            mots, nouvelles = _remplacer(mots, reperer(mots), rang)
            faites += nouvelles
        resultat.append(replace(tour, mots=mots))
    return tuple(resultat), tuple(faites)


@dataclass(frozen=True, slots=True)
class _Reperage:
    """Les mots [premier, dernier[ à remplacer, par quoi, et au nom de quelle règle."""

    premier: int
    dernier: int
    ecrire: str
    regle: str


def _reperages(
    corrections: Corrections, source_id: str, glossaire: _Glossaire, courants: Container[str]
) -> Iterator[Callable[[Sequence[Mot]], Iterator[_Reperage]]]:
    suites = {
        tuple(_plis(entendu)): (correction.ecrire, f"mots : {entendu}")
        for correction in corrections.mots
        if source_id not in correction.sauf
        for entendu in correction.entendu
    }
    if suites:
        yield lambda mots: _par_mots(mots, suites)
    for motif in corrections.motifs:
        if source_id not in motif.sauf:
            yield lambda mots, motif=motif: _par_motif(mots, motif)  # type: ignore[misc]
    if glossaire.entrees:
        yield lambda mots: _par_ressemblance(mots, glossaire, courants)


def _remplacer(
    mots: Sequence[Mot], reperages: Iterator[_Reperage], tour: int
) -> tuple[tuple[Mot, ...], list[Application]]:
    resultat: list[Mot] = []
    faites: list[Application] = []
    suite = 0
    for r in reperages:
        anciens = mots[r.premier : r.dernier]
        nouveaux = _nouveaux(anciens, r.ecrire)
        avant, apres = (" ".join(m.texte for m in serie) for serie in (anciens, nouveaux))
        if avant == apres:
            continue
        resultat += [*mots[suite : r.premier], *nouveaux]
        suite = r.dernier
        faites.append(Application(r.regle, tour, anciens[0].debut_s, avant, apres))
    return (*resultat, *mots[suite:]), faites


def _nouveaux(anciens: Sequence[Mot], ecrire: str) -> list[Mot]:
    """Les mots écrits, sous la ponctuation des anciens ; leur temps est partagé selon les lettres."""
    avant = re.match(r"^[^\w]*", anciens[0].texte)
    apres = re.search(r"[^\w]*$", anciens[-1].texte)
    textes = unicodedata.normalize("NFC", ecrire).split()
    textes[0] = (avant[0] if avant else "") + textes[0]
    textes[-1] += apres[0] if apres else ""
    confiances = [m.confiance for m in anciens if m.confiance is not None]
    confiance = min(confiances) if confiances else None
    debut_s, fin_s = anciens[0].debut_s, anciens[-1].fin_s
    if debut_s is None or fin_s is None:
        return [Mot(texte, debut_s, fin_s, confiance) for texte in textes]
    lettres = sum(map(len, textes))
    bornes = [debut_s]
    for texte in textes:
        bornes.append(round(bornes[-1] + (fin_s - debut_s) * len(texte) / lettres, 3))
    bornes[-1] = fin_s
    paires = zip(textes, pairwise(bornes), strict=True)
    return [Mot(texte, debut, fin, confiance) for texte, (debut, fin) in paires]


# --- par mots, par motif -----------------------------------------------------------------------------


def _par_mots(
    mots: Sequence[Mot], suites: dict[tuple[str, ...], tuple[str, str]]
) -> Iterator[_Reperage]:
    plis = [" ".join(_plis(mot.texte)) for mot in mots]
    plus_longue = max(map(len, suites))
    i = 0
    while i < len(mots):
        for longueur in range(min(plus_longue, len(mots) - i), 0, -1):
            trouve = suites.get(tuple(" ".join(plis[i : i + longueur]).split()))
            if trouve is not None and plis[i] and plis[i + longueur - 1]:
                yield _Reperage(i, i + longueur, *trouve)
                i += longueur - 1
                break
        i += 1


def _par_motif(mots: Sequence[Mot], motif: CorrectionMotif) -> Iterator[_Reperage]:
    texte = " ".join(mot.texte for mot in mots)
    debuts = [0]
    for mot in mots:
        debuts.append(debuts[-1] + len(mot.texte) + 1)
    libre = 0
    for trouve in re.finditer(motif.motif, texte, 0 if motif.casse else re.IGNORECASE):
        premier = max(i for i in range(len(mots)) if debuts[i] <= trouve.start())
        dernier = max(i for i in range(len(mots)) if debuts[i] < max(trouve.end(), trouve.start() + 1))
        if premier < libre:
            continue
        libre = dernier + 1
        fin = debuts[libre] - 1
        entier = texte[debuts[premier] : trouve.start()] + trouve.expand(motif.ecrire)
        nouveau = (entier + texte[trouve.end() : fin]).strip()
        if nouveau:
            # La ponctuation des bords est déjà dans `nouveau` : elle n'est pas remise.
            yield _Reperage(
                premier, libre, _sans_bords(nouveau, mots[premier], mots[dernier]), motif.motif
            )


def _sans_bords(nouveau: str, premier: Mot, dernier: Mot) -> str:
    avant = re.match(r"^[^\w]*", premier.texte)
    apres = re.search(r"[^\w]*$", dernier.texte)
    if avant and avant[0]:
        nouveau = nouveau.removeprefix(avant[0])
    if apres and apres[0]:
        nouveau = nouveau.removesuffix(apres[0])
    return nouveau or "…"


# --- par ressemblance --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Entree:
    """Un terme, son écriture pliée et ses prononciations."""

    terme: str
    plie: str
    cles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Glossaire:
    entrees: tuple[_Entree, ...]

    @classmethod
    def de(cls, termes: Sequence[str]) -> _Glossaire:
        return cls(tuple(_entree(t) for t in dict.fromkeys(termes) if _plis(t)))


def _entree(terme: str) -> _Entree:
    cles = [cle_sonore(terme)]
    if terme.isupper() and " " not in terme:  # dit comme un mot (toutes ses lettres) ou épelé
        cles = [cle_sonore(f"{terme}e"), cle_epelee(terme)]
    return _Entree(terme, " ".join(_plis(terme)), tuple(cles))


def _par_ressemblance(
    mots: Sequence[Mot], glossaire: _Glossaire, courants: Container[str]
) -> Iterator[_Reperage]:
    """Les suites de mots qui se prononcent comme un terme, si elles ne sont pas du français courant."""
    i = 0
    while i < len(mots):
        choix = [
            (note, longueur, entree)
            for longueur in range(1, min(MOTS_MAXIMUM, len(mots) - i) + 1)
            if _etrange(mots[i : i + longueur], courants)
            for entree in glossaire.entrees
            if not _deja_ecrit(mots[i : i + longueur], entree)
            if (note := _note(mots[i : i + longueur], entree, courants)) >= RESSEMBLANCE
        ]
        if not choix:
            i += 1
            continue
        note, longueur, entree = max(choix, key=lambda c: (c[0], -c[1]))
        yield _Reperage(i, i + longueur, entree.terme, f"glossaire : {entree.terme} ({note:.2f})")
        i += longueur


def _deja_ecrit(suite: Sequence[Mot], entree: _Entree) -> bool:
    """Vrai si le terme est dans la suite, en toutes lettres, au pluriel près."""
    ecrits = " ".join(p for m in suite for p in _plis(m.texte))
    return f" {_PLURIEL.sub('', entree.plie)} " in f" {_PLURIEL.sub('', ecrits)} "


def _etrange(suite: Sequence[Mot], courants: Container[str]) -> bool:
    """Vrai si un mot au moins n'est pas courant, ou si le modèle n'en était pas sûr."""
    if any(m.texte[-1:] in ".?!…;:" for m in suite[:-1]) or not all(
        _LETTRES.search(m.texte) for m in suite
    ):
        return False
    confiances = [m.confiance for m in suite if m.confiance is not None]
    peu_sur = bool(confiances) and sum(confiances) / len(confiances) < CONFIANCE_BASSE
    return peu_sur or _inconnue(suite, courants)


def _inconnue(suite: Sequence[Mot], courants: Container[str]) -> bool:
    """Vrai si un mot au moins n'est pas dans le lexique ; une élision (« qu' ») n'en est pas un."""
    textes = (_ELISION.sub("", m.texte.casefold().replace("’", "'")) for m in suite)
    formes = [forme for texte in textes for forme in _LETTRES.findall(texte)]
    return any(len(forme) > 1 and forme not in courants for forme in formes)


def _note(suite: Sequence[Mot], entree: _Entree, courants: Container[str]) -> float:
    """La ressemblance d'une suite et d'un terme, 0 si elle est trop courte ou ne commence pas pareil."""
    texte = " ".join(mot.texte for mot in suite)
    entendues = [cle_sonore(texte)]
    if len(suite) == 1 and se_dit_en_lettres(texte):
        entendues.append(cle_epelee("".join(c for c in texte if c.isalpha())))
    seul = len(suite) == 1 and _inconnue(suite, courants)
    minimum = CLE_MINIMALE - 1 if seul else CLE_MINIMALE
    meilleure = 0.0
    for cle in entree.cles:
        for entendue in entendues:
            if min(len(cle), len(entendue)) < minimum or cle[0] != entendue[0]:
                continue
            note = ressemblance(cle, entendue)
            if note == 1 or len(cle) >= CLE_LONGUE:
                meilleure = max(meilleure, note)
    return meilleure


def _plis(texte: str) -> list[str]:
    """Les mots en minuscules, sans accents ni ponctuation."""
    nu = unicodedata.normalize("NFD", texte.casefold().replace("œ", "oe"))
    return re.findall(r"[^\W_]+", "".join(c for c in nu if not unicodedata.combining(c)))
