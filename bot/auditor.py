"""SHELL: the nightly recount of bookings. Reads one view of what is kept, lets `bot/booking/recount.py` count, reports.

Every replica may count: nothing is written. The log names slots and numbers, never a ticket.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.booking.calendar import seats_of
from bot.booking.plan import Plan
from bot.booking.recount import Disagreement, Finding, Kept, recount
from bot.booking.slots import TOKYO, day_of, moment
from bot.house import House, house_of
from bot.store import booking_audit
from bot.store.engine import Engine
from bot.store.unit import Work

AT = time(3, 0)
"""When nobody books and backups are not yet running."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Audit:
    """What a recount found, and what it counted."""

    kept: Kept
    findings: tuple[Finding, ...]


def audit(plan: Plan, now: datetime) -> Work[Audit]:
    """Count all that is kept from today on again. Ask in `read`, or it is not one view."""
    house = yield from house_of(plan, now)
    kept = yield from booking_audit.kept_since(moment(day_of(now), time.min))
    found = recount(kept, lambda slot: seats_of(plan, slot, house.changes), house.limits, now)
    return Audit(kept, tuple(one for one in found if not _was_kept(one, kept, house)))


def _was_kept(finding: Finding, kept: Kept, house: House) -> bool:
    """Whether seats are more than there are only because staff took some away from under those who had them."""
    slot = finding.slot
    if finding.what is not Disagreement.OVERBOOKED or slot is None:
        return False
    made = [booking.created_at for booking in kept.bookings if slot in booking.slot_ids]
    then = [change for change in house.changes if made and change.made_at < max(made)]
    return finding.found <= seats_of(house.plan, slot, then)


class Auditor:
    """Counts once a night, at `AT` in Tokyo; `found` is how much did not agree the last time, None before the first."""

    def __init__(self, engine: Engine, plan: Plan, *, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._plan = plan
        self._clock = clock
        self._next_at = _next_night(clock())
        self.found: int | None = None

    async def look(self) -> None:
        """Count if the hour has come. Raises StoreError when the database does not answer; the next look counts."""
        now = self._clock()
        if now < self._next_at:
            return
        counted = await self._engine.read(audit(self._plan, now))
        self._next_at, self.found = _next_night(now), len(counted.findings)
        for one in counted.findings:
            slot = f" {one.slot.service} {one.slot.starts_at.astimezone(TOKYO):%Y-%m-%d %H:%M}" if one.slot else ""
            _log.error(
                "audit: %s%s should be %d, is %d; see madoguchi booking audit", one.what, slot, one.expected, one.found
            )
        _log.info("audit bookings=%d findings=%d", len(counted.kept.bookings), self.found)


def _next_night(now: datetime) -> datetime:
    tonight = moment(day_of(now), AT)
    return tonight if now < tonight else moment(day_of(now) + timedelta(days=1), AT)
