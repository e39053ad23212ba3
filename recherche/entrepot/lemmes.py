"""Lemmes des transcriptions pseudonymisées, gardés pour ne pas les refaire.

Un contenu est du JSON comprimé ; il se refait du texte, on n'en garde donc qu'un par version.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from recherche.entrepot.base import Ecriture
from recherche.entrepot.schema import lemmes

Contenu = list[Any]


def lire(cx: Connection, version_ids: Iterable[int], cle: str) -> dict[int, Contenu]:
    """Les lemmes gardés de ces versions pseudonymisées, faits avec la clé `cle`."""
    requete = select(lemmes).where(
        lemmes.c.version_pseudonymisee_id.in_(list(version_ids)), lemmes.c.cle == cle
    )
    return {
        ligne["version_pseudonymisee_id"]: json.loads(
            zlib.decompress(base64.b85decode(ligne["contenu"]))
        )
        for ligne in cx.execute(requete).mappings()
    }


def poser(ecriture: Ecriture, source_id: str, version_id: int, cle: str, contenu: Contenu) -> None:
    """Garde les lemmes d'une version, à la place de ceux qu'elle avait.

    Ils ne passent pas par le journal : ils se recalculent, et annuler les laisserait justes.
    """
    texte = json.dumps(contenu, ensure_ascii=False, separators=(",", ":"))
    octets = base64.b85encode(zlib.compress(texte.encode(), 9)).decode()
    ecriture.cx.execute(lemmes.delete().where(lemmes.c.source_id == source_id))
    ecriture.cx.execute(
        lemmes.insert().values(
            source_id=source_id, version_pseudonymisee_id=version_id, cle=cle, contenu=octets
        )
    )
