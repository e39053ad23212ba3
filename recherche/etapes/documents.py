"""Les autres documents : fiche ville, Rendez-vous, Actes et fiche expérience, en Markdown, docx et pdf.

La fiche d'un territoire vient du jeu publié. Les trois autres viennent d'une transcription pseudonymisée
et signée, dont les personnes consentent à être citées ; leurs fichiers portent l'identifiant de la
source, et un retrait les efface.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from recherche.codage.grille import lire_grille
from recherche.echanges.marques import editer
from recherche.entrepot import Entrepot, suites
from recherche.erreurs import ErreurConfidentialite, ErreurRecherche
from recherche.etapes.consentements import citable
from recherche.etapes.seance import cle, registre_reporte, seance
from recherche.etapes.tables import Situation, lire_textes
from recherche.modele.codage import Grille
from recherche.modele.entretien import Atelier, Entretien, Source
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR, TranscriptionPseudonymisee
from recherche.publication import dossier
from recherche.redaction import documents as textes
from recherche.redaction.documents import Parole, Replique, Seance
from recherche.redaction.fusion import Statut, fusionner
from recherche.redaction.lecture import Lecture
from recherche.redaction.page_de_titre import PageDeTitre
from recherche.redaction.rendu import rendre_texte
from recherche.redaction.typographie import typographier
from recherche.reglages import Etude

ETAPE = "documents"
GENRES = ("ville", "rendez-vous", "actes", "experience")
FORMATS = ("docx", "pdf")
PAROLES_PAR_RUBRIQUE = 6
LONGUEURS = (60, 500)


def documents(
    etude: Etude, genre: str, objets: Sequence[str] = (), *, suivi: Suivi = silencieux
) -> Bilan:
    """Écrit les documents d'un genre dans `exports/documents/` (`.md` à modifier, `.docx`, `.pdf`).

    `objets` : noms ou codes de territoires pour « ville », identifiants de sources sinon ; tous si
    aucun. Un `.md` modifié à la main est gardé et c'est lui qui est rendu. Lève `ErreurRecherche` sur
    un genre ou un objet inconnu, `ErreurConfidentialite` si une source n'est ni signée ni citable.
    """
    if genre not in GENRES:
        raise ErreurRecherche(
            f"« {genre} » n'est pas un document.", f"Choisissez : {', '.join(GENRES)}."
        )
    with seance(etude, ETAPE) as entrepot:
        ecrits = _composer(etude, entrepot, genre, objets)
        if not ecrits:
            raise ErreurConfidentialite(
                "Aucun atelier n'est à la fois signé et citable par tous ses participants.",
                "Donnez l'identifiant d'un atelier pour savoir ce qui bloque.",
            )
        faits: list[str] = []
        passes: list[str] = []
        for rang, (nom, (sous_titre, texte)) in enumerate(ecrits.items()):
            suivi(Avancement(ETAPE, nom, rang, len(ecrits), "documents"))
            for chemin, fait in _ecrire(etude, entrepot, nom, sous_titre, texte):
                (faits if fait else passes).append(chemin)
        suivi(Avancement(ETAPE, "", len(ecrits), len(ecrits), "documents"))
    return Bilan(ETAPE, tuple(faits), tuple(passes))


def _composer(
    etude: Etude, entrepot: Entrepot, genre: str, objets: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Nom de fichier -> (sous-titre, Markdown)."""
    if genre == "ville":
        return _fiches_territoires(etude, objets)
    registre = registre_reporte(etude, entrepot)
    etat = Situation.lire(etude, entrepot, registre)
    grille = lire_grille(etude.fichier_grille)
    transcrits = lire_textes(entrepot, etat)
    genre_source = Entretien if genre == "experience" else Atelier
    voulues = _choisir(etat, genre_source, objets)
    resultat: dict[str, tuple[str, str]] = {}
    for source in voulues:
        paroles = _paroles(etat, transcrits[source.id], grille)
        if isinstance(source, Entretien):
            fiche = _experience(etat, source, paroles)
            resultat[f"{source.id}-experience"] = ("Fiche expérience", fiche)
            continue
        if not isinstance(source, Atelier):
            continue
        decrite = _seance(etude, source)
        if genre == "rendez-vous":
            sous_titre = "Rendez-vous : synthèse d'un atelier"
            resultat[f"{source.id}-rendez-vous"] = (sous_titre, textes.rendez_vous(decrite, paroles))
        else:
            repliques = _repliques(transcrits[source.id])
            resultat[f"{source.id}-actes"] = ("Actes d'un atelier", textes.actes(decrite, repliques))
            resultat[f"{source.id}-verbatim"] = ("Verbatim", textes.verbatim(decrite, repliques))
    return resultat


