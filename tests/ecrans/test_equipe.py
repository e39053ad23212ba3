"""Les pages d'équipe dans un vrai Chromium : relire sans rien perdre, du son déposé au docx."""

from __future__ import annotations

import io
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from outils import DEMO, extrait, petite_etude

from recherche.entrepot import transcriptions
from recherche.etapes.equipe import commande_equipe, environnement_equipe
from recherche.etapes.inventorier import inventorier
from recherche.etapes.seance import seance
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription
from recherche.reglages import Etude

pytestmark = pytest.mark.navigateur
ICI = "LOR-J-02"
PAROLES = (
    ("ENQ", "Tu sors du travail là ?", 0.0),
    ("ENT", "Oui et ça se sent désolé hein", 4.0),
    ("ENQ", "Un café peut-être ?", 12.0),
    ("ENT", "Non merci je rentre", 16.0),
)


def _etude(dossier: Path) -> Etude:
    """Un entretien, vingt secondes de son, une transcription dont deux mots sont peu sûrs."""
    etude = petite_etude(dossier, [ICI])
    extrait(DEMO / "enregistrements" / f"{ICI}.mp3", etude.enregistrements / f"{ICI}.wav", 20)
    inventorier(etude)
    tours = []
    for locuteur, texte, debut in PAROLES:
        mots = [
            Mot(m, debut + i, debut + i + 0.8, 0.2 if m in ("désolé", "rentre") else 0.9)
            for i, m in enumerate(texte.split())
        ]
        tours.append(Tour(locuteur, tuple(mots)))
    provenance = Provenance("essai", "1", datetime(2010, 1, 1, tzinfo=UTC), {})
    with seance(etude, "essai") as entrepot, entrepot.ecrire("essai") as ecriture:
        texte = Transcription(ICI, tuple(tours), provenance)
        transcriptions.ajouter_version(ecriture, texte, nature=transcriptions.AUTOMATIQUE, cle="essai")
    return etude


