import re
from itertools import pairwise
from pathlib import Path

import pytest
from outils import DEMO

from recherche.erreurs import ErreurEtude
from recherche.langue.corrections import corriger, lire_corrections
from recherche.langue.phonetique import cle_epelee, cle_sonore, ressemblance, se_dit_en_lettres
from recherche.modele.corrections import CorrectionMotif, CorrectionMots, Corrections, Glossaire
from recherche.modele.transcription import Mot, Tour
from recherche.reglages import Etude

COURANTS = frozenset(
    re.findall(
        r"\w+",
        "le la les de du des à et je suis vais au aux en on est quartier coordonnateur prévention il"
        " elle parle pays mission locale avec pour mon repas ont sous un une bus ce matin",
    )
)
TERMES = ["Kervénanec", "CLSPD", "MJC", "Verneau", "Kermoysan", "Quimper", "mission locale", "CUCS"]


def tour(texte: str, confiance: float | None = 0.9) -> Tour:
    return Tour("ENT", tuple(Mot(m, float(i), i + 0.8, confiance) for i, m in enumerate(texte.split())))


def corrige(texte: str, corrections: Corrections | None = None, **options) -> str:
    """Le texte d'un tour, corrigé."""
    donne = {"source_id": "LOR-J-01", "termes": TERMES, "courants": COURANTS} | options
    tours, _ = corriger([tour(texte)], corrections or Corrections(), **donne)
    return tours[0].texte


@pytest.mark.parametrize(
    ("entendu", "ecrit"),
    [
        ("Je suis à Carvenanek.", "Je suis à Kervénanec."),
        ("le coordonnateur du CELSPD, il parle", "le coordonnateur du CLSPD, il parle"),
        ("la MGC est à Vernaux.", "la MJC est à Verneau."),
        ("ceux de « carmoisant » et", "ceux de « Kermoysan » et"),
        ("le bilan du cucse avec elle", "le bilan du CUCS avec elle"),
        ("qu'un pays à elle", "qu'un pays à elle"),
        ("la mission locale avec elle", "la mission locale avec elle"),
        ("Je suis à Kervénanec.", "Je suis à Kervénanec."),
        ("on est sous le pont 5 Verneau", "on est sous le pont 5 Verneau"),
    ],
)
def test_ce_qui_se_prononce_comme_un_terme(entendu: str, ecrit: str) -> None:
    assert corrige(entendu) == ecrit


def test_un_mot_courant_n_est_rapproche_que_si_le_modele_en_doutait() -> None:
    termes = {"termes": ["Maurepas"], "source_id": "REN-P-01", "courants": COURANTS}
    for confiance, attendu in ((0.9, "mon repas"), (0.3, "Maurepas")):
        tours, _ = corriger([tour("mon repas", confiance)], Corrections(), **termes)
        assert tours[0].texte == attendu


def test_sans_rapprocher_le_glossaire_ne_corrige_rien() -> None:
    sans = Corrections(Glossaire(rapprocher=False))
    assert corrige("Je suis à Carvenanek.", sans) == "Je suis à Carvenanek."


def test_par_mots_ni_casse_ni_ponctuation_ne_comptent_et_elles_restent() -> None:
    regles = Corrections(mots=[CorrectionMots(["l'amission local"], "la mission locale", ["LOR-J-09"])])
    assert corrige("À « L'Amission, local ! » on", regles) == "À « la mission locale ! » on"
    assert corrige("l'amission local", regles, source_id="LOR-J-09") == "l'amission local"
    assert corrige("la mission locales", regles) == "la mission locales"


def test_par_motif_les_groupes_servent_et_les_mots_restent_entiers() -> None:
    regles = Corrections(motifs=[CorrectionMotif(r"\b(\d+) ?euro\b", r"\1 euros")])
    assert corrige("ça fait 12 euro.", regles) == "ça fait 12 euros."
    coupe = Corrections(motifs=[CorrectionMotif("objecte", "BPJEPS en")])
    assert corrige("un jeune l'objecte, par", coupe) == "un jeune l'BPJEPS en, par"


