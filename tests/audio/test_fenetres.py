from recherche.audio.fenetres import fenetres, oublis, parlee_s


def test_les_passages_voisins_sont_reunis_jusqu_au_maximum() -> None:
    parole = [(0.0, 10.0), (11.0, 20.0), (21.0, 31.0), (33.0, 40.0), (50.0, 55.0)]
    # 21-31 ferait dépasser 29,5 s ; 50-55 suit une pause de 10 s.
    assert fenetres(parole) == [(0.0, 20.0), (21.0, 40.0), (50.0, 55.0)]
    assert fenetres([]) == []


def test_ce_qui_est_parole_sans_texte_est_un_oubli() -> None:
    parole = [(0.0, 12.0), (13.0, 25.0)]
    # Texte de 0 à 6 et de 10 à 20 : manquent 6-10 et la fin.
    assert oublis((0.0, 25.0), [(0.0, 6.0), (10.0, 20.0)], parole) == [(6.0, 10.0), (20.0, 25.0)]
    assert oublis((0.0, 25.0), [(0.2, 12.5), (13.1, 24.5)], parole) == []


def test_une_fenetre_sans_texte_n_est_pas_relue() -> None:
    assert oublis((0.0, 25.0), [], [(0.0, 25.0)]) == []


def test_parole_dans_un_intervalle() -> None:
    assert parlee_s([(0.0, 2.0), (3.0, 5.0)], (1.0, 4.0)) == 2.0