@pytest.fixture(scope="module")
def equipe(tmp_path_factory) -> Iterator[tuple[Etude, str]]:
    """L'étude et l'adresse de ses pages, lancées comme les lance « recherche equipe »."""
    etude = _etude(tmp_path_factory.mktemp("equipe") / "etude")
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        port = int(prise.getsockname()[1])
    with subprocess.Popen(
        commande_equipe(port=port, ouvrir=False),
        env=environnement_equipe(etude) | {"OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as processus:
        try:
            _attendre(f"http://localhost:{port}/_stcore/health", processus)
            yield etude, f"http://localhost:{port}"
        finally:
            processus.terminate()
            processus.wait(timeout=20)


def _attendre(adresse: str, processus) -> None:
    fin = time.monotonic() + 60
    while time.monotonic() < fin:
        assert processus.poll() is None
        try:
            with urllib.request.urlopen(adresse, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("le serveur d'équipe n'a pas démarré en 60 s")


class Visite:
    """Une personne devant sa page de relecture."""

    def __init__(self, navigateur, adresse: str) -> None:
        self.contexte = navigateur.new_context(viewport={"width": 1280, "height": 900})
        self.page = self.contexte.new_page()
        self.page.set_default_timeout(30_000)
        self.adresse = adresse
        self.hotes: set[str] = set()
        self.erreurs: list[str] = []
        self.page.on("request", lambda r: self.hotes.add(urlsplit(r.url).hostname or ""))
        self.page.on("pageerror", lambda erreur: self.erreurs.append(str(erreur)))

    def relire(self, source: str = ICI, *, qui: str | None = None) -> None:
        if qui is not None:
            self.page.goto(self.adresse)
            self.page.get_by_role("textbox", name="Qui travaille ?").fill(qui)
            self.page.keyboard.press("Enter")
            self.page.get_by_role("link", name="Relecture", exact=True).click()
            self.page.get_by_role("combobox", name="Transcription").fill(source)
            self.page.get_by_role("option").first.click()
        else:
            self.page.goto(f"{self.adresse}/relecture?source={source}")
        self.page.locator(".liste[data-pret=oui]").wait_for()

    def tour(self, rang: int):
        return self.page.locator(".tour .texte").nth(rang)

    def textes(self) -> list[str]:
        return [t.strip() for t in self.page.locator(".tour .texte").all_inner_texts()]

    def touches(self, *touches: str) -> None:
        for touche in touches:
            self.page.keyboard.press(touche)

    def enregistre(self) -> None:
        self.page.wait_for_function(
            "document.querySelector('.relecture .etat').textContent === 'Enregistré'"
        )

    def son_pret(self) -> None:
        self.page.wait_for_function("document.querySelector('.relecture audio').readyState >= 1")

    def choisi(self) -> str:
        return self.page.evaluate("getSelection().toString()")


@pytest.fixture
def visite(navigateur, equipe) -> Iterator[Visite]:
    visite = Visite(navigateur, equipe[1])
    yield visite
    visite.contexte.close()
    assert visite.hotes <= {"localhost", ""}  # un « blob: » n'a pas d'hôte
    assert visite.erreurs == []


def test_la_page_refuse_toute_autre_adresse_que_localhost(equipe):
    chemins = ("/", "/_stcore/health", f"/equipe/son/{ICI}")
    for entetes in ({"Host": "exemple.test"}, {"Origin": "http://exemple.test"}):
        for chemin in chemins:
            requete = urllib.request.Request(f"{equipe[1]}{chemin}", headers=entetes)
            with pytest.raises(urllib.error.HTTPError) as refus:
                urllib.request.urlopen(requete)
            assert refus.value.code == 403
            assert "localhost" in refus.value.read().decode()
    requete = urllib.request.Request(f"{equipe[1]}/equipe/son/{ICI}", headers={"Range": "bytes=0-99"})
    with urllib.request.urlopen(requete) as son:
        assert (son.status, len(son.read())) == (206, 100)


def test_relire_au_clavier(visite):
    visite.relire()
    visite.son_pret()
    depart = [texte for _, texte, _ in PAROLES]
    assert visite.textes() == depart
    visite.tour(1).click(position={"x": 12, "y": 12})
    visite.page.wait_for_function("CSS.highlights.get('relecture-entendu').size === 1")
    assert visite.page.evaluate(
        "[...CSS.highlights.get('relecture-doute')].map("
        "r => r.startContainer.data.slice(r.startOffset, r.endOffset)).sort()"
    ) == ["désolé", "rentre"]
    visite.touches("F8")
    assert visite.choisi() == "désolé"
    visite.touches("F8")
    assert visite.choisi() == "rentre"
    visite.touches("Shift+F8", "End")
    visite.page.keyboard.type(" oui")
    visite.enregistre()
    assert visite.textes()[1] == "Oui et ça se sent désolé hein oui"
    visite.touches("Alt+i")
    visite.enregistre()
    assert visite.textes()[1].endswith("oui [inaudible 00:00:10]")
    visite.tour(2).click(position={"x": 12, "y": 12})
    visite.touches("Home", "Control+ArrowRight", "Enter")
    visite.enregistre()
    assert visite.textes()[2:4] == ["Un", "café peut-être ?"]
    visite.touches("Alt+2", "Backspace")
    visite.enregistre()
    assert len(visite.textes()) == 4
    visite.touches("Control+Enter")
    visite.enregistre()
    assert visite.page.locator(".avancement").inner_text() == "1 tours relus sur 4"
    visite.page.reload()
    visite.page.locator(".liste[data-pret=oui]").wait_for()
    assert visite.page.locator(".avancement").inner_text() == "1 tours relus sur 4"
    visite.tour(0).click()
    for _ in range(12):
        visite.touches("Control+z")
    visite.page.get_by_text("Rien à défaire.").wait_for()
    visite.page.wait_for_function(
        "v => v.every((t, i) => document.querySelectorAll('.tour .texte')[i].innerText.trim() === t)",
        arg=depart,
    )


def test_un_navigateur_ferme_ne_perd_rien(navigateur, equipe):
    premiere = Visite(navigateur, equipe[1])
    premiere.relire()
    premiere.tour(3).click()
    premiere.touches("End")
    premiere.page.keyboard.type(" chez moi")
    premiere.page.close(run_before_unload=True)
    premiere.contexte.close()
    seconde = Visite(navigateur, equipe[1])
    seconde.relire()
    assert seconde.textes()[3] == "Non merci je rentre chez moi"
    seconde.contexte.close()


def test_a_deux_la_seconde_est_prevenue_et_rien_n_est_ecrase(navigateur, equipe):
    anne, marc = Visite(navigateur, equipe[1]), Visite(navigateur, equipe[1])
    anne.relire(qui="Anne")
    marc.relire(qui="Marc")
    marc.page.get_by_text("Anne relit aussi cette transcription").wait_for()
    for qui in (anne, marc):
        qui.tour(0).click()
        qui.touches("End")
    anne.page.keyboard.type(" (Anne)")
    anne.enregistre()
    marc.page.keyboard.type(" (Marc)")
    conflit = marc.page.locator(".conflit")
    conflit.wait_for()
    assert "Anne a changé ce passage" in conflit.inner_text()
    assert conflit.locator(".sien").inner_text() == "Tu sors du travail là ? (Anne)"
    assert conflit.locator(".mien").inner_text() == "Tu sors du travail là ? (Marc)"
    assert marc.textes()[0] == "Tu sors du travail là ? (Anne)"
    conflit.get_by_role("button", name="Mettre le mien").click()
    marc.enregistre()
    anne.page.get_by_text("(Marc)").wait_for()
    marc.page.get_by_role("button", name="Qui a changé quoi").click()
    marc.page.locator("dialog.historique tbody tr").first.wait_for()
    lignes = marc.page.locator("dialog.historique tbody tr").all_inner_texts()
    assert "Marc" in lignes[0]
    assert "Anne" in lignes[1]
    assert anne.erreurs + marc.erreurs == []
    anne.contexte.close()
    marc.contexte.close()


def test_un_enregistrement_jamais_vu_va_du_depot_au_docx(visite, equipe, tmp_path):
    from docx import Document

    page = visite.page
    son = extrait(
        DEMO / "enregistrements" / f"{ICI}.mp3", tmp_path / "dictaphone 12.wav", 62, debut_s=22
    )
    page.goto(f"{visite.adresse}/enregistrements")
    page.locator("input[type=file]").set_input_files(son)
    page.get_by_role("combobox", name="« dictaphone 12.wav »").fill("LOR-J-07")
    page.get_by_role("option", name="LOR-J-07").click()
    page.get_by_role("button", name="Ranger dans l'étude").click()
    page.get_by_text("est rangé : LOR-J-07.wav").wait_for()
    _remplir(page)
    page.get_by_role("button", name="Écrire au registre").click()
    page.get_by_text("case(s) écrites au registre").wait_for()
    page.get_by_role("button", name="Lancer la transcription").click()
    page.get_by_text("Transcrit : LOR-J-07").wait_for(timeout=120_000)
    visite.relire("LOR-J-07")
    visite.tour(0).click()
    visite.touches("End")
    page.keyboard.type(" Corrigé à la main.")
    page.get_by_role("button", name="Terminer la relecture").click()
    page.get_by_role("button", name="Oui").click()
    page.get_by_text("la version relue est enregistrée").wait_for()
    page.get_by_role("button", name="Exporter la version relue").click()
    with page.expect_download() as attente:
        page.get_by_role("button", name="Télécharger le document").click()
    octets = Path(attente.value.path()).read_bytes()
    dits = "\n".join(p.text for p in Document(io.BytesIO(octets)).paragraphs)
    dits += "\n".join(
        c.text for t in Document(io.BytesIO(octets)).tables for r in t.rows for c in r.cells
    )
    assert "Corrigé à la main." in dits
    assert (equipe[0].exports / "prive" / "LOR-J-07.docx").is_file()


def _remplir(page) -> None:
    """Ce qui manquait au registre : la date, le prénom, les consentements."""
    page.get_by_role("textbox", name="date", exact=True).fill("12/01/2010")
    page.get_by_role("textbox", name="prénom", exact=True).fill("Yanis")
    for nom in ("consentement enregistrement", "consentement citation"):
        case = page.get_by_role("combobox", name=nom)
        case.click()
        case.press("ArrowDown")
        page.get_by_role("option", name="oui", exact=True).click()
        assert case.input_value() == "oui"
