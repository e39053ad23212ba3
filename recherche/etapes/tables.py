"""Les tables de l'étude, en DataFrames : ce que lisent carnets, suivi et publication.

Aucune ne contient de nom, de prénom, de quartier ni de structure ; les textes sont pseudonymisés.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from recherche.analyse import tableaux
from recherche.entrepot import Entrepot, sorties, suites, transcriptions
from recherche.entrepot import codages as rangement
from recherche.entrepot import sources as inventaire
from recherche.entrepot.transcriptions import Version, VersionPseudonymisee
from recherche.etapes.consentements import citable, peut_etre_mineur
from recherche.modele.codage import Codage, Grille, Origine
from recherche.modele.entretien import Atelier, Entretien, Registre, Source
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.registre import lire_registre
from recherche.reglages import Etude


@dataclass(frozen=True)
class Situation:
    """Ce que l'entrepôt sait, relu d'un coup : la base de toutes les tables."""

    etude: Etude
    registre: Registre
    courantes: Mapping[str, Version]
    automatiques: frozenset[str]
    enregistrees: frozenset[str]
    pseudonymisees: Mapping[str, VersionPseudonymisee]
    revues: Mapping[int, int]
    relues_a_deux: frozenset[int]
    codages: tuple[Codage, ...]
    publiees: frozenset[str]
    en_attente: frozenset[str] = frozenset()

    @classmethod
    def lire(cls, etude: Etude, entrepot: Entrepot, registre: Registre) -> Situation:
        """L'état de l'étude, dans une seule transaction de lecture."""
        with entrepot.lire() as cx:
            versions = transcriptions.versions(cx)
            pseudonymisees = transcriptions.pseudonymisees(cx)
            publication = suites.derniere_publication(cx)
            revues = transcriptions.revues(cx)
            otees = sorties.depubliees(cx)
            numeros = [version.id for version in pseudonymisees.values()]
            return cls(
                etude=etude,
                registre=registre,
                courantes=transcriptions.courantes(cx),
                automatiques=frozenset(
                    v.source_id for v in versions if v.nature == transcriptions.AUTOMATIQUE
                ),
                enregistrees=frozenset(
                    f.source_id for f in inventaire.fichiers(cx) if f.utilisable and f.source_id
                ),
                pseudonymisees=pseudonymisees,
                revues={v: revue.id for v, revue in revues.items()},
                relues_a_deux=frozenset(r.id for r in revues.values() if r.second_relecteur),
                codages=tuple(rangement.lire(cx, version_ids=numeros)),
                publiees=frozenset(
                    publication.sources if publication and publication.version not in otees else ()
                ),
            )

    def retenus(self) -> list[Codage]:
        """Les codages analysés : la version accordée d'une source, sinon le codeur de référence, sinon
        tous les codeurs. Les fiches d'accord n'y sont jamais.
        """
        reference = self.etude.reglages.codage.codeur_reference
        accordees = {c.source_id for c in self.codages if c.origine is Origine.ACCORD}
        return [
            c
            for c in self.codages
            if (
                c.origine is Origine.ACCORD
                if c.source_id in accordees
                else c.origine is not Origine.FICHE and (not reference or c.codeur == reference)
            )
        ]

    def codees(self) -> frozenset[str]:
        """Les sources qui portent au moins un codage retenu."""
        return frozenset(codage.source_id for codage in self.retenus())

    def publiables(self) -> frozenset[str]:
        """Les sources du registre consenties, codées, dont la dernière revue signée est appliquée.

        Sans celles qui attendent une vague de publication (`en_attente`).
        """
        consenties = [s for s in self.registre.sources if s.enregistrement_consenti]
        a_jour = (s.id for s in consenties if self.a_jour(s.id) and not self.second_manque(s))
        return (frozenset(a_jour) & self.codees()) - self.en_attente

    def second_manque(self, source: Source) -> bool:
        """Vrai si la revue d'une personne peut-être mineure n'a pas eu de second relecteur."""
        pseudo = self.pseudonymisees.get(source.id)
        revue = pseudo.revue_id if pseudo is not None else None
        return peut_etre_mineur(source, self.etude.reglages) and revue not in self.relues_a_deux

    def a_jour(self, source: str) -> bool:
        """Vrai si la version pseudonymisée porte sur la version courante et sa dernière revue signée."""
        pseudo, courante = self.pseudonymisees.get(source), self.courantes.get(source)
        return (
            pseudo is not None
            and courante is not None
            and pseudo.signee
            and pseudo.version_id == courante.id
            and pseudo.revue_id == self.revues.get(courante.id)
        )


def situation(etude: Etude) -> Situation:
    """L'état de l'étude, registre relu. Lève `ErreurRegistre`, `ErreurEntrepot`."""
    registre = lire_registre(etude)
    with Entrepot.ouvrir(etude) as entrepot:
        return Situation.lire(etude, entrepot, registre)


def table_sources(etat: Situation) -> pd.DataFrame:
    """Une ligne par source du registre : attributs non nominatifs et états (booléens).

    Colonnes : source_id, genre, territoire, profil (noms), date, sexe, age, fonction, puis les états
    realise, enregistre, transcrit, relu, pseudonymise, signe, code, publiable, publie.
    """
    reglages = etat.etude.reglages
    territoires = {t.code: t.nom for t in reglages.territoires}
    profils = {p.code: p.nom for p in reglages.profils}
    codees, publiables = etat.codees(), etat.publiables()
    lignes = []
    for source in etat.registre.sources:
        pseudo = etat.pseudonymisees.get(source.id)
        courante = etat.courantes.get(source.id)
        lignes.append(
            {
                **_attributs(source, territoires, profils),
                "realise": source.date is not None,
                "enregistre": source.id in etat.enregistrees,
                "transcrit": courante is not None,
                "relu": courante is not None and courante.nature == transcriptions.RELUE,
                "pseudonymise": pseudo is not None,
                "signe": pseudo is not None and pseudo.signee,
                "code": source.id in codees,
                "publiable": source.id in publiables,
                "publie": source.id in etat.publiees,
            }
        )
    return pd.DataFrame(lignes, columns=[*_ATTRIBUTS, *_ETATS])


_ATTRIBUTS = ("source_id", "genre", "territoire", "profil", "date", "sexe", "age", "fonction")
_ETATS = (
    "realise",
    "enregistre",
    "transcrit",
    "relu",
    "pseudonymise",
    "signe",
    "code",
    "publiable",
    "publie",
)


def _attributs(
    source: Source, territoires: Mapping[str, str], profils: Mapping[str, str]
) -> dict[str, object]:
    seul = source.participant if isinstance(source, Entretien) else None
    return {
        "source_id": source.id,
        "genre": inventaire.genre(source),
        "territoire": territoires[source.territoire],
        "profil": profils[source.profil] if isinstance(source, Entretien) else None,
        "date": source.date,
        "sexe": seul.sexe if seul else None,
        "age": seul.age if seul else None,
        "fonction": seul.fonction if seul else None,
    }


def variables(etude: Etude, registre: Registre) -> dict[str, dict[str, str]]:
    """Les attributs d'une source qu'emporte un export (IRaMuTeQ, TEI) : territoire et profil.

    Par source : `{"ville": "Brest", "profil": "jeune"}`, au nom que donne l'étude.
    """
    reglages = etude.reglages
    niveau = reglages.etude.niveau_territoire
    territoires = {t.code: t.nom for t in reglages.territoires}
    profils = {p.code: p.nom for p in reglages.profils}
    attributs = {s.id: _attributs(s, territoires, profils) for s in registre.sources}
    return {
        source: {niveau: str(a["territoire"]), "profil": str(a["profil"] or a["genre"])}
        for source, a in attributs.items()
    }


def table_codages(
    liste: Iterable[Codage], textes: Mapping[str, TranscriptionPseudonymisee]
) -> pd.DataFrame:
    """Les codages en table (voir `codages`)."""
    pleins = {source: texte.texte for source, texte in textes.items()}
    colonnes = ["source_id", "debut", "fin", "code", "codeur", "origine", "date", "texte"]
    lignes = [
        (
            c.source_id,
            c.extrait.debut,
            c.extrait.fin,
            c.code,
            c.codeur,
            c.origine.value,
            c.date,
            pleins[c.source_id][c.extrait.debut : c.extrait.fin],
        )
        for c in liste
    ]
    return pd.DataFrame(lignes, columns=colonnes)


def lire_textes(entrepot: Entrepot, etat: Situation) -> dict[str, TranscriptionPseudonymisee]:
    """Les transcriptions pseudonymisées courantes, par source."""
    with entrepot.lire() as cx:
        return {
            source: transcriptions.lire_pseudonymisee(cx, pseudo.id)
            for source, pseudo in etat.pseudonymisees.items()
        }


def effectifs(
    etat: Situation, textes: Mapping[str, TranscriptionPseudonymisee], codes: Grille
) -> dict[str, pd.DataFrame]:
    """Les effectifs exacts des entretiens publiables (voir `analyse.tableaux.effectifs`)."""
    table = table_sources(etat)
    entretiens = table[(table["genre"] == "entretien") & table["publiable"]]
    return tableaux.effectifs(
        entretiens,
        table_codages(etat.retenus(), textes),
        codes,
        territoires=[t.nom for t in etat.etude.reglages.territoires],
        profils=[p.nom for p in etat.etude.reglages.profils],
    )


def passages(
    etat: Situation, textes: Mapping[str, TranscriptionPseudonymisee], codes: Grille
) -> pd.DataFrame:
    """Une ligne par extrait codé d'un entretien publiable, pour le choix des verbatims.

    Colonnes : source_id, territoire, profil (noms), codes (thèmes, « A, B »), nature, texte,
    citation_permise. Une nature sur laquelle les codeurs diffèrent est vide.
    """
    natures = {code.id for code in codes.natures}
    sources = {s.id: s for s in etat.registre.sources if not isinstance(s, Atelier)}
    reglages = etat.etude.reglages
    attributs = {
        s.id: _attributs(
            s,
            {t.code: t.nom for t in reglages.territoires},
            {p.code: p.nom for p in reglages.profils},
        )
        for s in sources.values()
    }
    groupes: dict[tuple[str, int, int], list[str]] = {}
    publiables = etat.publiables()
    for c in etat.retenus():
        if c.source_id in publiables and c.source_id in sources:
            groupes.setdefault((c.source_id, c.extrait.debut, c.extrait.fin), []).append(c.code)
    colonnes = ["source_id", "territoire", "profil", "codes", "nature", "texte", "citation_permise"]
    lignes = [
        (
            source,
            attributs[source]["territoire"],
            attributs[source]["profil"],
            ", ".join(code for code in dict.fromkeys(poses) if code not in natures),
            _seule({code for code in poses if code in natures}),
            textes[source].texte[debut:fin].replace("\n", " "),
            citable(sources[source], reglages),
        )
        for (source, debut, fin), poses in groupes.items()
    ]
    return pd.DataFrame(lignes, columns=colonnes)


def _seule(natures: set[str]) -> str:
    return natures.pop() if len(natures) == 1 else ""
