"""Le rapport de validation des suggestions, pour l'annexe méthodologique."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pandas as pd

from recherche.codage.grille import lire_grille
from recherche.codage.suggestion_verdicts import Verdict, nombre_minimal
from recherche.echanges.rapport import Rapport, Section, en_docx, nombre
from recherche.entrepot import Entrepot
from recherche.entrepot import suggestions as rangement
from recherche.entrepot.suggestions import Etat, Modele
from recherche.etapes.seance import seance
from recherche.etapes.suggestions import ANNULE, modele_en_vigueur, verdicts
from recherche.modele.codage import Grille
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude

ETAPE = "rapport des suggestions"
NOM = "validation-suggestions.docx"


def rapport(etude: Etude, *, jour: date | None = None) -> Bilan:
    """Écrit `exports/suggestions/validation-suggestions.docx`. Lève `ErreurCodage` sans modèle."""
    table = verdicts(etude)
    grille = lire_grille(etude.fichier_grille)
    with seance(etude, ETAPE) as entrepot:
        compose = _composer(entrepot, etude, grille, table, jour or date.today())  # noqa: DTZ011
        fichier = etude.exports / "suggestions" / NOM
        ecrire_atomique(fichier, en_docx(compose), mode=0o600)
    return Bilan(ETAPE, (fichier.relative_to(etude.chemin).as_posix(),))


def _composer(
    entrepot: Entrepot, etude: Etude, grille: Grille, table: pd.DataFrame, jour: date
) -> Rapport:
    with entrepot.lire() as cx:
        modele = modele_en_vigueur(rangement.dernier_modele(cx))
        examens = rangement.nombre_modeles(cx)
        etats = [s.etat for s in rangement.lire(cx)]
    sections = [
        _methode(modele, examens),
        _ensemble(modele, table),
        _par_theme(grille, table),
        *_comparaison(modele),
        _emploi(etats),
        _lire(modele),
    ]
    sous_titre = f"{etude.titre} · grille « {grille.titre} », version {grille.version} · {jour:%d/%m/%Y}"
    return Rapport("Validation des suggestions de codage", sous_titre, jour, tuple(sections))


def _methode(modele: Modele, examens: int) -> Section:
    appris, certifies = (len(modele.sources[part.value]) for part in rangement.Part)
    niveau = nombre(modele.niveau)
    return Section(
        "Ce qu'on a fait",
        (
            f"Un classifieur par thème (méthode « {modele.methode} ») a été appris sur {appris} "
            f"entretiens codés, et jugé sur {certifies} autres, qu'il n'avait jamais lus. Ce partage, "
            "fait une fois sans regarder les textes, est rangé : un entretien ne change pas de côté.",
            "Probabilités et seuils sont réglés hors échantillon, en validation croisée groupée par "
            "entretien, sur les seuls entretiens d'apprentissage. Une suggestion est une suite de "
            "phrases ; elle est juste si le codeur de référence a posé le même thème sur l'une d'elles.",
            f"Un thème est certifié si la borne inférieure unilatérale à 95 % de Clopper-Pearson de sa "
            f"précision atteint {niveau} : il faut au moins {nombre_minimal(modele.niveau)} suggestions "
            "justes sur autant. Cet examen est le "
            f"{examens}{'er' if examens == 1 else 'e'} sur ces entretiens de certification.",
        ),
    )


def _ensemble(modele: Modele, table: pd.DataFrame) -> Section:
    lues = modele.mesures["ensemble"]
    comptes = [(v.value, int((table["verdict"] == v).sum())) for v in Verdict]
    comptes.append((ANNULE, int((table["verdict"] == ANNULE).sum())))
    dits = [f"{nombre_} {verdict}" for verdict, nombre_ in comptes if nombre_]
    surs = table[table["verdict"] == Verdict.CERTIFIE]
    certifies = (
        f"Ensemble des thèmes certifiés : {int(surs['justes'].sum())} suggestions justes sur "
        f"{int(surs['suggestions'].sum())}."
        if len(surs)
        else "Aucun thème n'est certifié : la machine se tait, sauf si l'on demande à relire."
    )
    mesures = pd.DataFrame(
        [
            ("rappel@3 : thèmes d'un passage parmi ses trois plus probables", _valeur(lues["rappel_3"])),
            ("macro-F1, phrase par phrase, aux seuils choisis", _valeur(lues["macro_f1"])),
            (
                "précision moyenne (aire précision-rappel, moyenne des thèmes)",
                _valeur(lues["precision_moyenne"]),
            ),
            ("erreur de Brier des probabilités", _valeur(lues["brier"], 3)),
        ],
        columns=["mesure, sur les entretiens de certification", "valeur"],
    )
    return Section(
        "Résultats d'ensemble",
        (f"Verdicts des {len(table)} thèmes : {', '.join(dits)}.", certifies),
        mesures,
        largeurs={"mesure, sur les entretiens de certification": 4.0},
    )


def _valeur(valeur: float | None, decimales: int = 2) -> str:
    return nombre(math.nan if valeur is None else valeur, decimales)


def _par_theme(grille: Grille, table: pd.DataFrame) -> Section:
    noms = {code.id: code.nom for code in grille.themes()}
    montree = pd.DataFrame(
        {
            "thème": [f"{noms[code]} ({code})" for code in table["code"]],
            "verdict": table["verdict"].astype(str),
            "justes / faites": [
                f"{j} / {n}" for j, n in zip(table["justes"], table["suggestions"], strict=True)
            ],
            "précision": table["precision"],
            "borne basse": table["basse"],
            "couverture": table["couverture"],
            "précision moyenne": table["precision_moyenne"],
            "autre personne": table["personnes"],
        }
    )
    return Section(
        "Par thème",
        (
            "« Autre personne » : la précision des passages d'un second codeur, jugés comme ceux de la "
            "machine. « Couverture » : la part des passages codés par la référence qu'une suggestion "
            "touche. « Non automatisable » : la machine fait sûrement moins bien que le niveau demandé "
            "et que l'autre personne. « Preuves insuffisantes » : trop peu pour conclure.",
        ),
        montree,
        largeurs={"thème": 4.0, "verdict": 1.7, "couverture": 1.2},
    )


def _comparaison(modele: Modele) -> list[Section]:
    sections = []
    if comparees := modele.mesures.get("comparaison"):
        lignes = sorted(comparees.items(), key=lambda paire: -paire[1])
        table = pd.DataFrame(lignes, columns=["méthode", "précision moyenne"])
        dit = "Validation croisée groupée par entretien, sur les entretiens d'apprentissage."
        sections.append(Section("Méthodes comparées", (dit,), table))
    courbe: dict[str, Any] | None = modele.mesures.get("courbe")
    if courbe:
        lignes_courbe = [
            (int(taille), valeurs["precision_moyenne"], valeurs["rappel_3"])
            for taille, valeurs in sorted(courbe.items(), key=lambda paire: int(paire[0]))
        ]
        colonnes = ["entretiens appris", "précision moyenne", "rappel@3"]
        dit = "Selon le nombre d'entretiens appris, sur les entretiens de certification."
        table = pd.DataFrame(lignes_courbe, columns=colonnes)
        sections.append(Section("Courbe d'apprentissage", (dit,), table))
    return sections


def _emploi(etats: list[str]) -> Section:
    comptes = [f"{etats.count(etat)} {etat}{'s' if etat != Etat.ATTENTE else ''}" for etat in Etat]
    return Section(
        "Emploi",
        (
            f"Suggestions faites : {len(etats)} ({', '.join(comptes)}). Une suggestion ne devient un "
            "codage que si une personne l'accepte ; le codage garde toujours cette origine. La machine "
            "n'apprend ni ne se juge sur un entretien qui en porte une.",
        ),
    )


def _lire(modele: Modele) -> Section:
    return Section(
        "Ce que ces chiffres ne disent pas",
        (
            "La référence est un codeur : une suggestion « fausse » peut être un passage qu'il n'a pas "
            "jugé utile de coder. La précision d'une autre personne, dans la table, en donne la mesure.",
            "Les bornes supposent des suggestions indépendantes ; celles d'un même entretien se "
            "ressemblent, la certitude réelle est donc un peu moindre. Chaque thème a son examen à "
            "95 % : sur vingt thèmes à la limite, un pourrait être certifié à tort.",
            "Le certificat vaut pour des entretiens semblables (mêmes profils, même guide) et pour la "
            "définition du thème telle qu'elle était ; la changer l'annule. Il porte sur la précision, "
            f"pas sur l'exhaustivité, au niveau {nombre(modele.niveau)}.",
        ),
    )
