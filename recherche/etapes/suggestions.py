"""Lire les suggestions, les accepter ou les écarter : rien ne devient codage sans une personne."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd
from sqlalchemy import Connection

from recherche.codage.grille import lire_grille
from recherche.codage.passage import verifier_passage
from recherche.codage.suggestion_verdicts import Verdict
from recherche.entrepot import Entrepot, codages, passages, transcriptions
from recherche.entrepot import suggestions as rangement
from recherche.entrepot.suggestions import Etat, Modele, SuggestionRangee, VerdictRange
from recherche.erreurs import ErreurCodage
from recherche.etapes.poste import verifier_codeur
from recherche.etapes.seance import seance
from recherche.etapes.suggestion_corpus import definition
from recherche.modele.codage import Extrait, Grille, Origine
from recherche.modele.suivi import Bilan
from recherche.reglages import Etude

ANNULE = "annulé : définition changée"
COLONNES_VERDICTS = (
    "code",
    "verdict",
    "seuil",
    "justes",
    "suggestions",
    "precision",
    "basse",
    "couverture",
    "precision_moyenne",
    "personnes",
)


def verdicts(etude: Etude) -> pd.DataFrame:
    """Une ligne par thème du modèle en vigueur : verdict et ce qui le fonde.

    Colonnes : code, verdict, seuil (probabilité), justes et suggestions (en certification), precision et
    sa borne basse à 95 %, couverture (part des passages codés touchés), precision_moyenne, personnes
    (précision d'une seconde personne, jugée de même). Un thème dont la définition a changé est annulé.
    Lève `ErreurCodage` si rien n'a été appris.
    """
    grille = lire_grille(etude.fichier_grille)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        modele = modele_en_vigueur(rangement.dernier_modele(cx))
        ranges = rangement.verdicts(cx, modele.id)
    lignes = [_ligne(ranges[code.id], grille) for code in grille.themes() if code.id in ranges]
    return pd.DataFrame(lignes, columns=list(COLONNES_VERDICTS))


def modele_en_vigueur(modele: Modele | None) -> Modele:
    """Le modèle, s'il y en a un. Lève `ErreurCodage`."""
    if modele is None:
        raise ErreurCodage(
            "Aucun modèle de suggestion n'a été appris.",
            "Lancez « recherche suggerer » quand des entretiens sont codés.",
        )
    return modele


def verdict_actuel(range_: VerdictRange, grille: Grille) -> str:
    """Le verdict, ou son annulation si la définition du code a changé (ou si la grille ne l'a plus)."""
    code = next((c for c in grille.themes() if c.id == range_.code), None)
    return range_.verdict if code and definition(code) == range_.definition else ANNULE


def _ligne(range_: VerdictRange, grille: Grille) -> tuple[object, ...]:
    lu = range_.mesures
    personnes = lu["personnes"]
    return (
        range_.code,
        verdict_actuel(range_, grille),
        range_.seuil,
        lu["justes"],
        lu["suggestions"],
        _part(lu["justes"], lu["suggestions"]),
        lu["basse"],
        _part(lu["couverts"], lu["passages"]),
        float("nan") if lu["precision_moyenne"] is None else lu["precision_moyenne"],
        _part(personnes["justes"], personnes["nombre"]) if personnes else float("nan"),
    )


def _part(partie: int, total: int) -> float:
    return partie / total if total else float("nan")


def suggestions(etude: Etude, *, sources: Collection[str] = (), a_relire: bool = False) -> pd.DataFrame:
    """Les suggestions en attente, la plus probable d'abord : celles des seuls thèmes certifiés.

    `a_relire` : aussi celles des thèmes à relire ou aux preuves insuffisantes. Un thème annulé se tait.
    Colonnes : numero, source_id, code, nature (proposée), probabilite, verdict, texte, exemples (textes
    des passages humains les plus proches). Lève `ErreurCodage` si rien n'a été appris.
    """
    grille = lire_grille(etude.fichier_grille)
    montres = {str(Verdict.CERTIFIE)}
    if a_relire:
        montres |= {str(Verdict.A_RELIRE), str(Verdict.INSUFFISANT)}
    lignes = []
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        modele = modele_en_vigueur(rangement.dernier_modele(cx))
        ranges = rangement.verdicts(cx, modele.id)
        courantes = {v.id for v in transcriptions.pseudonymisees(cx).values()}
        textes = _Textes()
        for lue in rangement.lire(cx, modele_id=modele.id):
            verdict = verdict_actuel(ranges[lue.code], grille)
            voulue = not sources or lue.source_id in sources
            vive = lue.etat == Etat.ATTENTE and lue.version_pseudonymisee_id in courantes
            if not (voulue and vive and verdict in montres):
                continue
            texte = textes.de(cx, lue.version_pseudonymisee_id)[lue.debut : lue.fin]
            exemples = tuple(
                f"{e['source_id']} : {textes.de(cx, int(e['version']))[e['debut'] : e['fin']]}"
                for e in lue.exemples
            )
            champs = (lue.id, lue.source_id, lue.code, lue.nature, lue.probabilite, verdict)
            lignes.append((*champs, texte, exemples))
    colonnes = ["numero", "source_id", "code", "nature", "probabilite", "verdict", "texte", "exemples"]
    table = pd.DataFrame(lignes, columns=colonnes)
    return table.sort_values("probabilite", ascending=False, kind="stable").reset_index(drop=True)


class _Textes:
    """Les textes pseudonymisés, lus une fois."""

    def __init__(self) -> None:
        self._lus: dict[int, str] = {}

    def de(self, cx: Connection, version: int) -> str:
        if version not in self._lus:
            self._lus[version] = transcriptions.lire_pseudonymisee(cx, version).texte
        return self._lus[version]


def accepter(etude: Etude, numero: int, *, codeur: str, nature: str | None = None) -> Bilan:
    """Fait d'une suggestion un codage de `codeur`, dont l'origine reste « suggestion acceptée ».

    `nature` : celle que la personne choisit, sinon celle qui est proposée (ou celle qu'elle a déjà posée
    sur ce passage exact). Lève `ErreurCodage` si la suggestion est inconnue, tranchée, périmée, ou si le
    passage ne suit pas la grille.
    """
    grille = lire_grille(etude.fichier_grille)
    codeur = verifier_codeur(codeur)
    with (
        seance(etude, "accepter une suggestion") as entrepot,
        entrepot.ecrire(f"accepter la suggestion {numero}") as ecriture,
    ):
        lue = _en_attente(ecriture.cx, numero, grille)
        extrait = Extrait(lue.debut, lue.fin, lue.empreinte)
        version = lue.version_pseudonymisee_id
        poses = passages.codes_du_passage(ecriture.cx, version, extrait, codeur)
        natures = [c.id for c in grille.natures]
        deja = [c for c in poses if c in natures]
        voulues = [nature] if nature else deja or [lue.nature]
        codes = [c for c in poses if c not in natures] + [lue.code]
        codes = list(dict.fromkeys([*codes, *(n for n in voulues if n)]))
        verifier_passage(grille, codes)
        codages.synchroniser_grille(ecriture, grille)
        passages.poser_codes(
            ecriture,
            lue.source_id,
            version,
            extrait,
            codeur=codeur,
            codes=codes,
            origine=Origine.SUGGESTION,
        )
        rangement.decider(ecriture, numero, Etat.ACCEPTEE, codeur)
    return Bilan("accepter une suggestion", (f"{lue.source_id} : {', '.join(codes)}",))


def ecarter(etude: Etude, numero: int, *, codeur: str) -> Bilan:
    """Note qu'une personne refuse la suggestion : elle ne sera plus faite sur ce passage."""
    grille = lire_grille(etude.fichier_grille)
    codeur = verifier_codeur(codeur)
    with (
        seance(etude, "écarter une suggestion") as entrepot,
        entrepot.ecrire(f"écarter la suggestion {numero}") as ecriture,
    ):
        lue = _en_attente(ecriture.cx, numero, grille)
        rangement.decider(ecriture, numero, Etat.ECARTEE, codeur)
    return Bilan("écarter une suggestion", (f"{lue.source_id} : {lue.code}",))


def _en_attente(cx: Connection, numero: int, grille: Grille) -> SuggestionRangee:
    lues = rangement.lire(cx, numero=numero)
    if not lues:
        raise ErreurCodage(
            f"La suggestion {numero} n'existe pas.",
            "« recherche suggerer --montrer » les donne avec leur numéro.",
        )
    lue = lues[0]
    if lue.etat != Etat.ATTENTE:
        raise ErreurCodage(
            f"La suggestion {numero} est déjà {lue.etat}, par {lue.codeur}.",
            "« recherche annuler » défait une décision ; le codage se corrige comme un autre.",
        )
    courante = transcriptions.pseudonymisees(cx, lue.source_id).get(lue.source_id)
    ranges = rangement.verdicts(cx, lue.modele_id)
    annule = verdict_actuel(ranges[lue.code], grille) == ANNULE
    if annule or courante is None or courante.id != lue.version_pseudonymisee_id:
        raise ErreurCodage(
            f"La suggestion {numero} est périmée : le texte ou la définition de {lue.code} a changé.",
            "Relancez « recherche suggerer ».",
        )
    return lue
