"""Grille de codage : toutes les fautes, avec leur chemin et leur ligne."""

from __future__ import annotations

from pathlib import Path

import pytest

from recherche.codage.grille import ecrire_grille, grille_modele, lire_grille
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Code, Famille, Grille

GRILLE = Grille(
    "Essai : une grille",
    "1.0",
    (Famille("EMPLOI", "Emploi", (Code("EMP-RECH", "Recherche", "Chercher. # ou non"),), "#117733"),),
    (Code("NAT-MANQUE", "Manque", "Un manque."), Code("NAT-ATTENTE", "Attente", "Une attente.")),
)


def ecrite(dossier: Path, texte: str) -> Path:
    fichier = dossier / "grille.yaml"
    fichier.write_text(texte, encoding="utf-8")
    return fichier


def fautes(dossier: Path, texte: str) -> list[str]:
    with pytest.raises(ErreurCodage) as leve:
        lire_grille(ecrite(dossier, texte))
    return [ligne.removeprefix("  - ") for ligne in leve.value.message.splitlines()[1:]]


def test_modele_valide_tel_quel_et_commente(tmp_path: Path) -> None:
    grille = lire_grille(ecrite(tmp_path, grille_modele()))
    assert [famille.id for famille in grille.familles] == ["QUARTIER", "EMPLOI"]
    assert [code.id for code in grille.natures] == ["NAT-EXISTANT", "NAT-MANQUE", "NAT-ATTENTE"]
    assert grille_modele().count("#") > 15


def test_ecrire_puis_lire_rend_la_meme(tmp_path: Path) -> None:
    fichier = tmp_path / "grille.yaml"
    ecrire_grille(GRILLE, fichier)
    assert lire_grille(fichier) == GRILLE
    ecrire_grille(GRILLE, fichier)
    assert [f.name for f in tmp_path.iterdir()] == ["grille.yaml"]


def test_une_grille_fausse_ne_remplace_pas_la_bonne(tmp_path: Path) -> None:
    fichier = tmp_path / "grille.yaml"
    ecrire_grille(GRILLE, fichier)
    double = Grille("t", "1", (*GRILLE.familles, *GRILLE.familles), ())
    with pytest.raises(ErreurCodage, match="donné deux fois"):
        ecrire_grille(double, fichier)
    assert lire_grille(fichier) == GRILLE


def test_le_bloc_notes_de_windows_met_une_marque_au_debut(tmp_path: Path) -> None:
    assert lire_grille(ecrite(tmp_path, "\ufeff" + grille_modele())).version == "0.1"


def test_toutes_les_fautes_de_forme(tmp_path: Path) -> None:
    texte = """titre: Essai
version: 1.0
auteur: moi
familles:
  - id: EMPLOI
    nom: Emploi
    couleur: #117733
    codes:
      - id: EMP-RECH
        nom: Recherche
      - id: EMP-ACC
        nom: ""
        definition: Accompagnement.
        definition: Accompagnement vers l'emploi.
natures: aucune
"""
    texte_attendu = 'un texte entre guillemets est attendu (une couleur s\'écrit "#0072B2")'
    assert fautes(tmp_path, texte) == [
        f"version (ligne 2) : {texte_attendu}",
        "auteur (ligne 3) : clé inconnue",
        f"familles[1].couleur (ligne 7) : {texte_attendu}",
        "familles[1].codes[1].definition (ligne 9) : clé obligatoire absente",
        "familles[1].codes[2].nom (ligne 12) : un texte est attendu, il est vide",
        "familles[1].codes[2].definition (ligne 14) : cette clé est donnée deux fois",
        "natures (ligne 15) : une liste (une ligne « - » par élément) est attendue",
    ]


def test_toutes_les_incoherences(tmp_path: Path) -> None:
    texte = """titre: Essai
version: "1"
familles:
  - id: EMPLOI
    nom: Emploi
    couleur: rouge
    codes:
      - {id: emploi, nom: a, definition: b}
      - {id: EMP-ACC, nom: a, definition: b}
  - id: VIDE
    nom: Vide
    codes: []
natures:
  - id: EMP-ACC
    nom: a
    definition: b
"""
    assert fautes(tmp_path, texte) == [
        "familles[1].couleur (ligne 6) : « rouge » n'est pas une couleur comme « #0072B2 »",
        "familles[1].codes[1].id (ligne 8) : « emploi » n'a pas la forme attendue (majuscules sans "
        "accent, chiffres et tirets)",
        "familles[2].codes (ligne 12) : la famille « VIDE » n'a aucun code",
        "natures[1].id (ligne 14) : « EMP-ACC » est donné deux fois",
    ]


@pytest.mark.parametrize("texte", ["", "- a\n- b\n", "bonjour"])
def test_fichier_sans_cles(tmp_path: Path, texte: str) -> None:
    (faute,) = fautes(tmp_path, texte)
    assert "des clés « nom: valeur » sont attendues" in faute


def test_yaml_invalide_dit_la_ligne(tmp_path: Path) -> None:
    with pytest.raises(ErreurCodage, match=r"YAML valide \(ligne 3\)"):
        lire_grille(ecrite(tmp_path, 'titre: a\nversion: "1"\n\tfamilles: []\n'))


def test_yaml_n_execute_rien(tmp_path: Path) -> None:
    with pytest.raises(ErreurCodage, match="YAML valide"):
        lire_grille(ecrite(tmp_path, "titre: !!python/object/apply:os.getcwd []\n"))


def test_grille_absente(tmp_path: Path) -> None:
    with pytest.raises(ErreurCodage, match="n'existe pas"):
        lire_grille(tmp_path / "grille.yaml")
