"""Le retour de Word : reprendre dans `guide/` ce qu'une personne a changé dans `guide.docx`."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from recherche.erreurs import ErreurRecherche
from recherche.etapes.seance import seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Bilan
from recherche.redaction import retour_word
from recherche.redaction.rendu import marque
from recherche.reglages import Etude

ETAPE = "reprendre"
SOURCES = "guide-sources"


def reprendre(etude: Etude, docx: Path) -> Bilan:
    """Fusionne un docx rendu par `rediger` puis modifié dans Word avec les chapitres d'aujourd'hui.

    Un passage changé des deux côtés est écrit deux fois, entre des bornes `<<<<<<<` et `>>>>>>>`, et dit
    en anomalie. Lève `ErreurRecherche` si le docx ne vient pas de cette étude.
    """
    octets = _lire(docx)
    with seance(etude, ETAPE):
        base = _base(etude, octets, docx)
        actuels = lire_chapitres(etude.guide)
        _refuser_conflits(actuels)
        repris = retour_word.reprendre(base, actuels, octets, date.today())  # noqa: DTZ011
        faits, anomalies = [], []
        for nom, texte in repris.chapitres.items():
            if texte.split() == actuels.get(nom, "").split():
                continue
            ecrire_atomique(etude.guide / nom, texte.encode())
            faits.append(f"guide/{nom}")
            if retour_word.OUVRE in texte:
                anomalies.append(_conflit(nom))
    dits = (f"{repris.changements} passages repris de Word, {repris.conflits} conflits",)
    return Bilan(ETAPE, tuple(faits), anomalies=tuple(anomalies), messages=dits)


def garder_sources(etude: Etude, textes: Mapping[str, str]) -> None:
    """Retient les chapitres dont un docx est fait : ce à quoi son retour sera comparé."""
    fichier = etude.exports / SOURCES / f"{marque(textes)}.json"
    if not fichier.exists():
        ecrire_atomique(fichier, json.dumps(dict(textes), ensure_ascii=False).encode())


def lire_chapitres(dossier_guide: Path) -> dict[str, str]:
    """Les chapitres à rendre, ceux que des personnes ont ajoutés compris ; pas les propositions."""
    fichiers = (f for f in dossier_guide.glob("*.md") if not f.name.endswith(".nouveau.md"))
    return {fichier.name: lire_chapitre(fichier) for fichier in sorted(fichiers)}


def lire_chapitre(fichier: Path) -> str:
    """Un chapitre. Lève `ErreurRecherche` s'il n'est pas en UTF-8."""
    try:
        return fichier.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurRecherche(
            f"guide/{fichier.name} ne se lit pas : {erreur}.",
            "Ouvrez-le dans un éditeur de texte et enregistrez-le en UTF-8, puis relancez "
            "« recherche rediger ».",
        ) from erreur


def _lire(docx: Path) -> bytes:
    try:
        return docx.read_bytes()
    except OSError as erreur:
        raise ErreurRecherche(
            f"{docx} ne se lit pas : {erreur.strerror}.", "Donnez le chemin du guide.docx modifié."
        ) from erreur


def _base(etude: Etude, octets: bytes, docx: Path) -> dict[str, str]:
    """Les chapitres dont ce docx est fait, d'après ses mots clés."""
    import docx as lecteur

    try:
        cles = str(lecteur.Document(io.BytesIO(octets)).core_properties.keywords or "")
    except (KeyError, ValueError, OSError) as erreur:
        raise ErreurRecherche(
            f"{docx.name} n'est pas un docx : {erreur}.", "Enregistrez-le dans Word en .docx."
        ) from erreur
    dossier = etude.exports / SOURCES
    for fichier in sorted(dossier.glob("*.json")) if dossier.is_dir() else ():
        if fichier.stem in cles:
            base: dict[str, str] = json.loads(fichier.read_text(encoding="utf-8"))
            return base
    raise ErreurRecherche(
        f"{docx.name} n'a pas été rendu par cette étude, ou ses sources ont été effacées (retrait).",
        "Reprenez à la main ce que vous voulez garder dans guide/, puis « recherche rediger ».",
    )


def _refuser_conflits(actuels: Mapping[str, str]) -> None:
    en_conflit = [nom for nom, texte in actuels.items() if retour_word.OUVRE in texte]
    if en_conflit:
        raise ErreurRecherche(
            f"Des conflits restent à trancher : {', '.join(en_conflit)}.",
            f"Choisissez entre les deux textes et ôtez les lignes « {retour_word.OUVRE} » à "
            f"« {retour_word.FERME} ».",
        )


def _conflit(nom: str) -> Anomalie:
    return Anomalie(
        f"guide/{nom}",
        f"guide/{nom} : un passage a changé à la fois dans Word et dans le chapitre.",
        f"Choisissez entre les deux textes, entre « {retour_word.OUVRE} » et « {retour_word.FERME} ».",
    )
