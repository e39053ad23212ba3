"""Les feuilles et les colonnes du registre : ce que l'écriture met et que la lecture attend."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from recherche.modele.etude import Reglages

ENTRETIENS = "Entretiens"
ATELIERS = "Ateliers"
DECISIONS = "Décisions"
MODE_EMPLOI = "Mode d'emploi"
LISTES = "Listes"

AGE_MINIMAL = 10
AGE_MAXIMAL = 99
SEXES = ("F", "H", "autre")
OUI_NON = ("oui", "non")


class Genre(Enum):
    """Ce qu'une colonne contient."""

    TEXTE = "texte"
    CHOIX = "choix"
    SUGGESTION = "suggestion"
    DATE = "date"
    DATE_ETUDE = "date dans la période de l'étude"
    AGE = "âge"


@dataclass(frozen=True, slots=True)
class Colonne:
    """Une colonne : `cle` dans le code, `titre` en tête, `largeur` en caractères.

    `liste` nomme les valeurs proposées (voir `valeurs`) ; `protegee` : le programme l'a remplie ;
    `facultative` : un registre d'avant elle se lit sans elle.
    """

    cle: str
    titre: str
    aide: str
    largeur: int = 16
    genre: Genre = Genre.TEXTE
    liste: str = ""
    protegee: bool = False
    facultative: bool = False


def valeurs(reglages: Reglages) -> dict[str, tuple[str, ...]]:
    """Les valeurs de chaque liste déroulante."""
    return {
        "territoires": tuple(t.nom for t in reglages.territoires),
        "profils": tuple(p.nom for p in reglages.profils),
        "sexes": SEXES,
        "oui_non": OUI_NON,
        "fonctions": tuple(reglages.etude.fonctions),
    }


def feuilles(reglages: Reglages) -> dict[str, tuple[Colonne, ...]]:
    """Les colonnes de chaque feuille de saisie, dans l'ordre du classeur."""
    return {
        ENTRETIENS: _colonnes_entretiens(reglages),
        ATELIERS: _colonnes_ateliers(reglages),
        DECISIONS: _COLONNES_DECISIONS,
    }


def _colonnes_entretiens(reglages: Reglages) -> tuple[Colonne, ...]:
    return (
        Colonne(
            "identifiant",
            "identifiant",
            "Prévu par l'étude : n'y touchez pas. Un entretien de plus prend le numéro suivant.",
            13,
            protegee=True,
        ),
        _territoire(reglages),
        Colonne("profil", "profil", "Celui de l'identifiant.", 15, Genre.CHOIX, "profils", True),
        _DATE,
        _LIEU,
        Colonne("enqueteur", "enquêteur", "Qui a mené l'entretien (initiales ou nom).", 12),
        *_PERSONNE,
        Colonne("quartier", "quartier", "Quartier où la personne vit ou travaille.", 20),
        Colonne("situation", "situation", "Pour un jeune : études, emploi, famille…", 36),
        _FONCTION,
        _STRUCTURE,
        _ENREGISTREMENTS,
        *_CONSENTEMENTS,
    )


def _colonnes_ateliers(reglages: Reglages) -> tuple[Colonne, ...]:
    return (
        Colonne(
            "identifiant",
            "identifiant",
            "Celui de l'atelier, répété sur la ligne de chaque participant.",
            13,
            protegee=True,
        ),
        Colonne("titre", "titre", "Titre de l'atelier ; sur sa première ligne suffit.", 40),
        _territoire(reglages),
        _DATE,
        _LIEU,
        Colonne(
            "locuteur",
            "locuteur",
            "Nom du participant dans la transcription : ANI pour l'animateur, puis P1, P2…",
            10,
        ),
        *_PERSONNE,
        _FONCTION,
        _STRUCTURE,
        _ENREGISTREMENTS,
        *_CONSENTEMENTS,
    )


def _territoire(reglages: Reglages) -> Colonne:
    """La colonne du territoire, au nom que lui donne l'étude (« ville », « région »…)."""
    niveau = reglages.etude.niveau_territoire
    titre = f"{niveau} (étude)" if niveau.casefold() in _TITRES_PRIS else niveau
    aide = "Celui de l'identifiant."
    return Colonne("territoire", titre, aide, 15, Genre.CHOIX, "territoires", protegee=True)


_DATE = Colonne(
    "date", "date", "Date de la rencontre, dans la période de l'étude.", 12, Genre.DATE_ETUDE
)
_LIEU = Colonne("lieu", "lieu", "Où elle a eu lieu.", 36)
_FONCTION = Colonne(
    "fonction",
    "fonction",
    "Pour un professionnel ; la liste propose, une autre fonction peut être écrite.",
    36,
    Genre.SUGGESTION,
    "fonctions",
)
_STRUCTURE = Colonne("structure", "structure", "Où travaille un professionnel.", 36)
_ENREGISTREMENTS = Colonne(
    "enregistrements",
    "enregistrement(s)",
    "Nom du fichier dans le dossier « enregistrements » ; s'il y en a plusieurs, dans l'ordre, "
    "séparés par un point-virgule.",
    24,
)
_PERSONNE = (
    Colonne("prenom", "prénom", "Prénom de la personne ; il ne sera jamais publié.", 16),
    Colonne("nom", "nom", "Nom de la personne ; il ne sera jamais publié.", 16),
    Colonne("sexe", "sexe", "F, H ou autre.", 8, Genre.CHOIX, "sexes"),
    Colonne("age", "âge", "En années, le jour de la rencontre.", 7, Genre.AGE),
)
_CONSENTEMENTS = (
    Colonne(
        "consentement_enregistrement",
        "consentement enregistrement",
        "oui ou non : accepte d'être enregistrée. Vide : rien ne sera transcrit.",
        15,
        Genre.CHOIX,
        "oui_non",
    ),
    Colonne(
        "consentement_citation",
        "consentement citation",
        "oui ou non : accepte d'être citée sans son nom. Vide ou non : aucune citation.",
        15,
        Genre.CHOIX,
        "oui_non",
    ),
    Colonne(
        "consentement_archivage",
        "consentement archivage",
        "oui ou non : accepte que l'enregistrement soit conservé après l'étude.",
        15,
        Genre.CHOIX,
        "oui_non",
    ),
    Colonne(
        "consentement_date",
        "date du consentement",
        "Date de signature du formulaire.",
        14,
        Genre.DATE,
    ),
    Colonne(
        "representant_legal",
        "représentant légal",
        "Pour une personne de moins de 18 ans : qui a signé pour elle.",
        28,
    ),
    Colonne(
        "echeance",
        "échéance de conservation",
        "Jour après lequel ses données ne sont plus gardées ; vide : celui que fixe etude.toml.",
        15,
        Genre.DATE,
        facultative=True,
    ),
)
_COLONNES_DECISIONS = (
    Colonne("identifiant", "identifiant", "Celui de l'atelier.", 13),
    Colonne("decision", "décision", "Une décision ou un désaccord consigné par ligne.", 120),
)
_TITRES_PRIS = {
    "identifiant",
    "profil",
    "titre",
    "date",
    "lieu",
    "enquêteur",
    "prénom",
    "nom",
    "sexe",
    "âge",
    "quartier",
    "situation",
    "locuteur",
    "fonction",
    "structure",
}
