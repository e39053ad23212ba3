"""Tables de l'entrepôt. Dates en ISO 8601 (heure universelle), contenus en JSON.

Les transcriptions sont immuables : une correction ajoute une version. `journal` ne se modifie ni ne
s'efface (déclencheurs) ; `journal_valeur`, qui peut contenir des données personnelles, s'efface.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

VERSION_SCHEMA = "0002"

METADONNEES = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _source(*, vide: bool = False) -> Column[str]:
    return Column("source_id", String, ForeignKey("source.id"), nullable=vide, index=True)


source = Table(
    "source",
    METADONNEES,
    Column("id", String, primary_key=True),
    Column("genre", String, nullable=False),
    Column("territoire", String, nullable=False),
    Column("profil", String),
    Column("date", String),
)

enregistrement = Table(
    "enregistrement",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    _source(vide=True),
    Column("rang", Integer, nullable=False, default=0),
    Column("taille", Integer, nullable=False),
    Column("modifie_ns", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("duree_s", Float),
    Column("taux_hz", Integer),
    Column("canaux", Integer),
    Column("niveau_dbfs", Float),
    Column("part_silence", Float),
    Column("anomalie", Text),
    Column("remede", Text),
)

bloc = Table(
    "bloc",
    METADONNEES,
    Column("cle", String, primary_key=True),
    Column("indice", Integer, primary_key=True),
    _source(),
    Column("debut_s", Float, nullable=False),
    Column("fin_s", Float, nullable=False),
    Column("mots", Text, nullable=False),
)

version = Table(
    "version",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("numero", Integer, nullable=False),
    Column("nature", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("tours", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
    UniqueConstraint("source_id", "numero"),
)

revue = Table(
    "revue",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("relecteur", String, nullable=False),
    Column("second_relecteur", String),
    Column("date", String, nullable=False),
    Column("mentions", Text, nullable=False),
)

version_pseudonymisee = Table(
    "version_pseudonymisee",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("revue_id", Integer, ForeignKey("revue.id")),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("tours", Text, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("correspondance", Text, nullable=False),
    Column("provenance", Text, nullable=False),
    Column("date", String, nullable=False),
)

code = Table(
    "code",
    METADONNEES,
    Column("id", String, primary_key=True),
    Column("nom", String, nullable=False),
)

codage = Table(
    "codage",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("debut", Integer, nullable=False),
    Column("fin", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("code", String, ForeignKey("code.id"), nullable=False, index=True),
    Column("codeur", String, nullable=False),
    Column("origine", String, nullable=False),
    Column("date", String, nullable=False),
    Column("reprise_de", Integer, ForeignKey("codage.id")),
    UniqueConstraint("version_pseudonymisee_id", "debut", "fin", "code", "codeur"),
)

doute = Table(
    "doute",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("cle", String, nullable=False, index=True),
    Column("indice", Integer, nullable=False),
    Column("debut_s", Float, nullable=False),
    Column("fin_s", Float, nullable=False),
    Column("raison", String, nullable=False),
    Column("mesure", Float),
    Column("texte", Text, nullable=False),
    Column("issue", String, nullable=False),
    Column("etat", String, nullable=False),
    Column("auteur", String),
    Column("date", String, nullable=False),
)

correction = Table(
    "correction",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("regle", String, nullable=False),
    Column("avant", Text, nullable=False),
    Column("apres", Text, nullable=False),
    Column("tour", Integer, nullable=False),
    Column("debut_s", Float),
)

question_posee = Table(
    "question_posee",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("tour", Integer, nullable=False),
    Column("question", String, nullable=False),
    Column("score", Float, nullable=False),
    Column("etat", String, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
    UniqueConstraint("version_id", "tour", "question"),
)

publication = Table(
    "publication",
    METADONNEES,
    Column("version", Integer, primary_key=True),
    Column("date", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("sources", Text, nullable=False),
)

document = Table(
    "document",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    Column("cle", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("date", String, nullable=False),
)

sauvegarde = Table(
    "sauvegarde",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("chemin", String, nullable=False, unique=True),
    Column("date", String, nullable=False),
    Column("empreinte", String, nullable=False),
)

retrait = Table(
    "retrait",
    METADONNEES,
    Column("identifiant", String, primary_key=True),
    Column("debut", String, nullable=False),
    Column("fin", String),
    Column("motif", String, nullable=False),
    Column("auteur", String, nullable=False),
)

depublication = Table(
    "depublication",
    METADONNEES,
    Column("version", Integer, ForeignKey("publication.version"), primary_key=True),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
)

sortie = Table(
    "sortie",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("chemin", String, nullable=False),
    Column("genre", String, nullable=False),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
)

revue_en_cours = Table(
    "revue_en_cours",
    METADONNEES,
    Column("version_id", Integer, ForeignKey("version.id"), primary_key=True),
    _source(),
    Column("decisions", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
)

journal = Table(
    "journal",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("lot", String, nullable=False, index=True),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
    Column("action", String, nullable=False),
    Column("genre", String, nullable=False),
    Column("objet", String, nullable=False),
    Column("cle", String, nullable=False),
    Column("empreinte_avant", String),
    Column("empreinte_apres", String),
    Column("annule", String),
    Index("ix_journal_objet_cle", "objet", "cle"),
)

journal_valeur = Table(
    "journal_valeur",
    METADONNEES,
    Column("journal_id", Integer, ForeignKey("journal.id"), primary_key=True),
    Column("avant", Text),
    Column("apres", Text),
)

relecture = Table(
    "relecture",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_id", Integer, ForeignKey("version.id"), nullable=False, index=True),
    Column("numero", Integer, nullable=False),
    Column("tours", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
    Column("modifiee", String, nullable=False),
    Column("cle_finale", String),
)

relecture_changement = Table(
    "relecture_changement",
    METADONNEES,
    Column("relecture_id", Integer, ForeignKey("relecture.id"), primary_key=True),
    Column("numero", Integer, primary_key=True),
    _source(),
    Column("auteur", String, nullable=False),
    Column("nature", String, nullable=False),
    Column("date", String, nullable=False),
    Column("avant", Text, nullable=False),
    Column("apres", Text, nullable=False),
    Column("annule", Integer),
)

relecture_presence = Table(
    "relecture_presence",
    METADONNEES,
    Column("seance", String, primary_key=True),
    _source(),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
)

# Une modification d'ancre (nouvelle version pseudonymisée) se fait en place : voir `entrepot.memos`.
memo = Table(
    "memo",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("objet", String, nullable=False),
    _source(vide=True),
    Column("version_pseudonymisee_id", Integer, ForeignKey("version_pseudonymisee.id"), index=True),
    Column("debut", Integer),
    Column("fin", Integer),
    Column("empreinte", String),
    Column("code", String, ForeignKey("code.id")),
    Column("codeur", String, nullable=False),
    Column("texte", Text, nullable=False),
    Column("date", String, nullable=False),
)

code_propose = Table(
    "code_propose",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("debut", Integer, nullable=False),
    Column("fin", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("nom", String, nullable=False),
    Column("codeur", String, nullable=False),
    Column("date", String, nullable=False),
    Column("code", String, ForeignKey("code.id")),
)

recherche_gardee = Table(
    "recherche_gardee",
    METADONNEES,
    Column("nom", String, primary_key=True),
    Column("requete", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
)

echantillon = Table(
    "echantillon",
    METADONNEES,
    Column("nom", String, primary_key=True),
    Column("maille", String, nullable=False),
    Column("graine", Integer, nullable=False),
    Column("taille", Integer, nullable=False),
    Column("cadre", Integer, nullable=False),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
)

echantillon_unite = Table(
    "echantillon_unite",
    METADONNEES,
    Column("echantillon", String, ForeignKey("echantillon.nom"), primary_key=True),
    Column("rang", Integer, primary_key=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("tour", Integer, nullable=False),
    Column("debut", Integer, nullable=False),
    Column("fin", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
)

fiche = Table(
    "fiche",
    METADONNEES,
    Column("echantillon", String, ForeignKey("echantillon.nom"), primary_key=True),
    Column("codeur", String, primary_key=True),
    Column("date", String, nullable=False),
    Column("empreinte", String, nullable=False),
)

# `avis` : ce que chacun avait posé ; `retenu` : ce qu'on a décidé. Passages en JSON.
decision = Table(
    "decision",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("cle", String, nullable=False),
    Column("avis", Text, nullable=False),
    Column("retenu", Text, nullable=False),
    Column("motif", Text, nullable=False),
    Column("auteur", String, nullable=False),
    Column("date", String, nullable=False),
    UniqueConstraint("version_pseudonymisee_id", "cle"),
)

grille_version = Table(
    "grille_version",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("version", String, nullable=False),
    Column("date", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("changement", Text, nullable=False),
    Column("contenu", Text, nullable=False),
    Column("auteur", String, nullable=False),
)

projet_importe = Table(
    "projet_importe",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("nom", String, nullable=False),
    Column("origine", String, nullable=False),
    Column("fichier", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
    Column("codages", Integer, nullable=False),
)

codeur_etranger = Table(
    "codeur_etranger",
    METADONNEES,
    Column("nom", String, primary_key=True),
    Column("projet", String, primary_key=True),
    Column("date", String, nullable=False),
)

ensemble = Table(
    "ensemble",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("nom", String, nullable=False, unique=True),
    Column("description", Text, nullable=False),
)

ensemble_membre = Table(
    "ensemble_membre",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("ensemble_id", Integer, ForeignKey("ensemble.id"), nullable=False, index=True),
    _source(vide=True),
    Column("code", String, ForeignKey("code.id")),
)

version_figee = Table(
    "version_figee",
    METADONNEES,
    Column("nom", String, primary_key=True),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("sources", Text, nullable=False),
    Column("codages", Integer, nullable=False),
)

suggestion_partage = Table(
    "suggestion_partage",
    METADONNEES,
    Column("source_id", String, ForeignKey("source.id"), primary_key=True),
    Column("part", String, nullable=False),
    Column("date", String, nullable=False),
)

suggestion_definition = Table(
    "suggestion_definition",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("code", String, ForeignKey("code.id"), nullable=False, index=True),
    Column("empreinte", String, nullable=False),
    Column("depuis", String, nullable=False),
)

# `sources` nomme les entretiens appris et de certification : un retrait y trouve les modèles à effacer.
suggestion_modele = Table(
    "suggestion_modele",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("cle", String, nullable=False, index=True),
    Column("methode", String, nullable=False),
    Column("niveau", Float, nullable=False),
    Column("sources", Text, nullable=False),
    Column("mesures", Text, nullable=False),
    Column("date", String, nullable=False),
    Column("auteur", String, nullable=False),
)

suggestion_lecture = Table(
    "suggestion_lecture",
    METADONNEES,
    Column("modele_id", Integer, ForeignKey("suggestion_modele.id"), primary_key=True),
    Column("source_id", String, ForeignKey("source.id"), primary_key=True, index=True),
)

suggestion_verdict = Table(
    "suggestion_verdict",
    METADONNEES,
    Column("modele_id", Integer, ForeignKey("suggestion_modele.id"), primary_key=True),
    Column("code", String, ForeignKey("code.id"), primary_key=True),
    Column("verdict", String, nullable=False),
    Column("seuil", Float, nullable=False),
    Column("pente", Float, nullable=False),
    Column("ordonnee", Float, nullable=False),
    Column("definition", String, nullable=False),
    Column("mesures", Text, nullable=False),
)

suggestion = Table(
    "suggestion",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    Column("modele_id", Integer, ForeignKey("suggestion_modele.id"), nullable=False, index=True),
    _source(),
    Column(
        "version_pseudonymisee_id",
        Integer,
        ForeignKey("version_pseudonymisee.id"),
        nullable=False,
        index=True,
    ),
    Column("debut", Integer, nullable=False),
    Column("fin", Integer, nullable=False),
    Column("empreinte", String, nullable=False),
    Column("code", String, ForeignKey("code.id"), nullable=False),
    Column("nature", String, nullable=False),
    Column("probabilite", Float, nullable=False),
    Column("exemples", Text, nullable=False),
    Column("etat", String, nullable=False),
    Column("codeur", String),
    Column("decidee_le", String),
)

# Vecteurs e5 d'une version pseudonymisée : une dépense évitée, hors journal.
suggestion_vecteurs = Table(
    "suggestion_vecteurs",
    METADONNEES,
    Column(
        "version_pseudonymisee_id", Integer, ForeignKey("version_pseudonymisee.id"), primary_key=True
    ),
    Column("methode", String, primary_key=True),
    _source(),
    Column("octets", LargeBinary, nullable=False),
)

lemmes = Table(
    "lemmes",
    METADONNEES,
    Column("id", Integer, primary_key=True),
    _source(),
    Column("version_pseudonymisee_id", Integer, nullable=False),
    Column("cle", String, nullable=False),
    Column("contenu", Text, nullable=False),
    UniqueConstraint("version_pseudonymisee_id"),
)
