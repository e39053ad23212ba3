"""Le dossier `publie/` : l'écrire d'un bloc, le relire en vérifiant chaque empreinte."""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pandas as pd

from recherche.erreurs import ErreurRecherche
from recherche.publication import formats
from recherche.publication.controle import exiger_sans_fuite
from recherche.publication.description import DCAT, DDI, en_dcat, en_ddi
from recherche.publication.dictionnaire import DESCRIPTIONS, TABLES, table_dictionnaire
from recherche.publication.jeu import JeuPublie
from recherche.publication.manifeste import Fichier, Manifeste

MANIFESTE = "manifeste.json"
CLASSEUR = "jeu.xlsx"
_REPUBLIER = "Publiez de nouveau avec « recherche publier --etude CHEMIN »."


def ecrire(
    jeu: JeuPublie,
    dossier: Path,
    *,
    interdits: Iterable[str],
    ambigus: Iterable[str] = (),
    permis: Iterable[str] = (),
) -> JeuPublie:
    """Écrit le jeu dans `dossier`, après contrôle, et rend le jeu avec les empreintes du manifeste.

    Tout est écrit et contrôlé dans un dossier voisin, qui prend ensuite la place de l'ancien ; au
    moindre échec l'ancien reste tel quel. Le dossier remplacé l'est en entier (un guide qu'on y
    avait déposé était celui de la version précédente). `permis` : voir `controler`.
    Lève `ErreurConfidentialite` s'il reste une fuite, `ErreurRecherche` si le dossier ne s'écrit pas.
    """
    dossier = dossier.absolute()
    try:
        dossier.parent.mkdir(parents=True, exist_ok=True)
        neuf = Path(tempfile.mkdtemp(prefix=f".{dossier.name}-neuf-", dir=dossier.parent))
    except OSError as erreur:
        raise _inscriptible(dossier, erreur) from erreur
    try:
        complet = _remplir(jeu, neuf)
        exiger_sans_fuite(neuf, interdits, ambigus=ambigus, permis=permis)
        neuf.chmod(0o755)
        _permuter(neuf, dossier)
    except OSError as erreur:
        raise _inscriptible(dossier, erreur) from erreur
    finally:
        shutil.rmtree(neuf, ignore_errors=True)
    return complet


def lire(dossier: Path) -> JeuPublie:
    """Relit un jeu publié. Lève `ErreurRecherche` s'il manque, est incomplet ou a été modifié."""
    manifeste = lire_manifeste(dossier)
    octets: dict[str, bytes] = {}
    for chemin, attendu in manifeste["fichiers"].items():
        try:
            contenu = (dossier / chemin).read_bytes()
        except OSError:
            raise ErreurRecherche(
                f"Le jeu publié {dossier} est incomplet : {chemin} manque.", _REPUBLIER
            ) from None
        if hashlib.sha256(contenu).hexdigest() != attendu["sha256"]:
            raise ErreurRecherche(
                f"Dans le jeu publié {dossier}, {chemin} n'est plus celui du manifeste : il a été "
                "modifié.",
                _REPUBLIER,
            )
        octets[chemin] = contenu
    manquantes = [nom for nom in TABLES if _chemin(nom, "parquet") not in octets]
    if manquantes:
        raise ErreurRecherche(
            f"Le jeu publié {dossier} vient d'une autre version : sans {', '.join(manquantes)}.",
            _REPUBLIER,
        )
    tables = {nom: formats.depuis_parquet(octets[_chemin(nom, "parquet")], nom) for nom in TABLES}
    return JeuPublie(manifeste, tables)


def lire_manifeste(dossier: Path) -> Manifeste:
    """Le manifeste seul, sans vérifier les fichiers. Lève `ErreurRecherche`."""
    try:
        contenu = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ErreurRecherche(
            f"Pas de jeu publié dans {dossier} : {MANIFESTE} n'y est pas.",
            "Publiez l'étude avec « recherche publier --etude CHEMIN », ou désignez le dossier publié "
            "avec « --publie CHEMIN ».",
        ) from None
    except (OSError, ValueError) as erreur:
        raise ErreurRecherche(f"{dossier / MANIFESTE} ne se lit pas : {erreur}.", _REPUBLIER) from erreur
    if not isinstance(contenu, dict) or not {"version", "etude", "fichiers"} <= contenu.keys():
        raise ErreurRecherche(f"{dossier / MANIFESTE} n'est pas un manifeste.", _REPUBLIER)
    return cast(Manifeste, contenu)


