"""Mesure la transcription, la diarisation et l'attribution, contre la commande `whisper-ctranslate2`.

    python benchmarks/transcription.py                    # un enregistrement et la file de douze
    python benchmarks/transcription.py --seulement diarisation
    python benchmarks/transcription.py --longue-s 10800   # mémoire sur un fichier de trois heures

Le concurrent reçoit les mêmes fichiers, le même modèle (int8) et rend aussi les temps des mots, tous ses
autres réglages étant par défaut ; il se mesure dans la même exécution, en alternance. On garde le
meilleur temps de `--repetitions`. Demande l'extra `test` et `pip install whisper-ctranslate2`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import wave
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
from num2words import num2words
from rich.console import Console
from rich.table import Table

from recherche.audio import chaine, modeles
from recherche.audio.attribution import attribuer, nommer
from recherche.audio.decodage import TAUX_HZ, decouper_en_blocs, flux
from recherche.audio.mesures import erreur_diarisation, mots_mal_attribues
from recherche.modele.etude import ReglagesTranscription
from recherche.modele.transcription import ANIMATEUR, ENQUETEUR, Mot, Tour, TourDeParole

RACINE = Path(__file__).resolve().parents[1]
DEMO = RACINE / "interviews" / "demo"
VERITE = RACINE / "benchmarks" / "verite"
CONSOLE = Console()

Dits = list[tuple[str, str]]
"""(locuteur, mot normalisé)."""


# --- ce que l'on compare ---------------------------------------------------------------------------


def normaliser(texte: str) -> str:
    """Minuscules, nombres en lettres, sans ponctuation, tirets ni élisions : « 9h10, j'ai » -> « neuf
    heures dix j ai ».
    """
    texte = texte.lower().replace("’", "'").replace("œ", "oe")
    texte = re.sub(r"(?<=\d)[ \u202f\xa0](?=\d{3}\b)", "", texte)
    texte = re.sub(r"(\d+) ?h(?:eures?)?\b ?", r"\1 heures ", texte)
    texte = texte.replace("%", " pour cent ").replace("€", " euros ")
    texte = re.sub(r"(\d+)(?:er|ère|e|ème)\b", partial(_en_lettres, forme="ordinal"), texte)
    texte = re.sub(r"(\d+)[,.](\d+)", r"\1 virgule \2", texte)
    texte = re.sub(r"(\d+)", partial(_en_lettres, forme="cardinal"), texte)
    return " ".join(re.sub(r"[\W_]+", " ", texte).split())


def _en_lettres(trouve: re.Match[str], *, forme: str) -> str:
    return f" {num2words(int(trouve[1]), lang='fr', to=forme)} "


def texte_vrai(identifiant: str, dossier: Path) -> Dits:
    """Les mots de la transcription relue, ou d'un entretien du corpus, avec leur locuteur."""
    fichier = next(dossier.rglob(f"{identifiant}.json"))
    tours = json.loads(fichier.read_text(encoding="utf-8"))["tours"]
    return [(t["locuteur"], mot) for t in tours for mot in normaliser(t["texte"]).split()]


def parole_vraie(identifiant: str) -> list[TourDeParole]:
    tours = json.loads((VERITE / f"{identifiant}.verite.json").read_text(encoding="utf-8"))["tours"]
    return [TourDeParole(d, f, t["locuteur"]) for t in tours for d, f in t["parole"]]


def mots_dits(tours: Iterable[Tour]) -> Dits:
    return [(tour.locuteur, mot) for tour in tours for mot in normaliser(tour.texte).split()]


def en_regard(vrais: Dits, dits: Dits) -> list[tuple[int, int]]:
    """Rangs des mots que l'alignement des deux textes met en regard (justes ou substitués)."""
    alignement = jiwer.process_words(*(" ".join(mot for _, mot in suite) for suite in (vrais, dits)))
    return [
        (bout.ref_start_idx + k, bout.hyp_start_idx + k)
        for bout in alignement.alignments[0]
        if bout.type in {"equal", "substitute"}
        for k in range(bout.ref_end_idx - bout.ref_start_idx)
    ]


# --- ce que l'on mesure ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Fait:
    """Un enregistrement traité : temps de calcul en s, pic de mémoire du processus en Mo."""

    identifiant: str
    duree_s: float
    transcription_s: float
    diarisation_s: float
    pic_mo: float
    mots: tuple[Mot, ...]
    parole: tuple[TourDeParole, ...]


