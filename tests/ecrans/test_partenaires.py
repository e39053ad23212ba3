"""Le tableau de bord des partenaires dans un vrai Chromium : chaque page, filtre et téléchargement.

Tout ce que le navigateur a reçu (HTTP et WebSocket) est relu : aucun nom, surnom, quartier ni
institution des mentions signées n'y est.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from outils import json_de
from playwright.sync_api import Download, Locator, TimeoutError

from recherche.etapes.tableau import commande_tableau
from recherche.publication.controle import controler
from recherche.publication.dictionnaire import TABLES
from recherche.publication.dossier import lire
from recherche.reglages import Etude

pytestmark = pytest.mark.navigateur
PAGES = {
    "": "Vue d'ensemble",
    "territoires": "Villes",
    "themes": "Thèmes",
    "offre-attentes": "Offre et attentes",
    "verbatims": "Verbatims",
    "lexique": "Lexique",
    "ateliers": "Ateliers",
    "methode": "Méthode",
    "telechargements": "Téléchargements",
    "accessibilite": "Accessibilité et mentions",
    "vue-ensemble": "Vue d'ensemble",
}
PRET = '[data-testid="stApp"][data-test-script-state="notRunning"]'
NOMS = ("PRENOM", "NOM", "LIEU", "STRUCTURE")


class Visite:
    """Un navigateur, et tout ce qu'il reçoit."""

    def __init__(self, navigateur, adresse: str, largeur: int) -> None:
        self.adresse = adresse
        self.contexte = navigateur.new_context(
            viewport={"width": largeur, "height": 900}, accept_downloads=True
        )
        self.page = self.contexte.new_page()
        self.page.set_default_timeout(60_000)
        self.recus: list[bytes] = []
        self.hotes: set[str] = set()
        self.erreurs: list[str] = []
        self.page.on("pageerror", lambda erreur: self.erreurs.append(str(erreur)))
        self.page.on("request", lambda requete: self.hotes.add(urlsplit(requete.url).hostname or ""))
        self.page.on("requestfinished", self._http)
        self.page.on("websocket", lambda prise: prise.on("framereceived", self._trame))

    def _http(self, requete) -> None:
        """Tout ce qui n'est pas un fichier de Streamlit lui-même."""
        chemin = urlsplit(requete.url).path
        if not chemin.startswith("/static/") and "/media/" not in chemin:
            reponse = requete.response()
            self.recus.append(reponse.body() if reponse and reponse.status < 300 else b"")

    def _trame(self, trame: str | bytes) -> None:
        self.recus.append(trame.encode() if isinstance(trame, str) else trame)

    def ouvrir(self, chemin: str) -> None:
        self.page.goto(f"{self.adresse}/{chemin}")
        self.page.wait_for_selector("h1")
        self.attendre()

    def attendre(self) -> None:
        """La page entière : son pied est là, et le script a fini."""
        self.page.wait_for_timeout(150)
        self.page.wait_for_selector(PRET)
        self.page.get_by_text("Licence :").last.wait_for()

    def requete(self) -> dict[str, str]:
        return {cle: valeurs[0] for cle, valeurs in parse_qs(urlsplit(self.page.url).query).items()}

    def texte(self) -> str:
        return self.page.locator('[data-testid="stMainBlockContainer"]').inner_text()

    def fermer(self) -> None:
        self.contexte.close()
        assert self.hotes == {"localhost"}
        assert self.erreurs == []


@pytest.fixture(scope="module")
def etude(etude_menee) -> Etude:
    return etude_menee[0]


@pytest.fixture(scope="module")
def adresse(etude) -> Iterator[str]:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = int(prise.getsockname()[1])
    muet = subprocess.DEVNULL
    commande = commande_tableau(etude.publie, port=port, ouvrir=False)
    environnement = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(commande, stdout=muet, stderr=muet, env=environnement) as processus:
        try:
            yield _attendre(f"http://localhost:{port}", processus)
        finally:
            processus.terminate()
            processus.wait(timeout=20)


def _attendre(adresse: str, processus: subprocess.Popen[bytes]) -> str:
    fin = time.monotonic() + 60
    while time.monotonic() < fin and processus.poll() is None:
        try:
            with urllib.request.urlopen(f"{adresse}/_stcore/health", timeout=2):
                return adresse
        except OSError:
            time.sleep(0.2)
    pytest.fail("Streamlit n'a pas démarré")


@pytest.fixture(scope="module")
def interdits(etude) -> list[str]:
    """Les formes que les revues signées ont masquées : personnes, quartiers, institutions."""
    formes = set()
    for fichier in json_de(etude, "revues"):
        revue = json.loads(fichier.read_text())
        brut = json.loads((etude.chemin / "transcriptions" / fichier.name).read_text())
        texte = "\n".join(" ".join(tour["texte"].split()) for tour in brut["tours"])
        formes |= {texte[m["debut"] : m["fin"]] for m in revue["mentions"] if m["type"] in NOMS}
    villes = {territoire.nom for territoire in etude.reglages.territoires}
    nettes = {forme for forme in formes if len(forme) >= 5 and forme[0].isupper()} - villes
    assert len(nettes) > 600
    return sorted(nettes)


def _fuites(octets: bytes, interdits: list[str]) -> set[str]:
    """Les formes interdites présentes, au mot près et à la lettre près."""
    texte = octets.decode("utf-8", errors="ignore")
    motif = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, interdits)) + r")(?!\w)")
    return set(motif.findall(texte))


