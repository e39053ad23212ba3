"""Importer un projet REFI-QDA : le nôtre, qui se restaure, ou celui d'un autre logiciel.

Les codages d'un projet étranger arrivent comme ceux d'autres codeurs ; ses codes que la grille n'a pas,
comme codes proposés ; ses mémos et ses ensembles avec eux. Ni le registre ni la grille ne sont touchés :
ce qui leur revient est écrit à côté, dans `exports/`, pour qu'une personne en décide.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from recherche.codage.grille import ecrire_grille, lire_grille
from recherche.echanges.dialogue import lire_lignes
from recherche.echanges.lecture import IDENTIFIANT
from recherche.echanges.refi_qda import Note, Projet, Selection, SourceQda, guid
from recherche.echanges.refi_qda_annexe import Annexe, lire_annexe, nom_annexe
from recherche.echanges.refi_qda_archive import ArchiveQdpx
from recherche.echanges.refi_qda_grille import NATURES, codes_en_grille, noms_uniques, plier
from recherche.echanges.refi_qda_lecture import lire_qdc, ouvrir_projet
from recherche.echanges.refi_qda_texte import Etiquete, dater_tours
from recherche.echanges.repliques import en_tours
from recherche.entrepot import Entrepot, codages, memos, projets, sources, suites, transcriptions
from recherche.entrepot.base import Ecriture
from recherche.etapes.locuteurs import nommer_locuteurs
from recherche.etapes.placement_qda import Placement
from recherche.etapes.projet_qda import guid_codage, lire_nom_codeur
from recherche.etapes.seance import registre_reporte, seance
from recherche.etapes.transcrire import refus_sans_consentement
from recherche.etapes.variables_qda import A_COTE, ecrire_a_cote
from recherche.langue.correspondance import Correspondance
from recherche.modele.codage import Codage, CodePropose, Extrait, Grille, Memo, ObjetMemo, Origine
from recherche.modele.entretien import Registre
from recherche.modele.provenance import Provenance
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

ETAPE = "importer un projet"
GRILLE = ".qdc"
PROJETS = (".qdpx", GRILLE)
MONTRES = 8
SIGNES_PROPOSE = 60


def importer_projets(etude: Etude, fichiers: Sequence[Path], *, suivi: Suivi = silencieux) -> Bilan:
    """Importe des projets QDPX, chacun en une transaction ; passe ceux qui n'apportent rien.

    Une grille QDC devient `grille.yaml` si l'étude n'en a pas, sinon un fichier à côté.
    Lève `ErreurEchange` sur une archive hostile ou incohérente : rien n'en est alors importé.
    """
    bilans = []
    for rang, fichier in enumerate(fichiers):
        if fichier.suffix.casefold() == GRILLE:
            bilans.append(_importer_grille(etude, fichier))
            continue
        with ouvrir_projet(fichier) as (projet, archive):
            annexe = lire_annexe(archive.annexe(nom_annexe(projet.nom)), fichier)
            with seance(etude, ETAPE) as entrepot:
                bilans.append(_importer(etude, entrepot, projet, archive, annexe, suivi))
        suivi(Avancement(ETAPE, fichier.name, rang + 1, len(fichiers), "projets"))
    return Bilan(
        ETAPE,
        tuple(fait for bilan in bilans for fait in bilan.faits),
        tuple(passe for bilan in bilans for passe in bilan.passes),
        tuple(anomalie for bilan in bilans for anomalie in bilan.anomalies),
        tuple(message for bilan in bilans for message in bilan.messages),
    )


def _importer_grille(etude: Etude, fichier: Path) -> Bilan:
    grille = codes_en_grille(lire_qdc(fichier), f"Grille de « {fichier.stem} »")
    cible = etude.fichier_grille
    if cible.exists():
        cible = etude.exports / A_COTE / "grille.yaml"
        cible.parent.mkdir(parents=True, exist_ok=True)
    ecrire_grille(grille, cible)
    chemin = cible.relative_to(etude.chemin).as_posix()
    message = f"{len(list(grille.codes()))} codes de {fichier.name} : {chemin}"
    return Bilan(ETAPE, (fichier.name,), messages=(message,))


def _importer(
    etude: Etude,
    entrepot: Entrepot,
    projet: Projet,
    archive: ArchiveQdpx,
    annexe: Annexe | None,
    suivi: Suivi,
) -> Bilan:
    registre = registre_reporte(etude, entrepot)
    if not etude.fichier_grille.exists() and projet.codes:
        ecrire_grille(codes_en_grille(projet.codes, f"Grille de « {projet.nom} »"), etude.fichier_grille)
    grille = lire_grille(etude.fichier_grille)
    with entrepot.ecrire(ETAPE) as ecriture:
        codages.synchroniser_grille(ecriture, grille)
        travail = _Travail(etude, registre, grille, projet, annexe, ecriture)
        travail.faire(suivi)
        if travail.nouveautes:
            projets.noter_projet(
                ecriture,
                nom=projet.nom,
                origine=projet.origine,
                fichier=archive.fichier.name,
                empreinte=suites.empreinte_fichier(archive.fichier),
                codages=travail.compte["codages"],
            )
    sons = _extraire_sons(etude, entrepot, projet, archive, travail.identifiants)
    cotes = [] if travail.des_notres else ecrire_a_cote(etude, projet, travail.identifiants)
    nom = archive.fichier.name
    faits, passes = ((nom,), ()) if travail.nouveautes or sons else ((), (nom,))
    messages = (*travail.messages(), *sons, *cotes)
    return Bilan(ETAPE, faits, passes, tuple(travail.anomalies), messages)


@dataclass
class _Travail:
    """L'import d'un projet, au fil d'une transaction : ce qu'il a reconnu, écrit, laissé."""

    etude: Etude
    registre: Registre
    grille: Grille
    projet: Projet
    annexe: Annexe | None
    ecriture: Ecriture
    compte: Counter[str] = field(default_factory=Counter)
    anomalies: list[Anomalie] = field(default_factory=list)
    identifiants: dict[str, str] = field(default_factory=dict)
    perdus: Counter[str] = field(default_factory=Counter)
    _presents: set[tuple[object, ...]] | None = None

    @property
    def cx(self) -> Connection:
        """La connexion de la transaction."""
        return self.ecriture.cx

    @property
    def titre(self) -> str:
        """Le titre de l'étude."""
        return self.etude.reglages.etude.titre

    @property
    def nouveautes(self) -> bool:
        """Vrai si quelque chose a été écrit."""
        return self.compte.total() > 0

    @property
    def des_notres(self) -> bool:
        """Vrai si le projet est un export de cette étude."""
        return self.annexe is not None and self.projet.nom == self.titre

    def faire(self, suivi: Suivi) -> None:
        """Reconnaît sources, codes et codeurs, puis écrit ce qui est nouveau."""
        self._reconnaitre_sources()
        versions = self._versions()
        auteurs = _Auteurs.de(self)
        codes = _Codes.de(self)
        poses: list[Codage] = []
        for rang, source in enumerate(self.projet.sources, start=1):
            identifiant = self.identifiants.get(source.guid)
            if source.texte and identifiant in versions:
                poses += self._coder(source, versions[identifiant], auteurs, codes)
            suivi(Avancement(ETAPE, source.nom, rang, len(self.projet.sources), "sources"))
        self.compte["codages"] += codages.ajouter(
            self.ecriture, poses, {source: version.id for source, version in versions.items()}
        )
        self._noter_codes(auteurs, codes)
        self._ranger_ensembles(codes)
        projets.noter_codeurs(self.ecriture, self.projet.nom, auteurs.etrangers)

    def messages(self) -> list[str]:
        """Ce que l'import a fait, et ce qu'il n'a pas pu reprendre."""
        dits = [f"{nombre} {quoi}" for quoi, nombre in self.compte.items() if nombre]
        origine = f" ({self.projet.origine})" if self.projet.origine else ""
        messages = [f"« {self.projet.nom} »{origine} : {', '.join(dits) or 'rien de nouveau'}"]
        if self.perdus:
            detail = ", ".join(f"{s} ({n})" for s, n in sorted(self.perdus.items())[:MONTRES])
            messages.append(
                f"{self.perdus.total()} passages ne sont plus dans le texte actuel, à recoder : {detail}"
            )
        return [*messages, *self.projet.avertissements[:MONTRES]]

    # --- sources ------------------------------------------------------------------------------

    def _reconnaitre_sources(self) -> None:
        """L'identifiant de chaque source du projet : de l'annexe, de son nom, de son cas ou du texte."""
        inscrites = {source.id for source in self.registre.sources}
        cas = {cible: c.nom for c in self.projet.cas for cible in c.sources}
        pris: set[str] = set()
        inconnues = []
        textes: dict[str, str] | None = None
        for source in self.projet.sources:
            trouve = _nommee(source.nom, inscrites) or _nommee(cas.get(source.guid, ""), inscrites)
            if trouve is None and source.texte:
                textes = self._textes_connus() if textes is None else textes
                trouve = textes.get(_resume(source.texte))
            if trouve is None:
                inconnues.append(source)
            elif source.texte and trouve in pris:
                self.anomalies.append(_double(source, trouve))
            else:
                self.identifiants[source.guid] = trouve
                if source.texte:
                    pris.add(trouve)
        self.anomalies += [_inconnue(source) for source in inconnues]

    def _textes_connus(self) -> dict[str, str]:
        """Le résumé de chaque texte que l'étude connaît, étiqueté ou non -> sa source, s'il est seul."""
        connus: dict[str, str] = {}
        doubles: set[str] = set()
        for source, version in transcriptions.pseudonymisees(self.cx).items():
            texte = transcriptions.lire_pseudonymisee(self.cx, version.id)
            for resume in (_resume(texte.texte), _resume(Etiquete.de(texte).texte)):
                if connus.setdefault(resume, source) != source:
                    doubles.add(resume)
        return {resume: source for resume, source in connus.items() if resume not in doubles}

    def _versions(self) -> dict[str, transcriptions.VersionPseudonymisee]:
        """Les versions pseudonymisées à coder, une fois restaurées ou importées celles qui manquent."""
        presentes = transcriptions.pseudonymisees(self.cx)
        courantes = transcriptions.courantes(self.cx)
        inscrites = {source.id: source for source in self.registre.sources}
        for source in self.projet.sources:
            identifiant = self.identifiants.get(source.guid)
            if identifiant is None or not source.texte or identifiant in presentes:
                continue
            if refus := refus_sans_consentement(inscrites[identifiant], "importé"):
                self.anomalies.append(refus)
                continue
            annexee = self._annexee(source)
            if isinstance(annexee, TranscriptionPseudonymisee):
                self._restaurer(replace(annexee, source_id=identifiant))
                continue
            if identifiant not in courantes:
                self._transcrire(source, identifiant, annexee)
            self.anomalies.append(_a_pseudonymiser(identifiant, len(source.selections)))
        return transcriptions.pseudonymisees(self.cx)

    def _annexee(self, source: SourceQda) -> Transcription | TranscriptionPseudonymisee | None:
        """La transcription de l'annexe, si le texte du projet est resté le sien."""
        annexee = self.annexe.transcriptions.get(source.guid) if self.annexe else None
        return annexee if annexee and Etiquete.de(annexee).texte == source.texte else None

    def _restaurer(self, texte: TranscriptionPseudonymisee) -> None:
        """Range un texte pseudonymisé dont l'original n'est plus là ; sans revue, non publiable."""
        brut = Transcription(texte.source_id, texte.tours, texte.provenance)
        cle = f"{transcriptions.RESTAUREE}{texte.empreinte}"
        version = transcriptions.ajouter_version(
            self.ecriture, brut, nature=transcriptions.RELUE, cle=cle
        )
        transcriptions.ajouter_pseudonymisee(
            self.ecriture,
            texte,
            version_id=version.id,
            revue_id=None,
            cle=cle,
            mentions=(),
            correspondance=(),
        )
        self.compte["textes pseudonymisés restaurés"] += 1

    def _transcrire(self, source: SourceQda, identifiant: str, annexee: Transcription | None) -> None:
        """Ajoute le texte d'un projet comme transcription relue, ses mots datés par les repères."""
        transcription = annexee or self._lire_texte(source, identifiant)
        if transcription is None:
            self.anomalies.append(_sans_tours(source, identifiant))
            return
        inscrites = {valeur.id: valeur for valeur in self.registre.sources}
        transcription, _ = nommer_locuteurs(transcription, inscrites[identifiant], self.etude)
        cle = f"qdpx/{hashlib.sha256(source.texte.encode()).hexdigest()}"
        transcriptions.ajouter_version(
            self.ecriture, transcription, nature=transcriptions.RELUE, cle=cle
        )
        self.compte["transcriptions"] += 1

    def _lire_texte(self, source: SourceQda, identifiant: str) -> Transcription | None:
        tours = en_tours(lire_lignes(source.texte.splitlines()).repliques)
        if not tours:
            return None
        reglages = {"projet": self.projet.nom, "origine": self.projet.origine}
        provenance = Provenance("import", "qdpx", datetime.now(UTC), reglages)
        dates = dater_tours(tours, source.texte, source.reperes)
        return Transcription(identifiant, dates, provenance)

    # --- codages, mémos -----------------------------------------------------------------------

    def _coder(
        self,
        source: SourceQda,
        version: transcriptions.VersionPseudonymisee,
        auteurs: _Auteurs,
        codes: _Codes,
    ) -> list[Codage]:
        """Les codages nouveaux d'une source ; écrit ses codes proposés et ses mémos."""
        presents = codages.lire(self.cx, version_ids=[version.id])
        connus = {guid_codage(self.titre, codage) for codage in presents}
        poses = {(c.extrait.debut, c.extrait.fin, c.code, c.codeur) for c in presents}
        neuves = [
            s
            for s in source.selections
            if not all(c.guid in connus for c in s.codages)
            or s.notes
            or (not s.codages and s.description)
        ]
        placees = self._placer(source, version, neuves)
        nouveaux: list[Codage] = []
        ecrits: list[Memo] = []
        for selection, extrait in zip(neuves, placees, strict=True):
            if extrait is None:
                self.perdus[version.source_id] += 1
                continue
            for pose in selection.codages:
                if pose.guid in connus:
                    continue
                cible = codes.code(pose.code)
                date = pose.date or self.projet.date or datetime.now(UTC)
                codeur, origine = auteurs.de_codage(
                    pose.auteur, (extrait.debut, extrait.fin, cible), poses
                )
                if cible is None:
                    self._proposer(version, extrait, codes.propose(pose.code), codeur, date)
                elif (extrait.debut, extrait.fin, cible, codeur) not in poses:
                    nouveaux.append(Codage(version.source_id, extrait, cible, codeur, origine, date))
            ecrits += self._memos_de(selection, extrait, version.source_id, auteurs)
        ecrits += self._memos_source(source, version.source_id, auteurs)
        self._ranger_memos(ecrits, version.id)
        return nouveaux

    def _placer(
        self,
        source: SourceQda,
        version: transcriptions.VersionPseudonymisee,
        selections: Sequence[Selection],
    ) -> list[Extrait | None]:
        if not selections:
            return []
        placement = Placement(
            transcriptions.lire_pseudonymisee(self.cx, version.id),
            transcriptions.lire(self.cx, version.version_id),
            Correspondance(version.correspondance),
        )
        return placement.placer(source.texte, [(s.debut, s.fin) for s in selections])

    def _proposer(
        self,
        version: transcriptions.VersionPseudonymisee,
        extrait: Extrait,
        propose: tuple[str, str | None],
        codeur: str,
        date: datetime,
    ) -> None:
        nom, code = propose
        valeur = CodePropose(version.source_id, extrait, nom, codeur, date, code)
        self.compte["codes proposés (absents de la grille)"] += memos.proposer(
            self.ecriture, valeur, version.id
        )

    def _memos_de(
        self, selection: Selection, extrait: Extrait, source: str, auteurs: _Auteurs
    ) -> Iterable[Memo]:
        notes = [*selection.notes, *(n for pose in selection.codages for n in pose.notes)]
        cible = Memo(ObjetMemo.PASSAGE, "", "", datetime.now(UTC), source, extrait)
        yield from self._en_memos(notes, cible, auteurs)
        if selection.description and not notes:
            date = selection.date or cible.date
            codeur = auteurs.nom(selection.auteur)
            yield replace(cible, texte=selection.description, codeur=codeur, date=date)

    def _memos_source(self, source: SourceQda, identifiant: str, auteurs: _Auteurs) -> Iterable[Memo]:
        cible = Memo(ObjetMemo.ENTRETIEN, "", "", datetime.now(UTC), identifiant)
        yield from self._en_memos(source.notes, cible, auteurs)
        if source.description:
            date = source.date or cible.date
            yield replace(cible, texte=source.description, codeur=auteurs.nom(source.auteur), date=date)

    def _en_memos(self, notes: Iterable[str], cible: Memo, auteurs: _Auteurs) -> Iterable[Memo]:
        connues = {note.guid: note for note in self.projet.notes}
        for note in (connues[cle] for cle in dict.fromkeys(notes)):
            if texte := self._texte_note(note):
                date = note.date or cible.date
                yield replace(cible, texte=texte, codeur=auteurs.nom(note.auteur), date=date)

    def _texte_note(self, note: Note) -> str:
        if self.des_notres or not note.nom:
            return note.texte
        return f"{note.nom}\n{note.texte}".strip()

    def _ranger_memos(self, ecrits: Iterable[Memo], version_id: int | None) -> None:
        """Écrit les mémos ; réunit ceux d'un codeur sur un objet, et n'en remplace jamais un d'ici."""
        groupes: dict[tuple[object, ...], Memo] = {}
        for memo in ecrits:
            lieu: tuple[object, ...] = (memo.objet, memo.source_id, memo.extrait, memo.code, memo.codeur)
            autre = groupes.get(lieu)
            groupes[lieu] = (
                memo if autre is None else replace(autre, texte=f"{autre.texte}\n\n{memo.texte}")
            )
        for cle, memo in groupes.items():
            if cle not in self._memos_presents():
                self.compte["mémos"] += memos.poser(self.ecriture, memo, version_id)

    def _memos_presents(self) -> set[tuple[object, ...]]:
        if self._presents is None:
            lus = memos.lire(self.cx)
            self._presents = {(m.objet, m.source_id, m.extrait, m.code, m.codeur) for m in lus}
        return self._presents

    def _noter_codes(self, auteurs: _Auteurs, codes: _Codes) -> None:
        """Les mémos posés sur des codes que l'étude connaît."""
        ecrits: list[Memo] = []
        for code in self.projet.tous_les_codes():
            identifiant = codes.code(code.guid)
            if code.notes and identifiant is not None:
                cible = Memo(ObjetMemo.CODE, "", "", datetime.now(UTC), code=identifiant)
                ecrits += self._en_memos(code.notes, cible, auteurs)
        self._ranger_memos(ecrits, None)

    def _ranger_ensembles(self, codes: _Codes) -> None:
        """Les ensembles du projet, hors ceux que nos exports tirent du registre et de la grille."""
        reglages = self.etude.reglages
        deduits = {f"{reglages.etude.niveau_territoire} : {t.nom}" for t in reglages.territoires}
        deduits |= {f"profil : {p.nom}" for p in reglages.profils} | {NATURES}
        for ensemble in self.projet.ensembles:
            if ensemble.nom in deduits or not ensemble.nom:
                continue
            cibles = (self.identifiants.get(source) for source in ensemble.sources)
            poses = (codes.code(code) for code in ensemble.codes)
            valeur = projets.Ensemble(
                ensemble.nom,
                ensemble.description,
                tuple(dict.fromkeys(cible for cible in cibles if cible)),
                tuple(dict.fromkeys(code for code in poses if code)),
            )
            self.compte["ensembles"] += projets.ajouter_ensemble(self.ecriture, valeur)