def traiter(fichier: Path, *, modele: Path, fils: int, lot: int, diariser: bool) -> Fait:
    reglages = ReglagesTranscription(lot=lot)
    depart = time.perf_counter()
    mots: list[Mot] = []
    fin_s = 0.0
    for bloc in decouper_en_blocs(flux(fichier), reglages.bloc_s):
        mots += chaine.transcripteur(modele, reglages, fils).transcrire_bloc(bloc)
        fin_s = bloc.fin_s
    transcrit = time.perf_counter()
    nombre = len({t.locuteur for t in parole_vraie(fichier.stem)}) if diariser else None
    parole = chaine.diariseur(fils).diariser(fichier, nombre) if diariser else ()
    return Fait(
        identifiant=fichier.stem,
        duree_s=fin_s,
        transcription_s=transcrit - depart,
        diarisation_s=time.perf_counter() - transcrit,
        pic_mo=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        mots=tuple(mots),
        parole=parole,
    )


def notre_file(fichiers: Sequence[Path], *, processus: int, **options: Any) -> tuple[float, list[Fait]]:
    """Temps total, démarrage des processus et chargement des modèles compris."""
    depart = time.perf_counter()
    with multiprocessing.get_context("spawn").Pool(processus) as groupe:
        faits = groupe.map(partial(traiter, **options), fichiers, chunksize=1)
    return time.perf_counter() - depart, faits


@dataclass(frozen=True)
class Concurrent:
    """Ce que rend `whisper-ctranslate2` : temps en s, pic de mémoire en Mo, texte de chaque fichier."""

    temps_s: float
    pic_mo: float
    textes: dict[str, str]


def concurrent(fichiers: Sequence[Path], modele: Path) -> Concurrent:
    commande = shutil.which("whisper-ctranslate2") or str(
        Path(sys.executable).with_name("whisper-ctranslate2")
    )
    with tempfile.TemporaryDirectory() as sortie:
        options = ["--model_directory", str(modele), "--language", "fr", "--word_timestamps", "True"]
        options += ["--compute_type", "int8", "--output_format", "json", "--output_dir", sortie]
        depart = time.perf_counter()
        lance = subprocess.Popen(
            [commande, *map(str, fichiers), *options],
            stdout=subprocess.DEVNULL,
            env={k: v for k, v in os.environ.items() if k != "OMP_NUM_THREADS"},
        )
        _, etat, usage = os.wait4(lance.pid, 0)
        temps_s = time.perf_counter() - depart
        lance.returncode = os.waitstatus_to_exitcode(etat)
        if lance.returncode:
            raise SystemExit(f"whisper-ctranslate2 a échoué (code {lance.returncode}).")
        textes = {
            f.stem: json.loads((Path(sortie) / f"{f.stem}.json").read_text(encoding="utf-8"))["text"]
            for f in fichiers
        }
    return Concurrent(temps_s, usage.ru_maxrss / 1024, textes)


def comparer(
    nom: str,
    fichiers: Sequence[Path],
    args: argparse.Namespace,
    nous: Callable[[], tuple[float, list[Fait]]],
) -> dict[str, Any]:
    """Nous et le concurrent en alternance ; le meilleur temps de chacun, et les deux WER."""
    notres, leurs = [], []
    for _ in range(args.repetitions):
        notres.append(nous())
        leurs.append(concurrent(fichiers, args.modele))
    temps_s, faits = min(notres, key=lambda paire: paire[0])
    autre = min(leurs, key=lambda c: c.temps_s)
    vrais = [" ".join(mot for _, mot in texte_vrai(f.stem, args.textes)) for f in fichiers]
    textes = {fait.identifiant: " ".join(mot.texte for mot in fait.mots) for fait in faits}
    duree_s = sum(fait.duree_s for fait in faits)
    return {
        "mesure": nom,
        "duree_s": round(duree_s, 1),
        "temps_s": round(temps_s, 2),
        "rtf": round(temps_s / duree_s, 4),
        "wer": _wer(vrais, [textes[f.stem] for f in fichiers]),
        "pic_mo": round(max(fait.pic_mo for fait in faits)),
        "concurrent_s": round(autre.temps_s, 2),
        "concurrent_rtf": round(autre.temps_s / duree_s, 4),
        "concurrent_wer": _wer(vrais, [autre.textes[f.stem] for f in fichiers]),
        "concurrent_pic_mo": round(autre.pic_mo),
        "fois_plus_vite": round(autre.temps_s / temps_s, 2),
        "tous_les_temps_s": [
            [round(n[0], 2), round(c.temps_s, 2)] for n, c in zip(notres, leurs, strict=True)
        ],
    }