@pytest.mark.parametrize("largeur", [1280, 390])
def test_chaque_page_s_ouvre_et_ne_laisse_passer_aucun_nom(navigateur, adresse, interdits, largeur):
    visite = Visite(navigateur, adresse, largeur)
    for chemin, titre in PAGES.items():
        visite.ouvrir(chemin)
        assert visite.page.locator("h1").all_inner_texts() == [titre]
        assert visite.page.locator('[data-testid="stException"], [role="dialog"]').count() == 0
        assert visite.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), chemin
        assert "Corpus fictif" in visite.texte()
        for volet in visite.page.locator("details:not([open]) > summary").all()[::-1]:
            volet.click()
        rang = 0
        while largeur > 400 and rang < _listes(visite).count():  # un filtre peut en ôter d'autres
            _dernier_choix(visite, rang)
            rang += 1
    recu = b"\n".join(visite.recus)
    assert b"Vue d'ensemble" in recu
    assert len(recu) > 200_000
    assert _fuites(recu, interdits) == set()
    visite.fermer()


def _listes(visite: Visite) -> Locator:
    return visite.page.locator('[data-testid="stSelectbox"]:visible')


def _dernier_choix(visite: Visite, rang: int) -> None:
    """Choisit la dernière option d'une liste ; la vue se retrouve par son adresse."""
    liste = _listes(visite).nth(rang)
    avant = visite.page.url
    liste.locator("input").click()
    options = visite.page.get_by_role("option")
    visite.page.wait_for_timeout(300)
    if options.count() == 0:  # la liste avait déjà le clavier : le clic ne l'ouvre pas
        visite.page.keyboard.press("ArrowDown")
    options.first.wait_for()
    if options.count() > 1:
        options.last.click()
        visite.page.wait_for_url(lambda url: url != avant)
        visite.attendre()
        assert visite.page.locator('[data-testid="stException"]').count() == 0
    else:
        visite.page.keyboard.press("Escape")


def test_une_vue_filtree_se_retrouve_par_son_adresse(navigateur, adresse):
    visite = Visite(navigateur, adresse, 1280)
    visite.ouvrir("verbatims?profil=jeune&territoire=Brest")
    dits = visite.page.locator('[data-testid="stText"]').all_inner_texts()
    assert 0 < len(dits) <= 10
    assert all("jeune, Brest" in carte for carte in _legendes(visite))
    visite.page.get_by_label("Rechercher dans les textes").fill("ZZZ introuvable")
    visite.page.keyboard.press("Enter")
    visite.page.get_by_text("Aucun verbatim ne répond").wait_for()
    assert visite.requete() == {
        "profil": "jeune",
        "territoire": "Brest",
        "recherche": "ZZZ introuvable",
    }
    visite.fermer()


def _legendes(visite: Visite) -> list[str]:
    legendes = visite.page.locator('[data-testid="stCaptionContainer"] strong').all_inner_texts()
    return [legende for legende in legendes if re.match(r"V\d", legende)]


def test_chaque_telechargement_est_sans_nom(navigateur, adresse, interdits, tmp_path):
    visite = Visite(navigateur, adresse, 1280)
    visite.ouvrir("telechargements")
    boutons = visite.page.locator('[data-testid="stDownloadButton"] button')
    nombre = boutons.count()
    assert nombre > 30
    for rang in range(nombre):
        recu = _telecharger(visite, boutons.nth(rang))
        recu.save_as(tmp_path / f"{rang:02d}" / recu.suggested_filename)
    assert len(list(tmp_path.rglob("*.parquet"))) == len(TABLES)
    fuites = controler(tmp_path, interdits, ambigus=interdits)
    assert [str(fuite) for fuite in fuites] == []
    visite.fermer()


def test_la_methode_dit_l_accord_des_codeurs_sans_les_nommer(etude):
    accord = lire(etude.publie).tables["accord"]
    assert accord["code"].tolist()[:3] == ["tous les codes", "codé ou non", "nature du propos"]
    assert accord["alpha"].between(-1, 1).all()
    assert (accord["alpha_bas"] <= accord["alpha_haut"]).all()
    assert not {"A", "B", "C"} & set(accord["code"])


def _telecharger(visite: Visite, bouton: Locator) -> Download:
    """Clique et reçoit le fichier ; Chromium piloté perd parfois un téléchargement sur dix d'affilée."""
    for _ in range(3):
        try:
            with visite.page.expect_download(timeout=8_000) as attente:
                bouton.click()
        except TimeoutError:
            continue
        return attente.value
    pytest.fail(f"« {bouton.inner_text()} » ne se télécharge pas")


def test_une_fiche_s_imprime_sans_menus(navigateur, adresse):
    visite = Visite(navigateur, adresse, 1280)
    visite.ouvrir("territoires?territoire=Brest")
    visite.page.emulate_media(media="print")
    caches = (
        '[data-testid="stHeader"]',
        '[data-testid="stSelectbox"]',
        ".st-key-ecran-seul-mode-emploi",
    )
    for cache in caches:
        assert visite.page.locator(cache).first.is_hidden()
    assert visite.page.get_by_role("heading", name="Brest", exact=True).is_visible()
    hauteur = visite.page.evaluate("document.documentElement.scrollHeight")
    assert hauteur > 2000  # la page entière s'imprime, pas la seule fenêtre
    visite.fermer()


def test_le_controle_sait_trouver_un_nom():
    """La recherche des charges trouve ce qu'elle cherche : sans cela, rien trouver ne prouve rien."""
    assert _fuites("… \x12Kervénanec\x1a …".encode(), ["Kervénanec"]) == {"Kervénanec"}
