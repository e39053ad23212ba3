"""La ligne de commande parle français : l'aide, les fautes d'usage, le catalogue."""

import ast
import gettext
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer

import recherche

CATALOGUE = Path(recherche.__file__).parent / "cli" / "messages" / "fr" / "LC_MESSAGES"
LANCEUR = "import sys; sys.argv[0] = 'recherche'; from recherche.cli import principal; principal()"
ANGLAIS = re.compile(
    r"Usage: |Error|Commands|COMMAND |Show this|Try '|No such|Missing|Invalid|requires|unexpected"
    r"|default|required|env var|<bool>|<path>|<int|<str|list\[|Traceback",
)


def lancer(*arguments, **environnement):
    """`recherche …` dans un autre processus, sur une machine anglaise."""
    return subprocess.run(
        [sys.executable, "-c", LANCEUR, *arguments],
        capture_output=True,
        encoding="utf-8",
        env=os.environ
        | {"LANG": "en_US.UTF-8", "LANGUAGE": "en_US:en", "COLUMNS": "120", "PYTHONUTF8": "1"}
        | environnement,
        check=False,
        timeout=60,
    )


def lire_po(texte):
    """Les entrées d'un catalogue : des `msgid` et `msgstr` suivis de chaînes entre guillemets."""
    entrees, cle, courant = {}, "", None
    for ligne in texte.splitlines():
        lu = re.fullmatch(r'(?:(msgid|msgstr) )?(".*")', ligne)
        if lu is None:
            assert not ligne or ligne.startswith("#"), ligne
            continue
        mot, chaine = lu[1], ast.literal_eval(lu[2])
        courant = mot or courant
        if mot == "msgid":
            cle = chaine
            assert cle not in entrees, f"« {cle} » est deux fois dans le catalogue"
        elif courant == "msgid":
            cle += chaine
        else:
            entrees[cle] = entrees.get(cle, "") + chaine
    return entrees


def messages_de_typer():
    """Tout ce que Typer demande à gettext."""
    for fichier in Path(typer.__file__).parent.rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.Call) and getattr(noeud.func, "id", "") in ("_", "gettext"):
                yield ast.literal_eval(noeud.args[0])


@pytest.fixture(scope="module")
def po():
    return lire_po((CATALOGUE / "messages.po").read_text(encoding="utf-8"))


def test_le_catalogue_compile_est_celui_qu_on_lit(po):
    with (CATALOGUE / "messages.mo").open("rb") as ouvert:
        compile_ = gettext.GNUTranslations(ouvert)
    assert compile_._catalog == po


def test_le_catalogue_traduit_tout_ce_que_dit_typer_et_rien_de_plus(po):
    demandes = set(messages_de_typer())
    assert demandes
    assert set(po) - {""} == demandes


def test_les_traductions_gardent_les_champs_et_ne_sont_pas_vides(po):
    for original, traduit in po.items():
        assert traduit
        if original:
            champs = [sorted(re.findall(r"\{.*?\}", t)) for t in (original, traduit)]
            assert champs[0] == champs[1], original


def test_l_aide_est_en_francais():
    fait = lancer("--help")
    assert fait.returncode == 0, fait.stderr
    assert fait.stderr == ""
    assert "Usage : recherche [OPTIONS] COMMANDE [ARGUMENTS]..." in fait.stdout
    for attendu in ("Commandes", "Montre cette aide.", "--help,--aide"):
        assert attendu in fait.stdout
    assert not ANGLAIS.search(fait.stdout)


@pytest.mark.parametrize("commande", ["journal", "importer", "exporter"])
def test_l_aide_d_une_commande_est_en_francais(commande):
    fait = lancer(commande, "--aide")
    assert fait.returncode == 0, fait.stderr
    assert "variable : RECHERCHE_ETUDE" in fait.stdout
    assert not ANGLAIS.search(fait.stdout)


@pytest.mark.parametrize(
    ("arguments", "message", "remede"),
    [
        ("journal --zut", "Option inconnue : --zut.", "journal --help »"),
        ("--verion", "Option inconnue : --verion.", "Vouliez-vous dire « --version » ?"),
        ("journal -z", "Option inconnue : -z.", "journal --help »"),
        ("zut", "Commande inconnue : zut.", "« recherche --help » montre les commandes."),
        ("jurnal", "Commande inconnue : jurnal.", "Vouliez-vous dire « journal » ?"),
        ("importer", "Il manque l'argument « fichiers ».", "importer --help »"),
        ("journal --limite", "L'option --limite demande une valeur.", "journal --help »"),
        (
            "journal --limite=x",
            "Valeur incorrecte pour --limite : un nombre entier est",
            "« recherche journal",
        ),
        (
            "journal --limite=0",
            "Valeur incorrecte pour --limite : il faut au moins 1.",
            "« recherche journal",
        ),
        (
            "importer a --revues=1",
            "L'option --revues ne prend pas de valeur.",
            "importer --help »",
        ),
        ("journal a b", "Argument en trop : a b.", "journal --help »"),
        (
            "importer a --revues --codages",
            "--revues et --codages ne vont pas",
            "importer --help »",
        ),
    ],
)
def test_une_faute_d_usage_est_dite_en_francais_avec_le_code_2(arguments, message, remede):
    fait = lancer(*arguments.split())
    assert fait.returncode == 2
    assert fait.stdout == ""
    premiere, seconde = fait.stderr.splitlines()
    assert premiere.startswith(f"Erreur : {message}")
    assert seconde.startswith("→ ")
    assert remede in seconde
    assert "« recherche" in seconde
    assert not ANGLAIS.search(fait.stderr)


def test_sans_argument_l_aide_s_affiche():
    fait = lancer()
    assert fait.returncode == 2
    assert "Commandes" in fait.stdout + fait.stderr
    assert "Erreur" not in fait.stdout + fait.stderr
