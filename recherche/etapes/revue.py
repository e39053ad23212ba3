"""Revoir les mentions d'une transcription, puis les signer : rien n'est publiable avant.

Les mentions proposées sont groupées par forme : une décision vaut pour toutes, sauf exceptions. Ce qui
est ambigu se décide ; ce qui n'a pas été trouvé se cherche dans la file résiduelle. Une personne
peut-être mineure demande deux signatures.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection

from recherche.entrepot import Entrepot, revues_en_cours, transcriptions
from recherche.entrepot.transcriptions import Version
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes.consentements import peut_etre_mineur
from recherche.etapes.indirects import Voisinage, occurrences, voisinages
from recherche.etapes.seance import registre_reporte, seance
from recherche.langue import listes
from recherche.langue.cle import forme_de_cle
from recherche.langue.contexte import ContexteDetection
from recherche.langue.mentions import Mention, TypeMention, disjointes
from recherche.langue.residus import residus
from recherche.langue.spacy_fr import charger_lexique
from recherche.modele.entretien import Registre
from recherche.modele.suivi import Bilan
from recherche.modele.transcription import Transcription
from recherche.registre import lire_registre
from recherche.reglages import Etude

ETAPE = "signer une revue"
CONTEXTE = 60
FAIBLES = ("mot inconnu", "majuscule", "spacy", "variante de")


class File(StrEnum):
    """Où une forme se décide."""

    TROUVEE = "trouvée"
    AMBIGUE = "ambiguë"
    RESIDU = "résiduelle"
    INDIRECTE = "indirecte"


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Une occurrence [debut, fin[ de la version brute, son contexte, son moment, son détecteur."""

    debut: int
    fin: int
    avant: str
    texte: str
    apres: str
    locuteur: str
    debut_s: float | None
    fin_s: float | None
    detecteur: str


@dataclass(frozen=True, slots=True)
class Groupe:
    """Une forme, son type proposé, sa file et toutes ses occurrences."""

    cle: str
    type: str
    forme: str
    file: File
    occurrences: tuple[Occurrence, ...]

    @property
    def detecteurs(self) -> str:
        """Les détecteurs qui l'ont trouvée, du plus fréquent au moins fréquent."""
        return ", ".join(nom for nom, _ in Counter(o.detecteur for o in self.occurrences).most_common())


@dataclass(frozen=True)
class Decisions:
    """Ce que la personne a décidé : masquer ou laisser par groupe, type choisi, occurrences exceptées.

    `premier` : première signature d'une revue qui en demande deux ; `vue` : file résiduelle lue.
    """

    masquer: Mapping[str, bool] = field(default_factory=dict)
    types: Mapping[str, str] = field(default_factory=dict)
    exceptions: Mapping[str, Sequence[int]] = field(default_factory=dict)
    vue: bool = False
    premier: str | None = None

    @classmethod
    def depuis(cls, valeurs: Mapping[str, Any] | None) -> Decisions:
        """Les décisions rangées, ou aucune."""
        return cls(**valeurs) if valeurs else cls()


@dataclass(frozen=True)
class ARevoir:
    """Une transcription à revoir. `signataires` : ceux de la revue qui vaut déjà pour ce texte."""

    source_id: str
    version_id: int
    empreinte: str
    mots: int
    mineur: bool
    groupes: tuple[Groupe, ...]
    voisinages: tuple[Voisinage, ...]
    decisions: Decisions
    signataires: tuple[str, ...]

    def de(self, *files: File) -> tuple[Groupe, ...]:
        """Les groupes de ces files, les plus nombreux d'abord."""
        return tuple(g for g in self.groupes if g.file in files)


@dataclass(frozen=True, slots=True)
class EtatRevue:
    """Où en est la revue d'une source, en un mot."""

    source_id: str
    etat: str
    mineur: bool


PAS_PROPOSEE, A_REVOIR, COMMENCEE = "à pseudonymiser", "à revoir", "commencée"
ATTEND_SECOND, SIGNEE = "attend un second relecteur", "signée"


