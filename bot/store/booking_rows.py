"""Bookings as rows: how one is read, found and listed. Changes nothing; `bookings` and `waitlist` do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Integer,
    ScalarSelect,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from bot.booking.bookings import AWAITING_CONFIRMATION, Booking, EnteredBy, Limits, Status
from bot.booking.slots import Slot, Visit
from bot.errors import StoreError
from bot.language import Language
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, conversations
from bot.store.unit import Rows, Work


@dataclass(frozen=True, slots=True)
class DayEntry:
    """A booking on the day's list. `is_reachable`: a message can be sent; if not, and it matters, staff telephone."""

    booking: Booking
    is_reachable: bool


def by_id(booking_id: int) -> Work[Booking | None]:
    """A booking by its number."""
    return first((yield _select_by_id.bind(booking_id=booking_id)))


def by_ticket(ticket: str) -> Work[Booking | None]:
    """A booking by its ticket, written as it was given out (`tickets.parse`)."""
    return first((yield _select_by_ticket.bind(ticket=ticket)))


def of_conversation(conversation_id: int, now: datetime) -> Work[tuple[Booking, ...]]:
    """What a resident may still come to or waits for, soonest first."""
    rows = yield _select_theirs.bind(conversation_id=conversation_id, now=to_micros(now))
    return tuple(sorted((booking_of(row) for row in rows), key=lambda booking: (booking.starts_at, booking.id)))


def counts(conversation_id: int, now: datetime) -> Work[Limits]:
    """How many bookings a resident has, in the terms in which they are limited."""
    rows = yield _select_counts.bind(conversation_id=conversation_id, now=to_micros(now))
    return Limits(*rows[0])


def of_day(from_at: datetime, to_at: datetime) -> Work[tuple[DayEntry, ...]]:
    """All bookings that begin in [from_at, to_at), whatever became of them, by time, then as they were made."""
    rows = yield _select_day.bind(from_at=to_micros(from_at), to_at=to_micros(to_at))
    return tuple(DayEntry(booking_of(row[:-1]), bool(row[-1])) for row in rows)


def first(rows: Rows) -> Booking | None:
    """The booking in the first row, if there is one."""
    return booking_of(rows[0]) if rows else None


_encode = json.JSONEncoder(separators=(",", ":")).encode


def write_visit(visit: Visit) -> str:
    """A visit as the column `slots` keeps it."""
    claims = [[slot.service, to_micros(slot.starts_at), to_micros(slot.ends_at), seats] for slot, seats in visit.claims]
    return _encode(claims)


def read_visit(text: str) -> Visit:
    """A visit as it was written. Raises StoreError if this release cannot read it."""
    try:
        claims = json.loads(text)
        slots = tuple(Slot(service, from_micros(start), from_micros(end)) for service, start, end, _ in claims)
        return Visit(slots, tuple(seats for *_, seats in claims))
    except (ValueError, TypeError) as fault:
        raise StoreError("a booking's slots cannot be read by this release") from fault


def booking_of(row: Sequence[Any]) -> Booking:
    """The booking in a row of `BOOKING`."""
    (id_, ticket, service, status, version, slots, party, channel, conversation_id, language, *others) = row
    reminders, entered_by, created_at, changed_at, held_until, counter = others
    return Booking(
        id=id_,
        ticket=ticket,
        service=service,
        status=Status(status),
        version=version,
        visit=read_visit(slots),
        party=party,
        channel=channel,
        conversation_id=conversation_id,
        language=Language(language),
        reminders=tuple(reminders.split()),
        entered_by=EnteredBy(entered_by),
        created_at=from_micros(created_at),
        changed_at=from_micros(changed_at),
        held_until=None if held_until is None else from_micros(held_until),
        counter=counter,
    )


_table = bookings.c
BOOKING = (
    _table.id,
    _table.ticket,
    _table.service,
    _table.status,
    _table.version,
    _table.slots,
    _table.party,
    _table.channel,
    _table.conversation_id,
    _table.language,
    _table.reminders,
    _table.entered_by,
    _table.created_at,
    _table.changed_at,
    _table.held_until,
    _table.counter,
)
"""What `booking_of` reads, in its order."""


def text_of(value: str) -> ColumnElement[Any]:
    """A constant that stands in the SQL itself, so that an index with a condition fits it."""
    return literal_column(f"'{value}'")


def is_one_of(statuses: frozenset[Status]) -> ColumnElement[bool]:
    """Whether a booking has one of these statuses."""
    return _table.status.in_([text_of(status.value) for status in sorted(statuses)])


NOW: ColumnElement[int] = bindparam("now", type_=BigInteger)
IS_HELD = is_one_of(AWAITING_CONFIRMATION) & (_table.held_until > NOW)
IS_ACTIVE = or_(_table.status == text_of(Status.CONFIRMED), IS_HELD)
IS_ON_HOLD = (_table.status == text_of(Status.HELD)) & IS_HELD
_IS_WAITING = (_table.status == text_of(Status.WAITING)) & (_table.held_until > NOW)
IS_THEIRS = (_table.conversation_id == bindparam("conversation_id", type_=BigInteger)) & (_table.ends_at > NOW)


def count_theirs(condition: ColumnElement[bool]) -> ScalarSelect[int]:
    """How many bookings of the bound conversation meet a condition; none has no conversation."""
    counted = select(func.count()).select_from(bookings).where(IS_THEIRS, condition)
    return counted.scalar_subquery()


COUNTS = (
    count_theirs(IS_ACTIVE),
    count_theirs(IS_ON_HOLD),
    count_theirs(_IS_WAITING),
)
"""In the order of `Limits`."""


def person_may_have_more() -> ColumnElement[bool]:
    """For a WHERE on bookings: whether the booking's person has fewer active ones than the bound `most_active`."""
    other = bookings.alias("other")
    is_theirs = (other.c.conversation_id == _table.conversation_id) & (other.c.ends_at > NOW)
    has_seats = (other.c.status == text_of(Status.CONFIRMED)) | (
        other.c.status.in_([text_of(status.value) for status in sorted(AWAITING_CONFIRMATION)])
        & (other.c.held_until > NOW)
    )
    count = select(func.count()).select_from(other).where(is_theirs, has_seats).correlate(bookings).scalar_subquery()
    return count < bindparam("most_active", type_=Integer)


@Query
def _select_by_id(_: Dialect) -> Executable:
    return select(*BOOKING).where(_table.id == bindparam("booking_id"))


@Query
def _select_by_ticket(_: Dialect) -> Executable:
    return select(*BOOKING).where(_table.ticket == bindparam("ticket"))


@Query
def _select_theirs(_: Dialect) -> Executable:
    return select(*BOOKING).where(IS_THEIRS, or_(IS_ACTIVE, _IS_WAITING))


@Query
def _select_counts(_: Dialect) -> Executable:
    return select(*COUNTS)


@Query
def _select_day(_: Dialect) -> Executable:
    can_be_told = conversations.c.id.is_not(None) & conversations.c.blocked_at.is_(None)
    joined = bookings.outerjoin(conversations, conversations.c.id == _table.conversation_id)
    is_on_it = (_table.starts_at >= bindparam("from_at")) & (_table.starts_at < bindparam("to_at"))
    return select(*BOOKING, can_be_told).select_from(joined).where(is_on_it).order_by(_table.starts_at, _table.id)