@dataclass(frozen=True)
class _Auteurs:
    """Qui est chaque utilisateur du projet pour l'étude."""

    notres: dict[str, tuple[str, Origine]]
    noms: dict[str, str]
    ecartes: dict[str, str]
    anonyme: str
    etrangers: tuple[str, ...]

    @classmethod
    def de(cls, travail: _Travail) -> _Auteurs:
        """Nos codeurs, reconnus à leur GUID ; les autres, sous leur nom s'il n'est pas déjà pris ici."""
        projet, titre = travail.projet, travail.titre
        declares = travail.annexe.codeurs if travail.annexe else {}
        notres = {c: v for c, v in declares.items() if guid(titre, "codeur", *v) == c}
        presents = codages.codeurs(travail.cx) | {m.codeur for m in memos.lire(travail.cx)}
        siens = projets.codeurs_etrangers(travail.cx, projet.nom)
        noms: dict[str, str] = {}
        ecartes: dict[str, str] = {}
        for utilisateur in projet.utilisateurs:
            if utilisateur.guid in notres:
                continue
            nom, _ = lire_nom_codeur(utilisateur.nom)
            noms[utilisateur.guid] = nom
            pris = nom in presents and nom not in siens
            ecartes[utilisateur.guid] = f"{nom} ({projet.nom})" if pris else nom
        anonyme = f"sans nom ({projet.nom})"
        return cls(notres, noms, ecartes, anonyme, tuple(ecartes.values()))

    def de_codage(
        self,
        auteur: str | None,
        place: tuple[int, int, str | None],
        poses: set[tuple[int, int, str, str]],
    ) -> tuple[str, Origine]:
        """Le codeur d'un codage ; un codage identique au sien, déjà là, est reconnu sous son nom."""
        if auteur in self.notres:
            return self.notres[auteur]
        nom = self.noms.get(auteur or "", self.anonyme)
        if (*place, nom) in poses:
            return nom, Origine.IMPORT
        return self.nom(auteur), Origine.IMPORT

    def nom(self, auteur: str | None) -> str:
        """Le nom d'un auteur de mémo ou de codage."""
        if auteur in self.notres:
            return self.notres[auteur][0]
        return self.ecartes.get(auteur or "", self.anonyme)


