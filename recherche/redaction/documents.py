"""Les autres documents du programme : fiche ville, Rendez-vous, Actes, fiche expérience.

Chacun est un texte Markdown, rendu par `rendu.rendre_texte`. Les paroles qu'ils reçoivent sont
pseudonymisées ; ce module n'en ajoute ni n'en ôte.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from recherche.redaction import territoires
from recherche.redaction.confrontation_publiee import ecarts, signe
from recherche.redaction.lecture import Lecture
from recherche.redaction.markdown import chapitre, citation, echapper, liste, tableau
from recherche.redaction.phrases import citer_verbatim, propre
from recherche.redaction.themes import choisir
from recherche.redaction.typographie import (
    FINE,
    INSECABLE,
    citer,
    compter,
    date_longue,
    majuscule,
    minuscule,
    nombre,
    typographier,
)
from recherche.redaction.vivants import vivant

PAROLES_PAR_THEME = 2
LONGUEUR_MAXIMALE = 420


@dataclass(frozen=True, slots=True)
class Parole:
    """Un passage codé : locuteur (« Participant 3 »), temps en s, thèmes et nature (noms)."""

    locuteur: str
    texte: str
    debut_s: float | None = None
    rang: int = 0
    themes: tuple[str, ...] = ()
    nature: str = ""


@dataclass(frozen=True, slots=True)
class Seance:
    """Un atelier : ce que le registre en dit de non nominatif."""

    reference: str
    titre: str
    territoire: str
    jour: date | None
    participants: int
    decisions: tuple[str, ...]
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replique:
    """Un tour, tel que dit et tel qu'édité."""

    locuteur: str
    dit: str
    edite: str
    debut_s: float | None = None


# --- fiche ville ----------------------------------------------------------------------------------


def fiche_territoire(lecture: Lecture, territoire: str) -> str:
    """Deux pages sur un territoire : qui, de quoi l'on parle, lectures, paroles, ateliers."""
    return chapitre(
        f"# {propre(territoire)}",
        vivant("nombres", f"{territoire}, base", _qui(lecture, territoire)),
        "## Ce dont on parle",
        vivant("tableau", f"{territoire}, familles", territoires.tableau_familles(lecture, territoire)),
        *_lectures(lecture, territoire),
        *_paroles_du_lieu(lecture, territoire),
        *_ateliers(lecture, territoire),
        _precautions(lecture),
    )


def _qui(lecture: Lecture, territoire: str) -> str:
    dits = [
        f"{compter(n, 'entretien publié', 'entretiens publiés')} avec des {propre(p.pluriel)}"
        for p in lecture.profils
        if (n := lecture.total("publies", territoire=territoire, profil=p.nom))
    ]
    ici = [a for a in lecture.ateliers if a.territoire == territoire]
    if ici:
        dits.append(compter(len(ici), "atelier"))
    return f"{', '.join(dits)}." if dits else "Aucun entretien ni atelier n’y est publié à ce jour."


def _lectures(lecture: Lecture, territoire: str) -> Iterator[str]:
    """Les thèmes du territoire, rangés par lecture de la confrontation."""
    noms = {theme.code: minuscule(propre(theme.nom)) for theme in lecture.themes}
    rangees: dict[str, list[str]] = {}
    for code, ecart in ecarts(lecture, territoire).items():
        if ecart.lecture and ecart.lecture != "peu évoqué" and code in noms:
            mesure = f" ({signe(ecart.ecart)})" if ecart.ecart is not None else ""
            rangees.setdefault(ecart.lecture, []).append(f"{noms[code]}{mesure}")
    if rangees:
        yield "## Ce qui est offert, ce qui est attendu"
        puces = [
            f"**{majuscule(propre(lue))}**{INSECABLE}: {f'{FINE}; '.join(themes)}."
            for lue, themes in rangees.items()
        ]
        yield vivant("nombres", f"{territoire}, lectures", liste(puces))


def _paroles_du_lieu(lecture: Lecture, territoire: str) -> Iterator[str]:
    blocs = []
    for profil in lecture.profils:
        du_lieu = [
            v
            for v in lecture.verbatims
            if v.territoire == territoire
            and v.profil == profil.nom
            and len(v.texte) <= LONGUEUR_MAXIMALE
        ]
        blocs += [citer_verbatim(v) for v in choisir(lecture, du_lieu, set())]
    if blocs:
        yield "## Paroles"
        yield vivant("verbatims", f"{territoire}, paroles", "\n\n".join(blocs))


def _ateliers(lecture: Lecture, territoire: str) -> Iterator[str]:
    for atelier in lecture.ateliers:
        if atelier.territoire == territoire:
            quand = f", {date_longue(atelier.date)}" if atelier.date else ""
            yield f"## Atelier{INSECABLE}: {propre(atelier.titre)}{quand}"
            yield vivant("texte", f"décisions, {atelier.titre}", liste(map(propre, atelier.decisions)))


