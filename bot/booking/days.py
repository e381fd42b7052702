"""The days ahead as a resident may choose from them: which can be booked now, and why the others cannot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from bot.booking.calendar import Closed, days_between, opening, slots_on
from bot.booking.plan import Plan
from bot.booking.rules import limit, window
from bot.booking.slots import Override, Slot, day_of, moment

_MIDNIGHT = time()
_FEW = 4
"""A quarter of the places or less is few."""


class Mark(StrEnum):
    """How much is free: ○ △ ×, and − where there is nothing to be had at all."""

    PLENTY = "plenty"
    FEW = "few"
    FULL = "full"
    CLOSED = "closed"

    @property
    def key(self) -> str:
        return f"booking.mark.{self}"


@dataclass(frozen=True, slots=True)
class DayAhead:
    """One day: the slots that can be booked now (a chain's: of its first desk), or why the desk is closed."""

    day: date
    closed: Closed | None
    slots: tuple[Slot, ...]


def outlook(plan: Plan, service: str, now: datetime, overrides: Iterable[Override] = ()) -> tuple[DayAhead, ...]:
    """Every day from today to the last one that can be booked now, closed ones too; none before the opening instant."""
    given = tuple(overrides)
    return tuple(day_ahead(plan, service, day, now, given) for day in _days(plan, now))


def day_ahead(plan: Plan, service: str, day: date, now: datetime, overrides: Iterable[Override] = ()) -> DayAhead:
    """One day, whether it is in the outlook or not."""
    given = tuple(overrides)
    closed = opening(plan, service, day, given).closed
    if closed:
        return DayAhead(day, closed, ())
    slots = slots_on(plan, plan.steps_of(service)[0], day, given)
    return DayAhead(day, None, tuple(slot for slot in slots if window(plan, slot.starts_at).holds(now)))


def bookable_days(plan: Plan, service: str, now: datetime, overrides: Iterable[Override] = ()) -> tuple[date, ...]:
    """The days with a slot that can be booked now, full or not."""
    return tuple(ahead.day for ahead in outlook(plan, service, now, overrides) if ahead.slots)


def mark(free: int, places: int) -> Mark:
    """How so many free places of so many are shown.

    >>> [mark(free, 8).value for free in (8, 3, 2, 0)]
    ['plenty', 'plenty', 'few', 'full']
    """
    if places <= 0:
        return Mark.CLOSED
    if free <= 0:
        return Mark.FULL
    return Mark.FEW if free * _FEW <= places else Mark.PLENTY


def _days(plan: Plan, now: datetime) -> Iterator[date]:
    """From today on, as far as booking has begun."""
    calendar = plan.calendar
    if now < calendar.opens_at:
        return
    for day in days_between(max(day_of(now), calendar.first_on), calendar.last_on):
        if limit(plan, plan.rules.book_from, moment(day, _MIDNIGHT)) > now:
            return
        yield day
