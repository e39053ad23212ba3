"""Ce que le composant de relecture demande : le brouillon, ses changements, le son, la forme d'onde.

Chaque adresse lit sa demande, appelle une étape et rend du JSON ; une faute d'une personne est un
`{"message", "remede"}` en 422, un conflit en 409 avec les tours actuels.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from functools import wraps
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from recherche import __version__
from recherche.entrepot.relecture import Changement
from recherche.entrepot.relecture import tours_en_json as en_json
from recherche.erreurs import ErreurRecherche
from recherche.etapes import ecoute, relecture, relecture_suivi
from recherche.etapes.relecture import Demande, ErreurConflit
from recherche.reglages import Etude

SANS_TRACE = {"Cache-Control": "no-store"}
STATIQUE = Path(__file__).with_name("statique")
ADRESSE_STATIQUE = f"/equipe/statique/{__version__}"
Objet = dict[str, Any]


def adresses() -> list[BaseRoute]:
    """Les adresses du serveur d'équipe, sous `/equipe/`."""
    sons = _Sons()
    relire = "/equipe/relecture/{source}"
    return [
        Mount(ADRESSE_STATIQUE, StaticFiles(directory=STATIQUE)),
        Route("/equipe/son/{source}", sons.son, methods=["GET"]),
        Route("/equipe/onde/{source}", sons.onde, methods=["GET"]),
        Route(f"{relire}/ouvrir", _poste(_ouvrir), methods=["POST"]),
        Route(f"{relire}/changements", _poste(_changer), methods=["POST"]),
        Route(f"{relire}/annuler", _poste(_annuler), methods=["POST"]),
        Route(f"{relire}/suivre", _poste(_suivre), methods=["POST"]),
        Route(f"{relire}/quitter", _poste(_quitter), methods=["POST"]),
        Route(f"{relire}/historique", _poste(_historique), methods=["POST"]),
        Route(f"{relire}/verifies", _poste(_verifies), methods=["POST"]),
        Route(f"{relire}/terminer", _poste(_terminer), methods=["POST"]),
        Route(f"{relire}/recommencer", _poste(_recommencer), methods=["POST"]),
    ]


def etude_servie() -> Etude:
    """L'étude que sert ce processus (RECHERCHE_ETUDE). Lève `ErreurEtude`."""
    return Etude.ouvrir(os.environ.get("RECHERCHE_ETUDE", "."))


def _poste(repondre: Callable[[Etude, str, Objet], Objet]) -> Callable[[Request], Any]:
    """Lit l'objet JSON d'un POST, répond dans un fil à part, dit les fautes en JSON."""

    @wraps(repondre)
    async def adresse(requete: Request) -> Response:
        from starlette.concurrency import run_in_threadpool

        try:
            demande = json.loads(await requete.body() or b"{}")
            source = requete.path_params["source"]
            rendu = await run_in_threadpool(lambda: repondre(etude_servie(), source, demande))
        except ErreurConflit as conflit:
            faute = _faute(conflit) | {"auteur": conflit.auteur, "tours": en_json(conflit.tours)}
            return JSONResponse(faute, 409, SANS_TRACE)
        except ErreurRecherche as erreur:
            return JSONResponse(_faute(erreur), 422, SANS_TRACE)
        except (ValueError, KeyError, TypeError):
            return JSONResponse({"message": "Demande mal formée.", "remede": "Rechargez la page."}, 400)
        return JSONResponse(rendu, headers=SANS_TRACE)

    return adresse


def _faute(erreur: ErreurRecherche) -> Objet:
    return {"message": erreur.message, "remede": erreur.remede}


def _ouvrir(etude: Etude, source: str, demande: Objet) -> Objet:
    ouverte = relecture.ouvrir(etude, source, auteur=demande["auteur"])
    brouillon = ouverte.brouillon
    return {
        "relecture": brouillon.id,
        "numero": brouillon.numero,
        "nature": ouverte.nature,
        "perimee": ouverte.perimee,
        "tours": en_json(brouillon.tours),
        "locuteurs": ouverte.locuteurs,
        "defaisables": ouverte.defaisables,
        "seuil": etude.reglages.seuils.confiance_mot,
        "doutes": [asdict(doute) for doute in relecture_suivi.doutes(etude, source)],
    }


def _changer(etude: Etude, source: str, demande: Objet) -> Objet:
    voulu = Demande(
        int(demande["relecture"]),
        str(demande["auteur"]),
        str(demande["nature"]),
        tuple((str(identifiant), int(rev)) for identifiant, rev in demande["retires"]),
        tuple(relecture.tour_de_page(tour) for tour in demande["ajoutes"]),
    )
    return {"numero": relecture.appliquer(etude, source, voulu).numero}