def _fiches_territoires(etude: Etude, objets: Sequence[str]) -> dict[str, tuple[str, str]]:
    jeu = dossier.lire(etude.publie)
    lecture = Lecture(jeu.manifeste, jeu.tables)
    par_nom = {cle_.casefold(): t for t in etude.reglages.territoires for cle_ in (t.code, t.nom)}
    inconnus = [objet for objet in objets if objet.casefold() not in par_nom]
    if inconnus:
        noms = ", ".join(t.nom for t in etude.reglages.territoires)
        raise ErreurRecherche(f"Territoire inconnu : {', '.join(inconnus)}.", f"Choisissez : {noms}.")
    voulus = [par_nom[o.casefold()] for o in objets] or list(etude.reglages.territoires)
    niveau = etude.reglages.etude.niveau_territoire
    return {
        f"fiche-{t.code}": (f"Fiche {niveau}", textes.fiche_territoire(lecture, t.nom)) for t in voulus
    }


def _choisir(etat: Situation, genre: type[Source], objets: Sequence[str]) -> list[Source]:
    """Les sources voulues, toutes signées, à jour et citables."""
    connues = {s.id: s for s in etat.registre.sources if isinstance(s, genre)}
    if inconnues := [o for o in objets if o not in connues]:
        quoi = "entretien" if genre is Entretien else "atelier"
        raise ErreurRecherche(
            f"{', '.join(inconnues)} : pas d'{quoi} de ce nom au registre.",
            "Vérifiez l'identifiant (« recherche etat » les donne).",
        )
    if genre is Entretien and not objets:
        raise ErreurRecherche(
            "La fiche expérience part d'un entretien.", "Donnez son identifiant, comme LOR-P-01."
        )
    for objet in objets:
        _exiger_citable(etat, connues[objet])
    if objets:
        return [connues[objet] for objet in objets]
    return [s for s in connues.values() if _refus(etat, s) is None]


def _exiger_citable(etat: Situation, source: Source) -> None:
    if (refus := _refus(etat, source)) is not None:
        raise ErreurConfidentialite(f"{source.id} : {refus}.", "« recherche etat » dit ce qui bloque.")


def _refus(etat: Situation, source: Source) -> str | None:
    if not etat.a_jour(source.id) or etat.second_manque(source):
        return "sa transcription n'est pas pseudonymisée, relue et signée"
    if not source.enregistrement_consenti or not _citable(source, etat.etude):
        return "une personne n'a pas consenti à être citée (ou, mineure, son représentant)"
    return None


def _citable(source: Source, etude: Etude) -> bool:
    """Chacun consent à être cité ; en atelier, un âge absent du registre n'est pas celui d'un mineur."""
    if not isinstance(source, Atelier):
        return citable(source, etude.reglages)
    return bool(source.participants) and all(
        p.consentement.citation is True and (not p.mineur or bool(p.consentement.representant_legal))
        for p in source.participants
    )


def _seance(etude: Etude, atelier: Atelier) -> Seance:
    noms = {t.code: t.nom for t in etude.reglages.territoires}
    prevu = next((a for a in etude.reglages.ateliers if a.id == atelier.id), None)
    themes = {t.id: t for t in etude.reglages.themes}
    questions = themes[prevu.theme].questions if prevu and prevu.theme in themes else []
    return Seance(
        atelier.id,
        atelier.titre,
        noms[atelier.territoire],
        atelier.date,
        sum(p.locuteur != ANIMATEUR for p in atelier.participants),
        atelier.decisions,
        tuple(questions),
    )


def _dire_locuteur(locuteur: str) -> str:
    if locuteur == ANIMATEUR:
        return "Animation"
    if locuteur == ENQUETEUR:
        return "Enquêteur"
    return (
        f"Participant {locuteur[1:]}" if locuteur[:1] == "P" and locuteur[1:].isdigit() else "Entretien"
    )


def _repliques(transcription: TranscriptionPseudonymisee) -> list[Replique]:
    edites = editer(transcription)
    return [
        Replique(_dire_locuteur(dit.locuteur), dit.texte, edite.texte, dit.debut_s)
        for dit, edite in zip(transcription.tours, edites.tours, strict=True)
    ]


def _paroles(etat: Situation, texte: TranscriptionPseudonymisee, grille: Grille) -> list[Parole]:
    """Les passages codés d'une source, dans l'ordre."""
    natures = {code.id: code.nom for code in grille.natures}
    themes = {code.id: code.nom for code in grille.themes()}
    groupes: dict[tuple[int, int], list[str]] = {}
    for c in etat.retenus():
        if c.source_id == texte.source_id:
            groupes.setdefault((c.extrait.debut, c.extrait.fin), []).append(c.code)
    resultat = []
    for (debut, fin), codes in sorted(groupes.items()):
        tour = texte.tours[texte.tour_a(debut)]
        siennes = [natures[c] for c in codes if c in natures]
        resultat.append(
            Parole(
                _dire_locuteur(tour.locuteur),
                " ".join(texte.texte[debut:fin].split()),
                next((mot.debut_s for _, mot in texte.mots_entre(debut, fin)), None),
                debut,
                tuple(dict.fromkeys(themes[c] for c in codes if c in themes)),
                siennes[0] if len(set(siennes)) == 1 else "",
            )
        )
    return resultat