def _wer(vrais: list[str], dits: Iterable[str]) -> float:
    return round(jiwer.wer(vrais, [normaliser(texte) for texte in dits]), 4)


def qualite(fait: Fait, textes: Path) -> dict[str, Any]:
    """Erreur de diarisation, mots au mauvais locuteur, temps de la chaîne entière."""
    erreur = erreur_diarisation(parole_vraie(fait.identifiant), fait.parole)
    tours = attribuer(fait.mots, fait.parole)
    vrais = texte_vrai(fait.identifiant, textes)
    dits = mots_dits(tours)
    paires = en_regard(vrais, dits)
    faux, total = mots_mal_attribues(vrais, dits, paires)
    atelier = "-A-" in fait.identifiant
    noms = nommer(tours, genre="atelier" if atelier else "entretien")
    meneur = ANIMATEUR if atelier else ENQUETEUR
    sous_ce_nom = Counter(vrais[i][0] for i, j in paires if noms[dits[j][0]] == meneur)
    return {
        "enregistrement": fait.identifiant,
        "der": round(erreur.taux, 4),
        "_erreur": asdict(erreur),
        "wer": _wer([" ".join(m for _, m in vrais)], [" ".join(m.texte for m in fait.mots)]),
        "mots_mal_attribues": faux,
        "mots": total,
        "meneur_reconnu": sous_ce_nom.most_common(1)[0][0] == meneur,
        "rtf_transcription": round(fait.transcription_s / fait.duree_s, 4),
        "rtf_diarisation": round(fait.diarisation_s / fait.duree_s, 4),
        "pic_mo": round(fait.pic_mo),
    }


def longue(fichier: Path, duree_s: float, args: argparse.Namespace) -> dict[str, Any]:
    """Pic de mémoire sur un enregistrement répété jusqu'à `duree_s`, transcription puis diarisation."""
    with tempfile.TemporaryDirectory() as dossier:
        long = Path(dossier) / fichier.with_suffix(".wav").name
        with wave.open(str(long), "wb") as sortie:
            sortie.setparams((1, 2, TAUX_HZ, 0, "NONE", ""))
            while sortie.tell() < duree_s * TAUX_HZ:
                for morceau in flux(fichier):
                    sortie.writeframes((np.clip(morceau, -1, 1) * 32767).astype("<i2").tobytes())
        _, faits = notre_file(
            [long], processus=1, modele=args.modele, fils=args.fils, lot=args.lot, diariser=True
        )
    fait = faits[0]
    return {
        "mesure": "mémoire d'un long enregistrement",
        "duree_s": round(fait.duree_s),
        "pic_mo": round(fait.pic_mo),
        "mots": len(fait.mots),
        "locuteurs": len({t.locuteur for t in fait.parole}),
        "rtf_transcription": round(fait.transcription_s / fait.duree_s, 4),
        "rtf_diarisation": round(fait.diarisation_s / fait.duree_s, 4),
    }


# --- présentation ----------------------------------------------------------------------------------


def montrer(titre: str, lignes: Sequence[dict[str, Any]]) -> None:
    table = Table(title=titre, show_header=len(lignes) > 1)
    colonnes = [cle for cle in lignes[0] if not cle.startswith("_")]
    if len(lignes) == 1:  # debout : une ligne large ne se lit pas
        for colonne in colonnes:
            table.add_row(colonne.replace("_", " "), str(lignes[0][colonne]))
        CONSOLE.print(table)
        return
    for colonne in colonnes:
        table.add_column(colonne.replace("_", " "))
    for ligne in lignes:
        table.add_row(*(str(ligne[colonne]) for colonne in colonnes))
    CONSOLE.print(table)


