"""Les fichiers d'une étude où une personne a laissé quelque chose : trouver, effacer, récrire."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recherche.etapes.figer import DOSSIER
from recherche.etapes.inventorier import IDENTIFIANT
from recherche.langue.mots import plier
from recherche.langue.passages import Propos, retirer_citations
from recherche.modele.entretien import Source
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.transcription import empreinte_texte
from recherche.reglages import Etude

ARCHIVES = {".docx", ".xlsx", ".odt", ".ods", ".zip", ".qdpx"}
TEXTES = {".json", ".md", ".txt", ".csv", ".toml", ".yaml", ".yml", ".vtt", ".srt", ".xml", ".html"}
TAILLE_LUE = 50_000_000


@dataclass(frozen=True)
class Traces:
    """À quoi l'on reconnaît une personne : identifiant, nom complet, suites de mots de ses propos."""

    identifiant: str
    noms: tuple[str, ...]
    propos: Propos

    @classmethod
    def de(cls, identifiant: str, source: Source | None, textes: Iterable[str]) -> Traces:
        """Les traces d'une source ; `source` est None si sa ligne du registre est déjà effacée."""
        personnes = source.participants if source else ()
        noms = tuple(plier(f"{p.prenom} {p.nom}") for p in personnes if p.prenom and p.nom)
        return cls(identifiant, noms, Propos.depuis(textes))

    def dans(self, texte: str, *, identifiant: bool = True) -> bool:
        """Vrai si le texte contient l'identifiant, un nom complet ou huit mots d'affilée."""
        if (identifiant and nomme(texte, self.identifiant)) or self.propos.dans(texte, mots=8):
            return True
        plie = f" {plier(texte)} " if self.noms else ""
        return any(f" {nom} " in plie for nom in self.noms)


def nomme(texte: str, identifiant: str) -> bool:
    """Vrai si l'identifiant est écrit dans le texte, à la casse et aux traits près."""
    motif = re.escape(identifiant).replace(r"\-", "[-_‑]")
    return re.search(rf"(?<![0-9A-Za-z]){motif}(?![0-9])", texte, re.IGNORECASE) is not None


def _parcourir(etude: Etude) -> Iterator[Path]:
    """Les fichiers de l'étude que ce module traite : ni la base, ni la clé, ni le jeu, ni les copies."""
    ecartes = (etude.publie, etude.confidentiel, etude.sauvegardes)
    for fichier in sorted(etude.chemin.rglob("*")):
        if not fichier.is_file() or any(fichier.is_relative_to(dossier) for dossier in ecartes):
            continue
        if not fichier.name.startswith((etude.fichier_base.name, ".verrou")):
            yield fichier


def nommes(etude: Etude, identifiant: str) -> list[Path]:
    """Les fichiers dont le nom (ou un dossier) porte l'identifiant."""
    return [
        fichier
        for fichier in _parcourir(etude)
        if nomme(fichier.relative_to(etude.chemin).as_posix(), identifiant)
    ]


def exports_communs(etude: Etude) -> list[Path]:
    """Les exports qui ne sont pas ceux d'une seule source : ils se refont."""
    if not etude.exports.is_dir():
        return []
    return sorted(
        fichier
        for fichier in etude.exports.rglob("*")
        if fichier.is_file() and not IDENTIFIANT.match(fichier.name)
    )


def sons(etude: Etude, inventories: Collection[str], source: Source | None) -> list[Path]:
    """Les enregistrements de la source : inventaire et registre ; ceux qui portent son nom à part."""
    inscrits = {nom.casefold() for nom in (source.enregistrements if source else ())}
    if not etude.enregistrements.is_dir():
        return []
    return [
        fichier
        for fichier in sorted(etude.enregistrements.rglob("*"))
        if fichier.is_file()
        and (
            (chemin := fichier.relative_to(etude.enregistrements).as_posix()) in inventories
            or {chemin.casefold(), fichier.name.casefold()} & inscrits
        )
    ]


def figees(etude: Etude, siennes: Collection[str], connues: Collection[str]) -> list[Path]:
    """Les fichiers des versions figées qui la comptent, ou dont on ne sait pas ce qu'elles comptent."""
    dossiers = (etude.chemin / DOSSIER).iterdir() if (etude.chemin / DOSSIER).is_dir() else ()
    vises = [d for d in dossiers if d.name in siennes or d.name not in connues]
    return sorted(f for d in vises for f in d.rglob("*") if f.is_file())


def travaux(etude: Etude, identifiant: str) -> list[Path]:
    """Les fichiers d'un travail suivi par une page qui nomment la source."""
    fichiers = [f for f in _parcourir(etude) if f.is_relative_to(etude.chemin / ".travail")]
    return [f for f in fichiers if any(nomme(texte, identifiant) for texte in _textes(f))]


