"""Des lignes de texte tapées par une personne aux répliques : étiquettes, codes temporels, tirets.

Reconnus en tête de ligne : « ENQ : », « Enquêtrice : », « Marie D. : » (un nom propre doit revenir),
« [SPEAKER_00]: », « ENQ<tabulation> », un tiret, et les codes « [00:12:31] », « (0:12:31.5) »,
« #00:12:31-4# », « [00:00:01 - 00:00:04] », ou « 00:12:31 » si les lignes en ont couramment. Un code
dans le texte date la suite ; un code en fin de ligne (f4) est la fin du tour. Une ligne sans étiquette
continue le tour d'avant. Sans aucune étiquette, les tirets font alterner deux locuteurs.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from recherche.echanges.listes import familles, plier
from recherche.echanges.repliques import INCONNU, Lecture, Replique

_T = r"(?:\d{1,2}:)?\d{1,3}:[0-5]\d(?:[.,]\d{1,3})?"
_ENTRE = rf"\s*({_T})(?:\s*(?:-->|[-–/à])\s*({_T}))?\s*"
_CODE = re.compile(rf"\[{_ENTRE}\]|\({_ENTRE}\)|#({_T})(?:-(\d))?#")
_NU = re.compile(rf"({_T})(?:\s*(?:-->|[-–])\s*({_T}))?(?=[\s\[A-ZÀ-Ý]|$)")
_CODE_APRES = re.compile(rf"([^\W_][^:\t\[\]()#]{{0,40}}?)\s*({_CODE.pattern})\s*(?P<deux_points>:)?\s*")
_NU_APRES = re.compile(rf"([^\W_][^:\t\[\]()#]{{0,40}}?)\s+({_T})$")
_TIRET = re.compile(r"[-–—−•‒]\s+")
_DEUX_POINTS = re.compile(r"([^\W_][^:\t\[\]#<>{}]{0,49}?)\s*:(?!//)\s*")
_TABULE = re.compile(r"([^\W_][^:\t\[\]#]{0,29}?)\s*\t\s*")
_CROCHETS = re.compile(r"\[([^\]\[]{1,40})\]\s*:?\s*")
_SIGLE = re.compile(r"[A-ZÀ-Ý]{1,12}[ _.-]?\d{0,2}")
_SIGLE_SUR = re.compile(r"ENQ|ENT|ANI|[A-Z]{1,3}\d{1,2}|SPEAKER[ _]\d{1,2}")
_PARTICULES = frozenset(("de", "du", "des", "le", "la", "les", "d'", "et", "von", "van", "ben", "el"))
NUS_COURANTS = 3


@dataclass(frozen=True, slots=True)
class _Ligne:
    """Une ligne lue : `brut` est la suite si l'étiquette n'est finalement pas retenue."""

    tiret: bool
    debut_s: float | None
    fin_s: float | None
    etiquette: str | None
    sure: bool
    suite: str
    brut: str


def secondes(code: str) -> float:
    """`h:mm:ss.d` ou `mm:ss` en secondes."""
    total = 0.0
    for partie in code.replace(",", ".").split(":"):
        total = total * 60 + float(partie)
    return total


def lire_lignes(lignes: Iterable[str]) -> Lecture:
    """Les répliques d'un texte découpé en lignes ou en alinéas ; aucune si rien n'y annonce un tour."""
    pleines = [ligne.strip() for ligne in lignes if ligne.strip()]
    nus = sum(_NU.match(ligne) is not None for ligne in pleines) >= NUS_COURANTS
    lues = [_analyser(ligne, nus=nus) for ligne in pleines]
    retenues = _retenir((ligne.etiquette, ligne.sure) for ligne in lues)
    if retenues:
        lues = [_trancher(ligne, retenues) for ligne in lues]
        premiere = next(i for i, ligne in enumerate(lues) if ligne.etiquette)
    else:
        lues = list(_alterner(_trancher(ligne, frozenset()) for ligne in lues))
        annoncees = (i for i, li in enumerate(lues) if li.etiquette or li.debut_s is not None)
        premiere = next(annoncees, len(lues))
    entete = "\n".join(pleines[:premiere])
    return Lecture(tuple(_repliques(lues[premiere:])), entete, premiere)


def etiqueter(textes: Sequence[str]) -> list[tuple[str | None, str]]:
    """(étiquette, texte) de morceaux déjà datés (sous-titres), une étiquette en tête ou aucune."""
    lues = [_etiquette(texte.strip()) for texte in textes]
    retenues = _retenir((etiquette, sure) for etiquette, sure, _ in lues)
    return [
        (etiquette, suite) if etiquette in retenues else (None, texte.strip())
        for (etiquette, _, suite), texte in zip(lues, textes, strict=True)
    ]


def _retenir(vues: Iterable[tuple[str | None, bool]]) -> frozenset[str]:
    """Les étiquettes sûres, et les noms propres qui reviennent."""
    liste = [(etiquette, sure) for etiquette, sure in vues if etiquette]
    fois = Counter(etiquette for etiquette, _ in liste)
    return frozenset(etiquette for etiquette, sure in liste if sure or fois[etiquette] > 1)


def _analyser(ligne: str, *, nus: bool) -> _Ligne:
    tiret, debut, fin = False, None, None
    reste = _redresser(ligne)
    while True:
        if trouve := _TIRET.match(reste):
            tiret = True
        elif debut is None and (trouve := _code_en_tete(reste, nus=nus)):
            debut, fin = _bornes(trouve)
        else:
            break
        reste = reste[trouve.end() :].lstrip(" \u00a0:") if debut is not None else reste[trouve.end() :]
    etiquette, sure, suite = _etiquette(reste, seule=debut is not None)
    if debut is None and etiquette and (trouve := _code_en_tete(suite, nus=nus)):
        debut, fin = _bornes(trouve)
        suite = suite[trouve.end() :].lstrip(" \u00a0:-–")
    return _Ligne(tiret, debut, fin, etiquette, sure, suite, reste)


def _redresser(ligne: str) -> str:
    """« ENQ [00:12:31] : … » et « Marie D.  12:31 » : le code passe devant l'étiquette."""
    if trouve := _CODE_APRES.match(ligne):
        nom, code, deux_points = trouve[1], trouve[2], trouve["deux_points"]
        if _genre(nom) is not None and (deux_points or trouve.end() == len(ligne)):
            return f"{code} {nom}{' : ' if deux_points else ''}{ligne[trouve.end() :]}"
    if (trouve := _NU_APRES.match(ligne)) and _genre(trouve[1]) is not None:
        return f"[{trouve[2]}] {trouve[1]}"
    return ligne


