"""Un projet QDPX d'où qu'il vienne -> `Projet`, vérifié : références connues, positions dans le texte.

Ce qui ne peut pas être gardé (images, liens libres, sources sans texte) est dit dans les avertissements
du projet ; ce qui est faux (référence inconnue, position hors du texte, GUID double) le fait refuser.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from recherche.echanges.commun import Noeud
from recherche.echanges.octets import analyser_xml, lire_octets
from recherche.echanges.refi_qda import (
    Cas,
    CodageQda,
    CodeQda,
    EnsembleQda,
    Note,
    Projet,
    Repere,
    Selection,
    SourceQda,
    Utilisateur,
    Variable,
)
from recherche.echanges.refi_qda_archive import SONS, ArchiveQdpx, ouvrir_qdpx
from recherche.echanges.refi_qda_positions import Bornes, convertir
from recherche.erreurs import ErreurEchange

_ESPACE = re.compile(r"\{urn:QDA-XML:(project|codebook):[\d:.]+\}")
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ENTIER = re.compile(r"-?\d{1,12}")
_COULEUR = re.compile(r"#(?:[0-9A-Fa-f]{3}){1,2}")
MONTREES = 5


@contextmanager
def ouvrir_projet(fichier: Path) -> Iterator[tuple[Projet, ArchiveQdpx]]:
    """Le projet lu et son archive, encore ouverte (pour ses sons). Lève `ErreurEchange`."""
    with ouvrir_qdpx(fichier) as archive:
        racine = analyser_xml(archive.xml(), fichier)
        if _local(racine) != "Project":
            raise ErreurEchange(
                f"{fichier} ne contient pas de projet REFI-QDA (élément « {_local(racine)[:40]} »).",
                "Réexportez le projet au format REFI-QDA (.qdpx) depuis le logiciel d'origine.",
            )
        yield _Lecteur(archive, fichier).projet(racine), archive


def lire_qdc(fichier: Path) -> tuple[CodeQda, ...]:
    """Les codes d'une grille QDC. Lève `ErreurEchange`."""
    racine = analyser_xml(lire_octets(fichier), fichier)
    if _local(racine) != "CodeBook":
        raise ErreurEchange(
            f"{fichier} n'est pas une grille REFI-QDA (.qdc).",
            "Réexportez la grille au format REFI-QDA (.qdc) depuis le logiciel d'origine.",
        )
    lecteur = _Lecteur(None, fichier)
    codes = tuple(
        lecteur.code(n) for liste in _enfants(racine, "Codes") for n in _enfants(liste, "Code")
    )
    lecteur.conclure()
    return codes


@dataclass(frozen=True, slots=True)
class _Renvoi:
    """Une référence lue et ce qu'elle doit désigner."""

    ou: str
    genre: str
    cible: str


