"""Qui peut voir le tableau de bord exposé : comptes, essais ralentis, trace des accès.

Tout vit dans un dossier à part (`RECHERCHE_TABLEAU_ETAT`), jamais dans le dossier publié. Les mots de
passe ne sont gardés que condensés (argon2id) ; la trace dit qui a ouvert quelle page, et quand, sans
rien de ce qu'on y a lu ou cherché.
"""

from __future__ import annotations

import csv
import json
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from filelock import FileLock

from recherche.erreurs import ErreurConfidentialite
from recherche.modele.fichiers import ecrire_atomique

VARIABLE_ETAT = "RECHERCHE_TABLEAU_ETAT"
AJOUTER = "recherche comptes --ajouter NOM"
MOT_DE_PASSE_MINIMAL = 12
ESSAIS_LIBRES = 5
ATTENTE_PREMIERE = timedelta(seconds=30)
ATTENTE_MAXIMALE = timedelta(hours=1)
OUBLI_ESSAIS = timedelta(days=1)
CONSERVATION = timedelta(days=365)
"""Durée de conservation de la trace des accès."""


@dataclass(frozen=True, slots=True)
class Compte:
    """Un partenaire. `territoire` : s'il est donné, il ne voit que la fiche de ce territoire.

    `condense` est vide pour un compte qui entre par le fournisseur d'identité (OIDC), sous son adresse.
    """

    nom: str
    condense: str = ""
    territoire: str | None = None


@dataclass(frozen=True, slots=True)
class Essais:
    """Les échecs d'affilée sur un nom, et l'heure du dernier."""

    echecs: int
    dernier: datetime

    @property
    def pas_avant(self) -> datetime:
        """Heure du prochain essai : au-delà de `ESSAIS_LIBRES`, l'attente double chaque fois."""
        de_trop = self.echecs - ESSAIS_LIBRES
        if de_trop < 0:
            return self.dernier
        attente: timedelta = min(ATTENTE_MAXIMALE, ATTENTE_PREMIERE * 2 ** min(de_trop, 12))
        return self.dernier + attente


