"""Rédiger le guide depuis le jeu publié, sans jamais écraser ce qu'une personne a écrit."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from recherche.entrepot import Entrepot, suites
from recherche.entrepot.suites import Document
from recherche.etapes import figures_guide, retour_guide
from recherche.etapes.rapports_guide import apports
from recherche.etapes.seance import cle, seance
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Anomalie, Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import empreinte_texte
from recherche.publication import dossier
from recherche.publication.jeu import JeuPublie
from recherche.redaction import guide, relecture, rendu, vivants
from recherche.redaction.vivants import Bloc, Changement
from recherche.reglages import Etude

ETAPE = "rediger"
FORMATS = ("docx", "pdf", "html")
TEXTES_PUBLIES = (
    ("verbatims", "texte"),
    ("verbatims_apparies", "texte_demande"),
    ("verbatims_apparies", "texte_offre"),
    ("grille", "exemple"),
)


def rediger(etude: Etude, *, suivi: Suivi = silencieux) -> Bilan:
    """Écrit les chapitres de `guide/` et leurs rendus dans `exports/`.

    Un chapitre modifié à la main ne reçoit que ses blocs vivants dont la preuve a changé, et une marque
    « à revoir » après chaque phrase qui cite ce qui a changé ; si le brouillon lui-même a changé, il est
    posé à côté (`.nouveau.md`). Lève `ErreurRecherche` s'il n'y a pas de jeu publié.
    """
    with seance(etude, ETAPE) as entrepot:
        examen = _examiner(etude, entrepot)
        faits, passes, anomalies = _ecrire_chapitres(etude, entrepot, examen)
        _ecrire_figures(etude, examen)
        textes = retour_guide.lire_chapitres(etude.guide)
        for rang, fmt in enumerate(FORMATS):
            chemin = f"exports/guide.{fmt}"
            suivi(Avancement(ETAPE, chemin, rang, len(FORMATS), "documents"))
            rendue = _rendre(etude, entrepot, examen, textes, fmt)
            (faits if rendue else passes).append(chemin)
        suivi(Avancement(ETAPE, "", len(FORMATS), len(FORMATS), "documents"))
        return Bilan(ETAPE, tuple(faits), tuple(passes), tuple(anomalies), _messages(examen))


def verifier(etude: Etude) -> tuple[Bilan, bool]:
    """Ce que `rediger` changerait, sans rien écrire ; vrai si quelque chose est périmé."""
    with seance(etude, ETAPE) as entrepot:
        examen = _examiner(etude, entrepot)
    perime = any(c.perime for c in examen.chapitres)
    a_jour = tuple(c.chemin for c in examen.chapitres if not c.perime)
    return Bilan("vérifier le guide", passes=a_jour, messages=_messages(examen)), perime


@dataclass(frozen=True)
class _Chapitre:
    """Un chapitre examiné : ce qu'il faut y écrire (`texte`), poser à côté, et ce qui a changé."""

    chemin: str
    texte: str | None
    propose: str | None = None
    a_cote: str | None = None
    changements: tuple[Changement, ...] = ()
    a_revoir: tuple[relecture.Perime, ...] = ()
    sans_appui: tuple[relecture.SansAppui, ...] = ()
    repris: tuple[str, ...] = ()
    inconnus: tuple[str, ...] = ()
    restes: tuple[str, ...] = ()

    @property
    def perime(self) -> bool:
        """Un bloc a changé, ou une phrase cite encore ce qui a changé."""
        return bool(self.changements or self.a_revoir or self.restes)


@dataclass(frozen=True)
class _Examen:
    jeu: JeuPublie
    connus: Mapping[str, Document]
    figures: Mapping[str, str]
    chapitres: tuple[_Chapitre, ...] = field(default=())


def _examiner(etude: Etude, entrepot: Entrepot) -> _Examen:
    """Chaque chapitre devant le jeu publié ; n'écrit rien."""
    jeu = dossier.lire(etude.publie)
    figures = figures_guide.chemins(jeu)
    jour = date.fromisoformat(jeu.manifeste["date"])
    donnes = apports(etude, entrepot, figures)
    brouillon = guide.rediger_guide(jeu.manifeste, jeu.tables, date=jour, apports=donnes)
    with entrepot.lire() as cx:
        connus = suites.documents(cx)
    devant = _Devant(jeu, brouillon)
    fichiers = {f.name for f in etude.guide.glob("*.md") if not f.name.endswith(".nouveau.md")}
    existants = {nom: retour_guide.lire_chapitre(etude.guide / nom) for nom in sorted(fichiers)}
    changes = [
        changement
        for nom, texte in existants.items()
        for changement in _changements(texte, devant.blocs)
    ]
    chapitres = [
        _examiner_chapitre(nom, existants.get(nom), connus.get(f"guide/{nom}"), devant, changes)
        for nom in sorted({*brouillon, *fichiers})
    ]
    return _Examen(jeu, connus, figures, tuple(chapitres))


