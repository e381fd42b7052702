"""The whole service behind a real uvicorn on a port of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path

from bot.serving import build_app
from bot.settings import Settings, read_settings
from bot.store.migrations import migrate
from bot.web.server import Server
from bot.wiring import build_service

CLOCK = "2022-07-01T10:00:00+09:00"
_START_WITHIN_S = 60.0


class Served:
    """A service on an SQLite file in `folder`. Stopped and started again it is at the same address."""

    def __init__(self, folder: Path, *, is_demo: bool = True) -> None:
        clock = {"MADOGUCHI_CLOCK": CLOCK} if is_demo else {}
        url = f"sqlite+aiosqlite:///{folder / 'chat.db'}"
        self.settings: Settings = read_settings({"MADOGUCHI_DATABASE_URL": url, **clock})
        self._port = 0
        self._server: Server | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Returns when requests are answered."""
        migrate(self.settings.database_url)
        app = build_app(build_service(self.settings))
        listening = self._listen()
        server = Server(app)
        self._thread = threading.Thread(target=asyncio.run, args=[server.serve([listening])], daemon=True)
        self._server = server
        self._thread.start()
        _wait_until_started(server)

    def stop(self) -> None:
        """Cuts every connection; returns when the port is free."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()
        self._server = None

    def _listen(self) -> socket.socket:
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", self._port))
        self._port = listening.getsockname()[1]
        return listening


def _wait_until_started(server: Server) -> None:
    deadline = time.monotonic() + _START_WITHIN_S
    woken = threading.Event()
    while not server.started:
        assert time.monotonic() < deadline, "the service did not start"
        woken.wait(0.02)
