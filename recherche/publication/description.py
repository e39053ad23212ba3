"""Décrire le jeu aux catalogues : DCAT (JSON-LD, portails de données) et DDI-Codebook (archives).

Sources : W3C, *Data Catalog Vocabulary (DCAT) - Version 3*, 2024 ; DDI Alliance, *DDI-Codebook 2.5*.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd

from recherche.publication.dictionnaire import DESCRIPTIONS, TABLES
from recherche.publication.manifeste import Fichier, Manifeste

DCAT = "dcat.json"
DDI = "ddi.xml"
_ESPACES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_DDI = "ddi:codebook:2_5"
_IANA = "https://www.iana.org/assignments/media-types/"
TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".xml": "application/xml",
}
_FORMATS_DDI = {"str": "character", "bool": "character"}


def en_dcat(manifeste: Manifeste, fichiers: Mapping[str, Fichier], tailles: Mapping[str, int]) -> bytes:
    """La description DCAT du jeu, une distribution par fichier (adresses relatives au dossier publié).

    `tailles` : octets de chaque fichier.
    """
    etude = manifeste["etude"]
    jeu: dict[str, Any] = {
        "@context": _ESPACES,
        "@id": "./",
        "@type": "dcat:Dataset",
        "dct:title": _fr(etude["titre"]),
        "dct:description": _fr(" ".join((etude["description"] or etude["titre"]).split())),
        "dct:language": {"@id": "http://publications.europa.eu/resource/authority/language/FRA"},
        "dct:publisher": {"@type": "foaf:Agent", "foaf:name": etude["organisme"]},
        "dct:issued": {"@value": manifeste["date"], "@type": "xsd:date"},
        "dct:license": {"@type": "dct:LicenseDocument", "dct:title": manifeste["licence"]},
        "dct:accessRights": _fr(manifeste["avertissement"]),
        "dct:temporal": {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": {"@value": etude["debut"], "@type": "xsd:date"},
            "dcat:endDate": {"@value": etude["fin"], "@type": "xsd:date"},
        },
        "dct:spatial": [{"@type": "dct:Location", "dct:title": t["nom"]} for t in etude["territoires"]],
        "dcat:version": str(manifeste["version"]),
        "dcat:distribution": [
            _distribution(chemin, fichiers[chemin], tailles[chemin]) for chemin in fichiers
        ],
    }
    if etude["contact"]:
        jeu["dcat:contactPoint"] = {"@type": "vcard:Organization", "vcard:fn": etude["contact"]}
    return (json.dumps(jeu, ensure_ascii=False, indent=2) + "\n").encode()


def _fr(texte: str) -> dict[str, str]:
    return {"@value": texte, "@language": "fr"}


def _distribution(chemin: str, fichier: Fichier, octets: int) -> dict[str, Any]:
    lieu = PurePosixPath(chemin)
    return {
        "@type": "dcat:Distribution",
        "@id": chemin,
        "dct:title": _fr(DESCRIPTIONS.get(lieu.stem, lieu.name)),
        "dcat:accessURL": {"@id": chemin},
        "dcat:downloadURL": {"@id": chemin},
        "dcat:mediaType": {"@id": _IANA + TYPES[lieu.suffix]},
        "dcat:byteSize": octets,
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": fichier["sha256"],
        },
    }


def en_ddi(manifeste: Manifeste, tables: Mapping[str, pd.DataFrame]) -> bytes:
    """La description DDI-Codebook du jeu : l'étude, ses fichiers et chaque variable."""
    etude = manifeste["etude"]
    racine = ET.Element("codeBook", {"xmlns": _DDI, "version": "2.5", "xml:lang": "fr"})
    citation = _sous(racine, "stdyDscr", "citation")
    _texte(_sous(citation, "titlStmt"), "titl", etude["titre"])
    _texte(_sous(citation, "prodStmt"), "producer", etude["organisme"])
    if etude["contact"]:
        _texte(_sous(citation, "distStmt"), "contact", etude["contact"])
    _texte(_sous(citation, "verStmt"), "version", str(manifeste["version"]), {"date": manifeste["date"]})
    etudes = racine[0]
    infos = _sous(etudes, "stdyInfo")
    _texte(infos, "abstract", " ".join((etude["description"] or etude["titre"]).split()))
    resume = _sous(infos, "sumDscr")
    for evenement, jour in (("start", etude["debut"]), ("end", etude["fin"])):
        _texte(resume, "collDate", jour, {"date": jour, "event": evenement})
    for territoire in etude["territoires"]:
        _texte(resume, "geogCover", territoire["nom"])
    _texte(resume, "universe", ", ".join(profil["pluriel"] for profil in etude["profils"]))
    usage = _sous(etudes, "dataAccs", "useStmt")
    _texte(usage, "conditions", manifeste["licence"])
    _texte(usage, "disclaimer", manifeste["avertissement"])
    for numero, (nom, table) in enumerate(tables.items(), start=1):
        fichier = ET.SubElement(racine, "fileDscr", {"ID": f"F{numero}"})
        corps = _sous(fichier, "fileTxt")
        _texte(corps, "fileName", f"tables/{nom}.csv")
        _texte(corps, "fileCont", DESCRIPTIONS[nom])
        _texte(_sous(corps, "dimensns"), "caseQnty", str(len(table)))
    donnees = _sous(racine, "dataDscr")
    for numero, nom in enumerate(tables, start=1):
        for colonne in TABLES[nom]:
            identite = {"ID": f"F{numero}_{colonne.nom}", "name": colonne.nom, "files": f"F{numero}"}
            variable = ET.SubElement(donnees, "var", identite)
            _texte(variable, "labl", colonne.description)
            ET.SubElement(variable, "varFormat", {"type": _FORMATS_DDI.get(colonne.type, "numeric")})
    ET.indent(racine)
    octets: bytes = ET.tostring(racine, encoding="utf-8", xml_declaration=True)
    return octets + b"\n"


def _sous(parent: ET.Element, *noms: str) -> ET.Element:
    for nom in noms:
        parent = ET.SubElement(parent, nom)
    return parent


def _texte(parent: ET.Element, nom: str, texte: str, attributs: Mapping[str, str] | None = None) -> None:
    ET.SubElement(parent, nom, dict(attributs or {})).text = texte