@dataclass(frozen=True)
class _Codes:
    """Ce qu'est chaque code du projet pour l'étude : un des siens, ou un code à proposer."""

    connus: dict[str, str]
    a_proposer: dict[str, tuple[str, str | None]]

    @classmethod
    def de(cls, travail: _Travail) -> _Codes:
        """Par GUID si le code est des nôtres, sinon par identifiant ou par nom."""
        par_nom = {plier(nom): cle for cle, nom in noms_uniques(travail.grille).items()}
        par_nom |= {plier(code.id): code.id for code in travail.grille.codes()}
        declares = travail.annexe.codes if travail.annexe else {}
        proposes = travail.annexe.proposes if travail.annexe else {}
        connus: dict[str, str] = {}
        a_proposer: dict[str, tuple[str, str | None]] = {}
        presents = set(codages.noms(travail.cx))
        for code in travail.projet.tous_les_codes():
            declare = declares.get(code.guid)
            if declare and guid(travail.titre, "code", declare) == code.guid:
                if declare not in presents:
                    nom = code.nom.removesuffix(f" ({declare})")
                    codages.connaitre(travail.ecriture, declare, nom)
                connus[code.guid] = declare
            elif code.guid in proposes:
                a_proposer[code.guid] = proposes[code.guid]
            elif plier(code.nom) in par_nom:
                connus[code.guid] = par_nom[plier(code.nom)]
            else:
                a_proposer[code.guid] = (code.nom[:SIGNES_PROPOSE], None)
        return cls(connus, a_proposer)

    def code(self, cle: str) -> str | None:
        """Le code de l'étude, ou None."""
        return self.connus.get(cle)

    def propose(self, cle: str) -> tuple[str, str | None]:
        """Le nom sous lequel proposer un code que la grille n'a pas, et le code qui l'a repris."""
        return self.a_proposer[cle]


