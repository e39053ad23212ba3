"""Publier le jeu anonymisé : tout est calculé ici, côté privé ; les écrans ne font qu'afficher."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pandas as pd

from recherche.analyse import tableaux
from recherche.codage.grille import lire_grille
from recherche.entrepot import Ecriture, Entrepot, suites, transcriptions
from recherche.erreurs import ErreurCodage, ErreurConfidentialite, ErreurRecherche
from recherche.etapes import accord
from recherche.etapes.confronter import confrontation_publiable
from recherche.etapes.lexique import tables_lexicales
from recherche.etapes.seance import cle, registre_reporte, seance
from recherche.etapes.tables import Situation, effectifs, lire_textes, passages, table_sources
from recherche.langue.spacy_fr import Lexique, charger_lexique
from recherche.modele.codage import Grille
from recherche.modele.entretien import Registre
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import ANIMATEUR, TranscriptionPseudonymisee
from recherche.publication import dossier, vagues
from recherche.publication.controle import Interdits, plier
from recherche.publication.jeu import JeuPublie, construire_jeu
from recherche.publication.verbatims import Regles
from recherche.reglages import Etude

ETAPE = "publier"
SCHEMA = "publication/3"
MONTRES = 8
TIRAGES_ACCORD = 500
MOTS = re.compile(r"\w+")


def publier(etude: Etude, *, jour: date | None = None) -> Bilan:
    """Publie ce qui est signé et codé, si quelque chose a changé depuis la dernière publication.

    Lève `ErreurConfidentialite` si rien n'est publiable ou si une mention identifiante reste ; le jeu
    précédent est alors intact.
    """
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        grille = lire_grille(etude.fichier_grille)
        etat = Situation.lire(etude, entrepot, registre)
        if not etat.publiables():
            raise ErreurConfidentialite(
                "Rien n'est publiable : aucune source n'est à la fois codée et de revue signée.",
                "« recherche etat » dit ce qui bloque chaque source.",
            )
        with entrepot.lire() as cx:
            derniere = suites.derniere_publication(cx)
            anciennes = suites.sources_publiees(cx)
        etat = replace(etat, en_attente=_en_attente(etat, anciennes))
        publiables = etat.publiables()
        empreinte = _cle(etat, grille)
        if derniere is not None and derniere.cle == empreinte and _intacte(etude, derniere):
            return Bilan(ETAPE, passes=(f"version {derniere.version}",))
        version = max(derniere.version + 1 if derniere else 1, dossier.version_suivante(etude.publie))
        bilan = _publier(etat, entrepot, grille, version, empreinte, jour or date.today())  # noqa: DTZ011
        retirees = sorted(set(derniere.sources if derniere else ()) - publiables)
        if not retirees:
            return bilan
        message = f"ne sont plus publiées : {', '.join(retirees)} (« recherche etat » dit pourquoi)"
        return replace(bilan, messages=(*bilan.messages, message))


def _en_attente(etat: Situation, anciennes: Sequence[frozenset[str]]) -> frozenset[str]:
    """Les sources qui attendent une vague : publiées seules, elles se retrouveraient par différence."""
    profils = {profil.code for profil in etat.etude.reglages.profils}
    connues = etat.publiables().union(*anciennes)
    groupes = {s: s.rsplit("-", 1)[0] for s in connues if s.split("-")[1] in profils}
    seuil = etat.etude.reglages.seuils.effectif_minimal
    return etat.publiables() - vagues.retenir(etat.publiables(), groupes, anciennes, seuil)


def _precedent(etude: Etude) -> JeuPublie | None:
    """La version encore publiée, dont le journal est continué ; None si elle ne se relit pas."""
    try:
        return dossier.lire(etude.publie)
    except ErreurRecherche:
        return None


def _cle(etat: Situation, grille: Grille) -> str:
    """Tout ce dont dépend le jeu publié, hors date et version."""
    pseudos = sorted((s, etat.pseudonymisees[s].empreinte) for s in etat.publiables())
    reglages = etat.etude.reglages
    poses = [(c.source_id, c.extrait.debut, c.extrait.fin, c.code) for c in etat.retenus()]
    juges = [(c.source_id, c.extrait.debut, c.extrait.fin, c.code, c.codeur) for c in etat.codages]
    return cle(
        SCHEMA,
        pseudos,
        poses,
        juges,
        grille,
        reglages,
        table_sources(etat).drop(columns="publie").to_json(),
        etat.registre,
    )


def _intacte(etude: Etude, derniere: suites.Publication) -> bool:
    fichier = etude.publie / dossier.MANIFESTE
    return fichier.is_file() and suites.empreinte_fichier(fichier) == derniere.empreinte


def _publier(
    etat: Situation, entrepot: Entrepot, grille: Grille, version: int, empreinte: str, jour: date
) -> Bilan:
    etude = etat.etude
    textes = lire_textes(entrepot, etat)
    formes = _formes_interdites(etat, entrepot)
    ambigus = _formes_ordinaires(formes, etude)
    candidats = passages(etat, textes, grille)
    discretes = formes | _lieux_et_structures(etat.registre)
    interdits = Interdits.depuis(discretes, ambigus=ambigus)
    candidats, ecartes = _ecarter(candidats, interdits)
    candidats = _assez_nombreux(candidats, etat)
    lexique = tables_lexicales(etat, entrepot, textes, candidats, interdits.dans)
    jeu = _construire(etat, textes, grille, candidats, lexique, version, jour)
    permis = [etude.reglages.publication.contact]
    dossier.ecrire(jeu, etude.publie, interdits=formes, ambigus=ambigus, permis=permis)
    with entrepot.ecrire(ETAPE) as ecriture:
        _noter(ecriture, etude, etat, version, empreinte, jour)
    messages = (
        f"version {version} : {len(jeu.tables['verbatims'])} verbatims, "
        f"{len(etat.publiables())} sources, {sum(len(t) for t in jeu.tables.values())} lignes",
    )
    return Bilan(ETAPE, (f"version {version}",), messages=(*messages, *ecartes, *_dire_attente(etat)))


def _dire_attente(etat: Situation) -> tuple[str, ...]:
    if not etat.en_attente:
        return ()
    attendent, seuil = sorted(etat.en_attente), etat.etude.reglages.seuils.effectif_minimal
    return (
        f"{len(attendent)} entretiens attendent la prochaine vague ({', '.join(attendent)}) : deux "
        f"versions qui diffèrent de moins de {seuil} personnes dans un groupe les feraient reconnaître",
    )


def _accord(etude: Etude) -> pd.DataFrame | None:
    """L'accord entre codeurs, sans leurs noms ; None si deux d'entre eux n'ont rien codé en commun."""
    try:
        mesure = accord.accord(etude, tirages=TIRAGES_ACCORD)
    except ErreurCodage:
        return None
    ensemble = mesure.ensemble.rename(columns={"question": "code"})
    table = pd.concat([ensemble, mesure.par_code], ignore_index=True).rename(columns={"n": "unites"})
    return table[["code", "unites", "alpha", "alpha_bas", "alpha_haut"]]


