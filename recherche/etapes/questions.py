"""Rapprocher les tours de l'enquêteur des questions du guide ; une personne confirme."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from recherche.entrepot import Entrepot, transcriptions
from recherche.entrepot import questions as rangement
from recherche.entrepot.questions import CONFIRMEE, ECARTEE, PROPOSEE, QuestionPosee
from recherche.entrepot.transcriptions import Version
from recherche.erreurs import ErreurEtude
from recherche.etapes.seance import registre_reporte, seance
from recherche.modele.entretien import Entretien
from recherche.modele.etude import Profil, Reglages
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import ENQUETEUR, Tour, Transcription
from recherche.registre import lire_registre
from recherche.reglages import Etude

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Connection

ETAPE = "questions"
SCORE_MINIMAL = 0.45
SCORE_DU_THEME = 0.5
"""Note au moins donnée à un tour dont le thème du guide est déjà connu."""
MOTS_MINIMUM = 3


@dataclass(frozen=True, slots=True)
class Question:
    """Une question du guide : `id` est « profil.thème.rang », `numero` son rang dans le guide."""

    id: str
    profil: str
    theme: str
    numero: int
    texte: str
    libelle: str


@dataclass(frozen=True, slots=True)
class Rapprochement:
    """Une question posée, ce qui a été dit (pas pseudonymisé) et la question du guide."""

    posee: QuestionPosee
    dit: str
    question: str


def guide(reglages: Reglages, profil: str | None = None) -> tuple[Question, ...]:
    """Les questions du guide d'un profil (ou de tous), dans l'ordre."""
    return tuple(q for p in reglages.profils if profil in (None, p.code) for q in _du_profil(p))


def _du_profil(profil: Profil) -> Iterator[Question]:
    numero = 0
    for theme in profil.guide:
        for rang, texte in enumerate(theme.questions, 1):
            numero += 1
            ou = (f"{profil.code}.{theme.id}.{rang}", profil.code, theme.id)
            yield Question(*ou, numero, texte, theme.libelle)


def proposer(etude: Etude, *, sources: Sequence[str] | None = None, suivi: Suivi = silencieux) -> Bilan:
    """Propose, pour chaque tour de l'enquêteur, la question du guide la plus proche.

    Ce qu'une personne a confirmé ou écarté est gardé, et suit le texte d'une version à l'autre ; un tour
    dont le texte a changé est proposé de nouveau. Lève `ErreurEtude` si le modèle de langue manque.
    """
    with seance(etude, ETAPE) as entrepot:
        registre = registre_reporte(etude, entrepot)
        inscrites = {s.id: s for s in registre.sources}
        with entrepot.lire() as cx:
            courantes = transcriptions.courantes(cx)
        voulues = list(sources) if sources is not None else sorted(courantes)
        faits, passes, anomalies = [], [], []
        for rang, source_id in enumerate(voulues):
            source, version = inscrites.get(source_id), courantes.get(source_id)
            if not isinstance(source, Entretien) or version is None:
                if sources is not None:
                    anomalies.append(_sans_guide(source_id))
                continue
            nombre = _proposer(etude, entrepot, version, guide(etude.reglages, source.profil))
            if nombre:
                faits.append(f"{source_id} : {nombre} tours rapprochés")
            else:
                passes.append(source_id)
            suivi(Avancement(ETAPE, source_id, rang + 1, len(voulues), "entretiens"))
    return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies))


def _proposer(etude: Etude, entrepot: Entrepot, version: Version, questions: Sequence[Question]) -> int:
    """Reporte ce qui est confirmé, propose le reste ; rend le nombre de lignes ajoutées."""
    with entrepot.lire() as cx:
        texte = transcriptions.lire(cx, version.id)
        if any(q.version_id == version.id for q in rangement.lire(cx, version_ids=[version.id])):
            return 0
        reportees = _reportees(cx, version, texte)
    connus = {tour for tour, _ in reportees}
    a_rapprocher = [
        rang
        for rang, tour in enumerate(texte.tours)
        if tour.locuteur == ENQUETEUR and rang not in connus and len(tour.mots) >= MOTS_MINIMUM
    ]
    trouves = _rapprocher(etude, [texte.tours[rang] for rang in a_rapprocher], questions)
    lignes = [
        (version.source_id, version.id, tour, q.question, q.score, q.etat, q.auteur)
        for tour, q in reportees
    ]
    with entrepot.ecrire(f"{ETAPE} {version.source_id}") as ecriture:
        lignes += [
            (version.source_id, version.id, rang, question, score, PROPOSEE, ecriture.auteur)
            for rang, (question, score) in zip(a_rapprocher, trouves, strict=True)
            if score >= SCORE_MINIMAL
        ]
        return rangement.ajouter(ecriture, lignes)


def _reportees(
    cx: Connection, version: Version, texte: Transcription
) -> list[tuple[int, QuestionPosee]]:
    """Ce qu'une personne a décidé sur la version précédente, au même texte dans celle-ci."""
    anciennes = [q for q in rangement.lire(cx) if q.source_id == version.source_id]
    if not anciennes:
        return []
    derniere = max(q.version_id for q in anciennes)
    avant = transcriptions.lire(cx, derniere).tours
    decidees = [q for q in anciennes if q.version_id == derniere and q.etat != PROPOSEE]
    resultat: list[tuple[int, QuestionPosee]] = []
    for decidee in decidees:
        cherche = avant[decidee.tour].texte
        memes = [rang for rang, tour in enumerate(texte.tours) if tour.texte == cherche]
        if memes:
            resultat.append((min(memes, key=lambda rang: abs(rang - decidee.tour)), decidee))
    return resultat


