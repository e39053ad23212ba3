"""Retirer une personne : rien d'elle ne reste dans l'étude, sauf qu'un retrait a eu lieu.

Une répétition dit d'abord ce qui sera effacé. Le retrait commence par noter son intention dans la base ;
chaque pas peut être refait : interrompu n'importe quand, il se reprend, et toute autre étape est refusée
d'ici là. La base est effacée en dernier, car elle sait où sont les traces de la personne.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from recherche.audio import empreintes
from recherche.entrepot import Entrepot, retrait, sorties, suites
from recherche.entrepot.retrait import CONSENTEMENT
from recherche.erreurs import ErreurConfidentialite, ErreurRecherche
from recherche.etapes import retrait_fichiers as fichiers
from recherche.etapes.phrase import Demander, phrase_secrete
from recherche.etapes.pseudonymiser import fichier_cle
from recherche.etapes.seance import seance
from recherche.langue import coffre
from recherche.modele.entretien import Source
from recherche.modele.fichiers import ecrire_atomique
from recherche.modele.suivi import Avancement, Bilan, Suivi, silencieux
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR, empreinte_texte
from recherche.publication import dossier
from recherche.registre import effacer_source, lire_registre
from recherche.reglages import Etude

ETAPE = "retirer"


@dataclass(frozen=True)
class Repetition:
    """Ce qu'un retrait effacera, et ce qu'il ne peut pas atteindre.

    `base` : lignes par table ; `cle` : écritures d'origine effacées de la clé ; chemins relatifs à
    l'étude, sauf `sauvegardes_ailleurs`. `sortis` : ce qui a pu quitter le dossier.
    """

    identifiant: str
    commence: str | None
    registre: bool
    base: Mapping[str, int]
    fichiers: tuple[str, ...]
    recrits: tuple[str, ...]
    citations: Mapping[str, int]
    cle: int
    jeu_publie: bool
    sauvegardes: tuple[str, ...]
    sauvegardes_ailleurs: tuple[str, ...]
    sortis: tuple[str, ...]
    a_la_main: tuple[str, ...]


@dataclass(frozen=True)
class _Prise:
    """Ce que l'étude sait encore de la personne au début (ou à la reprise) d'un retrait."""

    etude: Etude
    identifiant: str
    source: Source | None
    traces: fichiers.Traces
    sons: tuple[str, ...]
    connus: Mapping[str, str]
    figees: tuple[set[str], set[str]]

    @classmethod
    def lire(cls, etude: Etude, cx: Connection, identifiant: str) -> _Prise:
        registre = lire_registre(etude)
        source = next((s for s in registre.sources if s.id == identifiant), None)
        dits = [
            t.texte for t in retrait.tours(cx, identifiant) if t.locuteur not in (ENQUETEUR, ANIMATEUR)
        ]
        return cls(
            etude,
            identifiant,
            source,
            fichiers.Traces.de(identifiant, source, dits),
            tuple(retrait.sons(cx, identifiant)),
            {chemin: d.empreinte for chemin, d in suites.documents(cx).items()},
            retrait.figees(cx, identifiant),
        )

    def effaces(self) -> list[Path]:
        """Les fichiers à effacer : les siens, ses sons, les exports communs, les versions figées."""
        siens = fichiers.nommes(self.etude, self.identifiant)
        sons = fichiers.sons(self.etude, self.sons, self.source)
        communs = fichiers.exports_communs(self.etude)
        figees = fichiers.figees(self.etude, *self.figees)
        travaux = fichiers.travaux(self.etude, self.identifiant)
        return sorted({*siens, *sons, *communs, *figees, *travaux})

    def chapitres(self) -> list[fichiers.Chapitre]:
        """Les chapitres du guide qui la citent."""
        return fichiers.chapitres(self.etude, self.traces.propos, dict(self.connus))


def repetition(etude: Etude, identifiant: str) -> Repetition:
    """Ce que ferait le retrait, sans rien changer.

    Lève `ErreurConfidentialite` si l'étude ne connaît pas cette source, `ErreurRegistre` si le registre
    ne se lit pas.
    """
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        prise = _prise(etude, cx, identifiant)
        commence = retrait.retraits(cx).get(identifiant)
        effaces, recrits = prise.effaces(), fichiers.partages(etude, identifiant)
        dedans, ailleurs = _sauvegardes(etude, cx)
        return Repetition(
            identifiant,
            commence.debut if commence else None,
            prise.source is not None,
            retrait.compter(cx, identifiant),
            tuple(_relatif(etude, f) for f in effaces),
            tuple(_relatif(etude, f) for f in recrits),
            {c.chemin: c.citations for c in prise.chapitres()},
            retrait.ecritures_propres(cx, identifiant),
            _jeu_concerne(etude, cx, identifiant),
            tuple(_relatif(etude, f) for f in dedans),
            tuple(ailleurs),
            tuple(_sortis(cx, identifiant)),
            (*_a_la_main(prise, {*effaces, *recrits}), *_textes_libres(cx, prise)),
        )


def retirer(
    etude: Etude,
    identifiant: str,
    *,
    demander: Demander | None = None,
    motif: str = CONSENTEMENT,
    suivi: Suivi = silencieux,
) -> Bilan:
    """Efface la personne de l'étude, ou achève un retrait interrompu.

    Lève `ErreurConfidentialite` si la source est inconnue ou si la clé des pseudonymes ne s'ouvre pas
    (rien n'est alors fait), `ErreurRegistre` si le registre est ouvert dans un tableur.
    """
    with seance(etude, ETAPE, retrait_en_cours=True) as entrepot:
        with entrepot.lire() as cx:
            fait = retrait.retraits(cx).get(identifiant)
            if fait is not None and fait.fin is not None and not retrait.existe(cx, identifiant):
                return Bilan(ETAPE, passes=(identifiant,))
            prise = _prise(etude, cx, identifiant)
            sortis = tuple(_sortis(cx, identifiant))
            _, ailleurs = _sauvegardes(etude, cx)
        ouvrir_cle = _cle_a_recrire(etude, entrepot, identifiant, demander)
        pas: list[tuple[str, Callable[[], object]]] = [
            ("intention", lambda: _commencer(entrepot, identifiant, motif)),
            ("jeu publié", lambda: _depublier(etude, entrepot, identifiant)),
            ("guide", lambda: _guide(prise, entrepot)),
            ("fichiers", lambda: _fichiers(prise)),
            ("clé des pseudonymes", ouvrir_cle),
            ("sauvegardes", lambda: _effacer_sauvegardes(etude, entrepot)),
            ("registre", lambda: effacer_source(etude, identifiant)),
            ("base", lambda: _base(entrepot, identifiant)),
            ("pages libres", lambda: retrait.vider(entrepot)),
            ("fin", lambda: _achever(entrepot, identifiant)),
        ]
        for rang, (nom, faire) in enumerate(pas):
            suivi(Avancement(ETAPE, nom, rang, len(pas), "pas"))
            faire()
        suivi(Avancement(ETAPE, "", len(pas), len(pas), "pas"))
        with entrepot.lire() as cx:
            a_la_main = [*_a_la_main(prise, set()), *_textes_libres(cx, prise)]
    return Bilan(ETAPE, (identifiant,), messages=tuple(_conclure(sortis, ailleurs, a_la_main)))


def _prise(etude: Etude, cx: Connection, identifiant: str) -> _Prise:
    prise = _Prise.lire(etude, cx, identifiant)
    connue = prise.source is not None or retrait.existe(cx, identifiant)
    if not connue and identifiant not in retrait.retraits(cx):
        raise ErreurConfidentialite(
            f"« {identifiant} » n'est ni au registre ni dans la base de cette étude.",
            "Vérifiez l'identifiant (LOR-J-02…) : « recherche etat » montre ceux de l'étude.",
        )
    return prise


def _conclure(sortis: tuple[str, ...], ailleurs: list[str], a_la_main: list[str]) -> list[str]:
    messages = [
        "Comptes publiés et guide à refaire : « recherche publier », puis « recherche rediger ».",
    ]
    messages += [f"Sorti de l'étude, à rappeler auprès de qui l'a reçu : {sorti}" for sorti in sortis]
    messages += [f"Sauvegarde hors de l'étude, à effacer : {chemin}" for chemin in ailleurs]
    messages += [f"Parle encore de la personne, à revoir à la main : {f}" for f in a_la_main]
    return messages


# --- les pas ------------------------------------------------------------------------------------------


def _commencer(entrepot: Entrepot, identifiant: str, motif: str) -> None:
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.commencer(ecriture, identifiant, motif)


def _depublier(etude: Etude, entrepot: Entrepot, identifiant: str) -> None:
    """Ôte le jeu publié s'il compte la personne : ses verbatims et les comptes sont à refaire."""
    with entrepot.lire() as cx:
        concerne = _jeu_concerne(etude, cx, identifiant)
        derniere = suites.derniere_publication(cx)
    if not concerne:
        return
    if derniere is not None:
        with entrepot.ecrire("depublier") as ecriture:
            sorties.depublier(ecriture, derniere.version)
    fichiers.effacer_dossier(etude.publie)


def _guide(prise: _Prise, entrepot: Entrepot) -> None:
    """Ôte ses citations ; un chapitre que personne n'a modifié reste connu comme tel."""
    for chapitre in prise.chapitres():
        ecrire_atomique(prise.etude.chemin / chapitre.chemin, chapitre.texte.encode("utf-8"))
        if chapitre.intact:
            empreinte = empreinte_texte(chapitre.texte.rstrip() + "\n")
            with entrepot.ecrire("ôter des citations du guide") as ecriture:
                suites.poser_document(ecriture, chemin=chapitre.chemin, cle="", empreinte=empreinte)


def _fichiers(prise: _Prise) -> None:
    fichiers.effacer(prise.etude, prise.effaces())
    fichiers.recrire_partages(prise.etude, prise.identifiant)
    empreintes.oublier(prise.etude.enregistrements)


def _cle_a_recrire(
    etude: Etude, entrepot: Entrepot, identifiant: str, demander: Demander | None
) -> Callable[[], None]:
    """De quoi récrire la clé, qu'on ouvre avant de rien effacer ; rien à faire s'il n'y en a pas."""
    fichier = fichier_cle(etude)
    if not fichier.exists():
        return lambda: None
    phrase = phrase_secrete(etude, demander, nouvelle=False)
    cle = coffre.lire(fichier, phrase)

    def recrire() -> None:
        with entrepot.lire() as cx:
            nouvelle = cle.oublier(retrait.ecritures_employees(cx, identifiant))
        if nouvelle != cle:
            coffre.ecrire(fichier, nouvelle, phrase)

    return recrire


def _effacer_sauvegardes(etude: Etude, entrepot: Entrepot) -> None:
    with entrepot.lire() as cx:
        dedans, _ = _sauvegardes(etude, cx)
    fichiers.effacer(etude, dedans)
    if etude.sauvegardes.is_dir():
        for reste in etude.sauvegardes.iterdir():
            if reste.is_dir():
                shutil.rmtree(reste)
    with entrepot.ecrire("effacer des sauvegardes") as ecriture:
        retrait.oublier_sauvegardes(ecriture, {str(fichier) for fichier in dedans})


def _base(entrepot: Entrepot, identifiant: str) -> None:
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.effacer(ecriture, identifiant)


def _achever(entrepot: Entrepot, identifiant: str) -> None:
    with entrepot.ecrire("retirer une personne") as ecriture:
        retrait.achever(ecriture, identifiant)


# --- ce que l'étude sait ------------------------------------------------------------------------------


def _jeu_concerne(etude: Etude, cx: Connection, identifiant: str) -> bool:
    """Vrai si `publie/` compte la personne, ou si l'on ne sait pas de quelle version il est."""
    if not etude.publie.exists():
        return False
    comptent = {version for version, _ in retrait.publications(cx, identifiant)}
    try:
        version = dossier.lire_manifeste(etude.publie)["version"]
    except ErreurRecherche:
        return True
    return version in comptent or version not in suites.versions_publiees(cx)


def _sauvegardes(etude: Etude, cx: Connection) -> tuple[list[Path], list[str]]:
    """Les sauvegardes de l'étude (ses fichiers), et celles qui sont ailleurs."""
    connues = [Path(s.chemin) for s in suites.sauvegardes(cx)]
    dedans = {c for c in connues if c.is_relative_to(etude.chemin)}
    if etude.sauvegardes.is_dir():
        dedans |= {f for f in etude.sauvegardes.rglob("*") if f.is_file()}
    return sorted(dedans), [str(c) for c in connues if not c.is_relative_to(etude.chemin)]


def _sortis(cx: Connection, identifiant: str) -> list[str]:
    publies = [
        f"version {v} du jeu publié, du {date}" for v, date in retrait.publications(cx, identifiant)
    ]
    exportes = [
        f"{s.chemin}, exporté le {s.date[:10]} par {s.auteur}" for s in sorties.de(cx, identifiant)
    ]
    return publies + exportes


def _a_la_main(prise: _Prise, traites: set[Path]) -> list[str]:
    restes = fichiers.restes(prise.etude, prise.traces, traites)
    return [_relatif(prise.etude, fichier) for fichier in restes]


def _textes_libres(cx: Connection, prise: _Prise) -> list[str]:
    """Les tables où un texte que rien ne relie à une source cite la personne."""
    trouvees = {
        table
        for table, texte in retrait.textes_libres(cx)
        if prise.traces.dans(texte, identifiant=False)
    }
    return [f"base de l'étude, table « {table} »" for table in sorted(trouvees)]


def _relatif(etude: Etude, fichier: Path) -> str:
    return fichier.relative_to(etude.chemin).as_posix()