def _calendrier(registre: Registre) -> pd.DataFrame:
    """Entretiens réalisés par mois."""
    mois = Counter(f"{e.date:%Y-%m}" for e in registre.entretiens if e.date is not None)
    return pd.DataFrame(sorted(mois.items()), columns=["mois", "realises"])


def _construire(
    etat: Situation,
    textes: Mapping[str, TranscriptionPseudonymisee],
    grille: Grille,
    candidats: pd.DataFrame,
    lexique: Mapping[str, pd.DataFrame] | None,
    version: int,
    jour: date,
) -> JeuPublie:
    reglages = etat.etude.reglages
    table = table_sources(etat)
    territoires = [territoire.nom for territoire in reglages.territoires]
    table = table.assign(publie=table["publiable"])
    entretiens = table[table["genre"] == "entretien"]
    objectifs = {profil.nom: profil.quota for profil in reglages.profils}
    regles = reglages.publication
    choix = Regles(
        par_theme_et_profil=regles.verbatims_par_theme, par_personne=regles.verbatims_par_personne
    )
    return construire_jeu(
        reglages,
        effectifs=effectifs(etat, textes, grille),
        passages=candidats,
        ateliers=_ateliers(
            etat.registre, dict(zip([t.code for t in reglages.territoires], territoires, strict=True))
        ),
        avancement=tableaux.avancement(entretiens, territoires=territoires, objectifs=objectifs),
        grille=grille,
        version=version,
        date=jour,
        licence=regles.licence or None,
        regles=choix,
        confrontation=confrontation_publiable(etat, textes, grille, candidats, choix),
        lexique=lexique,
        calendrier=_calendrier(etat.registre),
        accord=_accord(etat.etude),
        precedent=_precedent(etat.etude),
    )


