"""Chapitre 06 : trois fiches méthode pour les métiers à qui le guide s'adresse."""

from __future__ import annotations

from collections.abc import Sequence

from recherche.redaction.lecture import Lecture
from recherche.redaction.markdown import chapitre, liste
from recherche.redaction.phrases import propre
from recherche.redaction.typographie import INSECABLE, enumerer, typographier

ENTRETIEN = (
    (
        "Avant",
        (
            "Écrire en une phrase ce que l'on cherche à savoir, et à quoi cela servira.",
            "Préparer cinq à huit questions ouvertes : « comment », « racontez-moi », jamais «"
            " êtes-vous d'accord"
            " que ».",
            "Choisir un lieu où l'on peut parler sans être entendu, et que la personne connaît.",
            "Dire à quoi sert l'enregistrement, qui l'écoutera, combien de temps il sera gardé ;"
            " demander"
            " l'accord par écrit, et celui d'un parent pour un mineur.",
        ),
    ),
    (
        "Pendant",
        (
            "Commencer par une question facile, sur ce que la personne fait en ce moment.",
            "Suivre l'ordre de la conversation, non celui du guide ; le guide ne sert qu'à ne rien"
            " oublier.",
            "Laisser les silences : compter jusqu'à cinq avant de relancer.",
            "Relancer par les mots de la personne (« vous disiez que… »), sans les remplacer par"
            " les siens.",
            "Demander des faits : la dernière fois, où, avec qui, et ensuite.",
            "Ne pas corriger, ne pas défendre sa structure, ne pas promettre.",
        ),
    ),
    (
        "Après",
        (
            "Noter le jour même ce qui ne s'entend pas : le lieu, l'accueil, ce qui s'est dit"
            " enregistreur"
            " coupé (sans le citer).",
            "Relire la transcription avec le son, puis remplacer ce qui fait reconnaître quelqu'un.",
            "Ne citer que les personnes qui l'ont permis, et jamais seules de leur cas.",
            "Revenir vers la personne avec ce qui en a été fait.",
        ),
    ),
)
ATELIER = (
    (
        "Avant",
        (
            "Réunir de six à douze personnes ; au-delà, faire deux groupes.",
            "Choisir une seule question, écrite au tableau, et trois sous-questions au plus.",
            "Mêler les structures, pas les rangs : on parle moins devant son responsable.",
            "Prévoir une personne qui anime et une autre qui note, deux heures, et une pause.",
        ),
    ),
    (
        "Déroulé",
        (
            "Dix minutes : chacun dit son nom et une situation vécue sur le sujet.",
            "Trente minutes : ce qui existe, en nommant qui fait quoi ; noter les désaccords comme"
            " tels.",
            "Trente minutes : ce qui manque, chacun écrit d'abord seul, puis on rapproche.",
            "Trente minutes : ce que l'on pourrait essayer, avec qui, et ce qu'il faudrait pour"
            " commencer.",
            "Dix minutes : relire à voix haute ce qui est retenu, et demander qui n'est pas d'accord.",
        ),
    ),
    (
        "Après",
        (
            "Écrire les Actes (ce qui s'est dit) et le Rendez-vous (ce qu'on en retient) : deux textes.",
            "Les faire relire aux participants avant de les diffuser.",
            "Dater la suite : qui rappelle qui, et quand.",
        ),
    ),
)
DIAGNOSTIC = (
    (
        "Poser le cadre",
        (
            "Dire qui commande, qui décide, et ce qui est déjà décidé.",
            "Partir des données qui existent (population, logement, école, emploi) sans leur faire"
            " dire ce que"
            " les gens vivent.",
            "Dresser la carte de l'offre : qui propose quoi, à qui, quand, et avec quelles"
            " conditions d'accès.",
        ),
    ),
    (
        "Écouter des deux côtés",
        (
            "Entendre ceux qui proposent et ceux à qui l'on propose, avec le même soin et en"
            " nombre égal.",
            "Aller chercher ceux qui ne viennent pas : par les lieux qu'ils fréquentent, non par"
            " fichier.",
            "Poser aux uns et aux autres les mêmes thèmes, dans les mots de chacun.",
        ),
    ),
    (
        "Confronter, puis décider",
        (
            "Ranger chaque thème : l'offre rencontre le besoin, elle n'est pas connue, elle"
            " manque, ou elle ne"
            " préoccupe que ceux qui la font.",
            "Compter des personnes, jamais des mentions, et dire la base ; se taire quand elle est"
            " trop petite.",
            "Montrer les résultats à ceux qu'on a entendus avant de conclure.",
            "Ne retenir que ce qu'on peut porter : trois actions, un responsable, une date, un"
            " signe que cela"
            " sert.",
            "Refaire le point à un an avec les mêmes questions.",
        ),
    ),
)
PIEGES = {
    "entretien": "prendre la conversation pour un questionnaire ; conclure d'un seul entretien.",
    "atelier": "laisser parler les plus à l'aise ; prendre le silence pour un accord.",
    "diagnostic": "commander le diagnostic d'une réponse déjà choisie ; le garder pour soi.",
}


def fiches_methode(lecture: Lecture, metiers: Sequence[str] = ()) -> str:
    """Le chapitre ; `metiers` : les fonctions que nomme l'étude."""
    qui = enumerer([propre(metier) for metier in metiers]) or "tous ceux qui travaillent avec ce public"
    introduction = typographier(
        f"Trois fiches d'une page pour {qui}. Elles disent comment cette étude a travaillé ;"
        " adaptez-les à"
        f" votre {lecture.niveau}."
    )
    return chapitre(
        "# Fiches méthode",
        introduction,
        *_fiche("Conduire un entretien", ENTRETIEN, "entretien"),
        *_fiche("Animer un atelier", ATELIER, "atelier"),
        *_fiche("Mener un diagnostic partagé", DIAGNOSTIC, "diagnostic"),
    )


def _fiche(titre: str, rubriques: Sequence[tuple[str, Sequence[str]]], nom: str) -> list[str]:
    blocs = [f"## {titre}"]
    for rubrique, conseils in rubriques:
        blocs.append(f"**{rubrique}**\n\n{liste(typographier(conseil) for conseil in conseils)}")
    return [*blocs, typographier(f"**À éviter**{INSECABLE}: {PIEGES[nom]}")]
