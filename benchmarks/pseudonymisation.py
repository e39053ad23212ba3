"""Mesure la pseudonymisation sur la démonstration, contre les mentions des revues signées.

    python benchmarks/pseudonymisation.py [ETUDE]

Rappel par type, en casse d'origine puis tout en minuscules : « entier » demande que tout caractère de la
mention soit masqué ; « utile » admet que restent ses mots-outils et son genre (« lycée », « rue de »).
Faux positifs : mentions détectées qui ne touchent aucune mention signée, pour 1 000 mots.

Puis, sans registre, sur les phrases de `benchmarks/verite/phrases.txt`, villes de l'étude à part
(elles ne sont pas masquées). Résultats dans `benchmarks/resultats/pseudonymisation.json`.
"""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from recherche.echanges.importation import lire_revue, lire_transcription
from recherche.langue import coffre, listes
from recherche.langue.contexte import ContexteDetection
from recherche.langue.detection import detecter_corpus
from recherche.langue.mots import decouper, plier
from recherche.langue.pseudonymes import (
    Cle,
    ContextePseudonymes,
    Mention,
    TypeMention,
    pseudonymiser,
    reconstituer,
)
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, Transcription
from recherche.registre import lire_registre
from recherche.reglages import Etude

Mentions = Mapping[str, Sequence[Mention]]
DEMO = Path(__file__).parents[1] / "interviews" / "demo"
PHRASES = Path(__file__).parent / "verite" / "phrases.txt"
RESULTATS = Path(__file__).parent / "resultats" / "pseudonymisation.json"
PROVENANCE = Provenance("phrases", "1", datetime(2010, 1, 1, tzinfo=UTC))
MARQUE = re.compile(r"\[([A-Z]{3,4}):([^\]]+)\]")


def en_minuscules(transcription: Transcription) -> Transcription:
    tours = (
        replace(t, mots=tuple(replace(m, texte=m.texte.lower()) for m in t.mots))
        for t in transcription.tours
    )
    return replace(transcription, tours=tuple(tours))


def accessoires() -> frozenset[str]:
    lieux = {plier(mot) for genre in listes.genres("lieux").values() for mot in genre}
    structures = {mot for expression in listes.expressions("structures") for mot in expression.split()}
    return listes.mots("particules") | {"une", "un", "maison"} | lieux | structures


def mesurer(
    transcriptions: Sequence[Transcription], vraies: Mentions, trouvees: Mentions
) -> dict[str, float]:
    total, entier, utile = Counter[str](), Counter[str](), Counter[str]()
    faux = 0
    permis = accessoires()
    for transcription in transcriptions:
        texte = transcription.texte
        masque = {i for m in trouvees[transcription.source_id] for i in range(m.debut, m.fin)}
        signe = {i for m in vraies[transcription.source_id] for i in range(m.debut, m.fin)}
        faux += sum(signe.isdisjoint(range(m.debut, m.fin)) for m in trouvees[transcription.source_id])
        for m in vraies[transcription.source_id]:
            manquants = [
                u.texte
                for u in decouper(texte[m.debut : m.fin])
                if not masque.issuperset(range(m.debut + u.debut, m.debut + u.fin))
            ]
            total[m.type] += 1
            entier[m.type] += not manquants
            utile[m.type] += all(plier(mot) in permis for mot in manquants)
    for type_ in TypeMention:
        if n := total[type_]:
            print(f"  {type_:15} n={n:5}  entier {entier[type_] / n:.3f}  utile {utile[type_] / n:.3f}")
    personnes = total["PRENOM"] + total["NOM"]
    mots = sum(t.nombre_mots for t in transcriptions)
    chiffres = {f"{t} entier": round(entier[t] / n, 4) for t in TypeMention if (n := total[t])}
    chiffres |= {f"{t} utile": round(utile[t] / n, 4) for t in TypeMention if (n := total[t])}
    chiffres["personnes"] = round((utile["PRENOM"] + utile["NOM"]) / personnes, 4)
    chiffres["faux positifs pour 1 000 mots"] = round(1000 * faux / mots, 2)
    print(f"  personnes : {chiffres['personnes']:.4f}")
    print(f"  faux positifs : {1000 * faux / mots:.1f} pour 1 000 mots ({mots} mots)")
    return chiffres


