"""Retirer une personne : des canaris dans chaque champ, puis aucun dans aucun octet de l'étude."""

import io
import json
import zipfile
from contextlib import contextmanager

import openpyxl
import pytest
from entrepot.canaris import CANARI, MOTS, planter, restants
from outils import copier, json_de, lancer

from recherche.entrepot import Entrepot, retrait, transcriptions
from recherche.entrepot.schema import METADONNEES, code, version
from recherche.erreurs import ErreurConfidentialite
from recherche.etapes import importer, pseudonymiser
from recherche.etapes import retirer as etape
from recherche.etapes.etat import etat
from recherche.etapes.exporter import exporter
from recherche.etapes.phrase import phrase_secrete
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger
from recherche.etapes.retirer import repetition, retirer
from recherche.etapes.sauvegarder import annuler, lire_journal, sauvegarder
from recherche.langue import coffre
from recherche.langue.correspondance import Correspondance
from recherche.langue.mentions import TypeMention
from recherche.langue.pseudonymes import reconstituer
from recherche.registre import lire_registre

SOURCE, VOISINE = "LOR-J-02", "LOR-J-03"
CITATION = f"« {MOTS}, et après on rentrait à pied. »"


def cle_ouverte(etude):
    phrase = phrase_secrete(etude, nouvelle=False)
    return coffre.lire(pseudonymiser.fichier_cle(etude), phrase), phrase


def planter_partout(etude):
    """Un canari dans la base, la clé, le registre, le son, les fichiers, le guide et le jeu."""
    exporter(etude, formats=["txt", "docx"], sources=[SOURCE])
    with Entrepot.ouvrir(etude) as entrepot:
        with entrepot.ecrire("planter") as ecriture:
            plantees = planter(ecriture, SOURCE)
        with entrepot.ecrire("changer puis effacer") as ecriture:
            numero = {"id": plantees["version"]["id"]}
            ecriture.modifier(version, numero, {"empreinte": "autre"})
            if "memo" in plantees:
                ecriture.supprimer(METADONNEES.tables["memo"], {"id": plantees["memo"]["id"]})
    _planter_registre(etude)
    (etude.enregistrements / "sous").mkdir()
    (etude.enregistrements / "sous" / f"{SOURCE} suite.mp3").write_bytes(CANARI.encode() * 50)
    (etude.enregistrements / "enregistreur-0001.wav").write_bytes(CANARI.encode())
    (etude.exports / "corpus-iramuteq.txt").write_text(f"**** *ville_Lorient\n{MOTS}\n", "utf-8")
    codages = json_de(etude, "codages")[0]
    donnees = json.loads(codages.read_text("utf-8"))
    donnees["sources"].append({"source_id": SOURCE, "codages": [{"citation": MOTS}]})
    codages.write_text(json.dumps(donnees), "utf-8")
    for version_figee in ("2010-rapport", "inconnue"):
        (etude.chemin / "figees" / version_figee).mkdir(parents=True)
        (etude.chemin / "figees" / version_figee / "passages.csv").write_text(MOTS, "utf-8")
        (etude.chemin / "figees" / version_figee / "passages.csv").chmod(0o400)
    (etude.chemin / ".travail").mkdir()
    (etude.chemin / ".travail" / "avancement.json").write_text(f'["{SOURCE} {CANARI}"]', "utf-8")
    (etude.publie / "tables" / "verbatims.csv").write_text(MOTS, "utf-8")
    themes = etude.guide / "03-themes.md"
    themes.write_text(
        themes.read_text("utf-8")
        + f"\n> {CITATION}\n>\n> *réf. V001, jeune*\n\nUn jeune dit {CITATION}\n",
        "utf-8",
    )
    cle, phrase = cle_ouverte(etude)
    cle = cle.prolonger([(TypeMention.NOM, CANARI), (TypeMention.LIEU, f"cité {CANARI}")])
    coffre.ecrire(pseudonymiser.fichier_cle(etude), cle, phrase)
    sauvegarder(etude)
    sauvegarder(etude, vers=etude.chemin.parent / "ailleurs.sqlite")


def _planter_registre(etude):
    classeur = openpyxl.load_workbook(etude.fichier_registre)
    feuille = classeur["Entretiens"]
    titres = [cellule.value for cellule in feuille[1]]
    feuille.cell(1, len(titres) + 1, "notes")
    ligne = next(r for r in feuille.iter_rows(min_row=2) if r[0].value == SOURCE)
    for nom in ("prénom", "nom", "quartier", "situation", "structure", "lieu", "enquêteur"):
        ligne[titres.index(nom)].value = f"{CANARI} {nom}"
    ligne[titres.index("enregistrement(s)")].value = "enregistreur-0001.wav"
    feuille.cell(ligne[0].row, len(titres) + 1, f"{CANARI} note")
    ligne[1].comment = openpyxl.comments.Comment(f"{CANARI} commentaire", "équipe")
    classeur.save(etude.fichier_registre)


