from types import SimpleNamespace

import numpy as np
import pytest

from recherche.audio.decodage import TAUX_HZ, Bloc, Signal
from recherche.audio.transcription import JETONS_AMORCE, Transcripteur, amorce_etude, mots_de
from recherche.modele.transcription import Mot
from recherche.reglages import Etude

from .conftest import RACINE


def brut(texte: str, debut: float, fin: float, probabilite: float = 0.9) -> SimpleNamespace:
    return SimpleNamespace(word=texte, start=debut, end=fin, probability=probabilite)


def test_les_morceaux_sans_espace_sont_colles() -> None:
    bruts = [
        brut(" Est", 0.1, 0.3),
        brut("-ce", 0.3, 0.5, 0.4),
        brut(" 12", 0.6, 0.8),
        brut(",5", 0.8, 1.0),
    ]
    assert mots_de(bruts, decalage_s=60, fin_s=90) == (
        Mot("Est-ce", 60.1, 60.5, 0.4),
        Mot("12,5", 60.6, 61.0, 0.9),
    )


def test_les_temps_croissent_et_restent_dans_le_bloc() -> None:
    bruts = [brut(" a", 1.0, 2.0), brut(" b", 1.5, 1.8), brut(" c", 9.0, 12.0)]
    temps = [(m.debut_s, m.fin_s) for m in mots_de(bruts, decalage_s=0, fin_s=10)]
    assert temps == [(1.0, 2.0), (2.0, 2.0), (9.0, 10.0)]


def test_le_texte_est_nfc_et_sans_espace() -> None:
    mots = mots_de(
        [brut(" e\u0301te\u0301", 0, 1), brut("  ", 1, 1), brut(" ?", 1, 1)], decalage_s=0, fin_s=5
    )
    assert [m.texte for m in mots] == ["été", "?"]


def test_un_vrai_extrait(transcripteur: Transcripteur, extrait: Signal) -> None:
    mots = transcripteur.transcrire_bloc(Bloc(3, 100.0, extrait))
    texte = " ".join(m.texte for m in mots).lower()
    # « Tu sors du travail, là ? Oui. Neuf heures dix. J'ai mis le blouson propre… »
    assert "du travail" in texte
    assert "le blouson propre" in texte
    assert len(mots) > 70
    temps = [t for m in mots for t in (m.debut_s, m.fin_s) if t is not None]
    assert temps == sorted(temps)
    assert temps[0] == pytest.approx(100.7, abs=0.5)
    assert temps[-1] <= 134
    assert all(m.confiance is not None and 0 <= m.confiance <= 1 for m in mots)
    assert not any(c.isspace() for m in mots for c in m.texte)


def test_un_bloc_sans_parole_ne_rend_aucun_mot(transcripteur: Transcripteur) -> None:
    bruit = np.random.default_rng(1).normal(0, 0.003, 20 * TAUX_HZ).astype(np.float32)
    assert transcripteur.transcrire_bloc(Bloc(0, 0.0, bruit)) == ()
    assert transcripteur.transcrire_bloc(Bloc(0, 0.0, np.zeros(TAUX_HZ, np.float32))) == ()


def test_l_amorce_tient_dans_ce_que_lit_whisper(transcripteur: Transcripteur) -> None:
    reglages = Etude.ouvrir(RACINE / "interviews" / "demo").reglages
    amorce = amorce_etude(reglages, [f"Prénom{i}" for i in range(200)])
    assert amorce is not None
    assert "Lorient" in amorce
    jetons = transcripteur._modele.hf_tokenizer.encode(amorce, add_special_tokens=False).ids
    assert len(jetons) <= JETONS_AMORCE