def lire_phrases(fichier: Path) -> tuple[list[Transcription], dict[str, list[tuple[str, int, int]]]]:
    """Une transcription par phrase, et ses mentions (type, début, fin)."""
    transcriptions, vraies = [], {}
    lignes = [x for x in fichier.read_text("utf-8").splitlines() if x.strip() and not x.startswith("#")]
    for rang, ligne in enumerate(lignes):
        texte, places, fin = "", [], 0
        for marque in MARQUE.finditer(ligne):
            texte += ligne[fin : marque.start()]
            places.append((marque[1], len(texte), len(texte) + len(marque[2])))
            texte += marque[2]
            fin = marque.end()
        texte += ligne[fin:]
        identifiant = f"PHR-J-{rang:02d}"
        tours = (Tour.depuis_texte("ENT", texte),)
        assert tours[0].texte == texte
        transcriptions.append(Transcription(identifiant, tours, PROVENANCE))
        vraies[identifiant] = places
    return transcriptions, vraies


def mesurer_phrases(etude: Etude) -> dict[str, float]:
    """Rappel (mention couverte en entier) par type, et faux positifs, sans aucun registre."""
    transcriptions, vraies = lire_phrases(PHRASES)
    villes = tuple(t.nom for t in etude.reglages.territoires)
    contexte = ContexteDetection((), villes)
    trouvees = detecter_corpus(
        transcriptions, contexte, modele_spacy=etude.reglages.confidentialite.langue
    )
    total, trouve, faux, permis = (
        Counter[str](),
        Counter[str](),
        0,
        accessoires() | listes.expressions("titres"),
    )
    for transcription in transcriptions:
        masque = {i for m in trouvees[transcription.source_id] for i in range(m.debut, m.fin)}
        vrai = set()
        for type_, debut, fin in vraies[transcription.source_id]:
            vrai |= set(range(debut, fin))
            texte = transcription.texte[debut:fin]
            if type_ == "VIL" and plier(texte) in {plier(v) for v in villes}:
                continue
            restes = [
                u
                for u in decouper(texte)
                if not masque.issuperset(range(debut + u.debut, debut + u.fin))
            ]
            total[type_] += 1
            trouve[type_] += all(u.pli in permis for u in restes)
        faux += sum(vrai.isdisjoint(range(m.debut, m.fin)) for m in trouvees[transcription.source_id])
    mots = sum(t.nombre_mots for t in transcriptions)
    chiffres = {f"{t} {trouve[t]}/{n}": round(trouve[t] / n, 3) for t, n in total.items()}
    chiffres["faux positifs pour 1 000 mots"] = round(1000 * faux / mots, 1)
    for nom, valeur in chiffres.items():
        print(f"  {nom} : {valeur}")
    return chiffres


def principal(chemin: Path) -> None:
    etude = Etude.ouvrir(chemin)
    transcriptions = [lire_transcription(f) for f in sorted(chemin.glob("transcriptions/*.json"))]
    vraies = {
        revue.source_id: [Mention(m.debut, m.fin, TypeMention(m.type), "revue") for m in revue.mentions]
        for revue in map(lire_revue, sorted(chemin.glob("revues/*.json")))
    }
    registre = lire_registre(etude)
    contexte = ContexteDetection.depuis(etude.reglages, registre)
    resultats: dict[str, dict[str, float]] = {}
    for titre, lues in (
        ("Casse d'origine", transcriptions),
        ("Minuscules", [en_minuscules(t) for t in transcriptions]),
    ):
        debut, cpu = time.perf_counter(), time.process_time()
        trouvees = detecter_corpus(lues, contexte, modele_spacy=etude.reglages.confidentialite.langue)
        duree = f"{time.perf_counter() - debut:.1f} s ({time.process_time() - cpu:.1f} s de calcul)"
        print(f"{titre} : détection en {duree}")
        resultats[titre] = mesurer(lues, vraies, trouvees)
    print("Phrases, sans registre")
    resultats["Phrases, sans registre"] = mesurer_phrases(etude)
    if chemin == DEMO:
        texte = json.dumps(resultats, ensure_ascii=False, indent=1) + "\n"
        RESULTATS.write_text(texte, encoding="utf-8")
    debut, cle = time.perf_counter(), Cle()
    prenoms = ContextePseudonymes.pour(contexte, transcriptions)
    for transcription in transcriptions:
        mentions = vraies[transcription.source_id]
        pseudo, cle, correspondance = pseudonymiser(transcription, mentions, cle, contexte=prenoms)
        assert reconstituer(pseudo, correspondance, cle).texte == transcription.texte
    print(f"Remplacement et retour : {time.perf_counter() - debut:.1f} s, {len(cle.entrees)} entrées")
    debut = time.perf_counter()
    coffre.dechiffrer_cle(coffre.chiffrer_cle(cle, "phrase de mesure"), "phrase de mesure")
    print(f"Chiffrement et ouverture de la clé : {time.perf_counter() - debut:.1f} s")
    print(f"Mémoire : {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} Mo")


if __name__ == "__main__":
    principal(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
