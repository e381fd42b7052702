"""A real server in a thread, on a port of its own, and how to wait for what happens there."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.types import ASGIApp

_STARTED_WITHIN_S = 10.0


class Server:
    """uvicorn in a thread, serving on a bound socket from now on until `stop`."""

    def __init__(self, app: ASGIApp, listening: socket.socket) -> None:
        self._socket = listening
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off", ws="none"))
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        deadline_s = time.monotonic() + _STARTED_WITHIN_S
        while not self._server.started:
            if time.monotonic() > deadline_s or not self._thread.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.005)

    def stop(self) -> None:
        """Cut every connection, and refuse new ones."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()
        self._socket.close()


def bound(port: int = 0) -> socket.socket:
    """A socket that has its port and listens only once a server runs: until then, connections are refused."""
    reserved = socket.socket()
    reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(("127.0.0.1", port))
    return reserved


async def until(condition: Callable[[], bool], deadline_s: float = 10.0) -> None:
    """Wait until a condition holds; past the deadline the test fails."""
    async with asyncio.timeout(deadline_s):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another thread
            await asyncio.sleep(0.005)
