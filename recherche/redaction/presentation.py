"""Chapitres 00 et 01 : le résumé, la méthode et le corpus."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from recherche.redaction.lecture import ENSEMBLE, TOUTES, Lecture, Profil
from recherche.redaction.markdown import chapitre, liste, tableau
from recherche.redaction.phrases import chez, classer, lister, propre
from recherche.redaction.typographie import (
    INSECABLE,
    accorder,
    compter,
    date_longue,
    enumerer,
    majuscule,
    minuscule,
    nombre,
    periode,
)
from recherche.redaction.vivants import vivant

FICTIF = (
    "**Corpus fictif.** Les personnes, les associations et les propos de cette étude sont inventés :"
    " aucun chiffre, aucune citation ne doit être repris comme un fait."
).replace(" :", f"{INSECABLE}:")
PREMIERS = 3


def resume(lecture: Lecture, jour: date) -> str:
    """Le résumé : ce qui a été fait, ce qui ressort, où le lire."""
    lu = date.fromisoformat(str(lecture.manifeste["date"])[:10])
    version = propre(str(lecture.manifeste.get("version", "")))
    brouillon = (
        f"Ce document est un brouillon, établi le {date_longue(jour)} à partir de la version {version}"
        f" du jeu publié, du {date_longue(lu)}. Les chiffres, les citations et les tableaux viennent du"
        " jeu publié ; les constats et les pistes restent à écrire par l’équipe."
    ).replace(" ;", "\u202f;")
    return chapitre(
        "# Résumé {.unnumbered}",
        FICTIF if lecture.etude.get("fictive") else "",
        propre(str(lecture.etude.get("description", ""))),
        vivant("nombres", "corpus en bref", _corpus_en_bref(lecture)),
        *_ce_qui_ressort(lecture),
        "## Où lire quoi {.unnumbered .unlisted}",
        _plan(lecture),
        vivant("version", "version du jeu publié", brouillon),
    )


def _plan(lecture: Lecture) -> str:
    return liste(
        f"{titre}{INSECABLE}: {contenu}."
        for titre, contenu in (
            (
                "Méthode et corpus",
                "qui a été entendu, comment, et ce que les chiffres permettent de dire",
            ),
            (
                f"État des lieux par {propre(lecture.niveau)}",
                "les sujets abordés et les décisions d’ateliers",
            ),
            ("Thème par thème", "la définition, les effectifs et les paroles de chacun"),
            ("Confrontation", "ce qui est décrit, ce qui manque et ce qui est attendu, côte à côte"),
            (
                "Pistes",
                "les façons d’agir à discuter, liées à leurs preuves, et la place des rédacteurs",
            ),
            ("Fiches méthode", "conduire un entretien, un atelier, un diagnostic"),
            (
                "Annexes",
                "la grille, les guides d’entretien, les limites, l’accord des codeurs, le glossaire",
            ),
        )
    )


def _corpus_en_bref(lecture: Lecture) -> str:
    lieux = compter(len(lecture.territoires), propre(lecture.niveau), propre(lecture.niveau_pluriel))
    debut, fin = (date.fromisoformat(str(lecture.etude[cle])) for cle in ("debut", "fin"))
    parts = [
        compter(lecture.total("realises", profil=p.nom), "entretien") + f" avec des {propre(p.pluriel)}"
        for p in lecture.profils
    ]
    if lecture.ateliers:
        parts.append(compter(len(lecture.ateliers), "atelier"))
    recueil = enumerer(parts) if parts else "aucun entretien ni atelier publié"
    return f"L’étude a porté sur {lieux}, {periode(debut, fin)}{INSECABLE}: {recueil}."


def _ce_qui_ressort(lecture: Lecture) -> list[str]:
    """Les thèmes les plus fréquents de chaque profil, en tout puis par nature."""
    blocs = []
    for profil in lecture.profils:
        if tout := classer(lecture, profil.nom, TOUTES, PREMIERS):
            intitule = f"**{chez(profil)}**, les thèmes les plus abordés"
            dit = f"{intitule}{INSECABLE}: {lister(tout)}.\n\n{liste(_par_nature(lecture, profil))}"
            blocs.append(vivant("nombres", f"résumé, {profil.nom}", dit))
    if not blocs:
        return []
    note = (
        "Les chiffres comptent des entretiens, non des mentions, et les entretiens publiés servent de"
        " dénominateur. Les effectifs masqués ne sont pas classés."
    )
    return ["## Ce qui ressort {.unnumbered .unlisted}", *blocs, note]


def _par_nature(lecture: Lecture, profil: Profil) -> list[str]:
    return [
        f"{propre(nature.nom)}{INSECABLE}: {lister(premiers)}."
        for nature in lecture.natures
        if (premiers := classer(lecture, profil.nom, nature.code, PREMIERS))
    ]


def methode(lecture: Lecture, figures: Mapping[str, str] = MappingProxyType({})) -> str:
    """Le chapitre « Méthode et corpus » ; `figures` : nom -> chemin de l'image."""
    return chapitre(
        "# Méthode et corpus",
        "## L’étude",
        _etude(lecture),
        _livrables(lecture),
        "## Le recueil",
        _recueil(lecture),
        vivant("figure", "figure de l’avancement", _figure(figures)),
        vivant("tableau", "corpus", _tableau_corpus(lecture)),
        vivant("nombres", "base", _base(lecture)),
        vivant("tableau", "ateliers", _ateliers(lecture)),
        "## Du propos au chiffre",
        _du_propos_au_chiffre(lecture),
    )


