"""Ce que fixe `corrections.toml` : les mots de l'étude et les fautes de transcription qui reviennent."""

from __future__ import annotations

from dataclasses import dataclass, field

from recherche.modele.etude import _Strict


@dataclass(frozen=True)
class Glossaire(_Strict):
    """Section `[glossaire]` : ce qui doit s'écrire ainsi, en plus de `[noms_locaux]` et du registre.

    `rapprocher` : corriger ce qui se prononce presque pareil et n'est pas un mot courant.
    """

    sigles: list[str] = field(default_factory=list)
    quartiers: list[str] = field(default_factory=list)
    institutions: list[str] = field(default_factory=list)
    noms: list[str] = field(default_factory=list)
    rapprocher: bool = True

    @property
    def termes(self) -> list[str]:
        """Tous, dans l'ordre."""
        return [*self.sigles, *self.quartiers, *self.institutions, *self.noms]


@dataclass(frozen=True)
class CorrectionMots(_Strict):
    """Une entrée `[[mots]]` : suites de mots entendues à tort, et comment les écrire.

    La casse et la ponctuation qui entoure ne comptent pas. `sauf` : sources laissées telles quelles.
    """

    entendu: list[str]
    ecrire: str
    sauf: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class CorrectionMotif(_Strict):
    r"""Une entrée `[[motifs]]` : expression régulière et remplacement (`\1`… pour ses groupes)."""

    motif: str
    ecrire: str
    casse: bool = False
    sauf: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Corrections(_Strict):
    """Tout `corrections.toml`."""

    glossaire: Glossaire = field(default_factory=Glossaire)
    mots: list[CorrectionMots] = field(default_factory=list)
    motifs: list[CorrectionMotif] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Application:
    """Une correction faite : règle, rang du tour, temps en secondes, ce qui était lu, ce qui l'est."""

    regle: str
    tour: int
    debut_s: float | None
    avant: str
    apres: str
