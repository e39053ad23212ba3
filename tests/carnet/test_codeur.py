"""Le codeur des carnets : l'objet Python, puis ses gestes dans un vrai Chromium."""

from __future__ import annotations

import pytest
from a_coder import PASSAGE, SOURCE, bornes, etude_a_coder

from recherche.carnet import Codeur
from recherche.etapes import codeur_web
from recherche.etapes.poste import poste

PAGE = """
<!doctype html><meta charset="utf-8"><style>{css}</style><div id="ici"></div>
<script type="module">
{js}
const [donnees, depart] = await window.ouvrir();
let etat = depart, ecoute = () => {{}};
monter(document.getElementById("ici"), {{
  donnees,
  etat: () => etat,
  surEtat: (fonction) => {{ ecoute = fonction; }},
  envoyer: async (commande) => {{ etat = await window.executer(commande); ecoute(); }},
}});
</script>
"""


@pytest.fixture
def etude(tmp_path, monkeypatch):
    monkeypatch.delenv("RECHERCHE_BASE", raising=False)
    return etude_a_coder(tmp_path / "etude", (SOURCE,))


@pytest.fixture
def codeur(etude):
    ouvert = Codeur(etude, SOURCE, codeur="AB")
    yield ouvert
    ouvert.close()


def test_chaque_geste_est_enregistre_aussitot_et_rafraichit_l_ecran(etude, codeur):
    debut, fin = bornes(etude)
    vus = []
    codeur.observe(lambda change: vus.append(change["new"]["reponse"]), "etat")
    codes = ["EMP-RECH", "NAT-MANQUE"]
    codeur.appliquer({"action": "poser", "numero": 1, "debut": debut, "fin": fin, "codes": codes})
    codeur.appliquer({"action": "poser", "numero": 2, "debut": debut, "fin": fin, "codes": codes[:1]})
    assert [(r["numero"], r["ok"]) for r in vus] == [(1, True), (2, False)]
    assert [p.codes for p in codeur.passages()] == [tuple(codes)]
    with poste(etude, SOURCE, "AB") as autre:
        assert [p.texte for p in autre.passages()] == [PASSAGE]


def test_le_module_javascript_est_celui_qu_attend_anywidget(codeur):
    assert "export default { render }" in str(codeur._esm)
    assert "http" not in str(codeur._esm)
    assert codeur.etat["passages"] == []
    assert codeur.donnees["aveugle"] is True


# --- dans un navigateur -------------------------------------------------------------------------------


@pytest.fixture
def page(navigateur, codeur):
    fenetre = navigateur.new_page(viewport={"width": 1200, "height": 800})
    fautes = []
    fenetre.on("pageerror", lambda faute: fautes.append(str(faute)))

    def executer(commande):
        codeur.appliquer(commande)
        return codeur.etat

    fenetre.expose_function("ouvrir", lambda: [codeur.donnees, codeur.etat])
    fenetre.expose_function("executer", executer)
    fenetre.set_content(
        PAGE.format(css=codeur_web.fichier("codeur.css"), js=codeur_web.fichier("codeur.js"))
    )
    fenetre.wait_for_selector(".rc-tour")
    yield fenetre
    fenetre.close()
    assert fautes == []


def selectionner(page, citation):
    """Sélectionne une citation comme le ferait la souris, le texte ayant le focus."""
    page.evaluate(
        """(citation) => {
          document.querySelector(".rc-texte").focus();
          for (const span of document.querySelectorAll(".rc-texte [data-debut]")) {
            const ou = span.textContent.indexOf(citation);
            if (ou < 0) continue;
            const n = span.firstChild;
            return document.getSelection().setBaseAndExtent(n, ou, n, ou + citation.length);
          }
          throw new Error(citation);
        }""",
        citation,
    )
    page.wait_for_function(
        "(c) => document.querySelector('.rc-citation').textContent === c", arg=citation
    )


def attendre(page, message):
    page.wait_for_function("(m) => document.querySelector('.rc-statut').textContent === m", arg=message)