def test_chaque_correction_est_dite_et_ses_temps_tiennent_dans_les_anciens() -> None:
    regles = Corrections(mots=[CorrectionMots(["bois dichato"], "le Bois du Château")])
    tours, faites = corriger([tour("à bois dichato hier")], regles, source_id="LOR-J-01")
    (faite,) = faites
    assert (faite.avant, faite.apres, faite.tour, faite.debut_s) == (
        "bois dichato",
        "le Bois du Château",
        0,
        1.0,
    )
    mots = tours[0].mots
    assert [m.texte for m in mots] == ["à", "le", "Bois", "du", "Château", "hier"]
    assert (mots[1].debut_s, mots[4].fin_s) == (1.0, 2.8)
    assert all(a.fin_s == b.debut_s for a, b in pairwise(mots[1:5]))


def test_corriger_deux_fois_ne_change_plus_rien() -> None:
    premiers, _ = corriger(
        [tour("à Carvenanek la MGC")], Corrections(), source_id="LOR-J-01", termes=TERMES
    )
    seconds, faites = corriger(premiers, Corrections(), source_id="LOR-J-01", termes=TERMES)
    assert (seconds, faites) == (premiers, ())


def test_un_texte_sans_temps_se_corrige_aussi() -> None:
    (corrigee,), _ = corriger(
        [Tour.depuis_texte("ENT", "à Carvenanek.")], Corrections(), source_id="X", termes=TERMES
    )
    assert corrigee == Tour.depuis_texte("ENT", "à Kervénanec.")


@pytest.mark.parametrize(
    ("toml", "dit"),
    [
        ("[glosaire]\nsigles = []\n", r"glosaire .*vouliez-vous dire « glossaire »"),
        ('[[mots]]\nentendu = "cuque"\necrire = "CUCS"\n', r"mots\[1\].entendu.*liste entre crochets"),
        ('[[mots]]\nentendu = ["x"]\necrire = " "\n', r"mots\[1\].ecrire.*vide"),
        ('[[mots]]\nentendu = ["?"]\necrire = "CUCS"\n', r"mots\[1\].entendu.*au moins un mot"),
        ("[[motifs]]\nmotif = '(a'\necrire = 'b'\n", r"motifs\[1\].motif \(ligne 2\).*« \(a »"),
        ("[[motifs]]\nmotif = 'a*'\necrire = 'b'\n", "texte vide"),
        ("[[motifs]]\nmotif = 'a'\necrire = '\\3'\n", "expression régulière utilisable"),
        (
            '[[mots]]\nentendu = ["Cuque"]\necrire = "CUCS"\n'
            '[[mots]]\nentendu = ["cuque !"]\necrire = "CUC"\n',
            r"mots\[2\].entendu.*déjà corrigé en « CUCS »",
        ),
        ("[glossaire\n", "pas du TOML valide"),
    ],
)
def test_les_fautes_du_fichier_sont_dites(tmp_path: Path, toml: str, dit: str) -> None:
    (tmp_path / "corrections.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(ErreurEtude, match=dit) as levee:
        lire_corrections(Etude(tmp_path, Etude.ouvrir(DEMO).reglages))
    assert "corrections.toml" in str(levee.value)


def test_sans_fichier_rien_n_est_fixe(tmp_path: Path) -> None:
    assert lire_corrections(Etude(tmp_path, Etude.ouvrir(DEMO).reglages)) == Corrections()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Verneau", "Vernaux"),
        ("Zahra", "zara"),
        ("FAJ", "fage"),
        ("Hervé", "airvé"),
        ("Pôle emploi", "Paul en ploi"),
        ("Samira", "Samhira"),
        ("château", "chatau"),
    ],
)
def test_ce_qui_se_dit_pareil_a_la_meme_cle(a: str, b: str) -> None:
    assert cle_sonore(a) == cle_sonore(b)


def test_un_sigle_s_epelle() -> None:
    assert cle_epelee("CMU") == "sEmu"
    assert ressemblance(cle_epelee("MJC"), cle_epelee("MGC")) > 0.8
    assert [se_dit_en_lettres(m) for m in ("CMU", "clspd", "Caf", "bus")] == [True, True, False, False]
