"""Corpus, profils, spécificités, AFC, similitudes, concordances : valeurs calculées à la main."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from recherche.analyse import concordance, figures_lexique, lexicometrie, profils
from recherche.analyse import corpus as corpus_
from recherche.analyse.corpus import Jeton, Parole


def _parole(source: str, texte: str, debut: int = 0) -> Parole:
    """Chaque mot d'au moins quatre lettres est un nom actif, son lemme est lui-même."""
    jetons, position = [], 0
    for mot in texte.split():
        place = texte.index(mot, position)
        position = place + len(mot)
        nu = mot.strip(".,!?;:").lower()
        fin = debut + place + len(nu)
        jetons.append(Jeton(debut + place, fin, nu, "NOUN", len(nu) >= 4))
    return Parole(source, debut, texte, tuple(jetons))


def test_un_segment_est_coupe_a_la_ponctuation_la_plus_proche_de_quarante_mots():
    texte = " ".join(["mot"] * 37 + ["fin."] + ["suite,"] + ["mot"] * 30)
    segments = [texte[a:b] for a, b in corpus_.couper(texte)]
    assert [len(s.split()) for s in segments] == [38, 31]
    assert segments[0].endswith("fin.")
    assert " ".join(segments) == texte
    sans = " ".join(["mot"] * 100)
    assert [len(sans[a:b].split()) for a, b in corpus_.couper(sans)] == [40, 40, 20]
    assert list(corpus_.couper("")) == []


def test_le_corpus_ne_traverse_pas_les_tours_et_garde_les_references():
    texte = "Premier tour court."
    paroles = [
        _parole("a", texte),
        _parole("a", "Second tour court.", debut=20),
        _parole("z", "Ailleurs."),
    ]
    variables = pd.DataFrame({"source_id": ["a"], "profil": ["jeune"]})
    c = corpus_.construire(paroles, variables, frequence_minimale=2)
    assert c.segments[["source_id", "debut", "fin", "texte", "profil"]].values.tolist() == [
        ["a", 0, 19, texte, "jeune"],
        ["a", 20, 38, "Second tour court.", "jeune"],
    ]
    assert c.formes == ("court", "tour")
    assert c.presences.toarray().tolist() == [[1, 1], [1, 1]]


@pytest.fixture
def corpus():
    """Six segments : « logement » chez les jeunes, « réunion » chez les pros, « ville » partout."""
    paroles = [_parole(f"j{i}", "logement ville loyer") for i in range(3)]
    paroles += [_parole(f"p{i}", "réunion ville réunion") for i in range(3)]
    sources = [p.source_id for p in paroles]
    variables = pd.DataFrame(
        {"source_id": sources, "profil": ["jeune"] * 3 + ["pro"] * 3, "territoire": ["X", "Y"] * 3}
    )
    return corpus_.construire(paroles, variables)


def test_le_profil_d_une_classe(corpus):
    table = profils.mots(corpus, [1, 1, 1, 2, 2, 2])
    assert table[["classe", "mot", "segments_classe", "segments"]].values.tolist() == [
        [1, "logement", 3, 3],
        [1, "loyer", 3, 3],
        [2, "réunion", 3, 3],
    ]
    assert table["khi2"].tolist() == [6.0, 6.0, 6.0]
    variables = profils.variables(corpus, [1, 1, 1, 2, 2, 2], ["profil"])
    assert variables["khi2"].tolist() == [6.0, -6.0, -6.0, 6.0]
    assert "p_valeur" not in {*table.columns, *variables.columns}
    typiques = profils.segments_typiques(corpus, [1, 1, 1, 2, 2, 2], table, nombre=1)
    assert typiques[["classe", "source_id", "score"]].values.tolist() == [
        [1, "j0", 12.0],
        [2, "p0", 6.0],
    ]
    assert profils.mots(corpus, [0] * 6).empty


def test_khi_deux_signe_d_une_table_connue():
    """10 sur 20 dans une classe de 30 sur 100 : attendu 6, khi-deux 4,7619."""
    assert profils.khi_deux_signe(10, 20, 30, 100) == pytest.approx(4.7619, abs=1e-4)
    assert profils.khi_deux_signe(2, 20, 30, 100) < 0
    assert profils.khi_deux_signe(0, 0, 30, 100) == 0


