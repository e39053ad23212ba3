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
    """Une entrée `[[territoires]]` : `code` commence les identifiants (LOR-J-02)."""

    code: str
    nom: str


@dataclass(frozen=True)
class Theme(_Strict):
    """Un thème du guide d'entretien (ou de l'étude) et ses questions."""

    id: str
    libelle: str
    questions: list[str] = field(default_factory=list)


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

    `amorce` : souffler à Whisper les noms de l'étude ; None, selon la taille du modèle.
    """

    modele: str = "base"
    langue: str = "fr"
    faisceau: int = 5
    lot: int = 8
    bloc_s: float = 180.0
    processus: int = 0
    amorce: bool | None = None
    locuteurs_entretien: int = 2


@dataclass(frozen=True)
class NomsLocaux(_Strict):
    """Section `[noms_locaux]` : quartiers, institutions et sigles propres à l'étude."""

    quartiers: list[str] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)
    sigles: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Confidentialite(_Strict):
    """Section `[confidentialite]` : `phrase_fichier` contient la phrase secrète de la clé."""

    phrase_fichier: str = ""
    langue: str = "fr_core_news_md"


@dataclass(frozen=True)
class ReglagesCodage(_Strict):
    """Section `[codage]` : `codeur_reference` est celui dont les codages sont analysés et publiés.

    Vide : tous les codeurs, réunis.
    """

    codeur_reference: str = ""


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
