"""The spool's way out: reports go one by one, oldest first, until the network is back; and the list comes in.

The one place that repeats. A network that is gone makes the pauses grow; nothing is ever dropped for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from typing import Protocol

from counter_agent import wire
from counter_agent.errors import ServerRefused, Unreachable
from counter_agent.spool import Spool

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 300.0
LIST_EVERY = timedelta(seconds=30)
CLOCK_MAY_DIFFER = timedelta(minutes=2)

_TOKYO = timezone(timedelta(hours=9))
_log = logging.getLogger(__name__)


class Line(Protocol):
    """What of the uplink the sending needs."""

    async def today(self, day: date) -> wire.Today: ...

    async def challenge(self, visit_id: str) -> wire.Challenge: ...

    async def send(self, report: wire.AnyReport) -> wire.Accepted | wire.Conflict: ...


class Sending:
    """Sends what the spool holds. `changed` is told whenever something the clerk sees is new."""

    def __init__(self, spool: Spool, line: Line, *, clock: Callable[[], datetime], changed: Callable[[], None]) -> None:
        self._spool = spool
        self._line = line
        self._clock = clock
        self._changed = changed
        self._wake = asyncio.Event()
        self._list_due_at: datetime | None = None
        self._failures = 0
        self.offline_since: datetime | None = None
        self.is_known = True
        self.clock_differs = timedelta(0)

    def look(self) -> None:
        """There is something new to send: now, whatever pause was running; and the pauses begin anew."""
        self._failures = 0
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            self._wake.clear()
            pause_s = await self.once()
            # Not wait_for: before Python 3.12 it can swallow a cancellation that comes together with the wake.
            with suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._wake.wait()

    async def once(self) -> float:
        """Send everything there is and fetch the list when it is due; the seconds to wait before the next time."""
        try:
            await self._send_all()
            await self._fetch_list()
        except Unreachable as error:
            return self._went_offline(error)
        except ServerRefused as error:
            return self._was_refused(error)
        except Exception:
            _log.exception("sending failed")
            return LONGEST_PAUSE_S
        self._came_back()
        return LIST_EVERY.total_seconds()

    async def challenge(self, visit_id: str) -> wire.Challenge | None:
        """A challenge of the server's; None if it cannot be asked now, and then the PC makes its own."""
        try:
            return await self._line.challenge(visit_id)
        except (Unreachable, ServerRefused):
            return None

    async def _send_all(self) -> None:
        while (report := self._spool.oldest()) is not None:
            try:
                answer = await self._line.send(report)
            except ServerRefused as error:
                if error.code is wire.ProblemCode.UNAUTHORISED or error.code is None:
                    raise
                _log.error("report refused kind=%s code=%s", report.kind, error.code)
                self._spool.refused(report.report_id, error.code.value)
            else:
                _log.info("report answered kind=%s answer=%s", report.kind, answer.kind)
                self._spool.answered(report.report_id, answer)
                self._list_due_at = None
            self._changed()

    async def _fetch_list(self) -> None:
        now = self._clock()
        if self._list_due_at is not None and now < self._list_due_at:
            return
        today = await self._line.today(now.astimezone(_TOKYO).date())
        self._list_due_at = now + LIST_EVERY
        self.clock_differs = now - today.made_at
        self._spool.keep_today(today)
        self._changed()

    @property
    def clock_is_wrong(self) -> bool:
        return abs(self.clock_differs) > CLOCK_MAY_DIFFER

    def _went_offline(self, error: Unreachable) -> float:
        if self.offline_since is None:
            _log.warning("the server cannot be reached: %s", error)
            self.offline_since = self._clock()
            self._changed()
        self._failures += 1
        return min(FIRST_PAUSE_S * 2.0 ** min(self._failures - 1, 16), LONGEST_PAUSE_S)

    def _was_refused(self, error: ServerRefused) -> float:
        if self.is_known:
            _log.error("the server does not take this counter: %s", error)
            self.is_known = False
            self._changed()
        return LONGEST_PAUSE_S

    def _came_back(self) -> None:
        if self.offline_since is not None or not self.is_known:
            _log.info("the server answers again")
            self.offline_since, self.is_known = None, True
            self._changed()
        self._failures = 0
