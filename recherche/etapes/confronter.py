"""La confrontation de l'étude : rôles lus dans les réglages, calculs, ce qui s'en publie."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recherche.analyse import appariement
from recherche.analyse import confrontation as paroles
from recherche.analyse.confrontation import Roles, Seuils
from recherche.erreurs import ErreurEtude
from recherche.etapes.tables import Situation, table_codages, table_sources
from recherche.langue.lexique import vecteurs
from recherche.modele.codage import Grille
from recherche.modele.etude import Profil, Reglages
from recherche.modele.transcription import TranscriptionPseudonymisee
from recherche.publication import verbatims
from recherche.publication.confrontation import Confrontation


def roles(reglages: Reglages, grille: Grille) -> Roles | None:
    """Qui demande et qui décrit l'offre (section `[confrontation]`) ; None si l'étude ne le dit pas.

    Sans réglage, de deux profils dont un seul n'a que des majeurs, celui-ci décrit l'offre.
    """
    voulu = reglages.confrontation
    natures = (voulu.nature_offre, voulu.nature_manque, voulu.nature_attente)
    if not set(natures) <= {code.id for code in grille.natures}:
        return None
    demande, offre = _profils(reglages)
    if demande is None or offre is None or demande == offre:
        return None
    return Roles(demande.nom, offre.nom, *natures)


def _profils(reglages: Reglages) -> tuple[Profil | None, Profil | None]:
    par_code = {profil.code: profil for profil in reglages.profils}
    voulu = reglages.confrontation
    demande, offre = par_code.get(voulu.profil_demande), par_code.get(voulu.profil_offre)
    if len(reglages.profils) == 2:
        majeurs = [profil for profil in reglages.profils if profil.majeur]
        offre = offre or (majeurs[0] if len(majeurs) == 1 else None)
        autres = [profil for profil in reglages.profils if profil != offre]
        demande = demande or (autres[0] if len(autres) == 1 else None)
    return demande, offre


def exiger_roles(reglages: Reglages, grille: Grille) -> Roles:
    """Les rôles, ou `ErreurEtude` si l'étude ne les dit pas."""
    if (trouves := roles(reglages, grille)) is not None:
        return trouves
    raise ErreurEtude(
        "L'étude ne dit pas qui décrit l'offre et qui attend, ou sa grille n'a pas ces natures.",
        "Dans la section [confrontation] de etude.toml, donnez profil_demande, profil_offre, "
        "nature_offre, nature_manque et nature_attente : des codes de profils et de natures existants.",
    )


def seuils(reglages: Reglages) -> Seuils:
    """Quand un propos compte dans une lecture."""
    return Seuils(reglages.confrontation.part_minimale, reglages.seuils.effectif_minimal)


def nom_souci(reglages: Reglages, offre: str) -> str:
    """« souci des seuls professionnels », d'après le pluriel du profil."""
    pluriel = next(p.pluriel for p in reglages.profils if p.nom == offre)
    return f"souci des seuls {pluriel}"


def calculer(
    etat: Situation, textes: Mapping[str, TranscriptionPseudonymisee], grille: Grille, qui: Roles
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Propos et écarts exacts des entretiens publiables (voir `analyse.confrontation`)."""
    table = table_sources(etat)
    entretiens = table[(table["genre"] == "entretien") & table["publiable"]]
    codages = table_codages(etat.retenus(), textes)
    reglages = etat.etude.reglages
    territoires = [t.nom for t in reglages.territoires]
    propos = paroles.mesurer(entretiens, codages, grille, qui, territoires=territoires)
    ecarts = paroles.confronter(
        entretiens,
        codages,
        grille,
        qui,
        territoires=territoires,
        seuils=seuils(reglages),
        tirages=reglages.confrontation.tirages,
    )
    return propos, ecarts


def apparier(
    candidats: pd.DataFrame,
    grille: Grille,
    qui: Roles,
    reglages: Reglages,
    cites: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Les verbatims appariés parmi `candidats` (voir `analyse.appariement`) ; `cites` : déjà choisis."""
    deja = [] if cites is None else list(zip(cites["source_id"], cites["texte"], strict=True))
    return appariement.apparier(
        candidats,
        vecteurs(candidats["texte"].tolist(), reglages.confidentialite.langue),
        qui,
        [code.id for code in grille.themes()],
        par_personne=reglages.publication.verbatims_par_personne,
        deja=deja,
    )


def confrontation_publiable(
    etat: Situation,
    textes: Mapping[str, TranscriptionPseudonymisee],
    grille: Grille,
    candidats: pd.DataFrame,
    regles: verbatims.Regles,
) -> Confrontation | None:
    """Ce que `construire_jeu` publie de la confrontation ; None si l'étude ne s'y prête pas.

    Les verbatims appariés sont pris parmi les passages permis ; ceux d'une même personne, verbatims
    compris, restent dans la limite d'`etude.toml`.
    """
    reglages = etat.etude.reglages
    qui = roles(reglages, grille)
    if qui is None:
        return None
    propos, ecarts = calculer(etat, textes, grille, qui)
    choisis = verbatims.choisir(candidats, [c.id for c in grille.themes()], regles=regles)
    permis = verbatims.admissibles(candidats, regles)
    return Confrontation(
        propos=propos,
        ecarts=ecarts,
        paires=apparier(permis, grille, qui, reglages, choisis),
        demande=qui.demande,
        offre=qui.offre,
        natures={
            paroles.OFFRE: qui.nature_offre,
            paroles.MANQUE: qui.nature_manque,
            paroles.ATTENTE: qui.nature_attente,
        },
        part_minimale=reglages.confrontation.part_minimale,
        lectures={paroles.SEULS: nom_souci(reglages, qui.offre)},
    )