def traces(etude):
    """Les fichiers dont un octet (décompressé, déchiffré) contient le canari."""
    trouves = []
    aiguilles = [CANARI.encode(c) for c in ("utf-8", "utf-16-le")]
    for fichier in sorted(f for f in etude.chemin.rglob("*") if f.is_file()):
        octets = [fichier.read_bytes(), fichier.name.encode()]
        if zipfile.is_zipfile(fichier):
            with zipfile.ZipFile(io.BytesIO(octets[0])) as archive:
                octets += [archive.read(nom) for nom in archive.namelist()]
        if fichier.suffix == ".age":
            octets.append(cle_ouverte(etude)[0].vers_json().encode())
        if any(aiguille in contenu for contenu in octets for aiguille in aiguilles):
            trouves.append(fichier.relative_to(etude.chemin).as_posix())
    return trouves


@pytest.fixture(scope="module")
def plantee(petite_menee, tmp_path_factory):
    """La petite étude, un canari dans chaque champ de LOR-J-02 ; se copie avant d'y toucher."""
    etude = copier(petite_menee, tmp_path_factory.mktemp("plantee") / "etude")
    planter_partout(etude)
    return etude


@pytest.fixture
def etude(plantee, tmp_path):
    return copier(plantee, tmp_path / "etude")


@contextmanager
def lue(etude):
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        yield cx


def test_plus_un_octet_de_la_personne_pages_libres_et_wal_compris(etude):
    avant = traces(etude)
    assert {"base.sqlite", "registre.xlsx", "guide/03-themes.md", "codages/A.json"} <= set(avant)
    assert {"confidentiel/cle.age", "enregistrements/enregistreur-0001.wav"} <= set(avant)
    assert any(nom.startswith("sauvegardes/") for nom in avant)
    with lue(etude) as cx:
        assert len({r.split(".")[0] for r in restants(cx)}) > 5
    bilan = retirer(etude, SOURCE)
    assert bilan.faits == (SOURCE,)
    assert traces(etude) == []
    with lue(etude) as cx:
        assert list(restants(cx)) == []
        assert retrait.compter(cx, SOURCE) == {}
        assert retrait.retraits(cx)[SOURCE].fin is not None
    assert SOURCE not in {s.id for s in lire_registre(etude).sources}
    propos = b"le blouson propre"
    fichiers = [f for f in etude.chemin.rglob("*") if f.is_file()]
    assert not [f for f in fichiers if SOURCE in f.name or propos in f.read_bytes()]


def test_ce_qui_reste_hors_d_atteinte_est_dit(etude):
    plan = repetition(etude, SOURCE)
    assert [c for c in plan.sauvegardes_ailleurs if c.endswith("ailleurs.sqlite")]
    assert any("version 1 du jeu publié" in sorti for sorti in plan.sortis)
    assert any(f"exports/transcriptions/{SOURCE}.docx" in sorti for sorti in plan.sortis)
    assert plan.jeu_publie
    messages = "\n".join(retirer(etude, SOURCE).messages)
    for dit in ("version 1 du jeu publié", "ailleurs.sqlite", "à refaire"):
        assert dit in messages
    assert not etude.publie.exists()


def test_la_repetition_annonce_tout_et_ne_change_rien(etude):
    with lue(etude) as cx:
        lignes = retrait.compter(cx, SOURCE)
    avant = {f: f.read_bytes() for f in etude.chemin.rglob("*") if f.is_file() and "-" not in f.suffix}
    plan = repetition(etude, SOURCE)
    assert dict(plan.base) == lignes
    assert plan.citations == {"guide/03-themes.md": 2}
    assert "enregistrements/enregistreur-0001.wav" in plan.fichiers
    assert f"enregistrements/sous/{SOURCE} suite.mp3" in plan.fichiers
    assert "exports/corpus-iramuteq.txt" in plan.fichiers
    assert plan.recrits == ("codages/A.json",)
    assert plan.cle > 0
    apres = {f: f.read_bytes() for f in avant}
    assert apres == avant


def test_interrompu_apres_chaque_pas_il_se_reprend(etude, monkeypatch):
    """Sans clé (chaque ouverture coûte une seconde), le retrait est arrêté une fois à chaque pas."""
    pseudonymiser.fichier_cle(etude).unlink()
    for pas in range(1, 10):

        def arreter(avancement, pas=pas):
            if avancement.fait == pas:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            retirer(etude, SOURCE, suivi=arreter)
        with pytest.raises(ErreurConfidentialite, match=f"Le retrait de {SOURCE} a été interrompu"):
            importer.importer_transcriptions(etude, json_de(etude, "transcriptions"))
    retirer(etude, SOURCE)
    assert traces(etude) == []
    assert retirer(etude, SOURCE).passes == (SOURCE,)
    assert not etat(etude).quotas.empty


