"""How a wish becomes a booking's row, within the person's limits; its seats or its place in line are taken next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Executable,
    Integer,
    Text,
    bindparam,
    case,
    delete,
    exists,
    false,
    func,
    literal_column,
    select,
)

from bot.booking.bookings import Booking, Capacity, Full, Limit, Limits, Status, TicketTaken, TooMany, Wish
from bot.store.booking_rows import COUNTS, write_visit
from bot.store.holds import holds_over_in_slot
from bot.store.instant import to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, seats
from bot.store.seats import free_numbers
from bot.store.unit import Work

Refused = TooMany | TicketTaken | Full


def add_held(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Booking | Refused]:
    """A booking that is held, if its first slot seems to have room; whether it has, the claim of its seats tells.

    Its person, if known, must be locked (`conversations.find`), or two wishes could pass the limits.
    """
    values = _values(wish, Status.HELD, now, held_until) | _room(wish, capacity)
    rows = yield _insert_held.bind(**values, most_active=limits.active, most_held=limits.held)
    if rows:
        return _made(rows[0][0], wish, Status.HELD, now, held_until)
    count, refusal = yield from _why_not(wish, now)
    if count.active >= limits.active:
        return TooMany(Limit.ACTIVE)
    return TooMany(Limit.HELD) if count.held >= limits.held else refusal


@dataclass(frozen=True, slots=True)
class NoRoom:
    """All seats are taken; `has_overdue`: some by holds that are over."""

    has_overdue: bool


def add_seated(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Booking | TooMany | TicketTaken | NoRoom | None]:
    """`add_held` and the claim of its seats in one trip to the server, for a visit of one slot whose lock is held.

    None: nothing was done, because the visit has several slots or the database is no trip away.
    """
    if len(wish.visit.slots) != 1:
        return None
    values = _values(wish, Status.HELD, now, held_until) | _room(wish, capacity)
    rows = yield _insert_seated.bind(**values, most_active=limits.active, most_held=limits.held)
    if not rows:
        return None
    booking_id, active, held, fits, has_overdue = rows[0]
    if booking_id is not None:
        return _made(booking_id, wish, Status.HELD, now, held_until)
    if active >= limits.active:
        return TooMany(Limit.ACTIVE)
    if held >= limits.held:
        return TooMany(Limit.HELD)
    return TicketTaken() if fits else NoRoom(has_overdue)


def add_waiting(wish: Wish, limits: Limits, now: datetime) -> Work[Booking | TooMany | TicketTaken]:
    """A booking that waits for seats until its slot begins."""
    values = _values(wish, Status.WAITING, now, wish.visit.starts_at)
    rows = yield _insert_waiting.bind(**values, most_waiting=limits.waiting)
    if rows:
        return _made(rows[0][0], wish, Status.WAITING, now, wish.visit.starts_at)
    count, _ = yield from _why_not(wish, now)
    return TooMany(Limit.WAITING) if count.waiting >= limits.waiting else TicketTaken()


def add_confirmed(wish: Wish, capacity: Capacity, now: datetime) -> Work[Booking | Refused]:
    """A booking that staff enter: confirmed, whatever the limits, if its first slot seems to have room."""
    rows = yield _insert_confirmed.bind(**_values(wish, Status.CONFIRMED, now, None), **_room(wish, capacity))
    if rows:
        return _made(rows[0][0], wish, Status.CONFIRMED, now, None)
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


def _values(wish: Wish, status: Status, now: datetime, held_until: datetime | None) -> dict[str, Any]:
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


def _made(booking_id: int, wish: Wish, status: Status, now: datetime, held_until: datetime | None) -> Booking:
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


def _insert(dialect: Dialect, *conditions: ColumnElement[bool]) -> Any:
    """One statement checks and adds the row, so that a refusal costs no more; a ticket that is taken adds none."""
    table = bookings.c
    row: dict[str, Any] = {name: bindparam(name, type_=table[name].type) for name in _BOUND}
    row |= {name: bindparam("now", type_=table.created_at.type) for name in ("created_at", "changed_at")}
    row |= {"version": literal_column("0", Integer)}
    row |= {name: literal_column("''") for name in ("reminders", "remind_at")}
    # SQLite reads ON CONFLICT after a SELECT only if that has a WHERE.
    chosen = select(*row.values()).where(*conditions, literal_column("1") == literal_column("1"))
    inserted: Any = dialect.insert(bookings)
    return inserted.from_select(list(row), chosen).on_conflict_do_nothing().returning(table.id)


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
    made: Executable = _insert(dialect, _has_room(), _below(_ACTIVE, "most_active"), _below(_HELD, "most_held"))
    return made


@Query
def _insert_seated(dialect: Dialect) -> Executable | None:
    """What the person `had`, the seats to take (`chosen`), the booking if all fits (`made`), its seats (`seated`)."""
    if dialect.has_one_writer:
        return None
    service, starts_at = bindparam("desk", type_=Text), bindparam("starts_at", type_=BigInteger)
    had = select(_ACTIVE.label("active"), _HELD.label("held")).cte("had")
    chosen = free_numbers(service, starts_at).cte("chosen")
    fits = select(func.count()).select_from(chosen).scalar_subquery() == bindparam("wanted", type_=Integer)
    may = (
        select(had.c.active).scalar_subquery() < bindparam("most_active", type_=Integer),
        select(had.c.held).scalar_subquery() < bindparam("most_held", type_=Integer),
    )
    made = _insert(dialect, fits, *may).cte("made")
    seat = select(service, starts_at, chosen.c.seat, made.c.id).select_from(made.join(chosen, literal_column("true")))
    seated = seats.insert().from_select(["service", "starts_at", "seat", "booking_id"], seat)
    made_id = select(made.c.id).scalar_subquery()
    is_full = case((made_id.is_(None) & ~fits, exists(holds_over_in_slot(service, starts_at))), else_=false())
    return select(made_id, had.c.active, had.c.held, fits, is_full).add_cte(seated.cte("seated"))


@Query
def _insert_waiting(dialect: Dialect) -> Executable:
    made: Executable = _insert(dialect, _below(_WAITING, "most_waiting"))
    return made


@Query
def _insert_confirmed(dialect: Dialect) -> Executable:
    made: Executable = _insert(dialect, _has_room())
    return made


@Query
def _select_why_not(_: Dialect) -> Executable:
    return select(*COUNTS, exists().where(bookings.c.ticket == bindparam("ticket")))


@Query
def _delete_booking(_: Dialect) -> Executable:
    return delete(bookings).where(bookings.c.id == bindparam("booking_id")).returning(bookings.c.id)
