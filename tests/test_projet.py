"""Le projet livré : ce que contiennent ses archives, ce que git ignore, ce qu'il ne fait pas."""

import ast
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from outils import DEMO, environnement, extrait, petite_etude

RACINE = Path(__file__).parents[1]
SONS = {".mp3", ".m4a", ".opus", ".ogg", ".wav", ".flac", ".mp4", ".wma", ".amr"}
DONNEES = {".xlsx", ".sqlite", ".parquet", ".db", ".age", ".pdf", ".docx", ".json"}
PORTES = (
    "recherche/audio/poids/segmentation.onnx",
    "recherche/audio/poids/locuteur.onnx",
    "recherche/langue/motifs/prenoms.tsv",
    "recherche/ecrans/partenaires/contours.tsv",
    "recherche/ecrans/partenaires/style.css",
    "recherche/redaction/gabarits/guide.html",
    "recherche/redaction/gabarits/guide.typ",
    "recherche/modeles_fichiers/etude.toml",
    "recherche/modeles_fichiers/grille.yaml",
    "recherche/cli/messages/fr/LC_MESSAGES/messages.mo",
    "recherche/entrepot/migrations/versions/0001_schema_initial.py",
    "recherche/py.typed",
)

# --- les archives -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    """Les fichiers de la roue et de l'archive source, construites de ce dépôt, et leurs octets."""
    sortie = tmp_path_factory.mktemp("archives")
    commande = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(sortie), str(RACINE)]
    subprocess.run(commande, check=True, capture_output=True, timeout=300)
    (roue,), (source,) = sortie.glob("*.whl"), sortie.glob("*.tar.gz")
    with zipfile.ZipFile(roue) as ouverte:
        de_la_roue = {nom: ouverte.read(nom) for nom in ouverte.namelist()}
    with tarfile.open(source) as ouverte:
        membres = [membre for membre in ouverte.getmembers() if membre.isfile()]
        de_la_source = {
            membre.name.partition("/")[2]: ouverte.extractfile(membre).read() for membre in membres
        }
    return {"roue": de_la_roue, "source": de_la_source}


@pytest.mark.lent
@pytest.mark.parametrize("laquelle", ["roue", "source"])
def test_une_archive_n_emporte_ni_son_ni_texte_ni_base_ni_phrase(archives, laquelle):
    noms = archives[laquelle]
    assert not [nom for nom in noms if Path(nom).suffix in SONS | DONNEES]
    assert not [nom for nom in noms if "interviews" in nom or nom.endswith("phrase-fictive.txt")]
    assert not [nom for nom in noms if nom.startswith(("tests", "benchmarks", "notebooks", ".ci"))]
    phrase = (DEMO / "phrase-fictive.txt").read_bytes().strip()
    propos = "J'ai mis le blouson propre, mais ça sent quand même".encode()
    assert propos in (DEMO / "transcriptions" / "LOR-J-02.json").read_bytes()
    for nom, octets in noms.items():
        assert phrase not in octets, nom
        assert propos not in octets, nom


@pytest.mark.parametrize("laquelle", ["roue", "source"])
def test_une_archive_emporte_ce_dont_le_programme_se_sert(archives, laquelle):
    noms = archives[laquelle]
    assert set(PORTES) <= noms.keys()
    for fichier in (RACINE / "recherche").rglob("*"):
        if fichier.is_file() and "__pycache__" not in fichier.parts:
            relatif = fichier.relative_to(RACINE).as_posix()
            assert noms.get(relatif) == fichier.read_bytes(), relatif


def test_les_licences_sont_dans_la_roue(archives):
    noms = archives["roue"]
    for licence in ("LICENSE", "NOTICE"):
        assert any(nom.endswith(f".dist-info/licenses/{licence}") for nom in noms), licence


# --- git --------------------------------------------------------------------------------------------


def _ignores(*chemins):
    if not (RACINE / ".git").exists():
        pytest.skip("le projet n'est pas un dépôt git ici")
    fini = subprocess.run(
        ["git", "-C", str(RACINE), "check-ignore", "--no-index", "--stdin"],
        input="\n".join(chemins),
        capture_output=True,
        text=True,
        check=False,
    )
    assert fini.returncode in (0, 1), fini.stderr
    return set(fini.stdout.splitlines())


