"""Archives QDPX hostiles ou incohérentes : refusées, chacune par son message, sans rien importer."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from echanges.outils_refi_qda import archive, projet_xml

from recherche.echanges import refi_qda_archive
from recherche.echanges.refi_qda_lecture import lire_qdc, ouvrir_projet
from recherche.erreurs import ErreurEchange

G = "00000000-0000-4000-8000-0000000000"
TEXTE = {f"sources/{G}21.txt": b"Bonjour."}


def source(selections: str = "", chemin: str = f"internal://{G}21.txt") -> str:
    tete = f'<TextSource guid="{G}21" name="x" plainTextPath="{chemin}">'
    return f"<Sources>{tete}{selections}</TextSource></Sources>"


def selection(debut: str, fin: str, code: str = "12") -> str:
    return (
        f'<PlainTextSelection guid="{G}31" startPosition="{debut}" endPosition="{fin}">'
        f'<Coding guid="{G}51"><CodeRef targetGUID="{G}{code}"/></Coding></PlainTextSelection>'
    )


CODES = f'<CodeBook><Codes><Code guid="{G}12" name="c" isCodable="true"/></Codes></CodeBook>'
MILLIARD = (
    '<!DOCTYPE Project [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    '<Project xmlns="urn:QDA-XML:project:1.0" name="&c;"/>'
)
EXTERNE = (
    '<!DOCTYPE Project [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    '<Project xmlns="urn:QDA-XML:project:1.0" name="x"><Description>&x;</Description></Project>'
)


def zip_de(*membres: tuple[zipfile.ZipInfo | str, bytes]) -> bytes:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w", zipfile.ZIP_DEFLATED) as sortie:
        for nom, octets in membres:
            sortie.writestr(nom, octets)
    return tampon.getvalue()


def lien() -> zipfile.ZipInfo:
    entree = zipfile.ZipInfo("sources/x.txt")
    entree.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entree


def refus(octets: bytes, dossier: Path) -> str:
    fichier = dossier / "hostile.qdpx"
    fichier.write_bytes(octets)
    with pytest.raises(ErreurEchange) as erreur, ouvrir_projet(fichier):
        pass
    assert erreur.value.remede
    assert list(dossier.iterdir()) == [fichier]
    return erreur.value.message


VIDE = projet_xml("").encode()


@pytest.mark.parametrize(
    ("octets", "dit"),
    [
        (b"PK pas une archive", "pas une archive QDPX"),
        (archive(VIDE)[:-30], "pas une archive QDPX"),
        (zip_de(("../project.qde", VIDE)), "sort du dossier"),
        (zip_de(("project.qde", VIDE), ("sources/..\\..\\x.txt", b"")), "sort du dossier"),
        (zip_de(("/etc/project.qde", VIDE)), "chemin absolu"),
        (zip_de(("C:/x.qde", VIDE)), "chemin absolu"),
        (zip_de(("project.qde", VIDE), (lien(), b"/etc/passwd")), "est un lien"),
        (zip_de(("project.qde", VIDE), ("PROJECT.QDE", VIDE)), "deux fois"),
        (zip_de(("project.qde", VIDE), ("autre.qde", VIDE)), "plusieurs fichiers .qde"),
        (zip_de(("lisez.txt", b"")), "aucun fichier .qde"),
        (zip_de(("project.qde", VIDE), ("sources/b.txt", b"\0" * (20 << 20))), "une bombe"),
        (archive(b" " * (9 << 20)), "une bombe"),
        (archive(MILLIARD), "DTD ou des entités"),
        (archive(EXTERNE), "DTD ou des entités"),
        (archive(b"<Project"), "XML bien formé"),
        (archive(b"<autre/>"), "ne contient pas de projet"),
        (archive(projet_xml(CODES + source(selection("0", "9"))), TEXTE), "sort du texte"),
        (archive(projet_xml(CODES + source(selection("-1", "3"))), TEXTE), "sort du texte"),
        (archive(projet_xml(CODES + source(selection("5", "2"))), TEXTE), "sort du texte"),
        (archive(projet_xml(CODES + source(selection("9" * 5000, "3"))), TEXTE), "sort du texte"),
        (archive(projet_xml(CODES + source(selection("0", "3", "99"))), TEXTE), "élément inconnu"),
        (archive(projet_xml(CODES + CODES), TEXTE), "y est 2 fois"),
        (archive(projet_xml('<Users><User guid="moi" name="x"/></Users>')), "n'est pas un GUID"),
    ],
    ids=lambda v: v if isinstance(v, str) else "",
)
def test_une_archive_hostile_est_refusee(octets, dit, tmp_path):
    assert dit in refus(octets, tmp_path)


def test_un_membre_chiffre_est_refuse(tmp_path):
    octets = bytearray(archive(VIDE))
    octets[octets.index(b"PK\x01\x02") + 8] |= 1
    assert "mot de passe" in refus(bytes(octets), tmp_path)


def test_deux_cents_mio_de_xml_sont_refuses_sans_etre_lus(tmp_path):
    """Un XML qui se compresse mal, annoncé à 200 Mio : refusé sur sa taille."""
    octets = bytearray(archive(VIDE))
    place = octets.index(b"PK\x01\x02")
    octets[place + 20 : place + 24] = (20 << 20).to_bytes(4, "little")  # compressé
    octets[place + 24 : place + 28] = (200 << 20).to_bytes(4, "little")
    assert "démesuré (200 Mio)" in refus(bytes(octets), tmp_path)


def test_l_ensemble_des_textes_est_borne(tmp_path, monkeypatch):
    monkeypatch.setattr(refi_qda_archive, "TEXTES_MAXIMUM", 200)
    octets = archive(projet_xml(source()), {f"sources/{G}21.txt": b"a" * 500})
    assert "démesuré" in refus(octets, tmp_path)


def test_un_fichier_hors_de_l_archive_n_est_jamais_ouvert(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    for adresse in (f"absolute://{secret}", f"relative://{secret.name}", "internal://../secret.txt"):
        fichier = tmp_path / "p.qdpx"
        fichier.write_bytes(archive(projet_xml(source(chemin=adresse))))
        with ouvrir_projet(fichier) as (projet, _):
            assert projet.sources == ()
            assert any("non reprise" in avis for avis in projet.avertissements)


def test_une_grille_piegee_est_refusee(tmp_path):
    fichier = tmp_path / "g.qdc"
    fichier.write_text(MILLIARD)
    with pytest.raises(ErreurEchange, match="DTD"):
        lire_qdc(fichier)
