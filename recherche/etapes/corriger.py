"""Appliquer le glossaire et les corrections de l'étude aux transcriptions, de façon annulable."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.util import find_spec

from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot import corrections as rangement
from recherche.entrepot.transcriptions import Version
from recherche.erreurs import ErreurEntrepot
from recherche.etapes.deriver import deriver
from recherche.etapes.seance import registre_reporte, seance
from recherche.langue.corrections import corriger as appliquer
from recherche.langue.corrections import lire_corrections
from recherche.modele.corrections import Application, Corrections
from recherche.modele.entretien import Entretien, Registre, Source
from recherche.modele.etude import Reglages
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import Tour, Transcription
from recherche.reglages import Etude

ETAPE = "corriger"
MONTREES = 8


@dataclass(frozen=True, slots=True)
class _Corrigee:
    """Une version, son texte, ce qu'il devient et ce qui l'a changé."""

    version: Version
    texte: Transcription
    tours: tuple[Tour, ...]
    applications: tuple[Application, ...]


def corriger(
    etude: Etude,
    *,
    sources: Sequence[str] | None = None,
    essai: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Corrige les transcriptions courantes (de `sources`, ou toutes) ; `essai` : dit sans écrire.

    Une source changée reçoit une version de plus ; chaque correction est au journal, et « recherche
    annuler » la défait. Lève `ErreurEtude` si `corrections.toml` est fautif.
    """
    corrections = lire_corrections(etude)
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        return corriger_dans(
            etude, entrepot, registre, corrections, sources=sources, essai=essai, suivi=suivi
        )


def corriger_dans(
    etude: Etude,
    entrepot: Entrepot,
    registre: Registre,
    corrections: Corrections,
    *,
    sources: Sequence[str] | None = None,
    essai: bool = False,
    suivi: Suivi = silencieux,
) -> Bilan:
    """`corriger`, dans une séance déjà ouverte."""
    with entrepot.lire() as cx:
        courantes = transcriptions.courantes(cx)
    voulues = [s for s in registre.sources if sources is None or s.id in sources]
    inconnues = [s for s in sources or () if s not in courantes]
    faits, passes, messages = [], [], []
    anomalies = [_sans_texte(identifiant) for identifiant in inconnues]
    corrections = _possibles(corrections)
    courants = _mots_courants(etude) if corrections.glossaire.rapprocher else frozenset()
    for rang, source in enumerate(voulues):
        version = courantes.get(source.id)
        if version is not None:
            corrigee = _corrigee(etude, entrepot, source, version, corrections, courants)
            messages += [_dire(source.id, a) for a in corrigee.applications[:MONTREES]]
            messages += _dire_suite(source.id, corrigee.applications)
            if not corrigee.applications:
                passes.append(source.id)
            elif essai or (issue := _ranger(entrepot, corrigee)) is None:
                faits.append(f"{source.id} : {_nombre(len(corrigee.applications))}")
            else:
                anomalies.append(issue)
        suivi(Avancement(ETAPE, source.id, rang + 1, len(voulues), "transcriptions"))
    if essai and faits:
        messages.append("Rien n'est écrit : relancez sans --essai pour appliquer ces corrections.")
    return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies), tuple(messages))


def applications(etude: Etude, source_id: str) -> list[tuple[int, Application]]:
    """Les corrections faites à une source, avec le numéro de la version qu'elles ont faite."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        return rangement.lire(cx, source_id)


def termes(reglages: Reglages, source: Source, corrections: Corrections) -> list[str]:
    """Ce qui doit s'écrire ainsi dans une source : noms d'ici, noms du registre, glossaire."""
    locaux = reglages.noms_locaux
    dits = [*locaux.sigles, *locaux.quartiers, *locaux.institutions]
    dits += [territoire.nom for territoire in reglages.territoires]
    for personne in source.participants:
        noms = (personne.prenom, personne.nom, personne.quartier, personne.structure)
        dits += [nom for nom in noms if nom]
    if isinstance(source, Entretien) and source.enqueteur:
        dits.append(source.enqueteur)
    return list(dict.fromkeys([*dits, *corrections.glossaire.termes]))


def _mots_courants(etude: Etude) -> Container[str]:
    """Le lexique du modèle de langue."""
    from recherche.langue.spacy_fr import charger_lexique

    return charger_lexique(etude.reglages.confidentialite.langue)


def _possibles(corrections: Corrections) -> Corrections:
    """Les mêmes ; sans rapprochement si l'extra [langue] n'est pas installé."""
    if find_spec("spacy") is not None and find_spec("rapidfuzz") is not None:
        return corrections
    return replace(corrections, glossaire=replace(corrections.glossaire, rapprocher=False))


def _corrigee(
    etude: Etude,
    entrepot: Entrepot,
    source: Source,
    version: Version,
    corrections: Corrections,
    courants: Container[str],
) -> _Corrigee:
    with entrepot.lire() as cx:
        texte = transcriptions.lire(cx, version.id)
    tours, faites = appliquer(
        texte.tours,
        corrections,
        source_id=source.id,
        termes=termes(etude.reglages, source, corrections),
        courants=courants,
    )
    return _Corrigee(version, texte, tours, faites)


def _ranger(entrepot: Entrepot, corrigee: _Corrigee) -> Anomalie | None:
    """Range la version corrigée et ses corrections ; ou ce qui l'empêche."""
    source_id = corrigee.version.source_id
    reglages = {"corrections": len(corrigee.applications)}
    try:
        with entrepot.ecrire(f"{ETAPE} {source_id}") as ecriture:
            version = deriver(
                ecriture, corrigee.version, corrigee.texte, corrigee.tours, reglages=reglages
            )
            rangement.ajouter(
                ecriture,
                source_id=source_id,
                version_id=version.id,
                applications=corrigee.applications,
            )
    except ErreurEntrepot as erreur:
        if erreur.__cause__ is not None:
            raise
        return Anomalie(source_id, erreur.message, erreur.remede)
    return None


def _dire(source_id: str, a: Application) -> str:
    return f"{source_id} : « {a.avant} » devient « {a.apres} » ({a.regle})"


def _dire_suite(source_id: str, faites: Iterable[Application]) -> list[str]:
    reste = len(list(faites)) - MONTREES
    return [f"{source_id} : et {reste} autres."] if reste > 0 else []


def _sans_texte(identifiant: str) -> Anomalie:
    return Anomalie(
        identifiant,
        f"{identifiant} n'a pas de transcription à corriger.",
        f"Vérifiez l'identifiant, ou lancez « recherche transcrire {identifiant} ».",
    )


def _nombre(combien: int) -> str:
    return f"{combien} correction{'s' if combien > 1 else ''}"
