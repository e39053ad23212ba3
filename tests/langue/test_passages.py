"""Reconnaître et ôter les propos d'une personne dans un texte."""

from recherche.langue.passages import CITATION_RETIREE, Propos, retirer_citations

DITS = ["Le samedi, on prenait le bus de nuit pour aller danser à la salle des fêtes."]
PROPOS = Propos.depuis(DITS)


def test_un_propos_se_reconnait_sans_casse_accents_ni_ponctuation():
    texte = "Elle dit : « LE SAMEDI on prenait, le bus de nuit ! » et rit."
    ((debut, fin),) = PROPOS.dans(texte)
    assert texte[debut:fin] == "LE SAMEDI on prenait, le bus de nuit"


def test_cinq_mots_communs_ne_suffisent_pas():
    assert PROPOS.dans("on prenait le bus de temps en temps") == []
    assert PROPOS.dans("on prenait le bus de nuit", mots=8) == []


def test_une_citation_disparait_avec_sa_reference_et_laisse_les_autres():
    guide = (
        "# Thème\n\n> « Le samedi, on prenait le bus de nuit pour aller danser. »\n>\n"
        "> *réf. V003, jeune*\n\n"
        "> « Un autre propos, de quelqu'un d'autre. »\n>\n> *réf. V004, jeune*\n\nFin.\n"
    )
    attendu = (
        f"# Thème\n\n> {CITATION_RETIREE}\n\n> « Un autre propos, de quelqu'un d'autre. »\n>\n"
        "> *réf. V004, jeune*\n\nFin.\n"
    )
    assert retirer_citations(guide, PROPOS) == (attendu, 1)


def test_une_citation_dans_une_phrase_est_remplacee_entre_ses_guillemets():
    guide = "On nous a dit « le samedi on prenait le bus de nuit pour aller danser loin » cent fois.\n"
    attendu = f"On nous a dit «{CITATION_RETIREE}» cent fois.\n"
    assert retirer_citations(guide, PROPOS) == (attendu, 1)


def test_un_texte_sans_elle_ne_change_pas():
    guide = "# Titre\n\nUn paragraphe.\n\n> une citation courte\n"
    assert retirer_citations(guide, PROPOS) == (guide, 0)
