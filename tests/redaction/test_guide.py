"""Le brouillon du guide : ce qu'il dit, et ce qu'il tait."""

import re
from datetime import date

import pandas as pd
import pytest

from recherche.erreurs import ErreurRecherche
from recherche.redaction import vivants
from recherche.redaction.guide import rediger_guide

JOUR = date(2010, 9, 2)
N, F = "\u00a0", "\u202f"
CHAPITRES = [
    "00-resume.md",
    "01-methode-et-corpus.md",
    "02-etat-des-lieux.md",
    "03-themes.md",
    "04-confrontation.md",
    "05-pistes.md",
    "06-fiches-methode.md",
    "90-annexe-grille.md",
    "91-annexe-guides.md",
    "92-annexe-limites.md",
    "93-annexe-accord-et-validation.md",
    "94-annexe-glossaire.md",
]


def section(texte, titre):
    """Le texte entre ce titre et le suivant de même niveau ou plus haut."""
    niveau = titre.split(" ")[0]
    suite = texte.split(f"{titre}\n", 1)[1]
    return re.split(rf"\n#{{1,{len(niveau)}}} ", suite)[0]


def test_les_chapitres_dans_l_ordre(jeu):
    chapitres = rediger_guide(*jeu, date=JOUR)
    assert list(chapitres) == CHAPITRES
    assert all(texte.startswith("# ") and texte.endswith("\n") for texte in chapitres.values())
    assert chapitres == rediger_guide(*jeu, date=JOUR)


