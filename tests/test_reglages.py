"""`etude.toml` : chaque faute avec sa clé et sa ligne."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from recherche.erreurs import ErreurEtude
from recherche.reglages import Etude, modele_reglages

PROJET = Path(__file__).parents[1]


@pytest.fixture
def fautes(tmp_path: Path) -> Callable[..., list[str]]:
    """Les fautes du modèle après les remplacements donnés ; « # ligne » marque la ligne attendue."""

    def lire(*remplacements: tuple[str, str]) -> list[str]:
        texte = modele_reglages()
        for avant, apres in remplacements:
            assert avant in texte
            texte = texte.replace(avant, apres, 1)
        (tmp_path / "etude.toml").write_text(texte, encoding="utf-8")
        with pytest.raises(ErreurEtude) as leve:
            Etude.ouvrir(tmp_path)
        assert str(tmp_path / "etude.toml") in leve.value.message
        assert "recherche nouvelle" in leve.value.remede
        lignes = texte.splitlines()
        numeros = {f"ligne {i}": lignes[i - 1].strip() for i in range(len(lignes), 0, -1)}
        lues = [ligne.removeprefix("  - ") for ligne in leve.value.message.splitlines()[1:]]
        return [_avec_texte(faute, numeros) for faute in lues]

    return lire


def _avec_texte(faute: str, lignes: dict[str, str]) -> str:
    """Remplace « (ligne 12) » par le texte de la ligne 12 : la faute doit montrer la bonne."""
    avant, parenthese, apres = faute.partition(" (")
    if not parenthese:
        return faute
    numero, _, suite = apres.partition(")")
    return f"{avant} [{lignes[numero]}]{suite}"


def test_modele_valide_et_commente(tmp_path: Path) -> None:
    (tmp_path / "etude.toml").write_text(modele_reglages(), encoding="utf-8")
    etude = Etude.ouvrir(tmp_path)
    assert etude.reglages.nombre_prevu == 40
    assert etude.titre == "Titre de l'étude"
    assert sum(ligne.startswith("#") for ligne in modele_reglages().splitlines()) > 30


def test_l_etude_reelle_prevoit_120_entretiens() -> None:
    reglages = Etude.ouvrir(PROJET / "interviews").reglages
    assert reglages.nombre_prevu == 120
    assert not reglages.etude.fictive
    assert [(t.code, t.nom) for t in reglages.territoires] == [
        ("LOR", "Lorient"),
        ("STN", "Saint-Nazaire"),
        ("BRE", "Brest"),
        ("ANG", "Angers"),
        ("REN", "Rennes"),
        ("QUI", "Quimper"),
    ]
    assert [(p.code, p.nom, p.quota, len(p.guide)) for p in reglages.profils] == [
        ("J", "jeune", 10, 8),
        ("P", "professionnel", 10, 8),
    ]
    assert reglages.seuils.effectif_minimal == 5


def test_une_autre_etude_ne_demande_pas_de_code() -> None:
    reglages = Etude.ouvrir(PROJET / "tests" / "etudes" / "reussite_educative").reglages
    assert reglages.etude.niveau_territoire == "région"
    assert [t.nom for t in reglages.territoires] == [
        "Bretagne",
        "Pays de la Loire",
        "Languedoc-Roussillon",
    ]
    assert (len(reglages.ateliers), len(reglages.themes), reglages.nombre_prevu) == (6, 3, 0)


def test_dossier_sans_etude(tmp_path: Path) -> None:
    for chemin in (tmp_path, tmp_path / "absent"):
        with pytest.raises(ErreurEtude, match="n'est pas une étude") as leve:
            Etude.ouvrir(chemin)
        assert f"recherche nouvelle {chemin}" in leve.value.remede


@pytest.mark.parametrize(
    ("texte", "message"),
    [
        ("[etude]\ntitre = Titre\n", r"valide \(ligne 2, colonne 9\) : « titre = Titre »"),
        ("[etude]\ntitre = 'a'\ntitre = 'b'\n", r"valide \(ligne 3, colonne \d+\) : « titre = 'b' »"),
        ("[etude]\nlivrables = [\n", "valide : il s'arrête avant la fin"),
    ],
)
def test_toml_invalide(tmp_path: Path, texte: str, message: str) -> None:
    (tmp_path / "etude.toml").write_text(texte, encoding="utf-8")
    with pytest.raises(ErreurEtude, match=message):
        Etude.ouvrir(tmp_path)


def test_fichier_qui_n_est_pas_en_utf8(tmp_path: Path) -> None:
    (tmp_path / "etude.toml").write_bytes("[etude]\ntitre = 'Étude'\n".encode("latin-1"))
    with pytest.raises(ErreurEtude, match="ne se lit pas") as leve:
        Etude.ouvrir(tmp_path)
    assert "UTF-8" in leve.value.remede


def test_le_bloc_notes_de_windows_met_une_marque_au_debut(tmp_path: Path) -> None:
    contenu = ("\ufeff" + modele_reglages()).replace("\n", "\r\n")
    (tmp_path / "etude.toml").write_bytes(contenu.encode("utf-8"))
    assert Etude.ouvrir(tmp_path).reglages.nombre_prevu == 40


