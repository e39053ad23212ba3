"""`Projet` -> `project.qde` : le XML de REFI-QDA, dans l'ordre du schéma, sans conteneur vide.

Le XML est écrit au fil de l'eau : la mémoire ne dépend pas du nombre de codages. Les textes
n'y sont pas : ils vont dans `sources/`, où QualCoder les cherche, et `plainTextPath` les désigne.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from recherche.echanges.commun import Noeud
from recherche.echanges.refi_qda import (
    ESPACE_GRILLE,
    ESPACE_PROJET,
    Cas,
    CodageQda,
    CodeQda,
    EnsembleQda,
    Note,
    Projet,
    Selection,
    SourceQda,
)

_INTERDITS = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
Attributs = Mapping[str, str | None]
_VALEURS = {
    "Text": "TextValue",
    "Boolean": "BooleanValue",
    "Integer": "IntegerValue",
    "Float": "FloatValue",
    "Date": "DateValue",
    "DateTime": "DateTimeValue",
}


def en_qde(projet: Projet) -> bytes:
    """Le XML du projet, UTF-8, toujours le même pour le même projet."""
    from lxml import etree

    tampon = io.BytesIO()
    with etree.xmlfile(tampon, encoding="utf-8") as xml:
        xml.write_declaration()
        with xml.element(_nom("Project"), _attributs(_projet(projet)), nsmap={None: ESPACE_PROJET}):
            for nom, enfants in _conteneurs(projet):
                _ecrire_conteneur(xml, nom, enfants)
            _ecrire(xml, _texte("Description", projet.description) if projet.description else None)
            for note in projet.notes_projet:
                _ecrire(xml, _reference("NoteRef", note))
    return tampon.getvalue() + b"\n"


def en_qdc(codes: Iterable[CodeQda], *, origine: str) -> bytes:
    """La grille seule, au format d'échange QDC (REFI-QDA Codebook 1.0)."""
    from lxml import etree

    racine = etree.Element(f"{{{ESPACE_GRILLE}}}CodeBook", nsmap={None: ESPACE_GRILLE}, origin=origine)
    liste = etree.SubElement(racine, f"{{{ESPACE_GRILLE}}}Codes")
    for code in codes:
        liste.append(_code(code, ESPACE_GRILLE))
    xml: bytes = etree.tostring(racine, encoding="utf-8", xml_declaration=True, pretty_print=True)
    return xml


def instant(date: datetime | None) -> str | None:
    """Une date du XML : heure universelle, finie par Z."""
    if date is None:
        return None
    universelle = date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    return universelle.isoformat().replace("+00:00", "Z")


def _projet(projet: Projet) -> Attributs:
    premier = projet.utilisateurs[0].guid if projet.utilisateurs else None
    date = instant(projet.date)
    qui = {"creatingUserGUID": premier, "creationDateTime": date, "modifiedDateTime": date}
    return {"name": projet.nom, "origin": projet.origine or None} | qui


def _conteneurs(projet: Projet) -> Iterator[tuple[str, Iterator[Noeud]]]:
    genres = {variable.guid: variable.genre for variable in projet.variables}
    yield "Users", (_element("User", guid=u.guid, name=u.nom) for u in projet.utilisateurs)
    yield "CodeBook", _grille(projet.codes)
    yield (
        "Variables",
        (
            _element("Variable", guid=v.guid, name=v.nom, typeOfVariable=v.genre)
            for v in projet.variables
        ),
    )
    yield "Cases", (_cas(cas, genres) for cas in projet.cas)
    yield "Sources", (_source(source) for source in projet.sources)
    yield "Notes", (_note(note) for note in projet.notes)
    yield "Sets", (_ensemble(ensemble) for ensemble in projet.ensembles)


def _ecrire_conteneur(xml: Any, nom: str, enfants: Iterator[Noeud]) -> None:  # noqa: ANN401
    premier = next(enfants, None)
    if premier is None:
        return
    with xml.element(_nom(nom)):
        _ecrire(xml, premier)
        for enfant in enfants:
            _ecrire(xml, enfant)


def _ecrire(xml: Any, noeud: Noeud | None) -> None:  # noqa: ANN401
    """Un élément par ligne : deux exports se comparent à l'œil."""
    if noeud is not None:
        xml.write("\n")
        xml.write(noeud)


def _grille(codes: tuple[CodeQda, ...]) -> Iterator[Noeud]:
    if codes:
        liste = _element("Codes")
        liste.extend(_code(code, ESPACE_PROJET) for code in codes)
        yield liste


def _code(code: CodeQda, espace: str) -> Noeud:
    from lxml import etree

    champs = {"guid": code.guid, "name": code.nom, "isCodable": str(code.codable).lower()}
    noeud = etree.Element(f"{{{espace}}}Code", _attributs(champs | {"color": code.couleur or None}))
    if code.description:
        etree.SubElement(noeud, f"{{{espace}}}Description").text = _sain(code.description)
    if espace == ESPACE_PROJET:
        noeud.extend(_reference("NoteRef", note) for note in code.notes)
    noeud.extend(_code(enfant, espace) for enfant in code.enfants)
    return noeud