def _rapprocher(
    etude: Etude, tours: Sequence[Tour], questions: Sequence[Question]
) -> list[tuple[str, float]]:
    """La question la plus proche de chaque tour et sa ressemblance ; dans son thème, s'il en a un."""
    if not tours or not questions:
        return [("", 0.0)] * len(tours)
    from recherche.langue.questions import ressemblances

    table = ressemblances(
        [f"{question.libelle} : {question.texte}" for question in questions],
        [tour.texte for tour in tours],
        modele=etude.reglages.confidentialite.langue,
    )
    trouves = []
    for tour, ligne in zip(tours, table, strict=True):
        du_theme = [k for k, q in enumerate(questions) if q.theme == tour.theme]
        meilleure = max(du_theme or range(len(questions)), key=lambda k: ligne[k])
        note = SCORE_DU_THEME if du_theme else float(ligne[meilleure])
        trouves.append((questions[meilleure].id, round(max(note, float(ligne[meilleure])), 3)))
    return trouves


def rapprochements(etude: Etude, sources: Sequence[str] | None = None) -> tuple[Rapprochement, ...]:
    """Les questions posées des versions courantes, avec ce qui a été dit : à confirmer."""
    textes = {q.id: q.texte for q in guide(etude.reglages)}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        courantes = {
            v.id: s for s, v in transcriptions.courantes(cx).items() if sources is None or s in sources
        }
        posees = rangement.lire(cx, version_ids=courantes)
        lues = {v: transcriptions.lire(cx, v).tours for v in {p.version_id for p in posees}}
    return tuple(
        Rapprochement(p, lues[p.version_id][p.tour].texte, textes.get(p.question, "")) for p in posees
    )


def confirmer(etude: Etude, numeros: Sequence[int], *, auteur: str | None = None) -> Bilan:
    """Une personne confirme ces rapprochements ; journalisé, annulable. Lève `ErreurEntrepot`."""
    return _marquer(etude, numeros, CONFIRMEE, auteur)


def ecarter(etude: Etude, numeros: Sequence[int], *, auteur: str | None = None) -> Bilan:
    """Une personne écarte ces rapprochements ; journalisé, annulable. Lève `ErreurEntrepot`."""
    return _marquer(etude, numeros, ECARTEE, auteur)


def designer(
    etude: Etude, source_id: str, tour: int, question: str, *, auteur: str | None = None
) -> Bilan:
    """Dit la question que pose un tour (numéro, dès 1). Lève `ErreurEtude`, `ErreurEntrepot`."""
    _connue(etude.reglages, question)
    with seance(etude, ETAPE) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        version = transcriptions.courantes(ecriture.cx).get(source_id)
        tours = () if version is None else transcriptions.lire(ecriture.cx, version.id).tours
        if version is None or not 1 <= tour <= len(tours):
            raise ErreurEtude(
                f"{source_id} n'a pas de tour {tour}.", "« recherche locuteurs » montre ses tours."
            )
        posees = rangement.lire(ecriture.cx, version_ids=[version.id])
        memes = [p for p in posees if p.tour == tour - 1]
        for posee in memes:
            rangement.marquer(ecriture, posee.id, CONFIRMEE if posee.question == question else ECARTEE)
        if not any(p.question == question for p in memes):
            ligne = (source_id, version.id, tour - 1, question, 1.0, CONFIRMEE, ecriture.auteur)
            rangement.ajouter(ecriture, [ligne])
    return Bilan(ETAPE, (f"{source_id}, tour {tour} : {question}",))


