"""Les blocs vivants : seuls ceux dont la preuve a changé sont rafraîchis, les phrases restent."""

from datetime import date

import pandas as pd
import pytest

from recherche.redaction import relecture, vivants
from recherche.redaction.guide import rediger_guide

JOUR = date(2010, 9, 2)
N = "\u00a0"


def chapitres(jeu):
    return rediger_guide(*jeu, date=JOUR)


def avec_un_codage_de_moins(jeu):
    """Un entretien de jeune ne porte plus « manque » sur le logement : 20 sur 60, plus 21."""
    manifeste, tables = jeu
    codes = tables["effectifs_codes"].copy()
    vise = (
        (codes["code"] == "LOGEMENT") & (codes["profil"] == "jeune") & (codes["nature"] == "NAT-MANQUE")
    )
    codes.loc[vise, "entretiens"] = 20
    return manifeste, {**tables, "effectifs_codes": codes}


def renumerote(jeu):
    """Le même jeu, publié de nouveau : toutes les références ont changé."""
    manifeste, tables = jeu
    verbatims = tables["verbatims"].iloc[::-1].reset_index(drop=True)
    verbatims["reference"] = [f"V{i:03d}" for i in range(1, len(verbatims) + 1)]
    return {**manifeste, "version": 4, "date": "2010-10-01"}, {**tables, "verbatims": verbatims}


def sans_un_verbatim(jeu):
    manifeste, tables = jeu
    gardes = ~tables["verbatims"]["texte"].str.contains("garant")
    return manifeste, {**tables, "verbatims": tables["verbatims"][gardes].reset_index(drop=True)}


def changes(ancien, nouveau):
    connus = vivants.registre(chapitres(nouveau).values())
    return {
        c.nom
        for texte in chapitres(ancien).values()
        for c in vivants.rafraichir(texte, connus).changements
    }


def test_un_bloc_nomme_sa_preuve(jeu):
    noms = vivants.registre(chapitres(jeu).values())
    assert {"corpus", "LOGEMENT, jeune", "LOGEMENT, jeune, verbatims", "Lorient, familles"} <= set(noms)
    assert all(vivants.empreinte(bloc) == bloc.preuve for bloc in noms.values())
    assert noms["corpus"].genre == "tableau"
    assert noms["LOGEMENT, jeune, verbatims"].genre == "verbatims"


def test_rien_n_a_change_rien_n_est_touche(jeu):
    connus = vivants.registre(chapitres(jeu).values())
    for texte in chapitres(jeu).values():
        frais = vivants.rafraichir(texte, connus)
        assert (frais.texte, frais.changements, frais.repris) == (texte, (), ())


def test_un_codage_change_et_seuls_ses_blocs_le_sont(jeu):
    assert changes(jeu, avec_un_codage_de_moins(jeu)) == {
        "LOGEMENT, jeune",
        "résumé, jeune",
        "vue d’ensemble",
        "NAT-MANQUE, ce qui revient",
        "écarts, jeunes et professionnels",
    }


def test_publier_de_nouveau_ne_perime_rien(jeu):
    assert changes(jeu, renumerote(jeu)) == set()
    connus = vivants.registre(chapitres(renumerote(jeu)).values())
    themes = vivants.rafraichir(chapitres(jeu)["03-themes.md"], connus).texte
    assert themes == chapitres(renumerote(jeu))["03-themes.md"], "les références suivent, sans bruit"


def test_un_verbatim_retire_ne_change_que_ce_qui_le_cite(jeu):
    noms = changes(jeu, sans_un_verbatim(jeu))
    assert {"LOGEMENT, jeune, verbatims", "appuis, QUARTIER"} <= noms
    assert not any(nom.startswith(("EMP-RECH", "LIEU-JEUNES", "corpus")) for nom in noms)


def examiner(jeu, nouveau, phrase, ou="### Accès au logement autonome\n"):
    """La phrase d'une personne, posée dans le chapitre des thèmes, devant le nouveau jeu."""
    texte = chapitres(jeu)["03-themes.md"].replace(ou, f"{ou}\n{phrase}\n")
    nouveaux = chapitres(nouveau)
    connus = vivants.registre(nouveaux.values())
    frais = vivants.rafraichir(texte, connus)
    publies = list(nouveau[1]["verbatims"]["texte"])
    perimes = relecture.revoir(texte, frais.changements, publies, connus)
    return relecture.marquer(frais.texte, perimes), perimes


