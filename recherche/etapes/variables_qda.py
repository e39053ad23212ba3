"""Ce qu'un projet étranger dit du registre et de la grille, écrit à côté pour qu'une personne décide."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from recherche.codage.grille import ecrire_grille
from recherche.echanges.refi_qda import Note, Projet
from recherche.echanges.refi_qda_grille import codes_en_grille
from recherche.modele.fichiers import ecrire_atomique
from recherche.reglages import Etude

A_COTE = "importes"


def ecrire_a_cote(etude: Etude, projet: Projet, identifiants: Mapping[str, str]) -> list[str]:
    """Écrit dans `exports/importes/` variables, grille et mémos généraux ; dit ce qui y est."""
    dossier = etude.exports / A_COTE
    dits = []
    if projet.cas and projet.variables:
        ecrire_atomique(dossier / "variables.csv", _variables(projet, identifiants), mode=0o600)
        noms = ", ".join(variable.nom for variable in projet.variables[:8])
        dits.append(
            f"variables des cas ({noms}) : exports/{A_COTE}/variables.csv, à reporter au registre"
        )
    if projet.codes:
        dossier.mkdir(parents=True, exist_ok=True)
        ecrire_grille(
            codes_en_grille(projet.codes, f"Grille de « {projet.nom} »"), dossier / "grille.yaml"
        )
        dits.append(f"grille du projet : exports/{A_COTE}/grille.yaml")
    if restes := _generaux(projet):
        texte = "\n\n".join(f"# {note.nom or 'Mémo'}\n\n{note.texte}" for note in restes)
        ecrire_atomique(dossier / "memos.md", texte.encode() + b"\n", mode=0o600)
        dits.append(f"{len(restes)} mémos sans passage ni code : exports/{A_COTE}/memos.md")
    return dits


def _variables(projet: Projet, identifiants: Mapping[str, str]) -> bytes:
    """Une ligne par cas, une colonne par variable ; une formule de tableur y est neutralisée."""
    sortie = io.StringIO()
    ecrivain = csv.writer(sortie, lineterminator="\n")
    ecrivain.writerow(["cas", "source_id", *(_sans_formule(v.nom) for v in projet.variables)])
    for cas in projet.cas:
        valeurs = dict(cas.valeurs)
        sources = dict.fromkeys(identifiants.get(cible, "") for cible in cas.sources)
        reconnues = " ".join(source for source in sources if source)
        ligne = [cas.nom, reconnues, *(valeurs.get(v.guid, "") for v in projet.variables)]
        ecrivain.writerow([_sans_formule(valeur) for valeur in ligne])
    return sortie.getvalue().encode("utf-8-sig")


def _sans_formule(valeur: str) -> str:
    return f"'{valeur}" if valeur[:1] in ("=", "+", "-", "@", "\t", "\r") else valeur


def _generaux(projet: Projet) -> list[Note]:
    """Les mémos qui ne sont ni sur un passage, ni sur un code, ni sur une source."""
    poses = {note for code in projet.tous_les_codes() for note in code.notes}
    for source in projet.sources:
        poses |= set(source.notes)
        for selection in source.selections:
            poses |= {*selection.notes, *(n for codage in selection.codages for n in codage.notes)}
    return [note for note in projet.notes if note.guid not in poses and note.texte.strip()]
