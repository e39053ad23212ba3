"""Toute mauvaise entrée : un message clair, le code 2, et une étude qui s'ouvre, entière, ensuite."""

import json
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager

import av
import numpy as np
import openpyxl
import pytest
from outils import DEMO, arguments, contenu, copier, environnement, extrait, lancer, petite_etude, restes

from recherche.audio import modeles
from recherche.etapes.etat import etat
from recherche.reglages import Etude

OCCUPATION = """
import sys
from recherche.etapes.seance import seance
from recherche.reglages import Etude
with seance(Etude.ouvrir(sys.argv[1]), "transcrire"):
    print("prêt", flush=True)
    sys.stdin.read()
"""


def refuse(issue, *dits, remede=""):
    """Un message en français, où dire quoi, où et comment réparer ; jamais une trace."""
    assert issue.code == 2, issue
    assert "Traceback" not in issue.erreurs + issue.sortie
    assert issue.erreurs.count("Erreur : ") == 1, issue.erreurs
    message, _, repare = issue.erreurs.partition("\n→ ")
    for dit in dits:
        assert dit in message, issue.erreurs
    assert remede in repare, issue.erreurs
    assert repare.strip(), issue.erreurs


def anomalies(issue):
    """Les anomalies d'un bilan et leur remède ; le travail a continué pour le reste."""
    assert issue.code == 2, issue
    assert "Traceback" not in issue.erreurs + issue.sortie
    dites = re.findall(r"^ {2}✗ (.+)\n {4}→ (.+)$", issue.erreurs, re.MULTILINE)
    assert len(dites) * 2 == len(issue.erreurs.strip().splitlines()), issue.erreurs
    return dites


@contextmanager
def indemne(etude):
    """Ce qui s'est passé n'a rien changé à l'étude, n'a laissé aucun reste, et elle s'ouvre."""
    avant, fichiers = contenu(etude), _produits(etude)
    yield
    assert contenu(etude) == avant
    assert _produits(etude) == fichiers
    assert restes(etude) == []
    assert etat(etude).quotas["realise"].sum() == 6


def _produits(etude):
    dossiers = (etude.publie, etude.exports, etude.guide, etude.confidentiel)
    return {f: f.read_bytes() for d in dossiers for f in d.rglob("*") if f.is_file()}


def _remplacer(fichier, avant, apres):
    texte = fichier.read_text(encoding="utf-8")
    assert avant in texte
    fichier.write_text(texte.replace(avant, apres), encoding="utf-8")


# --- l'étude, ses réglages, son registre ------------------------------------------------------------


def test_un_dossier_sans_reglages_n_est_pas_une_etude(tmp_path):
    refuse(lancer("etat", etude=tmp_path), "etude.toml", str(tmp_path), remede="recherche nouvelle")
    assert list(tmp_path.iterdir()) == []


def test_des_reglages_faux_sont_dits_avec_leur_ligne(etude):
    with indemne(etude):
        reglages = etude.fichier_reglages.read_text(encoding="utf-8")
        _remplacer(etude.fichier_reglages, "effectif_minimal = 5", "effectif_minimum = 5")
        refuse(lancer("publier", etude=etude.chemin), "effectif_minimum (ligne", "effectif_minimal")
        etude.fichier_reglages.write_text(reglages, encoding="utf-8")


def test_un_registre_faux_dit_toutes_ses_fautes_avec_leur_cellule(etude):
    intact = etude.fichier_registre.read_bytes()
    with indemne(etude):
        classeur = openpyxl.load_workbook(etude.fichier_registre)
        feuille = classeur["Entretiens"]
        colonnes = {cellule.value: cellule.column_letter for cellule in feuille[1]}
        identifiant, ville, date = (colonnes[nom] for nom in ("identifiant", "ville", "date"))
        feuille[f"{identifiant}3"] = feuille[f"{identifiant}2"].value
        feuille[f"{ville}4"] = "Nantes"
        feuille[f"{date}5"] = "12/07/2012"
        classeur.save(etude.fichier_registre)
        refuse(
            lancer("importer", etude.chemin / "transcriptions", etude=etude.chemin),
            f"Entretiens!{identifiant}3 : « LOR-J-01 » est déjà en",
            f"Entretiens!{ville}4 : ",
            f"Entretiens!{date}5 : le 12/07/2012 est hors de la période",
            "3 erreur(s)",
            remede="relancez",
        )
        etude.fichier_registre.write_bytes(intact)


