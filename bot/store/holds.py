"""Holds: seats kept while a resident makes up their mind, and what happens when they take too long.

A hold that is over keeps its seats until somebody wants them: a claim takes them at once (`claim`), without waiting for
the sweeper (`expire`), but for a slot that has a line: there the sweeper frees them, and the first in line is offered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Select,
    Text,
    bindparam,
    exists,
    literal_column,
    null,
    select,
    update,
)

from bot.booking.bookings import AWAITING_CONFIRMATION, Booking, Capacity, Status
from bot.booking.slots import Visit
from bot.store import seats
from bot.store.booking_rows import BOOKING, booking_of, is_one_of, text_of
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, waits
from bot.store.schema import seats as seats_table
from bot.store.unit import Rows, Work


def claim(booking_id: int, visit: Visit, capacity: Capacity, now: datetime) -> Work[bool]:
    """Take the seats of a visit, all or none, and if need be those of holds that are over.

    The caller holds the slots' locks. False: too few are free, even so.
    """
    if (yield from seats.claim(booking_id, visit, capacity)):
        return True
    if not (yield from end_overdue(visit, now)):
        return False
    return (yield from seats.claim(booking_id, visit, capacity))


def end_overdue(visit: Visit, now: datetime) -> Work[int]:
    """End the holds of a visit's slots that are over, where nobody is in line; how many."""
    ended = 0
    for slot in visit.slots:
        service, starts_at = slot.service, to_micros(slot.starts_at)
        rows = yield _end_holds_of_slot.bind(service=service, starts_at=starts_at, now=to_micros(now))
        ended += len((yield from _without_seats(rows)))
    return ended


@dataclass(frozen=True, slots=True)
class Ended:
    """A booking whose time is over, and what it was: somebody whose offer or wait ended in vain is to be told."""

    booking: Booking
    was: Status


def expire(now: datetime, limit: int) -> Work[tuple[Ended, ...]]:
    """End what was held, offered or in line until now, at most `limit` of each.

    Offer the freed seats to whoever is next in the same work (`waitlist.offer`).
    """
    found: list[Ended] = []
    for was in (Status.HELD, Status.OFFERED, Status.WAITING):
        rows = yield _end_holds.bind(status=was.value, now=to_micros(now), limit=limit)
        found += [Ended(booking, was) for booking in (yield from _without_seats(rows))]
    for ended in found:
        yield leave_line.bind(booking_id=ended.booking.id)
    return tuple(found)


def _without_seats(rows: Rows) -> Work[Sequence[Booking]]:
    ended = [booking_of(row) for row in rows]
    for booking in ended:
        yield from seats.free(booking.id)
    return ended


_table = bookings.c


def _is_over() -> ColumnElement[bool]:
    return _table.held_until <= bindparam("now")


def _end(ids: Select[tuple[int]], condition: ColumnElement[bool]) -> Executable:
    # A CTE is read once; and the condition again outside, for whoever had to wait for the row.
    chosen = ids.with_for_update(of=bookings, skip_locked=True).cte("over")
    ended = update(bookings).values(
        status=text_of(Status.EXPIRED),
        version=_table.version + literal_column("1"),
        changed_at=bindparam("now"),
        held_until=null(),
    )
    return ended.where(_table.id.in_(select(chosen.c.id)), condition).returning(*BOOKING)


def holds_over_in_slot(service: ColumnElement[str], starts_at: ColumnElement[int]) -> Select[tuple[int]]:
    """The ids of holds of a slot that are over at the bound `now`, where nobody is in line."""
    is_here = (seats_table.c.service == service) & (seats_table.c.starts_at == starts_at)
    has_line = exists().where(waits.c.service == service, waits.c.starts_at == starts_at)
    found = select(_table.id).join(seats_table, seats_table.c.booking_id == _table.id)
    return found.where(is_here, is_one_of(AWAITING_CONFIRMATION), _is_over(), ~has_line)


@Query
def _end_holds_of_slot(_: Dialect) -> Executable:
    found = holds_over_in_slot(bindparam("service", type_=Text), bindparam("starts_at", type_=BigInteger))
    return _end(found, is_one_of(AWAITING_CONFIRMATION) & _is_over())


@Query
def _end_holds(_: Dialect) -> Executable:
    is_over = (_table.status == bindparam("status")) & _is_over()
    return _end(select(_table.id).where(is_over).order_by(_table.held_until).limit(bindparam("limit")), is_over)


@Query
def leave_line(_: Dialect) -> Executable:
    """Take a booking out of every line."""
    return waits.delete().where(waits.c.booking_id == bindparam("booking_id")).returning(waits.c.service)