def _cas(cas: Cas, genres: Mapping[str, str]) -> Noeud:
    noeud = _element("Case", guid=cas.guid, name=cas.nom)
    for variable, valeur in cas.valeurs:
        place = _element("VariableValue")
        place.append(_reference("VariableRef", variable))
        place.append(_texte(_VALEURS[genres[variable]], valeur))
        noeud.append(place)
    noeud.extend(_reference("SourceRef", source) for source in cas.sources)
    return noeud


def _source(source: SourceQda) -> Noeud:
    if source.son is not None:
        return _source_sonore(source)
    fichier = f"internal://{source.guid}.txt"
    noeud = _element(
        "TextSource", guid=source.guid, name=source.nom, plainTextPath=fichier, **_qui(source)
    )
    _decrire(noeud, source.description)
    noeud.extend(_selection(selection) for selection in source.selections)
    noeud.extend(_reference("NoteRef", note) for note in source.notes)
    return noeud


def _source_sonore(source: SourceQda) -> Noeud:
    fichier = f"internal://{source.son}"
    noeud = _element("AudioSource", guid=source.guid, name=source.nom, path=fichier, **_qui(source))
    _decrire(noeud, source.description)
    if source.transcription is not None:
        noeud.append(_transcription(source, source.transcription))
    noeud.extend(_reference("NoteRef", note) for note in source.notes)
    return noeud


def _transcription(source: SourceQda, identifiant: str) -> Noeud:
    fichier = f"internal://{identifiant}.txt"
    champs = {"guid": identifiant, "name": source.nom, "plainTextPath": fichier}
    noeud = _element("Transcript", **champs, **_qui(source))
    for repere in source.reperes:
        temps = None if repere.temps_ms is None else str(repere.temps_ms)
        noeud.append(
            _element("SyncPoint", guid=repere.guid, timeStamp=temps, position=str(repere.position))
        )
    places = {repere.position: repere.guid for repere in source.reperes}
    for selection in source.selections:
        bornes = {"fromSyncPoint": places[selection.debut], "toSyncPoint": places[selection.fin]}
        noeud.append(
            _remplir(_element("TranscriptSelection", **_nommer(selection), **bornes), selection)
        )
    return noeud


def _selection(selection: Selection) -> Noeud:
    bornes = {"startPosition": str(selection.debut), "endPosition": str(selection.fin)}
    return _remplir(_element("PlainTextSelection", **_nommer(selection), **bornes), selection)


def _nommer(selection: Selection) -> dict[str, str | None]:
    return {"guid": selection.guid, "name": selection.nom or None}


def _remplir(noeud: Noeud, selection: Selection) -> Noeud:
    for nom, valeur in _attributs(_qui(selection)).items():
        noeud.set(nom, valeur)
    _decrire(noeud, selection.description)
    noeud.extend(_codage(codage) for codage in selection.codages)
    noeud.extend(_reference("NoteRef", note) for note in selection.notes)
    return noeud


def _codage(codage: CodageQda) -> Noeud:
    noeud = _element("Coding", guid=codage.guid, **_qui(codage))
    noeud.append(_reference("CodeRef", codage.code))
    noeud.extend(_reference("NoteRef", note) for note in codage.notes)
    return noeud


def _note(note: Note) -> Noeud:
    fichier = f"internal://{note.guid}.txt"
    return _element("Note", guid=note.guid, name=note.nom, plainTextPath=fichier, **_qui(note))


def _ensemble(ensemble: EnsembleQda) -> Noeud:
    noeud = _element("Set", guid=ensemble.guid, name=ensemble.nom)
    _decrire(noeud, ensemble.description)
    membres = (("MemberCode", ensemble.codes), ("MemberSource", ensemble.sources))
    for nom, cibles in (*membres, ("MemberNote", ensemble.notes)):
        noeud.extend(_reference(nom, cible) for cible in cibles)
    return noeud


def _qui(valeur: SourceQda | Selection | CodageQda | Note) -> dict[str, str | None]:
    return {"creatingUser": valeur.auteur, "creationDateTime": instant(valeur.date)}


def _decrire(noeud: Noeud, description: str) -> None:
    if description:
        noeud.append(_texte("Description", description))


def _reference(nom: str, cible: str) -> Noeud:
    return _element(nom, targetGUID=cible)


def _texte(nom: str, texte: str) -> Noeud:
    noeud = _element(nom)
    noeud.text = _sain(texte)
    return noeud


def _element(nom: str, **attributs: str | None) -> Noeud:
    from lxml import etree

    return etree.Element(_nom(nom), _attributs(attributs), nsmap={None: ESPACE_PROJET})


def _nom(nom: str) -> str:
    return f"{{{ESPACE_PROJET}}}{nom}"


def _attributs(champs: Attributs) -> dict[str, str]:
    return {nom: _sain(valeur) for nom, valeur in champs.items() if valeur is not None}


def _sain(texte: str) -> str:
    """Le texte sans les signes que XML interdit."""
    return _INTERDITS.sub("", texte)