def _figure(figures: Mapping[str, str]) -> str:
    chemin = figures.get("avancement")
    return f"![Entretiens réalisés et prévus]({chemin}){{width=80%}}" if chemin else ""


def _etude(lecture: Lecture) -> str:
    etude = lecture.etude
    debut, fin = (date.fromisoformat(str(etude[cle])) for cle in ("debut", "fin"))
    lieux = enumerer([propre(nom) for nom in lecture.territoires])
    nombre_lieux = compter(
        len(lecture.territoires), propre(lecture.niveau), propre(lecture.niveau_pluriel)
    )
    return (
        f"«{INSECABLE}{propre(str(etude['titre']))}{INSECABLE}» est une étude de"
        f" {propre(str(etude['organisme']))}, conduite {periode(debut, fin)} sur"
        f" {nombre_lieux}{INSECABLE}: {lieux}."
    )


def _livrables(lecture: Lecture) -> str:
    livrables = [propre(str(livrable)) for livrable in lecture.etude.get("livrables") or ()]
    if not livrables:
        return ""
    return f"L’étude doit produire{INSECABLE}:\n\n{liste(livrables)}"


def _recueil(lecture: Lecture) -> str:
    if not lecture.profils:
        return (
            "L’étude repose sur des ateliers, sans entretien individuel. Les échanges sont enregistrés,"
            " transcrits, relus, puis pseudonymisés."
        )
    guides = accorder(len(lecture.profils), "un guide", "un guide propre à chaque population")
    return (
        f"Les entretiens sont semi-directifs{INSECABLE}: {guides} donne les thèmes (en annexe), l’ordre"
        " est celui de la conversation. Ils sont enregistrés, transcrits, relus avec le son, puis"
        " pseudonymisés et relus de nouveau par une personne qui signe. Seules les personnes qui y ont"
        " consenti sont citées."
    )


def _tableau_corpus(lecture: Lecture) -> str:
    if not lecture.profils:
        return ""
    entetes = [majuscule(propre(lecture.niveau))]
    entetes += [majuscule(propre(p.pluriel)) for p in lecture.profils] + ["Total"]
    rangs = [[propre(nom), *_ligne(lecture, nom)] for nom in lecture.territoires]
    rangs.append([f"**{c}**" for c in ("Total", *_ligne(lecture, None))])
    par = f"par {propre(lecture.niveau)} et par profil"
    legende = f"Entretiens réalisés sur entretiens prévus, {par}"
    return tableau(entetes, rangs, largeurs=[3] + [2] * (len(entetes) - 1), legende=legende)