def etats(etude: Etude) -> tuple[EtatRevue, ...]:
    """L'état de la revue de chaque source transcrite, dans l'ordre des identifiants."""
    registre = lire_registre(etude)
    mineures = {s.id for s in registre.sources if peut_etre_mineur(s, etude.reglages)}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        pseudos = transcriptions.pseudonymisees(cx)
        revues = transcriptions.revues(cx)
        en_cours = revues_en_cours.lire(cx)
        courantes = transcriptions.courantes(cx)
    resultat = []
    for source_id, version in sorted(courantes.items()):
        pseudo, revue = pseudos.get(source_id), revues.get(version.id)
        brouillon = en_cours.get(version.id)
        if brouillon is not None:
            etat = ATTEND_SECOND if brouillon.get("premier") else COMMENCEE
        elif revue is not None:
            etat = ATTEND_SECOND if source_id in mineures and not revue.second_relecteur else SIGNEE
        else:
            propose = pseudo is not None and pseudo.version_id == version.id
            etat = A_REVOIR if propose else PAS_PROPOSEE
        resultat.append(EtatRevue(source_id, etat, source_id in mineures))
    return tuple(resultat)


def a_revoir(etude: Etude, source_id: str) -> ARevoir:
    """Tout ce qu'il faut pour revoir une source.

    Lève `ErreurConfidentialite` si elle n'a pas de mentions proposées sur sa version courante.
    """
    registre = lire_registre(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        version = transcriptions.courantes(cx).get(source_id)
        if version is None:
            raise _sans_proposition(source_id)
        texte = transcriptions.lire(cx, version.id)
        mentions, signataires = _mentions(cx, version)
        decisions = Decisions.depuis(revues_en_cours.lire(cx).get(version.id))
    groupes = _groupes(etude, registre, texte, mentions)
    source = next((s for s in registre.sources if s.id == source_id), None)
    voisins = voisinages(registre, etude.reglages, source_id)
    return ARevoir(
        source_id,
        version.id,
        version.empreinte,
        texte.nombre_mots,
        source is None or peut_etre_mineur(source, etude.reglages),
        (*groupes, *_indirectes(texte, voisins, mentions)),
        voisins,
        decisions,
        signataires,
    )


def _sans_proposition(source_id: str) -> ErreurConfidentialite:
    return ErreurConfidentialite(
        f"{source_id} n'a pas encore de mentions proposées sur sa version courante.",
        "Lancez « recherche pseudonymiser », puis revenez à la revue.",
    )


def _mentions(cx: Connection, version: Version) -> tuple[list[Mention], tuple[str, ...]]:
    """Les mentions de la revue signée de cette version, sinon celles que proposent les détecteurs."""
    revue = transcriptions.revues(cx).get(version.id)
    if revue is not None:
        noms = (revue.relecteur, *((revue.second_relecteur,) if revue.second_relecteur else ()))
        return [_mention(m, "revue") for m in revue.mentions], noms
    pseudo = transcriptions.pseudonymisees(cx, version.source_id).get(version.source_id)
    if pseudo is None or pseudo.version_id != version.id:
        raise _sans_proposition(version.source_id)
    return [_mention(m, "détecteur") for m in transcriptions.mentions_de(cx, pseudo.id)], ()


def _mention(valeur: Mapping[str, Any], detecteur: str) -> Mention:
    type_ = TypeMention(valeur["type"])
    return Mention(valeur["debut"], valeur["fin"], type_, valeur.get("detecteur", detecteur))


def _groupes(
    etude: Etude, registre: Registre, texte: Transcription, mentions: Iterable[Mention]
) -> tuple[Groupe, ...]:
    plein = texte.texte
    par_forme: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        forme = forme_de_cle(mention.type, plein[mention.debut : mention.fin])
        par_forme[mention.type.value, forme].append(mention)
    lexique = charger_lexique(etude.reglages.confidentialite.langue)
    contexte = ContexteDetection.depuis(etude.reglages, registre)
    masques = [(m.debut, m.fin) for groupe in par_forme.values() for m in groupe]
    par_residu: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for r in residus(texte, masques, lexique, publics=contexte.intouchables):
        forme = forme_de_cle(TypeMention.AUTRE, plein[r.debut : r.fin])
        par_residu[TypeMention.AUTRE.value, forme].append(
            Mention(r.debut, r.fin, TypeMention.AUTRE, r.raison)
        )
    trouves = [_groupe(texte, cle, liste, _file(cle, liste)) for cle, liste in par_forme.items()]
    restants = [_groupe(texte, cle, liste, File.RESIDU) for cle, liste in par_residu.items()]
    return tuple(sorted((*trouves, *restants), key=lambda g: (-len(g.occurrences), g.forme)))


def _file(cle: tuple[str, str], mentions: Sequence[Mention]) -> File:
    """Ambiguë : un mot ordinaire, un type inconnu, ou seulement des détecteurs faibles."""
    type_, forme = cle
    if all(m.detecteur == "revue" for m in mentions):
        return File.TROUVEE
    faible = all(m.detecteur.startswith(FAIBLES) for m in mentions)
    if forme in listes.mots("ambigus") or type_ == TypeMention.AUTRE.value or faible:
        return File.AMBIGUE
    return File.TROUVEE


def _groupe(
    texte: Transcription, cle: tuple[str, str], mentions: Sequence[Mention], file: File
) -> Groupe:
    situees = tuple(_occurrence(texte, m) for m in sorted(mentions, key=lambda m: m.debut))
    forme = Counter(o.texte for o in situees).most_common(1)[0][0]
    prefixe = {File.RESIDU: "résidu|", File.INDIRECTE: "indirect|"}.get(file, "")
    return Groupe(f"{prefixe}{cle[0]}|{cle[1]}", cle[0], forme, file, situees)


def _occurrence(texte: Transcription, mention: Mention) -> Occurrence:
    plein = texte.texte
    debut, fin = mention.debut, mention.fin
    tour = texte.tours[texte.tour_a(debut)]
    temps = [mot for _, mot in texte.mots_entre(debut, fin) if mot.debut_s is not None]
    return Occurrence(
        debut,
        fin,
        plein[max(0, debut - CONTEXTE) : debut].rpartition("\n")[2],
        plein[debut:fin],
        plein[fin : fin + CONTEXTE].partition("\n")[0],
        tour.locuteur,
        temps[0].debut_s if temps else None,
        temps[-1].fin_s if temps else None,
        mention.detecteur,
    )


def _indirectes(
    texte: Transcription, voisins: Iterable[Voisinage], mentions: Iterable[Mention]
) -> Iterable[Groupe]:
    """Les passages qui disent une fonction que la personne est seule à exercer dans sa ville."""
    masques = {i for m in mentions for i in range(m.debut, m.fin)}
    for fonction in sorted({v.fonction for v in voisins if v.fonction and v.fonction_seule}):
        libres = [
            Mention(debut, fin, TypeMention.AUTRE, "fonction rare dans la ville")
            for debut, fin in occurrences(texte.texte, fonction)
            if masques.isdisjoint(range(debut, fin))
        ]
        if libres:
            yield _groupe(texte, (TypeMention.AUTRE.value, fonction), libres, File.INDIRECTE)


# --- décider et signer --------------------------------------------------------------------------------


def masque(groupe: Groupe, decisions: Decisions) -> bool | None:
    """Vrai si la forme est masquée, faux si elle reste ; None si cela reste à décider."""
    par_defaut = {File.TROUVEE: True, File.AMBIGUE: None}.get(groupe.file, False)
    return decisions.masquer.get(groupe.cle, par_defaut)


def mentions_retenues(revue: ARevoir, decisions: Decisions) -> tuple[Mention, ...]:
    """Les mentions à masquer : celles des formes masquées moins les exceptions, et l'inverse."""
    gardees = []
    for groupe in revue.groupes:
        oui = bool(masque(groupe, decisions))
        exceptees = set(decisions.exceptions.get(groupe.cle, ()))
        type_ = TypeMention(decisions.types.get(groupe.cle, groupe.type))
        gardees += [
            Mention(o.debut, o.fin, type_, "revue")
            for o in groupe.occurrences
            if oui is not (o.debut in exceptees)
        ]
    return disjointes(gardees)


def manques(revue: ARevoir, decisions: Decisions) -> tuple[str, ...]:
    """Ce qui empêche encore de signer, en français ; rien si tout est décidé."""
    reste = sum(masque(g, decisions) is None for g in revue.groupes)
    dits = [f"{reste} formes ambiguës restent à décider"] if reste else []
    if not decisions.vue:
        dits.append("la file résiduelle n'est pas marquée comme lue")
    return tuple(dits)


def enregistrer(etude: Etude, revue: ARevoir, decisions: Decisions) -> None:
    """Garde les décisions prises jusqu'ici ; la revue se reprendra de là."""
    with seance(etude, "garder une revue") as entrepot, entrepot.ecrire("garder une revue") as ecriture:
        revues_en_cours.poser(ecriture, revue.version_id, revue.source_id, asdict(decisions))


def signer(etude: Etude, revue: ARevoir, decisions: Decisions, relecteur: str) -> Bilan:
    """Signe la revue au nom de `relecteur`.

    D'une personne peut-être mineure, la première signature attend celle d'un autre relecteur. Lève
    `ErreurConfidentialite` si une décision manque, si le texte a changé depuis, si le nom manque ou si
    le second relecteur est le premier.
    """
    nom = " ".join(relecteur.split())
    if not nom:
        raise ErreurConfidentialite("La revue n'a pas de signataire.", "Écrivez qui signe (R1, nom…).")
    if dits := manques(revue, decisions):
        raise ErreurConfidentialite(
            f"La revue n'est pas finie : {' ; '.join(dits)}.", "Finissez-la d'abord."
        )
    premier = decisions.premier
    if premier is not None and premier.casefold() == nom.casefold():
        raise ErreurConfidentialite(
            f"{nom} a déjà signé cette revue : la seconde lecture revient à une autre personne.",
            "Faites relire et signer par quelqu'un d'autre.",
        )
    with seance(etude, ETAPE) as entrepot:
        registre_reporte(etude, entrepot)
        with entrepot.ecrire(ETAPE) as ecriture:
            courante = transcriptions.courantes(ecriture.cx).get(revue.source_id)
            if courante is None or (courante.id, courante.empreinte) != (
                revue.version_id,
                revue.empreinte,
            ):
                raise ErreurConfidentialite(
                    f"{revue.source_id} a une nouvelle version : cette revue ne vaut plus pour elle.",
                    "Lancez « recherche pseudonymiser », rouvrez la revue et reprenez-la.",
                )
            if revue.mineur and premier is None:
                attente = replace(decisions, premier=nom)
                revues_en_cours.poser(ecriture, revue.version_id, revue.source_id, asdict(attente))
                return Bilan(ETAPE, messages=(f"{revue.source_id} attend un second relecteur.",))
            transcriptions.ajouter_revue(
                ecriture,
                version_id=revue.version_id,
                relecteur=premier or nom,
                second_relecteur=nom if premier else None,
                date=date.today().isoformat(),  # noqa: DTZ011
                mentions=[
                    {"debut": m.debut, "fin": m.fin, "type": m.type.value}
                    for m in mentions_retenues(revue, decisions)
                ],
            )
            revues_en_cours.effacer(ecriture, revue.version_id)
    message = "Appliquez-la : « recherche pseudonymiser »."
    return Bilan(ETAPE, (revue.source_id,), messages=(message,))
