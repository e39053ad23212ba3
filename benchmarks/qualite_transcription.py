"""Mesure ce que les gardes et le glossaire changent à une transcription : WER, rappel des termes, temps.

    python benchmarks/qualite_transcription.py                   # les quatorze enregistrements
    python benchmarks/qualite_transcription.py LOR-A-01 REN-A-01 # quelques-uns

Quatre lectures de chaque enregistrement, par le même modèle (Whisper base, int8, un fil) : « seule » (le
moteur, sans rien), « gardes » (passages douteux relus), « glossaire » (la même, corrigée d'après les
termes de l'étude) et, avec `--mots-cles`, « mots-clés » (termes soufflés au modèle, puis corrigée). Les
termes ne viennent que du registre et d'etude.toml. Le temps de la chaîne compte gardes, diarisation,
attribution et corrections, rapporté à la transcription seule.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jiwer
from transcription import DEMO, normaliser, parole_vraie, texte_vrai

from recherche.audio import chaine, modeles
from recherche.audio.attribution import attribuer
from recherche.audio.decodage import decouper_en_blocs, flux
from recherche.audio.relecture import RelecteurWhisper, garder
from recherche.audio.transcription import Transcripteur, mots_cles_de
from recherche.etapes.corriger import termes
from recherche.etapes.transcrire import termes_a_souffler
from recherche.langue.corrections import corriger, lire_corrections
from recherche.langue.spacy_fr import charger_lexique
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import Mot, Tour
from recherche.registre import lire_registre
from recherche.reglages import Etude

REGLAGES = ReglagesTranscription()
ETUDE = Etude.ouvrir(DEMO)
CORRECTIONS = lire_corrections(ETUDE)
SOURCES = {source.id: source for source in lire_registre(ETUDE).sources}


def tous_les_termes() -> list[str]:
    """Tous ceux que connaissent etude.toml et le registre, personnes comprises."""
    dits = [
        terme for source in SOURCES.values() for terme in termes(ETUDE.reglages, source, CORRECTIONS)
    ]
    return sorted({normaliser(terme) for terme in dits})


def rappel(vrai: str, dit: str, cherches: Sequence[str]) -> tuple[int, int, int]:
    """Termes retrouvés, dits, et écrits sans avoir été dits."""
    retrouves = total = de_trop = 0
    for terme in cherches:
        attendus, lus = (f" {texte} ".count(f" {terme} ") for texte in (vrai, dit))
        total += attendus
        retrouves += min(attendus, lus)
        de_trop += max(0, lus - attendus)
    return retrouves, total, de_trop


def lire(moteur: Transcripteur, fichier: Path, souffles: str | None) -> dict[str, Any]:
    """Les mots d'un enregistrement, avant et après gardes, et le temps de chacune."""
    seuls: list[Mot] = []
    gardes: list[Mot] = []
    doutes, seule_s, gardes_s, duree_s = 0, 0.0, 0.0, 0.0
    relecteur = RelecteurWhisper(moteur.moteur, langue="fr", faisceau=REGLAGES.faisceau)
    for bloc in decouper_en_blocs(flux(fichier), REGLAGES.bloc_s):
        depart = time.perf_counter()
        lus = moteur.transcrire_bloc(bloc, mots_cles=souffles)
        milieu = time.perf_counter()
        relus, trouves = garder(bloc, lus, relecteur, confiance_minimale=0.5, langue="fr")
        gardes_s += time.perf_counter() - milieu
        seule_s += milieu - depart
        seuls += lus
        gardes += relus
        doutes += len(trouves)
        duree_s = bloc.fin_s
    return {
        "seuls": seuls,
        "gardes": gardes,
        "doutes": doutes,
        "seule_s": seule_s,
        "gardes_s": gardes_s,
        "duree_s": duree_s,
    }


