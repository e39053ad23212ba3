"""Les carnets s'exécutent sur une étude menée, et sont versés sans leurs sorties."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from outils import copier

CARNETS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("carnet", CARNETS, ids=lambda c: c.name)
def test_le_carnet_est_verse_vide(carnet: Path) -> None:
    contenu = nbformat.read(carnet, as_version=4)
    nbformat.validate(contenu)
    for cellule in contenu.cells:
        if cellule.cell_type == "code":
            assert cellule.outputs == []
            assert cellule.execution_count is None


@pytest.mark.parametrize("carnet", CARNETS, ids=lambda c: c.name)
def test_le_carnet_s_execute(
    carnet: Path, etude_menee: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbclient import NotebookClient

    etude = copier(etude_menee[0], tmp_path / "etude")  # un carnet peut écrire
    monkeypatch.setenv("RECHERCHE_ETUDE", str(etude.chemin))
    contenu = nbformat.read(carnet, as_version=4)
    rempli = NotebookClient(
        contenu, timeout=300, kernel_name="python3", resources={"metadata": {"path": str(carnet.parent)}}
    ).execute()
    sorties = [sortie for c in rempli.cells if c.cell_type == "code" for sortie in c.outputs]
    assert [s for s in sorties if s.output_type == "error"] == []
    assert [s for s in sorties if s.get("name") == "stderr"] == []
    montres = "\n".join(str(s.get("text") or s.get("data", {}).get("text/plain", "")) for s in sorties)
    assert etude.titre in montres
    assert "Saint-Nazaire" in montres
    assert "«" in montres


def test_il_y_a_des_carnets() -> None:
    noms = {
        "01_prise_en_main.ipynb",
        "02_coder_un_entretien.ipynb",
        "05_analyser.ipynb",
        "06_confronter.ipynb",
    }
    assert noms <= {carnet.name for carnet in CARNETS}