def _code_en_tete(texte: str, *, nus: bool) -> re.Match[str] | None:
    return _CODE.match(texte) or (_NU.match(texte) if nus else None)


def _bornes(code: re.Match[str]) -> tuple[float, float | None]:
    groupes = [groupe for groupe in code.groups() if groupe]
    if code.group().startswith("#"):
        dixieme = float(groupes[1]) / 10 if len(groupes) > 1 else 0.0
        return secondes(groupes[0]) + dixieme, None
    return secondes(groupes[0]), secondes(groupes[1]) if len(groupes) > 1 else None


def _etiquette(texte: str, *, seule: bool = False) -> tuple[str | None, bool, str]:
    """(étiquette possible, sûre ou non, suite) d'une ligne dépouillée de son tiret et de son code.

    `seule` : la ligne porte un code temporel, un nom peut y être seul, sans deux-points.
    """
    nue = texte.strip()
    if _SIGLE_SUR.fullmatch(nue):
        return nue, True, ""
    for lire in (_entre_crochets, _a_deux_points, _a_tabulation):
        if lue := lire(texte):
            return lue
    if seule and _nom_propre(nue.strip("[]")):
        return nue.strip("[]"), False, ""
    return None, False, texte


def _entre_crochets(texte: str) -> tuple[str, bool, str] | None:
    trouve = _CROCHETS.match(texte)
    if trouve and (_SIGLE_SUR.fullmatch(trouve[1].strip()) or _role(trouve[1])):
        return trouve[1].strip(), True, texte[trouve.end() :]
    return None


def _a_deux_points(texte: str) -> tuple[str, bool, str] | None:
    """« ENQ : … », « ENQ:… » ; un nom propre ne peut être collé à la suite (« Rendez-vous 12:30 »)."""
    if (trouve := _DEUX_POINTS.match(texte)) is None:
        return None
    nom = re.sub(r"\s*\([^)]*\)$", "", trouve[1]).strip()
    sure = _genre(nom)
    colle = trouve.end() < len(texte) and not trouve.group()[-1].isspace()
    if sure is None or (colle and not sure):
        return None
    return nom, sure, texte[trouve.end() :]


