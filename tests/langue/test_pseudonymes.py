import datetime
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recherche.langue.mots import plier
from recherche.langue.pseudonymes import (
    Cle,
    ContextePseudonymes,
    Correspondance,
    Mention,
    TypeMention,
    pseudonymiser,
    reconstituer,
)
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Mot, Tour, Transcription, TranscriptionPseudonymisee

PROVENANCE = Provenance("essai", "1", datetime.datetime(2009, 3, 1, tzinfo=datetime.UTC))
P, N, L = TypeMention.PRENOM, TypeMention.NOM, TypeMention.LIEU


def mention(transcription, passage, type_=P, rang=0):
    """La mention du rang-ième `passage` d'une transcription."""
    debut = -1
    for _ in range(rang + 1):
        debut = transcription.texte.index(passage, debut + 1)
    return Mention(debut, debut + len(passage), type_, "essai")


def test_remplacement_par_position_et_ponctuation(transcription):
    lue = transcription("Cette Année, d'Ibrahim, (Le Goff) parle.", "Anne ?")
    mentions = [mention(lue, "Ibrahim"), mention(lue, "Le Goff", N), mention(lue, "Anne ?"[:4], P)]
    pseudo, cle, _ = pseudonymiser(lue, mentions, Cle())
    ibrahim, anne = cle.pseudonyme(P, "Ibrahim"), cle.pseudonyme(P, "Anne")
    assert isinstance(pseudo, TranscriptionPseudonymisee)
    assert pseudo.texte == f"Cette Année, d'{ibrahim}, ([nom 1]) parle.\n{anne} ?"
    assert ibrahim[0] in "AEÉÈIOUY"


def test_une_personne_un_pseudonyme_dans_tout_le_corpus(transcription):
    premiere, seconde = transcription("Soazig !"), transcription("et SOAZIG, et soazig", source_id="B")
    mentions = [mention(seconde, "SOAZIG"), mention(seconde, "soazig")]
    _, cle, _ = pseudonymiser(premiere, [mention(premiere, "Soazig")], Cle())
    pseudo, suite, _ = pseudonymiser(seconde, mentions, cle)
    nom = cle.pseudonyme(P, "Soazig")
    assert pseudo.texte == f"et {nom}, et {nom}"
    assert suite.entrees[0].originaux == ("Soazig", "SOAZIG", "soazig")
    assert cle.entrees[0].originaux == ("Soazig",)


def test_la_numerotation_est_globale_et_stable():
    cle = Cle().prolonger([(L, "Kervénanec"), (N, "Salaün"), (L, "rue de la Paix"), (L, "la Roseraie")])
    assert [e.pseudonyme for e in cle.entrees] == ["[lieu 1]", "[nom 1]", "[voie 2]", "[lieu 3]"]
    suite = cle.prolonger([(L, "Avalix"), (L, "kervenanec"), (L, "Roseraie")])
    assert [e.pseudonyme for e in suite.entrees] == [e.pseudonyme for e in cle.entrees] + ["[lieu 4]"]
    assert suite.prolonger([(L, "Roseraie")]) is suite


@pytest.mark.parametrize(
    ("type_", "texte", "attendu"),
    [
        (TypeMention.CONTACT, "06 39 98 41 27", "[contact]"),
        (TypeMention.DATE_NAISSANCE, "le 12 février 1991", "[entre 1990 et 1994]"),
        (TypeMention.DATE_NAISSANCE, "14 octobre", "[date]"),
        (TypeMention.STRUCTURE, "Breizh Carreaux", "[structure 1]"),
        (TypeMention.STRUCTURE, "Lycée du Fresne", "[lycée 1]"),
        (TypeMention.STRUCTURE, "centre social Les Abeilles", "[centre social 1]"),
        (TypeMention.STRUCTURE, "chez Rozenn", "[structure 1]"),
        (L, "bâtiment D", "[adresse 1]"),
        (TypeMention.AUTRE, "le Vieux", "[masqué 1]"),
        (TypeMention.AUTRE, "049-2008-11732", "[numéro 1]"),
    ],
)
def test_ce_qui_remplace_chaque_type(type_, texte, attendu):
    assert Cle().prolonger([(type_, texte)]).pseudonyme(type_, texte) == attendu


def test_une_institution_garde_son_numero_avec_ou_sans_son_genre():
    s = TypeMention.STRUCTURE
    cle = Cle().prolonger(
        [(s, "lycée Colbert"), (s, "Colbert"), (s, "LYCÉE COLBERT"), (s, "la Fabrique")]
    )
    assert [e.pseudonyme for e in cle.entrees] == ["[lycée 1]", "[structure 2]"]
    assert cle.pseudonyme(s, "Colbert") == "[lycée 1]"


