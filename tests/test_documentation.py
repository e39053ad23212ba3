"""La documentation dit ce que le programme fait : exemples exécutés, commandes et liens vérifiés."""

from __future__ import annotations

import ast
import json
import re
import shlex
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from recherche.cli import application
from recherche.codage.ancrage import ancrer, verifier
from recherche.codage.grille import lire_grille
from recherche.echanges import importation
from recherche.modele.codage import Codage, Origine
from recherche.modele.transcription import Transcription

RACINE = Path(__file__).parents[1]
GUIDES = sorted((RACINE / "docs").glob("*.md"))
LISEZ_MOI = RACINE / "README.md"
DOCUMENTS = [
    LISEZ_MOI,
    *GUIDES,
    RACINE / "CHANGELOG.md",
    *sorted((RACINE / "interviews").glob("**/*.md")),
]
LIEN = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BLOC = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
APPEL = re.compile(r"(?<![\w./-])recherche +(?:--etude +\S+ +)?([a-z]+(?:-[a-z]+)*)(?![\w.])")


def blocs(document: Path, langue: str) -> list[str]:
    """Les blocs de code d'un document dans une langue."""
    texte = document.read_text(encoding="utf-8")
    return [corps for marque, corps in BLOC.findall(texte) if marque == langue]


def commandes() -> dict[str, Any]:
    """Les commandes de l'application, par nom."""
    commande: Any = application()
    return dict(commande.commands)


def sections() -> dict[str, str]:
    """Ce que docs/commandes.md dit de chaque commande."""
    texte = (RACINE / "docs" / "commandes.md").read_text(encoding="utf-8")
    morceaux = re.split(r"^## `recherche ([\w-]+)`\n", texte, flags=re.MULTILINE)[1:]
    corps = (morceau.split("\n## ", 1)[0] for morceau in morceaux[1::2])
    return dict(zip(morceaux[::2], corps, strict=True))


# --- commandes ----------------------------------------------------------------------------------------


def test_chaque_commande_a_sa_section_et_une_aide() -> None:
    assert sorted(sections()) == sorted(commandes())
    for nom, commande in commandes().items():
        assert commande.help, nom
        assert all(p.help for p in commande.params), nom


@pytest.mark.parametrize("nom", sorted(commandes()))
def test_chaque_option_est_documentee(nom: str) -> None:
    section = sections()[nom]
    synopsis = section.strip().splitlines()[0]
    for parametre in commandes()[nom].params:
        if parametre.param_type_name == "argument":
            assert parametre.name.upper() in synopsis, parametre.name
            assert f"- `{parametre.name.upper()}`" in section, parametre.name
            continue
        assert all(f"{option}" in section for option in parametre.opts), parametre.opts
        assert parametre.opts[0] in synopsis, parametre.opts
        if parametre.name != "etude":
            assert f"- `{parametre.opts[0]}`" in section, parametre.opts


@pytest.mark.parametrize("nom", sorted(sections()))
def test_aucune_option_n_est_inventee(nom: str) -> None:
    connues = {option for parametre in commandes()[nom].params for option in parametre.opts}
    citees = set(re.findall(r"(?<=[`\[(| ])(--?[a-z]+(?:-[a-z]+)*)", sections()[nom]))
    assert citees <= connues, citees - connues


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.relative_to(RACINE).as_posix())
def test_les_commandes_citees_existent(document: Path) -> None:
    texte = document.read_text(encoding="utf-8")
    code = "\n".join([*re.findall(r"`([^`\n]+)`", texte), *(corps for _, corps in BLOC.findall(texte))])
    citees = set(APPEL.findall(code)) - {"import"}
    assert citees <= set(commandes()), citees - set(commandes())


def test_les_exemples_de_commandes_se_comprennent() -> None:
    """Chaque « recherche … » d'un bloc de terminal passe l'analyse des arguments."""
    lignes = [ligne for document in [LISEZ_MOI, *GUIDES] for ligne in lignes_de_terminal(document)]
    assert len(lignes) > 10
    for ligne in lignes:
        nom, *arguments = shlex.split(ligne, comments=True)[1:]
        commandes()[nom].make_context(nom, arguments)


def lignes_de_terminal(document: Path) -> Iterator[str]:
    for langue in ("sh", "powershell"):
        for corps in blocs(document, langue):
            for ligne in corps.splitlines():
                yield from re.findall(r"(?:^|(?<=[/\\ ]))recherche [a-z].*", ligne)


def test_les_variables_d_environnement_sont_documentees() -> None:
    sources = "\n".join(f.read_text(encoding="utf-8") for f in (RACINE / "recherche").rglob("*.py"))
    employees = set(re.findall(r"\bRECHERCHE_[A-Z]+\b", sources))
    documentees = set(
        re.findall(
            r"^\| `(RECHERCHE_[A-Z]+)` \|", (RACINE / "docs" / "commandes.md").read_text("utf-8"), re.M
        )
    )
    assert documentees == employees


# --- exemples -----------------------------------------------------------------------------------------