def resumer(lignes: Sequence[dict[str, Any]], duree_s: float) -> dict[str, Any]:
    def taux(choisies: Sequence[dict[str, Any]]) -> float | None:
        total = [ligne["_erreur"] for ligne in choisies]
        parle = sum(e["reference_s"] for e in total)
        fautes = sum(e["manquee_s"] + e["ajoutee_s"] + e["confondue_s"] for e in total)
        return round(fautes / parle, 4) if parle else None

    entretiens = [ligne for ligne in lignes if "-A-" not in ligne["enregistrement"]]
    transcription = sum(ligne["rtf_transcription"] for ligne in lignes) / len(lignes)
    diarisation = sum(ligne["rtf_diarisation"] for ligne in lignes) / len(lignes)
    return {
        "der_entretiens": taux(entretiens),
        "der_ateliers": taux([ligne for ligne in lignes if ligne not in entretiens]),
        "mots_mal_attribues": sum(ligne["mots_mal_attribues"] for ligne in lignes),
        "mots": sum(ligne["mots"] for ligne in lignes),
        "rtf_transcription": round(transcription, 4),
        "rtf_diarisation": round(diarisation, 4),
        "chaine_sur_transcription": round(1 + diarisation / transcription, 2),
        "duree_s": round(duree_s, 1),
        "pic_mo": max(ligne["pic_mo"] for ligne in lignes),
    }


def arguments() -> argparse.Namespace:
    analyse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    analyse.add_argument("--enregistrements", type=Path, default=DEMO / "enregistrements")
    analyse.add_argument("--textes", "--corpus", type=Path, default=DEMO / "transcriptions")
    analyse.add_argument("--modele", type=modeles.trouver, default="base")
    analyse.add_argument("--un", default="ANG-P-02", help="l'enregistrement mesuré seul")
    analyse.add_argument("--file", type=int, default=12, help="nombre d'entretiens de la file")
    analyse.add_argument("--processus", type=int, default=os.cpu_count() or 1)
    analyse.add_argument("--fils", type=int, default=1, help="fils par processus de la file")
    analyse.add_argument("--lot", type=int, default=ReglagesTranscription.lot)
    analyse.add_argument("--repetitions", type=int, default=2)
    analyse.add_argument("--seulement", choices=["un", "file", "diarisation", "longue"])
    analyse.add_argument("--longue-s", type=float, default=0.0)
    analyse.add_argument("--sortie", type=Path, default=RACINE / "benchmarks" / "resultats")
    return analyse.parse_args()


def principal() -> None:
    args = arguments()
    sons = sorted(f for f in args.enregistrements.iterdir() if f.suffix in {".mp3", ".m4a", ".opus"})
    entretiens = [f for f in sons if "-A-" not in f.name][: args.file]
    un = next(f for f in sons if f.stem == args.un)
    options = {"modele": args.modele, "lot": args.lot}

    def voulu(partie: str) -> bool:
        return args.seulement in {None, partie}

    if voulu("un"):
        nous = partial(
            notre_file, [un], processus=1, fils=os.cpu_count() or 1, diariser=False, **options
        )
        rendre("un", [comparer("un enregistrement", [un], args, nous)], args)
    if voulu("file"):
        nous = partial(
            notre_file, entretiens, processus=args.processus, fils=args.fils, diariser=False, **options
        )
        rendre("file", [comparer(f"file de {len(entretiens)}", entretiens, args, nous)], args)
    if voulu("diarisation"):
        _, faits = notre_file(sons, processus=1, fils=1, diariser=True, **options)
        lignes = [qualite(fait, args.textes) for fait in faits]
        rendre("diarisation", lignes, args)
        rendre("chaine", [resumer(lignes, sum(f.duree_s for f in faits))], args)
    if args.longue_s:
        rendre("longue", [longue(un, args.longue_s, args)], args)


def rendre(nom: str, lignes: list[dict[str, Any]], args: argparse.Namespace) -> None:
    """Montre un tableau et l'écrit en JSON."""
    montrer(nom, lignes)
    args.sortie.mkdir(parents=True, exist_ok=True)
    propres = [{k: v for k, v in ligne.items() if not k.startswith("_")} for ligne in lignes]
    fichier = args.sortie / f"transcription-{nom}.json"
    fichier.write_text(json.dumps(propres, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    principal()