class _Lecteur:
    """Lit un projet en relevant toutes ses fautes, dites ensemble à la fin."""

    def __init__(self, archive: ArchiveQdpx | None, fichier: Path) -> None:
        self._archive = archive
        self._fichier = fichier
        self._fautes: list[str] = []
        self._avis: list[str] = []
        self._vus: Counter[str] = Counter()
        self._renvois: list[_Renvoi] = []
        self._liens: dict[str, tuple[str, ...]] = {}
        self._origine = ""

    def projet(self, racine: Noeud) -> Projet:
        """Tout le projet. Lève `ErreurEchange` avec ses fautes."""
        self._origine = racine.get("origin") or ""
        self._liens = _liens(racine)
        utilisateurs = tuple(
            Utilisateur(self._guid(n), _propre(n.get("name")) or n.get("id") or "sans nom")
            for n in _dans(racine, "Users", "User")
        )
        codes = tuple(
            self.code(n)
            for grille in _enfants(racine, "CodeBook")
            for liste in _enfants(grille, "Codes")
            for n in _enfants(liste, "Code")
        )
        variables = tuple(
            Variable(self._guid(n), _propre(n.get("name")), n.get("typeOfVariable") or "Text")
            for n in _dans(racine, "Variables", "Variable")
        )
        sources = tuple(s for n in _enfants(racine, "Sources") for s in self._sources(n))
        projet = Projet(
            nom=_propre(racine.get("name")) or self._fichier.stem,
            origine=self._origine,
            date=_date(racine.get("modifiedDateTime") or racine.get("creationDateTime")),
            utilisateurs=utilisateurs,
            codes=codes,
            variables=variables,
            cas=tuple(self._cas(n) for n in _dans(racine, "Cases", "Case")),
            sources=sources,
            notes=tuple(self._note(n) for n in _dans(racine, "Notes", "Note")),
            ensembles=tuple(self._ensemble(n) for n in _dans(racine, "Sets", "Set")),
            description=_contenu(racine, "Description"),
            notes_projet=self._references(racine, "NoteRef", "note", "le projet"),
            avertissements=tuple(self._avis),
        )
        if any(True for _ in _dans(racine, "Graphs", "Graph")):
            self._avis.append("les graphes ne sont pas repris")
        self._verifier_renvois(projet)
        self.conclure()
        return _avertir(projet, self._avis)

    def conclure(self) -> None:
        """Lève `ErreurEchange` avec les fautes relevées, s'il y en a."""
        self._fautes += [f"le GUID {g} y est {n} fois" for g, n in self._vus.items() if n > 1]
        if self._fautes:
            dites = "".join(f"\n  - {faute}" for faute in self._fautes[:MONTREES])
            reste = len(self._fautes) - MONTREES
            raise ErreurEchange(
                f"{self._fichier} : {len(self._fautes)} incohérence(s), rien n'est importé.{dites}"
                + (f"\n  - et {reste} autres" if reste > 0 else ""),
                "Réexportez le projet depuis le logiciel d'origine ; ne corrigez pas le XML à la main.",
            )

    def code(self, noeud: Noeud) -> CodeQda:
        """Un code et ses descendants."""
        couleur = noeud.get("color") or ""
        if len(couleur) == 4:
            couleur = "#" + "".join(signe * 2 for signe in couleur[1:])
        return CodeQda(
            self._guid(noeud),
            _propre(noeud.get("name")) or "sans nom",
            noeud.get("isCodable", "true") not in ("false", "0"),
            couleur if _COULEUR.fullmatch(couleur) else "",
            _contenu(noeud, "Description"),
            tuple(self.code(n) for n in _enfants(noeud, "Code")),
            self._references(noeud, "NoteRef", "note", "un code"),
        )

    def _cas(self, noeud: Noeud) -> Cas:
        nom = _propre(noeud.get("name"))
        valeurs = []
        for place in _enfants(noeud, "VariableValue"):
            variable = self._references(place, "VariableRef", "variable", f"le cas « {nom} »")
            ecrite = next((e.text for e in place if _local(e).endswith("Value") and e.text), None)
            if variable and ecrite:
                valeurs.append((variable[0], _propre(ecrite)))
        sources = self._references(noeud, "SourceRef", "source", f"le cas « {nom} »")
        return Cas(self._guid(noeud), nom, tuple(valeurs), sources)

    def _sources(self, conteneur: Noeud) -> Iterator[SourceQda]:
        for noeud in conteneur:
            genre = _local(noeud)
            lues: list[SourceQda] = []
            if genre == "TextSource":
                lues = self._source_texte(noeud, _propre(noeud.get("name")))
            elif genre in ("AudioSource", "VideoSource"):
                lues = self._source_sonore(noeud)
            elif genre == "PDFSource":
                texte = next(iter(_enfants(noeud, "Representation")), None)
                lues = [] if texte is None else self._source_texte(texte, _propre(noeud.get("name")))
            if not lues:
                self._vus[_normal(noeud.get("guid"))] += 1
                nom = _propre(noeud.get("name"))[:60]
                self._avis.append(f"« {nom} » ({genre}) n'a pas de texte dans l'archive : non reprise")
            yield from lues

    def _source_texte(self, noeud: Noeud, nom: str) -> list[SourceQda]:
        texte = self._texte(noeud)
        if texte is None:
            return []
        noeuds = _enfants(noeud, "PlainTextSelection")
        selections = self._placer(noeuds, texte, nom)
        entieres = [self._codage(n, None, None) for n in _enfants(noeud, "Coding")]
        if entieres and texte.strip():
            cle = f"{entieres[0].guid}"
            selections.append(Selection(cle, 0, len(texte), codages=tuple(entieres)))
        source = SourceQda(self._guid(noeud), nom, texte, tuple(selections))
        return [self._communs(source, noeud)]

    def _source_sonore(self, noeud: Noeud) -> list[SourceQda]:
        identifiant = self._guid(noeud)
        nom = _propre(noeud.get("name"))
        son = self._son(noeud.get("path"))
        if any(_enfants(noeud, "AudioSelection")) or any(_enfants(noeud, "VideoSelection")):
            self._avis.append(f"« {nom[:60]} » : les codages posés sur le son seul ne sont pas repris")
        transcriptions = _enfants(noeud, "Transcript")
        if not transcriptions:
            seule = SourceQda(identifiant, nom, "", son=son)
            return [self._communs(seule, noeud)] if son else []
        if len(transcriptions) > 1:
            self._avis.append(
                f"« {nom[:60]} » a plusieurs transcriptions : seule la première est reprise"
            )
        transcription = transcriptions[0]
        texte = self._texte(transcription)
        if texte is None:
            return []
        reperes, places = self._reperes(transcription, texte, nom)
        selections = [
            self._selection(n, *bornes)
            for n in _enfants(transcription, "TranscriptSelection")
            if (bornes := self._bornes_reperes(n, places, nom)) is not None
        ]
        source = SourceQda(
            identifiant,
            nom or _propre(transcription.get("name")),
            texte,
            tuple(selections),
            son=son,
            transcription=self._guid(transcription),
            reperes=tuple(reperes),
        )
        return [self._communs(source, noeud)]

    def _communs(self, source: SourceQda, noeud: Noeud) -> SourceQda:
        """La source, avec ce que tous les genres portent : auteur, date, description, mémos."""
        return replace(
            source,
            auteur=self._auteur(noeud),
            date=_date(noeud.get("creationDateTime") or noeud.get("modifiedDateTime")),
            description=_contenu(noeud, "Description"),
            notes=self._references(noeud, "NoteRef", "note", "une source"),
        )

    def _texte(self, noeud: Noeud) -> str | None:
        dedans = _contenu(noeud, "PlainTextContent", propre=False)
        if dedans:
            return dedans
        adresse = noeud.get("plainTextPath") or ""
        return self._archive.texte(adresse) if self._archive is not None and adresse else None

    def _son(self, adresse: str | None) -> str | None:
        nom = (adresse or "").removeprefix("internal://").lstrip("/")
        connu = self._archive is not None and adresse is not None and self._archive.contient(adresse)
        return nom if connu and Path(nom).suffix.casefold() in SONS else None

    def _placer(self, noeuds: Sequence[Noeud], texte: str, nom: str) -> list[Selection]:
        bornes = []
        for noeud in noeuds:
            debut, fin = _entier(noeud.get("startPosition")), _entier(noeud.get("endPosition"))
            bornes.append(
                Bornes(
                    -1 if debut is None else debut, -1 if fin is None else fin, noeud.get("name") or ""
                )
            )
        paires = convertir(texte, bornes, self._origine)
        if paires is None:
            pires = [b for b in bornes if not 0 <= b.debut <= b.fin <= len(texte)] or bornes
            self._fautes.append(
                f"« {nom[:60]} » : la sélection [{pires[0].debut}, {pires[0].fin}[ sort du texte"
                f" ({len(texte)} caractères)"
            )
            return []
        return [self._selection(n, *paire) for n, paire in zip(noeuds, paires, strict=True)]

    def _reperes(self, noeud: Noeud, texte: str, nom: str) -> tuple[list[Repere], dict[str, int]]:
        noeuds = [n for n in _enfants(noeud, "SyncPoint") if _entier(n.get("position")) is not None]
        places = [_entier(n.get("position")) or 0 for n in noeuds]
        paires = convertir(texte, [Bornes(p, p) for p in places], self._origine)
        if paires is None:
            self._fautes.append(f"« {nom[:60]} » : un point de synchronisation sort du texte")
            return [], {}
        reperes = [
            Repere(self._guid(n), place, _entier(n.get("timeStamp")))
            for n, (place, _) in zip(noeuds, paires, strict=True)
        ]
        return reperes, {repere.guid: repere.position for repere in reperes}

    def _bornes_reperes(
        self, noeud: Noeud, places: Mapping[str, int], nom: str
    ) -> tuple[int, int] | None:
        cles = [_normal(noeud.get(nom_cle)) for nom_cle in ("fromSyncPoint", "toSyncPoint")]
        if any(cle and cle not in places for cle in cles):
            self._fautes.append(
                f"« {nom[:60]} » : une sélection renvoie à un point de synchronisation inconnu"
            )
            return None
        if not all(cles):
            self._avis.append(
                f"« {nom[:60]} » : une sélection sans position dans le texte n'est pas reprise"
            )
            return None
        debut, fin = places[cles[0]], places[cles[1]]
        return min(debut, fin), max(debut, fin)

    def _selection(self, noeud: Noeud, debut: int, fin: int) -> Selection:
        auteur = self._auteur(noeud)
        date = _date(noeud.get("creationDateTime") or noeud.get("modifiedDateTime"))
        identifiant = self._guid(noeud)
        notes = self._references(noeud, "NoteRef", "note", "une sélection")
        return Selection(
            identifiant,
            debut,
            fin,
            noeud.get("name") or "",
            _contenu(noeud, "Description"),
            auteur,
            date,
            tuple(self._codage(n, auteur, date) for n in _enfants(noeud, "Coding")),
            (*notes, *self._liens.get(identifiant, ())),
        )

    def _codage(self, noeud: Noeud, auteur: str | None, date: datetime | None) -> CodageQda:
        codes = self._references(noeud, "CodeRef", "code", "un codage")
        if not codes:
            self._fautes.append("un codage ne désigne aucun code")
        return CodageQda(
            self._guid(noeud),
            codes[0] if codes else "",
            self._auteur(noeud) or auteur,
            _date(noeud.get("creationDateTime")) or date,
            self._references(noeud, "NoteRef", "note", "un codage"),
        )

    def _note(self, noeud: Noeud) -> Note:
        texte = self._texte(noeud) or _contenu(noeud, "Description")
        date = _date(noeud.get("creationDateTime") or noeud.get("modifiedDateTime"))
        return Note(self._guid(noeud), _propre(noeud.get("name")), texte, self._auteur(noeud), date)

    def _ensemble(self, noeud: Noeud) -> EnsembleQda:
        nom = _propre(noeud.get("name"))
        ou = f"l'ensemble « {nom[:60]} »"
        return EnsembleQda(
            self._guid(noeud),
            nom,
            _contenu(noeud, "Description"),
            self._references(noeud, "MemberCode", "code", ou),
            self._references(noeud, "MemberSource", "source", ou),
            self._references(noeud, "MemberNote", "note", ou),
        )

    def _guid(self, noeud: Noeud) -> str:
        identifiant = _normal(noeud.get("guid"))
        if not _GUID.fullmatch(identifiant):
            self._fautes.append(
                f"« {(noeud.get('guid') or '')[:60]} » n'est pas un GUID ({_local(noeud)})"
            )
        else:
            self._vus[identifiant] += 1
        return identifiant

    def _auteur(self, noeud: Noeud) -> str | None:
        auteur = _normal(noeud.get("creatingUser") or noeud.get("modifyingUser"))
        if auteur:
            self._renvois.append(_Renvoi(_local(noeud), "utilisateur", auteur))
        return auteur or None

    def _references(self, noeud: Noeud, nom: str, genre: str, ou: str) -> tuple[str, ...]:
        cibles = tuple(_normal(n.get("targetGUID") or n.get("guid")) for n in _enfants(noeud, nom))
        self._renvois += [_Renvoi(ou, genre, cible) for cible in cibles]
        return cibles

    def _verifier_renvois(self, projet: Projet) -> None:
        connus = {
            "utilisateur": {u.guid for u in projet.utilisateurs},
            "code": {c.guid for c in projet.tous_les_codes()},
            "variable": {v.guid for v in projet.variables},
            "note": {n.guid for n in projet.notes},
            "source": set(self._vus),
        }
        for renvoi in dict.fromkeys(self._renvois):
            if renvoi.cible not in connus[renvoi.genre]:
                dit = f"{renvoi.ou} renvoie à un élément inconnu ({renvoi.genre} {renvoi.cible[:40]})"
                self._fautes.append(dit)