def test_un_registre_ouvert_dans_excel_se_dit(etude):
    with indemne(etude):
        verrou = etude.chemin / "~$registre.xlsx"
        verrou.write_bytes(b"\x05Camille")
        refuse(lancer("publier", etude=etude.chemin), "registre.xlsx est ouvert", remede="fermez")
        verrou.unlink()


# --- les enregistrements ----------------------------------------------------------------------------


def _silence(cible, duree_s):
    """Un flac de silence numérique : une heure en fait moins de 200 ko."""
    with av.open(str(cible), "w") as sortie:
        piste = sortie.add_stream("flac", rate=8000, layout="mono")
        for _ in range(duree_s // 60):
            trame = av.AudioFrame.from_ndarray(
                np.zeros((1, 8000 * 60), np.int16), format="s16", layout="mono"
            )
            trame.sample_rate = 8000
            sortie.mux(piste.encode(trame))
        sortie.mux(piste.encode())


@pytest.fixture(scope="module")
def mauvais_sons(tmp_path_factory):
    """Une étude neuve dont un enregistrement sur huit convient."""
    etude = petite_etude(tmp_path_factory.mktemp("sons") / "etude")
    sons = etude.enregistrements
    demo = DEMO / "enregistrements"
    (sons / "LOR-J-01.mp3").write_bytes(b"%PDF-1.4\n" + b"0" * 4000)
    extrait(demo / "LOR-J-02.mp3", sons / "LOR-J-02.wav", 12)
    entier = (demo / "LOR-P-03.opus").read_bytes()
    (sons / "LOR-J-03.opus").write_bytes(entier[: len(entier) // 2])
    (sons / "LOR-J-04.wav").touch()
    _silence(sons / "LOR-J-05.flac", 3600)
    extrait(demo / "STN-J-01.mp3", sons / "LOR-J-06.wav", 12)
    shutil.copyfile(sons / "LOR-J-02.wav", sons / "LOR-A-01.wav")
    extrait(demo / "QUI-J-01.m4a", sons / "Dictaphone 0012.wav", 5)
    _oter_consentement(etude, "LOR-J-06")
    return etude


def _oter_consentement(etude, identifiant):
    classeur = openpyxl.load_workbook(etude.fichier_registre)
    feuille = classeur["Entretiens"]
    titres = [cellule.value for cellule in feuille[1]]
    rang = next(i for i, titre in enumerate(titres) if "consentement" in titre and "enreg" in titre)
    ligne = next(ligne for ligne in feuille.iter_rows(min_row=2) if ligne[0].value == identifiant)
    ligne[rang].value = None
    classeur.save(etude.fichier_registre)


def test_chaque_mauvais_son_est_dit_et_n_arrete_rien(mauvais_sons):
    issue = lancer("inventorier", etude=mauvais_sons.chemin)
    dites = dict(anomalies(issue))
    attendues = {
        "LOR-J-01.mp3 n'est pas un enregistrement : c'est": "retirez-le",
        "LOR-J-03.opus est tronqué": "Recopiez-le",
        "LOR-J-04.wav est vide (zéro octet)": "Recopiez-le",
        "LOR-J-05.flac : l'enregistrement est silencieux": "Écoutez-le",
        "LOR-J-02.wav : c'est une copie exacte de LOR-A-01.wav": "Supprimez l'un des deux",
        "Dictaphone 0012.wav ne correspond à aucun entretien ni atelier": "Nommez-le",
    }
    assert len(dites) == len(attendues)
    for debut, remede in attendues.items():
        assert any(d.startswith(debut) and remede in r for d, r in dites.items()), (debut, dites)
    assert etat(mauvais_sons).quotas["enregistre"].sum() == 1


@pytest.mark.lent
def test_sans_consentement_une_source_n_est_pas_transcrite_et_le_reste_l_est(mauvais_sons):
    doublon = mauvais_sons.enregistrements / "LOR-A-01.wav"
    doublon.unlink()
    issue = lancer("transcrire", "LOR-J-02", "LOR-J-06", "XXX-J-99", etude=mauvais_sons.chemin)
    dites = dict(anomalies(issue))
    assert dites == {
        "« XXX-J-99 » n'est pas au registre.": "Vérifiez l'identifiant : « recherche etat » les montre.",
        "LOR-J-06 n'est pas transcrit : pas de consentement à l'enregistrement pour ENT.": (
            "Notez le consentement dans la feuille « Entretiens » du registre s'il a été donné."
        ),
    }
    assert "1 fait" in issue.sortie
    lu = etat(mauvais_sons)
    assert lu.quotas["transcrit"].sum() == 1
    bloques = {b.objet: b.message for b in lu.blocages}
    assert bloques["LOR-J-06"] == "consentement à l'enregistrement pas noté"
    assert restes(mauvais_sons) == []


# --- le modèle --------------------------------------------------------------------------------------


@pytest.fixture
def avec_son(etude):
    extrait(DEMO / "enregistrements" / "LOR-J-02.mp3", etude.enregistrements / "LOR-J-02.wav", 5)
    return etude


def _paquets_alteres(cible):
    """Les deux paquets de Whisper base, dont un octet du vocabulaire diffère."""
    sources = modeles._sources_paquets()
    assert sources is not None
    for origine in sources:
        paquet = cible / origine.parent.name
        (paquet / "data").mkdir(parents=True)
        (paquet / "__init__.py").touch()
        for fichier in origine.iterdir():
            (paquet / "data" / fichier.name).symlink_to(fichier)
    vocabulaire = cible / sources[0].parent.name / "data" / "vocabulary.txt"
    octets = vocabulaire.read_bytes()
    vocabulaire.unlink()
    vocabulaire.write_bytes(octets[:-2] + b"?\n")
    return cible


def test_un_modele_dont_l_empreinte_differe_est_refuse(avec_son, tmp_path):
    variables = {
        "PYTHONPATH": str(_paquets_alteres(tmp_path / "paquets")),
        "RECHERCHE_CACHE": str(tmp_path / "cache"),
    }
    issue = lancer("transcrire", etude=avec_son.chemin, variables=variables)
    refuse(issue, "vocabulary.txt", "empreinte SHA-256 diffère", remede="pip install --force-reinstall")
    assert not (tmp_path / "cache" / "whisper-base").exists()
    assert etat(avec_son).quotas["enregistre"].sum() == 1


@pytest.mark.lent
def test_un_modele_tronque_donne_par_son_dossier_se_dit(avec_son, tmp_path):
    dossier = tmp_path / "modele"
    shutil.copytree(modeles.trouver("base"), dossier, ignore=shutil.ignore_patterns("model.bin"))
    (dossier / "model.bin").write_bytes((modeles.trouver("base") / "model.bin").read_bytes()[:100_000])
    _remplacer(avec_son.fichier_reglages, 'modele = "base"', f'modele = "{dossier.as_posix()}"')
    (dite, remede) = anomalies(lancer("transcrire", etude=avec_son.chemin))[0]
    assert dite.startswith("LOR-J-02 : le modèle")
    assert str(dossier) in dite
    assert "Recopiez" in remede
    assert etat(Etude.ouvrir(avec_son.chemin)).quotas["enregistre"].sum() == 1


# --- deux commandes à la fois -----------------------------------------------------------------------


@contextmanager
def _occupee(etude):
    """L'étude tenue par un autre processus."""
    commande = [sys.executable, "-c", OCCUPATION, str(etude.chemin)]
    with subprocess.Popen(
        commande,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=environnement(PYTHONIOENCODING="utf-8"),
    ) as autre:
        assert autre.stdout.readline() == "prêt\n"
        yield autre


def test_une_seconde_commande_dit_qui_travaille_ou_attend_son_tour(etude):
    with indemne(etude):
        with _occupee(etude) as autre:
            issue = lancer("publier", etude=etude.chemin, variables={"RECHERCHE_ATTENTE": "0.2"})
            refuse(
                issue,
                "Une autre commande travaille sur cette étude : « transcrire », depuis",
                f"processus {autre.pid}",
                remede="Attendez qu'elle finisse",
            )
            patiente = subprocess.Popen(
                arguments("publier"),
                stdout=subprocess.PIPE,
                text=True,
                env=environnement(RECHERCHE_ETUDE=str(etude.chemin), RECHERCHE_ATTENTE="60"),
            )
            with pytest.raises(subprocess.TimeoutExpired):
                patiente.wait(timeout=2)
            autre.stdin.close()
        assert "déjà à jour" in patiente.communicate(timeout=60)[0]
        assert patiente.returncode == 0


def test_on_lit_une_etude_pendant_qu_une_autre_commande_y_travaille(etude):
    with _occupee(etude) as autre:
        assert etat(etude).quotas["publie"].sum() == 6
        autre.stdin.close()


def test_une_attente_mal_ecrite_se_dit(etude):
    issue = lancer("publier", etude=etude.chemin, variables={"RECHERCHE_ATTENTE": "dix"})
    refuse(issue, "RECHERCHE_ATTENTE", "« dix »", remede="RECHERCHE_ATTENTE=60")


# --- le disque se remplit ---------------------------------------------------------------------------


def _disque_de(octets):
    """Aucun fichier écrit par la commande ne peut dépasser cette taille (EFBIG, comme ENOSPC)."""
    resource = pytest.importorskip("resource", reason="les limites de taille sont celles d'Unix")
    return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (octets, octets))}


PLEIN = "Le disque est plein"


def test_le_disque_plein_pendant_un_import(tmp_path):
    etude = petite_etude(tmp_path / "etude")
    avant = lancer("registre", etude=etude.chemin)
    refuse(avant, "existe déjà", remede="renommez-le")
    importer = ("importer", etude.chemin / "transcriptions")
    assert lancer("etat", etude=etude.chemin).code == 0  # fait la base, vide
    issue = lancer(*importer, etude=etude.chemin, **_disque_de(100_000))
    refuse(issue, PLEIN, "base.sqlite", remede="relancez la même commande")
    assert contenu(etude)["version"] == []
    assert restes(etude) == []
    assert "7 faits" in lancer(*importer, etude=etude.chemin).sortie
    assert len(contenu(etude)["version"]) == 7


def test_le_disque_plein_pendant_une_publication(etude):
    plus = "verbatims_par_theme = 50\nverbatims_par_personne = 50\n# "
    _remplacer(etude.fichier_reglages, "verbatims_par_theme = 3\nverbatims_par_personne", plus)
    with indemne(etude):
        issue = lancer("publier", etude=etude.chemin, **_disque_de(33_000))
        refuse(issue, PLEIN, remede="relancez la même commande")
    assert "version 2" in lancer("publier", etude=etude.chemin).sortie


def test_le_disque_plein_pendant_une_redaction(etude):
    (etude.exports / "guide.pdf").unlink()
    with indemne(etude):
        issue = lancer("rediger", etude=etude.chemin, **_disque_de(33_000))
        refuse(issue, PLEIN, remede="relancez la même commande")
    assert lancer("rediger", etude=etude.chemin).code == 0
    assert (etude.exports / "guide.pdf").read_bytes().startswith(b"%PDF")


def test_le_disque_plein_pendant_la_copie_de_la_demonstration(tmp_path):
    issue = lancer("demo", tmp_path / "demo", **_disque_de(100_000))
    refuse(issue, PLEIN, remede="relancez la même commande")
    assert [f for f in (tmp_path / "demo").rglob("*") if f.suffix == ".partiel"] == []
    assert Etude.ouvrir(tmp_path / "demo").reglages.etude.fictive


# --- ce qu'on importe -------------------------------------------------------------------------------


def test_des_json_mal_formes_sont_dits_ensemble(etude, tmp_path):
    coupe = tmp_path / "coupe.json"
    coupe.write_text('{"format": "recherche-transcription/1",\n "source_id": ', encoding="utf-8")
    faux = tmp_path / "faux.json"
    faux.write_text(
        '{"format": "recherche-transcription/1", "source_id": "LOR-J-01", "tours": [{"locuteur": ""}]}',
        encoding="utf-8",
    )
    with indemne(etude):
        refuse(
            lancer("importer", coupe, faux, etude=etude.chemin),
            f"{coupe}, ligne 2, colonne 15 : ce n'est pas du JSON valide",
            f"{faux} : ",
            "tour 0, clé locuteur : le texte est vide",
        )
        refuse(
            lancer("importer", tmp_path / "absent.json", etude=etude.chemin), "absent.json n'existe pas"
        )


def test_une_transcription_hors_registre_est_dite_et_le_reste_est_importe(etude):
    nouvelle = json.loads((DEMO / "transcriptions" / "LOR-J-07.json").read_text(encoding="utf-8"))
    relue = json.loads((DEMO / "transcriptions" / "LOR-J-01.json").read_text(encoding="utf-8"))
    relue["tours"][0]["texte"] += " Voilà."
    dossier = etude.chemin / "neuves"
    dossier.mkdir()
    for rang, valeur in enumerate((nouvelle, relue)):
        (dossier / f"{rang}.json").write_text(json.dumps(valeur), encoding="utf-8")
    issue = lancer("importer", dossier, etude=etude.chemin)
    assert anomalies(issue) == [
        (
            "LOR-J-07 n'est pas au registre : sa transcription n'est pas importée.",
            "Ajoutez sa ligne à registre.xlsx, ou corrigez l'identifiant dans le fichier.",
        )
    ]
    assert "1 fait" in issue.sortie
    bloques = {b.objet: b.message for b in etat(etude).blocages}
    assert bloques == {"LOR-J-01": "version courante pas pseudonymisée"}


def test_une_grille_invalide_arrete_avant_d_ecrire(etude):
    grille = etude.fichier_grille.read_text(encoding="utf-8")
    with indemne(etude):
        _remplacer(etude.fichier_grille, "familles:", "famille:")
        issue = lancer("importer", "--codages", etude.chemin / "codages", etude=etude.chemin)
        refuse(issue, "grille.yaml", "familles", "famille (ligne", remede="Corrigez grille.yaml")
        etude.fichier_grille.write_text(grille, encoding="utf-8")


def test_une_citation_introuvable_ou_un_code_inconnu_n_importe_rien(etude):
    fichier = etude.chemin / "codages" / "A.json"
    donnees = json.loads(fichier.read_text(encoding="utf-8"))
    donnees["sources"][0]["codages"][0]["citation"] = "Personne n'a jamais dit cela."
    fichier.write_text(json.dumps(donnees), encoding="utf-8")
    importer = ("importer", "--codages", fichier)
    with indemne(etude):
        source = donnees["sources"][0]["source_id"]
        tour = donnees["sources"][0]["codages"][0]["tour"]
        refuse(
            lancer(*importer, etude=etude.chemin),
            f"{source}, tour {tour} : « Personne n'a jamais dit cela. » ne s'y trouve pas",
            remede="rien n'a été importé",
        )
        del donnees["sources"][0]["codages"][0]
        donnees["sources"][0]["codages"][0]["codes"] = ["BONHEUR"]
        fichier.write_text(json.dumps(donnees), encoding="utf-8")
        issue = lancer(*importer, etude=etude.chemin)
        refuse(issue, "le code « BONHEUR » n'est pas dans la grille", remede="grille")


def test_une_revue_d_un_autre_texte_est_refusee(etude):
    fichier = etude.chemin / "revues" / "LOR-J-01.json"
    donnees = json.loads(fichier.read_text(encoding="utf-8")) | {"empreinte": "0" * 64}
    fichier.write_text(json.dumps(donnees), encoding="utf-8")
    with indemne(etude):
        ((dite, remede),) = anomalies(lancer("importer", "--revues", fichier, etude=etude.chemin))
        assert dite.startswith("LOR-J-01 : la revue signée ne porte pas sur la version courante")
        assert "Refaites la revue" in remede


# --- la phrase secrète ------------------------------------------------------------------------------


@pytest.fixture
def a_pseudonymiser(etude):
    """L'étude, dont une transcription relue attend ses pseudonymes."""
    fichier = etude.chemin / "transcriptions" / "LOR-J-01.json"
    donnees = json.loads(fichier.read_text(encoding="utf-8"))
    donnees["tours"].append({"locuteur": "ENQ", "texte": "Merci beaucoup."})
    fichier.write_text(json.dumps(donnees), encoding="utf-8")
    assert lancer("importer", fichier, etude=etude.chemin).code == 0
    return etude


def test_une_phrase_fausse_ou_absente_ne_change_rien(a_pseudonymiser):
    etude = a_pseudonymiser
    with indemne(etude):
        issue = lancer(
            "pseudonymiser", etude=etude.chemin, variables={"RECHERCHE_PHRASE": "une autre phrase"}
        )
        refuse(issue, "La clé des pseudonymes ne s'ouvre pas", remede="Vérifiez la phrase")
        _remplacer(etude.fichier_reglages, 'phrase_fichier = "phrase-fictive.txt"', "")
        issue = lancer("pseudonymiser", etude=etude.chemin, stdin=subprocess.DEVNULL)
        refuse(issue, "n'est pas donnée", remede="RECHERCHE_PHRASE")


# --- identifiants, formats, dossiers ----------------------------------------------------------------


def test_un_identifiant_ou_un_format_inconnu_se_dit(etude):
    with indemne(etude):
        ((dite, _),) = anomalies(lancer("exporter", "XXX-J-99", etude=etude.chemin))
        assert dite == "XXX-J-99 n'a pas de transcription pseudonymisée à exporter."
        issue = lancer("exporter", "-f", "wav", etude=etude.chemin)
        refuse(issue, "« wav » n'est pas un format d'export", remede="txt, docx")
        issue = lancer("annuler", "zzzz", etude=etude.chemin)
        refuse(issue, "« zzzz » désigne 0 actions", remede="recherche journal")


def test_la_demonstration_n_entre_pas_dans_un_dossier_occupe(etude, tmp_path):
    autre = tmp_path / "autre"
    autre.mkdir()
    (autre / "lettre.txt").write_text("à garder")
    refuse(lancer("demo", autre), "contient autre chose", remede="recherche demo AUTRE_DOSSIER")
    assert [f.name for f in autre.iterdir()] == ["lettre.txt"]
    _remplacer(etude.fichier_reglages, "fictive = true", "fictive = false")
    with indemne(etude):
        refuse(lancer("demo", etude.chemin), "une étude réelle", remede="AUTRE_DOSSIER")
    refuse(lancer("nouvelle", etude.chemin), "n'est pas vide", remede="recherche nouvelle")


def test_une_base_qui_n_en_est_pas_une_se_dit(etude):
    copie = copier(etude, etude.chemin.with_name("copie"))
    copie.fichier_base.write_bytes(b"ceci n'est pas une base" * 1000)
    refuse(lancer("etat", etude=copie.chemin), "abîmée", "base.sqlite", remede="sauvegardes")


def test_un_chapitre_mal_encode_se_dit(etude):
    chapitre = etude.guide / "05-pistes.md"
    chapitre.write_bytes("# Pistes\n\nÀ écrire.\n".encode("cp1252"))
    with indemne(etude):
        refuse(lancer("rediger", etude=etude.chemin), "guide/05-pistes.md", remede="UTF-8")