def test_les_autres_ne_perdent_rien(etude):
    with lue(etude) as cx:
        avant = retrait.lignes(cx, VOISINE)
    retirer(etude, SOURCE)
    cle, _ = cle_ouverte(etude)
    with lue(etude) as cx:
        assert retrait.lignes(cx, VOISINE) == avant
        pseudo = transcriptions.pseudonymisees(cx, VOISINE)[VOISINE]
        texte = transcriptions.lire_pseudonymisee(cx, pseudo.id)
        brut = transcriptions.lire(cx, pseudo.version_id)
    assert reconstituer(texte, Correspondance(pseudo.correspondance), cle).texte == brut.texte
    assert (etude.chemin / "transcriptions" / f"{VOISINE}.json").exists()


def test_le_journal_garde_qu_un_retrait_a_eu_lieu_et_ne_se_defait_pas(etude):
    actions = len(lire_journal(etude, limite=1000))
    retirer(etude, SOURCE)
    lots = lire_journal(etude, limite=1000)
    assert len(lots) > actions
    assert lots[0].action == "retirer une personne"
    plantage = next(lot for lot in lots if lot.action == "changer puis effacer")
    with pytest.raises(Exception, match=r"a changé depuis|effacées par un retrait"):
        annuler(etude, plantage.lot)
    assert traces(etude) == []


def test_une_personne_retiree_ne_revient_pas(etude, plantee):
    retirer(etude, SOURCE)
    bilan = importer.importer_transcriptions(etude, json_de(plantee, "transcriptions"))
    assert [a.objet for a in bilan.anomalies] == [SOURCE]
    etude.fichier_registre.write_bytes(plantee.fichier_registre.read_bytes())
    with pytest.raises(ErreurConfidentialite, match=f"{SOURCE} : cette source a été retirée"):
        importer.importer_transcriptions(etude, json_de(plantee, "transcriptions"))


def test_un_chapitre_intact_reste_au_programme_apres_le_retrait(etude, petite_menee):
    """Le chapitre modifié à la main garde le reste ; les autres se refont sans proposition à côté."""
    resume = etude.guide / "00-resume.md"
    texte = resume.read_text("utf-8")
    retirer(etude, SOURCE)
    assert resume.read_text("utf-8") == texte
    themes = (etude.guide / "03-themes.md").read_text("utf-8")
    assert themes.count("[citation retirée]") == 2
    assert "réf. V001" not in themes
    with pytest.raises(Exception, match="jeu publié"):
        rediger(etude)
    publier(etude)
    rediger(etude)
    assert {f.name for f in etude.guide.glob("*.nouveau.md")} <= {"03-themes.nouveau.md"}
    assert traces(etude) == []


def test_sans_la_phrase_rien_n_est_commence(etude, monkeypatch):
    monkeypatch.setenv("RECHERCHE_PHRASE", "une phrase qui n'est pas la bonne")
    with pytest.raises(ErreurConfidentialite, match="ne s'ouvre pas"):
        retirer(etude, SOURCE)
    with lue(etude) as cx:
        assert retrait.retraits(cx) == {}
        assert retrait.existe(cx, SOURCE)


def test_un_texte_libre_qui_la_cite_est_signale(etude):
    """Une note d'équipe ou un exemple de la grille ne s'efface pas sans une personne : il est nommé."""
    (etude.chemin / "notes.txt").write_text(f"À garder : {MOTS}", "utf-8")
    etude.fichier_grille.write_text(f"{etude.fichier_grille.read_text('utf-8')}\n# {MOTS}\n", "utf-8")
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("grille") as ecriture:
        ecriture.poser(code, {"id": "CODE"}, {"nom": MOTS})
    plan = repetition(etude, SOURCE)
    attendus = {"notes.txt", "grille.yaml", "base de l'étude, table « code »"}
    assert attendus <= set(plan.a_la_main)
    assert "etude.toml" not in plan.a_la_main


def test_une_source_inconnue_est_refusee(etude):
    for faire in (repetition, retirer):
        with pytest.raises(ErreurConfidentialite, match="ni au registre ni dans la base"):
            faire(etude, "LOR-J-99")


def test_la_commande_montre_puis_attend_une_confirmation(etude):
    essai = lancer("retirer", SOURCE, "--essai", etude=etude.chemin)
    assert essai.code == 0
    assert "répétition, rien n'est effacé" in essai.sortie
    muette = lancer("retirer", SOURCE, etude=etude.chemin)
    assert f"recherche retirer {SOURCE} --confirmer" in muette.sortie
    assert etude.publie.exists()
    faite = lancer("retirer", SOURCE, "--confirmer", etude=etude.chemin)
    assert (faite.code, faite.erreurs) == (0, "")
    assert traces(etude) == []
    assert etape.ETAPE in faite.sortie