def codes(codeur):
    return [p.codes for p in codeur.passages()]


@pytest.mark.navigateur
def test_coder_au_clavier_de_la_selection_a_l_annulation(page, codeur):
    selectionner(page, PASSAGE)
    page.keyboard.type("recher")  # taper dans le texte ouvre la recherche de code
    assert page.locator(".rc-champ").input_value() == "recher"
    assert page.locator(".rc-option.rc-active").inner_text().endswith("Recherche d'emploi et précarité")
    page.keyboard.press("Enter")
    attendre(page, "Il manque la nature du propos : ce passage n'est pas encore enregistré.")
    assert codes(codeur) == []
    page.keyboard.press("Alt+2")
    attendre(page, "Enregistré")
    assert codes(codeur) == [("EMP-RECH", "NAT-MANQUE")]
    page.keyboard.press("Alt+3")  # une autre nature remplace la première
    page.wait_for_function("() => document.querySelectorAll('input:checked')[0].value === 'NAT-ATTENTE'")
    page.keyboard.type("4")  # par numéro
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelectorAll('.rc-pose').length === 2")
    attendre(page, "Enregistré")
    assert codes(codeur) == [("LOGEMENT", "EMP-RECH", "NAT-ATTENTE")]
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className") == "rc-texte"
    for _ in range(3):
        page.keyboard.press("Control+z")
        attendre(page, f"Défait : coder {SOURCE}")
        page.evaluate("document.querySelector('.rc-statut').textContent = ''")
    assert codes(codeur) == []


@pytest.mark.navigateur
def test_memo_code_in_vivo_et_decodage(page, codeur):
    selectionner(page, PASSAGE)
    page.keyboard.press("Alt+v")
    attendre(
        page,
        f"« {PASSAGE[:60]}… » est trop long pour le nom d'un code. "
        "Donnez un nom de 60 caractères au plus, ou choisissez moins de mots.",
    )
    page.locator(".rc-champ").fill("boîte à chaussures")
    page.keyboard.press("Alt+v")
    attendre(page, "Code proposé : « boîte à chaussures »")
    assert [p.nom for p in codeur.proposes()] == ["boîte à chaussures"]
    page.keyboard.press("Alt+m")
    page.keyboard.type("À reprendre")
    page.keyboard.press("Control+Enter")
    attendre(page, "Mémo enregistré")
    assert [(m.texte, m.objet.value) for m in codeur.memos()] == [("À reprendre", "passage")]
    page.locator(".rc-option", has_text="Mobilité et transports").click()
    page.get_by_label("Offre décrite").check()
    attendre(page, "Enregistré")
    assert codes(codeur) == [("QUART-MOB", "NAT-EXISTANT")]
    page.get_by_role("button", name="Décoder").click()
    attendre(page, "Passage décodé")
    assert codes(codeur) == []


@pytest.mark.navigateur
def test_le_texte_ne_s_ecrit_pas_et_reste_au_caractere_pres(page, codeur, etude):
    from recherche.etapes.carnets import transcription

    texte = transcription(etude, SOURCE)
    lire = "[...document.querySelectorAll('.rc-tour')].map((p) => p.textContent).join('\\n')"
    page.locator(".rc-texte").focus()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("ê")
    page.keyboard.press("Control+x")
    assert page.evaluate(lire) == texte.texte
    selectionner(page, PASSAGE)
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    page.keyboard.press("Alt+1")
    attendre(page, "Enregistré")
    assert page.evaluate(lire) == texte.texte
    (passage,) = codeur.passages()
    assert passage.texte == PASSAGE
    puce, dit = page.locator(".rc-puce").bounding_box(), page.locator(".rc-mien").bounding_box()
    assert abs(puce["y"] - dit["y"]) < 12, "la marge est en face du passage"
    assert page.locator(".rc-puce").inner_text().splitlines() == [
        "Recherche d'emploi et précarité",
        "Offre décrite",
    ]
