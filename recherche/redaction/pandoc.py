"""Appeler pandoc, celui que porte le paquet pypandoc-binary."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from recherche.erreurs import ErreurRecherche

# Le Markdown des chapitres : ni TeX, ni code brut, ni métadonnées ; un tableau prend les largeurs
# relatives que donnent ses tirets (--columns=1).
LECTURE = "markdown-raw_tex-tex_math_dollars-citations-yaml_metadata_block-raw_attribute"
_OPTIONS = ("--sandbox", "--wrap=none", "--columns=1", "--metadata=lang:fr-FR")
DELAI_S = 300


def convertir(
    markdown: str, vers: str, jour: date, options: Sequence[str] = (), *, depuis: str = LECTURE
) -> bytes:
    """Le texte converti par pandoc dans le format `vers` ; `jour` fixe toutes les dates du résultat.

    Lève `ErreurRecherche` si pandoc manque ou refuse le texte.
    """
    epoque = int(datetime(jour.year, jour.month, jour.day, tzinfo=UTC).timestamp())
    commande = [_chemin(), f"--from={depuis}", f"--to={vers}", *_OPTIONS, *options, "--output=-"]
    resultat = subprocess.run(
        commande,
        input=markdown.encode(),
        capture_output=True,
        check=False,
        timeout=DELAI_S,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(epoque)},
    )
    if resultat.returncode:
        dit = resultat.stderr.decode("utf-8", errors="replace").strip()
        raise ErreurRecherche(
            f"Pandoc n'a pas pu mettre le guide en {vers} : {dit}",
            "Corrigez le chapitre en cause, puis relancez « recherche rediger ».",
        )
    return resultat.stdout


def arbre_markdown(markdown: str, jour: date) -> dict[str, Any]:
    """L'arbre de pandoc d'un texte Markdown des chapitres."""
    arbre: dict[str, Any] = json.loads(convertir(markdown, "json", jour))
    return arbre


def arbre_docx(octets: bytes) -> dict[str, Any]:
    """L'arbre de pandoc d'un docx, révisions acceptées. Lève `ErreurRecherche` s'il ne se lit pas."""
    commande = [
        _chemin(),
        "--from=docx",
        "--to=json",
        "--sandbox",
        "--track-changes=accept",
        "--output=-",
    ]
    resultat = subprocess.run(commande, input=octets, capture_output=True, check=False, timeout=DELAI_S)
    if resultat.returncode:
        dit = resultat.stderr.decode("utf-8", errors="replace").strip()
        raise ErreurRecherche(
            f"Ce docx ne se lit pas : {dit}",
            "Ouvrez-le dans Word et enregistrez-le de nouveau en .docx.",
        )
    arbre: dict[str, Any] = json.loads(resultat.stdout)
    return arbre


def markdown_de_l_arbre(blocs: Sequence[dict[str, Any]], jour: date) -> str:
    """Des blocs de pandoc, écrits en Markdown des chapitres."""
    if not blocs:
        return ""
    arbre = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": list(blocs)}
    sortie = f"{LECTURE}-simple_tables-multiline_tables-grid_tables-smart"
    return convertir(json.dumps(arbre), sortie, jour, depuis="json").decode()


def _chemin() -> str:
    try:
        import pypandoc
    except ImportError as erreur:
        raise ErreurRecherche(
            "Pandoc manque : les documents ne peuvent pas être rendus.",
            'Installez-le avec « pip install "recherche[documents]" ».',
        ) from erreur
    return str(pypandoc.get_pandoc_path())
