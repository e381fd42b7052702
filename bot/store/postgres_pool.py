"""Connections to a PostgreSQL server, few and in turn: whoever asked first gets the next one.

asyncpg's own pool lets newcomers overtake those who wait (a rush of 50 claims: the slowest hundredth waited four times
as long), and each time costs a task. A connection that was left in the middle of something is not used again.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import Any

import asyncpg

_CLOSE_TIMEOUT_S = 10.0


class PostgresPool:
    """At most `size` connections, made when they are needed with `asyncpg.connect(**options)`."""

    def __init__(self, size: int, wait_s: float, options: dict[str, Any]) -> None:
        self._wait_s = wait_s
        self._options = options
        self._free: list[asyncpg.Connection | None] = [None] * size
        self._waiting: deque[tuple[float, asyncio.Future[asyncpg.Connection | None]]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Make the first connection, or raise what asyncpg says."""
        self.give(await self.take())

    async def close(self) -> None:
        """Close all connections; none may be in use."""
        if self._timer is not None:
            self._timer.cancel()
        for connection in filter(None, self._free):
            with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError):
                await connection.close(timeout=_CLOSE_TIMEOUT_S)
        self._free.clear()

    async def take(self) -> asyncpg.Connection:
        """A connection for the caller alone, to be given back. TimeoutError if none is given back in time."""
        connection = self._free.pop() if self._free else await self._handed_on()
        if connection is not None and not connection.is_closed():
            return connection
        try:
            return await asyncpg.connect(**self._options)
        except BaseException:
            self._put(None)
            raise

    def give(self, connection: asyncpg.Connection) -> None:
        """Give a connection back. One in a transaction is cut off, and the server undoes it."""
        if not connection.is_closed() and connection.is_in_transaction():
            connection.terminate()
        self._put(None if connection.is_closed() else connection)

    def _put(self, connection: asyncpg.Connection | None) -> None:
        while self._waiting:
            _, place = self._waiting.popleft()
            if not place.done():
                place.set_result(connection)
                return
        # Those that are connected are taken first: from the end.
        self._free.insert(0 if connection is None else len(self._free), connection)

    async def _handed_on(self) -> asyncpg.Connection | None:
        loop = asyncio.get_running_loop()
        place = loop.create_future()
        self._waiting.append((loop.time() + self._wait_s, place))
        if self._timer is None:
            self._timer = loop.call_later(self._wait_s, self._send_away)
        try:
            return await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._put(place.result())
            raise

    def _send_away(self) -> None:
        """Refuse those who have waited too long. One timer serves all: they stand in the order in which they came."""
        loop, self._timer = asyncio.get_running_loop(), None
        while self._waiting:
            until, place = self._waiting[0]
            if until > loop.time() and not place.done():
                self._timer = loop.call_at(until, self._send_away)
                return
            self._waiting.popleft()
            if not place.done():
                place.set_exception(TimeoutError("no connection was free in time"))
