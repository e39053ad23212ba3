"""Le poste d'un codeur devant un entretien : ses gestes, enregistrés un à un.

Chaque opération est une transaction et une action du journal, au nom du codeur. Plusieurs codeurs
travaillent à la fois : ces opérations ne prennent pas le verrou de l'étude, seulement celui de la base,
le temps d'écrire. Un codeur ne touche jamais au travail d'un autre.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from recherche.codage.grille import lire_grille
from recherche.codage.passage import Passage, ajuster, designer, grouper, ranger, verifier_passage
from recherche.entrepot import Entrepot, annulation, codages, memos, passages, transcriptions
from recherche.entrepot.base import Ecriture
from recherche.erreurs import ErreurCodage, ErreurEntrepot
from recherche.modele.codage import CodePropose, Extrait, Grille, Memo, ObjetMemo
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.reglages import Etude

CODER, DECODER, DEPLACER, PROPOSER, NOTER = "coder", "décoder", "déplacer", "proposer un code", "noter"
_VERBES = (CODER, DECODER, DEPLACER, PROPOSER, NOTER)
LONGUEUR_NOM = 60


@dataclass(frozen=True)
class Poste:
    """Le poste d'un codeur devant un entretien, base ouverte. `texte` : celui des positions."""

    etude: Etude
    entrepot: Entrepot
    grille: Grille
    transcription: TranscriptionPseudonymisee
    version_id: int
    codeur: str
    texte: str

    @property
    def source_id(self) -> str:
        """L'entretien codé."""
        return self.transcription.source_id

    def extrait(self, debut: int, fin: int) -> Extrait:
        """L'extrait [debut, fin[. Lève `ErreurCodage` hors du texte ou sur du blanc."""
        debut, fin = int(debut), int(fin)  # les entiers d'un DataFrame ne se rangent pas tels quels
        ajuster(self.texte, debut, fin)
        return Extrait.dans(self.texte, debut, fin)

    def passages(self, *, tous: bool = False) -> list[Passage]:
        """Les passages de ce codeur ; `tous` : ceux de tous les codeurs."""
        with self.entrepot.lire() as cx:
            poses = codages.lire(cx, version_ids=[self.version_id])
        siens = [codage for codage in poses if tous or codage.codeur == self.codeur]
        return grouper(self.grille, siens, self.texte)

    def memos(self, *, tous: bool = False) -> list[Memo]:
        """Ses mémos sur l'entretien et ses passages, et sur les codes ; `tous` : ceux de tous."""
        with self.entrepot.lire() as cx:
            lus = memos.lire(cx, version_ids=[self.version_id])
        ici = [m for m in lus if m.source_id in (None, self.source_id)]
        return [m for m in ici if tous or m.codeur == self.codeur]

    def proposes(self, *, tous: bool = False) -> list[CodePropose]:
        """Les codes qu'il a proposés sur des passages de l'entretien ; `tous` : ceux de tous."""
        with self.entrepot.lire() as cx:
            lus = memos.proposes(cx, version_ids=[self.version_id])
        return [p for p in lus if tous or p.codeur == self.codeur]

    def coder(self, debut: int, fin: int, codes: Sequence[str], *, exactement: bool = False) -> Passage:
        """Ajoute des codes au passage ; `exactement` : ceux-là et pas d'autres."""
        return self.coder_tout([(debut, fin)], codes, exactement=exactement)[0]

    def coder_tout(
        self, bornes: Iterable[tuple[int, int]], codes: Sequence[str], *, exactement: bool = False
    ) -> list[Passage]:
        """`coder` sur plusieurs passages, en une seule action."""
        choisis = [self._designer(code) for code in codes]
        extraits = [self.extrait(debut, fin) for debut, fin in bornes]
        connaitre_grille(self.entrepot, self.grille)
        with self._ecrire(CODER) as ecriture:
            return [self._coder(ecriture, extrait, choisis, exactement) for extrait in extraits]

    def essayer(self, bornes: Iterable[tuple[int, int]], codes: Sequence[str]) -> None:
        """Vérifie que `coder_tout` passerait. Lève `ErreurCodage` en disant quel passage n'irait pas."""
        choisis = [designer(self.grille, code) for code in codes]
        poses = {(p.extrait.debut, p.extrait.fin): p.codes for p in self.passages()}
        for debut, fin in bornes:
            try:
                verifier_passage(self.grille, [*poses.get((debut, fin), ()), *choisis])
            except ErreurCodage as faute:
                citation = self.texte[debut:fin].replace("\n", " ")[:60]
                raise ErreurCodage(
                    f"{self.source_id}, « {citation} » : {faute.message}", faute.remede
                ) from None

    def decoder(self, debut: int, fin: int, codes: Sequence[str] | None = None) -> Passage | None:
        """Ôte des codes du passage, ou tous. Rend ce qu'il en reste, None s'il n'en reste rien."""
        extrait = self.extrait(debut, fin)
        with self._ecrire(DECODER) as ecriture:
            poses = self._poses(ecriture, extrait)
            otes = set(poses) if codes is None else {self._designer_pose(c, poses) for c in codes}
            restent = [code for code in poses if code not in otes]
            if restent:
                verifier_passage(self.grille, restent)
            self._poser(ecriture, extrait, restent)
        return self._passage(extrait, restent) if restent else None

    def deplacer(self, debut: int, fin: int, vers: tuple[int, int]) -> Passage:
        """Donne d'autres bornes au passage : ses codes, son mémo et ses codes proposés le suivent."""
        ancien, nouveau = self.extrait(debut, fin), self.extrait(*vers)
        with self._ecrire(DEPLACER) as ecriture:
            poses = self._poses(ecriture, ancien)
            if passages.codes_du_passage(ecriture.cx, self.version_id, nouveau, self.codeur):
                raise ErreurCodage(
                    "Un passage codé a déjà ces bornes.", "Codez-le, puis décodez l'ancien."
                )
            self._poser(ecriture, ancien, [])
            self._poser(ecriture, nouveau, poses)
            memos.deplacer(ecriture, self.version_id, self.codeur, ancien, nouveau)
        return self._passage(nouveau, poses)

    def proposer(self, debut: int, fin: int, nom: str | None = None) -> CodePropose:
        """Un code in vivo, né de la sélection : `nom`, ou les mots mêmes de la personne."""
        extrait = self.extrait(debut, fin)
        valeur = CodePropose(
            self.source_id, extrait, self._nom(extrait, nom), self.codeur, _maintenant()
        )
        with self._ecrire(PROPOSER) as ecriture:
            valeur = replace(valeur, date=datetime.fromisoformat(ecriture.date))
            memos.proposer(ecriture, valeur, self.version_id)
        return valeur

    def oublier(self, debut: int, fin: int, nom: str) -> bool:
        """Retire un code proposé du passage ; rend faux s'il n'y est pas."""
        valeur = CodePropose(self.source_id, self.extrait(debut, fin), nom, self.codeur, _maintenant())
        with self._ecrire(PROPOSER) as ecriture:
            return memos.oublier(ecriture, valeur, self.version_id)

    def noter(
        self, texte: str, *, passage: tuple[int, int] | None = None, code: str | None = None
    ) -> Memo:
        """Un mémo sur un passage, un code, ou l'entretien ; remplace le sien ; vide, l'efface."""
        memo = Memo(ObjetMemo.ENTRETIEN, texte.strip(), self.codeur, _maintenant(), self.source_id)
        if passage is not None:
            memo = replace(memo, objet=ObjetMemo.PASSAGE, extrait=self.extrait(*passage))
        elif code is not None:
            designe = designer(self.grille, code)
            connaitre_grille(self.entrepot, self.grille)
            memo = replace(memo, objet=ObjetMemo.CODE, code=designe, source_id=None)
        with self._ecrire(NOTER) as ecriture:
            memo = replace(memo, date=datetime.fromisoformat(ecriture.date))
            memos.poser(ecriture, memo, self.version_id)
        return memo

    def defaire(self) -> str:
        """Défait sa dernière action sur cet entretien ; rend ce qu'elle était.

        Lève `ErreurCodage` s'il n'y a plus rien à défaire.
        """
        actions = [_action(verbe, self.source_id) for verbe in _VERBES]
        with self.entrepot.ecrire(f"défaire {self.source_id}", auteur=self.codeur) as ecriture:
            siens = passages.lots_du_codeur(ecriture.cx, self.codeur, actions)
            if not siens:
                raise ErreurCodage(
                    f"{self.codeur} n'a plus rien à défaire sur {self.source_id}.",
                    "« recherche journal » montre toutes les actions.",
                )
            lot, action = siens[0]
            annulation.annuler(ecriture, lot)
        return action

    def fermer(self) -> None:
        """Rend la base."""
        self.entrepot.fermer()

    @contextmanager
    def _ecrire(self, verbe: str) -> Iterator[Ecriture]:
        """Une action du codeur, si le texte est encore celui qu'il a sous les yeux."""
        action = _action(verbe, self.source_id)
        with self.entrepot.ecrire(action, auteur=self.codeur) as ecriture:
            if passages.version_courante(ecriture.cx, self.source_id) != self.version_id:
                raise ErreurCodage(
                    f"Le texte de {self.source_id} a été revu depuis que vous l'avez ouvert.",
                    "Rouvrez l'entretien : vos passages y sont reportés, celui-ci n'est pas enregistré.",
                )
            yield ecriture

    def _coder(
        self, ecriture: Ecriture, extrait: Extrait, codes: Sequence[str], exactement: bool
    ) -> Passage:
        poses = [] if exactement else self._poses(ecriture, extrait, vide=True)
        ensemble = ranger(self.grille, [*poses, *codes])
        verifier_passage(self.grille, ensemble)
        self._poser(ecriture, extrait, ensemble)
        return self._passage(extrait, ensemble)

    def _poses(self, ecriture: Ecriture, extrait: Extrait, *, vide: bool = False) -> list[str]:
        poses = passages.codes_du_passage(ecriture.cx, self.version_id, extrait, self.codeur)
        if not poses and not vide:
            raise ErreurCodage(
                f"{self.codeur} n'a rien codé entre les caractères {extrait.debut} et {extrait.fin} de "
                f"{self.source_id}.",
                "« recherche.codages(etude, tous=True) » donne les bornes des passages.",
            )
        return poses

    def _poser(self, ecriture: Ecriture, extrait: Extrait, codes: Sequence[str]) -> None:
        passages.poser_codes(
            ecriture, self.source_id, self.version_id, extrait, codeur=self.codeur, codes=codes
        )

    def _designer(self, code: str) -> str:
        """Un code de la grille, ou un code qu'elle n'a plus et que ce codeur a déjà posé ici."""
        try:
            return designer(self.grille, code)
        except ErreurCodage:
            if any(code in passage.codes for passage in self.passages()):
                return code
            raise

    def _designer_pose(self, code: str, poses: Sequence[str]) -> str:
        """Un code posé peut ne plus être dans la grille : on peut toujours l'ôter."""
        return code if code in poses else designer(self.grille, code)

    def _passage(self, extrait: Extrait, codes: Iterable[str]) -> Passage:
        texte = self.texte[extrait.debut : extrait.fin]
        return Passage(self.source_id, extrait, self.codeur, ranger(self.grille, codes), texte)

    def _nom(self, extrait: Extrait, nom: str | None) -> str:
        choisi = " ".join((nom or self.texte[extrait.debut : extrait.fin]).split())
        if len(choisi) > LONGUEUR_NOM:
            raise ErreurCodage(
                f"« {choisi[:LONGUEUR_NOM]}… » est trop long pour le nom d'un code.",
                f"Donnez un nom de {LONGUEUR_NOM} caractères au plus, ou choisissez moins de mots.",
            )
        return choisi