def _ateliers(registre: Registre, territoires: Mapping[str, str]) -> pd.DataFrame:
    lignes = [
        (
            a.titre,
            territoires[a.territoire],
            a.date.isoformat(),
            sum(p.locuteur != ANIMATEUR for p in a.participants),
            "\n".join(a.decisions),
        )
        for a in registre.ateliers
        if a.date is not None
    ]
    return pd.DataFrame(lignes, columns=["titre", "territoire", "date", "participants", "decisions"])


def _formes_interdites(etat: Situation, entrepot: Entrepot) -> set[str]:
    """Ce qu'aucun octet publié ne doit contenir : mentions masquées, noms du registre, identifiants."""
    formes = {source.id for source in etat.registre.sources}
    for source in etat.registre.sources:
        for p in source.participants:
            formes |= {valeur for valeur in (p.prenom, p.nom) if valeur}
            if p.prenom and p.nom:
                formes.add(f"{p.prenom} {p.nom}")
    with entrepot.lire() as cx:
        for source_id, mentions in transcriptions.mentions_masquees(cx).items():
            texte = transcriptions.lire(cx, etat.pseudonymisees[source_id].version_id).texte
            formes |= {texte[m["debut"] : m["fin"]] for m in mentions}
    formes = {forme for forme in formes if len(forme) > 2 or not forme.isdigit()}
    return formes - {t.nom for t in etat.etude.reglages.territoires}


def _formes_ordinaires(formes: set[str], etude: Etude) -> set[str]:
    """Les formes d'un seul mot qui sont aussi des mots de la langue (Rose, Marine).

    D'après le lexique du modèle de langue, jamais d'après les textes qu'on contrôle.
    """
    lexique = charger_lexique(etude.reglages.confidentialite.langue)
    return {forme for forme in formes if _ordinaire(forme, lexique)}


def _ordinaire(forme: str, lexique: Lexique) -> bool:
    mots = [mot for mot in MOTS.findall(forme) if not mot.isdigit()]
    if not mots or sum(len(mot) > 3 for mot in mots) > 1:
        return False
    return all(len(mot) == 1 or mot.lower() in lexique or plier(mot) in lexique for mot in mots)


def _lieux_et_structures(registre: Registre) -> set[str]:
    """Quartiers, structures et représentants du registre : aucun verbatim ne les cite."""
    champs = {
        valeur
        for source in registre.sources
        for p in source.participants
        for valeur in (p.quartier, p.structure, p.consentement.representant_legal)
        if valeur
    }
    noms = {re.sub(r"\(.*?\)", "", champ).split(",")[0].strip() for champ in champs}
    return {nom for nom in noms if any(mot[0].isupper() for mot in nom.split()[1:]) or nom.istitle()}


def _assez_nombreux(candidats: pd.DataFrame, etat: Situation) -> pd.DataFrame:
    """Sans les verbatims des territoires et profils où trop peu de personnes sont publiées."""
    table = table_sources(etat)
    publiees = table[table["publiable"]].groupby(["territoire", "profil"])["source_id"].nunique()
    tailles = {str(case): int(nombre) for case, nombre in publiees.items()}
    cases = zip(candidats["territoire"], candidats["profil"], strict=True)
    seuil = etat.etude.reglages.seuils.effectif_minimal
    assez = [tailles.get(str(case), 0) >= seuil for case in cases]
    return candidats.loc[pd.Series(assez, index=candidats.index, dtype=bool)]


def _ecarter(candidats: pd.DataFrame, interdits: Interdits) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Écarte les passages où une forme masquée ailleurs reste en clair, et dit combien."""
    fuites = candidats["texte"].map(interdits.dans).astype(bool)
    ecartes = candidats.loc[fuites & candidats["citation_permise"], "source_id"]
    if ecartes.empty:
        return candidats, ()
    message = (
        f"{len(ecartes)} passages gardent en clair une forme masquée ailleurs ; ils ne seront pas cités "
        f"(revues à reprendre : {', '.join(sorted(ecartes.unique())[:MONTRES])}…)"
    )
    return candidats[~fuites], (message,)


def _noter(
    ecriture: Ecriture, etude: Etude, etat: Situation, version: int, empreinte: str, jour: date
) -> None:
    manifeste = suites.empreinte_fichier(etude.publie / dossier.MANIFESTE)
    sources = tuple(sorted(etat.publiables()))
    publication = suites.Publication(version, jour.isoformat(), empreinte, manifeste, sources)
    suites.ajouter_publication(ecriture, publication)