def version_suivante(dossier: Path) -> int:
    """Le numéro de la prochaine publication : 1 si rien n'est publié. Lève `ErreurRecherche`."""
    if not (dossier / MANIFESTE).exists():
        return 1
    return lire_manifeste(dossier)["version"] + 1


def _chemin(nom: str, extension: str) -> str:
    return f"tables/{nom}.{extension}"


def _remplir(jeu: JeuPublie, dossier: Path) -> JeuPublie:
    fichiers: dict[str, Fichier] = {}
    for chemin, (contenu, lignes) in _fichiers(jeu).items():
        cible = dossier / chemin
        cible.parent.mkdir(parents=True, exist_ok=True)
        cible.write_bytes(contenu)
        fichiers[chemin] = {"sha256": hashlib.sha256(contenu).hexdigest()}
        if lignes is not None:
            fichiers[chemin]["lignes"] = lignes
    tailles = {chemin: (dossier / chemin).stat().st_size for chemin in fichiers}
    annexes = {
        DDI: en_ddi(jeu.manifeste, jeu.tables),
        DCAT: en_dcat(jeu.manifeste, fichiers, tailles),
    }
    for chemin, contenu in annexes.items():
        (dossier / chemin).write_bytes(contenu)
        fichiers[chemin] = {"sha256": hashlib.sha256(contenu).hexdigest()}
    manifeste: Manifeste = {**jeu.manifeste, "fichiers": fichiers}
    texte = json.dumps(manifeste, ensure_ascii=False, indent=2) + "\n"
    (dossier / MANIFESTE).write_text(texte, encoding="utf-8", newline="\n")
    return JeuPublie(manifeste, jeu.tables)


def _fichiers(jeu: JeuPublie) -> dict[str, tuple[bytes, int | None]]:
    dictionnaire = table_dictionnaire()
    contenus: dict[str, tuple[bytes, int | None]] = {
        "dictionnaire.csv": (formats.en_csv(dictionnaire), len(dictionnaire)),
        "dictionnaire.xlsx": (formats.en_xlsx({"dictionnaire": dictionnaire}), len(dictionnaire)),
        CLASSEUR: (formats.en_xlsx({"lisez-moi": _lisez_moi(jeu), **jeu.tables}), None),
    }
    for nom, table in jeu.tables.items():
        contenus[_chemin(nom, "parquet")] = formats.en_parquet(table), len(table)
        contenus[_chemin(nom, "csv")] = formats.en_csv(table), len(table)
    return contenus


def _lisez_moi(jeu: JeuPublie) -> pd.DataFrame:
    manifeste = jeu.manifeste
    lignes = [
        ("Étude", manifeste["etude"]["titre"]),
        ("Organisme", manifeste["etude"]["organisme"]),
        ("Version", str(manifeste["version"])),
        ("Date de publication", manifeste["date"]),
        ("Licence", manifeste["licence"]),
        ("Avertissement", manifeste["avertissement"]),
        *([("Contact", contact)] if (contact := manifeste["etude"]["contact"]) else []),
        *(
            (f"Version {v['version']} ({v['date']})", " ".join(v["changements"]))
            for v in manifeste["journal"]
        ),
        *((f"Feuille {nom}", texte) for nom, texte in DESCRIPTIONS.items()),
    ]
    return pd.DataFrame(lignes, columns=["rubrique", "texte"]).astype("str")


def _permuter(neuf: Path, dossier: Path) -> None:
    """Met `neuf` à la place de `dossier` ; en cas d'échec remet l'ancien."""
    ancien = neuf.with_name(neuf.name.replace("-neuf-", "-ancien-"))
    existait = dossier.exists()
    if existait:
        dossier.replace(ancien)
    try:
        neuf.replace(dossier)
    except OSError:
        if existait:
            with contextlib.suppress(OSError):
                ancien.replace(dossier)
        raise
    shutil.rmtree(ancien, ignore_errors=True)


def _inscriptible(dossier: Path, erreur: OSError) -> ErreurRecherche:
    return ErreurRecherche(
        f"Le jeu n'a pas pu être écrit dans {dossier} : {erreur.strerror or erreur}.",
        "Fermez les fichiers du dossier publié ouverts ailleurs (Excel), vérifiez la place et les "
        "droits, puis relancez « recherche publier ». La publication précédente est intacte.",
    )
