"""The HTTP server: uvicorn, which answers the pages that wait for news before it stops.

Left alone they would hold up a stop for as long as they wait, and be cut off in the end.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence

import uvicorn
from starlette.applications import Starlette

_FINISH_WITHIN_S = 10


class Server(uvicorn.Server):
    """Serves an app of `build_app`; logs as the process has set up, and no addresses of residents.

    Whether a resident came by https is taken from `trusted_proxies` only (addresses, networks, or "*" for any).
    """

    def __init__(self, app: Starlette, trusted_proxies: Sequence[str] = ("127.0.0.1", "::1")) -> None:
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=_FINISH_WITHIN_S,
            forwarded_allow_ips=list(trusted_proxies),
        )
        super().__init__(config)
        self._closing: asyncio.Event = app.state.closing

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._closing.set()
        await super().shutdown(sockets)
