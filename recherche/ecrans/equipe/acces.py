"""Le texte brut ne quitte pas la machine : toute requête venue d'ailleurs est refusée."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

NOMS = frozenset(("localhost", "127.0.0.1", "::1"))
REFUS = "Cette page ne s'ouvre que sur l'ordinateur où elle est lancée, à l'adresse localhost."


class CetteMachine:
    """Refuse (403) un client, un nom d'hôte ou une page d'origine qui n'est pas cette machine.

    Le nom d'hôte arrête une page dont le nom de domaine serait redirigé vers localhost ; l'origine, un
    autre site ouvert dans le même navigateur.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une requête HTTP ou WebSocket."""
        if scope["type"] not in ("http", "websocket") or permise(scope["client"], scope["headers"]):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": ""})
        else:
            from starlette.responses import PlainTextResponse

            await PlainTextResponse(REFUS, 403)(scope, receive, send)


def permise(client: tuple[str, int] | None, entetes: Iterable[tuple[bytes, bytes]]) -> bool:
    """Vrai si le client, l'hôte demandé et l'origine sont cette machine, et l'origine cette page."""
    dits = {nom.decode("latin-1").lower(): valeur.decode("latin-1") for nom, valeur in entetes}
    hote = dits.get("host", "")
    if not _ici(client) or urlsplit(f"//{hote}").hostname not in NOMS:
        return False
    origine = dits.get("origin")
    return origine is None or urlsplit(origine).netloc == hote


def _ici(client: tuple[str, int] | None) -> bool:
    try:
        return client is not None and ipaddress.ip_address(client[0]).is_loopback
    except ValueError:
        return False
