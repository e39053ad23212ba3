"""ELAN (.eaf) : une ligne par locuteur, une annotation par tour ; sous elle, les mots datés.

Écriture : la ligne porte le nom du locuteur (`TIER_ID` et `PARTICIPANT`), ses mots sont dans une ligne
fille « mots@LOCUTEUR » (contrainte `Included_In`). Lecture de tout fichier ELAN : les lignes sans mère
qui s'alignent sur le temps sont les locuteurs ; une ligne fille dont les annotations redonnent le texte
de leur mère en donne les temps.

Source : ELAN Annotation Format, schéma EAF 3.0 (Max Planck Institute for Psycholinguistics).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

from recherche.echanges.commun import Noeud, Transcrit, nature
from recherche.echanges.octets import analyser_xml
from recherche.echanges.repliques import Lecture, Replique
from recherche.echanges.temps import MotDate, tours_dates
from recherche.erreurs import ErreurEchange
from recherche.modele.transcription import Mot, Tour

NATURE = "recherche:nature"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA = "http://www.mpi.nl/tools/elan/EAFv3.0.xsd"
_CONTRAINTES = (
    (
        "Time_Subdivision",
        "Time subdivision of parent annotation's time interval, no time gaps allowed within this"
        " interval",
    ),
    ("Symbolic_Subdivision", "Symbolic subdivision of a parent annotation."),
    ("Symbolic_Association", "1-1 association with a parent annotation"),
    ("Included_In", "Time alignable annotations within the parent annotation's time interval"),
)
_DUREE_MINIMALE_MS = 1


class _Horloge:
    """Les repères de temps d'un document (`ts1`…), dans l'ordre de leur création."""

    def __init__(self, ordre: Noeud) -> None:
        self._ordre = ordre
        self._nombre = 0

    def repere(self, ms: int) -> str:
        from lxml import etree

        self._nombre += 1
        nom = f"ts{self._nombre}"
        etree.SubElement(self._ordre, "TIME_SLOT", TIME_SLOT_ID=nom, TIME_VALUE=str(ms))
        return nom


def en_eaf(transcription: Transcrit) -> bytes:
    """Document EAF 3.0 en UTF-8, temps à la milliseconde. Lève `ErreurEchange` sans temps."""
    from lxml import etree

    dates = tours_dates(transcription, "un document ELAN")
    racine = etree.Element("ANNOTATION_DOCUMENT", nsmap={"xsi": _XSI})
    date = transcription.provenance.date.isoformat()
    racine.attrib.update({"AUTHOR": "", "DATE": date, "FORMAT": "3.0", "VERSION": "3.0"})
    racine.set(f"{{{_XSI}}}noNamespaceSchemaLocation", _SCHEMA)
    entete = etree.SubElement(racine, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    etree.SubElement(entete, "PROPERTY", NAME=NATURE).text = nature(transcription)
    etree.SubElement(entete, "PROPERTY", NAME="recherche:source").text = transcription.source_id
    horloge = _Horloge(etree.SubElement(racine, "TIME_ORDER"))
    numero = 0
    for locuteur in transcription.locuteurs():
        siens = [(tour, mots) for tour, mots in dates if tour.locuteur == locuteur and mots]
        numero = _ecrire_locuteur(racine, horloge, locuteur, siens, numero)
    _ecrire_types(racine)
    return bytes(etree.tostring(racine, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _ecrire_locuteur(
    racine: Noeud,
    horloge: _Horloge,
    locuteur: str,
    siens: list[tuple[Tour, list[MotDate]]],
    numero: int,
) -> int:
    """Les deux lignes d'un locuteur ; rend le numéro de la dernière annotation."""
    from lxml import etree

    communs = {"PARTICIPANT": locuteur, "LINGUISTIC_TYPE_REF": "tour"}
    ligne = etree.SubElement(racine, "TIER", TIER_ID=locuteur, **communs)
    communs |= {"LINGUISTIC_TYPE_REF": "mot", "PARENT_REF": locuteur}
    fille = etree.SubElement(racine, "TIER", TIER_ID=f"mots@{locuteur}", **communs)
    passe = 0
    for tour, mots in sorted(siens, key=lambda paire: paire[1][0].debut_s):
        debut = max(passe, _ms(mots[0].debut_s))
        passe = max(debut + _DUREE_MINIMALE_MS, *(_ms(mot.fin_s) for mot in mots))
        numero += 1
        _annoter(ligne, horloge, numero, (debut, passe), tour.texte)
        precedent = debut
        for mot, date in zip(tour.mots, mots, strict=True):
            if mot.debut_s is None or mot.fin_s is None:
                continue
            depart = min(max(precedent, _ms(date.debut_s)), passe - _DUREE_MINIMALE_MS)
            precedent = min(passe, max(depart + _DUREE_MINIMALE_MS, _ms(date.fin_s)))
            numero += 1
            _annoter(fille, horloge, numero, (depart, precedent), mot.texte)
    return numero


def _annoter(ligne: Noeud, horloge: _Horloge, numero: int, bornes: tuple[int, int], texte: str) -> None:
    from lxml import etree

    annotation = etree.SubElement(ligne, "ANNOTATION")
    reperes = {f"TIME_SLOT_REF{i}": horloge.repere(ms) for i, ms in enumerate(bornes, start=1)}
    alignee = etree.SubElement(annotation, "ALIGNABLE_ANNOTATION", ANNOTATION_ID=f"a{numero}", **reperes)
    etree.SubElement(alignee, "ANNOTATION_VALUE").text = texte