def test_un_quartier_connu_dit_sa_ville():
    contexte = ContextePseudonymes(genres={"kervenanec": "quartier de Lorient"})
    cle = Cle().prolonger([(L, "Kervénanec"), (L, "Ploemeur")], contexte)
    assert [e.pseudonyme for e in cle.entrees] == ["[quartier de Lorient 1]", "[lieu 2]"]


def test_les_prenoms_peuvent_etre_des_numeros():
    contexte = ContextePseudonymes(numeros=True)
    cle = Cle().prolonger([(P, "Ibrahim"), (N, "Salaün"), (P, "Aïcha")], contexte)
    assert [e.pseudonyme for e in cle.entrees] == ["[Prénom 1]", "[nom 1]", "[Prénom 2]"]


def test_oublier_garde_rangs_et_pseudonymes_et_efface_les_formes():
    cle = Cle().prolonger([(P, "Ibrahim"), (P, "IBRAHIM"), (N, "Salaün"), (L, "Kervénanec")])
    reste = cle.oublier({(0, 1), (2, 0)})
    assert [e.originaux for e in reste.entrees] == [("", "IBRAHIM"), ("",), ("Kervénanec",)]
    assert [e.forme for e in reste.entrees] == ["ibrahim", "", "kervenanec"]
    assert [e.pseudonyme for e in reste.entrees] == [e.pseudonyme for e in cle.entrees]
    assert "Sala" not in Cle.depuis_json(reste.vers_json()).vers_json()
    suite = reste.prolonger([(N, "Salaün"), (P, "Ibrahim")])
    assert suite.pseudonyme(N, "Salaün") == "[nom 2]"
    assert suite.pseudonyme(P, "Ibrahim") == cle.pseudonyme(P, "Ibrahim")


def test_le_sexe_du_registre_et_les_prenoms_interdits():
    from recherche.langue.listes import remplacements

    tous = remplacements()
    permis = {"H": "Gontran", "F": "Josette"}
    interdits = frozenset(plier(p) for s in ("H", "F") for p in tous[s]) - {
        plier(p) for p in permis.values()
    }
    contexte = ContextePseudonymes({"echati": "F"}, interdits)
    cle = Cle().prolonger([(P, "Echati"), (P, "Mourad"), (P, "Djamila")], contexte)
    assert [e.pseudonyme for e in cle.entrees] == ["Josette", "Gontran", "[Prénom 3]"]


def test_une_collision_est_dite():
    cle = Cle().prolonger([(P, "Mourad")])
    vrai = cle.entrees[0].pseudonyme
    assert cle.collisions() == ()
    assert cle.prolonger([(P, vrai)]).collisions() == (vrai,)


def test_les_mots_dates(transcription):
    mots = (
        Mot("Avec", 0.0, 0.4, 0.9),
        Mot("madame", 0.4, 0.9, 0.8),
        Mot("Salaün,", 1.0, 1.6, 0.5),
        Mot("Le", 2.0, 2.2, 0.7),
        Mot("Goff.", 2.2, 2.6, 0.6),
    )
    lue = replace(transcription("x"), tours=(Tour("ENT", mots),))
    mentions = [mention(lue, "Salaün", N), mention(lue, "Le Goff", N)]
    pseudo, cle, correspondance = pseudonymiser(lue, mentions, Cle())
    tour = pseudo.tours[0]
    assert tour.texte == "Avec madame [nom 1], [nom 2]."
    assert tour.mots[:2] == mots[:2]
    assert [(m.texte, m.debut_s, m.fin_s, m.confiance) for m in tour.mots[2:]] == [
        ("[nom", 1.0, pytest.approx(1.6 - 0.6 * 3 / 7), 0.5),
        ("1],", pytest.approx(1.6 - 0.6 * 3 / 7), 1.6, 0.5),
        ("[nom", 2.0, 2.2, 0.7),
        ("2].", 2.2, 2.6, 0.6),
    ]
    assert reconstituer(pseudo, correspondance, cle).texte == lue.texte


def test_un_extrait_qui_coupe_une_mention_est_etendu():
    correspondance = Correspondance(((5, 12, 5, 8, 0, 0), (20, 22, 16, 30, 1, 0)))
    assert correspondance.vers_pseudonymise(0, 7) == (0, 8)
    assert correspondance.vers_pseudonymise(7, 21) == (5, 30)
    assert correspondance.vers_pseudonymise(12, 20) == (8, 16)
    assert correspondance.vers_pseudonymise(22, 25) == (30, 33)
    assert correspondance.vers_brut(6, 17) == (5, 22)
    with pytest.raises(ValueError, match="à l'envers"):
        correspondance.vers_brut(6, 5)


