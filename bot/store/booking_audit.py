"""What the auditor (`bot/booking/recount.py`) counts: all that is kept of bookings from a day on, in one view."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Executable, bindparam, func, select

from bot.booking.recount import Kept, Seats
from bot.booking.slots import SlotId
from bot.store.booking_rows import BOOKING, booking_of
from bot.store.instant import from_micros, to_micros
from bot.store.query import Dialect, Query
from bot.store.schema import bookings, is_pending, outbox, reminders, seats, waits
from bot.store.unit import Work


def kept_since(from_at: datetime) -> Work[Kept]:
    """All from an instant on; take a midnight, which no visit crosses. Ask in `read`, or it is not one view."""
    since = to_micros(from_at)
    booked = yield _select_bookings.bind(since=since)
    seated = yield _select_seats.bind(since=since)
    waiting = yield _select_waits.bind(since=since)
    letters = yield _select_letters.bind(since=since)
    return Kept(
        bookings=tuple(booking_of(row[:-1]) for row in booked),
        seats=tuple(Seats(_slot(service, at), booking_id, count) for service, at, booking_id, count in seated),
        lines=tuple((_slot(service, at), booking_id) for service, at, booking_id in waiting),
        planned={row[0]: _instants(row[-1].split()) for row in booked if row[-1]},
        pending=_by_booking(letters),
    )


def _by_booking(letters: Iterable[tuple[int, int]]) -> dict[int, tuple[datetime, ...]]:
    found: dict[int, tuple[datetime, ...]] = {}
    for booking_id, not_before in letters:
        found[booking_id] = (*found.get(booking_id, ()), from_micros(not_before))
    return found


def _slot(service: str, starts_at: int) -> SlotId:
    return SlotId(service, from_micros(starts_at))


def _instants(micros: Iterable[str]) -> tuple[datetime, ...]:
    return tuple(from_micros(int(at)) for at in micros)


_table = bookings.c


@Query
def _select_bookings(_: Dialect) -> Executable:
    return select(*BOOKING, _table.remind_at).where(_table.starts_at >= bindparam("since")).order_by(_table.starts_at)


@Query
def _select_seats(_: Dialect) -> Executable:
    slot = seats.c.service, seats.c.starts_at
    return select(*slot, seats.c.booking_id, func.count()).where(_SINCE_SEATS).group_by(*slot, seats.c.booking_id)


@Query
def _select_waits(_: Dialect) -> Executable:
    return select(waits.c.service, waits.c.starts_at, waits.c.booking_id).where(waits.c.starts_at >= bindparam("since"))


@Query
def _select_letters(_: Dialect) -> Executable:
    joined = reminders.join(outbox, outbox.c.id == reminders.c.letter_id).join(
        bookings, _table.id == reminders.c.booking_id
    )
    waiting = select(reminders.c.booking_id, outbox.c.not_before).select_from(joined)
    return waiting.where(_table.starts_at >= bindparam("since"), is_pending(outbox))


_SINCE_SEATS = seats.c.starts_at >= bindparam("since")
