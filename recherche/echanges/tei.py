"""TEI P5, module « spoken » : un `annotationBlock` par tour, daté par une `timeline`.

Conventions : `who` renvoie à une `person` de l'en-tête, `start` et `end` à un `when` (secondes depuis
`T0`) ; le texte du tour est un `seg` de type « utterance ». Les marques du texte, s'il en porte, sont
balisées : « (.) », « (..) », « (...) » en `pause` (short, medium, long, avec leur durée), « [inaudible
hh:mm:ss] » en `gap`. Le thème du guide, s'il est connu, est la catégorie que désigne `ana`.

Sources : TEI P5, chapitre 8, « Transcriptions of Speech » ; ISO 24624:2016.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from recherche.echanges.commun import Noeud, Transcrit, nature
from recherche.echanges.temps import MotDate, tours_dates
from recherche.modele.transcription import Mot, Tour

TEI = "http://www.tei-c.org/ns/1.0"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_LANGUE = "{http://www.w3.org/XML/1998/namespace}lang"
PAUSES = {"(.)": "short", "(..)": "medium", "(...)": "long"}


def en_tei(transcription: Transcrit, variables: Mapping[str, str]) -> bytes:
    """Document TEI en UTF-8 ; sans temps, la `timeline` manque. `variables` : mots-clés de l'en-tête."""
    from lxml import etree

    racine = etree.Element("TEI", nsmap={None: TEI}, attrib={_LANGUE: "fr"})
    personnes = _identifiants(transcription.locuteurs(), "loc")
    themes = _identifiants(sorted({t.theme for t in transcription.tours if t.theme}), "theme")
    _entete(racine, transcription, personnes, themes, variables)
    texte = _sous(racine, "text")
    dates = _dates(transcription)
    instants = _chronologie(texte, dates)
    corps = _sous(texte, "body")
    for numero, (tour, mots) in enumerate(dates, start=1):
        bloc = _sous(corps, "annotationBlock", who=f"#{personnes[tour.locuteur]}")
        bloc.set(_ID, f"ab{numero}")
        if mots:
            bloc.set("start", f"#{instants[_debut(mots)]}")
            bloc.set("end", f"#{instants[_fin(mots)]}")
        if tour.theme:
            bloc.set("ana", f"#{themes[tour.theme]}")
        _ecrire_texte(_sous(_sous(bloc, "u"), "seg", type="utterance"), tour.mots)
    return bytes(etree.tostring(racine, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _sous(parent: Noeud, nom: str, texte: str | None = None, **attributs: str) -> Noeud:
    from lxml import etree

    element = etree.SubElement(parent, f"{{{TEI}}}{nom}", **attributs)
    element.text = texte
    return element


def _entete(
    racine: Noeud,
    transcription: Transcrit,
    personnes: Mapping[str, str],
    themes: Mapping[str, str],
    variables: Mapping[str, str],
) -> None:
    entete = _sous(racine, "teiHeader")
    fichier = _sous(entete, "fileDesc")
    titre = f"{transcription.source_id}, {nature(transcription)}"
    _sous(_sous(fichier, "titleStmt"), "title", titre)
    publication = _sous(fichier, "publicationStmt")
    date = transcription.provenance.date.date().isoformat()
    _sous(publication, "p", f"Document de travail de l'étude, non publié ; transcription du {date}.")
    _sous(_sous(fichier, "sourceDesc"), "p", f"Entretien enregistré, source {transcription.source_id}.")
    if themes:
        classement = _sous(_sous(entete, "encodingDesc"), "classDecl")
        taxinomie = _sous(classement, "taxonomy")
        for theme, identifiant in themes.items():
            categorie = _sous(taxinomie, "category")
            categorie.set(_ID, identifiant)
            _sous(categorie, "catDesc", theme)
    profil = _sous(entete, "profileDesc")
    liste = _sous(_sous(profil, "particDesc"), "listPerson")
    for locuteur, identifiant in personnes.items():
        personne = _sous(liste, "person", n=locuteur)
        personne.set(_ID, identifiant)
        _sous(personne, "p", f"Locuteur {locuteur}")
    if variables:
        mots_cles = _sous(_sous(profil, "textClass"), "keywords")
        for nom, valeur in variables.items():
            _sous(mots_cles, "term", valeur, type=re.sub(r"\W+", "_", nom))


def _identifiants(noms: Sequence[str], prefixe: str) -> dict[str, str]:
    """Un identifiant XML par nom : le nom s'il en a la forme, sinon numéroté."""
    forme = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
    reserves = re.compile(r"T\d+|ab\d+|(?:loc|theme)\d+")
    return {
        nom: nom
        if prefixe == "loc" and forme.fullmatch(nom) and not reserves.fullmatch(nom)
        else f"{prefixe}{rang}"
        for rang, nom in enumerate(noms, start=1)
    }


def _dates(transcription: Transcrit) -> list[tuple[Tour, list[MotDate]]]:
    tours = [tour for tour in transcription.tours if tour.mots]
    if all(tour.debut_s is None for tour in tours):
        return [(tour, []) for tour in tours]
    return [(tour, mots) for tour, mots in tours_dates(transcription, "une chronologie") if mots]


def _chronologie(texte: Noeud, dates: Sequence[tuple[Tour, list[MotDate]]]) -> dict[float, str]:
    """La `timeline` et l'identifiant de chacun de ses instants (secondes)."""
    bornes = sorted({instant for _, mots in dates if mots for instant in (_debut(mots), _fin(mots))})
    if not bornes:
        return {}
    ligne = _sous(texte, "timeline", unit="s", origin="#T0")
    _sous(ligne, "when").set(_ID, "T0")
    instants = {}
    for rang, instant in enumerate(bornes, start=1):
        quand = _sous(ligne, "when", interval=f"{instant:.3f}", since="#T0")
        quand.set(_ID, f"T{rang}")
        instants[instant] = f"T{rang}"
    return instants


def _debut(mots: Sequence[MotDate]) -> float:
    return round(mots[0].debut_s, 3)


def _fin(mots: Sequence[MotDate]) -> float:
    return round(max(mot.fin_s for mot in mots), 3)


def _ecrire_texte(seg: Noeud, mots: Sequence[Mot]) -> None:
    """Le texte, où pauses et passages inaudibles sont des éléments."""
    dernier = None
    for morceau in _morceaux(mots):
        if isinstance(morceau, str):
            if dernier is None:
                seg.text = f"{seg.text or ''}{' ' if seg.text else ''}{morceau}"
            else:
                dernier.tail = f"{dernier.tail or ''} {morceau}"
        elif morceau.texte in PAUSES:
            duree = _duree(morceau)
            dernier = _sous(seg, "pause", type=PAUSES[morceau.texte], **duree)
        else:
            dernier = _sous(seg, "gap", reason="inaudible")
            if code := morceau.texte.partition(" ")[2]:
                _sous(dernier, "desc", code)


def _duree(pause: Mot) -> dict[str, str]:
    if pause.debut_s is None or pause.fin_s is None or pause.fin_s <= pause.debut_s:
        return {}
    return {"dur": f"PT{pause.fin_s - pause.debut_s:.2f}S"}


def _morceaux(mots: Sequence[Mot]) -> Iterator[str | Mot]:
    suite = iter(mots)
    for mot in suite:
        if mot.texte == "[inaudible" and (code := next(suite, None)) is not None:
            yield replace(mot, texte=f"[inaudible {code.texte.rstrip(']')}")
        elif mot.texte in PAUSES or mot.texte == "[inaudible]":
            yield mot
        else:
            yield mot.texte
