"""When a message may go out: no channel gets more a second than its platform takes, from all processes together.

Places are taken from the store (`store/rates`) for all who ask at once, and some ahead where a platform is quick, so
that a busy process asks the database some twenty times a second at most.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.store import rates
from bot.store.engine import Engine

_AHEAD = timedelta(milliseconds=50)
_FRESH = timedelta(milliseconds=250)
"""A place taken ahead and not used within so long is let go: used later it would come on top of those of then."""


class Gates:
    """One gate for each channel that names its rate (messages a second); the others are always open."""

    def __init__(self, engine: Engine, per_second: Mapping[str, float], *, clock: Callable[[], datetime]) -> None:
        self._gates = {name: Gate(engine, name, rate, clock=clock) for name, rate in per_second.items()}

    def is_open(self, channel: str) -> bool:
        """Whether it is worth asking for a place now."""
        gate = self._gates.get(channel)
        return gate is None or gate.is_open()

    async def admits(self, channel: str) -> bool:
        """Wait for a place of one's own. False: too many wait, by some process; leave the message in the outbox.

        Raises StoreError when the database does not answer.
        """
        gate = self._gates.get(channel)
        return gate is None or await gate.admits()


class Gate:
    """One channel's. `per_second` holds for all processes on one database together."""

    def __init__(self, engine: Engine, channel: str, per_second: float, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._channel = channel
        self._pause = timedelta(seconds=1 / per_second)
        self._clock = clock
        self._places: deque[datetime] = deque()
        self._waiting = 0
        self._asking = asyncio.Lock()
        self._again_at: datetime | None = None
        self._free_s = 0.0

    def is_open(self) -> bool:
        return self._again_at is None or self._clock() >= self._again_at

    async def admits(self) -> bool:
        place = await self._place()
        if place is None:
            return False
        await asyncio.sleep(max(place - self._clock(), timedelta()).total_seconds())
        await self._kept_apart()
        return True

    async def _kept_apart(self) -> None:
        """Those who were all held up by a busy machine go one by one; a few together make up for what was late."""
        now_s = asyncio.get_running_loop().time
        while (early_s := self._free_s - now_s() - _AHEAD.total_seconds()) > 0:  # noqa: ASYNC110 - each waits for its turn
            await asyncio.sleep(early_s)
        self._free_s = max(self._free_s, now_s()) + self._pause.total_seconds()

    async def _place(self) -> datetime | None:
        """This process's next place; those who come while the database is asked get theirs with the next answer."""
        self._waiting += 1
        try:
            async with self._asking:
                if not self._has_place() and self.is_open():
                    await self._ask()
                return self._places.popleft() if self._places else None
        finally:
            self._waiting -= 1

    def _has_place(self) -> bool:
        now = self._clock()
        while self._places and self._places[0] < now - _FRESH:
            self._places.popleft()
        return bool(self._places)

    async def _ask(self) -> None:
        count = max(1, min(self._waiting, rates.HORIZON // self._pause), _AHEAD // self._pause)
        given = await self._engine.write(rates.take(self._channel, self._clock(), count * self._pause))
        self._again_at = given.again_at if given.first_at is None else None
        if given.first_at is not None:
            self._places.extend(given.first_at + number * self._pause for number in range(count))
