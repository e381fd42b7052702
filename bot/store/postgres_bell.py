"""The bell over LISTEN and NOTIFY, on a connection of its own.

A NOTIFY inside a turn would make all commits of the server queue up behind one lock; here many rings share one
notification after their commits.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from typing import Any, Self

import asyncpg

from bot.store.address import PostgresDatabase
from bot.store.bell import Heard
from bot.store.postgres import connection_options, words_of

_log = logging.getLogger(__name__)
_LINE = "madoguchi_letters"
_GATHER_S = 0.02
_MOST_AT_ONCE = 5_000
_MOST_BYTES = 7_900  # PostgreSQL takes less than 8,000
_LONGEST_PAUSE_S = 10.0


class PostgresBell:
    """One replica's end of the line on a PostgreSQL server."""

    def __init__(self, address: PostgresDatabase) -> None:
        self._address = address
        self._rung: dict[tuple[str, str], None] = {}
        self._is_rung = asyncio.Event()

    def ring(self, channel: str, address: str) -> None:
        """Let the others know within a moment. With too much to say already it says nothing: they look anyway."""
        if len(self._rung) < _MOST_AT_ONCE:
            self._rung[channel, address] = None
            self._is_rung.set()

    async def run(self, heard: Heard) -> None:
        """Ring and listen until cancelled; a line that breaks is laid anew."""
        pause_s = 0.1
        while True:
            try:
                async with _Line(self._address, heard) as line:
                    pause_s = 0.1
                    await self._ring_on(line)
            except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError) as fault:
                _log.warning("bell: %s: %s; again in %.1f s", self._address, words_of(fault), pause_s)
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    async def _ring_on(self, line: _Line) -> None:
        while not line.broken.is_set():
            await line.first_of(self._is_rung)
            await asyncio.sleep(_GATHER_S)
            rung, self._rung = self._rung, {}
            self._is_rung.clear()
            for message in _messages(list(rung)):
                await line.notify(message)


class _Line:
    """An open connection that listens. `broken` is set once it is lost."""

    def __init__(self, address: PostgresDatabase, heard: Heard) -> None:
        self._address = address
        self._heard = heard
        self.broken = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._connection = await asyncpg.connect(**connection_options(self._address))
        self._connection.add_termination_listener(lambda _: self.broken.set())
        self._own = self._connection.get_server_pid()
        await self._connection.add_listener(_LINE, self._hear)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._connection.terminate()

    async def notify(self, message: str) -> None:
        """Tell every other line."""
        await self._connection.execute("SELECT pg_notify($1, $2)", _LINE, message)

    async def first_of(self, rung: asyncio.Event) -> None:
        """Wait for a ring or for the end of the line."""
        waiting = [asyncio.ensure_future(event.wait()) for event in (rung, self.broken)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waiting:
                wait.cancel()

    def _hear(self, _: Any, pid: int, __: str, message: str) -> None:
        if pid == self._own:
            return
        try:
            for channel, address in json.loads(message):
                self._heard(channel, address)
        except (ValueError, TypeError):
            _log.warning("bell: a message of %d characters that is none of this release", len(message))


def _messages(rung: list[tuple[str, str]]) -> Iterator[str]:
    """What was rung, in as many messages as it takes."""
    text = json.dumps(rung)
    if len(text) < _MOST_BYTES:
        if rung:
            yield text
    elif len(rung) > 1:
        half = len(rung) // 2
        yield from _messages(rung[:half])
        yield from _messages(rung[half:])
