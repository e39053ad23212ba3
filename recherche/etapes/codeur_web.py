"""Le codeur d'un entretien dans un navigateur : ce qu'il montre, ce qu'il demande.

Un carnet et la page d'équipe l'emploient de même : `donnees` une fois, `etat` après chaque commande,
`appliquer` pour en exécuter une. Les fichiers JavaScript et CSS sont dans `recherche/carnet/`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from importlib.resources import files
from typing import Any

from recherche.codage.passage import Passage, ajuster
from recherche.erreurs import ErreurCodage, ErreurRecherche
from recherche.etapes.poste import Poste
from recherche.modele.codage import CodePropose, Memo
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR


def fichier(nom: str) -> str:
    """Le contenu d'un fichier du codeur (« codeur.js », « codeur.css »…)."""
    return (files("recherche") / "carnet" / nom).read_text(encoding="utf-8")


def donnees(poste: Poste, *, aveugle: bool, hauteur: int) -> dict[str, Any]:
    """Ce qui ne change pas : tours, grille numérotée, codeurs ; `hauteur` en pixels."""
    numeros = {code.id: rang for rang, code in enumerate(poste.grille.codes(), 1)}
    tours, debuts = poste.transcription.tours, poste.transcription.debuts()
    return {
        "cle": f"{poste.source_id}-{poste.version_id}-{poste.codeur}-{aveugle}",
        "source": poste.source_id,
        "codeur": poste.codeur,
        "codeurs": _codeurs(poste, aveugle),
        "aveugle": aveugle,
        "hauteur": hauteur,
        "tours": [
            {
                "locuteur": tour.locuteur,
                "texte": tour.texte,
                "debut": debut,
                "enqueteur": tour.locuteur in (ENQUETEUR, ANIMATEUR),
            }
            for tour, debut in zip(tours, debuts, strict=True)
        ],
        "familles": [
            {
                "nom": famille.nom,
                "couleur": famille.couleur,
                "codes": [asdict(code) | {"numero": numeros[code.id]} for code in famille.codes],
            }
            for famille in poste.grille.familles
        ],
        "natures": [asdict(code) | {"numero": numeros[code.id]} for code in poste.grille.natures],
    }


def etat(poste: Poste, *, aveugle: bool, reponse: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Ce qui change : passages, mémos, codes proposés (les siens seuls en aveugle), dernière réponse."""
    tous = not aveugle
    return {
        "passages": [_passage(p, poste.codeur) for p in poste.passages(tous=tous)],
        "memos": [_memo(m, poste.codeur) for m in poste.memos(tous=tous)],
        "proposes": [_propose(p, poste.codeur) for p in poste.proposes(tous=tous)],
        "reponse": dict(reponse or {}),
    }


def appliquer(poste: Poste, commande: Mapping[str, Any]) -> dict[str, Any]:
    """Exécute une commande du navigateur ; rend sa réponse : faite, ou refusée et pourquoi."""
    reponse: dict[str, Any] = {"numero": commande.get("numero"), "action": commande.get("action")}
    try:
        message, bornes = _executer(poste, commande)
    except ErreurRecherche as erreur:
        return reponse | {"ok": False, "message": erreur.message, "remede": erreur.remede}
    debut, fin = bornes or (None, None)
    return reponse | {"ok": True, "message": message, "debut": debut, "fin": fin}


_Fait = tuple[str, tuple[int, int] | None]


def _executer(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    geste = _GESTES.get(str(c.get("action")))
    if geste is None:
        raise ErreurCodage(f"Geste inconnu : « {c.get('action')} ».", "Rechargez la page.")
    return geste(poste, c)


def _defaire(poste: Poste, _: Mapping[str, Any]) -> _Fait:
    return f"Défait : {poste.defaire()}", None


def _poser(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    bornes = _bornes(poste, c)
    poste.coder(*bornes, list(c["codes"]), exactement=True)
    return "Enregistré", bornes


def _decoder(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    poste.decoder(*_bornes(poste, c))
    return "Passage décodé", None


def _deplacer(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    vers = ajuster(poste.texte, *(int(borne) for borne in c["vers"]))
    poste.deplacer(*_bornes(poste, c), vers)
    return "Bornes changées", vers


def _proposer(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    bornes = _bornes(poste, c)
    return f"Code proposé : « {poste.proposer(*bornes, c.get('nom')).nom} »", bornes


def _oublier(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    bornes = _bornes(poste, c)
    poste.oublier(*bornes, str(c["nom"]))
    return "Code proposé retiré", bornes


def _bornes(poste: Poste, c: Mapping[str, Any]) -> tuple[int, int]:
    """Les bornes demandées : celles d'un passage déjà posé, sinon ajustées aux mots."""
    voulues = int(c["debut"]), int(c["fin"])
    extraits = [*(p.extrait for p in poste.passages()), *(p.extrait for p in poste.proposes())]
    connues = [(extrait.debut, extrait.fin) for extrait in extraits]
    return voulues if voulues in connues else ajuster(poste.texte, *voulues)


def _noter(poste: Poste, c: Mapping[str, Any]) -> _Fait:
    objet, texte = c.get("objet"), str(c.get("texte", ""))
    if objet == "passage":
        bornes = _bornes(poste, c)
        poste.noter(texte, passage=bornes)
        return "Mémo enregistré", bornes
    poste.noter(texte, code=str(c["code"]) if objet == "code" else None)
    return "Mémo enregistré", None


_GESTES: Mapping[str, Callable[[Poste, Mapping[str, Any]], _Fait]] = {
    "poser": _poser,
    "decoder": _decoder,
    "deplacer": _deplacer,
    "proposer": _proposer,
    "oublier": _oublier,
    "noter": _noter,
    "defaire": _defaire,
}


def _codeurs(poste: Poste, aveugle: bool) -> list[str]:
    autres = [] if aveugle else [p.codeur for p in poste.passages(tous=True)]
    return sorted({poste.codeur, *autres})


def _passage(passage: Passage, codeur: str) -> dict[str, Any]:
    return {
        "debut": passage.extrait.debut,
        "fin": passage.extrait.fin,
        "codeur": passage.codeur,
        "codes": list(passage.codes),
        "mien": passage.codeur == codeur,
    }


def _memo(memo: Memo, codeur: str) -> dict[str, Any]:
    return {
        "objet": memo.objet.value,
        "debut": memo.extrait.debut if memo.extrait else None,
        "fin": memo.extrait.fin if memo.extrait else None,
        "code": memo.code,
        "codeur": memo.codeur,
        "texte": memo.texte,
        "mien": memo.codeur == codeur,
    }


def _propose(propose: CodePropose, codeur: str) -> dict[str, Any]:
    return {
        "debut": propose.extrait.debut,
        "fin": propose.extrait.fin,
        "nom": propose.nom,
        "codeur": propose.codeur,
        "mien": propose.codeur == codeur,
    }