class _Devant:
    """Ce que le jeu publié permet d'écrire : brouillon, blocs, textes publiés, seuil."""

    def __init__(self, jeu: JeuPublie, brouillon: Mapping[str, str]) -> None:
        self.brouillon = brouillon
        self.blocs: Mapping[str, Bloc] = vivants.registre(brouillon.values())
        self.publies = [str(t) for table, c in TEXTES_PUBLIES for t in jeu.tables[table][c]]
        self.seuil = int(jeu.manifeste["etude"]["seuil"])
        self.phrases = frozenset().union(*map(relecture.phrases, brouillon.values()))


def _changements(texte: str, connus: Mapping[str, Bloc]) -> tuple[Changement, ...]:
    changes = vivants.rafraichir(texte, connus).changements
    return tuple(c for c in changes if _compte(c))


def _compte(changement: Changement) -> bool:
    """Un bloc de la seule version n'est pas une preuve qui change."""
    return changement.apres is None or vivants.sans_references(changement.avant) != (
        vivants.sans_references(changement.apres)
    )


def _examiner_chapitre(
    nom: str,
    existant: str | None,
    precedent: Document | None,
    devant: _Devant,
    changes: list[Changement],
) -> _Chapitre:
    chemin = f"guide/{nom}"
    nouveau = devant.brouillon.get(nom)
    if existant is None:
        return _Chapitre(chemin, nouveau, nouveau)
    if nouveau is not None:
        fusion = guide.fusionner(existant, precedent.empreinte if precedent else None, nouveau)
        if fusion.statut in (guide.Statut.INCHANGE, guide.Statut.MIS_A_JOUR):
            siens = _changements(existant, devant.blocs) if fusion.texte else ()
            return _Chapitre(chemin, fusion.texte, nouveau, changements=siens)
    return _a_la_main(chemin, existant, nouveau, precedent, devant, changes)


def _a_la_main(
    chemin: str,
    existant: str,
    nouveau: str | None,
    precedent: Document | None,
    devant: _Devant,
    changes: list[Changement],
) -> _Chapitre:
    """Un chapitre de personnes : blocs rafraîchis, phrases devant leurs preuves."""
    frais = vivants.rafraichir(existant, devant.blocs)
    perimes = relecture.revoir(existant, changes, devant.publies, devant.blocs)
    texte = relecture.marquer(relecture.oter_resolues(frais.texte), perimes)
    a_cote = None
    if nouveau is not None and (precedent is None or precedent.cle != _cle_squelette(nouveau)):
        a_cote = nouveau
    appuis = relecture.sans_appui(texte, devant.blocs, devant.publies, devant.seuil, devant.phrases)
    return _Chapitre(
        chemin,
        texte if texte != vivants.unix(existant) else None,
        nouveau,
        a_cote,
        _changements(existant, devant.blocs),
        tuple(perimes),
        tuple(appuis),
        frais.repris,
        frais.inconnus,
        tuple(relecture.marques(relecture.oter_resolues(frais.texte))),
    )


def _cle_squelette(texte: str) -> str:
    return empreinte_texte(vivants.squelette(texte))


def _messages(examen: _Examen) -> tuple[str, ...]:
    dits = []
    for chapitre in examen.chapitres:
        ou = chapitre.chemin
        dits += [
            f"{ou} : bloc « {c.nom} »"
            f" {'rafraîchi' if c.apres is not None else 'retiré (plus de preuve)'}"
            for c in chapitre.changements
        ]
        dits += [f"{ou} : à revoir : {p.dit} dans « {_court(p.phrase)} »" for p in chapitre.a_revoir]
        dits += [f"{ou} : toujours à revoir : {reste}" for reste in chapitre.restes]
        dits += [f"{ou} : sans appui : « {_court(s.phrase)} » ({s.raison})" for s in chapitre.sans_appui]
        dits += [f"{ou} : bloc « {nom} » récrit à la main, gardé" for nom in chapitre.repris]
        dits += [f"{ou} : bloc « {nom} » inconnu du jeu publié" for nom in chapitre.inconnus]
    return tuple(dits)