def _experience(etat: Situation, source: Entretien, paroles: Sequence[Parole]) -> str:
    """Pré-remplit par nature du propos : l'offre décrite raconte, le manque pèse, l'attente vise."""
    reglages = etat.etude.reglages
    noms = {code.id: code.nom for code in lire_grille(etat.etude.fichier_grille).natures}
    voulu = reglages.confrontation
    rubriques = {
        "Contexte": "",
        "Objectifs": noms.get(voulu.nature_attente, ""),
        "Déroulement": noms.get(voulu.nature_offre, ""),
        "Bilan": noms.get(voulu.nature_manque, ""),
    }
    par_rubrique: dict[str, list[Parole]] = {}
    for rubrique, nature in rubriques.items():
        siennes = [
            p for p in paroles if p.nature == nature and LONGUEURS[0] <= len(p.texte) <= LONGUEURS[1]
        ]
        plus_riches = sorted(siennes, key=lambda p: -len(p.texte))[:PAROLES_PAR_RUBRIQUE]
        par_rubrique[rubrique] = sorted(plus_riches, key=lambda p: p.rang)
    territoire = next(t.nom for t in reglages.territoires if t.code == source.territoire)
    fonction = source.participant.fonction or next(
        p.nom for p in reglages.profils if p.code == source.profil
    )
    entete = f"D'après l'entretien {source.id} ({fonction}, {territoire})."
    return textes.fiche_experience(source.id, entete, par_rubrique)


def _ecrire(
    etude: Etude, entrepot: Entrepot, nom: str, sous_titre: str, nouveau: str
) -> list[tuple[str, bool]]:
    """Le Markdown (gardé s'il est modifié), puis ses rendus s'ils ne sont plus à jour."""
    lieu = etude.exports / "documents"
    etude.exports.mkdir(exist_ok=True)
    fichier = lieu / f"{nom}.md"
    relatif = fichier.relative_to(etude.chemin).as_posix()
    existant = fichier.read_text(encoding="utf-8") if fichier.exists() else None
    with entrepot.lire() as cx:
        connus = suites.documents(cx)
    connu = connus.get(relatif)
    fusion = fusionner(existant, connu.empreinte if connu else None, nouveau)
    texte = existant if existant is not None and fusion.texte is None else nouveau
    issues = [(relatif, fusion.texte is not None and not fusion.a_cote)]
    if fusion.statut in (Statut.A_COTE, Statut.CONSERVE):
        texte = existant or nouveau
    if fusion.texte is not None:
        cible = lieu / f"{nom}.nouveau.md" if fusion.a_cote else fichier
        ecrire_atomique(cible, fusion.texte.encode(), mode=0o600)
        _noter(entrepot, relatif, "", nouveau.encode())
    for fmt in FORMATS:
        chemin = lieu / f"{nom}.{fmt}"
        issues.append(_rendre(etude, entrepot, chemin, sous_titre, texte, fmt, connus))
    return issues


def _rendre(
    etude: Etude,
    entrepot: Entrepot,
    chemin: Path,
    sous_titre: str,
    texte: str,
    fmt: str,
    connus: Mapping[str, suites.Document],
) -> tuple[str, bool]:
    relatif = chemin.relative_to(etude.chemin).as_posix()
    presente = etude.reglages.etude
    jour = _jour(etude)
    empreinte = cle("document/1", texte, sous_titre, fmt, presente, jour)
    connu = connus.get(relatif)
    if connu is not None and connu.cle == empreinte and chemin.exists():
        return relatif, False
    page = PageDeTitre(
        typographier(presente.titre),
        typographier(sous_titre),
        typographier(presente.organisme),
        jour,
        presente.fictive,
        court=True,
    )
    octets = rendre_texte(texte, page, fmt)
    ecrire_atomique(chemin, octets, mode=0o600)
    _noter(entrepot, relatif, empreinte, octets)
    return relatif, True


def _jour(etude: Etude) -> date:
    """La date du jeu publié, à défaut la fin de l'étude : mêmes entrées, mêmes octets."""
    try:
        return date.fromisoformat(dossier.lire_manifeste(etude.publie)["date"])
    except ErreurRecherche:
        return etude.reglages.etude.fin


def _noter(entrepot: Entrepot, chemin: str, empreinte_cle: str, octets: bytes) -> None:
    empreinte = hashlib.sha256(octets).hexdigest()
    with entrepot.ecrire(ETAPE) as ecriture:
        suites.poser_document(ecriture, chemin=chemin, cle=empreinte_cle, empreinte=empreinte)