def test_le_corpus_par_ville_et_profil(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["01-methode-et-corpus.md"]
    assert "| Ville | Jeunes | Professionnels | Total |" in texte
    assert "| Lorient | 30/30 | 30/30 | 60/60 |" in texte
    assert "| **Total** | **60/60** | **60/60** | **120/120** |" in texte
    assert f"Sur 120{N}entretiens réalisés, 120 transcrits, 120 relus et 120 codés" in texte
    assert "soit 60 avec des jeunes et 60 avec des professionnels" in texte
    assert f"conduite de mars 2009 à juin 2010 sur 2{N}villes{N}: Lorient et Brest" in texte
    assert f"| Garder la clé{F}? | Lorient | 4{N}février 2010 | 6 |" in texte


def test_un_theme_avec_effectifs_intervalles_et_verbatims(jeu):
    theme = section(rediger_guide(*jeu, date=JOUR)["03-themes.md"], "### Accès au logement autonome")
    jeunes = section(theme, "#### Ce que disent les jeunes {.unnumbered}")
    assert (
        f"30{N}entretiens sur 60 abordent ce thème (50{F}%{F}; intervalle de Wilson{N}: 38 à 62{F}%)."
        in jeunes
    )
    assert (
        f"Manque ou critique{N}: 21{N}entretiens sur 60 (35{F}%{F}; intervalle{N}: 24 à 48{F}%)."
        in jeunes
    )
    assert f"Offre décrite{N}: aucun entretien sur 60." in jeunes
    parole = f"> «{N}Elle m’a dit “il faut un garant”. J’ai pas insisté.{N}»"
    assert f"{parole}\n>\n> *réf.{N}V003, jeune, Brest*" in jeunes
    professionnels = section(theme, "#### Ce que disent les professionnels {.unnumbered}")
    assert f"Effectif masqué{N}: offre décrite." in professionnels
    assert "professionnel, Lorient*" in professionnels


def test_chaque_theme_a_une_section_et_une_seule(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["03-themes.md"]
    titres = re.findall(r"^### (.*)$", texte, re.MULTILINE)
    assert titres == [
        "Mobilité et transports",
        "Accès au logement autonome",
        "Recherche d’emploi et précarité",
        "Lieux pour se retrouver",
    ]
    assert re.findall(r"^## (.*)$", texte, re.MULTILINE) == [
        "Quartier, ville et logement",
        "Formation, emploi",
        "Temps libre",
    ]


def test_un_profil_masque_est_dit_sans_chiffre(jeu):
    theme = section(
        rediger_guide(*jeu, date=JOUR)["03-themes.md"], "### Recherche d’emploi et précarité"
    )
    assert (
        "Chez les professionnels, l’effectif est masqué, pour que personne ne s’y reconnaisse." in theme
    )
    assert f"60{N}entretiens sur 60 abordent ce thème (100{F}%" in theme
    assert "Ce que disent les professionnels" not in theme
    assert "professionnel, " not in theme


def test_zero_n_est_pas_un_masque(jeu):
    theme = section(rediger_guide(*jeu, date=JOUR)["03-themes.md"], "### Lieux pour se retrouver")
    jeunes = section(theme, "#### Ce que disent les jeunes {.unnumbered}")
    assert vivants.habits_otes(jeunes).strip() == f"Aucun des 60{N}entretiens n’aborde ce thème."


def test_rien_sous_le_seuil_meme_si_le_jeu_l_oublie(jeu):
    manifeste, tables = jeu
    codes = tables["effectifs_codes"].copy()
    vise = (codes["code"] == "QUART-MOB") & (codes["profil"] == "jeune") & (codes["nature"] == "toutes")
    codes.loc[vise, "entretiens"] = 3
    familles = tables["effectifs_familles"].copy()
    familles.loc[0, ["entretiens", "base", "masque"]] = [2, 2, False]
    oublieuses = {**tables, "effectifs_codes": codes, "effectifs_familles": familles}
    chapitres = rediger_guide(manifeste, oublieuses, date=JOUR)
    theme = section(chapitres["03-themes.md"], "### Mobilité et transports")
    assert "Chez les jeunes, l’effectif est masqué" in theme
    assert not re.search(rf"\b3{N}entretiens", "".join(chapitres.values()))
    assert "2/2" not in chapitres["02-etat-des-lieux.md"]


def test_tout_effectif_ecrit_a_son_denominateur_et_atteint_le_seuil(jeu):
    chapitres = rediger_guide(*jeu, date=JOUR)
    mesures = "".join(chapitres[nom] for nom in CHAPITRES[3:6])
    comptes = re.findall(rf"(\d+){N}entretiens?\b(?! sur \d)", mesures)
    assert comptes == ["60"], "seul « aucun des 60 entretiens » se passe d'un « sur »"
    for n, base in re.findall(rf"(\d+)(?:{N}entretiens? sur | sur |/)(\d+)", mesures):
        assert int(base) in {60, 120}
        assert int(n) == 0 or int(n) >= 5


def test_l_etat_des_lieux_dit_les_cellules_masquees(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["02-etat-des-lieux.md"]
    assert "# État des lieux par ville" in texte
    assert f"Le tiret (—) marque un effectif masqué{N}: moins de 5 personnes" in texte
    lorient = section(texte, "## Lorient")
    assert "| Temps libre | — | — |" in lorient
    assert f"| Formation, emploi | 30/30{N}(89–100{F}%) | 30/30{N}(89–100{F}%) |" in lorient
    assert f"Les 30{N}entretiens avec des jeunes abordent tous «{N}Formation, emploi{N}»." in lorient
    assert f"**Atelier du 4{N}février 2010.** Garder la clé{F}? (6{N}participants)." in lorient
    assert "- Un carnet d’essai." in lorient
    assert "Atelier" not in section(texte, "## Brest")


def test_la_confrontation_met_les_natures_cote_a_cote(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["04-confrontation.md"]
    assert (
        "| Thème | Jeunes, offre décrite | Jeunes, manque ou critique | Jeunes, attente ou proposition"
        " | Professionnels, offre décrite |"
    ) in texte
    assert "| Mobilité et transports | — | 24/60 | — | 5/60 | 5/60 | 0/60 |" in texte
    assert (
        f"| Recherche d’emploi et précarité | 38/60{N}(63{F}%) | 6/60{N}(10{F}%) | +53{N}points |"
        in texte
    )
    assert f"| Lieux pour se retrouver | 0/60{N}(0{F}%) | 16/60{N}(27{F}%) | −27{N}points |" in texte
    assert (
        f"- Chez les professionnels{N}: lieux pour se retrouver (13 sur 60){F}; accès au logement"
        in texte
    )


def test_les_pistes_laissent_la_place_aux_redacteurs(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["05-pistes.md"]
    quartier = section(texte, "## Quartier, ville et logement")
    assert (
        f"- Mobilité et transports{N}: 36{N}entretiens sur 120{F}; verbatims V001, V006, V002 et V007."
        in quartier
    )
    assert quartier.count("*À rédiger") == 4
    assert "emploi et précarité" not in texte, "ensemble masqué : pas d'appui"


def test_annexes(jeu):
    chapitres = rediger_guide(*jeu, date=JOUR)
    assert (
        "**Mobilité et transports** (QUART-MOB). Tout ce qui touche" in chapitres["90-annexe-grille.md"]
    )
    assert f"*À inclure*{N}: bus, vélo." in chapitres["90-annexe-grille.md"]
    assert f"- Et après{F}?" in section(
        chapitres["91-annexe-guides.md"], "### Parcours des jeunes {.unnumbered .unlisted}"
    )
    assert "tiret n’est pas un zéro" in chapitres["92-annexe-limites.md"]


def test_fictif_se_dit_partout_ou_il_faut(jeu, jeu_regions):
    fictifs, reels = rediger_guide(*jeu, date=JOUR), rediger_guide(*jeu_regions, date=JOUR)
    assert "**Corpus fictif.**" in fictifs["00-resume.md"]
    assert "fictif" in fictifs["92-annexe-limites.md"]
    assert "fictif" not in "".join(reels.values()).lower()


def test_une_etude_de_regions_a_trois_profils(jeu_regions):
    chapitres = rediger_guide(*jeu_regions, date=JOUR)
    tout = "".join(chapitres.values())
    assert "ville" not in tout.replace("Quartier, ville et logement", "").lower()
    assert not re.search(r"\bjeunes?\b", tout.replace("LIEU-JEUNES", "").lower())
    assert "# État des lieux par région" in chapitres["02-etat-des-lieux.md"]
    assert "## Languedoc-Roussillon" in chapitres["02-etat-des-lieux.md"]
    assert "ce que disent les parents, les enseignants et les élus" in chapitres["03-themes.md"]
    confrontation = chapitres["04-confrontation.md"]
    assert (
        confrontation.count("| Thème | Offre décrite | Manque ou critique | Attente ou proposition |")
        == 3
    )
    assert "## Écarts entre enseignants et élus" in confrontation


def test_une_etude_d_ateliers_sans_profil(jeu_ateliers):
    chapitres = rediger_guide(*jeu_ateliers, date=JOUR)
    assert list(chapitres) == CHAPITRES
    assert "sans entretien individuel" in chapitres["01-methode-et-corpus.md"]
    assert f"de mars 2009 à juin 2010{N}: 1{N}atelier." in chapitres["00-resume.md"]
    assert "- Essayer six mois." in chapitres["02-etat-des-lieux.md"]
    assert "Aucun effectif ni extrait" in chapitres["03-themes.md"]
    assert "ne comporte pas d’entretien individuel" in chapitres["04-confrontation.md"]
    assert "n’a pas de guide d’entretien" in chapitres["91-annexe-guides.md"]
    assert "0 entretien" not in "".join(chapitres.values()).replace(N, " ")


def test_les_paroles_d_atelier_sont_citees(jeu_ateliers):
    manifeste, tables = jeu_ateliers
    colonnes = tables["verbatims"].columns
    parole = ("V001", "Bretagne", "participant", "LOGEMENT", "NAT-ATTENTE", "Un bail glissant.")
    tables = {**tables, "verbatims": pd.DataFrame([parole], columns=colonnes)}
    theme = section(
        rediger_guide(manifeste, tables, date=JOUR)["03-themes.md"], "### Accès au logement autonome"
    )
    assert f"> «{N}Un bail glissant.{N}»\n>\n> *réf.{N}V001, participant, Bretagne*" in theme


def test_typographie_et_markdown_des_paroles(jeu):
    texte = rediger_guide(*jeu, date=JOUR)["03-themes.md"]
    assert rf"\*jusqu’au\* Bois.{N}»" in texte
    assert f"Une navette le samedi{N}: voilà ce qu’il faudrait{F}!{N}»" in texte
    assert "'" not in texte
    assert not re.search(r"[^\u00a0\u202f|:\-\s][;!?»]|[ ][;!?»]|«[^\u00a0]", texte)


def test_un_jeu_incomplet_est_refuse(jeu):
    manifeste, tables = jeu
    sans = {nom: table for nom, table in tables.items() if nom != "verbatims"}
    with pytest.raises(ErreurRecherche, match="« verbatims » : reference, territoire") as erreur:
        rediger_guide(manifeste, sans, date=JOUR)
    assert "recherche publier" in erreur.value.remede
    ampute = {**tables, "grille": tables["grille"].drop(columns="definition")}
    with pytest.raises(ErreurRecherche, match="« grille » : definition"):
        rediger_guide(manifeste, ampute, date=JOUR)