def _precautions(lecture: Lecture) -> str:
    return typographier(
        f"*Sur si peu d'entretiens, les parts décrivent ceux qui ont parlé, et eux seuls ; les"
        " effectifs de"
        f" moins de {lecture.seuil} personnes sont tus. Le guide de l'étude donne la méthode.*"
    )


# --- Rendez-vous ----------------------------------------------------------------------------------


def rendez_vous(seance: Seance, paroles: Sequence[Parole]) -> str:
    """La synthèse d'un atelier : contexte, échanges par thème, points retenus, suites à écrire."""
    groupes = _par_theme(paroles)
    rangs = [
        [propre(theme), nombre(len(dites)), nombre(len({p.locuteur for p in dites}))]
        for theme, dites in groupes.items()
    ]
    largeurs = [6, 2, 2]
    table = tableau(
        ["Thème", "Passages", "Personnes"], rangs, largeurs=largeurs, legende="Ce dont on a parlé"
    )
    echanges: list[str] = []
    deja: set[str] = set()
    for theme, dites in groupes.items():
        echanges += _echange(theme, dites, deja)
    return chapitre(
        f"# {propre(seance.titre)}",
        "## Le contexte",
        _contexte(seance),
        liste(map(propre, seance.questions)),
        _a_ecrire("pourquoi cet atelier, à la demande de qui, dans quel programme"),
        table if rangs else "",
        "## Les échanges",
        *echanges,
        "## Les points retenus",
        liste(map(propre, seance.decisions))
        or _a_ecrire("les points sur lesquels le groupe s’est accordé"),
        "## La suite",
        _a_ecrire("qui fait quoi, pour quand, et qui rappelle les participants"),
    )


def _contexte(seance: Seance) -> str:
    quand = f" le {date_longue(seance.jour)}" if seance.jour else ""
    return (
        f"L’atelier s’est tenu à {propre(seance.territoire)}{quand}, avec"
        f" {compter(seance.participants, 'participant')} et une personne pour animer. Les échanges"
        " ont été"
        f" enregistrés, transcrits, relus et pseudonymisés{FINE}; les paroles citées le sont telles"
        " qu’elles"
        " ont été dites."
    )


def _par_theme(paroles: Iterable[Parole]) -> dict[str, list[Parole]]:
    """Les passages de chaque thème, les plus abordés d'abord."""
    groupes: dict[str, list[Parole]] = {}
    for parole in paroles:
        for theme in parole.themes:
            groupes.setdefault(theme, []).append(parole)
    return dict(sorted(groupes.items(), key=lambda g: (-len(g[1]), g[0])))


def _echange(theme: str, dites: Sequence[Parole], deja: set[str]) -> Iterator[str]:
    yield f"### {propre(theme)}"
    par_nature: dict[str, int] = {}
    for parole in dites:
        if parole.nature:
            par_nature[parole.nature] = par_nature.get(parole.nature, 0) + 1
    comptes = f"{FINE}; ".join(f"{minuscule(propre(n))}{INSECABLE}: {c}" for n, c in par_nature.items())
    yield f"{compter(len(dites), 'passage')}{f' ({comptes})' if comptes else ''}."
    libres = [p for p in dites if p.texte not in deja and 40 <= len(p.texte) <= LONGUEUR_MAXIMALE]
    for parole in sorted(_divers(libres), key=lambda p: p.rang):
        deja.add(parole.texte)
        yield citation(echapper(citer(parole.texte)), _source(parole))
    yield _a_ecrire("ce que le groupe en a dit, en trois ou quatre phrases")


def _divers(paroles: Sequence[Parole]) -> list[Parole]:
    """Quelques paroles, de locuteurs puis de natures différents, les plus développées d'abord."""
    choisies: list[Parole] = []
    restantes = list(paroles)
    while restantes and len(choisies) < PAROLES_PAR_THEME:
        voix, natures = {p.locuteur for p in choisies}, {p.nature for p in choisies}
        meilleure = min(
            restantes, key=lambda p: (p.locuteur in voix, p.nature in natures, -len(p.texte), p.rang)
        )
        restantes.remove(meilleure)
        choisies.append(meilleure)
    return choisies


def _source(parole: Parole) -> str:
    return ", ".join((propre(parole.locuteur), *([horaire(parole.debut_s)] if parole.debut_s else [])))


def horaire(debut_s: float | None) -> str:
    """« 12:31 », ou « 1:02:05 » ; vide si le temps n'est pas connu."""
    if debut_s is None:
        return ""
    minutes, secondes = divmod(int(debut_s), 60)
    heures, minutes = divmod(minutes, 60)
    return f"{heures}:{minutes:02d}:{secondes:02d}" if heures else f"{minutes:02d}:{secondes:02d}"


def _a_ecrire(consigne: str) -> str:
    return f"*À rédiger{INSECABLE}: {consigne}.*"


