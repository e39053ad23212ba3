"""Rédiger le brouillon du guide depuis le jeu publié, sans jamais écraser ce qu'une personne a écrit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from recherche.entrepot import Entrepot, suites
from recherche.entrepot.suites import Document
from recherche.erreurs import ErreurRecherche
from recherche.etapes.seance import cle, seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.publication import dossier
from recherche.publication.jeu import JeuPublie
from recherche.redaction import guide, rendu
from recherche.reglages import Etude

ETAPE = "rediger"
FORMATS = ("docx", "pdf")


def rediger(etude: Etude, *, suivi: Suivi = silencieux) -> Bilan:
    """Écrit les chapitres de `guide/` et leurs rendus dans `exports/`.

    Un chapitre modifié à la main reste tel quel ; le nouveau texte est posé à côté (`.nouveau.md`).
    Lève `ErreurRecherche` s'il n'y a pas de jeu publié.
    """
    with seance(etude, ETAPE) as entrepot:
        jeu = dossier.lire(etude.publie)
        jour = date.fromisoformat(jeu.manifeste["date"])
        chapitres = guide.rediger_guide(jeu.manifeste, jeu.tables, date=jour)
        with entrepot.lire() as cx:
            connus = suites.documents(cx)
        faits, passes, anomalies = _ecrire_chapitres(etude, entrepot, chapitres, connus)
        textes = _lire_chapitres(etude.guide)
        for rang, fmt in enumerate(FORMATS):
            chemin = f"exports/guide.{fmt}"
            suivi(Avancement(ETAPE, chemin, rang, len(FORMATS), "documents"))
            rendue = _rendre(etude, entrepot, jeu, textes, fmt, connus.get(chemin))
            (faits if rendue else passes).append(chemin)
        suivi(Avancement(ETAPE, "", len(FORMATS), len(FORMATS), "documents"))
        return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies))


def _lire_chapitres(dossier: Path) -> dict[str, str]:
    """Les chapitres à rendre, ceux que des personnes ont ajoutés compris ; pas les propositions."""
    fichiers = (f for f in dossier.glob("*.md") if not f.name.endswith(".nouveau.md"))
    return {fichier.name: _lire_chapitre(fichier) for fichier in sorted(fichiers)}


def _lire_chapitre(fichier: Path) -> str:
    try:
        return fichier.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as erreur:
        raise ErreurRecherche(
            f"guide/{fichier.name} ne se lit pas : {erreur}.",
            "Ouvrez-le dans un éditeur de texte et enregistrez-le en UTF-8, puis relancez "
            "« recherche rediger ».",
        ) from erreur


def _ecrire_chapitres(
    etude: Etude, entrepot: Entrepot, chapitres: Mapping[str, str], connus: Mapping[str, Document]
) -> tuple[list[str], list[str], list[Anomalie]]:
    faits: list[str] = []
    passes: list[str] = []
    anomalies = []
    etude.guide.mkdir(exist_ok=True)
    for nom, nouveau in chapitres.items():
        chemin = f"guide/{nom}"
        fichier = etude.guide / nom
        existant = _lire_chapitre(fichier) if fichier.exists() else None
        precedent = connus.get(chemin)
        fusion = guide.fusionner(existant, precedent.empreinte if precedent else None, nouveau)
        if fusion.texte is None:
            passes.append(chemin)
        elif fusion.a_cote:
            ecrire_atomique(fichier.with_suffix(".nouveau.md"), fusion.texte.encode())
            _noter(entrepot, chemin, "", nouveau.encode())
            anomalies.append(_ecrit_a_la_main(chemin))
        else:
            ecrire_atomique(fichier, fusion.texte.encode())
            _noter(entrepot, chemin, "", fusion.texte.encode())
            faits.append(chemin)
    return faits, passes, anomalies


def _rendre(
    etude: Etude,
    entrepot: Entrepot,
    jeu: JeuPublie,
    textes: Mapping[str, str],
    fmt: str,
    connu: Document | None,
) -> bool:
    """Rend le guide dans un format si ses sources ont changé ; faux s'il est à jour."""
    fichier = etude.exports / f"guide.{fmt}"
    empreinte = cle("rendu/1", textes, fmt, jeu.manifeste["etude"], jeu.manifeste["date"])
    if connu is not None and connu.cle == empreinte and fichier.exists():
        return False
    octets = rendu.rendre(textes, jeu.manifeste, fmt)
    etude.exports.mkdir(exist_ok=True)
    ecrire_atomique(fichier, octets)
    _noter(entrepot, f"exports/guide.{fmt}", empreinte, octets)
    return True


def _noter(entrepot: Entrepot, chemin: str, empreinte_cle: str, octets: bytes) -> None:
    empreinte = hashlib.sha256(octets).hexdigest()
    with entrepot.ecrire(ETAPE) as ecriture:
        suites.poser_document(ecriture, chemin=chemin, cle=empreinte_cle, empreinte=empreinte)


def _ecrit_a_la_main(chemin: str) -> Anomalie:
    a_cote = Path(chemin).with_suffix(".nouveau.md")
    return Anomalie(
        chemin,
        f"{chemin} a été modifié à la main : il est gardé tel quel, et les données ont changé.",
        f"Reprenez ce qui vous convient dans {a_cote}, puis supprimez ce fichier.",
    )
