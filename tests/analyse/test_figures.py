from __future__ import annotations

from recherche.analyse import figures

PROFILS = {"jeune": "Jeunes", "professionnel": "Professionnels"}


def _textes(figure) -> set[str]:
    donnees = figure.to_dict()["datasets"].values()
    return {ligne["texte"] for lignes in donnees for ligne in lignes}


def test_les_themes_montrent_leur_denominateur_et_ce_qui_est_masque(jeu_essai):
    table = jeu_essai.tables["effectifs_codes"].query("nature == 'toutes'")
    noms = {"BUS": "Transports", "LIEU": "Lieux", "EMPLOI": "Emploi"}
    textes = _textes(figures.figure_themes(table, noms=noms, profils=PROFILS))
    assert "4 sur 20" in textes
    vides = table.assign(
        entretiens=table["entretiens"].mask(table["code"] == "BUS"), masque=table["code"] == "BUS"
    )
    assert "masqué" in _textes(figures.figure_themes(vides, noms=noms, profils=PROFILS))


def test_les_familles_masquees_sont_grises(jeu_essai):
    table = (
        jeu_essai.tables["effectifs_familles"]
        .query("profil == 'jeune'")
        .rename(columns={"famille": "code"})
    )
    assert table["masque"].any()
    figure = figures.figure_familles(
        table, noms={"VIE": "Vie locale", "TRAVAIL": "Travail"}, territoires=["Alpha", "Bêta"]
    )
    specification = figure.to_dict()
    assert "m" in _textes(figure)
    gris = [c for c in specification["layer"] if c["mark"].get("fill") == figures.FOND_MASQUE]
    assert gris[0]["transform"] == [{"filter": "datum.masque"}]


def test_l_avancement_montre_l_objectif(jeu_essai):
    figure = figures.figure_avancement(jeu_essai.tables["avancement"], profils=PROFILS)
    assert _textes(figure) == {"10 sur 10"}
    assert figure.to_dict()["width"] == "container"


def test_les_figures_supportent_une_etude_vide(jeu_essai):
    vide = {nom: table.iloc[:0] for nom, table in jeu_essai.tables.items()}
    figures.figure_avancement(vide["avancement"], profils={}).to_dict()
    figures.figure_themes(vide["effectifs_codes"], noms={}, profils={}).to_dict()
    codes = vide["effectifs_familles"].rename(columns={"famille": "code"})
    figures.figure_familles(codes, noms={}, territoires=[]).to_dict()


def test_chaque_profil_a_sa_couleur_et_l_ensemble_est_gris():
    assert figures.couleurs(["Ensemble", "Jeunes", "Élus"]) == ["#4b5563", "#0072b2", "#d55e00"]
