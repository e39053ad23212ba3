"""Ce que plusieurs dossiers de tests partagent : des études, un jeu publié, un navigateur."""

from __future__ import annotations

import datetime
import os
import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from recherche.modele.codage import Grille
    from recherche.modele.etude import Reglages
    from recherche.modele.suivi import Bilan
    from recherche.publication.jeu import JeuPublie
    from recherche.reglages import Etude

OPTIONS_CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PIEGE = (
    "<script>window.piege = 1</script><img src=x onerror='window.piege = 1'> "
    "[cliquez](http://exemple.test) www.exemple.test **gras** :red[rouge] $x$ et encore un peu de "
    "texte."
)
FORMULE = '=HYPERLINK("http://exemple.test";"cliquez") dit-il, et il parle encore assez longtemps.'


def sauter_ou_echouer(raison: str) -> None:
    """Saute le test en disant pourquoi ; en intégration continue (RECHERCHE_CI=1) c'est un échec."""
    if os.environ.get("RECHERCHE_CI") == "1":
        pytest.fail(f"{raison} (RECHERCHE_CI=1 : un saut est un échec)")
    pytest.skip(raison)


def _chromium() -> str | None:
    noms = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return os.environ.get("RECHERCHE_CHROMIUM") or next(filter(None, map(shutil.which, noms)), None)


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    """Un vrai Chromium, piloté par Playwright."""
    chemin = _chromium()
    if chemin is None:
        sauter_ou_echouer(
            "Chromium manque : installez le paquet « chromium » ou donnez RECHERCHE_CHROMIUM"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        fenetre = playwright.chromium.launch(executable_path=chemin, args=OPTIONS_CHROMIUM)
        yield fenetre
        fenetre.close()


@pytest.fixture(scope="session")
def grille_essai() -> Grille:
    """Deux familles, trois thèmes, deux natures."""
    from recherche.modele.codage import Code, Famille, Grille

    return Grille(
        "Grille d'essai",
        "1",
        (
            Famille(
                "VIE",
                "Vie locale",
                (Code("BUS", "Transports", "Se déplacer."), Code("LIEU", "Lieux", "Se voir.")),
            ),
            Famille("TRAVAIL", "Travail", (Code("EMPLOI", "Emploi", "Chercher un emploi."),), "#0072b2"),
        ),
        (Code("MANQUE", "Manque", "Ce qui manque."), Code("ATTENTE", "Attente", "Ce qu'on attend.")),
    )


@pytest.fixture(scope="session")
def reglages_essai() -> Reglages:
    """Deux territoires, deux profils, seuil de 3 personnes."""
    from recherche.modele.etude import Presentation, Profil, Reglages, Seuils, Territoire, Theme

    guide = [Theme("quartier", "Votre quartier", ["Comment s'y déplace-t-on ?"])]
    return Reglages(
        Presentation(
            titre="Étude d'essai",
            organisme="Organisme d'essai",
            debut=datetime.date(2009, 3, 1),
            fin=datetime.date(2010, 6, 30),
            niveau_territoire="ville",
            niveau_territoire_pluriel="villes",
            description="Une étude fabriquée pour les tests.",
            fictive=True,
            livrables=["Guide"],
        ),
        [Territoire("AAA", "Alpha"), Territoire("BBB", "Bêta")],
        [
            Profil("J", "jeune", "jeunes", 10, guide),
            Profil("P", "professionnel", "professionnels", 10, guide),
        ],
        seuils=Seuils(effectif_minimal=3, effectif_pourcentage=10),
    )


@pytest.fixture(scope="session")
def tables_essai() -> dict[str, Any]:
    """Quarante entretiens, leurs codages et passages, un atelier ; deux textes sont piégés."""
    import pandas as pd

    entretiens, codages, passages = [], [], []
    for territoire, nom in (("AAA", "Alpha"), ("BBB", "Bêta")):
        for lettre, profil in (("J", "jeune"), ("P", "professionnel")):
            for i in range(1, 11):
                source = f"{territoire}-{lettre}-{i:02d}"
                entretiens.append((source, nom, profil))
                themes = ["BUS"] if i <= 6 else ["LIEU"] if i <= 8 else ["EMPLOI", "BUS"]
                nature = "MANQUE" if i % 2 else "ATTENTE"
                codages += [(source, 10, 90, code) for code in (*themes, nature)]
                suite = "le bus du soir ne passe plus, alors on rentre toujours à pied."
                texte = f"Passage {i} de {nom}, {profil} : {suite}"
                passages.append((source, nom, profil, ", ".join(themes), nature, texte, i != 5))
    passages[8] = (*passages[8][:5], PIEGE, True)
    passages[9] = (*passages[9][:5], FORMULE, True)
    colonnes = ["source_id", "territoire", "profil"]
    return {
        "entretiens": pd.DataFrame(entretiens, columns=colonnes),
        "codages": pd.DataFrame(codages, columns=["source_id", "debut", "fin", "code"]),
        "passages": pd.DataFrame(
            passages, columns=[*colonnes, "codes", "nature", "texte", "citation_permise"]
        ),
        "ateliers": pd.DataFrame(
            [("Des lieux ?", "Alpha", "2010-02-04", 7, "Ouvrir le soir.\nEn reparler.")],
            columns=["titre", "territoire", "date", "participants", "decisions"],
        ),
    }


@pytest.fixture(scope="session")
def jeu_essai(reglages_essai: Reglages, grille_essai: Grille, tables_essai: dict[str, Any]) -> JeuPublie:
    """Le jeu publié de l'étude d'essai, version 1."""
    from recherche.analyse import tableaux
    from recherche.publication.jeu import construire_jeu

    noms, profils = ["Alpha", "Bêta"], ["jeune", "professionnel"]
    etats = tables_essai["entretiens"].assign(
        realise=True, transcrit=True, relu=True, code=True, publie=True
    )
    return construire_jeu(
        reglages_essai,
        effectifs=tableaux.effectifs(
            tables_essai["entretiens"],
            tables_essai["codages"],
            grille_essai,
            territoires=noms,
            profils=profils,
        ),
        passages=tables_essai["passages"],
        ateliers=tables_essai["ateliers"],
        avancement=tableaux.avancement(etats, territoires=noms, objectifs=dict.fromkeys(profils, 10)),
        grille=grille_essai,
        version=1,
        date=datetime.date(2010, 7, 1),
    )


@pytest.fixture(scope="session")
def dossier_essai(jeu_essai: JeuPublie, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Le dossier publié de l'étude d'essai."""
    from recherche.publication.dossier import ecrire

    dossier = tmp_path_factory.mktemp("etude") / "publie"
    ecrire(jeu_essai, dossier, interdits=[])
    return dossier


@pytest.fixture(scope="session")
def etude_menee(
    tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> tuple[Etude, dict[str, Bilan]]:
    """La démonstration menée jusqu'au guide, avec cinquante secondes de son, et ses bilans.

    Les processus de tests s'en partagent une seule : qui veut y écrire la copie.
    """
    from filelock import FileLock

    from recherche.reglages import Etude

    commun = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        commun = commun.parent
    bilans = commun / "etude-menee.pickle"
    with FileLock(commun / "etude-menee.verrou"):
        if not bilans.exists():
            bilans.write_bytes(pickle.dumps(_mener(commun / "etude-menee")))
    return Etude.ouvrir(commun / "etude-menee"), pickle.loads(bilans.read_bytes())


def _mener(dossier: Path) -> dict[str, Bilan]:
    from outils import DEMO, copie_sans_son, extrait, json_de

    from recherche.etapes import demo, importer
    from recherche.etapes.exporter import exporter
    from recherche.etapes.inventorier import inventorier
    from recherche.etapes.pseudonymiser import pseudonymiser_etude
    from recherche.etapes.publier import publier
    from recherche.etapes.rediger import rediger
    from recherche.etapes.transcrire import transcrire

    etude = copie_sans_son(dossier)
    extrait(DEMO / "enregistrements" / "LOR-J-02.mp3", etude.enregistrements / "LOR-J-02.wav")
    return {
        "inventorier": inventorier(etude),
        "transcrire": transcrire(etude, sources=["LOR-J-02"]),
        "transcriptions": importer.importer_transcriptions(etude, json_de(etude, "transcriptions")),
        "revues": importer.importer_revues(etude, json_de(etude, "revues")),
        "pseudonymiser": pseudonymiser_etude(etude),
        "codages": importer.importer_codages(etude, json_de(etude, "codages")),
        "publier": publier(etude),
        "rediger": rediger(etude),
        "exporter": exporter(etude, formats=demo.LISIBLES, sources=["LOR-J-02"]),
        "minutees": exporter(
            etude, formats=demo.MINUTES, sources=["LOR-J-02"], prive=True, automatique=True
        ),
    }
