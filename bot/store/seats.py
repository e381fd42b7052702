"""Seats: who has which seat of which slot. A seat is a row, and no two rows can have the same seat.

Whoever claims or frees seats of a slot, or joins its line, holds the slot's lock until the commit (`lock`), so that no
claim fails for a seat that is about to be free, and nobody waits for one that already is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Executable,
    Integer,
    Text,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from bot.booking.bookings import AWAITING_CONFIRMATION, Booking, Capacity
from bot.booking.slots import SlotId, Visit
from bot.store import locks
from bot.store.booking_rows import BOOKING, NOW, booking_of, is_one_of
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, seats
from bot.store.unit import Work


def lock(slot_ids: Iterable[SlotId]) -> Work[None]:
    """Be the only one to touch these slots until the commit. Once a work: two locks taken apart could cross."""
    for names in sorted({_names(slot) for slot in slot_ids}):
        yield from locks.alone(*names)


def lock_at_once(slot_ids: Iterable[SlotId]) -> Work[bool]:
    """As `lock` for more slots later in a work, but without waiting: False if another work holds one of them."""
    for names in sorted({_names(slot) for slot in slot_ids}):
        if not (yield from locks.alone_at_once(*names)):
            return False
    return True


def lock_key(slot: SlotId) -> int:
    """The number of a slot's lock, for a statement that takes it along."""
    return locks.key_of(*_names(slot))


def _names(slot: SlotId) -> tuple[str, str, str]:
    return "slot", slot.service, str(to_micros(slot.starts_at))


def claim(booking_id: int, visit: Visit, capacity: Capacity) -> Work[bool]:
    """Take the seats of a visit, all or none; the caller holds the slots' locks. False: too few are free.

    Counts what is taken, not what is free: where staff took seats away meanwhile, nobody gets one.
    """
    for slot, wanted in visit.claims:
        rows = yield _claim_seats.bind(
            service=slot.service,
            starts_at=to_micros(slot.starts_at),
            booking_id=booking_id,
            wanted=wanted,
            capacity=capacity(slot.id),
        )
        if len(rows) < wanted:
            yield from free(booking_id)
            return False
    return True


Taken = Sequence[tuple[str, int, int]]
"""Seats as (service, start in microseconds, seat)."""


def free(booking_id: int) -> Work[Taken]:
    """Give all seats of a booking back; which they were."""
    rows = yield _free_seats.bind(booking_id=booking_id)
    return [(service, starts_at, seat) for service, starts_at, seat in rows]


def put_back(booking_id: int, taken: Taken) -> Work[None]:
    """Take exactly these seats again, which `free` gave back in this same work."""
    for service, starts_at, seat in taken:
        yield _insert_seat.bind(service=service, starts_at=starts_at, seat=seat, booking_id=booking_id)


def taken(services: Iterable[str], from_at: datetime, to_at: datetime, now: datetime) -> Work[Mapping[SlotId, int]]:
    """How many seats are taken in each slot of some services that begins in [from_at, to_at).

    Slots without any are left out; seats of a hold that is over count as free.
    """
    found: dict[SlotId, int] = {}
    for service in services:
        rows = yield _count_taken.bind(
            service=service, from_at=to_micros(from_at), to_at=to_micros(to_at), now=to_micros(now)
        )
        found |= {SlotId(service, from_micros(starts_at)): count for starts_at, count in rows}
    return found


def hit_by(slot: SlotId, capacity: int) -> Work[tuple[Booking, ...]]:
    """Whose seats a slot could not keep if it had `capacity` seats: the bookings made last, the very last first.

    Waits for claims that are about to be committed, so ask in `write`.
    """
    yield from lock([slot])
    rows = yield _select_slot.bind(service=slot.service, starts_at=to_micros(slot.starts_at))
    left = sum(row[-1] for row in rows)
    hit = []
    for row in rows:
        if left <= capacity:
            break
        hit.append(booking_of(row[:-1]))
        left -= row[-1]
    return tuple(hit)


def _is_slot(table: Any) -> Any:
    service, starts_at = bindparam("service", type_=Text), bindparam("starts_at", type_=BigInteger)
    return (table.c.service == service) & (table.c.starts_at == starts_at)


@Query
def _claim_seats(_: Dialect) -> Executable:
    """The lowest free numbers, if there are enough: one statement, so that a claim is one trip to the server."""
    capacity, wanted = bindparam("capacity", type_=Integer), bindparam("wanted", type_=Integer)
    zero, one = literal_column("0", Integer), literal_column("1", Integer)
    number = select(zero.label("seat")).where(capacity > zero).cte("number", recursive=True)
    number = number.union_all(select(number.c.seat + one).where(number.c.seat + one < capacity))
    other, counted = seats.alias("other"), seats.alias("counted")
    # NOT IN, not NOT EXISTS: the seats taken are read once, and not looked up one by one for each number.
    taken = select(other.c.seat).where(_is_slot(other))
    count = select(func.count()).select_from(counted).where(_is_slot(counted)).scalar_subquery()
    row = (
        bindparam("service", type_=Text),
        bindparam("starts_at", type_=BigInteger),
        number.c.seat,
        bindparam("booking_id", type_=BigInteger),
    )
    chosen = select(*row).where(number.c.seat.not_in(taken), count + wanted <= capacity).limit(wanted)
    columns = ["service", "starts_at", "seat", "booking_id"]
    return insert(seats).from_select(columns, chosen).returning(seats.c.seat)


@Query
def _insert_seat(_: Dialect) -> Executable:
    row: dict[str, Any] = {name: bindparam(name) for name in ("service", "starts_at", "seat", "booking_id")}
    return insert(seats).values(row).returning(seats.c.seat)


@Query
def _free_seats(_: Dialect) -> Executable:
    gone = delete(seats).where(seats.c.booking_id == bindparam("booking_id"))
    return gone.returning(seats.c.service, seats.c.starts_at, seats.c.seat)


@Query
def _count_taken(_: Dialect) -> Executable:
    holds = bookings.c
    is_taken = or_(~is_one_of(AWAITING_CONFIRMATION), holds.held_until > NOW)
    is_in_range = (seats.c.starts_at >= bindparam("from_at")) & (seats.c.starts_at < bindparam("to_at"))
    counted = select(seats.c.starts_at, func.count()).join(bookings, holds.id == seats.c.booking_id)
    return counted.where(seats.c.service == bindparam("service"), is_in_range, is_taken).group_by(seats.c.starts_at)


@Query
def _select_slot(_: Dialect) -> Executable:
    count = func.count()
    found = select(*BOOKING, count).join(seats, seats.c.booking_id == bookings.c.id).where(_is_slot(seats))
    return found.group_by(bookings.c.id).order_by(bookings.c.id.desc())
