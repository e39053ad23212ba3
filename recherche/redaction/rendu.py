"""Chapitres Markdown -> document : docx (pandoc) ou pdf (pandoc, puis typst)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from importlib import resources
from types import MappingProxyType
from typing import Any

from recherche.erreurs import ErreurRecherche
from recherche.redaction.page_de_titre import PageDeTitre
from recherche.redaction.pandoc import convertir
from recherche.redaction.typographie import date_longue

AVIS_FICTIF = "Les personnes, les associations et les propos de cette étude sont inventés."
_RANG_DE_TITRE = re.compile(r"^(\s*)\[(#strong\[.*\])\], ((?:\[\],? ?)+)$", re.MULTILINE)


def rendre(
    chapitres: Mapping[str, str], manifeste: Mapping[str, Any], fmt: str, *, date: date | None = None
) -> bytes:
    """Le guide en octets, chapitres dans l'ordre de leurs noms ; `fmt` est une clé de `FORMATS`.

    Les mêmes entrées donnent les mêmes octets. Lève `ErreurRecherche` si le format est inconnu ou si
    un chapitre ne se convertit pas.
    """
    if fmt not in FORMATS:
        raise ErreurRecherche(
            f"« {fmt} » n'est pas un format de guide.", f"Choisissez : {', '.join(FORMATS)}."
        )
    texte = "\n\n".join(chapitres[nom].removeprefix("\ufeff").rstrip() for nom in sorted(chapitres))
    return FORMATS[fmt](texte, PageDeTitre.du_manifeste(manifeste, date))


def en_pdf(markdown: str, presentation: PageDeTitre) -> bytes:
    """Le document en PDF A4, composé par typst avec ses seules polices embarquées."""
    import typst

    options = _options_typst(presentation)
    instant = datetime(*presentation.jour.timetuple()[:3], tzinfo=UTC)
    try:
        source = source_typst(markdown, presentation)
        pdf: bytes = typst.compile(source, format="pdf", timestamp=instant, **options)
        return pdf
    except typst.TypstError as erreur:
        raise ErreurRecherche(
            f"Le guide ne se compose pas en PDF : {erreur.message}",
            "Corrigez le chapitre en cause (titre, tableau, lien), puis relancez « recherche rediger ».",
        ) from erreur


def nombre_de_pages(markdown: str, presentation: PageDeTitre) -> int:
    """Nombre de pages du PDF, page de titre comprise."""
    import typst

    source = source_typst(markdown, presentation)
    return int(typst.query(source, "<pages>", field="value", one=True, **_options_typst(presentation)))


def _options_typst(presentation: PageDeTitre) -> dict[str, Any]:
    entrees = {
        "titre": presentation.titre,
        "sous_titre": presentation.sous_titre,
        "organisme": presentation.organisme,
        "date": date_longue(presentation.jour),
        "fictif": "oui" if presentation.fictif else "",
        "avis": AVIS_FICTIF,
    }
    return {"ignore_system_fonts": True, "sys_inputs": entrees}


def source_typst(markdown: str, presentation: PageDeTitre) -> bytes:
    """Le gabarit suivi du texte converti ; les rangs de titre d'un tableau en occupent la largeur
    et restent avec le rang qui suit.
    """
    gabarit = resources.files("recherche.redaction") / "gabarits" / "guide.typ"
    corps = convertir(markdown, "typst", presentation.jour).decode()
    corps = _RANG_DE_TITRE.sub(_etendre, corps)
    return (gabarit.read_text(encoding="utf-8") + corps).encode()


def _etendre(rang: re.Match[str]) -> str:
    colonnes = rang[3].count("[]") + 1
    cellule = f"table.cell(colspan: {colonnes}, align: left)[{rang[2]}]"
    return f"{rang[1]}table.header(level: 2, repeat: false, {cellule}),"


def en_docx(markdown: str, presentation: PageDeTitre) -> bytes:
    """Le document en docx A4 : styles, sommaire, en-têtes et pieds de page."""
    from recherche.redaction.habillage import habiller

    brut = convertir(markdown, "docx", presentation.jour)
    return habiller(brut, presentation, AVIS_FICTIF)


FORMATS: Mapping[str, Callable[[str, PageDeTitre], bytes]] = MappingProxyType(
    {"docx": en_docx, "pdf": en_pdf}
)
