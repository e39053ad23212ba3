import stat
import sys

import pytest

from recherche.erreurs import ErreurConfidentialite
from recherche.langue import coffre
from recherche.langue.cle import Cle
from recherche.langue.mentions import TypeMention

PHRASE = "trois goélands sur la digue"
CLE = Cle().prolonger([(TypeMention.PRENOM, "Fañch"), (TypeMention.NOM, "Quéméneur")])


def test_aller_retour_par_fichier(tmp_path):
    fichier = tmp_path / "confidentiel" / "cle.age"
    assert coffre.lire(fichier, PHRASE) == Cle()
    coffre.ecrire(fichier, CLE, PHRASE)
    assert coffre.lire(fichier, PHRASE) == CLE
    assert [f.name for f in fichier.parent.iterdir()] == ["cle.age"]
    octets = fichier.read_bytes()
    for clair in ("Fañch", "fanch", "Quéméneur", CLE.entrees[0].pseudonyme, PHRASE):
        assert clair.encode() not in octets
    if sys.platform != "win32":
        assert stat.S_IMODE(fichier.stat().st_mode) == 0o600


def test_phrase_fausse_et_fichier_abime(tmp_path):
    octets = coffre.chiffrer_cle(CLE, PHRASE)
    for contenu, phrase in (
        (octets, "une autre phrase secrète"),
        (b"rien", PHRASE),
        (octets[:-5], PHRASE),
    ):
        with pytest.raises(ErreurConfidentialite, match="ne s'ouvre pas") as erreur:
            coffre.dechiffrer_cle(contenu, phrase)
        assert phrase not in str(erreur.value)


def test_phrase_trop_courte():
    with pytest.raises(ErreurConfidentialite, match="trop courte"):
        coffre.chiffrer_cle(CLE, "court")


def test_ce_qui_n_est_pas_une_cle():
    import pyrage

    octets = pyrage.passphrase.encrypt(b'{"autre": 1}', PHRASE)
    with pytest.raises(ErreurConfidentialite, match="ne contient pas une clé"):
        coffre.dechiffrer_cle(octets, PHRASE)