def _annuler(etude: Etude, source: str, demande: Objet) -> Objet:
    changement = relecture.annuler(
        etude,
        source,
        relecture=int(demande["relecture"]),
        numero=int(demande["numero"]),
        auteur=str(demande["auteur"]),
        refaire=bool(demande["refaire"]),
    )
    return _changement(changement)


def _suivre(etude: Etude, source: str, demande: Objet) -> Objet:
    nouvelles = relecture_suivi.suivre(
        etude,
        source,
        relecture=int(demande["relecture"]),
        depuis=int(demande["depuis"]),
        seance=str(demande["seance"]),
        auteur=str(demande["auteur"]),
    )
    return {
        "numero": nouvelles.numero,
        "changements": [_changement(c) for c in nouvelles.changements],
        "autres": nouvelles.autres,
        "close": nouvelles.close,
    }


def _quitter(etude: Etude, _: str, demande: Objet) -> Objet:
    relecture_suivi.quitter(etude, seance=str(demande["seance"]))
    return {}


def _historique(etude: Etude, source: str, _: Objet) -> Objet:
    suite = relecture_suivi.historique(etude, source)
    return {"changements": [_changement(c) | {"avant": en_json(c.avant)} for c in suite]}


def _verifies(etude: Etude, _: str, demande: Objet) -> Objet:
    numeros = [int(numero) for numero in demande["numeros"]]
    return {"notes": relecture_suivi.noter_verifies(etude, numeros, auteur=str(demande["auteur"]))}


def _terminer(etude: Etude, source: str, demande: Objet) -> Objet:
    bilan = relecture.terminer(
        etude,
        source,
        relecture=int(demande["relecture"]),
        numero=int(demande["numero"]),
        auteur=str(demande["auteur"]),
        malgre=bool(demande["malgre"]),
    )
    return {"nouvelle": bool(bilan.faits)}


def _recommencer(etude: Etude, source: str, demande: Objet) -> Objet:
    relecture.recommencer(
        etude,
        source,
        relecture=int(demande["relecture"]),
        numero=int(demande["numero"]),
        auteur=str(demande["auteur"]),
    )
    return {}


def _changement(changement: Changement) -> Objet:
    return {
        "numero": changement.numero,
        "auteur": changement.auteur,
        "nature": changement.nature,
        "date": changement.date,
        "retires": [tour.id for tour in changement.avant],
        "ajoutes": en_json(changement.apres),
    }


class _Sons:
    """Sert les sons ; les prépare dans un fil, un à la fois, une seule fois par source."""

    def __init__(self) -> None:
        self._fil = ThreadPoolExecutor(1, "ecoute")
        self._verrou = threading.Lock()
        self._cours: dict[str, Future[bool]] = {}
        self._consentis: dict[str, int] = {}

    def son(self, requete: Request) -> Response:
        """Le son, par morceaux (Range) : le navigateur ne charge que ce qu'il écoute."""
        source = requete.path_params["source"]
        try:
            fichier = ecoute.son(self._etude(source), source)
        except ErreurRecherche as erreur:
            return JSONResponse(_faute(erreur), 422)
        if fichier is None:
            return Response(status_code=404, headers=SANS_TRACE)
        return FileResponse(fichier, headers=SANS_TRACE)

    def _etude(self, source: str) -> Etude:
        """L'étude, une fois le consentement vérifié depuis le dernier changement du registre."""
        etude = etude_servie()
        registre = etude.fichier_registre
        modifie = registre.stat().st_mtime_ns if registre.is_file() else 0
        if self._consentis.get(source) != modifie:
            relecture.source_consentie(etude, source)
            self._consentis[source] = modifie
        return etude

    def onde(self, requete: Request) -> Response:
        """200 et la forme d'onde ; 202 si elle se prépare ; 404 s'il n'y a pas de son."""
        source = requete.path_params["source"]
        try:
            etude = self._etude(source)
            pret = self._preparer(etude, source)
        except ErreurRecherche as erreur:
            return JSONResponse(_faute(erreur), 422)
        if pret is None:
            return Response(status_code=202, headers=SANS_TRACE)
        octets = ecoute.pics(etude, source) if pret else None
        if octets is None:
            return Response(status_code=404, headers=SANS_TRACE)
        return Response(octets, media_type="application/octet-stream", headers=SANS_TRACE)

    def _preparer(self, etude: Etude, source: str) -> bool | None:
        """Vrai si c'est prêt, faux s'il n'y a pas de son, None si c'est en cours. Lève l'échec."""
        with self._verrou:
            cours = self._cours.get(source)
            if cours is not None and not cours.done():
                return None
            self._cours.pop(source, None)
            if cours is not None:
                return cours.result()
            if ecoute.prete(etude, source):
                return True
            self._cours[source] = self._fil.submit(ecoute.preparer, etude, source)
            return None
