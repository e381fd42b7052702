"""A booking of one seat in one slot, claimed in one statement: what most wishes come to, and a rush is made of.

Contenders for a slot do not wait for each other. Each looks for a free seat from a place of its own, passes over those
another has in hand, and holds the slot's lock shared with the others until the commit, so that whoever needs the slot
alone (`seats.lock`) waits for all of them. No seat is chosen twice: the row itself would refuse.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any
from zlib import crc32

from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    ColumnElement,
    Executable,
    Integer,
    Subquery,
    Text,
    and_,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    literal_column,
    select,
)

from bot.booking.bookings import Booking, Capacity, Full, Limit, Limits, Status, TooMany, Wish
from bot.store import seats
from bot.store.booking_rows import IS_ACTIVE, IS_ON_HOLD, IS_THEIRS, NOW
from bot.store.holds import holds_over_in_slot
from bot.store.query import Dialect, Query
from bot.store.schema import bookings
from bot.store.schema import seats as seats_table
from bot.store.unit import Work
from bot.store.wishes import COLUMNS, made_of, values_of


class Undecided(Enum):
    """Nothing was done, and nobody was refused."""

    COLLIDED = "somebody had the chosen seat a moment before"
    NEEDS_THE_SLOT = "ask again with the slot's lock: what is free is in others' hands, or seats of old holds are"


def is_one(wish: Wish) -> bool:
    """Whether a wish comes to one seat."""
    return wish.visit.seats == (1,)


def add_held(
    wish: Wish, capacity: Capacity, limits: Limits, now: datetime, held_until: datetime
) -> Work[Booking | TooMany | Full | Undecided]:
    """`wishes.add_held` and the claim of its one seat; the caller needs no lock of the slot.

    Where the database is in this process, nothing is done: a trip is what this saves.
    """
    rows = yield _insert_seated.bind(
        **values_of(wish, Status.HELD, now, held_until),
        **_place(wish, capacity),
        most_active=limits.active,
        most_held=limits.held,
    )
    if not rows:
        return Undecided.NEEDS_THE_SLOT
    booking_id, has_collided, active, held, is_full = rows[0]
    if booking_id is not None:
        return made_of(booking_id, wish, Status.HELD, now, held_until)
    if active >= limits.active:
        return TooMany(Limit.ACTIVE)
    if held >= limits.held:
        return TooMany(Limit.HELD)
    if is_full:
        return Full()
    return Undecided.COLLIDED if has_collided else Undecided.NEEDS_THE_SLOT


def _place(wish: Wish, capacity: Capacity) -> dict[str, Any]:
    """The slot, how its locks are called, and where to begin to look."""
    (slot,) = wish.visit.slots
    key = seats.lock_key(slot.id)
    return {
        "desk": slot.service,
        "capacity": capacity(slot.id),
        "slot_key": key,
        "seat_key": key >> 32,
        "first": crc32(wish.ticket.encode()) >> 8,
    }


_DESK, _STARTS_AT = bindparam("desk", type_=Text), bindparam("starts_at", type_=BigInteger)
_CAPACITY = bindparam("capacity", type_=Integer)


@Query
def _insert_seated(dialect: Dialect) -> Executable | None:
    """What the person `had`, what `room` there is, the seat `chosen`, taken in `seated`, and the booking `made` of it.

    The seat comes first: its row decides between two who chose it, and only whoever has it has a booking.
    """
    if dialect.has_one_writer:
        return None
    had, taken = _had(), _taken()
    last = func.coalesce(func.max(taken.c.seat), literal_column("-1"))
    room = select(func.count().label("taken"), last.label("last")).cte("room")
    chosen = _chosen(had, taken, room)
    seat = select(_DESK, _STARTS_AT, chosen.c.seat, chosen.c.id)
    added: Any = dialect.insert(seats_table)
    added = added.from_select(["service", "starts_at", "seat", "booking_id"], seat).on_conflict_do_nothing()
    seated = added.returning(seats_table.c.booking_id).cte("seated")
    row = select(seated.c.booking_id, *COLUMNS.values())
    made = insert(bookings).from_select(["id", *COLUMNS], row).returning(bookings.c.id).cte("made")
    is_full = and_(room.c.taken >= _CAPACITY, ~_has_seats_of_old_holds())
    return select(select(made.c.id).scalar_subquery(), exists(select(chosen.c.id)), had.c.active, had.c.held, is_full)


def _had() -> CTE:
    count = func.count()
    had = select(count.filter(IS_ACTIVE).label("active"), count.filter(IS_ON_HOLD).label("held"))
    return had.select_from(bookings).where(IS_THEIRS).cte("had")


def _taken() -> CTE:
    is_here = (seats_table.c.service == _DESK) & (seats_table.c.starts_at == _STARTS_AT)
    return select(seats_table.c.seat).where(is_here).cte("taken")


def _chosen(had: CTE, taken: CTE, room: CTE) -> CTE:
    """The first free seat that is in nobody else's hands, and the number of the booking to come; or none."""
    number = _numbers()
    may = select(and_(*(had.c[name] < bindparam(f"most_{name}", type_=Integer) for name in ("active", "held"))))
    # Not where staff took away seats that are taken: there it is the count that tells, and the slot's lock is needed.
    has_room = select(and_(room.c.taken < _CAPACITY, room.c.last < _CAPACITY))
    is_new = ~exists(select(bookings.c.id).where(bookings.c.ticket == bindparam("ticket", type_=Text)))
    seat_key = bindparam("seat_key", type_=Integer)
    is_ours = func.pg_try_advisory_xact_lock(seat_key, number.c.seat, type_=Boolean)
    # CASE: a seat that is taken is nobody's to lock.
    is_free = case((number.c.seat.not_in(select(taken.c.seat)), is_ours), else_=false())
    found = select(number.c.seat).where(may.scalar_subquery(), has_room.scalar_subquery(), is_new, is_free)
    free = found.limit(literal_column("1")).cte("free")
    slot_key = bindparam("slot_key", type_=BigInteger)
    shared = func.pg_advisory_xact_lock_shared(slot_key).label("shared")
    return select(free.c.seat, _next_id().label("id"), shared).cte("chosen")


def _numbers() -> Subquery:
    """The numbers of all seats, from one's own place on and round."""
    last = _CAPACITY - literal_column("1")
    place = func.generate_series(literal_column("0"), last, type_=Integer).column_valued("place")
    return select(func.mod(place + bindparam("first", type_=Integer), _CAPACITY).label("seat")).subquery("number")


def _next_id() -> ColumnElement[int]:
    return func.nextval(literal_column("'bookings_id_seq'"), type_=BigInteger)


def _has_seats_of_old_holds() -> ColumnElement[bool]:
    """Whether seats of the slot could be had from holds that are over; there are few such holds, if any.

    The oldest hold is one look into the index of holds, whatever the server guesses about how many are over.
    """
    until = bookings.c.held_until
    has_any = select(func.min(until)).where(until.is_not(None)).scalar_subquery() <= NOW
    return case((has_any, exists(holds_over_in_slot(_DESK, _STARTS_AT))), else_=false())