def test_les_exemples_python_s_executent(
    etude_menee: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    etude, _ = etude_menee
    monkeypatch.setenv("RECHERCHE_ETUDE", str(etude.chemin))
    guide = RACINE / "docs" / "analyste.md"
    exemples = blocs(guide, "python")
    assert len(exemples) > 5
    espace: dict[str, Any] = {"__name__": "__main__"}
    for rang, exemple in enumerate(exemples):
        exec(compile(exemple, f"{guide.name}, exemple {rang + 1}", "exec"), espace)
    dits = capsys.readouterr().out
    assert etude.titre in dits
    assert '"recherche-revue/1"' in dits


def test_les_exemples_json_s_importent(etude_menee: Any, tmp_path: Path) -> None:
    """Chaque format est montré par un exemple que le programme prend, sur le vrai texte de LOR-J-02."""
    etude, _ = etude_menee
    lus = {}
    lecteurs = {
        "recherche-transcription/1": importation.lire_transcription,
        "recherche-revue/1": importation.lire_revue,
        "recherche-codages/1": importation.lire_codages,
    }
    for exemple in blocs(RACINE / "docs" / "analyste.md", "json"):
        fichier = tmp_path / "exemple.json"
        fichier.write_text(exemple, encoding="utf-8")
        forme = json.loads(exemple)["format"]
        lus[forme] = lecteurs[forme](fichier)
    assert set(lus) == set(lecteurs)
    relue = importation.lire_transcription(etude.chemin / "transcriptions" / "LOR-J-02.json")
    _verifier_revue(lus["recherche-revue/1"], relue)
    _verifier_codages(lus["recherche-codages/1"], relue, etude)


def _verifier_revue(revue: Any, relue: Transcription) -> None:
    assert revue.empreinte == relue.empreinte
    assert [relue.texte[m.debut : m.fin] for m in revue.mentions] == ["Ibrahim", "Keroman"]


def _verifier_codages(codages: Any, relue: Transcription, etude: Any) -> None:
    poses = [
        Codage(
            c.source_id,
            ancrer(relue, c.tour, c.citation),
            code,
            c.codeur,
            Origine.IMPORT,
            relue.provenance.date,
        )
        for c in codages.codages
        for code in c.codes
    ]
    assert poses
    verifier(poses, lire_grille(etude.fichier_grille))


# --- messages d'erreur --------------------------------------------------------------------------------


def textes_du_programme() -> str:
    """Toutes les chaînes du code, ce qui y est calculé remplacé par un blanc."""
    chaines = []
    for fichier in (RACINE / "recherche").rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.JoinedStr):
                chaines.append("".join(str(getattr(v, "value", " ")) for v in noeud.values))
            elif isinstance(noeud, ast.Constant) and isinstance(noeud.value, str):
                chaines.append(noeud.value)
    return "\n".join(chaines)


def test_les_messages_du_guide_sont_ceux_du_programme() -> None:
    """Chaque message du tableau de la chargée de projet est, morceau par morceau, dans le code."""
    guide = (RACINE / "docs" / "chargee-de-projet.md").read_text(encoding="utf-8")
    tableau = guide.split("## Quand un message apparaît")[1]
    cases = [ligne.split("|")[1] for ligne in tableau.splitlines() if ligne.startswith("| `")]
    messages = [message for case in cases for message in re.findall(r"`([^`]+)`", case)]
    assert len(messages) > 20
    programme = textes_du_programme()
    for message in messages:
        for morceau in re.split(
            r"…|\d+|/?registre\.xlsx|etude\.toml|un PDF|Entretiens!D|ENT\b", message
        ):
            assert morceau.strip(" .:«»") in programme, message


# --- liens, README ------------------------------------------------------------------------------------


def ancre(titre: str) -> str:
    """L'ancre que GitHub donne à un titre."""
    nu = re.sub(r"[`*]", "", titre).strip().casefold()
    gardes = (c for c in nu if c in "- _" or unicodedata.category(c)[0] in "LN")
    return "".join(gardes).replace(" ", "-")


def ancres(document: Path) -> set[str]:
    hors_code = BLOC.sub("", document.read_text(encoding="utf-8"))
    return {ancre(titre) for titre in re.findall(r"^#+ (.+)$", hors_code, re.MULTILINE)}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.relative_to(RACINE).as_posix())
def test_les_liens_relatifs_existent(document: Path) -> None:
    for cible in LIEN.findall(BLOC.sub("", document.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", cible):
            continue
        chemin, _, fragment = cible.partition("#")
        vise = (document.parent / chemin).resolve() if chemin else document
        assert vise.exists(), cible
        assert not fragment or fragment in ancres(vise), cible


def test_chaque_guide_est_dans_l_index_et_le_readme() -> None:
    index = (RACINE / "docs" / "index.md").read_text(encoding="utf-8")
    for guide in GUIDES:
        if guide.name != "index.md":
            assert f"({guide.name})" in index
            assert f"(docs/{guide.name})" in LISEZ_MOI.read_text(encoding="utf-8")


def test_le_readme_donne_la_commande_de_test_de_l_integration() -> None:
    script = (RACINE / ".ci" / "run").read_text(encoding="utf-8")
    lancees = re.findall(r"^(python3 -m venv .*?)(?: 2>&1.*)?$", script, re.MULTILINE)
    assert len(lancees) == 1
    assert lancees[0] in [ligne for bloc in blocs(LISEZ_MOI, "sh") for ligne in bloc.splitlines()]


def test_la_capture_du_tableau_de_bord_est_lisible_et_legere() -> None:
    octets = (RACINE / "docs" / "images" / "tableau-de-bord.png").read_bytes()
    assert octets.startswith(b"\x89PNG")
    assert int.from_bytes(octets[16:20], "big") == 1280
    assert len(octets) < 300_000


def test_l_arbre_du_readme_nomme_chaque_paquet() -> None:
    arbre = LISEZ_MOI.read_text(encoding="utf-8")
    for paquet in (RACINE / "recherche").iterdir():
        remplis = (
            [f for f in paquet.glob("**/*.py") if f.name != "__init__.py"] if paquet.is_dir() else []
        )
        if remplis:
            assert f"  {paquet.name}/" in arbre, paquet.name