def test_git_ignore_tout_d_une_vraie_etude_et_garde_la_demonstration():
    nominatifs = {
        f"interviews/{nom}"
        for nom in (
            "registre.xlsx",
            "grille.yaml",
            "corrections.toml",
            "base.sqlite",
            "base.sqlite-wal",
            "enregistrements/LOR-J-02.mp3",
            "enregistrements/sous/dossier.wav",
            "confidentiel/cle.age",
            "publie/manifeste.json",
            "exports/prive/LOR-J-02.txt",
            "guide/00-resume.md",
            "sauvegardes/base-2010-01-01.sqlite",
            "transcriptions/LOR-J-02.json",
            "~$registre.xlsx",
            ".registre.xlsx.provisoire",
            "phrase.txt",
            "demo/base.sqlite",
            "demo/base.sqlite-wal",
            "demo/confidentiel/cle.age",
            "demo/exports/guide.pdf",
            "demo/publie/jeu.xlsx",
        )
    } | {"demo/base.sqlite", "demo/registre.xlsx"}
    gardes = {
        "interviews/etude.toml",
        "interviews/README.md",
        "interviews/demo/etude.toml",
        "interviews/demo/registre.xlsx",
        "interviews/demo/README.md",
        "interviews/demo/transcriptions/LOR-J-02.json",
        "interviews/demo/enregistrements/LOR-J-02.mp3",
    }
    assert _ignores(*nominatifs, *gardes) == nominatifs


# --- le tableau de bord -----------------------------------------------------------------------------


def test_le_tableau_de_bord_ne_nomme_que_les_pages_des_partenaires():
    arbre = ast.parse((RACINE / "dashboard.py").read_text(encoding="utf-8"))
    importes = set()
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Import):
            importes |= {alias.name for alias in noeud.names}
        elif isinstance(noeud, ast.ImportFrom):
            assert noeud.level == 0
            importes.add(noeud.module)
    assert importes == {"__future__", "streamlit", "recherche.ecrans.partenaires"}


# --- hors réseau ------------------------------------------------------------------------------------

COUPE = """
import socket, sys

def refuser(nom, details):
    if nom in ("socket.connect", "socket.sendto"):
        prise, adresse = details[:2]
        local = prise.family == getattr(socket, "AF_UNIX", None)
        if not local and adresse[0] not in ("127.0.0.1", "::1", "localhost"):
            raise AssertionError(f"connexion vers {adresse}")
    if nom == "socket.getaddrinfo" and details[0] not in (None, "", "127.0.0.1", "::1", "localhost"):
        raise AssertionError(f"recherche du nom {details[0]}")

sys.addaudithook(refuser)
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except AssertionError:
    pass
else:
    raise SystemExit("la coupure ne coupe pas")
"""
TOUT = (
    "inventorier",
    "transcrire",
    "importer transcriptions",
    "importer --revues revues",
    "pseudonymiser",
    "importer --codages codages",
    "publier",
    "rediger",
    "exporter",
    "etat",
)


@pytest.mark.lent
def test_toute_la_chaine_se_passe_du_reseau(tmp_path):
    """Chaque processus, ouvriers compris, refuse toute connexion qui sortirait de la machine."""
    (tmp_path / "coupe").mkdir()
    (tmp_path / "coupe" / "sitecustomize.py").write_text(COUPE, encoding="utf-8")
    etude = petite_etude(tmp_path / "etude", ["LOR-J-02", "LOR-J-03"])
    son = DEMO / "enregistrements" / "LOR-J-02.mp3"
    extrait(son, etude.enregistrements / "LOR-J-02.wav", 12)
    programme = [
        "from recherche.cli import app",
        f"for mots in {TOUT!r}: app(mots.split(), standalone_mode=False)",
    ]
    fini = subprocess.run(
        [sys.executable, "-c", "\n".join(programme)],
        cwd=etude.chemin,
        env=environnement(PYTHONPATH=str(tmp_path / "coupe")),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert (fini.returncode, fini.stderr) == (0, "")
    assert (etude.publie / "manifeste.json").is_file()
    assert (etude.exports / "guide.pdf").is_file()
    assert "transcrire : 1 fait" in fini.stdout