def _ecrire_types(racine: Noeud) -> None:
    from lxml import etree

    communs = {"GRAPHIC_REFERENCES": "false", "TIME_ALIGNABLE": "true"}
    etree.SubElement(racine, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID="tour", **communs)
    mot = communs | {"CONSTRAINTS": "Included_In"}
    etree.SubElement(racine, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID="mot", **mot)
    for nom, description in _CONTRAINTES:
        etree.SubElement(racine, "CONSTRAINT", STEREOTYPE=nom, DESCRIPTION=description)


def _ms(secondes: float) -> int:
    return round(secondes * 1000)


def lire_eaf(octets: bytes, fichier: Path) -> Lecture:
    """Les répliques d'un document ELAN, par ordre de début. Lève `ErreurEchange`."""
    racine = analyser_xml(octets, fichier)
    if racine.tag != "ANNOTATION_DOCUMENT":
        raise ErreurEchange(
            f"{fichier} n'est pas un document ELAN.", "Exportez-le d'ELAN au format .eaf."
        )
    reperes = _reperes(racine, fichier)
    lignes = [t for t in racine.iterfind("TIER") if t.get("PARENT_REF") is None and len(t)]
    _refuser_doubles(lignes, fichier)
    repliques = []
    for ligne in lignes:
        filles = [t for t in racine.iterfind("TIER") if t.get("PARENT_REF") == ligne.get("TIER_ID")]
        mots = [_intervalles(fille, reperes, fichier) for fille in filles]
        for debut, fin, texte in _intervalles(ligne, reperes, fichier):
            dates = next((m for liste in mots if (m := _mots(liste, debut, fin, texte))), ())
            repliques.append(Replique(texte, _locuteur(ligne), debut, fin, dates))
    entete = "\n".join(p.text or "" for p in racine.iterfind("HEADER/PROPERTY"))
    ordre = sorted(repliques, key=lambda r: (r.debut_s is None, r.debut_s or 0.0))
    return Lecture(tuple(ordre), entete)


def _locuteur(ligne: Noeud) -> str:
    return str(ligne.get("PARTICIPANT") or ligne.get("TIER_ID") or "")


def _refuser_doubles(lignes: list[Noeud], fichier: Path) -> None:
    vus: dict[str, str] = {}
    for ligne in lignes:
        nom, locuteur = ligne.get("TIER_ID", ""), _locuteur(ligne)
        if locuteur in vus:
            raise ErreurEchange(
                f"{fichier} : les lignes « {vus[locuteur]} » et « {nom} » portent le même locuteur"
                f" (« {locuteur} ») : on ne sait pas laquelle est la parole.",
                "Dans ELAN, gardez une ligne de parole par locuteur ; faites de l'autre sa ligne fille.",
            )
        vus[locuteur] = nom


def _reperes(racine: Noeud, fichier: Path) -> dict[str, float | None]:
    """Secondes de chaque repère ; None s'il n'est pas placé."""
    reperes: dict[str, float | None] = {}
    for repere in racine.iterfind("TIME_ORDER/TIME_SLOT"):
        valeur = repere.get("TIME_VALUE")
        if valeur is not None and not (valeur.isascii() and valeur.isdigit()):
            raise ErreurEchange(
                f"{fichier} : le repère {repere.get('TIME_SLOT_ID')} a un temps illisible : {valeur!r}.",
                "Rouvrez le document dans ELAN et réenregistrez-le.",
            )
        reperes[str(repere.get("TIME_SLOT_ID"))] = None if valeur is None else int(valeur) / 1000
    return reperes


def _intervalles(
    ligne: Noeud,
    reperes: Mapping[str, float | None],
    fichier: Path,
) -> list[tuple[float | None, float | None, str]]:
    """(début, fin, texte) des annotations alignées d'une ligne."""
    trouves = []
    for annotation in ligne.iterfind("ANNOTATION/ALIGNABLE_ANNOTATION"):
        bornes = []
        for nom in ("TIME_SLOT_REF1", "TIME_SLOT_REF2"):
            if annotation.get(nom) not in reperes:
                raise ErreurEchange(
                    f"{fichier} : l'annotation {annotation.get('ANNOTATION_ID')} de la ligne"
                    f" « {ligne.get('TIER_ID')} » renvoie à un repère de temps absent.",
                    "Rouvrez le document dans ELAN et réenregistrez-le.",
                )
            bornes.append(reperes[annotation.get(nom)])
        texte = " ".join((annotation.findtext("ANNOTATION_VALUE") or "").split())
        if texte:
            trouves.append((bornes[0], bornes[1], unicodedata.normalize("NFC", texte)))
    return trouves


def _mots(
    filles: list[tuple[float | None, float | None, str]],
    debut: float | None,
    fin: float | None,
    texte: str,
) -> tuple[Mot, ...]:
    """Les mots datés d'une annotation, si ses filles sont bien ses mots, dans l'ordre ; sinon rien."""
    if debut is None or fin is None:
        return ()
    dans = [f for f in filles if f[0] is not None and f[1] is not None and debut <= f[0] and f[1] <= fin]
    reste = iter(sorted(dans, key=lambda f: f[0] or 0.0))
    mots, suivante = [], next(reste, None)
    for forme in texte.split():
        if suivante is not None and suivante[2] == forme:
            mots.append(Mot(forme, suivante[0], suivante[1]))
            suivante = next(reste, None)
        else:
            mots.append(Mot(forme))
    return tuple(mots) if dans and suivante is None else ()
