"""Coder en une fois ce qu'une recherche a trouvé, après qu'une personne a tout relu."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path

import pandas as pd

from recherche.codage.passage import ajuster, designer, verifier_passage
from recherche.codage.unites import phrases
from recherche.erreurs import ErreurCodage
from recherche.etapes.poste import Poste, grille_de, poste
from recherche.etapes.seance import disque_plein
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.publication.formats import en_xlsx
from recherche.reglages import Etude

ETAPE = "coder en lot"
OUI, NON = ("oui", "o", "x", "vrai", "1", "true"), ("non", "n", "faux", "0", "false")


class Etendue(StrEnum):
    """Ce qu'on code autour de ce qui est trouvé."""

    TROUVAILLE = "trouvaille"
    PHRASE = "phrase"
    TOUR = "tour"


def ecrire_revue(table: pd.DataFrame, fichier: Path) -> Bilan:
    """Écrit le résultat d'une recherche dans un classeur à relire (colonne « garder » : oui ou non)."""
    if table.empty:
        raise ErreurCodage("Rien n'a été trouvé : il n'y a rien à relire.", "Élargissez la recherche.")
    with disque_plein(fichier.parent):
        ecrire_atomique(fichier, en_xlsx({"revue": table}))
    return Bilan("chercher", (str(fichier),), messages=(f"{len(table)} trouvailles à relire.",))


def lire_revue(fichier: Path) -> pd.DataFrame:
    """Relit un classeur de revue. Lève `ErreurCodage` s'il n'en est pas un."""
    try:
        table = pd.read_excel(
            fichier, sheet_name="revue", dtype={"trouve": str, "garder": str}, keep_default_na=False
        )
    except (OSError, ValueError, KeyError) as erreur:
        raise ErreurCodage(
            f"{fichier} n'est pas une revue de recherche.",
            "« recherche chercher REQUÊTE --vers revue.xlsx » en écrit une.",
        ) from erreur
    manquent = {"source_id", "debut", "fin", "trouve", "garder"} - set(table.columns)
    if manquent:
        raise ErreurCodage(
            f"{fichier} : il manque les colonnes {', '.join(sorted(manquent))}.",
            "Gardez toutes les colonnes du classeur ; ne remplissez que « garder ».",
        )
    return table


def coder_en_lot(
    etude: Etude,
    revue: pd.DataFrame,
    codes: Sequence[str],
    codeur: str,
    *,
    etendue: Etendue | str = Etendue.PHRASE,
) -> Bilan:
    """Pose des codes sur les trouvailles gardées ; une action au journal par entretien.

    `revue` : le résultat de `chercher`, colonne « garder » remplie sur toutes les lignes (oui ou non).
    `etendue` : coder la trouvaille même, sa phrase ou son tour. Lève `ErreurCodage`, sans rien écrire,
    si une ligne n'est pas relue, si le texte a changé, ou si les codes ne suivent pas la règle.
    """
    autour = Etendue(etendue)
    grille = grille_de(etude)
    verifier_passage(grille, [designer(grille, code) for code in codes])
    gardees = revue[[_garder(valeur, rang) for rang, valeur in enumerate(revue["garder"], 1)]]
    groupes = [(str(source), lignes) for source, lignes in gardees.groupby("source_id")]
    for source, lignes in groupes:  # tout est vérifié avant d'écrire quoi que ce soit
        with poste(etude, source, codeur) as ouvert:
            ouvert.essayer(_bornes(ouvert, lignes, autour), codes)
    faits = []
    for source, lignes in groupes:
        with poste(etude, source, codeur) as ouvert:
            bornes = _bornes(ouvert, lignes, autour)
            ouvert.coder_tout(bornes, codes)
            faits.append(f"{source} : {len(bornes)} passage{'s' if len(bornes) > 1 else ''}")
    return Bilan(ETAPE, tuple(faits), messages=(f"{len(revue) - len(gardees)} trouvailles écartées.",))


def _garder(valeur: object, rang: int) -> bool:
    """Oui ou non. Lève `ErreurCodage` si la ligne n'est pas relue."""
    dit = str(valeur).strip().casefold().removesuffix(".0")
    if dit in OUI:
        return True
    if dit in NON:
        return False
    raise ErreurCodage(
        f"Trouvaille {rang} : « garder » n'est pas rempli (« {'' if valeur is None else valeur} »).",
        "Relisez chaque ligne et répondez oui ou non : on ne code pas en lot sans avoir tout relu.",
    )


def _bornes(ouvert: Poste, lignes: pd.DataFrame, etendue: Etendue) -> list[tuple[int, int]]:
    """Les passages à coder, sans double, dans l'ordre du texte."""
    bornes = set()
    for ligne in lignes.itertuples(index=False):
        debut, fin = int(ligne.debut), int(ligne.fin)  # type: ignore[arg-type]
        if ouvert.texte[debut:fin].replace("\n", " / ") != str(ligne.trouve):
            raise ErreurCodage(
                f"{ouvert.source_id} : le texte a changé depuis la recherche (« {ligne.trouve} »).",
                "Refaites la recherche et sa revue.",
            )
        bornes.add(_etendre(ouvert, debut, fin, etendue))
    return sorted(bornes)


def _etendre(ouvert: Poste, debut: int, fin: int, etendue: Etendue) -> tuple[int, int]:
    if etendue is Etendue.TROUVAILLE:
        return ajuster(ouvert.texte, debut, fin)
    texte, departs = ouvert.transcription, ouvert.transcription.debuts()
    premier, dernier = texte.tour_a(debut), texte.tour_a(fin - 1)
    if etendue is Etendue.TOUR:
        return departs[premier], departs[dernier] + len(texte.tours[dernier].texte)
    avant = [d for d, _ in phrases(texte.tours[premier].texte) if departs[premier] + d <= debut]
    apres = [f for _, f in phrases(texte.tours[dernier].texte) if departs[dernier] + f >= fin]
    return departs[premier] + avant[-1], departs[dernier] + apres[0]
