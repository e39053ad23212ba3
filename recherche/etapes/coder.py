"""Coder : poser, ôter et changer les codes d'un passage, noter des mémos, défaire.

Une fonction par geste, pour qui écrit des scripts ; le carnet et la page d'équipe tiennent un `Poste`
ouvert. Les codes se désignent par identifiant, nom ou numéro (dès 1, dans l'ordre de la grille).
"""

from __future__ import annotations

from collections.abc import Sequence

from recherche.codage.passage import Passage, designer
from recherche.entrepot import Entrepot, memos, passages, transcriptions
from recherche.erreurs import ErreurCodage
from recherche.etapes.poste import connaitre_grille, grille_de, poste
from recherche.modele.codage import CodePropose, Memo
from recherche.reglages import Etude


def coder(etude: Etude, source: str, debut: int, fin: int, codes: Sequence[str], codeur: str) -> Passage:
    """Pose des codes (identifiants, noms ou numéros) sur le passage [debut, fin[ d'un entretien.

    Ils s'ajoutent à ceux que ce codeur y a posés. Lève `ErreurCodage`, sans rien changer, si un code est
    inconnu ou si le passage n'aurait pas un thème au moins et une nature exactement.
    """
    with poste(etude, source, codeur) as ouvert:
        return ouvert.coder(debut, fin, codes)


def changer(
    etude: Etude, source: str, debut: int, fin: int, codes: Sequence[str], codeur: str
) -> Passage:
    """Met exactement ces codes sur le passage, à la place de ceux que ce codeur y a posés."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.coder(debut, fin, codes, exactement=True)


def decoder(
    etude: Etude, source: str, debut: int, fin: int, codeur: str, codes: Sequence[str] | None = None
) -> Passage | None:
    """Ôte du passage les codes donnés, ou tous ; rend ce qu'il en reste."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.decoder(debut, fin, codes)


def deplacer(
    etude: Etude, source: str, debut: int, fin: int, codeur: str, vers: tuple[int, int]
) -> Passage:
    """Donne au passage d'autres bornes, avec ses codes, son mémo et ses codes proposés."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.deplacer(debut, fin, vers)


def proposer(
    etude: Etude, source: str, debut: int, fin: int, codeur: str, nom: str | None = None
) -> CodePropose:
    """Un code in vivo : il attend, à côté de la grille, que l'équipe l'y reprenne (`retenir`)."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.proposer(debut, fin, nom)


def noter(
    etude: Etude,
    source: str,
    texte: str,
    codeur: str,
    *,
    passage: tuple[int, int] | None = None,
    code: str | None = None,
) -> Memo:
    """Un mémo sur l'entretien, ou sur l'un de ses passages, ou sur un code ; un texte vide l'efface."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.noter(texte, passage=passage, code=code)


def defaire(etude: Etude, source: str, codeur: str) -> str:
    """Défait la dernière action de ce codeur sur cet entretien ; rend ce qu'elle était."""
    with poste(etude, source, codeur) as ouvert:
        return ouvert.defaire()


def retenir(etude: Etude, nom: str, code: str, auteur: str) -> int:
    """Note que la grille a repris un code proposé ; rend le nombre de passages concernés.

    Ses passages restent à coder : un thème demande une nature, que seul un codeur peut dire.
    """
    designe = designer(grille_de(etude), code)
    with Entrepot.ouvrir(etude) as entrepot:
        connaitre_grille(entrepot, grille_de(etude))
        with entrepot.ecrire("retenir un code proposé", auteur=auteur) as ecriture:
            nombre = memos.retenir(ecriture, nom, designe)
    if not nombre:
        raise ErreurCodage(
            f"Aucun code proposé ne s'appelle « {nom} ».",
            "« recherche.codes_proposes(etude) » les montre.",
        )
    return nombre


def sources_a_coder(etude: Etude, codeur: str) -> dict[str, int]:
    """Les sources qui ont un texte pseudonymisé, et le nombre de passages que ce codeur y a codés."""
    with Entrepot.ouvrir(etude) as entrepot, entrepot.lire() as cx:
        versions = {s: p.id for s, p in sorted(transcriptions.pseudonymisees(cx).items())}
        comptes = passages.compter(cx, codeur, versions.values())
    return {source: comptes.get(version, 0) for source, version in versions.items()}