def test_les_specificites_sont_hypergeometriques(corpus):
    """« réunion » : 6 fois sur 6 chez les pros, 9 mots sur 18 ; P(X ≥ 6) = C(9,6)/C(18,6)."""
    table = lexicometrie.specificites(lexicometrie.formes_par(corpus, "profil"), minimum=3)
    ligne = table[(table["partie"] == "pro") & (table["forme"] == "réunion")].iloc[0]
    assert (ligne["frequence"], ligne["total"], ligne["attendu"]) == (6, 6, 3.0)
    assert ligne["specificite"] == pytest.approx(-math.log10(math.comb(9, 6) / math.comb(18, 6)))
    absente = table[(table["partie"] == "jeune") & (table["forme"] == "réunion")].iloc[0]
    assert absente["specificite"] == pytest.approx(-ligne["specificite"])


def test_l_afc_redonne_l_inertie_du_khi_deux():
    effectifs = pd.DataFrame(
        [[20, 10, 5], [5, 15, 20], [10, 3, 17]], index=list("abc"), columns=list("xyz")
    )
    resultat = lexicometrie.correspondances(effectifs)
    n = effectifs.to_numpy(dtype=float)
    attendus = np.outer(n.sum(1), n.sum(0)) / n.sum()
    assert resultat.inerties["inertie"].sum() == pytest.approx(
        ((n - attendus) ** 2 / attendus).sum() / n.sum()
    )
    assert resultat.lignes[["contribution1", "contribution2"]].sum().tolist() == pytest.approx([1, 1])
    assert resultat.lignes["cos2_1"].add(resultat.lignes["cos2_2"]).tolist() == pytest.approx([1, 1, 1])
    moyenne = (resultat.colonnes["masse"] * resultat.colonnes["axe1"]).sum()
    assert moyenne == pytest.approx(0, abs=1e-12)
    with pytest.raises(ValueError, match="deux lignes"):
        lexicometrie.correspondances(effectifs.iloc[:1])


def test_l_arbre_de_similitudes_est_couvrant_et_maximal(corpus):
    noeuds, traits = lexicometrie.similitudes(corpus)
    assert len(traits) == len(noeuds) - 1 == 3
    assert traits["segments"].tolist() == [3, 3, 3]
    assert {"réunion", "ville"} in [{a, b} for a, b in traits[["mot_a", "mot_b"]].values]
    assert figures_lexique.figure_reseau(noeuds, traits, nom="mot", taille="segments").to_dict()["layer"]


def test_la_concordance_donne_les_contextes_et_les_positions():
    paroles = [_parole("a", "On cherche un Lycée, un lycée pas loin. Lycéens non.", debut=100)]
    table = concordance.concordance(paroles, "lycee", contexte=11)
    assert table.values.tolist() == [
        ["a", 114, 119, "cherche un ", "Lycée", ", un lycée "],
        ["a", 124, 129, "Lycée, un ".rjust(11), "lycée", " pas loin. "],
    ]
    assert len(concordance.concordance(paroles, "lycee", lemme=True)) == 2


def test_les_collocations_rangent_les_voisins():
    paroles = [_parole(f"s{i}", "chercher logement social") for i in range(4)]
    paroles += [_parole("t", "chercher travail social travail")]
    table = concordance.collocations(paroles, "logement", fenetre=1)
    assert table[["lemme", "ensemble", "total", "sources"]].values.tolist() == [
        ["chercher", 4, 5, 4],
        ["social", 4, 5, 4],
    ]
    assert table["log_dice"].tolist() == pytest.approx([14 + math.log2(8 / 9)] * 2)
    assert (table["vraisemblance"] > 0).all()
    assert concordance.collocations(paroles, "absent").empty


def test_le_dendrogramme_montre_chaque_classe():
    arbre = pd.DataFrame(
        [("N1", "", None, 10, 30.0), ("C1", "N1", 1, 6, 0.0), ("C2", "N1", 2, 4, 0.0)],
        columns=["noeud", "parent", "classe", "segments", "hauteur"],
    ).astype({"classe": "Int64"})
    classes = pd.DataFrame({"classe": [1, 2], "part": [0.6, 0.4], "mots": ["bus, nuit", "réunion"]})
    donnees = figures_lexique.figure_dendrogramme(arbre, classes).to_dict()["datasets"].values()
    textes = {ligne["texte"] for lignes in donnees for ligne in lignes if "texte" in ligne}
    assert textes == {"Classe 1 (60 %) : bus, nuit", "Classe 2 (40 %) : réunion"}