def _ligne(lecture: Lecture, territoire: str | None) -> list[str]:
    cases = [_fait_sur_prevu(lecture, territoire, p.nom) for p in lecture.profils]
    return [*cases, _fait_sur_prevu(lecture, territoire, None)]


def _fait_sur_prevu(lecture: Lecture, territoire: str | None, profil: str | None) -> str:
    realises, objectif = (
        lecture.total(colonne, territoire=territoire, profil=profil)
        for colonne in ("realises", "objectif")
    )
    return f"{nombre(realises)}/{nombre(objectif)}"


def _base(lecture: Lecture) -> str:
    if not lecture.profils:
        return ""
    realises = lecture.total("realises")
    etapes = [
        f"{nombre(lecture.total(colonne))} {accorder(lecture.total(colonne), participe)}"
        for colonne, participe in (("transcrits", "transcrit"), ("relus", "relu"), ("codes", "codé"))
    ]
    publies = lecture.total("publies")
    bases = {
        p.pluriel: mesure.base
        for p in lecture.profils
        for theme in lecture.themes[:1]
        if (mesure := lecture.effectif_theme(theme.code, p.nom))
    }
    base = enumerer([f"{nombre(n)} avec des {propre(nom)}" for nom, n in bases.items()])
    dit = f", soit {base}" if base else ""
    return (
        f"Sur {compter(realises, 'entretien réalisé', 'entretiens réalisés')}, {enumerer(etapes)},"
        f" {nombre(publies)} {accorder(publies, 'entre', 'entrent')} dans le jeu publié{dit}{INSECABLE}:"
        " c’est la base de tous les effectifs qui suivent."
    )


def _ateliers(lecture: Lecture) -> str:
    if not lecture.ateliers:
        return ""
    rangs = [
        [
            propre(a.titre),
            propre(a.territoire),
            date_longue(a.date) if a.date else "",
            nombre(a.participants),
        ]
        for a in lecture.ateliers
    ]
    niveau = majuscule(propre(lecture.niveau))
    entetes = ["Atelier", niveau, "Date", "Participants"]
    return tableau(entetes, rangs, largeurs=[4, 2, 2, 2], legende="Ateliers thématiques")


def _du_propos_au_chiffre(lecture: Lecture) -> str:
    themes = compter(len(lecture.themes), "thème")
    familles = compter(len(lecture.familles), "famille")
    grille = (
        f"Chaque passage retenu reçoit un ou plusieurs des {themes} de la grille, rangés en {familles}"
    )
    if lecture.natures:
        noms = [f"«{INSECABLE}{minuscule(propre(n.nom))}{INSECABLE}»" for n in lecture.natures]
        natures = enumerer(noms, "ou")
        grille += f", et une nature du propos{INSECABLE}: {natures}"
    compte = (
        "On compte des **entretiens**, jamais des mentions : une personne qui revient dix fois sur un"
        " sujet compte une fois, et un entretien peut compter dans plusieurs thèmes et plusieurs"
        " natures. Chaque effectif est donné avec sa base. L’intervalle de Wilson à 95 % dit combien une"
        " part calculée sur si peu d’entretiens est imprécise."
    )
    seuil = (
        f"Rien n’est écrit qui concerne moins de {lecture.seuil} personnes : l’effectif est alors masqué"
        f" (—), comme ceux qui permettraient de le retrouver par différence. {ENSEMBLE.capitalize()}"
        " désigne tous les profils réunis."
    )
    paragraphes = (f"{grille}.", compte, seuil)
    return "\n\n".join(p.replace(" :", f"{INSECABLE}:").replace(" %", "\u202f%") for p in paragraphes)