# --- Actes ----------------------------------------------------------------------------------------


def actes(seance: Seance, repliques: Sequence[Replique]) -> str:
    """Les Actes : le texte lisible, locuteur par locuteur ; chaque tour a le numéro du verbatim."""
    otes = sum(len(ecarts_de(r)) for r in repliques)
    note = typographier(
        f"Ce texte suit l'enregistrement tour par tour. Les hésitations en sont ôtées"
        f" ({compter(otes, 'écart')} avec le verbatim, tous listés dans le document voisin), rien"
        " n'y est"
        " ajouté : seules changent la ponctuation et la majuscule des mots voisins d'une"
        " hésitation. Les noms"
        " de personnes et de lieux sont remplacés. Le numéro qui précède chaque tour est celui du"
        " verbatim."
    )
    tours = [
        f"**{propre(r.locuteur)}** ({rang}){INSECABLE}: {propre(r.edite)}"
        for rang, r in enumerate(repliques, start=1)
    ]
    quand = f", {date_longue(seance.jour)}" if seance.jour else ""
    return chapitre(
        f"# {propre(seance.titre)}",
        f"{propre(seance.territoire)}{quand}. {majuscule(compter(seance.participants, 'participant'))}.",
        note,
        "## Les échanges",
        *tours,
        "## Les points retenus" if seance.decisions else "",
        liste(map(propre, seance.decisions)),
    )


def verbatim(seance: Seance, repliques: Sequence[Replique]) -> str:
    """Le verbatim à côté des Actes, et la table de tous les écarts."""
    tours = [
        f"**{propre(r.locuteur)}** ({rang}{_quand(r)}){INSECABLE}: {propre(r.dit)}"
        for rang, r in enumerate(repliques, start=1)
    ]
    rangs = [
        [str(rang), propre(r.locuteur), propre(dit) or "—", propre(edite) or "—"]
        for rang, r in enumerate(repliques, start=1)
        for dit, edite in ecarts_de(r)
    ]
    table = tableau(
        ["Tour", "Qui", "Verbatim", "Actes"], rangs, largeurs=[2, 4, 6, 6], legende="Tous les écarts"
    )
    return chapitre(
        f"# {propre(seance.titre)}{INSECABLE}: verbatim",
        "## Tel qu’il a été dit",
        *tours,
        "## Écarts entre le verbatim et les Actes",
        table if rangs else "Les Actes reprennent le verbatim mot pour mot.",
    )


def _quand(replique: Replique) -> str:
    return f", {horaire(replique.debut_s)}" if replique.debut_s is not None else ""


def ecarts_de(replique: Replique) -> list[tuple[str, str]]:
    """Les suites de mots qui diffèrent : (verbatim, Actes) ; rejouer ces écarts redonne les Actes."""
    dits, edites = replique.dit.split(), replique.edite.split()
    comparaison = difflib.SequenceMatcher(a=dits, b=edites, autojunk=False)
    return [
        (" ".join(dits[a:b]), " ".join(edites[c:d]))
        for genre, a, b, c, d in comparaison.get_opcodes()
        if genre != "equal"
    ]


# --- fiche expérience -----------------------------------------------------------------------------

RUBRIQUES: tuple[tuple[str, str], ...] = (
    ("Contexte", "où, pour qui, à partir de quel constat"),
    ("Objectifs", "ce que l’action cherche à changer"),
    ("Déroulement", "qui fait quoi, quand, avec quels moyens et quels partenaires"),
    ("Bilan", "ce qui a marché, ce qui n’a pas marché, ce qu’on referait"),
    ("Contact", "la structure et la personne à joindre, avec leur accord écrit"),
)


def fiche_experience(reference: str, entete: str, paroles: Mapping[str, Sequence[Parole]]) -> str:
    """La fiche d'une action, pré-remplie des passages codés d'un entretien de professionnel.

    `paroles` : par rubrique (Objectifs, Déroulement…). L'état de validation est écrit en tête : la
    personne qui conduit l'action valide la fiche avant qu'elle sorte de l'équipe.
    """
    blocs: list[str] = []
    for rubrique, consigne in RUBRIQUES:
        blocs += [f"## {rubrique}", _a_ecrire(consigne)]
        blocs += [
            citation(echapper(citer(p.texte)), ", ".join(filter(None, (reference, horaire(p.debut_s)))))
            for p in paroles.get(rubrique, ())
        ]
    validation = (
        f"**État{INSECABLE}: à valider.** Cette fiche est pré-remplie de paroles d’entretien. Elle"
        " ne sort pas"
        " de l’équipe tant que la personne qui conduit l’action ne l’a pas relue.\n\n"
        f"Relue par{INSECABLE}: …………………… Le{INSECABLE}: …………………… Validée{INSECABLE}: oui / non"
    )
    return chapitre("# Fiche expérience", propre(entete), validation, *blocs)
