"""Inventorier les enregistrements : les mesurer, les attacher, dire ce qui ne va pas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from recherche.audio import decodage
from recherche.entrepot import Entrepot, sources
from recherche.entrepot.sources import FichierSon
from recherche.erreurs import ErreurAudio
from recherche.etapes.seance import registre_reporte, seance
from recherche.modele.entretien import Registre
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.reglages import Etude

ETAPE = "inventorier"
IDENTIFIANT = re.compile(r"([A-Z0-9]{2,5}-[A-Z]{1,3}-\d{2})(?![0-9A-Za-z])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Attaches:
    """Où va chaque fichier : par la colonne du registre (nom -> source, rang), sinon par son nom."""

    par_registre: Mapping[str, tuple[str, int]]
    connues: frozenset[str]

    @classmethod
    def depuis(cls, registre: Registre) -> _Attaches:
        par_registre = {
            nom.casefold(): (source.id, rang)
            for source in registre.sources
            for rang, nom in enumerate(source.enregistrements)
        }
        return cls(par_registre, frozenset(source.id for source in registre.sources))

    def source(self, chemin: str) -> tuple[str | None, int]:
        nom = Path(chemin).name.casefold()
        for forme in (chemin.casefold(), nom):
            if forme in self.par_registre:
                return self.par_registre[forme]
        trouve = IDENTIFIANT.match(nom)
        identifiant = trouve[1].upper() if trouve else ""
        return (identifiant if identifiant in self.connues else None), 0


def inventorier(etude: Etude, *, suivi: Suivi = silencieux) -> Bilan:
    """Mesure les nouveaux fichiers du dossier des enregistrements et les attache aux sources.

    Un fichier inconnu, illisible, tronqué, vide, silencieux ou en double est une anomalie du bilan,
    avec son remède, et n'arrête pas les autres.
    """
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        return inventorier_dans(etude, entrepot, registre, suivi)


def inventorier_dans(
    etude: Etude, entrepot: Entrepot, registre: Registre, suivi: Suivi = silencieux
) -> Bilan:
    """Comme `inventorier`, dans une séance déjà ouverte."""
    chemins = lister(etude.enregistrements)
    with entrepot.lire() as cx:
        anciens = {fichier.chemin: fichier for fichier in sources.fichiers(cx)}
    _oublier(entrepot, anciens.keys() - set(chemins))
    attaches = _Attaches.depuis(registre)
    faits: list[str] = []
    passes: list[str] = []
    inventaire = []
    vus: dict[str, str] = {}
    for rang, chemin in enumerate(chemins):
        ancien = anciens.get(chemin)
        mesure = _mesurer(etude.enregistrements, chemin, ancien)
        fichier = _juger(mesure, attaches, vus)
        with entrepot.ecrire(ETAPE) as ecriture:
            change = sources.poser_fichier(ecriture, fichier)
        (faits if change else passes).append(chemin)
        inventaire.append(fichier)
        suivi(Avancement(ETAPE, chemin, rang + 1, len(chemins), "fichiers"))
    anomalies = [*_anomalies(inventaire), *_manquants(registre, inventaire)]
    return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies))


def lister(dossier: Path) -> list[str]:
    """Chemins relatifs des fichiers du dossier, triés, sans les fichiers cachés ni les notes."""
    if not dossier.is_dir():
        return []
    fichiers = (f.relative_to(dossier) for f in dossier.rglob("*") if f.is_file())
    visibles = (f for f in fichiers if not any(p.startswith((".", "~$")) for p in f.parts))
    return sorted(f.as_posix() for f in visibles if f.suffix.lower() not in (".md", ".txt"))


def _oublier(entrepot: Entrepot, disparus: Iterable[str]) -> None:
    if disparus:
        with entrepot.ecrire(ETAPE) as ecriture:
            for chemin in disparus:
                sources.oublier_fichier(ecriture, chemin)


def _mesurer(dossier: Path, chemin: str, ancien: FichierSon | None) -> FichierSon:
    """Le fichier mesuré ; l'ancienne mesure s'il n'a pas changé (taille et date)."""
    etat = (dossier / chemin).stat()
    taille, modifie = etat.st_size, str(etat.st_mtime_ns)
    if ancien is not None and (ancien.taille, ancien.modifie_ns) == (taille, modifie):
        if ancien.mesure is not None:
            return replace(ancien, anomalie=None, remede=None)
        return ancien
    vide = FichierSon(chemin, None, 0, taille, modifie, "", None)
    try:
        mesure = decodage.mesurer(dossier / chemin, racine=dossier)
    except ErreurAudio as erreur:
        return replace(vide, anomalie=erreur.message, remede=erreur.remede)
    return replace(vide, mesure=mesure, empreinte=mesure.empreinte)


def _juger(fichier: FichierSon, attaches: _Attaches, vus: dict[str, str]) -> FichierSon:
    """Attache le fichier et note ce qui l'empêche d'être transcrit."""
    source, rang = attaches.source(fichier.chemin)
    fichier = replace(fichier, source_id=source, rang=rang)
    if fichier.mesure is None:
        return fichier
    if decodage.est_silencieux(fichier.mesure):
        return _noter(
            fichier,
            "l'enregistrement est silencieux : on n'y entend personne.",
            "Écoutez-le, vérifiez le micro ou la piste, et remplacez le fichier.",
        )
    if premier := vus.get(fichier.empreinte):
        return _noter(
            fichier,
            f"c'est une copie exacte de {premier}.",
            "Supprimez l'un des deux, ou corrigez le nom de celui qui devait être différent.",
        )
    vus[fichier.empreinte] = fichier.chemin
    return fichier


def _noter(fichier: FichierSon, anomalie: str, remede: str) -> FichierSon:
    return replace(fichier, anomalie=f"{fichier.chemin} : {anomalie}", remede=remede)


def _anomalies(inventaire: Iterable[FichierSon]) -> Iterable[Anomalie]:
    for fichier in inventaire:
        if fichier.anomalie is not None:
            yield Anomalie(fichier.chemin, fichier.anomalie, fichier.remede or "")
        elif fichier.source_id is None:
            yield Anomalie(
                fichier.chemin,
                f"{fichier.chemin} ne correspond à aucun entretien ni atelier du registre.",
                "Nommez-le d'après l'identifiant (LOR-J-02.mp3) ou écrivez son nom dans la colonne "
                "« enregistrement(s) » du registre.",
            )


def _manquants(registre: Registre, inventaire: Iterable[FichierSon]) -> Iterable[Anomalie]:
    presents = {f.chemin.casefold() for f in inventaire}
    presents |= {Path(f.chemin).name.casefold() for f in inventaire}
    for source in registre.sources:
        for nom in source.enregistrements:
            if nom.casefold() not in presents:
                yield Anomalie(
                    source.id,
                    f"{source.id} : le registre annonce « {nom} », absent d'enregistrements/.",
                    f"Copiez ce fichier dans enregistrements/ ou corrigez la ligne de {source.id}.",
                )