def _avertir(projet: Projet, avis: Iterable[str]) -> Projet:
    return replace(projet, avertissements=tuple(dict.fromkeys(avis)))


def _liens(racine: Noeud) -> dict[str, tuple[str, ...]]:
    """Les mémos que NVivo attache à une sélection par un lien : GUID de celle-ci -> GUID de ceux-là."""
    notes = {_normal(n.get("guid")) for n in _dans(racine, "Notes", "Note")}
    liens: dict[str, tuple[str, ...]] = {}
    for lien in _dans(racine, "Links", "Link"):
        bouts = _normal(lien.get("originGUID")), _normal(lien.get("targetGUID"))
        for note, cible in (bouts, bouts[::-1]):
            if note in notes and cible not in notes:
                liens[cible] = (*liens.get(cible, ()), note)
    return liens


def _local(noeud: Noeud) -> str:
    """Le nom de l'élément s'il est de REFI-QDA ; sinon, son nom entier."""
    return _ESPACE.sub("", noeud.tag) if isinstance(noeud.tag, str) else ""


def _enfants(noeud: Noeud, nom: str) -> list[Noeud]:
    return [enfant for enfant in noeud if _local(enfant) == nom]


def _dans(racine: Noeud, conteneur: str, nom: str) -> Iterator[Noeud]:
    for liste in _enfants(racine, conteneur):
        yield from _enfants(liste, nom)


def _contenu(noeud: Noeud, nom: str, *, propre: bool = True) -> str:
    trouve = next(iter(_enfants(noeud, nom)), None)
    texte = "" if trouve is None else "".join(trouve.itertext())
    return texte.strip() if propre else texte


def _propre(texte: str | None) -> str:
    return " ".join((texte or "").split())


def _normal(identifiant: str | None) -> str:
    return (identifiant or "").strip().strip("{}").lower()


def _entier(valeur: str | None) -> int | None:
    propre = (valeur or "").strip()
    return int(propre) if _ENTIER.fullmatch(propre) else None


def _date(valeur: str | None) -> datetime | None:
    try:
        lue = datetime.fromisoformat((valeur or "").strip())
    except ValueError:
        return None
    return lue if lue.tzinfo else lue.replace(tzinfo=UTC)
