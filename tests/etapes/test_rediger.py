"""Le guide d'une petite étude : changer un codage, retirer un entretien, reprendre un docx de Word."""

from collections import Counter

import docx
import pytest
from outils import copier, lancer
from sqlalchemy import select

from recherche.entrepot import Entrepot
from recherche.entrepot.schema import codage
from recherche.erreurs import ErreurRecherche
from recherche.etapes.publier import publier
from recherche.etapes.rediger import rediger, verifier
from recherche.etapes.retirer import retirer
from recherche.etapes.retour_guide import reprendre
from recherche.redaction import vivants

NOTRE = "# Notre chapitre\n\nNous avons lu ces entretiens ensemble.\n"


@pytest.fixture
def etude(petite_menee, tmp_path):
    copie = copier(petite_menee, tmp_path / "etude")
    (copie.guide / "50-nous.md").write_text(NOTRE, encoding="utf-8")
    return copie


def blocs(etude):
    textes = [f.read_text(encoding="utf-8") for f in sorted(etude.guide.glob("*.md"))]
    return {nom: bloc.preuve for nom, bloc in vivants.registre(textes).items()}


def code_le_plus_pose(etude):
    """Le thème que le plus de jeunes de Lorient abordent."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        poses = {tuple(ligne) for ligne in cx.execute(select(codage.c.code, codage.c.source_id))}
    themes = Counter(c for c, s in poses if s.startswith("LOR-J") and not c.startswith("NAT-"))
    return min(themes, key=lambda c: (-themes[c], c))


def oter_un_code(etude, source, code):
    """Ôte un code d'une source, comme une personne qui se ravise."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.ecrire("se raviser") as ecriture:
        requete = codage.select().where(codage.c.source_id == source, codage.c.code == code)
        for ligne in ecriture.cx.execute(requete).mappings().all():
            ecriture.supprimer(codage, {"id": ligne["id"]})


def test_publier_de_nouveau_le_meme_jeu_ne_perime_rien(etude):
    rediger(etude)
    bilan, perime = verifier(etude)
    assert (bilan.messages, perime) == ((), False)
    assert lancer("rediger", "--verifier", etude=etude.chemin).code == 0


def test_un_codage_change_est_dit_bloc_par_bloc(etude):
    rediger(etude)
    avant = blocs(etude)
    code = code_le_plus_pose(etude)
    for rang in range(1, 7):
        oter_un_code(etude, f"LOR-J-0{rang}", code)
    publier(etude)
    bilan, perime = verifier(etude)
    assert perime
    assert lancer("rediger", "--verifier", etude=etude.chemin).code == 1
    assert blocs(etude) == avant, "vérifier n'écrit rien"
    dits_et_changes(etude, avant, bilan)
    assert blocs(etude) != avant
    assert (etude.guide / "50-nous.md").read_text(encoding="utf-8") == NOTRE
    bilan, perime = verifier(etude)
    assert (bilan.messages, perime) == ((), False)


def test_un_entretien_retire_est_dit_bloc_par_bloc(etude):
    rediger(etude)
    avant = blocs(etude)
    retirer(etude, "LOR-J-03")
    publier(etude)
    bilan, perime = verifier(etude)
    assert perime
    dits_et_changes(etude, avant, bilan)


def dits_et_changes(etude, avant, bilan):
    """Rédige, et vérifie que le bilan avait nommé tous les blocs changés, et eux seuls."""
    rediger(etude)
    apres = blocs(etude)
    changes = {nom for nom in avant.keys() | apres.keys() if avant.get(nom) != apres.get(nom)}
    rafraichis = [dit for dit in bilan.messages if dit.endswith("rafraîchi")]
    dits = {dit.split("bloc « ")[1].rsplit(" »", 1)[0] for dit in rafraichis}
    assert dits == {nom for nom in changes if nom in avant and nom in apres}


def test_le_docx_de_word_revient(etude, tmp_path):
    rediger(etude)
    document = docx.Document(etude.exports / "guide.docx")
    alinea = next(p for p in document.paragraphs if p.text.startswith("Nous avons lu"))
    alinea.add_run(" Deux fois.")
    document.save(tmp_path / "retour.docx")
    bilan = reprendre(etude, tmp_path / "retour.docx")
    assert bilan.faits == ("guide/50-nous.md",)
    texte = (etude.guide / "50-nous.md").read_text(encoding="utf-8")
    assert texte == NOTRE.replace("ensemble.", "ensemble. Deux fois.")
    etranger = docx.Document()
    etranger.save(tmp_path / "autre.docx")
    with pytest.raises(ErreurRecherche, match="n'a pas été rendu par cette étude"):
        reprendre(etude, tmp_path / "autre.docx")