def test_une_phrase_qui_cite_un_nombre_change_est_marquee(jeu):
    phrase = "Pour nous c’est l’essentiel : 21 jeunes sur 60 butent sur le garant."
    texte, perimes = examiner(jeu, avec_un_codage_de_moins(jeu), phrase)
    assert {(p.ancien, p.nouveau) for p in perimes} == {("21 sur 60", "20 sur 60")}
    assert f"{phrase}\n\n::: {{.a-revoir}}\n**À revoir**{N}: «{N}21 sur 60{N}» est devenu" in texte
    assert relecture.oter_resolues(texte).count(".a-revoir") == 1, "tant que la phrase n'a pas changé"
    reprise = relecture.oter_resolues(texte.replace("21 jeunes", "20 jeunes"))
    assert ".a-revoir" not in reprise


def test_une_phrase_qui_cite_autre_chose_ne_l_est_pas(jeu):
    phrase = "Ici 30 jeunes sur 60 en parlent."
    texte, perimes = examiner(jeu, avec_un_codage_de_moins(jeu), phrase)
    assert perimes == []
    assert phrase in texte


def test_une_phrase_qui_cite_un_verbatim_retire_est_marquee(jeu):
    phrase = f"L’un d’eux le dit : «{N}Elle m’a dit “il faut un garant”. J’ai pas insisté.{N}»"
    phrase = phrase.replace("“il faut un garant”", "il faut un garant")
    texte, perimes = examiner(jeu, sans_un_verbatim(jeu), phrase)
    assert {p.nouveau for p in perimes} == {""}
    assert "n’est plus publié" in texte
    assert phrase in texte


def test_un_nombre_vivant_dans_une_phrase(jeu):
    connus = vivants.registre(chapitres(jeu).values())
    texte = '# Nous\n\nChez nous, []{.nombre nom="LOGEMENT, jeune"} en parlent.\n'
    rempli = vivants.rafraichir(texte, connus).texte
    assert f"[30{N}entretiens sur 60]{{.nombre" in rempli
    assert vivants.habits_otes(rempli) == f"# Nous\n\nChez nous, 30{N}entretiens sur 60 en parlent.\n"
    assert vivants.rafraichir(rempli, connus).texte == rempli


def test_un_bloc_nomme_par_une_personne_est_rempli(jeu):
    connus = vivants.registre(chapitres(jeu).values())
    frais = vivants.rafraichir(
        '::: {.tableau nom="corpus"}\n:::\n\n::: {.tableau nom="x"}\n:::\n', connus
    )
    assert "| Lorient | 30/30 |" in frais.texte
    assert frais.inconnus == ("x",)


@pytest.mark.parametrize("change", [False, True])
def test_un_bloc_recrit_a_la_main_est_garde(jeu, change):
    connus = vivants.registre(chapitres(avec_un_codage_de_moins(jeu) if change else jeu).values())
    texte = chapitres(jeu)["03-themes.md"].replace(
        f"30{N}entretiens sur 60 abordent ce thème (50", "Trente jeunes abordent ce thème (50", 1
    )
    frais = vivants.rafraichir(texte, connus)
    assert frais.repris == ("LOGEMENT, jeune",)
    assert "Trente jeunes abordent ce thème" in frais.texte
    assert (f"20{N}entretiens sur 60" in frais.texte) == change


def test_affirmations_sans_appui(jeu):
    nouveaux = chapitres(jeu)
    connus = vivants.registre(nouveaux.values())
    publies = list(jeu[1]["verbatims"]["texte"])
    texte = (
        "# Nous\n\nLa plupart des jeunes le disent. On l’entend : « une phrase que personne n’a jamais"
        " dite ici ». Seuls 3 jeunes sur 60 y croient. Ils sont 44 sur 60. Ils sont 30 sur 60."
        " Le quartier change.\n"
    )
    trouves = relecture.sans_appui(texte, connus, publies, 5)
    assert [s.raison for s in trouves] == [
        "dit une quantité sans effectif ni citation",
        "cite une parole qui n'est pas dans le jeu publié",
        "repose sur moins de 5 entretiens (3 sur 60)",
        "« 44 sur 60 » n'est pas dans le jeu publié",
    ]
    for brouillon in nouveaux.values():
        siennes = relecture.phrases(brouillon)
        assert relecture.sans_appui(brouillon, connus, publies, 5, siennes) == []


def test_une_table_retiree_du_jeu_ote_son_bloc(jeu):
    manifeste, tables = jeu
    vide = {**tables, "ateliers": tables["ateliers"].iloc[:0]}
    connus = vivants.registre(chapitres((manifeste, vide)).values())
    frais = vivants.rafraichir(chapitres(jeu)["01-methode-et-corpus.md"], connus)
    assert "Ateliers thématiques" not in frais.texte
    assert [c.nom for c in frais.changements if c.apres is None] == ["ateliers"]
    assert isinstance(vide["ateliers"], pd.DataFrame)