@pytest.mark.parametrize(("debut", "fin"), [(0, 3), (2, 9), (10, 14), (4, 4), (13, 40)])
def test_mentions_refusees(transcription, debut, fin):
    lue = transcription("Oui Mehdi.", "Non Enora.")
    mentions = [Mention(4, 9, P, "essai"), Mention(debut, fin, P, "essai")]
    with pytest.raises(ValueError, match="AAA-J-01"):
        pseudonymiser(lue, mentions if debut else [Mention(8, 13, P, "essai")], Cle())


def test_une_autre_cle_ne_reconstitue_pas(transcription):
    lue = transcription("Oui Mehdi.")
    pseudo, _, correspondance = pseudonymiser(lue, [mention(lue, "Mehdi")], Cle())
    with pytest.raises(KeyError, match="AAA-J-01"):
        reconstituer(pseudo, correspondance, Cle().prolonger([(N, "Salaün")]))


MOTS = st.sampled_from(
    [
        *("Inès", "inès", "d'Ibrahim,", "Le", "Goff", "année", "c'est…", "«Bilal»", "Anne-Marie", "🙂"),
        *("Méan-Penhoët.", "l’École", "06", "x"),
    ]
)


def _mots(textes, *, dates):
    """Un mot par demi-seconde, ou sans temps."""
    if not dates:
        return tuple(Mot(texte) for texte in textes)
    return tuple(Mot(texte, rang / 2, rang / 2 + 0.4, 0.5) for rang, texte in enumerate(textes))


@st.composite
def corpus(tirage):
    """Des tours dont on masque des suites de caractères qui ne sortent pas d'un tour."""
    tours = tirage(st.lists(st.lists(MOTS, max_size=8), min_size=1, max_size=4))
    dates = tirage(st.booleans())
    texte = "\n".join(" ".join(mots) for mots in tours)
    bornes = sorted(tirage(st.sets(st.integers(0, len(texte)), max_size=8)))
    types = tirage(st.lists(st.sampled_from(list(TypeMention)), min_size=4, max_size=4))
    mentions = [
        Mention(a, b, type_, "essai")
        for a, b, type_ in zip(bornes[::2], bornes[1::2], types, strict=False)
        if "\n" not in texte[a:b] and texte[a:b] == texte[a:b].strip()
    ]
    return tours, dates, mentions


@settings(max_examples=150, deadline=None)
@given(corpus())
def test_proprietes(cas):
    tours, dates, mentions = cas
    lue = Transcription(
        "AAA-J-01", tuple(Tour("ENT", _mots(mots, dates=dates)) for mots in tours), PROVENANCE
    )
    pseudo, cle, correspondance = pseudonymiser(lue, mentions, Cle())
    brut, masque = lue.texte, pseudo.texte
    # Positions : chaque mention est devenue son pseudonyme, le texte hors mentions est identique.
    fin_brut = fin_masque = 0
    for m, (a, b, c, d, *_) in zip(mentions, correspondance.lignes, strict=True):
        assert (a, b) == (m.debut, m.fin)
        assert masque[c:d] == cle.pseudonyme(m.type, brut[a:b])
        assert plier(masque[c:d]) != plier(brut[a:b]) or not plier(brut[a:b])
        assert masque[fin_masque:c] == brut[fin_brut:a]
        assert correspondance.vers_pseudonymise(a, b) == (c, d)
        assert correspondance.vers_brut(c, d) == (a, b)
        fin_brut, fin_masque = b, d
    assert masque[fin_masque:] == brut[fin_brut:]
    # Aller-retour : le texte exact revient, avec ses tours ; les temps restent dans l'ordre.
    retour = reconstituer(pseudo, correspondance, Cle.depuis_json(cle.vers_json()))
    assert retour.texte == brut
    assert [t.locuteur for t in pseudo.tours] == [t.locuteur for t in lue.tours]
    for avant, apres in zip(lue.tours, pseudo.tours, strict=True):
        assert (avant.debut_s, avant.fin_s) == (apres.debut_s, apres.fin_s)
        bornes = [s for mot in apres.mots if mot.debut_s is not None for s in (mot.debut_s, mot.fin_s)]
        assert bornes == sorted(bornes)