def mesurer(identifiant: str, moteur: Transcripteur, *, mots_cles: bool) -> dict[str, Any]:
    fichier = next((DEMO / "enregistrements").glob(f"{identifiant}.*"))
    vrai = " ".join(mot for _, mot in texte_vrai(identifiant, DEMO / "transcriptions"))
    cherches = tous_les_termes()
    lecture = lire(moteur, fichier, None)
    depart = time.perf_counter()
    nombre = len({t.locuteur for t in parole_vraie(identifiant)})
    tours = attribuer(lecture["gardes"], chaine.diariseur(1).diariser(fichier, nombre))
    corriges = appliquer(identifiant, tours)
    suite_s = time.perf_counter() - depart
    textes = {
        "seule": en_texte(lecture["seuls"]),
        "gardes": en_texte(lecture["gardes"]),
        "glossaire": " ".join(normaliser(tour.texte) for tour in corriges),
    }
    if mots_cles:
        source = SOURCES[identifiant]
        souffles = mots_cles_de(termes_a_souffler(ETUDE.reglages, source, CORRECTIONS))
        souffle = lire(moteur, fichier, souffles)
        soufflee = appliquer(identifiant, [Tour("L1", tuple(souffle["gardes"]))])
        textes["mots-clés"] = " ".join(normaliser(tour.texte) for tour in soufflee)
    mesure: dict[str, Any] = {
        "enregistrement": identifiant,
        "doutes": lecture["doutes"],
        "rtf_seule": round(lecture["seule_s"] / lecture["duree_s"], 4),
        "chaine_sur_seule": round(
            (lecture["seule_s"] + lecture["gardes_s"] + suite_s) / lecture["seule_s"], 3
        ),
    }
    for nom, texte in textes.items():
        mesure[f"wer_{nom}"] = round(jiwer.wer(vrai, texte), 4)
        mesure[f"termes_{nom}"] = rappel(vrai, texte, cherches)
    mesure["_textes"] = textes | {"vrai": vrai}
    return mesure


def appliquer(identifiant: str, tours: Sequence[Tour]) -> tuple[Tour, ...]:
    """Les tours corrigés par le glossaire."""
    corriges, _ = corriger(
        tours,
        CORRECTIONS,
        source_id=identifiant,
        termes=termes(ETUDE.reglages, SOURCES[identifiant], CORRECTIONS),
        courants=charger_lexique(ETUDE.reglages.confidentialite.langue),
    )
    return corriges


def en_texte(mots: Sequence[Mot]) -> str:
    return normaliser(" ".join(mot.texte for mot in mots))


def resumer(mesures: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Les quatorze ensemble : WER sur tous les mots, termes additionnés."""
    noms = [nom for nom in mesures[0]["_textes"] if nom != "vrai"]
    resume: dict[str, Any] = {"enregistrements": len(mesures)}
    vrais = [mesure["_textes"]["vrai"] for mesure in mesures]
    for nom in noms:
        resume[f"wer_{nom}"] = round(jiwer.wer(vrais, [m["_textes"][nom] for m in mesures]), 4)
        sommes = [sum(m[f"termes_{nom}"][k] for m in mesures) for k in range(3)]
        resume[f"termes_{nom}"] = sommes
        resume[f"rappel_{nom}"] = round(sommes[0] / sommes[1], 3) if sommes[1] else None
    resume["chaine_sur_seule"] = round(sum(m["chaine_sur_seule"] for m in mesures) / len(mesures), 3)
    return resume


def principal() -> None:
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    analyse.add_argument("sources", nargs="*", help="identifiants ; tous si aucun")
    analyse.add_argument("--mots-cles", action="store_true", help="mesure aussi les termes soufflés")
    analyse.add_argument("--sortie", type=Path, default=Path(__file__).parent / "resultats")
    args = analyse.parse_args()
    moteur = Transcripteur(modeles.trouver("base"), REGLAGES, fils=1)
    sons = sorted(f.stem for f in (DEMO / "enregistrements").iterdir())
    mesures = []
    for identifiant in args.sources or sons:
        mesures.append(mesurer(identifiant, moteur, mots_cles=args.mots_cles))
        print({nom: valeur for nom, valeur in mesures[-1].items() if nom != "_textes"}, flush=True)
    propres = [{n: v for n, v in m.items() if n != "_textes"} for m in mesures]
    rendu = {"ensemble": resumer(mesures), "enregistrements": propres}
    print(rendu["ensemble"])
    args.sortie.mkdir(parents=True, exist_ok=True)
    fichier = args.sortie / "qualite-transcription.json"
    fichier.write_text(json.dumps(rendu, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    principal()