class Comptes:
    """Les comptes rangés dans un dossier. Lève `ErreurConfidentialite` (nom, mot de passe, dossier)."""

    def __init__(self, dossier: Path) -> None:
        self._dossier = dossier

    def lire(self) -> tuple[Compte, ...]:
        """Les comptes, par nom."""
        return tuple(Compte(**valeurs) for valeurs in self._json("comptes.json"))

    def trouver(self, nom: str) -> Compte | None:
        """Le compte de ce nom (sans égard à la casse), ou None."""
        return next((compte for compte in self.lire() if compte.nom == _nom(nom)), None)

    def ajouter(self, nom: str, mot_de_passe: str | None, territoire: str | None = None) -> Compte:
        """Crée ou remplace un compte ; sans mot de passe, il n'entre que par OIDC."""
        if not _nom(nom):
            raise ErreurConfidentialite(
                "Un compte demande un nom.", "« recherche comptes --ajouter NOM »"
            )
        if mot_de_passe is not None and len(mot_de_passe) < MOT_DE_PASSE_MINIMAL:
            raise ErreurConfidentialite(
                f"Mot de passe trop court : {MOT_DE_PASSE_MINIMAL} caractères au moins.",
                "Prenez une phrase : elle se retient et ne se devine pas.",
            )
        compte = Compte(_nom(nom), _condenser(mot_de_passe) if mot_de_passe else "", territoire)
        with self._verrou():
            autres = [c for c in self.lire() if c.nom != compte.nom]
            self._poser(sorted([*autres, compte], key=lambda c: c.nom))
        return compte

    def retirer(self, nom: str) -> None:
        """Efface un compte et ses essais ; ses accès passés restent dans la trace."""
        with self._verrou():
            restants = [c for c in self.lire() if c.nom != _nom(nom)]
            if len(restants) == len(self.lire()):
                raise ErreurConfidentialite(
                    f"Il n'y a pas de compte « {nom} ».", "« recherche comptes » les montre."
                )
            self._poser(restants)
            self._noter_essais({k: v for k, v in self._essais().items() if k != _nom(nom)})

    def entrer(self, nom: str, mot_de_passe: str, *, maintenant: datetime | None = None) -> Compte:
        """Le compte, si le mot de passe est le sien. Lève `ErreurConfidentialite`.

        L'erreur ne dit pas ce qui manque : un nom inconnu coûte le même temps qu'un mauvais mot de
        passe, et compte comme lui.
        """
        heure = maintenant or datetime.now(UTC)
        cle = _nom(nom)
        with self._verrou():
            essais = {k: v for k, v in self._essais().items() if v.dernier > heure - OUBLI_ESSAIS}
            precedents = essais.get(cle, Essais(0, heure))
            if precedents.pas_avant > heure:
                minutes = -(-(precedents.pas_avant - heure).seconds // 60)
                raise ErreurConfidentialite(
                    "Trop d'essais manqués.", f"Attendez {minutes} minute(s) avant le prochain."
                )
            compte = self.trouver(cle)
            if not _juste(compte.condense if compte else "", mot_de_passe) or compte is None:
                self._noter_essais(essais | {cle: Essais(precedents.echecs + 1, heure)})
                raise ErreurConfidentialite(
                    "Nom ou mot de passe inconnu.", "Demandez vos accès à l'équipe de l'étude."
                )
            self._noter_essais({k: v for k, v in essais.items() if k != cle})
        return compte

    def tracer(self, nom: str, page: str, *, maintenant: datetime | None = None) -> None:
        """Ajoute une ligne à la trace du mois, et efface les mois au-delà de `CONSERVATION`."""
        heure = maintenant or datetime.now(UTC)
        fichier = self._dossier / f"acces-{heure:%Y-%m}.csv"
        with self._verrou():
            nouveau = not fichier.exists()
            with fichier.open("a", encoding="utf-8", newline="") as sortie:
                ecrivain = csv.writer(sortie)
                if nouveau:
                    ecrivain.writerow(("date", "compte", "page"))
                ecrivain.writerow((heure.isoformat(timespec="seconds"), _nom(nom), page))
            if nouveau:
                self._effacer_anciens(heure)

    def _effacer_anciens(self, heure: datetime) -> None:
        limite = f"acces-{heure - CONSERVATION:%Y-%m}.csv"
        for fichier in self._dossier.glob("acces-*.csv"):
            if fichier.name < limite:
                fichier.unlink()

    def _essais(self) -> dict[str, Essais]:
        return {
            ligne["nom"]: Essais(ligne["echecs"], datetime.fromisoformat(ligne["dernier"]))
            for ligne in self._json("essais.json")
        }

    def _noter_essais(self, essais: dict[str, Essais]) -> None:
        lignes = [
            {"nom": nom, "echecs": e.echecs, "dernier": e.dernier.isoformat()}
            for nom, e in essais.items()
        ]
        self._ecrire("essais.json", lignes)

    def _poser(self, comptes: list[Compte]) -> None:
        self._ecrire("comptes.json", [asdict(compte) for compte in comptes])

    def _json(self, nom: str) -> list[dict[str, Any]]:
        fichier = self._dossier / nom
        if not fichier.exists():
            return []
        try:
            return list(json.loads(fichier.read_text(encoding="utf-8")))
        except ValueError as erreur:
            raise ErreurConfidentialite(
                f"{fichier} est abîmé : {erreur}.", "Effacez-le et recréez les comptes."
            ) from erreur

    def _ecrire(self, nom: str, lignes: list[dict[str, Any]]) -> None:
        fichier = self._dossier / nom
        octets = json.dumps(lignes, ensure_ascii=False, indent=1).encode()
        ecrire_atomique(fichier, octets, mode=0o600)

    @contextmanager
    def _verrou(self) -> Iterator[None]:
        try:
            self._dossier.mkdir(parents=True, exist_ok=True, mode=0o700)
            with FileLock(self._dossier / ".verrou"):
                yield
        except OSError as erreur:
            raise ErreurConfidentialite(
                f"Impossible d'écrire dans {self._dossier} : {erreur.strerror}.",
                f"Désignez un dossier où le tableau de bord peut écrire, par {VARIABLE_ETAT}.",
            ) from erreur


def _nom(nom: str) -> str:
    """Un nom de compte est comparé sans casse ni espaces autour."""
    return unicodedata.normalize("NFC", nom).strip().casefold()


def _condenser(mot_de_passe: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(unicodedata.normalize("NFC", mot_de_passe))


def _juste(condense: str, mot_de_passe: str) -> bool:
    """Vrai si le mot de passe est le bon ; un condensé vide coûte le même temps et dit non."""
    from argon2 import PasswordHasher
    from argon2.exceptions import VerificationError

    gardien = PasswordHasher()
    try:
        attendu = condense or gardien.hash("aucun compte de ce nom")
        gardien.verify(attendu, unicodedata.normalize("NFC", mot_de_passe))
    except VerificationError:
        return False
    return bool(condense)
