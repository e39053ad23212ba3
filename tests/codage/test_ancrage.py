"""Des citations aux extraits, et la règle de la grille."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from recherche.codage.ancrage import ancrer, fautes, verifier
from recherche.erreurs import ErreurCodage
from recherche.modele.codage import Codage, Code, Extrait, Famille, Grille, Origine
from recherche.modele.provenance import Provenance
from recherche.modele.transcription import Tour, Transcription, empreinte_texte

QUAND = datetime(2010, 1, 20, tzinfo=UTC)
TRANSCRIPTION = Transcription(
    "LOR-J-02",
    (
        Tour.depuis_texte("ENQ", "Tu sors du travail ?"),
        Tour.depuis_texte("ENT", "Oui. Le café, la criée. Oui. On y va, on y va."),
    ),
    Provenance("essai", "1", QUAND),
)
GRILLE = Grille(
    "Essai",
    "1",
    (Famille("F", "F", (Code("EMPLOI", "e", "e"), Code("SANTE", "s", "s"))),),
    (Code("NAT-MANQUE", "m", "m"), Code("NAT-ATTENTE", "a", "a")),
)
EXTRAIT = Extrait(0, 5, empreinte_texte("Essai"))


def poser(*codes: str, codeur: str = "A") -> list[Codage]:
    return [Codage("LOR-J-02", EXTRAIT, code, codeur, Origine.IMPORT, QUAND) for code in codes]


@pytest.mark.parametrize(
    "citation",
    ["Le café, la criée.", "  Le café,\u00a0la\n criée. ", "Le cafe\u0301, la crie\u0301e."],
)
def test_positions_globales_malgre_espaces_et_accents(citation: str) -> None:
    extrait = ancrer(TRANSCRIPTION, 1, citation)
    assert (extrait.debut, extrait.fin) == (26, 44)
    assert TRANSCRIPTION.texte[26:44] == "Le café, la criée."
    assert extrait.empreinte == empreinte_texte("Le café, la criée.")


def test_tout_un_tour() -> None:
    extrait = ancrer(TRANSCRIPTION, 0, "Tu sors du travail ?")
    assert (extrait.debut, extrait.fin) == (0, 20)


@pytest.mark.parametrize(
    ("tour", "citation", "message"),
    [
        (1, "Tu sors du travail ?", r"LOR-J-02, tour 1 : « Tu sors du travail \? » ne s'y trouve pas"),
        (1, "Oui.", "LOR-J-02, tour 1 : « Oui. » s'y trouve 2 fois"),
        (1, "on y va, on", "ne s'y trouve pas"),
        (1, " \n", "LOR-J-02, tour 1 : la citation est vide"),
        (2, "Oui.", r"LOR-J-02, tour 2 : ce tour n'existe pas, il y en a 2"),
        (-1, "Oui.", "ce tour n'existe pas"),
    ],
)
def test_citations_refusees(tour: int, citation: str, message: str) -> None:
    with pytest.raises(ErreurCodage, match=message):
        ancrer(TRANSCRIPTION, tour, citation)


def test_codages_justes() -> None:
    verifier(
        [*poser("EMPLOI", "SANTE", "NAT-MANQUE"), *poser("SANTE", "NAT-ATTENTE", codeur="B")], GRILLE
    )


def test_sans_natures_la_regle_ne_joue_pas() -> None:
    verifier(poser("EMPLOI"), Grille("Essai", "1", GRILLE.familles, ()))


@pytest.mark.parametrize(
    ("codes", "attendu"),
    [
        (("EMPLOI",), "une nature du propos exactement est attendue (aucune)"),
        (
            ("EMPLOI", "NAT-MANQUE", "NAT-ATTENTE"),
            "une nature du propos exactement est attendue (NAT-MANQUE, NAT-ATTENTE)",
        ),
        (("NAT-MANQUE",), "il manque un code thématique"),
        (("EMPLOI", "LOISIR", "NAT-MANQUE"), "le code « LOISIR » n'est pas dans la grille"),
        (("EMPLOI", "EMPLOI", "NAT-MANQUE"), "le code « EMPLOI » est posé deux fois"),
    ],
)
def test_codages_faux(codes: tuple[str, ...], attendu: str) -> None:
    assert list(fautes(poser(*codes), GRILLE)) == [f"LOR-J-02, caractères 0 à 5, codeur A : {attendu}"]


def test_verifier_dit_toutes_les_fautes() -> None:
    with pytest.raises(ErreurCodage) as leve:
        verifier([*poser("EMPLOI"), *poser("NAT-MANQUE", codeur="B")], GRILLE)
    assert leve.value.message.startswith("2 faute(s) de codage.")
    assert "codeur A" in leve.value.message
    assert "codeur B" in leve.value.message