def test_cles_inconnues_et_manquantes(fautes: Callable[..., list[str]]) -> None:
    assert fautes(
        ('titre = "Titre', 'titres = "Titre'),
        ('nom = "Autre ville"', 'couleur = "bleu"'),
        ("confiance_mot = 0.5", "confiance = 0.5"),
        ('id = "attentes"', 'idd = "attentes"'),
    ) == [
        "etude.titre [[etude]] : clé obligatoire absente",
        'etude.titres [titres = "Titre de l\'étude"] : clé inconnue ; vouliez-vous dire « titre » ?',
        "territoires[2].nom [[[territoires]]] : clé obligatoire absente",
        'territoires[2].couleur [couleur = "bleu"] : clé inconnue',
        "profils[1].guide[2].id [[[profils.guide]]] : clé obligatoire absente",
        'profils[1].guide[2].idd [idd = "attentes"] : clé inconnue ; vouliez-vous dire « id » ?',
        "seuils.confiance [confiance = 0.5] : clé inconnue ; vouliez-vous dire « confiance_mot » ?",
    ]


def test_section_inconnue(fautes: Callable[..., list[str]]) -> None:
    assert fautes(("[seuils]", "[seuil]")) == [
        "seuil [[seuil]] : clé inconnue ; vouliez-vous dire « seuils » ?"
    ]


def test_mauvaises_sortes_de_valeurs(fautes: Callable[..., list[str]]) -> None:
    assert fautes(
        ("debut = 2025-01-01", 'debut = "janvier"'),
        ("fin = 2026-12-31", "fin = 2026-12-31T10:00:00"),
        ("quota = 10", 'quota = "dix"'),
        ("effectif_minimal = 5", "effectif_minimal = 5.5"),
        ("# amorce = true", 'amorce = "peut-être"'),
        ("quartiers = []", 'quartiers = "Verneau"'),
        ('langue = "fr"', "langue = 33"),
    ) == [
        'etude.debut [debut = "janvier"] : une date sans guillemets (2009-03-01) est attendue',
        "etude.fin [fin = 2026-12-31T10:00:00] : une date sans heure (2009-03-01) est attendue",
        'profils[1].quota [quota = "dix"] : un nombre entier est attendu',
        "seuils.effectif_minimal [effectif_minimal = 5.5] : un nombre entier est attendu",
        "transcription.langue [langue = 33] : un texte entre guillemets est attendu",
        'transcription.amorce [amorce = "peut-être"] : true ou false est attendu',
        'noms_locaux.quartiers [quartiers = "Verneau"] : une liste entre crochets est attendue',
    ]


def test_incoherences(fautes: Callable[..., list[str]]) -> None:
    atelier = '[[ateliers]]\nid = "VIL-A-01"\nterritoire = "AUT"\ntitre = "x"\ntheme = "y"\n\n[seuils]'
    assert fautes(
        ("fin = 2026-12-31", "fin = 2024-12-31"),
        ('code = "AUT"', 'code = "Autre"'),
        ('nom = "Autre ville"', 'nom = "première ville"'),
        ('code = "P"', 'code = "A"'),
        ("quota = 10", "quota = -1"),
        ('id = "attentes"', 'id = "parcours"'),
        ("[seuils]", atelier),
        ("effectif_minimal = 5", "effectif_minimal = 1"),
        ("confiance_mot = 0.5", "confiance_mot = 50"),
        ("processus = 0", "bloc_s = 5"),
    ) == [
        "etude.fin [fin = 2024-12-31] : la fin (2024-12-31) précède le début (2025-01-01)",
        'territoires[2].code [code = "Autre"] : « Autre » n\'a pas la forme attendue (2 à 5 majuscules '
        "sans accent ou chiffres, comme LOR)",
        'territoires[2].nom [nom = "première ville"] : « première ville » est donné deux fois',
        "profils[1].quota [quota = -1] : un quota ne peut pas être négatif",
        'profils[1].guide[2].id [id = "parcours"] : « parcours » est donné deux fois',
        'profils[2].code [code = "A"] : la lettre A désigne les ateliers : prenez-en une autre',
        'ateliers[1].territoire [territoire = "AUT"] : « AUT » n\'est pas un territoire (Autre, VIL)',
        "ateliers[1].theme [theme = \"y\"] : « y » n'est pas un thème de l'étude",
        "seuils.effectif_minimal [effectif_minimal = 1] : un seuil sous 2 personnes ne protège personne",
        "seuils.confiance_mot [confiance_mot = 50] : un nombre de 0 à 1 est attendu",
        "transcription.bloc_s [bloc_s = 5] : au moins 30 est attendu",
    ]


def test_atelier_d_un_autre_territoire(fautes: Callable[..., list[str]]) -> None:
    atelier = '[[ateliers]]\nid = "VIL-A-01"\nterritoire = "AUT"\ntitre = "x"\n\n[seuils]'
    assert fautes(("[seuils]", atelier)) == [
        'ateliers[1].id [id = "VIL-A-01"] : « VIL-A-01 » devrait commencer par son territoire, « AUT »'
    ]
