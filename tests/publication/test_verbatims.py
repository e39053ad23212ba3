from __future__ import annotations

import pandas as pd

from recherche.publication.verbatims import Regles, choisir, referencer

COLONNES = ["source_id", "territoire", "profil", "codes", "nature", "texte", "citation_permise"]


def _passages(nombre: int, *, codes: str = "A", profil: str = "jeune", **autres: object) -> pd.DataFrame:
    """Un passage par personne, dans trois territoires à tour de rôle."""
    lignes = [
        (f"S{i}", f"T{i % 3}", profil, codes, "N1", f"{profil} {codes} {i} " + "mot " * 25, True)
        for i in range(nombre)
    ]
    return pd.DataFrame(lignes, columns=COLONNES).assign(**autres)


def test_au_plus_trois_par_theme_et_profil_de_territoires_divers():
    choisis = choisir(pd.concat([_passages(30), _passages(30, profil="pro")]), ["A"])
    assert choisis.groupby("profil").size().to_dict() == {"jeune": 3, "pro": 3}
    assert choisis.groupby("profil")["territoire"].nunique().to_dict() == {"jeune": 3, "pro": 3}


def test_deux_au_plus_par_personne():
    une = _passages(10, source_id="S1")
    assert len(choisir(une, ["A"])) == 2
    plusieurs = pd.concat([_passages(6, codes=c, source_id="S1") for c in "ABCD"])
    assert len(choisir(plusieurs, ["A", "B", "C", "D"])) == 2


def test_sans_consentement_rien_ne_se_cite():
    passages = _passages(10, citation_permise=False)
    assert choisir(passages, ["A"]).empty
    inconnu = passages.assign(citation_permise=pd.Series([None] * 10, dtype="object"))
    assert choisir(inconnu, ["A"]).empty


def test_les_longueurs_bornent():
    textes = ["x" * 79, "y" * 80, "z" * 600, "t" * 601]
    passages = _passages(4).assign(texte=textes)
    assert sorted(choisir(passages, ["A"], regles=Regles(par_theme_et_profil=9))["texte"]) == [
        "y" * 80,
        "z" * 600,
    ]


def test_un_passage_compte_pour_tous_ses_themes():
    passages = pd.concat([_passages(20, codes="A, B"), _passages(20, codes="B")])
    choisis = choisir(passages, ["A", "B"])
    assert choisis["codes"].str.contains("B").sum() == 3
    assert choisis["codes"].str.contains("A").sum() == 3


def test_le_choix_ne_depend_pas_de_l_ordre_des_lignes():
    passages = pd.concat(
        [_passages(20), _passages(20, codes="A, B"), _passages(9, codes="B", profil="pro")]
    )
    melange = passages.sample(frac=1, random_state=3)
    attendus = choisir(passages, ["A", "B"])
    pd.testing.assert_frame_equal(choisir(melange, ["A", "B"]), attendus)


def test_la_reference_change_a_chaque_publication():
    choisis = choisir(_passages(30), ["A"], regles=Regles(par_theme_et_profil=12))
    un, deux = referencer(choisis, 1), referencer(choisis, 2)
    assert un["reference"].tolist() == [f"V{i:03d}" for i in range(1, 13)]
    par_texte = un.set_index("texte")["reference"], deux.set_index("texte")["reference"]
    assert (par_texte[0] != par_texte[1].reindex(par_texte[0].index)).sum() >= 6
    pd.testing.assert_frame_equal(referencer(choisis.sample(frac=1, random_state=1), 1), un)
