"""SHELL: what time does to bookings: holds and offers end, freed seats go to who is next, reminders come due.

Any replica may sweep, at any moment: each step is one unit of work that finds nothing left to do the second time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.booking.bookings import Status
from bot.booking.plan import Plan
from bot.booking.slots import SlotId, day_of
from bot.following import offer_freed, tell
from bot.handlers import booked
from bot.store import bookings, guesses, holds, outbox, overrides, reminders, waitlist
from bot.store.again import write_again
from bot.store.engine import Engine
from bot.store.unit import Work

_BATCH = 50
_KEPT_DAYS = 30
"""How long bookings are kept after their day, for the town's figures; nobody is named in them."""

_GUESSES_KEPT = timedelta(days=1)
_log = logging.getLogger(__name__)


class Sweeper:
    """Sweeps one database. `read_channels` are those whose residents fetch their letters; `announce` wakes them."""

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        *,
        clock: Callable[[], datetime],
        read_channels: Sequence[str],
        announce: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._clock = clock
        self._read_channels = tuple(read_channels)
        self._announce = announce
        self.dropped = 0
        """Reminders that came to nothing because their visit had begun."""

    async def sweep(self) -> None:
        """Once over everything that is due now. Raises StoreError when the database does not answer."""
        now = self._clock()
        self.dropped += await self._engine.write(reminders.drop_past(now, _BATCH))
        while await write_again(self._engine, lambda: self._end(now)) == _BATCH:
            pass
        await self._offer_all(now)
        for address in await self._engine.write(outbox.bring_due(self._read_channels, now, _BATCH)):
            self._announce(address)

    async def _offer_all(self, now: datetime) -> None:
        """Every line in turn: staff may have added seats, or a party that was too large may fit now."""
        slot: SlotId | None = None
        while slots := await self._engine.read(waitlist.waiting_slots(now, _BATCH, slot)):
            for slot in slots:
                await write_again(self._engine, partial(self._offer, slot, now))

    async def purge(self) -> int:
        """Delete what is long over; the rows deleted."""
        now = self._clock()
        before = now - timedelta(days=_KEPT_DAYS)
        gone = await self._engine.write(bookings.purge(before, _BATCH))
        gone += await self._engine.write(overrides.purge(day_of(before), _BATCH))
        return gone + await self._engine.write(guesses.purge(now - _GUESSES_KEPT, _BATCH))

    def _end(self, now: datetime) -> Work[int]:
        """End what has waited too long, tell those who were in line, and offer on what they had."""
        ended = yield from holds.expire(now, _BATCH)
        for one in ended:
            if one.was is not Status.HELD:
                key = "booking.offer_gone" if one.was is Status.OFFERED else "booking.waited_in_vain"
                yield from tell(one.booking, booked.notice(key, one.booking), now, now)
        freed = [slot for one in ended for slot in one.booking.slot_ids]
        if freed:
            yield from offer_freed(freed, self._plan, now)
            _log.info("bookings ended=%d", len(ended))
        return len(ended)

    def _offer(self, slot: SlotId, now: datetime) -> Work[None]:
        yield from offer_freed((slot,), self._plan, now)