def _a_tabulation(texte: str) -> tuple[str, bool, str] | None:
    trouve = _TABULE.match(texte)
    if trouve and (_sigle(trouve[1]) or _role(trouve[1])):
        return trouve[1].strip(), True, texte[trouve.end() :]
    return None


def _genre(nom: str) -> bool | None:
    """True : c'est un locuteur à coup sûr ; False : peut-être (nom propre) ; None : non."""
    if plier(nom).rstrip(" .") in familles("locuteurs")["entete"]:
        return None
    if _sigle(nom) or _role(nom):
        return True
    return False if _nom_propre(nom) else None


def _sigle(nom: str) -> bool:
    return _SIGLE.fullmatch(nom) is not None or _SIGLE_SUR.fullmatch(nom) is not None


def _role(nom: str) -> bool:
    plie = re.sub(r"[()·]", ".", plier(nom)).strip(". ")
    familles_ = familles("locuteurs")
    if any(plie in familles_[usage] for usage in ("ENQ", "ENT", "ANI")):
        return True
    return re.sub(r"[\s_n°-]*\d{1,2}$", "", plie) in familles_["generique"]


def _nom_propre(nom: str) -> bool:
    mots = nom.replace("-", " ").split()
    if not 1 <= len(mots) <= 4 or not mots[0][0].isupper():
        return False
    return all(mot[0].isupper() or mot[0].isdigit() or mot.casefold() in _PARTICULES for mot in mots)


def _trancher(ligne: _Ligne, retenues: frozenset[str]) -> _Ligne:
    if ligne.etiquette is None or ligne.etiquette in retenues:
        return ligne
    return _Ligne(ligne.tiret, ligne.debut_s, ligne.fin_s, None, False, ligne.brut, ligne.brut)


def _alterner(lignes: Iterable[_Ligne]) -> Iterator[_Ligne]:
    """Sans étiquette, chaque tiret donne la parole à l'autre ; s'il n'y en a qu'un, il ne dit rien."""
    liste = list(lignes)
    rang = 0
    alterne = sum(ligne.tiret for ligne in liste) > 1
    for ligne in liste:
        nom = None
        if alterne and ligne.tiret:
            nom, rang = (INCONNU, "L2")[rang % 2], rang + 1
        yield _Ligne(ligne.tiret, ligne.debut_s, ligne.fin_s, nom, True, ligne.suite, ligne.brut)


def _repliques(lignes: Iterable[_Ligne]) -> Iterator[Replique]:
    """Une réplique par morceau de ligne ; ce que date une ligne sans texte vaut pour la suite."""
    herite: float | None = None
    attente: tuple[float | None, float | None] = (None, None)
    for ligne in lignes:
        etiquette, debut, fin = ligne.etiquette, ligne.debut_s, ligne.fin_s
        if debut is None and not etiquette:
            debut, fin = attente
        morceaux, finale = _morceaux(ligne.suite)
        attente = (debut, fin) if not ligne.suite else (None, None)
        for rang, (code, texte) in enumerate(morceaux):
            depart = code if code is not None else debut if rang == 0 else None
            dernier = rang == len(morceaux) - 1
            if dernier and finale is not None:
                depart = herite if depart is None else depart
                fin = finale
            yield Replique(texte, etiquette, depart, fin if dernier else None)
            etiquette = None
        herite = finale


def _morceaux(texte: str) -> tuple[list[tuple[float | None, str]], float | None]:
    """Le texte coupé à ses codes, chacun datant la suite ; et le code final."""
    coupes: list[tuple[float | None, str]] = []
    debut, temps = 0, None
    for code in _CODE.finditer(texte):
        if code.group().startswith("(") and code.group().count(":") < 2:
            continue
        coupes.append((temps, texte[debut : code.start()].strip()))
        debut, temps = code.end(), _bornes(code)[0]
    finale = None
    if temps is not None and not texte[debut:].strip():
        finale = temps
    else:
        coupes.append((temps, texte[debut:].strip()))
    utiles = [(t, morceau) for i, (t, morceau) in enumerate(coupes) if morceau or i == 0]
    return utiles, finale