def _nommee(nom: str, inscrites: set[str]) -> str | None:
    """L'identifiant que porte un nom, s'il est au registre."""
    if nom in inscrites:
        return nom
    trouves = {t for t in IDENTIFIANT.findall(nom.upper()) if t in inscrites}
    return trouves.pop() if len(trouves) == 1 else None


def _resume(texte: str) -> str:
    return hashlib.sha256("".join(texte.split()).encode()).hexdigest()


def _extraire_sons(
    etude: Etude,
    entrepot: Entrepot,
    projet: Projet,
    archive: ArchiveQdpx,
    identifiants: dict[str, str],
) -> list[str]:
    """Copie dans `enregistrements/` les sons des sources qui n'en ont pas encore."""
    with entrepot.lire() as cx:
        sonores = {f.source_id for f in sources.fichiers(cx)}
    dits = []
    for source in projet.sources:
        identifiant = identifiants.get(source.guid)
        if source.son is None or identifiant is None or identifiant in sonores:
            continue
        cible = etude.enregistrements / f"{identifiant}{Path(source.son).suffix.casefold()}"
        if not cible.exists():
            archive.extraire(source.son, cible)
            dits.append(f"{cible.name} copié dans enregistrements/ : lancez « recherche inventorier »")
    return dits


def _inconnue(source: SourceQda) -> Anomalie:
    nom = source.nom[:60] or source.guid
    return Anomalie(
        nom,
        f"« {nom} » ne correspond à aucune source du registre : elle et ses "
        f"{len(source.selections)} passages ne sont pas importés.",
        "Ajoutez sa ligne à registre.xlsx, ou donnez à la source, dans le logiciel d'origine, son"
        " identifiant (LOR-J-02) pour nom ; puis réimportez.",
    )


def _double(source: SourceQda, identifiant: str) -> Anomalie:
    return Anomalie(
        identifiant,
        f"« {source.nom[:60]} » : une autre source du projet est déjà {identifiant}.",
        "Renommez l'une des deux dans le logiciel d'origine, puis réimportez.",
    )


def _a_pseudonymiser(identifiant: str, passages: int) -> Anomalie:
    return Anomalie(
        identifiant,
        f"{identifiant} n'a pas de version pseudonymisée : ses {passages} passages codés attendent.",
        "Lancez « recherche pseudonymiser », puis réimportez ce projet.",
    )


def _sans_tours(source: SourceQda, identifiant: str) -> Anomalie:
    return Anomalie(
        identifiant,
        f"« {source.nom[:60]} » : aucun tour de parole reconnu (ni « ENQ : », ni tiret).",
        "Importez d'abord sa transcription (« recherche importer »), puis réimportez ce projet.",
    )
