"""Appeler pandoc, celui que porte le paquet pypandoc-binary."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from datetime import UTC, date, datetime

from recherche.erreurs import ErreurRecherche

# Le Markdown des chapitres : ni TeX, ni code brut, ni métadonnées ; un tableau prend les largeurs
# relatives que donnent ses tirets (--columns=1).
LECTURE = "markdown-raw_tex-tex_math_dollars-citations-yaml_metadata_block-raw_attribute"
_OPTIONS = ("--sandbox", "--wrap=none", "--columns=1", "--metadata=lang:fr-FR")
DELAI_S = 300


def convertir(markdown: str, vers: str, jour: date, options: Sequence[str] = ()) -> bytes:
    """Le texte converti par pandoc dans le format `vers` ; `jour` fixe toutes les dates du résultat.

    Lève `ErreurRecherche` si pandoc manque ou refuse le texte.
    """
    epoque = int(datetime(jour.year, jour.month, jour.day, tzinfo=UTC).timestamp())
    commande = [_chemin(), f"--from={LECTURE}", f"--to={vers}", *_OPTIONS, *options, "--output=-"]
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


def _chemin() -> str:
    try:
        import pypandoc
    except ImportError as erreur:
        raise ErreurRecherche(
            "Pandoc manque : les documents ne peuvent pas être rendus.",
            'Installez-le avec « pip install "recherche[documents]" ».',
        ) from erreur
    return str(pypandoc.get_pandoc_path())