def _court(phrase: str, longueur: int = 90) -> str:
    return phrase if len(phrase) <= longueur else f"{phrase[:longueur].rsplit(' ', 1)[0]}…"


def _ecrire_chapitres(
    etude: Etude, entrepot: Entrepot, examen: _Examen
) -> tuple[list[str], list[str], list[Anomalie]]:
    faits: list[str] = []
    passes: list[str] = []
    anomalies = []
    etude.guide.mkdir(exist_ok=True)
    for chapitre in examen.chapitres:
        fichier = etude.chemin / chapitre.chemin
        if chapitre.texte is not None:
            ecrire_atomique(fichier, chapitre.texte.encode())
            faits.append(chapitre.chemin)
        else:
            passes.append(chapitre.chemin)
        if chapitre.a_cote is not None:
            ecrire_atomique(fichier.with_suffix(".nouveau.md"), chapitre.a_cote.encode())
            anomalies.append(_ecrit_a_la_main(chapitre.chemin))
        if chapitre.propose is not None:
            _noter_propose(entrepot, examen.connus, chapitre)
    return faits, passes, anomalies


def _noter_propose(entrepot: Entrepot, connus: Mapping[str, Document], chapitre: _Chapitre) -> None:
    """Retient le dernier texte proposé et son squelette, s'ils ont changé."""
    propose = chapitre.propose or ""
    empreinte, squelette = empreinte_texte(propose), _cle_squelette(propose)
    connu = connus.get(chapitre.chemin)
    if connu is None or (connu.empreinte, connu.cle) != (empreinte, squelette):
        _noter(entrepot, chapitre.chemin, squelette, propose.encode())


def _ecrire_figures(etude: Etude, examen: _Examen) -> None:
    """Dessine les figures que le jeu demande et qui manquent ; ôte celles des versions passées."""
    gardees = {etude.guide / chemin for chemin in examen.figures.values()}
    for nom, chemin in examen.figures.items():
        if not (etude.guide / chemin).exists():
            ecrire_atomique(etude.guide / chemin, figures_guide.dessiner(examen.jeu, nom))
    dites = "".join(retour_guide.lire_chapitres(etude.guide).values())
    for nom in examen.figures:
        for ancienne in (etude.guide / "figures").glob(f"{nom}-????????????.png"):
            if ancienne not in gardees and ancienne.name not in dites:
                ancienne.unlink()


def _images(etude: Etude) -> dict[str, bytes]:
    """Les images que les chapitres peuvent montrer, par chemin relatif à `guide/`."""
    return {
        fichier.relative_to(etude.guide).as_posix(): fichier.read_bytes()
        for fichier in sorted(etude.guide.rglob("*"))
        if fichier.suffix.lower() in rendu.IMAGES and fichier.is_file()
    }


def _rendre(
    etude: Etude, entrepot: Entrepot, examen: _Examen, textes: Mapping[str, str], fmt: str
) -> bool:
    """Rend le guide dans un format si ses sources ont changé ; faux s'il est à jour."""
    fichier = etude.exports / f"guide.{fmt}"
    connu = examen.connus.get(f"exports/guide.{fmt}")
    manifeste = examen.jeu.manifeste
    images = _images(etude)
    sommes = {nom: hashlib.sha256(octets).hexdigest() for nom, octets in images.items()}
    empreinte = cle("rendu/2", textes, fmt, manifeste["etude"], manifeste["date"], sommes)
    if connu is not None and connu.cle == empreinte and fichier.exists():
        return False
    octets = rendu.rendre(textes, manifeste, fmt, images=images)
    etude.exports.mkdir(exist_ok=True)
    if fmt == "docx":
        retour_guide.garder_sources(etude, textes)
    ecrire_atomique(fichier, octets)
    _noter(entrepot, f"exports/guide.{fmt}", empreinte, octets)
    return True


def _noter(entrepot: Entrepot, chemin: str, empreinte_cle: str, octets: bytes) -> None:
    empreinte = hashlib.sha256(octets).hexdigest()
    with entrepot.ecrire(ETAPE) as ecriture:
        suites.poser_document(ecriture, chemin=chemin, cle=empreinte_cle, empreinte=empreinte)


def _ecrit_a_la_main(chemin: str) -> Anomalie:
    a_cote = Path(chemin).with_suffix(".nouveau.md")
    return Anomalie(
        chemin,
        f"{chemin} a été modifié à la main : il est gardé, et le brouillon a changé.",
        f"Reprenez ce qui vous convient dans {a_cote}, puis supprimez ce fichier.",
    )
