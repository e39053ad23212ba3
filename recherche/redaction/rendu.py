"""Chapitres Markdown -> document : docx et html (pandoc) ou pdf (pandoc, puis typst)."""

from __future__ import annotations

import itertools
import re
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from importlib import resources
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

from recherche.erreurs import ErreurRecherche
from recherche.modele.transcription import empreinte_texte
from recherche.redaction.page_de_titre import HORS_SOMMAIRE, PageDeTitre
from recherche.redaction.pandoc import convertir
from recherche.redaction.typographie import date_longue
from recherche.redaction.vivants import habits_otes

AVIS_FICTIF = "Les personnes, les associations et les propos de cette étude sont inventés."
IMAGES: Mapping[str, str] = MappingProxyType(
    {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
)
_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^()\s]+)\)")
_TITRE_TU = re.compile(r"^(#{1,6} +.*?)\{([^}\n#]*\.unlisted[^}\n#]*)\}", re.MULTILINE)
_SOMMAIRE_SEUL = "--metadata=pagetitle:guide"
_RANG_DE_TITRE = re.compile(r"^(\s*)\[(#strong\[.*\])\], ((?:\[\],? ?)+)$", re.MULTILINE)


def rendre(
    chapitres: Mapping[str, str],
    manifeste: Mapping[str, Any],
    fmt: str,
    *,
    date: date | None = None,
    images: Mapping[str, bytes] = MappingProxyType({}),
) -> bytes:
    """Le guide en octets, chapitres dans l'ordre de leurs noms ; `fmt` est une clé de `FORMATS`.

    `images` : octets par chemin cité. Les mêmes entrées donnent les mêmes octets. Lève
    `ErreurRecherche` si le format est inconnu ou si un chapitre ne se convertit pas.
    """
    texte = "\n\n".join(chapitres[nom].removeprefix("\ufeff").rstrip() for nom in sorted(chapitres))
    page = replace(PageDeTitre.du_manifeste(manifeste, date), mots_cles=f"guide-{marque(chapitres)}")
    return rendre_texte(texte, page, fmt, images)


def marque(chapitres: Mapping[str, str]) -> str:
    """Ce qui désigne ces chapitres dans les mots clés du docx."""
    return empreinte_texte("\n".join(f"{nom}\n{chapitres[nom]}" for nom in sorted(chapitres)))[:16]


def rendre_texte(
    texte: str, presentation: PageDeTitre, fmt: str, images: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """Un document Markdown en octets (voir `rendre`)."""
    if fmt not in FORMATS:
        raise ErreurRecherche(
            f"« {fmt} » n'est pas un format de guide.", f"Choisissez : {', '.join(FORMATS)}."
        )
    nu = habits_otes(texte)
    citees = {chemin: octets for chemin, octets in images.items() if f"]({chemin})" in nu}
    return FORMATS[fmt](_sans_images_perdues(nu, citees), presentation, citees)


def _sans_images_perdues(markdown: str, images: Mapping[str, bytes]) -> str:
    """Une image qu'on n'a pas laisse sa légende : le document se rend quand même."""
    return _IMAGE.sub(lambda t: t[0] if t[2] in images else f"*{t[1]}*", markdown)


def en_pdf(
    markdown: str, presentation: PageDeTitre, images: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """Le document en PDF A4, composé par typst avec ses seules polices embarquées."""
    import typst

    options = _options_typst(presentation)
    instant = datetime(*presentation.jour.timetuple()[:3], tzinfo=UTC)
    try:
        source = source_typst(markdown, presentation)
        with TemporaryDirectory() as lieu:
            for chemin, contenu in {"main.typ": source, **images}.items():
                (Path(lieu) / chemin).parent.mkdir(parents=True, exist_ok=True)
                (Path(lieu) / chemin).write_bytes(contenu)
            pdf: bytes = typst.compile(
                f"{lieu}/main.typ", root=lieu, format="pdf", timestamp=instant, **options
            )
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
        "court": "oui" if presentation.court else "",
    }
    return {"ignore_system_fonts": True, "sys_inputs": entrees}


def source_typst(markdown: str, presentation: PageDeTitre) -> bytes:
    """Le gabarit suivi du texte converti ; les rangs de titre d'un tableau en occupent la largeur
    et restent avec le rang qui suit.
    """
    gabarit = resources.files("recherche.redaction") / "gabarits" / "guide.typ"
    corps = convertir(habits_otes(markdown), "typst", presentation.jour).decode()
    corps = _RANG_DE_TITRE.sub(_etendre, corps)
    return (gabarit.read_text(encoding="utf-8") + corps).encode()


def _etendre(rang: re.Match[str]) -> str:
    colonnes = rang[3].count("[]") + 1
    cellule = f"table.cell(colspan: {colonnes}, align: left)[{rang[2]}]"
    return f"{rang[1]}table.header(level: 2, repeat: false, {cellule}),"


def en_docx(
    markdown: str, presentation: PageDeTitre, images: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """Le document en docx A4 : styles, sommaire, en-têtes et pieds de page."""
    from recherche.redaction.habillage import habiller

    marque_ = _hors_sommaire(_images_incluses(markdown, images))
    return habiller(convertir(marque_, "docx", presentation.jour), presentation, AVIS_FICTIF)


def _hors_sommaire(markdown: str) -> str:
    """Le texte, où chaque titre `.unlisted` porte l'identifiant que l'habillage reconnaît."""
    rangs = itertools.count(1)
    return _TITRE_TU.sub(lambda t: f"{t[1]}{{#{HORS_SOMMAIRE}{next(rangs)} {t[2]}}}", markdown)


def en_html(
    markdown: str, presentation: PageDeTitre, images: Mapping[str, bytes] = MappingProxyType({})
) -> bytes:
    """Le document en une page HTML, images comprises, sans rien à aller chercher."""
    corps = convertir(_images_incluses(markdown, images), "html5", presentation.jour).decode()
    sommaire = convertir(
        markdown, "html5", presentation.jour, ("--standalone", "--toc", "--toc-depth=2", _SOMMAIRE_SEUL)
    ).decode()
    nav = re.search(r"<nav id=\"TOC\".*?</nav>", sommaire, re.DOTALL)
    gabarit = resources.files("recherche.redaction") / "gabarits" / "guide.html"
    page = gabarit.read_text(encoding="utf-8")
    valeurs = {
        "titre": escape(presentation.titre),
        "sous_titre": escape(presentation.sous_titre),
        "organisme": escape(presentation.organisme),
        "date": escape(date_longue(presentation.jour)),
        "avis": f'<p class="avis">CORPUS FICTIF. {escape(AVIS_FICTIF)}</p>'
        if presentation.fictif
        else "",
        "sommaire": nav[0] if nav else "",
        "corps": corps,
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda t: valeurs[t[1]], page).encode()


def _images_incluses(markdown: str, images: Mapping[str, bytes]) -> str:
    """Le texte, images en URI de données : pandoc ne lit aucun fichier."""

    def inclure(trouve: re.Match[str]) -> str:
        octets = images.get(trouve[2])
        if octets is None:
            return trouve[0]
        genre = IMAGES[f".{trouve[2].rsplit('.', 1)[-1].lower()}"]
        return f"![{trouve[1]}](data:{genre};base64,{b64encode(octets).decode()})"

    return _IMAGE.sub(inclure, markdown)


FORMATS: Mapping[str, Callable[[str, PageDeTitre, Mapping[str, bytes]], bytes]] = MappingProxyType(
    {"docx": en_docx, "pdf": en_pdf, "html": en_html}
)
