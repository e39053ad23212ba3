"""Lemmes et vecteurs d'un texte, par spaCy, avec les exceptions du français parlé (`motifs/`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from recherche.erreurs import ErreurEtude
from recherche.langue.listes import mots
from recherche.langue.mots import plier
from recherche.langue.spacy_fr import chemin_modele

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

LOT = 64
ACTIVES = ("NOUN", "VERB", "ADJ", "ADV")
EXCEPTIONS = "lemmes_oral.tsv"
_CROCHETS = re.compile(r"\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Lemme:
    """Un mot [debut, fin[ du texte : son lemme en minuscules et sa catégorie (NOUN, VERB…)."""

    debut: int
    fin: int
    lemme: str
    categorie: str


@dataclass(frozen=True)
class Lemmatiseur:
    """Le modèle de langue et les exceptions de l'oral. `cle` change avec l'un ou l'autre."""

    modele: Language
    exceptions: dict[tuple[str, ...], tuple[str, str]]
    cle: str

    def lemmes(self, textes: Iterable[str]) -> Iterator[tuple[Lemme, ...]]:
        """Les mots de chaque texte, dans l'ordre ; ni ponctuation, ni pseudonyme entre crochets."""
        sans = (_CROCHETS.sub(lambda m: " " * len(m[0]), texte) for texte in textes)
        for document in self.modele.pipe(sans, batch_size=LOT):
            yield tuple(self._lire(document))

    def _lire(self, document: Doc) -> Iterator[Lemme]:
        formes = [jeton.text.lower().replace("’", "'") for jeton in document]
        longueur = max(map(len, self.exceptions), default=0)
        i = 0
        while i < len(formes):
            prise = self._exception(formes, i, longueur)
            if prise is not None:
                n, (lemme, categorie) = prise
                dernier = document[i + n - 1]
                yield Lemme(document[i].idx, dernier.idx + len(dernier), lemme, categorie)
                i += n
                continue
            jeton = document[i]
            if not (jeton.is_space or jeton.is_punct):
                lemme = (jeton.lemma_ or jeton.text).lower()
                yield Lemme(jeton.idx, jeton.idx + len(jeton), lemme, jeton.pos_)
            i += 1

    def _exception(
        self, formes: Sequence[str], debut: int, longueur: int
    ) -> tuple[int, tuple[str, str]] | None:
        """La plus longue exception qui commence ici : son nombre de mots, son lemme, sa catégorie."""
        for n in range(min(longueur, len(formes) - debut), 0, -1):
            trouvee = self.exceptions.get(tuple(formes[debut : debut + n]))
            if trouvee is not None:
                return n, trouvee
        return None


@lru_cache(maxsize=1)
def charger_lemmatiseur(nom: str) -> Lemmatiseur:
    """Le lemmatiseur du modèle `nom`. Lève `ErreurEtude` si spaCy, le modèle ou ses lemmes manquent."""
    dossier = chemin_modele(nom)
    spacy = _spacy()
    modele = spacy.load(dossier, exclude=["ner", "parser", "senter"])
    if "lemmatizer" not in modele.pipe_names:
        raise ErreurEtude(
            f"Le modèle de langue « {nom} » ne donne pas de lemmes.",
            'Mettez langue = "fr_core_news_md" dans la section [confidentialite] de etude.toml.',
        )
    exceptions = _exceptions(modele)
    version = f"{modele.meta['name']} {modele.meta['version']} {sorted(exceptions.items())}"
    return Lemmatiseur(modele, exceptions, hashlib.sha256(version.encode()).hexdigest())


def _spacy() -> Any:  # noqa: ANN401
    try:
        import spacy
    except ImportError as erreur:
        raise ErreurEtude(
            "spaCy n'est pas installé.", 'Installez-le : pip install "recherche[langue]"'
        ) from erreur
    return spacy


def _exceptions(modele: Language) -> dict[tuple[str, ...], tuple[str, str]]:
    """Les exceptions, découpées comme le modèle découpe le texte."""
    table = {}
    texte = files("recherche.langue").joinpath("motifs", EXCEPTIONS).read_text(encoding="utf-8")
    for ligne in texte.splitlines():
        if ligne and not ligne.startswith("#"):
            forme, lemme, categorie = ligne.split("\t")
            table[tuple(jeton.text.lower() for jeton in modele.make_doc(forme))] = lemme, categorie
    return table


def active(lemme: Lemme) -> bool:
    """Vrai d'un lemme qui peut caractériser un propos : nom, verbe, adjectif ou adverbe, pas vide."""
    return (
        lemme.categorie in ACTIVES
        and len(lemme.lemme) > 1
        and any(c.isalpha() for c in lemme.lemme)
        and not any(c.isdigit() or c in "[]" for c in lemme.lemme)
        and plier(lemme.lemme) not in vides()
    )


@lru_cache(maxsize=1)
def vides() -> frozenset[str]:
    """Les lemmes vides, pliés : mots-outils du modèle et `motifs/mots_vides.txt`."""
    from spacy.lang.fr.stop_words import STOP_WORDS

    return mots("mots_vides") | {plier(mot) for mot in STOP_WORDS}


def vecteurs(textes: Sequence[str], nom: str) -> NDArray[np.float64]:
    """Un vecteur de sens par texte : moyenne des vecteurs de ses mots, pondérés par leur rareté.

    Le poids d'un mot est log(1 + N / textes qui le contiennent) ; mots vides, chiffres et mots inconnus
    du modèle ne comptent pas ; un texte sans mot connu a un vecteur nul. Lève `ErreurEtude`.
    """
    vocabulaire = _vocabulaire(nom)
    decoupes = [_mots_pleins(texte, vocabulaire) for texte in textes]
    presents: dict[str, int] = {}
    for decoupe in decoupes:
        for mot in set(decoupe):
            presents[mot] = presents.get(mot, 0) + 1
    largeur = vocabulaire.vocab.vectors_length
    sortie = np.zeros((len(textes), largeur))
    for i, decoupe in enumerate(decoupes):
        poids = [float(np.log1p(len(textes) / presents[mot])) for mot in decoupe]
        if poids:
            valeurs = np.array([vocabulaire.vocab.get_vector(mot) for mot in decoupe])
            sortie[i] = np.average(valeurs, axis=0, weights=poids)
    return sortie


def _mots_pleins(texte: str, modele: Language) -> list[str]:
    formes = [jeton.lower_ for jeton in modele.make_doc(texte) if jeton.is_alpha]
    return [f for f in formes if modele.vocab.has_vector(f) and plier(f) not in vides()]


@lru_cache(maxsize=1)
def _vocabulaire(nom: str) -> Language:
    """Le modèle sans aucun traitement : son découpage et ses vecteurs."""
    dossier = chemin_modele(nom)
    config = _spacy().util.load_config(dossier / "config.cfg")
    modele: Language = _spacy().load(dossier, exclude=list(config["components"]))
    return modele
