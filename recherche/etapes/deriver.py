"""Faire d'une version une autre version de même nature : mêmes droits, mêmes signatures si possible."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from recherche.entrepot import relecture, transcriptions
from recherche.entrepot.base import Ecriture
from recherche.entrepot.transcriptions import Version
from recherche.erreurs import ErreurEntrepot
from recherche.modele.transcription import Tour, Transcription


def deriver(
    ecriture: Ecriture,
    version: Version,
    ancienne: Transcription,
    tours: Sequence[Tour],
    *,
    reglages: Mapping[str, object],
) -> Version:
    """Ajoute une version aux tours changés, de même nature et de même clé que `version`.

    La même clé : ce qui est déjà transcrit, ou importé, le reste. Si pas un caractère n'a changé hors
    des coupures de tours, la revue signée de l'ancienne version vaut pour la nouvelle, à qui elle est
    recopiée. `reglages` s'ajoute à la provenance. Lève `ErreurEntrepot` si une relecture est commencée.
    """
    refuser_relecture(ecriture.cx, version.source_id)
    dits = dict(ancienne.provenance.reglages) | dict(reglages)
    nouvelle = replace(
        ancienne, tours=tuple(tours), provenance=replace(ancienne.provenance, reglages=dits)
    )
    ajoutee = transcriptions.ajouter_version(ecriture, nouvelle, nature=version.nature, cle=version.cle)
    revue = transcriptions.revues(ecriture.cx).get(version.id)
    if revue is not None and _meme_texte(ancienne, nouvelle):
        transcriptions.ajouter_revue(
            ecriture,
            version_id=ajoutee.id,
            relecteur=revue.relecteur,
            second_relecteur=revue.second_relecteur,
            date=revue.date,
            mentions=revue.mentions,
        )
    return ajoutee


def _meme_texte(ancienne: Transcription, nouvelle: Transcription) -> bool:
    """Vrai si les positions des mentions sont les mêmes : un tour coupé change une espace en ligne."""
    return ancienne.texte.replace("\n", " ") == nouvelle.texte.replace("\n", " ")


def refuser_relecture(cx: Connection, source_id: str) -> None:
    """Lève `ErreurEntrepot` si un brouillon de relecture contient déjà des changements."""
    brouillon = relecture.resumes(cx).get(source_id)
    if brouillon is not None and brouillon.cle_finale is None and brouillon.numero:
        raise ErreurEntrepot(
            f"{source_id} est en cours de relecture par {brouillon.auteur}.",
            "Terminez cette relecture dans la page (« recherche equipe »), puis relancez.",
        )
