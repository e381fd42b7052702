"""Which visits are free: one desk or several one after another, for one person or a party.

A party sits in one slot if there are seats enough, else also in the slots right after it. What is taken arrives as
counts; between looking and claiming a seat may go, so only the claim decides.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from types import MappingProxyType

from bot.booking.calendar import Closed, opening, slots_on
from bot.booking.days import DayAhead, Mark, day_ahead, mark, outlook
from bot.booking.plan import Plan
from bot.booking.slots import Override, Slot, SlotId, Visit, day_of

Taken = Mapping[SlotId, int]
"""Seats claimed in each slot, held or confirmed; a slot that is not there has none."""

NONE_TAKEN: Taken = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MarkedDay:
    """A day with the number of free visits, as the choice of a day shows it."""

    day: date
    mark: Mark
    free: int
    closed: Closed | None


@dataclass(frozen=True, slots=True)
class _Desk:
    """A desk's day: its slots by their beginning, and how many seats each has."""

    slots: Mapping[datetime, Slot]
    seats: int


def visit_at(
    plan: Plan,
    service: str,
    starts_at: datetime,
    party: int,
    taken: Taken = NONE_TAKEN,
    overrides: Iterable[Override] = (),
) -> Visit | None:
    """The visit of that time that is free for so many; None where there is none. Whether it may be booked now is
    `may_book`'s to say."""
    return _visit(_desks(plan, service, day_of(starts_at), tuple(overrides)), starts_at, party, taken)


def visits_for(
    plan: Plan,
    service: str,
    day: date,
    party: int,
    now: datetime,
    taken: Taken = NONE_TAKEN,
    overrides: Iterable[Override] = (),
) -> tuple[Visit, ...]:
    """The day's free visits that can be booked now, by time."""
    given = tuple(overrides)
    ahead = day_ahead(plan, service, day, now, given)
    return _visits(_desks(plan, service, day, given), ahead, party, taken)


def next_visits(
    plan: Plan,
    service: str,
    party: int,
    now: datetime,
    taken: Taken = NONE_TAKEN,
    overrides: Iterable[Override] = (),
    *,
    most: int = 3,
    after: datetime | None = None,
) -> tuple[Visit, ...]:
    """The next free visits, by time; those that begin later than `after` where it is given."""
    given = tuple(overrides)
    days = outlook(plan, service, now, given)
    found = (visit for ahead in days for visit in _visits(_desks(plan, service, ahead.day, given), ahead, party, taken))
    return tuple(islice((visit for visit in found if after is None or visit.starts_at > after), most))


def marked_days(
    plan: Plan,
    service: str,
    party: int,
    now: datetime,
    taken: Taken = NONE_TAKEN,
    overrides: Iterable[Override] = (),
) -> tuple[MarkedDay, ...]:
    """Every day of the outlook with its mark."""
    given = tuple(overrides)
    days = outlook(plan, service, now, given)
    return tuple(_marked(_desks(plan, service, ahead.day, given), ahead, party, taken) for ahead in days)


def _marked(desks: tuple[_Desk, ...], ahead: DayAhead, party: int, taken: Taken) -> MarkedDay:
    free = len(_visits(desks, ahead, party, taken))
    # Measured by what the day would offer if nothing were taken: a chain has fewer visits than its desk has slots.
    places = len(_visits(desks, ahead, party, NONE_TAKEN))
    return MarkedDay(ahead.day, mark(free, places), free, ahead.closed)


def _visits(desks: tuple[_Desk, ...], ahead: DayAhead, party: int, taken: Taken) -> tuple[Visit, ...]:
    found = (_visit(desks, slot.starts_at, party, taken) for slot in ahead.slots)
    return tuple(visit for visit in found if visit)


def _desks(plan: Plan, service: str, day: date, overrides: tuple[Override, ...]) -> tuple[_Desk, ...]:
    return tuple(
        _Desk(
            {slot.starts_at: slot for slot in slots_on(plan, step, day, overrides)},
            opening(plan, step, day, overrides).seats,
        )
        for step in plan.steps_of(service)
    )


def _visit(desks: tuple[_Desk, ...], starts_at: datetime, party: int, taken: Taken) -> Visit | None:
    if party < 1:
        return None
    claims: list[tuple[Slot, int]] = []
    for desk in desks:
        seated = _seat(desk, starts_at, party, taken)
        if not seated:
            return None
        claims += seated
        starts_at = seated[-1][0].ends_at
    slots, seats = zip(*claims, strict=True) if claims else ((), ())
    return Visit(slots, seats) if claims else None


def _seat(desk: _Desk, starts_at: datetime, party: int, taken: Taken) -> list[tuple[Slot, int]]:
    """The slots that seat the whole party from then on without a gap; none where they do not."""
    claims: list[tuple[Slot, int]] = []
    while party > 0:
        slot = desk.slots.get(starts_at)
        free = desk.seats - taken.get(slot.id, 0) if slot else 0
        if slot is None or free < 1:
            return []
        claims.append((slot, min(free, party)))
        party -= free
        starts_at = slot.ends_at
    return claims
