"""How a wish becomes a booking's row, within the person's limits; its seats or its place in line are taken next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Integer,
    Text,
    bindparam,
    delete,
    exists,
    func,
    literal_column,
    select,
)

from bot.booking.bookings import Booking, Capacity, Full, Limit, Limits, Status, TicketTaken, TooMany, Wish
from bot.store.booking_rows import COUNTS, write_visit
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, seats
from bot.store.unit import Work

Refused = TooMany | TicketTaken | Full


def add_held(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Booking | Refused]:
    """A booking that is held, if its first slot seems to have room; whether it has, the claim of its seats tells.

    Its person, if known, must be locked (`conversations.find`), or two wishes could pass the limits.
    """
    values = values_of(wish, Status.HELD, now, held_until) | _room(wish, capacity)
    rows = yield _insert_held.bind(**values, most_active=limits.active, most_held=limits.held)
    if rows:
        return made_of(rows[0][0], wish, Status.HELD, now, held_until)
    count, refusal = yield from _why_not(wish, now)
    if count.active >= limits.active:
        return TooMany(Limit.ACTIVE)
    return TooMany(Limit.HELD) if count.held >= limits.held else refusal


def add_waiting(wish: Wish, limits: Limits, now: datetime) -> Work[Booking | TooMany | TicketTaken]:
    """A booking that waits for seats until its slot begins."""
    values = values_of(wish, Status.WAITING, now, wish.visit.starts_at)
    rows = yield _insert_waiting.bind(**values, most_waiting=limits.waiting)
    if rows:
        return made_of(rows[0][0], wish, Status.WAITING, now, wish.visit.starts_at)
    count, _ = yield from _why_not(wish, now)
    return TooMany(Limit.WAITING) if count.waiting >= limits.waiting else TicketTaken()


def add_confirmed(wish: Wish, capacity: Capacity, now: datetime) -> Work[Booking | Refused]:
    """A booking that staff enter: confirmed, whatever the limits, if its first slot seems to have room."""
    rows = yield _insert_confirmed.bind(**values_of(wish, Status.CONFIRMED, now, None), **_room(wish, capacity))
    if rows:
        return made_of(rows[0][0], wish, Status.CONFIRMED, now, None)
    _, refusal = yield from _why_not(wish, now)
    return refusal


def remove(booking_id: int) -> Work[None]:
    """Take back a booking just added, as if it had never been."""
    yield _delete_booking.bind(booking_id=booking_id)


def _why_not(wish: Wish, now: datetime) -> Work[tuple[Limits, TicketTaken | Full]]:
    """What the person has already, and whether it is the ticket or the slot that was taken."""
    rows = yield _select_why_not.bind(conversation_id=wish.conversation_id, now=to_micros(now), ticket=wish.ticket)
    *counts, is_ticket_taken = rows[0]
    return Limits(*counts), TicketTaken() if is_ticket_taken else Full()


def _room(wish: Wish, capacity: Capacity) -> dict[str, Any]:
    slot, wanted = wish.visit.claims[0]
    return {"desk": slot.service, "wanted": wanted, "capacity": capacity(slot.id)}


def values_of(wish: Wish, status: Status, now: datetime, held_until: datetime | None) -> dict[str, Any]:
    """What a statement with `COLUMNS` is bound with."""
    return {
        "ticket": wish.ticket,
        "service": wish.service,
        "status": status.value,
        "slots": write_visit(wish.visit),
        "party": wish.party,
        "starts_at": to_micros(wish.visit.starts_at),
        "ends_at": to_micros(wish.visit.ends_at),
        "channel": wish.channel,
        "conversation_id": wish.conversation_id,
        "language": wish.language.value,
        "entered_by": wish.entered_by.value,
        "now": to_micros(now),
        "held_until": None if held_until is None else to_micros(held_until),
    }


def made_of(booking_id: int, wish: Wish, status: Status, now: datetime, held_until: datetime | None) -> Booking:
    """The booking a wish has become."""
    return Booking(
        id=booking_id,
        ticket=wish.ticket,
        service=wish.service,
        status=status,
        version=0,
        visit=wish.visit,
        party=wish.party,
        channel=wish.channel,
        conversation_id=wish.conversation_id,
        language=wish.language,
        reminders=(),
        entered_by=wish.entered_by,
        created_at=now,
        changed_at=now,
        held_until=held_until,
        counter=None,
    )


_BOUND = (
    "ticket",
    "service",
    "status",
    "slots",
    "party",
    "starts_at",
    "ends_at",
    "channel",
    "conversation_id",
    "language",
    "entered_by",
    "held_until",
)


def _columns() -> dict[str, ColumnElement[Any]]:
    table = bookings.c
    row: dict[str, ColumnElement[Any]] = {name: bindparam(name, type_=table[name].type) for name in _BOUND}
    row |= {name: bindparam("now", type_=table.created_at.type) for name in ("created_at", "changed_at")}
    row |= {"version": literal_column("0", Integer)}
    return row | {name: literal_column("''") for name in ("reminders", "remind_at")}


COLUMNS = _columns()
"""A new booking's row, but for its id."""


def _insert(dialect: Dialect, *conditions: ColumnElement[bool]) -> Executable:
    """One statement checks and adds the row, so that a refusal costs no more; a ticket that is taken adds none."""
    # SQLite reads ON CONFLICT after a SELECT only if that has a WHERE.
    chosen = select(*COLUMNS.values()).where(*conditions, literal_column("1") == literal_column("1"))
    inserted: Any = dialect.insert(bookings)
    made: Executable = inserted.from_select(list(COLUMNS), chosen).on_conflict_do_nothing().returning(bookings.c.id)
    return made


def _has_room() -> ColumnElement[bool]:
    is_slot = (seats.c.service == bindparam("desk", type_=Text)) & (
        seats.c.starts_at == bindparam("starts_at", type_=BigInteger)
    )
    count = select(func.count()).select_from(seats).where(is_slot).scalar_subquery()
    return count + bindparam("wanted", type_=Integer) <= bindparam("capacity", type_=Integer)


def _below(count: ColumnElement[int], most: str) -> ColumnElement[bool]:
    return count < bindparam(most, type_=Integer)


_ACTIVE, _HELD, _WAITING = COUNTS


@Query
def _insert_held(dialect: Dialect) -> Executable:
    return _insert(dialect, _has_room(), _below(_ACTIVE, "most_active"), _below(_HELD, "most_held"))


@Query
def _insert_waiting(dialect: Dialect) -> Executable:
    return _insert(dialect, _below(_WAITING, "most_waiting"))


@Query
def _insert_confirmed(dialect: Dialect) -> Executable:
    return _insert(dialect, _has_room())


@Query
def _select_why_not(_: Dialect) -> Executable:
    return select(*COUNTS, exists().where(bookings.c.ticket == bindparam("ticket")))


@Query
def _delete_booking(_: Dialect) -> Executable:
    return delete(bookings).where(bookings.c.id == bindparam("booking_id")).returning(bookings.c.id)