def ouvrir_poste(etude: Etude, source: str, codeur: str) -> Poste:
    """Le poste d'un codeur devant un entretien ; à fermer.

    Lève `ErreurCodage` (grille, nom du codeur) ou `ErreurEntrepot` (source sans texte pseudonymisé).
    """
    codeur = verifier_codeur(codeur)
    grille = grille_de(etude)
    entrepot = Entrepot.ouvrir(etude)
    try:
        with entrepot.lire() as cx:
            version = passages.version_courante(cx, source)
            if version is None:
                raise ErreurEntrepot(
                    f"{source} n'a pas de transcription pseudonymisée.",
                    "Vérifiez l'identifiant, puis « recherche etat » : ce qui bloque y est dit.",
                )
            transcription = transcriptions.lire_pseudonymisee(cx, version)
    except BaseException:
        entrepot.fermer()
        raise
    return Poste(etude, entrepot, grille, transcription, version, codeur, transcription.texte)


@contextmanager
def poste(etude: Etude, source: str, codeur: str) -> Iterator[Poste]:
    """`ouvrir_poste`, fermé à la fin du « with »."""
    ouvert = ouvrir_poste(etude, source, codeur)
    try:
        yield ouvert
    finally:
        ouvert.fermer()


def grille_de(etude: Etude) -> Grille:
    """La grille de l'étude, relue seulement si son fichier a changé. Lève `ErreurCodage`."""
    fichier = etude.fichier_grille
    try:
        etat = fichier.stat()
    except OSError:
        return lire_grille(fichier)
    return _grille(fichier, etat.st_mtime_ns, etat.st_size)


@lru_cache(maxsize=4)
def _grille(fichier: Path, modifie_ns: int, taille: int) -> Grille:
    return lire_grille(fichier)


def connaitre_grille(entrepot: Entrepot, grille: Grille) -> None:
    """Fait connaître à l'entrepôt les codes de la grille qui lui manquent, dans une action à part."""
    with entrepot.lire() as cx:
        connus = passages.codes_connus(cx)
    if not {code.id for code in grille.codes()} <= connus:
        with entrepot.ecrire("reporter la grille") as ecriture:
            codages.synchroniser_grille(ecriture, grille)


def verifier_codeur(codeur: str) -> str:
    """Le nom du codeur, sans blancs au bord. Lève `ErreurCodage` s'il est vide ou trop long."""
    nom = codeur.strip()
    if not 0 < len(nom) <= 30 or "\n" in nom:
        raise ErreurCodage(
            f"« {codeur} » ne peut pas désigner un codeur.",
            "Donnez des initiales ou un nom court (30 caractères au plus), toujours les mêmes.",
        )
    return nom


def _action(verbe: str, source: str) -> str:
    return f"{verbe} {source}"


def _maintenant() -> datetime:
    return datetime.now().astimezone()