def effacer(etude: Etude, fichiers: Iterable[Path]) -> None:
    """Efface des fichiers, même en lecture seule, et les dossiers qu'ils laissent vides.

    Un fichier déjà effacé ne compte pas ; les dossiers de l'étude elle-même restent.
    """
    for fichier in fichiers:
        if fichier.exists():
            fichier.chmod(0o600)
        fichier.unlink(missing_ok=True)
        for dossier in fichier.parents:
            if dossier.parent == etude.chemin or not dossier.is_relative_to(etude.chemin):
                break
            if not dossier.is_dir() or any(dossier.iterdir()):
                break
            dossier.rmdir()


def effacer_dossier(dossier: Path) -> None:
    """Efface un dossier d'un coup : il change d'abord de nom, et le ménage finit s'il est interrompu."""
    if not dossier.exists():
        return
    condamne = dossier.with_name(f".{dossier.name}-neuf-retrait")
    shutil.rmtree(condamne, ignore_errors=True)
    dossier.replace(condamne)
    shutil.rmtree(condamne)


# --- fichiers de plusieurs personnes ----------------------------------------------------------------


def partages(etude: Etude, identifiant: str) -> list[Path]:
    """Les fichiers JSON importés qui parlent de plusieurs sources, dont celle-ci (codages)."""
    return [f for f in _parcourir(etude) if _sans_la_source(f, identifiant) is not None]


def recrire_partages(etude: Etude, identifiant: str) -> list[Path]:
    """Ôte la source de ces fichiers et les rend."""
    recrits = []
    for fichier in _parcourir(etude):
        if (reste := _sans_la_source(fichier, identifiant)) is not None:
            ecrire_atomique(fichier, reste.encode("utf-8"))
            recrits.append(fichier)
    return recrits


def _sans_la_source(fichier: Path, identifiant: str) -> str | None:
    """Le contenu du fichier sans la source ; None si elle n'y est pas, ou s'il n'a pas cette forme."""
    if fichier.suffix.casefold() != ".json" or fichier.stat().st_size > TAILLE_LUE:
        return None
    try:
        contenu = json.loads(fichier.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    liste = contenu.get("sources") if isinstance(contenu, dict) else None
    if not isinstance(liste, list):
        return None
    gardees = [s for s in liste if not (isinstance(s, dict) and s.get("source_id") == identifiant)]
    if len(gardees) == len(liste):
        return None
    return json.dumps(contenu | {"sources": gardees}, ensure_ascii=False, indent=1) + "\n"


# --- le guide -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chapitre:
    """Un chapitre du guide sans les citations de la personne ; `intact` : personne ne l'a modifié."""

    chemin: str
    texte: str
    citations: int
    intact: bool

    @property
    def empreinte(self) -> str:
        """SHA-256 du nouveau texte."""
        return empreinte_texte(self.texte)


def chapitres(etude: Etude, propos: Propos, connus: dict[str, str]) -> list[Chapitre]:
    """Les chapitres où la personne est citée. `connus` : empreinte de ce que le programme a écrit."""
    trouves = []
    for fichier in sorted(etude.guide.glob("**/*.md")) if etude.guide.is_dir() else ():
        texte = fichier.read_text(encoding="utf-8-sig")
        nouveau, citations = retirer_citations(texte, propos)
        if citations:
            chemin = fichier.relative_to(etude.chemin).as_posix()
            intact = connus.get(chemin) == empreinte_texte(texte.rstrip() + "\n")
            trouves.append(Chapitre(chemin, nouveau, citations, intact))
    return trouves


# --- ce qui reste à la main ---------------------------------------------------------------------------


def restes(etude: Etude, traces: Traces, traites: Collection[Path]) -> list[Path]:
    """Les autres fichiers de l'étude qui parlent encore de la personne : à revoir à la main."""
    ignores = {*traites, etude.fichier_registre}
    reglages = {etude.fichier_reglages, etude.fichier_grille}
    return [
        fichier
        for fichier in _parcourir(etude)
        if fichier not in ignores
        and not (fichier.is_relative_to(etude.guide) and fichier.suffix == ".md")
        and not (fichier.is_relative_to(etude.exports) and IDENTIFIANT.match(fichier.name))
        and any(traces.dans(t, identifiant=fichier not in reglages) for t in _textes(fichier))
    ]


def _textes(fichier: Path) -> Iterator[str]:
    """Ce qu'un fichier contient de lisible."""
    suffixe = fichier.suffix.casefold()
    try:
        if fichier.stat().st_size > TAILLE_LUE:
            return
        if suffixe in TEXTES:
            yield fichier.read_bytes().decode("utf-8", errors="replace")
        elif suffixe in ARCHIVES:
            with zipfile.ZipFile(fichier) as archive:
                for membre in archive.namelist():
                    brut = archive.read(membre).decode("utf-8", errors="replace")
                    yield re.sub(r"<[^>]*>", " ", brut)
    except (OSError, zipfile.BadZipFile):
        return
