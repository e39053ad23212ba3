"""Une petite étude sans moteur : deux entretiens dits et pseudonymisés à la main, deux codeurs."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from outils import petite_etude

from recherche.codage.grille import lire_grille
from recherche.entrepot import Entrepot, codages, memos, transcriptions
from recherche.etapes.seance import registre_reporte
from recherche.modele.codage import Codage, CodePropose, Extrait, Memo, ObjetMemo, Origine
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee
from recherche.reglages import Etude

JOUR = datetime(2010, 1, 20, 14, 30, tzinfo=UTC)
PROVENANCE = Provenance("essai", "1", JOUR)
SOURCES = ("LOR-J-01", "LOR-J-02")
BRUT = "Moi c'est Karim, j'habite au Bois-du-Château 🏠 depuis l'été."
PSEUDO = "Moi c'est Amar, j'habite au [lieu 1] 🏠 depuis l'été."
CORRESPONDANCE = ((10, 15, 10, 14, 0, 0), (29, 44, 28, 36, 1, 0))
SUITE = "Le bus s'arrête à vingt heures, et après on marche."
ESPACE = "urn:QDA-XML:project:1.0"


def _tours(texte: str, decalage: int, source: str) -> tuple[Tour, ...]:
    mots = tuple(
        Mot(mot, decalage + rang / 2, decalage + (rang + 1) / 2)
        for rang, mot in enumerate(texte.split())
    )
    demande = "Tu peux te présenter ?" if source == SOURCES[0] else "Tu veux te présenter ?"
    question = Tour.depuis_texte("ENQ", demande, theme="parcours")
    return question, Tour("ENT", mots, "parcours"), Tour.depuis_texte("ENT", SUITE, theme="mobilite")


def debut_reponse() -> int:
    """La position de la réponse dans le texte nu."""
    return len("Tu peux te présenter ?\n")


def etude_vide(cible: Path) -> Etude:
    """Réglages, registre et grille de la démonstration, réduits à deux sources ; la base est vide."""
    return petite_etude(cible, SOURCES)


def remplir(etude: Etude) -> None:
    """Range les deux textes et leur version pseudonymisée."""
    with Entrepot.ouvrir(etude) as entrepot:
        registre_reporte(etude, entrepot)
        with entrepot.ecrire("remplir") as ecriture:
            codages.synchroniser_grille(ecriture, lire_grille(etude.fichier_grille))
            for rang, source in enumerate(SOURCES):
                brut = Transcription(source, _tours(BRUT, 10 * rang, source), PROVENANCE)
                version = transcriptions.ajouter_version(ecriture, brut, nature="relue", cle=source)
                pseudo = TranscriptionPseudonymisee(
                    source, _tours(PSEUDO, 10 * rang, source), PROVENANCE
                )
                depart = debut_reponse()
                lignes = [
                    [a + depart, b + depart, c + depart, d + depart, e, f]
                    for a, b, c, d, e, f in CORRESPONDANCE
                ]
                transcriptions.ajouter_pseudonymisee(
                    ecriture, pseudo, version_id=version.id, revue_id=None, cle=source,
                    mentions=(), correspondance=lignes,
                )  # fmt: skip


def texte_nu(source: str = SOURCES[0]) -> str:
    """Le texte des positions."""
    return TranscriptionPseudonymisee(source, _tours(PSEUDO, 0, source), PROVENANCE).texte


def coder(
    etude: Etude,
    poses: Iterable[tuple[str, int, int, str, str, Origine]] = (),
    notes: Iterable[tuple[ObjetMemo, str, int, int, str, str]] = (),
    in_vivo: Iterable[tuple[str, int, int, str, str]] = (),
) -> None:
    """Pose des codages (source, debut, fin, code, codeur, origine), des mémos, des codes proposés."""
    textes = {source: texte_nu(source) for source in SOURCES}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("coder") as ecriture:
        versions = {s: v.id for s, v in transcriptions.pseudonymisees(ecriture.cx).items()}
        valeurs = [
            Codage(source, Extrait.dans(textes[source], debut, fin), code, codeur, origine, JOUR)
            for source, debut, fin, code, codeur, origine in poses
        ]
        codages.ajouter(ecriture, valeurs, versions)
        for objet, source, debut, fin, codeur, ecrit in notes:
            memo = Memo(objet, ecrit, codeur, JOUR)
            if objet is ObjetMemo.CODE:
                memo = Memo(objet, ecrit, codeur, JOUR, code="QUART-MOB")
            elif objet is ObjetMemo.ENTRETIEN:
                memo = Memo(objet, ecrit, codeur, JOUR, source)
            else:
                memo = Memo(objet, ecrit, codeur, JOUR, source, Extrait.dans(textes[source], debut, fin))
            memos.poser(ecriture, memo, versions[source])
        for source, debut, fin, nom, codeur in in_vivo:
            extrait = Extrait.dans(textes[source], debut, fin)
            propose = CodePropose(source, extrait, nom, codeur, JOUR)
            memos.proposer(ecriture, propose, versions[source])


def place(passage: str) -> tuple[int, int]:
    """Où est un passage dans le texte nu."""
    debut = texte_nu().index(passage)
    return debut, debut + len(passage)


def poses(etude: Etude) -> set[tuple[str, str, str, str, str]]:
    """(source, passage, code, codeur, origine) de tous les codages de l'étude."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return {
            (
                c.source_id,
                texte_nu(c.source_id)[c.extrait.debut : c.extrait.fin],
                c.code,
                c.codeur,
                c.origine.value,
            )
            for c in codages.lire(cx)
        }


def archive(xml: str | bytes, textes: Mapping[str, bytes] | None = None, **options: str) -> bytes:
    """Une archive QDPX faite à la main ; `qde` : le nom du fichier XML."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as sortie:
        sortie.writestr(options.get("qde", "project.qde"), xml)
        for nom, octets in (textes or {}).items():
            sortie.writestr(nom, octets)
    return tampon.getvalue()


def projet_xml(corps: str, *, origine: str = "Essai 1", nom: str = "Ailleurs") -> str:
    """Le XML d'un projet, autour de son corps."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n'
        f'<Project xmlns="{ESPACE}" name="{nom}" origin="{origine}">{corps}</Project>'
    )