def _marquer(etude: Etude, numeros: Sequence[int], etat: str, auteur: str | None) -> Bilan:
    with seance(etude, ETAPE) as entrepot, entrepot.ecrire(ETAPE, auteur=auteur) as ecriture:
        changees = [n for n in numeros if rangement.marquer(ecriture, n, etat)]
    faits = tuple(f"n° {n} : {etat}" for n in changees)
    return Bilan(ETAPE, faits, tuple(str(n) for n in numeros if n not in changees))


def reponses(
    etude: Etude, question: str | int, *, profil: str | None = None, proposees: bool = False
) -> pd.DataFrame:
    """Toutes les réponses à une question du guide, pseudonymisées, une ligne par question posée.

    `question` : « J.quartier.2 », ou un rang du guide (3) dans `profil` (dans chacun s'il manque).
    `proposees` : aussi celles qu'aucune personne n'a encore confirmées. Colonnes : source_id,
    territoire, profil, theme, question, tour (dès 1), debut_s, etat, texte. Lève `ErreurEtude` si la
    question n'existe pas.
    """
    import pandas as pd

    voulues = {q.id: q for q in _designees(etude.reglages, question, profil)}
    permis = {CONFIRMEE, PROPOSEE} if proposees else {CONFIRMEE}
    inscrites = {s.id: s for s in lire_registre(etude).sources}
    territoires = {t.code: t.nom for t in etude.reglages.territoires}
    lignes = []
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        for source_id, pseudo in sorted(transcriptions.pseudonymisees(cx).items()):
            source = inscrites.get(source_id)
            posees = [p for p in rangement.lire(cx, version_ids=[pseudo.version_id]) if p.etat in permis]
            if not isinstance(source, Entretien) or not any(p.question in voulues for p in posees):
                continue
            tours = transcriptions.lire_pseudonymisee(cx, pseudo.id).tours
            for posee, tour, texte in _repondues(tours, posees, voulues):
                q = voulues[posee.question]
                ou = (source_id, territoires[source.territoire], q.profil, q.theme, q.texte)
                lignes.append((*ou, posee.tour + 1, tour.debut_s, posee.etat, texte))
    colonnes = ["source_id", "territoire", "profil", "theme", "question", "tour", "debut_s", "etat"]
    return pd.DataFrame(lignes, columns=[*colonnes, "texte"])


def _repondues(
    tours: Sequence[Tour], posees: Sequence[QuestionPosee], voulues: Mapping[str, Question]
) -> Iterator[tuple[QuestionPosee, Tour, str]]:
    """Chaque question posée et ce qui est répondu, jusqu'à ce qu'une autre question soit posée."""
    for posee in posees:
        if posee.question not in voulues:
            continue
        autres = [p.tour for p in posees if p.tour > posee.tour and p.question != posee.question]
        suite = tours[posee.tour + 1 : min(autres, default=len(tours))]
        dits = [tour for tour in suite if tour.locuteur != ENQUETEUR]
        if dits:
            yield posee, dits[0], "\n".join(tour.texte for tour in dits)


def _designees(reglages: Reglages, question: str | int, profil: str | None) -> list[Question]:
    if isinstance(question, str):
        return [_connue(reglages, question)]
    trouvees = [q for q in guide(reglages, profil) if q.numero == question]
    if not trouvees:
        raise ErreurEtude(
            f"Le guide n'a pas de question n° {question}.",
            "« recherche questions --guide » montre les questions et leurs numéros.",
        )
    return trouvees


def _connue(reglages: Reglages, question: str) -> Question:
    trouvee = next((q for q in guide(reglages) if q.id == question), None)
    if trouvee is None:
        raise ErreurEtude(
            f"« {question} » n'est pas une question du guide.",
            "« recherche questions --guide » montre les questions et leurs identifiants.",
        )
    return trouvee


def _sans_guide(source_id: str) -> Anomalie:
    return Anomalie(
        source_id,
        f"{source_id} n'est pas un entretien transcrit : il n'a pas de questions à rapprocher.",
        "Vérifiez l'identifiant : « recherche etat » les montre.",
    )
